//! See `domxml_tests::fuzz::keep`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| domxml_tests::fuzz::keep(data));
