//! Findings as workflow commands, which GitHub shows beside the lines of a change.

use std::io::{self, Write};
use std::path::Path;

use super::{FileReport, Reporter, Summary, direct, visible};
use crate::finding::{Level, Lines};

/// See the module.
#[derive(Debug)]
pub struct Github;

/// Of the control characters only line ends have a form of their own there; the others would reach the terminal of who reads the log.
fn escape(text: &str) -> String {
    let ends = ['\r', '\n'];
    let escaped = text.replace('%', "%25");
    let lines = escaped.split_inclusive(ends).map(|line| {
        let shown = visible(line.trim_end_matches(ends));
        let end = match line.chars().next_back() {
            Some('\r') => "%0D",
            Some('\n') => "%0A",
            _ => "",
        };
        format!("{shown}{end}")
    });
    lines.collect()
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

/// Path and edit are part of what is said: the annotation shows nothing else.
fn message(finding: &crate::finding::Finding) -> String {
    let edit = finding.edit().map_or_else(String::new, |edit| format!(": {edit}"));
    match finding.path.is_empty() || finding.message.starts_with(&finding.path) {
        true => format!("{}{edit}", finding.message),
        false => format!("{}: {}{edit}", finding.path, finding.message),
    }
}

impl Reporter for Github {
    fn file(&mut self, report: &FileReport, out: &mut dyn Write, _diagnostics: &mut dyn Write) -> io::Result<()> {
        let lines = Lines::of(&report.text);
        for finding in &report.findings {
            let command = match finding.level {
                Level::Error | Level::Invalid => "error",
                Level::Legacy => "warning",
                Level::Copy | Level::Default | Level::Note => "notice",
            };
            let (line, column) = lines.line_column(finding.span.start);
            let place = if finding.is_of_text() { format!(",line={line},col={column}") } else { String::new() };
            writeln!(
                out,
                "::{command} file={}{place},title={}::{}",
                escape_property(&direct(Path::new(&report.label)).to_string_lossy()),
                escape_property(&finding.rule),
                escape(&message(finding)),
            )?;
        }
        Ok(())
    }

    fn finish(&mut self, _summary: &Summary, _out: &mut dyn Write, _diagnostics: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
