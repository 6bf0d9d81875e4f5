//! The values that an attribute or a text takes, as people read them.

use crate::datatype::Type;
use crate::facts::Facts;
use crate::grammar::{Grammar, Kind, Pattern};
use crate::schema::NodeId;

/// The values of something.
#[derive(Debug, Clone, Default)]
pub struct Values<'g> {
    /// Values that are spelt out in the schema.
    pub literals: Vec<Literal<'g>>,
    /// What else it takes, in words: `a positive number`.
    pub kinds: Vec<String>,
}

/// A value that is spelt out.
#[derive(Debug, Clone)]
pub struct Literal<'g> {
    /// As a document spells it.
    pub text: &'g str,
    /// Where it is described, the most specific first.
    nodes: Vec<NodeId>,
}

impl<'g> Literal<'g> {
    /// What is said of it.
    #[must_use]
    pub fn facts(&self, grammar: &'g Grammar) -> Facts<'g> {
        // What is absent is the attribute, and what it stands for there is no fact of the value.
        Facts { default: None, ..Facts::of(&grammar.schema, &self.nodes) }
    }
}

impl<'g> Values<'g> {
    /// Those of a pattern, which may be that of an attribute: what an attribute with a single value says, it says of the value.
    #[must_use]
    pub fn of(grammar: &'g Grammar, pattern: &'g Pattern, attribute: Option<NodeId>) -> Self {
        let mut values = Self::default();
        values.add(grammar, pattern, &[]);
        if let ([literal], Some(attribute)) = (&mut values.literals[..], attribute) {
            literal.nodes.push(attribute);
        }
        values
    }

    /// Takes in the values of another description; what one says of a value the other need not.
    pub fn join(&mut self, other: Self) {
        for literal in other.literals {
            match self.literals.iter_mut().find(|own| own.text == literal.text) {
                Some(own) => own.nodes.extend(literal.nodes),
                None => self.literals.push(literal),
            }
        }
        for kind in other.kinds {
            if !self.kinds.contains(&kind) {
                self.kinds.push(kind);
            }
        }
    }

    fn add(&mut self, grammar: &'g Grammar, pattern: &'g Pattern, around: &[NodeId]) {
        match &pattern.kind {
            Kind::Value { value, .. } => {
                self.join(Self {
                    literals: vec![Literal { text: value, nodes: vec![pattern.origin] }],
                    kinds: Vec::new(),
                });
            }
            Kind::Data { datatype, params, .. } => {
                let own = around.iter().rev().map(|node| words(grammar, *node)).find(|words| !words.is_empty());
                let of_type =
                    || Type::new(datatype, params).map_or_else(|_| datatype.name.clone(), |it| it.to_string());
                self.kind(own.unwrap_or_else(of_type));
            }
            Kind::Text => self.kind("any text".to_owned()),
            Kind::List(_) => {
                let own = around.iter().rev().map(|node| words(grammar, *node)).find(|words| !words.is_empty());
                self.kind(own.unwrap_or_else(|| "values between blanks".to_owned()));
            }
            Kind::Choice(members) | Kind::Group(members) | Kind::Interleave(members) => {
                members.iter().for_each(|member| self.add(grammar, member, around));
            }
            Kind::OneOrMore(inner) => self.add(grammar, inner, around),
            Kind::Ref(id) => {
                let define = &grammar.defines[id.0 as usize];
                self.add(grammar, &define.pattern, &[around, &[define.origin]].concat());
            }
            Kind::Empty | Kind::NotAllowed | Kind::Attribute { .. } | Kind::Element { .. } => {}
        }
    }

    fn kind(&mut self, kind: String) {
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
    }
}

/// The documentation of a definition, as a phrase.
fn words(grammar: &Grammar, node: NodeId) -> String {
    let words = grammar.schema.annotations(node).documentation().collect::<Vec<_>>().join(" ");
    words.trim_end_matches('.').to_owned()
}
