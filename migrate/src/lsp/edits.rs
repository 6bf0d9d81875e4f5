//! From one text to another, in few small changes.

use std::ops::Range;

use lsp_types::TextEdit;
use similar::DiffTag;

use super::document::Document;
use crate::patch;

/// Longer blocks of changed lines are replaced as a whole.
const MAX_REFINED: usize = 4_000;

/// A change of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub range: Range<usize>,
    /// By what.
    pub text: String,
}

/// What leads from one text to another, from front to back.
#[must_use]
pub fn between(old: &str, new: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let lines = [old, new].map(|text| text.split_inclusive('\n').map(str::as_bytes).collect::<Vec<_>>());
    let starts = [&lines[0], &lines[1]].map(|lines| starts(lines.iter().map(|line| line.len())));
    for op in patch::steps(&lines[0], &lines[1]).iter().filter(|op| op.tag() != DiffTag::Equal) {
        let (before, after) = (op.old_range(), op.new_range());
        if before.len() == after.len() {
            // As many lines as before: each is the one that it was.
            for (line, by) in before.zip(after) {
                inside(
                    (old, starts[0][line]..starts[0][line + 1]),
                    (new, starts[1][by]..starts[1][by + 1]),
                    &mut edits,
                );
            }
        } else {
            let bytes = |range: Range<usize>, starts: &[usize]| starts[range.start]..starts[range.end];
            inside((old, bytes(before, &starts[0])), (new, bytes(after, &starts[1])), &mut edits);
        }
    }
    edits
}

/// What leads from a part of a text to a part of another.
fn inside((old, range): (&str, Range<usize>), (new, by): (&str, Range<usize>), edits: &mut Vec<Edit>) {
    let (before, after) = (&old[range.clone()], &new[by]);
    if before.len() + after.len() > MAX_REFINED {
        edits.push(Edit { range, text: after.to_owned() });
        return;
    }
    let letters = [before, after].map(|text| text.split_inclusive(|_| true).map(str::as_bytes).collect::<Vec<_>>());
    let [old, new] = [&letters[0], &letters[1]].map(|letters| starts(letters.iter().map(|letter| letter.len())));
    let steps = patch::steps(&letters[0], &letters[1]);
    let different = steps.iter().filter(|op| op.tag() != DiffTag::Equal);
    let bytes = |range: Range<usize>, starts: &[usize]| starts[range.start]..starts[range.end];
    let changes = different.map(|op| (bytes(op.old_range(), &old), bytes(op.new_range(), &new))).collect();
    for (inner, by) in joined(changes) {
        let range = range.start + inner.start..range.start + inner.end;
        edits.push(Edit { range, text: after[by].to_owned() });
    }
}

/// Changes with little between them are one: what is changed letter by letter nobody can read.
fn joined(changes: Vec<(Range<usize>, Range<usize>)>) -> Vec<(Range<usize>, Range<usize>)> {
    const APART: usize = 8;
    let mut all: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for (old, new) in changes {
        match all.last_mut().filter(|(before, _)| old.start < before.end + APART) {
            Some((before, by)) => {
                before.end = old.end;
                by.end = new.end;
            }
            None => all.push((old, new)),
        }
    }
    all
}

/// Where parts of these lengths begin, and where the last of them ends.
fn starts(lengths: impl Iterator<Item = usize>) -> Vec<usize> {
    let ends = lengths.scan(0, |at, length| {
        *at += length;
        Some(*at)
    });
    std::iter::once(0).chain(ends).collect()
}

/// A text with changes that do not overlap.
#[must_use]
pub fn apply<'e>(text: &str, edits: impl Iterator<Item = &'e Edit>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        out.push_str(&text[done..edit.range.start]);
        out.push_str(&edit.text);
        done = edit.range.end;
    }
    out + &text[done..]
}

/// Changes as the protocol tells them.
#[must_use]
pub fn told<'e>(document: &Document, edits: impl Iterator<Item = &'e Edit>) -> Vec<TextEdit> {
    edits.map(|edit| TextEdit { range: document.places(&edit.range), new_text: edit.text.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_lead_from_one_text_to_the_other() {
        let texts =
            ["", "a", "a\nb\nc\n", "a\nä b='1'\nc", "x\r\na\nb", "<a b='c'/>\n<d/>\n", "<a b='c' e='f'/>\n\n<d/>\n"];
        for old in texts {
            for new in texts {
                assert_eq!(apply(old, between(old, new).iter()), new, "{old:?} to {new:?}");
            }
        }
        let edits = between("<a>\n  <b/>\n</a>\n", "<a>\n  <b c='d'/>\n</a>\n");
        assert_eq!(edits, [Edit { range: 8..8, text: " c='d'".to_owned() }]);
    }
}
