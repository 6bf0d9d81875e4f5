//! What rows ask of elements beside their fields: what is kept of them, and how reports show them.

use domxml_runtime::{Content, Element, Extra, Newer, WriteOptions};

use super::Context;
use crate::options::Profile;

/// An attribute as reports show it.
pub(crate) fn attribute(name: &str, value: impl std::fmt::Display) -> String {
    format!("{name}='{value}'")
}

/// As [`attribute`], of one that may be absent.
pub(crate) fn attribute_if(name: &str, value: Option<impl std::fmt::Display>) -> String {
    value.map_or_else(String::new, |value| attribute(name, value))
}

/// Whether nothing that the schema knows stands on or in an element.
pub(crate) fn is_bare<T: Content + Clone + Default + PartialEq>(element: &T) -> bool {
    let mut element = element.clone();
    element.extra_mut().map(std::mem::take);
    element == T::default()
}

/// The value of an attribute that the schema does not know where it stands.
pub(crate) fn kept_attribute<'x>(xml: &'x Extra, name: &str) -> Option<&'x str> {
    let kept = xml.kept.as_ref().filter(|kept| !kept.open)?;
    kept.attributes.iter().find(|(attribute, _)| **attribute == *name).map(|(_, value)| &**value)
}

/// A value that the attribute does not take.
pub(crate) fn kept_value<'x>(xml: &'x Extra, name: &str) -> Option<&'x str> {
    let kept = xml.kept.as_ref()?;
    kept.values.iter().chain(&kept.read_past).find(|value| value.name == name).map(|value| &*value.value)
}

/// The text of a child that the schema does not know where it stands, or that could not be read.
pub(crate) fn kept_child<'x>(xml: &'x Extra, name: &str) -> Option<&'x str> {
    let kept = xml.kept.as_ref().filter(|kept| !kept.open)?;
    kept.nodes.iter().chain(&kept.missed).find(|node| node.is_element(name)).map(|node| &*node.text)
}

/// An element as the target reads it: in profile `libvirt` without what is newer, which that libvirt reads past.
pub(crate) fn known_to_target<T: Element + Clone>(element: &T, cx: &Context) -> T {
    if cx.profile == Profile::Modern {
        return element.clone();
    }
    let options = WriteOptions { target: Some(cx.target), newer: Newer::Drop, ..WriteOptions::default() };
    T::from_xml(&element.print_with(&options).text).unwrap_or_else(|_| element.clone())
}

/// The children of a name that were kept: those that could not be read, and those that repeat one.
pub(crate) fn kept_children<'x>(xml: &'x Extra, name: &'x str) -> impl Iterator<Item = &'x domxml_runtime::KeptNode> {
    let kept = xml.kept.as_deref().into_iter();
    kept.flat_map(|kept| kept.nodes.iter().chain(&kept.missed)).filter(move |node| node.is_element(name))
}

/// The value of an attribute of an element that was kept, as it is spelt.
pub(crate) fn value_in<'t>(element: &'t str, attribute: &str) -> Option<&'t str> {
    let tag = domxml_xml::pieces(element).next()?.range;
    let (_, value) = domxml_xml::attributes(element, &tag).find(|(name, _)| &element[name.clone()] == attribute)?;
    element.get(value)
}

/// The text of an element that was kept, without an attribute.
pub(crate) fn without_attribute(element: &str, attribute: &str) -> Option<String> {
    let tag = domxml_xml::pieces(element).next()?.range;
    let is_it = |(name, _): &(std::ops::Range<usize>, _)| &element[name.clone()] == attribute;
    let (name, value) = domxml_xml::attributes(element, &tag).find(is_it)?;
    // Behind the value stands its quote.
    Some(format!("{}{}", &element[..name.start], element.get(value.end + 1..)?))
}
