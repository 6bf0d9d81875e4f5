//! What several rules need.

use domxml_runtime::{Content, Newer, WriteOptions, given};

use crate::options::Profile;
use crate::rule::Context;

/// Adds a row for each of several types; the row calls the type `Of`.
macro_rules! row_of_each {
    ($rule:expr, [$($type:ident)*], $row:expr) => {
        $rule$(.row({
            type Of = $type;
            $row
        }))*
    };
}
pub(super) use row_of_each;

/// Adds the same row for each of several fields of a type, whatever they hold.
macro_rules! row_of_fields {
    ($rule:expr, $type:ident::[$($field:ident)*], |$key:ident| $row:expr) => {
        $rule$(.row({
            let $key = $type::$field;
            $row
        }))*
    };
}
pub(super) use row_of_fields;

/// An attribute as reports show it.
pub(super) fn attribute(name: &str, value: impl std::fmt::Display) -> String {
    format!("{name}='{value}'")
}

/// Whether nothing that the schema knows stands on or in an element.
pub(super) fn is_bare<T: Content + Clone + Default + PartialEq>(element: &T) -> bool {
    let mut element = element.clone();
    element.extra_mut().map(std::mem::take);
    element == T::default()
}

/// The attributes that tune the transport of virtio, at whatever device.
pub(super) const VIRTIO_OPTIONS: [&str; 4] = ["iommu", "ats", "packed", "page_per_vq"];

/// The first of these that is given on a driver.
pub(super) fn virtio_option(driver: &dyn Content) -> Option<&'static str> {
    given(driver).into_iter().find(|name| VIRTIO_OPTIONS.contains(name))
}

/// The value of an attribute that the schema does not know where it stands.
pub(super) fn kept_attribute<'x>(xml: &'x domxml_runtime::Extra, name: &str) -> Option<&'x str> {
    let kept = xml.kept.as_ref().filter(|kept| !kept.open)?;
    kept.attributes.iter().find(|(attribute, _)| **attribute == *name).map(|(_, value)| &**value)
}

/// A value that the attribute does not take.
pub(super) fn kept_value<'x>(xml: &'x domxml_runtime::Extra, name: &str) -> Option<&'x str> {
    let kept = xml.kept.as_ref()?;
    kept.values.iter().find(|value| value.name == name).map(|value| &*value.value)
}

/// The text of a child that the schema does not know where it stands.
pub(super) fn kept_child<'x>(xml: &'x domxml_runtime::Extra, name: &str) -> Option<&'x str> {
    let kept = xml.kept.as_ref().filter(|kept| !kept.open)?;
    kept.nodes.iter().find(|node| node.is_element(name)).map(|node| &*node.text)
}

/// An element as the target reads it: in profile `libvirt` without what is newer, which that libvirt reads past.
pub(super) fn known_to_target<T: domxml_runtime::Element + Clone>(element: &T, cx: &Context) -> T {
    if cx.profile == Profile::Modern {
        return element.clone();
    }
    let options = WriteOptions { target: Some(cx.target), newer: Newer::Drop, ..WriteOptions::default() };
    T::from_xml(&element.print_with(&options).text).unwrap_or_else(|_| element.clone())
}
