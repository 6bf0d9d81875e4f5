//! What becomes of what stands in an element of the original: what stays, what goes, and where what is new is put.

use super::inside::Inside;
use super::merge::Merge;
use crate::writer::{MarkKind, Print};
use std::collections::{HashMap, HashSet};

/// What becomes of what stands in an element: by the number of the node in [`Inside`].
pub(super) struct Plan {
    /// The part that the node is before, if it is one.
    pub(super) part: Vec<Option<usize>>,
    /// Whether the node does not stay where it is.
    pub(super) gone: Vec<bool>,
    /// Parts of the new print to be put behind the node of the number less one.
    pub(super) added: Vec<Vec<usize>>,
    /// The node that each part was.
    pub(super) places: HashMap<usize, usize>,
}

impl<'m, 'd> Merge<'m, 'd> {
    /// Finds out what becomes of what stands in an element; none where that cannot be told.
    pub(super) fn plan(&self, inside: &Inside<'m, 'd>, before: usize, after: usize) -> Option<Plan> {
        let places = self.places(inside, before)?;
        let count = inside.nodes.len();
        let mut plan = Plan {
            part: vec![None; count],
            gone: vec![false; count],
            added: vec![Vec::new(); count + 1],
            places: HashMap::new(),
        };
        for (part, place) in &places {
            plan.part[*place] = Some(*part);
        }
        // A text that is kept stays in its gap.
        let in_a_gap = |child: usize| {
            let known = self.pairs.before(child).filter(|known| self.before.marks[*known].parent == before);
            self.after.marks[child].kind == MarkKind::Text || known.is_some_and(|known| !places.contains_key(&known))
        };
        let children: Vec<usize> = self.after.children(after).filter(|child| !in_a_gap(*child)).collect();
        // Where each part that stood here already stood, and whether it stays there.
        let home = |child: &usize| self.pairs.before(*child).and_then(|before| places.get(&before)).copied();
        let order = Order::of(self.after, &children);
        let at_home: Vec<usize> =
            children.iter().copied().filter(|child| order.holds(*child) && home(child).is_some()).collect();
        let numbers: Vec<usize> = at_home.iter().filter_map(|child| self.pairs.before(*child)).collect();
        let mut stays: HashMap<usize, usize> = HashMap::new();
        for child in longest_rise(&numbers).into_iter().map(|index| at_home[index]) {
            stays.extend(home(&child).map(|place| (child, place)));
        }
        let owners = self.owners(&children, &order);
        for (child, owner) in children.iter().zip(owners).filter(|(child, _)| !order.holds(**child)) {
            let moves = owner.is_some_and(|owner| home(&owner).is_some() && !stays.contains_key(&owner));
            if let Some(place) = home(child).filter(|_| !moves) {
                stays.insert(*child, place);
            }
        }
        let staying: Vec<bool> = {
            let mut staying = vec![false; count];
            stays.values().for_each(|place| staying[*place] = true);
            staying
        };
        for (part, place) in &places {
            plan.gone[*place] = !staying[*place] && self.is_gone(*part);
        }
        plan.places = places;
        self.put(inside, &mut plan, &children, &stays, &order);
        Some(plan)
    }

    /// The field that each remark belongs to.
    fn owners(&self, children: &[usize], order: &Order<'_>) -> Vec<Option<usize>> {
        let mut owners = vec![None; children.len()];
        let mut next = None;
        for (at, child) in children.iter().enumerate().rev() {
            match self.after.marks[*child].kind {
                MarkKind::Kept { ahead: true, .. } => owners[at] = next,
                MarkKind::Kept { .. } if !order.holds(*child) => {}
                _ => next = Some(*child),
            }
        }
        let mut last = None;
        for (at, child) in children.iter().enumerate() {
            match self.after.marks[*child].kind {
                MarkKind::Kept { ahead: false, same_line: true } => owners[at] = last,
                MarkKind::Kept { .. } if !order.holds(*child) => {}
                _ => last = Some(*child),
            }
        }
        owners
    }

    /// Whether a part that does not stay is known not to: a text that is kept stands in a gap, and is no node.
    fn is_gone(&self, before: usize) -> bool {
        self.before.source(before).starts_with('<')
    }

    /// Finds places for the parts that do not stay where they stood.
    fn put(
        &self,
        inside: &Inside<'m, 'd>,
        plan: &mut Plan,
        children: &[usize],
        stays: &HashMap<usize, usize>,
        order: &Order<'_>,
    ) {
        let following = self.following(children, stays, order);
        // Behind the last field, and behind the last of each name: numbers of `added`.
        let mut last: Option<usize> = None;
        let mut last_of: HashMap<&str, usize> = HashMap::new();
        // Remarks that go where the next field goes, and the place behind one that stays for a field that is new.
        let mut waiting: Vec<usize> = Vec::new();
        let mut tight: Option<usize> = None;
        for (child, (next_of, next)) in children.iter().copied().zip(following) {
            if let MarkKind::Kept { ahead, same_line } = self.after.marks[child].kind
                && !order.holds(child)
            {
                match stays.get(&child) {
                    Some(place) if ahead => tight = Some(place + 1),
                    Some(_) => {}
                    None if ahead => waiting.push(child),
                    None => {
                        let gone = self.gone_around(inside, plan, child).filter(|_| !same_line);
                        let place = gone.map_or(last.unwrap_or_else(|| inside.start()), |place| place + 1);
                        plan.added[place].push(child);
                    }
                }
                continue;
            }
            let name = self.after.name(child);
            let place = match stays.get(&child) {
                Some(place) => {
                    plan.added[*place].append(&mut waiting);
                    inside.behind(*place)
                }
                None => {
                    let known = tight.or_else(|| last_of.get(name).copied());
                    let beside = known.or_else(|| next_of.map(|place| inside.before(place))).or(last);
                    let place = beside.or_else(|| next.map(|place| inside.before(place)));
                    let place = place.unwrap_or_else(|| inside.start());
                    plan.added[place].append(&mut waiting);
                    plan.added[place].push(child);
                    place
                }
            };
            (last, tight) = (Some(place), None);
            last_of.insert(name, place);
        }
        plan.added[last.unwrap_or_else(|| inside.start())].append(&mut waiting);
    }

    /// For each part the nodes of the next field of its name that stays, and of the next field that does.
    fn following(
        &self,
        children: &[usize],
        stays: &HashMap<usize, usize>,
        order: &Order<'_>,
    ) -> Vec<(Option<usize>, Option<usize>)> {
        let mut next_of: HashMap<&str, usize> = HashMap::new();
        let mut next = None;
        let mut following: Vec<_> = children
            .iter()
            .rev()
            .map(|child| {
                let name = self.after.name(*child);
                let found = (next_of.get(name).copied(), next);
                if let Some(place) = stays.get(child).filter(|_| order.holds(*child)) {
                    next_of.insert(name, *place);
                    next = Some(*place);
                }
                found
            })
            .collect();
        following.reverse();
        following
    }

    /// The node that is gone and in which a remark stood.
    fn gone_around(&self, inside: &Inside<'m, 'd>, plan: &Plan, remark: usize) -> Option<usize> {
        let span = self.after.marks[remark].span.range();
        let place = inside.nodes.partition_point(|node| node.range().start < span.start).checked_sub(1)?;
        (plan.gone[place] && span.end < inside.nodes[place].range().end).then_some(place)
    }

    /// Which node each part directly inside an element is.
    fn places(&self, inside: &Inside<'m, 'd>, before: usize) -> Option<HashMap<usize, usize>> {
        let starts: Vec<usize> = inside.nodes.iter().map(|node| node.range().start).collect();
        let mut places: HashMap<usize, usize> = HashMap::new();
        let mut taken = vec![false; starts.len()];
        let mut leaves = Vec::new();
        for child in self.before.children(before) {
            let mark = &self.before.marks[child];
            if mark.kind == MarkKind::Leaf {
                leaves.push(child);
            } else if let Ok(place) = starts.binary_search(&mark.span.range().start)
                && !mark.span.is_empty()
            {
                taken[place] = true;
                places.insert(child, place);
            } else if self.is_gone(child) || self.pairs.after(child).is_none() && mark.kind != MarkKind::Text {
                return None;
            }
        }
        let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, node) in
            inside.nodes.iter().enumerate().rev().filter(|(place, node)| node.is_element() && !taken[*place])
        {
            let name = domxml_xml::tag_name(self.text, &node.range());
            named.entry(&self.text[name]).or_default().push(place);
        }
        for leaf in leaves {
            places.insert(leaf, named.get_mut(self.before.name(leaf))?.pop()?);
        }
        Some(places)
    }
}

/// The parts in an element that stand in an order: its fields, and what is kept and shares its name with another one.
struct Order<'p> {
    print: &'p Print,
    names: HashSet<&'p str>,
}

impl<'p> Order<'p> {
    fn of(print: &'p Print, children: &[usize]) -> Self {
        let mut seen = HashSet::new();
        let shared = |child: &&usize| !seen.insert(print.name(**child)) || print.marks[**child].is_field();
        let names = children.iter().filter(shared).map(|child| print.name(*child));
        Order { print, names: names.filter(|name| !name.is_empty()).collect() }
    }

    fn holds(&self, part: usize) -> bool {
        self.names.contains(self.print.name(part))
    }
}

impl Plan {
    pub(super) fn holds_nothing(&self) -> bool {
        self.gone.iter().all(|gone| *gone) && self.added.iter().all(Vec::is_empty)
    }
}

/// The numbers of the longest run of rising values, in order.
fn longest_rise(values: &[usize]) -> Vec<usize> {
    if values.is_sorted() {
        return (0..values.len()).collect();
    }
    // The last of the best run of each length, and what precedes each value in its run.
    let mut lasts: Vec<usize> = Vec::new();
    let mut previous = vec![None; values.len()];
    for (index, value) in values.iter().enumerate() {
        let length = lasts.partition_point(|last| values[*last] < *value);
        previous[index] = length.checked_sub(1).map(|shorter| lasts[shorter]);
        if length == lasts.len() { lasts.push(index) } else { lasts[length] = index }
    }
    let mut run: Vec<usize> = std::iter::successors(lasts.last().copied(), |last| previous[*last]).collect();
    run.reverse();
    run
}
