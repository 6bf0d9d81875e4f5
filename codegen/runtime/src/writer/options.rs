//! What the writer can be told, and what it tells.

use crate::extra::Span;
use crate::info::{FieldInfo, TypeInfo};
use crate::version::Version;

/// What to do with values that equal a default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Defaults {
    /// Write what is there.
    #[default]
    Keep,
    /// Spell out absent attributes whose default is always written, and leave out present ones whose default never is.
    Canonical,
    /// Leave out every attribute that says its default: what is left is what the element says beyond the defaults.
    Drop,
}

/// What to do with elements that are not written where there is nothing in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EmptyElements {
    /// Write them.
    #[default]
    Keep,
    /// Leave them out.
    Drop,
}

/// What to do with what only a running domain shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OutputOnly {
    /// Write it.
    #[default]
    Keep,
    /// Write it, and say so.
    Note,
    /// Leave it out.
    Drop,
}

/// What to do with elements and attributes that [`WriteOptions::target`] does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Newer {
    /// Write them.
    #[default]
    Keep,
    /// Leave them out, as a reader that old reads past them.
    Drop,
}

/// What to do with comments, processing instructions and unknown content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeptContent {
    /// Write it, in place.
    #[default]
    Keep,
    /// Write unknown content, in place, and leave comments and processing instructions out.
    Unknown,
    /// Write comments and processing instructions, in place, and leave unknown content out.
    Remarks,
    /// Leave it out, namespace declarations too: what needs one is declared anew, on the root.
    Drop,
}

impl KeptContent {
    pub(super) fn has_unknown(self) -> bool {
        matches!(self, Self::Keep | Self::Unknown)
    }

    pub(super) fn has_remarks(self) -> bool {
        matches!(self, Self::Keep | Self::Remarks)
    }
}

/// Options of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriteOptions {
    /// What to do with values that equal a default.
    pub defaults: Defaults,
    /// What to do with elements that are not written where there is nothing in them.
    pub empty: EmptyElements,
    /// What to do with what only a running domain shows.
    pub output_only: OutputOnly,
    /// The oldest version that must read the result: no default is spelt out whose attribute it does not know.
    pub target: Option<Version>,
    /// What to do with what that version does not know, or no longer reads. Where it is left out, the form is that of the version.
    pub newer: Newer,
    /// What to do with comments, processing instructions and unknown content.
    pub kept: KeptContent,
    /// How many levels the element is indented.
    pub depth: usize,
}

/// A written document.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// The text, ended by a line break.
    pub text: String,
    /// What was spelt out or left out, in the order of writing.
    pub findings: Vec<Finding>,
}

/// What was spelt out or left out.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The element's bytes in the document that it was read from; of an element without a place of its own, its parent's.
    pub span: Span,
    /// The element, or the members of its payload, that has the attribute; the element that was left out, or its parent.
    pub owner: &'static TypeInfo,
    /// The attribute; none for an element.
    pub attribute: Option<&'static FieldInfo>,
    /// The attribute's value, or the element's name; of an unknown attribute, name and value.
    pub value: String,
    /// What was done.
    pub action: Action,
}

/// What the writer did of its own accord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A default was absent and is spelt out.
    Added,
    /// A default was present and is left out.
    Dropped,
    /// An element with nothing in it is left out.
    Emptied,
    /// What only a running domain shows is left out.
    Live,
    /// What only a running domain shows is written.
    LiveKept,
    /// What the target does not know is left out.
    Newer,
    /// What the target no longer reads is left out.
    Gone,
    /// An unknown attribute is left out, because by now another one has its name.
    Superseded,
}

/// Sees what a typed document uses: elements, attributes with their values, child elements.
pub trait Observer {
    /// An element is entered, by the field with this line; by none if it is the root.
    fn element(&mut self, line: Option<&'static FieldInfo>, info: &'static TypeInfo, span: Span);

    /// An attribute of the element that was entered last and not yet left.
    fn attribute(&mut self, owner: &'static TypeInfo, attribute: &'static FieldInfo, value: &str, span: Span);

    /// A child element, before it is entered; `text` is what it holds if that is a plain value. `span` is its parent's.
    fn child(&mut self, owner: &'static TypeInfo, child: &'static FieldInfo, text: Option<&str>, span: Span);

    /// The element that was entered last and not yet left has a payload with these members, which follow among its own;
    /// said at least once.
    fn members(&mut self, _info: &'static TypeInfo) {}

    /// The text of the element that was entered last and not yet left.
    fn text(&mut self, _owner: &'static TypeInfo, _text: &str, _span: Span) {}

    /// An element is left.
    fn leave(&mut self, _info: &'static TypeInfo) {}
}
