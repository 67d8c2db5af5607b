//! What may come from outside, made up by a fuzzer.
//!
//! One module for each kind of input, each with one function `check` that panics where a claim doesn't hold:
//!
//! * [`json`]: JSON text, and a text compared with the stored form of another.
//! * [`delta`]: the text of a delta, and its other forms.
//! * [`apply`]: a state and a delta.
//! * [`merge`]: a state and deltas that may follow one another, or states that do.
//! * [`history`]: three states composed of bytes, so that all of them are valid: the laws of the algebra.
//! * [`record`]: a stored row, its snapshot and its entries; the code of a log.
//! * [`answer`]: what a backend of somebody's own answers.
//! * [`update`]: a state and the changes of a partial update.
//!
//! Inputs are text where that can be, a part a line, so that whoever reads one sees what it is about. Claims that
//! `tests/laws` makes, too, are its own code. Nothing here needs the fuzzer: `targets/` binds the checks to libFuzzer,
//! `tests/replay.rs` runs them over `seeds/` and `crashers/`. See `docs/fuzzing.md`.

use chord::json::{reader, text};

pub mod answer;
pub mod apply;
pub mod delta;
pub mod history;
pub mod json;
#[path = "../../tests/laws/judge/mod.rs"]
pub mod judge;
pub mod merge;
pub mod record;
pub mod update;

/// No limit that options allow is higher (`wasm/algebra.rs`).
pub const DEEPEST: u32 = 1000;

/// Levels of a delta's text: it may nest four for one of its state.
pub const DEEPEST_DELTA: u32 = 4 * DEEPEST;

/// The judge reads recursively and refuses what is deeper.
pub const JUDGED: u32 = 100;

/// Panics where a claim about an input doesn't hold.
pub type Check = fn(&[u8]);

/// All checks by name.
pub const TARGETS: [(&str, Check); 8] = [
    ("json", json::check),
    ("delta", delta::check),
    ("apply", apply::check),
    ("merge", merge::check),
    ("history", history::check),
    ("record", record::check),
    ("answer", answer::check),
    ("update", update::check),
];

/// Runs a check as the fuzzer does. An input that nests deep is kept in the file `CHORD_FUZZ_DEEP` meanwhile: where the stack
/// overflows, none is left to keep it afterwards.
pub fn run(check: Check, input: &[u8]) {
    let deep = std::env::var_os("CHORD_FUZZ_DEEP").filter(|_| levels(input) > 200);
    if let Some(file) = &deep {
        std::fs::write(file, input).expect("a file that can be written");
    }
    check(input);
    if let Some(file) = &deep {
        std::fs::remove_file(file).expect("the file that was written");
    }
}

/// How deep brackets nest, whether they are any text's or not.
fn levels(input: &[u8]) -> u32 {
    let (mut open, mut deepest) = (0_u32, 0);
    for byte in input {
        match byte {
            b'{' | b'[' => open += 1,
            b'}' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// Lines of an input, `N` at most, so that the last one takes what is left. Each `` ` `` stands for so many letters that a value with it is
/// stored as a large one is, and edits are shorter than what they edit. `None` where it isn't UTF-8, which all text is
/// before it comes to Rust.
pub fn lines<const N: usize>(input: &[u8]) -> Option<[Vec<u8>; N]> {
    let input = core::str::from_utf8(input).ok()?;
    let long = "p".repeat(520);
    let mut lines = input.splitn(N, '\n');
    Some([(); N].map(|()| {
        let line = lines.next().unwrap_or_default();
        line.replace('`', &long).into_bytes()
    }))
}

/// Whether text is an object as it may be stored.
pub fn is_state(line: &[u8]) -> bool {
    text::is_object(line) && reader::validate(line, DEEPEST).is_ok()
}

/// Whether text is valid, and the judge can read it.
pub fn is_judged(line: &[u8]) -> bool {
    reader::validate(line, JUDGED).is_ok()
}

/// Text to be compared and shown.
pub(crate) fn shown(text: &[u8]) -> &str {
    core::str::from_utf8(text).expect("text of UTF-8 only")
}
