//! The faithful view of a schema: every node of every file with its position and its annotations.

use std::fmt;

/// Index of a file in [`Schema::files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// Index of a node in [`Schema::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A loaded schema: its files and the nodes of their patterns.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Every file that was opened, the root first.
    pub files: Vec<File>,
    /// Every RELAX NG element of these files.
    pub nodes: Vec<Node>,
}

/// One file of a schema.
#[derive(Debug, Clone)]
pub struct File {
    /// The name under which the resolver knows it, as `devices/disk.rng`.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// One RELAX NG element of a schema document.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it stands.
    pub location: Location,
    /// Its local name, as `element` or `optional`; empty if RELAX NG knows no such element.
    pub tag: &'static str,
    /// The RELAX NG element around it; none for the root of a file.
    pub parent: Option<NodeId>,
    /// Its attributes and child elements of other namespaces.
    pub annotations: Annotations,
    /// On a `value` of a datatype library that begins with a prefix (`QName`): that prefix with its namespace.
    pub prefixes: Vec<(String, String)>,
}

/// A place in a schema: `Display` prints `file:line:column` through [`Schema::place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file.
    pub file: FileId,
    /// Byte offset of the start tag's `<`.
    pub offset: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Annotations of one node.
#[derive(Debug, Clone, Default)]
pub struct Annotations {
    /// Attributes of foreign namespaces, in document order.
    pub attributes: Vec<AnnotationAttribute>,
    /// Child elements of foreign namespaces, in document order.
    pub elements: Vec<AnnotationElement>,
}

/// An attribute of a foreign namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationAttribute {
    /// Namespace URI.
    pub ns: String,
    /// Local name.
    pub local: String,
    /// Value.
    pub value: String,
    /// Where it stands.
    pub location: Location,
}

/// A child element of a foreign namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationElement {
    /// Namespace URI.
    pub ns: String,
    /// Local name.
    pub local: String,
    /// All text below it, whitespace collapsed.
    pub text: String,
    /// Where it stands.
    pub location: Location,
}

/// Namespace of the DTD compatibility annotations.
pub const COMPATIBILITY_NS: &str = "http://relaxng.org/ns/compatibility/annotations/1.0";

/// Namespace of RELAX NG itself.
pub const RELAXNG_NS: &str = "http://relaxng.org/ns/structure/1.0";

/// The local names of RELAX NG's elements, sorted.
const TAGS: &[&str] = &[
    "anyName",
    "attribute",
    "choice",
    "data",
    "define",
    "div",
    "element",
    "empty",
    "except",
    "externalRef",
    "grammar",
    "group",
    "include",
    "interleave",
    "list",
    "mixed",
    "name",
    "notAllowed",
    "nsName",
    "oneOrMore",
    "optional",
    "param",
    "parentRef",
    "ref",
    "start",
    "text",
    "value",
    "zeroOrMore",
];

/// The local name as it stands in the table of RELAX NG's elements; empty if it does not.
pub(crate) fn known_tag(name: &str) -> &'static str {
    TAGS.binary_search(&name).map_or("", |index| TAGS[index])
}

impl Schema {
    /// The root element of a file (`grammar` as a rule), which carries the file's documentation. None for a file that
    /// could not be read.
    #[must_use]
    pub fn root(&self, file: FileId) -> Option<NodeId> {
        let first = self.nodes.partition_point(|node| node.location.file < file);
        let node = self.nodes.get(first).filter(|node| node.location.file == file)?;
        node.parent.is_none().then(|| NodeId(u32::try_from(first).unwrap_or(u32::MAX)))
    }

    /// Adds a file that is no part of the schema, and whose annotations stand beside it: see [`Schema::is_beside`].
    pub fn add_beside(&mut self, name: String, text: String) -> FileId {
        self.files.push(File { name, text });
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// Whether a file stands beside the schema: it has no patterns.
    #[must_use]
    pub fn is_beside(&self, file: FileId) -> bool {
        self.root(file).is_none()
    }

    /// The node with this id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The annotations of the node with this id.
    #[must_use]
    pub fn annotations(&self, id: NodeId) -> &Annotations {
        &self.node(id).annotations
    }

    /// A location as `file:line:column`.
    #[must_use]
    pub fn place(&self, location: Location) -> Place<'_> {
        Place { schema: self, location }
    }
}

/// The namespaces in scope of a `value` in a schema: the prefixes around it, and its `ns` as the default.
#[derive(Debug, Clone, Copy)]
pub struct InScope<'a> {
    /// The prefixes that it uses, with their namespaces.
    pub prefixes: &'a [(String, String)],
    /// The `ns` in force, empty for none.
    pub ns: &'a str,
}

impl crate::datatype::Namespaces for InScope<'_> {
    fn namespace(&self, prefix: &str) -> Option<&str> {
        if prefix.is_empty() {
            return Some(self.ns).filter(|ns| !ns.is_empty());
        }
        self.prefixes.iter().find(|(known, _)| known == prefix).map(|(_, uri)| uri.as_str())
    }
}

/// A location that prints itself.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    schema: &'a Schema,
    location: Location,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = &self.schema.files[self.location.file.0 as usize].name;
        write!(f, "{file}:{}:{}", self.location.line, self.location.column)
    }
}

impl Annotations {
    /// The value of the attribute `local` of the namespace `ns`.
    #[must_use]
    pub fn attribute(&self, ns: &str, local: &str) -> Option<&str> {
        self.attributes.iter().find(|a| a.ns == ns && a.local == local).map(|a| a.value.as_str())
    }

    /// The `a:documentation` children, one paragraph each.
    pub fn documentation(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().filter(|e| e.ns == COMPATIBILITY_NS && e.local == "documentation").map(|e| e.text.as_str())
    }
}
