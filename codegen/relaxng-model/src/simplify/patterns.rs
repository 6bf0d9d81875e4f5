//! Patterns of the full syntax as patterns of the simple one (4.9, 4.12 to 4.16). They are not canonical yet.

use super::MAX_DEPTH;
use super::canonical;
use super::names::Place;
use super::scope::Expander;
use crate::datatype;
use crate::grammar::{Datatype, Kind, Param, Pattern};
use crate::load::syntax::{NameSyntax, Syntax, SyntaxKind};
use crate::schema::{InScope, NodeId};

impl<'a> Expander<'a> {
    /// Reports nesting that is too deep.
    pub(super) fn too_deep(&mut self, node: NodeId, depth: u32) -> bool {
        if depth >= MAX_DEPTH {
            if !self.exhausted {
                self.error(node, "", format!("the schema is nested more than {MAX_DEPTH} levels deep"));
            }
            self.exhausted = true;
        }
        depth >= MAX_DEPTH
    }

    pub(super) fn pattern(&mut self, syntax: &'a Syntax, ns: &'a str, scope: Option<usize>, depth: u32) -> Pattern {
        let node = syntax.node;
        let bytes = match &syntax.kind {
            SyntaxKind::Value { value, .. } => value.len(),
            SyntaxKind::Data { params, .. } => params.iter().map(|param| param.name.len() + param.value.len()).sum(),
            _ => 0,
        };
        if self.too_deep(node, depth) || !self.spend(node, bytes) {
            return canonical::empty(node);
        }
        let depth = depth + 1;
        let ns = syntax.ns.as_deref().unwrap_or(ns);
        let kind = match &syntax.kind {
            SyntaxKind::Element { name, content } => {
                let pattern = Box::new(self.sequence(node, content, ns, scope, depth));
                Kind::Element { name: self.name(name, ns, false), pattern }
            }
            SyntaxKind::Attribute { name, content } => {
                let pattern = match content.as_slice() {
                    [] => Pattern { kind: Kind::Text, origin: node },
                    content => self.sequence(node, content, ns, scope, depth),
                };
                Kind::Attribute { name: self.name(name, ns, true), pattern: Box::new(pattern) }
            }
            SyntaxKind::Group(members) => Kind::Group(self.members(members, ns, scope, depth)),
            SyntaxKind::Interleave(members) => Kind::Interleave(self.members(members, ns, scope, depth)),
            SyntaxKind::Choice(members) => Kind::Choice(self.members(members, ns, scope, depth)),
            SyntaxKind::Optional(members) => {
                let inner = self.sequence(node, members, ns, scope, depth);
                Kind::Choice(vec![inner, canonical::empty(node)])
            }
            SyntaxKind::ZeroOrMore(members) => {
                let inner = self.sequence(node, members, ns, scope, depth);
                let repeated = Pattern { kind: Kind::OneOrMore(Box::new(inner)), origin: node };
                Kind::Choice(vec![repeated, canonical::empty(node)])
            }
            SyntaxKind::OneOrMore(members) => Kind::OneOrMore(Box::new(self.sequence(node, members, ns, scope, depth))),
            SyntaxKind::List(members) => Kind::List(Box::new(self.sequence(node, members, ns, scope, depth))),
            SyntaxKind::Mixed(members) => {
                let inner = self.sequence(node, members, ns, scope, depth);
                Kind::Interleave(vec![inner, Pattern { kind: Kind::Text, origin: node }])
            }
            SyntaxKind::Empty | SyntaxKind::Broken => Kind::Empty,
            SyntaxKind::Text => Kind::Text,
            SyntaxKind::NotAllowed => Kind::NotAllowed,
            SyntaxKind::Value { datatype, value } => {
                self.check_datatype(node, datatype, &[], Some(value), ns);
                Kind::Value { datatype: datatype.clone(), value: value.clone(), ns: ns.to_owned() }
            }
            SyntaxKind::Data { datatype, params, except } => {
                self.check_datatype(node, datatype, params, None, ns);
                let except = except.as_ref().map(|except| {
                    let ns = except.ns.as_deref().unwrap_or(ns);
                    let members = self.members(&except.members, ns, scope, depth);
                    Box::new(one_of(except.node, members))
                });
                Kind::Data { datatype: datatype.clone(), params: params.clone(), except }
            }
            SyntaxKind::Ref(name) => return self.reference(node, name, scope, "ref"),
            SyntaxKind::ParentRef(name) => {
                let parent = scope.and_then(|scope| self.parent(scope));
                return self.reference(node, name, parent, "parentRef");
            }
            SyntaxKind::External(file) => {
                let loaded = self.loaded;
                return self.pattern(&loaded.roots[file.0 as usize], ns, scope, depth);
            }
            SyntaxKind::Grammar(components) => return self.grammar(node, components, ns, scope, depth),
        };
        Pattern { kind, origin: node }
    }

    fn members(&mut self, members: &'a [Syntax], ns: &'a str, scope: Option<usize>, depth: u32) -> Vec<Pattern> {
        members.iter().map(|member| self.pattern(member, ns, scope, depth)).collect()
    }

    /// Several patterns in a row are a group (4.12).
    pub(super) fn sequence(
        &mut self,
        node: NodeId,
        members: &'a [Syntax],
        ns: &'a str,
        scope: Option<usize>,
        depth: u32,
    ) -> Pattern {
        match members {
            [single] => self.pattern(single, ns, scope, depth),
            _ => Pattern { kind: Kind::Group(self.members(members, ns, scope, depth)), origin: node },
        }
    }

    fn name(&mut self, name: &NameSyntax, ns: &str, in_attribute: bool) -> crate::grammar::NameClass {
        self.name_class(name, ns, Place { in_attribute, excepted_from: None })
    }

    /// The datatype exists, takes these parameters, and allows this value (4.16).
    fn check_datatype(&mut self, node: NodeId, datatype: &Datatype, params: &[Param], value: Option<&str>, ns: &str) {
        let namespaces = InScope { prefixes: &self.loaded.schema.node(node).prefixes, ns };
        if let Err(why) = datatype::check(datatype, params, value, &namespaces) {
            self.error(node, "4.16", why);
        }
    }
}

/// Several patterns in an `except` are a choice (4.12).
fn one_of(node: NodeId, mut members: Vec<Pattern>) -> Pattern {
    if members.len() == 1 { members.swap_remove(0) } else { Pattern { kind: Kind::Choice(members), origin: node } }
}
