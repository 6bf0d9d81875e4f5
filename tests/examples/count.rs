//! Reads, reads and writes, or upgrades a fifth of the documents of the test material once: for a profiler that counts instructions,
//! which other programs on the machine do not disturb.
//!
//! `valgrind --tool=callgrind target/release/examples/count none|xml|parse|format|upgrade|libvirt`; see `BENCHMARKS.md`.

use std::process::ExitCode;

use dommigrate::engine;
use dommigrate::options::Profile;
use domxml::{Domain, Element, ReadOptions, Unknown};
use domxml_tests::{corpus, measures};

fn main() -> ExitCode {
    let Some(shared) = corpus::shared_or_say("count") else { return ExitCode::FAILURE };
    let what = std::env::args().nth(1).unwrap_or_default();
    let options = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
    let [modern, libvirt] =
        [Profile::Modern, Profile::Libvirt].map(|profile| measures::options(profile, measures::newest()));
    let mut taken = 0;
    for document in corpus::releases(&shared).into_iter().step_by(5) {
        let text = &document.text;
        taken += match what.as_str() {
            "xml" => usize::from(roxmltree::Document::parse(text).is_ok()),
            "parse" => usize::from(Domain::from_xml_with(text, &options).is_ok()),
            "format" => {
                // Where it was read: a domain takes kilobytes, and moving it would be counted too.
                let read = Domain::from_xml_with(text, &options);
                usize::from(read.as_ref().is_ok_and(|it| it.value.to_xml().is_ok()))
            }
            "upgrade" => usize::from(engine::upgrade(text, &modern).text.is_some()),
            "libvirt" => usize::from(engine::upgrade(text, &libvirt).text.is_some()),
            // What it takes to find the documents.
            _ => 1,
        };
    }
    println!("{what}: {taken}");
    ExitCode::SUCCESS
}
