//! Findings as SARIF 2.1.0, for code scanning services.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{FileReport, Reporter, Summary};
use crate::finding::{Level, line_column};

/// See the module. SARIF is one document, so findings are gathered.
#[derive(Debug, Default)]
pub struct Sarif {
    results: Vec<Value>,
}

impl Reporter for Sarif {
    fn file(&mut self, report: &FileReport, _out: &mut dyn Write, _diagnostics: &mut dyn Write) -> io::Result<()> {
        for finding in &report.findings {
            let (line, column) = line_column(&report.text, finding.span.start);
            let level = match finding.level {
                Level::Error | Level::Invalid => "error",
                Level::Legacy => "warning",
                Level::Copy | Level::Default | Level::Note => "note",
            };
            self.results.push(json!({
                "ruleId": finding.rule,
                "level": level,
                "message": { "text": finding.message },
                "locations": [{
                    "physicalLocation": {
                        "artifactLocation": { "uri": report.label },
                        "region": { "startLine": line, "startColumn": column },
                    },
                }],
            }));
        }
        Ok(())
    }

    fn finish(&mut self, summary: &Summary, out: &mut dyn Write, _diagnostics: &mut dyn Write) -> io::Result<()> {
        let rules: Vec<Value> = summary.rules.keys().map(|id| json!({ "id": id })).collect();
        let document = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "dommigrate",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                } },
                "results": std::mem::take(&mut self.results),
            }],
        });
        serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
        out.write_all(b"\n")
    }
}
