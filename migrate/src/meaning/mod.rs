//! What a document means to libvirt, in a form in which two can be compared, and what they differ in.
//!
//! What is known is brought into libvirt's own form; what the schema does not know is compared by itself, as it means something to a libvirt
//! that knows it. Two documents are the same only where both are.

mod alike;
mod changes;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use domxml_xml::{Spare, Tree};
use roxmltree::Node;

use crate::engine::{self, Options};
use crate::finding::{Finding, Level, ids};
use crate::locate::Steps;
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
        // Comments alone, which libvirt keeps in metadata, mean nothing.
        let mut changes = if a.known == b.known { Vec::new() } else { changes::known(&a, &b) };
        changes.extend(unknown_changes(&a.unknown, &b.unknown));
        if changes.is_empty() {
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

    /// The known part of a document in libvirt's own form, where that is all there is to it.
    fn known_at_once(&self, text: &str) -> Result<Option<String>, Vec<Finding>> {
        let Some([modern, libvirt]) = engine::upgrade_twice(text, &self.modern, &self.libvirt)? else {
            return Ok(None);
        };
        let is_plain = |finding: &Finding| !is_unknown(finding) && finding.level != Level::Error;
        let is_whole = modern.findings.iter().all(is_plain) && dropped_metadata(text).is_empty();
        Ok(libvirt.text.filter(|_| is_whole))
    }

    fn meaning<'t>(&self, text: &'t str) -> Result<Meaning<'t>, Vec<Finding>> {
        if let Some(known) = self.known_at_once(text)? {
            return Ok(Meaning { text, known, whole: String::new(), unknown: Vec::new() });
        }
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
        let mut spans: HashMap<&str, &Range<usize>> = HashMap::new();
        for known in &original {
            spans.entry(&known.value).or_insert(&known.span);
        }
        for unknown in &mut left {
            unknown.span = spans.get(&*unknown.value).map_or(0..0, |span| (*span).clone());
        }
        left.extend(dropped_metadata(text));
        left
    }
}

fn elsewhere(unknown: &[Unknown]) -> Finding {
    let (span, path) = unknown.first().map_or((0..0, ""), |first| (first.span.clone(), &*first.path));
    let message = "what the schema does not know stands in another place: whether that means the same cannot be told";
    Finding { path: path.to_owned(), ..Finding::new(ids::UNKNOWN, Level::Note, span, message) }
}

fn is_unknown(finding: &Finding) -> bool {
    finding.rule == ids::UNKNOWN || finding.rule == FOREIGN_EXTENSION
}

fn unknown_in(text: &str, findings: &[Finding]) -> Vec<Unknown> {
    let unknown = findings.iter().filter(|finding| is_unknown(finding));
    let mut spans: Vec<Range<usize>> = unknown.map(|finding| finding.span.clone()).collect();
    if spans.is_empty() {
        return Vec::new();
    }
    spans.sort_by_key(|span| (span.start, span.end));
    spans.dedup();
    let mut spare = Spare::default();
    let Ok(tree) = domxml_xml::parse(text, &mut spare) else { return Vec::new() };
    let open: HashSet<Range<usize>> = engine::open_elements(text).into_iter().collect();
    let mut steps = Steps::default();
    spans.into_iter().map(|span| unknown_at(&tree, &mut steps, span, &open)).collect()
}

/// Metadata that libvirt does not keep: what has no namespace, or that of another element before, and text between elements.
fn dropped_metadata(text: &str) -> Vec<Unknown> {
    let mut spare = Spare::default();
    let Ok(tree) = domxml_xml::parse(text, &mut spare) else { return Vec::new() };
    let Some(metadata) = tree.document.root_element().children().find(|child| child.has_tag_name("metadata")) else {
        return Vec::new();
    };
    let mut seen = HashSet::new();
    let dropped = metadata.children().filter(|child| match child.is_element() {
        true => child.tag_name().namespace().is_none_or(|namespace| !seen.insert(namespace)),
        false => child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty()),
    });
    let mut steps = Steps::default();
    dropped.map(|child| unknown_at(&tree, &mut steps, child.range(), &HashSet::new())).collect()
}

/// What stands at a place. What goes with an unknown value that decides a choice is as unknown: in `open` elements, all of it.
fn unknown_at<'t>(
    tree: &'t Tree<'t>,
    steps: &mut Steps<'t>,
    span: Range<usize>,
    open: &HashSet<Range<usize>>,
) -> Unknown {
    let (node, path) = steps.find(tree, &span);
    let attribute = node.attributes().find(|own| own.range().contains(&span.start));
    let (path, value) = match attribute {
        Some(own) if open.contains(&node.range()) => (format!("{path}/@{}", own.name()), normal(node)),
        Some(own) => {
            (format!("{path}/@{}", own.name()), format!("@{}={}", name(own.namespace(), own.name()), own.value()))
        }
        None if node.range().start == span.start => (path, normal(node)),
        None => {
            let text = tree.document.input_text().get(span.clone()).unwrap_or_default();
            (path, text.split_whitespace().collect::<Vec<_>>().join(" "))
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

/// An element on one line, shortened.
fn line(node: Node) -> String {
    const LONG: usize = 120;
    let text = node.document().input_text().get(node.range()).unwrap_or_default();
    let line = text.split('\n').map(str::trim).collect::<String>();
    if line.chars().count() <= LONG { line } else { line.chars().take(LONG).chain(['…']).collect() }
}

/// An element with everything in it, whatever the order of attributes and children, the prefixes, the layout and the comments.
fn normal(node: Node) -> String {
    let mut children: Vec<String> = node.children().filter(Node::is_element).map(normal).collect();
    children.sort();
    format!("<{}>{}{}</>", start(node), own_text(node), children.concat())
}

/// As [`normal`], with what is in an element in its order.
fn ordered(node: Node) -> String {
    let is_layout = node.children().any(|child| child.is_element());
    let mut inner = String::new();
    for child in node.children() {
        if child.is_element() {
            inner.push_str(&ordered(child));
        } else if child.is_text() {
            let text = child.text().unwrap_or_default();
            inner.push_str(if is_layout || text.trim().is_empty() { text.trim() } else { text });
        } else if let Some(instruction) = child.pi() {
            inner.push_str(&format!("<?{} {}?>", instruction.target, instruction.value.unwrap_or_default()));
        }
    }
    format!("<{}>{inner}</>", start(node))
}

/// The name of an element and its attributes, by their names.
fn start(node: Node) -> String {
    let mut attributes: Vec<String> =
        node.attributes().map(|own| format!("{}={:?}", name(own.namespace(), own.name()), own.value())).collect();
    attributes.sort();
    format!("{} {}", name(node.tag_name().namespace(), node.tag_name().name()), attributes.join(" "))
}

fn normal_of(text: &str) -> Option<String> {
    let mut spare = Spare::default();
    domxml_xml::parse(text, &mut spare).ok().map(|tree| normal(tree.document.root_element()))
}
