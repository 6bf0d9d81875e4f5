//! Places in a text as the protocol tells them: lines from 0, and columns in UTF-16 code units.

use std::ops::Range;

use lsp_types::Position;

/// Where the lines of a text begin. A line ends in `\n`, `\r\n` or `\r`.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// Those of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr_line_ends(bytes) {
            // The first half of `\r\n` ends nothing yet.
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at + 1);
            }
        }
        Self { starts }
    }

    /// The byte offset of a place, which is in the text whatever the place says.
    #[must_use]
    pub fn offset(&self, text: &str, position: Position) -> usize {
        let line = position.line as usize;
        let Some(start) = self.starts.get(line).copied() else { return text.len() };
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        let mut units = position.character as usize;
        for (at, letter) in text[start..end].char_indices() {
            if units == 0 || matches!(letter, '\n' | '\r') {
                return start + at;
            }
            // The middle of a surrogate pair is before it.
            units = match units.checked_sub(letter.len_utf16()) {
                Some(units) => units,
                None => return start + at,
            };
        }
        end
    }

    /// The bytes between two places.
    #[must_use]
    pub fn range(&self, text: &str, range: lsp_types::Range) -> Range<usize> {
        let start = self.offset(text, range.start);
        start..self.offset(text, range.end).max(start)
    }

    /// The place of a byte offset.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let units: usize = text[self.starts[line]..offset].chars().map(char::len_utf16).sum();
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Position { line: number(line), character: number(units) }
    }

    /// The places around some bytes.
    #[must_use]
    pub fn places(&self, text: &str, range: &Range<usize>) -> lsp_types::Range {
        lsp_types::Range { start: self.position(text, range.start), end: self.position(text, range.end) }
    }
}

fn memchr_line_ends(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b'\n' | b'\r')).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_utf16_units() {
        let text = "a\r\nä😀b\rc\n";
        let lines = Lines::new(text);
        let place = |line, character| Position { line, character };
        for (what, at) in
            [("a", place(0, 0)), ("ä", place(1, 0)), ("😀", place(1, 1)), ("b", place(1, 3)), ("c", place(2, 0))]
        {
            let offset = text.find(what).unwrap();
            assert_eq!(lines.position(text, offset), at, "{what}");
            assert_eq!(lines.offset(text, at), offset, "{what}");
        }
        assert_eq!(lines.position(text, text.len()), place(3, 0));
    }

    #[test]
    fn any_place_is_one_in_the_text() {
        let text = "ä😀\r\nb";
        let lines = Lines::new(text);
        let offset = |line, character| lines.offset(text, Position { line, character });
        assert_eq!(offset(0, 2), text.find('😀').unwrap(), "in the middle of a pair");
        assert_eq!(offset(0, 99), text.find('\r').unwrap(), "behind the end of the line");
        assert_eq!((offset(1, 99), offset(99, 0)), (text.len(), text.len()));
        assert_eq!(Lines::new("").position("", 7), Position::default());
    }
}
