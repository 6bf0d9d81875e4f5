//! Lines indented as deep as what begins them, in the file's own style; nothing else of the text changes.

use super::style::indentation;
use super::tag;
use crate::reader::is_blank;
use crate::writer::{MarkKind, Print};
use roxmltree::{Document, Node};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// How a text is indented whose elements are not all of the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around {
    /// How many levels the root is indented. The text begins with it where that is not 0, and its end tag shows by which blanks.
    pub depth: usize,
    /// How many elements were put around those of the file, the root included: what stands in the innermost of them stays where it is.
    pub put: usize,
}

/// The text of a document with its lines indented; `print` is the document as it was read.
///
/// What begins a line is an element, a comment or a processing instruction, or the end tag of an element in which no text stands. It is
/// indented one step more than the line on which the element around it begins; with it go the other lines of a start tag. Content that is
/// kept as it is written is not entered.
pub(super) fn indented(text: &str, document: &Document<'_>, print: &Print, around: Around) -> String {
    let structs = print.marks.iter().filter(|mark| mark.kind == MarkKind::Element && !mark.span.is_empty());
    let structs: HashSet<usize> = structs.map(|mark| mark.span.range().start).collect();
    let root = document.root_element();
    let shown = if around.depth == 0 { Some(root.range().start) } else { text.rfind("</") };
    let base = shown.map_or("", |shown| indentation(text, shown));
    let unit = unit(text, root, base);
    let mut lines = Lines { text, structs, unit: &unit, put: around.put, edits: Vec::new() };
    lines.inside(root, base.to_owned());
    lines.done()
}

/// What most elements are indented more than the lines on which those around them begin.
fn unit(text: &str, root: Node<'_, '_>, base: &str) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for node in root.descendants().filter(Node::is_element) {
        let Some(parent) = node.parent_element() else { continue };
        let own = node.range().start;
        let outer = if parent == root { base } else { line_indentation(text, parent.range().start) };
        let deeper = begins_line(text, own).then(|| indentation(text, own).strip_prefix(outer));
        if let Some(unit) = deeper.flatten().filter(|unit| !unit.is_empty()) {
            *counts.entry(unit).or_default() += 1;
        }
    }
    // Of two that are as common the shorter one.
    let most = counts.iter().max_by_key(|(unit, count)| (**count, std::cmp::Reverse(unit.len())));
    most.map_or_else(|| "  ".to_owned(), |(unit, _)| (*unit).to_owned())
}

/// The blanks at the beginning of the line on which a place is.
fn line_indentation(text: &str, at: usize) -> &str {
    let start = text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let line = &text[start..at];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn begins_line(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches([' ', '\t']);
    before.is_empty() || before.ends_with(['\n', '\r'])
}

struct Lines<'l> {
    text: &'l str,
    /// Where elements begin that hold nothing but parts of the format and what was noted of others.
    structs: HashSet<usize>,
    unit: &'l str,
    put: usize,
    edits: Vec<(Range<usize>, String)>,
}

impl Lines<'_> {
    /// Goes through what stands in an element whose line is indented so.
    fn inside(&mut self, root: Node<'_, '_>, line: String) {
        let mut open = vec![(root, line, 1)];
        while let Some((element, outer, depth)) = open.pop() {
            let has_text = element.children().any(|it| it.is_text() && !is_blank(it.text().unwrap_or_default()));
            let nodes: Vec<Node<'_, '_>> = element.children().filter(|it| !it.is_text()).collect();
            if has_text || nodes.is_empty() {
                continue;
            }
            let deeper = format!("{outer}{}", self.unit);
            for node in nodes {
                let is_ours = depth >= self.put;
                let stays = depth == self.put && self.put > 0;
                let begins = is_ours && begins_line(self.text, node.range().start);
                let line = match (begins, stays) {
                    (true, true) => indentation(self.text, node.range().start).to_owned(),
                    (true, false) => deeper.clone(),
                    (false, _) => outer.clone(),
                };
                if begins && !stays {
                    self.indent(node, &line);
                }
                if node.is_element() && self.structs.contains(&node.range().start) {
                    open.push((node, line, depth + 1));
                }
            }
            let end = self.text[..element.range().end].rfind("</").filter(|end| *end > element.range().start);
            if let Some(end) = end.filter(|end| depth > self.put && begins_line(self.text, *end)) {
                self.edit(end, &outer);
            }
        }
    }

    /// Indents the line that begins with a node, and with it the other lines of its start tag.
    fn indent(&mut self, node: Node<'_, '_>, to: &str) {
        let start = node.range().start;
        let from = indentation(self.text, start).to_owned();
        self.edit(start, to);
        if !node.is_element() || from == to {
            return;
        }
        let range = tag::range(self.text, node.range());
        let tag = &self.text[range.clone()];
        let values: Vec<_> = domxml_xml::attributes(tag, &(0..tag.len())).map(|(_, value)| value).collect();
        for (at, _) in tag.match_indices('\n') {
            let line = at + 1;
            if tag[line..].starts_with(&from) && !values.iter().any(|value| value.contains(&at)) {
                let line = range.start + line;
                self.edits.push((line..line + from.len(), to.to_owned()));
            }
        }
    }

    /// Indents the line that begins at a place.
    fn edit(&mut self, at: usize, to: &str) {
        let from = indentation(self.text, at);
        if from != to {
            self.edits.push((at - from.len()..at, to.to_owned()));
        }
    }

    fn done(mut self) -> String {
        self.edits.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(self.text.len());
        let mut done = 0;
        for (range, by) in self.edits {
            out.push_str(&self.text[done..range.start]);
            out.push_str(&by);
            done = range.end;
        }
        out + &self.text[done..]
    }
}
