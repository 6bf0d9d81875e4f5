//! From text to text: reads a document, lets each rule run once, prints it.

mod comparable;
mod edit;
mod otherwise;
mod plan;
mod unknown;
mod unread;

use std::borrow::Cow;
use std::collections::HashSet;

use domxml::Domain;
use domxml_runtime::edit::{Around, remarks, restore};
use domxml_runtime::{
    self as runtime, Action, Defaults, Element, EmptyElements, ErrorKind, KeptContent, KeptValue, Newer, Note,
    NoteKind, Original, OutputOnly, ParseError, ReadOptions, WriteOptions,
};
use domxml_xml::{Spare, Tree};

use crate::claim::Claim;
#[cfg(feature = "cli")]
use crate::cli::RuleSelection;
use crate::finding::{Finding, Level, ids, line_column};
use crate::options::{Driver, Fate, Layout, Profile, Target, Unknown};
use crate::rule::{Context, Range, Scope};
use crate::rules::{self, COMMENTS_DROPPED};
use crate::suppress::Suppressions;
use crate::{features, locate};

pub use comparable::{Comparable, comparable};
pub use edit::{domain, edit, innermost};
pub use otherwise::Otherwise;
pub use plan::Plan;
pub(crate) use unknown::KeptParts;
pub use unknown::open_elements;

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Options {
    /// The form to produce.
    pub profile: Profile,
    /// The libvirts that must read it, or whose form is produced.
    pub target: Target,
    /// What is done.
    pub plan: Plan,
    /// Ids of findings of the engine's own that are not wanted: neither told nor acted on.
    pub muted: Vec<&'static str>,
    /// Whether what only a running domain shows is kept.
    pub live: bool,
    /// What becomes of what the schema does not know.
    pub unknown: Fate,
    /// How much is printed anew.
    pub layout: Layout,
}

/// What came of a document.
#[derive(Debug, Default)]
pub struct Outcome {
    /// In the order of the document.
    pub findings: Vec<Finding>,
    /// The new text; none where the document cannot be read, or has no form in the profile.
    pub text: Option<String>,
    /// Whether it is the original with changes, and not printed anew from beginning to end.
    pub carried_over: bool,
    /// What was meant: the domains of the new text, in the order in which they stand there.
    pub printed: Vec<Printed>,
    /// What was not to be told.
    pub hushed: Suppressions,
    /// What was found and is not told, for who finds the same once more.
    pub untold: Vec<Finding>,
    /// What the guest has for itself, for which other definitions are to be looked at.
    pub claims: Vec<Claim>,
}

/// A domain as the types hold it, in canonical layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The document.
    pub text: String,
    /// Whether the new text is this very text, but for declaration and line ends.
    pub exact: bool,
    /// The libvirt whose spelling this is, where not that of the newest.
    pub target: Option<domxml_runtime::Version>,
}

/// Lays a document out canonically; no rule runs.
#[must_use]
pub fn format(text: &str, unknown: Unknown) -> Outcome {
    format_at(text, unknown, 0)
}

/// As [`format()`], in the spelling of this libvirt, where not in that of the newest.
pub(crate) fn format_for(text: &str, unknown: Unknown, target: Option<domxml_runtime::Version>) -> Outcome {
    let newer = if target.is_some() { Newer::Drop } else { Newer::Keep };
    laid_out(text, unknown, &WriteOptions { target, newer, ..WriteOptions::default() })
}

/// As [`format()`], for a domain that is to be indented so many levels.
#[must_use]
pub fn format_at(text: &str, unknown: Unknown, depth: usize) -> Outcome {
    laid_out(text, unknown, &WriteOptions { depth, ..WriteOptions::default() })
}

fn laid_out(text: &str, unknown: Unknown, options: &WriteOptions) -> Outcome {
    // What was read takes much less room than the tree of the document, which is gone before anything is printed.
    let read = read(text, as_it_stands(unknown), &mut Spare::default()).map(|(_, domain, notes)| (domain, notes));
    match read {
        Ok((domain, notes)) => {
            let findings = from_notes(&notes, as_it_stands(unknown));
            let text = domain.print_with(options).text;
            let printed = vec![Printed { text: text.clone(), exact: options.depth == 0, target: options.target }];
            Outcome { text: Some(text), findings, printed, ..Outcome::default() }
        }
        Err(findings) => Outcome::unread(findings),
    }
}

/// Indents the lines of a document in its own style; every other byte of it stays, and no rule runs.
#[must_use]
pub fn indent_at(text: &str, unknown: Unknown, around: Around) -> Outcome {
    match read(text, as_it_stands(unknown), &mut Spare::default()) {
        Ok((original, domain, notes)) => {
            let findings = from_notes(&notes, as_it_stands(unknown));
            let print = domain.print_with(&WriteOptions::default());
            let text = Some(original.indented(&print, around));
            let printed = vec![Printed { text: print.text, exact: false, target: None }];
            Outcome { text, carried_over: true, findings, printed, ..Outcome::default() }
        }
        Err(findings) => Outcome::unread(findings),
    }
}

/// Two canonically printed domains that differ at most in where, in its element, unknown content stands.
#[must_use]
pub fn same_but_for_places(one: &str, other: &str) -> bool {
    let print = |text: &str| {
        let mut spare = Spare::default();
        let (_, domain, _) = read(text, Reading::AsItStands, &mut spare).ok()?;
        Some(domain.print_with(&WriteOptions::default()))
    };
    print(one).zip(print(other)).is_some_and(|(one, other)| one.apart() == other.apart())
}

/// Runs the rules over a document and prints it.
#[must_use]
pub fn upgrade(text: &str, options: &Options) -> Outcome {
    upgrade_at(text, options, 0)
}

/// As [`upgrade`], for a domain that is to be indented so many levels where it is printed anew.
#[must_use]
pub fn upgrade_at(text: &str, options: &Options, depth: usize) -> Outcome {
    upgrade_then(text, options, Some(depth), |_, _| ())
}

/// As [`upgrade_at`], and lets `then` go on with what came of it and with the tree of the document; none where it cannot be read.
/// Without a depth only what is found is wanted, and there is no new text.
pub(crate) fn upgrade_then(
    text: &str,
    options: &Options,
    depth: Option<usize>,
    then: impl FnOnce(Option<&Tree<'_>>, &mut Outcome),
) -> Outcome {
    let mut spare = Spare::default();
    let (original, domain, notes) = match read(text, Reading::For(options.unknown), &mut spare) {
        Ok(read) => read,
        Err(mut findings) => {
            findings.retain(|finding| !options.muted.contains(&&*finding.rule));
            let mut outcome = Outcome::unread(findings);
            then(None, &mut outcome);
            return outcome;
        }
    };
    let mut hushed = Suppressions::of(text, &original.tree().document);
    let mut outcome = match (hushed.is_empty(), hushed.everything()) {
        (true, _) => rewrite(&original, &mut *{ domain }, &notes, options, depth, None),
        (false, true) => Outcome { text: Some(text.to_owned()), carried_over: true, ..Outcome::default() },
        (false, false) => quietly(&original, &domain, &notes, options, depth, &mut hushed),
    };
    outcome.hushed = hushed;
    then(Some(original.tree()), &mut outcome);
    outcome
}

/// Runs the rules of `first` over a document and then those of `then` over what came of that, in one reading. None where there is more to it:
/// something was not read as it stands, or the author wants a rule to be ignored.
///
/// # Errors
/// The findings, one of them an error, where the document cannot be read.
pub fn upgrade_twice(text: &str, first: &Options, then: &Options) -> Result<Option<[Outcome; 2]>, Vec<Finding>> {
    let mut spare = Spare::default();
    let (original, mut domain, notes) = read(text, Reading::For(first.unknown), &mut spare)?;
    if !notes.is_empty() || !Suppressions::of(text, &original.tree().document).is_empty() {
        return Ok(None);
    }
    let found = rewrite(&original, &mut domain, &notes, first, None, None);
    Ok(Some([found, rewrite(&original, &mut domain, &notes, then, Some(0), None)]))
}

/// As [`rewrite`], without what the author does not want.
fn quietly(
    original: &Original<'_>,
    domain: &Domain,
    notes: &[Note],
    options: &Options,
    depth: Option<usize>,
    hushed: &mut Suppressions,
) -> Outcome {
    let mut options = options.clone();
    let mut elsewhere: Vec<Finding> = Vec::new();
    let usual = rewrite(original, &mut domain.clone(), notes, &options, None, None).findings;
    let is_usual =
        |finding: &Finding| usual.iter().any(|other| other.rule == finding.rule && other.span == finding.span);
    loop {
        let mut outcome = rewrite(original, &mut domain.clone(), notes, &options, depth, Some(hushed));
        // What is left must not bring up what would not be said otherwise: the element stays as its author wants it.
        let brought_up = outcome.findings.iter().filter(|finding| finding.level.is_rewrite() && !is_usual(finding));
        if brought_up.filter(|finding| hushed.extend(finding)).count() > 0 {
            continue;
        }
        // What is about more than the element cannot pass over it alone: it is left out of the whole document.
        let rewritten = outcome.findings.iter().filter(|finding| finding.level.is_rewrite());
        let broad: HashSet<String> = rewritten
            .filter(|finding| hushed.covers(&finding.rule, &finding.span))
            .map(|finding| finding.rule.clone().into_owned())
            .collect();
        let is_hushed = |finding: &mut Finding| hushed.hush(&finding.rule, &finding.span);
        outcome.untold.extend(outcome.findings.extract_if(.., is_hushed));
        if broad.is_empty() {
            outcome.findings.append(&mut elsewhere);
            outcome.findings.sort_by_key(|finding| (finding.span.start, finding.level));
            return outcome;
        }
        for mut finding in outcome.findings.into_iter().filter(|finding| broad.contains(&*finding.rule)) {
            finding.level = Level::Note;
            finding.message.push_str(" (left, as the rule is to be ignored in another part of the document)");
            elsewhere.push(finding);
        }
        options.plan.leave_out(&broad);
        options.muted.extend(ids::ALL.iter().map(|own| own.id).filter(|id| broad.contains(*id)));
    }
}

/// Runs the rules over a document that was read, and prints it.
fn rewrite(
    original: &Original<'_>,
    domain: &mut Domain,
    notes: &[Note],
    options: &Options,
    depth: Option<usize>,
    hushed: Option<&Suppressions>,
) -> Outcome {
    let text = original.text();
    let keep = depth.is_some() && options.layout == Layout::Keep;
    let before = keep.then(|| domain.print_with(&WriteOptions::default()));
    let kept = original.has_remarks() && keeps_comments(options);
    let said = if kept { remarks(domain) } else { Vec::new() };
    let newer = newer_than_target(domain, &options.target);
    let scope = Scope::of(domain, options.target, None, options.live);
    let mut context = Context::new(text, scope, options.profile, options.live);
    context.hushed = hushed;
    let mut unread = if notes.is_empty() { Vec::new() } else { unread::ranges(domain, text, options) };
    if options.profile == Profile::Libvirt && original.keeps_unknown() {
        let nodes = matches!(options.unknown, Fate::Dropped | Fate::Left | Fate::PassedOver);
        context.drops = nodes;
        // Where what is unknown stays, so does a value that libvirt reads past.
        let gone = |kept: &KeptValue| kept.absent && (nodes || kept.value.is_empty());
        unknown::forget(domain, nodes, &gone, &mut context.findings);
    }
    // Where what is unknown is not written, neither are they.
    if !notes.is_empty() && (options.profile == Profile::Modern || options.unknown == Fate::Kept) {
        context.kept = KeptParts::of(domain);
    }
    run(domain, &options.plan, &mut context);
    // A point is asked of there; over a range of libvirts what one of them reads past stays what the schema says of it.
    if options.profile == Profile::Libvirt {
        unread.append(&mut context.unread);
    }
    if original.keeps_unknown() {
        unknown::restore(domain, &context.kept, &mut context.findings);
    }
    restore(domain, said);
    let is_unread = |note: &Note| unread.iter().any(|it| it.start <= note.range.start && note.range.end <= it.end);
    let reading = Reading::For(options.unknown);
    let mended = unknown::mended(&context.findings);
    let told = notes.iter().chain(&context.notes).filter(|note| !mended.holds(text, note));
    let told = told.map(|note| if is_unread(note) { from_unread(note) } else { from_note(note, reading) });
    let mut findings: Vec<Finding> = told.collect();
    findings.append(&mut context.findings);
    findings.extend(newer);
    // What is held against the original has to be printed as that was.
    let depth = depth.map(|depth| if keep { 0 } else { depth });
    let printing = WriteOptions { depth: depth.unwrap_or_default(), ..write_options(options) };
    let mut print = depth.map(|_| domain.print_with(&printing));
    let written = match &mut print {
        Some(print) => std::mem::take(&mut print.findings),
        None => domain.findings_with(&printing),
    };
    let live = written.iter().filter(|written| written.action == Action::LiveKept);
    findings.extend(live_notes(live));
    let others = written.iter().filter(|written| written.action != Action::LiveKept);
    findings.extend(others.map(from_written));
    locate::place(original.tree(), &mut findings);
    // libvirt has no form of a document that it refuses; the modern form of it keeps what is wrong.
    let asked = options.unknown == Fate::Kept;
    let is_refused = |finding: &Finding| finding.level == Level::Error && !(asked && finding.rule == ids::UNKNOWN);
    let refused = findings.iter().any(is_refused);
    let left = refused && options.profile == Profile::Libvirt;
    let is_muted = |finding: &mut Finding| options.muted.contains(&&*finding.rule);
    let untold = findings.extract_if(.., is_muted).collect();
    let rewritten = findings.iter().any(|finding| finding.level.is_rewrite());
    let new = print.as_ref().filter(|_| !left).map(|print| match before {
        // A file in which nothing is found is not touched.
        Some(_) if !rewritten => text.to_owned(),
        Some(before) => original.edited(&before, print),
        None => print.text.clone(),
    });
    let exact = !keep && depth == Some(0);
    let target = printing.target.filter(|_| printing.newer == Newer::Drop);
    let printed = print.into_iter().map(|print| Printed { text: print.text, exact, target }).collect();
    let claims = context.claims;
    Outcome { findings, text: new, carried_over: keep, printed, claims, untold, ..Outcome::default() }
}

/// Runs the plan. A rule after which libvirt would read another element than it did is left out for the element that it changed so.
fn run(domain: &mut Domain, plan: &Plan, context: &mut Context<'_>) {
    if context.kept.is_empty() {
        return plan.run(domain, context);
    }
    let (before, found) = (domain.clone(), context.findings.clone());
    loop {
        plan.run(domain, context);
        if context.spoilt.is_empty() {
            return;
        }
        context.passed_over.extend(context.spoilt.drain(..));
        *domain = before.clone();
        context.findings = found.clone();
        (context.claims, context.refusals, context.unread, context.notes) = Default::default();
    }
}

impl Outcome {
    /// A document that cannot be read.
    fn unread(findings: Vec<Finding>) -> Self {
        Self { findings, ..Self::default() }
    }
}

#[cfg(feature = "cli")]
impl Options {
    /// What the command line asks for. The target is by default the newest libvirt that the schema knows.
    ///
    /// # Errors
    /// When a selection names neither a rule nor a class.
    pub fn new(selection: &RuleSelection, unknown: Option<Unknown>, layout: Option<Layout>) -> Result<Self, String> {
        let profile = selection.profile.unwrap_or_default();
        let target = Target::of(profile, selection.target);
        let selected = rules::select(&selection.select, &selection.ignore, profile, &target)?;
        Ok(Self {
            profile,
            target,
            plan: Plan::new(&selected.rules, profile, &target, selection.driver, selection.unsafe_fixes),
            muted: selected.muted,
            live: selection.live,
            unknown: Fate::of(profile, &target, unknown),
            layout: layout.unwrap_or_else(|| Layout::of(profile)),
        })
    }
}

/// What a document is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// To be written as it stands: it does not matter what libvirt keeps of it and what it refuses.
    AsItStands,
    /// To be written in libvirt's sense.
    For(Fate),
}

/// What a document is read for that is written as it stands.
fn as_it_stands(unknown: Unknown) -> Reading {
    match unknown {
        Unknown::Keep => Reading::AsItStands,
        Unknown::Deny => Reading::For(Fate::Denied),
    }
}

fn read<'t>(
    text: &'t str,
    reading: Reading,
    spare: &'t mut Spare,
) -> Result<(Original<'t>, Box<Domain>, Vec<Note>), Vec<Finding>> {
    // Of some nine kilobytes, which are not to be moved from hand to hand.
    match Original::read::<Box<Domain>>(text, &read_options(reading), spare) {
        Ok((original, parsed)) => Ok((original, parsed.value, parsed.notes)),
        Err(errors) => Err(errors.errors.into_iter().map(from_error).collect()),
    }
}

fn read_options(reading: Reading) -> ReadOptions {
    let unknown = match reading {
        Reading::For(Fate::Denied) => runtime::Unknown::Deny,
        _ => runtime::Unknown::Keep,
    };
    ReadOptions { unknown, exact: true }
}

/// Notes on what the target does not know, as the document stands.
fn newer_than_target(domain: &Domain, target: &Target) -> Vec<Finding> {
    if !target.named || target.oldest >= features::newest() {
        return Vec::new();
    }
    let target = target.oldest;
    let used = features::used(domain);
    let newer = features::newer_than(&used, target);
    // What stands in an element that is read past is not looked at.
    let past: Vec<_> = newer.iter().filter(|it| it.is_element() && !it.is_refused()).collect();
    let read_past = |inner: &features::Feature| past.iter().any(|outer| outer.holds(inner));
    newer
        .iter()
        .map(|feature| {
            let mut message = format!("{}: known since libvirt {}, not to {target}", feature.name, feature.since);
            let past = !feature.is_refused();
            if past && feature.needed {
                message.push_str(", which reads past it, and the guest cannot do without");
            }
            let refused = (!past || feature.needed) && !read_past(feature);
            let level = if refused { Level::Error } else { Level::Note };
            finding(ids::NEWER, level, feature.span.range(), String::new(), message)
        })
        .collect()
}

/// What a document holds that a libvirt does not know; nothing where it cannot be read.
#[must_use]
pub fn newer(text: &str, target: domxml_runtime::Version) -> Vec<Finding> {
    let mut spare = Spare::default();
    let Ok((original, domain, _)) = read(text, Reading::AsItStands, &mut spare) else { return Vec::new() };
    let mut findings = newer_than_target(&domain, &Target::of(Profile::Modern, Some(target)));
    locate::place(original.tree(), &mut findings);
    findings
}

/// What the reader says of a document: what libvirt refuses, and what it reads past.
#[must_use]
pub fn read_findings(tree: &Tree<'_>) -> Vec<Finding> {
    let reading = Reading::For(Fate::Kept);
    match Domain::from_tree(tree, &read_options(reading)) {
        Ok(parsed) => from_notes(&parsed.notes, reading),
        Err(errors) => errors.errors.into_iter().map(from_error).collect(),
    }
}

/// One note for each kind of thing that only a running domain shows.
fn live_notes<'a>(written: impl Iterator<Item = &'a runtime::Finding>) -> Vec<Finding> {
    let mut kinds: Vec<(&runtime::Finding, usize)> = Vec::new();
    for live in written {
        let name = |finding: &runtime::Finding| (finding.owner.name, finding.attribute.map(|attribute| attribute.name));
        match kinds
            .iter_mut()
            .find(|(first, _)| name(first) == name(live) && (live.attribute.is_some() || first.value == live.value))
        {
            Some((_, count)) => *count += 1,
            None => kinds.push((live, 1)),
        }
    }
    let note = |(first, count): (&runtime::Finding, usize)| {
        let mut note = from_written(first);
        note.level = Level::Note;
        if count > 1 {
            note.message.push_str(&format!(", here and in {}", places(count - 1)));
        }
        note
    };
    kinds.into_iter().map(note).collect()
}

fn places(count: usize) -> String {
    if count == 1 { "1 more place".to_owned() } else { format!("{count} more places") }
}

/// The first error as `line:column: message`.
#[must_use]
pub fn first_error_line(text: &str, findings: &[Finding]) -> String {
    findings.iter().find(|finding| finding.level == Level::Error).map_or_else(
        || "unknown error".to_owned(),
        |finding| {
            let (line, column) = line_column(text, finding.span.start);
            format!("{line}:{column}: {}", finding.message)
        },
    )
}

fn from_error(error: ParseError) -> Finding {
    let rule = match error.kind {
        ErrorKind::Syntax => ids::SYNTAX,
        ErrorKind::Root => ids::NOT_A_DOMAIN,
        _ => ids::INVALID,
    };
    let message = error.sentence("");
    finding(rule, Level::Error, error.range, error.path, message)
}

fn from_notes(notes: &[Note], reading: Reading) -> Vec<Finding> {
    notes.iter().map(|note| from_note(note, reading)).collect()
}

/// What is wrong with something that the libvirt in question does not look at.
fn from_unread(note: &Note) -> Finding {
    let message = note.sentence("; this libvirt does not read it");
    finding(ids::INVALID, Level::Note, note.range.clone(), note.path.clone(), message)
}

fn from_note(note: &Note, reading: Reading) -> Finding {
    use Reading::{AsItStands, For};
    let (rule, level, consequence) = match (note.kind, reading) {
        (NoteKind::Kept, For(Fate::Left)) => (ids::UNKNOWN, Level::Error, LEFT),
        (NoteKind::Kept, For(Fate::Dropped | Fate::PassedOver))
        | (NoteKind::ReadPast, For(Fate::Dropped | Fate::Left | Fate::PassedOver)) => {
            (ids::UNKNOWN, Level::Invalid, DROPPED)
        }
        (NoteKind::Value | NoteKind::Choice, For(Fate::Dropped | Fate::Left)) => {
            (ids::UNKNOWN, Level::Error, "; libvirt refuses it")
        }
        (NoteKind::Value | NoteKind::Choice, For(Fate::Kept | Fate::Denied)) => {
            (ids::UNKNOWN, Level::Error, "; kept as it is")
        }
        (NoteKind::Kept | NoteKind::ReadPast | NoteKind::Value | NoteKind::Choice, _) => {
            (ids::UNKNOWN, Level::Invalid, "; kept as it is")
        }
        (NoteKind::Refused | NoteKind::Unread, For(_)) => (ids::INVALID, Level::Error, ""),
        (NoteKind::Missing, _) | (NoteKind::Refused | NoteKind::Unread, AsItStands) => {
            (ids::INVALID, Level::Invalid, "")
        }
    };
    let dropped = consequence == DROPPED;
    let mut finding = finding(rule, level, note.range.clone(), note.path.clone(), note.sentence(consequence));
    // Profile `libvirt` leaves it out.
    finding.after = dropped.then(String::new);
    finding
}

/// What becomes of what libvirt reads past.
const DROPPED: &str = "; libvirt does not keep it";

/// Why libvirt's own form is not made of what the schema does not know.
const LEFT: &str = ", so it is not known whether libvirt keeps it: name the libvirt with --target to leave it out, or keep it with --unknown keep";

fn from_written(written: &runtime::Finding) -> Finding {
    let name = written.attribute.map_or("", |attribute| attribute.name);
    let (thing, text) = match written.attribute {
        Some(_) => (format!("'{name}'"), format!("{name}='{}'", written.value)),
        None => (format!("<{}>", written.value), format!("<{}>", written.value)),
    };
    let (rule, message, before, after) = match written.action {
        Action::Added => (ids::DEFAULT, format!("the default of {thing} is spelt out"), None, Some(text)),
        Action::Dropped => (ids::DEFAULT, format!("the default of {thing} is not spelt out"), Some(text), None),
        Action::Emptied => {
            let name = &written.value;
            (ids::EMPTY, format!("there is nothing in <{name}>"), Some(format!("<{name}/>")), None)
        }
        Action::Live | Action::LiveKept => {
            (ids::LIVE, format!("only a running domain shows {thing}"), Some(text), None)
        }
        Action::Newer => (ids::NEWER, format!("this libvirt reads past {thing}, which is newer"), Some(text), None),
        Action::Gone => (ids::NEWER, format!("this libvirt no longer reads {thing}"), Some(text), None),
        Action::Superseded => {
            let unknown = &written.value;
            let message = format!("another value takes the place of {unknown}, which was not read where it stood");
            (ids::UNKNOWN, message, Some(unknown.clone()), None)
        }
    };
    let level = if rule == ids::DEFAULT { Level::Default } else { Level::Legacy };
    let mut finding = finding(rule, level, written.span.range(), String::new(), message);
    finding.before = before;
    finding.after = after;
    finding
}

fn finding(
    rule: impl Into<Cow<'static, str>>,
    level: Level,
    span: std::ops::Range<usize>,
    path: String,
    message: String,
) -> Finding {
    Finding { rule: rule.into(), level, span, path, message, before: None, after: None }
}

/// The finding for a text that is no document.
#[must_use]
pub fn syntax_error(error: domxml_xml::Error) -> Finding {
    finding(ids::SYNTAX, Level::Error, error.at..error.at, String::new(), error.message)
}

/// Whether comments stay: libvirt keeps none, so that in its profile a rule takes them away, unless that is to be left out.
fn keeps_comments(options: &Options) -> bool {
    options.profile == Profile::Modern || !options.plan.runs(COMMENTS_DROPPED)
}

fn write_options(options: &Options) -> WriteOptions {
    let libvirt = options.profile == Profile::Libvirt;
    let muted = |id| options.muted.contains(&id);
    // Whether only what the schema knows is written.
    let is_known = matches!(options.unknown, Fate::Dropped | Fate::Left | Fate::PassedOver) && !muted(ids::UNKNOWN);
    WriteOptions {
        defaults: if muted(ids::DEFAULT) { Defaults::Keep } else { Defaults::Canonical },
        empty: if muted(ids::EMPTY) { EmptyElements::Keep } else { EmptyElements::Drop },
        output_only: match options.profile {
            _ if options.live || muted(ids::LIVE) => OutputOnly::Keep,
            Profile::Modern => OutputOnly::Note,
            Profile::Libvirt => OutputOnly::Drop,
        },
        target: Some(options.target.oldest),
        newer: if libvirt && !muted(ids::NEWER) { Newer::Drop } else { Newer::Keep },
        kept: match (is_known, keeps_comments(options)) {
            _ if !libvirt => KeptContent::Keep,
            (true, true) => KeptContent::Remarks,
            (true, false) => KeptContent::Drop,
            (false, true) => KeptContent::Keep,
            (false, false) => KeptContent::Unknown,
        },
        ..WriteOptions::default()
    }
}

/// What a document asks of a libvirt that is to read it.
#[derive(Debug, Default)]
pub struct Needs {
    /// The features that it uses.
    pub features: Vec<features::Feature>,
    /// From when to when libvirt refuses it all the same: the first release, and the first that takes it again.
    pub refused: Vec<Range>,
    /// What libvirts that take it read otherwise than the newest.
    pub otherwise: Vec<Otherwise>,
}

/// What a document needs.
///
/// # Errors
/// What is wrong with a document that cannot be read.
pub fn needs(text: &str, unknown: Unknown) -> Result<(Needs, Vec<Finding>), Vec<Finding>> {
    let mut spare = Spare::default();
    let (_, mut domain, notes) = read(text, as_it_stands(unknown), &mut spare)?;
    let findings = from_notes(&notes, as_it_stands(unknown));
    let features = features::used(&domain);
    // What a driver refuses is not known by version; what the format refuses is.
    let oldest = features::oldest(&features).unwrap_or_default();
    let target = Target::from(oldest);
    let scope = Scope::of(&domain, target, Some(Driver::Test), false);
    let mut context = Context::new(text, scope, Profile::Modern, false);
    Plan::of_all(Profile::Modern, target, Some(Driver::Test)).run(&mut domain, &mut context);
    let otherwise = otherwise::otherwise(text, oldest);
    Ok((Needs { features, refused: context.refusals, otherwise }, findings))
}
