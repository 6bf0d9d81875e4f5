//! Layout alone: no rule runs.

use domxml_runtime::edit::Around;
use domxml_runtime::{Element, Newer, Version, WriteOptions};
use domxml_xml::Spare;

use super::findings::from_notes;
use super::reading::{Reading, as_it_stands, read};
use super::{Outcome, Printed};
use crate::options::Unknown;

/// Lays a document out canonically; no rule runs.
#[must_use]
pub fn format(text: &str, unknown: Unknown) -> Outcome {
    format_at(text, unknown, 0)
}

/// As [`format()`], in the spelling of this libvirt, where not in that of the newest.
pub(crate) fn format_for(text: &str, unknown: Unknown, target: Option<Version>) -> Outcome {
    let newer = if target.is_some() { Newer::Drop } else { Newer::Keep };
    laid_out(text, unknown, &WriteOptions { target, newer, ..WriteOptions::default() })
}

/// As [`format()`], for a domain that is to be indented so many levels.
#[must_use]
pub fn format_at(text: &str, unknown: Unknown, depth: usize) -> Outcome {
    laid_out(text, unknown, &WriteOptions { depth, ..WriteOptions::default() })
}

fn laid_out(text: &str, unknown: Unknown, options: &WriteOptions) -> Outcome {
    // What was read takes much less room than the tree of the document, which is gone before anything is printed.
    let read = read(text, as_it_stands(unknown), &mut Spare::default()).map(|(_, domain, notes)| (domain, notes));
    match read {
        Ok((domain, notes)) => {
            let findings = from_notes(&notes, as_it_stands(unknown));
            let text = domain.print_with(options).text;
            let printed = vec![Printed { text: text.clone(), exact: options.depth == 0, target: options.target }];
            Outcome { text: Some(text), findings, printed, ..Outcome::default() }
        }
        Err(findings) => Outcome::unread(findings),
    }
}

/// Indents the lines of a document in its own style; every other byte of it stays, and no rule runs.
#[must_use]
pub fn indent_at(text: &str, unknown: Unknown, around: Around) -> Outcome {
    match read(text, as_it_stands(unknown), &mut Spare::default()) {
        Ok((original, domain, notes)) => {
            let findings = from_notes(&notes, as_it_stands(unknown));
            let print = domain.print_with(&WriteOptions::default());
            let text = Some(original.indented(&print, around));
            let printed = vec![Printed { text: print.text, exact: false, target: None }];
            Outcome { text, carried_over: true, findings, printed, ..Outcome::default() }
        }
        Err(findings) => Outcome::unread(findings),
    }
}

/// Two canonically printed domains that differ at most in where, in its element, unknown content stands.
#[must_use]
pub fn same_but_for_places(one: &str, other: &str) -> bool {
    let print = |text: &str| {
        let mut spare = Spare::default();
        let (_, domain, _) = read(text, Reading::AsItStands, &mut spare).ok()?;
        Some(domain.print_with(&WriteOptions::default()))
    };
    print(one).zip(print(other)).is_some_and(|(one, other)| one.apart() == other.apart())
}
