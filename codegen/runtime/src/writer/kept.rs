//! Comments and other nodes that are kept, written where they stood.

use super::marks::MarkKind;
use super::{KeptContent, Writer};
use crate::extra::{Anchor, AssumedValue, Kept, KeptLeaf, KeptNode, KeptValue};
use crate::info::FieldInfo;
use crate::slots::Field;
use std::collections::HashMap;

/// What an element keeps, by place.
pub(super) struct Frame {
    /// The nodes; those already written are none.
    nodes: Vec<Option<KeptNode>>,
    /// Where the nodes of an anchor stand in `nodes`.
    places: HashMap<Anchor, Vec<usize>>,
    pub(super) leaves: HashMap<(Box<str>, u32), KeptLeaf>,
    /// The values that are not written yet.
    pub(super) values: Vec<KeptValue>,
    /// The attributes that have their default without saying so.
    assumed: Vec<AssumedValue>,
    /// How many children of a name were written.
    counts: HashMap<Box<str>, u32>,
}

impl Frame {
    /// What an element keeps; with `comments` its comments and processing instructions too.
    pub(super) fn new(kept: &Kept, comments: bool) -> Self {
        let wanted = |node: &KeptNode| comments || node.is_content();
        let inside = |node: &&KeptNode| !matches!(node.anchor, Anchor::Ahead | Anchor::Behind) && wanted(node);
        let nodes: Vec<_> = kept.nodes.iter().filter(inside).cloned().map(Some).collect();
        let mut places: HashMap<Anchor, Vec<usize>> = HashMap::new();
        for (at, node) in nodes.iter().flatten().enumerate() {
            places.entry(node.anchor.clone()).or_default().push(at);
        }
        let leaf = |leaf: &KeptLeaf| {
            let mut leaf = leaf.clone();
            leaf.before.retain(wanted);
            leaf.after.retain(wanted);
            ((leaf.name.clone(), leaf.nth), leaf)
        };
        Frame {
            nodes,
            places,
            leaves: kept.leaves.iter().map(leaf).collect(),
            values: kept.values.clone(),
            assumed: kept.assumed.clone(),
            counts: HashMap::new(),
        }
    }

    /// Takes the value that is kept in the place of an attribute.
    pub(super) fn take_value(&mut self, line: &FieldInfo) -> Option<KeptValue> {
        let at = self.values.iter().position(|value| value.name == line.name && value.ns == line.ns)?;
        Some(self.values.remove(at))
    }

    /// What stood for the value of an attribute that still has the default that was assumed for it.
    pub(super) fn assumed(&self, line: &FieldInfo, field: &dyn Field) -> Option<&AssumedValue> {
        let own = self.assumed.iter().find(|own| line.is(own.ns, own.name))?;
        let mut value = String::new();
        field.write(0, &mut value);
        line.default.is_some_and(|default| default.value == value).then_some(own)
    }

    pub(super) fn take(&mut self, anchor: &Anchor) -> Vec<KeptNode> {
        let places = self.places.remove(anchor).unwrap_or_default();
        places.into_iter().filter_map(|at| self.nodes[at].take()).collect()
    }

    /// Whether a further element of this name is kept. Whoever reads the first alone must go on finding it there.
    pub(super) fn repeats(&self, name: &str) -> bool {
        self.nodes.iter().flatten().any(|node| node.is_element(name))
    }

    pub(super) fn count(&self, name: &str) -> u32 {
        self.counts.get(name).copied().unwrap_or(0)
    }
}

impl Writer<'_> {
    /// Writes the nodes that stand before the next child of this name.
    pub(super) fn before(&mut self, name: &str) {
        let Some(frame) = &mut self.frame else { return };
        let anchor = Anchor::Before(name.into(), frame.count(name));
        let nodes = frame.take(&anchor);
        self.put_nodes(nodes);
    }

    /// Counts the child that was written and writes the nodes that stand behind it on its line.
    pub(super) fn after(&mut self, name: &str) {
        let Some(frame) = &mut self.frame else { return };
        let nth = frame.count(name);
        frame.counts.insert(name.into(), nth + 1);
        let nodes = frame.take(&Anchor::After(name.into(), nth));
        self.put_nodes(nodes);
    }

    /// Writes what has not been written of the nodes and leaves that the element keeps.
    pub(super) fn flush(&mut self) {
        let Some(mut frame) = self.frame.take() else { return };
        self.put_nodes(frame.nodes.iter_mut().filter_map(Option::take).collect());
        // A leaf that is gone leaves its comments behind.
        let mut leaves: Vec<_> = frame.leaves.into_iter().collect();
        leaves.sort_by(|a, b| a.0.cmp(&b.0));
        for (_, leaf) in leaves {
            let nodes = leaf.before.into_iter().chain(leaf.after);
            self.put_nodes(nodes.map(|node| KeptNode::at_end(node.text, node.span)).collect());
        }
    }

    /// Writes what an element keeps and what stands around it: before it, or behind it.
    pub(super) fn around(&mut self, kept: Option<&Kept>, anchor: &Anchor) {
        if let Some(kept) = kept.filter(|_| self.options.kept == KeptContent::Keep) {
            self.put_nodes(kept.nodes.iter().filter(|node| node.anchor == *anchor).cloned().collect());
        }
    }

    /// Writes a node where the writer stands.
    pub(super) fn put_node(&mut self, node: &KeptNode) {
        let mark = self
            .open_mark(MarkKind::Kept { ahead: node.anchor == Anchor::Ahead, same_line: node.same_line }, node.span);
        self.out.push_str(&node.text);
        self.close_mark(mark);
    }

    pub(super) fn put_nodes(&mut self, nodes: Vec<KeptNode>) {
        for node in nodes {
            if node.same_line && !self.inline && !self.tag_open && self.out.ends_with('\n') {
                self.out.pop();
                self.out.push(' ');
            } else {
                self.start_child();
            }
            self.put_node(&node);
            self.end_line();
        }
    }
}
