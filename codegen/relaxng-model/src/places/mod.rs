//! A grammar as people walk it: what may stand at a place that a path of elements leads to, and what is said of it.
//!
//! A place is the element patterns that stand there under one name. What of their choices is open is narrowed by what a document
//! has there already: `type='network'` leaves the branches that take it.

mod find;
mod narrow;
mod values;

use crate::facts::Facts;
use crate::grammar::{Grammar, Kind, NameClass, Pattern};
use crate::schema::NodeId;

pub use find::Found;
pub use values::{Literal, Values};

/// No limit.
pub const ANY: u32 = u32::MAX;

/// Elements of one name at one place: one pattern, or one for each branch of a choice.
#[derive(Debug, Clone, Default)]
pub struct Place<'g> {
    /// The element patterns; of the document itself the pattern around its root element.
    pub patterns: Vec<&'g Pattern>,
    /// Whether it is what is around the root element.
    outermost: bool,
}

/// What a document has in an element already.
#[derive(Debug, Clone, Default)]
pub struct Given<'d> {
    /// Attributes without a namespace, with their values.
    pub attributes: Vec<(&'d str, &'d str)>,
    /// Local names of child elements.
    pub children: Vec<&'d str>,
}

/// What an element may hold.
#[derive(Debug, Clone, Default)]
pub struct Content<'g> {
    /// Attributes, in the order of the schema.
    pub attributes: Vec<Member<'g>>,
    /// Child elements, in the order of the schema.
    pub children: Vec<Member<'g>>,
    /// The patterns of its text.
    pub texts: Vec<&'g Pattern>,
}

/// An attribute, or the child elements of one name.
#[derive(Debug, Clone)]
pub struct Member<'g> {
    /// Namespace, empty for none.
    pub ns: &'g str,
    /// Local name.
    pub name: &'g str,
    /// How often it stands there at least.
    pub min: u32,
    /// How often at most; [`ANY`] for no limit.
    pub max: u32,
    /// Where it is described, once for each branch that describes it otherwise.
    pub forms: Vec<Form<'g>>,
}

/// One description of an attribute or of an element.
#[derive(Debug, Clone)]
pub struct Form<'g> {
    /// The attribute or element pattern.
    pub pattern: &'g Pattern,
    /// The references that lead to it.
    pub refs: Vec<NodeId>,
    /// The attributes beside it that choose the branch, with the values that do.
    pub when: Vec<Condition<'g>>,
}

/// An attribute and the values of it that choose a branch.
pub type Condition<'g> = (&'g str, Vec<&'g str>);

impl<'g> Form<'g> {
    /// What is said of it.
    #[must_use]
    pub fn facts(&self, grammar: &'g Grammar) -> Facts<'g> {
        let mut nodes: Vec<NodeId> = self.refs.clone();
        nodes.push(self.pattern.origin);
        Facts::of(&grammar.schema, &nodes)
    }
}

impl<'g> Member<'g> {
    /// What is said of it: of what several branches describe otherwise, that of the first, without its words.
    #[must_use]
    pub fn facts(&self, grammar: &'g Grammar) -> Facts<'g> {
        let mut forms = self.forms.iter().map(|form| form.facts(grammar));
        let mut first = forms.next().unwrap_or_default();
        let others: Vec<_> = forms.collect();
        // What stands on a branch of a choice by this very attribute is about that branch.
        let by_itself = self.forms.iter().any(|form| form.when.iter().any(|(name, _)| *name == self.name));
        if others.iter().any(|other| other.docs != first.docs) && (by_itself || self.is_attribute()) {
            let general = self.forms.iter().find(|form| self.values_of(grammar, form).literals.len() > 1);
            first.docs = general.map(|form| form.facts(grammar).docs).unwrap_or_default();
        }
        let oldest = others.iter().map(|other| other.since).chain([first.since]);
        first.since = oldest.min_by_key(|since| since.map(numbers)).flatten();
        first.default = first.default.or_else(|| others.iter().find_map(|other| other.default));
        first.output_only &= others.iter().all(|other| other.output_only);
        if others.iter().any(|other| other.legacy.is_none()) {
            first.legacy = None;
        }
        first
    }

    /// The values of an attribute, or of the text of an element.
    #[must_use]
    pub fn values(&self, grammar: &'g Grammar) -> Values<'g> {
        let mut all = Values::default();
        for form in &self.forms {
            all.join(self.values_of(grammar, form));
        }
        all
    }

    fn values_of(&self, grammar: &'g Grammar, form: &Form<'g>) -> Values<'g> {
        match &form.pattern.kind {
            Kind::Attribute { pattern, .. } => Values::of(grammar, pattern, Some(form.pattern.origin)),
            _ => {
                let mut all = Values::default();
                for text in self.place().content(grammar, &Given::default()).texts {
                    all.join(Values::of(grammar, text, None));
                }
                all
            }
        }
    }

    fn is_attribute(&self) -> bool {
        self.forms.iter().any(|form| matches!(form.pattern.kind, Kind::Attribute { .. }))
    }

    /// The place of these child elements.
    #[must_use]
    pub fn place(&self) -> Place<'g> {
        Place::of(&self.forms)
    }
}

/// The numbers of a version, to compare it by.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

impl<'g> Place<'g> {
    /// The place of the elements that these describe.
    #[must_use]
    pub fn of(forms: &[Form<'g>]) -> Self {
        Self { patterns: forms.iter().map(|form| form.pattern).collect(), outermost: false }
    }

    /// The place of an element pattern.
    #[must_use]
    pub fn at(pattern: &'g Pattern) -> Self {
        Self { patterns: vec![pattern], outermost: false }
    }

    /// The place of the whole document.
    #[must_use]
    pub fn document(grammar: &'g Grammar) -> Self {
        Self { patterns: vec![&grammar.start], outermost: true }
    }

    /// What may stand here, where this stands here already.
    #[must_use]
    pub fn content(&self, grammar: &'g Grammar, given: &Given<'_>) -> Content<'g> {
        let contents = self.patterns.iter().map(|pattern| {
            let inner = match &pattern.kind {
                Kind::Element { pattern, .. } if !self.outermost => pattern,
                _ => *pattern,
            };
            narrow::Walk { grammar, given, when: Vec::new() }.content(inner, false, &[])
        });
        Content::either(contents)
    }

    /// The place of the children of one name.
    #[must_use]
    pub fn child(&self, grammar: &'g Grammar, given: &Given<'_>, ns: &str, name: &str) -> Option<Self> {
        let content = self.content(grammar, given);
        let child = content.children.into_iter().find(|child| child.name == name && child.ns == ns)?;
        Some(child.place())
    }

    /// What is said of the elements here: of each form, without what is said twice.
    #[must_use]
    pub fn facts(&self, grammar: &'g Grammar) -> Vec<Facts<'g>> {
        let mut all: Vec<Facts<'g>> = Vec::new();
        for pattern in &self.patterns {
            let facts = Facts::of(&grammar.schema, &[pattern.origin]);
            if !all.contains(&facts) {
                all.push(facts);
            }
        }
        all
    }
}

impl<'g> Content<'g> {
    /// The attribute of this name, which is in no namespace.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Member<'g>> {
        self.attributes.iter().find(|member| member.name == name && member.ns.is_empty())
    }

    /// All of both.
    fn and(&mut self, other: Self) {
        self.join(other, |a, b| (a.0.saturating_add(b.0), a.1.saturating_add(b.1)));
    }

    /// One of several.
    fn either(contents: impl Iterator<Item = Self>) -> Self {
        let either = |mut all: Self, other| {
            all.join(other, |a, b| (a.0.min(b.0), a.1.max(b.1)));
            all
        };
        contents.reduce(either).unwrap_or_default()
    }

    fn join(&mut self, other: Self, count: impl Fn((u32, u32), (u32, u32)) -> (u32, u32) + Copy) {
        join(&mut self.attributes, other.attributes, count);
        join(&mut self.children, other.children, count);
        for text in other.texts {
            if !self.texts.iter().any(|own| std::ptr::eq(*own, text)) {
                self.texts.push(text);
            }
        }
    }
}

fn join<'g>(all: &mut Vec<Member<'g>>, others: Vec<Member<'g>>, count: impl Fn((u32, u32), (u32, u32)) -> (u32, u32)) {
    let known = all.len();
    let mut seen = vec![false; known];
    for mut other in others {
        let at = all[..known].iter().position(|own| own.name == other.name && own.ns == other.ns);
        match at {
            Some(at) => {
                let own = &mut all[at];
                seen[at] = true;
                (own.min, own.max) = count((own.min, own.max), (other.min, other.max));
                for form in other.forms {
                    match own.forms.iter_mut().find(|own| std::ptr::eq(own.pattern, form.pattern)) {
                        Some(same) => same.widen(form),
                        None => own.forms.push(form),
                    }
                }
            }
            None => {
                (other.min, other.max) = count((0, 0), (other.min, other.max));
                all.push(other);
            }
        }
    }
    for (own, seen) in all.iter_mut().zip(seen) {
        if !seen {
            (own.min, own.max) = count((own.min, own.max), (0, 0));
        }
    }
}

impl Form<'_> {
    /// Takes in the conditions of another branch with the same description.
    fn widen(&mut self, other: Self) {
        self.when.retain(|(name, _)| other.when.iter().any(|(same, _)| same == name));
        for (name, values) in &mut self.when {
            let more = other.when.iter().filter(|(same, _)| same == name).flat_map(|(_, values)| values);
            for value in more {
                if !values.contains(value) {
                    values.push(value);
                }
            }
        }
    }
}

/// The name of a pattern that has one name alone.
fn name(class: &NameClass) -> Option<(&str, &str)> {
    match class {
        NameClass::Name { ns, local } => Some((ns, local)),
        _ => None,
    }
}
