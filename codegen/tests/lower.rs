//! From schema to binding model, case by case: the model is as expected, and documents survive being read and written
//! by it. See `cases/README.md`.

mod common;
mod interpret;
mod random;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use common::{cases, expect, grammar, model};
use domxml_codegen::model::Model;
use domxml_codegen::{analyse, dump};
use relaxng_model::validate::Validator;

#[test]
fn models() {
    let mut failures = String::new();
    for case in cases() {
        let (text, expected, other) = match model(&case) {
            Ok(model) => (dump::model(&model), "model.txt", "errors.txt"),
            Err(errors) => (format!("{errors}\n"), "errors.txt", "model.txt"),
        };
        if case.join(other).exists() {
            let _ = writeln!(failures, "{}: {other} is expected, but there is {expected}:\n{text}", case.display());
        }
        expect(&case.join(expected), &text, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}\nto accept: BLESS=1 cargo test -p domxml-codegen --test lower");
}

#[test]
fn documents() {
    let mut failures = String::new();
    for case in cases() {
        let Ok(entries) = fs::read_dir(case.join("good")) else { continue };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        let grammar = grammar(&case).expect("a schema with documents loads");
        let model = model(&case).expect("a schema with documents lowers");
        let mut validator = Validator::new(&grammar);
        for path in paths {
            let text = fs::read_to_string(&path).expect("a readable document");
            if let Err(error) = document(&model, &mut validator, &text) {
                let _ = writeln!(failures, "{}: {error}", path.display());
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn random_documents() {
    let mut failures = String::new();
    for case in cases() {
        let Ok(model) = model(&case) else { continue };
        // A default that is spelt out is a difference by intent.
        if case.ends_with("choice-default-folded") {
            continue;
        }
        let grammar = grammar(&case).expect("a schema that lowers loads");
        let mut validator = Validator::new(&grammar);
        if let Err(error) = random::try_documents(&grammar, 200, |text| document(&model, &mut validator, text)) {
            let _ = writeln!(failures, "{}: {error}", case.display());
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

fn document(model: &Model, validator: &mut Validator, text: &str) -> Result<(), String> {
    let document = roxmltree::Document::parse(text).map_err(|error| error.to_string())?;
    if !validator.is_valid(&document) {
        return Err("the document is not valid".to_owned());
    }
    let written = interpret::round_trip(model, document.root_element())?;
    let before = interpret::verbatim(document.root_element());
    if before.sorted() != written.sorted() {
        return Err(format!("became\n  {}", written.to_xml()));
    }
    let again = written.to_xml();
    let document = roxmltree::Document::parse(&again).map_err(|error| error.to_string())?;
    if validator.is_valid(&document) { Ok(()) } else { Err(format!("became invalid:\n  {again}")) }
}

#[test]
fn stages_are_deterministic() {
    for case in cases() {
        let Ok(grammar) = grammar(&case) else { continue };
        let (Ok(first), Ok(second)) = (analyse::analyse(&grammar), analyse::analyse(&grammar)) else { continue };
        assert_eq!(dump::facts(&first), dump::facts(&second), "{}", case.display());
    }
}
