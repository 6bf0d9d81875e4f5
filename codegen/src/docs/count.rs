//! Reads, or reads and writes, a fifth of the documents of the test material once: for a profiler that counts instructions,
//! which other programs on the machine do not disturb.
//!
//! `valgrind --tool=callgrind target/release/examples/count none|xml|parse|format`; see `BENCHMARKS.md`.

use std::process::ExitCode;

use domxml::{Domain, Element, ReadOptions, Unknown};
use domxml_tests::corpus;

fn main() -> ExitCode {
    let Some(shared) = corpus::shared_or_say("count") else { return ExitCode::FAILURE };
    let what = std::env::args().nth(1).unwrap_or_default();
    let options = ReadOptions { unknown: Unknown::Keep };
    let mut taken = 0;
    for document in corpus::releases(&shared).into_iter().step_by(5) {
        let text = &document.text;
        taken += match what.as_str() {
            "xml" => usize::from(roxmltree::Document::parse(text).is_ok()),
            "parse" => usize::from(Domain::from_xml_with(text, &options).is_ok()),
            "format" => usize::from(Domain::from_xml_with(text, &options).is_ok_and(|it| it.value.to_xml().is_ok())),
            // What it takes to find the documents.
            _ => 1,
        };
    }
    println!("{what}: {taken}");
    ExitCode::SUCCESS
}
