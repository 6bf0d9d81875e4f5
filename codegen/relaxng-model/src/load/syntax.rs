//! The full syntax of section 3, as the files have it: the input of `simplify`.
//!
//! What can be settled within one file is settled already: white space (4.2), `datatypeLibrary` (4.3), `type` of `value`
//! (4.4), `href` (4.5) and prefixes (4.10). The `ns` attribute is inherited across files, and therefore not.

use crate::grammar::{Datatype, Param};
use crate::schema::{FileId, NodeId};

/// A pattern.
#[derive(Debug)]
pub(crate) struct Syntax {
    pub(crate) node: NodeId,
    /// Its own `ns` attribute.
    pub(crate) ns: Option<String>,
    pub(crate) kind: SyntaxKind,
}

/// The kinds of patterns.
#[derive(Debug)]
pub(crate) enum SyntaxKind {
    Element {
        name: NameSyntax,
        content: Vec<Syntax>,
    },
    Attribute {
        name: NameSyntax,
        content: Vec<Syntax>,
    },
    Group(Vec<Syntax>),
    Interleave(Vec<Syntax>),
    Choice(Vec<Syntax>),
    Optional(Vec<Syntax>),
    ZeroOrMore(Vec<Syntax>),
    OneOrMore(Vec<Syntax>),
    List(Vec<Syntax>),
    Mixed(Vec<Syntax>),
    Ref(String),
    ParentRef(String),
    Empty,
    Text,
    NotAllowed,
    Value {
        datatype: Datatype,
        value: String,
    },
    Data {
        datatype: Datatype,
        params: Vec<Param>,
        except: Option<ExceptSyntax>,
    },
    External(FileId),
    Grammar(Vec<Component>),
    /// Something that is in error, and has been reported.
    Broken,
}

/// The `except` of `data`.
#[derive(Debug)]
pub(crate) struct ExceptSyntax {
    pub(crate) node: NodeId,
    pub(crate) ns: Option<String>,
    pub(crate) members: Vec<Syntax>,
}

/// A part of a grammar.
#[derive(Debug)]
pub(crate) struct Component {
    pub(crate) node: NodeId,
    pub(crate) ns: Option<String>,
    pub(crate) kind: ComponentKind,
}

/// The parts of a grammar.
#[derive(Debug)]
pub(crate) enum ComponentKind {
    Start { combine: Option<Combine>, body: Vec<Syntax> },
    Define { name: String, combine: Option<Combine>, body: Vec<Syntax> },
    Div(Vec<Component>),
    Include { file: FileId, components: Vec<Component> },
}

/// The `combine` attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Combine {
    Choice,
    Interleave,
}

/// A name class.
#[derive(Debug)]
pub(crate) struct NameSyntax {
    pub(crate) node: NodeId,
    pub(crate) ns: Option<String>,
    pub(crate) kind: NameKind,
}

/// The kinds of name classes.
#[derive(Debug)]
pub(crate) enum NameKind {
    /// `ns` is what the prefix stands for, if there was one.
    Name {
        ns: Option<String>,
        local: String,
    },
    /// An `except` is a list of name classes; it has an `ns` of its own, which its members inherit.
    AnyName(Option<Box<NameSyntax>>),
    NsName(Option<Box<NameSyntax>>),
    Choice(Vec<NameSyntax>),
    Broken,
}
