//! Editing in place: what was changed of a document is printed anew, and every other byte of it stays.
//!
//! The typed document is printed twice, as it was read and as it is to be. What differs between the two prints is carried over into the
//! original: an element is the same one where it stood at the same bytes, so that one that moves takes its own text, attribute
//! order and comments along. What is printed has the quotes, indentation and line ends of the original.

mod identity;
mod indent;
mod inside;
mod merge;
mod plan;
mod style;
mod tag;

use crate::content::{Content, extras, extras_mut};
use crate::element::{Element, Parsed};
use crate::error::ParseErrors;
use crate::extra::{Kept, KeptNode, Span};
use crate::reader::{self, Read, ReadOptions, Unknown};
use crate::writer::{Print, WriteError, WriteOptions};
use domxml_xml::{Spare, Tree};
use std::collections::{HashMap, HashSet};

pub use indent::Around;

/// A document that was read: its text, and the tree of it.
#[derive(Debug)]
pub struct Original<'t> {
    text: &'t str,
    tree: Tree<'t>,
    keeps: bool,
}

impl<'t> Original<'t> {
    /// Reads a document, and keeps what editing it in place takes. `spare` is room for a text that has to be changed to be parsed.
    ///
    /// # Errors
    ///
    /// All that is wrong with the document.
    pub fn read<T: Element>(
        text: &'t str,
        options: &ReadOptions,
        spare: &'t mut Spare,
    ) -> Result<(Self, Parsed<T>), ParseErrors> {
        let mut value = T::default();
        let tree = reader::parse_for(text, spare, &value)?;
        let Read { notes, keeps } = reader::read(&tree, options, &mut value)?;
        Ok((Original { text, tree, keeps }, Parsed { value, notes }))
    }

    /// The text of the document.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Whether what was read of it [keeps](Kept) values, attributes, elements or texts that are not known, or assumes
    /// a value.
    #[must_use]
    pub fn keeps_unknown(&self) -> bool {
        self.keeps
    }

    /// Whether there are comments or processing instructions in it.
    #[must_use]
    pub fn has_remarks(&self) -> bool {
        self.tree.has_remarks
    }

    /// The tree of the document.
    #[must_use]
    pub fn tree(&self) -> &Tree<'t> {
        &self.tree
    }

    /// The text with what differs between two prints of the document, as it was read and as it is to be.
    #[must_use]
    pub fn edited(&self, before: &Print, after: &Print) -> String {
        if before.text == after.text {
            return self.text.to_owned();
        }
        merge::merge(self.text, &self.tree.document, before, after)
    }

    /// The text with its lines indented as deep as what begins them, by the step that is usual in it; every other byte stays. `print` is the
    /// document as it was read.
    #[must_use]
    pub fn indented(&self, print: &Print, around: Around) -> String {
        indent::indented(self.text, &self.tree.document, print, around)
    }
}

/// Reads a document, lets `change` change it, and returns its text with the changes, in which every other byte stands as it was. What the
/// format does not know stays too.
///
/// # Errors
///
/// All that is wrong with the document, a new value that cannot be written, or the error of `change`.
pub(crate) fn edit<T: Element, E: From<ParseErrors>>(
    text: &str,
    change: impl FnOnce(&mut T) -> Result<(), E>,
) -> Result<String, E> {
    let mut spare = Spare::default();
    let options = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
    let (original, Parsed { mut value, .. }) = Original::read::<T>(text, &options, &mut spare)?;
    let before = value.print_with(&WriteOptions::default());
    change(&mut value)?;
    let after = value.print_with(&WriteOptions::default());
    if let Some(error) = WriteError::of(original.tree().document.root_element().tag_name().name(), &value, &after.text)
    {
        return Err(error.of_document(text).into());
    }
    Ok(original.edited(&before, &after))
}

/// The comments and processing instructions of a document, with the places where they stood: what a change of it must not lose.
#[must_use]
pub fn remarks(content: &dyn Content) -> Vec<(Span, Box<str>)> {
    let mut found = Vec::new();
    extras(content, &mut |extra| {
        let Some(kept) = &extra.kept else { return };
        let leaves = kept.leaves.iter().flat_map(|leaf| leaf.before.iter().chain(&leaf.after));
        let all = kept.nodes.iter().chain(leaves).filter(|node| !node.is_content() && !node.span.is_empty());
        found.extend(all.map(|node| (node.span, node.text.clone())));
    });
    found
}

/// Takes the remarks out of a copy of an element: they belong to the one that stands where they stood.
pub fn forget_remarks(content: &mut dyn Content) {
    extras_mut(content, &mut |extra| {
        let Some(kept) = &mut extra.kept else { return };
        kept.nodes.retain(KeptNode::is_content);
        for leaf in &mut kept.leaves {
            leaf.before.retain(KeptNode::is_content);
            leaf.after.retain(KeptNode::is_content);
        }
        kept.leaves.retain(|leaf| !(leaf.attributes.is_empty() && leaf.before.is_empty() && leaf.after.is_empty()));
        if **kept == Kept::default() {
            extra.kept = None;
        }
    });
}

/// Puts the remarks that a changed document no longer has into the innermost element that is still there around the place where they
/// stood.
pub fn restore(content: &mut dyn Content, mut remarks: Vec<(Span, Box<str>)>) {
    let there: HashSet<Span> = match remarks.is_empty() {
        true => return,
        false => self::remarks(content).into_iter().map(|(span, _)| span).collect(),
    };
    remarks.retain(|(span, _)| !there.contains(span));
    if remarks.is_empty() {
        return;
    }
    remarks.sort_by_key(|(span, _)| span.start);
    let root = content.extra().map_or(Span::default(), |extra| extra.span);
    let mut elements: Vec<Span> = Vec::new();
    extras(content, &mut |extra| elements.push(extra.span));
    elements.retain(|span| !span.is_empty());
    elements.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut elements = elements.into_iter().peekable();
    let mut open: Vec<Span> = Vec::new();
    let mut lost: HashMap<Span, Vec<KeptNode>> = HashMap::new();
    for (span, text) in remarks {
        while let Some(element) = elements.next_if(|element| element.start < span.start) {
            while open.last().is_some_and(|outer| outer.end < element.end) {
                open.pop();
            }
            open.push(element);
        }
        while open.last().is_some_and(|element| element.end < span.end) {
            open.pop();
        }
        let innermost = open.last().copied().unwrap_or(root);
        lost.entry(innermost).or_default().push(KeptNode::at_end(text, span));
    }
    extras_mut(content, &mut |extra| {
        if let Some(nodes) = lost.remove(&extra.span) {
            extra.kept_mut().nodes.extend(nodes);
        }
    });
}
