//! All findings as one JSON document: `{"version": 1, "files": [...], "summary": {...}}`.

use std::borrow::Cow;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Action, Features, FileReport, JSON_VERSION, Reporter, Summary};
use crate::finding::{Finding, Level, Lines};

/// See the module. Files are printed as they come, so that memory does not grow with their number.
#[derive(Debug, Default)]
pub struct Json {
    started: bool,
}

/// What `--output-format json` prints. It is not built as a whole: this is its shape, from which its schema is made.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "What dommigrate prints with --output-format json")]
pub(super) struct Report<'a> {
    /// Grows where a key changes its meaning or goes.
    version: u32,
    /// In the order in which they were given or found.
    files: Vec<File<'a>>,
    /// Over all files.
    summary: Summary,
}

#[derive(Serialize, JsonSchema)]
struct File<'a> {
    /// As given, or found; `<stdin>` for standard input.
    path: &'a str,
    /// What became of it.
    action: Action,
    /// In the order of the file.
    findings: Vec<Item<'a>>,
    /// The new document, or the diff, where one is printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Cow<'a, str>>,
    /// What `info` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    features: Option<&'a Features>,
}

#[derive(Serialize, JsonSchema)]
struct Item<'a> {
    /// As `dommigrate explain` takes it.
    rule: &'a str,
    /// How much it matters.
    level: Level,
    /// From 1.
    line: usize,
    /// In characters, from 1.
    column: usize,
    /// In bytes of the decoded text, from 0.
    offset: usize,
    /// As `domain/devices/disk[2]/source/@file`; empty where it is about no element.
    path: &'a str,
    /// One line.
    message: &'a str,
    /// What stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a str>,
    /// What stands there after the rewrite.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a str>,
}

fn item<'a>(lines: &Lines<'_>, finding: &'a Finding) -> Item<'a> {
    let (line, column) = lines.line_column(finding.span.start);
    let said = |side: &'a Option<String>| side.as_deref().filter(|text| !text.is_empty());
    Item {
        rule: &finding.rule,
        level: finding.level,
        line,
        column,
        offset: finding.span.start,
        path: &finding.path,
        message: &finding.message,
        before: said(&finding.before),
        after: said(&finding.after),
    }
}

impl Json {
    /// What stands before the next file, or at the end where there is none.
    fn start(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.started, true) {
            return Ok(());
        }
        write!(out, "{{\"version\": {JSON_VERSION}, \"files\": [")
    }
}

impl Reporter for Json {
    fn file(&mut self, report: &FileReport, out: &mut dyn Write, _diagnostics: &mut dyn Write) -> io::Result<()> {
        let lines = Lines::of(&report.text);
        let file = File {
            path: &report.label,
            action: report.action,
            findings: report.findings.iter().map(|finding| item(&lines, finding)).collect(),
            output: report.output.as_deref().map(String::from_utf8_lossy),
            features: report.features.as_ref(),
        };
        let separator: &[u8] = if self.started { b",\n" } else { b"\n" };
        self.start(out)?;
        out.write_all(separator)?;
        serde_json::to_writer(out, &file).map_err(io::Error::from)
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn Write, _diagnostics: &mut dyn Write) -> io::Result<()> {
        self.start(out)?;
        out.write_all(b"\n], \"summary\": ")?;
        serde_json::to_writer(&mut *out, summary).map_err(io::Error::from)?;
        out.write_all(b"}\n")
    }
}
