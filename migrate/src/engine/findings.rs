//! What reader and writer say of a document, as findings.

use std::borrow::Cow;

use domxml::Domain;
use domxml_runtime::{self as runtime, Action, Element, ErrorKind, Note, NoteKind, ParseError};
use domxml_xml::Tree;

use super::reading::{Reading, read_options};
use crate::finding::{Finding, Level, ids, line_column};
use crate::options::Fate;

/// What the reader says of a document: what libvirt refuses, and what it reads past.
#[must_use]
pub fn read_findings(tree: &Tree<'_>) -> Vec<Finding> {
    let reading = Reading::For(Fate::Kept);
    match Domain::from_tree(tree, &read_options(reading)) {
        Ok(parsed) => from_notes(&parsed.notes, reading),
        Err(errors) => errors.errors.into_iter().map(from_error).collect(),
    }
}

/// The finding for a text that is no document.
#[must_use]
pub fn syntax_error(error: domxml_xml::Error) -> Finding {
    finding(ids::SYNTAX, Level::Error, error.at..error.at, String::new(), error.message)
}

/// The first error as `line:column: message`.
#[must_use]
pub fn first_error_line(text: &str, findings: &[Finding]) -> String {
    findings.iter().find(|finding| finding.level == Level::Error).map_or_else(
        || "unknown error".to_owned(),
        |finding| {
            let (line, column) = line_column(text, finding.span.start);
            format!("{line}:{column}: {}", finding.message)
        },
    )
}

pub(super) fn from_error(error: ParseError) -> Finding {
    let rule = match error.kind {
        ErrorKind::Syntax => ids::SYNTAX,
        ErrorKind::Root => ids::NOT_A_DOMAIN,
        _ => ids::INVALID,
    };
    let message = error.sentence("");
    finding(rule, Level::Error, error.range, error.path, message)
}

pub(super) fn from_notes(notes: &[Note], reading: Reading) -> Vec<Finding> {
    notes.iter().map(|note| from_note(note, reading)).collect()
}

pub(super) fn from_note(note: &Note, reading: Reading) -> Finding {
    use Reading::{AsItStands, For};
    let (rule, level, consequence) = match (note.kind, reading) {
        (NoteKind::Kept, For(Fate::Left)) => (ids::UNKNOWN, Level::Error, LEFT),
        (NoteKind::Kept, For(Fate::Dropped | Fate::PassedOver))
        | (NoteKind::ReadPast, For(Fate::Dropped | Fate::Left | Fate::PassedOver)) => {
            (ids::UNKNOWN, Level::Invalid, DROPPED)
        }
        (NoteKind::Value | NoteKind::Choice, For(Fate::Dropped | Fate::Left)) => {
            (ids::UNKNOWN, Level::Error, "; libvirt refuses it")
        }
        (NoteKind::Value | NoteKind::Choice, For(Fate::Kept | Fate::Denied)) => {
            (ids::UNKNOWN, Level::Error, "; kept as it is")
        }
        (NoteKind::Kept | NoteKind::ReadPast | NoteKind::Value | NoteKind::Choice, _) => {
            (ids::UNKNOWN, Level::Invalid, "; kept as it is")
        }
        (NoteKind::Refused | NoteKind::Unread, For(_)) => (ids::INVALID, Level::Error, ""),
        (NoteKind::Missing, _) | (NoteKind::Refused | NoteKind::Unread, AsItStands) => {
            (ids::INVALID, Level::Invalid, "")
        }
    };
    let dropped = consequence == DROPPED;
    let mut finding = finding(rule, level, note.range.clone(), note.path.clone(), note.sentence(consequence));
    // Profile `libvirt` leaves it out.
    finding.after = dropped.then(String::new);
    finding
}

/// What becomes of what libvirt reads past.
const DROPPED: &str = "; libvirt does not keep it";

/// Why libvirt's own form is not made of what the schema does not know.
const LEFT: &str = ", so it is not known whether libvirt keeps it: name the libvirt with --target to leave it out, or keep it with --unknown keep";

/// What is wrong with something that the libvirt in question does not look at.
pub(super) fn from_unread(note: &Note) -> Finding {
    let message = note.sentence("; this libvirt does not read it");
    finding(ids::INVALID, Level::Note, note.range.clone(), note.path.clone(), message)
}

/// What the writer did of its own accord.
pub(super) fn from_all_written(written: &[runtime::Finding]) -> Vec<Finding> {
    let (live, others): (Vec<_>, Vec<_>) = written.iter().partition(|written| written.action == Action::LiveKept);
    let mut findings = live_notes(live.into_iter());
    findings.extend(others.into_iter().map(from_written));
    findings
}

pub(super) fn from_written(written: &runtime::Finding) -> Finding {
    let name = written.attribute.map_or("", |attribute| attribute.name);
    let (thing, text) = match written.attribute {
        Some(_) => (format!("'{name}'"), format!("{name}='{}'", written.value)),
        None => (format!("<{}>", written.value), format!("<{}>", written.value)),
    };
    let (rule, message, before, after) = match written.action {
        Action::Added => (ids::DEFAULT, format!("the default of {thing} is spelt out"), None, Some(text)),
        Action::Dropped => (ids::DEFAULT, format!("the default of {thing} is not spelt out"), Some(text), None),
        Action::Emptied => {
            let name = &written.value;
            (ids::EMPTY, format!("there is nothing in <{name}>"), Some(format!("<{name}/>")), None)
        }
        Action::Live | Action::LiveKept => {
            (ids::LIVE, format!("only a running domain shows {thing}"), Some(text), None)
        }
        Action::Newer => (ids::NEWER, format!("this libvirt reads past {thing}, which is newer"), Some(text), None),
        Action::Gone => (ids::NEWER, format!("this libvirt no longer reads {thing}"), Some(text), None),
        Action::Superseded => {
            let unknown = &written.value;
            let message = format!("another value takes the place of {unknown}, which was not read where it stood");
            (ids::UNKNOWN, message, Some(unknown.clone()), None)
        }
    };
    let level = if rule == ids::DEFAULT { Level::Default } else { Level::Legacy };
    let mut finding = finding(rule, level, written.span.range(), String::new(), message);
    finding.before = before;
    finding.after = after;
    finding
}

/// One note for each kind of thing that only a running domain shows.
fn live_notes<'a>(written: impl Iterator<Item = &'a runtime::Finding>) -> Vec<Finding> {
    let mut kinds: Vec<(&runtime::Finding, usize)> = Vec::new();
    for live in written {
        let name = |finding: &runtime::Finding| (finding.owner.name, finding.attribute.map(|attribute| attribute.name));
        match kinds
            .iter_mut()
            .find(|(first, _)| name(first) == name(live) && (live.attribute.is_some() || first.value == live.value))
        {
            Some((_, count)) => *count += 1,
            None => kinds.push((live, 1)),
        }
    }
    let note = |(first, count): (&runtime::Finding, usize)| {
        let mut note = from_written(first);
        note.level = Level::Note;
        if count > 1 {
            note.message.push_str(&format!(", here and in {}", places(count - 1)));
        }
        note
    };
    kinds.into_iter().map(note).collect()
}

fn places(count: usize) -> String {
    if count == 1 { "1 more place".to_owned() } else { format!("{count} more places") }
}

pub(super) fn finding(
    rule: impl Into<Cow<'static, str>>,
    level: Level,
    span: std::ops::Range<usize>,
    path: String,
    message: String,
) -> Finding {
    Finding { rule: rule.into(), level, span, path, message, before: None, after: None }
}
