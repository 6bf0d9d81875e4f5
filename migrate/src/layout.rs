//! `--layout keep`: carries the changes that rules made over into the original text, and leaves every other byte alone.
//!
//! Three documents are held against each other: the *original*; the document *before* the rules, printed canonically (it
//! differs from the original in layout alone); the document *after* them, printed the same way. What differs between the last two is
//! re-printed into the first.

use std::collections::HashMap;
use std::ops::Range;

use domxml_xml::Spare;
use roxmltree::Node;
use similar::{Algorithm, DiffOp};

/// The original with the differences between `before` and `after` applied. None where they cannot be placed: then the
/// whole document has to be printed anew.
#[must_use]
pub fn carry_over(original: &str, before: &str, after: &str) -> Option<String> {
    if before == after {
        return Some(original.to_owned());
    }
    let mut spare: [Spare; 3] = Default::default();
    let [spare_original, spare_before, spare_after] = &mut spare;
    let mut merge = Merge { original, before, after, edits: Vec::new() };
    let original = domxml_xml::parse(original, spare_original).ok()?.document;
    let before = domxml_xml::parse(before, spare_before).ok()?.document;
    let after = domxml_xml::parse(after, spare_after).ok()?.document;
    merge.element(original.root_element(), before.root_element(), after.root_element())?;
    Some(merge.apply())
}

/// The texts are those of the documents; what a tree calls its text may spell some names otherwise.
struct Merge<'o> {
    original: &'o str,
    before: &'o str,
    after: &'o str,
    /// Disjoint ranges of the original and what replaces them.
    edits: Vec<(Range<usize>, String)>,
}

impl Merge<'_> {
    fn apply(mut self) -> String {
        // Insertions at the same place keep the order in which they were made: the sort is stable.
        self.edits.sort_by_key(|(range, _)| range.start);
        let mut text = String::with_capacity(self.original.len());
        let mut done = 0;
        for (range, new) in &self.edits {
            text.push_str(&self.original[done..range.start.max(done)]);
            text.push_str(new);
            done = done.max(range.end);
        }
        text.push_str(&self.original[done..]);
        text
    }

    fn element(&mut self, original: Node, before: Node, after: Node) -> Option<()> {
        if source(self.before, before) == source(self.after, after) {
            return Some(());
        }
        let mixed = |node: Node| node.children().any(|c| c.is_text() && c.text().is_some_and(|t| !t.trim().is_empty()));
        let olds: Vec<Node> = before.children().filter(Node::is_element).collect();
        let news: Vec<Node> = after.children().filter(Node::is_element).collect();
        // The end tag is the original's.
        let renamed = qualified(self.original, original) != qualified(self.after, after);
        if olds.is_empty() || news.is_empty() || mixed(before) || mixed(after) || renamed {
            let text = reindent(source(self.after, after), indentation(self.original, original));
            self.replace(original.range(), text);
            return Some(());
        }
        if start_tag(self.before, before) != start_tag(self.after, after) {
            self.replace(start_tag_range(self.original, original), start_tag(self.after, after).to_owned());
        }
        self.children(original, &olds, &news)
    }

    fn children(&mut self, original: Node, olds: &[Node], news: &[Node]) -> Option<()> {
        let places = counterparts(original, olds)?;
        let old_texts: Vec<&str> = olds.iter().map(|node| source(self.before, *node)).collect();
        let new_texts: Vec<&str> = news.iter().map(|node| source(self.after, *node)).collect();
        let mut previous: Option<Node> = None;
        for op in similar::capture_diff_slices(Algorithm::Myers, &old_texts, &new_texts) {
            let (old, new) = match op {
                DiffOp::Equal { old_index, len, .. } => {
                    previous = Some(places[old_index + len - 1]);
                    continue;
                }
                DiffOp::Delete { old_index, old_len, .. } => (old_index..old_index + old_len, 0..0),
                DiffOp::Insert { new_index, new_len, .. } => (0..0, new_index..new_index + new_len),
                DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                    (old_index..old_index + old_len, new_index..new_index + new_len)
                }
            };
            let mut rest: Vec<usize> = old.collect();
            for index in new {
                let fresh = news[index];
                match rest.iter().position(|old| olds[*old].tag_name() == fresh.tag_name()) {
                    Some(at) => {
                        let old = rest.remove(at);
                        self.element(places[old], olds[old], fresh)?;
                        previous = Some(places[old]);
                    }
                    None => self.insert(original, previous, fresh),
                }
            }
            for old in rest {
                self.remove(places[old]);
            }
        }
        Some(())
    }

    /// Inserts a new element behind its predecessor, or as the first child.
    fn insert(&mut self, parent: Node, previous: Option<Node>, fresh: Node) {
        let like = previous.or_else(|| parent.first_element_child());
        let indent = like.map_or("", |node| indentation(self.original, node));
        let text = format!("\n{indent}{}", reindent(source(self.after, fresh), indent));
        let at = previous.map_or(start_tag_range(self.original, parent).end, |node| node.range().end);
        self.replace(at..at, text);
    }

    /// Puts printed text in the place of some of the original's, with the line ends that stand around it there.
    fn replace(&mut self, range: Range<usize>, text: String) {
        let newline = newline(self.original, range.start);
        let text = if newline == "\n" { text } else { text.replace('\n', newline) };
        self.edits.push((range, text));
    }

    /// Removes an element, and its line where nothing else stands on it.
    fn remove(&mut self, node: Node) {
        let range = node.range();
        let line_start = self.original[..range.start].rfind('\n');
        let alone_before = line_start.is_some_and(|at| self.original[at..range.start].trim().is_empty());
        let rest = &self.original[range.end..];
        let alone_after = rest.split('\n').next().is_none_or(|line| line.trim().is_empty());
        let start = match line_start {
            Some(at) if alone_before && alone_after => {
                if self.original[..at].ends_with('\r') {
                    at - 1
                } else {
                    at
                }
            }
            _ => range.start,
        };
        self.edits.push((start..range.end, String::new()));
    }
}

/// The original's children that stand for those of the canonical print: the n-th of a name is the n-th of that name.
fn counterparts<'a, 'i>(original: Node<'a, 'i>, olds: &[Node]) -> Option<Vec<Node<'a, 'i>>> {
    let mut seen: HashMap<(Option<&str>, &str), usize> = HashMap::new();
    olds.iter()
        .map(|old| {
            let name = old.tag_name();
            let nth = seen.entry((name.namespace(), name.name())).or_default();
            let found = original.children().filter(|c| c.is_element() && c.tag_name() == name).nth(*nth);
            *nth += 1;
            found
        })
        .collect()
}

fn source<'t>(text: &'t str, node: Node) -> &'t str {
    &text[node.range()]
}

fn start_tag_range(text: &str, node: Node) -> Range<usize> {
    let range = node.range();
    let text = &text[range.clone()];
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return range.start..range.start + at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    range
}

fn start_tag<'t>(text: &'t str, node: Node) -> &'t str {
    &text[start_tag_range(text, node)]
}

/// The name in an element's start tag, its prefix included.
fn qualified<'t>(text: &'t str, node: Node) -> &'t str {
    let tag = &start_tag(text, node)[1..];
    tag.split(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).next().unwrap_or_default()
}

/// The blanks before an element on its line.
fn indentation<'t>(text: &'t str, node: Node) -> &'t str {
    let start = node.range().start;
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let blanks = &text[line..start];
    if blanks.trim().is_empty() { blanks } else { "" }
}

/// The line end before a place in the text, or the one behind it.
fn newline(text: &str, at: usize) -> &'static str {
    let (before, behind) = text.split_at(at);
    let crlf = match before.rfind('\n') {
        Some(end) => before[..end].ends_with('\r'),
        None => behind.find('\n').is_some_and(|end| behind[..end].ends_with('\r')),
    };
    if crlf { "\r\n" } else { "\n" }
}

/// Moves a canonically printed element to another indentation.
fn reindent(text: &str, indent: &str) -> String {
    let mut lines = text.lines();
    let mut out = lines.next().unwrap_or_default().to_owned();
    let rest: Vec<&str> = lines.collect();
    // The end tag stands at the element's own depth.
    let depth = rest.last().map_or(0, |line| line.len() - line.trim_start_matches(' ').len());
    for line in rest {
        out.push('\n');
        let own = line.len() - line.trim_start_matches(' ').len();
        if own >= depth {
            out.push_str(indent);
            out.push_str(&line[depth..]);
        } else {
            out.push_str(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::carry_over;

    #[test]
    fn leaves_what_no_rule_touched() {
        let original = "<d  a=\"1\">\n\t<!-- c -->\n\t<x   k=\"v\"/>\n\t<y/>\n</d>\n";
        let before = "<d a='1'>\n  <!-- c -->\n  <x k='v'/>\n  <y/>\n</d>\n";
        let after = "<d a='1'>\n  <!-- c -->\n  <x k='v'/>\n  <y>\n    <z/>\n  </y>\n</d>\n";
        let expected = "<d  a=\"1\">\n\t<!-- c -->\n\t<x   k=\"v\"/>\n\t<y>\n\t  <z/>\n\t</y>\n</d>\n";
        assert_eq!(carry_over(original, before, after).as_deref(), Some(expected));
    }

    #[test]
    fn removes_a_line_and_inserts_one() {
        let original = "<d>\n    <gone/>\n    <x/>\n</d>";
        let before = "<d>\n  <gone/>\n  <x/>\n</d>\n";
        let after = "<d>\n  <x/>\n  <new/>\n</d>\n";
        assert_eq!(carry_over(original, before, after).as_deref(), Some("<d>\n    <x/>\n    <new/>\n</d>"));
    }

    #[test]
    fn new_lines_end_as_those_around_them() {
        let original = "<d>\r\n  <a>\r\n  </a>\n  <b>\n  </b>\n</d>\r\n";
        let before = "<d>\n  <a/>\n  <b/>\n</d>\n";
        let after = "<d>\n  <a>\n    <x/>\n  </a>\n  <b>\n    <x/>\n  </b>\n</d>\n";
        let expected = "<d>\r\n  <a>\r\n    <x/>\r\n  </a>\n  <b>\n    <x/>\n  </b>\n</d>\r\n";
        assert_eq!(carry_over(original, before, after).as_deref(), Some(expected));
    }

    #[test]
    fn an_element_with_another_prefix_is_printed_anew() {
        let original = "<d xmlns:p='urn:n'><p:a><p:b x='1'/></p:a></d>";
        let before = "<d xmlns:p='urn:n'>\n  <p:a>\n    <p:b x='1'/>\n  </p:a>\n</d>\n";
        let after = "<d xmlns:q='urn:n'>\n  <q:a>\n    <q:b x='1'/>\n  </q:a>\n</d>\n";
        let kept = carry_over(original, before, after).expect("it can be placed");
        assert!(kept.contains("<q:a>") && kept.contains("</q:a>"), "{kept}");
        assert!(roxmltree::Document::parse(&kept).is_ok(), "{kept}");
    }

    #[test]
    fn changes_a_start_tag_alone() {
        let original = "<d  b=\"2\"><x  k = \"v\"/></d>";
        let before = "<d b='2'>\n  <x k='v'/>\n</d>\n";
        let after = "<d b='2' c='3'>\n  <x k='v'/>\n</d>\n";
        assert_eq!(carry_over(original, before, after).as_deref(), Some("<d b='2' c='3'><x  k = \"v\"/></d>"));
    }
}
