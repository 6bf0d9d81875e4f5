//! The static tables that the generator prints beside each type.

use crate::slots::{Count, FieldType, FlagType, MixType, NestType, PayloadType, VerbatimType};
use crate::version::Version;

/// A name in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name {
    /// Namespace URI, empty for none.
    pub ns: &'static str,
    /// Local name.
    pub local: &'static str,
}

impl Name {
    /// A name in no namespace.
    #[must_use]
    pub const fn plain(local: &'static str) -> Self {
        Name { ns: "", local }
    }
}

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
    /// Its text.
    pub text: TextInfo,
    /// How many of its fields are payloads.
    pub payloads: usize,
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
        text: TextInfo::None,
        payloads: 0,
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

    /// The element is in a namespace.
    #[must_use]
    pub const fn ns(mut self, uri: &'static str) -> Self {
        if let Some(name) = &mut self.element {
            name.ns = uri;
        }
        self
    }

    /// The first version that knows it.
    #[must_use]
    pub const fn since(mut self, major: u16, minor: u16, micro: u16) -> Self {
        self.since = Some(Version::new(major, minor, micro));
        self
    }

    /// The rule that replaces it.
    #[must_use]
    pub const fn legacy(mut self, rule: &'static str) -> Self {
        self.legacy = Some(rule);
        self
    }

    /// Only a running domain shows it.
    #[must_use]
    pub const fn output_only(mut self) -> Self {
        self.output_only = true;
        self
    }

    /// Where there is nothing in it, it is written with two tags, on two lines.
    #[must_use]
    pub const fn pair(mut self) -> Self {
        self.empty = EmptyForm::Pair;
        self
    }

    /// Where there is nothing in it, the canonical form leaves it out.
    #[must_use]
    pub const fn dropped_if_empty(mut self) -> Self {
        self.empty = EmptyForm::Dropped;
        self
    }

    /// A child that is not of the format is refused, and not read past.
    #[must_use]
    pub const fn refuses_unknown(mut self) -> Self {
        self.refuses_unknown = true;
        self
    }

    /// The first version that writes it as any other element where there is nothing in it.
    #[must_use]
    pub const fn empty_until(mut self, major: u16, minor: u16, micro: u16) -> Self {
        self.empty_until = Some(Version::new(major, minor, micro));
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
            match field.kind {
                FieldKind::Attribute => self.required_attributes += field.required as usize,
                FieldKind::Child | FieldKind::Leaf | FieldKind::Flag | FieldKind::Verbatim => {
                    self.required_children += field.required as usize;
                }
                FieldKind::Payload => self.payloads += 1,
                FieldKind::Text if field.required => self.text = TextInfo::Required(field.values),
                FieldKind::Text => self.text = TextInfo::Optional(field.values),
                FieldKind::Mix => {
                    let mut entry = 0;
                    while entry < field.entries.len() {
                        if matches!(field.entries[entry].kind, FieldKind::Text) {
                            self.text = TextInfo::Mixed;
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

    /// The number of the field that takes an attribute with this name, looked for from the field with the number `from` on.
    pub(crate) fn find_attribute(&self, ns: &str, local: &str, from: usize) -> Option<usize> {
        let takes = |field: &FieldInfo| {
            field.name == local && field.ns == ns && matches!(field.kind, FieldKind::Attribute | FieldKind::Payload)
        };
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

/// One order of writing.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// Applies where the payload with this number holds one of these values, the empty one for none; none: always.
    pub when: Option<(usize, &'static [&'static str])>,
    /// What is written.
    pub steps: &'static [Step],
}

/// One step of an [`Order`].
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// The field with this number.
    Field(usize),
    /// Of the payload with this number the members of one part.
    Part(usize, u32),
}

/// Names of elements.
#[derive(Debug, Clone, Copy)]
pub enum Names {
    /// Every name.
    Any,
    /// Every name of a namespace.
    Ns(&'static str),
    /// One name: namespace and local name.
    One(&'static str, &'static str),
    /// The names of several.
    Either(&'static [Names]),
    /// Those of the first that are not of the second.
    Except(&'static Names, &'static Names),
}

impl Names {
    /// Whether a name is among them.
    #[must_use]
    pub fn contains(&self, ns: &str, local: &str) -> bool {
        match self {
            Names::Any => true,
            Names::Ns(own) => *own == ns,
            Names::One(own_ns, own_local) => *own_local == local && *own_ns == ns,
            Names::Either(members) => members.iter().any(|member| member.contains(ns, local)),
            Names::Except(all, except) => all.contains(ns, local) && !except.contains(ns, local),
        }
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// An attribute.
    Attribute,
    /// All attributes that have no field of their own.
    AnyAttributes,
    /// Child elements that are structs.
    Child,
    /// Child elements that hold nothing but a value.
    Leaf,
    /// Child elements that hold nothing.
    Flag,
    /// Child elements of one name, kept verbatim.
    Verbatim,
    /// The element's own text.
    Text,
    /// A choice discriminated by an attribute.
    Payload,
    /// Several elements (and texts) whose mutual order is kept.
    Mix,
    /// Child elements that have no field of their own, kept verbatim.
    AnyElements,
}

/// What is known about a field of a struct, or about one variant of a mix: a line of the table of a type.
#[derive(Debug, Clone, Copy)]
pub struct FieldInfo {
    /// What the field holds.
    pub kind: FieldKind,
    /// Local name of the attribute or child, of a payload's discriminating attribute; empty for none.
    pub name: &'static str,
    /// Namespace URI, empty for none.
    pub ns: &'static str,
    /// Whether there must be one.
    pub required: bool,
    /// Whether there may be more than one.
    pub many: bool,
    /// Whether a second one is refused where there may be one.
    pub once: bool,
    /// The first version that knows it.
    pub since: Option<Version>,
    /// The first version that takes the element without it.
    pub optional_since: Option<Version>,
    /// The first version that no longer reads it.
    pub until: Option<Version>,
    /// What its values were once confined to.
    pub narrow: Option<Narrow>,
    /// What is assumed where it is absent.
    pub default: Option<DefaultInfo>,
    /// The rule that replaces it.
    pub legacy: Option<&'static str>,
    /// Whether only a running domain shows it.
    pub output_only: bool,
    /// How it is written where there is nothing in it.
    pub empty: EmptyForm,
    /// The first version that writes it as any other element where there is nothing in it.
    pub empty_until: Option<Version>,
    /// What an empty value is.
    pub blank: Blank,
    /// Whether a value that it does not know counts as none.
    pub lax: bool,
    /// The values that it takes, empty where they are not listed.
    pub values: &'static [ValueInfo],
    /// Whether it takes others too.
    pub open: bool,
    /// Whether it holds whole numbers, written in decimal digits.
    pub number: bool,
    /// Gives the table of the struct that a child is.
    pub content: Option<fn() -> &'static TypeInfo>,
    /// The variants of a payload that have members.
    pub branches: &'static [Branch],
    /// Of a mix, its variants.
    pub entries: &'static [FieldInfo],
    /// Of elements without a field of their own: their names.
    pub names: &'static Names,
    /// Of these, too: whether text is kept among them.
    pub text_too: bool,
    /// Which part of a payload's members it belongs to, see [`Step::Part`]; of a payload among these, its attributes.
    pub part: u32,
    /// The same for the text and children of a payload.
    pub child_part: u32,
}

impl FieldInfo {
    const NONE: FieldInfo = FieldInfo {
        kind: FieldKind::Attribute,
        name: "",
        ns: "",
        required: false,
        many: false,
        once: false,
        since: None,
        optional_since: None,
        until: None,
        narrow: None,
        default: None,
        legacy: None,
        output_only: false,
        empty: EmptyForm::Single,
        empty_until: None,
        blank: Blank::Value,
        lax: false,
        values: &[],
        open: true,
        number: false,
        content: None,
        branches: &[],
        entries: &[],
        names: &Names::Any,
        text_too: false,
        part: 0,
        child_part: 0,
    };

    const fn of(kind: FieldKind, name: &'static str, count: Count) -> Self {
        let (required, many) = (matches!(count, Count::One), matches!(count, Count::Many));
        FieldInfo { kind, name, required, many, ..Self::NONE }
    }

    /// An attribute.
    #[must_use]
    pub const fn attribute<T: FieldType>(name: &'static str) -> Self {
        FieldInfo {
            values: T::VALUES,
            open: T::OPEN,
            number: T::NUMBER,
            ..Self::of(FieldKind::Attribute, name, T::COUNT)
        }
    }

    /// All attributes that have no field of their own.
    #[must_use]
    pub const fn any_attributes<T>() -> Self {
        Self::of(FieldKind::AnyAttributes, "", Count::Many)
    }

    /// Child elements that are structs.
    #[must_use]
    pub const fn child<T: NestType>(name: &'static str) -> Self {
        FieldInfo { content: Some(T::TABLE), ..Self::of(FieldKind::Child, name, T::COUNT) }
    }

    /// Child elements that hold nothing but a value.
    #[must_use]
    pub const fn leaf<T: FieldType>(name: &'static str) -> Self {
        FieldInfo { values: T::VALUES, open: T::OPEN, number: T::NUMBER, ..Self::of(FieldKind::Leaf, name, T::COUNT) }
    }

    /// Child elements that hold nothing.
    #[must_use]
    pub const fn flag<T: FlagType>(name: &'static str) -> Self {
        Self::of(FieldKind::Flag, name, T::COUNT)
    }

    /// Child elements of one name, kept verbatim.
    #[must_use]
    pub const fn verbatim<T: VerbatimType>(name: &'static str) -> Self {
        Self::of(FieldKind::Verbatim, name, T::COUNT)
    }

    /// The element's own text.
    #[must_use]
    pub const fn text<T: FieldType>() -> Self {
        FieldInfo { values: T::VALUES, open: T::OPEN, number: T::NUMBER, ..Self::of(FieldKind::Text, "", T::COUNT) }
    }

    /// A choice discriminated by an attribute, with what is known about that.
    #[must_use]
    pub const fn payload<T: PayloadType>() -> Self {
        FieldInfo { kind: FieldKind::Payload, required: T::TABLE.required && !T::OPTIONAL, ..*T::TABLE }
    }

    /// Several elements whose mutual order is kept.
    #[must_use]
    pub const fn mix<T: MixType>() -> Self {
        FieldInfo { entries: T::ENTRIES, ..Self::of(FieldKind::Mix, "", T::COUNT) }
    }

    /// Child elements that have no field of their own, kept verbatim.
    #[must_use]
    pub const fn any_elements<T>() -> Self {
        Self::of(FieldKind::AnyElements, "", Count::Many)
    }

    /// In a namespace.
    #[must_use]
    pub const fn ns(mut self, uri: &'static str) -> Self {
        self.ns = uri;
        self
    }

    /// There must be one, though the type of the field does not say so.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// There may be none, though the type of the field does not say so.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// A variant of a mix: there may be any number of it.
    #[must_use]
    pub const fn entry(mut self) -> Self {
        self.required = false;
        self.many = true;
        self
    }

    /// A second one is refused.
    #[must_use]
    pub const fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// Only a running domain shows it.
    #[must_use]
    pub const fn output_only(mut self) -> Self {
        self.output_only = true;
        self
    }

    /// Where there is nothing in it, it is written with two tags, on two lines.
    #[must_use]
    pub const fn pair(mut self) -> Self {
        self.empty = EmptyForm::Pair;
        self
    }

    /// The canonical form leaves it out where there is nothing in it.
    #[must_use]
    pub const fn dropped_if_empty(mut self) -> Self {
        self.empty = EmptyForm::Dropped;
        self
    }

    /// The first version that writes it as any other element where there is nothing in it.
    #[must_use]
    pub const fn empty_until(mut self, major: u16, minor: u16, micro: u16) -> Self {
        self.empty_until = Some(Version::new(major, minor, micro));
        self
    }

    /// An empty value is none.
    #[must_use]
    pub const fn absent_if_empty(mut self) -> Self {
        self.blank = Blank::Absent;
        self
    }

    /// A value that it does not know, an empty one too, is none.
    #[must_use]
    pub const fn lax(mut self) -> Self {
        self.lax = true;
        self.absent_if_empty()
    }

    /// An empty value is refused, though the type takes it.
    #[must_use]
    pub const fn refused_if_empty(mut self) -> Self {
        self.blank = Blank::Refused;
        self
    }

    /// Its default, which is neither added nor removed.
    #[must_use]
    pub const fn assumed(self, value: &'static str) -> Self {
        self.default(value, DefaultForm::Assumed)
    }

    /// Its default, which the canonical form always spells out.
    #[must_use]
    pub const fn written(self, value: &'static str) -> Self {
        self.default(value, DefaultForm::Written)
    }

    /// Its default, which the canonical form never spells out.
    #[must_use]
    pub const fn dropped(self, value: &'static str) -> Self {
        self.default(value, DefaultForm::Dropped)
    }

    const fn default(mut self, value: &'static str, form: DefaultForm) -> Self {
        self.default = Some(DefaultInfo { value, form, until: None });
        self
    }

    /// The first version that writes the default as the document has it.
    #[must_use]
    pub const fn default_until(mut self, major: u16, minor: u16, micro: u16) -> Self {
        if let Some(default) = &mut self.default {
            default.until = Some(Version::new(major, minor, micro));
        }
        self
    }

    /// The first version that knows it.
    #[must_use]
    pub const fn since(mut self, major: u16, minor: u16, micro: u16) -> Self {
        self.since = Some(Version::new(major, minor, micro));
        self
    }

    /// The first version that takes the element without it.
    #[must_use]
    pub const fn optional_since(mut self, major: u16, minor: u16, micro: u16) -> Self {
        self.optional_since = Some(Version::new(major, minor, micro));
        self
    }

    /// The first version that no longer reads it.
    #[must_use]
    pub const fn until(mut self, major: u16, minor: u16, micro: u16) -> Self {
        self.until = Some(Version::new(major, minor, micro));
        self
    }

    /// What its values were confined to before this version.
    #[must_use]
    pub const fn narrow(mut self, pattern: &'static str, major: u16, minor: u16, micro: u16) -> Self {
        self.narrow = Some(Narrow { pattern, until: Version::new(major, minor, micro) });
        self
    }

    /// The rule that replaces it.
    #[must_use]
    pub const fn legacy(mut self, rule: &'static str) -> Self {
        self.legacy = Some(rule);
        self
    }

    /// The values that it takes.
    #[must_use]
    pub const fn values(mut self, values: &'static [ValueInfo]) -> Self {
        self.values = values;
        self
    }

    /// The variants that have members.
    #[must_use]
    pub const fn branches(mut self, branches: &'static [Branch]) -> Self {
        self.branches = branches;
        self
    }

    /// The names that are taken.
    #[must_use]
    pub const fn names(mut self, names: &'static Names) -> Self {
        self.names = names;
        self
    }

    /// The part that it belongs to.
    #[must_use]
    pub const fn part(self, part: u32) -> Self {
        self.parts(part, part)
    }

    /// The part of its attributes, and the part of its text and children.
    #[must_use]
    pub const fn parts(mut self, part: u32, child_part: u32) -> Self {
        self.part = part;
        self.child_part = child_part;
        self
    }

    /// Text is kept among the elements.
    #[must_use]
    pub const fn text_too(mut self) -> Self {
        self.text_too = true;
        self
    }

    /// Whether it has this name.
    #[must_use]
    pub fn is(&self, ns: &str, local: &str) -> bool {
        self.name == local && self.ns == ns
    }

    /// Whether it is for child elements of one name.
    #[must_use]
    pub fn is_child(&self) -> bool {
        matches!(self.kind, FieldKind::Child | FieldKind::Leaf | FieldKind::Flag | FieldKind::Verbatim)
    }
}

/// A variant of a payload that has members.
#[derive(Debug, Clone, Copy)]
pub struct Branch {
    /// The value of the attribute that chooses it; none for its absence.
    pub value: Option<&'static str>,
    /// Gives the table of the members.
    pub table: fn() -> &'static TypeInfo,
}

/// What values were once confined to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Narrow {
    /// A regular expression of XML Schema for the old values.
    pub pattern: &'static str,
    /// The first version that takes others.
    pub until: Version,
}

/// A default value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultInfo {
    /// As a document spells it.
    pub value: &'static str,
    /// What the canonical form does with it.
    pub form: DefaultForm,
    /// The first version that writes the value as the document has it.
    pub until: Option<Version>,
}

/// What the canonical form does with a value that equals the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultForm {
    /// It is neither added nor removed.
    Assumed,
    /// It is always spelt out.
    Written,
    /// It is never spelt out.
    Dropped,
}

/// What an empty value is to the program that reads the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blank {
    /// What the type of the value says.
    Value,
    /// None, as if the attribute were not there.
    Absent,
    /// Refused, though the type takes it.
    Refused,
}

/// How an element is written that has nothing in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyForm {
    /// With one tag.
    Single,
    /// With two tags, on two lines.
    Pair,
    /// The canonical form leaves it out, unless it has attributes.
    Dropped,
}

/// What is known about one value of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueInfo {
    /// As a document spells it.
    pub value: &'static str,
    /// The first version that knows it.
    pub since: Option<Version>,
    /// The rule that replaces it.
    pub legacy: Option<&'static str>,
}

impl ValueInfo {
    /// A value with nothing further known about it.
    #[must_use]
    pub const fn of(value: &'static str) -> Self {
        ValueInfo { value, since: None, legacy: None }
    }

    /// The first version that knows it.
    #[must_use]
    pub const fn since(mut self, major: u16, minor: u16, micro: u16) -> Self {
        self.since = Some(Version::new(major, minor, micro));
        self
    }

    /// The rule that replaces it.
    #[must_use]
    pub const fn legacy(mut self, rule: &'static str) -> Self {
        self.legacy = Some(rule);
        self
    }
}

/// What text an element takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextInfo {
    /// None but whitespace.
    None,
    /// One value, which may be absent.
    Optional(&'static [ValueInfo]),
    /// One value.
    Required(&'static [ValueInfo]),
    /// Any text between its child elements.
    Mixed,
    /// Any text beside elements of any name; white space alone is none.
    Any,
}
