//! What the libvirt whose form is wanted does not look at, because it is newer than that or was given up before it.

use std::ops::Range;

use domxml_runtime::{Content, FieldInfo, FieldKind, KeptNode, Slot, Span, Version, fields};

use super::Options;
use crate::options::Profile;

/// Where in the document that stands. Of profile `modern` nothing: what today's libvirt reads matters to it.
pub(super) fn ranges(content: &dyn Content, text: &str, options: &Options) -> Vec<Range<usize>> {
    let mut unread = Unread { text, target: options.target.newest, ranges: Vec::new() };
    if options.profile == Profile::Libvirt {
        unread.look(content, Span::default(), &[]);
    }
    unread.ranges
}

struct Unread<'t> {
    text: &'t str,
    target: Version,
    ranges: Vec<Range<usize>>,
}

impl Unread<'_> {
    /// Whether the target reads past a field.
    fn is_past(&self, line: &FieldInfo) -> bool {
        let newer = |since: Option<Version>| since.is_some_and(|since| since > self.target);
        newer(line.since)
            || line.until.is_some_and(|until| until <= self.target)
            || line.content.is_some_and(|table| newer(table().since))
    }

    /// Looks at an element, or at the members of a choice of the one at `outer`, which keeps these nodes.
    fn look(&mut self, content: &dyn Content, outer: Span, outer_nodes: &[KeptNode]) {
        let (span, nodes) = match content.extra() {
            Some(extra) => (extra.span, extra.kept.as_deref().map_or(&[][..], |kept| &kept.nodes)),
            None => (outer, outer_nodes),
        };
        fields(content, |line, slot| self.field(line, slot, span, nodes));
    }

    fn field(&mut self, line: &FieldInfo, slot: Slot<'_>, span: Span, nodes: &[KeptNode]) {
        let is_past = self.is_past(line);
        if is_past && line.kind == FieldKind::Attribute {
            self.ranges.extend(value(self.text, span, line.name));
        } else if is_past && line.is_child() {
            // What could not be read is no value of the field.
            let kept = nodes.iter().filter(|node| node.is_element(line.name));
            self.ranges.extend(kept.map(|node| node.span.range()));
        }
        match slot {
            Slot::Child(nest) if is_past => nest.each(&mut |child| {
                self.ranges.extend(child.extra().map(|extra| extra.span.range()));
            }),
            Slot::Child(nest) => nest.each(&mut |child| self.look(child, span, nodes)),
            Slot::Payload(payload) => {
                if let Some(members) = payload.members() {
                    self.look(members, span, nodes);
                }
            }
            Slot::Mix(mix) => mix.each(&mut |line, slot| self.field(line, slot, span, nodes)),
            _ => {}
        }
    }
}

/// Where the value of an element's attribute stands.
fn value(text: &str, element: Span, name: &str) -> Option<Range<usize>> {
    let outer = element.range();
    let inner = text.get(outer.clone())?;
    let tag = domxml_xml::pieces(inner).next()?.range;
    let (_, value) = domxml_xml::attributes(inner, &tag).find(|(found, _)| &inner[found.clone()] == name)?;
    Some(outer.start + value.start..outer.start + value.end)
}
