//! Name classes and the parts of grammars in the full syntax.

use roxmltree::Node;

use super::names::trimmed;
use super::reader::{Context, Open, Reader};
use super::syntax::{Component, ComponentKind, NameKind, NameSyntax};
use crate::schema::NodeId;

impl Reader<'_, '_, '_> {
    /// The name class that a `name` attribute stands for (4.8).
    pub(super) fn name_attribute(&mut self, node: Node<'_, '_>, open: &Open<'_>, name: &str) -> NameSyntax {
        // An attribute's name is in no namespace unless the attribute pattern itself says so.
        let ns = (open.tag == "attribute" && open.ns.is_none()).then(String::new);
        let kind = match self.qualified(node, open.at, name) {
            Some((ns, local)) => NameKind::Name { ns, local: local.to_owned() },
            None => NameKind::Broken,
        };
        NameSyntax { node: open.id, ns, kind }
    }

    /// One name class.
    pub(super) fn name_class(&mut self, node: Node<'_, '_>, context: &Context) -> NameSyntax {
        let broken = NameSyntax { node: NodeId(0), ns: None, kind: NameKind::Broken };
        let tag = node.tag_name().name();
        if !matches!(tag, "name" | "anyName" | "nsName" | "choice") {
            let at = self.location(node.range().start);
            self.error(at, format!("`{tag}` stands where a name or a name class is expected"));
            return broken;
        }
        let Some(open) = self.open(node, context) else {
            return broken;
        };
        let kind = match tag {
            "name" => {
                let text = self.text(node, &open);
                match self.qualified(node, open.at, trimmed(&text)) {
                    Some((ns, local)) => NameKind::Name { ns, local: local.to_owned() },
                    None => NameKind::Broken,
                }
            }
            "anyName" => NameKind::AnyName(self.name_except(node, &open)),
            "nsName" => NameKind::NsName(self.name_except(node, &open)),
            _ => self.name_choice(node, &open),
        };
        NameSyntax { node: open.id, ns: open.ns, kind }
    }

    /// The members of a `choice` or `except` of names.
    fn name_choice(&mut self, node: Node<'_, '_>, open: &Open<'_>) -> NameKind {
        let children = self.children(node, open);
        if children.is_empty() {
            self.error(open.at, format!("`{}` needs at least one name class", open.tag));
        }
        NameKind::Choice(children.into_iter().map(|child| self.name_class(child, &open.context)).collect())
    }

    /// The `except` within `anyName` and `nsName`.
    fn name_except(&mut self, node: Node<'_, '_>, open: &Open<'_>) -> Option<Box<NameSyntax>> {
        let mut found = None;
        for child in self.children(node, open) {
            let tag = child.tag_name().name();
            if tag != "except" || found.is_some() {
                let at = self.location(child.range().start);
                self.error(at, format!("`{tag}` must not stand here: `{}` holds one `except` at most", open.tag));
            } else if let Some(inner) = self.open(child, &open.context) {
                let kind = self.name_choice(child, &inner);
                found = Some(Box::new(NameSyntax { node: inner.id, ns: inner.ns, kind }));
            }
        }
        found
    }

    /// The parts of a `grammar`, `div` or `include`; the last takes no `include` within.
    pub(super) fn components(&mut self, node: Node<'_, '_>, open: &Open<'_>, includes: bool) -> Vec<Component> {
        let children = self.children(node, open);
        let mut components = Vec::with_capacity(children.len());
        for child in children {
            match self.component(child, &open.context, includes) {
                Some(component) => components.push(component),
                None => self.loaded.incomplete = true,
            }
        }
        components
    }

    fn component(&mut self, node: Node<'_, '_>, context: &Context, includes: bool) -> Option<Component> {
        let tag = node.tag_name().name();
        let expected = matches!(tag, "start" | "define" | "div") || (includes && tag == "include");
        if !expected {
            let at = self.location(node.range().start);
            let among = if includes { "`start`, `define`, `div` and `include`" } else { "`start`, `define` and `div`" };
            self.error(at, format!("`{tag}` stands where only {among} are expected"));
            return None;
        }
        let open = self.open(node, context)?;
        let kind = match tag {
            "div" => ComponentKind::Div(self.components(node, &open, includes)),
            "include" => {
                let components = self.components(node, &open, false);
                ComponentKind::Include { file: self.referred(&open, "4.7")?, components }
            }
            "start" => {
                let body = self.members(node, &open);
                if body.len() > 1 {
                    self.error(open.at, "`start` takes one pattern");
                }
                ComponentKind::Start { combine: open.combine, body }
            }
            _ => {
                let body = self.members(node, &open);
                ComponentKind::Define { name: self.required_name(&open)?, combine: open.combine, body }
            }
        };
        Some(Component { node: open.id, ns: open.ns, kind })
    }
}
