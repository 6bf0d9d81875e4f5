//! Random documents that are valid for a grammar.

use std::collections::HashMap;

use domxml_codegen::model::XmlName;
use relaxng_model::Grammar;
use relaxng_model::datatype::Type;
use relaxng_model::grammar::{Kind, NameClass, Pattern};

use tree::{Piece, Tree};

mod regex;
pub mod tree;

/// Texts of many kinds, of which a datatype takes one or the other.
const TEXTS: &[&str] = &[
    "a",
    "1",
    "0",
    "7",
    "12",
    "-1",
    "255",
    "65535",
    "true",
    "false",
    "yes",
    "no",
    "text of words",
    "/path/to/file",
    "name-1",
    "0x1f",
    "0x0001",
    "00:16:3e:5d:c7:9e",
    "b7c3a1f2-0a7b-4f0e-9d58-4f4e0a4c2f11",
    "192.168.0.1",
    "fe80::1",
    "2001-02-03",
    "2001-02-03T04:05:06Z",
    "1.5",
    "1024",
    "5KiB",
    "en",
    "0-3,^2",
    "example.org",
    "",
];

/// Makes documents; the same seed makes the same documents.
pub struct Random<'g> {
    grammar: &'g Grammar,
    state: u64,
    types: HashMap<usize, Option<Type>>,
    /// How many of how many optional parts are left out.
    left_out: (usize, usize),
    /// Steps that are left for this document: recursion that cannot end would take for ever otherwise.
    steps: usize,
}

#[derive(Default)]
struct Bits {
    attributes: Vec<(XmlName, String)>,
    content: Vec<Piece>,
}

impl<'g> Random<'g> {
    pub fn new(grammar: &'g Grammar, seed: u64) -> Self {
        Self {
            grammar,
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            types: HashMap::new(),
            left_out: (1, 3),
            steps: 0,
        }
    }

    /// Leaves most optional parts out, so that documents of large grammars stay small.
    #[allow(dead_code, reason = "not every test does")]
    pub fn sparse(mut self) -> Self {
        self.left_out = (4, 5);
        self
    }

    /// A number below the limit.
    pub fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).expect("31 bits") % limit.max(1)
    }

    /// A document; none where chance led into a corner.
    pub fn document(&mut self) -> Option<Tree> {
        self.steps = 20_000;
        let mut bits = Bits::default();
        let start = &self.grammar.start;
        self.put(start, 0, &mut bits)?;
        match bits.content.pop() {
            Some(Piece::Element(tree)) => Some(tree),
            _ => None,
        }
    }

    fn put(&mut self, pattern: &'g Pattern, depth: usize, bits: &mut Bits) -> Option<()> {
        self.steps = self.steps.checked_sub(1)?;
        if depth > 60 {
            return None;
        }
        match &pattern.kind {
            Kind::Empty => {}
            Kind::NotAllowed => return None,
            Kind::Text | Kind::List(_) | Kind::Data { .. } | Kind::Value { .. } => {
                let text = self.text(pattern)?;
                if !text.is_empty() {
                    bits.content.push(Piece::Text(text));
                }
            }
            Kind::Choice(members) => return self.put_one(members, depth, bits),
            Kind::Group(members) => {
                for member in members {
                    self.put(member, depth, bits)?;
                }
            }
            Kind::Interleave(members) => {
                let mut parts = Vec::new();
                for member in members {
                    let mut part = Bits { attributes: std::mem::take(&mut bits.attributes), ..Bits::default() };
                    self.put(member, depth, &mut part)?;
                    bits.attributes = part.attributes;
                    parts.push(part.content);
                }
                self.shuffle(parts, bits);
            }
            Kind::OneOrMore(member) => {
                let times = if depth > 12 { 1 } else { 1 + self.below(3) };
                for _ in 0..times {
                    self.put(member, depth, bits)?;
                }
            }
            Kind::Attribute { name, pattern } => {
                let name = self.name(name)?;
                let value = self.text(pattern)?;
                if bits.attributes.iter().all(|(known, _)| *known != name) {
                    bits.attributes.push((name, value));
                }
            }
            Kind::Element { name, pattern } => {
                let mut inner = Bits::default();
                let name = self.name(name)?;
                self.put(pattern, depth + 1, &mut inner)?;
                let Bits { attributes, content } = inner;
                bits.content.push(Piece::Element(Tree { name, attributes, content }));
            }
            Kind::Ref(define) => return self.put(&self.grammar.defines[define.0 as usize].pattern, depth, bits),
        }
        Some(())
    }

    fn put_one(&mut self, members: &'g [Pattern], depth: usize, bits: &mut Bits) -> Option<()> {
        let empty = members.iter().position(|member| matches!(member.kind, Kind::Empty));
        let first = match empty {
            Some(empty) if depth > 7 || self.below(self.left_out.1) < self.left_out.0 => empty,
            _ => self.below(members.len()),
        };
        for index in 0..members.len() {
            let attributes = bits.attributes.len();
            let content = bits.content.len();
            if self.put(&members[(first + index) % members.len()], depth, bits).is_some() {
                return Some(());
            }
            bits.attributes.truncate(attributes);
            bits.content.truncate(content);
        }
        None
    }

    fn shuffle(&mut self, parts: Vec<Vec<Piece>>, bits: &mut Bits) {
        let mut parts: Vec<_> = parts.into_iter().map(|part| part.into_iter().peekable()).collect();
        loop {
            let open: Vec<usize> = (0..parts.len()).filter(|&index| parts[index].peek().is_some()).collect();
            if open.is_empty() {
                return;
            }
            let index = open[self.below(open.len())];
            bits.content.extend(parts[index].next());
        }
    }

    fn name(&mut self, class: &NameClass) -> Option<XmlName> {
        let made = |ns: &str, local: &str| XmlName { ns: ns.to_owned(), local: local.to_owned() };
        for _ in 0..8 {
            let name = match class {
                NameClass::Name { ns, local } => return Some(made(ns, local)),
                NameClass::Choice(members) => {
                    let index = self.below(members.len());
                    return self.name(&members[index]);
                }
                NameClass::NsName { ns, .. } => made(ns, ["alpha", "beta", "name", "gamma"][self.below(4)]),
                NameClass::AnyName(_) => {
                    made(["", "", "urn:some"][self.below(3)], ["alpha", "beta", "name", "gamma"][self.below(4)])
                }
            };
            if contains(class, &name) {
                return Some(name);
            }
        }
        None
    }

    fn text(&mut self, pattern: &'g Pattern) -> Option<String> {
        Some(match &pattern.kind {
            Kind::Empty => String::new(),
            Kind::Text => TEXTS[self.below(TEXTS.len())].to_owned(),
            Kind::Value { value, .. } => value.clone(),
            Kind::Ref(define) => return self.text(&self.grammar.defines[define.0 as usize].pattern),
            Kind::Choice(members) => {
                let first = self.below(members.len());
                return (0..members.len()).find_map(|index| self.text(&members[(first + index) % members.len()]));
            }
            Kind::List(member) => return self.text(member),
            Kind::Group(members) | Kind::Interleave(members) => {
                let mut texts = Vec::new();
                for member in members {
                    texts.push(self.text(member)?);
                }
                texts.join(" ")
            }
            Kind::OneOrMore(member) => {
                let mut texts = Vec::new();
                for _ in 0..1 + self.below(3) {
                    texts.push(self.text(member)?);
                }
                texts.join(" ")
            }
            Kind::Data { datatype, params, .. } => {
                let key = std::ptr::from_ref(pattern).addr();
                let known = self.types.entry(key).or_insert_with(|| Type::new(datatype, params).ok());
                let accepted = match known {
                    Some(known) => TEXTS.iter().filter(|text| known.accepts(text, &())).count(),
                    None => return None,
                };
                for param in params.iter().filter(|param| param.name == "pattern") {
                    for _ in 0..6 {
                        let Some(text) = regex::sample(&param.value, &mut |limit| self.below(limit)) else { break };
                        if self.types[&key].as_ref().is_some_and(|known| known.accepts(&text, &())) {
                            return Some(text);
                        }
                    }
                }
                if accepted == 0 {
                    return None;
                }
                let chosen = self.below(accepted);
                let known = self.types[&key].as_ref()?;
                TEXTS.iter().filter(|text| known.accepts(text, &())).nth(chosen)?.to_string()
            }
            Kind::NotAllowed | Kind::Attribute { .. } | Kind::Element { .. } => return None,
        })
    }
}

fn contains(class: &NameClass, name: &XmlName) -> bool {
    let excepted = |except: &Option<Box<NameClass>>| except.as_ref().is_some_and(|class| contains(class, name));
    match class {
        NameClass::Name { ns, local } => *ns == name.ns && *local == name.local,
        NameClass::AnyName(except) => !excepted(except),
        NameClass::NsName { ns, except } => *ns == name.ns && !excepted(except),
        NameClass::Choice(members) => members.iter().any(|member| contains(member, name)),
    }
}
