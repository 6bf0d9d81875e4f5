//! Comments and other nodes that are kept, written where they stood.

use super::marks::MarkKind;
use super::{KeptContent, Writer};
use crate::extra::{Anchor, AssumedValue, Kept, KeptLeaf, KeptNode, KeptValue};
use crate::info::FieldInfo;
use crate::slots::Field;
use std::collections::{HashMap, VecDeque};

/// What an element keeps, by place.
pub(super) struct Frame<'k> {
    /// The nodes, in document order.
    units: Vec<Unit<'k>>,
    /// Which units an anchor has.
    places: HashMap<&'k Anchor, Vec<usize>>,
    /// The units whose elements have a name and are not written yet, in document order.
    named: HashMap<&'k str, VecDeque<usize>>,
    pub(super) leaves: HashMap<(Box<str>, u32), KeptLeaf>,
    /// The values that are not written yet.
    pub(super) values: Vec<KeptValue>,
    /// The attributes that have their default without saying so.
    assumed: Vec<AssumedValue>,
    /// How many children of a name were written.
    counts: HashMap<Box<str>, u32>,
}

/// An element or a text, with the remarks that precede it and those behind it on its line; or remarks alone.
#[derive(Default)]
struct Unit<'k> {
    /// None, as soon as they are written.
    nodes: Vec<&'k KeptNode>,
    /// Whether an element or a text is among them.
    has_content: bool,
    /// Of an element: its name without prefix, and how many fields of that name stand before it.
    element: Option<(&'k str, u32)>,
    /// Whether it waits for what has its name and stood before it.
    is_held: bool,
}

impl<'k> Frame<'k> {
    /// What an element keeps, as far as it is to be written.
    pub(super) fn new(kept: &'k Kept, content: KeptContent) -> Self {
        let (unknown, remarks) = (content.has_unknown(), content.has_remarks());
        let wanted = |node: &KeptNode| if node.is_content() { unknown } else { remarks };
        let inside = |node: &&'k KeptNode| !matches!(node.anchor, Anchor::Ahead | Anchor::Behind) && wanted(node);
        let mut units: Vec<Unit<'k>> = Vec::new();
        let mut places: HashMap<&Anchor, Vec<usize>> = HashMap::new();
        for node in kept.nodes.iter().filter(inside) {
            let place = places.entry(&node.anchor).or_default();
            match place.last().filter(|unit| units[**unit].takes(node)) {
                Some(unit) => units[*unit].push(node),
                None => {
                    place.push(units.len());
                    units.push(Unit::default());
                    units.last_mut().into_iter().for_each(|unit| unit.push(node));
                }
            }
        }
        let mut named: HashMap<&str, VecDeque<usize>> = HashMap::new();
        for (number, unit) in units.iter().enumerate() {
            if let Some((name, _)) = &unit.element {
                named.entry(name).or_default().push_back(number);
            }
        }
        let leaf = |leaf: &KeptLeaf| {
            let mut leaf = leaf.clone();
            leaf.before.retain(wanted);
            leaf.after.retain(wanted);
            ((leaf.name.clone(), leaf.nth), leaf)
        };
        Frame {
            units,
            places,
            named,
            leaves: kept.leaves.iter().map(leaf).collect(),
            values: if unknown { kept.values.clone() } else { Vec::new() },
            assumed: if unknown { kept.assumed.clone() } else { Vec::new() },
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

    /// Takes what is to be written before the next child of a name: what has its name and stood before it, and what has its place there.
    fn before(&mut self, name: &str) -> Vec<&'k KeptNode> {
        let (mut taken, count) = (Vec::new(), self.count(name));
        let here = self.places.remove(&Anchor::Before(name.into(), count)).unwrap_or_default();
        while let Some(unit) = self.next(name).filter(|unit| here.binary_search(unit).is_err()) {
            if self.units[unit].nth() > count {
                break;
            }
            self.take(unit, &mut taken);
        }
        self.reach(&here, &mut taken);
        taken
    }

    /// Counts a child that was written and takes what is to be written behind it: what stands on its line, and what waits for it.
    fn after(&mut self, name: &str) -> Vec<&'k KeptNode> {
        let (mut taken, nth) = (Vec::new(), self.count(name));
        self.counts.insert(name.into(), nth + 1);
        let here = self.places.remove(&Anchor::After(name.into(), nth)).unwrap_or_default();
        self.reach(&here, &mut taken);
        self.release(name, &mut taken);
        taken
    }

    /// Takes what has its place here, but for what must wait.
    fn reach(&mut self, here: &[usize], taken: &mut Vec<&'k KeptNode>) {
        for unit in here {
            self.units[*unit].is_held = true;
            match self.units[*unit].element {
                Some((name, _)) => self.release(name, taken),
                None => self.take(*unit, taken),
            }
        }
    }

    /// Takes the elements of a name that have been held and need not wait any longer.
    fn release(&mut self, name: &str, taken: &mut Vec<&'k KeptNode>) {
        let count = self.count(name);
        let is_due = |unit: &Unit<'_>| unit.is_held && unit.nth() <= count;
        while let Some(unit) = self.next(name).filter(|unit| is_due(&self.units[*unit])) {
            self.take(unit, taken);
        }
    }

    /// The first unit whose element has a name and is not written yet.
    fn next(&self, name: &str) -> Option<usize> {
        self.named.get(name)?.front().copied()
    }

    /// Takes a unit, which is the first of its name.
    fn take(&mut self, unit: usize, taken: &mut Vec<&'k KeptNode>) {
        taken.append(&mut self.units[unit].nodes);
        if let Some((name, _)) = &self.units[unit].element
            && let Some(named) = self.named.get_mut(name)
        {
            named.pop_front();
        }
    }

    /// Whether a further element of this name is kept. Whoever reads the first alone must go on finding it there.
    pub(super) fn repeats(&self, name: &str) -> bool {
        let own = |unit: &usize| self.units[*unit].nodes.iter().any(|node| node.is_element(name));
        self.named.get(name).is_some_and(|named| named.iter().any(own))
    }

    pub(super) fn count(&self, name: &str) -> u32 {
        self.counts.get(name).copied().unwrap_or(0)
    }
}

impl<'k> Unit<'k> {
    /// Whether a node behind it in its place is part of it.
    fn takes(&self, node: &KeptNode) -> bool {
        !self.has_content || node.same_line && !node.is_content()
    }

    fn push(&mut self, node: &'k KeptNode) {
        if let Some(name) = node.local_name() {
            self.element = Some((name, node.nth));
        }
        self.has_content |= node.is_content();
        self.nodes.push(node);
    }

    fn nth(&self) -> u32 {
        self.element.map_or(0, |(_, nth)| nth)
    }
}

impl Writer<'_> {
    /// Writes the nodes that stand before the next child of this name.
    pub(super) fn before(&mut self, name: &str) {
        if let Some(nodes) = self.frame.as_mut().map(|frame| frame.before(name)) {
            nodes.into_iter().for_each(|node| self.put_line(node));
        }
    }

    /// Counts the child that was written and writes the nodes that stand behind it.
    pub(super) fn after(&mut self, name: &str) {
        if let Some(nodes) = self.frame.as_mut().map(|frame| frame.after(name)) {
            nodes.into_iter().for_each(|node| self.put_line(node));
        }
    }

    /// Writes what has not been written of the nodes and leaves that the element keeps.
    pub(super) fn flush(&mut self) {
        let Some(frame) = self.frame.take() else { return };
        let nodes = || frame.units.iter().flat_map(|unit| &unit.nodes);
        // A text alone stays on the line of its tags: breaks around it would become part of it.
        self.inline |= self.tag_open && nodes().count() == 1 && nodes().all(|node| node.is_text());
        nodes().for_each(|node| self.put_line(node));
        // A leaf that is gone leaves its comments behind.
        let mut leaves: Vec<_> = frame.leaves.into_iter().collect();
        leaves.sort_by(|a, b| a.0.cmp(&b.0));
        for (_, leaf) in leaves {
            let nodes = leaf.before.into_iter().chain(leaf.after);
            nodes.for_each(|node| self.put_line(&KeptNode::at_end(node.text, node.span)));
        }
    }

    /// Writes what an element keeps and what stands around it: before it, or behind it.
    pub(super) fn around(&mut self, kept: Option<&Kept>, anchor: &Anchor) {
        if let Some(kept) = kept.filter(|_| self.options.kept.has_remarks()) {
            kept.nodes.iter().filter(|node| node.anchor == *anchor).for_each(|node| self.put_line(node));
        }
    }

    /// Writes a node where the writer stands.
    pub(super) fn put_node(&mut self, node: &KeptNode) {
        let mark = self
            .open_mark(MarkKind::Kept { ahead: node.anchor == Anchor::Ahead, same_line: node.same_line }, node.span);
        self.out.push_str(&node.text);
        self.close_mark(mark);
    }

    /// As [`Writer::put_node`], on a line of its own, or behind what the node stood behind.
    fn put_line(&mut self, node: &KeptNode) {
        if node.same_line && !self.inline && !self.tag_open && self.out.ends_with('\n') {
            self.out.pop();
            self.out.push(' ');
        } else {
            self.start_child();
        }
        self.put_node(node);
        self.end_line();
    }
}
