//! The line of a field.

use super::{Blank, DefaultForm, DefaultInfo, EmptyForm, FieldKind, Names, Narrow, TypeInfo, ValueInfo};
use crate::slots::{Count, FieldType, FlagType, MixType, NestType, PayloadType, VerbatimType};
use crate::version::Version;

/// What is known about a field of a struct, or about one variant of a mix: a line of the table of a type.
///
/// What each walk asks stands first, in one line of the processor's cache.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub struct FieldInfo {
    /// Local name of the attribute or child, of a payload's discriminating attribute; empty for none.
    pub name: &'static str,
    /// Namespace URI, empty for none.
    pub ns: &'static str,
    /// Gives the table of the struct that a child is.
    pub content: Option<fn() -> &'static TypeInfo>,
    /// What the field holds.
    pub kind: FieldKind,
    /// How many the type of the field holds.
    pub(crate) count: Count,
    /// Whether there must be one.
    pub required: bool,
    /// Whether there may be more than one.
    pub many: bool,
    /// Whether a second one is refused where there may be one.
    pub once: bool,
    /// What an empty value is.
    pub blank: Blank,
    /// Whether a value that it does not know counts as none.
    pub lax: bool,
    /// How it is written where there is nothing in it.
    pub empty: EmptyForm,
    /// Whether it takes others too.
    pub open: bool,
    /// Whether it holds whole numbers, written in decimal digits.
    pub number: bool,
    /// Of these, too: whether text is kept among them.
    pub text_too: bool,
    /// Whether only a running domain shows it.
    pub output_only: bool,
    /// Whether it is more than a version that does not know it may read past: what is described is another thing without it.
    pub needed: bool,
    /// Whether an element that lacks it, though it must be there, counts as absent.
    pub vital: bool,
    /// Whether it holds a password or the like, which is not shown where it need not be.
    pub secret: bool,
    /// Which part of a payload's members it belongs to, see [`Step::Part`](super::Step::Part); of a payload among these, its attributes.
    pub part: u32,
    /// The same for the text and children of a payload.
    pub child_part: u32,
    /// What is assumed where it is absent.
    pub default: Option<DefaultInfo>,
    /// The values that it takes, empty where they are not listed.
    pub values: &'static [ValueInfo],
    /// Of elements without a field of their own: their names.
    pub names: &'static Names,
    /// Of a mix, its variants.
    pub entries: &'static [FieldInfo],
    /// The variants of a payload that have members.
    pub branches: &'static [Branch],
    /// The first version that knows it.
    pub since: Option<Version>,
    /// The first version that no longer reads it.
    pub until: Option<Version>,
    /// The first version that takes the element without it.
    pub optional_since: Option<Version>,
    /// The first version that writes it as any other element where there is nothing in it.
    pub empty_until: Option<Version>,
    /// What its values were once confined to.
    pub narrow: Option<Narrow>,
    /// The rule that replaces it.
    pub legacy: Option<&'static str>,
}

// What stands first fills that line, and no more.
const _: () = assert!(std::mem::offset_of!(FieldInfo, default) <= 64);

impl FieldInfo {
    const NONE: FieldInfo = FieldInfo {
        kind: FieldKind::Attribute,
        name: "",
        ns: "",
        count: Count::Many,
        required: false,
        many: false,
        once: false,
        needed: false,
        vital: false,
        since: None,
        optional_since: None,
        until: None,
        narrow: None,
        default: None,
        legacy: None,
        output_only: false,
        secret: false,
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
        FieldInfo { kind, name, count, required, many, ..Self::NONE }
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

    setters!(since legacy output_only pair dropped_if_empty empty_until);

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

    /// It holds a password or the like: `{:?}` does not show it.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// An empty value is none.
    #[must_use]
    pub const fn absent_if_empty(mut self) -> Self {
        self.blank = Blank::Absent;
        self
    }

    /// What is described is another thing without it.
    #[must_use]
    pub const fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    /// Without it the element counts as absent.
    #[must_use]
    pub const fn vital(mut self) -> Self {
        self.vital = true;
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
        same(self.name, local) && same(self.ns, ns)
    }

    /// Whether it is for child elements of one name.
    #[must_use]
    pub const fn is_child(&self) -> bool {
        matches!(self.kind, FieldKind::Child | FieldKind::Leaf | FieldKind::Flag | FieldKind::Verbatim)
    }
}

/// Whether two names are one. They are short, so that calling `memcmp` takes longer than comparing their two ends, which overlap.
#[inline]
fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        0 => true,
        1..4 => one[0] == other[0] && one.last_chunk::<2>() == other.last_chunk(),
        4..8 => one.first_chunk::<4>() == other.first_chunk() && one.last_chunk::<4>() == other.last_chunk(),
        8..=16 => one.first_chunk::<8>() == other.first_chunk() && one.last_chunk::<8>() == other.last_chunk(),
        _ => one == other,
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

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn names_that_differ_anywhere_are_not_one() {
        let name = "abcdefghijklmnopqrstuvwxyz";
        for length in 0..=name.len() {
            assert!(same(&name[..length], &String::from(&name[..length])));
            assert!(!same(&name[..length], &name[1..]));
            for at in 0..length {
                let mut other = name[..length].to_owned();
                other.replace_range(at..=at, "_");
                assert!(!same(&name[..length], &other), "{other}");
            }
        }
    }
}
