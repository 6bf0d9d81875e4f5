//! `upgrade` and `fmt`: files in, files out.

use std::io::{self, IsTerminal};
use std::path::Path;

use domxml_runtime::edit::Around;

use super::{DONE, FAILED, FOUND, note_suppressions_around};
use crate::batch::{self, Documents, Unfit};
use crate::cli::{Files, Fmt, Layout, Output, OutputFormat, Profile, Upgrade, Write};
use crate::config::Configs;
use crate::engine::{self, Outcome};
use crate::finding::{Finding, Level, ids};
use crate::input::{Origin, Source};
use crate::output::{Former, Refusal, Replacer};
use crate::patch;
use crate::report::{Action, FileReport, Findings, Summary, visible};
use crate::verify::{self, Meant};

pub(super) fn upgrade(files: &Files, configs: &Configs) -> Result<u8, String> {
    let args: Upgrade = configs.whole(files)?;
    let items = configs.collect(&args.files)?;
    let by_file =
        configs.by_file(&items, |args: Upgrade| engine::Options::new(&args.rules, args.files.unknown, args.layout))?;
    let place = place(args.files.read_stdin(), &args.output, &args.write);
    let writing = Writing::new(args.write, &args.output)?;
    let jobs = args.files.jobs;
    let unfit = |origin: &Origin, id: &str| match by_file.of(origin) {
        Ok(options) if options.muted.contains(&id) => writing.passed(origin),
        _ => Unfit::Told,
    };
    let summary = batch::run(items, jobs, &args.output, place, Documents::Domains, unfit, |origin, source| {
        let options = by_file.of(origin)?;
        let upgrade = |text: &str, depth| engine::upgrade_at(text, &options, depth);
        let mut outcome = source.content.rewrite(&source.text, upgrade);
        note_suppressions_around(&mut outcome.findings, source, &options.muted);
        writing.finish(origin, source, outcome, options.profile == Profile::Modern)
    })?;
    writing.replacer.finish();
    Ok(status(&summary, &writing.options))
}

pub(super) fn fmt(files: &Files, configs: &Configs) -> Result<u8, String> {
    let args: Fmt = configs.whole(files)?;
    let items = configs.collect(&args.files)?;
    let by_file = configs.by_file(&items, |args: Fmt| Ok((args.files.unknown.unwrap_or_default(), args.layout)))?;
    let place = place(args.files.read_stdin(), &args.output, &args.write);
    let writing = Writing::new(args.write, &args.output)?;
    let jobs = args.files.jobs;
    let summary = batch::run(items, jobs, &args.output, place, Documents::Domains, batch::told, |origin, source| {
        let (unknown, layout) = *by_file.of(origin)?;
        let format = |text: &str, depth| match layout {
            Layout::Canonical => engine::format_at(text, unknown, depth),
            Layout::Keep => engine::indent_at(text, unknown, Around { depth, put: 0 }),
        };
        let mut outcome = source.content.rewrite(&source.text, format);
        // Content that is kept is no concern of a formatter.
        outcome.findings.retain(|finding| finding.level == Level::Error);
        if writing.options.nothing()
            && let Some(new) = outcome.text.as_ref().filter(|new| **new != source.text)
        {
            outcome.findings.push(layout_finding(layout, &source.text, new));
        }
        writing.finish(origin, source, outcome, true)
    })?;
    writing.replacer.finish();
    Ok(status(&summary, &writing.options))
}

/// Where a document or a diff goes to standard output, findings go beside it in every format. In text they always do: they are
/// remarks on the files, which are the result.
pub(super) fn place(stdin: bool, output: &Output, write: &Write) -> Findings {
    let printed = if write.nothing() { write.diff } else { stdin };
    if printed || output.output_format.is_text() { Findings::Aside } else { Findings::Result }
}

/// What is said of a document that is laid out otherwise than wanted, at the first line that is.
fn layout_finding(wanted: Layout, text: &str, new: &str) -> Finding {
    let same = text.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
    let start = text.as_bytes()[..same].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let start = start + line.len() - line.trim_start().len();
    let message = match wanted {
        Layout::Canonical => "not in canonical layout",
        Layout::Keep => "lines are not indented as deep as what stands on them",
    };
    Finding::new(ids::LAYOUT, Level::Legacy, start..start + line.trim().len(), message)
}

pub(super) fn status(summary: &Summary, write: &Write) -> u8 {
    if summary.unfinished() {
        FAILED
    } else if write.nothing() && summary.would_rewrite > 0 || summary.stays {
        FOUND
    } else {
        DONE
    }
}

/// Turns outcomes into files, diffs or standard output.
pub(super) struct Writing {
    pub(super) options: Write,
    /// Whether the files that would be rewritten are named.
    names: bool,
    /// Whether a diff is for people who see colours.
    colours: bool,
    /// Whether it is to be shown how each finding is mended.
    fixes: bool,
    pub(super) replacer: Replacer,
}

impl Writing {
    pub(super) fn new(options: Write, output: &Output) -> Result<Self, String> {
        let replacer = Replacer::new(options.replacing())?;
        let names = output.output_format.is_text() && !output.quiet;
        let fixes = output.output_format == OutputFormat::Sarif;
        let colours = output.output_format.is_text() && output.color.is_wanted(io::stdout().is_terminal());
        Ok(Self { options, names, colours, fixes, replacer })
    }

    /// What becomes of a document that is left because what is wrong with it is ignored.
    fn passed(&self, origin: &Origin) -> Unfit {
        if *origin == Origin::Stdin && !self.options.nothing() { Unfit::PassedOn } else { Unfit::PassedOver }
    }

    /// `comments`: whether they are kept.
    ///
    /// # Errors
    /// Why the file is left.
    pub(super) fn finish(
        &self,
        origin: &Origin,
        source: &Source,
        outcome: Outcome,
        comments: bool,
    ) -> Result<FileReport, Refusal> {
        let mut report = FileReport::new(origin.label(), &source.text, outcome.findings, Action::Failed);
        let nothing = self.options.nothing();
        if !nothing && source.stamp.is_none() && origin.path().is_some() {
            // Whether something is found or not: whoever reads what is printed would have nothing.
            return Err("is no regular file and cannot be rewritten in place: name it as standard input".to_owned());
        }
        if !nothing && let Some(path) = origin.path() {
            report.findings.extend(self.replacer.tidy(path).iter().map(|path| leftover(path)));
        }
        let Some(new) = outcome.text else {
            if !report.has_errors() {
                // What is wrong with it was to be ignored.
                report.action = Action::Skipped;
                report.output = (self.passed(origin) == Unfit::PassedOn).then(|| source.bytes().to_owned());
            }
            return Ok(report);
        };
        let changed = new != source.text;
        report.mended = (changed && self.fixes).then(|| new.clone());
        report.action = match (changed, nothing) {
            (false, _) => Action::Unchanged,
            (true, true) => Action::WouldRewrite,
            (true, false) => Action::Rewritten,
        };
        if nothing {
            report.output = self.shown(origin, source, &new)?;
            return Ok(report);
        }
        if !changed {
            report.output = origin.path().is_none().then(|| source.bytes().to_owned());
            return Ok(report);
        }
        let bytes = encoded(source, &new)?;
        if !self.options.no_verify {
            verify::read_back(&bytes, &Meant { original: &source.text, printed: &outcome.printed, comments })?;
        }
        match origin.path() {
            None => report.output = Some(bytes),
            Some(path) => self.replace(path, source, &bytes)?,
        }
        Ok(report)
    }

    /// What is printed of a file that is not written: its changes, or its name where it has some.
    fn shown(&self, origin: &Origin, source: &Source, new: &str) -> Result<Option<Vec<u8>>, Refusal> {
        if new == source.text {
            return Ok(None);
        }
        if self.options.dry_run
            && let Some(path) = origin.path()
        {
            // What would hinder it is part of what would be done.
            self.replacer.may_replace(path)?;
        }
        if self.options.diff {
            let diff = diff(origin, source, new, &encoded(source, new)?);
            return Ok(Some(if self.colours { patch::painted(&diff) } else { diff }));
        }
        Ok(self.names.then(|| format!("{}: would be rewritten\n", visible(&origin.label())).into_bytes()))
    }

    fn replace(&self, path: &Path, source: &Source, new: &[u8]) -> Result<(), Refusal> {
        let stamp = source.stamp.ok_or("is no regular file, and stays as it is")?;
        self.replacer.replace(path, Former { stamp, content: source.bytes() }, new)
    }
}

/// The bytes of a new text in the encoding of a file.
fn encoded(source: &Source, new: &str) -> Result<Vec<u8>, Refusal> {
    source.form.encode(new).map_err(|error| format!("cannot be written: {error}"))
}

/// A note on what a killed run has left and is not this command's to remove.
fn leftover(path: &Path) -> Finding {
    let message = format!(
        "{} holds what another program saved while an earlier run was killed: compare it with the files beside it, \
         then remove it",
        path.display()
    );
    Finding::new(ids::IO, Level::Note, 0..0, message)
}

/// The changes in the bytes of a file; in its text where the encoding has no lines that a diff could show (UTF-16).
fn diff(origin: &Origin, source: &Source, text: &str, bytes: &[u8]) -> Vec<u8> {
    if source.bytes().contains(&0) {
        patch::unified(origin.path(), source.text.as_bytes(), text.as_bytes())
    } else {
        patch::unified(origin.path(), source.bytes(), bytes)
    }
}
