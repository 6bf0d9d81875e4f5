//! Pairs of documents for `dommigrate diff`: a document of the corpus, and the same rewritten without a change of meaning, or
//! changed at random. libvirt itself says which is which.

use std::fs;
use std::ops::Range;
use std::path::Path;

use dommigrate::cli::Profile;
use dommigrate::meaning::Comparison;
use rayon::prelude::*;
use roxmltree::Node;

use crate::corpus::Document;
use crate::measures::{Measure, first_difference, neutral, options};
use crate::oracle::Libvirt;

/// A small generator of pseudo-random numbers (SplitMix64): pairs are the same on every machine.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// One edit of a text.
pub type Edit = (Range<usize>, String);

/// A text with its edits made; of those that overlap the first.
#[must_use]
pub fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut out = String::new();
    let mut done = 0;
    for (range, new) in edits {
        if range.start < done {
            continue;
        }
        out.push_str(&text[done..range.start]);
        out.push_str(&new);
        done = range.end;
    }
    out.push_str(&text[done..]);
    out
}

/// A rewriting that libvirt reads alike, more often than not: order of children and attributes, units, spelling of addresses, quotes.
pub fn rewrite(text: &str, random: &mut Random) -> String {
    let Ok(document) = roxmltree::Document::parse(text) else { return text.to_owned() };
    let elements: Vec<Node> = document.descendants().filter(Node::is_element).collect();
    let mut edits: Vec<Edit> = Vec::new();
    for _ in 0..4 {
        let node = elements[random.below(elements.len())];
        match random.below(5) {
            0 => swap_attributes(text, node, random, &mut edits),
            1 => swap_children(text, document.root_element(), random, &mut edits),
            2 => plain_unit(text, &elements, &mut edits),
            3 => other_number(node, &mut edits),
            _ => edits.push((node.range().start..node.range().start, "<!-- seen -->".to_owned())),
        }
    }
    apply(text, edits)
}

fn swap_attributes(text: &str, node: Node, random: &mut Random, edits: &mut Vec<Edit>) {
    let attributes: Vec<_> = node.attributes().collect();
    if attributes.len() < 2 {
        return;
    }
    let at = random.below(attributes.len() - 1);
    let (a, b) = (attributes[at].range(), attributes[at + 1].range());
    edits.push((a.start..b.end, format!("{}{}{}", &text[b.clone()], &text[a.end..b.start], &text[a])));
}

fn swap_children(text: &str, root: Node, random: &mut Random, edits: &mut Vec<Edit>) {
    let children: Vec<_> = root.children().filter(Node::is_element).collect();
    if children.len() < 2 {
        return;
    }
    let at = random.below(children.len() - 1);
    let (a, b) = (children[at], children[at + 1]);
    if a.tag_name() != b.tag_name() {
        let (a, b) = (a.range(), b.range());
        edits.push((a.start..b.end, format!("{}{}{}", &text[b.clone()], &text[a.end..b.start], &text[a])));
    }
}

/// `unit='KiB'` is what a size without a unit is taken for.
fn plain_unit(text: &str, elements: &[Node], edits: &mut Vec<Edit>) {
    for node in elements.iter().filter(|node| matches!(node.tag_name().name(), "memory" | "currentMemory")) {
        if let Some(unit) = node.attributes().find(|a| a.name() == "unit" && a.value() == "KiB")
            && node.parent_element() == node.document().root_element().into()
        {
            let range = unit.range();
            let start = text[..range.start].trim_end().len();
            edits.push((start..range.end, String::new()));
        }
    }
}

/// A hexadecimal number of a PCI address in decimal.
fn other_number(node: Node, edits: &mut Vec<Edit>) {
    if node.attribute("type") != Some("pci") {
        return;
    }
    if let Some(slot) = node.attributes().find(|a| a.name() == "slot")
        && let Some(number) = slot.value().strip_prefix("0x").and_then(|digits| u32::from_str_radix(digits, 16).ok())
    {
        edits.push((slot.range_value(), number.to_string()));
    }
}

/// A change at random: a digit, a value, an element.
fn change(text: &str, random: &mut Random) -> String {
    let Ok(document) = roxmltree::Document::parse(text) else { return text.to_owned() };
    let elements: Vec<Node> =
        document.descendants().filter(|node| node.is_element() && node.parent_element().is_some()).collect();
    if elements.is_empty() {
        return text.to_owned();
    }
    for _ in 0..50 {
        let node = elements[random.below(elements.len())];
        let attributes: Vec<_> = node.attributes().collect();
        match random.below(4) {
            0 => return apply(text, vec![(node.range(), String::new())]),
            1 if !attributes.is_empty() => {
                let attribute = attributes[random.below(attributes.len())];
                let start = text[..attribute.range().start].trim_end().len();
                return apply(text, vec![(start..attribute.range().end, String::new())]);
            }
            2 if !attributes.is_empty() => {
                let range = attributes[random.below(attributes.len())].range_value();
                if let Some(new) = other_digit(&text[range.clone()], random) {
                    return apply(text, vec![(range, new)]);
                }
            }
            3 => {
                if let Some(child) = node.first_child().filter(Node::is_text)
                    && let Some(new) = other_digit(&text[child.range()], random)
                {
                    return apply(text, vec![(child.range(), new)]);
                }
            }
            _ => {}
        }
    }
    text.to_owned()
}

fn other_digit(value: &str, random: &mut Random) -> Option<String> {
    let digits: Vec<usize> = value.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()).map(|(at, _)| at).collect();
    if digits.is_empty() {
        return None;
    }
    let at = digits[random.below(digits.len())];
    let digit = (value.as_bytes()[at] - b'0' + 1 + u8::try_from(random.below(8)).ok()?) % 10;
    Some(format!("{}{digit}{}", &value[..at], &value[at + 1..]))
}

/// Whether `dommigrate diff` says of `count` pairs what libvirt says. Pairs of which libvirt refuses one do not count.
///
/// # Errors
/// When libvirt cannot be asked.
pub fn diff(name: &'static str, documents: &[Document], shared: &Path, count: usize) -> Result<Measure, String> {
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (before, after) = (directory.path().join("before"), directory.path().join("after"));
    let mut random = Random::new(2025);
    let taken: Vec<&Document> = documents
        .iter()
        .filter(|document| crate::corpus::canonical(shared, "9.0.0", &document.name).is_some())
        .collect();
    let mut pairs = Vec::new();
    for number in 0..count + count / 4 {
        let document = taken[random.below(taken.len())];
        let other =
            if number % 2 == 0 { rewrite(&document.text, &mut random) } else { change(&document.text, &mut random) };
        pairs.push((format!("{number:05}.xml"), document, other));
    }
    for (name, document, other) in &pairs {
        for (root, text) in [(&before, &document.text), (&after, other)] {
            fs::create_dir_all(root).and_then(|()| fs::write(root.join(name), text)).map_err(|e| e.to_string())?;
        }
    }
    let answer = Libvirt::System.same(shared, &before, &after)?;
    let refused: std::collections::BTreeSet<&str> =
        answer.lines().filter_map(|line| line.split_once(": taken before, ")).map(|(name, _)| name).collect();
    let different: std::collections::BTreeSet<&str> =
        answer.lines().filter_map(|line| line.strip_suffix(": read differently")).collect();
    let target = "9.0.0".parse().map_err(|_| "a version")?;
    let comparison = Comparison::new(options(Profile::Modern, target), options(Profile::Libvirt, target));
    pairs.retain(|(name, ..)| !refused.contains(&**name));
    pairs.truncate(count);
    let results: Vec<(String, Option<Option<String>>, bool)> = pairs
        .par_iter()
        .map(|(name, document, other)| {
            let meaning = |text| comparison.known_form(text).ok();
            let theirs = !different.contains(&**name);
            let ours = meaning(&document.text).zip(meaning(other)).map(|(a, b)| {
                // A change of what the test driver does not read, or makes up where it is absent, is none to it.
                let without_architecture = if other.contains("arch=") { &document.text } else { other };
                let seen = |text| if theirs { neutral(text, without_architecture) } else { text.to_owned() };
                first_difference(&seen(&a), &seen(&b))
            });
            (format!("{name} {}", document.name), ours, theirs)
        })
        .collect();
    let mut measure = Measure { name, ..Measure::default() };
    let mut unread = 0;
    for (case, ours, theirs) in results {
        measure.cases += 1;
        match (ours, theirs) {
            (Some(None), false) => measure.failed.insert(case, "false same".to_owned()),
            (Some(Some(why)), true) => measure.failed.insert(case, format!("false different: {why}")),
            // The command says that it cannot read one of them, and exits with 2: no verdict, so no false one.
            (None, _) => {
                unread += 1;
                None
            }
            _ => None,
        };
    }
    measure.remarks.push(format!("no verdict, as one of the two is refused: {unread}"));
    measure.remarks.push(format!("libvirt-oracle same: {}", answer.lines().last().unwrap_or_default()));
    Ok(measure)
}
