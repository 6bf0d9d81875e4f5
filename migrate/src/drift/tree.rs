//! A document as a tree of names and values: what is compared, whatever the schema knows of it.

use std::collections::HashMap;

use roxmltree::{Document, Node};

/// An attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// The local name.
    pub name: &'a str,
    /// The namespace; none for the format's own attributes.
    pub namespace: Option<&'a str>,
    /// The value.
    pub value: &'a str,
}

/// An element: attributes and children in the order of the document.
#[derive(Debug, Clone)]
pub struct Element<'a> {
    /// The local name.
    pub name: &'a str,
    /// The namespace; none for the format's own elements.
    pub namespace: Option<&'a str>,
    /// The prefix under which paths show it; empty where it has none.
    pub prefix: &'a str,
    /// Attributes.
    pub attributes: Vec<Attribute<'a>>,
    /// Where it begins in the text.
    pub start: usize,
    /// The how many-th it is among the children of its name in the element around it, from 1.
    pub nth: usize,
    /// Child elements.
    pub children: Vec<Element<'a>>,
    /// How many children there are of each name.
    counts: HashMap<(&'a str, Option<&'a str>), usize>,
    /// The text between the tags: as it stands in an element that holds nothing else, else without the white space of the layout.
    pub text: String,
}

/// The whole number that a text is.
#[must_use]
pub fn whole(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

impl<'a> Element<'a> {
    /// The tree of a document. It is as deep as the document, whose depth the reader has bounded.
    #[must_use]
    pub fn of(document: &'a Document<'_>) -> Self {
        build(document.root_element())
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|own| own.name == name && own.namespace.is_none()).map(|own| own.value)
    }

    /// The first child of this name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Element<'a>> {
        self.children.iter().find(|child| child.name == name && child.namespace.is_none())
    }

    /// The children of this name.
    pub fn children_named<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s Element<'a>> {
        self.children.iter().filter(move |child| child.name == name && child.namespace.is_none())
    }

    /// The value at a path as `source/@file`, `os/type` (the text) or `@type`.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<&str> {
        let mut element = self;
        for step in path.split('/') {
            match step.strip_prefix('@') {
                Some(attribute) => return element.attribute(attribute),
                None => element = element.child(step)?,
            }
        }
        Some(&element.text)
    }

    /// The element at a path of names.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Element<'a>> {
        path.split('/').try_fold(self, |element, step| element.child(step))
    }

    /// The size that it says, in KiB, which is the unit of libvirt's form.
    #[must_use]
    pub fn kib(&self) -> Option<u64> {
        let number = whole(&self.text)?;
        match self.attribute("unit") {
            None | Some("KiB" | "k") => Some(number),
            Some("MiB" | "M") => number.checked_mul(1024),
            Some("GiB" | "G") => number.checked_mul(1024 * 1024),
            _ => None,
        }
    }

    /// How many children are called as an element is.
    #[must_use]
    pub fn count_like(&self, other: &Element) -> usize {
        self.counts.get(&(other.name, other.namespace)).copied().unwrap_or(0)
    }

    /// Whether two elements are called the same.
    #[must_use]
    pub fn same_name(&self, other: &Element) -> bool {
        self.name == other.name && self.namespace == other.namespace
    }

    /// The name as paths show it.
    #[must_use]
    pub fn shown(&self) -> String {
        if self.prefix.is_empty() { self.name.to_owned() } else { format!("{}:{}", self.prefix, self.name) }
    }

    /// The element on one line, for people: start tag and text, or how much is in it.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = format!("<{}", self.shown());
        for Attribute { name, value, .. } in &self.attributes {
            line.push_str(&format!(" {name}='{value}'"));
        }
        if self.children.is_empty() && self.text.is_empty() {
            return line + "/>";
        }
        let inner: String = self.children.iter().map(Element::line).collect();
        format!("{line}>{}{inner}</{}>", self.text, self.shown())
    }

    /// How many values there are in it.
    #[must_use]
    pub fn weight(&self) -> usize {
        1 + self.attributes.len()
            + usize::from(!self.text.is_empty())
            + self.children.iter().map(Element::weight).sum::<usize>()
    }
}

/// Two elements are equal where they say the same: prefixes and the order of attributes do not matter.
impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.same_name(other)
            && self.text == other.text
            && self.attributes.len() == other.attributes.len()
            && self.attributes.iter().all(|own| other.attributes.contains(own))
            && self.children == other.children
    }
}

fn build<'a>(node: Node<'a, '_>) -> Element<'a> {
    let namespace = node.tag_name().namespace();
    let mut children: Vec<Element> = node.children().filter(Node::is_element).map(build).collect();
    let mut counts = HashMap::new();
    for child in &mut children {
        let count: &mut usize = counts.entry((child.name, child.namespace)).or_default();
        *count += 1;
        child.nth = *count;
    }
    // White space alone is layout, also where there is nothing else in the element.
    let texts = node.children().filter(Node::is_text).filter_map(|text| text.text());
    let text = if children.is_empty() {
        let text: String = texts.collect();
        if text.trim().is_empty() { String::new() } else { text }
    } else {
        texts.map(str::trim).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    };
    Element {
        name: node.tag_name().name(),
        namespace,
        prefix: namespace.and_then(|uri| node.lookup_prefix(uri)).unwrap_or_default(),
        attributes: node
            .attributes()
            .map(|own| Attribute { name: own.name(), namespace: own.namespace(), value: own.value() })
            .collect(),
        start: node.range().start,
        nth: 1,
        children,
        counts,
        text,
    }
}
