//! The values that an attribute or a text takes.

use std::fmt;

use super::Change;
use crate::datatype::Type;
use crate::grammar::{Datatype, Grammar, Kind, Param, Pattern};
use crate::schema::NodeId;

/// A literal, or a set of values.
#[derive(Debug, Clone)]
pub(super) struct Value {
    kind: ValueKind,
    pub(super) origin: NodeId,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum ValueKind {
    Text,
    /// No text at all.
    Empty,
    Literal {
        datatype: Datatype,
        text: String,
        ns: String,
    },
    Data {
        datatype: Datatype,
        params: Vec<Param>,
        /// What is excepted, in the order of the schema.
        except: Vec<Value>,
    },
    /// A list, as its pattern prints itself.
    List(String),
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Value {}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ValueKind::Text => f.write_str("any text"),
            ValueKind::Empty => f.write_str("no text"),
            ValueKind::Literal { text, .. } => write!(f, "{text:?}"),
            ValueKind::List(pattern) => write!(f, "a list of {pattern}"),
            ValueKind::Data { datatype, params, except } => {
                match Type::new(datatype, params) {
                    Ok(datatype) => write!(f, "{datatype}")?,
                    Err(_) => f.write_str(&datatype.name)?,
                }
                for (index, value) in except.iter().enumerate() {
                    write!(f, "{}{value}", if index == 0 { " except " } else { ", " })?;
                }
                Ok(())
            }
        }
    }
}

/// The values of a pattern.
pub(super) fn collect(grammar: &Grammar, pattern: &Pattern) -> Vec<Value> {
    let mut values = Vec::new();
    add(grammar, pattern, &mut values);
    values
}

fn add(grammar: &Grammar, pattern: &Pattern, values: &mut Vec<Value>) {
    let kind = match &pattern.kind {
        Kind::Text => ValueKind::Text,
        Kind::Empty => ValueKind::Empty,
        Kind::Value { datatype, value, ns } => {
            ValueKind::Literal { datatype: datatype.clone(), text: value.clone(), ns: ns.clone() }
        }
        Kind::Data { datatype, params, except } => ValueKind::Data {
            datatype: datatype.clone(),
            params: params.clone(),
            except: except.as_deref().map(|except| collect(grammar, except)).unwrap_or_default(),
        },
        Kind::List(inner) => ValueKind::List(tokens(grammar, inner)),
        Kind::Choice(members) | Kind::Group(members) | Kind::Interleave(members) => {
            return members.iter().for_each(|member| add(grammar, member, values));
        }
        Kind::OneOrMore(inner) => return add(grammar, inner, values),
        Kind::Ref(id) => return add(grammar, &grammar.defines[id.0 as usize].pattern, values),
        Kind::NotAllowed | Kind::Attribute { .. } | Kind::Element { .. } => return,
    };
    let value = Value { kind, origin: pattern.origin };
    if !values.contains(&value) {
        values.push(value);
    }
}

/// The pattern of a list on one line.
fn tokens(grammar: &Grammar, pattern: &Pattern) -> String {
    let all = |members: &[Pattern], between: &str| {
        let members: Vec<String> = members.iter().map(|member| tokens(grammar, member)).collect();
        format!("({})", members.join(between))
    };
    match &pattern.kind {
        Kind::Choice(members) => all(members, " | "),
        Kind::Group(members) | Kind::Interleave(members) => all(members, " "),
        Kind::OneOrMore(inner) => format!("{}+", tokens(grammar, inner)),
        Kind::Ref(id) => tokens(grammar, &grammar.defines[id.0 as usize].pattern),
        _ => collect(grammar, pattern).iter().map(ToString::to_string).collect(),
    }
}

impl Value {
    /// Whether every text of the other is surely one of these.
    fn holds(&self, other: &Value) -> bool {
        match (&self.kind, &other.kind) {
            (ValueKind::Text, _) => true,
            (ValueKind::Data { datatype, params, except }, other) => {
                let Ok(own) = Type::new(datatype, params) else { return self.kind == *other };
                if !except.is_empty() {
                    return self.kind == *other
                        || matches!(other, ValueKind::Literal { text, .. } if own.accepts(text, &()) && except.iter().all(|not| !not.takes(text)));
                }
                own.accepts_all()
                    || match other {
                        ValueKind::Empty => own.accepts("", &()),
                        ValueKind::Literal { text, .. } => own.accepts(text, &()),
                        ValueKind::Data { datatype, params, .. } => {
                            Type::new(datatype, params).is_ok_and(|other| own.includes(&other))
                        }
                        ValueKind::Text | ValueKind::List(_) => false,
                    }
            }
            (
                ValueKind::Literal { datatype, text, ns },
                ValueKind::Literal { datatype: theirs, text: other, ns: other_ns },
            ) => datatype == theirs && ns == other_ns && self.takes(other) || text == other && ns == other_ns,
            (own, other) => own == other,
        }
    }

    /// Whether a text is one of these.
    fn takes(&self, text: &str) -> bool {
        match &self.kind {
            ValueKind::Literal { datatype, text: own, .. } => Type::new(datatype, &[]).is_ok_and(|datatype| {
                match (datatype.value(own, &()), datatype.value(text, &())) {
                    (Some(own), Some(other)) => own == other,
                    _ => own == text,
                }
            }),
            ValueKind::Data { datatype, params, except } => {
                Type::new(datatype, params).is_ok_and(|datatype| datatype.accepts(text, &()))
                    && !except.iter().any(|not| not.takes(text))
            }
            ValueKind::Text => true,
            ValueKind::Empty => text.is_empty(),
            ValueKind::List(_) => false,
        }
    }
}

/// The new values that are an old one written otherwise, with that one; both as they print themselves.
pub(super) fn respelt<'v>(old: &'v [Value], new: &'v [Value]) -> impl Iterator<Item = (String, String)> + 'v {
    new.iter().filter(|new| !old.contains(new)).filter_map(|new| {
        let known = old.iter().find(|old| old.holds(new) && new.holds(old))?;
        Some((new.to_string(), known.to_string()))
    })
}

/// A change, the old value and the new one.
type Changed<'v> = (Change, Option<&'v Value>, Option<&'v Value>);

/// What two sets of values differ in. A value that another one of its own set holds already counts for nothing.
pub(super) fn compare<'v>(old: &'v [Value], new: &'v [Value]) -> Vec<Changed<'v>> {
    let beyond = |these: &'v [Value], those: &[Value]| -> Vec<&'v Value> {
        these.iter().filter(|value| !those.iter().any(|other| other.holds(value))).collect()
    };
    let (mut gone, mut come) = (beyond(old, new), beyond(new, old));
    let mut found = Vec::new();
    // A set of values that holds one of the old, or is held by it, has taken its place.
    come.retain(|new| {
        let wider: Vec<&Value> = old.iter().filter(|old| !is_literal(old) && new.holds(old)).collect();
        if let Some(old) = wider.first() {
            found.push((Change::Widened, Some(*old), Some(*new)));
        }
        wider.is_empty()
    });
    gone.retain(|old| {
        let narrower: Vec<&Value> = new.iter().filter(|new| !is_literal(new) && old.holds(new)).collect();
        if let Some(new) = narrower.first() {
            found.push((Change::Narrowed, Some(*old), Some(*new)));
        }
        narrower.is_empty()
    });
    found.extend(gone.into_iter().map(|old| (Change::Removed, Some(old), None)));
    found.extend(come.into_iter().map(|new| (Change::Added, None, Some(new))));
    found
}

fn is_literal(value: &Value) -> bool {
    matches!(value.kind, ValueKind::Literal { .. } | ValueKind::Empty)
}
