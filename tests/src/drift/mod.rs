//! Drift: of pairs that a driver made none may drift, and changes by hand to them must be found.

mod changes;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use dommigrate::drift::{Change, Comparison, Drift, Unjudged};
use dommigrate::host::Host;
use rayon::prelude::*;

use crate::measures::Measure;
use crate::pairs::Random;

/// What was asked for, and what a driver made of it.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The name of the case.
    pub name: String,
    /// What was asked for.
    pub desired: String,
    /// What the driver made of it.
    pub actual: String,
}

/// The pairs of the real QEMU driver; those of ordinary users' documents where `wild` is set.
#[must_use]
pub fn driver_pairs(shared: &Path, wild: bool) -> Vec<Pair> {
    let root = shared.join("qemu_pairs");
    let pair = |file: String| {
        let name = file.strip_suffix(".out.xml")?;
        let read = |ending: &str| fs::read_to_string(root.join(format!("{name}{ending}"))).ok();
        Some(Pair { name: name.to_owned(), desired: read(".in.xml")?, actual: read(".out.xml")? })
    };
    let names = names(&root).into_iter().filter(|name| !wild || name.starts_with("wild."));
    names.filter_map(pair).collect()
}

/// libvirt's own pairs of its QEMU driver: `X.xml` and `X.ARCH-VERSION.xml`.
#[must_use]
pub fn upstream_pairs(shared: &Path) -> Vec<Pair> {
    let root = shared.join("corpus/libvirt-11.3.0/qemuxmlconfdata");
    let pair = |file: String| {
        let mut name = file.strip_suffix(".xml")?;
        name = name.strip_suffix(".abi-update").unwrap_or(name);
        let (stem, host) = name.rsplit_once('.').filter(|(_, host)| host.contains('-')).or_else(|| {
            // A version has dots of its own, as in `x86_64-7.2.0`.
            let at = name.find(".x86_64-").or_else(|| name.find(".s390x-"))?;
            Some((&name[..at], &name[at + 1..]))
        })?;
        let stem = if host.starts_with(|c: char| c.is_ascii_digit()) { name.split('.').next()? } else { stem };
        let read = |file: &str| fs::read_to_string(root.join(file)).ok();
        Some(Pair { name: file.clone(), desired: read(&format!("{stem}.xml"))?, actual: read(&file)? })
    };
    names(&root).into_iter().filter_map(pair).collect()
}

fn names(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

pub(crate) fn comparison() -> Comparison {
    Comparison::new(None, Host::default()).expect("the rules are there")
}

/// Why a pair is no pair: the first difference, or what cannot be read.
pub(crate) fn failure(result: Result<Drift, Unjudged>) -> Option<String> {
    let change = |change: Change| change.as_str();
    match result {
        Ok(drift) => drift.differences.first().map(|first| format!("{} {}", change(first.change), first.path)),
        Err(Unjudged::Desired(findings)) => Some(format!("cannot be read: {}", findings[0].message)),
        Err(Unjudged::Actual(findings)) => Some(format!("what was made of it cannot be read: {}", findings[0].message)),
    }
}

/// Pairs in which everything is explained.
#[must_use]
pub fn explained(name: &'static str, pairs: &[Pair]) -> Measure {
    let comparison = comparison();
    let results = pairs
        .par_iter()
        .map(|pair| (pair.name.clone(), failure(comparison.compare(&pair.desired, &pair.actual))))
        .collect();
    Measure::of(name, results)
}

/// Of `count` changes by hand to explained pairs, those that are found.
#[must_use]
pub fn changes(name: &'static str, pairs: &[Pair], count: usize) -> Measure {
    let comparison = comparison();
    let explained: Vec<&Pair> =
        pairs.par_iter().filter(|pair| failure(comparison.compare(&pair.desired, &pair.actual)).is_none()).collect();
    let share = count.div_ceil(changes::KINDS.len());
    let results: Vec<(String, Option<String>)> =
        changes::KINDS.par_iter().flat_map_iter(|kind| of_kind(kind, share, &explained, &comparison)).collect();
    let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (case, failure) in &results {
        let kind = case.split(' ').next().unwrap_or_default();
        let entry = kinds.entry(kind.to_owned()).or_default();
        entry.0 += 1;
        entry.1 += usize::from(failure.is_some());
    }
    let mut measure = Measure::of(name, results);
    measure.remarks.push(format!("{} kinds of changes", kinds.len()));
    let hidden = kinds.iter().filter(|(_, (_, hidden))| *hidden > 0);
    measure.remarks.extend(hidden.map(|(kind, (all, hidden))| format!("{kind}: {hidden} of {all} not found")));
    measure
}

/// `share` changes of a kind, each to another pair as far as there are pairs that can be changed so.
fn of_kind(
    kind: &changes::Kind,
    share: usize,
    pairs: &[&Pair],
    comparison: &Comparison,
) -> Vec<(String, Option<String>)> {
    let mut random =
        Random::new(kind.name.bytes().fold(14_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte))));
    let mut results = Vec::new();
    let mut tries = 0;
    while results.len() < share && tries < share * 40 {
        tries += 1;
        let pair = pairs[random.below(pairs.len())];
        let Some(changed) = changes::make(kind, pair, &mut random) else { continue };
        // What libvirt reads alike is no change.
        let alike = comparison.compare(&pair.actual, &changed);
        if alike.is_ok_and(|drift| drift.differences.is_empty() && drift.filled.is_empty()) {
            continue;
        }
        let found = match comparison.compare(&pair.desired, &changed) {
            Ok(drift) => !drift.differences.is_empty(),
            Err(_) => false,
        };
        let case = format!("{} {} {}", kind.name, results.len(), pair.name);
        results.push((case, (!found).then(|| format!("{} is not found", kind.name))));
    }
    results
}

/// The time that two equal folders of `count` files take, as a remark.
///
/// # Errors
/// When the folders cannot be written.
pub fn equal_folders(pairs: &[Pair], count: usize) -> Result<Measure, String> {
    let comparison = comparison();
    let texts: Vec<&str> = pairs.iter().map(|pair| pair.actual.as_str()).cycle().take(count).collect();
    let start = Instant::now();
    let results = texts
        .par_iter()
        .enumerate()
        .map(|(number, text)| (format!("{number:04}"), failure(comparison.compare(text, text))))
        .collect();
    let mut measure = Measure::of("drift-folders", results);
    measure.remarks.push(format!("{count} pairs of equal documents: {} ms", start.elapsed().as_millis()));
    Ok(measure)
}
