//! What the author of a document does not want to be told: `<!-- dommigrate: ignore RULE, RULE; why -->` before an element, and
//! `<!-- dommigrate: ignore-file RULE -->` anywhere, without a rule for all of them.

use std::cell::Cell;
use std::ops::Range;

use domxml_xml::{Kind, Piece};
use roxmltree::{Document, Node};

use crate::finding::{Finding, Level, ids};
use crate::rules;

/// How such a comment begins.
const MARK: &str = "dommigrate:";

/// The suppressions of a document.
#[derive(Debug, Clone, Default)]
pub struct Suppressions {
    all: Vec<Suppression>,
    /// Rules that would do something to an element only because another is kept from it.
    implied: Vec<(String, Range<usize>)>,
    /// What is wrong with some.
    wrong: Vec<Finding>,
}

#[derive(Debug, Clone)]
struct Suppression {
    /// Ids and classes; none: everything.
    rules: Vec<String>,
    /// What it is about.
    region: Range<usize>,
    /// Where it stands.
    span: Range<usize>,
    used: Cell<bool>,
}

impl Suppressions {
    /// Those of a document.
    #[must_use]
    pub fn of(text: &str, document: &Document<'_>) -> Self {
        let mut found = Self::default();
        if text.contains(MARK) {
            for comment in document.root().descendants().filter(Node::is_comment) {
                let said = comment.text().unwrap_or_default().trim();
                if let Some(said) = said.strip_prefix(MARK) {
                    found.read(said.trim(), comment);
                }
            }
        }
        found
    }

    fn read(&mut self, said: &str, comment: Node<'_, '_>) {
        let said = said.split(';').next().unwrap_or_default();
        let mut words = said.split([',', ' ', '\t', '\n', '\r']).filter(|word| !word.is_empty());
        let word = words.next();
        let rules: Vec<String> = words.map(str::to_owned).collect();
        let span = comment.range();
        let region = match word {
            Some("ignore-file") => comment.document().root_element().range(),
            Some("ignore") if rules.is_empty() => {
                return self.complain(
                    span,
                    "says no rule: write `dommigrate: ignore RULE`, or `ignore-file` for all of the file",
                );
            }
            Some("ignore") => match comment.next_siblings().skip(1).find(Node::is_element) {
                Some(element) => element.range(),
                None => return self.complain(span, "stands before no element, and suppresses nothing"),
            },
            _ => return self.complain(span, "is neither `dommigrate: ignore RULE` nor `dommigrate: ignore-file`"),
        };
        for rule in &rules {
            if !rules::is_known(rule) {
                let near = rules::near(rule).map_or_else(String::new, |id| format!("; did you mean '{id}'?"));
                self.complain(span.clone(), &format!("names '{rule}', which is no rule{near}"));
            }
        }
        self.all.push(Suppression { rules, region, span, used: Cell::new(false) });
    }

    fn complain(&mut self, span: Range<usize>, what: &str) {
        self.wrong.push(note(span, format!("this comment {what}")));
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether everything in the document is suppressed.
    #[must_use]
    pub fn everything(&self) -> bool {
        let all = self.all.iter().find(|it| it.rules.is_empty());
        all.inspect(|it| it.used.set(true)).is_some()
    }

    /// Whether what a rule finds at a place is not to be told. That a suppression serves to something is remembered.
    #[must_use]
    pub fn hush(&self, rule: &str, place: &Range<usize>) -> bool {
        let hushed = self.about(rule, place);
        hushed.clone().for_each(|it| it.used.set(true));
        hushed.count() > 0
    }

    /// Whether a rule is suppressed in an element.
    #[must_use]
    pub fn covers(&self, rule: &str, element: &Range<usize>) -> bool {
        self.about(rule, element).next().is_some()
            || self.implied.iter().any(|(implied, place)| implied == rule && place == element)
    }

    /// Keeps what was found from an element of which something is suppressed. Whether that is new.
    pub fn extend(&mut self, finding: &Finding) -> bool {
        let place = &finding.span;
        let within = self.all.iter().any(|it| it.region.start <= place.start && place.end <= it.region.end);
        let new = within && !self.covers(&finding.rule, place);
        if new {
            self.implied.push((finding.rule.clone().into_owned(), place.clone()));
        }
        new
    }

    fn about<'s>(&'s self, rule: &'s str, place: &'s Range<usize>) -> impl Iterator<Item = &'s Suppression> + Clone {
        self.all.iter().filter(move |it| {
            let inside = it.region.start <= place.start && place.end <= it.region.end;
            inside
                && (it.rules.is_empty() || it.rules.iter().any(|name| name == rule || rules::is_of_class(rule, name)))
        })
    }

    /// Notes on those that serve to nothing.
    #[must_use]
    pub fn unused(&self) -> Vec<Finding> {
        let idle = self.all.iter().filter(|it| !it.used.get() && it.rules.iter().all(|rule| rules::is_known(rule)));
        let notes = idle.map(|it| {
            note(it.span.clone(), format!("nothing is found that this comment suppresses ({})", it.rules.join(", ")))
        });
        self.wrong.iter().cloned().chain(notes).collect()
    }
}

/// Notes on those that stand around the domains of a document which holds some: each domain is looked at alone.
#[must_use]
pub fn around(text: &str, is_in_domain: impl Fn(usize) -> bool) -> Vec<Finding> {
    if !text.contains(MARK) {
        return Vec::new();
    }
    let is_one = |piece: &Piece| {
        let said = text[piece.range.clone()].strip_prefix("<!--").unwrap_or_default();
        piece.kind == Kind::Comment && said.trim_start().starts_with(MARK) && !is_in_domain(piece.range.start)
    };
    let told = "this comment stands in no domain, and suppresses nothing: put it before an element in the domain";
    domxml_xml::pieces(text).filter(is_one).map(|piece| note(piece.range, told.to_owned())).collect()
}

fn note(span: Range<usize>, message: String) -> Finding {
    Finding::new(ids::UNUSED, Level::Note, span, message)
}
