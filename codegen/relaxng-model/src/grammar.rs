//! The semantic view of a schema: canonical patterns, with definitions kept as nodes.
//!
//! Sections 4.2 to 4.18 of the RELAX NG specification are carried out here save for the last steps of 4.19 to 4.21,
//! which would replace the author's definitions by one for each element: the names of definitions are what a generator
//! names its types after.

use crate::schema::{NodeId, Schema};

/// A simplified grammar. Nested grammars and external references have been flattened into `defines`.
#[derive(Debug, Clone)]
pub struct Grammar {
    /// The pattern of `start`, overrides and `combine` applied.
    pub start: Pattern,
    /// Every definition that `start` reaches, in the order of the files.
    pub defines: Vec<Define>,
    /// The faithful view: where annotations, documentation and positions are found.
    pub schema: Schema,
}

/// Index of a definition in [`Grammar::defines`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DefineId(pub u32);

/// One named definition, `combine` and overrides applied.
#[derive(Debug, Clone)]
pub struct Define {
    /// The author's name; made unique with a suffix only where nested grammars define the same name again.
    pub name: String,
    /// What the name stands for.
    pub pattern: Pattern,
    /// The `define` element (the first, where several were combined).
    pub origin: NodeId,
}

/// A pattern and where it came from.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// What it matches.
    pub kind: Kind,
    /// The node of the schema document whose annotations and position belong to it.
    pub origin: NodeId,
}

/// The canonical patterns. `optional` has become a choice with `Empty`, `zeroOrMore` a choice of `OneOrMore` and
/// `Empty`, `mixed` an interleave with `Text`. Choices, groups and interleaves are flat and have at least two members; `Empty` stands
/// last in a choice; `NotAllowed` never stands in a choice, group, interleave or `OneOrMore`.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Matches nothing but the absence of content.
    Empty,
    /// Matches nothing at all.
    NotAllowed,
    /// Any text, the empty text included.
    Text,
    /// One of the members.
    Choice(Vec<Pattern>),
    /// All members, in any order, mingled.
    Interleave(Vec<Pattern>),
    /// All members, in this order.
    Group(Vec<Pattern>),
    /// The member once or more.
    OneOrMore(Box<Pattern>),
    /// Whitespace-separated tokens.
    List(Box<Pattern>),
    /// A value of a datatype.
    Data {
        /// The datatype.
        datatype: Datatype,
        /// Facets, in the order written.
        params: Vec<Param>,
        /// Values that are excluded.
        except: Option<Box<Pattern>>,
    },
    /// One literal value.
    Value {
        /// The datatype that decides equality.
        datatype: Datatype,
        /// The text as written in the schema.
        value: String,
        /// The namespace in scope, for datatypes that depend on it (`QName`).
        ns: String,
    },
    /// An attribute.
    Attribute {
        /// The names it takes.
        name: NameClass,
        /// What its value matches.
        pattern: Box<Pattern>,
    },
    /// An element.
    Element {
        /// The names it takes.
        name: NameClass,
        /// What its attributes and children match.
        pattern: Box<Pattern>,
    },
    /// A definition.
    Ref(DefineId),
}

/// A datatype by its library and name; the library is empty for the built-in `string` and `token`.
#[cfg_attr(feature = "compact", derive(serde::Serialize, serde::Deserialize))]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Datatype {
    /// URI of the datatype library.
    pub library: String,
    /// Local name of the type.
    pub name: String,
}

/// A facet of a datatype: `pattern`, `minInclusive`, ...
#[cfg_attr(feature = "compact", derive(serde::Serialize, serde::Deserialize))]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Param {
    /// The facet's name.
    pub name: String,
    /// The facet's value as written.
    pub value: String,
}

/// A set of names.
#[cfg_attr(feature = "compact", derive(serde::Serialize, serde::Deserialize))]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameClass {
    /// One name.
    Name {
        /// Namespace URI, empty for none.
        ns: String,
        /// Local name.
        local: String,
    },
    /// Every name, save those excepted.
    AnyName(Option<Box<NameClass>>),
    /// Every name of a namespace, save those excepted.
    NsName {
        /// Namespace URI, empty for none.
        ns: String,
        /// What is excepted.
        except: Option<Box<NameClass>>,
    },
    /// The union of the members.
    Choice(Vec<NameClass>),
}

impl NameClass {
    /// Whether the name belongs to the class.
    #[must_use]
    pub fn contains(&self, ns: &str, local: &str) -> bool {
        match self {
            Self::Name { ns: own, local: name } => own == ns && name == local,
            Self::AnyName(except) => !except.as_ref().is_some_and(|except| except.contains(ns, local)),
            Self::NsName { ns: own, except } => {
                own == ns && !except.as_ref().is_some_and(|except| except.contains(ns, local))
            }
            Self::Choice(members) => members.iter().any(|member| member.contains(ns, local)),
        }
    }

    /// Whether the class has infinitely many names: `anyName` or `nsName` is part of it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Self::Name { .. } => false,
            Self::AnyName(_) | Self::NsName { .. } => true,
            Self::Choice(members) => members.iter().any(Self::is_open),
        }
    }

    /// Whether some name belongs to both classes.
    ///
    /// Two classes that share a name share one that either of them mentions, one in a namespace that either mentions, or
    /// one in a namespace that nobody mentions: it is enough to try these.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let both = |ns: &str, local: &str| self.contains(ns, local) && other.contains(ns, local);
        both(NOWHERE, NOWHERE) || self.any_mentioned(&both) || other.any_mentioned(&both)
    }

    fn any_mentioned(&self, test: &dyn Fn(&str, &str) -> bool) -> bool {
        match self {
            Self::Name { ns, local } => test(ns, local),
            Self::AnyName(except) => except.as_ref().is_some_and(|except| except.any_mentioned(test)),
            Self::NsName { ns, except } => {
                test(ns, NOWHERE) || except.as_ref().is_some_and(|except| except.any_mentioned(test))
            }
            Self::Choice(members) => members.iter().any(|member| member.any_mentioned(test)),
        }
    }
}

/// No name in XML and no namespace.
const NOWHERE: &str = "\0";
