//! The table of a struct.

use super::places::{Place, Places};
use super::{DefaultForm, DefaultInfo, EmptyForm, FieldInfo, FieldKind, Name, Order, TextInfo};
use crate::filled::Filled;
use crate::version::Version;

/// What is known about a struct: an element, or the members of one variant of a payload.
#[derive(Debug, Clone, Copy)]
pub struct TypeInfo {
    /// Name of the Rust type.
    pub name: &'static str,
    /// Name of the element; none for the members of a payload, and for what elements of several names hold.
    pub element: Option<Name>,
    /// Whether it is the members of one variant of a payload, and no element.
    pub members: bool,
    /// The first version that knows it, if that is the same wherever it stands. So are the facts that follow: of an element in another
    /// one, the line of its field says what holds there.
    pub since: Option<Version>,
    /// The rule that replaces it.
    pub legacy: Option<&'static str>,
    /// Whether only a running domain shows it.
    pub output_only: bool,
    /// How it is written where there is nothing in it.
    pub empty: EmptyForm,
    /// The first version that writes it as any other element where there is nothing in it.
    pub empty_until: Option<Version>,
    /// Whether a child that is not of the format is refused, and not read past.
    pub refuses_unknown: bool,
    /// Anchor in the manual.
    pub reference: Option<&'static str>,
    /// Its fields, in schema order, attributes first.
    pub fields: &'static [FieldInfo],
    /// The orders in which its attributes are written: the first that applies. Empty: that of the fields.
    pub attribute_orders: &'static [Order],
    /// The orders in which its text and children are written.
    pub child_orders: &'static [Order],
    /// Behind the last of its fields that holds attributes or, as a payload, may.
    pub(crate) attributes_end: usize,
    /// The first of its fields that holds text or children or, as a payload, may.
    pub(crate) children_start: usize,
    /// Where the names of its attributes stand.
    pub(crate) attribute_places: Places,
    /// Where the names of its children stand.
    pub(crate) child_places: Places,
    /// Those of its fields whose default is always spelt out.
    pub(crate) spelt_out: Filled,
    /// Its text.
    pub text: TextInfo,
    /// How many of its fields are payloads.
    pub payloads: usize,
    /// The first of them.
    pub(crate) payloads_start: usize,
    /// How many attributes are required, without those of its payloads.
    pub required_attributes: usize,
    /// How many children are required, without those of its payloads.
    pub required_children: usize,
}

impl TypeInfo {
    /// A table that says nothing, to start from.
    pub const NONE: TypeInfo = TypeInfo {
        name: "",
        element: None,
        members: false,
        since: None,
        legacy: None,
        output_only: false,
        empty: EmptyForm::Single,
        empty_until: None,
        refuses_unknown: false,
        reference: None,
        fields: &[],
        attribute_orders: &[],
        child_orders: &[],
        attributes_end: 0,
        children_start: 0,
        attribute_places: Places::NONE,
        child_places: Places::NONE,
        spelt_out: Filled::NONE,
        text: TextInfo::None,
        payloads: 0,
        payloads_start: 0,
        required_attributes: 0,
        required_children: 0,
    };

    /// The table of an element.
    #[must_use]
    pub const fn element(name: &'static str) -> Self {
        TypeInfo { element: Some(Name::plain(name)), ..Self::NONE }
    }

    /// The table of the members of a payload.
    #[must_use]
    pub const fn members() -> Self {
        TypeInfo { members: true, ..Self::NONE }
    }

    /// The table of what elements of several names hold.
    #[must_use]
    pub const fn shared() -> Self {
        Self::NONE
    }

    setters!(since legacy output_only pair dropped_if_empty empty_until);

    /// The element is in a namespace.
    #[must_use]
    pub const fn ns(mut self, uri: &'static str) -> Self {
        if let Some(name) = &mut self.element {
            name.ns = uri;
        }
        self
    }

    /// A child that is not of the format is refused, and not read past.
    #[must_use]
    pub const fn refuses_unknown(mut self) -> Self {
        self.refuses_unknown = true;
        self
    }

    /// Its anchor in the manual.
    #[must_use]
    pub const fn reference(mut self, anchor: &'static str) -> Self {
        self.reference = Some(anchor);
        self
    }

    /// The orders in which its attributes are written.
    #[must_use]
    pub const fn attribute_orders(mut self, orders: &'static [Order]) -> Self {
        self.attribute_orders = orders;
        self
    }

    /// The orders in which its text and children are written.
    #[must_use]
    pub const fn child_orders(mut self, orders: &'static [Order]) -> Self {
        self.child_orders = orders;
        self
    }

    /// Its Rust name and its fields, and what follows from these.
    #[must_use]
    pub const fn fields(mut self, name: &'static str, fields: &'static [FieldInfo]) -> Self {
        self.name = name;
        self.fields = fields;
        let mut index = 0;
        self.children_start = fields.len();
        while index < fields.len() {
            let field = &fields[index];
            if matches!(field.kind, FieldKind::Attribute | FieldKind::AnyAttributes | FieldKind::Payload) {
                self.attributes_end = index + 1;
            }
            if !matches!(field.kind, FieldKind::Attribute | FieldKind::AnyAttributes) && self.children_start > index {
                self.children_start = index;
            }
            let is_spelt_out = matches!(field.default, Some(DefaultInfo { form: DefaultForm::Written, .. }));
            self.spelt_out = self.spelt_out.with(index, is_spelt_out);
            if matches!(field.kind, FieldKind::Attribute | FieldKind::Payload) {
                self.attribute_places = self.attribute_places.with(field.name, index);
            }
            if field.is_child() {
                self.child_places = self.child_places.with(field.name, index);
            }
            match field.kind {
                FieldKind::Attribute => self.required_attributes += field.required as usize,
                FieldKind::Child | FieldKind::Leaf | FieldKind::Flag | FieldKind::Verbatim => {
                    self.required_children += field.required as usize;
                }
                FieldKind::Payload => {
                    if self.payloads == 0 {
                        self.payloads_start = index;
                    }
                    self.payloads += 1;
                }
                FieldKind::Text if field.required => self.text = TextInfo::Required(field.values),
                FieldKind::Text => self.text = TextInfo::Optional(field.values),
                FieldKind::Mix => {
                    let mut entry = 0;
                    while entry < field.entries.len() {
                        let line = &field.entries[entry];
                        if matches!(line.kind, FieldKind::Text) {
                            self.text = TextInfo::Mixed;
                        }
                        if line.is_child() {
                            self.child_places = self.child_places.with(line.name, index);
                        }
                        entry += 1;
                    }
                }
                FieldKind::AnyElements if field.text_too => self.text = TextInfo::Any,
                FieldKind::AnyAttributes | FieldKind::AnyElements => {}
            }
            index += 1;
        }
        self
    }

    /// Its attributes, in schema order, without those of its payloads.
    pub fn attributes(&self) -> impl Iterator<Item = &'static FieldInfo> + use<> {
        self.fields.iter().filter(|field| field.kind == FieldKind::Attribute)
    }

    /// Its child elements by name, in schema order, without those of its payloads.
    pub fn children(&self) -> impl Iterator<Item = &'static FieldInfo> + use<> {
        let children = |field: &'static FieldInfo| match field.kind {
            FieldKind::Mix => field.entries,
            _ => std::slice::from_ref(field),
        };
        self.fields.iter().flat_map(children).filter(|field| field.is_child())
    }

    /// The attribute with this name.
    #[must_use]
    pub fn attribute(&self, ns: &str, local: &str) -> Option<&'static FieldInfo> {
        self.attributes().find(|attribute| attribute.is(ns, local))
    }

    /// The child element with this name.
    #[must_use]
    pub fn child(&self, ns: &str, local: &str) -> Option<&'static FieldInfo> {
        self.children().find(|child| child.is(ns, local))
    }

    /// The numbers of its payloads: most types have none, and few more than one.
    pub(crate) fn payload_fields(&self) -> impl Iterator<Item = usize> + use<> {
        let fields = self.fields;
        (self.payloads_start..fields.len())
            .filter(|index| fields[*index].kind == FieldKind::Payload)
            .take(self.payloads)
    }

    /// The number of the field that takes an attribute with this name, looked for from the field with the number `from` on.
    pub(crate) fn find_attribute(&self, ns: &str, local: &str, from: usize) -> Option<usize> {
        let takes =
            |field: &FieldInfo| field.is(ns, local) && matches!(field.kind, FieldKind::Attribute | FieldKind::Payload);
        match self.attribute_places.of(local) {
            Place::Nowhere => return None,
            Place::At(index) => return takes(&self.fields[index]).then_some(index),
            Place::Somewhere => {}
        }
        let fields = &self.fields[..self.attributes_end];
        let (before, behind) = fields.split_at_checked(from).unwrap_or((fields, &[]));
        let later = behind.iter().position(takes).map(|index| from + index);
        later.or_else(|| before.iter().position(takes))
    }

    /// The number of the field that takes a child element with this name; of a mix, that of the variant, too.
    pub(crate) fn find_child(&self, ns: &str, local: &str, from: usize) -> Option<(usize, usize)> {
        let takes = |field: &FieldInfo| match field.kind {
            FieldKind::Mix => field.entries.iter().position(|entry| entry.is(ns, local) && entry.is_child()),
            _ => (field.is(ns, local) && field.is_child()).then_some(0),
        };
        match self.child_places.of(local) {
            Place::Nowhere => return None,
            Place::At(index) => return takes(&self.fields[index]).map(|variant| (index, variant)),
            Place::Somewhere => {}
        }
        // No attribute of the element itself is a child.
        let from = from.max(self.children_start);
        let (before, behind) = self.fields.split_at_checked(from).unwrap_or((self.fields, &[]));
        let find =
            |fields: &[FieldInfo]| fields.iter().enumerate().find_map(|(index, field)| Some((index, takes(field)?)));
        find(behind).map(|(index, variant)| (from + index, variant)).or_else(|| find(before))
    }

    /// The tables of what can stand right below, each with the number of the field that holds it: children, and the members of payloads.
    pub fn inner(&self) -> impl Iterator<Item = (usize, &'static TypeInfo)> + use<> {
        self.fields.iter().enumerate().flat_map(|(index, field)| {
            let entries = field.entries.iter().filter_map(|entry| entry.content);
            let tables =
                field.content.into_iter().chain(entries).chain(field.branches.iter().map(|branch| branch.table));
            tables.map(move |table| (index, table()))
        })
    }

    /// The field for its text, if that is a value.
    #[must_use]
    pub fn text_field(&self) -> Option<&'static FieldInfo> {
        self.fields.iter().find(|field| field.kind == FieldKind::Text)
    }
}
