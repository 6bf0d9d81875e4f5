//! What an element holds and how its parts are called in data, by the tables of its type and of the variants that it has chosen.

use crate::info::{FieldInfo, FieldKind, TextInfo, TypeInfo};
use crate::writer::usual_prefix;

/// The key for the text of an element.
pub(super) const TEXT: &str = "$text";
/// The key for children whose mutual order is kept.
pub(super) const CONTENT: &str = "$content";
/// The key for children of any name.
pub(super) const ELEMENTS: &str = "$elements";
/// The key for what is not of the format.
pub(super) const UNKNOWN: &str = "$unknown";
/// What stands before the name of an attribute that is not of the format, or shares its name with a child.
pub(super) const MARK: char = '@';

/// An element as its tables describe it.
pub(super) struct Shape {
    info: &'static TypeInfo,
    /// The element's own table, and those of the variants.
    tables: Vec<&'static TypeInfo>,
}

/// A name as a key: in a namespace with the usual prefix.
pub(super) fn key(ns: &str, name: &str) -> String {
    if ns.is_empty() { name.to_owned() } else { format!("{}:{name}", usual_prefix(ns)) }
}

impl Shape {
    /// The shape of an element of this type; `value` tells the value of the attribute that decides a choice, if that is there.
    pub fn of(info: &'static TypeInfo, value: &dyn Fn(&'static FieldInfo) -> Option<String>) -> Self {
        let mut tables = vec![info];
        let mut next = 0;
        while let Some(table) = tables.get(next) {
            next += 1;
            for choice in table.fields.iter().filter(|field| field.kind == FieldKind::Payload) {
                let chosen = value(choice).or_else(|| choice.default.map(|default| default.value.to_owned()));
                let branch = choice.branches.iter().find(|branch| branch.value == chosen.as_deref());
                tables.extend(branch.map(|branch| (branch.table)()));
            }
        }
        Shape { info, tables }
    }

    /// The fields of the element and its variants.
    pub fn fields(&self) -> impl Iterator<Item = &'static FieldInfo> {
        self.tables.iter().flat_map(|table| table.fields)
    }

    /// The attribute of this name.
    pub fn attribute(&self, ns: &str, name: &str) -> Option<&'static FieldInfo> {
        self.fields().find(|field| is_attribute(field) && field.is(ns, name))
    }

    /// The child of this name, and whether its order among others is kept.
    pub fn child(&self, ns: &str, name: &str) -> Option<(&'static FieldInfo, bool)> {
        self.fields().flat_map(children).find(|(child, _)| child.is(ns, name))
    }

    /// Whether it takes a child of this name that has no field of its own.
    pub fn takes_any(&self, ns: &str, name: &str) -> bool {
        self.fields().any(|field| field.kind == FieldKind::AnyElements && field.names.contains(ns, name))
    }

    /// What text it takes.
    pub fn text(&self) -> TextInfo {
        self.tables.iter().map(|table| table.text).find(|text| *text != TextInfo::None).unwrap_or(TextInfo::None)
    }

    /// The field of its text.
    pub fn text_field(&self) -> Option<&'static FieldInfo> {
        self.tables.iter().find_map(|table| table.text_field())
    }

    /// The key of an attribute: with a mark where any variant of the element has a child of its name.
    pub fn attribute_key(&self, attribute: &FieldInfo) -> String {
        let name = key(attribute.ns, attribute.name);
        if has_child(self.info, &name) { format!("{MARK}{name}") } else { name }
    }

    /// The attribute that a key stands for.
    pub fn attribute_of(&self, key: &str) -> Option<&'static FieldInfo> {
        self.fields().find(|field| is_attribute(field) && self.attribute_key(field) == key)
    }

    /// The child that a key stands for, and whether its order among others is kept.
    pub fn child_of(&self, key: &str) -> Option<(&'static FieldInfo, bool)> {
        self.fields().flat_map(children).find(|(child, _)| self::key(child.ns, child.name) == key)
    }

    /// The keys of all that it has.
    pub fn keys(&self) -> Vec<String> {
        let attributes = self.fields().filter(|field| is_attribute(field)).map(|field| self.attribute_key(field));
        let children = self.fields().flat_map(children).map(|(child, _)| key(child.ns, child.name));
        let text = self.text_field().map(|_| TEXT.to_owned());
        attributes.chain(children).chain(text).collect()
    }
}

pub(super) fn is_attribute(field: &FieldInfo) -> bool {
    matches!(field.kind, FieldKind::Attribute | FieldKind::Payload)
}

/// The children that a field is for, and whether their order among others is kept.
fn children(field: &'static FieldInfo) -> impl Iterator<Item = (&'static FieldInfo, bool)> {
    let (fields, ordered) = match field.kind {
        FieldKind::Mix => (field.entries, true),
        _ => (std::slice::from_ref(field), false),
    };
    fields.iter().filter(|field| field.is_child()).map(move |field| (field, ordered))
}

/// Whether the type, in any of its variants, has a child with this key.
fn has_child(info: &'static TypeInfo, name: &str) -> bool {
    info.fields.iter().any(|field| {
        children(field).any(|(child, _)| key(child.ns, child.name) == name)
            || field.branches.iter().any(|branch| has_child((branch.table)(), name))
    })
}
