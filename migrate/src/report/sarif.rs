//! Findings as SARIF 2.1.0, for code scanning services.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use domxml_xml::Spare;
use roxmltree::Node;
use serde_json::{Value, json};
use similar::{DiffOp, DiffTag};

use super::{FileReport, Reporter, Summary, direct};
use crate::finding::{Finding, Level, Lines, ids};
use crate::{patch, rules};

/// Results beyond this number are counted and left out: services take no more, and memory stays bounded.
const MAX_RESULTS: usize = 25_000;

/// How many findings about one element share a change.
const SHARED: usize = 8;

/// Findings times changes of a document beyond which no fix is told: who mends so much runs `upgrade`.
const MAX_PAIRS: usize = 4_000_000;

/// See the module. SARIF is one document, so findings are gathered.
#[derive(Debug, Default)]
pub struct Sarif {
    results: Vec<Value>,
    left_out: usize,
}

impl Reporter for Sarif {
    fn file(&mut self, report: &FileReport, _out: &mut dyn Write, _diagnostics: &mut dyn Write) -> io::Result<()> {
        let mut fixes = fixes(report);
        let lines = Lines::of(&report.text);
        for (number, finding) in report.findings.iter().enumerate() {
            if self.results.len() < MAX_RESULTS {
                let mut result = result(report, &lines, finding);
                if let Some(fix) = fixes.remove(&number) {
                    result["fixes"] = json!([fix]);
                }
                self.results.push(result);
            } else {
                self.left_out += 1;
            }
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn Write, diagnostics: &mut dyn Write) -> io::Result<()> {
        let rules: Vec<Value> = summary.rules.keys().map(|id| rule(id)).collect();
        let document = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "dommigrate",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                } },
                "columnKind": "unicodeCodePoints",
                "results": std::mem::take(&mut self.results),
            }],
        });
        serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
        if self.left_out > 0 {
            writeln!(diagnostics, "{} findings more than SARIF holds here are left out", self.left_out)?;
        }
        Ok(())
    }
}

fn result(report: &FileReport, lines: &Lines<'_>, finding: &Finding) -> Value {
    let (line, column) = lines.line_column(finding.span.start);
    let (end_line, end_column) = lines.line_column(finding.span.end.max(finding.span.start));
    let edit = finding.edit().map_or_else(String::new, |edit| format!(": {edit}"));
    let mut place = json!({ "artifactLocation": { "uri": uri(report) } });
    if finding.is_of_text() {
        place["region"] =
            json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column });
    }
    json!({
        "ruleId": finding.rule,
        "level": level(finding.level),
        "message": { "text": format!("{}{edit}", finding.message) },
        "locations": [{
            "physicalLocation": place,
            "logicalLocations": [{ "fullyQualifiedName": finding.path, "kind": "element" }],
        }],
    })
}

/// A change of some lines.
struct Hunk {
    /// The bytes of the text that it is about: at least the line before what is inserted.
    place: Range<usize>,
    /// Numbers of the findings about the smallest element around it.
    owners: Vec<usize>,
    replacement: Value,
}

/// How findings are mended, by their numbers. Each change is that of the findings about the smallest element around it. Where there is none,
/// as where something is moved to, the smallest element with a finding in it is mended as a whole: no half of a change stands alone.
fn fixes(report: &FileReport) -> HashMap<usize, Value> {
    let Some(mended) = &report.mended else { return HashMap::new() };
    let rewrites: Vec<usize> =
        (0..report.findings.len()).filter(|number| report.findings[*number].level.is_rewrite()).collect();
    let span = |number: usize| &report.findings[number].span;
    let hunks = hunks(&report.text, mended, &rewrites, span);
    let mut spare = Spare::default();
    let tree = domxml_xml::parse(&report.text, &mut spare).ok();
    // What is mended as a whole.
    let mut wholes: Vec<Range<usize>> = Vec::new();
    for hunk in hunks.iter().filter(|hunk| hunk.owners.is_empty()) {
        let elements = tree.iter().flat_map(|tree| tree.document.descendants()).filter(Node::is_element);
        let around = elements.map(|element| element.range()).filter(|it| within(&hunk.place, it));
        let found = around.filter(|it| rewrites.iter().any(|number| within(span(*number), it))).min_by_key(Range::len);
        wholes.push(found.unwrap_or(0..report.text.len()));
    }
    let whole = |place: &Range<usize>| wholes.iter().filter(|it| within(place, it)).max_by_key(|it| it.len());
    let mut groups: BTreeMap<(usize, usize), Vec<&Hunk>> = BTreeMap::new();
    for hunk in &hunks {
        let place = whole(&hunk.place).unwrap_or(&hunk.place);
        groups.entry((place.start, place.end)).or_default().push(hunk);
    }
    let mut replacements: HashMap<usize, Vec<&Value>> = HashMap::new();
    for ((start, end), hunks) in &groups {
        let owners: BTreeSet<usize> = hunks.iter().flat_map(|hunk| &hunk.owners).copied().collect();
        let inside = rewrites.iter().copied().filter(|number| within(span(*number), &(*start..*end)));
        let owners = if owners.is_empty() { inside.collect() } else { owners };
        for number in owners.into_iter().take(SHARED) {
            replacements.entry(number).or_default().extend(hunks.iter().map(|hunk| &hunk.replacement));
        }
    }
    let fix = |(number, replacements): (usize, Vec<&Value>)| {
        let change = json!({ "artifactLocation": { "uri": uri(report) }, "replacements": replacements });
        let text = format!("what upgrade writes here ({})", report.findings[number].rule);
        (number, json!({ "description": { "text": text }, "artifactChanges": [change] }))
    };
    replacements.into_iter().map(fix).collect()
}

fn within(inner: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The changes from one text to another, line by line.
fn hunks<'f>(
    text: &'f str,
    mended: &'f str,
    rewrites: &[usize],
    span: impl Fn(usize) -> &'f Range<usize>,
) -> Vec<Hunk> {
    let lines = |text: &'f str| text.split_inclusive('\n').collect::<Vec<_>>();
    let (old, new) = (lines(text), lines(mended));
    let mut starts = vec![0];
    starts.extend(old.iter().scan(0, |at, line| {
        *at += line.len();
        Some(*at)
    }));
    let bytes = |lines: &[&'f str]| lines.iter().map(|line| line.as_bytes()).collect::<Vec<_>>();
    let ops = patch::steps(&bytes(&old), &bytes(&new));
    if ops.len().saturating_mul(rewrites.len()) > MAX_PAIRS {
        return Vec::new();
    }
    let hunk = |op: &DiffOp| {
        let (from, to) = (op.old_range(), new[op.new_range()].concat());
        // What is inserted between two lines belongs to the one before it.
        let first = if from.is_empty() { from.start.saturating_sub(1) } else { from.start };
        let place = starts[first]..starts[from.end.max(first + 1).min(old.len())];
        let head = place.start..starts[(first + 1).min(old.len())];
        let about = rewrites.iter().copied().filter(|it| span(*it).start < head.end && span(*it).end > head.start);
        let smallest = about.clone().map(|number| span(number).len()).min();
        let replacement = json!({
            "deletedRegion": {
                "startLine": from.start + 1, "startColumn": 1, "endLine": from.end + 1, "endColumn": 1,
            },
            "insertedContent": { "text": to },
        });
        Hunk { place, owners: about.filter(|number| Some(span(*number).len()) == smallest).collect(), replacement }
    };
    ops.iter().filter(|op| op.tag() != DiffTag::Equal).map(hunk).collect()
}

/// A rule with its texts.
fn rule(id: &str) -> Value {
    let (summary, doc, of) = match (rules::find(id), ids::find(id)) {
        (Some(rule), _) => (rule.summary, rule.doc, rule.level()),
        (None, Some(own)) => (own.summary, own.doc, own.level),
        (None, None) => return json!({ "id": id }),
    };
    json!({
        "id": id,
        "shortDescription": { "text": summary },
        "fullDescription": { "text": doc.split_whitespace().collect::<Vec<_>>().join(" ") },
        "defaultConfiguration": { "level": level(of) },
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error | Level::Invalid => "error",
        Level::Legacy => "warning",
        Level::Copy | Level::Default | Level::Note => "note",
    }
}

/// A path as a URI reference: an absolute one as a `file:` URI, a relative one as it stands, each byte that a URI cannot hold
/// percent-encoded.
fn uri(report: &FileReport) -> String {
    let path = direct(report.path.as_deref().unwrap_or(Path::new(&report.label)));
    encoded(path.as_os_str().as_encoded_bytes())
}

fn encoded(path: &[u8]) -> String {
    let mut uri = String::from(if path.starts_with(b"/") { "file://" } else { "" });
    for byte in path {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(*byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        assert_eq!(encoded("vms/a b%ä:1.xml".as_bytes()), "vms/a%20b%25%C3%A4%3A1.xml");
        assert_eq!(encoded(b"/etc/vm\xff.xml"), "file:///etc/vm%FF.xml");
        assert_eq!(encoded(b"<stdin>"), "%3Cstdin%3E");
    }
}
