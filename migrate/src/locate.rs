//! The paths of findings, by their places in the document.

use std::collections::HashMap;

use domxml_xml::Tree;
use roxmltree::{Node, NodeId};

use crate::finding::Finding;

/// Gives findings without one the path of the innermost element around their place. Each element's children are walked through
/// once, however many findings there are.
pub fn paths(tree: &Tree<'_>, findings: &mut [Finding]) {
    let root = tree.document.root_element();
    let mut steps = Steps::default();
    for finding in findings.iter_mut().filter(|finding| finding.path.is_empty()) {
        finding.path = match finding.span.is_empty() {
            // Something that the document does not have at all.
            true => root.tag_name().name().to_owned(),
            false => steps.path(tree, &finding.span),
        };
    }
}

/// The elements in an element: node, number among those of its name, and whether there are several.
#[derive(Default)]
struct Steps<'t>(HashMap<NodeId, Vec<(Node<'t, 't>, usize, bool)>>);

impl<'t> Steps<'t> {
    fn path(&mut self, tree: &'t Tree<'t>, span: &std::ops::Range<usize>) -> String {
        let mut node = tree.document.root_element();
        let mut path = node.tag_name().name().to_owned();
        loop {
            let children = self.0.entry(node.id()).or_insert_with(|| children(node));
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
        tree.named(path)
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
