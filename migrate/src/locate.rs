//! The paths of findings, by their places in the document.

use domxml_xml::Tree;
use roxmltree::{Node, NodeId};
use rustc_hash::FxHashMap;

use crate::finding::Finding;

/// Puts findings into the order of the document, those about a child that holds no more than a value at that child, and gives them the
/// paths of their elements.
pub fn place(tree: &Tree<'_>, findings: &mut [Finding]) {
    let mut steps = Steps::default();
    for finding in findings.iter_mut() {
        steps.move_to_child(tree, finding);
    }
    findings.sort_by_key(|finding| (finding.span.start, finding.level));
    steps.name(tree, findings);
}

/// Gives findings without one the path of the innermost element around their place.
pub fn paths<'f>(tree: &Tree<'_>, findings: impl IntoIterator<Item = &'f mut Finding>) {
    Steps::default().name(tree, findings);
}

/// The name in the start tag with which a text begins.
fn element_name(text: &str) -> Option<&str> {
    let tag = text.strip_prefix('<')?;
    tag.split(['/', '>', ' ']).next().filter(|name| !name.is_empty())
}

/// The elements in an element: node, number among those of its name, and whether there are several. Each element's children are walked
/// through once, however many findings there are.
#[derive(Default)]
pub(crate) struct Steps<'t>(FxHashMap<NodeId, Vec<(Node<'t, 't>, usize, bool)>>);

impl<'t> Steps<'t> {
    fn of(&mut self, node: Node<'t, 't>) -> &[(Node<'t, 't>, usize, bool)] {
        self.0.entry(node.id()).or_insert_with(|| children(node))
    }

    fn name<'f>(&mut self, tree: &'t Tree<'t>, findings: impl IntoIterator<Item = &'f mut Finding>) {
        let root = tree.document.root_element();
        for finding in findings.into_iter().filter(|finding| finding.path.is_empty()) {
            finding.path = match finding.span.is_empty() {
                // Something that the document does not have at all.
                true => root.tag_name().name().to_owned(),
                false => self.find(tree, &finding.span).1,
            };
        }
    }

    /// Moves a finding about a child without a place of its own, one that holds no more than a value, from its parent to the child.
    fn move_to_child(&mut self, tree: &'t Tree<'t>, finding: &mut Finding) {
        let name = finding.before.as_deref().and_then(element_name);
        let Some(name) = name.filter(|_| finding.path.is_empty() && !finding.span.is_empty()) else { return };
        let (parent, _) = self.find(tree, &finding.span);
        if parent.range() != finding.span || parent.tag_name().name() == name {
            return;
        }
        let holds_value =
            |child: &Node<'_, '_>| child.attributes().len() == 0 && !child.children().any(|it| it.is_element());
        let mut named =
            self.of(parent).iter().filter(|(child, ..)| child.tag_name().name() == name && holds_value(child));
        if let (Some((child, ..)), None) = (named.next(), named.next()) {
            finding.span = child.range();
        }
    }

    /// The number of an element among those of its name in the element around it, from 1; none of the document element.
    pub(crate) fn number(&mut self, node: Node<'t, 't>) -> Option<usize> {
        let all = self.of(node.parent_element()?);
        let at = all.binary_search_by_key(&node.range().start, |(child, ..)| child.range().start).ok()?;
        Some(all[at].1)
    }

    /// The innermost element around a place, and its path.
    pub(crate) fn find(&mut self, tree: &'t Tree<'t>, span: &std::ops::Range<usize>) -> (Node<'t, 't>, String) {
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
    let mut totals = FxHashMap::default();
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
