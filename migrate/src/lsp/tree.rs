//! A reader that takes any text: the elements of a document that may be half written.
//!
//! What it can: a tag that is not finished is an element without content; an end tag closes the innermost open element of its name and
//! all that are open in that; one that closes nothing is passed over; what is open at the end ends there. What is not closed reaches as far as
//! its lines are indented more than its own, and what stands deeper than any reader goes is no deeper than that. Attributes may lack a value, quotes, or the end of their value. It holds no recursion, and takes
//! time in proportion to the text.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use domxml_xml::limits::MAX_DEPTH;
use domxml_xml::{Kind, pieces, tag_name};

/// The elements of a text, in the order of their start tags.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// The elements.
    pub elements: Vec<Element>,
    /// Comments.
    pub comments: Vec<Range<usize>>,
    /// Everything that keeps the text from being well-formed as far as tags go.
    pub faults: Vec<Fault>,
}

/// An element.
#[derive(Debug, Clone)]
pub struct Element {
    /// The start tag.
    pub tag: Range<usize>,
    /// The name in it, with its prefix.
    pub name: Range<usize>,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
    /// The end tag; none where there is none, or none of its own.
    pub end: Option<Range<usize>>,
    /// The whole element.
    pub range: Range<usize>,
    /// Whether the start tag has its `>`.
    pub finished: bool,
    /// Whether the start tag is the whole element.
    pub is_empty: bool,
    /// The element around it.
    pub parent: Option<usize>,
    /// The elements in it.
    pub children: Vec<usize>,
}

/// An attribute.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its name, with its prefix.
    pub name: Range<usize>,
    /// Its value without quotes; none where there is no `=`.
    pub value: Option<Range<usize>>,
    /// Whether the value stands in quotes, both of them.
    pub proper: bool,
    /// From the name to the closing quote.
    pub range: Range<usize>,
}

/// What is wrong with the tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// This piece of the text is no proper markup.
    Piece(Range<usize>),
    /// A comment, instruction or section that begins here has no end.
    Endless(usize),
    /// This element is not closed before this place.
    Unclosed(usize, usize),
}

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// The name in the start tag of an element.
    Name(usize),
    /// The name of an attribute, by element and number.
    Attribute(usize, usize),
    /// The value of an attribute.
    Value(usize, usize),
    /// The start tag of an element, between attributes.
    Tag(usize),
    /// The end tag of an element; none where it ends no element.
    End(Option<usize>),
    /// Text in an element, or around the outermost one.
    Text(Option<usize>),
    /// A comment or the like.
    Elsewhere,
}

/// The elements that are open while a text is read.
#[derive(Default)]
struct Open<'t> {
    /// From the outermost one.
    elements: Vec<usize>,
    /// How many have a name, so that an end tag which ends nothing need not be looked for.
    of_name: FxHashMap<&'t str, usize>,
}

impl Tree {
    /// Reads a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut tree = Self::default();
        let mut open = Open::default();
        for piece in pieces(text) {
            let range = piece.range.clone();
            match piece.kind {
                Kind::Start | Kind::Empty => {
                    let (attributes, name) = (attributes(text, &range), tag_name(text, &range));
                    let is_in_reach = open.elements.len() < MAX_DEPTH;
                    let good = piece.closed
                        && is_in_reach
                        && is_name(&text[name.clone()])
                        && attributes.iter().all(|it| it.proper);
                    if !good {
                        tree.faults.push(Fault::Piece(range.clone()));
                    }
                    let parent = open.elements.last().copied();
                    let number = tree.elements.len();
                    if let Some(parent) = parent {
                        tree.elements[parent].children.push(number);
                    }
                    let (finished, is_empty) = (piece.closed, piece.closed && piece.kind == Kind::Empty);
                    let (tag, end, children) = (range.clone(), None, Vec::new());
                    tree.elements.push(Element {
                        tag,
                        name,
                        attributes,
                        end,
                        range,
                        finished,
                        is_empty,
                        parent,
                        children,
                    });
                    if piece.kind == Kind::Start && piece.closed && is_in_reach {
                        open.elements.push(number);
                        *open.of_name.entry(&text[tree.elements[number].name.clone()]).or_default() += 1;
                    }
                }
                Kind::End => tree.close(text, &range, piece.closed, &mut open),
                Kind::Comment if piece.closed => tree.comments.push(range),
                Kind::Text => {}
                _ if piece.closed => {}
                _ => tree.faults.push(Fault::Endless(range.start)),
            }
        }
        // What is open where the text ends has not been written to its end: no line tells that it had to end before.
        for number in open.elements.into_iter().rev() {
            tree.elements[number].range.end = text.len();
            tree.faults.push(Fault::Unclosed(number, text.len()));
        }
        tree
    }

    /// Ends an element that has no end tag and was left open up to the end tag of another one.
    fn end_unclosed(&mut self, text: &str, number: usize, at: usize) {
        let own = indentation(text, self.elements[number].tag.start);
        let outdented = |child: &usize| {
            let start = self.elements[*child].tag.start;
            own.zip(indentation(text, start)).is_some_and(|(own, child)| child <= own)
        };
        let first = self.elements[number].parent.and(self.elements[number].children.iter().position(outdented));
        let mut at = at;
        if let Some((first, parent)) = first.zip(self.elements[number].parent) {
            let others = self.elements[number].children.split_off(first);
            let start = self.elements[others[0]].tag.start;
            at = start - indentation(text, start).unwrap_or_default();
            for child in others {
                self.elements[child].parent = Some(parent);
                self.elements[parent].children.push(child);
            }
        }
        self.elements[number].range.end = at;
        self.faults.push(Fault::Unclosed(number, at));
    }

    fn close<'t>(&mut self, text: &'t str, range: &Range<usize>, closed: bool, open: &mut Open<'t>) {
        let name = &text[tag_name(text, range)];
        let is_open = open.of_name.get(name).is_some_and(|count| *count > 0);
        if !closed || !is_open {
            self.faults.push(Fault::Piece(range.clone()));
            return;
        }
        while let Some(number) = open.elements.pop() {
            let own = &text[self.elements[number].name.clone()];
            *open.of_name.entry(own).or_default() -= 1;
            if own == name {
                self.elements[number].range.end = range.end;
                self.elements[number].end = Some(range.clone());
                return;
            }
            self.end_unclosed(text, number, range.start);
        }
    }

    /// Where the first thing stands that keeps the text from being well-formed.
    #[must_use]
    pub fn broken_at(&self) -> Option<usize> {
        let place = |fault: &Fault| match fault {
            Fault::Piece(range) => range.start,
            Fault::Endless(at) | Fault::Unclosed(_, at) => *at,
        };
        self.faults.iter().map(place).min()
    }

    /// The innermost element around a place; of what is about to be written behind its end it is the one that is not finished.
    #[must_use]
    pub fn at(&self, offset: usize) -> Option<usize> {
        let inside = |element: &Element| {
            let unfinished = !element.finished && offset == element.range.end;
            element.range.start < offset && offset < element.range.end || unfinished
        };
        self.elements.iter().rposition(inside)
    }

    /// What stands at a place: what begins there, or ends there, is meant too.
    #[must_use]
    pub fn spot(&self, text: &str, offset: usize) -> Spot {
        if self.comments.iter().any(|comment| comment.start < offset && offset < comment.end) {
            return Spot::Elsewhere;
        }
        let open = text[..offset.min(text.len())].rfind('<');
        let unended = open.is_some_and(|open| !text[open..offset].contains('>'));
        if let Some(open) = open.filter(|open| unended && text[*open..].starts_with("</")) {
            return Spot::End(
                self.elements.iter().rposition(|it| it.end.as_ref().is_some_and(|end| end.start == open)),
            );
        }
        let Some(number) = self.at(offset) else { return Spot::Text(None) };
        let element = &self.elements[number];
        let in_tag = offset < element.tag.end || !element.finished && offset == element.tag.end;
        if !in_tag {
            return Spot::Text(Some(number));
        }
        if offset <= element.name.end {
            return Spot::Name(number);
        }
        for (at, attribute) in element.attributes.iter().enumerate() {
            let value = attribute.value.as_ref();
            if value.is_some_and(|value| value.start <= offset && offset <= value.end) {
                return Spot::Value(number, at);
            }
            if attribute.name.start <= offset && offset <= attribute.name.end {
                return Spot::Attribute(number, at);
            }
        }
        Spot::Tag(number)
    }

    /// The elements from the outermost one to this.
    #[must_use]
    pub fn chain(&self, number: usize) -> Vec<usize> {
        let mut chain: Vec<usize> = std::iter::successors(Some(number), |it| self.elements[*it].parent).collect();
        chain.reverse();
        chain
    }

    /// The text of an element that holds nothing else, without the blanks around it.
    #[must_use]
    pub fn text_of(&self, text: &str, number: usize) -> Option<Range<usize>> {
        let element = &self.elements[number];
        let inside = element.tag.end..element.end.as_ref()?.start;
        if !element.children.is_empty() || text[inside.clone()].contains('<') {
            return None;
        }
        let said = &text[inside.clone()];
        let start = inside.start + (said.len() - said.trim_start().len());
        Some(start..start + said.trim().len()).filter(|range| !range.is_empty())
    }
}

impl Element {
    /// The value of an attribute, as it is spelt.
    #[must_use]
    pub fn attribute<'t>(&self, text: &'t str, name: &str) -> Option<&'t str> {
        let found = self.attributes.iter().find(|attribute| text[attribute.name.clone()] == *name)?;
        found.value.clone().map(|value| &text[value])
    }
}

/// How long the blanks are before what begins a line; none where something else stands before it.
#[must_use]
pub fn indentation(text: &str, at: usize) -> Option<usize> {
    let before = text[..at].trim_end_matches([' ', '\t']);
    (before.is_empty() || before.ends_with(['\n', '\r'])).then(|| at - before.len())
}

/// A name without its prefix.
#[must_use]
pub fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':'))
}

/// The attributes of a tag, whatever state they are in.
fn attributes(text: &str, tag: &Range<usize>) -> Vec<Attribute> {
    let mut found: Vec<Attribute> = Vec::new();
    let mut names = FxHashSet::default();
    let end = tag.end - usize::from(text[tag.clone()].ends_with('>'));
    let blank = |at: usize, skip: &[char]| {
        let skipped = text[at..end].find(|letter: char| !letter.is_ascii_whitespace() && !skip.contains(&letter));
        skipped.map_or(end, |skipped| at + skipped)
    };
    let until = |at: usize, stop: &dyn Fn(char) -> bool| text[at..end].find(stop).map_or(end, |found| at + found);
    let mut at = tag_name(text, tag).end.min(end);
    loop {
        at = blank(at, &['/', '=', '\'', '"']);
        if at >= end {
            return found;
        }
        let name = at..until(at, &|letter| letter.is_ascii_whitespace() || matches!(letter, '=' | '/' | '\'' | '"'));
        let equals = blank(name.end, &[]);
        if !text[equals..end].starts_with('=') {
            at = name.end.max(at + 1);
            found.push(Attribute { range: name.clone(), name, value: None, proper: false });
            continue;
        }
        let open = blank(equals + 1, &[]);
        let quote = text[open..end].chars().next().filter(|letter| matches!(letter, '\'' | '"'));
        let (value, closed) = match quote {
            Some(quote) => {
                let value = open + 1..until(open + 1, &|letter| letter == quote);
                (value.clone(), value.end < end)
            }
            None => (equals + 1..until(open, &|letter| letter.is_ascii_whitespace() || letter == '/'), false),
        };
        at = value.end + usize::from(closed);
        let proper = closed && names.insert(&text[name.clone()]) && is_name(&text[name.clone()]);
        found.push(Attribute { range: name.start..at, name, value: Some(value), proper });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<'t>(text: &'t str, tree: &Tree) -> Vec<(&'t str, &'t str)> {
        tree.elements.iter().map(|it| (&text[it.name.clone()], &text[it.range.clone()])).collect()
    }

    #[test]
    fn half_written_tags_take_nothing_with_them() {
        let text = "<a>\n  <b c='d\n  <e/>\n  <\n</a>";
        let tree = Tree::new(text);
        assert_eq!(names(text, &tree), [("a", text), ("b", "<b c='d\n  "), ("e", "<e/>"), ("", "<\n")]);
        assert_eq!(tree.broken_at(), Some(6));
        assert_eq!(tree.spot(text, 10), Spot::Attribute(1, 0));
        assert_eq!(tree.spot(text, 12), Spot::Value(1, 0));
    }

    #[test]
    fn wrong_end_tags_close_what_they_can() {
        let text = "<a><b><c></b></d></a>";
        let tree = Tree::new(text);
        assert_eq!(names(text, &tree), [("a", text), ("b", "<b><c></b>"), ("c", "<c>")]);
        let faults = [Fault::Unclosed(2, 9), Fault::Piece(13..17)];
        assert_eq!(tree.faults, faults);
        assert_eq!(tree.chain(2), [0, 1, 2]);
    }

    #[test]
    fn what_is_not_closed_reaches_as_far_as_its_lines_are_indented() {
        let text = "<a>\n  <b>\n    <c>\n      <d/>\n  <e/>\n</a>";
        let tree = Tree::new(text);
        let children = |number: usize| tree.elements[number].children.clone();
        assert_eq!((children(0), children(1), children(2)), (vec![1, 4], vec![2], vec![3]));
        assert_eq!(&text[tree.elements[1].range.clone()], "<b>\n    <c>\n      <d/>\n");
    }

    #[test]
    fn what_is_not_closed_in_a_text_that_ends_reaches_to_its_end() {
        let text = "<a>\n  <b>\n  <c/>\n\t<d>";
        let tree = Tree::new(text);
        assert_eq!((tree.chain(2), tree.chain(3)), (vec![0, 1, 2], vec![0, 1, 3]));
    }

    #[test]
    fn attributes_are_read_in_any_state() {
        let text = "<a b c= d='e' f=g d='h' \"/>";
        let tree = Tree::new(text);
        let all: Vec<_> = tree.elements[0].attributes.iter().map(|it| (&text[it.name.clone()], it.proper)).collect();
        assert_eq!(all, [("b", false), ("c", false), ("f", false), ("d", true)], "`c=` takes what follows");
    }

    #[test]
    fn any_text_is_read() {
        for text in [
            "",
            "<",
            "</",
            "<!",
            "<!--",
            "<a",
            "<a ",
            "<a =",
            "<a ='",
            "</a>",
            "<a></a",
            "text",
            "<ä ö='ü'/>",
            "<a/><b/>",
        ] {
            let tree = Tree::new(text);
            for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                let _ = tree.spot(text, at);
            }
        }
    }
}
