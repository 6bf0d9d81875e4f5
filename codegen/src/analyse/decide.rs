//! How one content tree becomes members: which choice is the payload, what its branches share, what stands in which order.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use relaxng_model::grammar::Kind;

use super::choice::{BranchPlan, Plan};
use super::flat::{self, Atom, Item};
use super::order::{self, Sequence};
use super::tree::{Tree, TreeKind, wildcard_takes};
use crate::model::XmlName;

/// What was decided about a tree.
#[derive(Debug, Default)]
pub struct Decision<'g> {
    /// Attributes, payloads and wildcards in the order of fields.
    pub attributes: Vec<Atom>,
    /// Text and children in the order of fields; several in one place are a knot.
    pub content: Vec<Vec<Atom>>,
    /// Everything that is a field at this level, with all branches of the payload counted in.
    pub items: Vec<Item<'g>>,
    /// The payload whose branches were looked into.
    pub primary: Option<Primary<'g>>,
    /// Orders of attributes.
    pub attribute_orders: Vec<PlannedOrder>,
    /// Orders of text and children.
    pub content_orders: Vec<PlannedOrder>,
    /// The tree with the branches of the payload in its place.
    pub whole: Option<Tree<'g>>,
}

/// The payload whose branches were looked into.
#[derive(Debug)]
pub struct Primary<'g> {
    /// The choice.
    pub plan: Rc<Plan<'g>>,
    /// What each branch holds alone.
    pub residues: Vec<Tree<'g>>,
    /// The part of each atom of each branch among the attributes.
    pub attribute_parts: Vec<BTreeMap<Atom, u32>>,
    /// The part of each atom of each branch among text and children.
    pub content_parts: Vec<BTreeMap<Atom, u32>>,
}

/// An order before its atoms have become fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedOrder {
    /// The branches of the primary payload that it applies to; none: all.
    pub when: Option<Vec<usize>>,
    /// The steps.
    pub slots: Vec<PlannedSlot>,
}

/// A step of an order: an atom (the first of its knot), and which part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSlot {
    /// The atom.
    pub atom: Atom,
    /// The part, of the primary payload.
    pub part: Option<u32>,
}

/// Decides. The tree may still hold discriminated choices that turn out to be none.
pub fn decide<'g>(tree: &Tree<'g>) -> Decision<'g> {
    let mut tree = tree.clone();
    loop {
        match attempt(&tree) {
            Ok(decision) => return decision,
            Err(attribute) => {
                let plans = flat::payloads(&tree);
                let original = plans.iter().find(|plan| plan.attribute == attribute);
                let original = original.expect("only payloads of the tree are given up").original.clone();
                tree = flat::replace(&tree, &attribute, &original);
            }
        }
    }
}

/// One attempt; the error is the attribute of a payload that has to be merged field by field.
fn attempt<'g>(tree: &Tree<'g>) -> Result<Decision<'g>, XmlName> {
    let plans = flat::payloads(tree);
    let primary = plans.iter().find(|plan| plan.shared.is_none());
    let forced = overlaps(tree, &plans, primary)?;
    match primary {
        Some(plan) => with_primary(tree, plan, forced),
        None => alone(tree),
    }
}

/// Names that stand both in a payload and beside it. With the same patterns they are merged beside the payload where its
/// branches can be changed; else the payload is given up.
fn overlaps<'g>(
    tree: &Tree<'g>,
    plans: &[Rc<Plan<'g>>],
    primary: Option<&Rc<Plan<'g>>>,
) -> Result<BTreeSet<Atom>, XmlName> {
    let items = flat::flat(tree);
    let mut forced = BTreeSet::new();
    for (index, plan) in plans.iter().enumerate() {
        let wild = plan.names.contains(&Atom::AnyElements) || plan.names.contains(&Atom::AnyAttributes);
        let again = plans[..index].iter().any(|other| !other.names.is_disjoint(&plan.names));
        if wild || again {
            return Err(plan.attribute.clone());
        }
        for item in items.iter().filter(|item| plan.names.contains(&item.atom)) {
            let leaves = item.leaves();
            let same = |branch: &Tree<'g>| {
                flat::flat(branch).iter().all(|inner| match &inner.plan {
                    Some(nested) => !nested.names.contains(&item.atom),
                    None => inner.atom != item.atom || inner.leaves() == leaves,
                })
            };
            let changeable = primary.is_some_and(|primary| Rc::ptr_eq(primary, plan));
            let is_child = matches!(item.atom, Atom::Child(_));
            if !changeable || !is_child || !plan.branches.iter().all(|branch| same(&branch.tree)) {
                return Err(plan.attribute.clone());
            }
            forced.insert(item.atom.clone());
        }
    }
    Ok(forced)
}

fn alone<'g>(tree: &Tree<'g>) -> Result<Decision<'g>, XmlName> {
    let items = flat::flat(tree);
    let sequence = order::sequence(tree, &[]);
    if let Some(Atom::Payload(attribute)) = knotted_payload(&sequence) {
        return Err(attribute);
    }
    let all = |atoms: Vec<&Atom>| {
        let slots = atoms.into_iter().map(|atom| PlannedSlot { atom: atom.clone(), part: None }).collect();
        vec![PlannedOrder { when: None, slots }]
    };
    Ok(swallow(Decision {
        attribute_orders: all(sequence.attributes.iter().collect()),
        content_orders: all(sequence.content.iter().map(|knot| &knot[0]).collect()),
        attributes: sequence.attributes,
        content: sequence.content,
        items,
        primary: None,
        whole: Some(tree.clone()),
    }))
}

fn with_primary<'g>(tree: &Tree<'g>, plan: &Rc<Plan<'g>>, forced: BTreeSet<Atom>) -> Result<Decision<'g>, XmlName> {
    let deciding = Atom::Attribute(plan.attribute.clone());
    let payload = Atom::Payload(plan.attribute.clone());
    let branches: Vec<Vec<Item<'g>>> = plan.branches.iter().map(|branch| flat::flat(&branch.tree)).collect();
    let mut hoisted = forced;
    hoisted.extend(
        branches[0]
            .iter()
            .filter(|item| item.atom != deciding && branches[1..].iter().all(|branch| stands_alike(item, branch)))
            .map(|item| item.atom.clone()),
    );
    let mut dropped = hoisted.clone();
    dropped.insert(deciding.clone());
    let residues: Vec<_> = plan.branches.iter().map(|branch| flat::without(&branch.tree, &dropped)).collect();
    if residues.iter().all(|residue| flat::atoms(residue).is_empty()) {
        return Err(plan.attribute.clone());
    }

    let whole_choice = TreeKind::Choice(plan.branches.iter().map(|branch| branch.tree.clone()).collect());
    let whole = flat::replace(tree, &plan.attribute, &Tree::new(whole_choice, plan.origin));
    let mut common: BTreeSet<Atom> = flat::atoms(tree);
    common.remove(&payload);
    common.extend(hoisted);

    let (sequences, knots) = sequences(tree, plan, &common)?;
    let attributes: Vec<Vec<Vec<Atom>>> =
        sequences.iter().map(|sequence| sequence.attributes.iter().map(|atom| vec![atom.clone()]).collect()).collect();
    let content: Vec<Vec<Vec<Atom>>> = sequences.into_iter().map(|sequence| sequence.content).collect();
    let (attribute_orders, attribute_parts) = weave(&attributes, &common, Some(&deciding), &payload);
    let (content_orders, content_parts) = weave(&content, &common, None, &payload);

    // Fields stand in the order that applies in most cases; atoms that it lacks follow.
    let mut fields: Vec<Atom> = Vec::new();
    let mut push = |atom: &Atom| {
        if !fields.contains(atom) {
            fields.push(atom.clone());
        }
    };
    for order in attribute_orders.iter().rev() {
        order.slots.iter().for_each(|slot| push(&slot.atom));
    }
    push(&payload);
    let mut knotted: Vec<Vec<Atom>> = Vec::new();
    for order in content_orders.iter().rev() {
        for slot in order.slots.iter().filter(|slot| !matches!(slot.atom, Atom::Payload(_))) {
            let knot = knots.iter().find(|knot| knot.contains(&slot.atom));
            let atoms = knot.map_or_else(|| vec![slot.atom.clone()], |knot| knot.iter().cloned().collect());
            if !knotted.contains(&atoms) {
                knotted.push(atoms);
            }
        }
    }
    let mut items: Vec<_> = flat::flat(&whole).into_iter().filter(|item| common.contains(&item.atom)).collect();
    items.extend(flat::flat(tree).into_iter().filter(|item| item.atom == payload));
    Ok(swallow(Decision {
        attributes: fields,
        content: knotted,
        items,
        attribute_orders,
        content_orders,
        primary: Some(Primary { plan: Rc::clone(plan), residues, attribute_parts, content_parts }),
        whole: Some(whole),
    }))
}

/// The order of each branch, with the knots of the common members kept the same in all of them, and these knots.
fn sequences<'g>(
    tree: &Tree<'g>,
    plan: &Plan<'g>,
    common: &BTreeSet<Atom>,
) -> Result<(Vec<Sequence>, Vec<BTreeSet<Atom>>), XmlName> {
    let mut knots: Vec<BTreeSet<Atom>> = Vec::new();
    loop {
        let of = |branch: &BranchPlan<'g>| order::sequence(&flat::replace(tree, &plan.attribute, &branch.tree), &knots);
        let sequences: Vec<Sequence> = plan.branches.iter().map(of).collect();
        let mut found: Vec<BTreeSet<Atom>> = Vec::new();
        for knot in sequences.iter().flat_map(|sequence| &sequence.content).filter(|knot| knot.len() > 1) {
            if let Some(Atom::Payload(attribute)) = knot.iter().find(|atom| matches!(atom, Atom::Payload(_))) {
                let is_common = common.contains(&Atom::Payload(attribute.clone()));
                return Err(if is_common { attribute } else { &plan.attribute }.clone());
            }
            let shared = knot.iter().filter(|atom| common.contains(atom)).count();
            if shared != 0 && shared != knot.len() {
                return Err(plan.attribute.clone());
            }
            if shared != 0 {
                // Knots of different branches that overlap are one knot in all of them.
                let mut union: BTreeSet<Atom> = knot.iter().cloned().collect();
                found.retain(|other| {
                    let apart = other.is_disjoint(&union);
                    if !apart {
                        union.extend(other.iter().cloned());
                    }
                    apart
                });
                found.push(union);
            }
        }
        found.sort();
        if found == knots {
            return Ok((sequences, knots));
        }
        knots = found;
    }
}

/// Whether the branch holds the same atom with the same patterns.
fn stands_alike(item: &Item<'_>, branch: &[Item<'_>]) -> bool {
    branch.iter().any(|other| {
        other.atom == item.atom
            && match (&item.plan, &other.plan) {
                (Some(a), Some(b)) => a.original.same(&b.original),
                _ => other.leaves() == item.leaves(),
            }
    })
}

fn knotted_payload(sequence: &Sequence) -> Option<Atom> {
    let knots = sequence.content.iter().filter(|knot| knot.len() > 1);
    knots.flatten().find(|atom| matches!(atom, Atom::Payload(_))).cloned()
}

/// Brings the orders of all branches together: one order with parts where the common atoms stand alike, else several.
fn weave(
    sequences: &[Vec<Vec<Atom>>],
    common: &BTreeSet<Atom>,
    deciding: Option<&Atom>,
    payload: &Atom,
) -> (Vec<PlannedOrder>, Vec<BTreeMap<Atom, u32>>) {
    // The backbone of a branch: its common atoms and the deciding attribute.
    let is_bone = |atom: &Atom| common.contains(atom) || Some(atom) == deciding;
    let backbone = |sequence: &Vec<Vec<Atom>>| -> Vec<Atom> {
        // A knot goes by its least atom: its first one depends on the branch.
        sequence.iter().filter_map(|knot| knot.iter().min()).filter(|atom| is_bone(atom)).cloned().collect()
    };
    let mut groups: Vec<(Vec<Atom>, Vec<usize>)> = Vec::new();
    for (index, sequence) in sequences.iter().enumerate() {
        let bones = backbone(sequence);
        match groups.iter_mut().find(|(known, _)| *known == bones) {
            Some((_, members)) => members.push(index),
            None => groups.push((bones, vec![index])),
        }
    }
    // The order of most branches comes last and applies always.
    let most = groups.iter().map(|(_, members)| members.len()).max().unwrap_or(0);
    if let Some(place) = groups.iter().position(|(_, members)| members.len() == most) {
        let last = groups.remove(place);
        groups.push(last);
    }

    let mut parts = vec![BTreeMap::new(); sequences.len()];
    let mut orders = Vec::new();
    let count = groups.len();
    for (place, (bones, members)) in groups.into_iter().enumerate() {
        // Which gaps between the bones hold members of a branch: gap n stands before bone n.
        let mut used: BTreeSet<usize> = BTreeSet::new();
        let mut gaps: Vec<(usize, usize, Atom)> = Vec::new();
        for &branch in &members {
            let mut gap = 0;
            for knot in &sequences[branch] {
                if is_bone(&knot[0]) {
                    gap += 1;
                    continue;
                }
                used.insert(gap);
                gaps.extend(knot.iter().map(|atom| (branch, gap, atom.clone())));
            }
        }
        let home = deciding.map(|deciding| {
            bones.iter().position(|atom| atom == deciding).expect("every branch has the deciding attribute")
        });
        // The gap right behind the deciding attribute is that attribute's own part, part 0.
        let mut labels: BTreeMap<usize, u32> = BTreeMap::new();
        let mut next = 0;
        if let Some(home) = home {
            labels.insert(home + 1, 0);
            next = 1;
        }
        for gap in used {
            labels.entry(gap).or_insert_with(|| {
                next += 1;
                next - 1
            });
        }
        for (branch, gap, atom) in gaps {
            parts[branch].insert(atom, labels[&gap]);
        }
        let whole = labels.len() < 2;
        let mut slots = Vec::new();
        let part_of = |gap: usize| {
            labels.get(&gap).map(|&part| PlannedSlot { atom: payload.clone(), part: (!whole).then_some(part) })
        };
        for (index, bone) in bones.iter().enumerate() {
            slots.extend(part_of(index));
            if Some(bone) != deciding {
                slots.push(PlannedSlot { atom: bone.clone(), part: None });
            }
        }
        slots.extend(part_of(bones.len()));
        let when = (place + 1 < count).then_some(members);
        orders.push(PlannedOrder { when, slots });
    }
    (orders, parts)
}

/// Lets a wildcard for elements take what it cannot be told from or must keep in order with: knots that it is in, the
/// text beside it, and children that it takes too.
fn swallow(mut decision: Decision<'_>) -> Decision<'_> {
    let Some(wildcard) = decision.items.iter().find(|item| item.atom == Atom::AnyElements) else {
        return decision;
    };
    let takes = |atom: &Atom| match atom {
        Atom::Child(name) => wildcard.uses.iter().any(|used| match &used.leaf.pattern.kind {
            Kind::Element { name: class, .. } => wildcard_takes(class, name),
            _ => false,
        }),
        Atom::Text | Atom::AnyElements => true,
        _ => false,
    };
    let mut swallowed: BTreeSet<Atom> = BTreeSet::new();
    for knot in &decision.content {
        if knot.iter().any(&takes) {
            swallowed.extend(knot.iter().cloned());
        }
    }
    swallowed.remove(&Atom::AnyElements);
    // Their names need not be among those of the wildcard.
    let named = |atom: &Atom| matches!(atom, Atom::Child(_)) && swallowed.contains(atom);
    let uses: Vec<_> =
        decision.items.iter().filter(|item| named(&item.atom)).flat_map(|item| item.uses.clone()).collect();
    decision.items.retain(|item| !swallowed.contains(&item.atom));
    if let Some(wildcard) = decision.items.iter_mut().find(|item| item.atom == Atom::AnyElements) {
        wildcard.uses.extend(uses);
    }
    for knot in &mut decision.content {
        knot.retain(|atom| !swallowed.contains(atom));
    }
    decision.content.retain(|knot| !knot.is_empty());
    for order in &mut decision.content_orders {
        for slot in &mut order.slots {
            if swallowed.contains(&slot.atom) {
                slot.atom = Atom::AnyElements;
            }
        }
        let mut seen = false;
        order.slots.retain(|slot| slot.atom != Atom::AnyElements || !std::mem::replace(&mut seen, true));
    }
    decision
}
