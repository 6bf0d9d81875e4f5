//! From text to tokens.

use super::{Fault, Result};

/// A token, and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub at: usize,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name without a prefix, which may be a keyword unless a backslash stands before it.
    Name {
        text: String,
        quoted: bool,
    },
    /// `prefix:local`, or `prefix:*`.
    Prefixed(String, String),
    /// One segment of a literal.
    Literal(String),
    /// `{`, `|=`, `>>` and their like.
    Sign(&'static str),
    /// Lines of documentation, joined.
    Documentation(String),
    End,
}

/// The signs, longer ones before those that they begin with.
const SIGNS: [&str; 19] =
    ["|=", "&=", ">>", "{", "}", "(", ")", "[", "]", "=", "|", "&", ",", "?", "*", "+", "-", "~", ":"];

pub(super) fn tokens(text: &str) -> Result<Vec<Token>> {
    let mut lexer = Lexer { chars: characters(text)?, next: 0, end: text.len() };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.token()?;
        let done = token.kind == Kind::End;
        tokens.push(token);
        if done {
            return Ok(tokens);
        }
    }
}

/// A character, where it stands, and whether as an escape.
#[derive(Clone, Copy)]
struct Character {
    c: char,
    at: usize,
    escaped: bool,
}

/// The characters of a text; `\x{E9}` stands for one.
fn characters(text: &str) -> Result<Vec<Character>> {
    let mut chars = Vec::with_capacity(text.len());
    let mut at = usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
    while let Some(c) = text[at..].chars().next() {
        let escape = text[at..].strip_prefix("\\x").map(|rest| rest.trim_start_matches('x'));
        if let Some(rest) = escape.and_then(|rest| rest.strip_prefix('{')) {
            let wrong =
                || Fault { at, message: "in an escape stands the number of a character, as \\x{E9}".to_owned() };
            let (digits, behind) = rest.split_once('}').ok_or_else(wrong)?;
            let number = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
            let c = char::from_u32(number)
                .filter(|c| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}'));
            chars.push(Character { c: c.ok_or_else(wrong)?, at, escaped: true });
            at = text.len() - behind.len();
        } else {
            chars.push(Character { c, at, escaped: false });
            at += c.len_utf8();
        }
    }
    Ok(chars)
}

struct Lexer {
    chars: Vec<Character>,
    next: usize,
    end: usize,
}

impl Lexer {
    fn at(&self) -> usize {
        self.chars.get(self.next).map_or(self.end, |it| it.at)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.next + ahead).map(|it| it.c)
    }

    fn looks_at(&self, sign: &str) -> bool {
        sign.chars().enumerate().all(|(ahead, c)| self.peek(ahead) == Some(c))
    }

    fn fault<T>(at: usize, message: impl Into<String>) -> Result<T> {
        Err(Fault { at, message: message.into() })
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        while let Some(c) = self.peek(0).filter(|c| !matches!(c, '\n' | '\r')) {
            line.push(c);
            self.next += 1;
        }
        line
    }

    fn blanks(&mut self) {
        while self.peek(0).is_some_and(|c| matches!(c, ' ' | '\t' | '\n' | '\r')) {
            self.next += 1;
        }
    }

    fn token(&mut self) -> Result<Token> {
        loop {
            self.blanks();
            if self.peek(0) == Some('#') && !self.looks_at("##") {
                self.line();
            } else {
                break;
            }
        }
        let at = self.at();
        let kind = match self.peek(0) {
            None => Kind::End,
            Some('#') => self.documentation(),
            Some('"' | '\'') => self.literal(at)?,
            Some('\\') => {
                self.next += 1;
                Kind::Name { text: self.name(at)?, quoted: true }
            }
            Some(c) if is_start(c) => self.named(at)?,
            Some(c) => match SIGNS.iter().find(|sign| self.looks_at(sign)) {
                Some(sign) => {
                    self.next += sign.len();
                    Kind::Sign(sign)
                }
                None => return Self::fault(at, format!("`{c}` means nothing here")),
            },
        };
        Ok(Token { at, kind })
    }

    /// The lines that begin with `##` and follow each other.
    fn documentation(&mut self) -> Kind {
        let mut lines = Vec::new();
        while self.looks_at("##") {
            let line = self.line();
            let line = line.trim_start_matches('#');
            lines.push(line.strip_prefix(' ').unwrap_or(line).to_owned());
            self.blanks();
        }
        Kind::Documentation(lines.join("\n"))
    }

    fn literal(&mut self, at: usize) -> Result<Kind> {
        let Some(quote) = self.peek(0) else { return Self::fault(at, "a literal is expected") };
        let three = self.peek(1) == Some(quote) && self.peek(2) == Some(quote);
        let ends = if three { 3 } else { 1 };
        self.next += ends;
        let mut text = String::new();
        loop {
            match self.peek(0) {
                Some(c) if c == quote && (0..ends).all(|ahead| self.peek(ahead) == Some(quote)) => break,
                // A line break may stand there as an escape.
                Some(c) if three || !matches!(c, '\n' | '\r') || self.chars[self.next].escaped => text.push(c),
                _ => return Self::fault(at, "the literal that begins here has no end"),
            }
            self.next += 1;
        }
        self.next += ends;
        Ok(Kind::Literal(text))
    }

    fn name(&mut self, at: usize) -> Result<String> {
        let mut name = String::new();
        while let Some(c) = self.peek(0).filter(|c| if name.is_empty() { is_start(*c) } else { is_part(*c) }) {
            name.push(c);
            self.next += 1;
        }
        if name.is_empty() { Self::fault(at, "a name is expected") } else { Ok(name) }
    }

    fn named(&mut self, at: usize) -> Result<Kind> {
        let text = self.name(at)?;
        if self.peek(0) == Some(':') {
            if self.peek(1) == Some('*') {
                self.next += 2;
                return Ok(Kind::Prefixed(text, "*".to_owned()));
            }
            if self.peek(1).is_some_and(is_start) {
                self.next += 1;
                let local = self.name(at)?;
                return Ok(Kind::Prefixed(text, local));
            }
        }
        Ok(Kind::Name { text, quoted: false })
    }
}

fn is_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_part(c: char) -> bool {
    is_start(c) || c.is_numeric() || matches!(c, '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}')
}
