//! Lines and columns of places in a text.

use std::cell::OnceCell;

/// How many bytes there are at most between two places of which line and column are known.
const STEP: usize = 4096;

/// Tells line and column of many places in a text, in any order and however long its lines are: it is walked through once, when the first
/// is asked for.
#[derive(Debug)]
pub struct Lines<'t> {
    text: &'t str,
    known: OnceCell<Vec<Place>>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    offset: usize,
    line: usize,
    column: usize,
}

impl Place {
    const START: Self = Self { offset: 0, line: 1, column: 1 };

    /// A place further on.
    fn on(self, text: &str, offset: usize) -> Self {
        let between = &text[self.offset..offset];
        let (before, begin) = between.rfind('\n').map_or((self.column, 0), |at| (1, at + 1));
        Self {
            offset,
            line: self.line + between.matches('\n').count(),
            column: before + between[begin..].chars().count(),
        }
    }
}

impl<'t> Lines<'t> {
    /// Those of a text.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        Self { text, known: OnceCell::new() }
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    #[must_use]
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let known = self.known.get_or_init(|| known(self.text));
        let offset = boundary(self.text, offset);
        let after = known.partition_point(|place| place.offset <= offset);
        let place = known[..after].last().copied().unwrap_or(Place::START).on(self.text, offset);
        (place.line, place.column)
    }
}

fn known(text: &str) -> Vec<Place> {
    let mut last = Place::START;
    let mut known = vec![last];
    while last.offset + STEP < text.len() {
        last = last.on(text, boundary(text, last.offset + STEP));
        known.push(last);
    }
    known
}

/// The place, or the end of the text, or the beginning of the character that it is in.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Line and column of a byte offset, both from 1; the column counts characters. Of several places [`Lines`] tells them sooner.
#[must_use]
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let place = Place::START.on(text, boundary(text, offset));
    (place.line, place.column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        assert_eq!(line_column("a\näb", 0), (1, 1));
        assert_eq!(line_column("a\näb", 4), (2, 2));
        assert_eq!(line_column("a\näb", 3), (2, 1), "inside a character");
        assert_eq!(line_column("a", 99), (1, 2));
    }

    #[test]
    fn many_places_are_told_as_one_is() {
        for text in [String::new(), "ä\n<b/>\r\n".repeat(2000), "äß€".repeat(3000)] {
            let lines = Lines::of(&text);
            for offset in (0..=text.len() + 1).rev() {
                if offset % 1021 < 3 || offset % STEP < 3 {
                    assert_eq!(lines.line_column(offset), line_column(&text, offset), "{offset}");
                }
            }
        }
    }
}
