//! Small schemas by section of the RELAX NG specification: what is right with them, or every message about what is wrong.

mod hostile;
mod laws;
#[path = "../material/mod.rs"]
mod material;
mod section3;
mod section4;
mod section4_references;
mod section7;

use relaxng_model::{Grammar, MemoryResolver, dump, load};

const NS: &str = r#"xmlns="http://relaxng.org/ns/structure/1.0""#;

/// A schema of several files, `schema.rng` first. The text `NS` in a file stands for the declaration of RELAX NG's namespace.
fn files(texts: &[(&str, &str)]) -> MemoryResolver {
    let mut resolver = MemoryResolver::new();
    for (name, text) in texts {
        resolver.insert(*name, text.replacen("NS", NS, 1));
    }
    resolver
}

fn grammar(resolver: &MemoryResolver) -> Grammar {
    load(resolver, "schema.rng").unwrap_or_else(|errors| panic!("{errors}"))
}

/// The schema is refused with these messages and no others; `schema.rng:` is left out of them.
#[track_caller]
fn refused(resolver: &MemoryResolver, expected: &[&str]) {
    let errors = load(resolver, "schema.rng").err().map_or_else(String::new, |errors| errors.to_string());
    let found: Vec<&str> = errors.lines().map(|line| line.strip_prefix("schema.rng:").unwrap_or(line)).collect();
    assert_eq!(found, expected);
}

/// The schema of one file is refused with these messages and no others.
#[track_caller]
fn bad(text: &str, expected: &[&str]) {
    refused(&files(&[("schema.rng", text)]), expected);
}

/// The schema is good and comes to this dump, of which the places of `start` and definitions are left out.
#[track_caller]
fn comes_to(resolver: &MemoryResolver, expected: &str) {
    let dump = dump::dump(&grammar(resolver));
    let lines: Vec<&str> = dump.lines().map(|line| line.split(" @").next().unwrap_or_default()).collect();
    assert_eq!(lines.join("\n"), expected.trim_matches('\n'));
}

/// The schema of one file is good and comes to this dump.
#[track_caller]
fn good(text: &str, expected: &str) {
    comes_to(&files(&[("schema.rng", text)]), expected);
}
