//! The verdict: one pass over a document, without recursion, that stops at the first fault.

use std::borrow::Cow;

use roxmltree::{Attribute, Document, Node};

use super::arena::Id;
use super::derive::{Continuations, Machine};
use super::names::Symbol;
use super::schema::Schema;
use crate::datatype::is_blank;

pub(super) fn element_symbol(schema: &Schema, element: Node<'_, '_>) -> Symbol {
    let name = element.tag_name();
    schema.names.symbol(name.namespace(), name.name())
}

pub(super) fn attribute_symbol(schema: &Schema, attribute: Attribute<'_, '_>) -> Symbol {
    schema.names.symbol(attribute.namespace(), attribute.name())
}

/// The text from `first` up to the next element or the end, comments and processing instructions passed over, and the node
/// after it. `first` is no element.
pub(super) fn text_run<'a, 'input>(first: Node<'a, 'input>) -> (Cow<'a, str>, Option<Node<'a, 'input>>) {
    let mut text = Cow::Borrowed(text_of(first));
    let mut next = first.next_sibling();
    while let Some(node) = next.filter(|node| !node.is_element()) {
        match text_of(node) {
            "" => {}
            more if text.is_empty() => text = Cow::Borrowed(more),
            more => text.to_mut().push_str(more),
        }
        next = node.next_sibling();
    }
    (text, next)
}

fn text_of<'a>(node: Node<'a, '_>) -> &'a str {
    if node.is_text() { node.text().unwrap_or_default() } else { "" }
}

impl Machine {
    /// Whether the document is valid.
    pub(super) fn is_valid(&mut self, schema: &Schema, document: &Document<'_>) -> bool {
        let mut open: Vec<Continuations> = Vec::new();
        self.walk(schema, document.root_element(), &mut open).is_some()
    }

    fn walk(&mut self, schema: &Schema, root: Node<'_, '_>, open: &mut Vec<Continuations>) -> Option<()> {
        let (mut state, after) = self.start_tag(schema, schema.start, root)?;
        open.push(after);
        let mut parent = root;
        let mut child = root.first_child();
        let mut alone = true;
        loop {
            match child {
                Some(node) if node.is_element() => {
                    if self.is_full() {
                        self.compact_with(schema, &mut state, open);
                    }
                    let (content, after) = self.start_tag(schema, state, node)?;
                    state = content;
                    open.push(after);
                    parent = node;
                    child = node.first_child();
                    alone = true;
                }
                Some(node) => {
                    let (text, next) = text_run(node);
                    alone &= next.is_none();
                    if alone || !is_blank(&text) {
                        state = self.characters(schema, state, &text, alone, parent)?;
                    }
                    alone = false;
                    child = next;
                }
                None => {
                    // An element without content contains the empty string.
                    if alone {
                        state = self.characters(schema, state, "", true, parent)?;
                    }
                    alone = false;
                    state = self.end_tag(state, &open.pop()?)?;
                    child = parent.next_sibling();
                    if open.is_empty() {
                        return self.arena.is_nullable(state).then_some(());
                    }
                    parent = parent.parent()?;
                }
            }
        }
    }

    /// The state after a start tag with its attributes, and what may follow the element.
    fn start_tag(&mut self, schema: &Schema, state: Id, node: Node<'_, '_>) -> Option<(Id, Continuations)> {
        let opened = self.open(schema, state, element_symbol(schema, node))?;
        let mut content = opened.content;
        for attribute in node.attributes() {
            let symbol = attribute_symbol(schema, attribute);
            content = allowed(self.attribute(schema, content, symbol, attribute.value(), &node))?;
        }
        Some((allowed(self.close(content))?, opened.after))
    }

    fn end_tag(&mut self, state: Id, after: &Continuations) -> Option<Id> {
        allowed(self.end(state, after))
    }

    /// The state after text. Where it is all that an element contains, whitespace may also count for nothing.
    pub(super) fn characters(
        &mut self,
        schema: &Schema,
        state: Id,
        text: &str,
        alone: bool,
        parent: Node<'_, '_>,
    ) -> Option<Id> {
        let blank = alone && is_blank(text);
        if !self.arena.has_strings(state) {
            return blank.then_some(state);
        }
        let after = self.text(schema, state, text, &parent);
        if !blank || after == state {
            return allowed(after);
        }
        allowed(self.arena.choice(vec![state, after]))
    }

    /// `compact`, keeping a state and what may follow the open elements.
    pub(super) fn compact_with(&mut self, schema: &Schema, state: &mut Id, open: &mut [Continuations]) {
        let mut live = vec![*state];
        for after in open.iter() {
            match after {
                Continuations::One(id) => live.push(*id),
                Continuations::Many(ids) => live.extend_from_slice(ids),
            }
        }
        self.compact(schema, live.iter_mut());
        let mut moved = live.into_iter();
        let mut take = || moved.next().unwrap_or(Id::NOT_ALLOWED);
        *state = take();
        for after in open {
            match after {
                Continuations::One(id) => *id = take(),
                Continuations::Many(ids) => *ids = ids.iter().map(|_| take()).collect(),
            }
        }
    }
}

fn allowed(state: Id) -> Option<Id> {
    (state != Id::NOT_ALLOWED).then_some(state)
}
