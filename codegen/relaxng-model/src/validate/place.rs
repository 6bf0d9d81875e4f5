//! Where things stand in a document.

use std::ops::Range;

use roxmltree::Node;

/// An element on a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) node: Node<'a, 'a>,
    /// Its number among siblings of the same name, where there are several.
    pub(super) number: Option<u32>,
}

/// A path longer than this has its middle left out.
const MAX_STEPS: usize = 100;

/// The path to `last`, or to the last of `steps`.
pub(super) fn path<'a>(steps: impl ExactSizeIterator<Item = Step<'a>>, last: Option<Step<'a>>) -> String {
    let count = steps.len();
    let left_out = if count > MAX_STEPS { MAX_STEPS / 2..count - MAX_STEPS / 2 } else { 0..0 };
    let mut path = String::new();
    for (at, step) in steps.chain(last).enumerate() {
        if left_out.contains(&at) {
            if at == left_out.start {
                path.push_str("/…");
            }
            continue;
        }
        path.push('/');
        path.push_str(&super::violation::shown(qualified(step.node)));
        if let Some(number) = step.number {
            path.push_str(&format!("[{number}]"));
        }
    }
    path
}

/// An element's name as the document writes it, prefix included.
pub(super) fn qualified<'a>(node: Node<'a, '_>) -> &'a str {
    node.document().input_text().get(start_tag_name(node)).unwrap_or_default()
}

/// The bytes of the name in an element's start tag.
pub(super) fn start_tag_name(node: Node<'_, '_>) -> Range<usize> {
    let range = node.range();
    let tag = node.document().input_text().get(range.clone()).unwrap_or_default();
    let start = range.start + usize::from(tag.starts_with('<'));
    let name = tag.trim_start_matches('<');
    let length = name.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).unwrap_or(name.len());
    start..start + length
}
