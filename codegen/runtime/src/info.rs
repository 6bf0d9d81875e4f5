//! The static tables that the generator prints beside each type.

/// Sets facts in a table: of a field, of a type, or of a value, which have these in common.
macro_rules! setters {
    (since) => {
        /// The first version that knows it.
        #[must_use]
        pub const fn since(mut self, major: u16, minor: u16, micro: u16) -> Self {
            self.since = Some(Version::new(major, minor, micro));
            self
        }
    };
    (legacy) => {
        /// The rule that replaces it.
        #[must_use]
        pub const fn legacy(mut self, rule: &'static str) -> Self {
            self.legacy = Some(rule);
            self
        }
    };
    (output_only) => {
        /// Only a running domain shows it.
        #[must_use]
        pub const fn output_only(mut self) -> Self {
            self.output_only = true;
            self
        }
    };
    (pair) => {
        /// Where there is nothing in it, it is written with two tags, on two lines.
        #[must_use]
        pub const fn pair(mut self) -> Self {
            self.empty = EmptyForm::Pair;
            self
        }
    };
    (dropped_if_empty) => {
        /// Where there is nothing in it, the canonical form leaves it out.
        #[must_use]
        pub const fn dropped_if_empty(mut self) -> Self {
            self.empty = EmptyForm::Dropped;
            self
        }
    };
    (empty_until) => {
        /// The first version that writes it as any other element where there is nothing in it.
        #[must_use]
        pub const fn empty_until(mut self, major: u16, minor: u16, micro: u16) -> Self {
            self.empty_until = Some(Version::new(major, minor, micro));
            self
        }
    };
    ($($fact:ident)+) => {
        $(setters!($fact);)+
    };
}

mod field;
mod places;
mod ty;

use crate::version::Version;

pub use field::{Branch, FieldInfo};
pub use ty::TypeInfo;

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

    setters!(since legacy);
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
