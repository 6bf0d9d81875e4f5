//! `info`: the features that files use, and the oldest libvirt that can read them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domxml_runtime::Version;
use serde::Serialize;

use super::{DONE, FAILED};
use crate::batch::Documents;
use crate::cli::{Info, OutputFormat};
use crate::report::{Action, FileReport, Findings};
use crate::{batch, config, engine, features};

/// A feature with all its uses counted.
#[derive(Serialize)]
struct Row {
    since: String,
    feature: String,
    uses: usize,
}

#[derive(Serialize)]
struct Listing {
    oldest_libvirt: Option<String>,
    features: Vec<Row>,
}

pub(super) fn run(mut args: Info) -> Result<u8, String> {
    config::apply(&mut args.files, None)?;
    let (unknown, format) = (args.files.unknown, args.output.output_format);
    let many = args.files.paths.len() > 1 || args.files.paths.iter().any(|path| path.is_dir());
    let place = if format == OutputFormat::Text { Findings::Aside } else { Findings::Result };
    let summary = batch::run(&args.files, &args.output, place, Documents::Domains, |origin, source| {
        let label = origin.label();
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
        let text = match format {
            OutputFormat::Json => serde_json::to_string(&listing(&used)).unwrap_or_default(),
            _ => print(&used, many.then_some(label.as_str())),
        };
        let output = readable.then(|| text.into_bytes());
        let action = if readable { Action::Unchanged } else { Action::Failed };
        FileReport { label, text: source.text.clone(), findings, action, output }
    })?;
    Ok(if summary.unfinished() { FAILED } else { DONE })
}

fn listing(used: &[features::Feature]) -> Listing {
    let mut counts: BTreeMap<(Version, &str), usize> = BTreeMap::new();
    for feature in used {
        *counts.entry((feature.since, &feature.name)).or_default() += 1;
    }
    let features = counts
        .into_iter()
        .rev()
        .map(|((since, feature), uses)| Row { since: since.to_string(), feature: feature.to_owned(), uses })
        .collect();
    Listing { oldest_libvirt: features::oldest(used).map(|version| version.to_string()), features }
}

/// Newest features first: these decide which libvirt can read the file.
fn print(used: &[features::Feature], label: Option<&str>) -> String {
    let listing = listing(used);
    let mut text = String::new();
    if let Some(label) = label {
        let _ = writeln!(text, "{label}:");
    }
    for row in &listing.features {
        let _ = writeln!(text, "{:>8}  {}", row.since, row.feature);
    }
    let oldest = listing.oldest_libvirt.as_deref().unwrap_or("any");
    let _ = writeln!(text, "oldest libvirt: {oldest}");
    text
}
