//! What generated bindings call: a reader and a writer for XML that work from static tables and a few printed methods.
//!
//! The crate knows no schema. A generator prints, for every element, a struct and the [`table!`] of its fields; everything else goes by
//! that table and is here:
//!
//! * [`reader`]: [`Reader`], all errors of a document in one go, unknown content denied or kept verbatim;
//! * [`writer`]: [`Writer`], libvirt's layout (two spaces, single quotes, `<a/>`), defaults added or dropped by table;
//! * [`edit`]: changes carried over into the text that was read, of which every other byte stays;
//! * [`element`]: the methods that users call, [`Element::from_xml`] and its like;
//! * `data`, with the feature `serde`: every type as JSON, YAML or another format of serde's, in the shape of the XML;
//! * [`path`]: what a path names, got, set and removed;
//! * [`extra`]: where an element stood, and what belongs to it without being part of the format;
//! * [`scalar`]: how values are spelt.
//!
//! What a document says is never lost: comments, processing instructions and, on request, unknown elements and attributes are
//! kept in place and written back.

pub mod content;
#[cfg(feature = "serde")]
pub mod data;
#[doc(hidden)]
pub mod debug;
pub mod edit;
pub mod element;
pub mod error;
pub mod escape;
pub mod extra;
pub mod filled;
pub mod info;
mod initial;
mod keep;
#[doc(hidden)]
pub mod kinds;
mod near;
pub mod path;
mod position;
pub mod reader;
pub mod scalar;
pub mod slots;
mod spelt;
pub mod table;
pub mod verbatim;
pub mod version;
mod ways;
pub mod whole;
mod with_serde;
pub mod writer;

pub use content::{
    Content, Mix, Payload, branch, branch_mut, child_called, child_called_mut, child_of_type, each_struct,
    each_struct_in, each_struct_in_mut, each_struct_mut, extras, extras_mut, field, field_mut, fields, fields_mut,
    filled_fields, given, walk, walk_mut,
};
pub use edit::Original;
pub use element::{Element, Parsed};
pub use error::{ErrorKind, Note, NoteKind, ParseError, ParseErrors};
pub use extra::{Anchor, AssumedValue, Extra, Kept, KeptLeaf, KeptNode, KeptRest, KeptValue, Span};
pub use filled::Filled;
pub use info::{
    Blank, Branch, DefaultForm, DefaultInfo, EmptyForm, FieldInfo, FieldKind, Name, Names, Narrow, Order, Step,
    TextInfo, TypeInfo, ValueInfo,
};
pub use initial::Initial;
pub use near::nearest;
pub use path::{Change, PathError, PathErrorKind};
pub use reader::{Attribute, Node, ReadOptions, Reader, Unknown, read_into};
pub use scalar::{Blanks, Expected, List, Scalar, ScalarError};
pub use slots::{
    Field, Flag, Nest, NestMix, NestPayload, NestVerbatim, Other, PayloadType, Prefer, Present, Slot, SlotMut, Wrote,
};
pub use spelt::{Integer, Spelt};
pub use table::{Described, Key};
pub use verbatim::{AnyAttribute, Verbatim};
pub use version::Version;
pub use ways::{ByTable, Way, address, each, each_mut, routes, ways_from};
pub use whole::{Place, says_nothing, walk_places};
pub use writer::{
    Action, Defaults, EmptyElements, Finding, KeptContent, Newer, Observer, OutputOnly, Print, WriteError,
    WriteErrorKind, WriteOptions, Writer, Written, observe, write_as,
};

pub use domxml_xml::{Form, NoRoom, root_name};

#[cfg(feature = "serde")]
#[doc(hidden)]
pub use serde_core;
