//! From a document to data.

use super::shape::{self, CONTENT, ELEMENTS, MARK, Shape, TEXT, UNKNOWN};
use super::value::Data;
use crate::content::{Content, extras};
use crate::extra::{KeptNode, Span};
use crate::info::{FieldInfo, FieldKind, TextInfo, TypeInfo};
use crate::keep;
use crate::reader::{Node, is_blank};
use crate::verbatim::source;
use domxml_xml::{Tree, text_of};
use roxmltree::NodeType;
use std::collections::{HashMap, HashSet};

/// A document as data; `content` was read from it.
pub(super) fn of_document(tree: &Tree<'_>, content: &dyn Content) -> Data {
    let mut converter = Converter::default();
    extras(content, &mut |extra| {
        let Some(kept) = extra.kept.as_deref() else { return };
        let spans = kept.nodes.iter().filter(|node| node.is_content()).map(|node: &KeptNode| node.span);
        converter.unknown.extend(spans);
        converter.values.extend(kept.values.iter().map(|value| (extra.span, value.ns, value.name)));
    });
    converter.element(Node(tree.document.root_element()), content.info())
}

/// What of a document is not of the format.
#[derive(Default)]
struct Converter {
    /// Elements and texts.
    unknown: HashSet<Span>,
    /// Values of attributes: the element's place, and the attribute's name.
    values: HashSet<(Span, &'static str, &'static str)>,
}

/// An object that is being made.
#[derive(Default)]
struct Object {
    entries: Vec<(String, Data)>,
    /// Where in `entries` the lists are.
    lists: HashMap<String, usize>,
    /// What is not of the format: its XML, and the child that it stands before.
    unknown: Vec<(String, Option<String>)>,
    /// How many of these have no child behind them so far.
    waiting: usize,
    /// How many children of each key there were.
    counts: HashMap<String, usize>,
}

impl Object {
    fn push(&mut self, key: impl Into<String>, value: Data) {
        self.entries.push((key.into(), value));
    }

    fn push_to_list(&mut self, key: &str, value: Data) {
        let at = *self.lists.entry(key.to_owned()).or_insert_with(|| {
            self.entries.push((key.to_owned(), Data::List(Vec::new())));
            self.entries.len() - 1
        });
        if let Some((_, Data::List(items))) = self.entries.get_mut(at) {
            items.push(value);
        }
    }

    /// A child follows: what waits for one stands before it.
    fn child(&mut self, key: &str) {
        let count = self.counts.entry(key.to_owned()).or_default();
        *count += 1;
        let place = if *count == 1 { key.to_owned() } else { format!("{key}[{count}]") };
        for (_, before) in &mut self.unknown[self.waiting..] {
            *before = Some(place.clone());
        }
        self.waiting = self.unknown.len();
    }

    fn finish(mut self) -> Data {
        if !self.unknown.is_empty() {
            let item = |(xml, before): (String, Option<String>)| {
                let before = before.map(|before| ("before".to_owned(), Data::Text(before)));
                Data::Map(before.into_iter().chain([("xml".to_owned(), Data::Text(xml))]).collect())
            };
            let items = self.unknown.into_iter().map(item).collect();
            self.entries.push((UNKNOWN.to_owned(), Data::List(items)));
        }
        Data::Map(self.entries)
    }
}

impl Converter {
    fn is_unknown(&self, node: roxmltree::Node<'_, '_>) -> bool {
        self.unknown.contains(&node.range().into())
    }

    fn element(&self, node: Node<'_>, info: &'static TypeInfo) -> Data {
        let value = |field: &'static FieldInfo| attribute(node, field).map(str::to_owned);
        let shape = Shape::of(info, &value);
        let mut object = Object::default();
        self.attributes(node, Some(&shape), &mut object);
        self.children(node, &shape, &mut object);
        object.finish()
    }

    /// The attributes of an element, and the namespaces that it declares; without a shape none is of the format.
    fn attributes(&self, node: Node<'_>, shape: Option<&Shape>, object: &mut Object) {
        for namespace in keep::declared(node.0) {
            let name = namespace.name().map_or("xmlns".to_owned(), |prefix| format!("xmlns:{prefix}"));
            object.push(format!("{MARK}{name}"), Data::Text(namespace.uri().to_owned()));
        }
        let span = Span::from(node.0.range());
        for attribute in node.0.attributes() {
            let field = shape.and_then(|shape| shape.attribute(attribute.namespace().unwrap_or(""), attribute.name()));
            let value = attribute.value().to_owned();
            match field.filter(|field| takes(field, &value) && !self.values.contains(&(span, field.ns, field.name))) {
                Some(field) => {
                    let key = shape.map(|shape| shape.attribute_key(field)).unwrap_or_default();
                    object.push(key, Data::scalar(value, field.number));
                }
                None => {
                    let name = text_of(node.0.document(), attribute.range_qname());
                    object.push(format!("{MARK}{name}"), Data::Text(value));
                }
            }
        }
    }

    fn children(&self, node: Node<'_>, shape: &Shape, object: &mut Object) {
        let kind = shape.text();
        let has_text = node.0.children().any(|child| child.is_text() && !is_blank(child.text().unwrap_or_default()));
        let mixed = kind == TextInfo::Mixed || kind == TextInfo::Any && has_text;
        let mut text: Option<String> = None;
        let mut elements = false;
        for child in node.0.children() {
            match child.node_type() {
                NodeType::Element => {
                    elements = true;
                    self.child(Node(child), shape, object);
                }
                NodeType::Text if self.is_unknown(child) => object.unknown.push((source(child), None)),
                NodeType::Text if mixed && kind == TextInfo::Mixed => {
                    let text = Data::Text(child.text().unwrap_or_default().to_owned());
                    object.push_to_list(CONTENT, Data::Map(vec![(TEXT.to_owned(), text)]));
                }
                NodeType::Text if mixed => object.push_to_list(ELEMENTS, Data::Text(source(child))),
                NodeType::Text => {
                    if text.is_none() && !is_blank(child.text().unwrap_or_default()) {
                        object.child(TEXT);
                    }
                    text.get_or_insert_default().push_str(child.text().unwrap_or_default());
                }
                _ => {}
            }
        }
        let Some(field) = shape.text_field() else { return };
        let text = text.unwrap_or_default();
        let text = match (is_blank(&text), field.required) {
            (true, false) => return,
            (true, true) if elements => String::new(),
            _ => text,
        };
        object.push(TEXT, Data::scalar(text, field.number));
    }

    fn child(&self, node: Node<'_>, shape: &Shape, object: &mut Object) {
        let (ns, name) = node.name();
        if self.is_unknown(node.0) {
            object.unknown.push((source(node.0), None));
            return;
        }
        match shape.child(ns, name) {
            Some((field, ordered)) => {
                let key = shape::key(field.ns, field.name);
                object.child(&key);
                let value = self.value(node, field);
                if ordered {
                    object.push_to_list(CONTENT, Data::Map(vec![(key, value)]));
                } else if field.many {
                    object.push_to_list(&key, value);
                } else {
                    object.push(key, value);
                }
            }
            None if shape.takes_any(ns, name) => object.push_to_list(ELEMENTS, Data::Text(source(node.0))),
            None => object.unknown.push((source(node.0), None)),
        }
    }

    fn value(&self, node: Node<'_>, field: &'static FieldInfo) -> Data {
        match (field.kind, field.content) {
            (FieldKind::Verbatim, _) => Data::Text(source(node.0)),
            (_, Some(table)) => self.element(node, table()),
            (FieldKind::Flag, _) => self.plain(node, None),
            _ => self.plain(node, Some(field)),
        }
    }

    /// An element that holds a value, or nothing.
    fn plain(&self, node: Node<'_>, field: Option<&FieldInfo>) -> Data {
        let mut object = Object::default();
        self.attributes(node, None, &mut object);
        let mut text = String::new();
        for child in node.0.children() {
            match child.node_type() {
                NodeType::Text if field.is_some() => {
                    if text.is_empty() {
                        object.child(TEXT);
                    }
                    text.push_str(child.text().unwrap_or_default());
                }
                NodeType::Text if is_blank(child.text().unwrap_or_default()) => {}
                NodeType::Text | NodeType::Element => object.unknown.push((source(child), None)),
                _ => {}
            }
        }
        let alone = object.entries.is_empty() && object.unknown.is_empty();
        let value = field.map(|field| Data::scalar(text, field.number));
        if alone {
            return value.unwrap_or(Data::Bool(true));
        }
        if let Some(value) = value {
            object.push(TEXT, value);
        }
        object.finish()
    }
}

/// Whether a choice has a variant for this value: of other attributes the reader tells.
fn takes(field: &FieldInfo, value: &str) -> bool {
    field.kind != FieldKind::Payload || field.values.iter().any(|known| known.value == value)
}

fn attribute<'a>(node: Node<'a>, field: &FieldInfo) -> Option<&'a str> {
    match field.ns {
        "" => node.0.attribute(field.name),
        ns => node.0.attribute((ns, field.name)),
    }
}
