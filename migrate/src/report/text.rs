//! Findings for people: one line each, and the place in the source.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level as Title, Renderer, Snippet};

use super::{Action, FileReport, Reporter, Summary, visible};
use crate::cli::{Output, OutputFormat};
use crate::finding::{Finding, Level, Lines};

/// How much of a line is shown before and behind a place.
const ASIDE: usize = 160;

/// What is said where there was nothing to look at: a pattern may be wrong, or a directory another than was meant.
const NO_FILE: &str =
    "no file was found: directories are searched for *.xml, or what --include names, but for what --exclude leaves out";

/// See the module.
pub struct Text {
    quiet: bool,
    verbose: bool,
    /// Whether the source is shown.
    excerpts: bool,
    styled: bool,
    renderer: Renderer,
}

impl Text {
    pub(super) fn new(options: &Output, styled: bool) -> Self {
        Self {
            quiet: options.quiet,
            verbose: options.verbose > 0,
            excerpts: options.output_format == OutputFormat::Text,
            styled,
            renderer: if styled { Renderer::styled() } else { Renderer::plain() },
        }
    }

    fn finding(
        &self,
        report: &FileReport,
        lines: &Lines<'_>,
        finding: &Finding,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let (line, column) = lines.line_column(finding.span.start);
        let place = if finding.is_of_text() { format!(":{line}:{column}") } else { String::new() };
        let label = visible(&report.label);
        let (bold, color, plain) =
            if self.styled { ("\x1b[1m", color(finding.level), "\x1b[0m") } else { ("", "", "") };
        let (level, rule) = (finding.level.as_str(), &finding.rule);
        write!(out, "{bold}{label}{place}:{plain} {color}{level}[{rule}]{plain}")?;
        if !finding.path.is_empty() {
            write!(out, " {}", visible(&finding.path))?;
        }
        write!(out, ": {}", visible(&finding.message))?;
        match finding.edit() {
            Some(edit) => writeln!(out, ": {}", visible(&edit))?,
            None => writeln!(out)?,
        }
        if self.excerpts && !finding.span.is_empty() {
            self.excerpt(&report.text, finding, line, out)?;
        }
        Ok(())
    }

    /// The line of the source on which a finding begins, with the place underlined.
    fn excerpt(&self, text: &str, finding: &Finding, line: usize, out: &mut dyn Write) -> io::Result<()> {
        const ENDS: [char; 2] = ['\n', '\r'];
        let start = finding.span.start.min(text.len());
        // A document may be one long line.
        let is_cut = |at: &usize| text.is_char_boundary(*at);
        let begin = (start.saturating_sub(ASIDE)..=start).find(is_cut).unwrap_or(start);
        let end = (start + ASIDE..text.len()).find(is_cut).unwrap_or(text.len());
        let begin = text[begin..start].rfind(ENDS).map_or(begin, |at| begin + at + 1);
        let end = text[start..end].find(ENDS).map_or(end, |at| start + at);
        let stop = finding.span.end.clamp(start, end);
        let (shown, place) = (&text[begin..end], start - begin..stop - begin);
        let title = match finding.level {
            Level::Error | Level::Invalid => Title::ERROR,
            Level::Legacy => Title::WARNING,
            Level::Copy | Level::Default => Title::INFO,
            Level::Note => Title::NOTE,
        };
        let snippet = Snippet::source(shown).line_start(line).annotation(AnnotationKind::Primary.span(place));
        writeln!(out, "{}", self.renderer.render(&[Group::with_level(title).element(snippet)]))
    }
}

/// The colour of a level, as a terminal takes it.
fn color(level: Level) -> &'static str {
    match level {
        Level::Error | Level::Invalid => "\x1b[1;31m",
        Level::Legacy => "\x1b[1;33m",
        Level::Copy | Level::Default => "\x1b[1;36m",
        Level::Note => "\x1b[1;32m",
    }
}

impl Reporter for Text {
    fn file(&mut self, report: &FileReport, out: &mut dyn Write, diagnostics: &mut dyn Write) -> io::Result<()> {
        let lines = Lines::of(&report.text);
        for finding in &report.findings {
            if self.quiet && finding.level != Level::Error {
                continue;
            }
            if finding.level == Level::Error && report.action == Action::Failed {
                self.finding(report, &lines, finding, diagnostics)?;
            } else {
                self.finding(report, &lines, finding, out)?;
            }
        }
        if self.verbose && !self.quiet {
            let word = match report.action {
                Action::Unchanged => "unchanged",
                Action::Rewritten => "rewritten",
                Action::WouldRewrite => "would be rewritten",
                Action::Skipped => "passed over",
                Action::Failed => "left",
            };
            writeln!(diagnostics, "{}: {word}", visible(&report.label))?;
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, _out: &mut dyn Write, diagnostics: &mut dyn Write) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        if summary.files > 1 && !summary.rules.is_empty() {
            let width = summary.rules.keys().map(String::len).max().unwrap_or(0);
            let mut rows: Vec<_> = summary.rules.iter().collect();
            rows.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
            for (rule, count) in rows {
                writeln!(diagnostics, "{rule:width$}  {count:>6}")?;
            }
        }
        if summary.files == 0 {
            return writeln!(diagnostics, "{NO_FILE}");
        }
        let mut parts = vec![plural(summary.files, "file")];
        for (count, word) in [
            (summary.rewritten, "rewritten"),
            (summary.would_rewrite, "would be rewritten"),
            (summary.skipped, "skipped"),
            (summary.failed, "failed"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {word}"));
            }
        }
        let findings: usize = summary.levels.values().sum();
        let levels = Level::ALL.into_iter().filter_map(|level| Some((level, *summary.levels.get(&level)?)));
        let levels: Vec<_> = levels.map(|(level, count)| format!("{count} {}", level.as_str())).collect();
        parts.push(match levels.as_slice() {
            [] => "no findings".to_owned(),
            levels => format!("{}: {}", plural(findings, "finding"), levels.join(", ")),
        });
        writeln!(diagnostics, "{}", parts.join(", "))
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
