//! Running over many files: in parallel, reported in order, going on past a bad one.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use crate::cli::{Color, Files, Output};
use crate::finding::{Finding, Level, ids};
use crate::input::{self, Item, Origin, Source};
use crate::report::{Action, FileReport, Findings, Summary, reporter};

/// Files worked on between two reports: bounds memory whatever the number of files.
const CHUNK: usize = 256;

/// Reads every file that `files` stands for, lets `work` make a report of it, and prints the reports in order.
///
/// # Errors
/// One line: the call was wrong, or the reports cannot be written.
pub fn run<W>(files: &Files, output: &Output, findings: Findings, work: W) -> Result<Summary, String>
where
    W: Fn(&Origin, &Source) -> FileReport + Sync,
{
    let origins = input::collect(&files.paths, &files.exclude)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(files.jobs)
        .build()
        .map_err(|error| format!("--jobs {}: {error}", files.jobs))?;
    let styled = match output.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    };
    let mut reporter = reporter(output, findings, styled);
    let mut summary = Summary::default();
    let progress = progress(origins.len(), output.quiet);
    for chunk in origins.chunks(CHUNK) {
        let reports: Vec<FileReport> = pool.install(|| chunk.par_iter().map(|origin| one(origin, &work)).collect());
        progress.inc(reports.len() as u64);
        let printed = progress.suspend(|| {
            let mut out = io::BufWriter::new(io::stdout().lock());
            let mut diagnostics = io::stderr().lock();
            for report in &reports {
                summary.add(report);
                reporter.file(report, &mut out, &mut diagnostics)?;
            }
            out.flush()
        });
        if stop(printed)? {
            return Ok(summary);
        }
    }
    progress.finish_and_clear();
    let mut out = io::stdout().lock();
    stop(reporter.finish(&summary, &mut out, &mut io::stderr().lock()).and_then(|()| out.flush()))?;
    Ok(summary)
}

/// A reader that has gone away (`| head`) ends the run without an error.
fn stop(result: io::Result<()>) -> Result<bool, String> {
    match result {
        Ok(()) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        Err(error) => Err(format!("cannot write: {error}")),
    }
}

fn one<W>(origin: &Item, work: &W) -> FileReport
where
    W: Fn(&Origin, &Source) -> FileReport,
{
    let origin = match origin {
        Ok(origin) => origin,
        Err((path, error)) => return unreadable(path.display().to_string(), error.clone()),
    };
    match input::read(origin) {
        Ok(source) => work(origin, &source),
        Err(error) => unreadable(origin.label(), error),
    }
}

/// The report of a file that could not be read or written.
#[must_use]
pub fn unreadable(label: String, error: String) -> FileReport {
    let finding = Finding {
        rule: ids::IO.into(),
        level: Level::Error,
        span: 0..0,
        path: String::new(),
        message: error,
        before: None,
        after: None,
    };
    FileReport { label, text: String::new(), findings: vec![finding], action: Action::Failed, output: None }
}

fn progress(files: usize, quiet: bool) -> ProgressBar {
    if quiet || files < 2 * CHUNK || !io::stderr().is_terminal() || io::stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(files as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} files, {eta} left") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
