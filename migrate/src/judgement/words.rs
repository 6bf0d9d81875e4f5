//! What a validator finds, in words for people.

use std::sync::OnceLock;

use relaxng_model::validate::{Violation, ViolationKind};
use relaxng_model::{Grammar, Vocabulary};

use super::last;
use crate::finding::{Finding, Level, ids};

/// An element or attribute that stands in a wrong place and belongs in more than so many has a common name.
const PLACES: usize = 3;

/// What the schema refuses, in the words of its documentation. Those of the embedded one are unpacked when something is to be said.
#[derive(Debug, Default)]
pub(super) struct Words(OnceLock<Vocabulary>);

impl Words {
    /// Those of another schema.
    pub(super) fn of(grammar: &Grammar) -> Self {
        Self(Vocabulary::of(grammar).into())
    }

    fn vocabulary(&self) -> &Vocabulary {
        let embedded = || Vocabulary::unpack(include_bytes!(concat!(env!("OUT_DIR"), "/vocabulary")));
        self.0.get_or_init(|| embedded().unwrap_or_default())
    }

    /// A violation as a finding.
    pub(super) fn finding(&self, text: &str, violation: &Violation) -> Finding {
        // An element is where its tag begins.
        let mut span = violation.range.clone();
        if text[..span.start].ends_with('<') {
            span.start -= 1;
        }
        let mut message = self.message(violation);
        if let Some(near) = violation.suggestion.as_deref().or_else(|| switch(violation)) {
            match near.strip_prefix('{').and_then(|near| near.split_once('}')) {
                Some((ns, local)) => message.push_str(&format!("; did you mean <{local}> of the namespace {ns}?")),
                None if is_of_attribute(violation.kind) => message.push_str(&format!("; did you mean '{near}'?")),
                None => message.push_str(&format!("; did you mean <{near}>?")),
            }
        }
        Finding {
            path: violation.path.trim_start_matches('/').to_owned(),
            ..Finding::new(ids::INVALID, Level::Error, span, message)
        }
    }

    fn message(&self, violation: &Violation) -> String {
        let found = violation.found.as_deref().unwrap_or_default();
        let (element, attribute) = match violation.path.rsplit_once("/@") {
            Some((element, attribute)) => (last(element), attribute),
            None => (last(&violation.path), ""),
        };
        let parent = violation.path.rsplit_once('/').map_or("", |(parent, _)| last(parent));
        match violation.kind {
            ViolationKind::UnknownElement => match self.elsewhere(found, parent) {
                Some(places) => format!("<{found}> does not belong in <{parent}>, but in {places}"),
                None if parent.is_empty() => violation.message.clone(),
                None => format!("unknown element <{found}> in <{parent}>"),
            },
            ViolationKind::RepeatedElement => format!("<{found}> is given more than once in <{parent}>"),
            ViolationKind::MissingValue => {
                format!(
                    "there is nothing in <{element}>; expected {}",
                    self.alternatives(violation, |name| format!("'{name}'"))
                )
            }
            ViolationKind::MissingContent if !violation.expected.is_empty() => {
                format!("<{element}> lacks {}", self.alternatives(violation, |name| format!("<{name}>")))
            }
            ViolationKind::UnknownAttribute => match self.owners(found, element, &violation.path) {
                Some(owners) => format!("'{found}' is no attribute of <{element}>, but of {owners}"),
                None => format!("unknown attribute '{found}' of <{element}>"),
            },
            ViolationKind::ConflictingAttribute => {
                format!("the attribute '{found}' does not go with the others of <{element}>")
            }
            ViolationKind::AttributeValue => {
                let expected = self.alternatives(violation, |value| format!("'{value}'"));
                format!("'{found}' is no value of the attribute '{attribute}'; expected {expected}")
            }
            ViolationKind::ElementValue => {
                let expected = self.alternatives(violation, |value| format!("'{value}'"));
                format!("'{found}' is no value of <{element}>; expected {expected}")
            }
            ViolationKind::MissingAttribute => {
                format!("<{element}> lacks the attribute {}", self.alternatives(violation, |name| format!("'{name}'")))
            }
            ViolationKind::MisplacedElement => tagged(&violation.message),
            ViolationKind::UnexpectedText => format!("unexpected text in <{element}>: '{}'", visible(found)),
            // Also kinds that are not known here.
            _ => violation.message.clone(),
        }
    }

    /// Where an element belongs that stands where it does not.
    fn elsewhere(&self, found: &str, parent: &str) -> Option<String> {
        let places = match found.split_once(':') {
            Some((prefix, local)) => self.vocabulary().parents_by_prefix(prefix, local)?.1,
            None => self.vocabulary().parents(found)?,
        };
        let elsewhere = !places.contains(parent) && !parent.is_empty();
        elsewhere.then(|| few(places.iter().map(String::as_str))).flatten()
    }

    /// What to do about an element whose prefix is not declared and that does not belong where it stands.
    pub(super) fn undeclared(&self, found: &str, path: &str) -> Option<String> {
        let (prefix, local) = found.split_once(':')?;
        let parent = last(path.rsplit_once('/')?.0);
        let places = self.elsewhere(found, parent)?;
        let (namespace, _) = self.vocabulary().parents_by_prefix(prefix, local)?;
        Some(format!(
            "<{found}> does not belong in <{parent}>, but in {places}, and the prefix '{prefix}' is not declared: move it there, and \
             declare the prefix on the root, xmlns:{prefix}='{namespace}'"
        ))
    }

    /// The elements near one that have an attribute of this name, where it has none.
    fn owners(&self, found: &str, element: &str, path: &str) -> Option<String> {
        let around = path.rsplit_once("/@").and_then(|(element, _)| element.rsplit_once('/'));
        let parent = around.map_or("", |(parent, _)| last(parent));
        few(self.vocabulary().owners(found, element, parent).into_iter())
    }

    /// What is expected, names and values as `quoted` says, types in the words of the schema.
    fn alternatives(&self, violation: &Violation, quoted: impl Fn(&str) -> String) -> String {
        let mut all: Vec<String> = Vec::new();
        for expected in &violation.expected {
            let said = match self.vocabulary().datatype(expected) {
                Some(words) => words.replace('`', "'"),
                None => match number_in_words(expected) {
                    Some(words) => words,
                    None if !is_name(expected) || expected == "text" => {
                        expected.replace("string matching", "text that matches")
                    }
                    None => quoted(expected),
                },
            };
            if !all.contains(&said) {
                all.push(said);
            }
        }
        if violation.more_expected > 0 {
            all.push(format!("{} others", violation.more_expected));
        }
        if all.is_empty() { "another one".to_owned() } else { or(&all) }
    }
}

/// A number type of XML Schema with its bounds, as `unsignedInt at least 1, at most 31, matching [0-9]+`, in plain words: how it is
/// spelt is known of numbers.
fn number_in_words(expected: &str) -> Option<String> {
    let (name, facets) = expected.split_once(' ').unwrap_or((expected, ""));
    let least = match name {
        "unsignedByte" | "unsignedShort" | "unsignedInt" | "unsignedLong" | "nonNegativeInteger" => Some("0"),
        "positiveInteger" => Some("1"),
        "short" | "int" | "long" | "integer" => None,
        _ => return None,
    };
    let bound = |words: &str| facets.split(", ").find_map(|facet| facet.strip_prefix(words));
    let (least, most) = (bound("at least ").or(least), bound("at most "));
    Some(match (least, most) {
        (Some(least), Some(most)) => format!("a whole number from {least} to {most}"),
        (Some(least), None) => format!("a whole number from {least} on"),
        (None, Some(most)) => format!("a whole number up to {most}"),
        (None, None) => "a whole number".to_owned(),
    })
}

/// The word for on or off that an attribute takes, where it has been given another one.
fn switch(violation: &Violation) -> Option<&'static str> {
    let on = match &*violation.found.as_deref()?.to_ascii_lowercase() {
        "yes" | "on" | "true" | "1" | "enabled" => true,
        "no" | "off" | "false" | "0" | "disabled" => false,
        _ => return None,
    };
    let takes = |word: &&str| violation.expected.iter().any(|expected| expected == word);
    let words = if on { ["yes", "on"] } else { ["no", "off"] };
    words.into_iter().find(takes).filter(|_| violation.kind == ViolationKind::AttributeValue)
}

/// Whether what is close to something misspelt is an attribute's name or a value, and no element.
fn is_of_attribute(kind: ViolationKind) -> bool {
    use ViolationKind::{
        AttributeValue, ConflictingAttribute, ElementValue, Identity, MissingAttribute, UnknownAttribute,
    };
    matches!(
        kind,
        AttributeValue | ConflictingAttribute | ElementValue | Identity | MissingAttribute | UnknownAttribute
    )
}

/// What the validator says of an element's place, with elements as they are written everywhere else.
fn tagged(message: &str) -> String {
    let mut tagged = message.replace("element '", "'");
    while let Some((before, (name, after))) = tagged.split_once('\'').and_then(|(a, b)| Some((a, b.split_once('\'')?)))
    {
        tagged = format!("{before}<{name}>{after}");
    }
    tagged
}

/// Whether what is expected is a name or a value, and no type in words.
fn is_name(expected: &str) -> bool {
    !expected.contains(' ')
}

/// Blanks that cannot be told from others, as escapes.
fn visible(text: &str) -> String {
    let escaped = |letter: char| letter != ' ' && (letter.is_whitespace() || letter.is_control());
    text.chars().map(|c| if escaped(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// Elements by name, where they are few enough to help.
fn few<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let named: Vec<String> = names.map(|name| format!("<{name}>")).collect();
    (1..=PLACES).contains(&named.len()).then(|| or(&named))
}

fn or(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
