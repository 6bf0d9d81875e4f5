//! libvirt's domain XML format: a type for every element, a parser and a formatter.
//!
//! ```
//! use domxml::Domain;
//!
//! let text = "<domain type='kvm'>
//!   <name>demo</name><memory unit='MiB'>512</memory><os><type>hvm</type></os>
//! </domain>";
//! let domain = Domain::from_xml(text)?;
//! assert_eq!(domain.name, "demo");
//! assert!(domain.to_xml()?.starts_with("<domain type='kvm'>\n  <name>demo</name>\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The types are in [`bindings`], one module for each chapter of the format, and re-exported here. They are generated from the
//! project's schema, with the documentation of every element, attribute and value. Each has [`Element`]'s methods, so
//! that a `<disk>` alone can be read and written as well as a whole domain. What a host says of itself (`virsh capabilities`,
//! `virsh domcapabilities`) is typed in [`host`] in the same way.
//!
//! [`Domain::devices`] lists the devices of every kind as the enum [`Device`], which says what they have in common, [`Domain::devices_mut`] the same to be
//! changed, and [`Domain::devices_of`] those of one type. [`Domain::new`], [`Disk::file`],
//! [`Interface::bridge`] and their like make elements from what they must have, [`Described::with`] sets a field by its key; the folder
//! `examples` has twenty small programs.
//!
//! With the feature `serde` every type is JSON, YAML or another format of serde's too, in the shape of the XML (module `data`).
//!
//! [`edit`] and [`try_edit`] change a document where it stands: what was not changed keeps every byte. [`SameAs::same_as`] tells whether two say the same.
//!
//! [`Element::from_bytes`] reads documents in the encodings of Unicode, ISO-8859-1 and ASCII, with the feature `encodings` in many more.
//!
//! With the feature `proptest` there are strategies of valid domains and devices to test with (module `strategy`).
//!
//! With the feature `validate` the schema judges documents (`validate`, `Domain::validate`), with the place of all that is wrong.
//! `Checker` of the crate `dommigrate`, without its default features, tells what libvirt and its drivers refuse beyond it.

#[rustfmt::skip]
pub mod bindings;
pub mod device;
mod ext;
#[cfg(any(feature = "proptest", feature = "validate"))]
mod grammar;
/// What a host says of itself, typed as domains are.
///
#[rustfmt::skip]
pub mod host;
mod same;
pub mod scalar;
#[cfg(feature = "proptest")]
pub mod strategy;
#[cfg(feature = "validate")]
mod validate;

// By name too, so that it stands first on the front page.
pub use bindings::Domain;

pub use bindings::*;
pub use device::LoneDevice;
pub use domxml_runtime::{
    Action, Anchor, AnyAttribute, Change, Content, DefaultForm, DefaultInfo, Defaults, Described, Element, EmptyForm,
    ErrorKind, Extra, FieldInfo, FieldKind, Finding, Form, Kept, KeptContent, KeptLeaf, KeptNode, KeptRest, Key, Mix,
    Name, Narrow, Newer, NoRoom, Note, NoteKind, Observer, OutputOnly, ParseError, ParseErrors, Parsed, PathError,
    PathErrorKind, Payload, Place, Prefer, ReadOptions, Scalar, ScalarError, Span, TextInfo, TypeInfo, Unknown,
    ValueInfo, Verbatim, Version, WriteError, WriteErrorKind, WriteOptions, Written, each, each_mut, each_struct,
    each_struct_mut, extras, extras_mut, field, field_mut, fields, fields_mut, given, observe, walk, walk_mut,
    walk_places,
};
pub use ext::NotADevice;
pub use same::SameAs;
#[cfg(feature = "validate")]
pub use validate::{Violation, Violations, validate};

#[cfg(feature = "serde")]
pub use domxml_runtime::data;

/// Reads a domain, lets `change` change it, and returns its text with the changes. Every other byte stands as it was: comments, quotes,
/// white space, the order of attributes; what the format does not know too. What is new has the quotes, indentation and line ends of
/// the text around it. [`Element::edit`] does the same with an element that stands alone.
///
/// ```
/// let text = "<domain type=\"kvm\">\n\t<!-- ours -->\n\t<name>web</name>\n\t<memory>1048576</memory>\n</domain>\n";
/// let new = domxml::edit(text, |domain| domain.title = Some("mail gateway".to_owned()))?;
/// assert_eq!(new, text.replace("</name>", "</name>\n\t<title>mail gateway</title>"));
/// # Ok::<(), domxml::ParseErrors>(())
/// ```
///
/// # Errors
///
/// All that is wrong with the document, or a new value that cannot be written.
pub fn edit(text: &str, change: impl FnOnce(&mut Domain)) -> Result<String, ParseErrors> {
    <Domain as Element>::edit(text, change)
}

/// As [`edit`], where the change can fail: then nothing is changed.
///
/// ```
/// use domxml::{Domain, Element};
///
/// let text = "<domain type='kvm'>\n  <name>web</name>\n  <memory>1048576</memory>\n</domain>\n";
/// let change = |domain: &mut Domain| -> Result<(), Box<dyn std::error::Error>> {
///     domain.set("memory", "many")?;
///     Ok(())
/// };
/// assert!(domxml::try_edit(text, change).is_err_and(|error| error.to_string().starts_with("'memory' cannot be 'many'")));
/// ```
///
/// # Errors
///
/// The error of `change`, all that is wrong with the document, or a new value that cannot be written.
pub fn try_edit<E: From<ParseErrors>>(
    text: &str,
    change: impl FnOnce(&mut Domain) -> Result<(), E>,
) -> Result<String, E> {
    <Domain as Element>::try_edit(text, change)
}
