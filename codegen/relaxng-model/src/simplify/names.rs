//! Name classes (4.8 to 4.10) and what 4.16 demands of them.

use crate::grammar::NameClass;
use crate::load::syntax::{NameKind, NameSyntax};
use crate::simplify::scope::Expander;

/// Where a name class stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) in_attribute: bool,
    /// The innermost name class whose `except` this is part of.
    pub(super) excepted_from: Option<&'static str>,
}

/// Names in this namespace declare namespaces; they are no attributes.
const XMLNS_NS: &str = "http://www.w3.org/2000/xmlns";

impl Expander<'_> {
    pub(super) fn name_class(&mut self, syntax: &NameSyntax, ns: &str, place: Place) -> NameClass {
        let ns = syntax.ns.as_deref().unwrap_or(ns);
        match &syntax.kind {
            NameKind::Name { ns: prefixed, local } => {
                let ns = prefixed.as_deref().unwrap_or(ns);
                if place.in_attribute && ns.is_empty() && local == "xmlns" {
                    self.error(syntax.node, "4.16", "an attribute cannot be called `xmlns`");
                }
                self.check_namespace(syntax, ns, place);
                NameClass::Name { ns: ns.to_owned(), local: local.clone() }
            }
            NameKind::AnyName(except) => {
                if let Some(outer) = place.excepted_from {
                    let message = format!("the `except` of `{outer}` must not contain `anyName`");
                    self.error(syntax.node, "4.16", message);
                }
                let within = Place { excepted_from: Some("anyName"), ..place };
                NameClass::AnyName(except.as_deref().map(|except| Box::new(self.name_class(except, ns, within))))
            }
            NameKind::NsName(except) => {
                if place.excepted_from == Some("nsName") {
                    self.error(syntax.node, "4.16", "the `except` of `nsName` must not contain `nsName`");
                }
                self.check_namespace(syntax, ns, place);
                let within = Place { excepted_from: Some("nsName"), ..place };
                let except = except.as_deref().map(|except| Box::new(self.name_class(except, ns, within)));
                NameClass::NsName { ns: ns.to_owned(), except }
            }
            NameKind::Choice(members) => {
                let mut flat = Vec::with_capacity(members.len());
                for member in members {
                    match self.name_class(member, ns, place) {
                        NameClass::Choice(inner) => flat.extend(inner),
                        other => flat.push(other),
                    }
                }
                if flat.len() == 1 { flat.swap_remove(0) } else { NameClass::Choice(flat) }
            }
            NameKind::Broken => NameClass::Choice(Vec::new()),
        }
    }

    fn check_namespace(&mut self, syntax: &NameSyntax, ns: &str, place: Place) {
        if place.in_attribute && ns == XMLNS_NS {
            self.error(syntax.node, "4.16", format!("an attribute's name cannot be in the namespace `{XMLNS_NS}`"));
        }
    }
}
