//! What is kept of a document beside its typed content: comments, processing instructions, unknown content, each with a place.

use crate::extra::{Anchor, Extra, KeptLeaf, KeptNode, TEXT};
use crate::reader::is_blank;
use crate::scalar;
use crate::verbatim::{outer_namespaces, range, source};
use roxmltree::{Node, NodeId, NodeType};
use std::collections::HashMap;

/// Whether an element declares a namespace that its parent does not.
pub(crate) fn declares(node: Node<'_, '_>) -> bool {
    declared(node).next().is_some()
}

/// The namespaces that an element declares and its parent does not.
pub(crate) fn declared<'a, 'b>(node: Node<'a, 'b>) -> impl Iterator<Item = &'a roxmltree::Namespace<'b>> {
    node.namespaces().filter(move |own| {
        let mut outer = node.parent_element().into_iter().flat_map(|parent| parent.namespaces());
        !outer.any(|outer| outer.name() == own.name() && outer.uri() == own.uri())
    })
}

/// Keeps the namespaces that an element declares.
pub(crate) fn namespaces(node: Node<'_, '_>, extra: &mut Extra) {
    for namespace in declared(node) {
        let prefix = namespace.name().unwrap_or_default();
        extra.kept_mut().namespaces.push((prefix.into(), namespace.uri().into()));
    }
}

/// Keeps what stands before and behind the root.
pub(crate) fn surroundings(root: Node<'_, '_>, named: bool, extra: &mut Extra) {
    let text = domxml_xml::original(root.document());
    let normal = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
    let before = text[..root.range().start].trim_start_matches('\u{feff}');
    if !is_blank(before) {
        let before = normal(before);
        let declaration = domxml_xml::declaration(&before);
        let of_string = declaration.as_ref().map_or("".into(), |declaration| declaration.of_string(&before));
        let body = before[declaration.map_or(0, |declaration| declaration.range.end)..].trim_end();
        let body = if of_string.is_empty() { body.trim_start() } else { body };
        let tail = &before[before.trim_end().len()..];
        let end = if tail.matches('\n').count() > 1 { "\n\n" } else { "\n" };
        extra.kept_mut().prolog = format!("{of_string}{body}{end}").into();
    }
    if named {
        let name = root.tag_name();
        extra.kept_mut().name = Some((name.namespace().unwrap_or("").into(), name.name().into()));
    }
    let after = text[root.range().end..].trim();
    if !after.is_empty() {
        extra.kept_mut().epilog = normal(after).into();
    }
}

/// Keeps the comments and processing instructions that belong to an element without standing in it: those that precede it, and
/// those behind it on its line where that ends there. The nodes that are kept are added to `taken`, in document order.
pub(crate) fn around(node: Node<'_, '_>, extra: &mut Extra, taken: &mut Vec<NodeId>) {
    if node.parent_element().is_none() {
        return;
    }
    let (mut before, outer) = remarks(node.prev_siblings().skip(1));
    before.reverse();
    // What stands on the line of whatever precedes it belongs there, or behind it.
    let ended = before.iter().position(Node::is_text).filter(|_| outer);
    before.drain(..ended.unwrap_or(0));
    before.retain(|between| !between.is_text());
    let (mut behind, _) = remarks(node.next_siblings().skip(1));
    behind.truncate(behind.iter().position(Node::is_text).unwrap_or(0));
    if before.is_empty() && behind.is_empty() {
        return;
    }
    taken.extend(before.iter().chain(&behind).map(Node::id));
    let nodes = &mut extra.kept_mut().nodes;
    // There can be as many such elements as there are remarks, most of which keep one.
    nodes.reserve_exact(before.len() + behind.len());
    nodes.extend(before.into_iter().map(|remark| kept(remark, Anchor::Ahead, false)));
    nodes.extend(behind.into_iter().map(|remark| kept(remark, Anchor::Behind, true)));
}

/// The comments and processing instructions at the beginning of some siblings, with the blanks between them that end a line; and
/// whether something else follows.
fn remarks<'a, 'b>(siblings: impl Iterator<Item = Node<'a, 'b>>) -> (Vec<Node<'a, 'b>>, bool) {
    let mut found = Vec::new();
    for sibling in siblings {
        match sibling.node_type() {
            NodeType::Comment | NodeType::PI => found.push(sibling),
            NodeType::Text if is_blank(sibling.text().unwrap_or_default()) => {
                if sibling.text().is_some_and(|text| text.contains('\n')) {
                    found.push(sibling);
                }
            }
            _ => return (found, true),
        }
    }
    (found, false)
}

/// A node as it is kept.
fn kept(node: Node<'_, '_>, anchor: Anchor, same_line: bool) -> KeptNode {
    KeptNode { anchor, nth: u32::MAX, same_line, text: source(node).into(), span: range(node).into() }
}

/// Keeps the nodes of an element that are no fields: its comments and processing instructions, `unknown` nodes, and what
/// `leaves` hold beside their text; but for what is `taken` by its children. The lists are in document order; `unknown` has the texts of
/// leaves that should hold none too.
pub(crate) fn nodes(node: Node<'_, '_>, extra: &mut Extra, unknown: &[NodeId], leaves: &[NodeId], taken: &[NodeId]) {
    let mut nodes = extra.kept.as_mut().map(|kept| std::mem::take(&mut kept.nodes)).unwrap_or_default();
    let mut kept_leaves: Vec<KeptLeaf> = Vec::new();
    let mut used = Vec::new();
    let mut counts: HashMap<&str, u32> = HashMap::new();
    // The last child that is a field, as long as no line has ended since.
    let mut on_line: Option<(&str, u32)> = None;
    // Whether no line has ended since the last node of any kind.
    let mut same_line = false;
    // Nodes from here on wait for the next child that is a field.
    let mut waiting = nodes.len();
    for child in node.children() {
        let is_unknown = listed(unknown, child);
        let known = match child.node_type() {
            NodeType::Element if !is_unknown => Some(child.tag_name().name()),
            NodeType::Text if !is_unknown => {
                let text = child.text().unwrap_or_default();
                if is_blank(text) {
                    if text.contains('\n') {
                        (on_line, same_line) = (None, false);
                    }
                    continue;
                }
                Some(TEXT)
            }
            _ => None,
        };
        let Some(name) = known else {
            if listed(taken, child) {
                (on_line, same_line) = (None, true);
                continue;
            }
            // An element or a text gets a line of its own, a comment stays where it was.
            if child.is_element() || child.is_text() {
                (on_line, same_line) = (None, false);
            }
            let anchor = on_line.map_or(Anchor::End, |(name, nth)| Anchor::After(name.into(), nth));
            let mut node = kept(child, anchor, same_line);
            if child.is_element() {
                node.nth = counts.get(child.tag_name().name()).copied().unwrap_or(0);
                used.extend(outer_namespaces(child));
            }
            if child.is_text() {
                node.text = scalar::trim(&node.text).into();
            }
            nodes.push(node);
            same_line = !ends_line(child);
            continue;
        };
        let count = counts.entry(name).or_default();
        let nth = *count;
        *count += 1;
        for node in &mut nodes[waiting..] {
            if node.anchor == Anchor::End {
                node.anchor = Anchor::Before(name.into(), nth);
            }
        }
        waiting = nodes.len();
        if listed(leaves, child) {
            kept_leaves.push(leaf(child, name, nth, unknown));
            used.extend(outer_namespaces(child));
        }
        (on_line, same_line) = (Some((name, nth)), true);
    }
    if !nodes.is_empty() || !kept_leaves.is_empty() {
        let kept = extra.kept_mut();
        nodes.shrink_to_fit();
        kept.nodes = nodes;
        if !kept_leaves.is_empty() {
            kept.leaves.append(&mut kept_leaves);
        }
        if !used.is_empty() {
            kept.needs(used);
        }
    }
}

/// Whether a node is a text with which its line ends.
fn ends_line(node: Node<'_, '_>) -> bool {
    let text = node.text().filter(|_| node.is_text()).unwrap_or_default();
    text[text.trim_end().len()..].contains('\n')
}

fn listed(ids: &[NodeId], node: Node<'_, '_>) -> bool {
    ids.binary_search_by_key(&node.id().get(), |id| id.get()).is_ok()
}

fn leaf(node: Node<'_, '_>, name: &str, nth: u32, unknown: &[NodeId]) -> KeptLeaf {
    let text = |range| domxml_xml::text_of(node.document(), range);
    let declarations = declared(node).map(|namespace| {
        let name = namespace.name().map_or("xmlns".into(), |prefix| format!("xmlns:{prefix}").into());
        (name, namespace.uri().into())
    });
    let attributes = node.attributes().map(|a| (text(a.range_qname()).into(), a.value().into()));
    let mut leaf = KeptLeaf {
        name: name.into(),
        nth,
        attributes: attributes.chain(declarations).collect(),
        before: Vec::new(),
        after: Vec::new(),
    };
    let mut behind = false;
    for child in node.children() {
        match child.node_type() {
            NodeType::Text if !listed(unknown, child) => behind |= !is_blank(child.text().unwrap_or_default()),
            _ if behind => leaf.after.push(kept(child, Anchor::End, true)),
            _ => leaf.before.push(kept(child, Anchor::End, true)),
        }
    }
    leaf
}
