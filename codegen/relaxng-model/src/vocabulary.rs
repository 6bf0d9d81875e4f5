//! What a schema calls the things that a validator names: the words of its documentation, and where elements belong.

use std::collections::{BTreeMap, BTreeSet};

use crate::datatype::Type;
use crate::grammar::{Grammar, Kind, NameClass, Pattern};
use crate::schema::NodeId;

/// The words of a schema for messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "compact", derive(serde::Serialize, serde::Deserialize))]
pub struct Vocabulary {
    /// The documentation of a datatype's definition by what the validator calls the type.
    types: BTreeMap<String, String>,
    /// The parents of each element, of which one of a namespace is called `{namespace}name`.
    places: BTreeMap<String, BTreeSet<String>>,
    /// The elements that have an attribute of each name.
    owners: BTreeMap<String, BTreeSet<String>>,
}

impl Vocabulary {
    /// Gathers the words of a grammar.
    #[must_use]
    pub fn of(grammar: &Grammar) -> Vocabulary {
        let mut words = Vocabulary::default();
        for define in &grammar.defines {
            words.types_of(grammar, &define.pattern, &define.pattern);
        }
        let mut seen = BTreeSet::new();
        words.places_of(grammar, &grammar.start, None, &mut seen);
        words
    }

    /// What the definition of a datatype says of it in its first sentence, to stand within another sentence. `expected` is
    /// what a [`Violation`](crate::validate::Violation) calls it.
    #[must_use]
    pub fn datatype(&self, expected: &str) -> Option<&str> {
        if let Some(words) = self.types.get(expected) {
            return Some(words);
        }
        // A long pattern is cut short in a violation.
        let begin = expected.strip_suffix('…')?;
        let (_, words) = self.types.range(begin.to_owned()..).next().filter(|(name, _)| name.starts_with(begin))?;
        Some(words)
    }

    /// The local names of the elements in which an element of this name and no namespace may stand.
    #[must_use]
    pub fn parents(&self, element: &str) -> Option<&BTreeSet<String>> {
        self.places.get(element)
    }

    /// As [`parents`](Self::parents), with the namespace, of an element that is written with a prefix: those of one family are told apart by
    /// a part of their namespace, which the prefix then is.
    #[must_use]
    pub fn parents_by_prefix(&self, prefix: &str, element: &str) -> Option<(&str, &BTreeSet<String>)> {
        self.places.iter().find_map(|(name, places)| {
            let (namespace, local) = name.strip_prefix('{')?.split_once('}')?;
            let is_it = local == element && namespace.split(['/', ':', '#']).any(|part| part == prefix);
            is_it.then_some((namespace, places))
        })
    }

    /// The local names of the elements near `element` that have an attribute of this name: those in it or, where there are none, `parent` and
    /// those beside it in that. None where an element of its own name has the attribute in another place.
    #[must_use]
    pub fn owners(&self, attribute: &str, element: &str, parent: &str) -> Vec<&str> {
        let stands_in = |inner: &str, outer: &str| self.parents(inner).is_some_and(|places| places.contains(outer));
        let owners = self.owners.get(attribute).filter(|owners| !owners.contains(element));
        let owners = owners.into_iter().flatten().map(String::as_str);
        let (within, others): (Vec<_>, Vec<_>) = owners.partition(|owner| stands_in(owner, element));
        if !within.is_empty() {
            return within;
        }
        others.into_iter().filter(|owner| *owner == parent || stands_in(owner, parent)).collect()
    }

    /// The words as bytes, for [`Vocabulary::unpack`] of the same build of this crate.
    #[cfg(feature = "compact")]
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("memory has no end, and text nothing that cannot be kept")
    }

    /// The words that were packed; none where the bytes are something else.
    #[cfg(feature = "compact")]
    #[must_use]
    pub fn unpack(bytes: &[u8]) -> Option<Vocabulary> {
        postcard::from_bytes(bytes).ok()
    }

    /// The datatypes that a definition is the whole of.
    fn types_of(&mut self, grammar: &Grammar, whole: &Pattern, pattern: &Pattern) {
        match &pattern.kind {
            Kind::Choice(members) => members.iter().for_each(|member| self.types_of(grammar, whole, member)),
            Kind::Data { datatype, params, .. } => {
                if let Ok(compiled) = Type::new(datatype, params)
                    && let Some(words) = documentation(grammar, whole.origin)
                {
                    self.types.entry(compiled.to_string()).or_insert(words);
                }
            }
            _ => {}
        }
    }

    /// The datatypes that are documented where they stand.
    fn named_types_of(&mut self, grammar: &Grammar, pattern: &Pattern) {
        match &pattern.kind {
            Kind::Choice(members) | Kind::Group(members) => {
                members.iter().for_each(|member| self.named_types_of(grammar, member));
            }
            Kind::Data { .. } if grammar.schema.annotations(pattern.origin).documentation().next().is_some() => {
                self.types_of(grammar, pattern, pattern);
            }
            _ => {}
        }
    }

    fn places_of(
        &mut self,
        grammar: &Grammar,
        pattern: &Pattern,
        parent: Option<&str>,
        seen: &mut BTreeSet<(NodeId, Option<String>)>,
    ) {
        match &pattern.kind {
            Kind::Element { name: NameClass::Name { ns, local }, pattern: content } => {
                if let Some(parent) = parent {
                    let name = if ns.is_empty() { local.clone() } else { format!("{{{ns}}}{local}") };
                    self.places.entry(name).or_default().insert(parent.to_owned());
                }
                if seen.insert((content.origin, Some(local.clone()))) {
                    self.places_of(grammar, content, Some(local), seen);
                }
            }
            Kind::Choice(members) | Kind::Group(members) | Kind::Interleave(members) => {
                members.iter().for_each(|member| self.places_of(grammar, member, parent, seen));
            }
            Kind::OneOrMore(member) => self.places_of(grammar, member, parent, seen),
            Kind::Attribute { name, pattern } => {
                if let (NameClass::Name { local, .. }, Some(owner)) = (name, parent) {
                    self.owners.entry(local.clone()).or_default().insert(owner.to_owned());
                }
                self.named_types_of(grammar, pattern);
            }
            Kind::Data { .. } => self.named_types_of(grammar, pattern),
            Kind::Ref(id) => {
                let pattern = &grammar.defines[id.0 as usize].pattern;
                if seen.insert((pattern.origin, parent.map(str::to_owned))) {
                    self.places_of(grammar, pattern, parent, seen);
                }
            }
            _ => {}
        }
    }
}

/// The first sentence of a definition's documentation.
fn documentation(grammar: &Grammar, node: NodeId) -> Option<String> {
    let of = |node: NodeId| grammar.schema.annotations(node).documentation().next().map(str::to_owned);
    let text = of(node).or_else(|| grammar.schema.node(node).parent.and_then(of))?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = text.split_once(". ").map_or(text.as_str(), |(first, _)| first).trim_end_matches('.');
    let mut letters = sentence.chars();
    let first = letters.next()?;
    let acronym = letters.clone().next().is_some_and(char::is_uppercase);
    Some(if acronym { sentence.to_owned() } else { first.to_lowercase().chain(letters).collect() })
}
