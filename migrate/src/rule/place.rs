//! A place that a row is about: a field of an element, reached by the keys of the field table.

use std::borrow::BorrowMut;

use domxml_runtime::{Content, Described, Extra, FieldInfo, FieldKind, Key, Payload, Scalar, Span, branch_mut};

/// A field, whatever its cardinality.
pub trait Slot {
    /// What it holds.
    type Item;

    /// What is in it.
    fn items(&self) -> &[Self::Item];

    /// What is in it, to be changed.
    fn items_mut(&mut self) -> &mut [Self::Item];

    /// Takes out what is not wanted, as far as the field can do without.
    fn take_if(&mut self, unwanted: &mut dyn FnMut(&Self::Item) -> bool) -> Vec<Self::Item>;

    /// Puts a value in.
    fn put(&mut self, value: Self::Item);
}

impl<V> Slot for Option<V> {
    type Item = V;

    fn items(&self) -> &[V] {
        self.as_slice()
    }

    fn items_mut(&mut self) -> &mut [V] {
        self.as_mut_slice()
    }

    fn take_if(&mut self, unwanted: &mut dyn FnMut(&V) -> bool) -> Vec<V> {
        Option::take_if(self, |value| unwanted(value)).into_iter().collect()
    }

    fn put(&mut self, value: V) {
        *self = Some(value);
    }
}

impl<V> Slot for Vec<V> {
    type Item = V;

    fn items(&self) -> &[V] {
        self
    }

    fn items_mut(&mut self) -> &mut [V] {
        self
    }

    fn take_if(&mut self, unwanted: &mut dyn FnMut(&V) -> bool) -> Vec<V> {
        self.extract_if(.., |value| unwanted(value)).collect()
    }

    fn put(&mut self, value: V) {
        self.push(value);
    }
}

/// A flag: an element that is there or not.
impl Slot for bool {
    type Item = bool;

    fn items(&self) -> &[bool] {
        if *self { std::slice::from_ref(self) } else { &[] }
    }

    fn items_mut(&mut self) -> &mut [bool] {
        if *self { std::slice::from_mut(self) } else { &mut [] }
    }

    fn take_if(&mut self, unwanted: &mut dyn FnMut(&bool) -> bool) -> Vec<bool> {
        if *self && unwanted(self) { vec![std::mem::take(self)] } else { Vec::new() }
    }

    fn put(&mut self, value: bool) {
        *self = value;
    }
}

/// A field that always holds one.
struct Plain<'v, V>(&'v mut V);

impl<V> Slot for Plain<'_, V> {
    type Item = V;

    fn items(&self) -> &[V] {
        std::slice::from_ref(self.0)
    }

    fn items_mut(&mut self) -> &mut [V] {
        std::slice::from_mut(self.0)
    }

    fn take_if(&mut self, _unwanted: &mut dyn FnMut(&V) -> bool) -> Vec<V> {
        Vec::new()
    }

    fn put(&mut self, value: V) {
        *self.0 = value;
    }
}

/// Those of several values that stand behind the first few.
struct Behind<'s, V>(&'s mut dyn Slot<Item = V>, usize);

impl<V> Slot for Behind<'_, V> {
    type Item = V;

    fn items(&self) -> &[V] {
        self.0.items().get(self.1..).unwrap_or_default()
    }

    fn items_mut(&mut self) -> &mut [V] {
        self.0.items_mut().get_mut(self.1..).unwrap_or_default()
    }

    fn take_if(&mut self, unwanted: &mut dyn FnMut(&V) -> bool) -> Vec<V> {
        let mut place = 0..;
        let first = self.1;
        self.0.take_if(&mut |value| place.next().is_some_and(|place| place >= first) && unwanted(value))
    }

    fn put(&mut self, value: V) {
        self.0.put(value);
    }
}

/// What a field shows to a row: the field, and what its element keeps beside it.
pub type See<'s, V> = &'s mut dyn FnMut(&mut dyn Slot<Item = V>, Option<&mut Extra>);
/// Shows a field of type `S` as a slot.
type Open<S, V> = fn(&mut S, &mut dyn FnMut(&mut dyn Slot<Item = V>));

/// The way to a place. A trait of one method, as an object of `Fn` brings two more, each compiled for every place.
trait Way<T, V>: Send + Sync {
    fn visit(&self, element: &mut T, see: See<'_, V>);
}

impl<T, V, F: Fn(&mut T, See<'_, V>) + Send + Sync> Way<T, V> for F {
    fn visit(&self, element: &mut T, see: See<'_, V>) {
        self(element, see);
    }
}

/// How the field is written.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// The name of the attribute or child.
    pub(crate) name: &'static str,
    /// Its namespace, empty for none.
    pub(crate) ns: &'static str,
    kind: FieldKind,
}

impl Shape {
    /// That of a line of the field table.
    pub(crate) fn of(line: &FieldInfo) -> Self {
        Self { name: line.name, ns: line.ns, kind: line.kind }
    }

    /// A value as reports show it.
    pub(crate) fn spell(&self, text: &str) -> String {
        let name = self.name;
        match self.kind {
            FieldKind::Attribute => format!("{name}='{text}'"),
            FieldKind::Text => text.to_owned(),
            _ => format!("<{name}>{text}</{name}>"),
        }
    }

    /// What it is called in a sentence: an element stands in angle brackets.
    pub(crate) fn called(&self) -> String {
        match self.kind {
            FieldKind::Attribute => format!("'{}'", self.name),
            FieldKind::Text => "the text".to_owned(),
            _ => format!("<{}>", self.name),
        }
    }
}

/// Values `V` in a field, seen from an element `T`: the one whose field it is, or one that it stands under.
pub struct Place<T, V> {
    pub(crate) shape: Shape,
    /// The number of the field of the element through which it is reached, which is the one that holds the values where `direct`; none
    /// where no single one is.
    pub(crate) through: Option<usize>,
    pub(crate) direct: bool,
    shown: fn(&V, &Shape) -> String,
    span: fn(&V) -> Option<Span>,
    gone: fn(&mut V) -> Option<Extra>,
    unknown: fn(&V) -> bool,
    way: Box<dyn Way<T, V>>,
}

/// What can be said where a place is wanted: the key of an attribute, or of a child that is a value; or a [`Place`].
pub trait IntoPlace {
    /// The element that it is seen from.
    type Owner: Content + Clone;
    /// What it holds.
    type Item: 'static;

    /// The place.
    fn place(self) -> Place<Self::Owner, Self::Item>;

    /// The same field, seen from the element that holds its element: in an optional child, or in each of several.
    fn under<P, S>(self, key: Key<P, S>) -> Place<P, Self::Item>
    where
        Self: Sized,
        P: Described + 'static,
        S: Slot<Item: BorrowMut<Self::Owner>> + 'static,
    {
        self.place().seen(Some(key.index), move |inner, parent, see| {
            for owner in key.get_mut(parent).items_mut() {
                inner.visit(owner.borrow_mut(), see);
            }
        })
    }

    /// Of several values those behind the first few.
    fn behind(self, first: usize) -> Place<Self::Owner, Self::Item>
    where
        Self: Sized,
    {
        let place = self.place();
        let through = place.through;
        place.seen(through, move |inner, owner, see| {
            inner.visit(owner, &mut |slot, xml| see(&mut Behind(slot, first), xml));
        })
    }

    /// As [`IntoPlace::under`], in the branch of a choice that has this type.
    fn in_branch<P, B>(self, choice: Key<P, B>) -> Place<P, Self::Item>
    where
        Self: Sized,
        P: Content + Described,
        B: Payload,
    {
        self.place().inner(move |parent: &mut P| branch_mut(choice.get_mut(parent)))
    }

    /// As [`IntoPlace::under`], by a way that no single key leads: a variant of a choice, which is no element and leaves its comments to
    /// the one that it belongs to.
    fn within<P: Content>(self, way: fn(&mut P) -> Option<&mut Self::Owner>) -> Place<P, Self::Item>
    where
        Self: Sized,
    {
        self.place().inner(way)
    }
}

impl<T: Content + Clone, V: 'static> IntoPlace for Place<T, V> {
    type Owner = T;
    type Item = V;

    fn place(self) -> Place<T, V> {
        self
    }
}

impl<T: Content + Described + Clone, V: Scalar + 'static> IntoPlace for Key<T, Option<V>> {
    type Owner = T;
    type Item = V;

    fn place(self) -> Place<T, V> {
        Place::of(self, spell::<V>, |_| None, |_| None, |_| false, |field, see| see(field))
    }
}

impl<T: Content + Described + Clone, V: Scalar + 'static> IntoPlace for Key<T, Vec<V>> {
    type Owner = T;
    type Item = V;

    fn place(self) -> Place<T, V> {
        Place::of(self, spell::<V>, |_| None, |_| None, |_| false, |field, see| see(field))
    }
}

/// The place of a value that is always there.
pub fn required<T, V>(key: Key<T, V>) -> Place<T, V>
where
    T: Content + Described,
    V: Scalar + 'static,
{
    Place::of(key, spell::<V>, |_| None, |_| None, |_| false, |field, see| see(&mut Plain(field)))
}

/// The place of an element that is there or not, and says nothing else.
pub fn flag<T: Content + Described>(key: Key<T, bool>) -> Place<T, bool> {
    Place::of(key, |_, shape| format!("<{}/>", shape.name), |_| None, |_| None, |_| false, |field, see| see(field))
}

/// The place of children that are elements.
pub fn child<T, S>(key: Key<T, S>) -> Place<T, S::Item>
where
    T: Content + Described,
    S: Slot + 'static,
    S::Item: Content,
{
    Place::of(
        key,
        |_, shape| format!("<{}>", shape.name),
        |child| child.extra().map(|xml| xml.span),
        |child| child.extra_mut().map(std::mem::take),
        |child| child.extra().is_some_and(Extra::keeps_unknown),
        |field, see| see(field),
    )
}

fn spell<V: Scalar>(value: &V, shape: &Shape) -> String {
    let mut text = String::new();
    value.write(&mut text);
    shape.spell(&text)
}

impl<T: Content + Described, V: 'static> Place<T, V> {
    fn of<S: 'static>(
        key: Key<T, S>,
        shown: fn(&V, &Shape) -> String,
        span: fn(&V) -> Option<Span>,
        gone: fn(&mut V) -> Option<Extra>,
        unknown: fn(&V) -> bool,
        open: Open<S, V>,
    ) -> Self {
        Place {
            shape: Shape::of(key.info()),
            through: Some(key.index),
            direct: true,
            shown,
            span,
            gone,
            unknown,
            // The element's own `Extra` is lent apart from the field, so that what a child leaves behind finds a place.
            way: Box::new(move |owner: &mut T, see: See<'_, V>| {
                let mut xml = owner.extra_mut().map(std::mem::take);
                open(key.get_mut(owner), &mut |slot| see(slot, xml.as_mut()));
                if let (Some(place), Some(xml)) = (owner.extra_mut(), xml) {
                    *place = xml;
                }
            }),
        }
    }
}

impl<T: 'static, V: 'static> Place<T, V> {
    /// The same field wherever a way leads that no key does: it shows each one that it finds, with what the element of that one keeps.
    pub fn wherever<P: 'static>(self, way: fn(&mut P, See<'_, V>)) -> Place<P, V> {
        let Place { shape, shown, span, gone, unknown, .. } = self;
        Place { shape, through: None, direct: false, shown, span, gone, unknown, way: Box::new(way) }
    }

    /// The same field, seen from what holds its struct without being an element above it: comments are left to that.
    fn inner<P: Content>(self, way: impl Fn(&mut P) -> Option<&mut T> + Send + Sync + 'static) -> Place<P, V> {
        self.seen(None, move |inner, parent: &mut P, see| {
            let mut outer = parent.extra_mut().map(std::mem::take);
            if let Some(owner) = way(parent) {
                inner.visit(owner, &mut |slot, xml| see(slot, xml.or(outer.as_mut())));
            }
            if let (Some(place), Some(xml)) = (parent.extra_mut(), outer) {
                *place = xml;
            }
        })
    }

    /// The same field, seen from another element: through its field with this number.
    fn seen<P: 'static>(
        self,
        through: Option<usize>,
        outer: impl Fn(&dyn Way<T, V>, &mut P, See<'_, V>) + Send + Sync + 'static,
    ) -> Place<P, V> {
        let Place { shape, shown, span, gone, unknown, way, .. } = self;
        let way = move |parent: &mut P, see: See<'_, V>| outer(&*way, parent, see);
        Place { shape, through, direct: false, shown, span, gone, unknown, way: Box::new(way) }
    }
}

impl<T, V> Place<T, V> {
    pub(crate) fn each(&self, element: &mut T, see: See<'_, V>) {
        self.way.visit(element, see);
    }

    /// A value as reports show it.
    pub(crate) fn show(&self, value: &V) -> String {
        (self.shown)(value, &self.shape)
    }

    /// Where a value that is an element stands.
    pub(crate) fn span(&self, value: &V) -> Option<Span> {
        (self.span)(value)
    }

    /// Whether a value is an element that keeps something that is not known.
    pub(crate) fn keeps_unknown(&self, value: &V) -> bool {
        (self.unknown)(value)
    }

    /// What a value that is dropped leaves behind: comments.
    pub(crate) fn left_behind(&self, value: &mut V) -> Option<Extra> {
        (self.gone)(value)
    }
}

impl<T, V> std::fmt::Debug for Place<T, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.shape.name)
    }
}
