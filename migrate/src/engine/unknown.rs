//! Values that the schema does not know, and empty ones, and rules that take them for absent.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use domxml_runtime::{
    Content, Extra, FieldKind, Kept, KeptNode, KeptValue, Note, NoteKind, Slot, SlotMut, Span, each_struct,
    each_struct_mut, extras, fields, fields_mut,
};
use domxml_xml::Spare;

use super::findings::finding;
use super::reading::{Reading, read};
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

/// Takes out values that count as none and are `gone`: in libvirt's form they are not written, and defaults take their place. With `nodes`
/// also what is kept of children that could not be read, which are as good as absent. What the reader has not told is a finding.
pub(super) fn forget(
    content: &mut dyn Content,
    nodes: bool,
    gone: &impl Fn(&KeptValue) -> bool,
    findings: &mut Vec<Finding>,
) {
    let mut forgotten = Vec::new();
    if let Some(kept) = content.extra_mut().and_then(|extra| extra.kept.as_deref_mut())
        && kept.values.iter().any(gone)
    {
        forgotten = kept.values.extract_if(.., |kept| gone(kept)).collect();
    }
    if let Some(kept) = content.extra_mut().and_then(|extra| extra.kept.as_deref_mut()) {
        kept.assumed.clear();
        kept.read_past.extend(forgotten.iter().cloned());
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
    each_struct_mut(content, &mut |inner| forget(inner, nodes, gone, findings));
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
            if let Some(members) = payload.members_mut() {
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
        let gone: Vec<_> = kept.nodes.extract_if(.., |_| missed.next().unwrap_or_default()).collect();
        kept.missed.extend(gone);
    }
}

/// What is kept of a document and would be read if something else of it were changed.
#[derive(Debug, Default)]
pub(crate) struct KeptParts {
    /// The elements, by their places. Of those that have the name of a field, one that could not be read, so that the field is empty, is the
    /// one that libvirt reads; it reads past a further one, and past those of other names, which another branch may have.
    elements: BTreeMap<Span, KeptElement>,
    /// The names of the attributes that an element does not have, by its place: another branch of it may.
    attributes: BTreeMap<Span, Vec<Box<str>>>,
}

#[derive(Debug)]
struct KeptElement {
    name: Box<str>,
    /// Where the element stands that it stands in.
    around: Span,
    /// Whether the field of its name is empty; none where there is no such field.
    missed: Option<bool>,
}

impl KeptElement {
    /// Whether the element around it, which is `content` now, has another use for it.
    fn is_read_otherwise(&self, content: &dyn Content) -> bool {
        lacks(content, &self.name).is_some_and(|now| self.missed != Some(now))
    }
}

impl KeptParts {
    pub(super) fn of(content: &dyn Content) -> Self {
        let mut parts = Self::default();
        each_with_kept(content, &|_| true, &mut |content, kept| {
            let around = content.extra().map_or(Span::default(), |extra| extra.span);
            for (node, name) in kept_elements(kept).filter(|(node, _)| !node.span.is_empty()) {
                parts
                    .elements
                    .insert(node.span, KeptElement { name: name.into(), around, missed: lacks(content, name) });
            }
            let names = kept.attributes.iter().map(|(name, _)| name).filter(|name| !lacks_attribute(content, name));
            let names: Vec<Box<str>> = names.cloned().collect();
            if !names.is_empty() {
                parts.attributes.insert(around, names);
            }
        });
        parts
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.elements.is_empty() && self.attributes.is_empty()
    }

    /// Whether one of these could not be read, so that its field was empty.
    fn misses_any(&self, nodes: &[KeptNode]) -> bool {
        nodes.iter().any(|node| self.elements.get(&node.span).is_some_and(|kept| kept.missed == Some(true)))
    }

    /// Whether libvirt would read something else now than it did: an element stands beside what could not be read, or the one is gone before
    /// which it did not read a further one; or an attribute that the element did not have is one of its own. The element that `content` is,
    /// or is a part of, stands at `here`.
    pub(crate) fn are_read_otherwise(&self, content: &dyn Content, here: Span) -> bool {
        let within = |outer: Span| {
            let from = Span { end: 0, ..outer };
            self.elements.range(from..).map(|(_, kept)| kept).take_while(move |kept| kept.around.end <= outer.end)
        };
        let has_attributes = |outer: Span| {
            let mut inside =
                self.attributes.range(Span { end: 0, ..outer }..).take_while(|(span, _)| span.start < outer.end);
            inside.next().is_some()
        };
        let wanted =
            |extra: &Extra| extra.span.is_empty() || within(extra.span).next().is_some() || has_attributes(extra.span);
        let mut otherwise = false;
        each_with_kept(content, &wanted, &mut |content, kept| {
            for (node, _) in kept_elements(kept) {
                let known = self.elements.get(&node.span);
                otherwise |= known.is_some_and(|kept| kept.is_read_otherwise(content));
            }
            let known = content.extra().and_then(|extra| self.attributes.get(&extra.span));
            let mut names = kept.attributes.iter().map(|(name, _)| name);
            otherwise |=
                names.any(|name| known.is_some_and(|known| known.contains(name)) && lacks_attribute(content, name));
        });
        // A branch of a choice keeps nothing itself.
        let is_branch = content.extra().is_none();
        let mut beside = within(here).filter(|kept| is_branch && kept.around == here);
        let mut attributes = self.attributes.get(&here).into_iter().flatten().filter(|_| is_branch);
        otherwise
            || beside.any(|kept| kept.is_read_otherwise(content))
            || attributes.any(|name| lacks_attribute(content, name))
    }
}

/// Visits those elements for which `wanted` holds and of which something is kept.
fn each_with_kept(content: &dyn Content, wanted: &dyn Fn(&Extra) -> bool, see: &mut dyn FnMut(&dyn Content, &Kept)) {
    if content.extra().is_some_and(|extra| !wanted(extra)) {
        return;
    }
    if let Some(kept) = content.extra().and_then(|extra| extra.kept.as_deref()) {
        see(content, kept);
    }
    each_struct(content, &mut |inner| each_with_kept(inner, wanted, see));
}

/// The elements that are kept of one, with their names.
fn kept_elements(kept: &Kept) -> impl Iterator<Item = (&KeptNode, &str)> {
    kept.nodes.iter().filter_map(|node| Some((node, node.element_name()?)))
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
pub(super) fn restore(content: &mut dyn Content, elements: &KeptParts, findings: &mut Vec<Finding>) {
    let mut spans: HashMap<Range<usize>, Vec<usize>> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        spans.entry(finding.span.clone()).or_default().push(at);
    }
    let mut gone = vec![false; findings.len()];
    restore_in(content, elements, &mut |span, is_gone| {
        for at in spans.get(span).into_iter().flatten() {
            gone[*at] |= is_gone(&findings[*at]);
        }
    });
    let mut gone = gone.into_iter();
    findings.retain(|_| gone.next() == Some(false));
}

/// Takes back findings at a place, those that a test picks.
type Retract<'d> = dyn FnMut(&Range<usize>, &dyn Fn(&Finding) -> bool) + 'd;

fn restore_in(content: &mut dyn Content, elements: &KeptParts, retract: &mut Retract<'_>) {
    if let Some(extra) = content.extra()
        && let Some(kept) = extra.kept.as_deref()
        && (kept.open || !kept.values.is_empty() || elements.misses_any(&kept.nodes))
    {
        let (span, values) = (extra.span.range(), kept.values.clone());
        let mut said = Vec::new();
        clear(content, &values, &mut said);
        let is_said = |finding: &Finding| finding.after.as_ref().is_some_and(|after| said.contains(after));
        // An empty value that counts as none leaves nothing unknown.
        let known = !is_open(content, elements, &values);
        let is_hidden = |finding: &Finding| finding.level == Level::Error && !known && !is_about(finding, &values);
        retract(&span, &|finding| is_hidden(finding) || is_said(finding));
    }
    each_struct_mut(content, &mut |inner| restore_in(inner, elements, retract));
}

/// Whether something is not known of an element: a value that is read, a choice, or a child.
fn is_open(content: &dyn Content, elements: &KeptParts, values: &[KeptValue]) -> bool {
    let kept = content.extra().and_then(|extra| extra.kept.as_deref());
    let is_read = |value: &KeptValue| {
        let mut is_shown = false;
        fields(content, |line, _| is_shown |= line.output_only && line.is(value.ns, value.name));
        !is_shown
    };
    values.iter().any(|value| !value.absent && is_read(value))
        || kept.is_some_and(|kept| kept.open || elements.misses_any(&kept.nodes))
}

/// Whether a finding is about one of the unknown values, which it quotes.
fn is_about(finding: &Finding, values: &[KeptValue]) -> bool {
    values.iter().any(|kept| finding.message.contains(&format!("'{}'", kept.value)))
}

/// Whether a node that is kept could not be read, and its field is empty.
fn is_missed(content: &dyn Content, node: &KeptNode) -> bool {
    node.element_name().and_then(|name| lacks(content, name)).unwrap_or_default()
}

/// Whether the field for children of this name is empty; none where there is no such field.
fn lacks(content: &dyn Content, name: &str) -> Option<bool> {
    let mut lacks = None;
    fields(content, |line, slot| {
        let own = match slot {
            Slot::Payload(payload) => payload.get().and_then(|payload| self::lacks(payload.members()?, name)),
            slot => (line.is_child() && line.is("", name)).then(|| slot.count() == 0),
        };
        lacks = lacks.or(own);
    });
    lacks
}

/// Whether an element has an attribute of this name, and no value of it.
fn lacks_attribute(content: &dyn Content, name: &str) -> bool {
    let mut lacks = false;
    fields(content, |line, slot| {
        lacks |= match slot {
            Slot::Payload(payload) => payload
                .get()
                .and_then(|payload| payload.members())
                .is_some_and(|members| lacks_attribute(members, name)),
            slot => line.kind == FieldKind::Attribute && line.is("", name) && slot.count() == 0,
        };
    });
    lacks
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
            if let Some(members) = payload.members_mut() {
                clear(members, values, said);
            }
        }
        _ => {}
    });
}
