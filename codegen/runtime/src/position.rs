//! Element paths, computed once for all errors of a document, in time linear in the document.

use roxmltree::{Node, NodeId};
use std::collections::HashMap;

/// Finds the paths of elements.
#[derive(Default)]
pub(crate) struct Paths {
    /// Number among the siblings of the same name, and how many these are.
    places: HashMap<NodeId, (u32, u32)>,
}

impl Paths {
    /// The names of the elements from the root to `node`, as `domain/devices/disk[2]`; a number where several have the name.
    pub(crate) fn of(&mut self, node: Node<'_, '_>) -> String {
        let mut steps: Vec<Node<'_, '_>> = node.ancestors().filter(Node::is_element).collect();
        steps.reverse();
        let mut path = String::new();
        for step in steps {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(step.tag_name().name());
            let (number, total) = self.place(step);
            if total > 1 {
                path.push_str(&format!("[{number}]"));
            }
        }
        path
    }

    fn place(&mut self, node: Node<'_, '_>) -> (u32, u32) {
        let Some(parent) = node.parent() else { return (1, 1) };
        if let Some(&place) = self.places.get(&node.id()) {
            return place;
        }
        // All siblings at once, so that each parent is walked through a single time.
        let mut totals: HashMap<&str, u32> = HashMap::new();
        let mut numbered = Vec::new();
        for sibling in parent.children().filter(Node::is_element) {
            let total = totals.entry(sibling.tag_name().name()).or_default();
            *total += 1;
            numbered.push((sibling, *total));
        }
        for (sibling, number) in numbered {
            self.places.insert(sibling.id(), (number, totals[sibling.tag_name().name()]));
        }
        self.places.get(&node.id()).copied().unwrap_or((1, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_number_what_is_repeated() {
        let document = roxmltree::Document::parse("<a><b/><c/><b><d/></b></a>").expect("well-formed");
        let node = document.descendants().find(|n| n.has_tag_name("d")).expect("d is there");
        assert_eq!(Paths::default().of(node), "a/b[2]/d");
    }
}
