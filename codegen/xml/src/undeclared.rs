//! Prefixes that are declared nowhere.
//!
//! To libxml2 `<qemu:commandline>` without a declaration is an element of that very name, colon and all, in no namespace: libvirt
//! reads past it without a word. `roxmltree` refuses it. So the two bytes around the colon, the last letter of the prefix and the
//! colon, give way to one letter of two bytes that no format uses in a name: no offset changes. Where that was done stands in a
//! processing instruction behind the root, as the tree itself has no room for it, and [`text_of`] undoes it.

use crate::markup::{self, Kind};
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

/// A name with a prefix that is declared nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undeclared {
    /// The bytes of the name in the document.
    pub range: Range<usize>,
    /// Whether it is an attribute's name.
    pub attribute: bool,
}

/// Opens the list behind the root; no name may begin with it.
const OPEN: &str = "<?undeclared-prefixes ";
/// Closes it.
const CLOSE: &str = " undeclared-prefixes?>";
/// The digits of a place and a blank.
const WIDTH: usize = 11;
/// What is added to the number of an ASCII letter to make the letter that stands for it and a colon.
const SHIFT: u32 = 0x200;

/// The text with letters for the colons of undeclared prefixes, and the names that have one. None where a prefix cannot be
/// treated so, or none is undeclared.
pub(crate) fn masked(text: &str) -> Option<(String, Vec<Undeclared>)> {
    if text.contains(CLOSE) {
        return None;
    }
    let names = undeclared(text);
    let mut colons: Vec<usize> = names.iter().filter_map(|name| colon(text, &name.range)).collect();
    colons.extend(end_tags(text, &names));
    colons.sort_unstable();
    if colons.is_empty() {
        return None;
    }
    let mut masked = String::with_capacity(text.len() + OPEN.len() + colons.len() * WIDTH + CLOSE.len());
    let mut done = 0;
    for colon in &colons {
        let letter = text.as_bytes()[colon - 1];
        if !letter.is_ascii() {
            return None;
        }
        masked.push_str(&text[done..colon - 1]);
        masked.push(char::from_u32(SHIFT + u32::from(letter))?);
        done = colon + 1;
    }
    masked.push_str(&text[done..]);
    masked.push_str(OPEN);
    for colon in &colons {
        masked.push_str(&format!("{:0width$} ", colon - 1, width = WIDTH - 1));
    }
    masked.push_str(&format!("{:0width$}", colons.len(), width = WIDTH - 1));
    masked.push_str(CLOSE);
    Some((masked, names))
}

/// The colon of a name with a prefix; none where what stands behind it is no name, which a letter in its place would make it part of.
fn colon(text: &str, name: &Range<usize>) -> Option<usize> {
    let at = text[name.clone()].find(':').map(|at| name.start + at)?;
    let begins_name = |c: char| match c {
        '_' | 'a'..='z' | 'A'..='Z' => true,
        '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}' => false,
        c => !c.is_ascii(),
    };
    (at > name.start && text[at + 1..name.end].starts_with(begins_name)).then_some(at)
}

/// The names with a prefix that no element around them declares.
fn undeclared(text: &str) -> Vec<Undeclared> {
    let mut found = Vec::new();
    // Prefixes that open elements declare, the innermost last, and how many of them each element has.
    let mut scope: Vec<&str> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut known: HashSet<&str> = HashSet::from(["xml", "xmlns"]);
    for piece in markup::pieces(text) {
        match piece.kind {
            Kind::Start | Kind::Empty => {}
            Kind::End => {
                let kept = scope.len() - open.pop().unwrap_or(0).min(scope.len());
                for prefix in scope.drain(kept..) {
                    known.remove(prefix);
                }
                continue;
            }
            _ => continue,
        }
        let attributes: Vec<_> = markup::attributes(text, &piece.range).map(|(name, _)| name).collect();
        let declared = attributes.iter().filter_map(|name| text[name.clone()].strip_prefix("xmlns:"));
        // What is declared once more inside stays declared when that ends.
        let fresh: Vec<&str> = declared.filter(|prefix| known.insert(prefix)).collect();
        let names = std::iter::once((markup::tag_name(text, &piece.range), false));
        for (range, attribute) in names.chain(attributes.into_iter().map(|name| (name, true))) {
            let prefix = text[range.clone()].split_once(':').map_or("xml", |(prefix, _)| prefix);
            if !known.contains(prefix) && !prefix.is_empty() {
                found.push(Undeclared { range, attribute });
            }
        }
        if piece.kind == Kind::Start {
            open.push(fresh.len());
            scope.extend(fresh);
        } else {
            fresh.iter().for_each(|prefix| {
                known.remove(prefix);
            });
        }
    }
    found
}

/// The colons in the end tags of elements with such a name.
fn end_tags(text: &str, names: &[Undeclared]) -> Vec<usize> {
    let starts: HashSet<usize> = names.iter().filter(|name| !name.attribute).map(|name| name.range.start).collect();
    let mut open: Vec<bool> = Vec::new();
    let mut colons = Vec::new();
    for piece in markup::pieces(text) {
        let name = || markup::tag_name(text, &piece.range);
        match piece.kind {
            Kind::Start => open.push(starts.contains(&name().start)),
            Kind::End if open.pop() == Some(true) => colons.extend(colon(text, &name())),
            _ => {}
        }
    }
    colons
}

/// The text of a tree's document, as it was before [`parse`](crate::parse) made it readable, but for colons: offsets are the same.
#[must_use]
pub fn original<'t>(tree: &roxmltree::Document<'t>) -> &'t str {
    split(tree.input_text()).0
}

/// The text and the list behind it, which ends with the number of its entries.
fn split(text: &str) -> (&str, &str) {
    let list = || {
        let listed = text.strip_suffix(CLOSE)?;
        let (listed, count) = listed.split_at_checked(listed.len().checked_sub(WIDTH - 1)?)?;
        let length = count.parse::<usize>().ok()?.checked_mul(WIDTH)?;
        let (before, list) = listed.split_at_checked(listed.len().checked_sub(length)?)?;
        Some((before.strip_suffix(OPEN)?, list))
    };
    list().unwrap_or((text, ""))
}

/// What stands in the document at these bytes.
#[must_use]
pub fn text_of<'t>(tree: &roxmltree::Document<'t>, range: Range<usize>) -> Cow<'t, str> {
    let (text, list) = split(tree.input_text());
    // The root node's range is that of the whole text.
    let range = range.start..range.end.min(text.len());
    let found = &text[range.clone()];
    if list.is_empty() {
        return Cow::Borrowed(found);
    }
    let place = |index: usize| list[index * WIDTH..].get(..WIDTH - 1).and_then(|digits| digits.parse::<usize>().ok());
    let count = list.len() / WIDTH;
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = usize::midpoint(low, high);
        if place(middle).is_some_and(|place| place < range.start) { low = middle + 1 } else { high = middle }
    }
    let mut out = String::new();
    let mut done = range.start;
    for at in (low..count).map_while(place).take_while(|at| at + 1 < range.end) {
        let Some(letter) = text[at..].chars().next().and_then(|c| char::from_u32(u32::from(c) - SHIFT)) else { break };
        out.push_str(&text[done..at]);
        out.push(letter);
        out.push(':');
        done = at + 2;
    }
    out.push_str(&text[done..range.end]);
    Cow::Owned(out)
}
