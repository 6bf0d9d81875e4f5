//! A well-formed fragment of a document as libxml2 lays it out: elements without text on lines of their own, indented.

use std::collections::BTreeSet;

use crate::markup::{Kind, attributes, pieces, tag_name};

/// A piece of a fragment, as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A start tag.
    Start {
        /// The name with its prefix.
        name: String,
        /// Namespace declarations: prefix (empty for the default namespace) and URI.
        namespaces: Vec<(String, String)>,
        /// Attributes: name with prefix, and value.
        attributes: Vec<(String, String)>,
    },
    /// An end tag.
    End,
    /// Text between tags, as a reader sees it.
    Text(String),
    /// A CDATA section, a comment or a processing instruction, as it stands in the document.
    Verbatim(String),
}

impl Token {
    fn is_text(&self) -> bool {
        match self {
            Token::Text(_) => true,
            Token::Verbatim(source) => source.starts_with("<![CDATA["),
            Token::Start { .. } | Token::End => false,
        }
    }
}

const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// Resolves the references in a text.
fn resolve(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((name, behind)) = rest.split_once(';') else { break };
        let number = name.strip_prefix("#x").map(|digits| u32::from_str_radix(digits, 16));
        let number = number.or_else(|| name.strip_prefix('#').map(str::parse));
        match (name, number) {
            ("lt", _) => out.push('<'),
            ("gt", _) => out.push('>'),
            ("amp", _) => out.push('&'),
            ("quot", _) => out.push('"'),
            ("apos", _) => out.push('\''),
            (_, Some(Ok(number))) => out.extend(char::from_u32(number)),
            _ => {}
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Splits a fragment that is known to be well-formed; none where it is not after all.
#[must_use]
pub fn split(source: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    for piece in pieces(source) {
        let text = &source[piece.range.clone()];
        match piece.kind {
            _ if !piece.closed => return None,
            Kind::Text => tokens.push(Token::Text(text.to_owned())),
            Kind::Comment | Kind::Instruction | Kind::Cdata | Kind::Doctype => {
                tokens.push(Token::Verbatim(text.to_owned()));
            }
            Kind::End => tokens.push(Token::End),
            Kind::Start => tokens.push(start_tag(source, &piece.range)),
            Kind::Empty => tokens.extend([start_tag(source, &piece.range), Token::End]),
        }
    }
    Some(tokens)
}

fn start_tag(source: &str, tag: &std::ops::Range<usize>) -> Token {
    let name = source[tag_name(source, tag)].to_owned();
    let (mut namespaces, mut others) = (Vec::new(), Vec::new());
    for (attribute, value) in attributes(source, tag) {
        let value = resolve(&source[value].replace(['\t', '\n', '\r'], " "));
        match &source[attribute] {
            "xmlns" => namespaces.push((String::new(), value)),
            other => match other.strip_prefix("xmlns:") {
                Some(prefix) => namespaces.push((prefix.to_owned(), value)),
                None => others.push((other.to_owned(), value)),
            },
        }
    }
    Token::Start { name, namespaces, attributes: others }
}

/// The prefix of a name, empty for none.
fn prefix(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

/// Declares namespaces on the outermost element, given by prefix and URI: those whose prefixes are used where nothing around them
/// declares them.
pub fn declare<'n>(tokens: &mut [Token], outer: impl IntoIterator<Item = (&'n str, &'n str)>) {
    let used = undeclared(tokens);
    if let Some(Token::Start { namespaces, .. }) = tokens.first_mut() {
        let outer = outer.into_iter().filter(|(prefix, _)| used.contains(*prefix));
        namespaces.extend(outer.map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())));
    }
}

/// The prefixes that are used where nothing around them declares them.
fn undeclared(tokens: &[Token]) -> BTreeSet<String> {
    let mut scopes: Vec<&[(String, String)]> = Vec::new();
    let mut used = BTreeSet::new();
    for token in tokens {
        match token {
            Token::Start { name, namespaces, attributes } => {
                scopes.push(namespaces);
                let of_attributes = attributes.iter().map(|(name, _)| prefix(name)).filter(|prefix| !prefix.is_empty());
                for prefix in of_attributes.chain([prefix(name)]) {
                    if !scopes.iter().any(|scope| scope.iter().any(|(known, _)| known == prefix)) {
                        used.insert(prefix.to_owned());
                    }
                }
            }
            Token::End => {
                scopes.pop();
            }
            Token::Text(_) | Token::Verbatim(_) => {}
        }
    }
    used
}

/// The outermost element with those of the elements right below it that are wanted, by their namespaces (empty for none), and with
/// nothing else that stands between these.
#[must_use]
pub fn with_children(tokens: &[Token], mut wanted: impl FnMut(&str) -> bool) -> Vec<Token> {
    let Some(Token::Start { namespaces: outer, .. }) = tokens.first() else { return tokens.to_vec() };
    let (mut kept, mut depth, mut keep) = (Vec::new(), 0usize, true);
    for token in tokens {
        if depth == 1 {
            keep = match token {
                Token::Start { name, namespaces, .. } => {
                    let own = |(declared, _): &&(String, String)| declared == prefix(name);
                    wanted(namespaces.iter().chain(outer).find(own).map_or("", |(_, uri)| uri))
                }
                Token::End => true,
                Token::Text(_) | Token::Verbatim(_) => false,
            };
        }
        match token {
            Token::Start { .. } => depth += 1,
            Token::End => depth = depth.saturating_sub(1),
            Token::Text(_) | Token::Verbatim(_) => {}
        }
        kept.extend(keep.then(|| token.clone()));
    }
    kept
}

/// What is open while tokens go by.
#[derive(Debug, Default)]
struct Open {
    /// Index of its start tag.
    start: usize,
    first_is_text: bool,
    last_is_text: bool,
    empty: bool,
}

/// Takes out the blank texts that libxml2 holds for layout, and joins texts that follow each other.
#[must_use]
pub fn without_blanks(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut open: Vec<Open> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let Token::Text(raw) = &token
            && let Some(parent) = open.last()
            && raw.chars().all(|c| BLANKS.contains(&c))
        {
            let only = parent.empty && tokens.peek() == Some(&Token::End);
            if !only && !parent.first_is_text && !parent.last_is_text {
                continue;
            }
        }
        if token == Token::End {
            open.pop();
        } else if let Some(parent) = open.last_mut() {
            parent.first_is_text |= parent.empty && token.is_text();
            parent.last_is_text = token.is_text();
            parent.empty = false;
        }
        if let Token::Start { .. } = token {
            open.push(Open { start: out.len(), empty: true, ..Open::default() });
        }
        out.push(match token {
            Token::Text(raw) => Token::Text(resolve(&raw)),
            other => other,
        });
    }
    out
}

/// Writes tokens: `level` is that of the outermost element, which is not indented itself.
#[must_use]
pub fn write(tokens: &[Token], level: usize) -> String {
    let mut out = String::new();
    let mixed = mixed(tokens);
    // The open elements: whether each is the one that ended the formatting.
    let mut open: Vec<(&str, bool)> = Vec::new();
    let mut format = true;
    let mut tokens = tokens.iter().enumerate().peekable();
    while let Some((index, token)) = tokens.next() {
        if format && index > 0 && *token != Token::End {
            indent(&mut out, level + open.len());
        }
        match token {
            Token::Start { name, namespaces, attributes } => {
                out.push('<');
                out.push_str(name);
                for (prefix, uri) in namespaces {
                    out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
                    out.push_str(prefix);
                    let quote = if uri.contains('"') { '\'' } else { '"' };
                    out.push('=');
                    out.push(quote);
                    out.push_str(uri);
                    out.push(quote);
                }
                for (name, value) in attributes {
                    out.push(' ');
                    out.push_str(name);
                    out.push_str("=\"");
                    attribute(&mut out, value);
                    out.push('"');
                }
                if tokens.next_if(|(_, token)| **token == Token::End).is_some() {
                    out.push_str("/>");
                } else {
                    out.push('>');
                    let ends = format && mixed.binary_search(&index).is_ok();
                    format &= !ends;
                    open.push((name, ends));
                }
            }
            Token::End => {
                let Some((name, ended)) = open.pop() else { continue };
                if format {
                    indent(&mut out, level + open.len());
                }
                out.push_str("</");
                out.push_str(name);
                out.push('>');
                format |= ended;
            }
            Token::Text(text) => content(&mut out, text),
            Token::Verbatim(source) => out.push_str(source),
        }
        if format && !open.is_empty() {
            out.push('\n');
        }
    }
    out
}

/// The indices of the start tags of elements that hold text.
fn mixed(tokens: &[Token]) -> Vec<usize> {
    let (mut found, mut open) = (Vec::new(), Vec::new());
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Start { .. } => open.push(Open { start: index, ..Open::default() }),
            Token::End => {
                if let Some(Open { start, first_is_text: true, .. }) = open.pop() {
                    found.push(start);
                }
            }
            other => {
                if let Some(parent) = open.last_mut() {
                    parent.first_is_text |= other.is_text();
                }
            }
        }
    }
    found.sort_unstable();
    found
}

fn indent(out: &mut String, level: usize) {
    for _ in 0..level {
        out.push_str("  ");
    }
}

fn content(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\r' => out.push_str("&#13;"),
            other => out.push(other),
        }
    }
}

fn attribute(out: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            other if other.is_ascii() => out.push(other),
            other => out.push_str(&format!("&#x{:X};", u32::from(other))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(source: &str) -> String {
        write(&without_blanks(split(source).expect("well-formed")), 1)
    }

    #[test]
    fn elements_stand_on_lines_of_their_own() {
        let text = laid_out("<m><a:x xmlns:a='urn:a'>  <a:b>text</a:b><!-- c --><a:c d='1' e=\"2\"/> </a:x></m>");
        assert_eq!(
            text,
            "<m>\n    <a:x xmlns:a=\"urn:a\">\n      <a:b>text</a:b>\n      <!-- c -->\n      <a:c d=\"1\" e=\"2\"/>\n    \
             </a:x>\n  </m>"
        );
    }

    #[test]
    fn text_keeps_its_blanks() {
        for text in ["<m>a <b/> tail </m>", "<m> </m>", "<m>a<![CDATA[ <x> ]]></m>"] {
            assert_eq!(laid_out(text), text);
        }
        assert_eq!(laid_out("<m> <b/></m>"), "<m>\n    <b/>\n  </m>");
    }

    #[test]
    fn values_are_escaped_as_libxml2_escapes_them() {
        assert_eq!(
            laid_out("<m q='&quot;&lt;&amp;&#10;\u{e9}'>a&lt;b&gt;c\"d'\u{e9}</m>"),
            "<m q=\"&quot;&lt;&amp;&#10;&#xE9;\">a&lt;b&gt;c\"d'\u{e9}</m>"
        );
    }

    #[test]
    fn namespaces_are_declared_where_they_are_used() {
        let source = "<m><a:x xmlns:b='urn:b' b:y='1'/><b:x/>text<c:x xmlns:c='urn:a'/></m>";
        let mut tokens = split(source).expect("well-formed");
        declare(&mut tokens, [("a", "urn:a"), ("b", "urn:b"), ("c", "urn:c")]);
        let mut seen = BTreeSet::new();
        let kept = with_children(&tokens, |namespace| seen.insert(namespace.to_owned()));
        let declared = "<m xmlns:a=\"urn:a\" xmlns:b=\"urn:b\">";
        let (of_a, of_b) = ("<a:x xmlns:b=\"urn:b\" b:y=\"1\"/>", "<b:x/>");
        assert_eq!(write(&kept, 0), format!("{declared}\n  {of_a}\n  {of_b}\n</m>"));
    }

    #[test]
    fn broken_markup_is_refused() {
        for text in ["<", "<a b", "<!-- x", "<a b='c/>"] {
            assert_eq!(split(text), None, "{text}");
        }
    }
}
