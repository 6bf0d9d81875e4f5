//! Valid documents of a grammar, as a strategy of [proptest](https://docs.rs/proptest): what a test of a program that reads them is given.
//!
//! A failing document is made smaller by leaving out what is optional or stands several times, the outermost first, so that what is left
//! is what the failure needs. It stays valid on the way.

mod part;
mod sample;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use proptest::prelude::{Rng, Strategy};
use proptest::strategy::{NewTree, ValueTree};
use proptest::test_runner::{TestRng, TestRunner};

use crate::Grammar;
use crate::grammar::{Kind, NameClass, Pattern};
use part::{Name, Part, Spare, Spares};
use sample::Samples;

/// So many attempts are made before a grammar counts as one without documents.
const ATTEMPTS: usize = 1000;

/// A document consists of at most so many patterns: recursion that chance does not end would take for ever.
const MAX_STEPS: usize = 20_000;

/// Elements are nested at most this deep.
const MAX_DEPTH: usize = 60;

/// From this depth on nothing is repeated, and from the other on everything optional is left out.
const DEPTH_OF_ONE: usize = 12;
const DEPTH_OF_NONE: usize = 7;

/// Texts of documents that a grammar takes, see [`documents`].
#[derive(Clone)]
pub struct Documents {
    grammar: Arc<Grammar>,
    /// What the datatypes take, by the address of their patterns in the grammar.
    samples: Arc<HashMap<usize, Samples>>,
    left_out: (u32, u32),
}

impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Documents").field("left_out", &self.left_out).finish_non_exhaustive()
    }
}

/// Texts of documents that a grammar takes.
///
/// ```
/// use proptest::prelude::*;
/// use proptest::test_runner::TestRunner;
/// use relaxng_model::{MemoryResolver, strategy::documents};
///
/// let mut files = MemoryResolver::new();
/// files.insert("list.rng", "<element name='list' xmlns='http://relaxng.org/ns/structure/1.0'><zeroOrMore><element name='item'><text/></element></zeroOrMore></element>");
/// let grammar = relaxng_model::load(&files, "list.rng")?;
/// TestRunner::deterministic().run(&documents(grammar), |text| {
///     prop_assert!(text.starts_with("<list"));
///     Ok(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What the grammar takes by its patterns is made; that the values of `ID` are unique and those of `IDREF` lead to one is not seen to.
#[must_use]
pub fn documents(grammar: impl Into<Arc<Grammar>>) -> Documents {
    let grammar = grammar.into();
    let mut samples = HashMap::new();
    let roots = grammar.defines.iter().map(|define| &define.pattern).chain([&grammar.start]);
    roots.for_each(|pattern| sample::collect(pattern, &mut samples));
    Documents { grammar, samples: Arc::new(samples), left_out: (1, 3) }
}

impl Documents {
    /// Leaves out so many of so many optional parts: `(4, 5)` keeps documents of large grammars small. It is one in three otherwise.
    #[must_use]
    pub fn left_out(mut self, some: u32, of: u32) -> Self {
        self.left_out = (some, of);
        self
    }
}

impl Strategy for Documents {
    type Tree = DocumentTree;
    type Value = String;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        for _ in 0..ATTEMPTS {
            let mut maker = Maker {
                grammar: &self.grammar,
                samples: &self.samples,
                left_out: self.left_out,
                rng: runner.rng(),
                spares: Spares::default(),
                steps: MAX_STEPS,
            };
            let mut parts = Vec::new();
            if maker.put(&self.grammar.start, 0, &mut parts).is_some() {
                return Ok(DocumentTree { parts, spares: maker.spares, next: 0, last: None });
            }
        }
        Err("no document of this grammar is found".into())
    }
}

/// A document, with what can be left out of it.
#[derive(Debug)]
pub struct DocumentTree {
    parts: Vec<Part>,
    spares: Spares,
    /// What is left out next.
    next: usize,
    /// What was left out last, as long as it can be put back.
    last: Option<usize>,
}

impl ValueTree for DocumentTree {
    type Value = String;

    fn current(&self) -> String {
        part::print(&self.parts, &self.spares)
    }

    fn simplify(&mut self) -> bool {
        if let Some(last) = self.last.take() {
            // It is not needed, nor is what stands in it.
            self.next = self.spares.all[last].end;
        }
        while self.next < self.spares.all.len() {
            let spare = self.next;
            self.next += 1;
            if self.spares.leave_out(spare) {
                self.last = Some(spare);
                return true;
            }
        }
        false
    }

    fn complicate(&mut self) -> bool {
        match self.last.take() {
            Some(last) => {
                self.spares.put_back(last);
                true
            }
            None => false,
        }
    }
}

/// Makes one document.
struct Maker<'m> {
    grammar: &'m Grammar,
    samples: &'m HashMap<usize, Samples>,
    left_out: (u32, u32),
    rng: &'m mut TestRng,
    spares: Spares,
    steps: usize,
}

impl Maker<'_> {
    /// A number below the limit.
    fn below(&mut self, limit: usize) -> usize {
        self.rng.next_u32() as usize % limit.max(1)
    }

    /// Adds what a pattern matches; none where chance led into a corner.
    fn put(&mut self, pattern: &Pattern, depth: usize, parts: &mut Vec<Part>) -> Option<()> {
        self.steps = self.steps.checked_sub(1)?;
        if depth > MAX_DEPTH {
            return None;
        }
        match &pattern.kind {
            Kind::Empty => {}
            Kind::NotAllowed => return None,
            Kind::Text | Kind::List(_) | Kind::Data { .. } | Kind::Value { .. } => {
                parts.push(Part::Text(self.text(pattern)?));
            }
            Kind::Choice(members) => return self.put_one(members, depth, parts),
            Kind::Group(members) => {
                for member in members {
                    self.put(member, depth, parts)?;
                }
            }
            Kind::Interleave(members) => {
                let mut mingled = Vec::new();
                for member in members {
                    let mut own = Vec::new();
                    self.put(member, depth, &mut own)?;
                    mingled.push(own);
                }
                parts.push(Part::Mingled { members: mingled, order: self.rng.next_u64() });
            }
            Kind::OneOrMore(member) => {
                let times = if depth > DEPTH_OF_ONE { 1 } else { 1 + self.below(3) };
                let group = self.spares.group(times);
                for _ in 0..times {
                    self.put_spare(member, group, depth, parts)?;
                }
            }
            Kind::Attribute { name, pattern } => {
                let name = self.name(name)?;
                let value = self.text(pattern)?;
                parts.push(Part::Attribute(name, value));
            }
            Kind::Element { name, pattern } => {
                let name = self.name(name)?;
                let mut content = Vec::new();
                self.put(pattern, depth + 1, &mut content)?;
                parts.push(Part::Element(name, content));
            }
            Kind::Ref(define) => return self.put(&self.grammar.defines[define.0 as usize].pattern, depth, parts),
        }
        Some(())
    }

    fn put_one(&mut self, members: &[Pattern], depth: usize, parts: &mut Vec<Part>) -> Option<()> {
        let empty = members.iter().position(|member| matches!(member.kind, Kind::Empty));
        let (some, of) = self.left_out;
        let first = match empty {
            Some(empty) if depth > DEPTH_OF_NONE || self.below(of as usize) < some as usize => empty,
            _ => self.below(members.len()),
        };
        for index in 0..members.len() {
            let member = &members[(first + index) % members.len()];
            let (length, spares) = (parts.len(), self.spares.length());
            let put = match empty {
                Some(_) if !matches!(member.kind, Kind::Empty) => self.put_spare(member, None, depth, parts),
                _ => self.put(member, depth, parts),
            };
            if put.is_some() {
                return put;
            }
            parts.truncate(length);
            self.spares.truncate(spares);
        }
        None
    }

    /// Adds what a pattern matches, as a part that can be left out.
    fn put_spare(
        &mut self,
        pattern: &Pattern,
        group: Option<usize>,
        depth: usize,
        parts: &mut Vec<Part>,
    ) -> Option<()> {
        let spare = self.spares.all.len();
        self.spares.all.push(Spare { end: 0, group, is_left_out: false });
        let mut own = Vec::new();
        self.put(pattern, depth, &mut own)?;
        self.spares.all[spare].end = self.spares.all.len();
        parts.push(Part::Spare(spare, own));
        Some(())
    }

    fn name(&mut self, class: &NameClass) -> Option<Name> {
        const LOCAL: [&str; 4] = ["alpha", "beta", "name", "gamma"];
        for _ in 0..8 {
            let name = match class {
                NameClass::Name { ns, local } => return Some(Name { ns: ns.clone(), local: local.clone() }),
                NameClass::Choice(members) => {
                    let index = self.below(members.len());
                    return self.name(&members[index]);
                }
                NameClass::NsName { ns, .. } => Name { ns: ns.clone(), local: LOCAL[self.below(4)].to_owned() },
                NameClass::AnyName(_) => {
                    let ns = ["", "", "urn:some"][self.below(3)];
                    Name { ns: ns.to_owned(), local: LOCAL[self.below(4)].to_owned() }
                }
            };
            if class.contains(&name.ns, &name.local) {
                return Some(name);
            }
        }
        None
    }

    fn text(&mut self, pattern: &Pattern) -> Option<String> {
        self.steps = self.steps.checked_sub(1)?;
        Some(match &pattern.kind {
            Kind::Empty => String::new(),
            Kind::Text => sample::TEXTS[self.below(sample::TEXTS.len())].to_owned(),
            Kind::Value { value, .. } => value.clone(),
            Kind::Data { .. } => {
                let samples = self.samples.get(&sample::address(pattern))?;
                let rng = &mut *self.rng;
                samples.one(&mut |limit| rng.next_u32() as usize % limit.max(1))?
            }
            Kind::Ref(define) => return self.text(&self.grammar.defines[define.0 as usize].pattern),
            Kind::Choice(members) => {
                let first = self.below(members.len());
                return (0..members.len()).find_map(|index| self.text(&members[(first + index) % members.len()]));
            }
            Kind::List(member) => return self.tokens(member).map(|tokens| tokens.join(" ")),
            // Sequences of values stand in lists alone.
            Kind::Group(_)
            | Kind::Interleave(_)
            | Kind::OneOrMore(_)
            | Kind::NotAllowed
            | Kind::Attribute { .. }
            | Kind::Element { .. } => return None,
        })
    }

    /// The items of a list.
    fn tokens(&mut self, pattern: &Pattern) -> Option<Vec<String>> {
        self.steps = self.steps.checked_sub(1)?;
        Some(match &pattern.kind {
            Kind::Empty => Vec::new(),
            Kind::Group(members) => {
                let mut tokens = Vec::new();
                for member in members {
                    tokens.extend(self.tokens(member)?);
                }
                tokens
            }
            Kind::OneOrMore(member) => {
                let mut tokens = Vec::new();
                for _ in 0..1 + self.below(3) {
                    tokens.extend(self.tokens(member)?);
                }
                tokens
            }
            Kind::Choice(members) => {
                let first = self.below(members.len());
                return (0..members.len()).find_map(|index| self.tokens(&members[(first + index) % members.len()]));
            }
            Kind::Ref(define) => return self.tokens(&self.grammar.defines[define.0 as usize].pattern),
            // An item has no blanks in it, nor is it empty.
            _ => vec![(0..8).find_map(|_| {
                self.text(pattern).filter(|text| !text.is_empty() && !text.contains(char::is_whitespace))
            })?],
        })
    }
}
