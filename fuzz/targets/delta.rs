//! See `chord_fuzz::delta`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| chord_fuzz::run(chord_fuzz::delta::check, input));
