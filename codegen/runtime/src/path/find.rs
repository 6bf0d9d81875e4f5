//! Following a path, and reading what stands at its end.

use super::{Path, PathError, PathErrorKind, Step};
use crate::content::{Content, fields};
use crate::info::{Blank, FieldInfo, FieldKind, Name};
use crate::near::nearest;
use crate::slots::{Field, Slot};
use crate::writer::usual_prefix;

/// The way from an element to one of its fields.
pub(super) struct Route {
    /// The numbers of the payloads that it leads through.
    pub(super) through: Vec<usize>,
    /// The number of the field.
    pub(super) index: usize,
    /// Its line in the table; of a mix that of the variant.
    pub(super) line: &'static FieldInfo,
    /// Whether it is a variant of a mix, and which.
    pub(super) variant: Option<usize>,
}

/// Finds a field of an element, be it in the members of a payload.
pub(super) fn route(content: &dyn Content, takes: &dyn Fn(&FieldInfo) -> bool) -> Option<Route> {
    for (index, line) in content.info().fields.iter().enumerate() {
        let variant = line.entries.iter().position(takes);
        if let Some(line) = variant.map(|at| &line.entries[at]).or(takes(line).then_some(line)) {
            return Some(Route { through: Vec::new(), index, line, variant });
        }
    }
    (0..content.info().fields.len()).find_map(|index| {
        let Some(Slot::Payload(payload)) = content.field(index) else { return None };
        let mut route = route(payload.get()?.members()?, takes)?;
        route.through.insert(0, index);
        Some(route)
    })
}

impl Route {
    pub(super) fn of(content: &dyn Content, step: Step<'_>) -> Option<Route> {
        route(content, &|line| takes(line, step))
    }

    /// The struct that has the field: the element, or the members of a payload.
    pub(super) fn owner<'c>(&self, content: &'c dyn Content) -> Option<&'c dyn Content> {
        self.through.iter().try_fold(content, |content, index| match content.field(*index)? {
            Slot::Payload(payload) => payload.get()?.members(),
            _ => None,
        })
    }

    /// What the field holds; of a mix, each entry of the variant.
    pub(super) fn slots<'c>(&self, content: &'c dyn Content) -> Vec<Slot<'c>> {
        let slot = self.owner(content).and_then(|owner| owner.field(self.index));
        match slot {
            Some(Slot::Mix(mix)) => {
                let mut slots = Vec::new();
                mix.each(&mut |line, slot| {
                    if std::ptr::eq(line, self.line) {
                        slots.push(slot);
                    }
                });
                slots
            }
            slot => slot.into_iter().collect(),
        }
    }

    /// How many there are.
    pub(super) fn count(&self, content: &dyn Content) -> usize {
        self.slots(content).iter().map(Slot::count).sum()
    }
}

fn takes(line: &FieldInfo, step: Step<'_>) -> bool {
    let named = |prefix: Option<&str>, name: &str| {
        line.name == name
            && (line.ns.is_empty() == prefix.is_none())
            && prefix.is_none_or(|it| usual_prefix(line.ns) == it)
    };
    match step {
        Step::Child { prefix, name, .. } => line.is_child() && named(prefix, name),
        Step::Attribute { prefix, name } => {
            matches!(line.kind, FieldKind::Attribute | FieldKind::Payload) && named(prefix, name)
        }
        Step::Text => line.kind == FieldKind::Text,
    }
}

/// What to say of a name that the format does not have: the nearest that it has.
pub(super) fn unknown(content: &dyn Content, step: Step<'_>) -> PathErrorKind {
    let (mut names, attribute) = (Vec::new(), matches!(step, Step::Attribute { .. }));
    // Finds nothing, and sees all.
    let seen = std::cell::RefCell::new(&mut names);
    let _ = route(content, &|line| {
        let of_kind = if attribute { !line.is_child() && !line.name.is_empty() } else { line.is_child() };
        if of_kind {
            seen.borrow_mut().push((line.ns, line.name));
        }
        false
    });
    let (Step::Child { name, .. } | Step::Attribute { name, .. }) = step else {
        return PathErrorKind::NoField { nearest: None };
    };
    let near = nearest(name, names.iter().map(|(_, name)| *name));
    let near = near.and_then(|near| names.iter().find(|(_, name)| *name == near));
    let at = if attribute { "@" } else { "" };
    PathErrorKind::NoField { nearest: near.map(|(ns, name)| format!("{at}{}", spelt(ns, name))) }
}

/// A name as a step of a path.
fn spelt(ns: &str, name: &str) -> String {
    if ns.is_empty() { name.to_owned() } else { format!("{}:{name}", usual_prefix(ns)) }
}

/// The number, from 0 on, of the one that is meant of so many.
pub(super) fn choose(count: usize, number: Option<usize>) -> Result<usize, PathErrorKind> {
    match number {
        _ if count == 0 && number.unwrap_or(1) == 1 => Err(PathErrorKind::Absent),
        None if count > 1 => Err(PathErrorKind::Several(count)),
        None => Ok(0),
        Some(number) if number > count => Err(PathErrorKind::Only(count)),
        Some(number) => Ok(number - 1),
    }
}

/// How many steps of a path are the name of the element that it is asked of.
pub(super) fn own_name(content: &dyn Content, path: &Path<'_>) -> usize {
    let Some((step @ Step::Child { name, number: None, .. }, _)) = path.steps.first() else { return 0 };
    let own = content.info().element.is_some_and(|Name { local, .. }| local == *name);
    usize::from(own && Route::of(content, *step).is_none())
}

/// What stands at the end of a path.
enum End<'c> {
    Element(&'c dyn Content),
    Value(String),
    Nothing,
}

fn follow<'c>(content: &'c dyn Content, path: &Path<'_>) -> Result<End<'c>, PathError> {
    let mut content = content;
    for at in own_name(content, path)..path.steps.len() {
        let step = path.steps[at].0;
        let last = at + 1 == path.steps.len();
        let error = |kind| path.error(at, kind);
        let Some(route) = Route::of(content, step) else {
            let kept = kept_attribute(content, step);
            return kept.map(End::Value).ok_or_else(|| error(unknown(content, step)));
        };
        let Step::Child { number, .. } = step else {
            return Ok(value(content, &route).map_or(End::Nothing, End::Value));
        };
        let chosen = match choose(route.count(content), number) {
            Ok(chosen) => chosen,
            Err(PathErrorKind::Absent) if last => return Ok(End::Nothing),
            Err(kind) => return Err(error(kind)),
        };
        let is_text = path.steps.get(at + 1).is_some_and(|(step, _)| *step == Step::Text);
        match child(&route, content, chosen) {
            Some(End::Element(inner)) => content = inner,
            Some(value) if last || is_text => return Ok(value),
            // Nothing of a value can be asked for but itself.
            _ => return Err(path.error(at + 1, PathErrorKind::NoField { nearest: None })),
        }
    }
    Ok(End::Element(content))
}

/// The child with this number, from 0 on.
fn child<'c>(route: &Route, content: &'c dyn Content, chosen: usize) -> Option<End<'c>> {
    let mut left = chosen;
    for slot in route.slots(content) {
        let count = slot.count();
        if left >= count {
            left -= count;
            continue;
        }
        return Some(match slot {
            Slot::Child(nest) => End::Element(nest.get(left)?),
            Slot::Value(field) => {
                let mut text = String::new();
                field.write(left, &mut text);
                End::Value(text)
            }
            Slot::Verbatim(field) => End::Value(field.entries().get(left)?.source.clone()),
            _ => End::Value(String::new()),
        });
    }
    None
}

/// The value of an attribute or a text.
pub(super) fn value(content: &dyn Content, route: &Route) -> Option<String> {
    match route.owner(content)?.field(route.index)? {
        Slot::Value(field) if field.count() > 0 => {
            let mut text = String::new();
            field.write(0, &mut text);
            Some(text)
        }
        Slot::Value(_) => {
            let kept = content.extra()?.kept.as_deref()?;
            let own = kept.values.iter().find(|own| route.line.is(own.ns, own.name))?;
            Some(own.value.to_string())
        }
        Slot::Payload(payload) => {
            let assumed = content.extra().and_then(|extra| extra.assumed);
            let absent = assumed.is_some_and(|assumed| std::ptr::eq(assumed, payload.table()))
                && payload.table().default.map(|default| default.value) == payload.get().and_then(|it| it.value());
            payload.get().filter(|_| !absent)?.value().map(str::to_owned)
        }
        _ => None,
    }
}

/// The value of an attribute that the format does not have.
fn kept_attribute(content: &dyn Content, step: Step<'_>) -> Option<String> {
    let Step::Attribute { prefix, name } = step else { return None };
    let kept = content.extra()?.kept.as_deref()?;
    let spelt = prefix.map_or_else(|| name.to_owned(), |prefix| format!("{prefix}:{name}"));
    kept.attributes.iter().find(|(own, _)| **own == *spelt).map(|(_, value)| value.to_string())
}

/// The value that a path leads to; none where nothing stands there.
pub(crate) fn get(content: &dyn Content, path: &str) -> Result<Option<String>, PathError> {
    let path = Path::parse(path)?;
    match follow(content, &path)? {
        End::Value(value) => Ok(Some(value)),
        End::Nothing => Ok(None),
        End::Element(element) => match Route::of(element, Step::Text) {
            Some(route) => Ok(value(element, &route)),
            None => Err(path.error(path.steps.len(), PathErrorKind::NoValue)),
        },
    }
}

/// The element that a path leads to.
pub(crate) fn element<'c>(content: &'c dyn Content, path: &str) -> Result<Option<&'c dyn Content>, PathError> {
    match follow(content, &Path::parse(path)?)? {
        End::Element(element) => Ok(Some(element)),
        End::Value(_) | End::Nothing => Ok(None),
    }
}

/// Everything that an element says: the paths of its values, and these. An element that says nothing else has an empty value.
#[must_use]
pub fn values(content: &dyn Content) -> Vec<(String, String)> {
    let mut found = Found::default();
    list(content, "", &mut found);
    found.all
}

/// What is wrong with the first value that cannot be read again as it would be written.
pub(crate) fn check(content: &dyn Content) -> Result<(), PathError> {
    let mut found = Found::default();
    list(content, "", &mut found);
    found.wrong.map_or(Ok(()), Err)
}

/// What an element says.
#[derive(Default)]
struct Found {
    /// Paths and values.
    all: Vec<(String, String)>,
    /// The first value that cannot be written.
    wrong: Option<PathError>,
}

impl Found {
    fn push(&mut self, path: String, value: String) {
        self.all.push((path, value));
    }

    /// Adds a value of a field.
    fn value(&mut self, path: String, line: &FieldInfo, field: &dyn Field, at: usize) {
        let mut value = String::new();
        field.write(at, &mut value);
        let kind = match field.check(at) {
            Err(error) => Some(PathErrorKind::Value { value: value.clone(), error }),
            Ok(()) if value.is_empty() && line.blank == Blank::Absent => {
                Some(PathErrorKind::Refused { value: String::new(), reason: "that is read as if it were not there" })
            }
            Ok(()) => None,
        };
        if let Some(kind) = kind {
            self.wrong.get_or_insert_with(|| PathError { path: path.clone(), kind });
        }
        self.push(path, value);
    }
}

fn list(content: &dyn Content, place: &str, found: &mut Found) {
    let below = |step: String| if place.is_empty() { step } else { format!("{place}/{step}") };
    fields(content, |line, slot| {
        let name = spelt(line.ns, line.name);
        match slot {
            Slot::Payload(payload) => {
                let Some(payload) = payload.get() else { return };
                if let Some(value) = payload.value() {
                    found.push(below(format!("@{name}")), value.to_owned());
                }
                if let Some(members) = payload.members() {
                    list(members, place, found);
                }
            }
            Slot::Value(field) if line.kind == FieldKind::Attribute && field.count() > 0 => {
                found.value(below(format!("@{name}")), line, field, 0);
            }
            Slot::Attributes(attributes) => {
                for it in attributes.iter() {
                    found.push(below(format!("@{}", spelt(&it.ns, &it.name))), it.value.clone());
                }
            }
            Slot::Mix(mix) => {
                let mut seen = vec![0; line.entries.len()];
                mix.each(&mut |line_of, slot| {
                    let at = line.entries.iter().position(|entry| std::ptr::eq(entry, line_of)).unwrap_or_default();
                    children(line_of, slot, &mut seen[at], &below, found);
                });
            }
            slot => {
                if line.many && line.required && slot.count() == 0 {
                    let lacks = || PathError { path: below(name.clone()), kind: PathErrorKind::Required };
                    found.wrong.get_or_insert_with(lacks);
                }
                children(line, slot, &mut 0, &below, found);
            }
        }
    });
}

/// Lists what children or a text say; `number` counts those of the name.
fn children(line: &FieldInfo, slot: Slot<'_>, number: &mut usize, below: &dyn Fn(String) -> String, found: &mut Found) {
    let name = spelt(line.ns, line.name);
    for at in 0..slot.count() {
        *number += 1;
        let step = match line.kind {
            FieldKind::Text => "text()".to_owned(),
            _ if line.many => format!("{name}[{number}]"),
            _ => name.clone(),
        };
        match slot {
            Slot::Child(nest) => {
                let Some(child) = nest.get(at) else { continue };
                let before = found.all.len();
                list(child, &below(step.clone()), found);
                if found.all.len() == before {
                    found.push(below(step), String::new());
                }
            }
            Slot::Value(field) => found.value(below(step), line, field, at),
            Slot::Verbatim(field) => {
                if let Some(own) = field.entries().get(at) {
                    found.push(below(step), own.source.clone());
                }
            }
            _ => found.push(below(step), String::new()),
        }
    }
}
