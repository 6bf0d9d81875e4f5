//! What the command says of documents, and how much: no edit twice, and how many findings a file has.

use std::collections::BTreeMap;

use dommigrate::finding::Finding;
use dommigrate::judgement::Judge;
use rayon::prelude::*;

use crate::corpus::Document;
use crate::measures::{self, Measure};

/// What `check` says of each document without further options.
fn checked(documents: &[Document]) -> Result<Vec<(&Document, Vec<Finding>)>, String> {
    let judge = Judge::embedded()?;
    let options = measures::plain_options();
    Ok(documents.par_iter().map(|document| (document, judge.check(&document.text, &options))).collect())
}

/// Documents of which `check` tells an edit more than once: the same change, or the same refusal, at the same place.
///
/// # Errors
/// The schema cannot be loaded.
pub fn told_once(name: &'static str, documents: &[Document]) -> Result<Measure, String> {
    let results = checked(documents)?.into_iter().map(|(document, findings)| (document.name.clone(), twice(&findings)));
    Ok(Measure::of(name, results.collect()))
}

fn twice(findings: &[Finding]) -> Option<String> {
    let mut seen: BTreeMap<_, &Finding> = BTreeMap::new();
    for finding in findings {
        // An error has no edit: what is refused is known by its words.
        let edit = (finding.before.is_some() || finding.after.is_some()).then_some((&finding.before, &finding.after));
        let words = edit.is_none().then_some(&finding.message);
        if let Some(other) = seen.insert((finding.span.start, finding.span.end, edit, words), finding) {
            return Some(format!("{} and {} tell the same: {}", other.rule, finding.rule, finding.message));
        }
    }
    None
}

/// How many findings a file has: the mean and the median, by level and in all.
///
/// # Errors
/// The schema cannot be loaded.
pub fn per_file(name: &'static str, documents: &[Document]) -> Result<Measure, String> {
    let checked = checked(documents)?;
    let mut counts: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    for (_, findings) in &checked {
        counts.entry("in all").or_default().push(findings.len());
        counts
            .entry("that fail check")
            .or_default()
            .push(findings.iter().filter(|finding| finding.level.fails(false)).count());
    }
    let remarks = counts.into_iter().map(|(what, mut counts)| {
        counts.sort_unstable();
        let mean = counts.iter().sum::<usize>() as f64 / counts.len().max(1) as f64;
        format!("{what}: mean {mean:.2}, median {}", counts.get(counts.len() / 2).copied().unwrap_or(0))
    });
    let results = checked.iter().map(|(document, _)| (document.name.clone(), None)).collect();
    Ok(Measure { remarks: remarks.collect(), ..Measure::of(name, results) })
}
