//! Which rows run, and the walks in which they do.

mod stops;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use domxml::Domain;
use domxml_runtime::{Content, Version, each_struct_in_mut};

use crate::finding::Level;
use crate::host::Host;
use crate::options::{Driver, Profile, Target};
use crate::rule::{Context, Drivers, Idle, Kind, Range, Row, Rule, Safety, Scope};
use crate::rules;
use stops::Stops;

/// The rows of a choice of rules, by the types that they are about: made once, for any number of documents.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What is merged, then the three phases: each once, one walk each. Shared, as every thread and every part of a command has
    /// the plan.
    walks: Arc<[Stops; 4]>,
    unsafe_fixes: bool,
    driver: Option<Driver>,
    host: Option<Arc<Host>>,
}

#[derive(Debug, Clone)]
struct Entry {
    // Beside what these point to, as most rows have nothing to do.
    id: &'static str,
    level: Level,
    drivers: Drivers,
    idle: Idle,
    /// Whether it changes something on request alone.
    on_request: bool,
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
        let mut walks: [Stops; 4] = Default::default();
        for rule in rules.iter().copied() {
            for row in rule.rows.iter().filter(|row| row.fact.profiles.contains(&profile)) {
                let walk = if row.fact.kind == Kind::Merge { 0 } else { 1 + row.fact.phase as usize };
                subscribe(&mut walks[walk], rule, row, profile, target);
            }
        }
        // A libvirt reads past what is newer than it: nobody is asked about that.
        let newest = (profile == Profile::Libvirt).then_some(target.newest);
        walks.iter_mut().for_each(|stops| stops.route(newest));
        Self { walks: Arc::new(walks), unsafe_fixes, driver, host: None }
    }

    /// The plan for every rule that has to do with a profile and a target: made once for each, as making it takes longer than most
    /// documents.
    #[must_use]
    pub fn of_all(profile: Profile, target: Target, driver: Option<Driver>) -> Self {
        type Of = (Profile, Version, Version, Option<Driver>);
        static MADE: Mutex<Vec<(Of, Plan)>> = Mutex::new(Vec::new());
        let key = (profile, target.oldest, target.newest, driver);
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, plan)) = made.iter().find(|(of, _)| *of == key) {
            return plan.clone();
        }
        let rules: Vec<_> = rules::all().filter(|rule| rule.concerns(profile, &target)).collect();
        let plan = Self::new(&rules, profile, &target, driver, false);
        made.push((key, plan.clone()));
        plan
    }

    /// The same plan for guests of a host that was asked.
    #[must_use]
    pub fn on_host(self, host: Option<Arc<Host>>) -> Self {
        Self { host, ..self }
    }

    /// Leaves rules out.
    pub(crate) fn leave_out(&mut self, ids: &HashSet<String>) {
        Arc::make_mut(&mut self.walks).iter_mut().for_each(|stops| stops.leave_out(ids));
    }

    /// Whether any row of this rule runs.
    pub(crate) fn runs(&self, id: &str) -> bool {
        self.walks.iter().any(|stops| stops.runs(id))
    }

    /// Runs every row once.
    pub(crate) fn run(&self, domain: &mut Domain, cx: &mut Context<'_>) {
        for stops in self.walks.iter().filter(|stops| !stops.is_empty()) {
            let host = self.host.clone();
            cx.scope = Scope { host, ..Scope::of(domain, cx.scope.target, self.driver, cx.live) };
            self.walk(stops, domain, cx);
        }
    }

    fn walk(&self, stops: &Stops, content: &mut dyn Content, cx: &mut Context<'_>) {
        let Some(stop) = stops.at(content.info()) else { return };
        let outer = cx.here;
        if let Some(xml) = content.extra() {
            cx.here = xml.span;
        }
        let here = cx.here;
        let driver = cx.scope.driver;
        let filled = content.filled();
        let is_due = |entry: &&Entry| entry.drivers.contains(driver) && !entry.idle.holds(filled);
        for entry in stop.looks.iter().filter(is_due) {
            self.enter(entry, content, cx);
        }
        for field in stop.fields.iter().filter(|field| filled.contains(**field)) {
            each_struct_in_mut(content, *field, &mut |inner| self.walk(stops, inner, cx));
        }
        cx.here = here;
        // Anew where a row may have changed something.
        let mut filled = None;
        for entry in stop.changes.iter().filter(|entry| entry.drivers.contains(driver)) {
            if entry.idle.holds(*filled.get_or_insert_with(|| content.filled())) {
                continue;
            }
            if cx.kept.is_empty() {
                self.enter(entry, content, cx);
            } else {
                self.enter_warily(entry, content, cx);
            }
            filled = None;
        }
        cx.here = outer;
    }

    /// As [`Plan::enter`], of a row that changes a document in which something is kept beside what is read.
    fn enter_warily(&self, entry: &Entry, content: &mut dyn Content, cx: &mut Context<'_>) {
        let what = (entry.id, cx.here);
        if cx.passed_over.contains(&what) {
            return;
        }
        self.enter(entry, content, cx);
        if cx.kept.are_read_otherwise(content, cx.here) {
            cx.spoilt.push(what);
        }
    }

    fn enter(&self, entry: &Entry, content: &mut dyn Content, cx: &mut Context<'_>) {
        (cx.rule, cx.level) = (entry.id, entry.level);
        cx.partly = entry.partly;
        let here = cx.here.range();
        if let Some(hushed) = cx.hushed.filter(|hushed| hushed.covers(entry.id, &here)) {
            let before = cx.findings.len();
            entry.row.rehearse(content, cx);
            if cx.findings.drain(before..).count() > 0 {
                let _ = hushed.hush(entry.id, &here);
            }
            return;
        }
        if entry.on_request && !self.unsafe_fixes {
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

fn subscribe(stops: &mut Stops, rule: &'static Rule, row: &'static Row, profile: Profile, target: &Target) {
    let (since, until) = rule.range(row);
    let looks = row.looks(profile);
    // What does not hold for all of the target is no ground to rewrite anything.
    if !target.any_within(since, until) || !looks && !target.all_within(since, until) {
        return;
    }
    let partly = (!target.all_within(since, until)).then_some((since, until));
    let stop = stops.make(row.fact.subject);
    if looks { &mut stop.looks } else { &mut stop.changes }.push(Entry {
        id: rule.id,
        level: rule.class.level(),
        drivers: row.fact.drivers,
        idle: row.fact.idle,
        on_request: rule.safety == Safety::Unsafe,
        row,
        partly,
    });
}
