//! Changes that a user asks for, carried over into the text.

use domxml::Domain;
use domxml_runtime::{Content, Element, Note, Span, WriteOptions};
use domxml_xml::Spare;

use super::findings::from_note;
use super::reading::{Reading, as_it_stands, read};
use super::{Outcome, Printed};
use crate::finding::{Finding, Level};
use crate::locate;
use crate::options::{Fate, Unknown};

/// Lets `change` change a domain, and carries over what it changed: every other byte stays. Where it finds an error, or the result is one
/// that libvirt could not read though it could the original, the document is left; what `judge` has against the result alone is told.
#[must_use]
pub fn edit(
    text: &str,
    change: impl FnOnce(&mut Domain, &mut Vec<Finding>),
    judge: impl Fn(&str) -> Vec<Finding>,
) -> Outcome {
    let mut spare = Spare::default();
    let (original, mut domain, notes) = match read(text, as_it_stands(Unknown::Keep), &mut spare) {
        Ok(read) => read,
        Err(findings) => return Outcome::unread(findings),
    };
    let before = domain.print_with(&WriteOptions::default());
    let mut findings = Vec::new();
    change(&mut domain, &mut findings);
    let after = domain.print_with(&WriteOptions::default());
    let new = original.edited(&before, &after);
    findings.extend(broken(&new, &notes));
    let is_left = findings.iter().any(|finding| finding.level == Level::Error);
    if !is_left && new != text {
        findings.retain(|finding| finding.level == Level::Note);
        let refused = |finding: &Finding| matches!(finding.level, Level::Error | Level::Invalid);
        let judged = |text| judge(text).into_iter().filter(refused).collect();
        findings.extend(brought_up(judged(text), judged(&new)));
    }
    // What is told of the result stands in the new text: its place is that of the same element in the original.
    for finding in findings.iter_mut().filter(|finding| finding.span.is_empty()) {
        finding.span = innermost(&domain, &finding.path).1.range();
    }
    locate::place(original.tree(), &mut findings);
    if is_left {
        return Outcome::unread(findings);
    }
    let printed = vec![Printed { text: after.text, exact: false, target: None }];
    Outcome { text: Some(new), findings, carried_over: true, printed, ..Outcome::default() }
}

/// A domain as it stands in the text, and what the reader has to say of it.
///
/// # Errors
/// The findings, one of them an error, where it cannot be read.
pub fn domain(text: &str) -> Result<(Box<Domain>, Vec<Note>), Vec<Finding>> {
    read(text, as_it_stands(Unknown::Keep), &mut Spare::default()).map(|(_, domain, notes)| (domain, notes))
}

/// What the reader has against a changed document and had not before.
fn broken(new: &str, before: &[Note]) -> Vec<Finding> {
    let reading = Reading::For(Fate::Kept);
    let found = match read(new, reading, &mut Spare::default()) {
        Ok((_, _, notes)) => notes.iter().map(|note| from_note(note, reading)).collect(),
        Err(findings) => findings,
    };
    brought_up(before.iter().map(|note| from_note(note, reading)).collect(), found)
}

/// Path and place in the text of the innermost element on the way of a path that stands there.
#[must_use]
pub fn innermost(domain: &Domain, path: &str) -> (String, Span) {
    let mut around = path;
    loop {
        let found = domain.find(around).ok().flatten().and_then(Content::extra).map(|extra| extra.span);
        let below = around.trim_start_matches('/').trim_start_matches("domain/");
        match (found.filter(|span| !span.is_empty()), around.rsplit_once('/')) {
            (Some(span), _) if !["", "domain"].contains(&below) => return (format!("domain/{below}"), span),
            (_, Some((outer, _))) => around = outer,
            (_, None) => return ("domain".to_owned(), domain.span()),
        }
    }
}

/// What is found now and was not before. Its place is in the new text, so that only its path is kept.
fn brought_up(mut before: Vec<Finding>, now: Vec<Finding>) -> Vec<Finding> {
    let mut is_new = |finding: &Finding| {
        let same = before.iter().position(|other| other.rule == finding.rule && other.message == finding.message);
        same.map(|at| before.swap_remove(at)).is_none()
    };
    let mut new: Vec<Finding> = now.into_iter().filter(|finding| is_new(finding)).collect();
    for finding in &mut new {
        finding.span = 0..0;
        finding.message.insert_str(0, "with this change: ");
    }
    new
}
