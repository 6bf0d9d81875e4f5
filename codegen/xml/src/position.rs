//! Lines and columns of byte offsets.

/// How far apart the marks are, in bytes.
const STEP: usize = 1024;

/// Finds lines and columns in a text, in a time that does not grow with the length of its lines.
#[derive(Debug)]
pub struct Positions<'t> {
    text: &'t [u8],
    /// Offsets at which lines begin.
    lines: Vec<usize>,
    /// How many characters begin before each multiple of [`STEP`].
    marks: Vec<usize>,
}

/// How many characters begin in this part of a text.
fn characters(part: &[u8]) -> usize {
    part.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

impl<'t> Positions<'t> {
    /// Marks a text.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let text = text.as_bytes();
        let newlines = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let lines = std::iter::once(0).chain(newlines.map(|(index, _)| index + 1)).collect();
        let mut marks = vec![0];
        for part in text.chunks(STEP) {
            marks.push(marks.last().copied().unwrap_or(0) + characters(part));
        }
        Self { text, lines, marks }
    }

    /// Line and column of a byte offset, both from 1; the column in characters.
    #[must_use]
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let line = self.lines.partition_point(|begin| *begin <= offset).max(1);
        let column = self.characters_before(offset) - self.characters_before(self.lines[line - 1]) + 1;
        (line, column)
    }

    /// The byte offset of a line and column, both from 1.
    #[must_use]
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let line = line.clamp(1, self.lines.len());
        let before = self.characters_before(self.lines[line - 1]) + column.max(1) - 1;
        let mark = self.marks.partition_point(|count| *count <= before).max(1) - 1;
        let rest = self.text.iter().enumerate().skip(mark * STEP).filter(|(_, byte)| **byte & 0xC0 != 0x80);
        rest.map(|(at, _)| at).nth(before - self.marks[mark]).unwrap_or(self.text.len())
    }

    fn characters_before(&self, offset: usize) -> usize {
        let mark = offset / STEP;
        self.marks[mark] + characters(&self.text[mark * STEP..offset])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = format!("aé\n{}x\n", "ü".repeat(3000));
        let positions = Positions::new(&text);
        assert_eq!(positions.line_and_column(0), (1, 1));
        assert_eq!(positions.line_and_column(3), (1, 3));
        assert_eq!(positions.line_and_column(4), (2, 1));
        assert_eq!(positions.line_and_column(6004), (2, 3001));
        assert_eq!(positions.line_and_column(6006), (3, 1));
        assert_eq!(positions.line_and_column(9999), (3, 1));
        for offset in [0, 1, 4, 2004, 6004, 6006] {
            let (line, column) = positions.line_and_column(offset);
            assert_eq!(positions.offset(line, column), offset);
        }
        assert_eq!(positions.offset(9, 9), text.len());
    }
}
