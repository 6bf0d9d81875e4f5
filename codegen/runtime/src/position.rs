//! Lines, columns and element paths, computed once for all errors of a document, in time linear in the document.

use roxmltree::{Node, NodeId};
use std::collections::HashMap;

/// Finds lines and columns of a text.
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Lines { text, starts }
    }

    /// Line and column in characters, both from 1, of a byte offset.
    pub(crate) fn at(&self, offset: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        let start = self.starts[line - 1];
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count()) + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }

    /// The byte offset of a line and column, both from 1.
    pub(crate) fn offset(&self, line: u32, column: u32) -> usize {
        let line = (line.max(1) as usize).min(self.starts.len());
        let start = self.starts[line - 1];
        let rest = &self.text[start..];
        rest.char_indices().nth(column.max(1) as usize - 1).map_or(self.text.len(), |(at, _)| start + at)
    }
}

/// Finds the paths of elements.
#[derive(Default)]
pub(crate) struct Paths {
    /// Number among the siblings of the same name, and how many these are.
    places: HashMap<NodeId, (u32, u32)>,
}

impl Paths {
    /// The names of the elements from the root to `node`, as `domain/devices/disk[2]`; a number where several have the name.
    pub(crate) fn of(&mut self, node: Node<'_, '_>) -> String {
        let mut steps: Vec<Node<'_, '_>> = node.ancestors().filter(Node::is_element).collect();
        steps.reverse();
        let mut path = String::new();
        for step in steps {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(step.tag_name().name());
            let (number, total) = self.place(step);
            if total > 1 {
                path.push_str(&format!("[{number}]"));
            }
        }
        path
    }

    fn place(&mut self, node: Node<'_, '_>) -> (u32, u32) {
        let Some(parent) = node.parent() else { return (1, 1) };
        if let Some(&place) = self.places.get(&node.id()) {
            return place;
        }
        // All siblings at once, so that each parent is walked through a single time.
        let mut totals: HashMap<&str, u32> = HashMap::new();
        let mut numbered = Vec::new();
        for sibling in parent.children().filter(Node::is_element) {
            let total = totals.entry(sibling.tag_name().name()).or_default();
            *total += 1;
            numbered.push((sibling, *total));
        }
        for (sibling, number) in numbered {
            self.places.insert(sibling.id(), (number, totals[sibling.tag_name().name()]));
        }
        self.places.get(&node.id()).copied().unwrap_or((1, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_characters() {
        let lines = Lines::new("a\n\u{e4}b\n");
        assert_eq!(lines.at(0), (1, 1));
        assert_eq!(lines.at(4), (2, 2));
        assert_eq!(lines.at(6), (3, 1));
        assert_eq!(lines.offset(2, 2), 4);
        assert_eq!(lines.offset(9, 9), 6);
    }

    #[test]
    fn paths_number_what_is_repeated() {
        let document = roxmltree::Document::parse("<a><b/><c/><b><d/></b></a>").expect("well-formed");
        let node = document.descendants().find(|n| n.has_tag_name("d")).expect("d is there");
        assert_eq!(Paths::default().of(node), "a/b[2]/d");
    }
}
