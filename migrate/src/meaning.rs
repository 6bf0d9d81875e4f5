//! What a document means to libvirt, in a form in which two can be compared, and what they differ in.
//!
//! What is known is brought into libvirt's own form; what the schema does not know is compared by itself, as it means something to a libvirt
//! that knows it. Two documents are the same only where both are.

use std::collections::BTreeMap;
use std::ops::Range;

use domxml_xml::Spare;
use roxmltree::{Document, Node};

use crate::engine::{self, Options};
use crate::finding::{Finding, Level, ids};
use crate::options::Fate;
use crate::rules::FOREIGN_EXTENSION;

/// How documents are brought into the form in which they are compared.
#[derive(Debug)]
pub struct Comparison {
    modern: Options,
    libvirt: Options,
    /// As `libvirt`, with what the schema does not know.
    whole: Options,
}

/// What a pair of documents came to.
#[derive(Debug)]
pub enum Verdict {
    /// They mean the same, and hold the same of what is unknown.
    Same,
    /// What they differ in, in the order of the first.
    Different(Vec<Change>),
    /// They cannot be told apart or alike, and why.
    Unjudged(Finding),
}

/// One thing that two documents differ in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The element or attribute, as `domain/devices/disk[2]/source/@file`.
    pub path: String,
    /// What stands in the first document; none where it was added.
    pub before: Option<Side>,
    /// What stands in the second document; none where it was removed.
    pub after: Option<Side>,
}

/// What stands in one of two documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The value, or the element on one line.
    pub value: String,
    /// Where it stands, in bytes of the document's text: the element, or the nearest around it that the document has.
    pub span: Range<usize>,
}

/// A document in the forms in which it is compared.
struct Meaning<'t> {
    text: &'t str,
    known: String,
    whole: String,
    unknown: Vec<Unknown>,
}

/// Something that the schema does not know.
struct Unknown {
    path: String,
    value: String,
    span: Range<usize>,
}

impl Comparison {
    /// Documents are read as by these options: in profile modern first (libvirt keeps some legacy forms as it finds them, though it
    /// reads them alike), then in profile libvirt.
    #[must_use]
    pub fn new(modern: Options, libvirt: Options) -> Self {
        let whole = Options { unknown: Fate::Kept, ..libvirt.clone() };
        let libvirt = Options { unknown: Fate::PassedOver, ..libvirt };
        Self { modern, libvirt, whole }
    }

    /// Compares two documents.
    ///
    /// # Errors
    /// The findings, one of them an error, where the first (false) or the second (true) cannot be read, or libvirt refuses it.
    pub fn compare(&self, before: &str, after: &str) -> Result<Verdict, (bool, Vec<Finding>)> {
        let a = self.meaning(before).map_err(|findings| (false, findings))?;
        let b = self.meaning(after).map_err(|findings| (true, findings))?;
        let mut changes = Vec::new();
        if a.known != b.known {
            changes.extend(known_changes(&a, &b));
        }
        let unknown = unknown_changes(&a.unknown, &b.unknown);
        let same_unknown = unknown.is_empty();
        changes.extend(unknown);
        if a.known == b.known && same_unknown {
            return Ok(if a.unknown.is_empty() || normal_of(&a.whole) == normal_of(&b.whole) {
                Verdict::Same
            } else {
                Verdict::Unjudged(elsewhere(&a.unknown))
            });
        }
        Ok(Verdict::Different(changes))
    }

    /// The known part of a document in libvirt's own form.
    ///
    /// # Errors
    /// The findings, one of them an error, where it cannot be read, or libvirt refuses it.
    pub fn known_form(&self, text: &str) -> Result<String, Vec<Finding>> {
        self.meaning(text).map(|meaning| meaning.known)
    }

    fn meaning<'t>(&self, text: &'t str) -> Result<Meaning<'t>, Vec<Finding>> {
        let outcome = engine::upgrade(text, &self.modern);
        let refused =
            outcome.findings.iter().any(|finding| finding.level == Level::Error && finding.rule != ids::UNKNOWN);
        let Some(current) = outcome.text.filter(|_| !refused) else { return Err(outcome.findings) };
        let unknown = self.unknown(text, &outcome.findings, &current);
        let form = |options: &Options| {
            let outcome = engine::upgrade(&current, options);
            outcome.text.ok_or(outcome.findings)
        };
        let whole = if unknown.is_empty() { String::new() } else { form(&self.whole)? };
        Ok(Meaning { text, known: form(&self.libvirt)?, whole, unknown })
    }
}

impl Comparison {
    /// What the schema does not know of a document, by what was found in it. What a rule knew is known: the modern form says what is left.
    fn unknown(&self, text: &str, findings: &[Finding], modern: &str) -> Vec<Unknown> {
        let original = unknown_in(text, findings);
        let mut left = match original.is_empty() {
            true => Vec::new(),
            false => unknown_in(modern, &engine::upgrade(modern, &self.modern).findings),
        };
        for unknown in &mut left {
            let same = original.iter().find(|other| other.value == unknown.value);
            unknown.span = same.map_or(0..0, |same| same.span.clone());
        }
        left.extend(dropped_metadata(text));
        left
    }
}

fn elsewhere(unknown: &[Unknown]) -> Finding {
    let first = unknown.first();
    Finding {
        rule: ids::UNKNOWN.into(),
        level: Level::Note,
        span: first.map_or(0..0, |first| first.span.clone()),
        path: first.map_or_else(String::new, |first| first.path.clone()),
        message: "what the schema does not know stands in another place: whether that means the same cannot be told"
            .to_owned(),
        before: None,
        after: None,
    }
}

fn unknown_in(text: &str, findings: &[Finding]) -> Vec<Unknown> {
    let unknown = |finding: &&Finding| finding.rule == ids::UNKNOWN || finding.rule == FOREIGN_EXTENSION;
    let mut spans: Vec<Range<usize>> = findings.iter().filter(unknown).map(|finding| finding.span.clone()).collect();
    if spans.is_empty() {
        return Vec::new();
    }
    spans.sort_by_key(|span| (span.start, span.end));
    spans.dedup();
    let mut spare = Spare::default();
    let Ok(tree) = domxml_xml::parse(text, &mut spare) else { return Vec::new() };
    let open = engine::open_elements(text);
    spans.into_iter().map(|span| unknown_at(&tree.document, span, &open)).collect()
}

/// Metadata that libvirt does not keep: what has no namespace, or that of another element before, and text between elements.
fn dropped_metadata(text: &str) -> Vec<Unknown> {
    let mut spare = Spare::default();
    let Ok(tree) = domxml_xml::parse(text, &mut spare) else { return Vec::new() };
    let document = &tree.document;
    let Some(metadata) = document.root_element().children().find(|child| child.has_tag_name("metadata")) else {
        return Vec::new();
    };
    let mut seen = Vec::new();
    let dropped = metadata.children().filter(|child| {
        let namespace = child.tag_name().namespace();
        let again = seen.contains(&namespace);
        seen.extend(child.is_element().then_some(namespace));
        match child.is_element() {
            true => namespace.is_none() || again,
            false => child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty()),
        }
    });
    dropped.map(|child| unknown_at(document, child.range(), &[])).collect()
}

/// What stands at a place. What goes with an unknown value that decides a choice is as unknown: in `open` elements, all of it.
fn unknown_at(document: &Document<'_>, span: Range<usize>, open: &[Range<usize>]) -> Unknown {
    let mut node = document.root_element();
    while let Some(child) = node
        .children()
        .find(|child| child.is_element() && child.range().start <= span.start && span.end <= child.range().end)
    {
        node = child;
    }
    let attribute = node.attributes().find(|own| own.range().contains(&span.start));
    let (path, value) = match attribute {
        Some(own) if open.contains(&node.range()) => (format!("{}/@{}", path_of(node), own.name()), normal(node)),
        Some(own) => (
            format!("{}/@{}", path_of(node), own.name()),
            format!("@{}={}", name(own.namespace(), own.name()), own.value()),
        ),
        None if node.range().start == span.start => (path_of(node), normal(node)),
        None => {
            let text = document.input_text().get(span.clone()).unwrap_or_default();
            (path_of(node), text.split_whitespace().collect::<Vec<_>>().join(" "))
        }
    };
    Unknown { path, value, span }
}

/// What is unknown in one of two documents and not in the other, place by place where the places are called the same.
fn unknown_changes(before: &[Unknown], after: &[Unknown]) -> Vec<Change> {
    let mut counts: BTreeMap<&str, isize> = BTreeMap::new();
    before.iter().for_each(|unknown| *counts.entry(&unknown.value).or_default() += 1);
    after.iter().for_each(|unknown| *counts.entry(&unknown.value).or_default() -= 1);
    let mut changes = Vec::new();
    for (list, sign) in [(before, 1), (after, -1)] {
        for unknown in list.iter().rev() {
            let Some(count) = counts.get_mut(&*unknown.value).filter(|count| **count * sign > 0) else { continue };
            *count -= sign;
            let side =
                Some(Side { value: unknown.value.trim_start_matches('@').to_owned(), span: unknown.span.clone() });
            let (before, after) = if sign > 0 { (side, None) } else { (None, side) };
            changes.push(Change { path: unknown.path.clone(), before, after });
        }
    }
    changes.reverse();
    changes
}

/// What the known parts of two documents differ in.
fn known_changes(a: &Meaning, b: &Meaning) -> Vec<Change> {
    let mut spare: [Spare; 4] = Default::default();
    let [of_old, of_new, of_before, of_after] = &mut spare;
    let (Ok(old), Ok(new), Ok(before), Ok(after)) = (
        domxml_xml::parse(&a.known, of_old),
        domxml_xml::parse(&b.known, of_new),
        domxml_xml::parse(a.text, of_before),
        domxml_xml::parse(b.text, of_after),
    ) else {
        return Vec::new();
    };
    let mut walk = Walk { before: &before.document, after: &after.document, changes: Vec::new() };
    walk.element(old.document.root_element(), new.document.root_element());
    walk.changes
}

/// Compares two trees, and finds the places of what differs in the documents that they were made of.
struct Walk<'d, 'x> {
    before: &'d Document<'x>,
    after: &'d Document<'x>,
    changes: Vec<Change>,
}

impl Walk<'_, '_> {
    fn element(&mut self, old: Node, new: Node) {
        let path = path_of(old);
        let added = new.attributes().filter(|own| !has(old, own));
        for own in old.attributes().chain(added) {
            let value = |node: Node<'_, '_>| {
                node.attributes()
                    .find(|other| (other.namespace(), other.name()) == (own.namespace(), own.name()))
                    .map(|own| own.value().to_owned())
            };
            let (was, is) = (value(old), value(new));
            if was != is {
                self.push(format!("{path}/@{}", own.name()), (old, was), (new, is));
            }
        }
        let (was, is) = (own_text(old), own_text(new));
        if was != is {
            let some = |text: String| (!text.is_empty()).then_some(text);
            self.push(path, (old, some(was)), (new, some(is)));
        }
        self.children(old, new);
    }

    fn push(&mut self, path: String, (old, was): (Node, Option<String>), (new, is): (Node, Option<String>)) {
        let side =
            |value: Option<String>, node, document| value.map(|value| Side { value, span: place(node, document) });
        let (before, after) = (side(was, old, self.before), side(is, new, self.after));
        self.changes.push(Change { path, before, after });
    }

    /// Children that are equal belong together, then those of one name that are most alike.
    fn children(&mut self, old: Node, new: Node) {
        let mut left: Vec<_> = new.children().filter(Node::is_element).collect();
        let mut rest = Vec::new();
        for child in old.children().filter(Node::is_element) {
            let text = normal(child);
            match left.iter().position(|other| child.tag_name() == other.tag_name() && normal(*other) == text) {
                Some(at) => drop(left.remove(at)),
                None => rest.push(child),
            }
        }
        if rest.is_empty() && left.is_empty() {
            self.order(old, new);
        }
        for child in rest {
            let alike = |other: &Node| likeness(child, *other);
            let named = left.iter().enumerate().filter(|(_, other)| other.tag_name() == child.tag_name());
            let single = |node: Node<'_, '_>, of: Node<'_, '_>| {
                of.children().filter(|other| other.tag_name() == node.tag_name()).count() == 1
            };
            let best =
                named.max_by_key(|(at, other)| (alike(other), std::cmp::Reverse(*at))).map(|(at, other)| (at, *other));
            match best {
                Some((at, other)) if alike(&other) > 0 || single(child, old) && single(other, new) => {
                    left.remove(at);
                    self.element(child, other);
                }
                _ => {
                    let before = Some(Side { value: line(child), span: place(child, self.before) });
                    self.changes.push(Change { path: path_of(child), before, after: None });
                }
            }
        }
        for child in left {
            let after = Some(Side { value: line(child), span: place(child, self.after) });
            self.changes.push(Change { path: path_of(child), before: None, after });
        }
    }

    /// The same children in another order, which is told of the first that stands elsewhere.
    fn order(&mut self, old: Node, new: Node) {
        let mut pairs = old.children().filter(Node::is_element).zip(new.children().filter(Node::is_element));
        if let Some((a, b)) = pairs.find(|(a, b)| normal(*a) != normal(*b)) {
            self.push(path_of(a), (a, Some(line(a))), (b, Some(line(b))));
        }
    }
}

fn has(node: Node, own: &roxmltree::Attribute) -> bool {
    node.attributes().any(|other| (other.namespace(), other.name()) == (own.namespace(), own.name()))
}

/// How many values two elements share.
fn likeness(a: Node, b: Node) -> usize {
    let (a, b) = (values(a), values(b));
    a.iter().filter(|(value, count)| b.get(*value).is_some_and(|other| other >= *count)).count()
}

/// The values in an element, each with the path to it.
fn values(node: Node) -> BTreeMap<String, usize> {
    fn collect(node: Node, path: &str, all: &mut BTreeMap<String, usize>) {
        for own in node.attributes() {
            *all.entry(format!("{path}@{}={}", own.name(), own.value())).or_default() += 1;
        }
        let text = own_text(node);
        if !text.is_empty() {
            *all.entry(format!("{path}={text}")).or_default() += 1;
        }
        for child in node.children().filter(Node::is_element) {
            collect(child, &format!("{path}{}/", child.tag_name().name()), all);
        }
    }
    let mut all = BTreeMap::new();
    collect(node, "", &mut all);
    all
}

/// Where an element of a document's form stands in the document: step by step the child of that name that is most alike, as long as there
/// is one.
fn place(node: Node, document: &Document) -> Range<usize> {
    let mut steps: Vec<Node> = node.ancestors().filter(Node::is_element).collect();
    steps.reverse();
    let mut at = document.root_element();
    for step in &steps[1..] {
        let named: Vec<_> = at.children().filter(|child| child.tag_name() == step.tag_name()).collect();
        let index = step.prev_siblings().skip(1).filter(|other| other.tag_name() == step.tag_name()).count();
        let best = named.iter().enumerate().max_by_key(|(number, child)| (likeness(*step, **child), *number == index));
        match best {
            Some((_, child)) => at = *child,
            None => break,
        }
    }
    at.range()
}

fn name(namespace: Option<&str>, local: &str) -> String {
    namespace.map_or_else(|| local.to_owned(), |uri| format!("{{{uri}}}{local}"))
}

/// The text directly in an element, without the blanks of the layout.
fn own_text(node: Node) -> String {
    let texts = node.children().filter(Node::is_text).filter_map(|text| text.text());
    if node.children().any(|child| child.is_element()) {
        texts.map(str::trim).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    } else {
        let text: String = texts.collect();
        if text.trim().is_empty() { String::new() } else { text }
    }
}

/// The path of an element; a number, from 1, is given where there are several of its name.
fn path_of(node: Node) -> String {
    let mut steps: Vec<String> = node
        .ancestors()
        .filter(Node::is_element)
        .map(|node| {
            let same = |other: &Node| other.is_element() && other.tag_name() == node.tag_name();
            let before = node.prev_siblings().skip(1).filter(same).count();
            let several = before > 0 || node.next_siblings().skip(1).any(|other| same(&other));
            let number = if several { format!("[{}]", before + 1) } else { String::new() };
            format!("{}{number}", node.tag_name().name())
        })
        .collect();
    steps.reverse();
    steps.join("/")
}

/// An element on one line, shortened.
fn line(node: Node) -> String {
    const LONG: usize = 120;
    let text = node.document().input_text().get(node.range()).unwrap_or_default();
    let line = text.split('\n').map(str::trim).collect::<String>();
    if line.chars().count() <= LONG { line } else { line.chars().take(LONG).chain(['…']).collect() }
}

/// An element with everything in it, whatever the order of attributes and children, the prefixes, the layout and the comments.
fn normal(node: Node) -> String {
    let mut attributes: Vec<String> =
        node.attributes().map(|own| format!("{}={:?}", name(own.namespace(), own.name()), own.value())).collect();
    attributes.sort();
    let mut children: Vec<String> = node.children().filter(Node::is_element).map(normal).collect();
    children.sort();
    let tag = name(node.tag_name().namespace(), node.tag_name().name());
    format!("<{tag} {}>{}{}</>", attributes.join(" "), own_text(node), children.concat())
}

fn normal_of(text: &str) -> Option<String> {
    let mut spare = Spare::default();
    domxml_xml::parse(text, &mut spare).ok().map(|tree| normal(tree.document.root_element()))
}
