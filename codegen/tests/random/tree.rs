//! Documents as trees that can be changed and written.

use std::fmt::Write as _;

use domxml_codegen::model::XmlName;

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

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&apos;").replace('\n', "&#10;")
}
