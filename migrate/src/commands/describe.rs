//! `explain ELEMENT`: what the schema says about an element, an attribute and its values.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use relaxng_model::grammar::{Grammar, Kind, NameClass, Pattern};
use relaxng_model::schema::{COMPATIBILITY_NS, NodeId};
use relaxng_model::{EmbeddedResolver, load};

/// Namespace of the project's own annotations.
const OWN_NS: &str = "https://domxml.org/ns/schema/1";

/// What the schema says about `subject`: an element by its name or the end of its path, as `disk` or `disk/driver`, or an attribute,
/// as `disk/driver/@cache`. None where there is no such thing.
pub(super) fn describe(subject: &str) -> Option<String> {
    let grammar = load(&EmbeddedResolver::new(domxml_schema::FILES), domxml_schema::ROOT).ok()?;
    let (path, attribute) = match subject.rsplit_once("/@") {
        Some((path, attribute)) => (path, Some(attribute)),
        None => (subject, None),
    };
    let path: Vec<&str> = path.trim_matches('/').split('/').collect();
    let mut finder = Finder { grammar: &grammar, open: Vec::new(), seen: BTreeSet::new(), path, found: Vec::new() };
    finder.pattern(&grammar.start);
    let mut text = String::new();
    let mut printed = BTreeSet::new();
    for (path, element) in finder.found {
        let page = match attribute {
            None => element_page(&grammar, &path, element),
            Some(name) => attribute_page(&grammar, &path, element, name),
        };
        if let Some(page) = page
            && printed.insert(page.split_once('\n').map_or(page.clone(), |(_, rest)| rest.to_owned()))
        {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&page);
        }
    }
    (!text.is_empty()).then_some(text)
}

/// Walks the grammar for elements whose path ends as asked.
struct Finder<'g> {
    grammar: &'g Grammar,
    open: Vec<&'g str>,
    /// Elements already entered, by node: the format recurses.
    seen: BTreeSet<(NodeId, Option<String>)>,
    path: Vec<&'g str>,
    found: Vec<(String, &'g Pattern)>,
}

impl<'g> Finder<'g> {
    fn pattern(&mut self, pattern: &'g Pattern) {
        match &pattern.kind {
            Kind::Element { name: NameClass::Name { local, .. }, pattern: content } => {
                let parent = self.open.last().map(|name| (*name).to_owned());
                self.open.push(local);
                if self.open.ends_with(&self.path) {
                    self.found.push((self.open.join("/"), pattern));
                }
                if self.seen.insert((pattern.origin, parent)) {
                    self.pattern(content);
                }
                self.open.pop();
            }
            Kind::Choice(members) | Kind::Group(members) | Kind::Interleave(members) => {
                members.iter().for_each(|member| self.pattern(member));
            }
            Kind::OneOrMore(member) => self.pattern(member),
            Kind::Ref(id) => self.pattern(&self.grammar.defines[id.0 as usize].pattern),
            _ => {}
        }
    }
}

/// The attributes and children of an element, by name, each once.
fn members<'g>(grammar: &'g Grammar, pattern: &'g Pattern, all: &mut Vec<(bool, &'g str, &'g Pattern)>) {
    match &pattern.kind {
        Kind::Attribute { name: NameClass::Name { local, .. }, .. } => all.push((true, local, pattern)),
        Kind::Element { name: NameClass::Name { local, .. }, .. } => all.push((false, local, pattern)),
        Kind::Choice(list) | Kind::Group(list) | Kind::Interleave(list) => {
            list.iter().for_each(|member| members(grammar, member, all));
        }
        Kind::OneOrMore(member) => members(grammar, member, all),
        Kind::Ref(id) => members(grammar, &grammar.defines[id.0 as usize].pattern, all),
        _ => {}
    }
}

fn values<'g>(grammar: &'g Grammar, pattern: &'g Pattern, all: &mut Vec<(&'g str, NodeId)>) {
    match &pattern.kind {
        Kind::Value { value, .. } => all.push((value, pattern.origin)),
        Kind::Choice(list) => list.iter().for_each(|member| values(grammar, member, all)),
        Kind::Ref(id) => values(grammar, &grammar.defines[id.0 as usize].pattern, all),
        _ => {}
    }
}

/// One line of facts about a node: version, default, legacy mark.
fn facts(grammar: &Grammar, node: NodeId) -> String {
    let annotations = grammar.schema.annotations(node);
    let mut facts = Vec::new();
    if let Some(since) = annotations.attribute(OWN_NS, "since") {
        facts.push(format!("since libvirt {since}"));
    }
    if let Some(default) = annotations.attribute(COMPATIBILITY_NS, "defaultValue") {
        facts.push(format!("{default} where absent"));
    }
    if let Some(rule) = annotations.attribute(OWN_NS, "legacy") {
        facts.push(format!("legacy, see {rule}"));
    }
    if annotations.attribute(OWN_NS, "output-only") == Some("true") {
        facts.push("of running domains only".to_owned());
    }
    facts.join("; ")
}

/// The documentation of a node; where it has none, that of the definition which it is the whole of.
fn documentation(grammar: &Grammar, node: NodeId) -> String {
    let of = |node: NodeId| grammar.schema.annotations(node).documentation().collect::<Vec<_>>().join(" ");
    let own = of(node);
    match grammar.schema.node(node).parent {
        Some(parent) if own.is_empty() && grammar.schema.node(parent).tag == "define" => of(parent),
        _ => own,
    }
}

fn head(grammar: &Grammar, title: &str, node: NodeId) -> String {
    let mut text = format!("{title}\n\n");
    let documentation = documentation(grammar, node);
    if !documentation.is_empty() {
        let _ = writeln!(text, "{documentation}\n");
    }
    let facts = facts(grammar, node);
    if !facts.is_empty() {
        let _ = writeln!(text, "({facts})\n");
    }
    text
}

fn rows(grammar: &Grammar, title: &str, rows: &[(String, NodeId)]) -> String {
    let mut text = String::new();
    let mut seen = BTreeSet::new();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, node) in rows {
        if !seen.insert(name) {
            continue;
        }
        if text.is_empty() {
            let _ = writeln!(text, "{title}:");
        }
        let (about, facts) = (documentation(grammar, *node), facts(grammar, *node));
        let facts = if facts.is_empty() { facts } else { format!("({facts})") };
        let line = [about, facts].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let _ = writeln!(text, "  {name:width$}  {line}");
    }
    text
}

fn element_page(grammar: &Grammar, path: &str, element: &Pattern) -> Option<String> {
    let Kind::Element { pattern: content, .. } = &element.kind else { return None };
    let mut text = head(grammar, &format!("<{}> as {path}", path.rsplit('/').next()?), element.origin);
    let mut all = Vec::new();
    members(grammar, content, &mut all);
    for (is_attribute, title) in [(true, "Attributes"), (false, "Children")] {
        let list: Vec<_> = all
            .iter()
            .filter(|(attribute, ..)| *attribute == is_attribute)
            .map(|(_, name, pattern)| ((*name).to_owned(), pattern.origin))
            .collect();
        text.push_str(&rows(grammar, title, &list));
    }
    let mut texts = Vec::new();
    values(grammar, content, &mut texts);
    let texts: Vec<_> = texts.into_iter().map(|(value, node)| (value.to_owned(), node)).collect();
    text.push_str(&rows(grammar, "Values", &texts));
    Some(text)
}

fn attribute_page(grammar: &Grammar, path: &str, element: &Pattern, name: &str) -> Option<String> {
    let Kind::Element { pattern: content, .. } = &element.kind else { return None };
    let mut all = Vec::new();
    members(grammar, content, &mut all);
    let own: Vec<_> = all.iter().filter(|(attribute, local, _)| *attribute && *local == name).collect();
    let (_, _, first) = own.first()?;
    let mut text = head(grammar, &format!("{name}= of {path}"), first.origin);
    let mut list = Vec::new();
    for (_, _, pattern) in &own {
        if let Kind::Attribute { pattern: content, .. } = &pattern.kind {
            values(grammar, content, &mut list);
        }
    }
    let list: Vec<_> = list.into_iter().map(|(value, node)| (value.to_owned(), node)).collect();
    text.push_str(&rows(grammar, "Values", &list));
    Some(text)
}
