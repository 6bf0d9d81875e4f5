//! Documents that nobody wrote: our fixtures, each changed at a few places with what stands at like places in others, so that
//! attributes, values and children meet that no fixture has together. Today's libvirt is asked what it makes of them.

use std::collections::BTreeMap;
use std::path::Path;

use dommigrate::cli::Profile;
use dommigrate::engine::{self, Options};
use rayon::prelude::*;
use roxmltree::Node;

use crate::corpus::{Document, Row};
use crate::measures::{self, Measure};
use crate::oracle::{self, Answer};
use crate::pairs::{Edit, Random, apply};

/// What may take the place of any value.
const ODD_VALUES: [&str; 12] = ["", "yes", "no", "on", "off", "0", "-1", "x", "99999999999", "0x1", "/a", "4294967295"];

/// What stands in a set of documents, by the names of an element and its parent.
#[derive(Debug, Default)]
struct Pool {
    /// Attributes with their values.
    attributes: BTreeMap<String, Vec<(String, String)>>,
    /// Children as they are written.
    children: BTreeMap<String, Vec<String>>,
}

impl Pool {
    fn of(documents: &[Document]) -> Self {
        let mut pool = Self::default();
        for document in documents {
            let Ok(tree) = roxmltree::Document::parse(&document.text) else { continue };
            for node in tree.descendants().filter(Node::is_element) {
                let attributes = pool.attributes.entry(key(node)).or_default();
                let pairs = node.attributes().filter(|attribute| attribute.namespace().is_none());
                attributes.extend(pairs.map(|pair| (pair.name().to_owned(), pair.value().to_owned())));
                let children = pool.children.entry(key(node)).or_default();
                let elements = node.children().filter(|child| child.tag_name().namespace().is_none());
                children.extend(elements.filter(Node::is_element).map(|child| document.text[child.range()].to_owned()));
            }
        }
        for list in pool.attributes.values_mut() {
            list.sort();
            list.dedup();
        }
        for list in pool.children.values_mut() {
            list.sort();
            list.dedup();
        }
        pool
    }
}

/// An element's name behind that of its parent.
fn key(node: Node) -> String {
    let parent = node.parent_element().map_or("", |parent| parent.tag_name().name());
    format!("{parent}/{}", node.tag_name().name())
}

/// Where the draws begin by default.
pub const SEED: u64 = 13;

/// `count` documents that each differ in one to three places from one of these. The same every time for one `seed`.
#[must_use]
pub fn variants(documents: &[Document], count: usize, seed: u64) -> Vec<Document> {
    let pool = Pool::of(documents);
    let mut random = Random::new(seed);
    let mut variants = Vec::with_capacity(count);
    while variants.len() < count {
        let document = &documents[random.below(documents.len())];
        let Ok(tree) = roxmltree::Document::parse(&document.text) else { continue };
        // The test driver reads past what is in a namespace.
        let own = |node: &Node| node.is_element() && node.tag_name().namespace().is_none();
        let elements: Vec<Node> = tree.root_element().descendants().filter(own).skip(1).collect();
        if elements.is_empty() {
            continue;
        }
        let mut edits = Vec::new();
        for _ in 0..=random.below(3) {
            let node = elements[random.below(elements.len())];
            edits.extend(edit(&document.text, node, &pool, &mut random));
        }
        let text = apply(&document.text, edits);
        if text != document.text && roxmltree::Document::parse(&text).is_ok() {
            variants.push(Document {
                name: format!("{}+{}", document.name, variants.len()),
                text,
                row: Row::default(),
            });
        }
    }
    variants
}

/// One change of an element.
fn edit(text: &str, node: Node, pool: &Pool, random: &mut Random) -> Option<Edit> {
    let range = node.range();
    let tag_end =
        range.start + 1 + text[range.start + 1..].find(|c: char| c.is_whitespace() || c == '>' || c == '/')?;
    let attributes: Vec<_> = node.attributes().filter(|attribute| attribute.namespace().is_none()).collect();
    let attribute = (!attributes.is_empty()).then(|| attributes[random.below(attributes.len())]);
    let known = pool.attributes.get(&key(node)).filter(|known| !known.is_empty());
    Some(match random.below(9) {
        0 => (range, String::new()),
        1 => (range.end..range.end, text[range].to_owned()),
        2 => (attribute?.range(), String::new()),
        3 => (attribute?.range_value(), ODD_VALUES[random.below(ODD_VALUES.len())].to_owned()),
        4 | 5 => {
            let attribute = attribute?;
            let same: Vec<_> = known?.iter().filter(|(name, _)| name == attribute.name()).collect();
            (attribute.range_value(), escaped(&same.get(random.below(same.len().max(1)))?.1))
        }
        6 => {
            let (name, value) = &known?[random.below(known?.len())];
            if node.has_attribute(&**name) {
                return None;
            }
            (tag_end..tag_end, format!(" {name}='{}'", escaped(value)))
        }
        7 => {
            let children = pool.children.get(&key(node)).filter(|children| !children.is_empty())?;
            let child = &children[random.below(children.len())];
            match text[range.clone()].strip_suffix("/>") {
                Some(_) => {
                    let name = &text[range.start + 1..tag_end];
                    (range.end - 2..range.end, format!(">{child}</{name}>"))
                }
                None => {
                    let end = range.start + text[range].rfind("</")?;
                    (end..end, child.clone())
                }
            }
        }
        _ => {
            let (first, last) = (node.first_child()?, node.last_child()?);
            let odd = ["", "0", "x", "1024"];
            (first.range().start..last.range().end, odd[random.below(odd.len())].to_owned())
        }
    })
}

fn escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&apos;")
}

/// These documents in profile `libvirt`, held against what the test driver of today's libvirt makes of them.
///
/// # Errors
/// When libvirt cannot be asked.
pub fn asked(name: &'static str, documents: &[Document], shared: &Path) -> Result<Measure, String> {
    let answers = oracle::ask(shared, documents)?;
    Ok(held(name, documents, answers, &measures::options(Profile::Libvirt, measures::newest())))
}

/// These documents in profile `libvirt`, held against these answers.
pub(crate) fn held(name: &'static str, documents: &[Document], answers: Vec<Answer>, options: &Options) -> Measure {
    let results = documents
        .par_iter()
        .zip(answers)
        .map(|(document, answer)| {
            let outcome = engine::upgrade(&document.text, options);
            let failure = match (answer, &outcome.text) {
                (Answer::Crash | Answer::Undecided, _) | (Answer::Refused(_), None) => None,
                (Answer::Form(expected), Some(got)) => measures::first_difference(
                    &measures::neutral(&expected, &document.text),
                    &measures::neutral(got, &document.text),
                ),
                (Answer::Form(_), None) => {
                    Some(format!("libvirt takes it; {}", measures::first_error(&outcome).unwrap_or_default()))
                }
                (Answer::Refused(why), Some(_)) => Some(format!("libvirt refuses it: {why}")),
            };
            (document.name.clone(), failure)
        })
        .collect();
    Measure::of(name, results)
}
