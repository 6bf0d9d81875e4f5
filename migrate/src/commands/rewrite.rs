//! `upgrade` and `fmt`: files in, files out.

use std::path::Path;

use similar::TextDiff;

use super::{DONE, FAILED, FOUND};
use crate::batch;
use crate::cli::{Files, Fmt, Output, OutputFormat, Upgrade, Write};
use crate::config;
use crate::engine::{self, Outcome};
use crate::finding::{Finding, Level, ids};
use crate::input::{Origin, Source, dressed};
use crate::output::{Former, Refusal, Replacer};
use crate::report::{Action, FileReport, Findings, Summary};

pub(super) fn upgrade(mut args: Upgrade) -> Result<u8, String> {
    config::apply(&mut args.files, Some(&mut args.rules))?;
    let options = engine::Options::new(&args.rules, args.files.unknown, args.layout)?;
    let place = place(&args.files, &args.output, &args.write);
    let writing = Writing::new(args.write)?;
    let summary = batch::run(&args.files, &args.output, place, |origin, source| {
        writing.finish(origin, source, engine::upgrade(&source.text, &options))
    })?;
    writing.replacer.finish();
    Ok(status(&summary, &writing.options))
}

pub(super) fn fmt(mut args: Fmt) -> Result<u8, String> {
    config::apply(&mut args.files, None)?;
    let unknown = args.files.unknown;
    let place = place(&args.files, &args.output, &args.write);
    let writing = Writing::new(args.write)?;
    let summary = batch::run(&args.files, &args.output, place, |origin, source| {
        let mut outcome = engine::format(&source.text, unknown);
        // Content that is kept is no concern of a formatter.
        outcome.findings.retain(|finding| finding.level == Level::Error);
        let dressed = outcome.text.as_deref().map(|text| dressed(&source.text, text));
        if writing.options.nothing() && dressed.is_some_and(|text| text != source.text) {
            outcome.findings.push(layout_finding());
        }
        writing.finish(origin, source, outcome)
    })?;
    writing.replacer.finish();
    Ok(status(&summary, &writing.options))
}

/// Where a document or a diff goes to standard output, findings go beside it in every format. In text they always do: they are
/// remarks on the files, which are the result.
fn place(files: &Files, output: &Output, write: &Write) -> Findings {
    let filter = files.paths.is_empty() || files.paths.iter().any(|path| path.as_os_str() == "-");
    let printed = if write.nothing() { write.diff } else { filter };
    if printed || output.output_format == OutputFormat::Text { Findings::Aside } else { Findings::Result }
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
    if summary.unfinished() {
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

/// Turns outcomes into files, diffs or standard output.
struct Writing {
    options: Write,
    replacer: Replacer,
}

impl Writing {
    fn new(options: Write) -> Result<Self, String> {
        let replacer = Replacer::new(options.replacing())?;
        Ok(Self { options, replacer })
    }

    fn finish(&self, origin: &Origin, source: &Source, outcome: Outcome) -> FileReport {
        let mut report = FileReport {
            label: origin.label(),
            text: source.text.clone(),
            findings: outcome.findings,
            action: Action::Failed,
            output: None,
        };
        let nothing = self.options.nothing();
        if !nothing && let Some(path) = origin.path() {
            report.findings.extend(self.replacer.tidy(path).iter().map(|path| leftover(path)));
        }
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
        let new = if outcome.carried_over { new } else { dressed(&source.text, &new) };
        let changed = new != source.text;
        report.action = match (changed, nothing) {
            (false, _) => Action::Unchanged,
            (true, true) => Action::WouldRewrite,
            (true, false) => Action::Rewritten,
        };
        if self.options.diff {
            report.output = changed.then(|| unified(&report.label, &source.text, &new).into_bytes());
            return report;
        }
        if nothing {
            return report;
        }
        let bytes = match changed.then(|| source.form.encode(&new)) {
            None => source.bytes.clone(),
            Some(Ok(bytes)) => bytes,
            Some(Err(error)) => return batch::unreadable(report.label, format!("cannot be written: {error}")),
        };
        match origin.path() {
            None => report.output = Some(bytes),
            Some(path) if changed => {
                if let Err(refusal) = self.replace(path, source, &bytes) {
                    return batch::unreadable(report.label, refusal);
                }
            }
            Some(_) => {}
        }
        report
    }

    fn replace(&self, path: &Path, source: &Source, new: &[u8]) -> Result<(), Refusal> {
        let Some(stamp) = source.stamp else {
            return Err("is no regular file and cannot be rewritten in place: name it as standard input".to_owned());
        };
        self.replacer.replace(path, Former { stamp, content: &source.bytes }, new)
    }
}

/// A note on what a killed run has left and is not this command's to remove.
fn leftover(path: &Path) -> Finding {
    let message = format!(
        "{} holds what another program saved while an earlier run was killed: compare it with the files beside it, \
         then remove it",
        path.display()
    );
    Finding {
        rule: ids::IO.into(),
        level: Level::Note,
        span: 0..0,
        path: String::new(),
        message,
        before: None,
        after: None,
    }
}

fn unified(label: &str, old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(label, label).to_string()
}
