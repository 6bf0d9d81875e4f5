//! What a document is: a domain, something that holds domains (the status file of a running guest, a snapshot, a checkpoint, a
//! list of machines), or something else.
//!
//! The domains in a holder are judged and rewritten in place; every byte around them stays.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use domxml_xml::Spare;
use roxmltree::{Document, Node};

use crate::engine::{self, Outcome};
use crate::finding::{Finding, Level, ids};
use crate::input::dressed;

/// The root element of a machine's definition.
const DOMAIN: &str = "domain";

/// What libvirt itself puts around domains, and what it calls them there.
const HOLDERS: [&str; 4] = ["domstatus", "domainsnapshot", "domaincheckpoint", "domainbackup"];
const NAMES: [&str; 2] = [DOMAIN, "inactiveDomain"];

/// What a document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A domain, or text in which no root element can be found: its reader says what is wrong.
    Domain,
    /// Something that holds domains.
    Holder(Vec<Part>),
    /// Something that should hold domains and cannot be read.
    Unreadable(Finding),
    /// Another document: the name and the place of its root element.
    Other {
        /// The root element's name.
        root: String,
        /// Where it begins.
        at: usize,
    },
}

/// A domain in a holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    range: Range<usize>,
    /// The element's name there.
    name: String,
    /// Path of the element in the holder.
    path: String,
    /// How many levels it is indented.
    depth: usize,
}

/// A domain of a document, alone and under its own name.
#[derive(Debug)]
pub struct Inner<'t> {
    /// Its text.
    pub text: Cow<'t, str>,
    /// Where it stands in the document; none where it is the document.
    part: Option<&'t Part>,
}

impl Inner<'_> {
    /// A place in it, as one in the document.
    #[must_use]
    pub fn span(&self, span: Range<usize>) -> Range<usize> {
        self.part.map_or(span.clone(), |part| part.at(span.start)..part.at(span.end))
    }

    /// A path from it on, as one from the root of the document on.
    #[must_use]
    pub fn path(&self, path: String) -> String {
        self.part.map_or(path.clone(), |part| part.path_of(&path))
    }

    /// A finding about it, as one about the document.
    #[must_use]
    pub fn place(&self, finding: Finding) -> Finding {
        Finding { span: self.span(finding.span), path: self.path(finding.path), ..finding }
    }
}

impl Content {
    /// Looks no further into a domain than its root element.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let Some((root, at)) = root(text) else { return Self::Domain };
        if root.rsplit(':').next() == Some(DOMAIN) {
            return Self::Domain;
        }
        let other = || Self::Other { root: root.to_owned(), at };
        let known = HOLDERS.contains(&root);
        if !known && !text.contains("<domain") {
            return other();
        }
        let mut spare = Spare::default();
        match domxml_xml::parse(text, &mut spare) {
            Ok(tree) => match parts(&tree.document, known) {
                parts if parts.is_empty() => other(),
                parts => Self::Holder(parts),
            },
            Err(error) if known => Self::Unreadable(engine::syntax_error(error)),
            Err(_) => other(),
        }
    }

    /// Why no command can do anything with the document.
    #[must_use]
    pub fn objection(&self) -> Option<Finding> {
        match self {
            Self::Domain | Self::Holder(_) => None,
            Self::Unreadable(finding) => Some(finding.clone()),
            Self::Other { root, at } => {
                let message = format!("a <{root}> is no machine definition, and holds none");
                Some(Finding { path: root.clone(), ..Finding::new(ids::NOT_A_DOMAIN, Level::Error, *at..*at, message) })
            }
        }
    }

    /// The domains of a document.
    #[must_use]
    pub fn domains<'t>(&'t self, text: &'t str) -> Vec<Inner<'t>> {
        match self {
            Self::Holder(parts) => parts.iter().map(|part| Inner { text: part.text(text), part: Some(part) }).collect(),
            _ => vec![Inner { text: Cow::Borrowed(text), part: None }],
        }
    }

    /// Whether a place is in a domain of a document, or that has no others around it.
    #[must_use]
    pub fn holds(&self, at: usize) -> bool {
        match self {
            Self::Holder(parts) => parts.iter().any(|part| part.range.contains(&at)),
            _ => true,
        }
    }

    /// Lets `judge` look at each domain of a document.
    pub fn findings(&self, text: &str, mut judge: impl FnMut(&str) -> Vec<Finding>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for domain in self.domains(text) {
            let found = judge(&domain.text);
            findings.extend(found.into_iter().map(|finding| domain.place(finding)));
        }
        findings
    }

    /// The path of each domain in a document, in their order.
    #[must_use]
    pub fn paths(&self) -> Vec<&str> {
        match self {
            Self::Holder(parts) => parts.iter().map(|part| part.path.as_str()).collect(),
            _ => vec![DOMAIN],
        }
    }

    /// Lets `rewrite` make each domain of a document anew; it is told how many levels the domain is indented. Where one of them
    /// cannot be, the document is left. What is printed anew gets the document's declaration and line ends.
    pub fn rewrite(&self, text: &str, mut rewrite: impl FnMut(&str, usize) -> Outcome) -> Outcome {
        let Self::Holder(parts) = self else { return dress(text, rewrite(text, 0)) };
        let mut whole = Some(String::with_capacity(text.len()));
        let (mut findings, mut printed) = (Vec::new(), Vec::new());
        let mut done = 0;
        for (part, domain) in parts.iter().zip(self.domains(text)) {
            let outcome = dress(&text[part.range.clone()], rewrite(&domain.text, part.depth));
            findings.extend(outcome.findings.into_iter().map(|finding| domain.place(finding)));
            printed.extend(outcome.printed);
            whole = whole.zip(outcome.text).map(|(mut whole, new)| {
                whole.push_str(&text[done..part.range.start]);
                whole.push_str(&part.named(new.trim()));
                whole
            });
            done = part.range.end;
        }
        let text = whole.map(|whole| whole + &text[done..]);
        // What is around the domains is the original's.
        Outcome { findings, text, carried_over: true, printed, ..Outcome::default() }
    }
}

impl Part {
    /// The domain alone, under its own name.
    fn text<'t>(&self, holder: &'t str) -> Cow<'t, str> {
        let text = &holder[self.range.clone()];
        if self.name == DOMAIN { Cow::Borrowed(text) } else { Cow::Owned(renamed(text, &self.name, DOMAIN)) }
    }

    /// A domain under the name that it has in the holder.
    fn named(&self, text: &str) -> String {
        if self.name == DOMAIN { text.to_owned() } else { renamed(text, DOMAIN, &self.name) }
    }

    /// A place in the domain alone, as one in the holder.
    fn at(&self, at: usize) -> usize {
        let longer = self.name.len() - DOMAIN.len();
        let inside = if at > DOMAIN.len() { at + longer } else { at };
        (self.range.start + inside).min(self.range.end)
    }

    /// A path in the domain alone, as one in the holder.
    fn path_of(&self, path: &str) -> String {
        let (slash, path) = path.strip_prefix('/').map_or(("", path), |path| ("/", path));
        format!("{slash}{}{}", self.path, path.strip_prefix(DOMAIN).unwrap_or_default())
    }
}

/// An outcome in the dress of its original.
fn dress(original: &str, mut outcome: Outcome) -> Outcome {
    if !outcome.carried_over {
        outcome.text = outcome.text.map(|text| dressed(original, &text));
        outcome.carried_over = true;
    }
    outcome
}

/// An element under another name.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let inner = text.strip_prefix('<').and_then(|text| text.strip_prefix(from)).unwrap_or(text);
    match inner.rsplit_once("</") {
        Some((inner, end)) if end.starts_with(from) => format!("<{to}{inner}</{to}{}", &end[from.len()..]),
        _ => format!("<{to}{inner}"),
    }
}

/// The domains of a document that is none.
fn parts(document: &Document<'_>, known: bool) -> Vec<Part> {
    let mut nodes: Vec<Node<'_, '_>> = Vec::new();
    let mut end = 0;
    for node in document.root_element().descendants().filter(Node::is_element) {
        // What a domain holds is its own.
        if node.range().start >= end && is_domain(node, known) {
            end = node.range().end;
            nodes.push(node);
        }
    }
    let key = |node: &Node<'_, '_>| (node.parent().map(|parent| parent.id()), node.tag_name().name().to_owned());
    let mut counts: HashMap<_, (usize, usize)> = HashMap::new();
    for node in &nodes {
        counts.entry(key(node)).or_default().0 += 1;
    }
    let part = |node: &Node<'_, '_>| {
        let (all, before) = counts.entry(key(node)).or_default();
        *before += 1;
        let mut names: Vec<&str> =
            node.ancestors().filter(Node::is_element).map(|node| node.tag_name().name()).collect();
        names.reverse();
        let index = if *all > 1 { format!("[{before}]") } else { String::new() };
        Part {
            range: node.range(),
            name: node.tag_name().name().to_owned(),
            path: names.join("/") + &index,
            depth: depth(document.input_text(), node.range().start, names.len() - 1),
        }
    };
    nodes.iter().map(part).collect()
}

/// Whether an element is the definition of a machine. Other documents have elements of that name too: the DNS domain of a
/// network, the kinds of domains in the capabilities of a host.
fn is_domain(node: Node<'_, '_>, known: bool) -> bool {
    if node.ancestors().any(|node| node.tag_name().namespace().is_some()) || !NAMES.contains(&node.tag_name().name()) {
        return false;
    }
    let typed = node.has_attribute("type");
    let named = node.children().any(|child| child.has_tag_name("name"));
    // Snapshots of old libvirt name the domain by its UUID alone.
    if known { typed || named } else { typed && named && node.tag_name().name() == DOMAIN }
}

/// How many levels what begins at a place is indented, from the blanks before it on its line.
fn depth(text: &str, at: usize, levels: usize) -> usize {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let blanks = &text[line..at];
    if blanks.bytes().all(|byte| byte == b' ') { blanks.len() / 2 } else { levels }
}

/// The name of the root element and where it begins. None where there is no such thing.
fn root(text: &str) -> Option<(&str, usize)> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        let (start, end) = match rest {
            _ if rest.starts_with("<?") => ("<?", "?>"),
            _ if rest.starts_with("<!--") => ("<!--", "-->"),
            _ if rest.starts_with("<!DOCTYPE") => {
                rest = &rest[doctype(rest)?..];
                continue;
            }
            _ => break,
        };
        let inner = &rest[start.len()..];
        rest = &inner[inner.find(end)? + end.len()..];
    }
    let name = rest.strip_prefix('<')?;
    let length = name.find([' ', '\t', '\r', '\n', '/', '>']).unwrap_or(name.len());
    let name = &name[..length];
    let proper = name.chars().all(|c| c.is_alphanumeric() || matches!(c, ':' | '_' | '-' | '.'));
    (proper && !name.is_empty()).then(|| (name, text.len() - rest.len()))
}

/// The length of a document type declaration.
fn doctype(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut brackets = 0_usize;
    let mut comment_ends = 0;
    for (at, byte) in text.bytes().enumerate() {
        if at < comment_ends {
            continue;
        }
        match (quote, byte) {
            (None, b'<') if text[at..].starts_with("<!--") => comment_ends = at + text[at..].find("-->")? + 3,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'[') => brackets += 1,
            (None, b']') => brackets = brackets.saturating_sub(1),
            (None, b'>') if brackets == 0 => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_element_is_found_behind_what_may_stand_before_it() {
        for (text, expected) in [
            ("<domain/>", Some("domain")),
            ("\n<?xml version='1.0'?><!-- <network> --> <a:b c='d'/>", Some("a:b")),
            ("<!DOCTYPE html [<!ENTITY a '>'> <!-- ]> -->]>\n<html>", Some("html")),
            ("<!DOCTYPE html PUBLIC '-//W3C' \"a>b\">\n<html>", Some("html")),
            ("", None),
            ("text", None),
            ("<!-- never ends", None),
            ("{% if x %}<domain>", None),
            ("<{{ name }}>", None),
        ] {
            let found = root(text);
            assert_eq!(found.map(|(name, _)| name), expected, "{text}");
            assert!(found.is_none_or(|(name, at)| text[at..].starts_with(&format!("<{name}"))), "{text}");
        }
    }

    #[test]
    fn other_documents_are_told_from_holders() {
        let other = |text: &str| matches!(Content::of(text), Content::Other { .. });
        assert!(other("<network><name>x</name><domain name='example.com'/></network>"));
        assert!(other(
            "<capabilities><guest><arch><domain type='kvm'><emulator/></domain></arch></guest></capabilities>"
        ));
        assert!(other("<domainsnapshot><name>x</name><domain><uuid>1</uuid></domain></domainsnapshot>"));
        assert!(other("<x:list xmlns:x='urn:x'><domain type='kvm'><name>a</name></domain></x:list>"));
        assert!(other("<html><domain></html>"), "broken, and not libvirt's");
        assert!(matches!(Content::of("<domstatus><domain></domstatus>"), Content::Unreadable(_)));
        assert_eq!(Content::of("<domain><broken"), Content::Domain);
        assert_eq!(Content::of("no XML"), Content::Domain);
    }

    #[test]
    fn findings_and_new_text_stand_where_the_domains_do() {
        let text = "<domainsnapshot>\n  <domain type='a'>\n    <name>ä</name>\n  </domain>\n  <inactiveDomain type='b'>\
                    <name>b</name></inactiveDomain  >\n</domainsnapshot>\n";
        let content = Content::of(text);
        let at = |part: &str, what: &str| Finding {
            rule: "x".into(),
            level: Level::Note,
            span: part.find(what).unwrap()..part.find(what).unwrap() + what.len(),
            path: "domain/name".to_owned(),
            message: String::new(),
            before: None,
            after: None,
        };
        let findings = content.findings(text, |part| vec![at(part, "<name>"), at(part, "</name>")]);
        let places: Vec<_> = findings.iter().map(|finding| (&text[finding.span.clone()], &*finding.path)).collect();
        let [snapshot, inactive] = ["domainsnapshot/domain/name", "domainsnapshot/inactiveDomain/name"];
        let expected = [("<name>", snapshot), ("</name>", snapshot), ("<name>", inactive), ("</name>", inactive)];
        assert_eq!(places, expected);
        let outcome = content.rewrite(text, |part, depth| {
            assert!(part.starts_with("<domain type=") && part.trim_end_matches([' ', '>']).ends_with("</domain"));
            assert_eq!(depth, 1);
            Outcome {
                findings: Vec::new(),
                text: Some(part.replace("name>", "title>")),
                carried_over: true,
                ..Outcome::default()
            }
        });
        assert_eq!(outcome.text.as_deref(), Some(&*text.replace("name>", "title>")));
        let none = content.rewrite(text, |part, _| Outcome {
            findings: Vec::new(),
            text: (!part.contains("type='b'")).then(|| part.to_owned()),
            carried_over: true,
            ..Outcome::default()
        });
        assert_eq!(none.text, None, "one of them is left, so the document is");
    }

    #[test]
    fn several_domains_are_numbered() {
        let one = "<domain type='kvm'><name>a</name><devices><domain type='x'><name/></domain></devices></domain>";
        let Content::Holder(parts) = Content::of(&format!("<machines>{one}{one}</machines>")) else {
            panic!("no holder")
        };
        let paths: Vec<_> = parts.iter().map(|part| part.path.as_str()).collect();
        assert_eq!(paths, ["machines/domain[1]", "machines/domain[2]"]);
    }
}
