//! What a pattern expects: the elements that may come, the least that must, and what text may be.

use roxmltree::Node as XmlNode;
use rustc_hash::FxHashMap;

use super::arena::{Id, Node};
use super::derive::Machine;
use super::names::Symbol;
use super::schema::{Leaf, Schema};
use crate::grammar::NameClass;

/// Something that a pattern requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// An element of the schema.
    Element(u32),
    /// An attribute of the schema.
    Attribute(u32),
    /// Data, a value or a list.
    Text(Id),
}

/// Requirements: of each inner list one.
pub(super) type Needs = Vec<Vec<Need>>;

/// Requirements beyond this number are not listed.
const MAX_NEEDS: usize = 64;

/// How often a recovery looks into parts of patterns before it gives up.
const MAX_WORK: usize = 5_000;

/// A way to go on although required content has been left out.
#[derive(Debug, Clone)]
pub(super) struct Leap {
    pub(super) content: Id,
    pub(super) after: Id,
    /// What has been left out.
    pub(super) skipped: Needs,
}

impl Machine {
    /// The least that is required for a pattern to be fulfilled: attributes alone, or content alone.
    pub(super) fn needs(&self, pattern: Id, attributes: bool) -> Needs {
        self.needs_of(pattern, attributes, &mut FxHashMap::default())
    }

    fn needs_of(&self, pattern: Id, attributes: bool, known: &mut FxHashMap<Id, Needs>) -> Needs {
        let absent = if attributes { !self.arena.has_attributes(pattern) } else { self.arena.is_nullable(pattern) };
        if absent {
            return Needs::new();
        }
        if let Some(needs) = known.get(&pattern) {
            return needs.clone();
        }
        let needs = match self.arena.node(pattern) {
            Node::Attribute(attribute) if attributes => vec![vec![Need::Attribute(*attribute)]],
            Node::Element(element) if !attributes => vec![vec![Need::Element(*element)]],
            Node::Leaf(_) | Node::List(_) if !attributes => vec![vec![Need::Text(pattern)]],
            Node::Choice(members) => {
                let mut least: Option<Needs> = None;
                for member in members {
                    let of_member = self.needs_of(*member, attributes, known);
                    match &mut least {
                        // Alternatives that need one thing each become one requirement.
                        Some(least) if least.len() == 1 && of_member.len() == 1 => {
                            least[0].extend(&of_member[0]);
                            least[0].truncate(MAX_NEEDS);
                        }
                        Some(least) if least.len() <= of_member.len() => {}
                        _ => least = Some(of_member),
                    }
                }
                least.unwrap_or_default()
            }
            node => {
                let mut needs = Needs::new();
                for member in node.members() {
                    needs.extend(self.needs_of(*member, attributes, known));
                    needs.truncate(MAX_NEEDS);
                }
                needs
            }
        };
        known.insert(pattern, needs.clone());
        needs
    }

    /// The elements whose start tags may come next, in the order of the schema.
    pub(super) fn next_elements(&self, pattern: Id) -> Vec<u32> {
        let mut found = Vec::new();
        self.visit(pattern, |arena, id, inside| match arena.node(id) {
            Node::Element(element) => found.push(*element),
            Node::Group(members) => inside.extend_from_slice(arena.reachable(members)),
            node => inside.extend_from_slice(node.members()),
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The ways to open an element with content left out, those that leave out least.
    pub(super) fn leap(&mut self, schema: &Schema, pattern: Id, symbol: Symbol) -> Vec<Leap> {
        let mut leaps = Vec::new();
        let mut work = MAX_WORK;
        self.add_leaps(schema, pattern, symbol, &mut leaps, &mut work);
        let least = leaps.iter().map(|leap| leap.skipped.len()).min().unwrap_or_default();
        leaps.retain(|leap| leap.skipped.len() == least);
        leaps
    }

    fn add_leaps(&mut self, schema: &Schema, pattern: Id, symbol: Symbol, leaps: &mut Vec<Leap>, work: &mut usize) {
        if *work == 0 {
            return;
        }
        *work -= 1;
        let from = leaps.len();
        match self.arena.node(pattern).clone() {
            Node::Element(element) => {
                let element = &schema.elements[element as usize];
                if schema.names.contains(&element.class, symbol) {
                    leaps.push(Leap { content: element.content, after: Id::EMPTY, skipped: Needs::new() });
                }
            }
            Node::Choice(members) => {
                for member in members {
                    self.add_leaps(schema, member, symbol, leaps, work);
                }
            }
            Node::Group(members) => {
                let mut skipped = Needs::new();
                for (at, member) in members.iter().enumerate() {
                    let from = leaps.len();
                    self.add_leaps(schema, *member, symbol, leaps, work);
                    for leap in &mut leaps[from..] {
                        leap.after = self.group_from(leap.after, &members[at + 1..]);
                        leap.skipped.splice(0..0, skipped.iter().cloned());
                    }
                    skipped.extend(self.needs(*member, false));
                    skipped.truncate(MAX_NEEDS);
                }
            }
            Node::Interleave(members) => {
                for (at, member) in members.iter().enumerate() {
                    let from = leaps.len();
                    self.add_leaps(schema, *member, symbol, leaps, work);
                    for leap in &mut leaps[from..] {
                        leap.after = self.interleave_with(&members, at, leap.after);
                    }
                }
            }
            Node::OneOrMore(inner) => {
                self.add_leaps(schema, inner, symbol, leaps, work);
                for leap in &mut leaps[from..] {
                    leap.after = self.and_again(leap.after, pattern);
                }
            }
            Node::After(inner, outer) => {
                self.add_leaps(schema, inner, symbol, leaps, work);
                for leap in &mut leaps[from..] {
                    leap.after = self.arena.after(leap.after, outer);
                }
            }
            _ => {}
        }
    }

    /// The values and types that a string may have, from the alternatives of matchers.
    pub(super) fn strings_in(&self, schema: &Schema, alternatives: &[Id]) -> Strings {
        let mut leaves: Vec<u32> = Vec::new();
        let mut strings = Strings { values: Vec::new(), types: Vec::new() };
        for alternative in alternatives {
            self.visit(*alternative, |arena, id, inside| match arena.node(id) {
                Node::Leaf(leaf) => leaves.push(*leaf),
                Node::List(items) => {
                    let of_items = self.strings_in(schema, &[*items]);
                    let words: Vec<String> = of_items.types.into_iter().chain(of_items.values).collect();
                    strings.types.push(format!("list of {}", words.join(", ")));
                }
                node => inside.extend_from_slice(node.members()),
            });
        }
        // In the order of the schema: that of the patterns depends on what has been validated before.
        leaves.sort_unstable();
        for leaf in leaves {
            match &schema.leaves[leaf as usize] {
                Leaf::Value { text, .. } => strings.values.push(text.clone()),
                Leaf::Data { datatype, .. } => strings.types.push(datatype.to_string()),
                Leaf::Never => {}
            }
        }
        strings
    }
}

/// What a string may be.
#[derive(Debug)]
pub(super) struct Strings {
    /// Literal values.
    pub(super) values: Vec<String>,
    /// Types in words.
    pub(super) types: Vec<String>,
}

/// The names of a class as a message shows them; namespaces by the prefixes in scope of `context`.
pub(super) fn class_words(class: &NameClass, context: XmlNode<'_, '_>, words: &mut Vec<String>) {
    let except = |except: &Option<Box<NameClass>>| {
        let mut words = Vec::new();
        if let Some(class) = except {
            class_words(class, context, &mut words);
        }
        if words.is_empty() { String::new() } else { format!(" but {}", words.join(", ")) }
    };
    match class {
        NameClass::Name { ns, local } => words.push(name_words(ns, local, context)),
        NameClass::AnyName(excepted) => words.push(format!("any name{}", except(excepted))),
        NameClass::NsName { ns, except: excepted } if ns.is_empty() => {
            words.push(format!("any name without a namespace{}", except(excepted)));
        }
        NameClass::NsName { ns, except: excepted } => {
            words.push(format!("any name of namespace {ns}{}", except(excepted)));
        }
        NameClass::Choice(members) => members.iter().for_each(|class| class_words(class, context, words)),
    }
}

/// A name as the document would write it, or with its namespace in braces where it has no prefix for that.
fn name_words(ns: &str, local: &str, context: XmlNode<'_, '_>) -> String {
    if ns.is_empty() || context.default_namespace() == Some(ns) {
        return local.to_owned();
    }
    match context.lookup_prefix(ns) {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}:{local}"),
        _ => format!("{{{ns}}}{local}"),
    }
}

/// The plain names of a class, with their namespaces.
pub(super) fn plain_names<'a>(class: &'a NameClass, names: &mut Vec<(&'a str, &'a str)>) {
    match class {
        NameClass::Name { ns, local } => names.push((ns, local)),
        NameClass::Choice(members) => members.iter().for_each(|class| plain_names(class, names)),
        NameClass::AnyName(_) | NameClass::NsName { .. } => {}
    }
}
