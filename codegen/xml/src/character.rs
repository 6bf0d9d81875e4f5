//! Which characters a document can hold.

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
