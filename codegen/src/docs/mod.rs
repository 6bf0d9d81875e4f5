//! `domgen docs`: a static reference of a format, made of its schema: a page for each file of it and each class of rules, and a search
//! over all of them.
//!
//! Pages need no server and no other host. Each thing has a link of its own that lasts as long as its name: an element that of its definition
//! (`#diskDriver`), an attribute `#diskDriver@cache`. What is newer than a version that the reader chooses is greyed out.

mod examples;
mod gather;
mod html;
mod pages;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use relaxng_model::Grammar;
use serde_json::json;

pub use examples::Examples;
pub use rules::Rules;

use gather::{Entry, Site};

/// What a reference is made with, beside the schema.
#[derive(Debug, Default)]
pub struct Options {
    /// What the format is called.
    pub title: String,
    /// The address of a manual in which `d:ref` names anchors.
    pub manual: Option<String>,
    /// Documents to draw examples from.
    pub examples: Examples,
    /// The rules that `d:legacy` names, and others that are about elements.
    pub rules: Rules,
}

/// The files of the reference by their names.
#[must_use]
pub fn reference(grammar: &Grammar, options: &Options) -> BTreeMap<PathBuf, String> {
    let site = Site::of(grammar, options);
    let mut files = BTreeMap::new();
    let mut add = |name: &str, text: String| files.insert(PathBuf::from(name), text);
    add("style.css", include_str!("style.css").to_owned());
    add("script.js", include_str!("script.js").to_owned());
    add("search.js", index(&site));
    add("index.html", pages::front(&site));
    if !options.rules.is_empty() {
        add(rules::PAGE, pages::of_rules(&site));
    }
    for (class, all) in options.rules.by_class() {
        add(&rules::page_of(class), pages::of_class(&site, class, &all));
    }
    for chapter in 0..site.chapters.len() {
        add(&site.chapters[chapter].page, pages::chapter(&site, chapter));
    }
    files
}

/// Everything that can be searched for, as a script, which a page that was opened as a file may load. Attributes stand with their elements,
/// whose page, name and anchor they share.
fn index(site: &Site<'_>) -> String {
    let entries = site.entries();
    let pages: BTreeSet<&str> = entries.iter().map(|entry| entry.page.as_str()).collect();
    let pages: Vec<&str> = pages.into_iter().collect();
    let entry = |entry: &Entry| {
        let page = pages.binary_search(&entry.page.as_str()).unwrap_or_default();
        let attributes: Vec<_> = entry.attributes.iter().map(|(name, words)| json!([name, words])).collect();
        json!([entry.name, entry.context, page, entry.anchor, entry.words, attributes])
    };
    let entries: Vec<_> = entries.iter().map(entry).collect();
    format!("window.searchIndex({}, {});\n", json!(pages), json!(entries))
}
