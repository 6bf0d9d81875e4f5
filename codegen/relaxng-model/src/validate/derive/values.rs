//! Derivatives by attributes and by text.
//!
//! Which derivative it is depends on the string through yes and no of a few matchers alone. So for each pattern and name the
//! matchers are found once, and the derivative is computed once for each of their answers.

use super::super::arena::{Arena, Id, Node};
use super::super::names::Symbol;
use super::super::schema::Schema;
use super::super::strings::MatcherId;
use super::{Machine, Step, StepId, TEXT, key};
use crate::datatype::Namespaces;
use rustc_hash::FxHashSet;

impl Machine {
    /// The matchers that decide how a pattern goes on by an attribute. Without any, no such attribute is allowed.
    pub(in crate::validate) fn attribute_step(&mut self, schema: &Schema, pattern: Id, symbol: Symbol) -> StepId {
        if let Some(known) = self.step_ids.get(&key(pattern, symbol.0)) {
            return *known;
        }
        let mut matchers = Vec::new();
        for attribute in self.attributes_in(pattern) {
            let attribute = &schema.attributes[attribute as usize];
            if schema.names.contains(&attribute.class, symbol) {
                matchers.push(self.strings.for_value(&self.arena, attribute.content));
            }
        }
        self.new_step(key(pattern, symbol.0), matchers)
    }

    /// The matchers that decide how a pattern goes on by text. Without any, it does not depend on what the text is.
    pub(in crate::validate) fn text_step(&mut self, pattern: Id) -> StepId {
        if let Some(known) = self.step_ids.get(&key(pattern, TEXT)) {
            return *known;
        }
        let places = self.places_for_text(pattern);
        let matchers = places.into_iter().map(|place| self.strings.for_strings(place)).collect();
        self.new_step(key(pattern, TEXT), matchers)
    }

    fn new_step(&mut self, key: u64, mut matchers: Vec<MatcherId>) -> StepId {
        matchers.sort_unstable();
        matchers.dedup();
        let id = StepId(u32::try_from(self.steps.len()).expect("steps are dropped long before there are so many"));
        self.entries += 2 + matchers.len();
        self.steps.push(Step { matchers: matchers.into(), ..Step::default() });
        self.step_ids.insert(key, id);
        id
    }

    pub(in crate::validate) fn step(&self, id: StepId) -> &Step {
        &self.steps[id.0 as usize]
    }

    /// The attributes in a pattern.
    pub(in crate::validate) fn attributes_in(&self, pattern: Id) -> Vec<u32> {
        let mut found = Vec::new();
        self.visit(pattern, |arena, id, inside| match arena.node(id) {
            Node::Attribute(attribute) => found.push(*attribute),
            node if arena.has_attributes(id) => inside.extend(node.members()),
            _ => {}
        });
        found
    }

    /// The places where text may come next, each with the data, values and lists that it may be.
    fn places_for_text(&self, pattern: Id) -> Vec<Box<[Id]>> {
        let mut places = Vec::new();
        self.visit(pattern, |arena, id, inside| match arena.node(id) {
            _ if !arena.has_strings(id) => {}
            Node::Leaf(_) | Node::List(_) => places.push([id].into()),
            Node::Choice(members) => {
                let strings = self.strings_among(members);
                inside.extend(members.iter().filter(|member| !strings.contains(member)));
                if !strings.is_empty() {
                    places.push(strings);
                }
            }
            Node::Group(members) => inside.extend_from_slice(arena.reachable(members)),
            node => inside.extend_from_slice(node.members()),
        });
        places
    }

    /// Visits a pattern and those parts of it that `visitor` names, each once.
    pub(in crate::validate) fn visit(&self, pattern: Id, mut visitor: impl FnMut(&Arena, Id, &mut Vec<Id>)) {
        let mut seen = FxHashSet::default();
        let (mut waiting, mut inside) = (vec![pattern], Vec::new());
        while let Some(id) = waiting.pop() {
            if seen.insert(id) {
                visitor(&self.arena, id, &mut inside);
                // The last that waits comes first.
                waiting.extend(inside.drain(..).rev());
            }
        }
    }

    /// The members of a choice that are data, values or lists.
    fn strings_among(&self, members: &[Id]) -> Box<[Id]> {
        let is_string = |id: &&Id| matches!(self.arena.node(**id), Node::Leaf(_) | Node::List(_));
        members.iter().filter(is_string).copied().collect()
    }

    /// By an attribute with this name and value; [`Id::NOT_ALLOWED`] where the name or the value is.
    pub(in crate::validate) fn attribute(
        &mut self,
        schema: &Schema,
        pattern: Id,
        symbol: Symbol,
        value: &str,
        namespaces: &dyn Namespaces,
    ) -> Id {
        let step = self.attribute_step(schema, pattern, symbol);
        self.judge(schema, step, value, namespaces);
        self.outcome(schema, pattern, Some(symbol), step)
    }

    /// By text, which is all there is between two tags.
    pub(in crate::validate) fn text(
        &mut self,
        schema: &Schema,
        pattern: Id,
        text: &str,
        namespaces: &dyn Namespaces,
    ) -> Id {
        let step = self.text_step(pattern);
        self.judge(schema, step, text, namespaces);
        self.outcome(schema, pattern, None, step)
    }

    /// By an attribute, or by text where there is no symbol, whose value satisfies every matcher.
    pub(in crate::validate) fn satisfied(&mut self, schema: &Schema, pattern: Id, symbol: Option<Symbol>) -> Id {
        let step = match symbol {
            Some(symbol) => self.attribute_step(schema, pattern, symbol),
            None => self.text_step(pattern),
        };
        self.matched = (0..self.step(step).matchers.len()).map(place).collect();
        self.outcome(schema, pattern, symbol, step)
    }

    /// Asks the matchers of a step about a string and keeps what they say.
    fn judge(&mut self, schema: &Schema, step: StepId, text: &str, namespaces: &dyn Namespaces) {
        // Matching a list takes steps of its own, so that the answers must not stand in its way.
        let mut matched = std::mem::take(&mut self.matched);
        matched.clear();
        for at in 0..self.step(step).matchers.len() {
            let matcher = self.step(step).matchers[at];
            if self.matches(schema, matcher, text, namespaces) {
                matched.push(place(at));
            }
        }
        self.matched = matched;
    }

    /// The derivative by a string of which `judge` has kept what matches it.
    fn outcome(&mut self, schema: &Schema, pattern: Id, symbol: Option<Symbol>, step: StepId) -> Id {
        let Step { matchers, simple, outcomes } = self.step(step);
        let known = match simple.get(self.matched.len()) {
            Some(known) if matchers.len() < 2 => *known,
            _ => outcomes.get(self.matched.as_slice()).copied(),
        };
        if let Some(known) = known {
            return known;
        }
        let yes: Box<[MatcherId]> = self.matched.iter().map(|at| matchers[usize::from(*at)]).collect();
        self.parts.clear();
        let outcome = match symbol {
            Some(symbol) => self.by_attribute(schema, pattern, symbol, &yes),
            None => self.by_text(pattern, &yes),
        };
        let matched: Box<[u16]> = self.matched.as_slice().into();
        self.entries += 1;
        let step = &mut self.steps[step.0 as usize];
        match step.simple.get_mut(matched.len()) {
            Some(place) if step.matchers.len() < 2 => *place = Some(outcome),
            _ => {
                step.outcomes.insert(matched, outcome);
            }
        }
        outcome
    }

    /// By an attribute whose value satisfies the matchers `yes` alone.
    fn by_attribute(&mut self, schema: &Schema, pattern: Id, symbol: Symbol, yes: &[MatcherId]) -> Id {
        if !self.arena.has_attributes(pattern) {
            return Id::NOT_ALLOWED;
        }
        if let Some(known) = self.parts.get(&pattern) {
            return *known;
        }
        let result = match self.arena.node(pattern).clone() {
            Node::Attribute(attribute) => {
                let attribute = &schema.attributes[attribute as usize];
                let matches = schema.names.contains(&attribute.class, symbol)
                    && yes.contains(&self.strings.for_value(&self.arena, attribute.content));
                if matches { Id::EMPTY } else { Id::NOT_ALLOWED }
            }
            Node::Choice(members) => {
                let members = members.iter().map(|member| self.by_attribute(schema, *member, symbol, yes)).collect();
                self.arena.choice(members)
            }
            Node::Group(members) => {
                let mut alternatives = Vec::new();
                for (at, member) in members.iter().enumerate() {
                    match self.by_attribute(schema, *member, symbol, yes) {
                        Id::NOT_ALLOWED => {}
                        rest => alternatives.push(self.group_with(&members, at, rest)),
                    }
                }
                self.arena.choice(alternatives)
            }
            Node::Interleave(members) => {
                let mut alternatives = Vec::new();
                for (at, member) in members.iter().enumerate() {
                    match self.by_attribute(schema, *member, symbol, yes) {
                        Id::NOT_ALLOWED => {}
                        rest => alternatives.push(self.interleave_with(&members, at, rest)),
                    }
                }
                self.arena.choice(alternatives)
            }
            Node::OneOrMore(inner) => {
                let first = self.by_attribute(schema, inner, symbol, yes);
                self.and_again(first, pattern)
            }
            Node::After(content, continuation) => {
                let content = self.by_attribute(schema, content, symbol, yes);
                self.arena.after(content, continuation)
            }
            _ => Id::NOT_ALLOWED,
        };
        self.parts.insert(pattern, result);
        result
    }

    /// By text that satisfies the matchers `yes` alone.
    fn by_text(&mut self, pattern: Id, yes: &[MatcherId]) -> Id {
        if !self.arena.has_strings(pattern) {
            return Id::NOT_ALLOWED;
        }
        if let Some(known) = self.parts.get(&pattern) {
            return *known;
        }
        let result = match self.arena.node(pattern).clone() {
            Node::Text => Id::TEXT,
            Node::Leaf(_) | Node::List(_) => {
                if yes.contains(&self.strings.for_strings([pattern].into())) {
                    Id::EMPTY
                } else {
                    Id::NOT_ALLOWED
                }
            }
            Node::Choice(members) => {
                let strings = self.strings_among(&members);
                let mut alternatives: Vec<Id> = members
                    .iter()
                    .filter(|member| !strings.contains(member))
                    .map(|member| self.by_text(*member, yes))
                    .collect();
                if !strings.is_empty() && yes.contains(&self.strings.for_strings(strings)) {
                    alternatives.push(Id::EMPTY);
                }
                self.arena.choice(alternatives)
            }
            Node::Group(members) => {
                let mut alternatives = Vec::new();
                for (at, member) in members.iter().enumerate() {
                    let rest = self.by_text(*member, yes);
                    alternatives.push(self.group_from(rest, &members[at + 1..]));
                    if !self.arena.is_nullable(*member) {
                        break;
                    }
                }
                self.arena.choice(alternatives)
            }
            Node::Interleave(members) => {
                let mut alternatives = Vec::new();
                for (at, member) in members.iter().enumerate() {
                    let rest = self.by_text(*member, yes);
                    alternatives.push(self.interleave_with(&members, at, rest));
                }
                self.arena.choice(alternatives)
            }
            Node::OneOrMore(inner) => {
                let first = self.by_text(inner, yes);
                self.and_again(first, pattern)
            }
            Node::After(content, continuation) => {
                let content = self.by_text(content, yes);
                self.arena.after(content, continuation)
            }
            _ => Id::NOT_ALLOWED,
        };
        self.parts.insert(pattern, result);
        result
    }

    /// What remains of one round of a repetition, and then any number of rounds.
    pub(in crate::validate) fn and_again(&mut self, first: Id, repetition: Id) -> Id {
        if first == Id::NOT_ALLOWED {
            return first;
        }
        let again = self.arena.optional(repetition);
        self.arena.group(vec![first, again])
    }
}

fn place(at: usize) -> u16 {
    // More alternatives than that for one attribute would be alike.
    u16::try_from(at).unwrap_or(u16::MAX)
}
