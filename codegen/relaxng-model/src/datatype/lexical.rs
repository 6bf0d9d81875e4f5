//! Whitespace and names, as XML defines them.

use std::borrow::Cow;

/// Whether `byte` is whitespace in XML.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether `text` is empty or whitespace only.
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

/// The whitespace-separated tokens of `text`.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t', '\n', '\r']).filter(|token| !token.is_empty())
}

/// What a datatype does to whitespace before anything else looks at a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whitespace {
    /// Leaves it.
    Preserve,
    /// Turns each whitespace character into a space.
    Replace,
    /// Trims the ends and makes one space of each run between.
    Collapse,
}

impl Whitespace {
    pub(super) fn normalize(self, text: &str) -> Cow<'_, str> {
        match self {
            Whitespace::Preserve => Cow::Borrowed(text),
            Whitespace::Replace if text.bytes().any(|b| matches!(b, b'\t' | b'\n' | b'\r')) => {
                Cow::Owned(text.replace(['\t', '\n', '\r'], " "))
            }
            Whitespace::Replace => Cow::Borrowed(text),
            Whitespace::Collapse => collapse(text),
        }
    }
}

/// `text` trimmed, with one space for each run of whitespace.
pub(crate) fn collapse(text: &str) -> Cow<'_, str> {
    // Most values have none.
    if !text.bytes().any(is_space) {
        return Cow::Borrowed(text);
    }
    let trimmed = text.trim_matches([' ', '\t', '\n', '\r']);
    let mut after_space = false;
    let collapsed = trimmed.bytes().all(|byte| {
        let fine = !(is_space(byte) && (byte != b' ' || after_space));
        after_space = byte == b' ';
        fine
    });
    if collapsed {
        return Cow::Borrowed(trimmed);
    }
    let mut out = String::with_capacity(trimmed.len());
    for token in tokens(trimmed) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(token);
    }
    Cow::Owned(out)
}

/// The characters that may start a name, `:` included, beyond ASCII.
pub(super) const NAME_START: &[(u32, u32)] = &[
    (0xC0, 0xD6),
    (0xD8, 0xF6),
    (0xF8, 0x2FF),
    (0x370, 0x37D),
    (0x37F, 0x1FFF),
    (0x200C, 0x200D),
    (0x2070, 0x218F),
    (0x2C00, 0x2FEF),
    (0x3001, 0xD7FF),
    (0xF900, 0xFDCF),
    (0xFDF0, 0xFFFD),
    (0x1_0000, 0xE_FFFF),
];

/// The characters that may stand in a name but not start it, beyond ASCII.
pub(super) const NAME_MORE: &[(u32, u32)] = &[(0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040)];

fn within(ranges: &[(u32, u32)], c: char) -> bool {
    ranges.iter().any(|&(low, high)| (low..=high).contains(&u32::from(c)))
}

pub(super) fn is_name_start(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() || c == '_' || c == ':' } else { within(NAME_START, c) }
}

pub(super) fn is_name_char(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-' | '.')
    } else {
        within(NAME_START, c) || within(NAME_MORE, c)
    }
}

pub(super) fn is_nmtoken(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_name_char)
}

pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(is_name_start) && text.chars().all(is_name_char)
}

/// Whether `text` is a name without a colon.
#[must_use]
pub fn is_ncname(text: &str) -> bool {
    is_name(text) && !text.contains(':')
}

/// The prefix (empty for none) and the local part of a qualified name.
pub(super) fn split_qname(text: &str) -> Option<(&str, &str)> {
    match text.split_once(':') {
        Some((prefix, local)) => (is_ncname(prefix) && is_ncname(local)).then_some((prefix, local)),
        None => is_ncname(text).then_some(("", text)),
    }
}

/// `[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*`
pub(super) fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let fits = |part: &str| (1..=8).contains(&part.len());
    parts.next().is_some_and(|first| fits(first) && first.bytes().all(|b| b.is_ascii_alphabetic()))
        && parts.all(|part| fits(part) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// A URI reference once the characters that URIs do not allow have been escaped. That leaves little to be wrong: a
/// percent sign without its two digits, a second `#`, something that is no scheme before the first colon.
pub(super) fn is_any_uri(text: &str) -> bool {
    let bytes = text.as_bytes();
    let escapes = bytes
        .iter()
        .enumerate()
        .filter(|(_, b)| **b == b'%')
        .all(|(at, _)| bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)));
    let (reference, fragment) = text.split_once('#').unwrap_or((text, ""));
    let head = reference.split(['/', '?']).next().unwrap_or_default();
    let scheme = match head.split_once(':') {
        Some((scheme, rest)) => {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
                && !(rest.is_empty() && reference.len() == head.len())
        }
        None => true,
    };
    escapes && scheme && !fragment.contains('#')
}

/// The bytes that base64 text spells; spaces may stand anywhere between the characters.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count, mut padding) = (0_u32, 0_usize, 0_usize);
    for byte in text.bytes().filter(|b| !is_space(*b)) {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        bits = (bits << 6) | u32::from(digit);
        count += 1;
        if count % 4 == 0 {
            out.extend_from_slice(&bits.to_be_bytes()[1..]);
            bits = 0;
        }
    }
    // The bits beyond the last whole byte must be zero: otherwise two spellings would have one value.
    match (count % 4, padding) {
        (0, 0) => {}
        (2, 2) if bits & 0xF == 0 => out.push((bits >> 4).to_be_bytes()[3]),
        (3, 1) if bits & 0x3 == 0 => out.extend_from_slice(&(bits >> 2).to_be_bytes()[2..]),
        _ => return None,
    }
    Some(out)
}

/// The bytes that pairs of hexadecimal digits spell.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect()
}

/// Whether `text` is a decimal floating point literal, `INF`, `-INF` or `NaN`.
pub(super) fn is_float(text: &str) -> bool {
    if matches!(text, "INF" | "-INF" | "NaN") {
        return true;
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |exponent: &str| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    };
    super::decimal::Decimal::parse(mantissa).is_some() && exponent.is_none_or(digits)
}
