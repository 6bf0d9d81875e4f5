//! `info`: the features that files use, and the oldest libvirt that can read them.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use domxml_runtime::Version;

use super::{DONE, FAILED};
use crate::batch::{self, Documents};
use crate::cli::{Files, Info};
use crate::config::Configs;
use crate::engine::{self, Needs};
use crate::features;
use crate::finding::{Finding, Level, ids};
use crate::report::{Action, Feature, Features, FileReport, Findings, Refused, visible};
use crate::rule::Range;

pub(super) fn run(files: &Files, configs: &Configs) -> Result<u8, String> {
    let args: Info = configs.whole(files)?;
    let (format, quiet) = (args.output.output_format, args.output.quiet);
    let many = args.files.may_be_many();
    let place = if format.is_text() { Findings::Aside } else { Findings::Result };
    let items = configs.collect(&args.files)?;
    let by_file = configs.by_file(&items, |args: Info| Ok(args.files.unknown.unwrap_or_default()))?;
    let jobs = args.files.jobs;
    let summary = batch::run(items, jobs, &args.output, place, Documents::Domains, batch::told, |origin, source| {
        let unknown = *by_file.of(origin)?;
        let (mut needs, mut readable) = (Needs::default(), true);
        let findings = source.content.findings(&source.text, |text| match engine::needs(text, unknown) {
            Ok((more, findings)) => {
                needs.features.extend(more.features);
                needs.refused.extend(more.refused);
                needs.otherwise.extend(more.otherwise);
                findings
            }
            Err(findings) => {
                readable = false;
                findings
            }
        });
        let action = if readable { Action::Unchanged } else { Action::Failed };
        let mut report = FileReport::new(origin.label(), &source.text, findings, action);
        if readable {
            let certain = !report.findings.iter().any(|finding| finding.rule == ids::UNKNOWN);
            let listing = listing(&needs, certain);
            if format.is_text() {
                report.output = Some(print(&listing, many.then_some(report.label.as_str()), quiet).into_bytes());
            }
            report.features = Some(listing);
        }
        // What is wrong with a file is no business of this command, unless it cannot be read for it.
        if report.action != Action::Failed {
            report.findings.retain(|finding| finding.level == Level::Invalid);
        }
        Ok(report)
    })?;
    Ok(if summary.unfinished() { FAILED } else { DONE })
}

fn listing(needs: &Needs, certain: bool) -> Features {
    // Newest first.
    let mut counts: BTreeMap<(Reverse<Version>, Cow<'_, str>), usize> = BTreeMap::new();
    for feature in &needs.features {
        *counts.entry((Reverse(feature.since), Cow::Borrowed(&*feature.name))).or_default() += 1;
    }
    for other in &needs.otherwise {
        *counts.entry((Reverse(other.since), Cow::Owned(read_otherwise(&other.finding)))).or_default() += 1;
    }
    // A value that is as old as what has it says nothing more.
    let comes_along = |(since, feature): &(Reverse<Version>, Cow<'_, str>)| {
        feature.split_once('=').is_some_and(|(holder, _)| counts.contains_key(&(*since, Cow::Borrowed(holder))))
    };
    let told = counts.iter().filter(|(key, _)| !comes_along(key));
    let features = told.map(|((Reverse(since), feature), uses)| Feature {
        since: since.to_string(),
        feature: feature.clone().into_owned(),
        uses: *uses,
    });
    let known = features::oldest(&needs.features);
    // An older one takes it and makes something else of it.
    let alike = needs.otherwise.iter().map(|other| other.since).max();
    let (oldest, refused) = taken(known.max(alike), &needs.refused);
    let refused_by = refused
        .iter()
        .map(|(from, before)| Refused { from: from.to_string(), before: before.map(|before| before.to_string()) });
    Features {
        oldest_libvirt: oldest.filter(|_| certain).map(|version| version.to_string()),
        certain,
        refused_by: refused_by.collect(),
        features: features.collect(),
    }
}

/// What older libvirts read otherwise, and the id that explains it.
fn read_otherwise(finding: &Finding) -> String {
    let names = finding.path.split('/').map(|step| step.split_once('[').map_or(step, |(name, _)| name));
    let mut path = names.collect::<Vec<_>>().join("/");
    for outer in ["domain/", "devices/"] {
        path = path.strip_prefix(outer).map(str::to_owned).unwrap_or(path);
    }
    format!("{path} as it is read, see {}", finding.rule)
}

/// The oldest libvirt that takes what is refused over some ranges, and the newer ones that do not.
fn taken(oldest: Option<Version>, refused: &[Range]) -> (Option<Version>, Vec<(Version, Option<Version>)>) {
    let mut ranges: Vec<_> = refused.iter().map(|(since, until)| (since.unwrap_or_default(), *until)).collect();
    ranges.sort_unstable();
    let mut first = oldest;
    let mut left: Vec<(Version, Option<Version>)> = Vec::new();
    for (from, before) in ranges {
        match (left.last_mut(), before) {
            (Some((_, end)), before) if end.is_none_or(|end| from <= end) => {
                *end = end.zip(before).map(|(a, b)| a.max(b));
            }
            // What the oldest does not take either, it is not the oldest for.
            (None, Some(before)) if from <= first.unwrap_or_default() => first = first.max(Some(before)),
            (_, before) => left.push((from, before)),
        }
    }
    (first, left)
}

/// The answer first, then what decides it: the newest features before the others.
fn print(listing: &Features, label: Option<&str>, quiet: bool) -> String {
    let mut text = String::new();
    if let Some(label) = label {
        let _ = write!(text, "{}: ", visible(label));
    }
    let newest = listing.features.first().map_or("", |feature| &feature.since);
    let always = |refused: &&Refused| refused.before.is_none() && refused.from == Version::default().to_string();
    let refused = listing.refused_by.first().filter(always);
    let _ = match (&listing.oldest_libvirt, listing.certain) {
        (Some(oldest), _) if refused.is_some() => {
            write!(text, "oldest libvirt: none, for each refuses it as check says; {oldest} by its format")
        }
        (Some(oldest), _) => write!(text, "oldest libvirt: {oldest}"),
        (None, true) => write!(text, "oldest libvirt: any"),
        (None, false) if newest.is_empty() => write!(text, "oldest libvirt: cannot be told, something is unknown"),
        (None, false) => write!(text, "oldest libvirt: cannot be told, something is unknown; {newest} by the rest"),
    };
    for (at, refused) in listing.refused_by.iter().skip(usize::from(refused.is_some())).enumerate() {
        let word = if at == 0 { ", but not" } else { " and" };
        let _ = match &refused.before {
            Some(before) => write!(text, "{word} {} to {}", refused.from, last_before(before)),
            None => write!(text, "{word} {} and newer", refused.from),
        };
    }
    text.push('\n');
    if !quiet {
        for row in &listing.features {
            let _ = writeln!(text, "{:>8}  {}", row.since, row.feature);
        }
    }
    text
}

/// The release before one that begins a range: those of one year are numbered in sequence.
fn last_before(version: &str) -> String {
    let parts: Vec<u16> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    match parts[..] {
        [major, minor, 0] if minor > 0 => Version::new(major, minor - 1, 0).to_string(),
        [major, minor, micro] if micro > 0 => Version::new(major, minor, micro - 1).to_string(),
        // Since 3.0.0 a year has releases up to .10.0.
        [major, 0, 0] if major > 3 => Version::new(major - 1, 10, 0).to_string(),
        _ => format!("the last before {version}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(major: u16, minor: u16) -> Version {
        Version::new(major, minor, 0)
    }

    #[test]
    fn what_the_oldest_refuses_makes_a_newer_one_the_oldest() {
        let refused = [(None, Some(at(9, 2)))];
        assert_eq!(taken(Some(at(5, 2)), &refused), (Some(at(9, 2)), vec![]));
        let twice = [(None, Some(at(6, 0))), (Some(at(5, 5)), Some(at(7, 0)))];
        assert_eq!(taken(Some(at(5, 2)), &twice), (Some(at(7, 0)), vec![]));
    }

    #[test]
    fn what_newer_ones_refuse_is_a_gap() {
        let refused = [(Some(at(8, 8)), Some(at(9, 2))), (Some(at(8, 6)), Some(at(9, 0)))];
        assert_eq!(taken(Some(at(5, 2)), &refused), (Some(at(5, 2)), vec![(at(8, 6), Some(at(9, 2)))]));
        let (oldest, gaps) = taken(None, &[(None, None)]);
        assert_eq!((oldest, gaps), (None, vec![(Version::default(), None)]));
    }

    #[test]
    fn names_keep_their_digits_and_elements_lose_their_numbers() {
        let path = "domain/devices/controller[2]/pcihole64".to_owned();
        let finding = Finding { path, ..Finding::new("a-rule", Level::Default, 0..0, "") };
        assert_eq!(read_otherwise(&finding), "controller/pcihole64 as it is read, see a-rule");
    }

    #[test]
    fn the_release_before_another() {
        let before: Vec<_> = ["9.2.0", "8.0.0", "1.2.16", "2.0.0"].into_iter().map(last_before).collect();
        assert_eq!(before, ["9.1.0", "7.10.0", "1.2.15", "the last before 2.0.0"]);
    }
}
