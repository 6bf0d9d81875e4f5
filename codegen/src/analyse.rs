//! The first stage: what the schema says about the shape of each element, decided once.
//!
//! In: a simplified grammar. Out: [`Facts`]: for every element (or merger of elements) that documents can hold, its
//! members with their cardinality, the choices that one attribute decides, the children whose order has to be kept, the
//! orders of writing, and where types recurse. No names of Rust and no annotations yet.
//!
//! # How an element becomes members
//!
//! - References to definitions that are not elements are expanded. Every attribute name, every child name and the text
//!   become one member each. Where the same child name stands with several element patterns, they are merged: the
//!   merged element holds what any of them holds, and what not all of them require is optional.
//! - A choice whose branches each carry one attribute with literal values becomes a *payload*. Branches with values in
//!   common are joined; one branch may leave the attribute out. The first attribute in schema order that
//!   tells at least two groups of branches apart decides. A choice that is a definition referred to more than once stays
//!   one choice for all its users; of any other choice, what every branch holds with the same patterns moves out into the
//!   element. A child named in a branch and beside the choice too, with the same pattern, also moves out; if the
//!   patterns differ, the choice is merged member by member.
//! - Every other choice is merged member by member, and its members become optional.
//! - Where a document may hold two children in either order and that order matters, they form one mixed member that
//!   keeps it; likewise a repeated choice of several elements outside of an `interleave`, and text between elements.

mod choice;
mod decide;
mod factor;
mod flat;
mod order;
mod recursion;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use relaxng_model::grammar::{DefineId, Grammar, Kind, Pattern};
use relaxng_model::schema::NodeId;

pub use choice::literal;
pub use flat::Use;
pub use tree::{Leaf, Via};

use crate::error::Errors;
use crate::model::{Count, XmlName};
use choice::{Finder, Plan};
use decide::{Decision, PlannedOrder};
use flat::{Atom, Item};
use tree::{Builder, Tree, TreeKind};

/// Index of a [`Content`] in [`Facts::contents`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentId(pub usize);

/// Index of a [`Choice`] in [`Facts::choices`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChoiceId(pub usize);

/// The result of the stage.
#[derive(Debug, Default)]
pub struct Facts<'g> {
    /// The contents of elements and of branches of choices, in the order in which they were reached.
    pub contents: Vec<Content<'g>>,
    /// The discriminated choices.
    pub choices: Vec<Choice<'g>>,
    /// The document elements.
    pub roots: Vec<ContentId>,
}

/// What an element or a branch of a choice holds.
#[derive(Debug)]
pub struct Content<'g> {
    /// Whose content it is.
    pub owner: Owner<'g>,
    /// Where it was first reached from.
    pub parent: Option<ContentId>,
    /// The members: attributes, payloads and wildcards for attributes first.
    pub members: Vec<Member<'g>>,
    /// The orders in which attributes are written. The last one applies always.
    pub attribute_orders: Vec<Order>,
    /// The orders in which text and children are written. The last one applies always.
    pub child_orders: Vec<Order>,
}

/// Whose content it is.
#[derive(Debug)]
pub enum Owner<'g> {
    /// An element's.
    Element {
        /// Its name.
        name: XmlName,
        /// The element patterns merged in it.
        uses: Vec<Use<'g>>,
    },
    /// A branch's of a choice.
    Branch {
        /// The choice that it belongs to first.
        choice: ChoiceId,
        /// Its index there.
        branch: usize,
    },
}

/// A member of a content.
#[derive(Debug)]
pub struct Member<'g> {
    /// What it is.
    pub kind: MemberKind<'g>,
    /// The part of a payload's attribute members that it belongs to.
    pub part: u32,
    /// The part of a payload's text and children that it belongs to.
    pub child_part: u32,
    /// Whether a type would contain itself without an indirection here.
    pub boxed: bool,
}

/// The kinds of members.
#[derive(Debug)]
pub enum MemberKind<'g> {
    /// An attribute.
    Attribute {
        /// Its name.
        name: XmlName,
        /// Its patterns.
        uses: Vec<Use<'g>>,
        /// Whether it always stands.
        required: bool,
    },
    /// The attributes of wildcards.
    AnyAttributes(NodeId),
    /// A child element.
    Child {
        /// Its name.
        name: XmlName,
        /// Its content.
        content: ContentId,
        /// The element patterns as used here.
        uses: Vec<Use<'g>>,
        /// How often it stands.
        count: Count,
    },
    /// The text.
    Text {
        /// Its patterns.
        uses: Vec<Use<'g>>,
        /// Whether it always stands.
        required: bool,
    },
    /// A discriminated choice.
    Payload {
        /// The choice.
        choice: ChoiceId,
        /// Whether it may be left out as a whole.
        optional: bool,
    },
    /// Elements, and maybe text, whose order is kept.
    Mix {
        /// The elements, and the text.
        variants: Vec<MixVariant<'g>>,
        /// How often.
        count: Count,
        /// The smallest pattern that holds all of them, and the reference to the definition that is this pattern.
        origin: NodeId,
        /// See there.
        via: Option<Via>,
    },
    /// The elements of wildcards.
    AnyElements {
        /// The wildcards.
        uses: Vec<Use<'g>>,
        /// Whether text stands among them.
        text: bool,
    },
}

/// An element of a mix, or its text.
#[derive(Debug)]
pub struct MixVariant<'g> {
    /// The element's name and content; none for text.
    pub element: Option<(XmlName, ContentId)>,
    /// The patterns.
    pub uses: Vec<Use<'g>>,
}

/// A discriminated choice.
#[derive(Debug)]
pub struct Choice<'g> {
    /// The attribute that decides.
    pub attribute: XmlName,
    /// The choice in the schema.
    pub origin: NodeId,
    /// The definition that is this choice.
    pub via: Option<Via>,
    /// The content that it was first found in.
    pub owner: ContentId,
    /// The patterns of the attribute.
    pub uses: Vec<Use<'g>>,
    /// The branches.
    pub branches: Vec<Branch<'g>>,
}

/// A branch of a discriminated choice.
#[derive(Debug)]
pub struct Branch<'g> {
    /// The literal values, in schema order.
    pub values: Vec<&'g Pattern>,
    /// Whether the attribute may be absent.
    pub absent: bool,
    /// Where it stands in the schema.
    pub origin: NodeId,
    /// The references that stand for exactly this branch, outermost first.
    pub via: Vec<Via>,
    /// What it holds alone; none for nothing.
    pub content: Option<ContentId>,
}

/// An order of writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Applies where the payload in this member is in one of these branches; none: always.
    pub when: Option<(usize, Vec<usize>)>,
    /// The members, and which part of a payload.
    pub slots: Vec<(usize, Option<u32>)>,
}

/// Analyses a grammar.
///
/// # Errors
///
/// Where the document element is not one of known names, or nothing is allowed.
pub fn analyse(grammar: &Grammar) -> Result<Facts<'_>, Errors> {
    let mut references = vec![0; grammar.defines.len()];
    count(&grammar.start, &mut references);
    for define in &grammar.defines {
        count(&define.pattern, &mut references);
    }
    let mut analyser = Analyser {
        grammar,
        references,
        builder: Builder::new(grammar),
        facts: Facts::default(),
        elements: BTreeMap::new(),
        shared: BTreeMap::new(),
        branches: BTreeMap::new(),
        open: Vec::new(),
    };
    analyser.roots();
    let mut facts = analyser.facts;
    recursion::mark(&mut facts);
    analyser.builder.errors.or(facts)
}

fn count(pattern: &Pattern, references: &mut [u32]) {
    match &pattern.kind {
        Kind::Ref(DefineId(define)) => references[*define as usize] += 1,
        Kind::Choice(members) | Kind::Interleave(members) | Kind::Group(members) => {
            members.iter().for_each(|member| count(member, references));
        }
        Kind::OneOrMore(member)
        | Kind::List(member)
        | Kind::Attribute { pattern: member, .. }
        | Kind::Element { pattern: member, .. } => count(member, references),
        _ => {}
    }
}

/// What is known of a branch that is a definition: its tree, the parts of its members, its content.
type KnownBranch<'g> = (Tree<'g>, Parts, ContentId);

/// The parts of a branch's atoms, among attributes and among text and children.
type Parts = (BTreeMap<Atom, u32>, BTreeMap<Atom, u32>);

struct Analyser<'g> {
    grammar: &'g Grammar,
    references: Vec<u32>,
    builder: Builder<'g>,
    facts: Facts<'g>,
    /// Contents of elements by name and by the patterns merged: this is what makes merging recursive elements end.
    elements: BTreeMap<(XmlName, BTreeSet<u32>), ContentId>,
    /// Choices that several elements refer to.
    shared: BTreeMap<DefineId, ChoiceId>,
    /// Contents of branches that are definitions.
    branches: BTreeMap<DefineId, Vec<KnownBranch<'g>>>,
    /// Contents of elements that are still to be looked into.
    open: Vec<ContentId>,
}

impl<'g> Analyser<'g> {
    fn roots(&mut self) {
        let grammar = self.grammar;
        let origin = grammar.start.origin;
        let items = match self.builder.tree(&grammar.start) {
            Some(tree) => flat::flat(&tree),
            None => Vec::new(),
        };
        let mut any = false;
        for item in items {
            match item.atom {
                Atom::Child(name) => {
                    let root = self.element(name, item.uses, None);
                    self.facts.roots.push(root);
                }
                // There are types for the names; who takes documents of any other name keeps them as they are.
                _ => any = true,
            }
        }
        match (self.facts.roots.is_empty(), any) {
            (false, _) => {}
            (true, true) => {
                let message = "the document element may have any name: nothing to make types for";
                self.builder.errors.at(&grammar.schema, origin, message);
            }
            (true, false) => {
                self.builder.errors.at(&grammar.schema, origin, "the schema allows no document element");
            }
        }
        while let Some(id) = self.open.pop() {
            let first = self.open.len();
            self.look_into(id);
            self.open[first..].reverse();
        }
    }

    /// The content of an element, by its name and patterns.
    fn element(&mut self, name: XmlName, uses: Vec<Use<'g>>, parent: Option<ContentId>) -> ContentId {
        let leaves = uses.iter().map(|used| used.leaf.id).collect();
        if let Some(&known) = self.elements.get(&(name.clone(), leaves)) {
            return known;
        }
        let leaves = uses.iter().map(|used| used.leaf.id).collect();
        let id = self.reserve(Owner::Element { name: name.clone(), uses }, parent);
        self.elements.insert((name, leaves), id);
        self.open.push(id);
        id
    }

    fn reserve(&mut self, owner: Owner<'g>, parent: Option<ContentId>) -> ContentId {
        self.facts.contents.push(Content {
            owner,
            parent,
            members: Vec::new(),
            attribute_orders: Vec::new(),
            child_orders: Vec::new(),
        });
        ContentId(self.facts.contents.len() - 1)
    }

    fn look_into(&mut self, id: ContentId) {
        let Owner::Element { uses, .. } = &self.facts.contents[id.0].owner else { return };
        let patterns: Vec<_> = uses.iter().map(|used| used.leaf.pattern).collect();
        let mut trees: Vec<Tree<'g>> = Vec::new();
        for pattern in patterns {
            let Kind::Element { pattern: content, .. } = &pattern.kind else { continue };
            let Some(tree) = self.builder.tree(content) else { continue };
            if trees.iter().all(|known| !known.same(&tree)) {
                trees.push(tree);
            }
        }
        let Some(first) = trees.first() else { return };
        let origin = first.origin;
        let tree = if trees.len() == 1 { trees.remove(0) } else { Tree::new(TreeKind::Choice(trees), origin) };
        let finder = Finder { grammar: self.grammar, references: &self.references };
        let tree = finder.extract(&factor::factored(&tree), &[]);
        self.fill(id, &tree, None);
    }

    /// Decides about a tree and makes the members of a content. `parts` holds the parts of a branch's atoms.
    fn fill(&mut self, id: ContentId, tree: &Tree<'g>, parts: Option<(&Parts, &Tree<'g>)>) {
        let decision = decide::decide(tree);
        let mut members = Vec::new();
        let mut places: BTreeMap<Atom, usize> = BTreeMap::new();
        let knots =
            decision.attributes.iter().map(std::slice::from_ref).chain(decision.content.iter().map(Vec::as_slice));
        for knot in knots {
            if places.contains_key(&knot[0]) {
                continue;
            }
            let Some(kind) = self.member(id, knot, &decision) else { continue };
            let (part, child_part) = match parts {
                None => (0, 0),
                Some((parts, branch)) => parts_of(&knot[0], parts, branch),
            };
            for atom in knot {
                places.insert(atom.clone(), members.len());
            }
            members.push(Member { kind, part, child_part, boxed: false });
        }
        let payload = decision.primary.as_ref().map(|primary| Atom::Payload(primary.plan.attribute.clone()));
        let order = |orders: Vec<PlannedOrder>| {
            orders
                .into_iter()
                .map(|order| Order {
                    when: order.when.zip(payload.as_ref()).map(|(branches, atom)| (places[atom], branches)),
                    slots: order
                        .slots
                        .into_iter()
                        .filter_map(|slot| places.get(&slot.atom).map(|&place| (place, slot.part)))
                        .collect(),
                })
                .collect()
        };
        let content = &mut self.facts.contents[id.0];
        content.attribute_orders = order(decision.attribute_orders);
        content.child_orders = order(decision.content_orders);
        content.members = members;
    }

    fn member(&mut self, id: ContentId, knot: &[Atom], decision: &Decision<'g>) -> Option<MemberKind<'g>> {
        let item_of = |atom: &Atom| decision.items.iter().find(|item| item.atom == *atom).cloned();
        if knot.len() > 1 {
            return self.mix(id, knot, decision);
        }
        let Item { atom, uses, required, plan, .. } = item_of(&knot[0])?;
        let count = item_of(&knot[0])?.count();
        let origin = uses.first().map(|used| used.leaf.pattern.origin);
        Some(match atom {
            Atom::Attribute(name) => MemberKind::Attribute { name, uses, required },
            Atom::AnyAttributes => MemberKind::AnyAttributes(origin?),
            Atom::AnyElements => {
                let text = decision.whole.as_ref().is_some_and(|whole| flat::atoms(whole).contains(&Atom::Text));
                MemberKind::AnyElements { uses, text }
            }
            Atom::Text => MemberKind::Text { uses, required },
            Atom::Child(name) => {
                let content = self.element(name.clone(), uses.clone(), Some(id));
                MemberKind::Child { name, content, uses, count }
            }
            Atom::Payload(_) => {
                let plan = plan?;
                let choice = self.choice(id, &plan, decision);
                let absent = plan.branches.iter().any(|branch| branch.absent);
                MemberKind::Payload { choice, optional: !required && !absent }
            }
        })
    }

    fn mix(&mut self, id: ContentId, knot: &[Atom], decision: &Decision<'g>) -> Option<MemberKind<'g>> {
        let mut variants = Vec::new();
        for item in decision.items.iter().filter(|item| knot.contains(&item.atom)) {
            let element = match &item.atom {
                Atom::Child(name) => {
                    let content = self.element(name.clone(), item.uses.clone(), Some(id));
                    Some((name.clone(), content))
                }
                _ => None,
            };
            variants.push(MixVariant { element, uses: item.uses.clone() });
        }
        let whole = decision.whole.as_ref()?;
        let required = flat::requires(whole, knot);
        let mut place = whole;
        let holds = |tree: &Tree<'g>| {
            let atoms = flat::atoms(tree);
            knot.iter().any(|atom| atoms.contains(atom))
        };
        let mut via = place.via.last().copied();
        loop {
            let mut inner = place.members().iter().filter(|member| holds(member));
            let (Some(next), None) = (inner.next(), inner.next()) else { break };
            let alone = place.members().iter().filter(|member| !member.is_empty()).count() == 1;
            place = next;
            via = place.via.last().copied().or(via.filter(|_| alone));
        }
        let count = if required { Count::OneOrMore } else { Count::Many };
        Some(MemberKind::Mix { variants, count, origin: place.origin, via })
    }

    fn choice(&mut self, owner: ContentId, plan: &Rc<Plan<'g>>, decision: &Decision<'g>) -> ChoiceId {
        if let Some(&known) = plan.shared.and_then(|via| self.shared.get(&via.define)) {
            return known;
        }
        let id = ChoiceId(self.facts.choices.len());
        if let Some(via) = plan.shared {
            self.shared.insert(via.define, id);
        }
        let deciding = Atom::Attribute(plan.attribute.clone());
        let uses = flat::flat(&plan.original).into_iter().find(|item| item.atom == deciding).map(|item| item.uses);
        self.facts.choices.push(Choice {
            attribute: plan.attribute.clone(),
            origin: plan.origin,
            via: plan.via,
            owner,
            uses: uses.unwrap_or_default(),
            branches: Vec::new(),
        });
        let primary = decision.primary.as_ref().filter(|primary| Rc::ptr_eq(&primary.plan, plan));
        for (index, branch) in plan.branches.iter().enumerate() {
            let (residue, parts) = match primary {
                Some(primary) => (
                    primary.residues[index].clone(),
                    (primary.attribute_parts[index].clone(), primary.content_parts[index].clone()),
                ),
                None => (
                    flat::without(&branch.tree, &BTreeSet::from([deciding.clone()])),
                    (BTreeMap::new(), BTreeMap::new()),
                ),
            };
            let content = if flat::atoms(&residue).is_empty() {
                None
            } else {
                Some(self.branch(id, index, plan, residue, parts))
            };
            let made = Branch {
                values: branch.values.clone(),
                absent: branch.absent,
                origin: branch.origin,
                via: branch.via.clone(),
                content,
            };
            self.facts.choices[id.0].branches.push(made);
        }
        id
    }

    fn branch(
        &mut self,
        choice: ChoiceId,
        branch: usize,
        plan: &Rc<Plan<'g>>,
        residue: Tree<'g>,
        parts: Parts,
    ) -> ContentId {
        let tree = &plan.branches[branch].tree;
        let define = plan.branches[branch].via.first().map(|via| via.define);
        if let Some(define) = define {
            let known = self.branches.entry(define).or_default();
            if let Some((_, _, known)) = known.iter().find(|(tree, p, _)| *p == parts && tree.same(&residue)) {
                return *known;
            }
        }
        let parent = self.facts.choices[choice.0].owner;
        let id = self.reserve(Owner::Branch { choice, branch }, Some(parent));
        if let Some(define) = define {
            self.branches.entry(define).or_default().push((residue.clone(), parts.clone(), id));
        }
        self.fill(id, &residue, Some((&parts, tree)));
        id
    }
}

/// The parts of an atom: its own, or that of the nested payload that it was moved out of.
fn parts_of(atom: &Atom, parts: &Parts, branch: &Tree<'_>) -> (u32, u32) {
    let holder = |map: &BTreeMap<Atom, u32>| {
        map.get(atom).copied().or_else(|| {
            let plans = flat::payloads(branch);
            let plan = plans.iter().find(|plan| plan.names.contains(atom))?;
            map.get(&Atom::Payload(plan.attribute.clone())).copied()
        })
    };
    let (attribute, content) = (holder(&parts.0), holder(&parts.1));
    match atom {
        Atom::Payload(_) => (attribute.unwrap_or(0), content.unwrap_or(0)),
        atom if atom.is_content() => (content.unwrap_or(0), content.unwrap_or(0)),
        _ => (attribute.unwrap_or(0), attribute.unwrap_or(0)),
    }
}
