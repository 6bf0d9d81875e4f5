//! See `domxml_tests::fuzz::schema`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| domxml_tests::fuzz::schema(data));
