//! Choices that the value of one attribute decides.
//!
//! In: a content tree. Out: the same tree with a [`Plan`] in place of every choice whose branches each carry one
//! attribute with literal values of their own. Only choices that stand once and always (or are optional as a whole)
//! are looked at; what remains a choice is merged field by field.

use std::collections::BTreeSet;
use std::rc::Rc;

use relaxng_model::grammar::{DefineId, Grammar, Kind, Pattern};
use relaxng_model::schema::NodeId;

use super::flat::{self, Atom};
use super::tree::{Tree, TreeKind, Via};
use crate::annotations::{NS, WITH_ELEMENT};
use crate::model::XmlName;

/// A discriminated choice.
#[derive(Debug, Clone)]
pub struct Plan<'g> {
    /// The attribute that decides.
    pub attribute: XmlName,
    /// The choice in the schema.
    pub origin: NodeId,
    /// The definition that is this choice and that several places refer to.
    pub shared: Option<Via>,
    /// The definition that is this choice, however often it is referred to.
    pub via: Option<Via>,
    /// The branches, with values that do not overlap.
    pub branches: Vec<BranchPlan<'g>>,
    /// Every attribute, child and text anywhere within.
    pub names: BTreeSet<Atom>,
    /// Whether there is text or a child anywhere within.
    pub has_content: bool,
    /// The choice as it was.
    pub original: Tree<'g>,
}

/// A branch of a discriminated choice.
#[derive(Debug, Clone)]
pub struct BranchPlan<'g> {
    /// What it holds, the deciding attribute included, discriminated choices within found.
    pub tree: Tree<'g>,
    /// Where it stands in the schema.
    pub origin: NodeId,
    /// The references that stand for exactly this branch, outermost first.
    pub via: Vec<Via>,
    /// The literal values, in schema order.
    pub values: Vec<&'g Pattern>,
    /// Whether the attribute may be absent: by the schema, or in what is read all the same (`d:absent`).
    pub absent: bool,
}

/// Finds discriminated choices.
pub struct Finder<'a, 'g> {
    /// The grammar.
    pub grammar: &'g Grammar,
    /// How often each definition is referred to.
    pub references: &'a [u32],
}

/// An attribute with literal values in a tree.
struct Literals<'g> {
    name: XmlName,
    values: Vec<&'g Pattern>,
    required: bool,
}

impl<'g> Finder<'_, 'g> {
    /// The tree with plans in place of choices. Attributes in `taken` decide already.
    pub fn extract(&self, tree: &Tree<'g>, taken: &[XmlName]) -> Tree<'g> {
        match &tree.kind {
            TreeKind::Group(_) | TreeKind::Interleave(_) => tree.map(|member| self.extract(member, taken)),
            TreeKind::Choice(members) => {
                let solid: Vec<_> = members.iter().filter(|member| !member.is_empty()).collect();
                if let [only] = solid[..] {
                    let inner = self.extract(only, taken);
                    // Where everything is absent the attribute is absent too: the branch for that must need nothing.
                    let needs = |plan: &Plan<'g>, branch: &BranchPlan<'g>| {
                        let other = |atom: &Atom| *atom != Atom::Attribute(plan.attribute.clone());
                        branch.absent && flat::flat(&branch.tree).iter().any(|item| item.required && other(&item.atom))
                    };
                    if flat::payloads(&inner).iter().any(|plan| plan.branches.iter().any(|it| needs(plan, it))) {
                        return tree.clone();
                    }
                    return tree.map(|member| if member.is_empty() { member.clone() } else { inner.clone() });
                }
                self.plan(tree, taken).unwrap_or_else(|| tree.clone())
            }
            _ => tree.clone(),
        }
    }

    fn plan(&self, tree: &Tree<'g>, taken: &[XmlName]) -> Option<Tree<'g>> {
        let mut alternatives = Vec::new();
        let nothing = alternatives_of(tree, &mut alternatives);
        let candidates: Vec<Vec<Literals<'g>>> = alternatives.iter().map(|member| self.literals(member)).collect();
        let attribute = candidates.first()?.iter().map(|literals| &literals.name).find(|name| {
            !taken.contains(name)
                && candidates.iter().all(|list| list.iter().any(|literals| literals.name == **name))
                && self.components(&alternatives, name).len() > 1
                && differ(&alternatives, name)
        })?;
        let mut taken = taken.to_vec();
        taken.push(attribute.clone());
        let mut absence_is_value = false;
        let mut branches = Vec::new();
        for component in self.components(&alternatives, attribute) {
            let joined = join(&component, attribute, tree.origin);
            let Literals { values, required, .. } =
                self.literals(&joined).into_iter().find(|literals| literals.name == *attribute)?;
            let mut branch = self.extract(&joined, &taken);
            let (origin, via) = (joined.origin, joined.via);
            if !required && nothing {
                // The absence of everything is this branch with nothing in it.
                absence_is_value = true;
                branch = Tree::new(TreeKind::Choice(vec![branch, Tree::empty(tree.origin)]), tree.origin);
            }
            branches.push(BranchPlan { tree: branch, origin, via, values, absent: !required });
        }
        let names = flat::atoms(tree);
        let plan = Plan {
            attribute: attribute.clone(),
            origin: tree.origin,
            shared: tree.via.iter().rev().copied().find(|via| self.references[via.define.0 as usize] > 1),
            via: tree.via.last().copied(),
            branches,
            has_content: names.iter().any(Atom::is_content),
            names,
            original: tree.clone(),
        };
        let payload = Tree { kind: TreeKind::Payload(Rc::new(plan)), origin: tree.origin, via: tree.via.clone() };
        Some(if nothing && !absence_is_value {
            Tree::new(TreeKind::Choice(vec![payload, Tree::empty(tree.origin)]), tree.origin)
        } else {
            payload
        })
    }

    /// The alternatives, those with values in common joined, those with a choice by the same attribute within taken apart.
    fn components(&self, alternatives: &[Tree<'g>], attribute: &XmlName) -> Vec<Vec<Tree<'g>>> {
        let mut components: Vec<(BTreeSet<Option<String>>, Vec<Tree<'g>>)> = Vec::new();
        for alternative in alternatives.iter().flat_map(|tree| self.split(tree, attribute)) {
            let mut values: BTreeSet<Option<String>> = BTreeSet::new();
            for literals in self.literals(&alternative).into_iter().filter(|l| l.name == *attribute) {
                values.extend(literals.values.iter().map(|value| Some(literal(value))));
                if !literals.required {
                    values.insert(None);
                }
            }
            let mut trees = Vec::new();
            let mut place = None;
            let mut index = 0;
            while index < components.len() {
                if components[index].0.is_disjoint(&values) {
                    index += 1;
                    continue;
                }
                let (more, found) = components.remove(index);
                values.extend(more);
                trees.extend(found);
                place.get_or_insert(index);
            }
            trees.push(alternative);
            components.insert(place.unwrap_or(components.len()), (values, trees));
        }
        components.into_iter().map(|(_, trees)| trees).collect()
    }

    /// Takes a choice by the same attribute apart that stands within an alternative.
    fn split(&self, tree: &Tree<'g>, attribute: &XmlName) -> Vec<Tree<'g>> {
        let carries = |member: &Tree<'g>| self.literals(member).iter().any(|l| l.name == *attribute && l.required);
        match &tree.kind {
            TreeKind::Choice(members) if members.iter().all(carries) && differ(members, attribute) => {
                members.iter().flat_map(|member| self.split(member, attribute)).collect()
            }
            TreeKind::Group(members) | TreeKind::Interleave(members) => {
                let Some(index) = members.iter().position(carries) else { return vec![tree.clone()] };
                let parts = self.split(&members[index], attribute);
                if parts.len() < 2 {
                    return vec![tree.clone()];
                }
                parts
                    .into_iter()
                    .map(|part| {
                        let mut whole = tree.clone();
                        // The tree is no longer what its definition says.
                        whole.via.clear();
                        if let TreeKind::Group(members) | TreeKind::Interleave(members) = &mut whole.kind {
                            members[index] = part;
                        }
                        whole
                    })
                    .collect()
            }
            _ => vec![tree.clone()],
        }
    }

    /// The attributes with nothing but literal values that a tree always or mostly carries.
    fn literals(&self, tree: &Tree<'g>) -> Vec<Literals<'g>> {
        match &tree.kind {
            TreeKind::Attribute(name, leaf) => {
                let mut values = Vec::new();
                let Kind::Attribute { pattern, .. } = &leaf.pattern.kind else { return Vec::new() };
                if !collect(self.grammar, pattern, &mut values) {
                    return Vec::new();
                }
                let spare = self.grammar.schema.annotations(leaf.pattern.origin).attribute(NS, "absent");
                let required = spare.is_none_or(|rule| rule == WITH_ELEMENT);
                vec![Literals { name: name.clone(), values, required }]
            }
            TreeKind::Group(members) | TreeKind::Interleave(members) => {
                members.iter().flat_map(|member| self.literals(member)).collect()
            }
            TreeKind::Choice(members) => {
                let mut solid = members.iter().filter(|member| !member.is_empty());
                let nothing = members.iter().any(Tree::is_empty);
                let Some(first) = solid.next() else { return Vec::new() };
                let mut common = self.literals(first);
                for member in solid {
                    let list = self.literals(member);
                    common.retain_mut(|known| {
                        let Some(same) = list.iter().find(|literals| literals.name == known.name) else {
                            return false;
                        };
                        for value in &same.values {
                            if known.values.iter().all(|v| literal(v) != literal(value)) {
                                known.values.push(value);
                            }
                        }
                        known.required &= same.required;
                        true
                    });
                }
                for literals in &mut common {
                    literals.required &= !nothing;
                }
                common
            }
            _ => Vec::new(),
        }
    }
}

/// Collects the alternatives of a choice, those of choices within included; tells whether nothing is one of them.
fn alternatives_of<'g>(tree: &Tree<'g>, alternatives: &mut Vec<Tree<'g>>) -> bool {
    match &tree.kind {
        TreeKind::Empty => true,
        TreeKind::Choice(members) => {
            let mut nothing = false;
            for member in members {
                nothing |= alternatives_of(member, alternatives);
            }
            nothing
        }
        _ => {
            alternatives.push(tree.clone());
            false
        }
    }
}

/// Whether the alternatives hold anything beside the attribute.
fn differ(alternatives: &[Tree<'_>], attribute: &XmlName) -> bool {
    let attribute = Atom::Attribute(attribute.clone());
    alternatives.iter().any(|tree| flat::atoms(tree).iter().any(|atom| *atom != attribute))
}

/// One tree for alternatives with the same values: the attribute first, then the choice of what else they hold.
fn join<'g>(component: &[Tree<'g>], attribute: &XmlName, origin: NodeId) -> Tree<'g> {
    if let [only] = component {
        return only.clone();
    }
    let dropped = BTreeSet::from([Atom::Attribute(attribute.clone())]);
    let others =
        |tree: &Tree<'g>| flat::atoms(tree).into_iter().filter(|atom| !dropped.contains(atom)).collect::<BTreeSet<_>>();
    let deciding = component.iter().map(|tree| simplified(&flat::without(tree, &others(tree)))).collect();
    let rest = component.iter().map(|tree| simplified(&flat::without(tree, &dropped))).collect();
    let first = Tree::new(TreeKind::Choice(deciding), component[0].origin);
    let second = Tree::new(TreeKind::Choice(rest), component[0].origin);
    Tree::new(TreeKind::Group(vec![first, second]), origin)
}

/// The tree without members that hold nothing.
pub fn simplified<'g>(tree: &Tree<'g>) -> Tree<'g> {
    let mut result = tree.map(simplified);
    let members = match &mut result.kind {
        TreeKind::Group(members) | TreeKind::Interleave(members) => {
            members.retain(|member| !member.is_empty());
            members
        }
        TreeKind::Choice(members) => {
            if members.iter().all(Tree::is_empty) {
                members.clear();
            }
            members
        }
        TreeKind::OneOrMore(member) if member.is_empty() => return Tree::empty(tree.origin),
        _ => return result,
    };
    match members.len() {
        0 => Tree::empty(tree.origin),
        1 => members.remove(0),
        _ => result,
    }
}

/// Collects the literal values of a pattern; false if it takes anything else.
pub fn collect<'g>(grammar: &'g Grammar, pattern: &'g Pattern, values: &mut Vec<&'g Pattern>) -> bool {
    match &pattern.kind {
        Kind::Value { .. } => {
            values.push(pattern);
            true
        }
        Kind::Choice(members) => members.iter().all(|member| collect(grammar, member, values)),
        Kind::Ref(DefineId(define)) => collect(grammar, &grammar.defines[*define as usize].pattern, values),
        _ => false,
    }
}

/// The text of a `value`, whitespace collapsed save where its datatype is `string`.
pub fn literal(pattern: &Pattern) -> String {
    match &pattern.kind {
        Kind::Value { datatype, value, .. } if datatype.name == "string" => value.clone(),
        Kind::Value { value, .. } => value.split_ascii_whitespace().collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}
