//! The reasons: a second pass over a document that is not valid, which reports each fault and goes on as if it were
//! none.
//!
//! The pass takes the same derivatives as the verdict does. Where one is not allowed it reports why and takes another: an
//! unknown element is passed over, a bad value counts as a good one, what is missing counts as there.

mod attributes;

use std::ops::Range;

use roxmltree::{Document, Node};
use rustc_hash::FxHashMap;

use super::arena::Id;
use super::derive::{Continuations, Machine, Opened};
use super::expect::{Leap, Need, Needs, class_words, plain_names};
use super::names::Symbol;
use super::place::{MAX_STEPS, Step, path, qualified, start_tag_name};
use super::schema::Schema;
use super::violation::{MAX_EXPECTED, MAX_VIOLATIONS, Violation, ViolationKind, shown};
use super::walk::{element_symbol, text_run};
use crate::datatype::is_blank;
use crate::near::closest;

/// A name in a document: namespace and local part.
type Name<'a> = (Option<&'a str>, &'a str);

fn name<'a>(node: Node<'a, 'a>) -> Name<'a> {
    (node.tag_name().namespace(), node.tag_name().name())
}

/// How often a name occurs among siblings.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    seen: u32,
    total: u32,
}

/// An open element.
#[derive(Debug)]
struct Frame<'a> {
    step: Step<'a>,
    /// What the element contains, attributes apart.
    content: Id,
    after: Continuations,
    children: FxHashMap<Name<'a>, Count>,
    /// Elements that have been reported as standing too late.
    owed: Vec<Symbol>,
}

/// What to do with an element.
enum Way {
    /// Go into it.
    Into(Opened),
    /// Pass it over.
    Past,
}

struct Diagnosis<'m, 'a> {
    machine: &'m mut Machine,
    schema: &'m Schema,
    document: &'a Document<'a>,
    frames: Vec<Frame<'a>>,
    state: Id,
    violations: Vec<Violation>,
}

impl Machine {
    /// Everything that is wrong with the document, in its order, up to [`MAX_VIOLATIONS`].
    pub(super) fn diagnose<'a>(&mut self, schema: &Schema, document: &'a Document<'a>) -> Vec<Violation> {
        let state = schema.start;
        let mut diagnosis =
            Diagnosis { machine: self, schema, document, frames: Vec::new(), state, violations: Vec::new() };
        diagnosis.walk();
        let mut violations = diagnosis.violations;
        violations.truncate(MAX_VIOLATIONS);
        violations.sort_by_key(|violation| violation.range.start);
        if violations.is_empty() {
            // Every derivative was allowed after all, which the verdict rules out; were it to happen, the verdict stands.
            violations.push(not_valid(document.root_element()));
        }
        violations
    }
}

impl<'a> Diagnosis<'_, 'a> {
    fn walk(&mut self) {
        let root = self.document.root_element();
        if !self.enter(root) {
            return;
        }
        let (mut parent, mut child, mut alone) = (root, root.first_child(), true);
        while self.violations.len() < MAX_VIOLATIONS {
            match child {
                Some(node) if node.is_element() => {
                    if self.machine.is_full() {
                        self.compact();
                    }
                    if self.enter(node) {
                        (parent, child, alone) = (node, node.first_child(), true);
                    } else {
                        (child, alone) = (node.next_sibling(), false);
                    }
                }
                Some(node) => {
                    let (text, next) = text_run(node);
                    alone &= next.is_none();
                    if alone || !is_blank(&text) {
                        self.characters(&text, alone, parent, Some(node));
                    }
                    (child, alone) = (next, false);
                }
                None => {
                    if alone {
                        self.characters("", true, parent, None);
                    }
                    alone = false;
                    self.end_tag(parent);
                    child = parent.next_sibling();
                    match parent.parent() {
                        Some(next) if !self.frames.is_empty() => parent = next,
                        _ => return,
                    }
                }
            }
        }
    }

    fn compact(&mut self) {
        let mut open: Vec<Continuations> = Vec::with_capacity(self.frames.len() * 2);
        for frame in &self.frames {
            open.push(Continuations::One(frame.content));
            open.push(frame.after.clone());
        }
        self.machine.compact_with(self.schema, &mut self.state, &mut open);
        let mut moved = open.into_iter();
        for frame in &mut self.frames {
            if let (Some(Continuations::One(content)), Some(after)) = (moved.next(), moved.next()) {
                frame.content = content;
                frame.after = after;
            }
        }
    }

    /// Goes into an element; `false` where it is passed over.
    fn enter(&mut self, node: Node<'a, 'a>) -> bool {
        let count = match self.frames.last_mut() {
            Some(parent) => {
                let count = parent.children.entry(name(node)).or_default();
                count.seen += 1;
                *count
            }
            None => Count { seen: 1, total: 1 },
        };
        let step = Step { node, number: (count.total > 1).then_some(count.seen) };
        let symbol = element_symbol(self.schema, node);
        let way = match self.machine.open(self.schema, self.state, symbol) {
            Some(opened) => Way::Into(opened),
            None => self.not_allowed(step, symbol, count),
        };
        let Way::Into(opened) = way else { return false };

        let mut children: FxHashMap<Name<'a>, Count> = FxHashMap::default();
        for child in node.children().filter(Node::is_element) {
            children.entry(name(child)).or_default().total += 1;
        }
        let content = Id::NOT_ALLOWED;
        self.frames.push(Frame { step, content, after: opened.after, children, owed: Vec::new() });
        self.state = opened.content;
        self.attributes(node);
        self.close(node);
        if let Some(frame) = self.frames.last_mut() {
            frame.content = self.state;
        }
        true
    }

    /// An element that may not stand where it stands.
    fn not_allowed(&mut self, step: Step<'a>, symbol: Symbol, count: Count) -> Way {
        let node = step.node;
        let shown_name = shown(qualified(node));
        let range = start_tag_name(node);
        let path = self.path(Some(step));
        let next = self.machine.next_elements(self.state);
        let (expected, more_expected) = self.expected_elements(&next, node);
        let found = Some(shown_name.clone());
        let violation = |kind, message: String, suggestion| Violation {
            kind,
            range: range.clone(),
            path: path.clone(),
            message,
            found: found.clone(),
            expected: expected.clone(),
            more_expected,
            suggestion,
        };

        // Late, but said so already.
        if let Some(frame) = self.frames.last_mut()
            && let Some(at) = frame.owed.iter().position(|owed| *owed == symbol)
        {
            frame.owed.swap_remove(at);
            let whole = frame.content;
            return self.aside(whole, symbol);
        }

        // Allowed, had what must stand before it stood there.
        let leaps = self.machine.leap(self.schema, self.state, symbol);
        if let Some(first) = leaps.first() {
            let (late, missing) = self.late_or_missing(&first.skipped);
            if let Some(late) = late {
                let message = format!("element '{shown_name}' must stand after '{late}'");
                self.violations.push(violation(ViolationKind::MisplacedElement, message, None));
            }
            self.missing_content(&missing, Some(range), node);
            return self.take_leaps(&leaps);
        }

        // Allowed in the parent, but elsewhere, or not that often.
        if let Some(whole) = self.frames.last().map(|frame| frame.content) {
            let leaps = self.machine.leap(self.schema, whole, symbol);
            let again = leaps.iter().any(|leap| self.machine.open(self.schema, leap.after, symbol).is_some());
            if !leaps.is_empty() && count.seen > 1 && !again {
                let message = format!("another element '{shown_name}' is not allowed here");
                self.violations.push(violation(ViolationKind::RepeatedElement, message, None));
                return Way::Past;
            }
            if !leaps.is_empty() {
                let message = match node.prev_sibling_element() {
                    Some(before) => {
                        format!("element '{shown_name}' is not allowed after '{}'", shown(qualified(before)))
                    }
                    None => format!("element '{shown_name}' is not allowed here"),
                };
                self.violations.push(violation(ViolationKind::MisplacedElement, message, None));
                return self.aside(whole, symbol);
            }
        }

        let message = match self.frames.last() {
            Some(parent) => {
                format!("element '{shown_name}' is not allowed in '{}'", shown(qualified(parent.step.node)))
            }
            None => format!("the document element must not be '{shown_name}'"),
        };
        let (suggestion, near) = self.near_element(&next, node).unzip();
        self.violations.push(violation(ViolationKind::UnknownElement, message, suggestion));
        // What stands there was most likely meant to be the near one, which is then not missing.
        if let Some(opened) = near.and_then(|near| self.machine.open(self.schema, self.state, near)) {
            self.state = self.all_of(&opened.after);
        }
        Way::Past
    }

    /// Goes into an element without changing what is expected after it.
    fn aside(&mut self, whole: Id, symbol: Symbol) -> Way {
        let contents = self.machine.leap(self.schema, whole, symbol).iter().map(|leap| leap.content).collect();
        let content = self.machine.arena.choice(contents);
        Way::Into(Opened { content, after: Continuations::One(self.state) })
    }

    fn take_leaps(&mut self, leaps: &[Leap]) -> Way {
        let pairs = self.machine.merge(leaps.iter().map(|leap| (leap.content, leap.after)).collect());
        self.machine.join(&pairs).map_or(Way::Past, Way::Into)
    }

    /// Tells what was left out and comes later, the name of the first such element, from what is missing altogether.
    fn late_or_missing(&mut self, skipped: &Needs) -> (Option<String>, Needs) {
        let Some(frame) = self.frames.last_mut() else { return (None, skipped.clone()) };
        let (mut first_late, mut missing) = (None, Needs::new());
        for need in skipped {
            let mut names = Vec::new();
            for one in need {
                if let Need::Element(element) = one {
                    plain_names(&self.schema.elements[*element as usize].names, &mut names);
                }
            }
            let children: &FxHashMap<Name<'_>, Count> = &frame.children;
            let comes = |(ns, local): &&(&str, &str)| {
                let name = (Some(*ns).filter(|ns| !ns.is_empty()), *local);
                children.get(&name).is_some_and(|count| count.seen < count.total)
            };
            match names.iter().find(comes) {
                Some((ns, local)) => {
                    frame.owed.push(self.schema.names.symbol(Some(ns), local));
                    first_late.get_or_insert_with(|| (*local).to_owned());
                }
                None => missing.push(need.clone()),
            }
        }
        (first_late, missing)
    }

    /// The element among `next` whose name is closest to that of `node`.
    fn near_element(&self, next: &[u32], node: Node<'a, 'a>) -> Option<(String, Symbol)> {
        let mut names = Vec::new();
        for element in next {
            plain_names(&self.schema.elements[*element as usize].names, &mut names);
        }
        let near = closest(node.tag_name().name(), names.iter().map(|(_, local)| *local))?;
        let (ns, local) = *names.iter().find(|(_, local)| *local == near)?;
        let mut words = Vec::new();
        let class = crate::grammar::NameClass::Name { ns: ns.to_owned(), local: local.to_owned() };
        class_words(&class, node, &mut words);
        Some((words.pop()?, self.schema.names.symbol(Some(ns), local)))
    }

    fn expected_elements(&self, next: &[u32], node: Node<'a, 'a>) -> (Vec<String>, usize) {
        let needed = self.machine.needs(self.state, false);
        let is_needed = |element: &u32| needed.first().is_some_and(|need| need.contains(&Need::Element(*element)));
        let (first, rest): (Vec<u32>, Vec<u32>) = next.iter().copied().partition(is_needed);
        let mut words = Vec::new();
        for element in first.into_iter().chain(rest) {
            class_words(&self.schema.elements[element as usize].names, node, &mut words);
        }
        bounded(words)
    }

    /// Text in `parent`, `first` being the node where it starts.
    fn characters(&mut self, text: &str, alone: bool, parent: Node<'a, 'a>, first: Option<Node<'a, 'a>>) {
        if let Some(state) = self.machine.characters(self.schema, self.state, text, alone, parent) {
            self.state = state;
            return;
        }
        let step = self.machine.text_step(self.state);
        let takes_values = alone && !self.machine.step(step).matchers.is_empty();
        let element = shown(qualified(parent));
        let bare = text.trim_matches([' ', '\t', '\n', '\r']);
        let shown_text = shown(bare);
        let (kind, message, strings) = if takes_values {
            let message = format!("element '{element}' has the bad value '{shown_text}'");
            (ViolationKind::ElementValue, message, Some(self.strings_of(self.state, None)))
        } else {
            (ViolationKind::UnexpectedText, format!("text is not allowed in '{element}'"), None)
        };
        let (mut words, mut suggestion) = (Vec::new(), None);
        if bare != text && self.machine.characters(self.schema, self.state, bare, alone, parent).is_some() {
            words.push("no blanks around it".to_owned());
        } else if let Some(strings) = strings {
            suggestion = closest(text.trim(), strings.values.iter().map(String::as_str)).map(str::to_owned);
            words = strings.values.into_iter().chain(strings.types).collect();
        }
        let (expected, more_expected) = bounded(words);
        self.violations.push(Violation {
            kind,
            range: text_range(first, parent),
            path: self.path(None),
            message,
            found: Some(shown_text),
            expected,
            more_expected,
            suggestion,
        });
        if takes_values {
            self.state = self.machine.satisfied(self.schema, self.state, None);
        }
    }

    fn end_tag(&mut self, node: Node<'a, 'a>) {
        let Some(after) = self.frames.last().map(|frame| frame.after.clone()) else { return };
        let mut rest = self.machine.end(self.state, &after);
        if rest == Id::NOT_ALLOWED {
            let mut needs = self.machine.needs(self.state, false);
            if needs.is_empty() {
                // No content would do, as where the schema allows nothing at all.
                needs.push(Vec::new());
            }
            self.missing_content(&needs, None, node);
            rest = self.all_of(&after);
        }
        self.state = rest;
        self.frames.pop();
    }

    fn all_of(&mut self, after: &Continuations) -> Id {
        match after {
            Continuations::One(id) => *id,
            Continuations::Many(ids) => self.machine.arena.choice(ids.to_vec()),
        }
    }

    /// Reports what the innermost open element lacks: before `at`, or at its end.
    fn missing_content(&mut self, needs: &Needs, at: Option<Range<usize>>, context: Node<'a, 'a>) {
        let Some(parent) = self.frames.last().map(|frame| frame.step.node) else { return };
        let element = shown(qualified(parent));
        for need in needs {
            let words = self.need_words(need, context);
            let before = match at {
                Some(_) => format!(" before '{}'", shown(qualified(context))),
                None => String::new(),
            };
            let is_text = !need.is_empty() && need.iter().all(|need| matches!(need, Need::Text(_)));
            let message = if need.is_empty() {
                format!("no content of element '{element}' is allowed, not even none")
            } else if is_text {
                format!("element '{element}' lacks a value{before}")
            } else if let ([only], true) = (words.as_slice(), need.iter().all(|need| matches!(need, Need::Element(_))))
            {
                format!("element '{element}' lacks the element '{only}'{before}")
            } else {
                format!("element '{element}' lacks content{before}")
            };
            let kind = if is_text { ViolationKind::MissingValue } else { ViolationKind::MissingContent };
            self.lacks(kind, at.clone().unwrap_or_else(|| start_tag_name(parent)), message, words);
        }
    }

    /// Reports that the innermost open element lacks something: one of what the words say.
    fn lacks(&mut self, kind: ViolationKind, range: Range<usize>, message: String, words: Vec<String>) {
        let (expected, more_expected) = bounded(words);
        let path = self.path(None);
        self.violations.push(Violation {
            kind,
            range,
            path,
            message,
            found: None,
            expected,
            more_expected,
            suggestion: None,
        });
    }

    fn need_words(&self, need: &[Need], context: Node<'a, 'a>) -> Vec<String> {
        let (mut words, mut texts) = (Vec::new(), Vec::new());
        for one in need {
            match one {
                Need::Element(id) => class_words(&self.schema.elements[*id as usize].names, context, &mut words),
                Need::Attribute(id) => class_words(&self.schema.attributes[*id as usize].names, context, &mut words),
                Need::Text(id) => texts.push(*id),
            }
        }
        // Together: one by one they would stand in the order of what has been validated before.
        let strings = self.machine.strings_in(self.schema, &texts);
        words.extend(strings.values.into_iter().chain(strings.types));
        let mut distinct = rustc_hash::FxHashSet::default();
        words.retain(|word| distinct.insert(word.clone()));
        words
    }

    /// What an attribute, or text where there is no symbol, may be.
    fn strings_of(&mut self, state: Id, symbol: Option<Symbol>) -> super::expect::Strings {
        let step = match symbol {
            Some(symbol) => self.machine.attribute_step(self.schema, state, symbol),
            None => self.machine.text_step(state),
        };
        let mut alternatives: Vec<Id> = Vec::new();
        for matcher in &self.machine.step(step).matchers {
            alternatives.extend_from_slice(self.machine.strings.alternatives(*matcher));
        }
        self.machine.strings_in(self.schema, &alternatives)
    }

    /// The path to `last` or, without it, to the innermost open element.
    fn path(&self, last: Option<Step<'a>>) -> String {
        let count = self.frames.len();
        let open = |range: Range<usize>| self.frames[range].iter().map(|frame| frame.step);
        if count <= MAX_STEPS {
            return path(open(0..count)) + &path(last);
        }
        let half = MAX_STEPS / 2;
        format!("{}/…{}{}", path(open(0..half)), path(open(count - half..count)), path(last))
    }

    fn attribute_path(&self, name: &str) -> String {
        format!("{}/@{name}", self.path(None))
    }
}

fn not_valid(root: Node<'_, '_>) -> Violation {
    Violation {
        kind: ViolationKind::MissingContent,
        range: start_tag_name(root),
        path: path([Step { node: root, number: None }]),
        message: "the document is not valid".to_owned(),
        found: None,
        expected: Vec::new(),
        more_expected: 0,
        suggestion: None,
    }
}

/// Where text stands: from the first text that is no whitespace to its end, the start tag's name where there is none.
fn text_range(first: Option<Node<'_, '_>>, parent: Node<'_, '_>) -> Range<usize> {
    let mut node = first;
    while let Some(candidate) = node.filter(|node| !node.is_element()) {
        if candidate.is_text() && !is_blank(candidate.text().unwrap_or_default()) {
            let range = candidate.range();
            let source = candidate.document().input_text().get(range.clone()).unwrap_or_default();
            let start = range.start + (source.len() - source.trim_start().len());
            return start..start + source.trim().len();
        }
        node = candidate.next_sibling();
    }
    start_tag_name(parent)
}

/// The first of the words, distinct, and the number of the others.
fn bounded(words: Vec<String>) -> (Vec<String>, usize) {
    let mut kept: Vec<String> = Vec::new();
    let mut more = rustc_hash::FxHashSet::default();
    for word in words {
        let word = shown(&word);
        if kept.contains(&word) {
            continue;
        }
        if kept.len() < MAX_EXPECTED {
            kept.push(word);
        } else {
            more.insert(word);
        }
    }
    (kept, more.len())
}
