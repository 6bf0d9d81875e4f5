//! What is wrong with a text that is no well-formed document, or with what cannot be read, in words for people.

use crate::document::Error;
use crate::markup::{self, Kind, Piece};
use crate::position::Positions;
use roxmltree::Error as Found;
use std::io;

/// What the system says of an error, without its number, which tells people nothing.
#[must_use]
pub fn why(error: &io::Error) -> String {
    let text = error.to_string();
    let number = error.raw_os_error().map(|number| format!(" (os error {number})"));
    number.and_then(|number| text.strip_suffix(&number).map(str::to_owned)).unwrap_or(text)
}

/// An error of the parser, with its place in the text.
#[must_use]
pub fn explained(text: &str, error: &Found) -> Error {
    let place = error.pos();
    let at = Positions::new(text).offset(place.row as usize, place.col as usize);
    let found = no_document(text, at, error).unwrap_or_else(|| in_words(text, at, error));
    match template(text) {
        Some((mark, at)) => {
            let (line, _) = crate::line_and_column(text, at);
            let advice = format!(
                "{}; {mark} on line {line} looks like a template: render it first, and give what comes out",
                found.message
            );
            Error::new(found.at, advice)
        }
        None => found,
    }
}

/// The first mark of a template that no XML document has by chance.
fn template(text: &str) -> Option<(&'static str, usize)> {
    let marks = ["{{", "{%", "<%", "${", "<#"];
    marks.into_iter().filter_map(|mark| Some((mark, text.find(mark)?))).min_by_key(|(_, at)| *at)
}

/// What stands around the root and does not belong there, or that there is none.
fn no_document(text: &str, at: usize, error: &Found) -> Option<Error> {
    let start = text.len() - text.trim_start().len();
    if start == text.len() {
        return Some(Error::new(0, "the file is empty"));
    }
    if !text[start..].starts_with('<') {
        let beginning = shown(&text[start..]);
        return Some(Error::new(start, format!("this is not XML: it begins with '{beginning}'")));
    }
    if let Found::UnexpectedDeclaration(_) = error {
        let advice = "an XML declaration may stand at the very beginning only";
        return Some(Error::new(at, advice));
    }
    let (root, end) = root(text)?;
    if at < end {
        return None;
    }
    let behind = end + text[end..].len() - text[end..].trim_start().len();
    let rest = markup::pieces(&text[end..]).map(|piece| (piece.kind, piece.range.start + end, piece)).find(
        |(kind, start, piece)| match kind {
            Kind::Text => !text[*start..piece.range.end + end].trim().is_empty(),
            Kind::Comment | Kind::Instruction => false,
            _ => true,
        },
    );
    let (kind, start, _) = rest?;
    let message = match kind {
        Kind::Start | Kind::Empty => {
            let name = &text[markup::tag_name(text, &(start..text.len()))];
            format!(
                "a second root element, <{name}>, behind the end of <{root}>: a file holds one document, so give each its own"
            )
        }
        Kind::End => format!("an end tag behind the end of <{root}>: it ends nothing"),
        _ => format!(
            "'{}' stands behind the end of <{root}>: nothing but comments may",
            shown(&text[behind.max(start)..])
        ),
    };
    let start = if kind == Kind::Text { behind.max(start) } else { start };
    Some(Error::new(start, message))
}

/// The name of the root and where it ends, if it does.
fn root(text: &str) -> Option<(&str, usize)> {
    let mut open: Vec<Piece> = Vec::new();
    for piece in markup::pieces(text) {
        let first = match piece.kind {
            Kind::Start => {
                open.push(piece);
                continue;
            }
            Kind::End => open.pop()?,
            Kind::Empty => piece.clone(),
            _ => continue,
        };
        if open.is_empty() {
            return Some((&text[markup::tag_name(text, &first.range)], piece.range.end));
        }
    }
    None
}

fn in_words(text: &str, at: usize, error: &Found) -> Error {
    if let Found::InvalidAttributeValue(_) | Found::InvalidChar(b'\'' | b'"', b'<', _) = error {
        let advice =
            "a < inside a value: the quote that ends the value before it is missing, or it is to be written as &lt;";
        return Error::new(at, advice);
    }
    if let Some(error) = open_end(text) {
        return error;
    }
    let message = match error {
        Found::UnexpectedCloseTag(open, close, _) => match last_open(text, at) {
            Some(piece) => {
                let (line, _) = crate::line_and_column(text, piece.range.start);
                format!("</{close}> does not end <{open}> of line {line}: </{open}> is expected")
            }
            None => format!("</{close}> does not end <{open}>: </{open}> is expected"),
        },
        Found::UnclosedRootNode | Found::NoRootNode | Found::UnexpectedEndOfStream => return unfinished(text),
        Found::UnknownEntityReference(name, _) => {
            format!("the entity &{name}; is not known: write its text, or &amp;{name}; for these letters")
        }
        Found::EntityReferenceLoop(_) => {
            "an entity stands for others, over and over: write the text that is meant in its place".to_owned()
        }
        Found::MalformedEntityReference(_) => match referred(text, at) {
            Some(number) => {
                format!("the character U+{number:04X} cannot stand in XML, not even as a reference: leave it out")
            }
            None => "an & that begins no reference is to be written as &amp;".to_owned(),
        },
        Found::NonXmlChar(character, _) => {
            let number = u32::from(*character);
            format!("the character U+{number:04X} cannot stand in XML, not even as a reference: leave it out")
        }
        Found::InvalidName(_) => no_name(text, at),
        Found::InvalidComment(_) => {
            "'--' cannot stand in a comment: write it otherwise, as with a blank between".to_owned()
        }
        Found::InvalidCharacterData(_) => "']]>' cannot stand in a text: write it as ']]&gt;'".to_owned(),
        Found::UnknownToken(_) => format!("'{}' begins nothing that may stand here", shown(&text[at..])),
        Found::NodesLimitReached => "too many nodes".to_owned(),
        other => in_a_tag(text, at, other),
    };
    Error::new(at, message)
}

/// What is wrong within a tag, or what looks like one.
fn in_a_tag(text: &str, at: usize, error: &Found) -> String {
    let found = text[at..].chars().next().map_or_else(String::new, |c| match c.is_whitespace() || c.is_control() {
        true => format!("U+{:04X}", u32::from(c)),
        false => format!("'{c}'"),
    });
    match error {
        Found::UnknownNamespace(prefix, _) => {
            format!("the prefix '{prefix}' is declared nowhere: declare it, as xmlns:{prefix}='...' on the root")
        }
        Found::DuplicatedNamespace(prefix, _) => format!("the prefix '{prefix}' is declared twice in this tag"),
        Found::InvalidXmlPrefixUri(_) | Found::UnexpectedXmlUri(_) | Found::UnexpectedXmlnsUri(_) => {
            "this prefix or namespace belongs to XML itself: leave out its declaration".to_owned()
        }
        Found::InvalidElementNamePrefix(_) => "no element has the prefix 'xmlns': it declares prefixes".to_owned(),
        Found::DuplicatedAttribute(name, _) => format!("the attribute '{name}' stands twice in this tag"),
        Found::InvalidChar2("a quote", _, _) => {
            "the value of an attribute stands in quotes, which are missing here".to_owned()
        }
        Found::InvalidChar2("a whitespace", _, _) => format!("a blank is missing here, before {found}"),
        Found::InvalidChar(b'=', _, _) => {
            match text[..at].trim_end().rsplit([' ', '\t', '\r', '\n', '<', '\'', '"']).next() {
                Some(name) if !name.is_empty() => format!("the attribute '{name}' has no value: write {name}='...'"),
                _ => format!("'=' is expected here, not {found}"),
            }
        }
        Found::InvalidChar(expected, _, _) => format!("'{}' is expected here, not {found}", char::from(*expected)),
        Found::InvalidChar2(expected, _, _) => format!("{expected} is expected here, not {found}"),
        Found::InvalidString(expected, _) => format!("'{expected}' is expected here"),
        Found::InvalidExternalID(_) => "behind the name of a document type stands SYSTEM or PUBLIC".to_owned(),
        other => other.to_string().replace(&format!(" at {}", other.pos()), ""),
    }
}

/// Why no name can be read at an offset.
fn no_name(text: &str, at: usize) -> String {
    if let Some(name) = colons(text, at) {
        return format!(
            "'{name}' is no name: one colon may stand in it, between a prefix and what begins with a letter"
        );
    }
    let (before, here) = text.split_at(at);
    if before.ends_with('<') && here.starts_with('/') && last_open(text, at).is_none() {
        "an end tag that ends nothing: no element is open here".to_owned()
    } else if before.ends_with(['<', '/', '?', '!']) || here.starts_with('<') {
        "no name can begin here: a < in a text is to be written as &lt;".to_owned()
    } else {
        "no name can begin here: an attribute is written as name='value'".to_owned()
    }
}

/// The name that begins at an offset, where it has a colon.
fn colons(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..)?;
    let rest = rest.strip_prefix('<').unwrap_or(rest);
    let name = &rest[..rest.find(|c: char| c.is_whitespace() || "<>/='\"".contains(c)).unwrap_or(rest.len())];
    name.contains(':').then_some(name)
}

/// The number of the character to which a reference at an offset refers; of one that is larger than any, the largest.
pub(crate) fn referred(text: &str, at: usize) -> Option<u32> {
    let number = text.get(at..)?.strip_prefix("&#")?;
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
    let end = digits.find(|letter: char| !letter.is_digit(radix))?;
    let is_whole = end > 0 && digits[end..].starts_with(';');
    is_whole.then(|| u32::from_str_radix(&digits[..end], radix).unwrap_or(u32::MAX))
}

/// The innermost element that is open before an offset.
fn last_open(text: &str, at: usize) -> Option<Piece> {
    let mut open = Vec::new();
    for piece in markup::pieces(text).take_while(|piece| piece.range.start < at) {
        match piece.kind {
            Kind::Start => open.push(piece),
            Kind::End => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop()
}

/// A piece that has no end before the text has: whatever else is said of it, this is what is wrong.
fn open_end(text: &str) -> Option<Error> {
    let piece = markup::pieces(text).find(|piece| !piece.closed && piece.range.end == text.len())?;
    let (line, _) = crate::line_and_column(text, piece.range.start);
    let what = match piece.kind {
        Kind::Comment => "a comment",
        Kind::Cdata => "a CDATA section",
        Kind::Instruction => "a processing instruction",
        Kind::Doctype => "a document type declaration",
        _ => "a tag",
    };
    Some(Error::new(piece.range.start, format!("the file ends inside {what} that begins on line {line}")))
}

/// The text ends before the document does.
fn unfinished(text: &str) -> Error {
    match last_open(text, text.len()) {
        Some(piece) => {
            let name = &text[markup::tag_name(text, &piece.range)];
            Error::new(piece.range.start, format!("<{name}> is never ended: </{name}> is missing"))
        }
        None => Error::new(0, "there is no element"),
    }
}

/// The beginning of a text, for a message: what can be seen of its line.
fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let seen: String = line.chars().take(30).take_while(|c| !c.is_control()).collect();
    match line.chars().next() {
        Some(first) if seen.is_empty() => format!("U+{:04X}", u32::from(first)),
        _ if seen.len() < line.len() => format!("{seen}..."),
        _ => seen,
    }
}
