//! `info`: the features that files use, and the oldest libvirt that can read them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domxml_runtime::Version;

use super::{DONE, FAILED};
use crate::batch::Documents;
use crate::cli::{Info, OutputFormat};
use crate::finding::{Level, ids};
use crate::report::{Action, Feature, Features, FileReport, Findings};
use crate::{batch, config, engine, features};

pub(super) fn run(mut args: Info) -> Result<u8, String> {
    config::apply(&mut args.files, None)?;
    let (unknown, format, quiet) =
        (args.files.unknown.unwrap_or_default(), args.output.output_format, args.output.quiet);
    let many = args.files.paths.len() > 1 || args.files.paths.iter().any(|path| path.is_dir());
    let place = if format == OutputFormat::Text { Findings::Aside } else { Findings::Result };
    let summary = batch::run(&args.files, &args.output, place, Documents::Domains, |origin, source| {
        let (mut used, mut readable) = (Vec::new(), true);
        let findings = source.content.findings(&source.text, |text| match engine::features(text, unknown) {
            Ok((features, findings)) => {
                used.extend(features);
                findings
            }
            Err(findings) => {
                readable = false;
                findings
            }
        });
        let mut report = FileReport {
            label: origin.label(),
            text: source.text.clone(),
            findings,
            action: if readable { Action::Unchanged } else { Action::Failed },
            output: None,
            features: None,
        };
        if readable {
            let certain = !report.findings.iter().any(|finding| finding.rule == ids::UNKNOWN);
            let listing = listing(&used, certain);
            if format == OutputFormat::Text {
                report.output = Some(print(&listing, many.then_some(report.label.as_str()), quiet).into_bytes());
            }
            report.features = Some(listing);
        }
        // What is wrong with a file is no business of this command, unless it cannot be read for it.
        if report.action != Action::Failed {
            report.findings.retain(|finding| finding.level == Level::Invalid);
        }
        report
    })?;
    Ok(if summary.unfinished() { FAILED } else { DONE })
}

fn listing(used: &[features::Feature], certain: bool) -> Features {
    let mut counts: BTreeMap<(Version, &str), usize> = BTreeMap::new();
    for feature in used {
        *counts.entry((feature.since, &feature.name)).or_default() += 1;
    }
    let features = counts.into_iter().rev().map(|((since, feature), uses)| Feature {
        since: since.to_string(),
        feature: feature.to_owned(),
        uses,
    });
    let oldest = features::oldest(used).filter(|_| certain).map(|version| version.to_string());
    Features { oldest_libvirt: oldest, certain, features: features.collect() }
}

/// The answer first, then what decides it: the newest features before the others.
fn print(listing: &Features, label: Option<&str>, quiet: bool) -> String {
    let mut text = String::new();
    if let Some(label) = label {
        let _ = write!(text, "{label}: ");
    }
    let newest = listing.features.first().map_or("", |feature| &feature.since);
    let _ = match (&listing.oldest_libvirt, listing.certain) {
        (Some(oldest), _) => writeln!(text, "oldest libvirt: {oldest}"),
        (None, true) => writeln!(text, "oldest libvirt: any"),
        (None, false) if newest.is_empty() => writeln!(text, "oldest libvirt: cannot be told, something is unknown"),
        (None, false) => writeln!(text, "oldest libvirt: cannot be told, something is unknown; {newest} by the rest"),
    };
    if !quiet {
        for row in &listing.features {
            let _ = writeln!(text, "{:>8}  {}", row.since, row.feature);
        }
    }
    text
}
