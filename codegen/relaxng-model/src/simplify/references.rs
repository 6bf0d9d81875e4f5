//! Which definitions refer to which (4.19).

use rustc_hash::FxHashSet;

use crate::error::Errors;
use crate::grammar::{Define, DefineId, Kind, Pattern};
use crate::load::chain;
use crate::schema::{NodeId, Schema};

/// Calls `found` for every reference in a pattern: the definition, the `ref` itself, whether an element stands around it.
pub(crate) fn each(pattern: &Pattern, in_element: bool, found: &mut impl FnMut(DefineId, NodeId, bool)) {
    match &pattern.kind {
        Kind::Empty | Kind::NotAllowed | Kind::Text | Kind::Value { .. } => {}
        Kind::Ref(id) => found(*id, pattern.origin, in_element),
        Kind::Choice(members) | Kind::Interleave(members) | Kind::Group(members) => {
            for member in members {
                each(member, in_element, found);
            }
        }
        Kind::OneOrMore(inner) | Kind::List(inner) | Kind::Attribute { pattern: inner, .. } => {
            each(inner, in_element, found);
        }
        Kind::Data { except, .. } => {
            if let Some(inner) = except {
                each(inner, in_element, found);
            }
        }
        Kind::Element { pattern: inner, .. } => each(inner, true, found),
    }
}

/// The definitions that a pattern reaches.
pub(crate) fn reached(start: &Pattern, defines: &[Define]) -> FxHashSet<DefineId> {
    let mut reached = FxHashSet::default();
    let mut open: Vec<&Pattern> = vec![start];
    while let Some(pattern) = open.pop() {
        each(pattern, false, &mut |id, _, _| {
            if reached.insert(id) {
                open.push(&defines[id.0 as usize].pattern);
            }
        });
    }
    reached
}

/// The definitions in `among` in an order in which each comes after those it refers to outside of elements. A definition that
/// refers to itself without an element in between is an error of section 4.19.
pub(crate) fn order(
    schema: &Schema,
    defines: &[Define],
    among: &FxHashSet<DefineId>,
    errors: &mut Errors,
) -> Vec<DefineId> {
    /// A definition on the way down, what it refers to, and how many of these have been visited.
    struct Step {
        id: DefineId,
        targets: Vec<(DefineId, NodeId)>,
        next: usize,
    }
    let open = |id: DefineId| {
        let mut targets = Vec::new();
        each(&defines[id.0 as usize].pattern, false, &mut |to, at, in_element| {
            if !in_element {
                targets.push((to, at));
            }
        });
        Step { id, targets, next: 0 }
    };
    let mut order = Vec::with_capacity(among.len());
    let mut seen = vec![false; defines.len()];
    let mut done = vec![false; defines.len()];
    for index in 0..defines.len() {
        let id = DefineId(super::index_u32(index));
        if seen[index] || !among.contains(&id) {
            continue;
        }
        seen[index] = true;
        let mut stack = vec![open(id)];
        while let Some(step) = stack.last_mut() {
            let Some((to, at)) = step.targets.get(step.next).copied() else {
                done[step.id.0 as usize] = true;
                order.push(step.id);
                stack.pop();
                continue;
            };
            step.next += 1;
            if !seen[to.0 as usize] {
                seen[to.0 as usize] = true;
                stack.push(open(to));
            } else if !done[to.0 as usize] && !errors.is_full() {
                let circle = stack.iter().map(|step| step.id).skip_while(|id| *id != to).chain([to]);
                let chain = chain(circle.map(|id| defines[id.0 as usize].name.as_str()));
                let message = format!("a definition refers to itself with no element between: {chain}");
                errors.add(schema, schema.node(at).location, "4.19", message);
            }
        }
    }
    order
}
