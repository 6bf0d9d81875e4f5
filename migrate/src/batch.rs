//! Running over many files: in parallel, reported in order, going on past a bad one.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use domxml_xml::NotText;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use crate::claim::Claims;
use crate::cli::Output;
use crate::collect::Item;
use crate::finding::{Finding, Level, ids};
use crate::holder::Content;
use crate::input::{self, Origin, Source, Unread};
use crate::report::{Action, FileReport, Findings, Summary, reporter};
use crate::sink::Sinks;

/// Files worked on between two reports, and their bytes: bounds memory whatever the number of files. A file that is larger
/// is worked on alone.
pub(crate) const CHUNK: usize = 256;
const CHUNK_BYTES: u64 = 16 << 20;

/// Threads for each core, at most: more only make each other wait, for the disk too.
const THREADS_PER_CORE: usize = 4;

/// Which documents a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Documents {
    /// Domains, and what holds some. Others are passed over in a directory; one that is named cannot be done.
    Domains,
    /// The same, but that another document is named is a finding as others are.
    Judged,
    /// Any.
    Any,
}

/// What becomes of a document that no command can go on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// What is wrong with it is told.
    Told,
    /// What is wrong was to be ignored, and so is the document.
    PassedOver,
    /// As before, and the document goes to standard output as it came: in a filter nothing may be lost.
    PassedOn,
}

/// For commands that ignore nothing.
pub fn told(_: &Origin, _: &str) -> Unfit {
    Unfit::Told
}

/// Reads every file, lets `work` make a report of it, and prints the reports in order. All files are done,
/// whatever becomes of what is printed. A file is left where `work` says why. `unfit` says what becomes of a file with which there is
/// something wrong, of this id, that `work` could not go on with.
///
/// # Errors
/// One line: the call was wrong.
pub fn run<U, W>(
    items: Vec<Item>,
    jobs: usize,
    output: &Output,
    findings: Findings,
    documents: Documents,
    unfit: U,
    work: W,
) -> Result<Summary, String>
where
    U: Fn(&Origin, &str) -> Unfit + Sync,
    W: Fn(&Origin, &Source) -> Result<FileReport, String> + Sync,
{
    let pool = Threads::new(jobs, items.len())?;
    let styled = output.color.is_wanted(match findings {
        Findings::Result => io::stdout().is_terminal(),
        Findings::Aside => io::stderr().is_terminal(),
    });
    let mut reporter = reporter(output, styled);
    let mut summary = Summary::default();
    let mut claims = Claims::default();
    let progress = progress(items.len(), output.quiet);
    let mut sinks = Sinks::new(findings);
    let mut rest = items.as_slice();
    while !rest.is_empty() {
        let (chunk, later) = rest.split_at(chunk(rest));
        rest = later;
        let mut reports = pool.each(chunk, |item| one(item, documents, &unfit, &work));
        progress.inc(reports.len() as u64);
        progress.suspend(|| {
            for report in &mut reports {
                claims.settle(report);
                summary.add(report);
                if findings == Findings::Aside
                    && let Some(output) = &report.output
                {
                    sinks.result(output);
                }
                sinks.report(|out, aside| reporter.file(report, out, aside));
            }
            sinks.flush();
        });
    }
    progress.finish_and_clear();
    sinks.report(|out, aside| reporter.finish(&summary, out, aside));
    summary.unsaid = sinks.end();
    Ok(summary)
}

/// How many of the files make the next chunk.
fn chunk(items: &[Item]) -> usize {
    let size = |item: &Item| {
        let Item::Document(origin) = item else { return 0 };
        origin.path().and_then(|path| fs::metadata(path).ok()).map_or(0, |metadata| metadata.len())
    };
    let mut bytes = 0;
    let fitting = items.iter().take(CHUNK).take_while(|item| {
        bytes += size(item);
        bytes <= CHUNK_BYTES
    });
    fitting.count().max(1)
}

/// The threads for so many things to do; none where one is enough.
pub(crate) struct Threads(Option<rayon::ThreadPool>);

impl Threads {
    /// `jobs`: as `--jobs` asks for.
    ///
    /// # Errors
    /// One line: the system gives no threads.
    pub(crate) fn new(jobs: usize, things: usize) -> Result<Self, String> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let wanted = if jobs == 0 { cores } else { jobs.min(cores * THREADS_PER_CORE) };
        let threads = wanted.min(things);
        if threads <= 1 {
            return Ok(Self(None));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.map(|pool| Self(Some(pool))).map_err(|error| format!("--jobs {jobs}: {error}"))
    }

    /// What comes of each thing, in their order.
    pub(crate) fn each<T: Sync, R: Send>(&self, things: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
        match &self.0 {
            Some(pool) => pool.install(|| things.par_iter().map(work).collect()),
            None => things.iter().map(work).collect(),
        }
    }
}

fn one<U, W>(item: &Item, documents: Documents, unfit: &U, work: &W) -> FileReport
where
    U: Fn(&Origin, &str) -> Unfit + Sync,
    W: Fn(&Origin, &Source) -> Result<FileReport, String>,
{
    let origin = match item {
        Item::Document(origin) => origin,
        Item::PassedOver(path, why) => {
            let report = passed_over(path.display().to_string(), why.clone());
            return FileReport { path: Some(path.clone()), ..report };
        }
        Item::Failed(path, error) => {
            let report = unreadable(path.display().to_string(), error.clone());
            return FileReport { path: Some(path.clone()), ..report };
        }
    };
    let mut report = match input::read(origin) {
        Ok(source) => match objected(origin, &source, documents) {
            Some(report) => settle(report, source.bytes(), |id| unfit(origin, id)),
            None => work(origin, &source).unwrap_or_else(|why| unreadable(origin.label(), why)),
        },
        Err(Unread::Io(error)) => unreadable(origin.label(), error),
        Err(Unread::NotText(error, bytes)) => settle(not_text(origin.label(), error), &bytes, |id| unfit(origin, id)),
    };
    report.path = origin.path().map(Path::to_owned);
    if report.findings.is_empty() && report.claims.is_empty() {
        // Nobody asks for a place in it.
        report.text = String::new();
    }
    report
}

/// The report of a file that is not text of its encoding.
fn not_text(label: String, error: NotText) -> FileReport {
    let mut report = unreadable(label, error.message);
    report.text = error.text;
    for finding in &mut report.findings {
        finding.rule = ids::SYNTAX.into();
        finding.span = error.at..error.at;
    }
    report
}

/// The report of a document that no command can do anything with: it is not a domain, and holds none that can be read.
fn objected(origin: &Origin, source: &Source, documents: Documents) -> Option<FileReport> {
    let action = match documents {
        Documents::Domains => Action::Failed,
        Documents::Judged => Action::Unchanged,
        Documents::Any => return None,
    };
    let objection = source.content.objection()?;
    let found = matches!(origin, Origin::Found(_)) && matches!(source.content, Content::Other { .. });
    let (action, findings) = if found { (Action::Skipped, Vec::new()) } else { (action, vec![objection]) };
    Some(FileReport::new(origin.label(), &source.text, findings, action))
}

/// The report of a document with these bytes that is unfit, where what is wrong with it was perhaps to be ignored.
fn settle(mut report: FileReport, bytes: &[u8], unfit: impl Fn(&str) -> Unfit) -> FileReport {
    let Some(finding) = report.findings.first() else { return report };
    let becomes = unfit(&finding.rule);
    if becomes != Unfit::Told {
        report.findings.clear();
        report.action = Action::Skipped;
        report.output = (becomes == Unfit::PassedOn).then(|| bytes.to_owned());
    }
    report
}

/// The report of what is no file.
fn passed_over(label: String, why: String) -> FileReport {
    let mut report = unreadable(label, why);
    report.action = Action::Skipped;
    for finding in &mut report.findings {
        finding.level = Level::Note;
    }
    report
}

/// The report of a file that could not be read or written.
#[must_use]
pub fn unreadable(label: String, error: String) -> FileReport {
    FileReport::new(label, "", vec![Finding::new(ids::IO, Level::Error, 0..0, error)], Action::Failed)
}

fn progress(files: usize, quiet: bool) -> ProgressBar {
    if quiet || files < 2 * CHUNK || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(files as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} files, {eta} left") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
