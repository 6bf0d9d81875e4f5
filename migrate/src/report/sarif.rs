//! Findings as SARIF 2.1.0, for code scanning services.

use std::collections::HashMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use similar::{DiffTag, TextDiff};

use super::{FileReport, Reporter, Summary};
use crate::finding::{Finding, Level, ids, line_column};
use crate::rules;

/// Results beyond this number are counted and left out: services take no more, and memory stays bounded.
const MAX_RESULTS: usize = 25_000;

/// How many findings about one element share a change.
const SHARED: usize = 8;

/// See the module. SARIF is one document, so findings are gathered.
#[derive(Debug, Default)]
pub struct Sarif {
    results: Vec<Value>,
    left_out: usize,
}

impl Reporter for Sarif {
    fn file(&mut self, report: &FileReport, _out: &mut dyn Write, _diagnostics: &mut dyn Write) -> io::Result<()> {
        let mut fixes = fixes(report);
        for (number, finding) in report.findings.iter().enumerate() {
            if self.results.len() < MAX_RESULTS {
                let mut result = result(report, finding);
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

fn result(report: &FileReport, finding: &Finding) -> Value {
    let (line, column) = line_column(&report.text, finding.span.start);
    let (end_line, end_column) = line_column(&report.text, finding.span.end.max(finding.span.start));
    let edit = finding.edit().map_or_else(String::new, |edit| format!(": {edit}"));
    json!({
        "ruleId": finding.rule,
        "level": level(finding.level),
        "message": { "text": format!("{}{edit}", finding.message) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(&report.label) },
                "region": {
                    "startLine": line, "startColumn": column,
                    "endLine": end_line, "endColumn": end_column,
                },
            },
            "logicalLocations": [{ "fullyQualifiedName": finding.path, "kind": "element" }],
        }],
    })
}

/// How findings are mended, by their numbers: what changes in the text, each change with the findings about the smallest element around it.
fn fixes(report: &FileReport) -> HashMap<usize, Value> {
    let Some(mended) = &report.mended else { return HashMap::new() };
    let starts: Vec<usize> = std::iter::once(0).chain(report.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let place = |line: usize| starts.get(line).copied().unwrap_or(report.text.len());
    let mut replacements: HashMap<usize, Vec<Value>> = HashMap::new();
    let diff = TextDiff::from_lines(report.text.as_str(), mended.as_str());
    for change in diff.ops().iter().filter(|change| change.tag() != DiffTag::Equal) {
        let (old, new) = (change.old_range(), change.new_range());
        let inserted: String = new.filter_map(|line| diff.new_slice(line)).collect();
        // What is inserted between two lines belongs to the one before it.
        let last = if old.is_empty() { old.start.saturating_sub(1) } else { old.start };
        let around = |finding: &Finding| {
            let begins = finding.span.start < place(last + 1) && finding.level.is_rewrite();
            begins && finding.span.end > place(last)
        };
        let about = report.findings.iter().enumerate().filter(|(_, finding)| around(finding));
        let smallest = about.clone().map(|(_, finding)| finding.span.len()).min();
        let replacement = json!({
            "deletedRegion": {
                "startLine": old.start + 1, "startColumn": 1, "endLine": old.end + 1, "endColumn": 1,
            },
            "insertedContent": { "text": inserted },
        });
        for (number, _) in about.filter(|(_, finding)| Some(finding.span.len()) == smallest).take(SHARED) {
            replacements.entry(number).or_default().push(replacement.clone());
        }
    }
    let fix = |(number, replacements): (usize, Vec<Value>)| {
        let change = json!({ "artifactLocation": { "uri": uri(&report.label) }, "replacements": replacements });
        let text = format!("what upgrade writes here ({})", report.findings[number].rule);
        (number, json!({ "description": { "text": text }, "artifactChanges": [change] }))
    };
    replacements.into_iter().map(fix).collect()
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
fn uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
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
        assert_eq!(uri("vms/a b%ä:1.xml"), "vms/a%20b%25%C3%A4%3A1.xml");
        assert_eq!(uri("/etc/vm.xml"), "file:///etc/vm.xml");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }
}
