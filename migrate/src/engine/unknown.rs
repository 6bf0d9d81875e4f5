//! Values that the schema does not know, and rules that take them for absent.

use std::ops::Range;

use domxml_runtime::{Content, FieldKind, KeptNode, KeptValue, SlotMut, each_struct_mut, extras, fields, fields_mut};
use domxml_xml::Spare;

use super::{Reading, read};
use crate::finding::{Finding, Level};
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

/// Takes back what rules have filled in where a value is kept that is not known: it was not left out. What they said of that goes too, and
/// what they refuse of an element of which something is not known.
pub(super) fn restore(content: &mut dyn Content, findings: &mut Vec<Finding>) {
    if let Some(extra) = content.extra()
        && let Some(kept) = extra.kept.as_deref()
        && (kept.open || !kept.values.is_empty() || kept.nodes.iter().any(|node| is_missed(content, node)))
    {
        let (span, values) = (extra.span.range(), kept.values.clone());
        let mut said = Vec::new();
        clear(content, &values, &mut said);
        let is_said = |finding: &Finding| finding.after.as_ref().is_some_and(|after| said.contains(after));
        findings.retain(|finding| finding.span != span || finding.level != Level::Error && !is_said(finding));
    }
    each_struct_mut(content, &mut |inner| restore(inner, findings));
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
