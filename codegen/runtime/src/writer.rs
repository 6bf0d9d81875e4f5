//! Writing, in libvirt's layout: two spaces, single quotes, `<a/>`, elements with nothing but text on one line.

mod fields;
mod kept;
mod marks;
mod options;
mod refusal;

use crate::content::Content;
use crate::escape;
use crate::extra::{Anchor, Kept, Span};
use crate::info::{EmptyForm, FieldInfo, TypeInfo};
use fields::Side;
use kept::Frame;

pub use marks::Print;
pub(crate) use marks::{Mark, MarkKind};

pub use options::{
    Action, Defaults, EmptyElements, Finding, KeptContent, Newer, Observer, OutputOnly, WriteOptions, Written,
};
pub use refusal::{WriteError, WriteErrorKind};

/// Shows `observer` everything that `content` holds.
pub fn observe(content: &dyn Content, observer: &mut dyn Observer) {
    let options = WriteOptions { kept: KeptContent::Drop, ..WriteOptions::default() };
    let mut writer = Writer::new(&options);
    writer.observer = Some(observer);
    writer.tables = true;
    writer.root(content);
}

/// Writes a document.
pub(crate) fn write(content: &dyn Content, options: &WriteOptions) -> Result<Written, WriteError> {
    root_name(content).map_or_else(|| Ok(Written::default()), |name| written(name, content, options))
}

/// As [`Element::write_with`](crate::Element::write_with), of what has no name of its own under this one: the members of a variant, an element
/// of a type that elements of several names have.
///
/// # Errors
///
/// What cannot be written.
pub fn write_as(name: &'static str, content: &dyn Content, options: &WriteOptions) -> Result<Written, WriteError> {
    written(root_name(content).unwrap_or(("", name)), content, options)
}

fn written(name: (&str, &str), content: &dyn Content, options: &WriteOptions) -> Result<Written, WriteError> {
    let mut writer = Writer::new(options);
    writer.refused = Some(false);
    writer.root_as(name, content);
    let Writer { out: text, findings, refused, .. } = writer;
    let wrong = refused == Some(true) || domxml_xml::forbidden(&text).is_some();
    // Only what is wrong is looked for.
    let error = wrong.then(|| WriteError::of(name.1, content, &text)).flatten();
    error.map_or(Ok(Written { text, findings }), Err)
}

/// Writes a document and notes where its parts stand.
pub(crate) fn print(content: &dyn Content, options: &WriteOptions) -> Print {
    let mut writer = Writer::new(options);
    writer.marks = Some(Vec::new());
    writer.root(content);
    Print { text: writer.out, findings: writer.findings, marks: writer.marks.unwrap_or_default() }
}

/// What would be spelt out or left out of a document.
pub(crate) fn findings(content: &dyn Content, options: &WriteOptions) -> Vec<Finding> {
    let mut writer = Writer::new(options);
    writer.values = false;
    writer.root(content);
    writer.findings
}

/// Writes a document by the tables of its types.
pub struct Writer<'o> {
    out: String,
    depth: usize,
    options: &'o WriteOptions,
    findings: Vec<Finding>,
    /// Whether a value has been met that would not be read again as what it is; none where nobody asks.
    refused: Option<bool>,
    observer: Option<&'o mut dyn Observer>,
    /// Whether attributes and children must be looked up in the tables.
    tables: bool,
    /// Whether values are wanted of which the tables say nothing; else only what would be found is.
    values: bool,
    /// The table of the struct that is being written.
    info: &'static TypeInfo,
    /// Where the element that is being written stood.
    span: Span,
    /// The discriminating attribute that was absent in the element that is being written.
    assumed: Option<&'static FieldInfo>,
    /// Which part of a payload's members is asked for; none: all of them.
    part: Option<u32>,
    /// The start tag still lacks its `>`.
    tag_open: bool,
    /// Line breaks would change the text of the element.
    inline: bool,
    /// What the element keeps, while it is being written.
    frame: Option<Box<Frame<'o>>>,
    /// Namespaces in scope: prefix and URI, the innermost last.
    scope: Vec<(Box<str>, Box<str>)>,
    /// Namespaces that the root must declare because nothing else does.
    added: Vec<(Box<str>, Box<str>)>,
    /// Where the parts of what is written stand, if that is asked for.
    marks: Option<Vec<Mark>>,
    /// Which of them are open.
    open: Vec<usize>,
}

impl<'o> Writer<'o> {
    fn new(options: &'o WriteOptions) -> Self {
        Writer {
            out: String::new(),
            depth: options.depth,
            options,
            findings: Vec::new(),
            refused: None,
            observer: None,
            tables: options.defaults != Defaults::Keep
                || options.empty == EmptyElements::Drop
                || options.output_only != OutputOnly::Keep
                || options.newer == Newer::Drop,
            values: true,
            info: &TypeInfo::NONE,
            span: Span::default(),
            assumed: None,
            part: None,
            tag_open: false,
            inline: false,
            frame: None,
            scope: vec![("xml".into(), "http://www.w3.org/XML/1998/namespace".into())],
            added: Vec::new(),
            marks: None,
            open: Vec::new(),
        }
    }

    fn root(&mut self, content: &'o dyn Content) {
        if let Some(name) = root_name(content) {
            self.root_as(name, content);
        }
    }

    fn root_as(&mut self, name: (&str, &str), content: &'o dyn Content) {
        let kept = content.extra().and_then(|extra| extra.kept.as_deref());
        let kept = kept.filter(|_| self.options.kept.has_remarks());
        if let Some(kept) = kept {
            self.out.push_str(&kept.prolog);
        }
        // What is written is mostly about as long as what was read.
        let length = content.extra().map_or(0, |extra| extra.span.range().len());
        self.out.reserve(length + length / 4 + 64);
        let tag_end = self.whole_element(name, None, content);
        let mut declarations = String::new();
        for (prefix, uri) in &self.added {
            push_declaration(&mut declarations, prefix, uri);
        }
        self.out.insert_str(tag_end, &declarations);
        self.shift_marks(tag_end, declarations.len());
        if let Some(kept) = kept
            && !kept.epilog.is_empty()
        {
            self.out.push_str(&kept.epilog);
            self.out.push('\n');
        }
    }

    /// Ends an element, or its start tag where there is nothing in it.
    fn end_tag(&mut self, ns: &str, name: &str) {
        if std::mem::take(&mut self.tag_open) {
            self.out.push_str("/>");
            return;
        }
        if !self.inline {
            self.indent();
        }
        self.out.push_str("</");
        self.push_name(ns, name, false);
        self.out.push('>');
    }

    /// Forgets the namespaces that an element declared. Those that were added for the root meanwhile stand at the bottom
    /// of the scope and stay.
    fn leave_scope(&mut self, scope: usize, added: usize) {
        self.scope.truncate(scope + self.added.len() - added);
    }

    /// Writes an element with everything in it; the result is where its start tag ends, before the `>`.
    fn whole_element(
        &mut self,
        (ns, name): (&str, &str),
        line: Option<&'static FieldInfo>,
        content: &'o dyn Content,
    ) -> usize {
        let info = content.info();
        let (empty, empty_until) = line.map_or((info.empty, info.empty_until), |line| (line.empty, line.empty_until));
        let extra = content.extra();
        let kept = extra.and_then(|extra| extra.kept.as_deref());
        self.around(kept, &Anchor::Ahead);
        let (start, outer_tag_open) = (self.out.len(), self.tag_open);
        self.start_child();
        let mark = self.open_mark(MarkKind::Element, extra.map_or(Span::default(), |extra| extra.span));
        let outer = (self.info, self.span, self.part, self.inline, self.assumed);
        let (scope, added) = (self.scope.len(), self.added.len());
        let outer_frame = self.frame.take();
        self.info = info;
        self.span = extra.map_or(Span::default(), |extra| extra.span);
        self.assumed = extra.and_then(|extra| extra.assumed);
        self.part = None;
        self.inline |= info.text == crate::TextInfo::Mixed;
        if let Some(observer) = &mut self.observer {
            observer.element(line, info, self.span);
        }
        self.frame = self.frame_of(kept);
        let unknown = kept.filter(|_| self.options.kept.has_unknown());
        let mut brought = Vec::new();
        if let Some(kept) = unknown {
            self.scope.extend(kept.namespaces.iter().cloned());
            brought = self.bring(&kept.used);
        }
        self.out.push('<');
        self.push_name(ns, name, false);
        let name_end = self.out.len();
        let asked = self.asked(info, content);
        self.side(info, content, asked, Side::Attributes);
        if let Some(kept) = unknown {
            self.push_kept_attributes(kept, name_end);
        }
        brought.iter().for_each(|(prefix, uri)| push_declaration(&mut self.out, prefix, uri));
        let tag_end = self.out.len();
        self.mark_content();
        self.tag_open = true;
        self.depth += 1;
        self.side(info, content, asked, Side::Children);
        self.flush();
        self.depth -= 1;
        if self.tag_open && empty == EmptyForm::Pair && self.holds(empty_until) {
            self.open_content();
        }
        let dropped = self.tag_open
            && tag_end == name_end
            && empty == EmptyForm::Dropped
            && !outer_frame.as_ref().is_some_and(|frame| frame.repeats(name))
            && self.options.empty == EmptyElements::Drop;
        if dropped {
            // Nothing has been written of it but its name, and before it the end of the start tag around it.
            self.out.truncate(start);
            self.tag_open = outer_tag_open;
            self.drop_mark(mark);
            self.found(None, name, Action::Emptied);
        } else {
            self.end_tag(ns, name);
        }
        if let Some(observer) = &mut self.observer {
            observer.leave(info);
        }
        self.frame = outer_frame;
        self.leave_scope(scope, added);
        (self.info, self.span, self.part, self.inline, self.assumed) = outer;
        if !dropped {
            self.close_mark(mark);
            self.end_line();
        }
        self.around(kept, &Anchor::Behind);
        tag_end
    }

    /// What an element keeps, by place; none where nothing of it is to be written.
    fn frame_of(&self, kept: Option<&'o Kept>) -> Option<Box<Frame<'o>>> {
        let kept = kept.filter(|_| self.options.kept != KeptContent::Drop)?;
        let nothing =
            kept.nodes.is_empty() && kept.leaves.is_empty() && kept.values.is_empty() && kept.assumed.is_empty();
        (!nothing).then(|| Box::new(Frame::new(kept, self.options.kept)))
    }

    /// What a prefix stands for here.
    fn bound(&self, prefix: &str) -> Option<&str> {
        self.scope.iter().rev().find(|(known, _)| **known == *prefix).map(|(_, uri)| &**uri)
    }

    /// Brings namespaces into scope; those that were not are to be declared.
    fn bring(&mut self, used: &[(Box<str>, Box<str>)]) -> Vec<(Box<str>, Box<str>)> {
        let missing = used.iter().filter(|(prefix, uri)| self.bound(prefix) != Some(uri));
        let missing: Vec<_> = missing.cloned().collect();
        self.scope.extend(missing.iter().cloned());
        missing
    }

    /// Writes the attributes that are kept, into the start tag that begins at `start`. One that has the name of another,
    /// which it did not have when it was read, gives way.
    #[cold]
    fn push_kept_attributes(&mut self, kept: &Kept, start: usize) {
        // Values whose attribute has no field here by now, or holds another value.
        let values = self.frame.as_mut().map(|frame| std::mem::take(&mut frame.values)).unwrap_or_default();
        let values = values.iter().map(|kept| (kept.ns, kept.name, &kept.value));
        for (ns, name, value) in values.chain(kept.attributes.iter().map(|(name, value)| ("", &**name, value))) {
            // No value has such quotes in it.
            if ns.is_empty() && self.out[start..].contains(&format!(" {name}='")) {
                self.found(None, &format!("{name}='{value}'"), Action::Superseded);
            } else {
                self.push_attribute(ns, name, value);
            }
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

    /// A prefix for a namespace that has none.
    #[cold]
    fn fresh_prefix(&self, ns: &str) -> Box<str> {
        let base = usual_prefix(ns);
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
        const BLANKS: &str = "                                                                ";
        let mut width = 2 * self.depth;
        while width > 0 {
            let piece = width.min(BLANKS.len());
            self.out.push_str(&BLANKS[..piece]);
            width -= piece;
        }
    }

    fn end_line(&mut self) {
        if !self.inline {
            self.out.push('\n');
        }
    }
}

/// The name under which a struct stands alone: that of its element, or, where elements of several names are alike, that under which
/// it was read. One of these that was not read is called by the name of its type.
fn root_name(content: &dyn Content) -> Option<(&str, &str)> {
    let info = content.info();
    if let Some(name) = info.element {
        return Some((name.ns, name.local));
    }
    let kept = content.extra()?.kept.as_deref().and_then(|kept| kept.name.as_ref());
    Some(kept.map_or(("", info.name), |(ns, local)| (&**ns, &**local)))
}

/// The usual prefix of a namespace: the last part of its URI that is a name, as `qemu` in `.../domain/qemu/1.0`.
#[must_use]
pub fn usual_prefix(ns: &str) -> &str {
    let is_name = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    ns.rsplit(['/', ':', '#']).find(is_name).unwrap_or("ns")
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
