//! Pairs of documents for `dommigrate diff` that hold what no schema knows: strewn in at random, in one of them or, the same, in both.

use dommigrate::cli::{Profile, Unknown};
use dommigrate::engine;
use dommigrate::finding::ids;
use dommigrate::meaning::{Comparison, Verdict};
use domxml_xml::Spare;
use rayon::prelude::*;
use roxmltree::Node;

use crate::corpus::Document;
use crate::measures::{Measure, options};
use crate::pairs::{Edit, Random, apply, rewrite};

fn comparison() -> Comparison {
    let newest = dommigrate::features::newest();
    Comparison::new(options(Profile::Modern, newest), options(Profile::Libvirt, newest))
}

/// Whether `diff` can judge a document.
fn judged(document: &Document, comparison: &Comparison) -> bool {
    matches!(comparison.compare(&document.text, &document.text), Ok(Verdict::Same))
}

/// Whether the reader finds something that it does not know.
fn holds_unknown(text: &str) -> bool {
    let mut spare = Spare::default();
    domxml_xml::parse(text, &mut spare)
        .is_ok_and(|tree| engine::read_findings(&tree).iter().any(|finding| finding.rule == ids::UNKNOWN))
}

/// Something unknown at a random place: an element, an attribute, a text, a value of an attribute, each with `value` in it.
fn strew(text: &str, seed: u64, value: &str) -> String {
    let mut random = Random::new(seed);
    let Ok(document) = roxmltree::Document::parse(text) else { return text.to_owned() };
    let elements: Vec<Node> = document.descendants().filter(Node::is_element).collect();
    let node = elements[random.below(elements.len())];
    let tag = node.range().start
        + 1
        + node.tag_name().name().len()
        + text[node.range().start + 1..].find(node.tag_name().name()).unwrap_or(0);
    let children: Vec<Node> = node.children().filter(Node::is_element).collect();
    // Half of them are values, of those attributes that do not take any.
    if random.below(2) == 0
        && let Some(attribute) = node.attributes().nth(random.below(node.attributes().len().max(1)))
    {
        let text = apply(text, vec![(attribute.range_value(), value.to_owned())]);
        if holds_unknown(&text) {
            return text;
        }
    }
    let edit: Edit = match (random.below(4), children.first()) {
        (0, Some(child)) => (child.range().start..child.range().start, format!("<strange a='{value}'/>")),
        (1, Some(child)) => (child.range().start..child.range().start, format!("<strange>{value}</strange>")),
        (2, Some(child)) => (child.range().end..child.range().end, value.to_owned()),
        _ => (tag..tag, format!(" strange='{value}'")),
    };
    apply(text, vec![edit])
}

/// `count` documents that `diff` can judge, each with the seed of what is strewn into it. Only as many are judged as it takes: the next one
/// stands in for one that cannot be.
fn drawn<'d>(documents: &'d [Document], comparison: &Comparison, count: usize, seed: u64) -> Vec<(u64, &'d Document)> {
    let mut random = Random::new(seed);
    let places: Vec<usize> = (0..count).map(|_| random.below(documents.len())).collect();
    let from = |place: usize| documents[place..].iter().chain(&documents[..place]);
    let drawn = places.into_par_iter().filter_map(|place| from(place).find(|document| judged(document, comparison)));
    (0..count as u64).zip(drawn.collect::<Vec<_>>()).collect()
}

/// `count` pairs that differ in unknown content alone: those that are called the same fall short.
#[must_use]
pub fn different(name: &'static str, documents: &[Document], count: usize) -> Measure {
    let comparison = comparison();
    let results: Vec<_> = drawn(documents, &comparison, count, 7)
        .into_par_iter()
        .map(|(seed, document)| {
            let one = strew(&document.text, seed, "one");
            let other = if seed % 2 == 0 { document.text.clone() } else { strew(&document.text, seed, "two") };
            let verdict = comparison.compare(&one, &other);
            let unjudged = matches!(verdict, Err(_) | Ok(Verdict::Unjudged(_)));
            let same = matches!(verdict, Ok(Verdict::Same));
            (format!("{seed:05} {}", document.name), same.then(|| "called the same".to_owned()), unjudged)
        })
        .collect();
    measure(name, results)
}

/// `count` pairs that hold the same unknown content and differ in spelling, order or legacy form: those that are called different
/// fall short.
#[must_use]
pub fn same(name: &'static str, documents: &[Document], count: usize) -> Measure {
    let comparison = comparison();
    let modern = options(Profile::Modern, dommigrate::features::newest());
    let results: Vec<_> = drawn(documents, &comparison, count, 11)
        .into_par_iter()
        .map(|(seed, document)| {
            let one = strew(&document.text, seed, "one");
            let mut random = Random::new(seed);
            let other = match seed % 3 {
                0 => engine::format(&one, Unknown::Keep).text,
                1 => engine::upgrade(&one, &modern).text,
                _ => Some(rewrite(&one, &mut random)),
            };
            let verdict = comparison.compare(&one, &other.unwrap_or_else(|| one.clone()));
            let unjudged = matches!(verdict, Err(_) | Ok(Verdict::Unjudged(_)));
            let why = match verdict {
                Ok(Verdict::Different(changes)) => {
                    Some(format!("called different: {}", changes.first().map_or("", |change| &change.path)))
                }
                _ => None,
            };
            (format!("{seed:05} {}", document.name), why, unjudged)
        })
        .collect();
    measure(name, results)
}

fn measure(name: &'static str, results: Vec<(String, Option<String>, bool)>) -> Measure {
    let unjudged = results.iter().filter(|(.., unjudged)| *unjudged).count();
    let mut measure = Measure::of(name, results.into_iter().map(|(case, why, _)| (case, why)).collect());
    measure.remarks.push(format!("not judged: {unjudged}"));
    measure
}
