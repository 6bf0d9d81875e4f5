//! The annotations that guide the generator, and the proof that each of them was read.
//!
//! In a strict run an annotation of the project's namespace that nothing reads, that is misspelt or that has an
//! impossible value is an error with its position.

use std::cell::RefCell;
use std::collections::BTreeSet;

use relaxng_model::schema::{AnnotationAttribute, COMPATIBILITY_NS, Location, NodeId, Schema};
use relaxng_model::{closest, facts};

use crate::error::Errors;
use crate::lower::names;
use crate::model::{Blank, DefaultForm, DefaultValue, EmptyForm, Facts, Narrow};

pub use relaxng_model::facts::NS;

const KNOWN: &[&str] = &[
    "absent",
    "default",
    "default-until",
    "empty",
    "empty-until",
    "field",
    "kinds",
    "legacy",
    "narrow",
    "needed",
    "optional-since",
    "output-only",
    "ref",
    "repeat",
    "scalar",
    "secret",
    "since",
    "type",
    "unknown",
    "until",
    "wide-since",
];

/// Reads annotations and remembers which.
pub struct Annotations<'g> {
    /// The schema.
    pub schema: &'g Schema,
    read: RefCell<BTreeSet<(NodeId, usize)>>,
}

impl<'g> Annotations<'g> {
    /// Nothing read yet.
    pub fn new(schema: &'g Schema) -> Self {
        Self { schema, read: RefCell::default() }
    }

    fn attribute(&self, node: NodeId, ns: &str, local: &str) -> Option<&'g AnnotationAttribute> {
        let list = &self.schema.annotations(node).attributes;
        let index = list.iter().position(|attribute| attribute.ns == ns && attribute.local == local)?;
        self.read.borrow_mut().insert((node, index));
        Some(&list[index])
    }

    /// The first value of an annotation among nodes, the most specific node first. All of them count as read.
    pub fn first(&self, nodes: &[NodeId], local: &str) -> Option<(&'g str, NodeId)> {
        let mut found = None;
        for &node in nodes {
            if let Some(attribute) = self.attribute(node, NS, local) {
                found.get_or_insert((attribute.value.as_str(), node));
            }
        }
        found
    }

    /// The documentation of the first node that has any.
    pub fn docs(&self, nodes: &[NodeId]) -> Vec<String> {
        nodes
            .iter()
            .map(|&node| self.schema.annotations(node).documentation().map(str::to_owned).collect::<Vec<_>>())
            .find(|docs| !docs.is_empty())
            .unwrap_or_default()
    }

    /// The facts of what several nodes describe, the most specific node first. Values that make no sense are left to
    /// [`Annotations::check`].
    pub fn facts(&self, nodes: &[NodeId]) -> Facts {
        let text = |local| self.first(nodes, local).map(|(value, _)| value.to_owned());
        let form = match self.first(nodes, "default").map(|(value, _)| value) {
            Some("written") => DefaultForm::Written,
            Some("dropped") => DefaultForm::Dropped,
            _ => DefaultForm::Assumed,
        };
        let default = nodes
            .iter()
            .find_map(|&node| self.schema.annotations(node).attribute(COMPATIBILITY_NS, "defaultValue"))
            .map(|value| DefaultValue { value: value.to_owned(), form, until: text("default-until") });
        // Counts as read on every node.
        let _ = text("since");
        let since = nodes.iter().find_map(|&node| facts::since(self.schema, node)).map(str::to_owned);
        Facts {
            since,
            optional_since: text("optional-since"),
            until: text("until"),
            absent: text("absent").filter(|value| value != WITH_ELEMENT),
            vital: self.first(nodes, "absent").is_some_and(|(value, _)| value == WITH_ELEMENT),
            narrow: text("narrow").zip(text("wide-since")).map(|(pattern, until)| Narrow { pattern, until }),
            default,
            legacy: text("legacy"),
            output_only: self.first(nodes, "output-only").is_some_and(|(value, _)| value == "true"),
            secret: self.first(nodes, "secret").is_some_and(|(value, _)| value == "true"),
            empty: match self.first(nodes, "empty").map(|(value, _)| value) {
                Some("pair") => EmptyForm::Pair,
                Some("dropped") => EmptyForm::Dropped,
                _ => EmptyForm::Single,
            },
            blank: match self.first(nodes, "empty").map(|(value, _)| value) {
                Some("absent") => Blank::Absent,
                Some("refused") => Blank::Refused,
                _ => Blank::Value,
            },
            empty_until: text("empty-until"),
            repeat_refused: self.first(nodes, "repeat").is_some_and(|(value, _)| value == "refused"),
            needed: self.first(nodes, "needed").is_some_and(|(value, _)| value == "true"),
            unknown_absent: self.first(nodes, "unknown").is_some_and(|(value, _)| value == "absent"),
            unknown_refused: self.first(nodes, "unknown").is_some_and(|(value, _)| value == "refused"),
            reference: text("ref"),
        }
    }

    /// Reports every annotation of the project's namespace that is unknown, has an impossible value, or was not read: of those in the
    /// schema where the run is strict, and of those beside it in any run.
    pub fn check(&self, strict: bool, errors: &mut Errors) {
        let read = self.read.borrow();
        // What a file beside the schema says of several nodes is read where one of them is.
        let read_beside: BTreeSet<Location> =
            read.iter().map(|&(node, place)| self.schema.annotations(node).attributes[place].location).collect();
        let is_asked = |location: Location| strict || self.schema.is_beside(location.file);
        for (index, node) in self.schema.nodes.iter().enumerate() {
            let id = NodeId(u32::try_from(index).expect("a schema has fewer than 2^32 nodes"));
            for element in node.annotations.elements.iter().filter(|it| it.ns == NS && is_asked(it.location)) {
                let message = format!("unknown annotation element 'd:{}'", element.local);
                errors.at_location(self.schema, element.location, message);
            }
            for (place, attribute) in node.annotations.attributes.iter().enumerate() {
                if attribute.ns != NS || !is_asked(attribute.location) {
                    continue;
                }
                let local = attribute.local.as_str();
                if !KNOWN.contains(&local) {
                    let near = closest(local, KNOWN.iter().copied())
                        .map(|near| format!(", did you mean 'd:{near}'?"))
                        .unwrap_or_default();
                    let message = format!("unknown annotation 'd:{local}'{near}");
                    errors.at_location(self.schema, attribute.location, message);
                    continue;
                }
                let default = node.annotations.attribute(COMPATIBILITY_NS, "defaultValue");
                if let Some(place) = misplaced(attribute, node.tag) {
                    let message = format!("d:{local} belongs on {place}");
                    errors.at_location(self.schema, attribute.location, message);
                } else if let Some(other) = lacks(local, |other| node.annotations.attribute(NS, other).is_some()) {
                    let message = format!("d:{local} without d:{other}");
                    errors.at_location(self.schema, attribute.location, message);
                } else if let Some(message) = impossible(attribute, default) {
                    errors.at_location(self.schema, attribute.location, message);
                } else if local == "since" && facts::inherited_since(self.schema, id) == Some(&attribute.value) {
                    let message = "d:since says what the element or attribute around it says already".to_owned();
                    errors.at_location(self.schema, attribute.location, message);
                } else if !read.contains(&(id, place)) && !read_beside.contains(&attribute.location) {
                    let message = format!("nothing reads the annotation 'd:{local}' here");
                    errors.at_location(self.schema, attribute.location, message);
                }
            }
        }
    }

    /// Where an annotation stands.
    pub fn location(&self, node: NodeId, ns: &str, local: &str) -> Location {
        let attributes = &self.schema.annotations(node).attributes;
        let found = attributes.iter().find(|attribute| attribute.ns == ns && attribute.local == local);
        found.map_or(self.schema.node(node).location, |attribute| attribute.location)
    }
}

/// The `d:absent` of what an element counts as absent without.
pub const WITH_ELEMENT: &str = "element";

/// The values of `d:empty`.
const EMPTY: [&str; 4] = ["pair", "dropped", "absent", "refused"];

/// Where an annotation belongs that stands on another kind of node.
fn misplaced(attribute: &AnnotationAttribute, tag: &str) -> Option<&'static str> {
    match (attribute.local.as_str(), attribute.value.as_str(), tag) {
        ("empty", "absent", "attribute") => None,
        ("unknown", "absent", "attribute" | "element") | ("empty", "refused", "attribute" | "element") => None,
        ("empty", "absent", _) => Some("an attribute"),
        ("unknown", "absent", _) | ("empty", "refused", _) => Some("an attribute or an element"),
        ("secret", _, "attribute" | "element") => None,
        ("secret", ..) => Some("an attribute or an element"),
        ("empty" | "kinds" | "repeat" | "unknown", _, tag) if tag != "element" => Some("an element"),
        _ => None,
    }
}

/// The annotation without which this one says nothing, if it is not there.
fn lacks(local: &str, has: impl Fn(&str) -> bool) -> Option<&'static str> {
    let other = match local {
        "narrow" => "wide-since",
        "wide-since" => "narrow",
        "default-until" => "default",
        "empty-until" => "empty",
        _ => return None,
    };
    (!has(other)).then_some(other)
}

/// Why the value of an annotation is impossible.
fn impossible(attribute: &AnnotationAttribute, default: Option<&str>) -> Option<String> {
    let (local, value) = (attribute.local.as_str(), attribute.value.as_str());
    let wrong = |expected: &str| Some(format!("d:{local}='{value}' is not {expected}"));
    match local {
        "since" | "optional-since" | "wide-since" | "until" | "default-until" | "empty-until" if !is_version(value) => {
            wrong("a version X.Y.Z")
        }
        "default" if value != "written" && value != "dropped" => {
            let near = closest(value, ["written", "dropped"]).map(|near| format!(", did you mean '{near}'?"));
            wrong(&format!("'written' or 'dropped'{}", near.unwrap_or_default()))
        }
        "default" if default.is_none() => Some("d:default without a:defaultValue".to_owned()),
        "needed" | "output-only" | "secret" if value != "true" => wrong("'true'"),
        "empty" if !EMPTY.contains(&value) => wrong("'pair', 'dropped', 'absent' or 'refused'"),
        "repeat" if value != "refused" => wrong("'refused'"),
        "unknown" if value != "refused" && value != "absent" => wrong("'refused' or 'absent'"),
        "absent" if !is_rule(value) => wrong("the kebab-case name of a rule, or 'element'"),
        "legacy" if !is_rule(value) => wrong("the kebab-case name of a rule"),
        "ref" if value.is_empty() || value.contains(char::is_whitespace) => wrong("an anchor"),
        "scalar" if !names::is_type_name(value) => wrong("the name of a Rust type"),
        "kinds" if !names::is_type_name(value) => wrong("a name for a Rust type"),
        "type" if !names::is_variant_name(value) => wrong("a name for a Rust type or variant"),
        "field" if !names::is_field_name(value) && !names::is_variant_name(value) => {
            wrong("a free name for a Rust field or variant")
        }
        _ => None,
    }
}

fn is_version(value: &str) -> bool {
    let parts: Vec<_> = value.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()))
}

fn is_rule(value: &str) -> bool {
    value.starts_with(|c: char| c.is_ascii_lowercase())
        && value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert!(is_version("1.2.16"));
        assert!(!is_version("1.2"));
        assert!(!is_version("v1.2.3"));
    }
}
