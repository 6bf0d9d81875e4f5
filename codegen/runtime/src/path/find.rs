//! Following a path, and reading what stands at its end.

use super::{Path, PathError, PathErrorKind, Step};
use crate::content::Content;
use crate::extra::{Extra, KeptNode, is_assumed};
use crate::info::{FieldInfo, FieldKind, Name};
use crate::near::nearest;
use crate::slots::Slot;
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
    content.info().payload_fields().find_map(|index| {
        let Some(Slot::Payload(payload)) = content.field(index) else { return None };
        let mut route = route(payload.members()?, takes)?;
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
            Slot::Payload(payload) => payload.members(),
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
pub(super) fn spelt(ns: &str, name: &str) -> String {
    if ns.is_empty() { name.to_owned() } else { format!("{}:{name}", usual_prefix(ns)) }
}

/// Whether a node that is kept is a child of the name of a field.
pub(super) fn is_unread(node: &KeptNode, line: &FieldInfo) -> bool {
    let prefixed = node.element_name().is_some_and(|name| name.contains(':'));
    node.local_name() == Some(line.name) && prefixed != line.ns.is_empty()
}

/// Before which of the children in a field, by their numbers from 0 on, those of its name stand that could not be read.
pub(super) fn unread<'e>(extra: Option<&'e Extra>, line: &'e FieldInfo) -> impl Iterator<Item = usize> + 'e {
    let nodes = extra.and_then(|extra| extra.kept.as_deref()).map_or(&[][..], |kept| &kept.nodes);
    nodes.iter().filter(move |node| is_unread(node, line)).map(|node| node.nth as usize)
}

/// One of the children of a name, by its number from 0 on.
pub(super) enum Chosen {
    /// Among those in the field.
    Read(usize),
    /// Among those that could not be read.
    Unread(usize),
}

/// The child of a name that is meant. They are counted as they stand in the document, those that could not be read too.
pub(super) fn choose(content: &dyn Content, route: &Route, number: Option<usize>) -> Result<Chosen, PathErrorKind> {
    let read = route.count(content);
    let places: Vec<usize> =
        unread(content.extra(), route.line).enumerate().map(|(at, before)| before.min(read) + at).collect();
    let total = read + places.len();
    let wanted = match number {
        None | Some(1) if total == 0 => return Err(PathErrorKind::Absent),
        // Where there may be one alone, it is the one that could be read.
        None if read == 1 && !route.line.many => return Ok(Chosen::Read(0)),
        None if total > 1 => return Err(PathErrorKind::Several(total)),
        Some(number) if number > total => return Err(PathErrorKind::Only(total)),
        number => number.unwrap_or(1) - 1,
    };
    let before = places.iter().filter(|place| **place < wanted).count();
    Ok(if places.contains(&wanted) { Chosen::Unread(before) } else { Chosen::Read(wanted - before) })
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
        let chosen = match choose(content, &route, number) {
            Ok(Chosen::Read(chosen)) => chosen,
            Ok(Chosen::Unread(_)) => return Err(error(PathErrorKind::Unread)),
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
            let value = payload.get()?.value()?;
            (!is_assumed(assumed, payload.table(), value)).then(|| value.to_owned())
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
