//! See `domxml_tests::fuzz::parse`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| domxml_tests::fuzz::parse(data));
