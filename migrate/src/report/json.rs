//! All findings as one JSON document: `{"files": [...], "summary": {...}}`.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::{Action, FileReport, Reporter, Summary};
use crate::finding::{Finding, Level, line_column};

/// See the module. Files are printed as they come, so that memory does not grow with their number.
#[derive(Debug, Default)]
pub struct Json {
    started: bool,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    action: Action,
    findings: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct Item<'a> {
    rule: &'a str,
    level: Level,
    line: usize,
    column: usize,
    offset: usize,
    #[serde(skip_serializing_if = "str::is_empty")]
    path: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a str>,
}

fn item<'a>(text: &str, finding: &'a Finding) -> Item<'a> {
    let (line, column) = line_column(text, finding.span.start);
    Item {
        rule: &finding.rule,
        level: finding.level,
        line,
        column,
        offset: finding.span.start,
        path: &finding.path,
        message: &finding.message,
        before: finding.before.as_deref(),
        after: finding.after.as_deref(),
    }
}

impl Reporter for Json {
    fn file(&mut self, report: &FileReport, out: &mut dyn Write, _diagnostics: &mut dyn Write) -> io::Result<()> {
        let file = File {
            path: &report.label,
            action: report.action,
            findings: report.findings.iter().map(|finding| item(&report.text, finding)).collect(),
            output: report.output.as_deref().map(String::from_utf8_lossy),
        };
        out.write_all(if std::mem::replace(&mut self.started, true) { b",\n" } else { b"{\"files\": [\n" })?;
        serde_json::to_writer(out, &file).map_err(io::Error::from)
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn Write, _diagnostics: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.started { b"\n], \"summary\": " } else { b"{\"files\": [], \"summary\": " })?;
        serde_json::to_writer(&mut *out, summary).map_err(io::Error::from)?;
        out.write_all(b"}\n")
    }
}
