//! The constructors of canonical patterns (4.20, 4.21 and the flattening that [`Kind`] promises). No pattern of a
//! [`Grammar`](crate::grammar::Grammar) is made elsewhere.
//!
//! The laws, for members in any order:
//!
//! - choices, groups and interleaves are flat and have two members or more; one member stands for itself;
//! - `choice(notAllowed, p) = p`, `choice(empty, empty) = empty`, and `empty` stands last in a choice;
//! - `group(empty, p) = p`, `group(notAllowed, p) = notAllowed`, and the same for interleaves;
//! - `oneOrMore(empty) = empty`; `oneOrMore`, `list` and `attribute` of `notAllowed` are `notAllowed`, an element is not;
//! - an `except` of `notAllowed` goes;
//! - a reference to a definition that comes to `empty` or `notAllowed` is that itself.

use crate::grammar::{Kind, NameClass, Pattern};
use crate::schema::NodeId;

/// What becomes of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It comes to `empty`.
    Empty,
    /// It comes to `notAllowed`.
    NotAllowed,
    /// Anything else.
    Other,
}

pub(crate) fn empty(origin: NodeId) -> Pattern {
    Pattern { kind: Kind::Empty, origin }
}

pub(crate) fn not_allowed(origin: NodeId) -> Pattern {
    Pattern { kind: Kind::NotAllowed, origin }
}

pub(crate) fn choice(origin: NodeId, members: Vec<Pattern>) -> Pattern {
    let mut kept = Vec::with_capacity(members.len());
    let mut nothing = None;
    for member in members {
        match member.kind {
            Kind::NotAllowed => {}
            Kind::Empty => nothing = nothing.or(Some(member)),
            Kind::Choice(inner) => {
                for member in inner {
                    match member.kind {
                        Kind::Empty => nothing = nothing.or(Some(member)),
                        _ => kept.push(member),
                    }
                }
            }
            _ => kept.push(member),
        }
    }
    kept.extend(nothing);
    several(origin, kept, Kind::Choice).unwrap_or_else(|| not_allowed(origin))
}

pub(crate) fn group(origin: NodeId, members: Vec<Pattern>) -> Pattern {
    let flat = flattened(members, |kind| match kind {
        Kind::Group(inner) => Ok(inner),
        other => Err(other),
    });
    match flat {
        Some(members) => several(origin, members, Kind::Group).unwrap_or_else(|| empty(origin)),
        None => not_allowed(origin),
    }
}

pub(crate) fn interleave(origin: NodeId, members: Vec<Pattern>) -> Pattern {
    let flat = flattened(members, |kind| match kind {
        Kind::Interleave(inner) => Ok(inner),
        other => Err(other),
    });
    match flat {
        Some(members) => several(origin, members, Kind::Interleave).unwrap_or_else(|| empty(origin)),
        None => not_allowed(origin),
    }
}

/// Members without `empty` and with the members of their like put in; none if one of them is `notAllowed`.
fn flattened(members: Vec<Pattern>, open: fn(Kind) -> Result<Vec<Pattern>, Kind>) -> Option<Vec<Pattern>> {
    let mut flat = Vec::with_capacity(members.len());
    for member in members {
        match open(member.kind) {
            Ok(inner) => flat.extend(inner),
            Err(Kind::Empty) => {}
            Err(Kind::NotAllowed) => return None,
            Err(kind) => flat.push(Pattern { kind, ..member }),
        }
    }
    Some(flat)
}

/// The members as one pattern; none if there are none.
fn several(origin: NodeId, mut members: Vec<Pattern>, kind: fn(Vec<Pattern>) -> Kind) -> Option<Pattern> {
    if members.len() > 1 { Some(Pattern { kind: kind(members), origin }) } else { members.pop() }
}

pub(crate) fn one_or_more(origin: NodeId, pattern: Pattern) -> Pattern {
    match pattern.kind {
        Kind::Empty | Kind::NotAllowed => pattern,
        _ => Pattern { kind: Kind::OneOrMore(Box::new(pattern)), origin },
    }
}

pub(crate) fn list(origin: NodeId, pattern: Pattern) -> Pattern {
    match pattern.kind {
        Kind::NotAllowed => pattern,
        _ => Pattern { kind: Kind::List(Box::new(pattern)), origin },
    }
}

pub(crate) fn attribute(origin: NodeId, name: NameClass, pattern: Pattern) -> Pattern {
    match pattern.kind {
        Kind::NotAllowed => pattern,
        _ => Pattern { kind: Kind::Attribute { name, pattern: Box::new(pattern) }, origin },
    }
}

pub(crate) fn element(origin: NodeId, name: NameClass, pattern: Pattern) -> Pattern {
    Pattern { kind: Kind::Element { name, pattern: Box::new(pattern) }, origin }
}

/// A pattern by these laws, given what becomes of the definitions.
pub(crate) fn rebuild(pattern: Pattern, outcomes: &[Outcome]) -> Pattern {
    let Pattern { kind, origin } = pattern;
    let all = |members: Vec<Pattern>| members.into_iter().map(|member| rebuild(member, outcomes)).collect();
    match kind {
        Kind::Empty | Kind::NotAllowed | Kind::Text | Kind::Value { .. } => Pattern { kind, origin },
        Kind::Choice(members) => choice(origin, all(members)),
        Kind::Interleave(members) => interleave(origin, all(members)),
        Kind::Group(members) => group(origin, all(members)),
        Kind::OneOrMore(inner) => one_or_more(origin, rebuild(*inner, outcomes)),
        Kind::List(inner) => list(origin, rebuild(*inner, outcomes)),
        Kind::Data { datatype, params, except } => {
            let except = except.map(|inner| rebuild(*inner, outcomes));
            let except = except.filter(|inner| !matches!(inner.kind, Kind::NotAllowed)).map(Box::new);
            Pattern { kind: Kind::Data { datatype, params, except }, origin }
        }
        Kind::Attribute { name, pattern } => attribute(origin, name, rebuild(*pattern, outcomes)),
        Kind::Element { name, pattern } => element(origin, name, rebuild(*pattern, outcomes)),
        Kind::Ref(id) => match outcomes[id.0 as usize] {
            Outcome::Empty => empty(origin),
            Outcome::NotAllowed => not_allowed(origin),
            Outcome::Other => Pattern { kind, origin },
        },
    }
}

/// What becomes of a pattern under [`rebuild`], given what becomes of the definitions it refers to outside of elements.
pub(crate) fn outcome(pattern: &Pattern, outcomes: &[Outcome]) -> Outcome {
    let forbidden = |inner: &Pattern| match outcome(inner, outcomes) {
        Outcome::NotAllowed => Outcome::NotAllowed,
        _ => Outcome::Other,
    };
    match &pattern.kind {
        Kind::Empty => Outcome::Empty,
        Kind::NotAllowed => Outcome::NotAllowed,
        Kind::Text | Kind::Data { .. } | Kind::Value { .. } | Kind::Element { .. } => Outcome::Other,
        Kind::Attribute { pattern: inner, .. } | Kind::List(inner) => forbidden(inner),
        Kind::OneOrMore(inner) => outcome(inner, outcomes),
        Kind::Choice(members) => {
            let allowed = members.iter().map(|member| outcome(member, outcomes));
            allowed.filter(|outcome| *outcome != Outcome::NotAllowed).fold(Outcome::NotAllowed, |all, next| match all {
                Outcome::NotAllowed => next,
                Outcome::Empty | Outcome::Other => {
                    if next == Outcome::Empty {
                        all
                    } else {
                        Outcome::Other
                    }
                }
            })
        }
        Kind::Group(members) | Kind::Interleave(members) => {
            members.iter().map(|member| outcome(member, outcomes)).fold(Outcome::Empty, |all, next| match (all, next) {
                (Outcome::NotAllowed, _) | (_, Outcome::NotAllowed) => Outcome::NotAllowed,
                (Outcome::Empty, Outcome::Empty) => Outcome::Empty,
                _ => Outcome::Other,
            })
        }
        Kind::Ref(id) => outcomes[id.0 as usize],
    }
}
