//! The static tables that the generator prints beside each type.

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
    /// Name of the element; none for the members of a payload.
    pub element: Option<Name>,
    /// The first version that knows it.
    pub since: Option<Version>,
    /// The rule that replaces it.
    pub legacy: Option<&'static str>,
    /// Whether only a running domain shows it.
    pub output_only: bool,
    /// How it is written where there is nothing in it.
    pub empty: EmptyForm,
    /// Anchor in the manual.
    pub reference: Option<&'static str>,
    /// Its attributes, in schema order, without those of its payloads.
    pub attributes: &'static [AttributeInfo],
    /// Its child elements, in schema order, without those of its payloads.
    pub children: &'static [ChildInfo],
    /// Its text.
    pub text: TextInfo,
    /// What its text was once confined to.
    pub narrow: Option<Narrow>,
    /// How many payloads it has, see [`crate::Content::payload`].
    pub payloads: usize,
    /// How many of `attributes` are required.
    pub required_attributes: usize,
    /// How many of `children` are required.
    pub required_children: usize,
}

impl TypeInfo {
    /// A table that says nothing, to start from.
    pub const NONE: TypeInfo = TypeInfo {
        name: "",
        element: None,
        since: None,
        legacy: None,
        output_only: false,
        empty: EmptyForm::Single,
        reference: None,
        attributes: &[],
        children: &[],
        text: TextInfo::None,
        narrow: None,
        payloads: 0,
        required_attributes: 0,
        required_children: 0,
    };

    /// The attribute with this name.
    #[must_use]
    pub fn attribute(&self, ns: &str, local: &str) -> Option<&'static AttributeInfo> {
        self.attributes.iter().find(|a| a.name == local && a.ns == ns)
    }

    /// The child element with this name.
    #[must_use]
    pub fn child(&self, ns: &str, local: &str) -> Option<&'static ChildInfo> {
        self.children.iter().find(|c| c.name == local && c.ns == ns)
    }
}

/// What is known about an attribute.
#[derive(Debug, Clone, Copy)]
pub struct AttributeInfo {
    /// Local name.
    pub name: &'static str,
    /// Namespace URI, empty for none.
    pub ns: &'static str,
    /// Whether it must be present.
    pub required: bool,
    /// The first version that knows it.
    pub since: Option<Version>,
    /// The first version that takes the element without it.
    pub optional_since: Option<Version>,
    /// What its values were once confined to.
    pub narrow: Option<Narrow>,
    /// What is assumed where it is absent.
    pub default: Option<DefaultInfo>,
    /// The rule that replaces it.
    pub legacy: Option<&'static str>,
    /// Whether only a running domain shows it.
    pub output_only: bool,
    /// The values that it takes, empty where they are not listed.
    pub values: &'static [ValueInfo],
}

impl AttributeInfo {
    /// A name with nothing further known about it.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        AttributeInfo {
            name,
            ns: "",
            required: false,
            since: None,
            optional_since: None,
            narrow: None,
            default: None,
            legacy: None,
            output_only: false,
            values: &[],
        }
    }

    /// In a namespace.
    #[must_use]
    pub const fn ns(mut self, uri: &'static str) -> Self {
        self.ns = uri;
        self
    }

    /// It must be present.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Only a running domain shows it.
    #[must_use]
    pub const fn output_only(mut self) -> Self {
        self.output_only = true;
        self
    }

    /// Its default, and what the canonical form does with it.
    #[must_use]
    pub const fn default(mut self, value: &'static str, form: DefaultForm) -> Self {
        self.default = Some(DefaultInfo { value, form });
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
    pub const fn new(value: &'static str) -> Self {
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

/// What is known about a child element.
#[derive(Debug, Clone, Copy)]
pub struct ChildInfo {
    /// Local name.
    pub name: &'static str,
    /// Namespace URI, empty for none.
    pub ns: &'static str,
    /// Whether it must be present.
    pub required: bool,
    /// Whether it may stand more than once.
    pub many: bool,
    /// The first version that knows it.
    pub since: Option<Version>,
    /// The first version that takes the element without it.
    pub optional_since: Option<Version>,
    /// What its values were once confined to.
    pub narrow: Option<Narrow>,
    /// The rule that replaces it.
    pub legacy: Option<&'static str>,
    /// Whether only a running domain shows it.
    pub output_only: bool,
    /// Whether the canonical form leaves it out where there is nothing in it.
    pub dropped_if_empty: bool,
    /// The values of its text, where it has nothing else and they are listed.
    pub values: &'static [ValueInfo],
}

impl ChildInfo {
    /// A name with nothing further known about it.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        ChildInfo {
            name,
            ns: "",
            required: false,
            many: false,
            since: None,
            optional_since: None,
            narrow: None,
            legacy: None,
            output_only: false,
            dropped_if_empty: false,
            values: &[],
        }
    }

    /// In a namespace.
    #[must_use]
    pub const fn ns(mut self, uri: &'static str) -> Self {
        self.ns = uri;
        self
    }

    /// It must be present.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Only a running domain shows it.
    #[must_use]
    pub const fn output_only(mut self) -> Self {
        self.output_only = true;
        self
    }

    /// The canonical form leaves it out where there is nothing in it.
    #[must_use]
    pub const fn dropped_if_empty(mut self) -> Self {
        self.dropped_if_empty = true;
        self
    }

    /// It may stand more than once.
    #[must_use]
    pub const fn many(mut self) -> Self {
        self.many = true;
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
