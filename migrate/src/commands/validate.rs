//! `validate`: exact judgement by a RELAX NG schema, the embedded one or any other.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domxml::Domain;
use domxml_runtime::Verbatim;
use relaxng_model::validate::{Validator, Violation};
use relaxng_model::{EmbeddedResolver, FileResolver, Grammar};

use super::status_of_findings;
use crate::batch::Documents;
use crate::cli::Validate;
use crate::engine::syntax_error;
use crate::finding::{Finding, Level, ids};
use crate::report::{Action, FileReport, Findings};
use crate::rules::{FOREIGN_EXTENSION, foreign_extension};
use crate::{batch, config};

pub(super) fn run(mut args: Validate) -> Result<u8, String> {
    config::apply(&mut args.files, None)?;
    let grammar = match &args.schema {
        Some(path) => relaxng_model::load(&FileResolver::default(), &path.to_string_lossy()),
        None => relaxng_model::load(&EmbeddedResolver::new(domxml_schema::FILES), domxml_schema::ROOT),
    }
    .map_err(|errors| errors.to_string())?;
    let validators = Validators::new(&grammar);
    let documents = if args.schema.is_none() { Documents::Judged } else { Documents::Any };
    let summary = batch::run(&args.files, &args.output, Findings::Result, documents, |origin, source| {
        let judge = |text: &str| match roxmltree::Document::parse(text) {
            Ok(document) => {
                let violations = validators.validate(&document);
                if violations.is_empty() && args.schema.is_none() {
                    foreign_extensions(&document)
                } else {
                    violations.into_iter().map(from_violation).collect()
                }
            }
            Err(error) => vec![syntax_error(text, &error)],
        };
        // Another schema is about the document as it stands.
        let findings = match documents {
            Documents::Domains | Documents::Judged => source.content.findings(&source.text, judge),
            Documents::Any => judge(&source.text),
        };
        FileReport {
            label: origin.label(),
            text: source.text.clone(),
            findings,
            action: Action::Unchanged,
            output: None,
        }
    })?;
    Ok(status_of_findings(&summary, false))
}

/// As many validators as there are threads: each goes on with what it has learnt from the documents before, which makes it
/// several times as fast as a new one.
struct Validators {
    first: Validator,
    idle: Mutex<Vec<Validator>>,
}

impl Validators {
    fn new(grammar: &Grammar) -> Self {
        Self { first: Validator::new(grammar), idle: Mutex::default() }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Validator>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn validate(&self, document: &roxmltree::Document<'_>) -> Vec<Violation> {
        let idle = self.idle().pop();
        let mut validator = idle.unwrap_or_else(|| self.first.clone());
        let violations = validator.validate(document);
        self.idle().push(validator);
        violations
    }
}

/// Notes on what the schema lets pass because libvirt does, and what may yet be a misspelt namespace.
fn foreign_extensions(document: &roxmltree::Document<'_>) -> Vec<Finding> {
    // Extensions are rare, and only those that have a namespace are worth reading the types for.
    let root = document.root_element();
    let extended = root.children().any(|child| child.tag_name().namespace().is_some());
    let domain = extended.then(|| Domain::from_xml(document.input_text()).ok()).flatten();
    let extensions = domain.map(|domain| domain.foreign_extensions).unwrap_or_default();
    let note = |extension: Verbatim| Finding {
        rule: FOREIGN_EXTENSION.id.into(),
        level: Level::Note,
        span: extension.span.range(),
        path: format!("/{}/{}", root.tag_name().name(), extension.name),
        message: foreign_extension(&extension),
        before: None,
        after: None,
    };
    extensions.into_iter().map(note).collect()
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
