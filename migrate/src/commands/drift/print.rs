//! Printing what a comparison came to: for people, as JSON, and through the reporters for GitHub and SARIF.

use std::io::{self, IsTerminal, Write};

use domxml_xml::Spare;
use schemars::JsonSchema;
use serde::Serialize;

use super::pairs::{Document, Side};
use crate::cli::{Output, OutputFormat};
use crate::commands::NOTHING_TO_COMPARE;
use crate::commands::unread::Unread;
use crate::drift::{Change, Difference, Drift, Element, Filled, Finder, Place};
use crate::finding::{Finding, Level, Lines, ids};
use crate::report::{Action, FileReport, JSON_VERSION, Reporter, Summary, coloured, reporter, visible};

/// Longer values are shortened for people.
const WIDTH: usize = 160;

/// What a pair came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// libvirt made the one of the other.
    Same,
    /// Someone changed it.
    Drift,
    /// One of the two cannot be read, or has no single partner.
    Unjudged,
}

/// A pair with its verdict.
#[derive(Debug)]
pub(super) struct Result {
    verdict: Verdict,
    desired: Option<String>,
    actual: Option<String>,
    drift: Drift,
    /// Places of the differences: whether in the second document, line, column, offset.
    places: Vec<(Side, usize, usize, usize)>,
    texts: [String; 2],
    /// What cannot be judged.
    error: Option<Unread>,
}

impl Result {
    fn new(verdict: Verdict) -> Self {
        let (drift, texts) = (Drift::default(), Default::default());
        Self { verdict, desired: None, actual: None, drift, places: Vec::new(), texts, error: None }
    }

    pub(super) fn judged(desired: &Document, actual: &Document, before: String, after: String, drift: Drift) -> Self {
        let verdict = if drift.differences.is_empty() { Verdict::Same } else { Verdict::Drift };
        let places = places(&before, &after, &drift.differences);
        Self {
            desired: Some(desired.label()),
            actual: Some(actual.label()),
            drift,
            places,
            texts: [before, after],
            ..Self::new(verdict)
        }
    }

    /// A domain of which the other side knows nothing.
    pub(super) fn alone(document: &Document, side: Side, name: &str) -> Self {
        let label = Some(document.label());
        let line = Some(format!("<domain> {name}"));
        let (change, desired, actual) = match side {
            Side::Desired => (Change::Missing, line, None),
            Side::Actual => (Change::Added, None, line),
        };
        let path = "domain".to_owned();
        let difference = Difference { change, path, place: Place::default(), desired, actual };
        let (desired, actual) = if side == Side::Desired { (label, None) } else { (None, label) };
        let drift = Drift { differences: vec![difference], ..Drift::default() };
        Self { desired, actual, drift, places: vec![(side, 1, 1, 0)], ..Self::new(Verdict::Drift) }
    }

    /// What was asked for and what stands there, as far as that is known, and why it cannot be judged.
    pub(super) fn unjudged(labels: [Option<&str>; 2], error: &Unread) -> Self {
        let [desired, actual] = labels.map(|label| label.map(str::to_owned));
        Self { desired, actual, error: Some(error.clone()), ..Self::new(Verdict::Unjudged) }
    }

    fn label(&self, side: Side) -> &str {
        let (own, other) =
            if side == Side::Desired { (&self.desired, &self.actual) } else { (&self.actual, &self.desired) };
        own.as_deref().or(other.as_deref()).unwrap_or_default()
    }
}

/// Where the differences are in the documents as they were written.
fn places(before: &str, after: &str, differences: &[Difference]) -> Vec<(Side, usize, usize, usize)> {
    if differences.is_empty() {
        return Vec::new();
    }
    let mut spares = <[Spare; 2]>::default();
    let [one, other] = &mut spares;
    let documents = [(before, one), (after, other)].map(|(text, spare)| domxml_xml::parse(text, spare).ok());
    let trees = documents.each_ref().map(|tree| tree.as_ref().map(|tree| Element::of(&tree.document)));
    let mut finders = trees.each_ref().map(|tree| tree.as_ref().map(Finder::new));
    let lines = [before, after].map(Lines::of);
    let place = |difference: &Difference| {
        let (side, at) = match difference.change {
            Change::Missing => (Side::Desired, 0),
            Change::Changed | Change::Added => (Side::Actual, 1),
        };
        let offset = finders[at].as_mut().map_or(0, |finder| finder.find(&difference.place));
        let (line, column) = lines[at].line_column(offset);
        (side, line, column, offset)
    };
    differences.iter().map(place).collect()
}

/// Prints pair by pair.
pub(super) struct Printer {
    format: OutputFormat,
    quiet: bool,
    verbose: bool,
    colours: bool,
    reporter: Option<Box<dyn Reporter + Send>>,
    summary: Summary,
    counts: [usize; 3],
}

#[derive(Serialize, JsonSchema)]
struct JsonPair<'r> {
    desired: Option<&'r str>,
    actual: Option<&'r str>,
    verdict: Verdict,
    differences: Vec<JsonDifference<'r>>,
    filled_in: Vec<JsonFilled<'r>>,
    live: Vec<JsonLive<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct JsonDifference<'r> {
    change: Change,
    path: &'r str,
    desired: Option<&'r str>,
    actual: Option<&'r str>,
    file: &'r str,
    line: usize,
    column: usize,
}

#[derive(Serialize, JsonSchema)]
struct JsonFilled<'r> {
    path: &'r str,
    value: &'r str,
    row: &'r str,
    why: &'r str,
    live: bool,
}

#[derive(Serialize, JsonSchema)]
struct JsonLive<'r> {
    path: &'r str,
    what: &'r str,
}

/// What is printed as JSON. It is not built as a whole: this is its shape, from which its schema is made.
#[derive(JsonSchema)]
#[schemars(title = "What dommigrate drift prints with --output-format json")]
#[expect(dead_code, reason = "only its schema is used")]
struct Json<'r> {
    /// Grows where a key changes its meaning or goes.
    version: u32,
    /// The documents that were compared.
    pairs: Vec<JsonPair<'r>>,
    /// Over all of them.
    summary: Counts,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Counts {
    same: usize,
    drift: usize,
    unjudged: usize,
}

/// The JSON Schema of what `drift` prints.
pub(in crate::commands) fn json_schema() -> std::result::Result<String, String> {
    Ok(serde_json::to_string_pretty(&schemars::schema_for!(Json)).map_err(|error| error.to_string())? + "\n")
}

impl Printer {
    pub(super) fn new(options: &Output) -> Self {
        let colours = options.color.is_wanted(io::stdout().is_terminal());
        let own = options.output_format.is_text() || options.output_format == OutputFormat::Json;
        Self {
            format: options.output_format,
            quiet: options.quiet,
            verbose: options.verbose > 0,
            colours,
            reporter: (!own).then(|| reporter(options, false)),
            summary: Summary::default(),
            counts: [0; 3],
        }
    }

    pub(super) fn count(&self, verdict: Verdict) -> usize {
        self.counts[verdict as usize]
    }

    pub(super) fn pair(&mut self, result: &Result, out: &mut dyn Write, diagnostics: &mut dyn Write) -> io::Result<()> {
        let first = self.counts == [0; 3];
        self.counts[result.verdict as usize] += 1;
        if let Some(reporter) = &mut self.reporter {
            let report = file_report(result);
            self.summary.add(&report);
            return reporter.file(&report, out, diagnostics);
        }
        if self.format == OutputFormat::Json {
            let start = if first { format!("{{\"version\": {JSON_VERSION}, \"pairs\": [\n") } else { ",\n".to_owned() };
            out.write_all(start.as_bytes())?;
            return serde_json::to_writer(out, &json(result)).map_err(io::Error::from);
        }
        if let Some(error) = &result.error {
            return writeln!(diagnostics, "dommigrate: {}", visible(&error.line()));
        }
        self.text(result, out)
    }

    fn text(&self, result: &Result, out: &mut dyn Write) -> io::Result<()> {
        for (difference, (side, line, column, _)) in result.drift.differences.iter().zip(&result.places) {
            let word = self.coloured(difference.change);
            let label = visible(result.label(*side));
            let what = format!("{}: {}", difference.path, values(difference));
            writeln!(out, "{label}:{line}:{column}: {word} {}", visible(&what))?;
        }
        if !self.verbose || self.quiet {
            return Ok(());
        }
        let label = result.label(Side::Actual);
        let mut line = |text: &str| writeln!(out, "{}", visible(&format!("{label}: {text}")));
        for Filled { row, path, value, .. } in &result.drift.filled {
            let word = if row.live { "live" } else { "filled in" };
            line(&format!("{word} {path}: {} [{}: {}]", short(value), row.id, row.why))?;
        }
        for live in &result.drift.live {
            line(&format!("live {}: {}", live.path, live.before.as_deref().unwrap_or(&live.message)))?;
        }
        if result.verdict == Verdict::Same {
            line(&format!("as libvirt made it of {}", result.label(Side::Desired)))?;
        }
        Ok(())
    }

    fn coloured(&self, change: Change) -> String {
        let code = match change {
            Change::Missing => 31,
            Change::Changed => 33,
            Change::Added => 32,
        };
        coloured(change.as_str(), code, self.colours)
    }

    pub(super) fn finish(&mut self, out: &mut dyn Write, diagnostics: &mut dyn Write) -> io::Result<()> {
        if let Some(reporter) = &mut self.reporter {
            return reporter.finish(&self.summary, out, diagnostics);
        }
        let [same, drift, unjudged] = self.counts;
        if self.format == OutputFormat::Json {
            let start = if self.counts == [0; 3] {
                format!("{{\"version\": {JSON_VERSION}, \"pairs\": [")
            } else {
                "\n".to_owned()
            };
            let summary = format!(
                "{start}], \"summary\": {{\"same\": {same}, \"drift\": {drift}, \"unjudged\": {unjudged}}}}}\n"
            );
            return out.write_all(summary.as_bytes());
        }
        if self.quiet {
            return Ok(());
        }
        if self.counts == [0; 3] {
            return writeln!(diagnostics, "{NOTHING_TO_COMPARE}");
        }
        writeln!(diagnostics, "{same} as libvirt made them, {drift} drifted, {unjudged} not judged")
    }
}

fn values(difference: &Difference) -> String {
    match (&difference.desired, &difference.actual) {
        (Some(before), Some(after)) => format!("{} -> {}", short(before), short(after)),
        (Some(one), None) | (None, Some(one)) => short(one),
        (None, None) => String::new(),
    }
}

/// A value on one line, shortened.
fn short(value: &str) -> String {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

fn json(result: &Result) -> JsonPair<'_> {
    let differences = result.drift.differences.iter().zip(&result.places);
    JsonPair {
        desired: result.desired.as_deref(),
        actual: result.actual.as_deref(),
        verdict: result.verdict,
        differences: differences
            .map(|(difference, (side, line, column, _))| JsonDifference {
                change: difference.change,
                path: &difference.path,
                desired: difference.desired.as_deref(),
                actual: difference.actual.as_deref(),
                file: result.label(*side),
                line: *line,
                column: *column,
            })
            .collect(),
        filled_in: result
            .drift
            .filled
            .iter()
            .map(|filled| JsonFilled {
                path: &filled.path,
                value: &filled.value,
                row: filled.row.id,
                why: filled.row.why,
                live: filled.row.live,
            })
            .collect(),
        live: result
            .drift
            .live
            .iter()
            .map(|live| JsonLive { path: &live.path, what: live.before.as_deref().unwrap_or(&live.message) })
            .collect(),
        error: result.error.as_ref().map(Unread::line),
    }
}

/// The pair as the reporters of findings take it: what stands otherwise, at its place in the document that stands there.
fn file_report(result: &Result) -> FileReport {
    let finding = |rule: &'static str, span: usize, path: &str, message: String| Finding {
        path: path.to_owned(),
        ..Finding::new(rule, Level::Error, span..span, message)
    };
    if let Some(unread) = &result.error {
        return unread.report();
    }
    let differences = result.drift.differences.iter().zip(&result.places);
    let findings = differences.map(|(difference, (side, _, _, offset))| {
        let rule = match difference.change {
            Change::Missing => ids::DRIFT_MISSING,
            Change::Changed => ids::DRIFT_CHANGED,
            Change::Added => ids::DRIFT_ADDED,
        };
        // What is missing has its place in the other document only.
        let offset = if *side == Side::Actual { *offset } else { 0 };
        let message = format!("{} {}: {}", difference.change.as_str(), difference.path, values(difference));
        finding(rule, offset, &difference.path, message)
    });
    let label = result.label(Side::Actual).to_owned();
    FileReport::new(label, &result.texts[1], findings.collect(), Action::Unchanged)
}
