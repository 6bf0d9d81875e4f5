//! The measure of the versions in the schema's annotations: `info` names the oldest libvirt that reads a document, upstream's
//! schemas of nearly a hundred releases say which was the first to take it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use dommigrate::cli::Unknown;
use dommigrate::{engine, features};
use domxml_runtime::Version;
use rayon::prelude::*;

use crate::corpus::Document;
use crate::judge::Engine;
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
    let used = match engine::needs(text, Unknown::Keep) {
        Ok((needs, _)) => needs.features,
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

/// The releases whose schemas judge what `upgrade` writes without a target: the last before 6.0.0, and all that came later.
const JUDGES: [&str; 5] = ["5.6.0", "7.0.0", "9.0.0", "11.3.0", "12.8.0"];

/// Documents that a release's schema takes and whose upgraded form it does not: `upgrade` without `--target` asked for a newer libvirt than
/// the document did.
///
/// # Errors
/// `xmllint` cannot be run.
pub fn raised(name: &'static str, documents: &[Document], shared: &Path) -> Result<Measure, String> {
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let options = measures::plain_options();
    let write = |side: &str, at: usize, text: &str| -> Result<PathBuf, String> {
        let path = directory.path().join(format!("{at}.{side}.xml"));
        fs::write(&path, text).map_err(|error| error.to_string())?;
        Ok(path)
    };
    let pairs: Vec<Option<(PathBuf, PathBuf)>> = documents
        .par_iter()
        .enumerate()
        .map(|(at, document)| {
            let Some(upgraded) = engine::upgrade(&document.text, &options).text else { return Ok(None) };
            Ok(Some((write("before", at, &document.text)?, write("after", at, &upgraded)?)))
        })
        .collect::<Result<_, String>>()?;
    let files: Vec<&Path> =
        pairs.iter().flatten().flat_map(|(before, after)| [before.as_path(), after.as_path()]).collect();
    let mut refused: BTreeMap<usize, &str> = BTreeMap::new();
    for release in JUDGES {
        let history = shared.join(format!("reference/schemas-history/{release}/domain.rng"));
        let schema =
            if history.is_file() { history } else { shared.join(format!("reference/schemas-{release}/domain.rng")) };
        let verdicts = Engine::Xmllint.judge(&schema, &files)?;
        let valid = |path: &PathBuf| verdicts.get(&*path.to_string_lossy()).copied().unwrap_or(false);
        for (at, (before, after)) in pairs.iter().enumerate().filter_map(|(at, pair)| Some((at, pair.as_ref()?))) {
            if valid(before) && !valid(after) {
                refused.entry(at).or_insert(release);
            }
        }
    }
    let read = documents.iter().enumerate().filter(|(at, _)| pairs[*at].is_some());
    let results = read.map(|(at, document)| {
        let why =
            refused.get(&at).map(|release| format!("the schema of {release} takes the original and not the result"));
        (document.name.clone(), why)
    });
    Ok(Measure::of(name, results.collect()))
}
