//! Values that datatypes take.

use std::collections::HashMap;

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use crate::datatype::Type;
use crate::grammar::{Kind, Pattern};

/// Texts of many kinds, of which a datatype takes one or the other.
pub(super) const TEXTS: &[&str] = &[
    "a",
    "1",
    "0",
    "7",
    "12",
    "-1",
    "255",
    "65535",
    "true",
    "false",
    "yes",
    "no",
    "text of words",
    "/path/to/file",
    "name-1",
    "0x1f",
    "0x0001",
    "00:16:3e:5d:c7:9e",
    "b7c3a1f2-0a7b-4f0e-9d58-4f4e0a4c2f11",
    "192.168.0.1",
    "fe80::1",
    "2001-02-03",
    "2001-02-03T04:05:06Z",
    "1.5",
    "1024",
    "5KiB",
    "en",
    "0-3,^2",
    "example.org",
    "Zürich",
    "a < b & c",
    "",
];

/// What an expression repeats without end is repeated so many times beyond what it must be.
const MORE: u32 = 3;

/// Of so many letters one need not be of ASCII.
const ONE_OF: usize = 16;

/// What one use of a datatype takes.
#[derive(Debug)]
pub(super) struct Samples {
    ty: Type,
    texts: Vec<String>,
    /// The expressions that its values match: the first that gives a value is taken.
    expressions: Vec<Hir>,
    except: Option<Except>,
}

/// What is not taken though the datatype takes it.
#[derive(Debug)]
enum Except {
    Values(Type, String),
    Type(Type, Option<Box<Except>>),
    Any(Vec<Except>),
}

/// A pattern by its place in the grammar.
pub(super) fn address(pattern: &Pattern) -> usize {
    std::ptr::from_ref(pattern).addr()
}

/// Adds the samples of all datatypes in a pattern.
pub(super) fn collect(pattern: &Pattern, samples: &mut HashMap<usize, Samples>) {
    match &pattern.kind {
        Kind::Choice(members) | Kind::Group(members) | Kind::Interleave(members) => {
            members.iter().for_each(|member| collect(member, samples));
        }
        Kind::OneOrMore(inner) | Kind::List(inner) => collect(inner, samples),
        Kind::Attribute { pattern: inner, .. } | Kind::Element { pattern: inner, .. } => collect(inner, samples),
        Kind::Data { .. } => {
            if let Some(own) = Samples::of(pattern) {
                samples.insert(address(pattern), own);
            }
        }
        Kind::Empty | Kind::NotAllowed | Kind::Text | Kind::Value { .. } | Kind::Ref(_) => {}
    }
}

impl Samples {
    fn of(pattern: &Pattern) -> Option<Self> {
        let Kind::Data { datatype, params, except } = &pattern.kind else { return None };
        let ty = Type::new(datatype, params).ok()?;
        let except = except.as_deref().and_then(Except::of);
        let mut samples = Self { expressions: ty.expressions(), ty, texts: Vec::new(), except };
        // The bounds of a number are numbers, too.
        let texts = TEXTS.iter().copied().chain(params.iter().map(|param| param.value.as_str()));
        samples.texts = texts.filter(|text| samples.takes(text)).map(str::to_owned).collect();
        Some(samples)
    }

    fn takes(&self, text: &str) -> bool {
        self.ty.accepts(text, &()) && !self.except.as_ref().is_some_and(|except| except.takes(text))
    }

    /// One value. `below` gives random numbers below a limit.
    pub(super) fn one(&self, below: &mut dyn FnMut(usize) -> usize) -> Option<String> {
        for expression in &self.expressions {
            for _ in 0..6 {
                let mut text = String::new();
                if put(expression, below, &mut text).is_some() && self.takes(&text) {
                    return Some(text);
                }
            }
        }
        match self.texts.len() {
            0 => None,
            all => Some(self.texts[below(all)].clone()),
        }
    }
}

impl Except {
    fn of(pattern: &Pattern) -> Option<Self> {
        Some(match &pattern.kind {
            Kind::Value { datatype, value, .. } => Except::Values(Type::new(datatype, &[]).ok()?, value.clone()),
            Kind::Data { datatype, params, except } => {
                let inner = except.as_deref().and_then(Except::of).map(Box::new);
                Except::Type(Type::new(datatype, params).ok()?, inner)
            }
            Kind::Choice(members) => Except::Any(members.iter().filter_map(Except::of).collect()),
            _ => return None,
        })
    }

    fn takes(&self, text: &str) -> bool {
        match self {
            Except::Values(ty, value) => ty.value(text, &()) == ty.value(value, &()),
            Except::Type(ty, except) => {
                ty.accepts(text, &()) && !except.as_ref().is_some_and(|except| except.takes(text))
            }
            Except::Any(members) => members.iter().any(|member| member.takes(text)),
        }
    }
}

/// Adds a text that an expression matches; none where only characters that XML does not have match.
fn put(expression: &Hir, below: &mut dyn FnMut(usize) -> usize, out: &mut String) -> Option<()> {
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => out.push(letter(class, below)?),
        HirKind::Capture(capture) => put(&capture.sub, below, out)?,
        HirKind::Concat(parts) => {
            for part in parts {
                put(part, below, out)?;
            }
        }
        HirKind::Alternation(parts) => put(&parts[below(parts.len())], below, out)?,
        HirKind::Repetition(Repetition { min, max, sub, .. }) => {
            let most = max.unwrap_or(u32::MAX).min(min.saturating_add(MORE));
            let more = below((most - min) as usize + 1);
            for _ in 0..*min as usize + more {
                put(sub, below, out)?;
            }
        }
    }
    Some(())
}

/// A letter of a class: one that can be read as a rule.
fn letter(class: &Class, below: &mut dyn FnMut(usize) -> usize) -> Option<char> {
    let within = |low: char, high: char| -> Vec<(u32, u32)> {
        let bounds: Vec<(char, char)> = match class {
            Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
            Class::Bytes(class) => {
                class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect()
            }
        };
        let cut = bounds.into_iter().map(|(a, b)| (u32::from(a.max(low)), u32::from(b.min(high))));
        cut.filter(|(a, b)| a <= b).collect()
    };
    let plain = within(' ', '~');
    let ranges = match below(ONE_OF) {
        1.. if !plain.is_empty() => plain,
        _ => [within('\t', '\n'), within(' ', '~'), within('\u{a0}', '\u{d7ff}'), within('\u{10000}', '\u{1fffd}')]
            .concat(),
    };
    if ranges.is_empty() {
        return None;
    }
    let (low, high) = ranges[below(ranges.len())];
    char::from_u32(low + u32::try_from(below((high - low) as usize + 1)).ok()?)
}
