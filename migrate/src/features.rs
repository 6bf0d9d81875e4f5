//! Which features of the format a document uses, and since when libvirt knows them.

use std::collections::BTreeMap;
use std::ptr;
use std::sync::{Arc, PoisonError, RwLock};

use domxml::{
    Devices, DiskSourceNetwork, DiskSourceNetworkProtocol, Domain, HypervSpinlocks, Iommu, IommuModel, OnOff,
};
use domxml_runtime::{
    Content, Described, FieldInfo, Narrow, Observer, Span, TypeInfo, ValueInfo, Version, each, observe,
};
use relaxng_model::datatype::{Type, XSD};
use relaxng_model::grammar::{Datatype, Param};

/// One element, attribute or value that a document uses, or leaves out where it once could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// As `disk/driver`, `disk/driver/@cache`, `disk/driver/@cache=none`; `controller without @index` for something left
    /// out, `disk/source/@file with such a value` for a value that was not taken at first.
    pub name: String,
    /// The first libvirt that knows it.
    pub since: Version,
    /// The element's bytes in the document.
    pub span: Span,
    /// Whether the guest is another one without it.
    pub needed: bool,
}

impl Feature {
    /// Whether a libvirt that does not know it refuses the document. Elements and attributes that it does not know it mostly reads
    /// past; values, what is left out, and parts of `<features>` it refuses.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        let feature = self.name.strip_prefix("features/").filter(|name| !name.contains(['@', ' ']));
        let part = feature.is_some_and(|name| match name.split_once('/') {
            None => true,
            Some((group, rest)) => matches!(group, "hyperv" | "kvm" | "xen") && !rest.contains('/'),
        });
        part || self.name.contains('=') || self.name.contains(" without @")
    }

    /// Whether it is an element in which the other one stands, or which the other one is about.
    #[must_use]
    pub fn holds(&self, other: &Feature) -> bool {
        let (outer, inner) = (self.span.range(), other.span.range());
        // What is about an element without a table of its own has the span of the element around it.
        if outer == inner {
            return other.name.strip_prefix(&self.name).is_some_and(|rest| rest.starts_with(['/', '=', ' ']));
        }
        self.is_element() && outer.start <= inner.start && inner.end <= outer.end
    }

    /// Whether it is a whole element.
    #[must_use]
    pub fn is_element(&self) -> bool {
        !self.name.contains(['@', '=', ' '])
    }
}

/// Every feature that the document uses and whose version is known, in document order.
#[must_use]
pub fn used(domain: &Domain) -> Vec<Feature> {
    let mut collector = Collector { open: Vec::new(), child: None, features: Vec::new() };
    observe(domain, &mut collector);
    collector.features.extend(together(domain));
    // What an element lacks shows only when it is left.
    collector.features.sort_by_key(|feature| feature.span.start);
    collector.features
}

/// What is new only together with something else, which no table of one attribute says.
fn together(domain: &Domain) -> Vec<Feature> {
    [
        new_where(domain, "features/hyperv/spinlocks without retries", [11, 9, 0], |it: &HypervSpinlocks| {
            (it.state == OnOff::On && it.retries.is_none()).then_some(it.xml.span)
        }),
        new_where(domain, "iommu beside another", [11, 10, 0], |it: &Devices| {
            it.iommus.iter().skip(1).map(|iommu| iommu.xml.span).collect::<Vec<_>>()
        }),
        new_where(domain, "iommu/driver/@aw_bits of virtio", [12, 1, 0], |it: &Iommu| {
            let driver = it.driver.as_ref().filter(|driver| driver.aw_bits.is_some())?;
            (it.model == IommuModel::Virtio).then_some(driver.xml.span)
        }),
        new_where(domain, "disk/source/@name with a namespace", [11, 6, 0], |it: &DiskSourceNetwork| {
            let rbd = matches!(it.protocol, DiskSourceNetworkProtocol::Rbd(_));
            let parts = it.name.as_deref().unwrap_or_default().matches('/').count();
            (rbd && parts > 1).then_some(it.xml.span)
        }),
    ]
    .concat()
}

/// A feature that elements of a type have in the places told.
fn new_where<T: Content + Described, P: IntoIterator<Item = Span>>(
    domain: &Domain,
    name: &str,
    [major, minor, micro]: [u16; 3],
    places: impl Fn(&T) -> P,
) -> Vec<Feature> {
    let since = Version::new(major, minor, micro);
    let mut features = Vec::new();
    each(domain, |it: &T| {
        features.extend(places(it).into_iter().map(|span| Feature {
            name: name.to_owned(),
            since,
            span,
            needed: false,
        }));
    });
    features
}

/// The oldest libvirt that knows all of these features; none where there are none.
#[must_use]
pub fn oldest(features: &[Feature]) -> Option<Version> {
    features.iter().map(|feature| feature.since).max()
}

/// The features that a libvirt does not know. What came no later than the element it stands on, or a value no later than
/// its attribute, comes along with it and is not told again.
#[must_use]
pub fn newer_than(features: &[Feature], target: Version) -> Vec<&Feature> {
    let mut newer: Vec<&Feature> = Vec::new();
    for feature in features.iter().filter(|feature| feature.since > target) {
        let of_the_element = newer.iter().rev().take_while(|other| other.span == feature.span);
        let told = of_the_element
            .filter(|other| other.since >= feature.since)
            .any(|other| feature.name.strip_prefix(&other.name).is_some_and(|rest| rest.starts_with(['/', '=', ' '])));
        if !told {
            newer.push(feature);
        }
    }
    newer
}

/// The newest libvirt that the schema knows: the newest version that any of its annotations names.
#[must_use]
pub fn newest() -> Version {
    domxml::NEWEST
}

/// An open element.
struct Frame {
    name: &'static str,
    /// Its table and those of its payloads' members.
    tables: Vec<&'static TypeInfo>,
    span: Span,
    /// The first libvirt that knows the element here; nothing in it is older.
    since: Option<Version>,
    /// The attributes and children seen so far, among those that once had to be there.
    attributes: Vec<&'static FieldInfo>,
    children: Vec<&'static FieldInfo>,
}

/// What is known about the values of something.
struct Lexis {
    values: &'static [ValueInfo],
    narrow: Option<Narrow>,
}

struct Collector {
    open: Vec<Frame>,
    /// A child that holds no plain value: if it is an element with a table, it is entered next.
    child: Option<(&'static FieldInfo, Span)>,
    features: Vec<Feature>,
}

impl Collector {
    fn path(&self) -> String {
        let mut names: Vec<&str> = self.open.iter().map(|frame| frame.name).collect();
        // Below the devices the document's outer levels say nothing.
        let skip = if names.len() > 2 && names[1] == "devices" { 2 } else { usize::from(names.len() > 1) };
        names.drain(..skip);
        names.join("/")
    }

    /// Adds a child that turned out to hold nothing.
    fn settle(&mut self) {
        if let Some((child, span)) = self.child.take() {
            self.add_line(format!("{}/{}", self.path(), child.name), child, span);
        }
    }

    fn add(&mut self, name: String, since: Option<Version>, needed: bool, span: Span) {
        let around = self.open.last().and_then(|frame| frame.since);
        if let Some(since) = since {
            let since = around.map_or(since, |around| around.max(since));
            self.features.push(Feature { name, since, span, needed });
        }
    }

    /// As [`Collector::add`], of something that has a line in a table.
    fn add_line(&mut self, name: String, line: &FieldInfo, span: Span) {
        self.add(name, line.since, line.needed, span);
    }

    /// The value of something that came with `holder`.
    fn value(&mut self, name: &str, holder: Option<Version>, lexis: Lexis, value: &str, span: Span) {
        let Lexis { values, narrow } = lexis;
        if let Some(info) = values.iter().find(|info| info.value == value) {
            self.add(
                format!("{name}={value}"),
                info.since.map(|since| holder.map_or(since, |holder| holder.max(since))),
                false,
                span,
            );
        }
        if let Some(narrow) = narrow
            && !matches(narrow.pattern, value)
        {
            self.add(format!("{name} with such a value"), Some(narrow.until), false, span);
        }
    }
}

impl Observer for Collector {
    fn element(&mut self, line: Option<&'static FieldInfo>, info: &'static TypeInfo, span: Span) {
        self.child = None;
        let own = line.map_or(info.since, |line| line.since);
        let name = line.map_or(info.element.map_or(info.name, |name| name.local), |line| line.name);
        let around = self.open.last().and_then(|frame| frame.since);
        let since = own.max(around);
        self.open.push(Frame { name, tables: vec![info], span, since, attributes: Vec::new(), children: Vec::new() });
        if own.is_some() {
            self.add(self.path(), since, line.is_some_and(|line| line.needed), span);
        }
    }

    fn members(&mut self, info: &'static TypeInfo) {
        if let Some(frame) = self.open.last_mut()
            && !frame.tables.iter().any(|known| ptr::eq(*known, info))
        {
            frame.tables.push(info);
        }
    }

    fn attribute(&mut self, _owner: &'static TypeInfo, attribute: &'static FieldInfo, value: &str, span: Span) {
        if let Some(frame) = self.open.last_mut()
            && attribute.optional_since.is_some()
        {
            frame.attributes.push(attribute);
        }
        let name = format!("{}/@{}", self.path(), attribute.name);
        self.add_line(name.clone(), attribute, span);
        let lexis = Lexis { values: attribute.values, narrow: attribute.narrow };
        self.value(&name, attribute.since, lexis, value, span);
    }

    fn child(&mut self, _owner: &'static TypeInfo, child: &'static FieldInfo, text: Option<&str>, span: Span) {
        self.settle();
        if let Some(frame) = self.open.last_mut()
            && child.optional_since.is_some()
        {
            frame.children.push(child);
        }
        let Some(text) = text else {
            self.child = Some((child, span));
            return;
        };
        let name = format!("{}/{}", self.path(), child.name);
        self.add_line(name.clone(), child, span);
        self.value(&name, child.since, Lexis { values: child.values, narrow: child.narrow }, text, span);
    }

    fn text(&mut self, owner: &'static TypeInfo, text: &str, span: Span) {
        self.settle();
        if let Some(FieldInfo { values, narrow, .. }) = owner.text_field() {
            self.value(&self.path(), None, Lexis { values, narrow: *narrow }, text, span);
        }
    }

    fn leave(&mut self, _info: &'static TypeInfo) {
        self.settle();
        let path = self.path();
        let Some(frame) = self.open.pop() else { return };
        let attributes = frame.tables.iter().flat_map(|table| table.attributes());
        for attribute in attributes.filter(|attribute| attribute.optional_since.is_some()) {
            if !frame.attributes.iter().any(|seen| ptr::eq(*seen, attribute)) {
                self.add(format!("{path} without @{}", attribute.name), attribute.optional_since, false, frame.span);
            }
        }
        let children = frame.tables.iter().flat_map(|table| table.children());
        for child in children.filter(|child| child.optional_since.is_some()) {
            // By name: a child of a repeated choice is seen by the line of its variant.
            if !frame.children.iter().any(|seen| seen.is(child.ns, child.name)) {
                self.add(format!("{path} without <{}>", child.name), child.optional_since, false, frame.span);
            }
        }
    }
}

/// The patterns of the annotations, each compiled once.
static PATTERNS: RwLock<BTreeMap<&str, Option<Arc<Type>>>> = RwLock::new(BTreeMap::new());

/// Whether a regular expression of XML Schema takes the whole of a text. One that is none takes every text.
fn matches(pattern: &'static str, text: &str) -> bool {
    let known = PATTERNS.read().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
    let compiled = known.unwrap_or_else(|| {
        let datatype = Datatype { library: XSD.to_owned(), name: "string".to_owned() };
        let param = Param { name: "pattern".to_owned(), value: pattern.to_owned() };
        let compiled = Type::new(&datatype, &[param]).ok().map(Arc::new);
        PATTERNS.write().unwrap_or_else(PoisonError::into_inner).insert(pattern, compiled.clone());
        compiled
    });
    compiled.is_none_or(|compiled| compiled.accepts(text, &()))
}

#[cfg(test)]
mod tests {

    use super::*;

    fn features(devices: &str) -> Vec<Feature> {
        let text = format!(
            "<domain type='kvm'><name>a</name><memory unit='KiB'>1</memory><os><type>hvm</type></os><devices>{devices}</devices></domain>"
        );
        used(&Domain::from_xml(&text).expect("a domain"))
    }

    fn has(list: &[Feature], name: &str, version: &str) -> bool {
        list.iter().any(|feature| feature.name == name && feature.since.to_string() == version)
    }

    #[test]
    fn what_is_there_counts() {
        let list = features("<vsock model='virtio-transitional'><cid auto='yes'/></vsock>");
        assert!(has(&list, "vsock", "4.4.0"), "{list:?}");
        assert!(has(&list, "vsock/cid/@auto=yes", "4.4.0"), "{list:?}");
        assert!(has(&list, "vsock/@model=virtio-transitional", "5.2.0"), "{list:?}");
        assert_eq!(oldest(&list), Some(Version::new(5, 2, 0)));
    }

    #[test]
    fn what_is_left_out_counts() {
        let list = features("<controller type='usb' model='nec-xhci'/>");
        assert!(has(&list, "controller without @index", "1.3.5"), "{list:?}");
        let list = features("<controller type='usb' index='0' model='nec-xhci'/>");
        assert!(!list.iter().any(|feature| feature.name.contains("without @index")), "{list:?}");
    }

    #[test]
    fn the_form_of_a_value_counts() {
        let list = features("<disk type='file'><source file='[store] a.vmdk'/><target dev='sda'/></disk>");
        assert!(has(&list, "disk/source/@file with such a value", "7.0.0"), "{list:?}");
        let list = features("<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>");
        assert!(has(&list, "rng/backend with such a value", "1.3.4"), "{list:?}");
        let list = features("<rng model='virtio'><backend model='random'>/dev/random</backend></rng>");
        assert!(!list.iter().any(|feature| feature.name.contains("such a value")), "{list:?}");
    }

    #[test]
    fn what_comes_along_is_told_once() {
        let list = features("<vsock model='virtio-transitional'><cid auto='yes' address='3'/></vsock>");
        let newer = |target: Version| -> Vec<String> {
            newer_than(&list, target).into_iter().map(|feature| feature.name.clone()).collect()
        };
        assert_eq!(newer(Version::new(5, 0, 0)), ["vsock/@model"]);
        assert_eq!(newer(Version::new(4, 0, 0)), ["vsock", "vsock/@model", "vsock/cid"]);
        assert!(newer(Version::new(5, 2, 0)).is_empty());
    }
}
