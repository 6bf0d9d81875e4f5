//! The paths of findings, by their places in the document.

use std::collections::HashMap;

use domxml_xml::Tree;
use roxmltree::{Node, NodeId};

use crate::finding::Finding;

/// Gives findings without one the path of the innermost element around their place. Each element's children are walked through
/// once, however many findings there are.
pub fn paths<'f>(tree: &Tree<'_>, findings: impl IntoIterator<Item = &'f mut Finding>) {
    let root = tree.document.root_element();
    let mut steps = Steps::default();
    for finding in findings.into_iter().filter(|finding| finding.path.is_empty()) {
        finding.path = match finding.span.is_empty() {
            // Something that the document does not have at all.
            true => root.tag_name().name().to_owned(),
            false => steps.find(tree, &finding.span).1,
        };
    }
}

/// Moves findings about a child without a place of its own, one that holds no more than a value, from its parent to the child.
pub fn children_of_values(tree: &Tree<'_>, findings: &mut [Finding]) {
    let mut steps = Steps::default();
    for finding in findings.iter_mut().filter(|finding| finding.path.is_empty() && !finding.span.is_empty()) {
        let Some(name) = finding.before.as_deref().and_then(element_name) else { continue };
        let (parent, _) = steps.find(tree, &finding.span);
        if parent.range() != finding.span || parent.tag_name().name() == name {
            continue;
        }
        let holds_value =
            |child: &Node<'_, '_>| child.attributes().len() == 0 && !child.children().any(|it| it.is_element());
        let mut named =
            steps.of(parent).iter().filter(|(child, ..)| child.tag_name().name() == name && holds_value(child));
        if let (Some((child, ..)), None) = (named.next(), named.next()) {
            finding.span = child.range();
        }
    }
}

/// The name in the start tag with which a text begins.
fn element_name(text: &str) -> Option<&str> {
    let tag = text.strip_prefix('<')?;
    tag.split(['/', '>', ' ']).next().filter(|name| !name.is_empty())
}

/// The elements in an element: node, number among those of its name, and whether there are several.
#[derive(Default)]
struct Steps<'t>(HashMap<NodeId, Vec<(Node<'t, 't>, usize, bool)>>);

impl<'t> Steps<'t> {
    fn of(&mut self, node: Node<'t, 't>) -> &[(Node<'t, 't>, usize, bool)] {
        self.0.entry(node.id()).or_insert_with(|| children(node))
    }

    /// The innermost element around a place, and its path.
    fn find(&mut self, tree: &'t Tree<'t>, span: &std::ops::Range<usize>) -> (Node<'t, 't>, String) {
        let mut node = tree.document.root_element();
        let mut path = node.tag_name().name().to_owned();
        loop {
            let children = self.of(node);
            let behind = children.partition_point(|(child, ..)| child.range().start <= span.start);
            let around = behind.checked_sub(1).map(|at| children[at]);
            let Some((child, number, several)) = around.filter(|(child, ..)| span.end <= child.range().end) else {
                break;
            };
            path.push('/');
            path.push_str(child.tag_name().name());
            if several {
                path.push_str(&format!("[{number}]"));
            }
            node = child;
        }
        (node, tree.named(path))
    }
}

fn children<'t>(parent: Node<'t, 't>) -> Vec<(Node<'t, 't>, usize, bool)> {
    let key = |node: Node<'t, 't>| (node.tag_name().namespace(), node.tag_name().name());
    let mut totals = HashMap::new();
    let mut all = Vec::new();
    for child in parent.children().filter(Node::is_element) {
        let total = totals.entry(key(child)).or_insert(0_usize);
        *total += 1;
        all.push((child, *total, false));
    }
    for (child, _, several) in &mut all {
        *several = totals.get(&key(*child)).is_some_and(|total| *total > 1);
    }
    all
}
