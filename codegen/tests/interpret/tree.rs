//! Documents as trees that can be changed and written.

use std::fmt::Write as _;

use domxml_codegen::model::XmlName;
use roxmltree::Node;

/// An element as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    pub name: XmlName,
    pub attributes: Vec<(XmlName, String)>,
    pub content: Vec<Piece>,
}

/// A piece of an element's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Element(Tree),
    Text(String),
}

impl Tree {
    /// The document, on one line.
    pub fn to_xml(&self) -> String {
        let mut out = String::new();
        self.print(&mut out, "");
        out
    }

    fn print(&self, out: &mut String, scope: &str) {
        let _ = write!(out, "<{}", self.name.local);
        if self.name.ns != scope {
            let _ = write!(out, " xmlns='{}'", escaped(&self.name.ns));
        }
        for (index, (name, value)) in self.attributes.iter().enumerate() {
            if name.ns.is_empty() {
                let _ = write!(out, " {}='{}'", name.local, escaped(value));
            } else if name.ns == "http://www.w3.org/XML/1998/namespace" {
                let _ = write!(out, " xml:{}='{}'", name.local, escaped(value));
            } else {
                let ns = escaped(&name.ns);
                let _ = write!(out, " xmlns:n{index}='{ns}' n{index}:{}='{}'", name.local, escaped(value));
            }
        }
        out.push('>');
        for piece in &self.content {
            match piece {
                Piece::Element(tree) => tree.print(out, &self.name.ns),
                Piece::Text(text) => out.push_str(&escaped(text)),
            }
        }
        let _ = write!(out, "</{}>", self.name.local);
    }
}

pub fn name_of(node: Node<'_, '_>) -> XmlName {
    let name = node.tag_name();
    XmlName { ns: name.namespace().unwrap_or_default().to_owned(), local: name.name().to_owned() }
}

pub fn attributes_of(node: Node<'_, '_>) -> Vec<(XmlName, String)> {
    let name = |a: roxmltree::Attribute<'_, '_>| XmlName {
        ns: a.namespace().unwrap_or_default().to_owned(),
        local: a.name().to_owned(),
    };
    node.attributes().map(|a| (name(a), a.value().to_owned())).collect()
}

/// The element as it stands.
pub fn verbatim(node: Node<'_, '_>) -> Tree {
    let content = node
        .children()
        .filter_map(|child| match child {
            child if child.is_element() => Some(Piece::Element(verbatim(child))),
            child if child.is_text() => child.text().map(|text| Piece::Text(text.to_owned())),
            _ => None,
        })
        .collect();
    Tree { name: name_of(node), attributes: attributes_of(node), content }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&apos;").replace('\n', "&#10;")
}
