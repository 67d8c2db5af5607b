//! Numbers as JavaScript prints them: ECMA-262 `Number::toString`, with -0 as `0`.

/// The length of the number at the start of `text`, or `None` where no JavaScript number stands there.
///
/// A fraction of 16 or 17 digits is not printed again to see whether it is the shortest spelling of its value: that costs
/// more than all else about a number, and whatever came from JavaScript is.
pub fn length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        text[from.min(text.len())..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let negative = usize::from(text.first() == Some(&b'-'));
    let whole = digits(negative);
    let mut at = negative + whole;
    if whole == 0 || (whole > 1 && text[negative] == b'0') {
        return None;
    }
    let mut fraction = 0;
    if text.get(at) == Some(&b'.') {
        fraction = digits(at + 1);
        at += 1 + fraction;
        if fraction == 0 || text[at - 1] == b'0' {
            return None;
        }
    }
    let small = text[negative..at].starts_with(b"0.000000");
    if let Some(b'e' | b'E') = text.get(at) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        return Some(at + 1 + sign + exponent).filter(|&at| is_printed_so(&text[..at]));
    }
    let usual = match fraction {
        0 => whole <= 15,
        // The zero before a fraction is no digit of it.
        fraction => fraction + usize::from(text[negative] != b'0') * whole <= 17,
    };
    if usual && !small {
        return Some(at).filter(|&at| &text[..at] != b"-0");
    }
    Some(at).filter(|&at| is_printed_so(&text[..at]))
}

/// Whether a number's text is the one that JavaScript prints for its value.
fn is_printed_so(text: &[u8]) -> bool {
    let mut printed = Vec::with_capacity(32);
    parse(text).inspect(|value| write(*value, &mut printed));
    printed == text
}

/// Integers up to here are exact in a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The value of a number's text; `None` for other text and for what a double can't hold.
pub fn parse(text: &[u8]) -> Option<f64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if (1..16).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) {
        let value = digits
            .iter()
            .fold(0.0, |value, digit| value * 10.0 + f64::from(digit - b'0'));
        return Some(if digits.len() < text.len() {
            -value
        } else {
            value
        });
    }
    let value = host::parse(text)?;
    value.is_finite().then_some(value)
}

/// Appends an integer.
pub fn write_integer(mut value: u64, out: &mut Vec<u8>) {
    let start = out.len();
    loop {
        out.push(b'0' + (value % 10) as u8);
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out[start..].reverse();
}

/// Whether nothing stands behind the point, as of the infinities. Not by the remainder, which WebAssembly has no instruction for.
pub(crate) fn is_whole(value: f64) -> bool {
    value.trunc() == value
}

/// Appends a finite double the way JavaScript prints it.
pub fn write(value: f64, out: &mut Vec<u8>) {
    if value.is_sign_negative() && value != 0.0 {
        out.push(b'-');
    }
    let value = value.abs();
    if value < EXACT && is_whole(value) {
        return write_integer(value as u64, out);
    }
    host::write(value, out);
}

/// Under JavaScript its own conversions serve: they are the definition, and tables of powers would be a tenth of the WebAssembly.
#[cfg(target_arch = "wasm32")]
use crate::wasm::number as host;

#[cfg(not(target_arch = "wasm32"))]
mod host {
    pub(super) fn parse(text: &[u8]) -> Option<f64> {
        let text = core::str::from_utf8(text).ok()?;
        text.parse().ok()
    }

    pub(super) fn write(value: f64, out: &mut Vec<u8>) {
        let mut buffer = ryu_js::Buffer::new();
        out.extend_from_slice(buffer.format_finite(value).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(value: f64) -> String {
        let mut out = Vec::new();
        write(value, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn doubles_print_as_in_javascript() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (-1.5, "-1.5"),
            (1e21, "1e+21"),
            (1e20, "100000000000000000000"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1.5e300, "1.5e+300"),
            (1e-6, "0.000001"),
            (1.23e-6, "0.00000123"),
            (1e-7, "1e-7"),
            (1.25e-7, "1.25e-7"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (117.633_311_394_000_17, "117.63331139400017"),
            (9_007_199_254_740_992.0, "9007199254740992"),
            (0.1 + 0.2, "0.30000000000000004"),
            (2.0_f64.powi(-25), "2.9802322387695312e-8"),
            (2.0_f64.powi(-24), "5.960464477539063e-8"),
            (717_784_910_712_961.0 / -8.0, "-89723113839120.12"),
            (717_784_910_712_963.0 / 8.0, "89723113839120.38"),
            (7_659_567_103_720_645.0 / 4.0, "1914891775930161.2"),
        ] {
            assert_eq!(printed(value), expected);
            assert_eq!(
                length(expected.as_bytes()),
                Some(expected.len()),
                "{expected}"
            );
        }
    }

    #[test]
    fn other_spellings_are_no_javascript_numbers() {
        for text in [
            "-0",
            "01",
            "1.0",
            "1.",
            ".5",
            "1e5",
            "1E+5",
            "1e+05",
            "1e+5",
            "1e-6",
            "10e+21",
            "1.50e+21",
            "1e+400",
            "1e-400",
            "0.0000001",
            "-0.0000001",
            "9007199254740993",
            "1000000000000000000000",
            "0.1000000000000000055",
            "-",
            "",
            "+1",
            "NaN",
            "Infinity",
            "1e",
            "1e+",
            "-e+21",
        ] {
            assert_ne!(length(text.as_bytes()), Some(text.len().max(1)), "{text}");
        }
    }
}
