//! From text to a tree.

use crate::encoding;
use crate::limits::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_NAME, MAX_NAMESPACES, MAX_NODES};
use crate::markup::{self, Kind, Piece};
use crate::undeclared::{self, Undeclared};
use crate::wrong;
use memchr::memmem;
use roxmltree::{Document, ParsingOptions};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

/// Why a text is no document, or none that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The byte of the text where it goes wrong.
    pub at: usize,
    /// What is wrong, and where that is known, what to do.
    pub message: String,
}

impl Error {
    pub(crate) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }

    /// As `line:column: message`.
    #[must_use]
    pub fn located(&self, text: &str) -> String {
        let (line, column) = crate::line_and_column(text, self.at);
        format!("{line}:{column}: {}", self.message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Room for a text that had to be changed before it could be parsed; empty for nearly every document.
#[derive(Debug, Default)]
pub struct Spare(Option<(String, Vec<Undeclared>)>);

/// A document.
#[derive(Debug)]
pub struct Tree<'t> {
    /// The tree. What stands in the document between two offsets [`text_of`](crate::text_of) tells.
    pub document: Document<'t>,
    /// The names with a prefix that is declared nowhere.
    pub undeclared: &'t [Undeclared],
    /// Whether there may be declarations of namespaces in it.
    pub may_declare: bool,
    /// Whether there are comments or processing instructions in it.
    pub has_remarks: bool,
    /// How the tree spells these, and what stands in the document.
    names: HashMap<Box<str>, Box<str>>,
}

impl Tree<'_> {
    /// Whether the name that begins at this byte of the document, or just behind a `<`, has a prefix that is declared nowhere.
    #[must_use]
    pub fn is_undeclared(&self, at: usize) -> bool {
        [at, at + 1].iter().any(|at| self.undeclared.binary_search_by_key(at, |name| name.range.start).is_ok())
    }

    /// A message about the tree with the names of the document: those with an undeclared prefix are spelt otherwise in the tree.
    #[must_use]
    pub fn named(&self, message: String) -> String {
        if self.undeclared.is_empty() {
            return message;
        }
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        let mut out = String::with_capacity(message.len());
        let mut rest = message.as_str();
        while !rest.is_empty() {
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            let word = &rest[..end];
            out.push_str(self.names.get(word).map_or(word, AsRef::as_ref));
            let next = rest[end..].find(is_name).map_or(rest.len(), |at| end + at);
            out.push_str(&rest[end..next]);
            rest = &rest[next..];
        }
        out
    }
}

/// Parses a document: no entities, none of the [`limits`](crate::limits) passed.
///
/// # Errors
/// The text is not a well-formed document, or beyond a limit.
pub fn parse<'t>(text: &'t str, spare: &'t mut Spare) -> Result<Tree<'t>, Error> {
    let declarations = declarations_within_limits(text)?;
    let (declaration, behind) = text.split_at(encoding::declaration(text).map_or(0, |found| found.range.end));
    check_declaration(text, declaration)?;
    let seen = Seen::of(behind);
    if seen.markup {
        check_doctype(text)?;
    }
    check_names(text)?;
    if seen.references {
        check_references(text)?;
    }
    let options = || ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let (document, undeclared) = match Document::parse_with_options(text, options()) {
        Ok(document) => (document, &[][..]),
        Err(error) => {
            spare.0 = match error {
                roxmltree::Error::UnknownNamespace(..) => undeclared::masked(text),
                _ => None,
            };
            let Some((masked, names)) = &spare.0 else { return Err(wrong::explained(text, &error)) };
            let document = Document::parse_with_options(masked, options());
            (document.map_err(|error| wrong::explained(text, &error))?, &names[..])
        }
    };
    let has_remarks = (seen.markup || seen.tags > MAX_DEPTH) && check_nodes(&document)?;
    let spelt = document.input_text();
    let name = |name: &Undeclared| (spelt[name.range.clone()].into(), text[name.range.clone()].into());
    let names = undeclared.iter().map(name).collect();
    Ok(Tree { document, undeclared, may_declare: declarations > 0, has_remarks, names })
}

/// What a look at the bytes of a text behind its declaration tells of it, which of most texts is that there is nothing to look for.
struct Seen {
    /// Whether there may be other markup in it than that of elements.
    markup: bool,
    /// Whether there may be references by number.
    references: bool,
    /// How many tags it has, at most.
    tags: usize,
}

impl Seen {
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let tags = memchr::memchr_iter(b'<', bytes).count();
        let mut seen = Seen { markup: false, references: false, tags };
        for at in memchr::memchr3_iter(b'!', b'?', b'&', bytes) {
            match bytes[at] {
                b'&' => seen.references |= bytes.get(at + 1) == Some(&b'#'),
                _ => seen.markup |= at > 0 && bytes[at - 1] == b'<',
            }
        }
        seen
    }
}

/// The name of the root with its prefix, whether the rest is well-formed or not.
#[must_use]
pub fn root_name(text: &str) -> Option<&str> {
    let piece = markup::pieces(text).find(|piece| matches!(piece.kind, Kind::Start | Kind::Empty))?;
    Some(&text[markup::tag_name(text, &piece.range)])
}

/// Finds where namespaces may be declared.
static NAMESPACE: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("xmlns"));

/// Finds references by number.
static REFERENCE: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("&#"));

// What is no longer than a name may be has no more nodes than a document may have.
const _: () = assert!(MAX_NAME <= MAX_NODES);

/// Refuses what is beyond the [`limits`](crate::limits), before the parser, whose time or memory would grow faster than the
/// document.
///
/// # Errors
/// Which limit is passed, and where.
pub fn within_limits(text: &str) -> Result<(), Error> {
    declarations_within_limits(text).map(|_| ())
}

/// As [`within_limits`]; in how many places namespaces may be declared, as far as that was counted.
fn declarations_within_limits(text: &str) -> Result<usize, Error> {
    let bytes = text.as_bytes();
    let declarations = NAMESPACE.find_iter(bytes).take(MAX_NAMESPACES + 1).count();
    let values = memchr::memchr_iter(b'=', bytes).count();
    // Nearly every document is too short for any of the others.
    if bytes.len() <= MAX_NAME && values <= MAX_ATTRIBUTES && declarations <= MAX_NAMESPACES {
        return Ok(declarations);
    }
    let (mut tags, mut widest, mut last) = (0_usize, 0_usize, 0_usize);
    for at in memchr::memchr_iter(b'<', bytes) {
        tags += 1;
        widest = widest.max(at - last);
        last = at;
    }
    widest = widest.max(bytes.len() - last);
    // An attribute takes five bytes at least, and a node of another kind has a tag before or behind it.
    let crowded = widest > 5 * MAX_ATTRIBUTES && values > MAX_ATTRIBUTES;
    let many = 2 * tags + values > MAX_NODES;
    let long = widest > MAX_NAME;
    if u32::try_from(bytes.len()).is_err() {
        return Err(Error::new(0, "larger than 4 GiB"));
    }
    if crowded || many || long || declarations > MAX_NAMESPACES {
        count(text)?;
    }
    Ok(declarations)
}

/// Counts what the limits are about.
fn count(text: &str) -> Result<(), Error> {
    let mut nodes = 0;
    let mut declared: Vec<usize> = Vec::new();
    let mut in_scope = 0;
    for piece in markup::pieces(text) {
        let at = piece.range.start;
        nodes += usize::from(piece.kind != Kind::End);
        if matches!(piece.kind, Kind::Start | Kind::Empty) {
            let (attributes, namespaces) = count_tag(text, &piece)?;
            nodes += attributes;
            in_scope += namespaces;
            declared.push(namespaces);
            if in_scope > MAX_NAMESPACES {
                return Err(Error::new(at, format!("more than {MAX_NAMESPACES} namespaces are in scope here")));
            }
            if declared.len() > MAX_DEPTH {
                return Err(Error::new(at, format!("more than {MAX_DEPTH} elements stand inside each other")));
            }
        }
        if matches!(piece.kind, Kind::End | Kind::Empty) {
            in_scope -= declared.pop().unwrap_or(0);
        }
        if nodes > MAX_NODES {
            let message = format!(
                "more than {MAX_NODES} elements, attributes, texts and comments: no machine definition has so many"
            );
            return Err(Error::new(at, message));
        }
    }
    Ok(())
}

/// How many attributes, and how many of them declare a namespace.
fn count_tag(text: &str, tag: &Piece) -> Result<(usize, usize), Error> {
    let (mut attributes, mut namespaces) = (0, 0);
    let name = markup::tag_name(text, &tag.range);
    let too_long = |name: &Range<usize>| {
        let message = format!("a name of more than {MAX_NAME} bytes");
        if name.len() > MAX_NAME { Err(Error::new(name.start, message)) } else { Ok(()) }
    };
    too_long(&name)?;
    for (name, _) in markup::attributes(text, &tag.range) {
        too_long(&name)?;
        attributes += 1;
        namespaces += usize::from(text[name.clone()].starts_with("xmlns"));
        if attributes > MAX_ATTRIBUTES {
            return Err(Error::new(name.start, format!("more than {MAX_ATTRIBUTES} attributes in one tag")));
        }
    }
    Ok((attributes, namespaces))
}

/// Refuses elements too deep inside each other, which the parser does not mind, but whoever walks the tree may; and instructions by the
/// name that is kept for the declaration. Tells whether there are comments or processing instructions.
fn check_nodes(document: &Document<'_>) -> Result<bool, Error> {
    let mut has_remarks = false;
    // By the number of the node; parents have lower numbers.
    let mut depths: Vec<u8> = Vec::new();
    for node in document.descendants() {
        let parent = node.parent().and_then(|parent| depths.get(parent.id().get_usize())).copied();
        let depth = parent.map_or(0, |depth| depth.saturating_add(1));
        if usize::from(depth) > MAX_DEPTH && node.is_element() {
            let message = format!("more than {MAX_DEPTH} elements stand inside each other");
            return Err(Error::new(node.range().start, message));
        }
        if let Some(found) = node.pi()
            && found.target.eq_ignore_ascii_case("xml")
            && (found.target != "xml" || node.range().start > 0)
        {
            let message =
                format!("a processing instruction cannot be called '{}': rename it, or leave it out", found.target);
            return Err(Error::new(node.range().start, message));
        }
        depths.push(depth);
        has_remarks |= node.is_comment() || node.is_pi();
    }
    Ok(has_remarks)
}

/// Refuses names that begin with a colon, which the parser would take for the name behind it, and libxml2 does not.
fn check_names(text: &str) -> Result<(), Error> {
    let bytes = text.as_bytes();
    let begins =
        |at: usize| at > 0 && matches!(bytes[at - 1], b'<' | b'/' | b' ' | b'\t' | b'\r' | b'\n' | b'\'' | b'"');
    if !memchr::memchr_iter(b':', bytes).any(begins) {
        return Ok(());
    }
    for piece in markup::pieces(text) {
        let attributes = match piece.kind {
            Kind::Start | Kind::Empty => Some(markup::attributes(text, &piece.range).map(|(name, _)| name)),
            Kind::End => None,
            _ => continue,
        };
        let mut names = std::iter::once(markup::tag_name(text, &piece.range)).chain(attributes.into_iter().flatten());
        if let Some(name) = names.find(|name| text[name.clone()].starts_with(':')) {
            let message = format!("the name '{}' begins with a colon: nothing reads it so", &text[name.clone()]);
            return Err(Error::new(name.start, message));
        }
    }
    Ok(())
}

/// Refuses references to numbers that no character has, as those of half a surrogate pair: the parser would take them for U+FFFD.
fn check_references(text: &str) -> Result<(), Error> {
    let refers_to_nothing =
        |at: &usize| wrong::referred(text, *at).is_some_and(|number| char::from_u32(number).is_none());
    let first = |part: &Range<usize>| {
        REFERENCE.find_iter(&text.as_bytes()[part.clone()]).map(|at| part.start + at).find(refers_to_nothing)
    };
    if first(&(0..text.len())).is_none() {
        return Ok(());
    }
    // What looks like one in a comment or a section is none.
    let mut pieces = markup::pieces(text).filter(|piece| matches!(piece.kind, Kind::Text | Kind::Start | Kind::Empty));
    pieces.find_map(|piece| first(&piece.range)).map_or(Ok(()), |at| {
        Err(Error::new(at, "this refers to the number of a character, and none has that number: leave it out"))
    })
}

/// Refuses a declaration that libxml2 does not read, and the parser reads past.
fn check_declaration(text: &str, declaration: &str) -> Result<(), Error> {
    if declaration.is_empty() && !text.starts_with("<?xml?>") {
        return Ok(());
    }
    let mut order = ["version", "encoding", "standalone"].into_iter();
    let mut said = encoding::said(declaration).peekable();
    if said.peek().is_none_or(|(name, _)| *name != "version") {
        return Err(Error::new(0, "the XML declaration must begin with a version: write <?xml version='1.0'?>"));
    }
    for (name, range) in said {
        let value = &declaration[range.clone()];
        let message = match name {
            _ if !order.any(|known| known == name) => {
                format!(
                    "an XML declaration has no '{name}' here: write version, encoding and standalone in this order, each once at most"
                )
            }
            "version" if !value.starts_with("1.") => {
                format!("'{value}' is no version of XML that is read: write version='1.0'")
            }
            "standalone" if !matches!(value, "yes" | "no") => format!("standalone is 'yes' or 'no', not '{value}'"),
            _ => continue,
        };
        return Err(Error::new(range.start, message));
    }
    Ok(())
}

/// Refuses a document type that makes the document say more than stands in it.
fn check_doctype(text: &str) -> Result<(), Error> {
    let prolog = markup::pieces(text).take_while(|piece| !matches!(piece.kind, Kind::Start | Kind::Empty | Kind::End));
    for piece in prolog.filter(|piece| piece.kind == Kind::Doctype) {
        let declaration = without_comments(&text[piece.range.clone()]);
        for (what, message) in [
            ("<!ENTITY", "the document type declares an entity, which is not read: write its text in its place"),
            ("%", "the document type refers to an entity, which is not read: write its text in its place"),
            (
                "<!ATTLIST",
                "the document type declares attributes, which are not read: write their defaults where they hold",
            ),
        ] {
            if let Some(at) = declaration.find(what) {
                return Err(Error::new(piece.range.start + at, message));
            }
        }
    }
    Ok(())
}

/// A document type declaration with blanks for its comments.
fn without_comments(declaration: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(declaration);
    let mut from = 0;
    while let Some(start) = text[from..].find("<!--").map(|at| from + at) {
        let end = text[start + 4..].find("-->").map_or(text.len(), |at| start + 4 + at + 3);
        let blanks = " ".repeat(end - start);
        text.to_mut().replace_range(start..end, &blanks);
        from = end;
    }
    text
}
