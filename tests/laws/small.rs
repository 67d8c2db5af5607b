//! All values up to a small size, as canonical text.

/// What a field can be: absent, or a value's text.
pub type Field = Option<String>;

const SCALARS: [&str; 4] = ["null", "true", "1", "\"x\""];

/// All objects with some of the keys a and b, each with one of `values`.
pub fn objects(values: &[Field]) -> Vec<String> {
    let mut objects = Vec::new();
    for a in values {
        for b in values {
            let fields = [("a", a), ("b", b)];
            let fields: Vec<_> = fields
                .iter()
                .filter_map(|(key, value)| value.as_ref().map(|value| format!("\"{key}\":{value}")))
                .collect();
            objects.push(format!("{{{}}}", fields.join(",")));
        }
    }
    objects
}

/// All arrays of at most `length` of `elements`.
pub fn arrays(elements: &[&str], length: usize) -> Vec<String> {
    let mut lists: Vec<Vec<&str>> = vec![Vec::new()];
    let mut longest = lists.clone();
    for _ in 0..length {
        longest = longest
            .iter()
            .flat_map(|list| {
                elements
                    .iter()
                    .map(|element| [list.as_slice(), &[*element]].concat())
            })
            .collect();
        lists.extend(longest.iter().cloned());
    }
    lists
        .iter()
        .map(|list| format!("[{}]", list.join(",")))
        .collect()
}

/// Absence and the four scalars.
pub fn scalars() -> Vec<Field> {
    core::iter::once(None)
        .chain(SCALARS.map(|scalar| Some(scalar.to_owned())))
        .collect()
}

/// Absence, scalars, and objects of scalars and of a few objects.
pub fn nested() -> Vec<Field> {
    let inner = [
        None,
        Some("1"),
        Some("null"),
        Some("{}"),
        Some("{\"a\":1}"),
        Some("{\"a\":\"x\",\"b\":1}"),
    ];
    let inner = inner.map(|value| value.map(str::to_owned));
    let mut fields = scalars();
    fields.extend(objects(&scalars()).into_iter().map(Some));
    fields.extend(objects(&inner).into_iter().map(Some));
    fields.sort();
    fields.dedup();
    fields
}

/// Absence, scalars, a few objects, and arrays of scalars, objects and arrays.
pub fn with_arrays() -> Vec<Field> {
    let mut fields = scalars();
    fields.extend(
        ["{}", "{\"a\":1}", "{\"a\":[1]}", "{\"a\":[1,1]}"].map(|object| Some(object.to_owned())),
    );
    fields.extend(arrays(&["1", "\"x\""], 3).into_iter().map(Some));
    fields.extend(
        arrays(
            &[
                "{\"a\":1,\"b\":1}",
                "{\"b\":1,\"a\":1}",
                "{\"a\":1,\"b\":2}",
            ],
            2,
        )
        .into_iter()
        .map(Some),
    );
    fields.extend(
        arrays(&["[]", "[1,\"x\",1]", "[1,1]"], 2)
            .into_iter()
            .map(Some),
    );
    fields.sort();
    fields.dedup();
    fields
}

/// A context with the one field `a`, or none.
pub fn context(field: &Field) -> Vec<u8> {
    match field {
        Some(value) => format!("{{\"a\":{value}}}").into_bytes(),
        None => b"{}".to_vec(),
    }
}
