//! See `chord_fuzz::update`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| chord_fuzz::run(chord_fuzz::update::check, input));
