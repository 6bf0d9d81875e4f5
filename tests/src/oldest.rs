//! The measure of the versions in the schema's annotations: `info` names the oldest libvirt that reads a document, upstream's
//! schemas of nearly a hundred releases say which was the first to take it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use dommigrate::cli::Unknown;
use dommigrate::{engine, features};
use domxml_runtime::Version;
use rayon::prelude::*;

use crate::corpus::Document;
use crate::measures::{self, Measure};

/// Valid documents for which `info` names another release than the first whose schema takes them. What `info` says is
/// rounded up to the next release whose schema is at hand.
///
/// # Panics
/// When the releases cannot be listed.
#[must_use]
pub fn oldest(name: &'static str, documents: &[Document], shared: &Path) -> Measure {
    let releases = releases(&shared.join("reference/schemas-history"));
    let results: Vec<_> = documents
        .par_iter()
        .filter(|document| document.row.get("schema_11.3.0") == "valid")
        .filter_map(|document| {
            let first = document.row.get("first_valid").parse().ok()?;
            Some((document.name.clone(), judge(&document.text, first, &releases)))
        })
        .collect();
    let mut measure = Measure::of(name, results);
    let mut directions: BTreeMap<&str, usize> = BTreeMap::new();
    for why in measure.failed.values() {
        *directions.entry(why.split(':').next().unwrap_or(why)).or_default() += 1;
    }
    measure.remarks = directions.into_iter().map(|(direction, count)| format!("{direction}: {count}")).collect();
    measure
}

/// The releases whose schemas are at hand.
fn releases(history: &Path) -> BTreeSet<Version> {
    let listed = fs::read_dir(history).expect("the directory of upstream's schemas");
    let names = listed.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter_map(|name| name.parse().ok()).chain([Version::new(11, 3, 0), measures::newest()]).collect()
}

/// Why the answer is wrong: its direction and the feature that decides it.
fn judge(text: &str, first: Version, releases: &BTreeSet<Version>) -> Option<String> {
    let used = match engine::features(text, Unknown::Keep) {
        Ok((used, _)) => used,
        Err(findings) => return Some(format!("not read: {}", engine::first_error_line(text, &findings))),
    };
    let oldest = features::oldest(&used).unwrap_or_default();
    let rounded = releases.range(oldest..).next().copied().unwrap_or(oldest);
    if rounded == first {
        return None;
    }
    let direction = if rounded < first { "too early" } else { "too late" };
    let deciding =
        used.iter().find(|feature| feature.since == oldest).map_or("nothing", |feature| feature.name.as_str());
    Some(format!("{direction}: {rounded} by {deciding}, upstream {first}"))
}
