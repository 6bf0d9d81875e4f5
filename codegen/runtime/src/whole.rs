//! What is done with all fields of a struct at once, by its table.

use crate::content::{Content, fields, fields_mut};
use crate::extra::{Extra, KeptValue, Span};
use crate::info::{FieldInfo, FieldKind, Name};
use crate::slots::{Prefer, Selection, Slot, SlotMut};
use crate::writer::usual_prefix;
use std::fmt;

/// Whether there is nothing in an element: no attribute, no text, no child, nothing unknown that is kept. Comments are nothing.
#[must_use]
pub fn says_nothing(content: &dyn Content) -> bool {
    let assumed = content.extra().and_then(|extra| extra.assumed);
    let unknown = content.extra().is_some_and(Extra::keeps_unknown);
    let mut nothing = !unknown;
    fields(content, |line, slot| {
        nothing = nothing
            && match slot {
                Slot::Payload(payload) => payload.get().is_none_or(|payload| {
                    let table = payload.attribute();
                    let left_out = assumed.is_some_and(|assumed| std::ptr::eq(assumed, table))
                        && table.default.is_some_and(|default| Some(default.value) == payload.value());
                    (left_out || payload.value().is_none()) && payload.members().is_none_or(says_nothing)
                }),
                Slot::Value(field) if line.kind == FieldKind::Text => {
                    let mut text = String::new();
                    if field.count() > 0 {
                        field.write(0, &mut text);
                    }
                    text.is_empty()
                }
                slot => slot.count() == 0,
            };
    });
    nothing
}

/// Takes over what a second element says: what may stand more than once stands beside what is there; of the rest, `prefer` says
/// which of the two counts. What `other` keeps verbatim is kept. Of two types that differ nothing is taken over.
///
/// A payload is merged where both have the same variant, and is one thing where they have not.
pub fn merge(content: &mut dyn Content, other: &mut dyn Content, prefer: Prefer) {
    let info = content.info();
    if !std::ptr::eq(info, other.info()) {
        return;
    }
    for index in 0..info.fields.len() {
        let (Some(mut own), Some(new)) = (content.field_mut(index), other.field_mut(index)) else { continue };
        if let (SlotMut::Payload(own), SlotMut::Payload(new)) = (&mut own, &new)
            && let (Some(own), Some(new)) = (own.get(), new.get())
            && own.value() == new.value()
        {
            // Merged below: the borrows end here.
        } else {
            own.absorb(new, prefer);
            continue;
        }
        if let (SlotMut::Payload(own), SlotMut::Payload(new)) = (own, new)
            && let (Some(own), Some(new)) = (own.get_mut(), new.get_mut())
            && let (Some(own), Some(new)) = (own.members_mut(), new.members_mut())
        {
            merge(own, new, prefer);
        }
    }
    let mut brings = false;
    if let (Some(own), Some(new)) = (content.extra_mut(), other.extra_mut()) {
        brings = new.kept.as_ref().is_some_and(|kept| !kept.attributes.is_empty());
        own.absorb(std::mem::take(new));
    }
    if brings {
        read_kept(content);
    }
}

/// Reads attributes that were kept because the branch in which they stood does not have them, where the branch that they have come to does.
fn read_kept(content: &mut dyn Content) {
    let kept = content.extra_mut().and_then(|extra| extra.kept.as_deref_mut());
    let Some(mut attributes) = kept.map(|kept| std::mem::take(&mut kept.attributes)) else { return };
    let mut unknown = Vec::new();
    fields_mut(content, |_, slot| {
        let SlotMut::Payload(payload) = slot else { return };
        let Some(members) = payload.members_mut() else { return };
        fields_mut(members, |line, slot| {
            if let SlotMut::Value(field) = slot
                && line.kind == FieldKind::Attribute
                && field.count() == 0
                && let Some(at) = attributes.iter().position(|(name, _)| line.is("", name))
            {
                let (_, value) = attributes.remove(at);
                if field.read(&value).is_err() {
                    unknown.push(KeptValue { ns: line.ns, name: line.name, value, absent: false });
                }
            }
        });
    });
    if let Some(extra) = content.extra_mut() {
        let kept = extra.kept_mut();
        kept.attributes = attributes;
        kept.values.append(&mut unknown);
    }
}

/// Moves what two structs have in common from one to the other, as where an element becomes another branch of a choice: fields
/// of the same name that hold the same, or what is spelt alike. What is already there is replaced. Returns whether nothing
/// was left behind.
pub fn carry(from: &mut dyn Content, to: &mut dyn Content) -> bool {
    let (source, target) = (from.info(), to.info());
    let mut whole = true;
    for (index, line) in source.fields.iter().enumerate() {
        let Some(slot) = from.field_mut(index) else { continue };
        let place = target.fields.iter().position(|other| {
            (other.kind == line.kind || other.is_child() && line.is_child()) && other.is(line.ns, line.name)
        });
        whole &= match place.and_then(|place| to.field_mut(place)) {
            Some(to) => carry_slot(slot, to),
            None => is_empty(&slot),
        };
    }
    if let (Some(own), Some(new)) = (to.extra_mut(), from.extra_mut()) {
        own.absorb(std::mem::take(new));
    }
    whole
}

fn is_empty(slot: &SlotMut<'_>) -> bool {
    match slot {
        SlotMut::Value(field) => field.count() == 0,
        SlotMut::Child(nest) => nest.count() == 0,
        SlotMut::Flag(flag) => flag.count() == 0,
        SlotMut::Payload(payload) => payload.get().is_none(),
        SlotMut::Mix(mix) => mix.count() == 0,
        SlotMut::Verbatim(verbatim) => verbatim.entries().is_empty(),
        SlotMut::Attributes(attributes) => attributes.is_empty(),
    }
}

fn carry_slot(from: SlotMut<'_>, mut to: SlotMut<'_>) -> bool {
    let same = match (&from, &to) {
        (SlotMut::Value(from), SlotMut::Value(to)) => (**from).type_id() == (**to).type_id(),
        (SlotMut::Child(from), SlotMut::Child(to)) => (**from).type_id() == (**to).type_id(),
        (SlotMut::Payload(from), SlotMut::Payload(to)) => (**from).type_id() == (**to).type_id(),
        (SlotMut::Value(_) | SlotMut::Child(_) | SlotMut::Payload(_), _) => false,
        _ => true,
    };
    if same {
        to.absorb(from, Prefer::Last);
        return true;
    }
    match (from, to) {
        (SlotMut::Value(from), SlotMut::Value(to)) => {
            let read = |index| {
                let mut text = String::new();
                from.write(index, &mut text);
                to.read(&text).is_ok()
            };
            (0..from.count()).map(read).fold(true, |all, one| all & one)
        }
        (SlotMut::Child(from), SlotMut::Child(to)) => {
            let mut whole = true;
            from.each_mut(&mut |child| whole &= carry(child, to.open()));
            whole
        }
        (SlotMut::Payload(from), SlotMut::Payload(to)) => {
            let Some(from) = from.get_mut() else { return true };
            let chosen = match (to.select(from.value()), from.value()) {
                (Selection::Chosen | Selection::Assumed, _) => true,
                (Selection::Unknown, Some(value))
                    if from.attribute().values.iter().all(|known| known.value != value) =>
                {
                    to.select_other(value);
                    true
                }
                _ => false,
            };
            let members = to.members_mut();
            match (from.members_mut(), members) {
                (Some(from), Some(to)) => carry(from, to) && chosen,
                (None, _) => chosen,
                (Some(from), None) => says_nothing(from) && chosen,
            }
        }
        (from, _) => is_empty(&from),
    }
}

/// Where an element stands in what is walked.
#[derive(Debug, Clone, Copy)]
pub struct Place<'w> {
    /// The element around it; none for the one that the walk began with.
    pub outer: Option<&'w Place<'w>>,
    /// The name of the element; that of the element itself for the members of a payload.
    pub name: Name,
    /// Its number, from 1, among those with its name in the same field.
    pub number: usize,
    /// Whether there may be more than one.
    pub many: bool,
    /// Its bytes in the document.
    pub span: Span,
    /// The struct.
    pub content: &'w dyn Content,
}

impl<'w> Place<'w> {
    fn root(content: &'w dyn Content) -> Self {
        let name = content.info().element.unwrap_or(Name::plain(""));
        let span = content.extra().map_or(Span::default(), |extra| extra.span);
        Place { outer: None, name, number: 1, many: false, span, content }
    }

    /// The element around it as a type.
    #[must_use]
    pub fn parent<T: Content>(&self) -> Option<&'w T> {
        (self.outer?.content as &dyn std::any::Any).downcast_ref()
    }
}

/// As a path: `devices/disk[2]/target`, without the element that the walk began with. A name in a namespace has the usual prefix.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(outer) = self.outer else { return Ok(()) };
        outer.fmt(f)?;
        if outer.outer.is_some() {
            f.write_str("/")?;
        }
        if !self.name.ns.is_empty() {
            write!(f, "{}:", usual_prefix(self.name.ns))?;
        }
        f.write_str(self.name.local)?;
        if self.many { write!(f, "[{}]", self.number) } else { Ok(()) }
    }
}

/// Calls `visit` with every element below and including `content`, with its place. The members of a payload are seen with the
/// element that they belong to.
pub fn walk_places<'w>(content: &'w dyn Content, visit: &mut dyn FnMut(&Place<'_>)) {
    let place = Place::root(content);
    visit(&place);
    below(content, &place, visit);
}

fn below(content: &dyn Content, outer: &Place<'_>, visit: &mut dyn FnMut(&Place<'_>)) {
    let mut enter = |line: &'static FieldInfo, child: &dyn Content, number: usize| {
        let name = Name { ns: line.ns, local: line.name };
        let place = Place { outer: Some(outer), name, number, many: line.many, ..Place::root(child) };
        visit(&place);
        below(child, &place, visit);
    };
    fields(content, |line, slot| match slot {
        Slot::Child(nest) => {
            let mut number = 0;
            nest.each(&mut |child| {
                number += 1;
                enter(line, child, number);
            });
        }
        Slot::Mix(mix) => {
            let mut seen = vec![0; line.entries.len()];
            mix.each(&mut |variant, entry| {
                let at = line.entries.iter().position(|entry| std::ptr::eq(entry, variant)).unwrap_or_default();
                let number = seen.get_mut(at).map_or(1, |seen| {
                    *seen += 1;
                    *seen
                });
                if let Slot::Child(nest) = entry {
                    nest.each(&mut |child| enter(variant, child, number));
                }
            });
        }
        _ => {}
    });
    fields(content, |_, slot| {
        if let Slot::Payload(payload) = slot
            && let Some(members) = payload.members()
        {
            below(members, outer, visit);
        }
    });
}
