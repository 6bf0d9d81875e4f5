//! Patterns in the full syntax.

use roxmltree::Node;

use super::reader::{Context, Open, Reader};
use super::syntax::{ExceptSyntax, Syntax, SyntaxKind};
use crate::grammar::{Datatype, Param};
use crate::schema::{NodeId, RELAXNG_NS};

/// The names of elements that are patterns.
const PATTERNS: &[&str] = &[
    "attribute",
    "choice",
    "data",
    "element",
    "empty",
    "externalRef",
    "grammar",
    "group",
    "interleave",
    "list",
    "mixed",
    "notAllowed",
    "oneOrMore",
    "optional",
    "parentRef",
    "ref",
    "text",
    "value",
    "zeroOrMore",
];

impl Reader<'_, '_, '_> {
    /// One pattern.
    pub(super) fn pattern(&mut self, node: Node<'_, '_>, context: &Context) -> Syntax {
        let broken = Syntax { node: NodeId(0), ns: None, kind: SyntaxKind::Broken };
        let tag = node.tag_name().name();
        if node.tag_name().namespace() != Some(RELAXNG_NS) || !PATTERNS.contains(&tag) {
            let at = self.location(node.range().start);
            self.error(at, format!("`{tag}` stands where a pattern is expected"));
            return broken;
        }
        let Some(open) = self.open(node, context) else {
            return broken;
        };
        let kind = self.pattern_kind(node, &open);
        Syntax { node: open.id, ns: open.ns, kind }
    }

    fn pattern_kind(&mut self, node: Node<'_, '_>, open: &Open<'_>) -> SyntaxKind {
        match open.tag {
            "element" | "attribute" => return self.named_pattern(node, open),
            "grammar" => return SyntaxKind::Grammar(self.components(node, open, true)),
            "group" => return SyntaxKind::Group(self.members(node, open)),
            "interleave" => return SyntaxKind::Interleave(self.members(node, open)),
            "choice" => return SyntaxKind::Choice(self.members(node, open)),
            "optional" => return SyntaxKind::Optional(self.members(node, open)),
            "zeroOrMore" => return SyntaxKind::ZeroOrMore(self.members(node, open)),
            "oneOrMore" => return SyntaxKind::OneOrMore(self.members(node, open)),
            "list" => return SyntaxKind::List(self.members(node, open)),
            "mixed" => return SyntaxKind::Mixed(self.members(node, open)),
            "data" => return self.data(node, open),
            "value" => return self.value(node, open),
            _ => self.no_children(node, open),
        }
        match open.tag {
            "empty" => SyntaxKind::Empty,
            "text" => SyntaxKind::Text,
            "notAllowed" => SyntaxKind::NotAllowed,
            "ref" => self.required_name(open).map_or(SyntaxKind::Broken, SyntaxKind::Ref),
            "parentRef" => self.required_name(open).map_or(SyntaxKind::Broken, SyntaxKind::ParentRef),
            _ => self.referred(open, "4.6").map_or(SyntaxKind::Broken, SyntaxKind::External),
        }
    }

    /// The patterns within an element that needs at least one.
    pub(super) fn members(&mut self, node: Node<'_, '_>, open: &Open<'_>) -> Vec<Syntax> {
        let children = self.children(node, open);
        if children.is_empty() {
            self.error(open.at, format!("`{}` needs at least one pattern", open.tag));
        }
        children.into_iter().map(|child| self.pattern(child, &open.context)).collect()
    }

    /// `element` and `attribute`.
    fn named_pattern(&mut self, node: Node<'_, '_>, open: &Open<'_>) -> SyntaxKind {
        let mut children = self.children(node, open).into_iter();
        let is_element = open.tag == "element";
        let name = if let Some(name) = open.name {
            self.name_attribute(node, open, name)
        } else if let Some(first) = children.next() {
            self.name_class(first, &open.context)
        } else {
            self.error(open.at, format!("`{}` needs a name", open.tag));
            return SyntaxKind::Broken;
        };
        let content: Vec<Syntax> = children.map(|child| self.pattern(child, &open.context)).collect();
        if is_element {
            if content.is_empty() {
                self.error(open.at, "`element` needs at least one pattern");
            }
            return SyntaxKind::Element { name, content };
        }
        if content.len() > 1 {
            self.error(open.at, "`attribute` takes one pattern at most");
        }
        SyntaxKind::Attribute { name, content }
    }

    fn data(&mut self, node: Node<'_, '_>, open: &Open<'_>) -> SyntaxKind {
        let mut params = Vec::new();
        let mut except = None;
        for child in self.children(node, open) {
            match child.tag_name().name() {
                "param" if except.is_none() => params.extend(self.param(child, &open.context)),
                "except" if except.is_none() => {
                    if let Some(inner) = self.open(child, &open.context) {
                        let members = self.members(child, &inner);
                        except = Some(ExceptSyntax { node: inner.id, ns: inner.ns, members });
                    }
                }
                tag => {
                    let at = self.location(child.range().start);
                    self.error(at, format!("`{tag}` must not stand here: `data` holds `param`s, then one `except`"));
                }
            }
        }
        let is_foreign = open.datatype.is_some_and(|name| self.files.libraries.meant(open.library(), name).is_some());
        if is_foreign {
            params.clear();
        }
        match self.datatype(node, open, open.library()) {
            Some(datatype) => SyntaxKind::Data { datatype, params, except },
            None => SyntaxKind::Broken,
        }
    }

    fn param(&mut self, node: Node<'_, '_>, context: &Context) -> Option<Param> {
        let open = self.open(node, context)?;
        let value = self.text(node, &open);
        let name = self.required_name(&open)?;
        Some(Param { name, value })
    }

    fn value(&mut self, node: Node<'_, '_>, open: &Open<'_>) -> SyntaxKind {
        let value = self.text(node, open);
        // A value without a type is a token, whatever library is in force (4.4).
        let datatype = match open.datatype {
            Some(_) => self.datatype(node, open, open.library()),
            None => Some(Datatype { library: String::new(), name: "token".to_owned() }),
        };
        let Some(datatype) = datatype else {
            return SyntaxKind::Broken;
        };
        if !datatype.library.is_empty() {
            self.keep_prefix(node, open, &value);
        }
        SyntaxKind::Value { datatype, value }
    }

    fn datatype(&mut self, node: Node<'_, '_>, open: &Open<'_>, library: &str) -> Option<Datatype> {
        match open.datatype {
            Some(name) if super::names::is_ncname(name) => {
                let meant = self.files.libraries.meant(library, name);
                Some(meant.cloned().unwrap_or_else(|| Datatype { library: library.to_owned(), name: name.to_owned() }))
            }
            Some(name) => {
                let at = self.location(node.range().start);
                self.error(at, format!("the type `{name}` is not a name without a colon"));
                None
            }
            None => {
                self.error(open.at, format!("`{}` needs the attribute `type`", open.tag));
                None
            }
        }
    }
}
