//! Quick fixes: what `upgrade` makes of a finding, of all findings of a rule, of the whole file; and what may be meant by what is misspelt.

use std::collections::HashMap;
use std::ops::Range;

use lsp_types::{CodeAction, CodeActionContext, CodeActionKind, Diagnostic, Uri, WorkspaceEdit};

use super::diagnostics;
use super::document::Document;
use super::edits::{self, Edit};
use crate::engine::{self, Options};
use crate::finding::{Finding, Level};
use crate::judgement::Judge;
use crate::rule::Safety;
use crate::rules;

/// The kind of the action that mends all of a file, which editors can run when they save it.
pub const FIX_ALL: &str = "source.fixAll.dommigrate";

/// How many findings are mended at the most at one place: more are not read.
const MAX_AT_ONCE: usize = 12;

/// What can be done about what is found between two places.
#[must_use]
pub fn actions(
    document: &mut Document,
    uri: &Uri,
    range: lsp_types::Range,
    context: &CodeActionContext,
    judge: &Judge,
) -> Vec<CodeAction> {
    let wanted = |kind: &str| {
        let kinds = context.only.as_ref();
        kinds.is_none_or(|only| {
            only.iter().any(|it| {
                it.as_str().is_empty() || kind == it.as_str() || kind.starts_with(&format!("{}.", it.as_str()))
            })
        })
    };
    let found: Vec<Finding> = document.findings(judge).to_vec();
    let place = document.lines.range(&document.text, range);
    let mut all = Vec::new();
    if wanted(CodeActionKind::QUICKFIX.as_str()) {
        let here = found.iter().filter(|finding| {
            let shown = diagnostics::shown(document, &finding.span);
            finding.level.is_rewrite() && shown.start <= place.end && place.start <= shown.end
        });
        let mut fixer = Fixer { document, uri, found: &found, by_rule: HashMap::new() };
        for finding in here.take(MAX_AT_ONCE) {
            fixer.about(finding, &mut all);
        }
        all.extend(meant(document, uri, &place, &found, judge));
    }
    if wanted(FIX_ALL) {
        all.extend(whole(document, uri, &found));
    }
    all
}

/// Names and values at a place that are close to ones which may stand there, as these.
fn meant(document: &Document, uri: &Uri, place: &Range<usize>, found: &[Finding], judge: &Judge) -> Vec<CodeAction> {
    let is_told = |span: &Range<usize>| {
        // An element is told of where its tag begins.
        let told = |finding: &&Finding| finding.span.start == span.start || finding.span.start + 1 == span.start;
        found.iter().filter(|finding| finding.level >= Level::Invalid).find(told).cloned()
    };
    let touches =
        |finding: &Finding| finding.span.start <= place.end.saturating_add(1) && place.start <= finding.span.end;
    let fix = |finding: Finding| {
        let (was, meant) = (finding.before.as_ref()?, finding.after.as_ref()?);
        let told = is_told(&finding.span).filter(|told| touches(told) || touches(&finding))?;
        let title = format!("Change '{was}' to '{meant}'");
        let diagnostics = vec![diagnostics::told(document, &told)];
        let edits = respelt(document, &finding.span, meant);
        Some(action(document, uri, title, CodeActionKind::QUICKFIX, &edits, diagnostics))
    };
    document.misspelt(judge).into_iter().filter_map(fix).take(MAX_AT_ONCE).collect()
}

/// Another spelling of what stands at a place: of an element in both its tags.
fn respelt(document: &Document, span: &Range<usize>, meant: &str) -> Vec<Edit> {
    let meant = meant.replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&apos;").replace('"', "&quot;");
    let element = document.tree.elements.iter().find(|element| element.name == *span);
    let end = element.and_then(|element| element.end.clone()).map(|end| domxml_xml::tag_name(&document.text, &end));
    let places = std::iter::once(span.clone()).chain(end);
    places.map(|range| Edit { range, text: meant.clone() }).collect()
}

/// Everything that `upgrade` rewrites.
fn whole(document: &Document, uri: &Uri, found: &[Finding]) -> Option<CodeAction> {
    let edits = rewritten(document, &document.settings.options)?;
    let about: Vec<_> = found.iter().filter(|finding| finding.level.is_rewrite()).collect();
    let diagnostics = about.iter().map(|finding| diagnostics::told(document, finding)).collect();
    let title = "Upgrade the whole file".to_owned();
    Some(action(document, uri, title, CodeActionKind::new(FIX_ALL), &edits, diagnostics))
}

/// What a rewrite changes in a document; none where that is nothing, or the document cannot be read.
fn rewritten(document: &Document, options: &Options) -> Option<Vec<Edit>> {
    let new = upgraded(&document.text, options)?;
    let edits = edits::between(&document.text, &new);
    (!edits.is_empty()).then_some(edits)
}

fn upgraded(text: &str, options: &Options) -> Option<String> {
    Document::rewrite(text, |text, around| engine::upgrade_at(text, options, around.depth))
}

struct Fixer<'d> {
    document: &'d Document,
    uri: &'d Uri,
    found: &'d [Finding],
    /// What a rule alone changes, and whether that is safe.
    by_rule: HashMap<String, Option<(Vec<Edit>, bool)>>,
}

impl Fixer<'_> {
    fn about(&mut self, finding: &Finding, all: &mut Vec<CodeAction>) {
        let rule = finding.rule.as_ref();
        let first = !self.by_rule.contains_key(rule);
        let made = self.by_rule.entry(rule.to_owned()).or_insert_with(|| of_rule(self.document, rule)).clone();
        let Some((edits, is_safe)) = made else { return };
        let of_it: Vec<&Finding> = self.found.iter().filter(|it| it.rule == finding.rule).collect();
        let warning = if is_safe { "" } else { " (may change what the guest sees)" };
        let one = match of_it.len() {
            1 => Some(edits.clone()),
            _ => self.part(rule, !is_safe, &edits, &finding.span),
        };
        if let Some(one) = one {
            let what = finding.edit().unwrap_or_else(|| finding.message.clone());
            let title = format!("{what} [{rule}]{warning}");
            let diagnostics = vec![diagnostics::told(self.document, finding)];
            let mut fix = action(self.document, self.uri, title, CodeActionKind::QUICKFIX, &one, diagnostics);
            fix.is_preferred = Some(is_safe);
            all.push(fix);
        }
        if of_it.len() > 1 && first {
            let title = format!("Mend all {} of {rule} in the file{warning}", of_it.len());
            let diagnostics = of_it.iter().map(|it| diagnostics::told(self.document, it)).collect();
            all.push(action(self.document, self.uri, title, CodeActionKind::QUICKFIX, &edits, diagnostics));
        }
    }

    /// Of what a rule changes, that which is about one place; none where it cannot be done without the rest.
    fn part(&self, rule: &str, unsafe_too: bool, edits: &[Edit], place: &Range<usize>) -> Option<Vec<Edit>> {
        let about = |edit: &&Edit| place.start <= edit.range.end && edit.range.start <= place.end;
        let some: Vec<Edit> = edits.iter().filter(about).cloned().collect();
        if some.is_empty() || some.len() == edits.len() {
            return (!some.is_empty()).then_some(some);
        }
        let options = self.document.settings.single(rule, unsafe_too)?;
        let part = edits::apply(&self.document.text, some.iter());
        // Done to the end, it must come to the same.
        (upgraded(&part, &options)? == edits::apply(&self.document.text, edits.iter())).then_some(some)
    }
}

/// What a rule alone changes in a document, and whether that is safe.
fn of_rule(document: &Document, rule: &str) -> Option<(Vec<Edit>, bool)> {
    let safe = document.settings.single(rule, false).and_then(|options| rewritten(document, &options));
    if let Some(edits) = safe {
        return Some((edits, true));
    }
    let can_be_unsafe = rules::find(rule).is_some_and(|rule| rule.safety != Safety::ReportOnly);
    let options = document.settings.single(rule, true).filter(|_| can_be_unsafe)?;
    rewritten(document, &options).map(|edits| (edits, false))
}

fn action(
    document: &Document,
    uri: &Uri,
    title: String,
    kind: CodeActionKind,
    edits: &[Edit],
    diagnostics: Vec<Diagnostic>,
) -> CodeAction {
    CodeAction {
        title,
        kind: Some(kind),
        diagnostics: Some(diagnostics),
        edit: Some(changes(uri, edits::told(document, edits.iter()))),
        ..CodeAction::default()
    }
}

/// Changes of one document.
pub fn changes(uri: &Uri, edits: Vec<lsp_types::TextEdit>) -> WorkspaceEdit {
    WorkspaceEdit { changes: Some(HashMap::from([(uri.clone(), edits)])), ..WorkspaceEdit::default() }
}
