//! Which characters a document can hold, and which a message can.

use std::borrow::Cow;

/// Whether XML 1.0 has the character: all but most control characters, U+FFFE and U+FFFF, for which no reference can stand either.
#[must_use]
pub const fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

/// The first character of a text that no document can hold, and where it stands.
#[must_use]
pub fn forbidden(text: &str) -> Option<(usize, char)> {
    // U+FFFE and U+FFFF begin with this byte, as do other characters.
    let may_be = |byte: &u8| *byte < 0x20 && !matches!(*byte, b'\t' | b'\n' | b'\r') || *byte == 0xef;
    let suspect = |chunk: &[u8]| chunk.iter().fold(false, |any, byte| any | may_be(byte));
    if !text.as_bytes().chunks(64).any(suspect) {
        return None;
    }
    text.char_indices().find(|(_, c)| !is_character(*c))
}

/// A text without what a terminal might take for a command, or a reader for the end of a line. Whatever is printed for people goes through it.
///
/// ```
/// assert_eq!(domxml_xml::visible("a\x1b[2J\nb"), r"a\u{1b}[2J\nb");
/// assert_eq!(domxml_xml::visible("a\u{202e}lmx.b"), r"a\u{202e}lmx.b");
/// ```
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    // What turns the direction of writing round shows another text than stands there.
    let turns =
        |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let ends = |c: char| matches!(c, '\u{2028}' | '\u{2029}');
    let hides = |c: char| c.is_control() || turns(c) || ends(c);
    if !text.contains(hides) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| if hides(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escape).collect())
}

/// As [`visible`], of a text that has lines, whose ends stay.
#[must_use]
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::forbidden;

    #[test]
    fn control_characters_and_non_characters_are_forbidden() {
        assert_eq!(forbidden("a\tb\r\nc\u{7f}\u{85}\u{fffd}\u{feff}\u{1f600}\u{10ffff}"), None);
        for wrong in ['\u{0}', '\u{1}', '\u{8}', '\u{b}', '\u{c}', '\u{e}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
            assert_eq!(forbidden(&format!("ab\u{fffd}{wrong}{wrong}")), Some((5, wrong)));
        }
    }
}
