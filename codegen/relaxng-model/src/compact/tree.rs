//! The schema in XML syntax, as it is made and as it is printed.

use crate::schema::RELAXNG_NS;

/// A schema in XML syntax, and where its parts stand in the file that it is the translation of.
#[derive(Debug)]
pub(crate) struct Translated {
    /// The XML.
    pub xml: String,
    /// Where something begins in the XML, and where that stands in the file.
    marks: Vec<(usize, usize)>,
}

impl Translated {
    /// The place in the file of what begins there in the XML, or around it.
    pub fn place(&self, at: usize) -> usize {
        let behind = self.marks.partition_point(|(xml, _)| *xml <= at);
        behind.checked_sub(1).and_then(|mark| self.marks.get(mark)).map_or(0, |(_, place)| *place)
    }
}

/// An element.
#[derive(Debug, Clone, Default)]
pub(super) struct Element {
    pub name: String,
    pub at: usize,
    pub attributes: Vec<(String, String, usize)>,
    pub children: Vec<Child>,
    /// What is said of it and has no place in it: it stands behind.
    pub behind: Vec<Element>,
}

#[derive(Debug, Clone)]
pub(super) enum Child {
    Element(Element),
    Text(String),
}

impl Element {
    pub fn new(name: &str, at: usize) -> Self {
        Element { name: name.to_owned(), at, ..Element::default() }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into(), self.at));
        self
    }

    pub fn holding(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children.into_iter().map(Child::Element));
        self
    }

    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.children.push(Child::Text(text.into()));
        self
    }

    /// What it holds as the content of another element: of a bare group its members.
    pub fn into_content(self) -> Vec<Element> {
        if self.name != "group" || !self.attributes.is_empty() || !self.behind.is_empty() {
            return vec![self];
        }
        let members = self.children.into_iter();
        members.filter_map(|child| if let Child::Element(element) = child { Some(element) } else { None }).collect()
    }

    /// Adds annotations: attributes, and elements before its content, or behind it where it holds text alone.
    pub fn annotate(&mut self, annotations: Annotations) {
        self.attributes.extend(annotations.attributes);
        if matches!(self.name.as_str(), "value" | "name" | "param") {
            self.behind.extend(annotations.elements);
        } else {
            self.children.splice(0..0, annotations.elements.into_iter().map(Child::Element));
        }
    }

    pub fn print(&self) -> Translated {
        let mut out = Translated { xml: String::new(), marks: Vec::new() };
        self.put(&mut out);
        out
    }

    fn put(&self, out: &mut Translated) {
        out.marks.push((out.xml.len(), self.at));
        out.xml.push('<');
        out.xml.push_str(&self.name);
        if out.xml.len() == self.name.len() + 1 {
            out.xml.push_str(&format!(" xmlns='{RELAXNG_NS}'"));
        }
        for (name, value, at) in &self.attributes {
            out.xml.push(' ');
            out.marks.push((out.xml.len(), *at));
            out.xml.push_str(&format!("{name}='"));
            escape(value, &mut out.xml);
            out.xml.push('\'');
        }
        out.xml.push('>');
        for child in &self.children {
            match child {
                Child::Element(element) => element.put(out),
                Child::Text(text) => escape(text, &mut out.xml),
            }
        }
        out.xml.push_str(&format!("</{}>", self.name));
        self.behind.iter().for_each(|element| element.put(out));
    }
}

/// What stands in brackets before something, and its documentation.
#[derive(Debug, Default)]
pub(super) struct Annotations {
    pub attributes: Vec<(String, String, usize)>,
    pub elements: Vec<Element>,
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' | '\r' => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
    }
}
