//! Writing, in libvirt's layout: two spaces, single quotes, `<a/>`, elements with nothing but text on one line.

use crate::content::{Content, Mix, Payload};
use crate::escape;
use crate::extra::{Anchor, Kept, KeptLeaf, KeptNode, Span, TEXT};
use crate::info::{AttributeInfo, ChildInfo, DefaultForm, EmptyForm, TypeInfo};
use crate::slots::{Field, Flag, Nest, NestMix, NestPayload, NestVerbatim};
use crate::verbatim::{AnyAttribute, Verbatim};
use crate::version::Version;
use std::collections::HashMap;

/// What to do with values that equal a default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Defaults {
    /// Write what is there.
    #[default]
    Keep,
    /// Spell out absent attributes whose default is always written, and leave out present ones whose default never is
    /// and elements that are not written where there is nothing in them.
    Canonical,
}

/// What to do with what only a running domain shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OutputOnly {
    /// Write it.
    #[default]
    Keep,
    /// Write it, and say so.
    Note,
    /// Leave it out.
    Drop,
}

/// What to do with elements and attributes that [`WriteOptions::target`] does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Newer {
    /// Write them.
    #[default]
    Keep,
    /// Leave them out, as a reader that old reads past them.
    Drop,
}

/// What to do with comments, processing instructions and unknown content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeptContent {
    /// Write it, in place.
    #[default]
    Keep,
    /// Leave it out, namespace declarations too: what needs one is declared anew, on the root.
    Drop,
}

/// Options of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriteOptions {
    /// What to do with values that equal a default.
    pub defaults: Defaults,
    /// What to do with what only a running domain shows.
    pub output_only: OutputOnly,
    /// The oldest version that must read the result: no default is spelt out whose attribute it does not know.
    pub target: Option<Version>,
    /// What to do with what that version does not know.
    pub newer: Newer,
    /// What to do with comments, processing instructions and unknown content.
    pub kept: KeptContent,
    /// How many levels the element is indented.
    pub depth: usize,
}

/// A written document.
#[derive(Debug, Clone)]
pub struct Written {
    /// The text, ended by a line break.
    pub text: String,
    /// What was spelt out or left out, in the order of writing.
    pub findings: Vec<Finding>,
}

/// What was spelt out or left out.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The element's bytes in the document that it was read from; of an element without a place of its own, its parent's.
    pub span: Span,
    /// The element, or the members of its payload, that has the attribute; the element that was left out, or its parent.
    pub owner: &'static TypeInfo,
    /// The attribute; none for an element.
    pub attribute: Option<&'static AttributeInfo>,
    /// The attribute's value, or the element's name.
    pub value: String,
    /// What was done.
    pub action: Action,
}

/// What the writer did of its own accord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A default was absent and is spelt out.
    Added,
    /// A default was present and is left out.
    Dropped,
    /// An element with nothing in it is left out.
    Emptied,
    /// What only a running domain shows is left out.
    Live,
    /// What only a running domain shows is written.
    LiveKept,
    /// What the target does not know is left out.
    Newer,
}

/// Sees what a typed document uses: elements, attributes with their values, child elements.
pub trait Observer {
    /// An element is entered.
    fn element(&mut self, info: &'static TypeInfo, span: Span);

    /// An attribute of the element that was entered last and not yet left.
    fn attribute(&mut self, owner: &'static TypeInfo, attribute: &'static AttributeInfo, value: &str, span: Span);

    /// A child element, before it is entered; `text` is what it holds if that is a plain value. `span` is its parent's.
    fn child(&mut self, owner: &'static TypeInfo, child: &'static ChildInfo, text: Option<&str>, span: Span);

    /// The element that was entered last and not yet left has a payload with these members, which follow among its own;
    /// said at least once.
    fn members(&mut self, _info: &'static TypeInfo) {}

    /// The text of the element that was entered last and not yet left.
    fn text(&mut self, _owner: &'static TypeInfo, _text: &str, _span: Span) {}

    /// An element is left.
    fn leave(&mut self, _info: &'static TypeInfo) {}
}

/// Shows `observer` everything that `content` holds.
pub fn observe(content: &dyn Content, observer: &mut dyn Observer) {
    let options = WriteOptions { kept: KeptContent::Drop, ..WriteOptions::default() };
    let mut writer = Writer::new(&options);
    writer.observer = Some(observer);
    writer.tables = true;
    writer.root(content);
}

/// Writes a document.
pub(crate) fn write(content: &dyn Content, options: &WriteOptions) -> Written {
    let mut writer = Writer::new(options);
    writer.root(content);
    Written { text: writer.out, findings: writer.findings }
}

/// Writes a document: what [`Content`]'s methods call.
pub struct Writer<'o> {
    out: String,
    depth: usize,
    options: &'o WriteOptions,
    findings: Vec<Finding>,
    observer: Option<&'o mut dyn Observer>,
    /// Whether attributes and children must be looked up in the tables.
    tables: bool,
    /// The table of the struct that is being written.
    info: &'static TypeInfo,
    /// Where the element that is being written stood.
    span: Span,
    /// The discriminating attribute that was absent in the element that is being written.
    assumed: Option<&'static AttributeInfo>,
    /// Which part of a payload's members is asked for; none: all of them.
    part: Option<u32>,
    /// The start tag still lacks its `>`.
    tag_open: bool,
    /// Line breaks would change the text of the element.
    inline: bool,
    /// What the element keeps, while it is being written.
    frame: Option<Box<Frame>>,
    /// Namespaces in scope: prefix and URI, the innermost last.
    scope: Vec<(Box<str>, Box<str>)>,
    /// Namespaces that the root must declare because nothing else does.
    added: Vec<(Box<str>, Box<str>)>,
}

/// What an element keeps, by place.
struct Frame {
    /// The nodes; those already written are none.
    nodes: Vec<Option<KeptNode>>,
    /// Where the nodes of an anchor stand in `nodes`.
    places: HashMap<Anchor, Vec<usize>>,
    leaves: HashMap<(Box<str>, u32), KeptLeaf>,
    /// How many children of a name were written.
    counts: HashMap<Box<str>, u32>,
}

impl Frame {
    fn new(kept: &Kept) -> Self {
        let mut places: HashMap<Anchor, Vec<usize>> = HashMap::new();
        for (at, node) in kept.nodes.iter().enumerate() {
            places.entry(node.anchor.clone()).or_default().push(at);
        }
        Frame {
            nodes: kept.nodes.iter().cloned().map(Some).collect(),
            places,
            leaves: kept.leaves.iter().map(|leaf| ((leaf.name.clone(), leaf.nth), leaf.clone())).collect(),
            counts: HashMap::new(),
        }
    }

    fn take(&mut self, anchor: &Anchor) -> Vec<KeptNode> {
        let places = self.places.remove(anchor).unwrap_or_default();
        places.into_iter().filter_map(|at| self.nodes[at].take()).collect()
    }

    fn count(&self, name: &str) -> u32 {
        self.counts.get(name).copied().unwrap_or(0)
    }
}

impl<'o> Writer<'o> {
    fn new(options: &'o WriteOptions) -> Self {
        Writer {
            out: String::new(),
            depth: options.depth,
            options,
            findings: Vec::new(),
            observer: None,
            tables: options.defaults == Defaults::Canonical
                || options.output_only != OutputOnly::Keep
                || options.newer == Newer::Drop,
            info: &TypeInfo::NONE,
            span: Span::default(),
            assumed: None,
            part: None,
            tag_open: false,
            inline: false,
            frame: None,
            scope: vec![("xml".into(), "http://www.w3.org/XML/1998/namespace".into())],
            added: Vec::new(),
        }
    }

    fn root(&mut self, content: &dyn Content) {
        let kept = content.extra().and_then(|extra| extra.kept.as_deref());
        let kept = kept.filter(|_| self.options.kept == KeptContent::Keep);
        if let Some(kept) = kept {
            self.out.push_str(&kept.prolog);
        }
        let Some(name) = content.info().element else { return };
        // What is written is mostly about as long as what was read.
        let length = content.extra().map_or(0, |extra| extra.span.range().len());
        self.out.reserve(length + length / 4 + 64);
        let tag_end = self.whole_element(name.ns, name.local, content);
        let mut declarations = String::new();
        for (prefix, uri) in &self.added {
            push_declaration(&mut declarations, prefix, uri);
        }
        self.out.insert_str(tag_end, &declarations);
        if let Some(kept) = kept
            && !kept.epilog.is_empty()
        {
            self.out.push_str(&kept.epilog);
            self.out.push('\n');
        }
    }

    /// Whether this part of a payload's members is asked for.
    #[must_use]
    pub fn part(&self, part: u32) -> bool {
        self.part.is_none_or(|asked| asked == part)
    }

    /// Writes an attribute, if the field holds a value.
    pub fn attribute(&mut self, name: &'static str, field: &dyn Field) {
        self.attribute_ns("", name, field);
    }

    /// As [`Writer::attribute`], in a namespace.
    pub fn attribute_ns(&mut self, ns: &'static str, name: &'static str, field: &dyn Field) {
        if self.tables {
            let mut value = String::new();
            let present = field.count() > 0;
            if present {
                field.write(0, &mut value);
            }
            match self.info.attribute(ns, name) {
                Some(attribute) => self.attribute_by_table(attribute, present.then_some(&value)),
                None if present => self.push_attribute(ns, name, &value),
                None => {}
            }
        } else if field.count() > 0 {
            self.push_attribute_name(ns, name);
            let start = self.out.len();
            field.write(0, &mut self.out);
            escape::attribute(&mut self.out, start);
            self.out.push('\'');
        }
    }

    /// Writes an attribute by what its table says about defaults.
    fn attribute_by_table(&mut self, attribute: &'static AttributeInfo, value: Option<&String>) {
        if let Some(action) = self.left_out(attribute.output_only, attribute.since) {
            if let Some(value) = value {
                self.found(Some(attribute), value, action);
            }
            return;
        }
        if let Some(value) = value {
            self.note_live(attribute.output_only, Some(attribute), value);
        }
        let canonical = self.options.defaults == Defaults::Canonical;
        let default = attribute.default.filter(|_| canonical);
        let action = match (value, default) {
            (None, Some(default)) if default.form == DefaultForm::Written => {
                let known = match (attribute.since, self.options.target) {
                    (Some(since), Some(target)) => since <= target,
                    _ => true,
                };
                known.then_some((Action::Added, default.value))
            }
            (Some(value), Some(default)) if default.form == DefaultForm::Dropped && default.value == value => {
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

    fn push_attribute(&mut self, ns: &str, name: &str, value: &str) {
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

    /// Writes attributes of any name.
    pub fn any_attributes(&mut self, attributes: &[AnyAttribute]) {
        for attribute in attributes {
            self.push_attribute(&attribute.ns, &attribute.name, &attribute.value);
        }
    }

    /// Writes the attributes of a payload: the one that discriminates, and those of its members.
    pub fn payload_attributes(&mut self, payload: &dyn NestPayload) {
        self.payload(payload, None, true);
    }

    /// Writes text and children of a payload's members.
    pub fn payload_children(&mut self, payload: &dyn NestPayload) {
        self.payload(payload, None, false);
    }

    /// As [`Writer::payload_attributes`], for one part.
    pub fn payload_attributes_part(&mut self, payload: &dyn NestPayload, part: u32) {
        self.payload(payload, Some(part), true);
    }

    /// As [`Writer::payload_children`], for one part.
    pub fn payload_children_part(&mut self, payload: &dyn NestPayload, part: u32) {
        self.payload(payload, Some(part), false);
    }

    fn payload(&mut self, payload: &dyn NestPayload, part: Option<u32>, attributes: bool) {
        let Some(payload) = payload.get() else { return };
        let outer_part = std::mem::replace(&mut self.part, part);
        // The discriminating attribute belongs to the first part.
        if attributes && self.part(0) {
            self.discriminator(payload);
        }
        if let Some(members) = payload.members() {
            if let Some(observer) = &mut self.observer {
                observer.members(members.info());
            }
            let outer_info = std::mem::replace(&mut self.info, members.info());
            if attributes {
                members.write_attributes(self);
            } else {
                members.write_children(self);
            }
            self.info = outer_info;
        }
        self.part = outer_part;
    }

    fn discriminator(&mut self, payload: &dyn Payload) {
        let table = payload.attribute();
        let Some(value) = payload.value() else { return };
        // It was absent, which meant this value.
        let absent = self.assumed.is_some_and(|assumed| std::ptr::eq(assumed, table))
            && table.default.is_some_and(|default| default.value == value);
        if self.tables {
            let owned = value.to_owned();
            self.attribute_by_table(table, (!absent).then_some(&owned));
        } else if !absent {
            self.push_attribute(table.ns, table.name, value);
        }
    }

    /// Writes child elements.
    pub fn child(&mut self, name: &'static str, field: &dyn Nest) {
        self.child_ns("", name, field);
    }

    /// As [`Writer::child`], in a namespace.
    pub fn child_ns(&mut self, ns: &'static str, name: &'static str, field: &dyn Nest) {
        for index in 0..field.count() {
            if let Some(content) = field.get(index)
                && self.wanted(ns, name, None)
            {
                if let Some(action) = self.left_out(content.info().output_only, content.info().since) {
                    self.found(None, name, action);
                    continue;
                }
                self.note_live(content.info().output_only, None, name);
                self.before(name);
                self.whole_element(ns, name, content);
                self.after(name);
            }
        }
    }

    /// Writes child elements that hold nothing but a value.
    pub fn leaf(&mut self, name: &'static str, field: &dyn Field) {
        self.leaf_ns("", name, field);
    }

    /// As [`Writer::leaf`], in a namespace.
    pub fn leaf_ns(&mut self, ns: &'static str, name: &'static str, field: &dyn Field) {
        for index in 0..field.count() {
            if self.tables {
                let mut text = String::new();
                field.write(index, &mut text);
                if !self.wanted(ns, name, Some(&text)) || text.is_empty() && self.drop_empty_leaf(ns, name) {
                    continue;
                }
            }
            self.leaf_element(ns, name, Some((field, index)));
        }
    }

    /// Whether an empty leaf is left out by its table. Comments in it keep it.
    fn drop_empty_leaf(&mut self, ns: &str, name: &str) -> bool {
        let dropped = self.options.defaults == Defaults::Canonical
            && self.info.child(ns, name).is_some_and(|child| child.dropped_if_empty)
            && !self.frame.as_ref().is_some_and(|f| f.leaves.contains_key(&(name.into(), f.count(name))));
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

    fn note_live(&mut self, output_only: bool, attribute: Option<&'static AttributeInfo>, value: &str) {
        if output_only && self.options.output_only == OutputOnly::Note {
            self.found(attribute, value, Action::LiveKept);
        }
    }

    fn found(&mut self, attribute: Option<&'static AttributeInfo>, value: &str, action: Action) {
        let (span, owner) = (self.span, self.info);
        self.findings.push(Finding { span, owner, attribute, value: value.to_owned(), action });
    }

    /// Writes child elements that hold nothing.
    pub fn flag(&mut self, name: &'static str, field: &dyn Flag) {
        self.flag_ns("", name, field);
    }

    /// As [`Writer::flag`], in a namespace.
    pub fn flag_ns(&mut self, ns: &'static str, name: &'static str, field: &dyn Flag) {
        for _ in 0..field.count() {
            if self.wanted(ns, name, None) {
                self.leaf_element(ns, name, None);
            }
        }
    }

    fn leaf_element(&mut self, ns: &str, name: &str, text: Option<(&dyn Field, usize)>) {
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
        self.out.push('<');
        self.push_name(ns, name, false);
        for (attribute, value) in &leaf.attributes {
            self.push_attribute("", attribute, value);
        }
        self.out.push('>');
        let inside = self.out.len();
        leaf.before.iter().for_each(|node| self.out.push_str(node));
        if let Some((field, index)) = text {
            let start = self.out.len();
            field.write(index, &mut self.out);
            escape::text(&mut self.out, start);
        }
        leaf.after.iter().for_each(|node| self.out.push_str(node));
        if self.out.len() == inside {
            self.out.truncate(inside - 1);
            self.out.push_str("/>");
        } else {
            self.out.push_str("</");
            self.push_name(ns, name, false);
            self.out.push('>');
        }
        self.leave_scope(scope, added);
        self.end_line();
        self.after(name);
    }

    /// Forgets the namespaces that an element declared. Those that were added for the root meanwhile stand at the bottom
    /// of the scope and stay.
    fn leave_scope(&mut self, scope: usize, added: usize) {
        self.scope.truncate(scope + self.added.len() - added);
    }

    /// Writes child elements that are kept as they stand.
    pub fn verbatim(&mut self, field: &dyn NestVerbatim) {
        // Beside a text, a line break would be part of it.
        self.inline |= field.entries().iter().any(|verbatim| verbatim.name.is_empty());
        for verbatim in field.entries() {
            self.put_verbatim(verbatim);
        }
    }

    fn put_verbatim(&mut self, verbatim: &Verbatim) {
        if verbatim.source.is_empty() {
            return;
        }
        let known = self.info.children.iter().find(|child| child.name == verbatim.name);
        if known.is_some_and(|child| !self.wanted(child.ns, child.name, None)) {
            return;
        }
        self.before(&verbatim.name);
        for (prefix, uri) in &verbatim.namespaces {
            if !self.scope.iter().any(|(known, _)| known == prefix) {
                self.scope.insert(0, (prefix.clone(), uri.clone()));
                self.added.push((prefix.clone(), uri.clone()));
            }
        }
        self.start_child();
        self.out.push_str(&verbatim.source);
        self.end_line();
        self.after(&verbatim.name);
    }

    /// Writes elements whose order is kept.
    pub fn mix<M: Mix>(&mut self, field: &impl NestMix<M>) {
        for entry in field.entries() {
            entry.write(self);
        }
    }

    /// Writes the element's text.
    pub fn text(&mut self, field: &dyn Field) {
        if field.count() == 0 {
            return;
        }
        let mut text = String::new();
        field.write(0, &mut text);
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
        let start = self.out.len();
        self.out.push_str(&text);
        escape::text(&mut self.out, start);
        self.after(TEXT);
    }

    /// Whether a child is written, after it was shown to the observer.
    fn wanted(&mut self, ns: &str, name: &str, text: Option<&str>) -> bool {
        if !self.tables {
            return true;
        }
        let Some(child) = self.info.child(ns, name) else { return true };
        if let Some(action) = self.left_out(child.output_only, child.since) {
            self.found(None, name, action);
            return false;
        }
        self.note_live(child.output_only, None, name);
        if let Some(observer) = &mut self.observer {
            observer.child(self.info, child, text, self.span);
        }
        true
    }

    /// Writes an element with everything in it; the result is where its start tag ends, before the `>`.
    fn whole_element(&mut self, ns: &str, name: &str, content: &dyn Content) -> usize {
        let info = content.info();
        let extra = content.extra();
        let kept = extra.and_then(|extra| extra.kept.as_deref());
        let (start, outer_tag_open) = (self.out.len(), self.tag_open);
        self.start_child();
        let outer = (self.info, self.span, self.part, self.inline, self.assumed);
        let (scope, added) = (self.scope.len(), self.added.len());
        let outer_frame = self.frame.take();
        self.info = info;
        self.span = extra.map_or(Span::default(), |extra| extra.span);
        self.assumed = extra.and_then(|extra| extra.assumed);
        self.part = None;
        self.inline |= info.text == crate::TextInfo::Mixed;
        if let Some(observer) = &mut self.observer {
            observer.element(info, self.span);
        }
        if let Some(kept) = kept {
            if self.options.kept == KeptContent::Keep {
                self.scope.extend(kept.namespaces.iter().cloned());
            }
            if self.options.kept == KeptContent::Keep && !(kept.nodes.is_empty() && kept.leaves.is_empty()) {
                self.frame = Some(Box::new(Frame::new(kept)));
            }
        }
        self.out.push('<');
        self.push_name(ns, name, false);
        let name_end = self.out.len();
        content.write_attributes(self);
        if let Some(kept) = kept {
            self.push_kept_attributes(kept);
        }
        let tag_end = self.out.len();
        self.tag_open = true;
        self.depth += 1;
        content.write_children(self);
        self.flush();
        self.depth -= 1;
        if self.tag_open && info.empty == EmptyForm::Pair {
            self.open_content();
        }
        let dropped = self.tag_open
            && tag_end == name_end
            && info.empty == EmptyForm::Dropped
            && self.options.defaults == Defaults::Canonical;
        if dropped {
            // Nothing has been written of it but its name, and before it the end of the start tag around it.
            self.out.truncate(start);
            self.tag_open = outer_tag_open;
            self.found(None, name, Action::Emptied);
        } else if self.tag_open {
            self.out.push_str("/>");
            self.tag_open = false;
        } else {
            if !self.inline {
                self.indent();
            }
            self.out.push_str("</");
            self.push_name(ns, name, false);
            self.out.push('>');
        }
        if let Some(observer) = &mut self.observer {
            observer.leave(info);
        }
        self.frame = outer_frame;
        self.leave_scope(scope, added);
        (self.info, self.span, self.part, self.inline, self.assumed) = outer;
        if !dropped {
            self.end_line();
        }
        tag_end
    }

    fn push_kept_attributes(&mut self, kept: &Kept) {
        if self.options.kept == KeptContent::Drop {
            return;
        }
        for (name, value) in &kept.attributes {
            self.push_attribute("", name, value);
        }
        for (prefix, uri) in &kept.namespaces {
            push_declaration(&mut self.out, prefix, uri);
        }
    }

    /// Writes a name with the prefix of its namespace; one that nothing declares is declared by the root.
    fn push_name(&mut self, ns: &str, name: &str, attribute: bool) {
        if !ns.is_empty() {
            let mut found = None;
            for (at, (prefix, uri)) in self.scope.iter().enumerate().rev() {
                let shadowed = self.scope[at + 1..].iter().any(|(inner, _)| inner == prefix);
                if **uri == *ns && !shadowed && !(attribute && prefix.is_empty()) {
                    found = Some(at);
                    break;
                }
            }
            let at = found.unwrap_or_else(|| {
                let prefix = self.fresh_prefix(ns);
                self.scope.insert(0, (prefix.clone(), ns.into()));
                self.added.push((prefix, ns.into()));
                0
            });
            let prefix = &self.scope[at].0;
            if !prefix.is_empty() {
                self.out.push_str(prefix);
                self.out.push(':');
            }
        }
        self.out.push_str(name);
    }

    /// A prefix for a namespace: the last part of its URI that is a name, as `qemu` in `.../domain/qemu/1.0`.
    fn fresh_prefix(&self, ns: &str) -> Box<str> {
        let is_name = |part: &&str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic())
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let base = ns.rsplit(['/', ':', '#']).find(is_name).unwrap_or("ns");
        let taken = |prefix: &str| self.scope.iter().any(|(known, _)| **known == *prefix);
        let numbered = (1..).map(|number| format!("{base}{number}"));
        let prefix = std::iter::once(base.to_owned()).chain(numbered).find(|prefix| !taken(prefix));
        prefix.unwrap_or_default().into()
    }

    /// Ends the start tag, if that is still to be done, before content that stands on its line.
    fn open_content(&mut self) {
        if self.tag_open {
            self.out.push('>');
            self.tag_open = false;
            if !self.inline {
                self.out.push('\n');
            }
        }
    }

    fn start_child(&mut self) {
        self.open_content();
        if !self.inline {
            self.indent();
        }
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
    }

    fn end_line(&mut self) {
        if !self.inline {
            self.out.push('\n');
        }
    }

    /// Writes the nodes that stand before the next child of this name.
    fn before(&mut self, name: &str) {
        let Some(frame) = &mut self.frame else { return };
        let anchor = Anchor::Before(name.into(), frame.count(name));
        let nodes = frame.take(&anchor);
        self.put_nodes(nodes);
    }

    /// Counts the child that was written and writes the nodes that stand behind it on its line.
    fn after(&mut self, name: &str) {
        let Some(frame) = &mut self.frame else { return };
        let nth = frame.count(name);
        frame.counts.insert(name.into(), nth + 1);
        let nodes = frame.take(&Anchor::After(name.into(), nth));
        self.put_nodes(nodes);
    }

    /// Writes what has not been written of the nodes and leaves that the element keeps.
    fn flush(&mut self) {
        let Some(mut frame) = self.frame.take() else { return };
        self.put_nodes(frame.nodes.iter_mut().filter_map(Option::take).collect());
        // A leaf that is gone leaves its comments behind.
        let mut leaves: Vec<_> = frame.leaves.into_iter().collect();
        leaves.sort_by(|a, b| a.0.cmp(&b.0));
        for (_, leaf) in leaves {
            let nodes = leaf.before.into_iter().chain(leaf.after);
            self.put_nodes(nodes.map(KeptNode::at_end).collect());
        }
    }

    fn put_nodes(&mut self, nodes: Vec<KeptNode>) {
        for node in nodes {
            if node.same_line && !self.inline && !self.tag_open && self.out.ends_with('\n') {
                self.out.pop();
                self.out.push(' ');
            } else {
                self.start_child();
            }
            self.out.push_str(&node.text);
            self.end_line();
        }
    }
}

impl std::fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("out", &self.out).finish_non_exhaustive()
    }
}

fn push_declaration(out: &mut String, prefix: &str, uri: &str) {
    out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
    out.push_str(prefix);
    out.push_str("='");
    let start = out.len();
    out.push_str(uri);
    escape::attribute(out, start);
    out.push('\'');
}
