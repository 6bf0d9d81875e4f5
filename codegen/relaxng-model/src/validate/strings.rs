//! Matchers: what strings are held against, sorted so that literal values cost one look into a table.

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::arena::{Arena, Id, Node};
use super::derive::Machine;
use super::schema::{Leaf, Schema};
use crate::datatype::{self, Namespaces};

/// Index of a matcher in [`Strings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct MatcherId(u32);

/// The matchers that have been needed, by the patterns that they stand for as alternatives.
#[derive(Debug, Default)]
pub(super) struct Strings {
    matchers: IndexMap<Box<[Id]>, Option<Box<Matcher>>, FxBuildHasher>,
}

/// Alternatives for a string.
#[derive(Debug, Default)]
struct Matcher {
    /// Any string will do.
    always: bool,
    /// Whitespace only, or nothing, will do.
    blank: bool,
    /// Values that compare by the whole string.
    exact: FxHashSet<Box<str>>,
    /// Values that compare after whitespace is collapsed.
    collapsed: FxHashSet<Box<str>>,
    /// Other values, and data, as indices of the schema's leaves.
    leaves: Vec<u32>,
    /// Lists by the pattern of their items.
    lists: Vec<Id>,
    /// Anything else, as a group of two texts.
    others: Vec<Id>,
}

impl Strings {
    /// The matcher for an attribute's value.
    pub(super) fn for_value(&mut self, arena: &Arena, content: Id) -> MatcherId {
        match arena.node(content) {
            Node::Choice(members) => self.intern(members.clone()),
            _ => self.intern([content].into()),
        }
    }

    /// The matcher for some data, values and lists.
    pub(super) fn for_strings(&mut self, alternatives: Box<[Id]>) -> MatcherId {
        self.intern(alternatives)
    }

    fn intern(&mut self, alternatives: Box<[Id]>) -> MatcherId {
        let entry = self.matchers.entry(alternatives);
        let id = MatcherId(u32::try_from(entry.index()).expect("fewer sets of strings than that in a schema"));
        entry.or_insert(None);
        id
    }

    /// The patterns that a matcher stands for.
    pub(super) fn alternatives(&self, id: MatcherId) -> &[Id] {
        self.matchers.get_index(id.0 as usize).map_or(&[], |(alternatives, _)| alternatives)
    }
}

impl Matcher {
    fn new(schema: &Schema, arena: &Arena, alternatives: &[Id]) -> Matcher {
        let mut matcher = Matcher::default();
        for id in alternatives {
            match arena.node(*id) {
                Node::Text => matcher.always = true,
                Node::Empty => matcher.blank = true,
                Node::NotAllowed => {}
                Node::List(items) => matcher.lists.push(*items),
                Node::Leaf(leaf) => match &schema.leaves[*leaf as usize] {
                    Leaf::Data { datatype, except: None } if datatype.accepts_all() => matcher.always = true,
                    Leaf::Value { datatype, text, .. } if datatype.compares_exactly() => {
                        matcher.exact.insert(text.as_str().into());
                    }
                    Leaf::Value { datatype, text, .. } if datatype.compares_collapsed() => {
                        matcher.collapsed.insert(datatype::collapse(text).into());
                    }
                    Leaf::Never => {}
                    Leaf::Data { .. } | Leaf::Value { .. } => matcher.leaves.push(*leaf),
                },
                _ => matcher.others.push(*id),
            }
        }
        matcher
    }

    /// Whether the string satisfies one of the alternatives that need no derivatives.
    fn matches_plainly(&self, text: &str) -> bool {
        self.always
            || (!self.exact.is_empty() && self.exact.contains(text))
            || (!self.collapsed.is_empty() && self.collapsed.contains(&*datatype::collapse(text)))
            || (self.blank && datatype::is_blank(text))
    }
}

impl Machine {
    /// Whether a string satisfies one of a matcher's alternatives.
    pub(super) fn matches(&mut self, schema: &Schema, id: MatcherId, text: &str, namespaces: &dyn Namespaces) -> bool {
        let place = id.0 as usize;
        let Some((alternatives, made)) = self.strings.matchers.get_index_mut(place) else { return false };
        // Taken out while it is asked, since lists take steps that make further matchers.
        let matcher = match made.take() {
            Some(matcher) => matcher,
            None => Box::new(Matcher::new(schema, &self.arena, alternatives)),
        };
        let matches = matcher.matches_plainly(text)
            || matcher.leaves.iter().any(|leaf| self.leaf_matches(schema, *leaf, text, namespaces))
            || matcher.lists.iter().any(|items| self.list_matches(schema, *items, text, namespaces))
            || matcher.others.iter().any(|other| self.value_matches(schema, *other, text, namespaces));
        self.strings.matchers[place] = Some(matcher);
        matches
    }

    /// Whether a string matches the content of an attribute.
    pub(super) fn is_value(&mut self, schema: &Schema, content: Id, text: &str) -> bool {
        let matcher = self.strings.for_value(&self.arena, content);
        self.matches(schema, matcher, text, &())
    }

    fn leaf_matches(&mut self, schema: &Schema, leaf: u32, text: &str, namespaces: &dyn Namespaces) -> bool {
        match &schema.leaves[leaf as usize] {
            Leaf::Data { datatype, except } => {
                datatype.accepts(text, namespaces)
                    && !except.is_some_and(|except| {
                        let matcher = self.strings.for_value(&self.arena, except);
                        self.matches(schema, matcher, text, namespaces)
                    })
            }
            Leaf::Value { datatype, value, .. } => {
                datatype.value(text, namespaces).is_some_and(|found| found == *value)
            }
            Leaf::Never => false,
        }
    }

    fn list_matches(&mut self, schema: &Schema, items: Id, text: &str, namespaces: &dyn Namespaces) -> bool {
        let rest = datatype::tokens(text).try_fold(items, |items, token| {
            Some(self.text(schema, items, token, namespaces)).filter(|rest| *rest != Id::NOT_ALLOWED)
        });
        rest.is_some_and(|rest| self.arena.is_nullable(rest))
    }

    /// Whether the string matches the pattern of an attribute's value.
    fn value_matches(&mut self, schema: &Schema, pattern: Id, text: &str, namespaces: &dyn Namespaces) -> bool {
        if self.arena.is_nullable(pattern) && datatype::is_blank(text) {
            return true;
        }
        let rest = self.text(schema, pattern, text, namespaces);
        self.arena.is_nullable(rest)
    }
}
