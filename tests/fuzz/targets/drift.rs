//! See `domxml_tests::fuzz::drift`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| domxml_tests::fuzz::drift(data));
