//! Documents that the QEMU driver was given: what it refused is an error, and what it took is none.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dommigrate::engine::{self, Options, Plan};
use dommigrate::finding::Level;
use dommigrate::options::{Driver, Fate, Layout, Profile, Target};
use dommigrate::rules;
use rayon::prelude::*;

use crate::corpus::{Document, Row};
use crate::drift;
use crate::measures::Measure;
use crate::oracle::{self, Answer};

/// `check` with the driver named and nothing else asked for.
pub(crate) fn options() -> Options {
    let profile = Profile::Modern;
    let target = Target::of(profile, None);
    let rules = rules::select(&[], &[], profile, &target).expect("no selection is never wrong").rules;
    let plan = Plan::new(&rules, profile, &target, Some(Driver::Qemu), false);
    let unknown = Fate::of(profile, &target, None);
    Options { profile, target, plan, muted: Vec::new(), live: false, unknown, layout: Layout::Canonical }
}

/// The first error of a document as its rule and message.
fn error(text: &str, options: &Options) -> Option<String> {
    let findings = engine::upgrade(text, options).findings;
    let error = findings.into_iter().find(|finding| finding.level == Level::Error)?;
    Some(format!("{}: {}", error.rule, error.message))
}

fn input(folder: &Path, name: &str) -> String {
    let path = folder.join(format!("{name}.in.xml"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Documents that the driver refused for what they say, and not for the host: each is an error.
///
/// # Panics
/// When the material cannot be read.
#[must_use]
pub fn refusals(folder: &Path) -> Measure {
    let options = options();
    let list = fs::read_to_string(folder.join("refusals.tsv")).expect("the list of refusals");
    let refused: BTreeMap<&str, &str> = list
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let (name, needs, message) = (columns.next()?, columns.next()?, columns.next()?);
            (needs == "document").then_some((name, message))
        })
        .collect();
    let results = refused
        .par_iter()
        .map(|(name, message)| {
            let found = error(&input(folder, name), &options);
            ((*name).to_owned(), found.is_none().then(|| format!("not found: {message}")))
        })
        .collect();
    Measure::of("qemu-refusals", results)
}

/// The names of the pairs.
pub(crate) fn taken_names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the pairs").flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".out.xml").map(str::to_owned)).collect()
}

/// Documents that the driver took: none has an error.
///
/// # Panics
/// When the material cannot be read.
#[must_use]
pub fn taken(folder: &Path) -> Measure {
    let options = options();
    let names = taken_names(folder);
    let results = names.par_iter().map(|name| (name.clone(), error(&input(folder, name), &options))).collect();
    Measure::of("qemu-taken", results)
}

/// The documents that the driver took, as they were given to it.
///
/// # Panics
/// When the material cannot be read.
#[must_use]
pub fn given(folder: &Path) -> Vec<Document> {
    let mut names = taken_names(folder);
    names.sort();
    let document = |name: String| Document { text: input(folder, &name), name, row: Row::default() };
    names.into_iter().map(document).collect()
}

/// These documents, held against what the QEMU driver of today's libvirt makes of them: what it refuses is an error, what it takes is none,
/// and nothing in what it writes drifts.
///
/// # Errors
/// When the driver cannot be asked.
pub fn asked(name: &'static str, documents: &[Document], shared: &Path) -> Result<Measure, String> {
    let options = options();
    let comparison = drift::comparison();
    let defined = oracle::define(shared, documents)?;
    let results = documents
        .par_iter()
        .zip(defined)
        .map(|(document, defined)| {
            let error = error(&defined.given, &options);
            let failure = match defined.answer {
                Answer::Crash | Answer::Undecided => None,
                Answer::Refused(why) => error.is_none().then(|| format!("QEMU's driver refuses it: {why}")),
                Answer::Form(_) if error.is_some() => error.map(|error| format!("QEMU's driver takes it; {error}")),
                Answer::Form(form) => drift::failure(comparison.compare(&defined.given, &form)),
            };
            (document.name.clone(), failure)
        })
        .collect();
    Ok(Measure::of(name, results))
}
