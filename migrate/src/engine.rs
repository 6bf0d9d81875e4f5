//! From text to text: reads a document, lets each rule run once, prints it.

mod comparable;
mod edit;
mod findings;
mod layout;
mod needs;
mod options;
mod otherwise;
mod plan;
mod reading;
mod unknown;
mod unread;

use std::collections::HashSet;
use std::ops::Range;

use domxml::Domain;
use domxml_runtime::edit::{remarks, restore};
use domxml_runtime::{Element, KeptValue, Newer, Note, Original, WriteOptions};
use domxml_xml::{Spare, Tree};

use crate::claim::Claim;
use crate::finding::{Finding, Level, ids};
use crate::locate;
use crate::options::{Fate, Layout, Profile};
use crate::rule::{Context, Scope};
use crate::suppress::Suppressions;

use findings::{from_all_written, from_note, from_unread};
use needs::newer_than_target;
use options::{keeps_comments, write_options};
use reading::{Reading, read};

pub use comparable::{Comparable, comparable};
pub use edit::{domain, edit, innermost};
pub use findings::{first_error_line, read_findings, syntax_error};
pub(crate) use layout::format_for;
pub use layout::{format, format_at, indent_at, same_but_for_places};
pub use needs::{Needs, needs, newer};
pub use options::Options;
pub use otherwise::Otherwise;
pub use plan::Plan;
pub(crate) use unknown::KeptParts;
pub use unknown::open_elements;

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
    let mut findings = told(text, notes, &context, &unread, options);
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
    findings.extend(from_all_written(&written));
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

/// What was read otherwise than it stands, and is so still when the rules have run.
fn told(text: &str, notes: &[Note], context: &Context<'_>, unread: &[Range<usize>], options: &Options) -> Vec<Finding> {
    let is_unread = |note: &Note| unread.iter().any(|it| it.start <= note.range.start && note.range.end <= it.end);
    let reading = Reading::For(options.unknown);
    let mended = unknown::mended(&context.findings);
    let left = notes.iter().chain(&context.notes).filter(|note| !mended.holds(text, note));
    left.map(|note| if is_unread(note) { from_unread(note) } else { from_note(note, reading) }).collect()
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
