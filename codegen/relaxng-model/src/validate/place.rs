//! Where things stand in a document.

use std::ops::Range;

use roxmltree::Node;

use super::violation::shown;

/// An element on a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) node: Node<'a, 'a>,
    /// Its number among siblings of the same name, where there are several.
    pub(super) number: Option<u32>,
}

/// A path of more steps than this has its middle left out.
pub(super) const MAX_STEPS: usize = 100;

/// Steps as a path, each after a slash.
pub(super) fn path<'a>(steps: impl IntoIterator<Item = Step<'a>>) -> String {
    let mut path = String::new();
    for step in steps {
        path.push('/');
        path.push_str(&shown(qualified(step.node)));
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
