//! Known failures: one file a measure, one line a case: its name, a tab, the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

/// The cases of a measure that are known to fail, with their reasons.
///
/// # Panics
/// When a line has no reason or a case stands twice.
#[must_use]
pub fn failures(measure: &str) -> BTreeMap<String, String> {
    let Ok(text) = std::fs::read_to_string(path(measure)) else { return BTreeMap::new() };
    let mut all = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (case, reason) = line.split_once('\t').unwrap_or_else(|| panic!("{measure}: no reason: {line}"));
        assert!(!reason.trim().is_empty(), "{measure}: no reason: {line}");
        assert!(all.insert(case.to_owned(), reason.to_owned()).is_none(), "{measure}: twice: {case}");
    }
    all
}

fn path(measure: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("known_failures").join(format!("{measure}.tsv"))
}

/// Holds what failed against the list. The message names every unlisted failure and every listed case that passes.
///
/// # Errors
/// When the two are not the same.
pub fn compare(measure: &str, failed: &BTreeMap<String, String>) -> Result<(), String> {
    let listed: BTreeSet<String> = failures(measure).into_keys().collect();
    let mut message = String::new();
    for (case, why) in failed {
        if !listed.contains(case) {
            let _ = writeln!(message, "{measure}: fails and is not listed: {case}: {why}");
        }
    }
    for case in &listed {
        if !failed.contains_key(case) {
            let _ = writeln!(message, "{measure}: is listed and passes: {case}");
        }
    }
    if message.is_empty() { Ok(()) } else { Err(message) }
}
