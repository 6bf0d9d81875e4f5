//! The restrictions of section 7, checked on canonical patterns.
//!
//! The specification states them for a grammar in which every reference leads to an element. Here definitions of other
//! kinds are still nodes, and everything is worked out once for each definition: with references taken in the order of
//! `references::order`, what a definition's references come to is known when the definition is looked at. Elements
//! cut this order; their contents are looked at one by one.

mod content;
mod names;
mod overlaps;
mod paths;

use crate::error::Errors;
use crate::grammar::{DefineId, Grammar, Kind, Pattern};
use crate::schema::NodeId;
use crate::simplify::references;

/// Checks the restrictions of section 7.
///
/// # Errors
///
/// Every violation.
pub fn restrict(grammar: &Grammar) -> Result<(), Errors> {
    violations(grammar, false).into_result(())
}

/// All violations. A grammar that is incomplete has `empty` in the place of what is in error: this is not held against it.
pub(crate) fn violations(grammar: &Grammar, incomplete: bool) -> Errors {
    let mut errors = Errors::default();
    let all = (0..grammar.defines.len()).filter_map(|index| u32::try_from(index).ok()).map(DefineId).collect();
    let order = references::order(&grammar.schema, &grammar.defines, &all, &mut errors);
    if errors.is_empty() {
        let mut check = Check { grammar, incomplete, order, contents: element_contents(grammar), errors };
        check.paths();
        check.content_types();
        check.overlaps();
        errors = check.errors;
    }
    errors
}

/// The state of the checks.
struct Check<'g> {
    grammar: &'g Grammar,
    incomplete: bool,
    /// All definitions, each after those it refers to outside of elements.
    order: Vec<DefineId>,
    /// The content of every element of the grammar.
    contents: Vec<&'g Pattern>,
    errors: Errors,
}

impl<'g> Check<'g> {
    fn error(&mut self, node: NodeId, section: &'static str, message: impl Into<String>) {
        let schema = &self.grammar.schema;
        self.errors.add(schema, schema.node(node).location, section, message);
    }

    /// A node's `file:line:column`.
    fn place(&self, node: NodeId) -> String {
        let schema = &self.grammar.schema;
        schema.place(schema.node(node).location).to_string()
    }

    fn define(&self, id: DefineId) -> &'g Pattern {
        &self.grammar.defines[id.0 as usize].pattern
    }
}

fn element_contents(grammar: &Grammar) -> Vec<&Pattern> {
    let mut contents = Vec::new();
    let roots = std::iter::once(&grammar.start).chain(grammar.defines.iter().map(|define| &define.pattern));
    for root in roots {
        collect_contents(root, &mut contents);
    }
    contents
}

fn collect_contents<'g>(pattern: &'g Pattern, contents: &mut Vec<&'g Pattern>) {
    match &pattern.kind {
        Kind::Empty | Kind::NotAllowed | Kind::Text | Kind::Value { .. } | Kind::Ref(_) => {}
        Kind::Choice(members) | Kind::Interleave(members) | Kind::Group(members) => {
            for member in members {
                collect_contents(member, contents);
            }
        }
        Kind::OneOrMore(inner) | Kind::List(inner) | Kind::Attribute { pattern: inner, .. } => {
            collect_contents(inner, contents);
        }
        Kind::Data { except, .. } => {
            if let Some(inner) = except {
                collect_contents(inner, contents);
            }
        }
        Kind::Element { pattern: inner, .. } => {
            contents.push(inner);
            collect_contents(inner, contents);
        }
    }
}
