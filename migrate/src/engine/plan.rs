//! Which rows run, and the walks in which they do.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use domxml::Domain;
use domxml_runtime::Content;

use crate::finding::Level;
use crate::host::Host;
use crate::options::{Driver, Profile, Target};
use crate::rule::{Context, Kind, Range, Row, Rule, Safety, Scope};

/// The rows of a choice of rules, by the types that they are about: made once, for any number of documents.
#[derive(Debug, Clone)]
pub struct Plan {
    chapters: Vec<Chapter>,
    unsafe_fixes: bool,
    driver: Option<Driver>,
    host: Option<Arc<Host>>,
}

/// The rules of a chapter: what is merged, then three phases, each once, one walk each.
#[derive(Debug, Clone)]
struct Chapter {
    name: &'static str,
    phases: Box<[Dispatch; 4]>,
}

/// The rows of one phase.
type Dispatch = HashMap<TypeId, Subscribers>;

/// The rows about one type.
#[derive(Debug, Clone, Default)]
struct Subscribers {
    /// They see the document as the phase found it: before anything in the element changes.
    looks: Vec<Entry>,
    /// They find the element's children changed already.
    changes: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    rule: &'static Rule,
    row: &'static Row,
    /// From when to when, where that is not the case for all of the target.
    partly: Option<Range>,
}

impl Plan {
    /// The plan for these rules, in their order.
    #[must_use]
    pub fn new(
        rules: &[&'static Rule],
        profile: Profile,
        target: &Target,
        driver: Option<Driver>,
        unsafe_fixes: bool,
    ) -> Self {
        let mut chapters: Vec<Chapter> = Vec::new();
        for rule in rules.iter().copied() {
            if chapters.last().is_none_or(|chapter| chapter.name != rule.chapter) {
                chapters.push(Chapter { name: rule.chapter, phases: Box::default() });
            }
            if let Some(Chapter { phases, .. }) = chapters.last_mut() {
                for row in rule.rows.iter().filter(|row| row.profiles.contains(&profile)) {
                    let walk = if row.kind == Kind::Merge { 0 } else { 1 + row.phase as usize };
                    subscribe(&mut phases[walk], rule, row, profile, target);
                }
            }
        }
        Self { chapters, unsafe_fixes, driver, host: None }
    }

    /// The same plan for guests of a host that was asked.
    #[must_use]
    pub fn on_host(self, host: Option<Arc<Host>>) -> Self {
        Self { host, ..self }
    }

    /// Runs every row once.
    pub(crate) fn run(&self, domain: &mut Domain, cx: &mut Context<'_>) {
        for phase in self.chapters.iter().flat_map(|chapter| chapter.phases.iter()).filter(|phase| !phase.is_empty()) {
            let host = self.host.clone();
            cx.scope = Scope { host, ..Scope::of(domain, cx.scope.target, self.driver, cx.live) };
            self.walk(phase, domain, cx);
        }
    }

    fn walk(&self, phase: &Dispatch, content: &mut dyn Content, cx: &mut Context<'_>) {
        let outer = cx.here;
        // What was added stands where its parent does.
        if let Some(xml) = content.extra().filter(|xml| !xml.span.is_empty()) {
            cx.here = xml.span;
        }
        let here = cx.here;
        let subscribers = phase.get(&(content as &dyn Any).type_id());
        for entry in subscribers.iter().flat_map(|subscribers| &subscribers.looks) {
            self.enter(entry, content, cx);
        }
        domxml_runtime::each_struct_mut(content, &mut |inner| self.walk(phase, inner, cx));
        cx.here = here;
        for entry in subscribers.iter().flat_map(|subscribers| &subscribers.changes) {
            self.enter(entry, content, cx);
        }
        cx.here = outer;
    }

    fn enter(&self, entry: &Entry, content: &mut dyn Content, cx: &mut Context<'_>) {
        (cx.rule, cx.level) = (entry.rule.id, entry.rule.class.level());
        cx.partly = entry.partly;
        if entry.rule.safety == Safety::Unsafe && !self.unsafe_fixes {
            let before = cx.findings.len();
            entry.row.rehearse(content, cx);
            demote(cx, before);
        } else {
            entry.row.run(content, cx);
        }
    }
}

/// What a rewrite on request would do is worth a note.
fn demote(cx: &mut Context<'_>, before: usize) {
    for finding in &mut cx.findings[before..] {
        if finding.level.is_rewrite() {
            finding.level = Level::Note;
            finding.message.push_str(" (with --unsafe-fixes)");
        }
    }
}

fn subscribe(phase: &mut Dispatch, rule: &'static Rule, row: &'static Row, profile: Profile, target: &Target) {
    let (since, until) = rule.range(row);
    let looks = row.looks(profile);
    // What does not hold for all of the target is no ground to rewrite anything.
    if !target.any_within(since, until) || !looks && !target.all_within(since, until) {
        return;
    }
    let partly = (!target.all_within(since, until)).then_some((since, until));
    let subscribers = phase.entry(row.subject).or_default();
    if looks { &mut subscribers.looks } else { &mut subscribers.changes }.push(Entry { rule, row, partly });
}
