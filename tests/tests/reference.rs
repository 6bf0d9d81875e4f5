//! The reference of the format as it is published: with the rules that the command names, no page is too heavy.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use domxml_codegen::docs::{Examples, Options, Rules, reference};
use domxml_tests::faults;
use relaxng_model::{FileResolver, load};

/// A page with its style and script, and with the index of the search.
const MAX_WEIGHT: usize = 300_000;

fn listed(more: &[&str]) -> Rules {
    let mut command = Command::new(faults::command().expect("the command"));
    let said = command.args(["rules", "--output-format", "json"]).args(more).output().expect("the command runs");
    Rules::read(&String::from_utf8(said.stdout).expect("text")).expect("rules")
}

#[test]
fn no_page_is_heavy_with_all_rules() {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema");
    let grammar = load(&FileResolver::in_directory(schema), "domain.rng").expect("the schema");
    let mut rules = listed(&[]);
    rules.extend(listed(&["--drift"]));
    let examples = Examples::of_documents(&grammar, &[]);
    let files = reference(&grammar, &Options { rules, examples, ..Options::default() });
    let size = |name: &str| files[Path::new(name)].len();
    let shared: usize = ["style.css", "script.js", "search.js"].into_iter().map(size).sum();
    let pages = files.iter().filter(|(path, _)| path.extension().is_some_and(|it| it == "html"));
    let weights: BTreeMap<_, _> = pages.map(|(path, text)| (path, shared + text.len())).collect();
    assert!(weights.len() > 60, "{weights:?}");
    let heavy: Vec<_> = weights.iter().filter(|(_, weight)| **weight > MAX_WEIGHT).collect();
    assert!(heavy.is_empty(), "{heavy:?}");
}
