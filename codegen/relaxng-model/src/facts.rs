//! What the annotations of a schema say of the thing that they stand on, for people: documentation, versions, defaults.

use crate::schema::{COMPATIBILITY_NS, NodeId, Schema};

/// Namespace of the annotations that are this project's own.
pub const NS: &str = "https://domxml.org/ns/schema/1";
/// The annotation element of this namespace that holds what is read and is not valid.
pub const READS: &str = "reads";

/// What is said of an element, an attribute or a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts<'g> {
    /// What it is, one paragraph each.
    pub docs: Vec<&'g str>,
    /// The first version that knows it.
    pub since: Option<&'g str>,
    /// The first version that no longer reads it.
    pub until: Option<&'g str>,
    /// What holds where it is absent.
    pub default: Option<&'g str>,
    /// The rule that replaces it: it is read, and the current form does not have it.
    pub legacy: Option<&'g str>,
    /// Whether only a running machine shows it.
    pub output_only: bool,
    /// Its anchor in the manual of the format.
    pub reference: Option<&'g str>,
}

impl<'g> Facts<'g> {
    /// What several nodes say of one thing, the most specific node first. Documentation that stands on the definition which a node is
    /// the whole of is the node's.
    #[must_use]
    pub fn of(schema: &'g Schema, nodes: &[NodeId]) -> Self {
        let text = |ns: &str, local: &str| nodes.iter().find_map(|node| schema.annotations(*node).attribute(ns, local));
        Self {
            docs: nodes.iter().map(|node| docs(schema, *node)).find(|docs| !docs.is_empty()).unwrap_or_default(),
            since: nodes.iter().find_map(|node| since(schema, *node)),
            until: text(NS, "until"),
            default: text(COMPATIBILITY_NS, "defaultValue"),
            legacy: text(NS, "legacy"),
            output_only: text(NS, "output-only") == Some("true"),
            reference: nodes.iter().find_map(|node| reference(schema, *node)),
        }
    }

    /// The documentation as one text.
    #[must_use]
    pub fn text(&self) -> String {
        self.docs.join(" ")
    }

    /// Everything but documentation and reference, as short phrases.
    #[must_use]
    pub fn phrases(&self) -> Vec<String> {
        let mut phrases = Vec::new();
        phrases.extend(self.since.map(|since| format!("since libvirt {since}")));
        phrases.extend(self.until.map(|until| format!("not read from libvirt {until} on")));
        phrases.extend(self.default.map(|default| format!("{default} where absent")));
        phrases.extend(self.legacy.map(|rule| format!("legacy, see {rule}")));
        if self.output_only {
            phrases.push("of running domains only".to_owned());
        }
        phrases
    }
}

/// The documentation of a node; where it has none, that of the definition which it is the whole of.
fn docs(schema: &Schema, node: NodeId) -> Vec<&str> {
    let own: Vec<_> = schema.annotations(node).documentation().collect();
    match schema.node(node).parent {
        Some(parent) if own.is_empty() && schema.node(parent).tag == "define" => {
            schema.annotations(parent).documentation().collect()
        }
        _ => own,
    }
}

/// The version since when there is what a node describes: its own annotation, or that of the element or attribute around it, where
/// it is an element, an attribute or a value.
#[must_use]
pub fn since(schema: &Schema, node: NodeId) -> Option<&str> {
    own_since(schema, node).or_else(|| inherited_since(schema, node))
}

fn own_since(schema: &Schema, node: NodeId) -> Option<&str> {
    schema.annotations(node).attribute(NS, "since")
}

/// The version of what is around a node, within its definition.
#[must_use]
pub fn inherited_since(schema: &Schema, node: NodeId) -> Option<&str> {
    around(schema, node).find_map(|node| own_since(schema, node))
}

/// The anchor in the manual: the node's own, or that of the element or attribute around it.
fn reference(schema: &Schema, node: NodeId) -> Option<&str> {
    let own = |node: NodeId| schema.annotations(node).attribute(NS, "ref");
    own(node).or_else(|| around(schema, node).find_map(own))
}

/// The elements and attributes around an element, an attribute or a value, within its definition.
fn around(schema: &Schema, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    let tag = |node: NodeId| schema.node(node).tag;
    let first = if matches!(tag(node), "element" | "attribute" | "value") { schema.node(node).parent } else { None };
    std::iter::successors(first, |node| schema.node(*node).parent)
        .take_while(move |node| tag(*node) != "define")
        .filter(move |node| matches!(tag(*node), "element" | "attribute"))
}
