//! Which element of one document is which of the other.

use std::collections::HashMap;

use super::identity::{self, Identity};
use super::tree::Element;

/// An element as it was asked for and as it stands; one of them at least is there.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// As asked for.
    pub desired: Option<&'a Element<'a>>,
    /// As it stands.
    pub actual: Option<&'a Element<'a>>,
}

impl<'a> Pair<'a> {
    /// The element as it stands, or else as it was asked for.
    #[must_use]
    pub fn any(&self) -> &'a Element<'a> {
        match (self.actual, self.desired) {
            (Some(element), _) | (None, Some(element)) => element,
            (None, None) => unreachable!("a pair has one side at least"),
        }
    }
}

/// Above this many comparisons what no key identifies is paired by its position.
const MAX_COMPARISONS: usize = 40_000;

/// Pairs the children of two elements at `path`; all are named once, in the order of what is asked for.
#[must_use]
pub fn children<'a>(path: &[&str], desired: &'a Element<'a>, actual: &'a Element<'a>) -> Vec<Pair<'a>> {
    let mut groups: Vec<(Vec<&'a Element<'a>>, Vec<&'a Element<'a>>)> = Vec::new();
    let mut names: HashMap<(&str, Option<&str>), usize> = HashMap::new();
    for (side, child) in desired.children.iter().map(|it| (0, it)).chain(actual.children.iter().map(|it| (1, it))) {
        let group = *names.entry((child.name, child.namespace)).or_insert(groups.len());
        if group == groups.len() {
            groups.push(Default::default());
        }
        if side == 0 { groups[group].0.push(child) } else { groups[group].1.push(child) }
    }
    let mut pairs = Vec::new();
    let mut path = path.to_vec();
    for (desired, actual) in groups {
        path.push(desired.first().or(actual.first()).map_or("", |first| first.name));
        group(identity::find(&path), &desired, &actual, &mut pairs);
        path.pop();
    }
    pairs
}

/// Pairs the elements of one name.
fn group<'a>(
    identity: Option<&Identity>,
    desired: &[&'a Element<'a>],
    actual: &[&'a Element<'a>],
    pairs: &mut Vec<Pair<'a>>,
) {
    let mut partner: Vec<Option<usize>> = vec![None; desired.len()];
    let mut taken = vec![false; actual.len()];
    match identity {
        Some(identity) => {
            for parts in identity.keys {
                by_key(parts, desired, actual, &mut partner, &mut taken);
            }
            by_likeness(desired, actual, &mut partner, &mut taken);
        }
        None => by_position(desired, actual, &mut partner, &mut taken),
    }
    for (element, partner) in desired.iter().zip(&partner) {
        pairs.push(Pair { desired: Some(element), actual: partner.map(|at| actual[at]) });
    }
    for (element, _) in actual.iter().zip(&taken).filter(|(_, taken)| !**taken) {
        pairs.push(Pair { desired: None, actual: Some(element) });
    }
}

fn by_key(
    parts: &[&str],
    desired: &[&Element],
    actual: &[&Element],
    partner: &mut [Option<usize>],
    taken: &mut [bool],
) {
    let mut keys: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, element) in actual.iter().enumerate().rev().filter(|(at, _)| !taken[*at]) {
        if let Some(key) = identity::key(element, parts) {
            keys.entry(key).or_default().push(at);
        }
    }
    for (element, partner) in desired.iter().zip(partner.iter_mut()).filter(|(_, partner)| partner.is_none()) {
        let Some(key) = identity::key(element, parts) else { continue };
        if let Some(at) = keys.get_mut(&key).and_then(Vec::pop) {
            *partner = Some(at);
            taken[at] = true;
        }
    }
}

/// What begins and ends alike belongs together; what is left between is paired in its order.
fn by_position(desired: &[&Element], actual: &[&Element], partner: &mut [Option<usize>], taken: &mut [bool]) {
    let start = desired.iter().zip(actual).take_while(|(a, b)| a == b).count();
    let (a, b) = (&desired[start..], &actual[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a_end, b_end) = (desired.len() - end, actual.len() - end);
    let middle = (start..a_end).zip(start..b_end);
    for (a, b) in (0..start).map(|at| (at, at)).chain(middle).chain((0..end).map(|at| (a_end + at, b_end + at))) {
        partner[a] = Some(b);
        taken[b] = true;
    }
}

/// Pairs what no key identifies by how much is alike, the likest first: it is reported as changed instead of as gone and new.
fn by_likeness(desired: &[&Element], actual: &[&Element], partner: &mut [Option<usize>], taken: &mut [bool]) {
    let left: Vec<usize> = (0..desired.len()).filter(|at| partner[*at].is_none()).collect();
    let free: Vec<usize> = (0..actual.len()).filter(|at| !taken[*at]).collect();
    if left.is_empty() || free.is_empty() {
        return;
    }
    let mut candidates = Vec::new();
    if left.len() * free.len() > MAX_COMPARISONS {
        candidates.extend(left.into_iter().zip(free).map(|(a, b)| (0, a, b)));
    } else {
        for a in &left {
            for b in &free {
                let alike = alike(desired[*a], actual[*b]);
                // Half of what is asked for must be there.
                if alike * 2 >= desired[*a].weight() {
                    candidates.push((alike, *a, *b));
                }
            }
        }
        candidates.sort_by_key(|(alike, a, b)| (std::cmp::Reverse(*alike), *a, *b));
    }
    for (_, a, b) in candidates {
        if partner[a].is_none() && !taken[b] {
            partner[a] = Some(b);
            taken[b] = true;
        }
    }
}

/// How many names and values two elements have in common.
fn alike(a: &Element, b: &Element) -> usize {
    let attributes = a.attributes.iter().filter(|own| b.attributes.contains(own)).count();
    let text = usize::from(!a.text.is_empty() && a.text == b.text);
    let children = a.children.iter().filter_map(|child| {
        let other = b.children.iter().find(|other| other.same_name(child))?;
        Some(alike(child, other))
    });
    1 + attributes + text + children.sum::<usize>()
}
