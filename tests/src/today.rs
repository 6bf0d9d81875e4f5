//! Measures over what came after libvirt 11.3.0, and over what the QEMU driver of 12.8.0 writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use dommigrate::cli::{Profile, Unknown};
use dommigrate::engine;
use dommigrate::features;
use dommigrate::finding::ids;
use domxml_runtime::Version;
use rayon::prelude::*;

use crate::corpus::{Document, Row};
use crate::measures::{self, Measure};
use crate::oracle::Libvirt;

/// The files of a directory whose names end like this, as documents named without the ending.
///
/// # Panics
/// When the directory cannot be read.
#[must_use]
pub fn documents(directory: &Path, ending: &str) -> Vec<Document> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut documents: Vec<Document> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?.strip_suffix(ending)?.to_owned();
            Some(Document { name, text: fs::read_to_string(&path).ok()?, row: Row::default() })
        })
        .collect();
    documents.sort_by(|a, b| a.name.cmp(&b.name));
    documents
}

/// The small documents about what came after 11.3.0.
#[must_use]
pub fn newer(shared: &Path) -> Vec<Document> {
    documents(&shared.join("new_since_11.3.0"), ".in.xml")
}

/// These documents in profile `libvirt`, against the answers of a libvirt: its form, or a refusal.
#[must_use]
pub fn answers(name: &'static str, shared: &Path, version: &str) -> Measure {
    let directory = shared.join("new_since_11.3.0");
    let options = measures::options(Profile::Libvirt, version.parse().expect("a version"));
    let results = newer(shared)
        .par_iter()
        .map(|document| {
            let outcome = engine::upgrade(&document.text, &options);
            let expected = fs::read_to_string(directory.join(format!("{}.libvirt-{version}.xml", document.name)));
            let failure = match (expected, &outcome.text) {
                (Ok(expected), Some(got)) => measures::first_difference(
                    &measures::neutral(&expected, &document.text),
                    &measures::neutral(got, &document.text),
                ),
                (Ok(_), None) => measures::first_error(&outcome),
                (Err(_), Some(_)) => Some("libvirt refuses it; no error was reported".to_owned()),
                (Err(_), None) => None,
            };
            (document.name.clone(), failure)
        })
        .collect();
    Measure::of(name, results)
}

/// What is new since 11.3.0 in each of the small documents, and since when: by hand, after the list of what came.
const NEW: &str = include_str!("../new_since_11.3.0.tsv");

/// What `info` says of these documents is what the list of what came says; and nothing that 11.3.0 refuses, or reads otherwise, is said
/// to be older.
#[must_use]
pub fn info(name: &'static str, shared: &Path) -> Measure {
    let eleven = Version::new(11, 3, 0);
    held_to_list(name, shared, |document| {
        let (needs, _) = engine::needs(&document.text, Unknown::Keep).ok()?;
        let newer = features::newer_than(&needs.features, eleven);
        let features = newer.iter().map(|feature| (feature.since, feature.name.clone()));
        let otherwise = needs.otherwise.iter().map(|it| (it.since, format!("read by {}", it.finding.rule)));
        Some(features.chain(otherwise.filter(|(since, _)| *since > eleven)).collect())
    })
}

/// `check --target 11.3.0` says of each new thing that it is newer.
#[must_use]
pub fn newer_than_target(name: &'static str, shared: &Path) -> Measure {
    held_to_list(name, shared, |document| {
        let options = measures::options(Profile::Modern, Version::new(11, 3, 0));
        let findings = engine::upgrade(&document.text, &options).findings;
        let newer = findings.into_iter().filter(|finding| finding.rule == ids::NEWER);
        let told = newer.filter_map(|finding| {
            let (feature, since) = finding.message.split_once(": known since libvirt ")?;
            Some((since.split_once(',')?.0.parse().ok()?, feature.to_owned()))
        });
        Some(told.collect())
    })
}

/// Holds what is told of each document to its line of the list.
fn held_to_list(
    name: &'static str,
    shared: &Path,
    told: impl Fn(&Document) -> Option<BTreeSet<(Version, String)>>,
) -> Measure {
    let lines = NEW.lines().filter_map(|line| line.split_once('\t'));
    let list: BTreeMap<&str, &str> = lines.collect();
    let results = newer(shared)
        .iter()
        .map(|document| {
            let by_target = name == "newer-than-target";
            let listed = list.get(&*document.name).copied().unwrap_or_default();
            let expected: BTreeSet<&str> = listed
                .split("; ")
                .filter(|feature| !(feature.is_empty() || by_target && feature.contains(" read by ")))
                .collect();
            let told = told(document).unwrap_or_default();
            let told: BTreeSet<String> = told.iter().map(|(since, feature)| format!("{since} {feature}")).collect();
            let same = told.iter().map(String::as_str).eq(expected.iter().copied());
            let words = |set: Vec<&str>| if set.is_empty() { "nothing".to_owned() } else { set.join("; ") };
            let told = words(told.iter().map(String::as_str).collect());
            let expected = words(expected.into_iter().collect());
            (document.name.clone(), (!same).then(|| format!("told: {told}\n  listed: {expected}")))
        })
        .collect();
    Measure::of(name, results)
}

/// What the QEMU driver of 12.8.0 wrote: all of it is known, and `fmt` leaves it as it is.
#[must_use]
pub fn dumps(name: &'static str, shared: &Path) -> Measure {
    let results = documents(&shared.join("qemu_pairs"), ".out.xml")
        .par_iter()
        .map(|document| {
            let outcome = engine::format(&document.text, Unknown::Deny);
            let failure = match &outcome.text {
                Some(text) => measures::first_difference(&document.text, text),
                None => measures::first_error(&outcome),
            };
            (document.name.clone(), failure)
        })
        .collect();
    Measure::of(name, results)
}

/// What the QEMU driver of 12.8.0 wrote, as documents.
#[must_use]
pub fn dumped(shared: &Path) -> Vec<Document> {
    let mut documents = documents(&shared.join("qemu_pairs"), ".out.xml");
    for document in &mut documents {
        document.name.push_str(".xml");
    }
    documents
}

/// What the QEMU driver of 12.8.0 wrote and today's libvirt reads otherwise, or refuses, after `upgrade`.
///
/// # Errors
/// When that libvirt cannot be asked.
pub fn dumps_same(name: &'static str, shared: &Path) -> Result<Measure, String> {
    let options = measures::plain_options();
    measures::same_to(name, &dumped(shared), shared, Libvirt::Today, |text| engine::upgrade(text, &options))
}

/// `count` documents that each differ in one place from one of these: an attribute or an element gone, an element twice, a value
/// that is another one's. The same every time.
#[must_use]
pub fn mutants(documents: &[Document], count: usize) -> Vec<Document> {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut mutants: Vec<Document> = Vec::new();
    while mutants.len() < count {
        let document = &documents[random.below(documents.len())];
        let Some(text) = mutant(&document.text, &mut random) else { continue };
        let name = format!("{}-{}", document.name, mutants.len());
        mutants.push(Document { name, text, row: Row::default() });
    }
    mutants
}

fn mutant(text: &str, random: &mut Random) -> Option<String> {
    let tree = roxmltree::Document::parse(text).ok()?;
    let elements: Vec<_> = tree.root_element().descendants().filter(roxmltree::Node::is_element).skip(1).collect();
    let element = *elements.get(random.below(elements.len().max(1)))?;
    let attributes: Vec<_> = element.attributes().collect();
    let replace =
        |range: std::ops::Range<usize>, by: &str| format!("{}{by}{}", &text[..range.start], &text[range.end..]);
    match random.below(4) {
        0 => Some(replace(element.range(), "")),
        1 => Some(replace(element.range().end..element.range().end, &text[element.range()])),
        2 => {
            let attribute = attributes.get(random.below(attributes.len().max(1)))?;
            Some(replace(attribute.range(), ""))
        }
        _ => {
            let attribute = attributes.get(random.below(attributes.len().max(1)))?;
            let values = ["", "yes", "on", "0", "-1", "x", "99999999999", "0x1", "/a", "file"];
            Some(replace(attribute.range_value(), values[random.below(values.len())]))
        }
    }
}

/// Numbers without a pattern, the same every time (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap_or(0)
    }
}
