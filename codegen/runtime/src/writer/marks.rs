//! Where the parts of a printed document stand, so that nobody has to parse it again.

use super::{Finding, Writer};
use crate::extra::{Span, is_content};
use crate::reader::is_blank;
use std::collections::HashMap;

/// A printed document, with the places of its elements, texts and comments.
#[derive(Debug, Clone)]
pub struct Print {
    /// The text, ended by a line break.
    pub text: String,
    /// What was spelt out or left out, in the order of writing.
    pub findings: Vec<Finding>,
    /// In document order, the root first.
    pub(crate) marks: Vec<Mark>,
}

/// A part of a printed document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) kind: MarkKind,
    /// Its first byte.
    pub(crate) start: usize,
    /// Of an element: behind the attributes in its start tag.
    pub(crate) tag_end: usize,
    /// The byte behind its last.
    pub(crate) end: usize,
    /// The number of the first mark that is not inside it.
    pub(crate) next: usize,
    /// The number of the mark around it; its own, of the root.
    pub(crate) parent: usize,
    /// Where it stood in the document that was read; empty where that is not known.
    pub(crate) span: Span,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkKind {
    /// An element with a struct of its own.
    Element,
    /// An element that is a plain field of the one around it.
    Leaf,
    /// An element that is kept as it is written.
    Verbatim,
    /// A text.
    Text,
    /// A comment, a processing instruction, or unknown content.
    Kept {
        /// Whether it belongs to the element behind it.
        ahead: bool,
        /// Whether it stands on the line of what precedes it.
        same_line: bool,
    },
}

impl Writer<'_> {
    /// Notes that a part begins here; the result is for [`Writer::close_mark`].
    pub(super) fn open_mark(&mut self, kind: MarkKind, span: Span) -> usize {
        let Some(marks) = &mut self.marks else { return 0 };
        let (at, number) = (self.out.len(), marks.len());
        let parent = self.open.last().copied().unwrap_or(number);
        marks.push(Mark { kind, start: at, tag_end: at, end: at, next: number + 1, parent, span });
        self.open.push(number);
        number
    }

    /// Notes that the start tag of the innermost open element lacks nothing but its `>`.
    pub(super) fn mark_content(&mut self) {
        if let Some(marks) = &mut self.marks
            && let Some(mark) = self.open.last().and_then(|number| marks.get_mut(*number))
        {
            // A leaf has its `>` already.
            mark.tag_end = self.out.len() - usize::from(mark.kind == MarkKind::Leaf);
        }
    }

    /// Notes that a part ends here.
    pub(super) fn close_mark(&mut self, number: usize) {
        let Some(marks) = &mut self.marks else { return };
        self.open.pop();
        let next = marks.len();
        if let Some(mark) = marks.get_mut(number) {
            (mark.end, mark.next) = (self.out.len(), next);
        }
    }

    /// Forgets a part that is not written after all.
    pub(super) fn drop_mark(&mut self, number: usize) {
        if let Some(marks) = &mut self.marks {
            self.open.pop();
            marks.truncate(number);
        }
    }

    /// Makes room for what is put into the root's start tag after all else is written.
    pub(super) fn shift_marks(&mut self, from: usize, by: usize) {
        for mark in self.marks.iter_mut().flatten().filter(|_| by > 0) {
            for at in [&mut mark.start, &mut mark.tag_end, &mut mark.end] {
                if *at >= from {
                    *at += by;
                }
            }
        }
    }
}

impl Mark {
    /// Whether it is an element that is a field of the format.
    pub(crate) fn is_field(&self) -> bool {
        matches!(self.kind, MarkKind::Element | MarkKind::Leaf | MarkKind::Verbatim)
    }
}

impl Print {
    /// The lines without comments and what is kept of unknown content, and the latter apart: each with the number of the element that it stands
    /// in and, if it is an element, how many of its name stand before it, sorted. Which of them comes first matters, be it a field or not. Of
    /// texts it is the letters: two of them become one where what stands between them goes elsewhere.
    #[must_use]
    pub fn apart(&self) -> (Vec<String>, Vec<(usize, usize, &str)>) {
        let (mut text, mut apart, mut structs) = (String::with_capacity(self.text.len()), Vec::new(), Vec::new());
        let (mut count, mut done) = (0, 0);
        let mut beside: HashMap<(usize, &str), usize> = HashMap::new();
        for (number, mark) in self.marks.iter().enumerate() {
            count += usize::from(mark.kind == MarkKind::Element);
            structs.push(count);
            let own = self.source(number);
            let name = self.name(number);
            let nth = beside.entry((mark.parent, name)).or_default();
            *nth += usize::from(!name.is_empty());
            if !matches!(mark.kind, MarkKind::Kept { .. }) {
                continue;
            }
            let parent = structs[mark.parent];
            if name.is_empty() && is_content(own) {
                let letters = own.split_inclusive(|_| true).filter(|letter| !is_blank(letter));
                apart.extend(letters.map(|letter| (parent, 0, letter)));
            } else if is_content(own) {
                apart.push((parent, *nth, own));
            }
            text.push_str(&self.text[done..mark.start]);
            done = mark.end;
        }
        text.push_str(&self.text[done..]);
        apart.sort_unstable();
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        (lines.map(str::to_owned).collect(), apart)
    }

    /// The text of a part.
    pub(crate) fn source(&self, mark: usize) -> &str {
        let mark = &self.marks[mark];
        &self.text[mark.start..mark.end]
    }

    /// The start tag of an element, without its end.
    pub(crate) fn tag(&self, mark: usize) -> &str {
        let mark = &self.marks[mark];
        &self.text[mark.start..mark.tag_end]
    }

    /// The name of an element, its prefix included; empty for what is none.
    pub(crate) fn name(&self, mark: usize) -> &str {
        let source = self.source(mark).strip_prefix('<').unwrap_or_default();
        source.split(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '!' | '?')).next().unwrap_or_default()
    }

    /// What an element holds, as it is printed.
    pub(crate) fn inside(&self, mark: usize) -> &str {
        let source = self.source(mark);
        let inside =
            source[self.tag(mark).len()..].strip_prefix('>').and_then(|rest| rest.rfind("</").map(|end| &rest[..end]));
        inside.unwrap_or_default()
    }

    /// The parts directly inside one.
    pub(crate) fn children(&self, mark: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.marks[mark].next;
        let mut at = mark + 1;
        std::iter::from_fn(move || {
            let child = (at < end).then_some(at)?;
            at = self.marks[child].next;
            Some(child)
        })
    }
}
