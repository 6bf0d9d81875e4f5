//! An open document: its text, what is known of it, and what is found in it.

use std::ops::Range;
use std::rc::Rc;
use std::sync::LazyLock;

use domxml_runtime::edit::Around;
use domxml_xml::{Kind, Spare, limits};
use lsp_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, TextDocumentContentChangeEvent, TextDocumentEdit,
    TextEdit, Uri, WorkspaceEdit,
};
use relaxng_model::places::{Content as Allowed, Found, Given, Member, Place};

use super::lines::Lines;
use super::mend::Mended;
use super::settings::Settings;
use super::tree::{Spot, Tree, local};
use crate::engine::Outcome;
use crate::finding::{Finding, Level, ids};
use crate::holder::Content;
use crate::input::dressed;
use crate::judgement::Judge;
use crate::reference;

/// The bytes of a document that is looked at while it is typed. It is read as a whole after each change, a megabyte in some half a second.
const MAX_BYTES: usize = 8 << 20;

/// An open document.
#[derive(Debug)]
pub struct Document {
    /// Its text.
    pub text: String,
    /// Its version, as the editor counts them.
    pub version: i32,
    /// Its lines.
    pub lines: Lines,
    /// Its elements; none where it is too large.
    pub tree: Tree,
    /// What holds for it.
    pub settings: Rc<Settings>,
    /// What was found in it; none where that is not known yet.
    pub findings: Option<Vec<Finding>>,
}

/// What is written around a lone element, so that it can be judged.
#[derive(Debug)]
struct Frame {
    before: String,
    after: String,
    /// How many elements that is around it.
    levels: usize,
}

impl Document {
    /// A document that is opened.
    #[must_use]
    pub fn new(text: String, version: i32, settings: Rc<Settings>) -> Self {
        let (lines, tree) = (Lines::new(&text), tree(&text));
        Self { text, version, lines, tree, settings, findings: None }
    }

    /// Takes in what was typed.
    pub fn change(&mut self, changes: Vec<TextDocumentContentChangeEvent>, version: i32) {
        for change in changes {
            match change.range {
                Some(range) => {
                    let range = self.lines.range(&self.text, range);
                    self.text.replace_range(range.clone(), &change.text);
                    self.lines.replaced(&self.text, &range, change.text.len());
                }
                None => {
                    self.text = change.text;
                    self.lines = Lines::new(&self.text);
                }
            }
        }
        self.tree = tree(&self.text);
        self.version = version;
        self.findings = None;
    }

    /// Whether it is larger than what is looked at while it is typed.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.text.len() > MAX_BYTES
    }

    /// Lets changes be of this version alone: where more was typed by the time they arrive, the editor leaves them out.
    pub fn of_version(&self, edit: &mut WorkspaceEdit) {
        let of_version = |(uri, edits): (Uri, Vec<TextEdit>)| TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version: Some(self.version) },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        };
        edit.document_changes =
            Some(DocumentChanges::Edits(edit.changes.take().into_iter().flatten().map(of_version).collect()));
    }

    /// What `check` finds in it, in the order of the document. Of a document that is not well-formed, what is wrong with it, and what is
    /// found in the parts that are whole.
    pub fn findings(&mut self, judge: &Judge) -> &[Finding] {
        let found = self.findings.take().unwrap_or_else(|| self.check(judge));
        self.findings.insert(found)
    }

    fn check(&self, judge: &Judge) -> Vec<Finding> {
        if self.settings.is_excluded {
            return Vec::new();
        }
        if self.is_too_large() {
            let told = format!(
                "a document of more than {} MiB is not looked at while it is open in an editor: `dommigrate check` takes up to {}",
                MAX_BYTES >> 20,
                limits::MAX_BYTES >> 20
            );
            return vec![Finding::new(ids::IO, Level::Error, 0..0, told)];
        }
        let Err(error) = domxml_xml::parse(&self.text, &mut Spare::default()) else {
            return self.check_text(&self.text, judge);
        };
        let at = error.at;
        let mut findings = vec![crate::engine::syntax_error(error)];
        if let Some(mended) = Mended::new(&self.text, &self.tree, at) {
            let found = self.check_text(&mended.text, judge).into_iter().filter(|finding| finding.rule != ids::SYNTAX);
            findings.extend(found.filter_map(|mut finding| {
                finding.span = mended.place(&finding.span)?;
                Some(finding)
            }));
        }
        findings.retain(|finding| !self.settings.options.muted.contains(&&*finding.rule));
        findings.sort_by_key(|finding| finding.span.start);
        findings
    }

    fn check_text(&self, text: &str, judge: &Judge) -> Vec<Finding> {
        look(text, |text| judge.check(text, &self.settings.checking))
    }

    /// Names and values that may be misspelt, with what may be meant.
    pub fn misspelt(&self, judge: &Judge) -> Vec<Finding> {
        look(&self.text, |text| judge.misspelt(text))
    }

    /// Lets `rewrite` make the domain or domains of a text anew, or the element alone that it is; it is told what is around it.
    pub fn rewrite(text: &str, mut rewrite: impl FnMut(&str, Around) -> Outcome) -> Option<String> {
        let content = Content::of(text);
        if !matches!(content, Content::Other { .. }) {
            return content.rewrite(text, |text, depth| rewrite(text, Around { depth, put: 0 })).text;
        }
        let frame = Frame::around(text)?;
        let outcome = rewrite(&frame.put(text), Around { depth: 0, put: frame.levels });
        let new = outcome.text?;
        if outcome.carried_over {
            return Some(new.strip_prefix(&frame.before)?.strip_suffix(&frame.after)?.to_owned());
        }
        Some(dressed(text, &frame.taken(text, &new)?))
    }

    /// The place of an element in the schema, and what it is there; none where the schema has none.
    #[must_use]
    pub fn place(&self, number: usize) -> Option<(Member<'static>, Place<'static>)> {
        let grammar = reference::grammar().ok()?;
        let chain = self.tree.chain(number);
        let name = |number: usize| &self.text[self.tree.elements[number].name.clone()];
        let is_root = |number: &usize| matches!(name(*number), "domain" | "inactiveDomain");
        let first = chain.iter().position(is_root).unwrap_or(0);
        let root = if is_root(&chain[first]) { "domain" } else { local(name(chain[first])) };
        let mut member = outermost(root)?;
        let mut place = member.place();
        for pair in chain[first..].windows(2) {
            let (parent, child) = (pair[0], pair[1]);
            // What it says itself does not keep it out of a branch.
            let given = self.given(parent, Some(child));
            let child_name = name(child);
            let allowed = place.content(grammar, &given);
            let prefixed = child_name.contains(':');
            member =
                allowed.children.into_iter().find(|it| it.name == local(child_name) && it.ns.is_empty() != prefixed)?;
            place = member.place();
        }
        Some((member, place))
    }

    /// What may stand in an element, but for one of its children, or one of its attributes.
    #[must_use]
    pub fn allowed(&self, number: usize, child: Option<usize>, attribute: Option<usize>) -> Option<Allowed<'static>> {
        let (_, place) = self.place(number)?;
        let mut given = self.given(number, child);
        if let Some(name) = attribute.map(|at| &self.text[self.tree.elements[number].attributes[at].name.clone()]) {
            given.attributes.retain(|(given, _)| *given != name);
        }
        Some(place.content(reference::grammar().ok()?, &given))
    }

    fn given(&self, number: usize, but: Option<usize>) -> Given<'_> {
        let element = &self.tree.elements[number];
        let attributes = element
            .attributes
            .iter()
            .filter_map(|attribute| Some((&self.text[attribute.name.clone()], &self.text[attribute.value.clone()?])));
        let children = element.children.iter().filter(|child| Some(**child) != but);
        let names = children.map(|child| local(&self.text[self.tree.elements[*child].name.clone()]));
        Given { attributes: attributes.collect(), children: names.collect() }
    }

    /// What stands at a place.
    #[must_use]
    pub fn spot(&self, offset: usize) -> Spot {
        self.tree.spot(&self.text, offset)
    }

    /// Bytes as places.
    #[must_use]
    pub fn places(&self, range: &Range<usize>) -> lsp_types::Range {
        self.lines.places(&self.text, range)
    }

    /// The names of the elements that lead to one, with `/` between them.
    #[must_use]
    pub fn path(&self, number: usize) -> String {
        let names =
            self.tree.chain(number).into_iter().map(|it| local(&self.text[self.tree.elements[it].name.clone()]));
        names.collect::<Vec<_>>().join("/")
    }
}

/// The elements of a text, as far as it is looked at.
fn tree(text: &str) -> Tree {
    if text.len() > MAX_BYTES { Tree::default() } else { Tree::new(text) }
}

/// Lets `judge` look at the domain or domains of a text, or at the element alone that it is.
fn look(text: &str, mut judge: impl FnMut(&str) -> Vec<Finding>) -> Vec<Finding> {
    let content = Content::of(text);
    if !matches!(content, Content::Other { .. }) {
        return content.findings(text, judge);
    }
    // Something else than a machine is no concern of ours.
    let Some(frame) = Frame::around(text) else { return Vec::new() };
    let (start, end) = (frame.before.len(), frame.before.len() + text.len());
    let inside = judge(&frame.put(text)).into_iter().filter_map(|mut finding| {
        let within = start <= finding.span.start && finding.span.end <= end && !finding.span.is_empty();
        finding.span = finding.span.start.checked_sub(start)?..finding.span.end.checked_sub(start)?;
        within.then_some(finding)
    });
    inside.collect()
}

/// Every element of the format, found once.
static ALL: LazyLock<Vec<Found<'static>>> =
    LazyLock::new(|| reference::grammar().map(|grammar| Found::all(grammar, &[])).unwrap_or_default());

/// What an element may be that stands alone, wherever in the format it stands.
fn outermost(name: &str) -> Option<Member<'static>> {
    let named = ALL.iter().filter(|found| found.path.last() == Some(&name));
    // What is nearest to the root is meant: `memory` of the domain before that of a device.
    let depth = named.clone().map(|found| found.path.len()).min()?;
    let named = named.filter(|found| found.path.len() == depth);
    let forms: Vec<_> = named.flat_map(|found| found.forms.iter().cloned()).collect();
    let first = ALL.iter().find_map(|found| found.path.last().filter(|last| **last == name))?;
    Some(Member { ns: "", name: first, min: 0, max: 1, forms })
}

impl Frame {
    /// Around an element that stands in a domain or among its devices.
    fn around(text: &str) -> Option<Self> {
        let tree = Tree::new(text);
        let root = tree.elements.first()?;
        let name = &text[root.name.clone()];
        let found = ALL.iter().filter(|found| found.path.last() == Some(&name)).min_by_key(|found| found.path.len())?;
        let (open, close) = match found.path.as_slice() {
            [_, _] => ("", ""),
            [_, "devices", _] => ("<devices>", "</devices>"),
            _ => return None,
        };
        // What a machine must have, but for what is looked at.
        let needed = [
            ("name", "<name>machine</name>"),
            ("memory", "<memory unit='KiB'>1048576</memory>"),
            ("os", "<os><type>hvm</type></os>"),
        ];
        let in_devices = !open.is_empty();
        let needed = needed.iter().filter(|(own, _)| in_devices || *own != name).map(|(_, text)| *text);
        let before = format!("<domain type='kvm'>{}{open}", needed.collect::<String>());
        // A declaration or a comment before the element stays where it may stand.
        let declared = text.trim_start().starts_with("<?xml") || text.contains("<!DOCTYPE");
        let levels = found.path.len() - 1;
        (!declared).then(|| Self { before, after: format!("{close}</domain>"), levels })
    }

    /// A text whose element is laid out as it is in a document that was printed anew with it.
    fn taken(&self, text: &str, printed: &str) -> Option<String> {
        let (own, tree) = (Tree::new(text), Tree::new(printed));
        let element = own.elements.first()?;
        let is_it = |number: &usize| {
            printed[tree.elements[*number].name.clone()] == text[element.name.clone()]
                && tree.chain(*number).len() == self.levels + 1
        };
        let found = (0..tree.elements.len()).find(is_it)?;
        let laid_out = outdented(&printed[tree.elements[found].range.clone()], self.levels);
        Some(format!("{}{laid_out}{}", &text[..element.range.start], &text[element.range.end..]))
    }

    fn put(&self, text: &str) -> String {
        format!("{}{text}{}", self.before, self.after)
    }
}

/// An element that is printed at a depth, as it is where nothing is around it.
fn outdented(element: &str, levels: usize) -> String {
    let deep = format!("\n{}", "  ".repeat(levels));
    let mut out = String::with_capacity(element.len());
    let mut is_opened = false;
    let mut pieces = domxml_xml::pieces(element).peekable();
    while let Some(piece) = pieces.next() {
        let text = &element[piece.range];
        let is_ended = pieces.peek().is_some_and(|next| next.kind == Kind::End);
        // Blanks that are all that an element holds are its own.
        let is_layout = piece.kind == Kind::Text && text.trim().is_empty() && !(is_opened && is_ended);
        out.push_str(&if is_layout { text.replace(&deep, "\n") } else { text.to_owned() });
        is_opened = piece.kind == Kind::Start;
    }
    out
}
