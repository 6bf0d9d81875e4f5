//! `validate`: exact judgement by a RELAX NG schema, the embedded one or any other.

use std::sync::atomic::{AtomicUsize, Ordering};

use relaxng_model::validate::{Validator, Violation};
use relaxng_model::{EmbeddedResolver, FileResolver};

use super::status_of_findings;
use crate::cli::Validate;
use crate::engine::syntax_error;
use crate::finding::{Finding, Level, ids};
use crate::report::{Action, FileReport, Findings};
use crate::{batch, config};

pub(super) fn run(mut args: Validate) -> Result<u8, String> {
    config::apply(&mut args.files, None)?;
    let grammar = match &args.schema {
        Some(path) => relaxng_model::load(&FileResolver::default(), &path.to_string_lossy()),
        None => relaxng_model::load(&EmbeddedResolver::new(domxml_schema::FILES), domxml_schema::ROOT),
    }
    .map_err(|errors| errors.to_string())?;
    let validator = Validator::new(&grammar);
    let found = AtomicUsize::new(0);
    let summary = batch::run(&args.files, &args.output, Findings::Result, |origin, source| {
        let findings = match roxmltree::Document::parse(&source.text) {
            Ok(document) => validator.clone().validate(&document).into_iter().map(from_violation).collect(),
            Err(error) => vec![syntax_error(&source.text, &error)],
        };
        found.fetch_add(findings.len(), Ordering::Relaxed);
        FileReport {
            label: origin.label(),
            text: source.text.clone(),
            findings,
            action: Action::Unchanged,
            output: None,
        }
    })?;
    Ok(status_of_findings(&summary, found.into_inner()))
}

fn from_violation(violation: Violation) -> Finding {
    let mut message = violation.message;
    if !violation.expected.is_empty() {
        message.push_str("; expected ");
        message.push_str(&violation.expected.join(", "));
    }
    if let Some(near) = violation.suggestion {
        message.push_str(&format!(" (did you mean {near}?)"));
    }
    Finding {
        rule: ids::INVALID.into(),
        level: Level::Error,
        span: violation.range,
        path: violation.path,
        message,
        before: None,
        after: None,
    }
}
