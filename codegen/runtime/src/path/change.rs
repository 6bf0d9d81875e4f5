//! Setting and removing what a path leads to.

use super::every::values;
use super::find::{Chosen, Route, choose, is_unread, own_name, unknown, value as value_of};
use super::{Change, Path, PathError, PathErrorKind, Step};
use crate::content::Content;
use crate::extra::KeptNode;
use crate::info::{FieldInfo, FieldKind};
use crate::scalar::ScalarError;
use crate::slots::{Field, Room, Selection, SlotMut};
use crate::whole;

type Outcome = Result<Change, PathErrorKind>;

/// Sets the value that a path leads to; elements on the way that are not there are made, one behind the last of several, too.
pub(crate) fn set(content: &mut dyn Content, path: &str, value: &str) -> Result<Change, PathError> {
    let path = Path::parse(path)?;
    if let Some((_, character)) = domxml_xml::forbidden(value) {
        return Err(path.error(path.steps.len(), PathErrorKind::Unwritable(character)));
    }
    let start = own_name(content, &path);
    set_at(content, &path, start, value)
}

/// Removes what a path leads to: an attribute, a text, or an element with all that is in it.
pub(crate) fn remove(content: &mut dyn Content, path: &str) -> Result<Change, PathError> {
    let path = Path::parse(path)?;
    let start = own_name(content, &path);
    if start == path.steps.len() {
        return Err(path.error(start, PathErrorKind::Required));
    }
    remove_at(content, &path, start)
}

fn set_at(content: &mut dyn Content, path: &Path<'_>, at: usize, value: &str) -> Result<Change, PathError> {
    let Some(&(step, _)) = path.steps.get(at) else {
        // An element stands for its text, and one without any is just there.
        return match Route::of(content, Step::Text) {
            Some(route) => set_value(content, &route, value).map_err(|kind| path.error(at, kind)),
            None if value.is_empty() => Ok(Change::default()),
            None => Err(path.error(at, PathErrorKind::NoValue)),
        };
    };
    let Some(route) = Route::of(content, step) else { return Err(path.error(at, unknown(content, step))) };
    let Step::Child { number, .. } = step else {
        return set_value(content, &route, value).map_err(|kind| path.error(at, kind));
    };
    let count = route.count(content);
    // A value takes the place of one that could not be read. An element does not: what else is in that one would be lost.
    let is_value = |line: &FieldInfo| matches!(line.kind, FieldKind::Leaf | FieldKind::Flag) && !line.many;
    let mut replaces = false;
    let wanted = match choose(content, &route, number) {
        Ok(Chosen::Read(wanted)) => wanted,
        Ok(Chosen::Unread(_)) if is_value(route.line) => {
            replaces = true;
            0
        }
        Ok(Chosen::Unread(_)) => return Err(path.error(at, PathErrorKind::Unread)),
        Err(PathErrorKind::Absent) => 0,
        Err(PathErrorKind::Only(last)) if number == Some(last + 1) => count,
        Err(kind) => return Err(path.error(at, kind)),
    };
    let target = Target { path, at, wanted, new: wanted == count };
    let done = match slot_mut(content, &route) {
        Some(SlotMut::Mix(mix)) if target.new => {
            let Some(slot) = route.variant.and_then(|variant| mix.open(variant)) else {
                return Err(path.error(at, PathErrorKind::Full));
            };
            let done = Target { wanted: 0, new: false, ..target }.set(slot, value);
            if done.is_err() {
                mix.close();
            }
            done
        }
        Some(SlotMut::Mix(mix)) => {
            let (mut left, mut done) = (wanted, Ok(Change::default()));
            mix.each_mut(&mut |line, slot| {
                if std::ptr::eq(line, route.line) {
                    if left == 0 {
                        done = Target { wanted: 0, ..target }.set(slot, value);
                    }
                    left = left.wrapping_sub(1);
                }
            });
            done
        }
        Some(slot) => target.set(slot, value),
        None => Err(path.error(at, PathErrorKind::NoValue)),
    }?;
    if replaces {
        forget(content, route.line);
    }
    Ok(done)
}

/// One of the children in a field.
#[derive(Clone, Copy)]
struct Target<'p> {
    path: &'p Path<'p>,
    /// The step that names it.
    at: usize,
    /// Its number, from 0 on.
    wanted: usize,
    /// Whether it is still to be made.
    new: bool,
}

impl Target<'_> {
    fn set(self, slot: SlotMut<'_>, value: &str) -> Result<Change, PathError> {
        let Target { path, at, wanted, new } = self;
        let error = |kind| path.error(at, kind);
        let rest = &path.steps[at + 1..];
        let is_value = rest.is_empty() || matches!(rest, [(Step::Text, _)]);
        let full = |room: Room| new && room != Room::Free;
        match slot {
            SlotMut::Child(nest) if full(nest.room()) => Err(error(PathErrorKind::Full)),
            SlotMut::Child(nest) if new => {
                let done = set_at(nest.open(), path, at + 1, value);
                if done.is_err() {
                    nest.close();
                }
                done
            }
            SlotMut::Child(nest) => match nest.get_mut(wanted) {
                Some(child) => set_at(child, path, at + 1, value),
                None => Err(error(PathErrorKind::Absent)),
            },
            SlotMut::Value(field) if is_value && full(field.room()) => Err(error(PathErrorKind::Full)),
            SlotMut::Value(field) if is_value => {
                let before = spelt(field).into_iter().nth(wanted);
                write_value(field, wanted, value).map_err(error)?;
                Ok(Change { before, lost: Vec::new() })
            }
            SlotMut::Flag(flag) if is_value && full(flag.room()) => Err(error(PathErrorKind::Full)),
            SlotMut::Flag(flag) if is_value && value.is_empty() => {
                if new {
                    flag.raise();
                }
                Ok(Change { before: (!new).then(String::new), lost: Vec::new() })
            }
            SlotMut::Value(_) => Err(path.error(at + 1, PathErrorKind::NoField { nearest: None })),
            _ => Err(error(PathErrorKind::NoValue)),
        }
    }
}

/// The field at the end of a way.
fn slot_mut<'c>(content: &'c mut dyn Content, route: &Route) -> Option<SlotMut<'c>> {
    owner_mut(content, &route.through)?.field_mut(route.index)
}

fn owner_mut<'c>(content: &'c mut dyn Content, through: &[usize]) -> Option<&'c mut dyn Content> {
    let Some((first, rest)) = through.split_first() else { return Some(content) };
    match content.field_mut(*first)? {
        SlotMut::Payload(payload) => owner_mut(payload.members_mut()?, rest),
        _ => None,
    }
}

/// Sets an attribute or a text.
fn set_value(content: &mut dyn Content, route: &Route, value: &str) -> Outcome {
    let before = value_of(content, route);
    match slot_mut(content, route) {
        Some(SlotMut::Value(field)) => write_value(field, 0, value)?,
        Some(SlotMut::Payload(_)) => return decide(content, route, Some(value), before),
        _ => return Err(PathErrorKind::NoValue),
    }
    forget(content, route.line);
    Ok(Change { before, lost: Vec::new() })
}

/// Gives the attribute that decides a choice another value, or none. What the other branch has too goes along.
fn decide(content: &mut dyn Content, route: &Route, value: Option<&str>, before: Option<String>) -> Outcome {
    if value.is_some() && value == before.as_deref() {
        return Ok(Change { before, lost: Vec::new() });
    }
    let mut lost = values(content);
    let Some(SlotMut::Payload(payload)) = slot_mut(content, route) else { return Err(PathErrorKind::NoValue) };
    let table = payload.table();
    let selection = payload.exchange(value, &mut |old, new| {
        if let (Some(old), Some(new)) = (old.members_mut(), new.members_mut()) {
            whole::carry(old, new);
        }
    });
    match selection {
        Selection::Chosen | Selection::Absent | Selection::Assumed => {}
        Selection::Missing => return Err(PathErrorKind::Required),
        Selection::Unknown => {
            let value = value.unwrap_or_default().to_owned();
            return Err(PathErrorKind::Value { value, error: ScalarError::one_of(table.values) });
        }
    }
    if let Some(extra) = content.extra_mut() {
        if selection == Selection::Assumed {
            extra.assumed = Some(table);
        } else if extra.assumed.is_some_and(|assumed| std::ptr::eq(assumed, table)) {
            extra.assumed = None;
        }
        if let Some(kept) = &mut extra.kept {
            kept.open = false;
        }
    }
    let left = values(content);
    lost.retain(|(path, _)| left.iter().all(|(other, _)| other != path));
    lost.retain(|(path, _)| path.strip_prefix('@') != Some(table.name));
    Ok(Change { before, lost })
}

/// Forgets what is kept in the place of a field because it could not be read.
fn forget(content: &mut dyn Content, line: &FieldInfo) {
    if let Some(kept) = content.extra_mut().and_then(|extra| extra.kept.as_deref_mut()) {
        if line.is_child() {
            kept.nodes.retain(|node| !node.is_element(line.name));
        } else {
            kept.values.retain(|own| !line.is(own.ns, own.name));
            kept.assumed.retain(|own| !line.is(own.ns, own.name));
        }
    }
}

fn spelt(field: &dyn Field) -> Vec<String> {
    let spell = |index| {
        let mut text = String::new();
        field.write(index, &mut text);
        text
    };
    (0..field.count()).map(spell).collect()
}

/// Sets the value with this number, or adds one behind the last.
fn write_value(field: &mut dyn Field, index: usize, value: &str) -> Result<(), PathErrorKind> {
    let before = spelt(field);
    field.clear();
    let refused = |error: ScalarError| PathErrorKind::Value { value: value.to_owned(), error };
    let mut failed = None;
    let index = index.min(before.len());
    let mut values: Vec<&str> = before.iter().map(String::as_str).collect();
    match values.get_mut(index) {
        Some(former) => *former = value,
        None => values.push(value),
    }
    for (at, text) in values.into_iter().enumerate() {
        match field.read(text) {
            Ok(Some(reason)) if at == index => {
                failed = Some(PathErrorKind::Refused { value: value.to_owned(), reason });
            }
            Err(error) if at == index => failed = Some(refused(error)),
            // It stood there.
            _ => {}
        }
    }
    let Some(failed) = failed else { return Ok(()) };
    rewrite(field, &before);
    Err(failed)
}

fn rewrite(field: &mut dyn Field, values: &[String]) {
    field.clear();
    for text in values {
        // Each of them was read or written before.
        let _ = field.read(text);
    }
}

fn remove_at(content: &mut dyn Content, path: &Path<'_>, at: usize) -> Result<Change, PathError> {
    let step = path.steps[at].0;
    let error = |kind| path.error(at, kind);
    let Some(route) = Route::of(content, step) else {
        return drop_unknown(content, step).ok_or_else(|| error(unknown(content, step)));
    };
    let Step::Child { number, .. } = step else { return remove_value(content, &route).map_err(error) };
    let is_last = at + 1 == path.steps.len();
    let chosen = match choose(content, &route, number) {
        Ok(Chosen::Read(chosen)) => chosen,
        Ok(Chosen::Unread(chosen)) if is_last => return Ok(drop_unread(content, route.line, chosen)),
        Ok(Chosen::Unread(_)) => return Err(error(PathErrorKind::Unread)),
        Err(PathErrorKind::Absent) => return Ok(Change::default()),
        Err(kind) => return Err(error(kind)),
    };
    if is_last {
        let done = remove_child(content, &route, chosen).map_err(error)?;
        move_up(content, route.line, chosen);
        return Ok(done);
    }
    match slot_mut(content, &route) {
        Some(SlotMut::Child(nest)) => match nest.get_mut(chosen) {
            Some(child) => remove_at(child, path, at + 1),
            None => Ok(Change::default()),
        },
        Some(SlotMut::Mix(mix)) => {
            let (mut left, mut done) = (chosen, Ok(Change::default()));
            mix.each_mut(&mut |line, slot| {
                if std::ptr::eq(line, route.line) {
                    if left == 0
                        && let SlotMut::Child(nest) = slot
                        && let Some(child) = nest.get_mut(0)
                    {
                        done = remove_at(child, path, at + 1);
                    }
                    left = left.wrapping_sub(1);
                }
            });
            done
        }
        _ => Err(path.error(at + 1, PathErrorKind::NoField { nearest: None })),
    }
}

/// Removes an attribute that the format does not have, if it is there.
fn drop_unknown(content: &mut dyn Content, step: Step<'_>) -> Option<Change> {
    let Step::Attribute { prefix, name } = step else { return None };
    let kept = content.extra_mut()?.kept.as_deref_mut()?;
    let spelt = prefix.map_or_else(|| name.to_owned(), |prefix| format!("{prefix}:{name}"));
    let at = kept.attributes.iter().position(|(own, _)| **own == *spelt)?;
    let (_, value) = kept.attributes.remove(at);
    Some(Change { before: Some(value.into()), lost: Vec::new() })
}

/// Removes a child that could not be read, by its number among those of its name.
fn drop_unread(content: &mut dyn Content, line: &FieldInfo, chosen: usize) -> Change {
    let nodes = content.extra_mut().and_then(|extra| extra.kept.as_deref_mut()).map(|kept| &mut kept.nodes);
    let before = nodes.and_then(|nodes| {
        let (at, _) = nodes.iter().enumerate().filter(|(_, node)| is_unread(node, line)).nth(chosen)?;
        Some(nodes.remove(at).text.into())
    });
    Change { before, lost: Vec::new() }
}

/// What could not be read stands behind one child less of its name where one before it is gone.
fn move_up(content: &mut dyn Content, line: &FieldInfo, gone: usize) {
    let Some(kept) = content.extra_mut().and_then(|extra| extra.kept.as_deref_mut()) else { return };
    let behind = |node: &&mut KeptNode| node.nth as usize > gone && node.nth < u32::MAX;
    for node in kept.nodes.iter_mut().filter(|node| is_unread(node, line)).filter(behind) {
        node.nth -= 1;
    }
}

fn remove_value(content: &mut dyn Content, route: &Route) -> Outcome {
    let before = value_of(content, route);
    if before.is_none() {
        return Ok(Change::default());
    }
    match slot_mut(content, route) {
        Some(SlotMut::Value(field)) => {
            field.clear();
            if field.count() > 0 {
                return Err(PathErrorKind::Required);
            }
        }
        Some(SlotMut::Payload(_)) => return decide(content, route, None, before),
        _ => return Err(PathErrorKind::NoValue),
    }
    forget(content, route.line);
    Ok(Change { before, lost: Vec::new() })
}

/// Removes the child with this number, from 0 on.
fn remove_child(content: &mut dyn Content, route: &Route, chosen: usize) -> Outcome {
    let mut before = String::new();
    let gone = match slot_mut(content, route) {
        Some(SlotMut::Child(nest)) => nest.remove(chosen),
        Some(SlotMut::Value(field)) => {
            let mut values = spelt(field);
            before = values.remove(chosen);
            rewrite(field, &values);
            field.count() == values.len()
        }
        Some(SlotMut::Flag(flag)) => flag.lower(),
        Some(SlotMut::Verbatim(field)) => field.remove(chosen),
        Some(SlotMut::Mix(mix)) => {
            let (mut place, mut all, mut left) = (None, 0, chosen);
            mix.each(&mut |line, _| {
                if std::ptr::eq(line, route.line) {
                    if left == 0 {
                        place = Some(all);
                    }
                    left = left.wrapping_sub(1);
                }
                all += 1;
            });
            place.is_some_and(|place| mix.remove(place))
        }
        _ => false,
    };
    if gone { Ok(Change { before: Some(before), lost: Vec::new() }) } else { Err(PathErrorKind::Required) }
}
