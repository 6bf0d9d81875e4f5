//! libvirt's domain XML format: a type for every element, a parser and a formatter.
//!
//! ```
//! use domxml::Domain;
//!
//! let text = "<domain type='kvm'><name>demo</name><memory unit='MiB'>512</memory><os><type>hvm</type></os></domain>";
//! let domain = Domain::from_xml(text)?;
//! assert_eq!(domain.name, "demo");
//! assert!(domain.to_xml().starts_with("<domain type='kvm'>\n  <name>demo</name>\n"));
//! # Ok::<(), domxml::ParseErrors>(())
//! ```
//!
//! The types are in [`bindings`], one module for each chapter of the format, and re-exported here. They are generated from the
//! project's schema, with the documentation of every element, attribute and value. Each has [`Element`]'s methods, so
//! that a `<disk>` alone can be read and written as well as a whole domain. What a host says of itself (`virsh capabilities`,
//! `virsh domcapabilities`) is typed in [`host`] in the same way.

#[rustfmt::skip]
pub mod bindings;
mod ext;
#[rustfmt::skip]
pub mod host;
pub mod scalar;

pub use bindings::*;
pub use domxml_runtime::{
    Action, Anchor, AnyAttribute, Content, DefaultForm, DefaultInfo, Defaults, Described, Element, EmptyForm,
    ErrorKind, Extra, FieldInfo, FieldKind, Finding, Kept, KeptContent, KeptLeaf, KeptNode, Key, Mix, Name, Narrow,
    Newer, Note, NoteKind, Observer, OutputOnly, ParseError, ParseErrors, Parsed, Payload, Place, Prefer, ReadOptions,
    Scalar, ScalarError, Span, TextInfo, TypeInfo, Unknown, ValueInfo, Verbatim, Version, WriteOptions, Written,
    each_struct, each_struct_mut, extras, extras_mut, field, field_mut, fields, fields_mut, given, observe, walk,
    walk_mut, walk_places,
};
