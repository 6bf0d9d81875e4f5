//! What the pages tell: chapters and elements, with the links between them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ptr;

use relaxng_model::Grammar;
use relaxng_model::facts::Facts;
use relaxng_model::grammar::{Kind, NameClass, Pattern};
use relaxng_model::places::{Condition, Content, Given, Place};
use relaxng_model::schema::NodeId;

use super::Options;
use super::rules::{self, Rule};

/// How many letters of a documentation can be searched.
const SEARCHED: usize = 34;

/// The whole reference.
pub struct Site<'g> {
    pub grammar: &'g Grammar,
    pub options: &'g Options,
    pub chapters: Vec<Chapter<'g>>,
    pub elements: Vec<Element<'g>>,
    numbers: HashMap<*const Pattern, usize>,
    /// The rules about each element, by the numbers of both.
    rules: Vec<Vec<&'g Rule>>,
    /// How often an anchor was asked for.
    taken: HashMap<String, usize>,
    /// Every version that is named, newest first.
    pub versions: Vec<String>,
}

/// A page: what one file of the schema is about.
pub struct Chapter<'g> {
    pub title: String,
    /// The name of its file, without directories.
    pub page: String,
    pub docs: Vec<&'g str>,
    /// The numbers of its elements.
    pub elements: Vec<usize>,
}

/// An element, in one of its forms.
pub struct Element<'g> {
    pub name: &'g str,
    pub anchor: String,
    pub chapter: usize,
    pub facts: Facts<'g>,
    pub content: Content<'g>,
    /// Where it stands: the element around it, and what chooses it there.
    pub parents: Vec<(usize, Vec<Condition<'g>>)>,
}

/// Something to be searched for.
pub struct Entry {
    pub name: String,
    /// What it belongs to.
    pub context: String,
    /// The page that tells of it.
    pub page: String,
    pub anchor: String,
    pub words: String,
    /// The attributes of an element, each with its words.
    pub attributes: Vec<(String, String)>,
}

impl<'g> Site<'g> {
    pub fn of(grammar: &'g Grammar, options: &'g Options) -> Self {
        let mut site = Self {
            grammar,
            options,
            chapters: chapters(grammar),
            elements: Vec::new(),
            numbers: HashMap::new(),
            rules: Vec::new(),
            taken: HashMap::new(),
            versions: Vec::new(),
        };
        site.number("", &grammar.start);
        for define in &grammar.defines {
            site.number(&define.name, &define.pattern);
        }
        site.parents();
        site.rules();
        site.versions = versions(grammar);
        site.chapters.iter_mut().for_each(|chapter| chapter.elements.clear());
        for (number, element) in site.elements.iter().enumerate() {
            site.chapters[element.chapter].elements.push(number);
        }
        site
    }

    /// Notes the elements of a definition: that which it is, and those that stand in place in it.
    fn number(&mut self, define: &str, pattern: &'g Pattern) {
        match &pattern.kind {
            Kind::Element { name: NameClass::Name { local, .. }, pattern: inner } => {
                let whole = self.grammar.schema.node(pattern.origin).parent;
                let is_whole = whole.is_some_and(|parent| self.grammar.schema.node(parent).tag == "define");
                let wanted = match (is_whole, define) {
                    (true, _) => define.to_owned(),
                    (false, "") => local.clone(),
                    (false, _) => format!("{define}.{local}"),
                };
                let count = self.taken.entry(wanted.clone()).or_default();
                *count += 1;
                let anchor = if *count == 1 { wanted } else { format!("{wanted}~{count}") };
                let content = Place::at(pattern).content(self.grammar, &Given::default());
                let chapter = self.chapter_of(pattern.origin);
                self.numbers.insert(ptr::from_ref(pattern), self.elements.len());
                self.elements.push(Element {
                    name: local,
                    anchor,
                    chapter,
                    facts: Facts::of(&self.grammar.schema, &[pattern.origin]),
                    content,
                    parents: Vec::new(),
                });
                self.number(define, inner);
            }
            Kind::Element { pattern, .. } | Kind::OneOrMore(pattern) => self.number(define, pattern),
            Kind::Choice(members) | Kind::Group(members) | Kind::Interleave(members) => {
                members.iter().for_each(|member| self.number(define, member));
            }
            _ => {}
        }
    }

    fn parents(&mut self) {
        let mut found: Vec<(usize, (usize, Vec<Condition<'g>>))> = Vec::new();
        for (number, element) in self.elements.iter().enumerate() {
            for form in element.content.children.iter().flat_map(|child| &child.forms) {
                if let Some(child) = self.number_of(form.pattern) {
                    found.push((child, (number, form.when.clone())));
                }
            }
        }
        for (child, parent) in found {
            self.elements[child].parents.push(parent);
        }
    }

    /// Finds the rules about each element, by the ways that lead to it.
    fn rules(&mut self) {
        self.rules = vec![Vec::new(); self.elements.len()];
        let roots = (0..self.elements.len()).filter(|number| self.elements[*number].parents.is_empty());
        let mut open: Vec<(usize, String, Vec<usize>)> = roots.map(|root| (root, String::new(), Vec::new())).collect();
        let mut seen: HashSet<(usize, String)> = HashSet::new();
        while let Some((number, path, mut chain)) = open.pop() {
            if chain.contains(&number) || !seen.insert((number, path.clone())) {
                continue;
            }
            chain.push(number);
            for rule in self.options.rules.all().filter(|rule| rule.is_about(&path)) {
                if !self.rules[number].iter().any(|known| known.id == rule.id) {
                    self.rules[number].push(rule);
                }
            }
            for child in &self.elements[number].content.children {
                let below = if path.is_empty() { child.name.to_owned() } else { format!("{path}/{}", child.name) };
                let inner = child.forms.iter().filter_map(|form| self.number_of(form.pattern));
                open.extend(inner.map(|inner| (inner, below.clone(), chain.clone())));
            }
        }
    }

    /// The rules about an element.
    pub fn rules_of(&self, number: usize) -> &[&'g Rule] {
        &self.rules[number]
    }

    pub fn number_of(&self, pattern: &Pattern) -> Option<usize> {
        self.numbers.get(&ptr::from_ref(pattern)).copied()
    }

    fn chapter_of(&self, node: NodeId) -> usize {
        self.grammar.schema.node(node).location.file.0 as usize
    }

    /// The link to an element from a page.
    pub fn link(&self, number: usize, from: usize) -> String {
        let element = &self.elements[number];
        let page = if element.chapter == from { "" } else { &self.chapters[element.chapter].page };
        format!("{page}#{}", element.anchor)
    }

    /// Everything that can be searched for.
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for element in &self.elements {
            let around = element.parents.first().map(|(parent, _)| self.elements[*parent].name);
            entries.push(Entry {
                name: element.name.to_owned(),
                context: around.map_or_else(String::new, |around| format!("in {around}")),
                page: self.chapters[element.chapter].page.clone(),
                anchor: element.anchor.clone(),
                words: short(&element.facts.text()),
                attributes: element
                    .content
                    .attributes
                    .iter()
                    .map(|it| (it.name.to_owned(), short(&it.facts(self.grammar).text())))
                    .collect(),
            });
        }
        entries.extend(self.options.rules.all().map(|rule| Entry {
            name: rule.id.clone(),
            context: "rule".to_owned(),
            page: rule.page(),
            anchor: rule.id.clone(),
            words: short(&rule.summary),
            attributes: Vec::new(),
        }));
        entries
    }
}

/// The files of a schema that hold anything, by their numbers.
fn chapters(grammar: &Grammar) -> Vec<Chapter<'_>> {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let files = grammar.schema.files.iter().enumerate();
    let chapter = |(number, file): (usize, &relaxng_model::schema::File)| {
        let stem = file.name.trim_end_matches(".rng");
        let name = stem.rsplit('/').next().unwrap_or(stem).to_owned();
        // Other pages have other names.
        let wanted = stem.replace('/', "-");
        let count = taken.entry(wanted.clone()).or_default();
        *count += 1;
        let page = if *count == 1 { format!("{wanted}.html") } else { format!("{wanted}-{count}.html") };
        let is_taken = matches!(page.as_str(), "index.html" | rules::PAGE) || page.starts_with(rules::PAGES);
        let page = if is_taken { format!("format-{page}") } else { page };
        let id = relaxng_model::schema::FileId(u32::try_from(number).unwrap_or(u32::MAX));
        let root = grammar.schema.root(id);
        let docs = root.map(|root| grammar.schema.annotations(root).documentation().collect()).unwrap_or_default();
        Chapter { title: name, page, docs, elements: Vec::new() }
    };
    files.map(chapter).collect()
}

fn versions(grammar: &Grammar) -> Vec<String> {
    let named =
        grammar.schema.nodes.iter().filter_map(|node| node.annotations.attribute(relaxng_model::facts::NS, "since"));
    let mut all: Vec<Vec<u32>> = named.map(numbers).collect();
    all.sort();
    all.dedup();
    let text = |version: &Vec<u32>| version.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
    all.iter().rev().map(text).collect()
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// The beginning of a text.
fn short(text: &str) -> String {
    text.char_indices().nth(SEARCHED).map_or_else(|| text.to_owned(), |(end, _)| text[..end].to_owned())
}
