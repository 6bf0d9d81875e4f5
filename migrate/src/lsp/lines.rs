//! Places in a text as the protocol tells them: lines from 0, and columns in UTF-16 code units.

use std::cell::OnceCell;
use std::ops::Range;

use lsp_types::Position;

/// How many bytes lie between two places of which it is known how many units stand before them: a line may be as long as the text, and
/// everything in it be asked for its place.
const STEP: usize = 1024;

/// Where the lines of a text begin. A line ends in `\n`, `\r\n` or `\r`.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    starts: Vec<usize>,
    /// The units before each step of the text, counted when a place is asked for.
    steps: OnceCell<Vec<usize>>,
}

impl Lines {
    /// Those of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let starts = starts_within(text.as_bytes(), 0..text.len());
        Self { starts: std::iter::once(0).chain(starts).collect(), steps: OnceCell::new() }
    }

    /// Takes in that some bytes of the text were replaced by so many others; `text` is what has become of it.
    pub fn replaced(&mut self, text: &str, range: &Range<usize>, by: usize) {
        let end = range.start + by;
        // The letters beside the change too: what was half of a `\r\n` may be alone now, or the other way round.
        let around = range.start.saturating_sub(1)..(end + 1).min(text.len());
        let before = self.starts.partition_point(|start| *start < range.start).max(1);
        let behind = self.starts.partition_point(|start| *start <= range.end + 1).max(before);
        self.starts[behind..].iter_mut().for_each(|start| *start = *start - range.end + end);
        self.steps = OnceCell::new();
        self.starts.splice(before..behind, starts_within(text.as_bytes(), around));
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
        let units = self.units_before(text, offset) - self.units_before(text, self.starts[line]);
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Position { line: number(line), character: number(units) }
    }

    /// How many units stand before a byte offset.
    fn units_before(&self, text: &str, offset: usize) -> usize {
        let bytes = text.as_bytes();
        let steps = self.steps.get_or_init(|| {
            let mut sum = 0;
            let sums = bytes.chunks(STEP).map(|step| {
                sum += units(step);
                sum
            });
            std::iter::once(0).chain(sums).collect()
        });
        steps[offset / STEP] + units(&bytes[offset / STEP * STEP..offset])
    }

    /// The places around some bytes.
    #[must_use]
    pub fn places(&self, text: &str, range: &Range<usize>) -> lsp_types::Range {
        lsp_types::Range { start: self.position(text, range.start), end: self.position(text, range.end) }
    }
}

/// How many UTF-16 code units the letters have that begin in some bytes of a text.
fn units(bytes: &[u8]) -> usize {
    bytes.iter().map(|byte| usize::from(byte & 0xC0 != 0x80) + usize::from(*byte >= 0xF0)).sum()
}

/// Where lines begin behind the line ends in a part of a text.
fn starts_within(bytes: &[u8], part: Range<usize>) -> impl Iterator<Item = usize> + '_ {
    let ends = part.filter(|at| match bytes[*at] {
        b'\n' => true,
        // The first half of `\r\n` ends nothing yet.
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.map(|at| at + 1)
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
    fn lines_follow_what_is_typed() {
        let letters = ["a", "\r", "\n", "\r\n", ""];
        let mut text = String::new();
        let mut lines = Lines::new(&text);
        let mut dice = 17_u64;
        let mut below = |limit: usize| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(dice >> 33).unwrap() % limit
        };
        for _ in 0..10_000 {
            let start = below(text.len() + 1);
            let range = start..start + below((text.len() - start).min(4) + 1);
            let by: String = (0..below(4)).map(|_| letters[below(letters.len())]).collect();
            text.replace_range(range.clone(), &by);
            lines.replaced(&text, &range, by.len());
            assert_eq!(lines.starts, Lines::new(&text).starts, "{text:?}, {range:?} by {by:?}");
        }
    }

    #[test]
    fn long_lines_are_counted_in_steps() {
        let text = "aä😀".repeat(STEP);
        let lines = Lines::new(&text);
        for (at, _) in text.char_indices() {
            let units: usize = text[..at].chars().map(char::len_utf16).sum();
            let position = lines.position(&text, at);
            assert_eq!(position, Position { line: 0, character: u32::try_from(units).unwrap() });
            assert_eq!(lines.offset(&text, position), at);
        }
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
