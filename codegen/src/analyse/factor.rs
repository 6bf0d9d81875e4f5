//! What all branches of a choice end in, taken out of the choice.
//!
//! In: a content tree. Out: one that matches the same, in which `(a & t) | (b & t)` has become `(a | b) & t` (interleave
//! distributes over choice). A schema writes the first form where `libxml2` misjudges the second, whose interleaves stand
//! in a choice within another; the types want the second, in which the shared part belongs to the whole.

use super::choice::simplified;
use super::flat::{self, Atom};
use super::tree::{Tree, TreeKind};

/// The tree with what all branches of a choice end in behind the choice, choices within choices first.
pub fn factored<'g>(tree: &Tree<'g>) -> Tree<'g> {
    let tree = tree.map(factored);
    let TreeKind::Choice(members) = &tree.kind else { return tree };
    let Some(last) = members.first().and_then(tail) else { return tree };
    if members.len() < 2 || !members.iter().all(|member| tail(member).is_some_and(|other| other.same(last))) {
        return tree;
    }
    let choice = tree.map(|member| simplified(&without_tail(member)));
    Tree::new(TreeKind::Interleave(vec![choice, last.clone()]), tree.origin)
}

/// What a tree ends in, in any order with all children before: the last member of an interleave that stands by itself or
/// behind nothing but attributes, if a reference names it.
fn tail<'t, 'g>(tree: &'t Tree<'g>) -> Option<&'t Tree<'g>> {
    match &tree.kind {
        TreeKind::Interleave(members) => members.last().filter(|member| !member.via.is_empty()),
        TreeKind::Group(members) => {
            let (last, before) = members.split_last()?;
            before.iter().all(holds_attributes).then(|| tail(last))?
        }
        _ => None,
    }
}

/// The tree without its tail.
fn without_tail<'g>(tree: &Tree<'g>) -> Tree<'g> {
    let mut tree = tree.clone();
    match &mut tree.kind {
        TreeKind::Interleave(members) => drop(members.pop()),
        TreeKind::Group(members) => {
            if let Some(last) = members.last_mut() {
                *last = without_tail(last);
            }
        }
        _ => {}
    }
    tree
}

/// Whether there is neither text nor a child in the tree.
fn holds_attributes(tree: &Tree<'_>) -> bool {
    !flat::atoms(tree).iter().any(Atom::is_content)
}
