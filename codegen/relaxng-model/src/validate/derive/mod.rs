//! Derivatives of patterns, each computed once.
//!
//! The derivative of a pattern by a piece of a document is the pattern of what may follow. A start tag opens an element:
//! its derivative is the pattern of the content, and beside it the *continuation*, what may follow the end tag. Where an
//! element could be one of several patterns with different continuations, each content is wrapped in an `After` with the
//! number of its continuation. So a content's derivatives know nothing of what is around the element, and are
//! found again wherever the same content occurs.

mod values;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::arena::{Arena, Id, Node};
use super::names::Symbol;
use super::schema::Schema;
use super::strings::{MatcherId, Strings};

/// What a start tag leads to.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    /// The pattern of attributes and content.
    pub(super) content: Id,
    /// What may follow the element.
    pub(super) after: Continuations,
}

/// The patterns that may follow an element: one, or one for each `After` in its content.
#[derive(Debug, Clone)]
pub(super) enum Continuations {
    One(Id),
    Many(Arc<[Id]>),
}

/// How a pattern goes on by an attribute or by text: the matchers that decide, and the outcomes found so far.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// Each is asked about the string.
    pub(super) matchers: Box<[MatcherId]>,
    /// By the places of the matchers that said yes, in `matchers`.
    outcomes: FxHashMap<Box<[u16]>, Id>,
    /// The same where there is at most one matcher: by how many said yes.
    simple: [Option<Id>; 2],
}

/// Index of a step in [`Machine::steps`].
#[derive(Debug, Clone, Copy)]
pub(super) struct StepId(u32);

/// Contents that a start tag can open and the patterns that may follow each.
type Pairs = Arc<[(Id, Id)]>;

/// In a key, the place of a symbol where text is meant.
const TEXT: u32 = u32::MAX;

fn key(pattern: Id, symbol: u32) -> u64 {
    u64::from(pattern.0) << 32 | u64::from(symbol)
}

/// Derivatives of the patterns of one schema, and what has been found of them so far.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) arena: Arena,
    pub(super) strings: Strings,
    opened: FxHashMap<u64, Option<Opened>>,
    pairs: FxHashMap<u64, Pairs>,
    closed: FxHashMap<Id, Id>,
    step_ids: FxHashMap<u64, StepId>,
    steps: Vec<Step>,
    /// The places of the matchers that said yes to the latest string.
    matched: Vec<u16>,
    /// What the derivative under way has found of parts of its pattern.
    parts: FxHashMap<Id, Id>,
    /// Entries in the tables above.
    entries: usize,
    /// Where `compact` is due.
    limit: usize,
}

/// Roughly the bytes that derivatives may take before those out of use are dropped.
const LIMIT: usize = 4 << 20;

/// Roughly the bytes of an entry in a memo table.
const ENTRY: usize = 48;

impl Machine {
    pub(super) fn new(schema: &Schema) -> Machine {
        Machine {
            arena: schema.arena.clone(),
            strings: Strings::default(),
            opened: FxHashMap::default(),
            pairs: FxHashMap::default(),
            closed: FxHashMap::default(),
            step_ids: FxHashMap::default(),
            steps: Vec::new(),
            matched: Vec::new(),
            parts: FxHashMap::default(),
            entries: 0,
            limit: schema.arena.weight() + LIMIT,
        }
    }

    /// Whether so many derivatives have gathered that `compact` is due.
    pub(super) fn is_full(&self) -> bool {
        self.arena.weight() + self.entries * ENTRY > self.limit
    }

    /// Forgets every derivative but those in `live`, whose ids change.
    pub(super) fn compact<'a>(&mut self, schema: &Schema, live: impl Iterator<Item = &'a mut Id>) {
        let grown = std::mem::replace(&mut self.arena, schema.arena.clone());
        let mut adopted = FxHashMap::default();
        for id in live {
            *id = self.arena.adopt(&grown, *id, schema.arena.len(), &mut adopted);
        }
        self.opened.clear();
        self.pairs.clear();
        self.closed.clear();
        self.step_ids.clear();
        self.steps.clear();
        self.entries = 0;
        // What is alive may itself be large, as where a document nests deeply: then the next time comes later.
        self.limit = (self.arena.weight() * 2).max(schema.arena.weight() + LIMIT);
    }

    /// By the start tag of an element: `None` where it is not allowed.
    pub(super) fn open(&mut self, schema: &Schema, pattern: Id, symbol: Symbol) -> Option<Opened> {
        if let Some(known) = self.opened.get(&key(pattern, symbol.0)) {
            return known.clone();
        }
        let pairs = self.pairs(schema, pattern, symbol);
        let opened = self.join(&pairs);
        self.opened.insert(key(pattern, symbol.0), opened.clone());
        self.entries += 1;
        opened
    }

    /// All pairs of content and continuation, one for each content.
    fn pairs(&mut self, schema: &Schema, pattern: Id, symbol: Symbol) -> Pairs {
        let node = self.arena.node(pattern);
        match node {
            Node::NotAllowed | Node::Empty | Node::Text | Node::List(_) | Node::Leaf(_) | Node::Attribute(_) => {
                return Pairs::default();
            }
            Node::Element(element) => {
                let element = &schema.elements[*element as usize];
                return match schema.names.contains(&element.class, symbol) {
                    true => [(element.content, Id::EMPTY)].into(),
                    false => Pairs::default(),
                };
            }
            _ => {}
        }
        // Parts are remembered as well as wholes, since a schema may repeat a part more often than one could count.
        if let Some(known) = self.pairs.get(&key(pattern, symbol.0)) {
            return known.clone();
        }
        let mut found = Vec::new();
        match node.clone() {
            Node::Choice(members) => {
                for member in members {
                    found.extend_from_slice(&self.pairs(schema, member, symbol));
                }
            }
            Node::Group(members) => {
                for (at, member) in members.iter().enumerate() {
                    for (content, rest) in self.pairs(schema, *member, symbol).iter() {
                        found.push((*content, self.group_from(*rest, &members[at + 1..])));
                    }
                    if !self.arena.is_nullable(*member) {
                        break;
                    }
                }
            }
            Node::Interleave(members) => {
                for (at, member) in members.iter().enumerate() {
                    for (content, rest) in self.pairs(schema, *member, symbol).iter() {
                        found.push((*content, self.interleave_with(&members, at, *rest)));
                    }
                }
            }
            Node::OneOrMore(inner) => {
                for (content, rest) in self.pairs(schema, inner, symbol).iter() {
                    found.push((*content, self.and_again(*rest, pattern)));
                }
            }
            Node::After(inner, outer) => {
                for (content, rest) in self.pairs(schema, inner, symbol).iter() {
                    found.push((*content, self.arena.after(*rest, outer)));
                }
            }
            _ => {}
        }
        let pairs: Pairs = self.merge(found).into();
        self.entries += 1 + pairs.len();
        self.pairs.insert(key(pattern, symbol.0), pairs.clone());
        pairs
    }

    /// Brings the contents together that lead to the same continuation.
    pub(super) fn join(&mut self, by_content: &[(Id, Id)]) -> Option<Opened> {
        if let [(content, continuation)] = *by_content {
            return Some(Opened { content, after: Continuations::One(continuation) });
        }
        let by_continuation = self.merge(by_content.iter().map(|(content, after)| (*after, *content)).collect());
        match *by_continuation.as_slice() {
            [] => None,
            [(continuation, content)] => Some(Opened { content, after: Continuations::One(continuation) }),
            _ => {
                let contents = by_continuation
                    .iter()
                    .enumerate()
                    .map(|(at, (_, content))| self.arena.after(*content, u32::try_from(at).unwrap_or(u32::MAX)))
                    .collect();
                let after = by_continuation.iter().map(|(continuation, _)| *continuation).collect();
                Some(Opened { content: self.arena.choice(contents), after: Continuations::Many(after) })
            }
        }
    }

    /// For each first member of a pair the choice of all its second ones.
    pub(super) fn merge(&mut self, mut pairs: Vec<(Id, Id)>) -> Vec<(Id, Id)> {
        pairs.sort_unstable();
        pairs
            .chunk_by(|(a, _), (b, _)| a == b)
            .map(|same| (same[0].0, self.arena.choice(same.iter().map(|(_, second)| *second).collect())))
            .collect()
    }

    pub(super) fn group_from(&mut self, first: Id, rest: &[Id]) -> Id {
        let mut members = Vec::with_capacity(rest.len() + 1);
        members.push(first);
        members.extend_from_slice(rest);
        self.arena.group(members)
    }

    fn group_with(&mut self, members: &[Id], at: usize, replacement: Id) -> Id {
        let mut members = members.to_vec();
        members[at] = replacement;
        self.arena.group(members)
    }

    pub(super) fn interleave_with(&mut self, members: &[Id], at: usize, replacement: Id) -> Id {
        let mut members = members.to_vec();
        members[at] = replacement;
        self.arena.interleave(members)
    }

    /// By the end of a start tag, when all its attributes have been seen: those that are still wanted make their
    /// alternatives impossible.
    pub(super) fn close(&mut self, pattern: Id) -> Id {
        if !self.arena.has_attributes(pattern) {
            return pattern;
        }
        if let Some(known) = self.closed.get(&pattern) {
            return *known;
        }
        let closed = self.replace_attributes(pattern, Id::NOT_ALLOWED);
        self.closed.insert(pattern, closed);
        self.entries += 1;
        closed
    }

    /// The pattern with `replacement` for each attribute.
    pub(super) fn replace_attributes(&mut self, pattern: Id, replacement: Id) -> Id {
        self.parts.clear();
        self.without_attributes(pattern, replacement)
    }

    fn without_attributes(&mut self, pattern: Id, replacement: Id) -> Id {
        if !self.arena.has_attributes(pattern) {
            return pattern;
        }
        if let Some(known) = self.parts.get(&pattern) {
            return *known;
        }
        let node = self.arena.node(pattern).clone();
        let mut each = |members: &[Id]| -> Vec<Id> {
            members.iter().map(|member| self.without_attributes(*member, replacement)).collect()
        };
        let result = match node {
            Node::Attribute(_) => replacement,
            Node::Choice(members) => {
                let members = each(&members);
                self.arena.choice(members)
            }
            Node::Group(members) => {
                let members = each(&members);
                self.arena.group(members)
            }
            Node::Interleave(members) => {
                let members = each(&members);
                self.arena.interleave(members)
            }
            Node::OneOrMore(inner) => {
                let inner = self.without_attributes(inner, replacement);
                self.arena.one_or_more(inner)
            }
            Node::After(content, continuation) => {
                let content = self.without_attributes(content, replacement);
                self.arena.after(content, continuation)
            }
            _ => pattern,
        };
        self.parts.insert(pattern, result);
        result
    }

    /// By an end tag: the continuations whose content may end here, or [`Id::NOT_ALLOWED`].
    pub(super) fn end(&mut self, content: Id, after: &Continuations) -> Id {
        match after {
            Continuations::One(continuation) if self.arena.is_nullable(content) => *continuation,
            Continuations::One(_) => Id::NOT_ALLOWED,
            Continuations::Many(continuations) => {
                let ended = |id: &Id| match self.arena.node(*id) {
                    Node::After(content, at) if self.arena.is_nullable(*content) => continuations.get(*at as usize),
                    _ => None,
                };
                let ended: Vec<Id> = match self.arena.node(content) {
                    Node::Choice(members) => members.iter().filter_map(ended).copied().collect(),
                    _ => ended(&content).into_iter().copied().collect(),
                };
                self.arena.choice(ended)
            }
        }
    }
}
