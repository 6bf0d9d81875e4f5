//! Which of many elements is most like another one, without holding each against each.

use std::collections::HashMap;

use roxmltree::Node;
use rustc_hash::FxHashMap;

use super::own_text;

/// A value that more elements than these hold tells none from the others.
const MAX_HOLDERS: usize = 64;

/// The values in an element, each with the path to it, and how often it stands there.
pub struct Values(FxHashMap<String, usize>);

impl Values {
    pub fn of(node: Node) -> Self {
        fn collect(node: Node, path: &str, all: &mut FxHashMap<String, usize>) {
            for own in node.attributes() {
                *all.entry(format!("{path}@{}={}", own.name(), own.value())).or_default() += 1;
            }
            let text = own_text(node);
            if !text.is_empty() {
                *all.entry(format!("{path}={text}")).or_default() += 1;
            }
            for child in node.children().filter(Node::is_element) {
                collect(child, &format!("{path}{}/", child.tag_name().name()), all);
            }
        }
        let mut all = FxHashMap::default();
        collect(node, "", &mut all);
        Self(all)
    }

    /// How many values stand in another one at least as often.
    fn shared_with(&self, other: &Self) -> usize {
        self.0.iter().filter(|(value, count)| other.0.get(*value).is_some_and(|other| other >= *count)).count()
    }
}

/// Elements of one name beside each other.
pub struct Group<'d> {
    members: Vec<(Node<'d, 'd>, Values)>,
    taken: Vec<bool>,
    /// All before it are taken.
    free: usize,
    /// Who holds a value, by their numbers.
    holders: HashMap<String, Vec<usize>>,
}

impl<'d> Group<'d> {
    pub fn of(nodes: impl IntoIterator<Item = Node<'d, 'd>>) -> Self {
        let members: Vec<_> = nodes.into_iter().map(|node| (node, Values::of(node))).collect();
        let mut holders: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, (_, values)) in members.iter().enumerate() {
            for value in values.0.keys() {
                holders.entry(value.clone()).or_default().push(number);
            }
        }
        Self { taken: vec![false; members.len()], members, free: 0, holders }
    }

    /// The number of the free element that shares most values, and how many. Of several that is the one with number `beside`, or else the
    /// first; it is where nothing that tells elements apart is shared, too.
    pub fn most_alike(&mut self, values: &Values, beside: Option<usize>) -> Option<(usize, usize)> {
        while self.taken.get(self.free) == Some(&true) {
            self.free += 1;
        }
        let telling = values.0.keys().filter_map(|value| self.holders.get(value));
        let telling = telling.filter(|holders| holders.len() <= MAX_HOLDERS).flatten().copied();
        let mut candidates: Vec<usize> = telling.chain(beside).chain([self.free]).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let is_free = |number: &usize| self.taken.get(*number) == Some(&false);
        let shared = |number: usize| (number, values.shared_with(&self.members[number].1));
        let best = candidates.into_iter().filter(is_free).map(shared);
        best.max_by_key(|(number, shared)| (*shared, Some(*number) == beside, std::cmp::Reverse(*number)))
    }

    pub fn node(&self, number: usize) -> Node<'d, 'd> {
        self.members[number].0
    }

    /// Takes an element out: it is like no other from now on.
    pub fn take(&mut self, number: usize) -> Node<'d, 'd> {
        self.taken[number] = true;
        self.node(number)
    }
}
