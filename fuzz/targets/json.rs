//! See `chord_fuzz::json`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| chord_fuzz::run(chord_fuzz::json::check, input));
