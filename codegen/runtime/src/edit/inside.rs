//! What stands in an element of the original.

use super::style::indentation;
use crate::reader::is_blank;
use roxmltree::Node;

/// What stands in an element of the original: nodes that are no text, and what stands before, between and behind them.
pub(super) struct Inside<'m, 'd> {
    pub(super) nodes: Vec<Node<'m, 'd>>,
    /// One more than there are nodes.
    pub(super) gaps: Vec<&'m str>,
    pub(super) end_tag: &'m str,
}

impl Inside<'_, '_> {
    /// Whether what stands in the element stands on lines of its own.
    pub(super) fn is_broken(&self) -> bool {
        self.gaps.iter().any(|gap| gap.contains(['\n', '\r']) && is_blank(gap))
    }

    /// The indentation of the nodes.
    pub(super) fn indentation<'t>(&self, text: &'t str) -> Option<&'t str> {
        let at_line_start = self.nodes.iter().zip(&self.gaps).find(|(_, gap)| gap.contains(['\n', '\r']));
        at_line_start.map(|(node, _)| indentation(text, node.range().start))
    }

    /// The place behind a node and the remarks on its line, where that ends with them.
    pub(super) fn behind(&self, node: usize) -> usize {
        let mut last = node;
        while let Some(next) = self.nodes.get(last + 1) {
            if self.gaps[last + 1].contains(['\n', '\r']) {
                return last + 1;
            }
            if next.is_element() || !is_blank(self.gaps[last + 1]) {
                break;
            }
            last += 1;
        }
        let ended = self.gaps[last + 1].contains(['\n', '\r']) && last + 1 == self.nodes.len();
        if ended { last + 1 } else { node + 1 }
    }

    /// The first place: behind the remarks on the line of the start tag, where that ends with them.
    pub(super) fn start(&self) -> usize {
        let is_of_line = |at: &usize| {
            let gap = self.gaps[*at];
            !self.nodes[*at].is_element() && is_blank(gap) && !gap.contains(['\n', '\r'])
        };
        let behind = (0..self.nodes.len()).take_while(is_of_line).count();
        if is_blank(self.gaps[behind]) && self.gaps[behind].contains(['\n', '\r']) { behind } else { 0 }
    }

    /// The place before a node and the remarks that precede it.
    pub(super) fn before(&self, node: usize) -> usize {
        match self.nodes[..node].iter().rposition(Node::is_element) {
            Some(element) => self.behind(element),
            None => self.start(),
        }
    }
}

/// Takes the white space out that nodes leave which are gone: a line on which nothing else stands, or the blanks before it. In the text of
/// an element, `in_text`, white space is as good as letters, but for what stands before its first comment.
pub(super) fn close_gaps(gaps: &mut [String], gone: &[bool], in_text: bool) {
    if in_text {
        let before = gaps.iter().take_while(|gap| is_blank(gap)).count();
        gaps.iter_mut().zip(gone).take(before).filter(|(_, gone)| **gone).for_each(|(gap, _)| gap.clear());
        return;
    }
    const ENDS: [char; 2] = ['\n', '\r'];
    const BLANKS: [char; 2] = [' ', '\t'];
    let drop_blanks = |gap: &mut String| drop(gap.drain(..gap.len() - gap.trim_start_matches(BLANKS).len()));
    let mut next = 0;
    while next < gone.len() {
        let at = next;
        next += 1;
        if !gone[at] {
            continue;
        }
        // With it goes what is gone from the same line.
        while next < gone.len() && gone[next] && is_blank(&gaps[next]) && !gaps[next].contains(ENDS) {
            gaps[next].clear();
            next += 1;
        }
        let line = gaps[at].trim_end_matches(BLANKS).len();
        let (begins, ends) =
            (gaps[at][..line].ends_with(ENDS), gaps[next].trim_start_matches(BLANKS).starts_with(ENDS));
        match (begins, ends) {
            (true, true) => {
                let both = gaps[at][..line].ends_with("\r\n");
                gaps[at].truncate(line - 1 - usize::from(both));
                // The blanks at its end were the line's.
                drop_blanks(&mut gaps[next]);
            }
            (false, true) => gaps[at].truncate(line),
            (_, false) => drop_blanks(&mut gaps[next]),
        }
    }
}
