//! Carrying the differences of two prints over into the original.

use super::identity::Pairs;
use super::inside::{Inside, close_gaps};
use super::plan::Plan;
use super::style::{Fragment, LineEnds, Style, with_line_ends, with_quotes};
use super::tag;
use crate::reader::is_blank;
use crate::writer::{MarkKind, Print};
use roxmltree::{Document, Node, NodeType};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

/// The original with the differences between `before` and `after`.
pub(super) fn merge(text: &str, document: &Document<'_>, before: &Print, after: &Print) -> String {
    let root = document.root_element();
    let merge = Merge {
        text,
        document,
        before,
        after,
        style: Style::of(text, root),
        line_ends: LineEnds::of(text),
        pairs: Pairs::of(before, after),
        elements: OnceCell::new(),
    };
    if before.marks.is_empty() || after.marks.is_empty() {
        return after.text.clone();
    }
    let element = merge.element(root, 0, 0, false);
    let (start, end) = (root.range().start, root.range().end);
    let around =
        |print: &Print| (print.text[..print.marks[0].start].to_owned(), print.text[print.marks[0].end..].to_owned());
    let ((old_prolog, old_epilog), (new_prolog, new_epilog)) = (around(before), around(after));
    let mut out = merge.surroundings(0..start, &old_prolog, &new_prolog);
    out.push_str(&element.text);
    out.push_str(&merge.surroundings(end..text.len(), &old_epilog, &new_epilog));
    out
}

pub(super) struct Merge<'m, 'd> {
    pub(super) text: &'m str,
    document: &'m Document<'d>,
    pub(super) before: &'m Print,
    pub(super) after: &'m Print,
    style: Style,
    line_ends: LineEnds,
    pub(super) pairs: Pairs,
    /// The elements of the original by their first bytes.
    elements: OnceCell<HashMap<usize, Node<'m, 'd>>>,
}

/// Where something is put.
#[derive(Clone, Copy)]
struct Spot<'s> {
    indent: &'s str,
    line_end: &'static str,
    /// Whether it gets a line of its own.
    broken: bool,
}

impl<'m, 'd> Merge<'m, 'd> {
    /// What stands before or behind the root.
    fn surroundings(&self, range: Range<usize>, before: &str, after: &str) -> String {
        let own = &self.text[range.clone()];
        let body = |text: &str| {
            let end = domxml_xml::declaration(text).map_or(0, |declaration| declaration.range.end);
            text[end..].trim().to_owned()
        };
        if body(before) == body(after) {
            return own.to_owned();
        }
        let mut out = Fragment::default();
        let mut done = range.start;
        let remarks =
            self.document.root().children().filter(|node| matches!(node.node_type(), NodeType::Comment | NodeType::PI));
        for node in remarks.map(|node| node.range()).filter(|node| range.contains(&node.start) && node.end <= range.end)
        {
            out.push(self.text[done..node.start].trim_end_matches([' ', '\t']));
            done = node.end;
            // Its line goes with it.
            let rest = &self.text[done..range.end];
            done += [("\r\n", 2), ("\n", 1), ("\r", 1)]
                .iter()
                .find(|(end, _)| rest.starts_with(end))
                .map_or(0, |(_, length)| *length);
        }
        out.push(&self.text[done..range.end]);
        let body = body(after);
        if body.is_empty() {
            return out.text;
        }
        let line_end = self.line_ends.near(self.text, range.start);
        let body = with_line_ends(&body, line_end).into_owned();
        if range.start == 0 { format!("{}{body}{line_end}", out.text) } else { format!("{line_end}{body}{}", out.text) }
    }

    /// An element of the original as it is to be. `apart` it is put together piece by piece, to be moved to another depth.
    fn element(&self, node: Node<'m, 'd>, before: usize, after: usize, apart: bool) -> Fragment {
        let mut out = Fragment::default();
        if self.before.source(before) == self.after.source(after) {
            if apart {
                return self.copy(node, before);
            }
            out.push(&self.text[node.range()]);
            return out;
        }
        let tag_range = tag::range(self.text, node.range());
        let spot = self.spot(node);
        let kinds = (self.before.marks[before].kind, self.after.marks[after].kind);
        if !matches!(kinds, (MarkKind::Element, MarkKind::Element) | (MarkKind::Leaf, MarkKind::Leaf)) {
            return self.printed(after, spot);
        }
        let name = &self.text[domxml_xml::tag_name(self.text, &tag_range)];
        if name != self.after.name(after) {
            return self.fresh(after, spot);
        }
        let tag = tag::edited(
            &self.text[tag_range.clone()],
            self.before.tag(before),
            self.after.tag(after),
            self.style.quote,
        );
        let inside = self.inside(node, tag_range);
        let anew = || self.anew(after, spot, tag::open(&tag));
        let Some(mut plan) = self.plan(&inside, before, after) else { return anew() };
        let Some(text) = self.new_text(&inside, before, after) else { return anew() };
        let holds_text = self.texts(self.after, after).next().is_some();
        let mut gaps: Vec<String> = inside.gaps.iter().map(|gap| (*gap).to_owned()).collect();
        if let Some((gap, text)) = text {
            gaps[gap] = text;
        }
        close_gaps(&mut gaps, &plan.gone, holds_text && !inside.nodes.iter().any(Node::is_element));
        if gaps.iter().all(|gap| is_blank(gap)) && plan.holds_nothing() && self.after.source(after).ends_with("/>") {
            out.push(tag.trim_end_matches('>').trim_end_matches('/'));
            out.push("/>");
            return out;
        }
        let empty = inside.nodes.is_empty() && is_blank(&gaps[0]) && !gaps[0].contains(['\n', '\r']);
        let broken = !holds_text && (if empty { spot.broken } else { inside.is_broken() });
        let indent =
            inside.indentation(self.text).map_or_else(|| format!("{}{}", spot.indent, self.style.unit), str::to_owned);
        let end_tag = if inside.end_tag.is_empty() { format!("</{name}>") } else { inside.end_tag.to_owned() };
        match tag.strip_suffix("/>") {
            Some(open) => {
                out.push(open.trim_end());
                out.push(">");
            }
            None => out.push(&tag),
        }
        let child_spot = Spot { indent: &indent, broken, ..spot };
        for (at, gap) in gaps.iter().enumerate() {
            for part in std::mem::take(&mut plan.added[at]) {
                self.add(&mut out, part, child_spot, &inside, &plan);
            }
            if empty && broken {
                out.push_blank(&format!("{}{}", spot.line_end, spot.indent));
            } else if is_blank(gap) {
                out.push_blank(gap);
            } else {
                out.push(gap);
            }
            let Some(node) = inside.nodes.get(at).filter(|_| !plan.gone[at]) else { continue };
            match plan.part[at].and_then(|before| Some((before, self.pairs.after(before)?))) {
                Some((before, after)) if self.before.marks[before].is_field() => {
                    out.append(self.element(*node, before, after, apart));
                }
                Some((before, after)) if self.before.source(before) != self.after.source(after) => {
                    out.append(self.printed(after, spot));
                }
                _ => out.push(&self.text[node.range()]),
            }
        }
        out.push(&end_tag);
        out
    }

    /// Where an element of the original stands. What is new in one that shares its line with other elements stays on that line.
    fn spot(&self, node: Node<'m, 'd>) -> Spot<'m> {
        let indent = self.indent_of(node);
        let broken = self.style.broken && (indent.is_some() || node == self.document.root_element());
        let line_end = self.line_ends.near(self.text, node.range().start);
        Spot { indent: indent.unwrap_or_default(), line_end, broken }
    }

    /// The blanks at the beginning of the line of an element; none where other elements stand before it there.
    fn indent_of(&self, node: Node<'m, 'd>) -> Option<&'m str> {
        let mut first = node;
        loop {
            let start = first.range().start;
            let before = self.text[..start].trim_end_matches([' ', '\t']);
            if before.is_empty() || before.ends_with(['\n', '\r']) {
                return Some(&self.text[before.len()..start]);
            }
            let ahead = first.prev_sibling()?;
            let is_passed =
                ahead.is_comment() || ahead.is_pi() || ahead.is_text() && is_blank(&self.text[ahead.range()]);
            first = Some(ahead).filter(|_| is_passed)?;
        }
    }

    /// Puts a new part where the text ends.
    fn add(&self, out: &mut Fragment, part: usize, spot: Spot<'_>, inside: &Inside<'m, 'd>, plan: &Plan) {
        if matches!(self.after.marks[part].kind, MarkKind::Kept { same_line: true, ahead: false }) {
            out.push(" ");
        } else if spot.broken {
            out.push_blank(&format!("{}{}", spot.line_end, spot.indent));
        }
        let here = self.pairs.before(part).and_then(|before| plan.places.get(&before));
        out.append(self.part(part, spot, here.map(|at| inside.nodes[*at])));
    }

    /// A part in a new place: an element or a comment of the original with its own text, else as it is printed. `node` is the
    /// element, where that is known.
    fn part(&self, part: usize, spot: Spot<'_>, node: Option<Node<'m, 'd>>) -> Fragment {
        let mark = &self.after.marks[part];
        let Some(before) = self.pairs.before(part) else { return self.printed(part, spot) };
        if let MarkKind::Kept { .. } = mark.kind {
            let same = self.before.source(before) == self.after.source(part);
            return if same && !mark.span.is_empty() {
                raw(&self.text[mark.span.range()])
            } else {
                self.printed(part, spot)
            };
        }
        let elements =
            || self.document.descendants().filter(Node::is_element).map(|node| (node.range().start, node)).collect();
        let start = self.before.marks[before].span.range().start;
        // What did not stand in the document has no place in it.
        let stood = mark.kind != MarkKind::Leaf && !self.before.marks[before].span.is_empty();
        let known = || self.elements.get_or_init(elements).get(&start).filter(|_| stood).copied();
        let Some(node) = node.or_else(known) else { return self.printed(part, spot) };
        let from = self.indent_of(node).unwrap_or_default();
        self.element(node, before, part, true).moved(from, spot.indent)
    }

    /// A part as it is printed, in the style of the original.
    fn printed(&self, part: usize, spot: Spot<'_>) -> Fragment {
        match self.after.marks[part].kind {
            MarkKind::Element | MarkKind::Leaf => self.fresh(part, spot),
            _ => raw(&with_line_ends(self.after.source(part), spot.line_end)),
        }
    }

    /// An element that is printed anew. What it holds of the original has its own text.
    fn fresh(&self, part: usize, spot: Spot<'_>) -> Fragment {
        self.anew(part, spot, &with_quotes(self.after.tag(part), self.style.quote))
    }

    /// As [`Merge::fresh`], with this start tag, which lacks its end.
    fn anew(&self, part: usize, spot: Spot<'_>, tag: &str) -> Fragment {
        let mut out = raw(tag);
        let name = self.after.name(part);
        let source = self.after.source(part);
        if source.ends_with("/>") && self.after.children(part).all(|child| self.after.source(child).is_empty()) {
            out.push("/>");
            return out;
        }
        out.push(">");
        if self.after.marks[part].kind == MarkKind::Leaf || self.texts(self.after, part).next().is_some() {
            out.push(&with_line_ends(self.after.inside(part), spot.line_end));
        } else {
            let indent = format!("{}{}", spot.indent, self.style.unit);
            let inner = Spot { indent: &indent, ..spot };
            for child in self.after.children(part) {
                if matches!(self.after.marks[child].kind, MarkKind::Kept { same_line: true, ahead: false }) {
                    out.push(" ");
                } else if spot.broken {
                    out.push_blank(&format!("{}{indent}", spot.line_end));
                }
                out.append(self.part(child, inner, None));
            }
            if spot.broken {
                out.push_blank(&format!("{}{}", spot.line_end, spot.indent));
            }
        }
        out.push(&format!("</{name}>"));
        out
    }

    /// An element of the original, unchanged, with the lines of its layout known.
    fn copy(&self, node: Node<'m, 'd>, before: usize) -> Fragment {
        if self.before.marks[before].kind != MarkKind::Element || self.texts(self.before, before).next().is_some() {
            return raw(&self.text[node.range()]);
        }
        let tag = tag::range(self.text, node.range());
        let inside = self.inside(node, tag.clone());
        let mut out = raw(&self.text[tag]);
        let parts: HashMap<usize, usize> =
            self.before.children(before).map(|child| (self.before.marks[child].span.range().start, child)).collect();
        for (at, gap) in inside.gaps.iter().enumerate() {
            if is_blank(gap) {
                out.push_blank(gap)
            } else {
                out.push(gap)
            }
            let Some(node) = inside.nodes.get(at) else { continue };
            match parts.get(&node.range().start) {
                Some(part) if node.is_element() => out.append(self.copy(*node, *part)),
                _ => out.push(&self.text[node.range()]),
            }
        }
        out.push(inside.end_tag);
        out
    }

    fn inside(&self, node: Node<'m, 'd>, tag: Range<usize>) -> Inside<'m, 'd> {
        let end = node.range().end;
        let end_tag =
            if tag.end == end { end } else { self.text[tag.end..end].rfind("</").map_or(end, |at| tag.end + at) };
        let nodes: Vec<Node<'m, 'd>> = node.children().filter(|child| !child.is_text()).collect();
        let starts = nodes.iter().map(|node| node.range().start).chain([end_tag]);
        let ends = std::iter::once(tag.end).chain(nodes.iter().map(|node| node.range().end));
        let gaps = ends.zip(starts).map(|(from, to)| &self.text[from..to]).collect();
        Inside { nodes, gaps, end_tag: &self.text[end_tag..end] }
    }

    fn texts<'p>(&self, print: &'p Print, part: usize) -> impl Iterator<Item = &'p str> {
        let texts = print.children(part).filter(|child| print.marks[*child].kind == MarkKind::Text);
        texts.map(|text| print.source(text)).filter(|text| !text.is_empty())
    }

    /// The new text of an element, and in which gap it stands; none where it is the old one. The outer none: it has to be printed with
    /// the element.
    fn new_text(&self, inside: &Inside<'m, 'd>, before: usize, after: usize) -> Option<Option<(usize, String)>> {
        let old: Vec<&str> = self.texts(self.before, before).collect();
        let new: Vec<&str> = self.texts(self.after, after).collect();
        if old == new {
            return Some(None);
        }
        let mut filled = inside.gaps.iter().enumerate().filter(|(_, gap)| !is_blank(gap));
        let place = match (&old[..], filled.next(), filled.next()) {
            ([old], Some((at, gap)), None) => {
                // White space around the text that is not printed is not part of it.
                let trimmed = if old.trim() == *old { gap.trim_matches([' ', '\t', '\n', '\r']) } else { gap };
                let start = trimmed.as_ptr() as usize - gap.as_ptr() as usize;
                (at, &gap[..start], &gap[start + trimmed.len()..])
            }
            ([] | [_], None, None) if inside.nodes.is_empty() => (0, "", ""),
            _ => return None,
        };
        let (at, ahead, behind) = place;
        match &new[..] {
            [] => Some(Some((at, String::new()))),
            [new] => {
                let new = with_line_ends(new, self.line_ends.near(self.text, 0)).into_owned();
                Some(Some((at, format!("{ahead}{new}{behind}"))))
            }
            _ => None,
        }
    }
}

fn raw(text: &str) -> Fragment {
    let mut fragment = Fragment::default();
    fragment.push(text);
    fragment
}
