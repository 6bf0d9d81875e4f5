//! Where something stands: as a path for people, and in the text that a document was read from.

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
                let alike = |parent: &&Element| parent.children.iter().filter(|it| it.same_name(element)).count();
                let sides = [parents.desired, parents.actual];
                step.alone = sides.iter().flatten().all(|parent| alike(parent) < 2);
                let own = if pair.actual.is_some() { parents.actual } else { parents.desired };
                let children = own.into_iter().flat_map(|parent| &parent.children);
                let before = children.take_while(|child| !std::ptr::eq(*child, element));
                step.nth = before.filter(|child| child.same_name(element)).count() + 1;
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

    /// Whether two places are the same but for the number among those that are alike.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let alike = |(own, other): (&Step, &Step)| own.shown == other.shown && own.key == other.key;
        self.steps.len() == other.steps.len() && self.steps.iter().zip(&other.steps).all(alike)
    }

    /// Where the element begins in a document as its author wrote it, or else the innermost one around it that can be found.
    #[must_use]
    pub fn find(&self, root: &Element) -> usize {
        let mut element = root;
        let mut names: Vec<&str> = Vec::new();
        for step in self.steps.iter().skip(1) {
            names.push(&step.name);
            let mut alike = element.children.iter().filter(|child| child.name == step.name);
            let next = match (identity::find(&names), &step.key) {
                (Some(identity), Some(key)) if !step.alone => {
                    alike.find(|child| identity::predicate(identity, child).as_ref() == Some(key))
                }
                _ => alike.nth(step.nth - 1),
            };
            match next {
                Some(next) => element = next,
                None => break,
            }
        }
        element.start
    }
}
