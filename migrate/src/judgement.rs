//! What the schema says of a document, in one place for every command: the violations that the validator finds, in words for people, with
//! the level that the reader's view of the same place gives them.

mod words;

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use domxml::Domain;
use domxml_runtime::Verbatim;
use domxml_xml::{Spare, Tree};
use relaxng_model::Grammar;
use relaxng_model::validate::{Validator, Violation, ViolationKind};
use roxmltree::Document;

use crate::claim::Claim;
use crate::engine::{self, Options, Outcome};
use crate::finding::{Finding, Level, ids};
use crate::locate;
use crate::rule::{Drivers, Kind, Rule};
use crate::rules::{self, FOREIGN_EXTENSION, foreign_extension};
use words::Words;

/// Judges documents by a schema. Each thread goes on with what it has learnt from the documents before, which makes it several
/// times as fast as a new validator.
#[derive(Debug)]
pub struct Judge {
    words: Words,
    first: Validator,
    idle: Mutex<Vec<Validator>>,
    /// Whether the schema is that of the format, of which more is known.
    own: bool,
}

impl Judge {
    /// By the embedded schema: one for all who ask, as making it takes longer than most documents.
    ///
    /// # Errors
    /// Never, as long as what the build embeds is whole.
    pub fn embedded() -> Result<&'static Self, String> {
        static EMBEDDED: LazyLock<Option<Judge>> = LazyLock::new(|| {
            let first = Validator::unpack(include_bytes!(concat!(env!("OUT_DIR"), "/grammar")))?;
            Some(Judge { words: Words::default(), first, idle: Mutex::default(), own: true })
        });
        EMBEDDED.as_ref().ok_or_else(|| "the embedded schema is damaged".to_owned())
    }

    /// By any schema.
    #[must_use]
    pub fn of(grammar: &Grammar) -> Self {
        Self { words: Words::of(grammar), first: Validator::new(grammar), idle: Mutex::default(), own: false }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Validator>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn violations(&self, document: &Document<'_>) -> Vec<Violation> {
        let idle = self.idle().pop();
        let mut validator = idle.unwrap_or_else(|| self.first.clone());
        let violations = validator.validate(document);
        self.idle().push(validator);
        violations
    }

    /// What `validate` says of a document.
    #[must_use]
    pub fn validate(&self, text: &str) -> Vec<Finding> {
        let mut spare = Spare::default();
        let tree = match domxml_xml::parse(text, &mut spare) {
            Ok(tree) => tree,
            Err(error) => return vec![engine::syntax_error(error)],
        };
        let findings = found(self.judge(&tree, &[]));
        if findings.is_empty() || !self.own {
            return findings;
        }
        // What libvirt makes of it decides the level; most documents are valid and need not be read for it.
        let mut read = engine::read_findings(&tree);
        if is_other_document(&read) {
            return read;
        }
        read.retain(is_of_the_schema);
        let mut findings = self.judge(&tree, &read);
        raise(&mut findings, read);
        found(findings)
    }

    /// Names and values that the schema refuses and that are close to one that it takes: what stands there, and what may be meant
    /// (`before` and `after` of the finding).
    #[must_use]
    pub fn misspelt(&self, text: &str) -> Vec<Finding> {
        let mut spare = Spare::default();
        let Ok(tree) = domxml_xml::parse(text, &mut spare) else { return Vec::new() };
        let near = |violation: Violation| {
            let meant = violation.suggestion.clone()?;
            let mut finding = self.words.finding(text, &violation);
            finding.before = Some(text.get(violation.range.clone())?.to_owned());
            finding.after = Some(meant);
            finding.span = violation.range;
            Some(finding)
        };
        self.violations(&tree.document).into_iter().filter_map(near).collect()
    }

    /// What `check` says of a document: what `upgrade` would, and what the schema does, in the words of `validate`.
    #[must_use]
    pub fn check(&self, text: &str, options: &Options) -> Vec<Finding> {
        self.check_among_others(text, options).0
    }

    /// As [`check`](Self::check), with what the guest has for itself, so that other definitions can be told.
    #[must_use]
    pub fn check_among_others(&self, text: &str, options: &Options) -> (Vec<Finding>, Vec<Claim>) {
        let judged = |tree: Option<&Tree<'_>>, outcome: &mut Outcome| {
            if is_other_document(&outcome.findings) {
                return;
            }
            match tree {
                Some(tree) => self.add(tree, outcome, options),
                // Text that is no XML has been reported.
                None => {
                    if let Ok(tree) = domxml_xml::parse(text, &mut Spare::default()) {
                        self.add(&tree, outcome, options);
                    }
                }
            }
        };
        let Outcome { findings, claims, .. } = engine::upgrade_then(text, options, None, judged);
        (findings, claims)
    }

    /// Adds what the schema says of a document, and what is not to be told and is not found.
    fn add(&self, tree: &Tree<'_>, outcome: &mut Outcome, options: &Options) {
        let Outcome { findings, hushed, claims, untold, .. } = outcome;
        let wanted = |finding: &Finding| !options.muted.iter().any(|id| finding.rule == *id);
        // The schema says again what the reader found and is not to be told.
        findings.extend(untold.drain(..).filter(is_of_the_schema));
        self.merge(tree, findings);
        findings.retain(wanted);
        findings.retain(|finding| !hushed.hush(&finding.rule, &finding.span));
        locate::paths(tree, claims.iter_mut().map(|claim| &mut claim.finding));
        claims.retain(|claim| !hushed.hush(&claim.finding.rule, &claim.finding.span));
        findings.extend(hushed.unused().into_iter().filter(wanted));
        findings.sort_by_key(|finding| finding.span.start);
    }

    /// What the schema refuses. By the embedded one the level is `invalid` where libvirt reads it all the same, which what the
    /// reader found decides; by another one it is `error`.
    fn judge(&self, tree: &Tree<'_>, read: &[Finding]) -> Vec<Judged> {
        let document = &tree.document;
        let violations = self.violations(document);
        if violations.is_empty() && self.own {
            let notes = foreign_extensions(document).into_iter();
            return notes.map(|finding| Judged { finding, violation: None, settled: false }).collect();
        }
        let text = document.input_text();
        let places = Places::of(read);
        let findings = violations.into_iter().map(|violation| {
            let mut finding = self.words.finding(text, &violation);
            if self.own {
                finding.path = without_prefixes(&finding.path);
            }
            finding.path = tree.named(finding.path);
            finding.message = tree.named(finding.message);
            if self.own
                && let near = places.near(&finding).into_iter().map(|at| &read[at])
                && let Some(same) = near.filter(|read| same_place(&finding, read)).max_by_key(|read| read.level)
            {
                finding.level = same.level;
                finding.rule = same.rule.clone();
                if tree.is_undeclared(violation.range.start) {
                    // The reader knows which declaration is missing, but where the element does not belong.
                    let name = tree.named(text.get(violation.range.clone()).unwrap_or_default().to_owned());
                    let elsewhere = self.words.undeclared(&name, &finding.path);
                    finding.message = elsewhere.unwrap_or_else(|| same.message.clone());
                }
            } else if self.own {
                finding.level = Level::Invalid;
            }
            Judged { finding, violation: Some(violation), settled: false }
        });
        findings.collect()
    }

    /// Puts what the schema refuses in the place of what the reader says of the same places, and adds the rest.
    fn merge(&self, tree: &Tree<'_>, findings: &mut Vec<Finding>) {
        let (read, mut others): (Vec<_>, Vec<_>) = std::mem::take(findings).into_iter().partition(is_of_the_schema);
        let mut judged = self.judge(tree, &read);
        judged.retain(|judged| judged.finding.rule != FOREIGN_EXTENSION);
        others.extend(raise(&mut judged, read));
        let places = Places::of(judged.iter().map(|judged| &judged.finding));
        others.retain(|other| {
            // Of several things that are wrong with an element a refusal is first of the one that it names.
            let about = places.about(&other.path).iter().chain(places.within(&other.path)).copied();
            let (named, rest): (Vec<_>, Vec<_>) = about.partition(|at| judged[*at].is_named_by(other));
            !named.into_iter().chain(rest).any(|at| judged[at].is_refused_by(other))
        });
        others.retain(|other| !places.about(&other.path).iter().any(|at| judged[*at].is_mended_by(other)));
        explain(&mut judged, &mut others);
        let mut judged = found(judged);
        judged.append(&mut others);
        judged.sort_by_key(|finding| (finding.span.start, finding.level));
        *findings = judged;
    }
}

/// Joins each note that says what libvirt makes of what the schema refuses to that: one edit, one finding.
fn explain(judged: &mut [Judged], others: &mut Vec<Finding>) {
    let notes = Places::of(others.iter());
    let mut told = vec![false; others.len()];
    for judged in judged {
        let element = element_of(&judged.finding.path);
        let mut near = notes.about(element).iter().chain(notes.about(around(element)));
        if let Some(at) = near.find(|at| !told[**at] && judged.is_explained_by(&others[**at])).copied() {
            told[at] = true;
            judged.add_reason(&others[at]);
        }
    }
    let mut told = told.into_iter();
    others.retain(|_| told.next() == Some(false));
}

/// The path of the element around another one.
fn around(element: &str) -> &str {
    element.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// What the reader says beyond what the schema refuses. What it misses in an element where something is misspelt is the same
/// mistake, which is then as grave.
fn raise(judged: &mut [Judged], read: Vec<Finding>) -> Vec<Finding> {
    let places = Places::of(judged.iter().map(|judged| &judged.finding));
    let mut beyond = Vec::new();
    for read in read {
        if places.near(&read).into_iter().any(|at| same_place(&judged[at].finding, &read)) {
            continue;
        }
        match places.about(&read.path).first() {
            Some(at) => judged[*at].finding.level = judged[*at].finding.level.max(read.level),
            None => beyond.push(read),
        }
    }
    beyond
}

/// The numbers of findings by where they begin and by the element that they are about, so that each is held against few others.
struct Places {
    starts: HashMap<usize, Vec<usize>>,
    elements: HashMap<String, Vec<usize>>,
    /// As `elements`, by the element around that.
    outer: HashMap<String, Vec<usize>>,
}

impl Places {
    fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        let mut places = Self { starts: HashMap::new(), elements: HashMap::new(), outer: HashMap::new() };
        for (at, finding) in findings.into_iter().enumerate() {
            places.starts.entry(finding.span.start).or_default().push(at);
            let element = element_of(&finding.path);
            places.elements.entry(element.to_owned()).or_default().push(at);
            places.outer.entry(around(element).to_owned()).or_default().push(at);
        }
        places
    }

    /// Those about the element that a path leads to or into, in their order.
    fn about(&self, path: &str) -> &[usize] {
        self.elements.get(element_of(path)).map_or(&[], Vec::as_slice)
    }

    /// Those about a child of that element, in their order.
    fn within(&self, path: &str) -> &[usize] {
        self.outer.get(element_of(path)).map_or(&[], Vec::as_slice)
    }

    /// Those that may be at the place of another one, in their order.
    fn near(&self, finding: &Finding) -> Vec<usize> {
        let start = self.starts.get(&finding.span.start).into_iter().flatten();
        let mut near: Vec<usize> = start.chain(self.about(&finding.path)).copied().collect();
        near.sort_unstable();
        near.dedup();
        near
    }
}

/// What the schema refuses, and by what.
struct Judged {
    finding: Finding,
    violation: Option<Violation>,
    /// Whether a rule has told why it is refused.
    settled: bool,
}

fn found(judged: Vec<Judged>) -> Vec<Finding> {
    judged.into_iter().map(|judged| judged.finding).collect()
}

impl Judged {
    /// Takes over why libvirt refuses it, if that is what a rule says.
    fn is_refused_by(&mut self, other: &Finding) -> bool {
        let is_why = self.violation.as_ref().is_some_and(|violation| is_why(violation, other));
        if self.settled || other.level != Level::Error || !is_why || !self.is_about_the_place_of(other) {
            return false;
        }
        self.settled = true;
        self.finding.level = Level::Error;
        self.finding.rule.clone_from(&other.rule);
        self.add_reason(other);
        true
    }

    /// Whether another finding speaks of the attribute or element that this one names last.
    fn is_named_by(&self, other: &Finding) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let mut words = other.message.split(|c| !is_part(c));
        let quoted = self.finding.message.rsplit(['\'', '<', '>']).nth(1);
        quoted.is_some_and(|name| words.any(|word| word == name))
    }

    fn add_reason(&mut self, other: &Finding) {
        self.finding.message.push_str("; ");
        self.finding.message.push_str(&other.message);
    }

    /// Whether a note says what libvirt makes of the very thing that the schema refuses: that it does not read what is too much, what it
    /// reads for what is missing. Of a child without attributes it stands at the element around it.
    fn is_explained_by(&self, other: &Finding) -> bool {
        let kind = match self.violation.as_ref().map(|violation| violation.kind) {
            Some(
                ViolationKind::MisplacedElement | ViolationKind::ConflictingAttribute | ViolationKind::UnknownAttribute,
            ) => Kind::Unread,
            Some(ViolationKind::MissingContent) => Kind::Note,
            _ => return false,
        };
        let element = element_of(&self.finding.path);
        let is_here = self.finding.path == other.path;
        let names_it = || other.message.contains(&format!("<{}>", last(element)));
        let is_around = || around(element) == other.path && names_it();
        let of_kind = |rule: &Rule| rule.rows.iter().any(|row| row.fact.kind == kind);
        other.level == Level::Note && (is_here || is_around()) && rules::find(&other.rule).is_some_and(of_kind)
    }

    /// Takes over what is done about it, if that is what a rule says. Of what is refused it is no help.
    fn is_mended_by(&mut self, other: &Finding) -> bool {
        let is_mended = self.violation.as_ref().is_some_and(|violation| is_mended(violation, &self.finding, other));
        if !other.level.is_rewrite() || !is_mended || !self.is_about_the_place_of(other) {
            return false;
        }
        let finding = &mut self.finding;
        if finding.before.is_some() || finding.after.is_some() {
            return false;
        }
        if finding.level != Level::Error {
            finding.rule.clone_from(&other.rule);
            (finding.before, finding.after) = (other.before.clone(), other.after.clone());
        }
        true
    }

    /// Whether another finding is about the same element. What is said of the value of a child stands at the element around it.
    fn is_about_the_place_of(&self, other: &Finding) -> bool {
        let (own, its) = (element_of(&self.finding.path), element_of(&other.path));
        let kind = self.violation.as_ref().map(|violation| violation.kind);
        let of_value = matches!(kind, Some(ViolationKind::MissingValue | ViolationKind::ElementValue));
        let is_of_child = || of_value && around(own) == its && other.message.contains(&format!("<{}>", last(own)));
        (own == its || is_of_child()) && other.span.start <= self.finding.span.start
    }
}

/// Whether a change is one of the very thing that is wrong: an element that is taken away or made one with another, an attribute that is
/// taken away or added.
fn is_mended(violation: &Violation, finding: &Finding, other: &Finding) -> bool {
    let edit = |text: &Option<String>, begin: String| text.as_ref().is_some_and(|text| text.starts_with(&begin));
    let found = violation.found.as_deref().unwrap_or_default();
    match violation.kind {
        ViolationKind::MissingAttribute => {
            let adds = |name: &String| edit(&other.after, format!("{name}='"));
            other.before.is_none() && violation.expected.iter().any(adds) || is_of_whole(finding, other)
        }
        ViolationKind::UnknownAttribute | ViolationKind::ConflictingAttribute => {
            other.after.as_ref().is_none_or(String::is_empty) && edit(&other.before, format!("{found}='"))
        }
        ViolationKind::MissingContent
        | ViolationKind::MissingValue
        | ViolationKind::RepeatedElement
        | ViolationKind::MisplacedElement
        | ViolationKind::ElementValue => is_of_whole(finding, other),
        _ => false,
    }
}

/// Whether a change takes away the element that a finding is about, or makes it one with another.
fn is_of_whole(finding: &Finding, other: &Finding) -> bool {
    let name = last(element_of(&finding.path));
    let rest = other.before.as_ref().and_then(|before| before.strip_prefix('<')?.strip_prefix(name));
    rest.is_some_and(|rest| rest.starts_with(['/', '>']))
}

/// Whether a refusal may be about what is wrong. What a driver refuses it refuses for reasons of its own.
fn is_why(violation: &Violation, other: &Finding) -> bool {
    let of_libvirt = |rule: &Rule| rule.rows.iter().all(|row| row.fact.drivers == Drivers::ANY);
    let unknown = matches!(
        violation.kind,
        ViolationKind::UnknownAttribute | ViolationKind::UnknownElement | ViolationKind::UnexpectedText
    );
    !unknown && rules::find(&other.rule).is_some_and(of_libvirt)
}

/// Whether the document is another one than a domain, of which the schema has nothing to say.
fn is_other_document(findings: &[Finding]) -> bool {
    matches!(findings, [finding] if finding.rule == ids::NOT_A_DOMAIN)
}

/// Whether a finding is about what the schema says too.
fn is_of_the_schema(finding: &Finding) -> bool {
    finding.rule == ids::INVALID || finding.rule == ids::UNKNOWN
}

/// Whether what the schema refuses is what the reader stumbled over. A text begins for the reader where its blanks do.
fn same_place(finding: &Finding, read: &Finding) -> bool {
    let (start, of) = (finding.span.start, &read.span);
    start == of.start
        || of.contains(&start) && element_of(&finding.path) == element_of(&read.path) && of.end == finding.span.end
}

/// A path as everything else of libvirt's format has it: elements go by their local names.
fn without_prefixes(path: &str) -> String {
    let step = |step: &str| match step.split_once(':') {
        Some((_, local)) if !step.starts_with('@') => local.to_owned(),
        _ => step.to_owned(),
    };
    path.split('/').map(step).collect::<Vec<_>>().join("/")
}

/// The path of the element that a path leads to or into.
fn element_of(path: &str) -> &str {
    path.split_once("/@").map_or(path, |(element, _)| element)
}

/// Notes on what the schema lets pass because libvirt does, and what may yet be a misspelt namespace.
fn foreign_extensions(document: &Document<'_>) -> Vec<Finding> {
    // Extensions are rare, and only those that have a namespace are worth reading the types for.
    let root = document.root_element();
    let extended = root.children().any(|child| child.tag_name().namespace().is_some());
    let domain = extended.then(|| Domain::from_xml(document.input_text()).ok()).flatten();
    let extensions = domain.map(|domain| domain.foreign_extensions).unwrap_or_default();
    let note = |extension: Verbatim| Finding {
        path: format!("{}/{}", root.tag_name().name(), extension.name),
        ..Finding::new(FOREIGN_EXTENSION, Level::Note, extension.span.range(), foreign_extension(&extension))
    };
    extensions.into_iter().map(note).collect()
}

/// The name at the end of a path, without its number.
fn last(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split_once('[').map_or(name, |(name, _)| name)
}

#[cfg(all(test, feature = "cli"))]
mod tests;
