//! What the reader reports, and what it keeps instead.

use super::{Attribute, Node, Reader, Unknown, each_info, is_blank, open_tag};
use crate::content::Content;
use crate::error::{ErrorKind, Note, NoteKind, ParseError, ParseErrors};
use crate::info::{Blank, FieldInfo, TypeInfo, ValueInfo};
use crate::near;
use crate::position::Paths;
use crate::scalar::{Expected, ScalarError};
use crate::slots::Room;
use domxml_xml::{Positions, Tree, text_of};
use roxmltree::NodeId;
use std::borrow::Cow;
use std::ops::Range;

fn number(from_one: usize) -> u32 {
    u32::try_from(from_one).unwrap_or(u32::MAX)
}

/// Whether a field can do without a value that it does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spare {
    /// It cannot.
    No,
    /// It can.
    Yes,
    /// It is only there to be seen, and nobody reads it.
    Unread,
    /// It is a choice, which has a branch for other values.
    Choice,
    /// It is a child, which is kept.
    Leaf,
}

/// What a note calls unknown content. Elements and attributes may come to be known; the rest has no meaning where it stands.
fn kept_as(kind: ErrorKind) -> NoteKind {
    match kind {
        ErrorKind::UnknownAttribute | ErrorKind::UnknownElement => NoteKind::Kept,
        _ => NoteKind::ReadPast,
    }
}

impl Spare {
    pub(super) fn of(room: Room, output_only: bool) -> Self {
        match room {
            Room::Free if output_only => Spare::Unread,
            Room::Free => Spare::Yes,
            Room::Filled | Room::Unknown => Spare::No,
        }
    }

    /// As [`Spare::of`], of a child.
    pub(super) fn of_leaf(room: Room, output_only: bool) -> Self {
        match Self::of(room, output_only) {
            Spare::Yes => Spare::Leaf,
            other => other,
        }
    }
}

/// How many errors, and how many notes, are recorded.
const MAX_RECORDED: usize = 1000;

/// An error or note whose line and path are not yet known.
#[derive(Debug)]
pub(super) struct Pending<K> {
    node: NodeId,
    range: Range<usize>,
    kind: K,
    message: String,
    expected: Vec<String>,
    suggestion: Option<String>,
}

impl Reader {
    pub(super) fn finish(self, tree: &Tree<'_>) -> Result<Vec<Note>, ParseErrors> {
        if self.errors.is_empty() && self.notes.is_empty() {
            return Ok(Vec::new());
        }
        let document = &tree.document;
        let positions = Positions::new(document.input_text());
        let mut paths = Paths::default();
        let mut place = |node: NodeId, range: &Range<usize>| {
            let path = document.get_node(node).map(|node| paths.of(node)).unwrap_or_default();
            let (line, column) = positions.line_and_column(range.start);
            ((number(line), number(column)), tree.named(path))
        };
        if self.errors.is_empty() {
            let mut notes: Vec<Note> = Vec::with_capacity(self.notes.len());
            for Pending { node, range, kind, message, expected, suggestion } in self.notes {
                let ((line, column), path) = place(node, &range);
                notes.push(Note { range, line, column, path, kind, message, expected, suggestion });
            }
            notes.sort_by_key(|note| note.range.start);
            return Ok(notes);
        }
        let mut errors: Vec<ParseError> = Vec::with_capacity(self.errors.len());
        for Pending { node, range, kind, message, expected, suggestion } in self.errors {
            let ((line, column), path) = place(node, &range);
            errors.push(ParseError { range, line, column, path, kind, message, expected, suggestion });
        }
        errors.sort_by_key(|error| error.range.start);
        Err(ParseErrors { errors, omitted: self.omitted })
    }

    #[cold]
    pub(super) fn error(
        &mut self,
        node: roxmltree::Node<'_, '_>,
        range: Range<usize>,
        kind: ErrorKind,
        message: String,
        expected: Vec<String>,
        suggestion: Option<String>,
    ) {
        if self.errors.len() < MAX_RECORDED {
            self.errors.push(Pending { node: node.id(), range, kind, message, expected, suggestion });
        } else {
            self.omitted += 1;
        }
    }

    #[cold]
    pub(super) fn note(
        &mut self,
        node: roxmltree::Node<'_, '_>,
        range: Range<usize>,
        kind: NoteKind,
        message: String,
        suggestion: Option<String>,
    ) {
        self.push_note(Pending { node: node.id(), range, kind, message, expected: Vec::new(), suggestion });
    }

    fn push_note(&mut self, note: Pending<NoteKind>) {
        // What is kept by the thousand must not hide what is refused.
        let most = match note.kind {
            NoteKind::Refused | NoteKind::Unread | NoteKind::Choice => 2 * MAX_RECORDED,
            NoteKind::Kept | NoteKind::ReadPast | NoteKind::Value | NoteKind::Missing => MAX_RECORDED,
        };
        if self.notes.len() < most {
            self.notes.push(note);
        }
    }

    /// Makes of what was noted since that it is read past: it stands in what is only shown.
    pub(super) fn pass_over(&mut self, since: usize) {
        for note in &mut self.notes[since..] {
            note.kind = NoteKind::ReadPast;
        }
    }

    /// Makes a note of an error: what is wrong is kept as it stands.
    pub(super) fn note_of(&mut self, error: Pending<ErrorKind>, shown: bool) {
        let Pending { node, range, kind, message, expected, suggestion } = error;
        let kind = if shown || kind == ErrorKind::Empty { NoteKind::ReadPast } else { NoteKind::Unread };
        self.push_note(Pending { node, range, kind, message, expected, suggestion });
    }

    /// Reports what is not of the format; true if it is to be kept.
    #[cold]
    pub(super) fn unknown(
        &mut self,
        node: roxmltree::Node<'_, '_>,
        range: Range<usize>,
        kind: ErrorKind,
        what: impl FnOnce() -> (String, Vec<String>, Option<String>),
    ) -> bool {
        let keep = self.options.unknown == Unknown::Keep;
        if self.silent {
            return keep;
        }
        // Beyond the limit nothing is recorded, so nothing need be worked out.
        let recorded = if keep { self.notes.len() } else { self.errors.len() };
        if recorded >= MAX_RECORDED {
            self.omitted += usize::from(!keep);
            return keep;
        }
        let (message, expected, suggestion) = what();
        match keep {
            true => self.note(node, range, kept_as(kind), message, suggestion),
            false => self.error(node, range, kind, message, expected, suggestion),
        }
        keep
    }

    #[cold]
    pub(super) fn unknown_attribute(
        &mut self,
        node: roxmltree::Node<'_, '_>,
        out: &mut dyn Content,
        attribute: Attribute<'_>,
    ) {
        let what = || {
            if attribute.0.namespace().is_none()
                && let Some((prefix, local)) = attribute.qualified().split_once(':')
            {
                let what = format!("attribute '{prefix}:{local}'");
                return (undeclared(prefix, &what, namespace_for(out, prefix, local)), Vec::new(), None);
            }
            let mut names = Vec::new();
            each_info(out, &mut |info| names.extend(info.attributes().map(|a| a.name)));
            let suggestion = near::nearest(attribute.name().1, names.iter().copied()).map(|name| format!("'{name}'"));
            let expected = names.iter().map(|name| format!("'{name}'")).collect();
            (
                format!("unknown attribute '{}' of <{}>", attribute.qualified(), Node(node).name().1),
                expected,
                suggestion,
            )
        };
        let keep = self.unknown(node, attribute.0.range_qname(), ErrorKind::UnknownAttribute, what);
        if keep && let Some(kept) = self.keep_in(out) {
            let name: Box<str> = attribute.qualified().into();
            let prefix = name.split_once(':').map(|(prefix, _)| prefix.into());
            kept.needs(prefix.zip(attribute.0.namespace().map(Into::into)));
            kept.attributes.push((name, attribute.0.value().into()));
        }
    }

    #[cold]
    pub(super) fn unknown_element(
        &mut self,
        parent: roxmltree::Node<'_, '_>,
        out: &mut dyn Content,
        child: roxmltree::Node<'_, '_>,
    ) {
        let open = open_tag(child);
        let name = text_of(parent.document(), open.start + 1..open.end);
        let what = || {
            if child.tag_name().namespace().is_none()
                && let Some((prefix, local)) = name.split_once(':')
            {
                let uri = namespace_for(out, prefix, local);
                return (undeclared(prefix, &format!("element <{name}>"), uri), Vec::new(), None);
            }
            let mut names = Vec::new();
            each_info(out, &mut |info| names.extend(info.children().map(|c| c.name)));
            let suggestion =
                near::nearest(child.tag_name().name(), names.iter().copied()).map(|name| format!("<{name}>"));
            let expected = names.iter().map(|name| format!("<{name}>")).collect();
            (format!("unknown element <{name}> in <{}>", Node(parent).name().1), expected, suggestion)
        };
        if self.options.unknown == Unknown::Keep && out.info().refuses_unknown {
            let (message, _, suggestion) = what();
            self.note(child, open, NoteKind::Refused, message, suggestion);
            return self.kept.push(child.id());
        }
        if self.unknown(child, open.clone(), ErrorKind::UnknownElement, what) {
            self.kept.push(child.id());
        }
    }

    #[cold]
    pub(super) fn unexpected_text(&mut self, parent: roxmltree::Node<'_, '_>, text: roxmltree::Node<'_, '_>) {
        let what = || (format!("unexpected text in <{}>", parent.tag_name().name()), Vec::new(), None);
        if self.unknown(parent, crate::verbatim::range(text), ErrorKind::UnexpectedText, what) {
            self.kept.push(text.id());
        }
    }

    /// Reports a value that its attribute does not take; true if it is to be kept, which it may be where the field can do without.
    pub(super) fn bad_attribute(&mut self, attribute: Attribute<'_>, error: ScalarError, spare: Spare) -> bool {
        let value = attribute.0.value();
        let message = format!("'{}' is no value of the attribute '{}'", clipped(value), attribute.qualified());
        self.bad_value(attribute.1, attribute.0.range_value(), message, (value, error), spare)
    }

    #[cold]
    fn bad_value(
        &mut self,
        node: roxmltree::Node<'_, '_>,
        range: Range<usize>,
        message: String,
        (found, error): (&str, ScalarError),
        spare: Spare,
    ) -> bool {
        let keep = spare != Spare::No && self.options.unknown == Unknown::Keep;
        let (expected, suggestion) = expectation(&error, found);
        if keep {
            let kind = match (spare, error.expected) {
                (Spare::Unread, _) => NoteKind::ReadPast,
                (Spare::Choice, _) if !is_blank(found) => NoteKind::Choice,
                (Spare::Yes, Expected::OneOf(_) | Expected::OneOfOr(..)) if !is_blank(found) => NoteKind::Value,
                _ => NoteKind::Unread,
            };
            self.push_note(Pending { node: node.id(), range, kind, message, expected, suggestion });
        } else {
            self.error(node, range, ErrorKind::Value, message, expected, suggestion);
        }
        keep
    }

    /// Notes a value that is spelt well and stands for nothing.
    #[cold]
    pub(super) fn refused_attribute(&mut self, attribute: Attribute<'_>, objection: &str) {
        let message = format!(
            "'{}' is no value of the attribute '{}': {objection}",
            clipped(attribute.0.value()),
            attribute.qualified()
        );
        self.note(attribute.1, attribute.0.range_value(), NoteKind::Refused, message, None);
    }

    /// As [`Reader::bad_attribute`], for a text.
    pub(super) fn bad_text(&mut self, node: Node<'_>, text: &str, error: ScalarError, spare: Spare) -> bool {
        let message = format!("'{}' is no value of <{}>", clipped(text), node.name().1);
        self.bad_value(node.0, text_range(node.0), message, (text, error), spare)
    }

    /// As [`Reader::refused_attribute`], for a text.
    #[cold]
    pub(super) fn refused_text(&mut self, node: Node<'_>, text: &str, objection: &str) {
        let message = format!("'{}' is no value of <{}>: {objection}", clipped(text), node.name().1);
        self.note(node.0, text_range(node.0), NoteKind::Refused, message, None);
    }

    /// Reports what is missing of what the table asks for.
    #[cold]
    pub(super) fn check_required(&mut self, node: roxmltree::Node<'_, '_>, info: &'static TypeInfo) {
        for attribute in info.attributes().filter(|a| a.required) {
            let present = match attribute.ns {
                "" => node.has_attribute(attribute.name),
                ns => node.has_attribute((ns, attribute.name)),
            };
            if !present {
                self.missing_attribute(node, attribute);
            }
        }
        for child in info.children().filter(|c| c.required) {
            if !node.children().any(|node| Node(node).is(child.ns, child.name)) {
                let message = format!("<{}> lacks <{}>", Node(node).name().1, child.name);
                // Of many there can be none: nothing is made up for it.
                if child.many && self.options.unknown == Unknown::Keep {
                    self.note(node, open_tag(node), NoteKind::Missing, message, None);
                    continue;
                }
                let kind = if child.vital { ErrorKind::Empty } else { ErrorKind::MissingElement };
                self.error(node, open_tag(node), kind, message, Vec::new(), None);
            }
        }
    }

    /// Reports an attribute that must be there and is not. Where an empty one counts as none, so does none.
    #[cold]
    pub(super) fn missing_attribute(&mut self, node: roxmltree::Node<'_, '_>, line: &FieldInfo) {
        let nothing = line.vital || line.blank == Blank::Absent;
        let kind = if nothing { ErrorKind::Empty } else { ErrorKind::MissingAttribute };
        let message = format!("<{}> lacks the attribute '{}'", Node(node).name().1, line.name);
        self.error(node, open_tag(node), kind, message, quoted(line.values), None);
    }
}

/// What to say of a name whose prefix is declared nowhere.
pub(super) fn undeclared(prefix: &str, what: &str, uri: Option<&str>) -> String {
    let uri = uri.unwrap_or("...");
    format!(
        "the prefix '{prefix}' is not declared, so the {what} is not known: declare it on the root, xmlns:{prefix}='{uri}'"
    )
}

/// The namespace in which a name is known here, where that namespace is one that the prefix could stand for: those of one
/// family are told apart by a part of their URI.
fn namespace_for(out: &dyn Content, prefix: &str, local: &str) -> Option<&'static str> {
    let mut uri = None;
    each_info(out, &mut |info| {
        let children = info.children().map(|child| (child.ns, child.name));
        let mut names = children.chain(info.attributes().map(|attribute| (attribute.ns, attribute.name)));
        let found = names.find(|(ns, name)| *name == local && ns.split(['/', ':', '#']).any(|part| part == prefix));
        uri = uri.or(found.map(|(ns, _)| ns));
    });
    uri
}

/// The bytes of an element's text; its name where there is none.
pub(super) fn text_range(node: roxmltree::Node<'_, '_>) -> Range<usize> {
    node.children().find(roxmltree::Node::is_text).map_or_else(|| open_tag(node), crate::verbatim::range)
}

pub(super) fn quoted(values: &[ValueInfo]) -> Vec<String> {
    values.iter().map(|value| format!("'{}'", value.value)).collect()
}

fn expectation(error: &ScalarError, found: &str) -> (Vec<String>, Option<String>) {
    let (values, described): (&[_], _) = match &error.expected {
        Expected::Described(text) => (&[], Some(text)),
        Expected::OneOf(values) => (values, None),
        Expected::OneOfOr(values, text) => (values, Some(text)),
    };
    let mut expected = quoted(values);
    expected.extend(described.map(|text| text.to_string()));
    let suggestion = near::nearest(found, values.iter().map(|value| value.value));
    (expected, suggestion.map(|value| format!("'{value}'")))
}

/// The beginning of a value, for messages, which stand on one line.
pub(super) fn clipped(text: &str) -> Cow<'_, str> {
    let (shown, more) = match text.char_indices().nth(60) {
        Some((end, _)) => (&text[..end], "..."),
        None => (text, ""),
    };
    match shown.contains(char::is_control) {
        false if more.is_empty() => Cow::Borrowed(shown),
        false => Cow::Owned(format!("{shown}{more}")),
        true => {
            let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
            Cow::Owned(shown.chars().map(escaped).chain([more.to_owned()]).collect())
        }
    }
}
