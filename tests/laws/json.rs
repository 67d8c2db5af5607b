//! Canonical text: what is accepted, what is refused, and where.

use chord::json::canonical::canonical;
use chord::json::reader::{Fault, validate};
use chord::json::text::{depth, elements, fields, skip_value};
use chord::{Code, json::number};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::generate::{Arrays, context, holds};
use crate::judge;

#[test]
fn only_what_json_stringify_prints_is_accepted() {
    for text in [
        "null",
        "true",
        "false",
        "0",
        "-1",
        "1.5",
        "1e+21",
        "5e-324",
        "\"\"",
        "\"\\u0000\\u001f\\b\\t\\n\\f\\r\\\"\\\\/\u{7f}é😀\"",
        "[]",
        "{}",
        "[1,[],{}]",
        "{\"\":{\"a\":[null]},\"a\":\"a\"}",
        "\"\u{2028}\u{fffd}\"",
        "{\"__proto__\":1,\"constructor\":{}}",
    ] {
        assert_eq!(validate(text.as_bytes(), 10), Ok(()), "{text}");
        assert_eq!(canonical(text, 10).unwrap(), text.as_bytes());
    }
    for text in [
        "",
        " 1",
        "1 ",
        "[1, 2]",
        "{\"a\": 1}",
        "nul",
        "nullx",
        "True",
        "undefined",
        "NaN",
        "-",
        "+1",
        "01",
        "1.",
        ".1",
        "1.0",
        "1e5",
        "1E+21",
        "-0",
        "0x1",
        "1_000",
        "'a'",
        "\"",
        "\"a",
        "\"\\\"",
        "\"\\x\"",
        "\"\\/\"",
        "\"\\u0041\"",
        "\"\\u000a\"",
        "\"\\u001F\"",
        "\"\\u00\"",
        "\"\\u2028\"",
        "\"\t\"",
        "\"\u{1}\"",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{1:1}",
        "{\"a\",1}",
        "}",
        "[}",
        "{]",
        "[1}",
        "1,2",
        "{}{}",
        "//",
        "[1/**/]",
        "\u{feff}1",
    ] {
        let refused = validate(text.as_bytes(), 10).expect_err(text);
        assert_eq!(refused.fault, Fault::Malformed, "{text}");
        assert!(refused.at <= text.len(), "{text}");
    }
}

#[test]
fn faults_are_told_apart_and_named_by_their_path() {
    for (text, fault, path) in [
        (
            r#"{"a":{"b":[1,{"c":01}]}}"#,
            Fault::Malformed,
            r#"["a","b",1,"c"]"#,
        ),
        (r#"{"a":1,"b":x}"#, Fault::Malformed, r#"["b"]"#),
        (r#"[1,2,[3,tru]]"#, Fault::Malformed, r#"[2,1]"#),
        ("{\"a\u{1}\":1}", Fault::Malformed, "[\"a\u{1}\"]"),
        ("{\"k\u{1}\",\":1}", Fault::Malformed, "[]"),
        (r#"{"a":"x\ud800y"}"#, Fault::LoneSurrogate, r#"["a"]"#),
        (
            r#"{"a":["ok","\udfff"]}"#,
            Fault::LoneSurrogate,
            r#"["a",1]"#,
        ),
        (
            r#"{"a":{"x\udbff":1}}"#,
            Fault::LoneSurrogate,
            r#"["a","x\udbff"]"#,
        ),
        // A pair spelled out is nothing that JSON.stringify prints either.
        (r#"["\ud83d\ude00"]"#, Fault::LoneSurrogate, "[0]"),
        (
            r#"{"a":1,"b":{"c":1,"d":2,"c":3}}"#,
            Fault::DuplicateKey,
            r#"["b","c"]"#,
        ),
        (
            r#"{"a,]}":{"{\"":[{"k":1,"k":1}]}}"#,
            Fault::DuplicateKey,
            r#"["a,]}","{\"",0,"k"]"#,
        ),
        (r#"{"a":[[[[]]]]}"#, Fault::TooDeep, r#"["a",0,0]"#),
        (r#"[{"a":{"b":{"c":1}}}]"#, Fault::TooDeep, r#"[0,"a","b"]"#),
    ] {
        let levels = if fault == Fault::TooDeep { 3 } else { 5 };
        let refused = validate(text.as_bytes(), levels).expect_err(text);
        assert_eq!(refused.fault, fault, "{text}");
        let error = refused.into_error(text.as_bytes());
        assert_eq!(error.path().unwrap().to_string(), path, "{text}: {error}");
        let code = if fault == Fault::TooDeep {
            Code::LimitExceeded
        } else {
            Code::InvalidValue
        };
        assert_eq!(error.code(), code);
    }
}

#[test]
fn a_key_that_stands_twice_is_found_among_many() {
    for count in [2, 8, 9, 10, 1_000] {
        let fields = |last: usize| {
            let keys = (0..count - 1)
                .chain([last])
                .map(|n| format!("\"k{n}\":{n}"));
            format!("{{{}}}", keys.collect::<Vec<_>>().join(","))
        };
        assert_eq!(validate(fields(count - 1).as_bytes(), 1), Ok(()));
        for twice in [0, (count - 2) / 2, count - 2] {
            let text = fields(twice);
            assert_eq!(
                validate(text.as_bytes(), 1).unwrap_err().fault,
                Fault::DuplicateKey,
                "{text}"
            );
            let error = canonical(&text, 1).unwrap_err();
            assert_eq!(error.path().unwrap().to_string(), format!("[\"k{twice}\"]"));
        }
    }
}

#[test]
fn depth_is_limited_before_the_stack_is() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |levels: usize| format!("{}1{}", open.repeat(levels), close.repeat(levels));
        assert_eq!(validate(nested(1_000).as_bytes(), 1_000), Ok(()));
        assert_eq!(depth(nested(1_000).as_bytes()), 1_000);
        for text in [nested(1_001), nested(200_000), open.repeat(200_000)] {
            let refused = validate(text.as_bytes(), 1_000).unwrap_err();
            assert_eq!(refused.fault, Fault::TooDeep);
            assert_eq!(
                refused
                    .into_error(text.as_bytes())
                    .path()
                    .unwrap()
                    .segments()
                    .count(),
                1_000
            );
            assert_eq!(
                canonical(&text, 1_000).unwrap_err().code(),
                Code::LimitExceeded
            );
        }
    }
    assert_eq!(validate(b"1", 0), Ok(()));
    assert_eq!(validate(b"[]", 0).unwrap_err().fault, Fault::TooDeep);
}

#[test]
fn validated_text_is_walked_as_an_independent_reader_walks_it() {
    holds(10_000, context(Arrays::With), |value| {
        let text = value.to_string().into_bytes();
        assert_eq!(validate(&text, 10), Ok(()));
        assert_eq!(
            canonical(std::str::from_utf8(&text).unwrap(), 10).unwrap(),
            text
        );
        walk(&text, &value);
        let mut longer = text.clone();
        longer.extend_from_slice(b",1]");
        assert_eq!(skip_value(&longer, 0), text.len());
    });
}

/// Checks iterators and depth level by level.
fn walk(text: &[u8], value: &Value) -> u32 {
    let levels = match value {
        Value::Object(expected) => {
            let ours: Vec<_> = fields(text).collect();
            assert_eq!(ours.len(), expected.len());
            let inner = ours
                .iter()
                .zip(expected)
                .map(|((key, text), (name, value))| {
                    assert_eq!(judge::read(key), *name);
                    walk(text, value)
                });
            1 + inner.max().unwrap_or(0)
        }
        Value::Array(expected) => {
            let ours: Vec<_> = elements(text).collect();
            assert_eq!(ours.len(), expected.len());
            1 + ours
                .iter()
                .zip(expected)
                .map(|(text, value)| walk(text, value))
                .max()
                .unwrap_or(0)
        }
        scalar => {
            assert_eq!(judge::read(text), *scalar);
            0
        }
    };
    assert_eq!(depth(text), levels);
    levels
}

fn beyond_a_double(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.as_f64().is_some_and(f64::is_finite),
        Value::Array(elements) => elements.iter().any(beyond_a_double),
        Value::Object(fields) => fields.values().any(beyond_a_double),
        _ => false,
    }
}

#[test]
fn any_json_becomes_canonical_as_an_independent_reader_understands_it() {
    let piece = prop_oneof![
        3 => context(Arrays::With).prop_map(|value| serde_json::to_string_pretty(&value).unwrap()),
        6 => proptest::sample::select(vec![
            "{", "}", "[", "]", ",", ":", " ", "\n", "\"", "\"a\"", "\"\\u0041\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\"\\/\"", "1", "0", "-0",
            "1.0", "1e5", "1E-7", "1e999", "0.1e+2", "true", "null", "\"b\":", "é", "\\",
        ]).prop_map(str::to_owned),
    ];
    holds(30_000, vec(piece, 1..8), |pieces| {
        let text = pieces.concat();
        let theirs = serde_json::from_str::<Value>(&text);
        match canonical(&text, 60) {
            Ok(ours) => {
                assert_eq!(validate(&ours, 60), Ok(()), "{text}");
                assert!(
                    judge::same_doubles(
                        &judge::read(&ours),
                        &theirs.unwrap_or_else(|error| panic!("{error}: {text}"))
                    ),
                    "{text}"
                );
                assert_eq!(
                    canonical(std::str::from_utf8(&ours).unwrap(), 60).unwrap(),
                    ours
                );
            }
            Err(error) => {
                let ours_alone =
                    |theirs: &Value| error.message().contains("twice") || beyond_a_double(theirs);
                assert!(
                    theirs.as_ref().is_ok_and(ours_alone) || theirs.is_err(),
                    "{error}: {text}"
                );
            }
        }
        // Text is canonical exactly when becoming so doesn't change it.
        let unchanged = canonical(&text, 60).is_ok_and(|ours| ours == text.as_bytes());
        assert_eq!(validate(text.as_bytes(), 60).is_ok(), unchanged, "{text}");
    });
}

#[test]
fn every_double_is_printed_so_that_it_is_read_back_and_never_longer_than_needed() {
    holds(40_000, any::<u64>().prop_map(f64::from_bits), |value| {
        if !value.is_finite() {
            return;
        }
        let mut printed = Vec::new();
        number::write(value, &mut printed);
        let text = std::str::from_utf8(&printed).unwrap();
        assert_eq!(number::length(&printed), Some(printed.len()), "{text}");
        assert_eq!(
            number::parse(&printed).map(f64::to_bits),
            Some(if value == 0.0 { 0 } else { value.to_bits() }),
            "{text}"
        );
        let digits = |text: &str| {
            let mantissa = text.split(['e', 'E']).next().unwrap();
            mantissa
                .bytes()
                .filter(u8::is_ascii_digit)
                .collect::<Vec<_>>()
                .len()
                - usize::from(mantissa.contains('.') && mantissa.starts_with("0"))
        };
        if text.contains('e') {
            assert_eq!(
                digits(text),
                digits(&format!("{:e}", value.abs())),
                "{text}"
            );
        }
    });
}

#[test]
fn doubles_print_as_javascript_printed_them() {
    // Printed by Node 20 as `Number(source).toString()`.
    for (source, expected) in [
        ("1e21", "1e+21"),
        ("999999999999999900000", "999999999999999900000"),
        ("123456789012345678901234567890", "1.2345678901234568e+29"),
        ("0.000001", "0.000001"),
        ("0.00000123", "0.00000123"),
        ("0.0000001", "1e-7"),
        ("0.00000012345", "1.2345e-7"),
        ("4.35", "4.35"),
        ("100", "100"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ("2.2250738585072014e-308", "2.2250738585072014e-308"),
        ("5e-324", "5e-324"),
        ("9007199254740993", "9007199254740992"),
        ("18014398509481985", "18014398509481984"),
        ("72057594037927940", "72057594037927940"),
        ("4503599627370495.5", "4503599627370495.5"),
        ("0.1", "0.1"),
        ("-1e-7", "-1e-7"),
        ("-0", "0"),
        ("123456.789e3", "123456789"),
        ("1.0e-10", "1e-10"),
        ("5.0E+20", "500000000000000000000"),
        ("144115188075855870", "144115188075855870"),
        ("1e23", "1e+23"),
        ("8.41e21", "8.41e+21"),
        ("2.98023223876953125e-8", "2.9802322387695312e-8"),
        ("123456789.123456789", "123456789.12345679"),
        ("-5e-7", "-5e-7"),
        ("295147905179352830000", "295147905179352830000"),
        ("0.1000000000000000055511151231257827", "0.1"),
    ] {
        assert_eq!(
            String::from_utf8_lossy(&canonical(source, 1).unwrap()),
            expected
        );
        assert_eq!(validate(expected.as_bytes(), 1), Ok(()), "{expected}");
    }
}
