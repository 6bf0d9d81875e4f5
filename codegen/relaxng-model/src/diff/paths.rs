//! The paths to a state of the walk.

use std::collections::VecDeque;

/// This many paths are told of one difference. In a recursive schema there is no end of them.
pub const MAX_PATHS: usize = 64;

/// This many beginnings are followed in search of them.
const MAX_STEPS: usize = 2_000;

/// The paths from the root (state 0) on which no state stands twice, the shortest first, and whether there are more.
pub(super) fn to(state: usize, edges: &[&Vec<(usize, String)>]) -> (Vec<String>, bool) {
    let mut found = Vec::new();
    // Backwards from the state: the states passed, the last one to go on from, and the path behind it.
    let mut open = VecDeque::from([(vec![state], String::new())]);
    let mut steps = 0;
    while let Some((passed, path)) = open.pop_front() {
        steps += 1;
        let Some(&last) = passed.last() else { continue };
        if last == 0 {
            if found.len() == MAX_PATHS {
                return (found, true);
            }
            found.push(path);
            continue;
        }
        if steps > MAX_STEPS {
            if !found.is_empty() {
                return (found, true);
            }
            // The first that was found leads to the root by the shortest way: each edge was noted by the first to reach it.
            open.clear();
        }
        for (from, name) in edges[last].iter().take(if steps > MAX_STEPS { 1 } else { usize::MAX }) {
            if !passed.contains(from) {
                let mut passed = passed.clone();
                passed.push(*from);
                open.push_back((passed, format!("/{name}{path}")));
            }
        }
    }
    found.sort();
    found.sort_by_key(|path| path.matches('/').count());
    (found, false)
}
