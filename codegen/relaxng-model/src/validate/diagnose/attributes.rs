//! What is wrong with the attributes of an element.

use roxmltree::{Attribute, Node};
use rustc_hash::FxHashSet;

use super::super::arena::Id;
use super::super::expect::{Need, class_words, plain_names};
use super::super::names::Symbol;
use super::super::place::{qualified, start_tag_name};
use super::super::violation::{MAX_VIOLATIONS, Violation, ViolationKind, shown};
use super::super::walk::attribute_symbol;
use super::{Diagnosis, bounded};
use crate::near::closest;

impl<'a> Diagnosis<'_, 'a> {
    /// Takes the attributes of the element that has just been opened.
    pub(super) fn attributes(&mut self, node: Node<'a, 'a>) {
        let whole = self.state;
        // Attributes that take one of a few values decide about the others, so they come first.
        let mut attributes: Vec<(bool, Attribute<'a, 'a>)> = Vec::new();
        for attribute in node.attributes() {
            let symbol = attribute_symbol(self.schema, attribute);
            let strings = self.strings_of(whole, Some(symbol));
            attributes.push((strings.types.is_empty() && !strings.values.is_empty(), attribute));
        }
        attributes.sort_by_key(|(decides, _)| !decides);
        let present: FxHashSet<Symbol> =
            attributes.iter().map(|(_, attribute)| attribute_symbol(self.schema, *attribute)).collect();
        for (_, attribute) in attributes {
            if self.violations.len() >= MAX_VIOLATIONS {
                return;
            }
            let symbol = attribute_symbol(self.schema, attribute);
            let value = attribute.value();
            let rest = self.machine.attribute(self.schema, self.state, symbol, value, &node);
            if rest != Id::NOT_ALLOWED {
                self.state = rest;
                continue;
            }
            let step = self.machine.attribute_step(self.schema, self.state, symbol);
            if self.machine.step(step).matchers.is_empty() {
                self.unknown_attribute(node, attribute, &present, whole);
            } else {
                self.bad_attribute(node, attribute, symbol, whole);
            }
        }
    }

    fn unknown_attribute(
        &mut self,
        node: Node<'a, 'a>,
        attribute: Attribute<'a, 'a>,
        present: &FxHashSet<Symbol>,
        whole: Id,
    ) {
        let symbol = attribute_symbol(self.schema, attribute);
        let present = |(ns, local): &(&str, &str)| present.contains(&self.schema.names.symbol(Some(ns), local));
        let mut allowed = self.machine.attributes_in(self.state);
        let needed = self.machine.needs(self.state, true);
        allowed.sort_by_key(|id| !needed.iter().any(|need| need.contains(&Need::Attribute(*id))));
        let mut words: Vec<String> = Vec::new();
        let mut names: Vec<(&str, &str)> = Vec::new();
        for id in allowed {
            let class = &self.schema.attributes[id as usize].names;
            let mut plain = Vec::new();
            plain_names(class, &mut plain);
            if plain.is_empty() || !plain.iter().all(present) {
                class_words(class, node, &mut words);
            }
            names.extend(plain.into_iter().filter(|name| !present(name)));
        }
        words.dedup();
        let shown_name = shown(&self.document.input_text()[attribute.range_qname()]);
        let step = self.machine.attribute_step(self.schema, whole, symbol);
        let conflict = !self.machine.step(step).matchers.is_empty();
        let element = shown(qualified(node));
        let (kind, message) = if conflict {
            let message = format!("attribute '{shown_name}' does not go with the other attributes of '{element}'");
            (ViolationKind::ConflictingAttribute, message)
        } else {
            (ViolationKind::UnknownAttribute, format!("attribute '{shown_name}' is not allowed on '{element}'"))
        };
        let mut near = None;
        if !conflict {
            let local = closest(attribute.name(), names.iter().map(|(_, local)| *local));
            near = local.and_then(|near| names.iter().find(|(_, local)| *local == near).copied());
        }
        let (expected, more_expected) = bounded(words);
        self.violations.push(Violation {
            kind,
            range: attribute.range_qname(),
            path: self.attribute_path(&shown_name),
            message,
            found: Some(shown_name),
            expected,
            more_expected,
            suggestion: near.map(|(_, local)| local.to_owned()),
        });
        if let Some((ns, local)) = near {
            let meant = self.schema.names.symbol(Some(ns), local);
            let rest = self.machine.satisfied(self.schema, self.state, Some(meant));
            if rest != Id::NOT_ALLOWED {
                self.state = rest;
            }
        }
    }

    fn bad_attribute(&mut self, node: Node<'a, 'a>, attribute: Attribute<'a, 'a>, symbol: Symbol, whole: Id) {
        let shown_name = shown(&self.document.input_text()[attribute.range_qname()]);
        let shown_value = shown(attribute.value());
        let fits = self.machine.attribute(self.schema, whole, symbol, attribute.value(), &node) != Id::NOT_ALLOWED;
        let message = if fits {
            format!("the value '{shown_value}' of attribute '{shown_name}' does not go with the other attributes")
        } else {
            format!("attribute '{shown_name}' has the bad value '{shown_value}'")
        };
        let strings = self.strings_of(self.state, Some(symbol));
        let suggestion = closest(attribute.value(), strings.values.iter().map(String::as_str)).map(str::to_owned);
        let (expected, more_expected) = bounded(strings.values.into_iter().chain(strings.types).collect());
        self.violations.push(Violation {
            kind: ViolationKind::AttributeValue,
            range: attribute.range_value(),
            path: self.attribute_path(&shown_name),
            message,
            found: Some(shown_value),
            expected,
            more_expected,
            suggestion,
        });
        self.state = self.machine.satisfied(self.schema, self.state, Some(symbol));
    }

    /// Ends its start tag.
    pub(super) fn close(&mut self, node: Node<'a, 'a>) {
        let closed = self.machine.close(self.state);
        if closed != Id::NOT_ALLOWED {
            self.state = closed;
            return;
        }
        for need in self.machine.needs(self.state, true) {
            let words = self.need_words(&need, node);
            let message = match words.as_slice() {
                [only] => format!("element '{}' lacks the attribute '{only}'", shown(qualified(node))),
                _ => format!("element '{}' lacks an attribute", shown(qualified(node))),
            };
            self.lacks(ViolationKind::MissingAttribute, start_tag_name(node), message, words);
        }
        self.state = self.machine.replace_attributes(self.state, Id::EMPTY);
    }
}
