//! A document as a whole: what the XML parser is not to be given, and what stands around the root.

use super::{Node, ReadOptions, Reader, Required, open_tag};
use crate::content::Content;
use crate::error::{ErrorKind, Note, ParseErrors};
use crate::keep;
use domxml_xml::{Spare, Tree};

/// Parses XML, with the errors of a reader.
pub(crate) fn parse_document<'t>(text: &'t str, spare: &'t mut Spare) -> Result<Tree<'t>, ParseErrors> {
    domxml_xml::parse(text, spare).map_err(|error| ParseErrors::syntax(text, error.at, error.message))
}

/// What to say of a text that could not be parsed. With a document type of its own it may be a document of another kind, of which
/// nothing else need be said.
fn unread(text: &str, out: &dyn Content, errors: ParseErrors) -> ParseErrors {
    let (Some(name), Some(expected)) = (domxml_xml::root_name(text), out.info().element) else { return errors };
    let local = name.split_once(':').map_or(name, |(_, local)| local);
    if local == expected.local || !text.contains("<!DOCTYPE") {
        return errors;
    }
    let at = name.as_ptr() as usize - text.as_ptr() as usize;
    let mut errors = ParseErrors::syntax(text, at, format!("the root is <{name}>"));
    for error in &mut errors.errors {
        error.kind = ErrorKind::Root;
        error.expected = vec![format!("<{}>", expected.local)];
    }
    errors
}

/// Parses a document that is to be read into `out`.
pub(crate) fn parse_for<'t>(text: &'t str, spare: &'t mut Spare, out: &dyn Content) -> Result<Tree<'t>, ParseErrors> {
    parse_document(text, spare).map_err(|errors| unread(text, out, errors))
}

/// Reads a document into what is there already, whatever its type; [`Element::from_xml_with`](crate::Element::from_xml_with) makes an element of it.
///
/// # Errors
///
/// All that is wrong with the document.
pub fn read_into(text: &str, options: &ReadOptions, out: &mut dyn Content) -> Result<Vec<Note>, ParseErrors> {
    let mut spare = Spare::default();
    let tree = parse_for(text, &mut spare, out)?;
    read(&tree, options, out).map(|read| read.notes)
}

/// What a reader says of a document.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) notes: Vec<Note>,
    /// Whether an element keeps values, attributes, elements or texts that are not known, is open, or assumes a value.
    pub(crate) keeps: bool,
}

/// Reads a document into `out`.
pub(crate) fn read(tree: &Tree<'_>, options: &ReadOptions, out: &mut dyn Content) -> Result<Read, ParseErrors> {
    let mut reader = Reader {
        options: *options,
        errors: Vec::new(),
        notes: Vec::new(),
        omitted: 0,
        depth: 0,
        silent: false,
        values: Vec::new(),
        keeps: false,
        assumed_values: Vec::new(),
        assumed: None,
        required: Required::default(),
        namespaces: tree.may_declare,
        kept: Vec::new(),
        leaves: Vec::new(),
        remarks: tree.has_remarks,
        taken: Vec::new(),
    };
    let root = tree.document.root_element();
    let found = Node(root).name();
    let unnamed = out.info().element.is_none();
    match out.info().element {
        Some(name) if (name.ns, name.local) != found => {
            let message = match name.ns == found.0 {
                true => format!("the root is <{}>", found.1),
                false => format!("the root is <{}> of the namespace '{}'", found.1, found.0),
            };
            reader.error(root, open_tag(root), ErrorKind::Root, message, vec![format!("<{}>", name.local)], None);
        }
        _ => {
            reader.element(Node(root), out);
            if let Some(extra) = out.extra_mut() {
                keep::surroundings(root, unnamed, extra);
            }
        }
    }
    let keeps = reader.keeps;
    reader.finish(tree).map(|notes| Read { notes, keeps })
}
