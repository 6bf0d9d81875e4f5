//! A short run of each fuzz target over mutated fixtures, the same every time. `FUZZ_RUNS=100000` makes it longer; `cargo fuzz`
//! in `tests/fuzz` looks where coverage leads.

use std::path::{Path, PathBuf};
use std::{fs, panic};

use domxml_tests::corpus;
use domxml_tests::fuzz::{TARGETS, mutated};
use domxml_tests::pairs::Random;
use rayon::prelude::*;

fn runs() -> u64 {
    std::env::var("FUZZ_RUNS").ok().map_or(300, |text| text.parse().expect("a number"))
}

fn run(name: &str, seeds: &[String]) {
    let (_, target) = TARGETS.iter().find(|(other, _)| *other == name).expect("a target");
    let told = |input: &[u8]| {
        let panicked = panic::catch_unwind(|| target(input)).err()?;
        let text = panicked.downcast_ref::<String>().cloned();
        Some(text.or_else(|| Some((*panicked.downcast_ref::<&str>()?).to_owned())).unwrap_or_default())
    };
    for (path, input) in kept(name) {
        let said = told(&input);
        assert!(said.is_none(), "{}: {}", path.display(), said.unwrap_or_default());
    }
    let failed: Vec<(u64, String)> = (0..runs())
        .into_par_iter()
        .filter_map(|seed| Some((seed, told(&mutated(seeds, &mut Random::new(seed)))?)))
        .collect();
    if let Some((seed, said)) = failed.first() {
        let input = mutated(seeds, &mut Random::new(*seed));
        let input = String::from_utf8_lossy(&input);
        panic!("{name}: {} of {} inputs fail, as that of seed {seed}: {said}\n{input}", failed.len(), runs());
    }
}

/// The inputs that were found once, and are kept.
fn kept(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(&path).expect("a seed is read"))).collect()
}

fn documents() -> Vec<String> {
    corpus::fixtures().into_iter().map(|document| document.text).collect()
}

#[test]
fn schemas() {
    let files = domxml_schema::FILES.iter().map(|(_, text)| (*text).to_owned());
    let small = "<element name='a' xmlns='http://relaxng.org/ns/structure/1.0'><optional><attribute name='b'/></optional>\
                 <zeroOrMore><element name='c'><empty/></element></zeroOrMore><text/></element>";
    run("schema", &files.filter(|text| text.len() < 20_000).chain([small.to_owned()]).collect::<Vec<_>>());
}

#[test]
fn parsing() {
    run("parse", &documents());
}

#[test]
fn upgrading() {
    run("upgrade", &documents());
}

#[test]
fn keeping_the_layout() {
    run("keep", &documents());
}

#[test]
fn differences() {
    run("diff", &documents());
}

#[test]
fn drift() {
    run("drift", &documents());
}
