//! The markup of a text, piece by piece, in one pass. It judges nothing: where the text is not well-formed a piece ends where one
//! would expect it to, and what matters is for the parser to say.

use std::ops::Range;

/// What a piece of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, white space included.
    Text,
    /// A start tag.
    Start,
    /// A tag that ends in `/>`.
    Empty,
    /// An end tag.
    End,
    /// A comment.
    Comment,
    /// A processing instruction, or the XML declaration.
    Instruction,
    /// A CDATA section.
    Cdata,
    /// A document type declaration.
    Doctype,
}

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Whether the end was found that the beginning asks for.
    pub closed: bool,
}

/// Cuts a text into pieces; together they are the whole of it.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at == text.len() {
            return None;
        }
        let piece = piece(text, at);
        at = piece.range.end;
        Some(piece)
    })
}

fn piece(text: &str, start: usize) -> Piece {
    let rest = &text[start..];
    let until = |kind: Kind, close: &str, skip: usize| {
        let found = rest.get(skip..).and_then(|tail| tail.find(close));
        let end = found.map_or(text.len(), |found| start + skip + found + close.len());
        Piece { kind, range: start..end, closed: found.is_some() }
    };
    if !rest.starts_with('<') {
        let end = rest.find('<').map_or(text.len(), |found| start + found);
        return Piece { kind: Kind::Text, range: start..end, closed: true };
    }
    if rest.starts_with("<!--") {
        return until(Kind::Comment, "-->", 4);
    }
    if rest.starts_with("<![CDATA[") {
        return until(Kind::Cdata, "]]>", 9);
    }
    if rest.starts_with("<?") {
        return until(Kind::Instruction, "?>", 2);
    }
    if rest.starts_with("<!") {
        let end = doctype_end(rest);
        let range = start..end.map_or(text.len(), |end| start + end);
        return Piece { kind: Kind::Doctype, range, closed: end.is_some() };
    }
    let (end, closed) = tag_end(rest);
    let tag = &rest[..end];
    let kind = match tag {
        _ if tag.starts_with("</") => Kind::End,
        _ if tag.ends_with("/>") => Kind::Empty,
        _ => Kind::Start,
    };
    Piece { kind, range: start..start + end, closed }
}

/// Where a tag at the beginning of `text` ends, and whether it does: before the next `<`, which may stand in no tag, it is cut off.
fn tag_end(text: &str) -> (usize, bool) {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (_, b'<') => return (at, false),
            (None, b'>') => return (at + 1, true),
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    (text.len(), false)
}

/// Where a document type declaration at the beginning of `text` ends.
fn doctype_end(text: &str) -> Option<usize> {
    let mut at = 2;
    let mut inside = false;
    while let Some(found) = text[at..].find(['\'', '"', '[', ']', '<', '>']) {
        let here = at + found;
        let rest = &text[here..];
        let skipped = |open: usize, close: &str| rest[open..].find(close).map(|end| here + open + end + close.len());
        at = match rest.as_bytes()[0] {
            b'[' => {
                inside = true;
                here + 1
            }
            b']' => {
                inside = false;
                here + 1
            }
            b'>' if !inside => return Some(here + 1),
            b'<' if rest.starts_with("<!--") => skipped(4, "-->")?,
            b'<' if rest.starts_with("<?") => skipped(2, "?>")?,
            b'\'' => skipped(1, "'")?,
            b'"' => skipped(1, "\"")?,
            _ => here + 1,
        };
    }
    None
}

/// The bytes of the name in a tag.
#[must_use]
pub fn tag_name(text: &str, tag: &Range<usize>) -> Range<usize> {
    let start = tag.start + if text[tag.clone()].starts_with("</") { 2 } else { 1 };
    let start = start.min(tag.end);
    start..name_end(text, start, tag.end)
}

fn name_end(text: &str, start: usize, end: usize) -> usize {
    let is_end = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '=' | '<' | '\'' | '"');
    text[start..end].find(is_end).map_or(end, |found| start + found)
}

/// The attributes of a start tag: the bytes of name and value, as they are spelt.
pub fn attributes<'t>(
    text: &'t str,
    tag: &Range<usize>,
) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + use<'t> {
    let end = tag.end;
    let mut at = tag_name(text, tag).end;
    std::iter::from_fn(move || {
        let name = at + text[at..end].find(|c: char| !c.is_ascii_whitespace() && !matches!(c, '/' | '>'))?;
        let name = name..name_end(text, name, end);
        let open = name.end + text[name.end..end].find(['\'', '"'])?;
        let quote = &text[open..=open];
        let close = open + 1 + text[open + 1..end].find(quote)?;
        at = close + 1;
        Some((name, open + 1..close))
    })
}

/// Tells of places in a text, asked for from front to back, whether a character reference means a character there.
pub(crate) struct Places<'t> {
    text: &'t str,
    rest: Box<dyn Iterator<Item = Piece> + 't>,
    current: Option<Piece>,
}

impl<'t> Places<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, rest: Box::new(pieces(text)), current: None }
    }

    pub(crate) fn takes_references(&mut self, at: usize) -> bool {
        while self.current.as_ref().is_none_or(|piece| piece.range.end <= at) {
            match self.rest.next() {
                Some(piece) => self.current = Some(piece),
                None => return false,
            }
        }
        let Some(piece) = &self.current else { return false };
        match piece.kind {
            Kind::Text => true,
            Kind::Start | Kind::Empty => attributes(self.text, &piece.range).any(|(_, value)| value.contains(&at)),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_whole_text() {
        let text = "<?xml version='1.0'?>\n<!DOCTYPE a [<!-- > --><!ELEMENT a ANY>]><a x='>' y=\"'\">t<!-- <b> --><![CDATA[<c>]]><d/></a>";
        let kinds: Vec<Kind> = pieces(text).map(|piece| piece.kind).collect();
        use Kind::{Cdata, Comment, Doctype, Empty, End, Instruction, Start, Text};
        assert_eq!(kinds, [Instruction, Text, Doctype, Start, Text, Comment, Cdata, Empty, End]);
        assert!(pieces(text).all(|piece| piece.closed));
        assert_eq!(pieces(text).map(|piece| text[piece.range].to_owned()).collect::<String>(), text);
    }

    #[test]
    fn attributes_have_names_and_values() {
        let tag = "<a:b c = 'd>' e:f=\"\"/>";
        let found: Vec<_> = attributes(tag, &(0..tag.len())).map(|(n, v)| (&tag[n], &tag[v])).collect();
        assert_eq!(&tag[tag_name(tag, &(0..tag.len()))], "a:b");
        assert_eq!(found, [("c", "d>"), ("e:f", "")]);
    }

    #[test]
    fn what_has_no_end_ends_with_the_text() {
        for text in ["<!-- a", "<![CDATA[a", "<?a", "<!DOCTYPE a [", "<a b='", "<", "</", "<!", "<!--", "<?"] {
            let found: Vec<Piece> = pieces(text).collect();
            assert_eq!((found.len(), found[0].closed), (1, false), "{text}");
        }
    }
}
