//! One method for each kind of field.

use super::marks::MarkKind;
use super::refusal::note_refused;
use super::{Action, Defaults, EmptyElements, Finding, Newer, OutputOnly, Writer, push_declaration};
use crate::content::{Content, Payload};
use crate::escape;
use crate::extra::{Span, TEXT, is_assumed};
use crate::filled::Filled;
use crate::info::{DefaultForm, EmptyForm, FieldInfo, FieldKind, Order, Step, TypeInfo};
use crate::slots::{Field, Flag, Nest, NestPayload, NestVerbatim, Slot, Wrote};
use crate::verbatim::Verbatim;
use crate::version::Version;

/// Which of the two sequences of an element is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Attributes,
    Children,
}

impl<'o> Writer<'o> {
    /// The fields of a struct that have to be looked at. Where something is kept it may take the place of a field that holds nothing;
    /// else such a field is at most spelt out.
    pub(super) fn asked(&self, info: &TypeInfo, content: &dyn Content) -> Filled {
        match self.frame {
            Some(_) => Filled::ALL,
            None if self.tables => content.filled() | info.spelt_out,
            None => content.filled(),
        }
    }

    /// Writes the attributes of a struct, or its text and children; those of payloads included. `asked` is what [`Writer::asked`] says.
    pub(super) fn side(&mut self, info: &'static TypeInfo, content: &'o dyn Content, asked: Filled, side: Side) {
        let orders = match side {
            Side::Attributes => info.attribute_orders,
            Side::Children => info.child_orders,
        };
        let Some(order) = orders.iter().find(|order| applies(content, order)) else {
            let own = match side {
                Side::Attributes => 0..info.attributes_end,
                Side::Children => info.children_start..info.fields.len(),
            };
            for index in asked.among(own) {
                if let Some(slot) = content.field(index) {
                    self.field(&info.fields[index], slot, side, None);
                }
            }
            return;
        };
        for step in order.steps {
            let (index, part) = match *step {
                Step::Field(index) => (index, None),
                Step::Part(index, part) => (index, Some(part)),
            };
            if asked.contains(index)
                && let (Some(line), Some(slot)) = (info.fields.get(index), content.field(index))
            {
                self.field(line, slot, side, part);
            }
        }
    }

    /// Writes a field, if it belongs to this side and to the part that is asked for; of a payload, one part.
    #[inline]
    fn field(&mut self, line: &'static FieldInfo, slot: Slot<'o>, side: Side, part: Option<u32>) {
        let own = if side == Side::Attributes { line.part } else { line.child_part };
        if self.part.is_some_and(|asked| asked != own) {
            return;
        }
        match (side, slot) {
            (side, Slot::Payload(payload)) => self.payload(payload, part, side),
            (Side::Attributes, Slot::Value(field)) if line.kind == FieldKind::Attribute => self.attribute(line, field),
            (Side::Attributes, Slot::Attributes(attributes)) => {
                for attribute in attributes {
                    self.push_attribute(&attribute.ns, &attribute.name, &attribute.value);
                }
            }
            (Side::Attributes, _) => {}
            (Side::Children, slot) => self.child_field(line, slot),
        }
    }

    /// Writes a field that holds text or children, or what a variant of a mix carries. Most fields hold nothing.
    #[inline]
    fn child_field(&mut self, line: &'static FieldInfo, slot: Slot<'o>) {
        match slot {
            Slot::Child(nest) => {
                let count = nest.count();
                if count > 0 {
                    self.child(line, nest, count);
                }
            }
            Slot::Flag(flag) => self.flag(line, flag),
            Slot::Value(field) => match line.kind {
                FieldKind::Attribute => {}
                FieldKind::Text => self.text(line, field),
                _ => {
                    let count = field.count();
                    if count > 0 {
                        self.leaf(line, field, count);
                    }
                }
            },
            Slot::Verbatim(verbatim) => self.verbatim(line, verbatim),
            Slot::Mix(mix) => mix.each(&mut |line, slot| self.child_field(line, slot)),
            Slot::Payload(_) | Slot::Attributes(_) => {}
        }
    }

    /// Writes an attribute, if the field holds a value.
    fn attribute(&mut self, line: &'static FieldInfo, field: &dyn Field) {
        if let Some(frame) = &mut self.frame
            && field.count() == 0
            && let Some(kept) = frame.take_value(line)
        {
            match self.left_out(line.output_only, None) {
                Some(action) => self.found(Some(line), &kept.value, action),
                None => self.push_attribute(line.ns, line.name, &kept.value),
            }
        } else if let Some(assumed) = self.frame.as_ref().and_then(|frame| frame.assumed(line, field)) {
            if assumed.empty {
                self.push_attribute(line.ns, line.name, "");
            }
        } else if self.tables && !self.is_plain(line) {
            let mut value = String::new();
            let wrote = field.write(0, &mut value);
            note_refused(&mut self.refused, line, wrote, &value);
            self.attribute_by_table(line, (wrote != Wrote::Nothing).then_some(&value));
        } else if line.ns.is_empty() || field.count() > 0 {
            // It is not asked first whether it holds a value, a call more for each attribute; of a name in a namespace it is, as the root
            // might declare that for nothing.
            let start = self.out.len();
            self.push_attribute_name(line.ns, line.name);
            match self.value(line, field, 0, escape::attribute) {
                true => self.out.push('\''),
                false => self.out.truncate(start),
            }
        }
    }

    /// Writes a value, where values are wanted; false: there is none with this number.
    fn value(&mut self, line: &FieldInfo, field: &dyn Field, index: usize, escape: fn(&mut String, usize)) -> bool {
        if !self.values {
            return index < field.count();
        }
        let start = self.out.len();
        let wrote = field.write(index, &mut self.out);
        note_refused(&mut self.refused, line, wrote, &self.out[start..]);
        escape(&mut self.out, start);
        wrote != Wrote::Nothing
    }

    /// Whether the table says nothing of an attribute by which it would be left out, added or told.
    fn is_plain(&self, line: &FieldInfo) -> bool {
        line.default.is_none()
            && !line.output_only
            && self.observer.is_none()
            && self.left_out(false, line.since).is_none()
            && self.gone(line.until).is_none()
    }

    /// Writes an attribute by what its table says about defaults.
    fn attribute_by_table(&mut self, attribute: &'static FieldInfo, value: Option<&String>) {
        if let Some(action) =
            self.left_out(attribute.output_only, attribute.since).or_else(|| self.gone(attribute.until))
        {
            if let Some(value) = value {
                self.found(Some(attribute), value, action);
            }
            return;
        }
        if let Some(value) = value {
            self.note_live(attribute.output_only, Some(attribute), value);
        }
        let default = attribute.default.filter(|default| self.holds(default.until));
        let default = default.filter(|_| self.options.defaults != Defaults::Keep);
        let drops = |form| self.options.defaults == Defaults::Drop || form == DefaultForm::Dropped;
        let action = match (value, default) {
            (None, Some(default)) if default.form == DefaultForm::Written && !drops(default.form) => {
                let known = match (attribute.since, self.options.target) {
                    (Some(since), Some(target)) => since <= target,
                    _ => true,
                };
                known.then_some((Action::Added, default.value))
            }
            (Some(value), Some(default)) if drops(default.form) && default.value == value => {
                Some((Action::Dropped, default.value))
            }
            _ => None,
        };
        if let Some((action, value)) = action {
            self.found(Some(attribute), value, action);
        }
        let written = match (action, value) {
            (Some((Action::Added, value)), _) => Some(value),
            (Some(_), _) => None,
            (None, value) => value.map(String::as_str),
        };
        if let Some(value) = written {
            if let Some(observer) = &mut self.observer {
                observer.attribute(self.info, attribute, value, self.span);
            }
            self.push_attribute(attribute.ns, attribute.name, value);
        }
    }

    pub(super) fn push_attribute(&mut self, ns: &str, name: &str, value: &str) {
        self.push_attribute_name(ns, name);
        let start = self.out.len();
        self.out.push_str(value);
        escape::attribute(&mut self.out, start);
        self.out.push('\'');
    }

    fn push_attribute_name(&mut self, ns: &str, name: &str) {
        self.out.push(' ');
        self.push_name(ns, name, true);
        self.out.push_str("='");
    }

    fn payload(&mut self, payload: &'o dyn NestPayload, part: Option<u32>, side: Side) {
        let outer_part = std::mem::replace(&mut self.part, part);
        // The discriminating attribute belongs to the first part.
        if side == Side::Attributes
            && part.is_none_or(|part| part == 0)
            && let Some(payload) = payload.get()
        {
            self.discriminator(payload);
        }
        if let Some(members) = payload.members() {
            let info = members.info();
            if let Some(observer) = &mut self.observer {
                observer.members(info);
            }
            let outer_info = std::mem::replace(&mut self.info, info);
            self.side(info, members, self.asked(info, members), side);
            self.info = outer_info;
        }
        self.part = outer_part;
    }

    fn discriminator(&mut self, payload: &dyn Payload) {
        let table = payload.attribute();
        let kept = self.frame.as_mut().and_then(|frame| frame.take_value(table));
        if let Some(kept) = kept.filter(|kept| kept.absent) {
            return self.push_attribute(table.ns, table.name, &kept.value);
        }
        let Some(value) = payload.value() else { return };
        let assumed = is_assumed(self.assumed, table, value);
        if self.tables {
            let owned = value.to_owned();
            self.attribute_by_table(table, (!assumed).then_some(&owned));
        } else if !assumed {
            self.push_attribute(table.ns, table.name, value);
        }
    }

    /// Writes child elements.
    fn child(&mut self, line: &'static FieldInfo, field: &'o dyn Nest, count: usize) {
        let (ns, name) = (line.ns, line.name);
        for index in 0..count {
            if let Some(content) = field.get(index)
                && self.wanted(line, None)
            {
                self.before(name);
                self.whole_element((ns, name), Some(line), content);
                self.after(name);
            }
        }
    }

    /// Writes child elements that hold nothing but a value.
    fn leaf(&mut self, line: &'static FieldInfo, field: &dyn Field, count: usize) {
        for index in 0..count {
            if !self.tables {
                self.leaf_element(line, Some((field, index)));
                continue;
            }
            // Before it is written its text is of interest only to these.
            let mut text = String::new();
            if self.observer.is_some() || line.empty == EmptyForm::Dropped {
                field.write(index, &mut text);
            }
            if self.wanted(line, Some(&text)) && !(text.is_empty() && self.drop_empty_leaf(line)) {
                self.leaf_element(line, Some((field, index)));
            }
        }
    }

    /// Whether an empty leaf is left out by its table. Comments in it keep it, and so does another one behind it.
    fn drop_empty_leaf(&mut self, line: &FieldInfo) -> bool {
        let name = line.name;
        let dropped = self.options.empty == EmptyElements::Drop
            && line.empty == EmptyForm::Dropped
            && !self
                .frame
                .as_ref()
                .is_some_and(|f| f.repeats(name) || f.leaves.contains_key(&(name.into(), f.count(name))));
        if dropped {
            self.found(None, name, Action::Emptied);
        }
        dropped
    }

    /// Why something is not written, if it is not.
    fn left_out(&self, output_only: bool, since: Option<Version>) -> Option<Action> {
        if output_only && self.options.output_only == OutputOnly::Drop {
            return Some(Action::Live);
        }
        let newer = matches!((since, self.options.target), (Some(since), Some(target)) if since > target);
        (newer && self.options.newer == Newer::Drop).then_some(Action::Newer)
    }

    /// Why something is not written that the target no longer reads.
    fn gone(&self, until: Option<Version>) -> Option<Action> {
        (self.options.newer == Newer::Drop && !self.holds(until)).then_some(Action::Gone)
    }

    /// Whether what was so until a version is so for the target. Where its form is not asked for, it is that of the newest.
    pub(super) fn holds(&self, until: Option<Version>) -> bool {
        let point = self.options.target.filter(|_| self.options.newer == Newer::Drop);
        until.is_none_or(|until| point.is_some_and(|target| target < until))
    }

    fn note_live(&mut self, output_only: bool, attribute: Option<&'static FieldInfo>, value: &str) {
        if output_only && self.options.output_only == OutputOnly::Note {
            self.found(attribute, value, Action::LiveKept);
        }
    }

    #[cold]
    pub(super) fn found(&mut self, attribute: Option<&'static FieldInfo>, value: &str, action: Action) {
        let (span, owner) = (self.span, self.info);
        self.findings.push(Finding { span, owner, attribute, value: value.to_owned(), action });
    }

    /// Writes child elements that hold nothing.
    fn flag(&mut self, line: &'static FieldInfo, field: &dyn Flag) {
        for _ in 0..field.count() {
            if self.wanted(line, None) {
                self.leaf_element(line, None);
            }
        }
    }

    fn leaf_element(&mut self, line: &'static FieldInfo, text: Option<(&dyn Field, usize)>) {
        let (ns, name) = (line.ns, line.name);
        self.before(name);
        let key = self.frame.as_ref().map(|frame| (Box::from(name), frame.count(name)));
        let leaf = key.and_then(|key| self.frame.as_mut()?.leaves.remove(&key));
        let leaf = leaf.unwrap_or_default();
        self.start_child();
        let (scope, added) = (self.scope.len(), self.added.len());
        for (attribute, value) in &leaf.attributes {
            if let Some(prefix) = attribute.strip_prefix("xmlns:").or(attribute.strip_prefix("xmlns")) {
                self.scope.push((prefix.into(), value.clone()));
            }
        }
        let mark = self.open_mark(MarkKind::Leaf, Span::default());
        self.out.push('<');
        self.push_name(ns, name, false);
        for (attribute, value) in &leaf.attributes {
            self.push_attribute("", attribute, value);
        }
        self.out.push('>');
        let inside = self.out.len();
        self.mark_content();
        leaf.before.iter().for_each(|node| self.put_node(node));
        if let Some((field, index)) = text {
            let mark = self.open_mark(MarkKind::Text, Span::default());
            self.value(line, field, index, escape::text);
            self.close_mark(mark);
        }
        leaf.after.iter().for_each(|node| self.put_node(node));
        if self.out.len() == inside {
            self.out.truncate(inside - 1);
            self.out.push_str("/>");
        } else {
            self.out.push_str("</");
            self.push_name(ns, name, false);
            self.out.push('>');
        }
        self.close_mark(mark);
        self.leave_scope(scope, added);
        self.end_line();
        self.after(name);
    }

    /// Writes child elements that are kept as they stand.
    fn verbatim(&mut self, line: &'static FieldInfo, field: &dyn NestVerbatim) {
        // Beside a text, a line break would be part of it.
        self.inline |= field.entries().iter().any(|verbatim| verbatim.name.is_empty());
        for verbatim in field.entries() {
            // A field for elements of any name knows nothing of them.
            if !verbatim.source.is_empty() && (line.kind == FieldKind::AnyElements || self.wanted(line, None)) {
                self.put_verbatim(verbatim);
            }
        }
    }

    fn put_verbatim(&mut self, verbatim: &Verbatim) {
        self.before(&verbatim.name);
        let mut own = String::new();
        for (prefix, uri) in &verbatim.namespaces {
            match self.bound(prefix) {
                Some(bound) if *bound == **uri => {}
                None if !prefix.is_empty() => {
                    self.scope.insert(0, (prefix.clone(), uri.clone()));
                    self.added.push((prefix.clone(), uri.clone()));
                }
                // The prefix stands for another namespace here, or for all names without one.
                _ => push_declaration(&mut own, prefix, uri),
            }
        }
        self.start_child();
        let kind = if verbatim.name.is_empty() { MarkKind::Text } else { MarkKind::Verbatim };
        let mark = self.open_mark(kind, verbatim.span);
        let source = &verbatim.source;
        let name_end = if own.is_empty() { 0 } else { domxml_xml::tag_name(source, &(0..source.len())).end };
        self.out.extend([&source[..name_end], &own, &source[name_end..]]);
        self.close_mark(mark);
        self.end_line();
        self.after(&verbatim.name);
    }

    /// Writes the element's text.
    fn text(&mut self, line: &'static FieldInfo, field: &dyn Field) {
        let mut text = String::new();
        let wrote = field.write(0, &mut text);
        if wrote == Wrote::Nothing {
            return;
        }
        note_refused(&mut self.refused, line, wrote, &text);
        if let Some(observer) = &mut self.observer {
            observer.text(self.info, &text, self.span);
        }
        if text.is_empty() {
            return;
        }
        // From here on, a line break would be part of the text.
        self.inline = true;
        self.before(TEXT);
        self.open_content();
        let mark = self.open_mark(MarkKind::Text, Span::default());
        let start = self.out.len();
        self.out.push_str(&text);
        escape::text(&mut self.out, start);
        self.close_mark(mark);
        self.after(TEXT);
    }

    /// Whether a child is written, after it was shown to the observer.
    fn wanted(&mut self, child: &'static FieldInfo, text: Option<&str>) -> bool {
        if !self.tables {
            return true;
        }
        if let Some(action) = self.left_out(child.output_only, child.since) {
            self.found(None, child.name, action);
            return false;
        }
        self.note_live(child.output_only, None, child.name);
        if let Some(observer) = &mut self.observer {
            observer.child(self.info, child, text, self.span);
        }
        true
    }
}

/// Whether an order applies to a struct.
fn applies(content: &dyn Content, order: &Order) -> bool {
    let Some((index, values)) = order.when else { return true };
    let Some(Slot::Payload(payload)) = content.field(index) else { return false };
    payload.get().is_some_and(|payload| values.contains(&payload.value().unwrap_or_default()))
}
