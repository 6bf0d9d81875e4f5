//! `upgrade` and `fmt`: files in, files out.

use similar::TextDiff;

use super::{DONE, FAILED, FOUND};
use crate::batch;
use crate::cli::{Fmt, Output, OutputFormat, Upgrade, Write};
use crate::engine::{self, Outcome};
use crate::finding::{Finding, Level, ids};
use crate::input::{Origin, Source};
use crate::report::{Action, FileReport, Findings, Summary};
use crate::{config, output};

pub(super) fn upgrade(mut args: Upgrade) -> Result<u8, String> {
    config::apply(&mut args.files, Some(&mut args.rules))?;
    let options = engine::Options::new(&args.rules, args.files.unknown, args.layout)?;
    let summary = batch::run(&args.files, &args.output, aside(&args.output), |origin, source| {
        let outcome = engine::upgrade(&source.text, &options);
        finish(origin, source, outcome, &args.write)
    })?;
    Ok(status(&summary, &args.write))
}

pub(super) fn fmt(mut args: Fmt) -> Result<u8, String> {
    config::apply(&mut args.files, None)?;
    let unknown = args.files.unknown;
    let summary = batch::run(&args.files, &args.output, aside(&args.output), |origin, source| {
        let mut outcome = engine::format(&source.text, unknown);
        // Content that is kept is no concern of a formatter.
        outcome.findings.retain(|finding| finding.level == Level::Error);
        if args.write.nothing() && outcome.text.as_ref().is_some_and(|text| *text != source.text) {
            outcome.findings.push(layout_finding());
        }
        finish(origin, source, outcome, &args.write)
    })?;
    Ok(status(&summary, &args.write))
}

/// The result on standard output is a document or a diff: findings in text go beside it.
fn aside(output: &Output) -> Findings {
    if output.output_format == OutputFormat::Text { Findings::Aside } else { Findings::Result }
}

fn layout_finding() -> Finding {
    Finding {
        rule: ids::LAYOUT.into(),
        level: Level::Legacy,
        span: 0..0,
        path: String::new(),
        message: "not in canonical layout".to_owned(),
        before: None,
        after: None,
    }
}

fn status(summary: &Summary, write: &Write) -> u8 {
    if summary.failed > 0 {
        FAILED
    } else if write.nothing() && summary.would_rewrite > 0 || stays(summary) {
        FOUND
    } else {
        DONE
    }
}

/// Whether something was found that fails `check` and that no rewriting mends.
fn stays(summary: &Summary) -> bool {
    [Level::Error, Level::Invalid].iter().any(|level| summary.levels.contains_key(level))
}

/// Turns an outcome into files, a diff or standard output.
fn finish(origin: &Origin, source: &Source, outcome: Outcome, write: &Write) -> FileReport {
    let mut report = FileReport {
        label: origin.label(),
        text: source.text.clone(),
        findings: outcome.findings,
        action: Action::Failed,
        output: None,
    };
    let Some(new) = outcome.text else {
        if engine::is_other_document(&report.findings) && matches!(origin, Origin::Found(_)) {
            report.action = Action::Skipped;
            report.findings.clear();
        } else if !report.has_errors() {
            // What is wrong with it was to be ignored.
            report.action = Action::Skipped;
        }
        return report;
    };
    let changed = new != source.text;
    report.action = match (changed, write.nothing()) {
        (false, _) => Action::Unchanged,
        (true, true) => Action::WouldRewrite,
        (true, false) => Action::Rewritten,
    };
    if write.diff {
        report.output = changed.then(|| unified(&report.label, &source.text, &new));
    } else if !write.nothing() {
        match origin.path() {
            None => report.output = Some(new),
            Some(path) if changed => {
                if let Err(error) = output::replace(path, new.as_bytes(), write.backup.as_deref()) {
                    return batch::unreadable(report.label, format!("cannot be written: {error}"));
                }
            }
            Some(_) => {}
        }
    }
    report
}

fn unified(label: &str, old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(label, label).to_string()
}
