//! See `chord_fuzz::answer`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| chord_fuzz::run(chord_fuzz::answer::check, input));
