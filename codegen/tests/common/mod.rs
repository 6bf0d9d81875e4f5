//! The cases, and what is expected of them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use domxml_codegen::lower::Options;
use domxml_codegen::model::Model;
use domxml_codegen::{Errors, analyse, lower};
use relaxng_model::{FileResolver, Grammar};

/// The directories of the cases.
pub fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(root)
        .expect("the directory of cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

/// The grammar of a case.
pub fn grammar(case: &Path) -> Result<Grammar, Errors> {
    Ok(relaxng_model::load(&FileResolver::in_directory(case), "schema.rng")?)
}

/// The model of a case.
pub fn model(case: &Path) -> Result<Model, Errors> {
    let grammar = grammar(case)?;
    let facts = analyse::analyse(&grammar)?;
    lower::lower(
        &grammar,
        &facts,
        &Options { strict: case.join("strict").exists(), canonical_numbers: case.join("canonical-numbers").exists() },
    )
}

/// Compares with an expectation, or writes it where `BLESS` is set.
pub fn expect(path: &Path, actual: &str, failures: &mut String) {
    if std::env::var_os("BLESS").is_some() {
        if fs::read_to_string(path).ok().as_deref() != Some(actual) {
            if let Some(directory) = path.parent() {
                fs::create_dir_all(directory).expect("a directory");
            }
            fs::write(path, actual).expect("a writable expectation");
        }
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return;
    }
    let _ = writeln!(failures, "{}:", path.display());
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), actual.lines().collect());
    for line in old.iter().filter(|line| !new.contains(line)) {
        let _ = writeln!(failures, "  -{line}");
    }
    for line in new.iter().filter(|line| !old.contains(line)) {
        let _ = writeln!(failures, "  +{line}");
    }
}
