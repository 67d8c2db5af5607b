//! See `chord_fuzz::apply`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| chord_fuzz::run(chord_fuzz::apply::check, input));
