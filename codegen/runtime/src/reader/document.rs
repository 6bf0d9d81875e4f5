//! A document as a whole: what the XML parser is not to be given, and what stands around the root.

use super::{Node, ReadOptions, Reader, Required, open_tag};
use crate::content::Content;
use crate::error::{ErrorKind, Note, ParseErrors};
use crate::keep;
use domxml_xml::Positions;
use memchr::memmem;
use roxmltree::Document;
use std::sync::LazyLock;

/// How many times `xmlns` may occur: the XML parser's time grows with the cube of it.
const MAX_NAMESPACES: usize = 1000;
/// How many attributes a tag may have: the XML parser's time grows with the square of it.
const MAX_ATTRIBUTES: usize = 10_000;

/// Parses XML: no document type, no entities, and nothing that would take more than linear time. Tells as well whether a
/// namespace may be declared anywhere.
pub(crate) fn parse_document(text: &str) -> Result<(Document<'_>, bool), ParseErrors> {
    let refuse = |at: usize, message: String| ParseErrors::syntax(text, at, message);
    if u32::try_from(text.len()).is_err() {
        return Err(refuse(0, "the document is larger than 4 GiB".to_owned()));
    }
    let mut declarations = NAMESPACE.find_iter(text.as_bytes());
    let namespaces = declarations.next().is_some();
    if let Some(at) = declarations.nth(MAX_NAMESPACES - 1) {
        return Err(refuse(at, format!("more than {MAX_NAMESPACES} namespace declarations")));
    }
    // A shorter text has no room for so many.
    if text.len() > 5 * MAX_ATTRIBUTES
        && let Some(at) = crowded_tag(text)
    {
        return Err(refuse(at, format!("more than {MAX_ATTRIBUTES} attributes in one tag")));
    }
    let document = Document::parse(text).map_err(|error| {
        let pos = error.pos();
        let at = Positions::new(text).offset(pos.row as usize, pos.col as usize);
        let message = match error {
            roxmltree::Error::DtdDetected => "a document type declaration is not allowed".to_owned(),
            other => {
                let full = other.to_string();
                let place = format!(" at {pos}");
                full.replace(&place, "")
            }
        };
        refuse(at, message)
    })?;
    Ok((document, namespaces))
}

/// Finds where namespaces may be declared.
static NAMESPACE: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("xmlns"));

/// Where the first tag with too many attributes starts.
fn crowded_tag(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = text[at..].find('<') {
        let start = at + found;
        let rest = &text[start..];
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
            .iter()
            .find(|(open, _)| rest.starts_with(open))
            .map(|(_, close)| rest.find(close).map_or(text.len(), |end| start + end + close.len()));
        if let Some(end) = skipped {
            at = end;
            continue;
        }
        let (mut quote, mut values) = (None, 0);
        at = start + 1;
        while let Some(&byte) = bytes.get(at) {
            match (quote, byte) {
                (None, b'>') => break,
                (None, b'\'' | b'"') => {
                    quote = Some(byte);
                    values += 1;
                }
                (Some(open), close) if open == close => quote = None,
                _ => {}
            }
            at += 1;
        }
        if values > MAX_ATTRIBUTES {
            return Some(start);
        }
    }
    None
}

/// Reads a document into `out`.
pub(crate) fn read(text: &str, options: &ReadOptions, out: &mut dyn Content) -> Result<Vec<Note>, ParseErrors> {
    let (document, namespaces) = parse_document(text)?;
    let mut reader = Reader {
        options: *options,
        errors: Vec::new(),
        notes: Vec::new(),
        omitted: 0,
        depth: 0,
        silent: false,
        assumed: None,
        required: Required::default(),
        namespaces,
        kept: Vec::new(),
        leaves: Vec::new(),
    };
    let root = document.root_element();
    let found = Node(root).name();
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
                keep::surroundings(root, extra);
            }
        }
    }
    reader.finish(&document)
}
