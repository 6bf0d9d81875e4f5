//! The kinds of rows, each a function that begins one.

mod size;

use std::borrow::{BorrowMut, Cow};
use std::collections::BTreeSet;
use std::fmt::Display;

use domxml_runtime::{
    Content, Described, Element, Extra, Field, FieldInfo, Key, Prefer, Slot, SlotMut, Span, fields, fields_mut, given,
};

use super::place::{self, IntoPlace, Place, Shape};
use super::row::{Draft, Kind};
use super::scope::{Scope, Things};
use super::{Context, LIBVIRT};
use crate::options::Profile;

pub use size::{KIB, Scale, largest_unit, unit};

/// A value that is left out stands for this one: both profiles spell it out on elements that are there.
pub fn default<P: IntoPlace<Owner: Described>>(place: P, value: P::Item) -> Draft<P::Owner>
where
    P::Item: Clone + Send + Sync,
{
    default_by(place, move |_, _| Some(value.clone()))
}

/// As [`default`], of a value that depends on what surrounds it; none where there is no default.
pub fn default_by<P: IntoPlace<Owner: Described>>(
    place: P,
    value: impl Fn(&P::Owner, &Scope) -> Option<P::Item> + Send + Sync + 'static,
) -> Draft<P::Owner> {
    let place = place.place();
    let own = place.through.filter(|_| place.direct);
    let row = Draft::of_place(Kind::Default, place, move |place, element, cx| {
        let Some(value) = value(element, &cx.scope) else { return };
        let mut value = Some(value);
        place.each(element, &mut |slot, xml| {
            // A value that is not known is not left out; libvirt takes an element with nothing in it for none.
            let libvirt = cx.profile == Profile::Libvirt;
            let kept = xml.as_ref().is_some_and(|xml| {
                let name = place.shape.name;
                if libvirt { xml.keeps_filled(place.shape.ns, name) } else { xml.keeps(place.shape.ns, name) }
            });
            if slot.items().is_empty()
                && !kept
                && let Some(value) = value.take()
            {
                let after = place.show(&value);
                slot.put(value);
                let message = format!("the default of {} is spelt out", place.shape.called());
                cx.rewrote_here(span_of(xml, cx), message).becomes("", after);
            }
        });
    });
    match own {
        Some(field) => row.idle_with(field),
        None => row,
    }
}

/// As [`default`], of what goes without saying: profile `libvirt` alone adds it.
pub fn implied<P: IntoPlace<Owner: Described>>(place: P, value: P::Item) -> Draft<P::Owner>
where
    P::Item: Clone + Send + Sync,
{
    default(place, value).profiles(LIBVIRT)
}

/// libvirt does not read this, for the reason that completes the sentence "libvirt does not read it ..": profile `modern` keeps it and
/// says so, profile `libvirt` drops it.
pub fn unread<P: IntoPlace<Owner: Described>>(place: P, reason: &'static str) -> Draft<P::Owner> {
    unread_where(place, |_, _| true, reason)
}

/// As [`unread`], of those of several values for which it is so.
pub fn unread_where<P: IntoPlace<Owner: Described>>(
    place: P,
    is_unread: impl Fn(&P::Item, &Scope) -> bool + Send + Sync + 'static,
    reason: &'static str,
) -> Draft<P::Owner> {
    Draft::of_place(Kind::Unread, place.place(), move |place, element, cx| {
        place.each(element, &mut |slot, mut xml| {
            let message = || format!("libvirt does not read {} {reason}", place.shape.called());
            if cx.profile == Profile::Modern {
                for item in slot.items().iter().filter(|item| is_unread(item, &cx.scope)).collect::<Vec<_>>() {
                    let own = place.span(item);
                    let at = own.unwrap_or_else(|| span_of(xml.as_deref_mut(), cx));
                    cx.note_here(at, message());
                    cx.unread.extend(own.filter(|_| cx.partly.is_none()).map(Span::range));
                }
                return;
            }
            for mut item in slot.take_if(&mut |item| is_unread(item, &cx.scope)) {
                let own = place.span(&item);
                let at = own.unwrap_or_else(|| span_of(xml.as_deref_mut(), cx));
                cx.unread.extend(own.map(Span::range));
                cx.rewrote_here(at, message()).becomes(place.show(&item), "");
                leave_behind(place.left_behind(&mut item), xml.as_deref_mut());
            }
        });
    })
}

/// As [`unread`], of all that is in an element but what is read, which `read` takes over into another one.
pub fn unread_but<T: Content + Described + Clone>(read: fn(&T) -> T, reason: &'static str) -> Draft<T> {
    Draft::new(Kind::Unread, "", move |element: &mut T, cx| {
        let mut rest = read(element);
        let taken = given(&rest);
        let names: Vec<_> = given(element).into_iter().filter(|name| !taken.contains(name)).collect();
        // Whatever is wrong in it libvirt does not see.
        let inside = cx.inside();
        cx.unread.push(inside);
        if names.is_empty() {
            return;
        }
        let message = format!("libvirt does not read {} {reason}", names.join(", "));
        if cx.profile == Profile::Modern {
            cx.note_here(cx.here, message);
            return;
        }
        cx.rewrote_here(cx.here, message).becomes(names.join(", "), "");
        if let (Some(xml), Some(old)) = (rest.extra_mut(), element.extra_mut()) {
            std::mem::swap(xml, old);
        }
        *element = rest;
    })
}

/// What says nothing, and is not written by libvirt.
pub fn nothing<P: IntoPlace<Owner: Described>>(
    place: P,
    says_nothing: impl Fn(&P::Item) -> bool + Send + Sync + 'static,
    message: &'static str,
) -> Draft<P::Owner> {
    Draft::of_place(Kind::Nothing, place.place(), move |place, element, cx| {
        place.each(element, &mut |slot, mut xml| {
            for mut item in slot.take_if(&mut |item| says_nothing(item) && !stays(place, item, cx)) {
                let at = place.span(&item).unwrap_or_else(|| span_of(xml.as_deref_mut(), cx));
                cx.rewrote_here(at, message).becomes(place.show(&item), "");
                leave_behind(place.left_behind(&mut item), xml.as_deref_mut());
            }
        });
    })
}

/// As [`nothing`], of every number in an element that is 0.
pub fn zeros<T: Content + Described + Clone>(message: &'static str) -> Draft<T> {
    Draft::new(Kind::Nothing, "", move |element: &mut T, cx| {
        fields_mut(element, |line, slot| {
            if let SlotMut::Value(field) = slot
                && number(line, field) == Some(0)
            {
                field.clear();
                cx.rewrote_here(cx.here, message).becomes(Shape::of(line).spell("0"), "");
            }
        });
    })
}

/// The numbers in an element, with their names.
#[must_use]
pub fn numbers(content: &dyn Content) -> Vec<(&'static str, u64)> {
    let mut numbers = Vec::new();
    fields(content, |line, slot| {
        if let Slot::Value(field) = slot {
            numbers.extend(number(line, field).map(|number| (line.name, number)));
        }
    });
    numbers
}

/// The number that a field of whole numbers holds.
fn number(line: &FieldInfo, field: &dyn Field) -> Option<u64> {
    if !line.number || field.count() == 0 {
        return None;
    }
    let mut text = String::new();
    field.write(0, &mut text);
    text.parse().ok()
}

/// Of children that are alike in this libvirt reads the first or the last: profile `libvirt` drops the others.
pub fn once<T, I, K>(
    list: Key<T, Vec<I>>,
    alike: impl Fn(&I) -> K + Send + Sync + 'static,
    counts: Prefer,
    message: &'static str,
) -> Draft<T>
where
    T: Content + Described + Clone,
    I: Content,
    K: Ord,
{
    let name = list.info().name;
    let twice = Draft::new(Kind::Unread, name, move |element: &mut T, cx| {
        let items = list.get_mut(element);
        let mut seen = BTreeSet::new();
        let mut read: Vec<bool> = match counts {
            Prefer::First => items.iter().map(|item| seen.insert(alike(item))).collect(),
            Prefer::Last => items.iter().rev().map(|item| seen.insert(alike(item))).collect(),
        };
        if counts == Prefer::Last {
            read.reverse();
        }
        let mut read = read.into_iter();
        for mut item in items.extract_if(.., |_| read.next() == Some(false)).collect::<Vec<_>>() {
            let at = item.extra().map_or(cx.here, |xml| xml.span);
            cx.rewrote_here(at, message).becomes(format!("<{name}>"), "");
            leave_behind(item.extra_mut().map(std::mem::take), element.extra_mut());
        }
    });
    twice.profiles(LIBVIRT).idle_without(Some(list.index))
}

/// What libvirt refuses, with the reason.
pub fn refuse<T: Content + Described + Clone, M: Into<Cow<'static, str>>>(
    objection: impl Fn(&T, &Scope) -> Option<M> + Send + Sync + 'static,
) -> Draft<T> {
    Draft::new(Kind::Refuse, "", move |element: &mut T, cx| {
        if let Some(message) = objection(element, &cx.scope) {
            cx.refuse_here(cx.here, message.into().into_owned());
        }
    })
}

/// As [`refuse`], for one reason wherever a condition holds.
pub fn refuse_if<T: Content + Described + Clone>(
    why: &'static str,
    wrong: impl Fn(&T, &Scope) -> bool + Send + Sync + 'static,
) -> Draft<T> {
    refuse(move |element: &T, scope| wrong(element, scope).then_some(why))
}

/// As [`refuse_if`], of a value in a place: told at the element that has it, or that it is.
pub fn refuse_where<P: IntoPlace<Owner: Described>>(
    place: P,
    is_wrong: impl Fn(&P::Item, &Scope) -> bool + Send + Sync + 'static,
    why: &'static str,
) -> Draft<P::Owner> {
    Draft::of_place(Kind::Refuse, place.place(), move |place, element, cx| {
        place.each(element, &mut |slot, mut xml| {
            for item in slot.items() {
                if is_wrong(item, &cx.scope) {
                    let at = place.span(item).unwrap_or_else(|| span_of(xml.as_deref_mut(), cx));
                    cx.refuse_here(at, why);
                }
            }
        });
    })
}

/// As [`refuse`], told at the place that the objection names beside the reason.
pub fn refuse_there<T: Content + Described + Clone, M: Into<Cow<'static, str>>>(
    objection: impl Fn(&T, &Scope) -> Option<(Span, M)> + Send + Sync + 'static,
) -> Draft<T> {
    Draft::new(Kind::Refuse, "", move |element: &mut T, cx| {
        if let Some((place, message)) = objection(element, &cx.scope) {
            cx.refuse_here(place, message.into().into_owned());
        }
    })
}

/// There are no more than so many of these children: told at the first that is too many.
pub fn at_most<T, I>(most: usize, list: Key<T, Vec<I>>, why: &'static str) -> Draft<T>
where
    T: Content + Described + Clone,
    I: Content,
{
    refuse_there(move |element: &T, _| Some((list.get(element).get(most)?.extra()?.span, why)))
        .idle_without(Some(list.index))
}

/// As [`refuse`], of an element that can be wrong in several ways: what is the case, and why that is refused. Each that is the case is
/// told.
pub fn refuse_each<T: Content + Described + Clone, const N: usize>(
    objections: impl Fn(&T, &Scope) -> [(bool, &'static str); N] + Send + Sync + 'static,
) -> Draft<T> {
    Draft::new(Kind::Refuse, "", move |element: &mut T, cx| {
        for (_, why) in objections(element, &cx.scope).into_iter().filter(|(wrong, _)| *wrong) {
            cx.refuse_here(cx.here, why);
        }
    })
}

/// As [`refuse`], told at the child in this field, where there is one.
pub fn refuse_at<T, S, M>(
    field: Key<T, S>,
    objection: impl Fn(&T, &Scope) -> Option<M> + Send + Sync + 'static,
) -> Draft<T>
where
    T: Content + Described + Clone,
    S: place::Slot + 'static,
    S::Item: Content,
    M: Into<Cow<'static, str>>,
{
    refuse(objection).on(field)
}

/// As [`refuse`], of the elements in one field, where those in others are of the same type. What is newer than the target of profile
/// `libvirt` is read past.
pub fn refuse_in<T, S, M>(
    field: Key<T, S>,
    objection: impl Fn(&S::Item, &Scope) -> Option<M> + Send + Sync + 'static,
) -> Draft<T>
where
    T: Content + Described + Clone,
    S: place::Slot + 'static,
    S::Item: Content,
    M: Into<Cow<'static, str>>,
{
    Draft::new(Kind::Refuse, field.info().name, move |element: &mut T, cx| {
        let reads = cx.reads(field.info());
        for item in field.get(element).items().iter().filter(|_| reads) {
            if let Some(message) = objection(item, &cx.scope) {
                cx.refuse_here(item.extra().map_or(cx.here, |xml| xml.span), message.into().into_owned());
            }
        }
    })
    .idle_without(Some(field.index))
}

/// What is worth a word, and no more.
pub fn note<T: Content + Described + Clone, M: Into<Cow<'static, str>>>(
    remark: impl Fn(&T, &Scope) -> Option<M> + Send + Sync + 'static,
) -> Draft<T> {
    Draft::new(Kind::Note, "", move |element: &mut T, cx| {
        if let Some(message) = remark(element, &cx.scope) {
            cx.note_here(cx.here, message.into());
        }
    })
}

/// As [`note`], for one remark wherever a condition holds.
pub fn note_if<T: Content + Described + Clone>(
    remark: &'static str,
    holds: impl Fn(&T, &Scope) -> bool + Send + Sync + 'static,
) -> Draft<T> {
    note(move |element: &T, scope| holds(element, scope).then_some(remark))
}

/// No two of these children are alike; those without a key are passed over. In the message `{}` stands for the key.
pub fn unique<T, I, K>(
    list: Key<T, Vec<I>>,
    key: impl Fn(&I, &Scope) -> Option<K> + Send + Sync + 'static,
    message: &'static str,
) -> Draft<T>
where
    T: Content + Described + Clone,
    I: Content,
    K: Ord + Display,
{
    Draft::new(Kind::Unique, list.info().name, move |element: &mut T, cx| {
        let mut seen = BTreeSet::new();
        for item in list.get(element) {
            let Some(key) = key(item, &cx.scope) else { continue };
            if seen.contains(&key) {
                let at = item.extra().map_or(cx.here, |xml| xml.span);
                cx.refuse_here(at, message.replace("{}", &key.to_string()));
            }
            seen.insert(key);
        }
    })
    .idle_without(Some(list.index))
}

/// What is named by number must be there.
pub fn exists<T: Content + Described + Clone, N: IntoIterator<Item = u32>>(
    numbers: impl Fn(&T) -> N + Send + Sync + 'static,
    things: Things,
) -> Draft<T> {
    Draft::new(Kind::Exists, things.name, move |element: &mut T, cx| {
        if let Some(missing) = numbers(element).into_iter().find(|number| !(things.has)(&cx.scope, *number)) {
            cx.refuse_here(cx.here, format!("there is no {} {missing}: name one that there is", things.name));
        }
    })
}

/// Children that libvirt writes in the order of their ranks; those of one rank stay as they stand. The message completes the sentence
/// "libvirt writes ..".
pub fn sort<T, I, K>(
    list: Key<T, Vec<I>>,
    rank: impl Fn(&I, &Scope) -> K + Send + Sync + 'static,
    message: &'static str,
) -> Draft<T>
where
    T: Content + Described + Clone,
    I: 'static,
    K: Ord,
{
    Draft::new(Kind::Sort, list.info().name, move |element: &mut T, cx| {
        let items = list.get_mut(element);
        if !items.is_sorted_by_key(|item| rank(item, &cx.scope)) {
            items.sort_by_cached_key(|item| rank(item, &cx.scope));
            cx.rewrote_here(cx.here, format!("libvirt writes {message}"));
        }
    })
    .idle_without(Some(list.index))
}

/// Blocks of one name of which libvirt reads what is in any of them: they are made one. Of what may be said once the first counts.
pub fn merge<T, B>(block: Key<T, Option<B>>) -> Draft<T>
where
    T: Content + Described + Clone,
    B: Element,
{
    merge_by(block, |first, other| first.merge(other, Prefer::First))
}

/// As [`merge`], where libvirt makes something else of two of them.
pub fn merge_by<T, B>(block: Key<T, Option<B>>, join: fn(&mut B, B)) -> Draft<T>
where
    T: Content + Described + Clone,
    B: Element,
{
    let name = block.info().name;
    Draft::new(Kind::Merge, name, move |element: &mut T, cx| {
        if block.get(element).is_none() {
            return;
        }
        let others = take_kept(element, name, cx, Some);
        let Some(first) = block.get_mut(element) else { return };
        for (other, at) in others {
            refuse_twice(first, &other, cx);
            join(first, other);
            cx.rewrote_here(at, format!("another <{name}> is merged into this one"))
                .becomes(format!("<{name}>, <{name}>"), format!("<{name}>"));
        }
    })
    .idle_without(Some(block.index))
}

/// Takes out of what an element keeps the blocks of one name of which `take` takes something; what the reader says of them counts.
fn take_kept<T: Content, B: Element, P>(
    element: &mut T,
    name: &str,
    cx: &mut Context<'_>,
    mut take: impl FnMut(B) -> Option<P>,
) -> Vec<(P, Span)> {
    let mut taken = Vec::new();
    if let Some(kept) = element.extra_mut().and_then(|xml| xml.kept.as_mut()) {
        kept.nodes.retain(|node| {
            let block = if node.is_element(name) { node.read_noted::<B>() } else { None };
            let Some(block) = block else { return true };
            let Some(part) = take(block.value) else { return true };
            cx.notes.extend(block.notes);
            taken.push((part, node.span));
            false
        });
    }
    taken
}

/// Refuses what both of two blocks hold and libvirt takes once.
fn refuse_twice(first: &dyn Content, other: &dyn Content, cx: &mut Context<'_>) {
    let had = given(first);
    fields(other, |line, slot| {
        if let Slot::Child(nest) = slot
            && line.once
            && had.contains(&line.name)
        {
            nest.each(&mut |child| {
                let at = child.extra().map_or(cx.here, |extra| extra.span);
                cx.refuse_here(at, format!("a second <{}> is not taken here: leave one of them out", line.name));
            });
        }
    });
}

/// Blocks of one name of which libvirt reads the first, and one part of the others beside it: this part is moved to the first. Where the
/// parts are not joined, the first one counts. What else a block says stays in profile `modern`, and the part with it.
pub fn merge_part<T, B, I, P>(
    block: Key<T, Option<B>>,
    part: Key<I, Option<P>>,
    join: Option<fn(&mut P, P)>,
) -> Draft<T>
where
    T: Content + Described + Clone,
    B: Element + BorrowMut<I>,
    I: Described,
    P: Element,
{
    let (name, inner) = (block.info().name, part.info().name);
    Draft::new(Kind::Merge, name, move |element: &mut T, cx| {
        let Some(first) = block.get(element) else { return };
        let (profile, mut has_part) = (cx.profile, part.get(first.borrow()).is_some());
        let parts = take_kept(element, name, cx, |mut other: B| {
            let own = part.get_mut(other.borrow_mut()).take().filter(|_| join.is_some() || !has_part)?;
            let counts = profile == Profile::Libvirt || other.says_nothing();
            has_part |= counts;
            counts.then_some(own)
        });
        let Some(first) = block.get_mut(element) else { return };
        for (other, at) in parts {
            match (part.get_mut(first.borrow_mut()), join) {
                (Some(own), Some(join)) => join(own, other),
                (none, _) => *none = Some(other),
            }
            cx.rewrote_here(at, format!("the <{inner}> of another <{name}> is moved to the first"))
                .becomes(format!("<{name}>, <{name}>"), format!("<{name}>"));
        }
    })
    .idle_without(Some(block.index))
}

/// As [`merge`], by code that finds out what stands there twice.
pub fn merge_within<T: Content + Described + Clone>(join: fn(&mut T, &mut Context<'_>)) -> Draft<T> {
    Draft::new(Kind::Merge, "", join)
}

/// A value that libvirt writes as another one of the same meaning; none where it stays.
pub fn spelling<P: IntoPlace<Owner: Described>>(
    place: P,
    written: impl Fn(&P::Item, &Scope) -> Option<P::Item> + Send + Sync + 'static,
    message: &'static str,
) -> Draft<P::Owner> {
    Draft::of_place(Kind::Spelling, place.place(), move |place, element, cx| {
        place.each(element, &mut |slot, mut xml| {
            for item in slot.items_mut() {
                let Some(value) = written(item, &cx.scope) else { continue };
                let (before, after) = (place.show(item), place.show(&value));
                *item = value;
                let at = span_of(xml.as_deref_mut(), cx);
                cx.rewrote_here(at, message).becomes(before, after);
            }
        });
    })
}

/// As [`spelling`], of one value that stands for another.
pub fn stands_for<P: IntoPlace<Owner: Described>>(
    place: P,
    value: P::Item,
    written: P::Item,
    message: &'static str,
) -> Draft<P::Owner>
where
    P::Item: Clone + PartialEq + Send + Sync,
{
    spelling(place, move |said, _| (*said == value).then(|| written.clone()), message)
}

/// Code that only reports, by [`Context::error`] and [`Context::note`]: what takes more than a sentence to say.
pub fn check<T: Content + Described + Clone>(look: fn(&T, &mut Context<'_>)) -> Draft<T> {
    Draft::new(Kind::Check, "", move |element: &mut T, cx| look(element, cx))
}

/// Code that changes the document: what is no fact but a way to find one.
pub fn algorithm<T: Content + Described + Clone>(change: fn(&mut T, &mut Context<'_>)) -> Draft<T> {
    Draft::new(Kind::Algorithm, "", change)
}

fn span_of(xml: Option<&mut Extra>, cx: &Context<'_>) -> Span {
    xml.map(|xml| xml.span).filter(|span| !span.is_empty()).unwrap_or(cx.here)
}

/// Whether something in an element that says nothing is not known: what is not known may say something.
fn stays<T, V>(place: &Place<T, V>, item: &V, cx: &Context<'_>) -> bool {
    !cx.drops && place.keeps_unknown(item)
}

fn leave_behind(rest: Option<Extra>, owner: Option<&mut Extra>) {
    if let (Some(rest), Some(owner)) = (rest, owner) {
        owner.absorb(rest);
    }
}
