//! What the known parts of two documents differ in, and where that stands in the documents as they were written.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;

use domxml_xml::{Spare, Tree};
use roxmltree::{Node, NodeId};

use super::alike::{Group, Values};
use super::{Change, Meaning, Side, line, normal, ordered, own_text};
use crate::locate::Steps;

/// What the known parts of two documents differ in; nothing where that is no more than comments.
pub(super) fn known(a: &Meaning, b: &Meaning) -> Vec<Change> {
    let mut spare: [Spare; 4] = Default::default();
    let [of_old, of_new, of_before, of_after] = &mut spare;
    let (Ok(old), Ok(new), Ok(before), Ok(after)) = (
        domxml_xml::parse(&a.known, of_old),
        domxml_xml::parse(&b.known, of_new),
        domxml_xml::parse(a.text, of_before),
        domxml_xml::parse(b.text, of_after),
    ) else {
        let side = |text: &str| Some(Side { value: "the definition".to_owned(), span: 0..text.len() });
        return vec![Change { path: "domain".to_owned(), before: side(a.text), after: side(b.text) }];
    };
    let (old, new) = (&old, &new);
    let mut walk = Walk { before: Origin::of(old, &before), after: Origin::of(new, &after), changes: Vec::new() };
    let (old, new) = (old.document.root_element(), new.document.root_element());
    walk.element(old, new);
    if walk.changes.is_empty() && ordered(old) != ordered(new) {
        // Text that stands elsewhere among elements.
        walk.push("domain".to_owned(), (old, Some(line(old))), (new, Some(line(new))));
    }
    walk.changes
}

type Name<'d> = (Option<&'d str>, &'d str);

fn name_of<'d>(node: Node<'d, 'd>) -> Name<'d> {
    (node.tag_name().namespace(), node.tag_name().name())
}

fn elements<'d>(node: Node<'d, 'd>) -> impl Iterator<Item = Node<'d, 'd>> {
    node.children().filter(Node::is_element)
}

/// A document in libvirt's form, and the document that it was made of.
struct Origin<'d> {
    form: &'d Tree<'d>,
    document: &'d Tree<'d>,
    steps: Steps<'d>,
    /// Where an element of the form stands in the document, and whether that is the element itself.
    found: HashMap<NodeId, (Node<'d, 'd>, bool)>,
    /// The children of elements of the document.
    groups: HashMap<NodeId, HashMap<Name<'d>, Group<'d>>>,
}

impl<'d> Origin<'d> {
    fn of(form: &'d Tree<'d>, document: &'d Tree<'d>) -> Self {
        Self { form, document, steps: Steps::default(), found: HashMap::new(), groups: HashMap::new() }
    }

    fn path(&mut self, node: Node<'d, 'd>) -> String {
        self.steps.find(self.form, &node.range()).1
    }

    /// Where an element of the form stands in the document: step by step the child of that name that is most alike, as long as there is one.
    fn place(&mut self, node: Node<'d, 'd>) -> Range<usize> {
        self.find(node).0.range()
    }

    fn find(&mut self, node: Node<'d, 'd>) -> (Node<'d, 'd>, bool) {
        if let Some(found) = self.found.get(&node.id()) {
            return *found;
        }
        let found = match node.parent_element().map(|parent| self.find(parent)) {
            None => (self.document.document.root_element(), true),
            Some((around, false)) => (around, false),
            Some((around, true)) => {
                let groups = self.groups.entry(around.id()).or_insert_with(|| by_name(elements(around)));
                let beside = self.steps.number(node).map(|number| number - 1);
                let best = groups.get_mut(&name_of(node)).and_then(|group| {
                    let (number, _) = group.most_alike(&Values::of(node), beside)?;
                    Some(group.node(number))
                });
                best.map_or((around, false), |found| (found, true))
            }
        };
        self.found.insert(node.id(), found);
        found
    }
}

/// Compares two trees, and finds the places of what differs in the documents that they were made of.
struct Walk<'d> {
    before: Origin<'d>,
    after: Origin<'d>,
    changes: Vec<Change>,
}

impl<'d> Walk<'d> {
    fn element(&mut self, old: Node<'d, 'd>, new: Node<'d, 'd>) {
        let path = self.before.path(old);
        let added = new.attributes().filter(|own| !has(old, own));
        for own in old.attributes().chain(added) {
            let value = |node: Node<'_, '_>| {
                node.attributes()
                    .find(|other| (other.namespace(), other.name()) == (own.namespace(), own.name()))
                    .map(|own| own.value().to_owned())
            };
            let (was, is) = (value(old), value(new));
            if was != is {
                self.push(format!("{path}/@{}", own.name()), (old, was), (new, is));
            }
        }
        let (was, is) = (own_text(old), own_text(new));
        if was != is {
            let some = |text: String| (!text.is_empty()).then_some(text);
            self.push(path, (old, some(was)), (new, some(is)));
        }
        self.children(old, new);
    }

    fn push(
        &mut self,
        path: String,
        (old, was): (Node<'d, 'd>, Option<String>),
        (new, is): (Node<'d, 'd>, Option<String>),
    ) {
        let before = was.map(|value| Side { value, span: self.before.place(old) });
        let after = is.map(|value| Side { value, span: self.after.place(new) });
        self.changes.push(Change { path, before, after });
    }

    /// Children that are equal belong together, then those of one name that are most alike.
    fn children(&mut self, old: Node<'d, 'd>, new: Node<'d, 'd>) {
        let mut equal: HashMap<String, VecDeque<Node<'d, 'd>>> = HashMap::new();
        elements(new).for_each(|child| equal.entry(normal(child)).or_default().push_back(child));
        let mut rest = Vec::new();
        for child in elements(old) {
            match equal.get_mut(&normal(child)).and_then(VecDeque::pop_front) {
                // What is in them may stand in another order.
                Some(other) if ordered(child) != ordered(other) => self.element(child, other),
                Some(_) => {}
                None => rest.push(child),
            }
        }
        let mut left: Vec<_> = equal.into_values().flatten().collect();
        left.sort_unstable_by_key(|child| child.range().start);
        if rest.is_empty() && left.is_empty() {
            return self.order(old, new);
        }
        let mut groups = by_name(left.iter().copied());
        let counts = [old, new].map(counts);
        let single = |child| counts.iter().all(|counts| counts.get(&name_of(child)) == Some(&1));
        let mut paired = HashSet::new();
        for child in rest {
            let values = Values::of(child);
            let best = groups.get_mut(&name_of(child)).and_then(|group| {
                let (number, shared) = group.most_alike(&values, None)?;
                (shared > 0 || single(child)).then(|| group.take(number))
            });
            match best {
                Some(other) => {
                    paired.insert(other.id());
                    self.element(child, other);
                }
                None => {
                    let before = Some(Side { value: line(child), span: self.before.place(child) });
                    self.changes.push(Change { path: self.before.path(child), before, after: None });
                }
            }
        }
        for child in left.into_iter().filter(|child| !paired.contains(&child.id())) {
            let after = Some(Side { value: line(child), span: self.after.place(child) });
            self.changes.push(Change { path: self.after.path(child), before: None, after });
        }
    }

    /// The same children in another order, which is told of the first that stands elsewhere.
    fn order(&mut self, old: Node<'d, 'd>, new: Node<'d, 'd>) {
        let elsewhere = |(a, b): &(Node<'d, 'd>, Node<'d, 'd>)| normal(*a) != normal(*b);
        if let Some((a, b)) = elements(old).zip(elements(new)).find(elsewhere) {
            let path = self.before.path(a);
            self.push(path, (a, Some(line(a))), (b, Some(line(b))));
        }
    }
}

fn by_name<'d>(nodes: impl Iterator<Item = Node<'d, 'd>>) -> HashMap<Name<'d>, Group<'d>> {
    let mut groups: HashMap<Name<'d>, Vec<Node<'d, 'd>>> = HashMap::new();
    nodes.for_each(|node| groups.entry(name_of(node)).or_default().push(node));
    groups.into_iter().map(|(name, nodes)| (name, Group::of(nodes))).collect()
}

/// How many children there are of each name.
fn counts<'d>(of: Node<'d, 'd>) -> HashMap<Name<'d>, usize> {
    let mut counts = HashMap::new();
    elements(of).for_each(|child| *counts.entry(name_of(child)).or_default() += 1);
    counts
}

fn has(node: Node, own: &roxmltree::Attribute) -> bool {
    node.attributes().any(|other| (other.namespace(), other.name()) == (own.namespace(), own.name()))
}
