//! Where something stands: as a path for people, and in the text that a document was read from.

use std::collections::HashMap;

use super::allowance::TEXT;
use super::identity;
use super::matching::Pair;
use super::tree::Element;

/// Steps from the domain to an element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    name: String,
    /// The name with its prefix.
    shown: String,
    /// What identifies the element, as a condition of XPath.
    key: Option<String>,
    /// The how many-th of its name it is, from 1.
    nth: usize,
    /// Whether it is the only one of its name.
    alone: bool,
}

impl Place {
    /// The place to which frames lead.
    pub(super) fn of(frames: &[Pair]) -> Self {
        let mut names: Vec<&str> = Vec::new();
        let mut steps = Vec::new();
        for (at, pair) in frames.iter().enumerate() {
            let element = pair.any();
            let mut step =
                Step { name: element.name.to_owned(), shown: element.shown(), key: None, nth: 1, alone: true };
            if let Some(parents) = at.checked_sub(1).map(|before| frames[before]) {
                names.push(element.name);
                step.key = identity::find(&names).and_then(|identity| identity::predicate(identity, element));
                let sides = [parents.desired, parents.actual];
                step.alone = sides.iter().flatten().all(|parent| parent.count_like(element) < 2);
                step.nth = element.nth;
            }
            steps.push(step);
        }
        Self { steps }
    }

    /// The path of XPath, to an attribute or the text of the element where `leaf` names one.
    #[must_use]
    pub fn path(&self, leaf: Option<&str>) -> String {
        let mut path = String::new();
        for step in &self.steps {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(&step.shown);
            match &step.key {
                _ if step.alone => {}
                Some(key) => path.extend(["[", key, "]"]),
                None => path.push_str(&format!("[{}]", step.nth)),
            }
        }
        match leaf {
            Some(TEXT) | None => path,
            Some(name) => path + "/@" + name,
        }
    }

    /// The place without the number among those that are alike.
    pub(super) fn but_for_numbers(&self) -> Vec<(&str, Option<&str>)> {
        self.steps.iter().map(|step| (&*step.shown, step.key.as_deref())).collect()
    }
}

/// Finds places in a document as its author wrote it. The children of an element are looked through once, however many places are asked for.
#[derive(Debug)]
pub struct Finder<'e> {
    root: &'e Element<'e>,
    /// The children of an element, by its place in the text, and their name; those that a key identifies, by that.
    named: HashMap<(usize, String), Vec<&'e Element<'e>>>,
    keyed: HashMap<(usize, String), HashMap<String, &'e Element<'e>>>,
}

impl<'e> Finder<'e> {
    /// Finds places in a document.
    #[must_use]
    pub fn new(root: &'e Element<'e>) -> Self {
        Self { root, named: HashMap::new(), keyed: HashMap::new() }
    }

    /// Where the element begins, or else the innermost one around it that can be found.
    #[must_use]
    pub fn find(&mut self, place: &Place) -> usize {
        let mut element = self.root;
        let mut names: Vec<&str> = Vec::new();
        for step in place.steps.iter().skip(1) {
            names.push(&step.name);
            let within = (element.start, step.name.clone());
            let named = self
                .named
                .entry(within.clone())
                .or_insert_with(|| element.children.iter().filter(|child| child.name == step.name).collect());
            let next = match (identity::find(&names), &step.key) {
                (Some(identity), Some(key)) if !step.alone => {
                    let keyed = self.keyed.entry(within).or_insert_with(|| {
                        let key = |child: &&'e Element<'e>| Some((identity::predicate(identity, child)?, *child));
                        // The first of several counts.
                        named.iter().rev().filter_map(key).collect()
                    });
                    keyed.get(key).copied()
                }
                _ => named.get(step.nth - 1).copied(),
            };
            match next {
                Some(next) => element = next,
                None => break,
            }
        }
        element.start
    }
}
