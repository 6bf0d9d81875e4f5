//! Values that the schema does not know, and empty ones, and rules that take them for absent.

use std::collections::HashSet;
use std::ops::Range;

use domxml_runtime::{
    Content, FieldKind, KeptNode, KeptValue, Note, NoteKind, SlotMut, each_struct, each_struct_mut, extras, fields,
    fields_mut,
};
use domxml_xml::Spare;

use super::{Reading, finding, read};
use crate::finding::{Finding, Level, ids};
use crate::options::Fate;

/// The elements of a document in which an unknown value decides what the rest is.
#[must_use]
pub fn open_elements(text: &str) -> Vec<Range<usize>> {
    let mut spare = Spare::default();
    let Ok((_, domain, _)) = read(text, Reading::For(Fate::Kept), &mut spare) else { return Vec::new() };
    let mut open = Vec::new();
    extras(&domain, &mut |extra| {
        if extra.kept.as_ref().is_some_and(|kept| kept.open) {
            open.push(extra.span.range());
        }
    });
    open
}

/// Takes out empty values that count as none: in libvirt's form they are not written, and defaults take their place. With `nodes` also what
/// is kept of children that could not be read, which are as good as absent. What the reader has not told is a finding.
pub(super) fn forget(content: &mut dyn Content, nodes: bool, findings: &mut Vec<Finding>) {
    let gone = |kept: &KeptValue| kept.absent;
    let mut forgotten = Vec::new();
    if let Some(kept) = content.extra_mut().and_then(|extra| extra.kept.as_deref_mut())
        && kept.values.iter().any(gone)
    {
        forgotten = kept.values.extract_if(.., |kept| gone(kept)).collect();
    }
    if let Some(extra) = content.extra() {
        let span = extra.span.range();
        for value in forgotten {
            if takes_nothing(content, &value) {
                let message = format!("there is nothing in the attribute '{}'", value.name);
                let mut empty = finding(ids::EMPTY, Level::Legacy, span.clone(), String::new(), message);
                empty.before = Some(format!("{}=''", value.name));
                findings.push(empty);
            }
        }
    }
    if nodes {
        forget_missed(content);
    }
    each_struct_mut(content, &mut |inner| forget(inner, nodes, findings));
}

/// Whether the type of an attribute takes an empty value, so that the reader has nothing to say of it.
fn takes_nothing(content: &mut dyn Content, value: &KeptValue) -> bool {
    let mut takes = false;
    fields_mut(content, |line, slot| match slot {
        SlotMut::Value(field) if line.kind == FieldKind::Attribute && line.is(value.ns, value.name) => {
            takes = field.read("").is_ok();
            field.clear();
        }
        SlotMut::Payload(payload) => {
            if let Some(members) = payload.get_mut().and_then(|payload| payload.members_mut()) {
                takes |= takes_nothing(members, value);
            }
        }
        _ => {}
    });
    takes
}

fn forget_missed(content: &mut dyn Content) {
    let kept = content.extra().and_then(|extra| extra.kept.as_deref());
    let missed: Vec<_> = kept.into_iter().flat_map(|kept| &kept.nodes).map(|node| is_missed(content, node)).collect();
    if !missed.contains(&true) {
        return;
    }
    if let Some(kept) = content.extra_mut().and_then(|extra| extra.kept.as_deref_mut()) {
        let mut missed = missed.into_iter();
        kept.nodes.retain(|_| !missed.next().unwrap_or_default());
    }
}

/// Where the further elements of a name stand that are kept, though libvirt reads the first alone.
pub(super) fn twins(content: &dyn Content) -> Vec<Range<usize>> {
    let mut twins = Vec::new();
    each_kept_element(content, &mut |content, node| {
        if !is_missed(content, node) {
            twins.push(node.span.range());
        }
    });
    twins
}

/// Tells of those that libvirt would read now, as the first stands elsewhere. True if there are any: the document has no form then.
pub(super) fn refuse_exposed(content: &dyn Content, twins: &[Range<usize>], findings: &mut Vec<Finding>) -> bool {
    let before = findings.len();
    if !twins.is_empty() {
        each_kept_element(content, &mut |content, node| {
            if twins.contains(&node.span.range()) && is_missed(content, node) {
                let name = node.element_name().unwrap_or_default();
                let message = format!(
                    "libvirt does not read this second <{name}>, and would as soon as the first is rewritten: remove it, or the first"
                );
                findings.push(finding(ids::UNKNOWN, Level::Error, node.span.range(), String::new(), message));
            }
        });
    }
    findings.len() > before
}

fn each_kept_element(content: &dyn Content, see: &mut dyn FnMut(&dyn Content, &KeptNode)) {
    let kept = content.extra().and_then(|extra| extra.kept.as_deref());
    let nodes = kept.into_iter().flat_map(|kept| &kept.nodes);
    nodes.filter(|node| node.element_name().is_some()).for_each(|node| see(content, node));
    each_struct(content, &mut |inner| each_kept_element(inner, see));
}

/// Unknown attributes that rules take away: by where their element begins, and by name.
pub(super) struct Mended<'f>(HashSet<(usize, &'f str)>);

/// Those that the findings tell of.
pub(super) fn mended(findings: &[Finding]) -> Mended<'_> {
    let taken = findings
        .iter()
        .filter(|finding| finding.level.is_rewrite() && finding.after.as_ref().is_none_or(String::is_empty));
    let named = taken.filter_map(|finding| Some((finding.span.start, finding.before.as_ref()?.split_once("='")?.0)));
    Mended(named.collect())
}

impl Mended<'_> {
    /// Whether a note is about one of them, so that nothing is left to tell.
    pub(super) fn holds(&self, text: &str, note: &Note) -> bool {
        if self.0.is_empty() || note.kind != NoteKind::Kept {
            return false;
        }
        let (name, before) = (text.get(note.range.clone()), text.get(..note.range.start));
        let element = before.and_then(|before| before.rfind('<'));
        element.zip(name).is_some_and(|place| self.0.contains(&place))
    }
}

/// Takes back what rules have filled in where a value is kept that is not known: it was not left out. What they said of that goes too, and
/// what they refuse of an element of which something is not known, unless they refuse that.
pub(super) fn restore(content: &mut dyn Content, findings: &mut Vec<Finding>) {
    if let Some(extra) = content.extra()
        && let Some(kept) = extra.kept.as_deref()
        && (kept.open || !kept.values.is_empty() || kept.nodes.iter().any(|node| is_missed(content, node)))
    {
        let (span, values) = (extra.span.range(), kept.values.clone());
        let mut said = Vec::new();
        clear(content, &values, &mut said);
        let is_said = |finding: &Finding| finding.after.as_ref().is_some_and(|after| said.contains(after));
        // An empty value that counts as none leaves nothing unknown.
        let known = !is_open(content, &values);
        let is_hidden = |finding: &Finding| finding.level == Level::Error && !known && !is_about(finding, &values);
        findings.retain(|finding| finding.span != span || !is_hidden(finding) && !is_said(finding));
    }
    each_struct_mut(content, &mut |inner| restore(inner, findings));
}

/// Whether something is not known of an element: a value that is read, a choice, or a child.
fn is_open(content: &dyn Content, values: &[KeptValue]) -> bool {
    let kept = content.extra().and_then(|extra| extra.kept.as_deref());
    let is_read = |value: &KeptValue| {
        let mut is_shown = false;
        fields(content, |line, _| is_shown |= line.output_only && line.is(value.ns, value.name));
        !is_shown
    };
    values.iter().any(|value| !value.absent && is_read(value))
        || kept.is_some_and(|kept| kept.open || kept.nodes.iter().any(|node| is_missed(content, node)))
}

/// Whether a finding is about one of the unknown values, which it quotes.
fn is_about(finding: &Finding, values: &[KeptValue]) -> bool {
    values.iter().any(|kept| finding.message.contains(&format!("'{}'", kept.value)))
}

/// Whether a node that is kept could not be read, and its field is empty.
fn is_missed(content: &dyn Content, node: &KeptNode) -> bool {
    let Some(name) = node.element_name() else { return false };
    let mut missed = false;
    fields(content, |line, slot| missed |= line.is_child() && line.is("", name) && slot.count() == 0);
    missed
}

/// Empties the fields of these values; `said` are the values that they held, as findings show them.
fn clear(content: &mut dyn Content, values: &[KeptValue], said: &mut Vec<String>) {
    fields_mut(content, |line, slot| match slot {
        SlotMut::Value(field)
            if line.kind == FieldKind::Attribute
                && field.count() > 0
                && values.iter().any(|kept| line.is(kept.ns, kept.name)) =>
        {
            let mut text = String::new();
            field.write(0, &mut text);
            said.push(format!("{}='{text}'", line.name));
            field.clear();
        }
        SlotMut::Payload(payload) => {
            if let Some(members) = payload.get_mut().and_then(|payload| payload.members_mut()) {
                clear(members, values, said);
            }
        }
        _ => {}
    });
}
