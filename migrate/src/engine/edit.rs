//! Changes that a user asks for, carried over into the text.

use domxml::Domain;
use domxml_runtime::{Element, Note, WriteOptions};
use domxml_xml::Spare;

use super::{Outcome, Printed, Reading, as_it_stands, from_note, read};
use crate::finding::{Finding, Level};
use crate::locate;
use crate::options::{Fate, Unknown};

/// Lets `change` change a domain, and carries over what it changed: every other byte stays. Where it finds an error, or the result is one
/// that libvirt could not read though it could the original, the document is left.
#[must_use]
pub fn edit(text: &str, change: impl FnOnce(&mut Domain, &mut Vec<Finding>)) -> Outcome {
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
    locate::place(original.tree(), &mut findings);
    if findings.iter().any(|finding| finding.level == Level::Error) {
        return Outcome::unread(findings);
    }
    let printed = vec![Printed { text: after.text, exact: false, target: None }];
    Outcome { text: Some(new), findings, carried_over: true, printed, ..Outcome::default() }
}

/// A domain as it stands in the text.
///
/// # Errors
/// The findings, one of them an error, where it cannot be read.
pub fn domain(text: &str) -> Result<Box<Domain>, Vec<Finding>> {
    read(text, as_it_stands(Unknown::Keep), &mut Spare::default()).map(|(_, domain, _)| domain)
}

/// What is wrong with a changed document and was not before. Its place is in the new text, so that only its path is kept.
fn broken(new: &str, before: &[Note]) -> Vec<Finding> {
    let reading = Reading::For(Fate::Kept);
    let found = match read(new, reading, &mut Spare::default()) {
        Ok((_, _, notes)) => notes.iter().map(|note| from_note(note, reading)).collect(),
        Err(findings) => findings,
    };
    let mut known: Vec<Finding> = before.iter().map(|note| from_note(note, reading)).collect();
    let mut is_new = |finding: &Finding| {
        let same = known.iter().position(|other| other.rule == finding.rule && other.message == finding.message);
        same.map(|at| known.swap_remove(at)).is_none()
    };
    let mut broken: Vec<Finding> = found.into_iter().filter(|finding| is_new(finding)).collect();
    for finding in &mut broken {
        finding.span = 0..0;
        finding.message.insert_str(0, "with this change: ");
    }
    broken
}
