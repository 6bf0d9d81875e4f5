//! The JSON Schema of data, from the tables of the types.

use super::shape::{self, CONTENT, ELEMENTS, Shape, TEXT, UNKNOWN};
use super::value::Data;
use crate::info::{DefaultInfo, FieldInfo, FieldKind, TypeInfo, ValueInfo};
use crate::table::Described;
use crate::version::Version;
use std::collections::BTreeMap;

/// The JSON Schema (draft 2020-12) of what `T` is as data.
#[must_use]
pub fn json_schema<T: Described>() -> Data {
    let root = T::table();
    let mut found: BTreeMap<&str, &'static TypeInfo> = BTreeMap::new();
    let mut waiting = vec![root];
    while let Some(info) = waiting.pop() {
        // The members of variants are described with the element that they belong to.
        if info.members || found.insert(info.name, info).is_none() {
            waiting.extend(info.inner().map(|(_, table)| table));
        }
    }
    let definitions = found.values().map(|info| (info.name.to_owned(), element(info))).collect();
    object([
        ("$schema", text("https://json-schema.org/draft/2020-12/schema")),
        ("title", text(root.element.map_or(root.name, |name| name.local))),
        ("$ref", reference(root)),
        ("$defs", Data::Map(definitions)),
    ])
}

fn text(text: &str) -> Data {
    Data::Text(text.to_owned())
}

fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Data {
    Data::List(texts.into_iter().map(text).collect())
}

fn object<const N: usize>(entries: [(&str, Data); N]) -> Data {
    Data::Map(entries.map(|(key, value)| (key.to_owned(), value)).into())
}

fn reference(info: &TypeInfo) -> Data {
    text(&format!("#/$defs/{}", info.name))
}

fn of_type(name: &str) -> Data {
    object([("type", text(name))])
}

fn list(items: Data) -> Data {
    object([("type", text("array")), ("items", items)])
}

/// Adds keys to an object.
fn with(data: Data, more: impl IntoIterator<Item = (String, Data)>) -> Data {
    match data {
        Data::Map(mut entries) => {
            entries.extend(more);
            Data::Map(entries)
        }
        other => other,
    }
}

/// An element.
fn element(info: &'static TypeInfo) -> Data {
    let members = Members::of(info, info);
    let closed = [
        ("patternProperties".to_owned(), object([("^@", Data::Map(Vec::new()))])),
        ("unevaluatedProperties".to_owned(), Data::Bool(false)),
    ];
    let whole = with(with(of_type("object"), members.finish(true)), closed);
    let whole = match info.text_field() {
        Some(field) => object([("anyOf", Data::List(vec![whole, value(field)]))]),
        None => whole,
    };
    with(whole, facts(info.since, info.legacy, info.output_only, None))
}

/// The properties of an element, or of the members of one of its variants.
struct Members {
    properties: Vec<(String, Data)>,
    required: Vec<String>,
    variants: Vec<Data>,
}

impl Members {
    /// `whole` is the element that they belong to.
    fn of(whole: &'static TypeInfo, info: &'static TypeInfo) -> Self {
        let mut members = Members { properties: Vec::new(), required: Vec::new(), variants: Vec::new() };
        let names = Shape::of(whole, &|_| None);
        for field in info.fields {
            match field.kind {
                FieldKind::Attribute => members.push(names.attribute_key(field), field, value(field)),
                FieldKind::Payload => {
                    let key = names.attribute_key(field);
                    members.variants(whole, field, &key);
                    members.push(key, field, value(field));
                }
                FieldKind::Text => members.push(TEXT.to_owned(), field, value(field)),
                FieldKind::Mix => {
                    let choices = field.entries.iter().map(|entry| {
                        let key = if entry.kind == FieldKind::Text { TEXT.to_owned() } else { key(entry) };
                        let property = Data::Map(vec![(key.clone(), one(entry))]);
                        with(
                            of_type("object"),
                            [
                                ("properties".to_owned(), property),
                                ("required".to_owned(), texts([&*key])),
                                ("additionalProperties".to_owned(), Data::Bool(false)),
                            ],
                        )
                    });
                    let choices = object([("anyOf", Data::List(choices.collect()))]);
                    members.push(CONTENT.to_owned(), field, list(choices));
                }
                FieldKind::AnyElements => members.push(ELEMENTS.to_owned(), field, list(xml())),
                FieldKind::AnyAttributes => {}
                _ if field.many => members.push(key(field), field, list(one(field))),
                _ => members.push(key(field), field, one(field)),
            }
        }
        members
    }

    fn push(&mut self, key: String, field: &FieldInfo, schema: Data) {
        if field.required {
            self.required.push(key.clone());
        }
        let facts = facts(field.since, field.legacy, field.output_only, field.default);
        self.properties.push((key, with(schema, facts)));
    }

    /// What each value of a choice brings along.
    fn variants(&mut self, whole: &'static TypeInfo, choice: &'static FieldInfo, key: &str) {
        let given = |value: &str| {
            let property = Data::Map(vec![(key.to_owned(), object([("const", text(value))]))]);
            object([("properties", property), ("required", texts([key]))])
        };
        let absent = || object([("not", object([("required", texts([key]))]))]);
        for branch in choice.branches {
            let default = choice.default.map(|default| default.value);
            let condition = match branch.value {
                None => absent(),
                Some(value) if default == Some(value) => object([("anyOf", Data::List(vec![given(value), absent()]))]),
                Some(value) => given(value),
            };
            let members = Members::of(whole, (branch.table)()).finish(false);
            self.variants.push(object([("if", condition), ("then", Data::Map(members))]));
        }
    }

    fn finish(mut self, whole: bool) -> Vec<(String, Data)> {
        if whole {
            let stray = with(
                of_type("object"),
                [
                    ("properties".to_owned(), object([("xml", xml()), ("before", of_type("string"))])),
                    ("required".to_owned(), texts(["xml"])),
                ],
            );
            self.properties.push((UNKNOWN.to_owned(), list(stray)));
        }
        let mut entries = vec![("properties".to_owned(), Data::Map(self.properties))];
        if !self.required.is_empty() {
            entries.push(("required".to_owned(), texts(self.required.iter().map(String::as_str))));
        }
        if !self.variants.is_empty() {
            entries.push(("allOf".to_owned(), Data::List(self.variants)));
        }
        entries
    }
}

fn key(field: &FieldInfo) -> String {
    shape::key(field.ns, field.name)
}

/// XML as a text.
fn xml() -> Data {
    object([("type", text("string")), ("contentMediaType", text("application/xml"))])
}

/// One child of a field.
fn one(field: &'static FieldInfo) -> Data {
    match (field.kind, field.content) {
        (_, Some(table)) => object([("$ref", reference(table()))]),
        (FieldKind::Verbatim, _) => xml(),
        (FieldKind::Flag, _) => of_type("boolean"),
        _ => value(field),
    }
}

/// A value.
fn value(field: &FieldInfo) -> Data {
    let any = match field.number {
        true => object([("type", texts(["integer", "string"]))]),
        false => of_type("string"),
    };
    let known = |values: &[ValueInfo]| object([("enum", texts(values.iter().map(|value| value.value)))]);
    match (field.values, field.open && field.kind != FieldKind::Payload) {
        ([], _) => any,
        (values, false) => known(values),
        (values, true) => object([("anyOf", Data::List(vec![known(values), any]))]),
    }
}

/// What else is known.
fn facts(
    since: Option<Version>,
    legacy: Option<&str>,
    output_only: bool,
    default: Option<DefaultInfo>,
) -> impl Iterator<Item = (String, Data)> {
    let since = since.map(|since| ("$comment", text(&format!("since {since}"))));
    let legacy = legacy.map(|_| ("deprecated", Data::Bool(true)));
    let live = output_only.then_some(("readOnly", Data::Bool(true)));
    let default = default.map(|default| ("default", text(default.value)));
    [since, legacy, live, default].into_iter().flatten().map(|(key, value)| (key.to_owned(), value))
}
