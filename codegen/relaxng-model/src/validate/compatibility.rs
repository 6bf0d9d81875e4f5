//! RELAX NG DTD Compatibility: default values of attributes, and the soundness of IDs and references to them.
//!
//! Both are features beside validity: a document may be valid and refer to an ID that nobody has. A schema can be fit for
//! them or not; [`Compatibility::new`] says so. Sections in messages are those of the DTD Compatibility specification.

use std::collections::BTreeMap;

use roxmltree::Document;
use rustc_hash::FxHashSet;

use super::derive::Machine;
use super::place::qualified;
use super::schema::{Compact, Schema};
use super::violation::{MAX_VIOLATIONS, Violation, ViolationKind, shown};
use crate::datatype::{self, IdKind, Type};
use crate::error::Errors;
use crate::grammar::{Grammar, Kind, NameClass, Pattern};
use crate::schema::{COMPATIBILITY_NS, NodeId};

/// Namespace and local name of an element, namespace and local name of one of its attributes.
type Key = (String, String, String, String);

/// What the annotations and the `ID` types of a schema say of its elements' attributes.
#[derive(Debug, Clone, Default)]
pub struct Compatibility {
    ids: BTreeMap<Key, IdKind>,
    defaults: BTreeMap<Key, String>,
}

/// An attribute pattern with the element pattern it belongs to.
struct Found<'g> {
    element: &'g NameClass,
    attribute: &'g NameClass,
    content: &'g Pattern,
    origin: NodeId,
    default: Option<&'g str>,
    id: Option<IdKind>,
    place: Place,
}

/// How an attribute stands in the content of its element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    /// Directly in an `optional`.
    optional: bool,
    /// Somewhere in a choice between more than presence and absence.
    chosen: bool,
    /// Somewhere in a repetition.
    repeated: bool,
}

impl Compatibility {
    /// Gathers defaults and IDs.
    ///
    /// # Errors
    ///
    /// Whatever makes the schema unfit for the features: a default on an attribute that is not plainly optional, or that is not a
    /// value of the attribute; attributes of the same name and element that have different defaults or kinds of ID; an
    /// `ID` type elsewhere than directly in an attribute; names of either that are not plain.
    pub fn new(grammar: &Grammar) -> Result<Compatibility, Errors> {
        let mut collector = Collector { grammar, found: Vec::new(), errors: Errors::default() };
        collector.elements();
        let Collector { found, mut errors, .. } = collector;
        let mut result = Compatibility::default();
        for one in &found {
            result.add(grammar, one, &found, &mut errors);
        }
        errors.into_result(result)
    }

    fn add(&mut self, grammar: &Grammar, one: &Found<'_>, all: &[Found<'_>], errors: &mut Errors) {
        if one.default.is_none() && one.id.is_none() {
            return;
        }
        let at = grammar.schema.node(one.origin).location;
        let mut error = |message: String| errors.add(&grammar.schema, at, "", format!("{message} (DTD Compatibility)"));
        let (elements, attributes) = (plain(one.element), plain(one.attribute));
        let (Some(elements), Some(attributes)) = (elements, attributes) else {
            error(
                "an attribute with a default value or an ID type needs a plain name, and so does its element"
                    .to_owned(),
            );
            return;
        };
        if let Some(default) = one.default {
            if one.place.repeated || one.place.chosen || !one.place.optional {
                error(
                    "an attribute with a default value must be optional, and nothing else may decide about it"
                        .to_owned(),
                );
            }
            if !is_value(grammar, one.content, default) {
                error(format!("the default value '{}' is not a value of the attribute", shown(default)));
            }
        }
        for other in all {
            let competes = other.element.overlaps(one.element) && other.attribute.overlaps(one.attribute);
            if competes && other.id != one.id {
                error("attributes of the same name and element have different ID types".to_owned());
                break;
            }
            if competes && one.default.is_some() && other.default != one.default {
                error("attributes of the same name and element have different default values".to_owned());
                break;
            }
        }
        for (element_ns, element) in &elements {
            for (ns, local) in &attributes {
                let key = || ((*element_ns).to_owned(), (*element).to_owned(), (*ns).to_owned(), (*local).to_owned());
                if let Some(default) = one.default {
                    self.defaults.insert(key(), default.to_owned());
                }
                if let Some(id) = one.id {
                    self.ids.insert(key(), id);
                }
            }
        }
    }

    /// The value that an absent attribute of an element counts for; names are pairs of namespace, empty for none, and local
    /// name.
    #[must_use]
    pub fn default_value(&self, element: (&str, &str), attribute: (&str, &str)) -> Option<&str> {
        let key = (element.0.to_owned(), element.1.to_owned(), attribute.0.to_owned(), attribute.1.to_owned());
        self.defaults.get(&key).map(String::as_str)
    }

    /// Each ID that two elements have and each reference to an ID that none has, up to [`MAX_VIOLATIONS`].
    #[must_use]
    pub fn check_ids(&self, document: &Document<'_>) -> Vec<Violation> {
        let mut violations = Vec::new();
        if self.ids.is_empty() {
            return violations;
        }
        let mut ids: FxHashSet<String> = FxHashSet::default();
        let mut references = Vec::new();
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let name = node.tag_name();
            for attribute in node.attributes() {
                let key = (
                    name.namespace().unwrap_or_default().to_owned(),
                    name.name().to_owned(),
                    attribute.namespace().unwrap_or_default().to_owned(),
                    attribute.name().to_owned(),
                );
                match self.ids.get(&key) {
                    None => {}
                    Some(IdKind::Id) => {
                        let id = datatype::collapse(attribute.value()).into_owned();
                        if ids.contains(&id) {
                            let message = format!("another element has the ID '{}' already", shown(&id));
                            violations.push(violation(node, attribute, id, message));
                        } else {
                            ids.insert(id);
                        }
                    }
                    Some(IdKind::IdRef | IdKind::IdRefs) => references.push((node, attribute)),
                }
            }
        }
        for (node, attribute) in references {
            for id in datatype::tokens(attribute.value()).filter(|id| !ids.contains(*id)) {
                let message = format!("no element has the ID '{}'", shown(id));
                violations.push(violation(node, attribute, id.to_owned(), message));
            }
        }
        violations.sort_by_key(|violation| violation.range.start);
        violations.truncate(MAX_VIOLATIONS);
        violations
    }
}

fn violation(
    node: roxmltree::Node<'_, '_>,
    attribute: roxmltree::Attribute<'_, '_>,
    id: String,
    message: String,
) -> Violation {
    let name = node.document().input_text().get(attribute.range_qname()).unwrap_or_default();
    let mut steps: Vec<String> = node
        .ancestors()
        .filter(roxmltree::Node::is_element)
        .take(super::place::MAX_STEPS)
        .map(|node| format!("/{}", shown(qualified(node))))
        .collect();
    steps.reverse();
    Violation {
        kind: ViolationKind::Identity,
        range: attribute.range_value(),
        path: format!("{}/@{name}", steps.concat()),
        message,
        found: Some(shown(&id)),
        expected: Vec::new(),
        more_expected: 0,
        suggestion: None,
    }
}

/// The names of a class that consists of plain names.
fn plain(class: &NameClass) -> Option<Vec<(&str, &str)>> {
    match class {
        NameClass::Name { ns, local } => Some(vec![(ns, local)]),
        NameClass::Choice(members) => members.iter().map(plain).collect::<Option<Vec<_>>>().map(|names| names.concat()),
        NameClass::AnyName(_) | NameClass::NsName { .. } => None,
    }
}

/// Whether `value` is one that an attribute with this content can have.
fn is_value(grammar: &Grammar, content: &Pattern, value: &str) -> bool {
    let schema = Schema::new(Compact::of_value(grammar, content));
    Machine::new(&schema).is_value(&schema, schema.start, value)
}

struct Collector<'g> {
    grammar: &'g Grammar,
    found: Vec<Found<'g>>,
    errors: Errors,
}

impl<'g> Collector<'g> {
    /// Goes over all elements. Those in definitions are found by going over the definitions.
    fn elements(&mut self) {
        let mut waiting = vec![&self.grammar.start];
        waiting.extend(self.grammar.defines.iter().map(|define| &define.pattern));
        while let Some(pattern) = waiting.pop() {
            if let Kind::Element { name, pattern } = &pattern.kind {
                let place = Place { optional: false, chosen: false, repeated: false };
                self.content(name, pattern, place, &mut FxHashSet::default());
            }
            waiting.extend(members(pattern));
        }
    }

    /// Gathers the attributes of an element.
    fn content(
        &mut self,
        element: &'g NameClass,
        pattern: &'g Pattern,
        place: Place,
        seen: &mut FxHashSet<(u32, Place)>,
    ) {
        let inner = Place { optional: false, ..place };
        match &pattern.kind {
            Kind::Element { .. } => {}
            Kind::Attribute { name, pattern: content } => {
                let annotations = self.grammar.schema.annotations(pattern.origin);
                let id = id_kind(content);
                if id.is_none() {
                    self.no_ids(content);
                }
                self.found.push(Found {
                    element,
                    attribute: name,
                    content,
                    origin: pattern.origin,
                    default: annotations.attribute(COMPATIBILITY_NS, "defaultValue"),
                    id,
                    place,
                });
            }
            Kind::Choice(choices) => {
                let optional = matches!(choices.as_slice(), [_, Pattern { kind: Kind::Empty, .. }]);
                let place = Place { optional, chosen: place.chosen || !optional, ..place };
                choices.iter().for_each(|member| self.content(element, member, place, seen));
            }
            Kind::OneOrMore(repeated) => {
                self.content(element, repeated, Place { repeated: true, ..inner }, seen);
            }
            Kind::Ref(id) => {
                if seen.insert((id.0, place)) {
                    let define = &self.grammar.defines[id.0 as usize];
                    self.content(element, &define.pattern, place, seen);
                }
            }
            Kind::Data { .. } | Kind::Value { .. } => self.no_ids(pattern),
            _ => members(pattern).for_each(|member| self.content(element, member, inner, seen)),
        }
    }

    /// Reports `ID` types where they have no meaning.
    fn no_ids(&mut self, pattern: &'g Pattern) {
        let mut waiting = vec![pattern];
        while let Some(pattern) = waiting.pop() {
            if id_kind(pattern).is_some() {
                let at = self.grammar.schema.node(pattern.origin).location;
                let message = "an ID type must stand directly in an attribute (DTD Compatibility)";
                self.errors.add(&self.grammar.schema, at, "", message);
            }
            waiting.extend(members(pattern));
        }
    }
}

fn id_kind(pattern: &Pattern) -> Option<IdKind> {
    match &pattern.kind {
        Kind::Data { datatype, .. } | Kind::Value { datatype, .. } => Type::new(datatype, &[]).ok()?.id_kind(),
        _ => None,
    }
}

/// The patterns directly in a pattern; a reference has none.
fn members(pattern: &Pattern) -> impl Iterator<Item = &Pattern> {
    let (many, one): (&[Pattern], Option<&Pattern>) = match &pattern.kind {
        Kind::Choice(members) | Kind::Group(members) | Kind::Interleave(members) => (members, None),
        Kind::OneOrMore(inner) | Kind::List(inner) => (&[], Some(inner)),
        Kind::Attribute { pattern, .. } | Kind::Element { pattern, .. } => (&[], Some(pattern)),
        Kind::Data { except, .. } => (&[], except.as_deref()),
        Kind::Empty | Kind::NotAllowed | Kind::Text | Kind::Value { .. } | Kind::Ref(_) => (&[], None),
    };
    many.iter().chain(one)
}
