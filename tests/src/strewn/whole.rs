//! What must have stayed.

use std::collections::{BTreeMap, HashMap, HashSet};

use domxml_xml::{Kind, Spare};
use roxmltree::{Document, Node, NodeType};

/// Comments and processing instructions that are not as they were: each there once, byte for byte, under the same parent, and before the
/// same sibling, or where its sibling has gone.
pub(super) fn comments(before: &str, after: &str) -> Option<String> {
    let raw = |text: &str| {
        let mut all: BTreeMap<String, usize> = BTreeMap::new();
        for piece in domxml_xml::pieces(text).filter(|piece| matches!(piece.kind, Kind::Comment | Kind::Instruction)) {
            *all.entry(text[piece.range].to_owned()).or_default() += 1;
        }
        all
    };
    let (old, new) = (raw(before), raw(after));
    if let Some(lost) = old.iter().find(|(text, count)| new.get(*text) < Some(count)) {
        return Some(format!("a comment is lost or changed ({})", kind_of(lost.0)));
    }
    if old != new {
        return Some("a comment stands there more often".to_owned());
    }
    let (mut spare, mut other) = (Spare::default(), Spare::default());
    let before = domxml_xml::parse(before, &mut spare).ok()?.document;
    let after = domxml_xml::parse(after, &mut other).ok()?.document;
    let once: HashMap<&str, Node<'_, '_>> =
        remarks(&after).filter(|node| old.get(source(node)) == Some(&1)).map(|node| (source(&node), node)).collect();
    remarks(&before).find_map(|node| {
        let now = once.get(source(&node))?;
        misplaced(node, *now).map(|why| format!("{why} ({})", kind_of(source(&node))))
    })
}

fn kind_of(comment: &str) -> String {
    comment.chars().filter(|c| !c.is_ascii_digit()).take(24).collect::<String>().replace('\n', " ")
}

fn remarks<'d>(document: &'d Document<'d>) -> impl Iterator<Item = Node<'d, 'd>> {
    document.descendants().filter(|node| matches!(node.node_type(), NodeType::Comment | NodeType::PI))
}

fn source<'d>(node: &Node<'d, 'd>) -> &'d str {
    &node.document().input_text()[node.range()]
}

fn path(node: Node<'_, '_>) -> String {
    let names: Vec<&str> =
        node.ancestors().skip(1).filter(Node::is_element).map(|node| node.tag_name().name()).collect();
    names.join("<")
}

/// The element that a comment belongs to: the next one, or the one before it on its line where that ends with it.
fn owner<'d>(comment: Node<'d, 'd>) -> (Option<Node<'d, 'd>>, bool) {
    let ends_line = |node: Node<'_, '_>| node.is_text() && node.text().is_some_and(|text| text.contains('\n'));
    let mut before = comment.prev_siblings().skip(1);
    let own_line = before.by_ref().take_while(|node| !node.is_element()).any(ends_line);
    let previous = comment.prev_siblings().skip(1).find(Node::is_element);
    let mut behind = comment.next_siblings().skip(1).take_while(|node| !node.is_element());
    if previous.is_some() && !own_line && behind.any(ends_line) {
        return (previous, true);
    }
    (comment.next_siblings().skip(1).find(Node::is_element), false)
}

fn misplaced(was: Node<'_, '_>, is: Node<'_, '_>) -> Option<String> {
    let (old, trails) = owner(was);
    let (new, trails_now) = owner(is);
    if let (Some(old), Some(new)) = (old, new)
        && trails == trails_now
        && old.tag_name() == new.tag_name()
    {
        // The most like of those that have its name.
        let best = likeness(old, new);
        let others = new
            .parent()
            .into_iter()
            .flat_map(|parent| parent.children())
            .filter(|other| other.tag_name() == new.tag_name());
        let better = others.filter(|other| likeness(old, *other) > best).count();
        return (better > 0).then(|| format!("a comment on <{}> stands at another", old.tag_name().name()));
    }
    if path(was) != path(is) {
        let still = old.is_some_and(|old| is_left(old, is));
        return still.then(|| format!("a comment has left <{}>", path(was).split('<').next().unwrap_or_default()));
    }
    // What it belonged to has gone, or has become something else.
    let old = old?;
    let name = old.tag_name();
    let count = |node: Node<'_, '_>| {
        node.parent().map_or(0, |parent| parent.children().filter(|other| other.tag_name() == name).count())
    };
    (count(was) <= count(is)).then(|| format!("a comment on <{}> stands elsewhere", name.name()))
}

/// Whether an element still stands under the parent of its like.
fn is_left(old: Node<'_, '_>, is: Node<'_, '_>) -> bool {
    let wanted = path(old);
    let count = |document: &Document<'_>| {
        document
            .descendants()
            .filter(|node| node.tag_name() == old.tag_name() && node.is_element() && path(*node) == wanted)
            .count()
    };
    count(old.document()) <= count(is.document())
}

fn likeness(a: Node<'_, '_>, b: Node<'_, '_>) -> usize {
    let words = |node: Node<'_, '_>| {
        let values =
            node.descendants().flat_map(|node| node.attributes().map(|it| it.value().to_owned()).collect::<Vec<_>>());
        let texts = node
            .descendants()
            .filter(|node| node.is_text())
            .filter_map(|node| node.text().map(|text| text.trim().to_owned()));
        values.chain(texts).collect::<HashSet<String>>()
    };
    words(a).intersection(&words(b)).count()
}

/// Tags and texts that were written anew though nothing in them changed: of some name more are gone than a plain print of both documents
/// would explain. A new element may say what one that changed did say, in other quotes: the plain print then shows neither.
pub(super) fn bytes(before: &str, after: &str) -> Option<String> {
    let plain = |text: &str| dommigrate::engine::format(text, dommigrate::options::Unknown::Keep).text;
    let (old, new) = (plain(before)?, plain(after)?);
    let printed = gone(&old, &new, |source| source);
    let mut come = gone(&new, &old, name);
    come.remove("");
    let explained = |name: &str| [&printed, &come].iter().filter_map(|counts| counts.get(name)).sum::<isize>();
    let anew = gone(before, after, |source| source).into_iter().any(|(name, count)| count > explained(&name));
    anew.then(|| "more is written anew than changes".to_owned())
}

/// How many start tags, by their names, and texts of one document another one lacks, by what is counted as the same.
fn gone(from: &str, other: &str, same: impl Fn(&str) -> &str) -> BTreeMap<String, isize> {
    let mut counts: HashMap<(&str, String), isize> = HashMap::new();
    for (text, step) in [(from, 1), (other, -1)] {
        for piece in domxml_xml::pieces(text) {
            // An element with nothing in it is printed with one tag or with two.
            let source = text[piece.range].trim().trim_end_matches("/>").trim_end_matches('>').trim_end();
            let counted =
                matches!(piece.kind, Kind::Start | Kind::Empty | Kind::Cdata | Kind::Text) && !source.is_empty();
            if counted {
                *counts.entry((name(source), same(source).to_owned())).or_default() += step;
            }
        }
    }
    let mut gone = BTreeMap::new();
    for ((name, _), count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        *gone.entry(name.to_owned()).or_default() += count;
    }
    gone
}

/// The name of a start tag; nothing of a text.
fn name(source: &str) -> &str {
    let tag = source.strip_prefix('<').filter(|tag| !tag.starts_with('!')).unwrap_or_default();
    tag.split(char::is_whitespace).next().unwrap_or_default()
}
