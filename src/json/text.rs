//! Passing quickly through canonical JSON text that was validated before.

/// Whether validated text is an object.
pub fn is_object(text: &[u8]) -> bool {
    text.first() == Some(&b'{')
}

/// Whether validated text is an array.
pub fn is_array(text: &[u8]) -> bool {
    text.first() == Some(&b'[')
}

/// The offset just after the string that starts at `at`, in validated text.
pub fn skip_string(text: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// The offset just after the value that starts at `at`, in validated text.
pub fn skip_value(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(b'"') => skip_string(text, at),
        Some(b'{' | b'[') => {
            let mut at = at;
            let mut open = 0_usize;
            while let Some(&byte) = text.get(at) {
                match byte {
                    b'"' => {
                        at = skip_string(text, at);
                        continue;
                    }
                    b'{' | b'[' => open += 1,
                    b'}' | b']' => {
                        open -= 1;
                        if open == 0 {
                            return at + 1;
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
            text.len()
        }
        _ => text[at..]
            .iter()
            .position(|byte| matches!(byte, b',' | b'}' | b']'))
            .map_or(text.len(), |length| at + length),
    }
}

/// The elements of a validated array.
pub fn elements(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 1;
    core::iter::from_fn(move || {
        if at + 1 >= text.len() {
            return None;
        }
        let end = skip_value(text, at);
        let element = &text[at..end];
        at = end + 1;
        Some(element)
    })
}

/// The fields of a validated object: key text (with quotes) and value text.
pub fn fields(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut at = 1;
    core::iter::from_fn(move || {
        if at + 1 >= text.len() {
            return None;
        }
        let colon = skip_string(text, at);
        let end = skip_value(text, colon + 1);
        let field = (&text[at..colon], &text[colon + 1..end]);
        at = end + 1;
        Some(field)
    })
}

/// Where the value of `key` begins in the validated object that stands at `start`; looked for from `hint` on, and then from the beginning.
/// `hint` is where a field or the object's end stands, or just behind that end, where valid text never has a quote.
pub fn find_field(text: &[u8], start: usize, hint: usize, key: &[u8]) -> Option<usize> {
    let begin = start + 1;
    let mut at = hint;
    let mut end = usize::MAX;
    loop {
        if at >= end {
            return None;
        }
        if text.get(at) != Some(&b'"') {
            // The object ends here; what stands before the hint is left.
            if end != usize::MAX || hint == begin {
                return None;
            }
            end = hint;
            at = begin;
            continue;
        }
        // A key's text ends with its quote: another one that begins so is longer and has no colon there.
        let colon = at + key.len();
        if text[at..].starts_with(key) && text.get(colon) == Some(&b':') {
            return Some(colon + 1);
        }
        at = skip_value(text, skip_string(text, at) + 1);
        at += usize::from(text.get(at) == Some(&b','));
    }
}

/// How many levels of containers validated text has: 0 for a scalar.
pub fn depth(text: &[u8]) -> u32 {
    let (mut at, mut open, mut deepest) = (0, 0_u32, 0);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => {
                at = skip_string(text, at);
                continue;
            }
            b'{' | b'[' => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' => open -= 1,
            _ => {}
        }
        at += 1;
    }
    deepest
}
