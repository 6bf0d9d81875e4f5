//! Where types would hold themselves: one child on each cycle is marked as needing an indirection.
//!
//! Any edge of a cycle would do; it is always a child, never a choice, so that a choice can be held in place.

use super::{Facts, MemberKind};
use crate::model::Count;

/// Marks one child on each cycle of types that hold each other by value.
pub fn mark(facts: &mut Facts<'_>) {
    while let Some(cycle) = find_cycle(facts) {
        let (content, member) = cycle
            .into_iter()
            .rev()
            .find(|&(content, member)| matches!(facts.contents[content].members[member].kind, MemberKind::Child { .. }))
            .expect("only a child can lead back to an element");
        facts.contents[content].members[member].boxed = true;
    }
}

/// The contents that a content holds by value, each with the member that does.
fn held(facts: &Facts<'_>, content: usize) -> Vec<(usize, usize)> {
    let mut result = Vec::new();
    for (index, member) in facts.contents[content].members.iter().enumerate() {
        match &member.kind {
            MemberKind::Child { content, count: Count::One | Count::Optional, .. } if !member.boxed => {
                result.push((index, content.0));
            }
            MemberKind::Payload { choice, .. } => {
                let branches = facts.choices[choice.0].branches.iter();
                result.extend(branches.filter_map(|branch| branch.content).map(|content| (index, content.0)));
            }
            _ => {}
        }
    }
    result
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    Open,
    Done,
}

/// A content on the path that is being followed.
struct Step {
    content: usize,
    edges: Vec<(usize, usize)>,
    /// The edge to follow next.
    next: usize,
}

impl Step {
    fn new(facts: &Facts<'_>, content: usize) -> Self {
        Self { content, edges: held(facts, content), next: 0 }
    }
}

/// The members (content, index) along one cycle.
fn find_cycle(facts: &Facts<'_>) -> Option<Vec<(usize, usize)>> {
    let mut marks = vec![Mark::New; facts.contents.len()];
    for start in 0..facts.contents.len() {
        if marks[start] != Mark::New {
            continue;
        }
        marks[start] = Mark::Open;
        let mut path = vec![Step::new(facts, start)];
        while let Some(step) = path.last_mut() {
            let Some(&(_, target)) = step.edges.get(step.next) else {
                marks[step.content] = Mark::Done;
                path.pop();
                continue;
            };
            step.next += 1;
            match marks[target] {
                Mark::Done => {}
                Mark::New => {
                    marks[target] = Mark::Open;
                    path.push(Step::new(facts, target));
                }
                Mark::Open => {
                    let first = path.iter().position(|step| step.content == target)?;
                    return Some(
                        path[first..].iter().map(|step| (step.content, step.edges[step.next - 1].0)).collect(),
                    );
                }
            }
        }
    }
    None
}
