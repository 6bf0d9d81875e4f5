//! Findings as the protocol tells them.

use std::ops::Range;

use lsp_types::{Diagnostic, DiagnosticSeverity, DiagnosticTag, NumberOrString};

use super::document::Document;
use crate::finding::{Finding, Level};

/// How many findings of a document are told.
const MAX: usize = 2_000;

/// What is told of a document in which this was found.
#[must_use]
pub fn all(document: &Document, findings: &[Finding]) -> Vec<Diagnostic> {
    findings.iter().take(MAX).map(|finding| told(document, finding)).collect()
}

/// One finding.
#[must_use]
pub fn told(document: &Document, finding: &Finding) -> Diagnostic {
    let edit = finding.edit().map_or_else(String::new, |edit| format!(": {edit}"));
    Diagnostic {
        range: document.places(&shown(document, &finding.span)),
        severity: Some(severity(finding.level)),
        code: Some(NumberOrString::String(finding.rule.clone().into_owned())),
        source: Some("dommigrate".to_owned()),
        message: format!("{}{edit}", finding.message),
        tags: (finding.level == Level::Legacy).then(|| vec![DiagnosticTag::DEPRECATED]),
        ..Diagnostic::default()
    }
}

/// What of a place is marked: of an element of several lines its start tag.
#[must_use]
pub fn shown(document: &Document, span: &Range<usize>) -> Range<usize> {
    let text = &document.text;
    let mut range = span.start.min(text.len())..span.end.min(text.len());
    let at = document.tree.elements.partition_point(|element| element.tag.start < range.start);
    let element = document.tree.elements.get(at).filter(|element| element.tag.start == range.start);
    if let Some(element) = element.filter(|element| element.tag.end < range.end) {
        range.end = element.tag.end;
    }
    if range.is_empty() {
        // Something has to be seen.
        let length =
            text[range.start..].chars().next().filter(|it| !matches!(it, '\n' | '\r')).map_or(0, char::len_utf8);
        range.end = range.start + length;
    }
    range
}

fn severity(level: Level) -> DiagnosticSeverity {
    match level {
        Level::Error | Level::Invalid => DiagnosticSeverity::ERROR,
        Level::Legacy => DiagnosticSeverity::WARNING,
        Level::Copy | Level::Default => DiagnosticSeverity::INFORMATION,
        Level::Note => DiagnosticSeverity::HINT,
    }
}
