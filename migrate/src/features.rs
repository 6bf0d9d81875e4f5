//! Which features of the format a document uses, and since when libvirt knows them.

use domxml::Domain;
use domxml_runtime::{AttributeInfo, ChildInfo, Observer, Span, TextInfo, TypeInfo, ValueInfo, Version, observe};

/// One element, attribute or value that a document uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// As `disk/driver`, `disk/driver/@cache`, `disk/driver/@cache=none`.
    pub name: String,
    /// The first libvirt that knows it.
    pub since: Version,
    /// The element's bytes in the document.
    pub span: Span,
}

/// Every feature that the document uses and whose version is known, in document order.
#[must_use]
pub fn used(domain: &Domain) -> Vec<Feature> {
    let mut collector = Collector { open: Vec::new(), features: Vec::new() };
    observe(domain, &mut collector);
    collector.features
}

/// The oldest libvirt that knows all of these features; none where there are none.
#[must_use]
pub fn oldest(features: &[Feature]) -> Option<Version> {
    features.iter().map(|feature| feature.since).max()
}

/// The newest libvirt that the schema knows: the newest version that any of its annotations names.
#[must_use]
pub fn newest() -> Version {
    Version::new(11, 3, 0)
}

struct Collector {
    /// The open elements and, within them, the members of payloads.
    open: Vec<&'static TypeInfo>,
    features: Vec<Feature>,
}

impl Collector {
    fn path(&self) -> String {
        let mut names: Vec<&str> = self.open.iter().filter_map(|info| info.element).map(|name| name.local).collect();
        // Below the devices the document's outer levels say nothing.
        let skip = if names.len() > 2 && names[1] == "devices" { 2 } else { usize::from(names.len() > 1) };
        names.drain(..skip);
        names.join("/")
    }

    fn add(&mut self, name: String, since: Option<Version>, span: Span) {
        if let Some(since) = since {
            self.features.push(Feature { name, since, span });
        }
    }

    fn value(&mut self, name: &str, values: &[ValueInfo], value: &str, span: Span) {
        if let Some(info) = values.iter().find(|info| info.value == value) {
            self.add(format!("{name}={value}"), info.since, span);
        }
    }
}

impl Observer for Collector {
    fn element(&mut self, info: &'static TypeInfo, span: Span) {
        self.open.push(info);
        if info.element.is_some() {
            self.add(self.path(), info.since, span);
        }
    }

    fn attribute(&mut self, _owner: &'static TypeInfo, attribute: &'static AttributeInfo, value: &str, span: Span) {
        let name = format!("{}/@{}", self.path(), attribute.name);
        self.add(name.clone(), attribute.since, span);
        self.value(&name, attribute.values, value, span);
    }

    fn child(&mut self, _owner: &'static TypeInfo, child: &'static ChildInfo, text: Option<&str>, span: Span) {
        let name = format!("{}/{}", self.path(), child.name);
        self.add(name.clone(), child.since, span);
        if let Some(text) = text {
            self.value(&name, child.values, text, span);
        }
    }

    fn text(&mut self, owner: &'static TypeInfo, text: &str, span: Span) {
        if let TextInfo::Optional(values) | TextInfo::Required(values) = owner.text {
            self.value(&self.path(), values, text, span);
        }
    }

    fn leave(&mut self, _info: &'static TypeInfo) {
        self.open.pop();
    }
}
