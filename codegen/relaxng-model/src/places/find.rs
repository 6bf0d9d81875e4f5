//! Places by the ends of their paths.

use std::collections::BTreeSet;

use super::{Content, Form, Given, Place};
use crate::grammar::{Grammar, Kind};
use crate::schema::NodeId;

/// A place that was looked for.
#[derive(Debug, Clone)]
pub struct Found<'g> {
    /// The names of the elements that lead there, its own last.
    pub path: Vec<&'g str>,
    /// The descriptions of the element there.
    pub forms: Vec<Form<'g>>,
}

impl<'g> Found<'g> {
    /// The place.
    #[must_use]
    pub fn place(&self) -> Place<'g> {
        Place::of(&self.forms)
    }

    /// The places whose paths end in these names, in the order of the schema. A format may be recursive: where a path leads again
    /// to what it came through, it is not followed.
    #[must_use]
    pub fn all(grammar: &'g Grammar, end: &[&str]) -> Vec<Self> {
        let mut walk = Walk { grammar, end, open: Vec::new(), seen: BTreeSet::new(), found: Vec::new() };
        walk.content(&Place::document(grammar).content(grammar, &Given::default()));
        walk.found
    }
}

struct Walk<'g, 'e> {
    grammar: &'g Grammar,
    end: &'e [&'e str],
    open: Vec<&'g str>,
    /// The elements that were entered, each by the name of its parent.
    seen: BTreeSet<(Vec<NodeId>, Option<&'g str>)>,
    found: Vec<Found<'g>>,
}

impl<'g> Walk<'g, '_> {
    fn content(&mut self, content: &Content<'g>) {
        for child in &content.children {
            let parent = self.open.last().copied();
            self.open.push(child.name);
            if self.open.ends_with(self.end) {
                self.found.push(Found { path: self.open.clone(), forms: child.forms.clone() });
            }
            let inner = child.forms.iter().filter_map(|form| match &form.pattern.kind {
                Kind::Element { pattern, .. } => Some(pattern.origin),
                _ => None,
            });
            if self.seen.insert((inner.collect(), parent)) {
                let content = child.place().content(self.grammar, &Given::default());
                self.content(&content);
            }
            self.open.pop();
        }
    }
}
