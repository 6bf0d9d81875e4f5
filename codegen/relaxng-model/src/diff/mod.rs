//! What two schemas differ in: elements, attributes and values by their paths.
//!
//! The two grammars are walked side by side. A *state* of the walk is a pair of sets: the element patterns of either schema that
//! stand at one path. What is below equal sets of equal patterns is the same and is not walked (`shape` tells); a state is compared
//! once however many paths lead to it, so that recursive schemas are no trouble, and its differences are told with all these paths.

mod content;
mod paths;
mod shape;
mod values;

use std::collections::VecDeque;
use std::fmt;

use indexmap::{IndexMap, IndexSet};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::grammar::Grammar;
use crate::schema::NodeId;
use content::{Content, Count, Side, Slot};
use shape::Shapes;

pub use paths::MAX_PATHS;

/// How a schema differs from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// The old schema has no such thing.
    Added,
    /// The new schema has no such thing.
    Removed,
    /// The new schema takes all that the old one took, and more.
    Widened,
    /// The old schema took all that the new one takes, and more.
    Narrowed,
    /// Neither holds the other, or it is not known.
    Changed,
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An element.
    Element,
    /// An attribute.
    Attribute,
    /// A value of an attribute, or the text of an element.
    Value,
}

/// One difference, with every path at which it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// How it differs.
    pub change: Change,
    /// What differs.
    pub subject: Subject,
    /// Where: `/domain/devices/disk/@type`. Names of the document element's namespace stand without it. The shortest come first,
    /// at most [`MAX_PATHS`].
    pub paths: Vec<String>,
    /// Whether there are more paths.
    pub more: bool,
    /// How often it stands there in the old schema, or which values; none where it is added.
    pub old: Option<String>,
    /// The same of the new schema; none where it is removed.
    pub new: Option<String>,
    /// Where the new schema says so, or the old one where it is removed.
    pub origin: NodeId,
    /// That place as `file:line:column`.
    pub place: String,
}

impl Change {
    /// From one schema's reading of a thing to another's.
    fn between(wider: bool, narrower: bool) -> Self {
        match (wider, narrower) {
            (true, false) => Self::Widened,
            (false, true) => Self::Narrowed,
            _ => Self::Changed,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Widened => "widened",
            Self::Narrowed => "narrowed",
            Self::Changed => "changed",
        })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Element => "element",
            Self::Attribute => "attribute",
            Self::Value => "value",
        })
    }
}

impl Difference {
    /// The difference in words: `optional -> required`, `"raw"`.
    #[must_use]
    pub fn words(&self) -> String {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if old == new => new.clone(),
            (Some(old), Some(new)) => format!("{old} -> {new}"),
            (old, new) => old.iter().chain(new).cloned().collect(),
        }
    }

    /// One line for each path, without line ends: `added    attribute /a/b/@c  optional`.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let words = self.words();
        self.paths.iter().enumerate().map(move |(index, path)| {
            let more = if self.more && index + 1 == self.paths.len() { "  (and at more places)" } else { "" };
            format!("{:<8} {:<9} {path}  {words}{more}", self.change, self.subject)
        })
    }
}

/// Everything that the schema `new` has otherwise than `old`, sorted by path. Nothing is said only where the two are the same, save
/// for names of definitions, annotations, the order of what may stand in any order, and the like.
///
/// That a schema puts the same parts together in another way (another order, other things beside each other) is a
/// [`Change::Changed`] of the element; it may be that both take the same documents all the same.
#[must_use]
pub fn diff(old: &Grammar, new: &Grammar) -> Vec<Difference> {
    let (old, new) = (Side::new(old), Side::new(new));
    let mut shapes = Shapes::default();
    let classes = shapes.classes(&old, &new);
    let mut walk = Walk {
        sides: [&old, &new],
        classes,
        shapes,
        states: IndexMap::default(),
        found: Vec::new(),
        open: VecDeque::new(),
    };
    walk.state([vec![0], vec![0]], None);
    while let Some(at) = walk.open.pop_front() {
        walk.compare(at);
    }
    let mut differences = walk.with_paths();
    differences.sort_by(|a, b| {
        (&a.paths, a.subject, a.change, &a.old, &a.new).cmp(&(&b.paths, b.subject, b.change, &b.old, &b.new))
    });
    differences
}

/// The element patterns of the old and of the new schema that stand at one path, by their numbers; sorted.
type State = [Vec<usize>; 2];

struct Walk<'a, 'g> {
    sides: [&'a Side<'g>; 2],
    /// The class of each side's elements: equal where they take the same.
    classes: [Vec<u32>; 2],
    shapes: Shapes,
    /// The states found, with those above them and the names that lead from these.
    states: IndexMap<State, Vec<(usize, String)>, FxBuildHasher>,
    /// Differences without paths: the state, what comes behind its path.
    found: Vec<(usize, String, Difference)>,
    open: VecDeque<usize>,
}

impl Walk<'_, '_> {
    /// Notes a state that is reached from another by a name.
    fn state(&mut self, state: State, from: Option<(usize, String)>) {
        let [old, new] = self.classes_of(&state);
        if old == new {
            return;
        }
        let known = self.states.len();
        let entry = self.states.entry(state);
        let index = entry.index();
        entry.or_default().extend(from);
        if index == known {
            self.open.push_back(index);
        }
    }

    fn classes_of(&self, state: &State) -> [IndexSet<u32, FxBuildHasher>; 2] {
        [0, 1].map(|side| state[side].iter().map(|element| self.classes[side][*element]).collect())
    }

    /// Compares what stands at a state.
    fn compare(&mut self, at: usize) {
        let Some((state, _)) = self.states.get_index(at) else { return };
        let state = state.clone();
        let [old, new] = [0, 1].map(|side| self.sides[side].content(&state[side]));
        let before = self.found.len();
        let mut same: FxHashMap<String, String> = FxHashMap::default();
        let names: IndexSet<&String> = old.attributes.keys().chain(new.attributes.keys()).collect();
        for name in names {
            let slots = [old.attributes.get(name), new.attributes.get(name)];
            self.slot(at, &format!("/@{name}"), Subject::Attribute, slots);
            self.values(at, &format!("/@{name}"), slots);
            if let [Some(old), Some(new)] = slots {
                same.extend(values::respelt(&old.values, &new.values));
            }
        }
        let text = |content: &Content| Some(content.text.clone()).filter(|slot| !slot.values.is_empty());
        let (old_text, new_text) = (text(&old), text(&new));
        same.extend(values::respelt(&old.text.values, &new.text.values));
        let said = self.found.len();
        self.values(at, "", [old_text.as_ref(), new_text.as_ref()]);
        if let (Some(old), Some(new)) = (&old_text, &new_text)
            && self.found.len() == said
        {
            self.slot(at, "", Subject::Value, [Some(old), Some(new)]);
        }
        let names: IndexSet<&String> = old.children.keys().chain(new.children.keys()).collect();
        let mut children_agree = true;
        for name in names {
            let slots = [old.children.get(name), new.children.get(name)];
            self.slot(at, &format!("/{name}"), Subject::Element, slots);
            let child = slots.map(|slot| slot.map(|slot| slot.elements.iter().copied().collect()).unwrap_or_default());
            let [a, b] = self.classes_of(&child);
            children_agree &= a == b;
            self.state(child, Some((at, name.clone())));
        }
        if state.iter().all(|elements| !elements.is_empty()) {
            self.combinations(at, &state, before, &same, children_agree);
        }
    }

    /// How often something stands there.
    fn slot(&mut self, at: usize, behind: &str, subject: Subject, slots: [Option<&Slot>; 2]) {
        let words =
            |count: Count| if subject == Subject::Element { count.to_string() } else { count.of_one().to_owned() };
        let (change, side, origin) = match slots {
            [None, None] => return,
            [None, Some(new)] => (Change::Added, 1, new.origin),
            [Some(old), None] => (Change::Removed, 0, old.origin),
            [Some(old), Some(new)] if old.count == new.count => return,
            [Some(old), Some(new)] => {
                (Change::between(new.count.holds(old.count), old.count.holds(new.count)), 1, new.origin)
            }
        };
        let [old, new] = slots.map(|slot| slot.map(|slot| words(slot.count)));
        self.push((at, behind), (change, subject), [old, new], (side, origin));
    }

    /// Which values something takes.
    fn values(&mut self, at: usize, behind: &str, slots: [Option<&Slot>; 2]) {
        let [old, new] = slots.map(|slot| slot.map_or(&[][..], |slot| &slot.values));
        for (change, old, new) in values::compare(old, new) {
            let at_new = new.map(|new| (1, new.origin));
            let Some(origin) = at_new.or(old.map(|old| (0, old.origin))) else { continue };
            let words = [old, new].map(|value| value.map(ToString::to_string));
            self.push((at, behind), (change, Subject::Value), words, origin);
        }
    }

    /// Whether the parts that both schemas have are put together in the same way. Where their number or their values changed that
    /// has been said, and a comparison would tell no more.
    fn combinations(
        &mut self,
        at: usize,
        state: &State,
        before: usize,
        same: &FxHashMap<String, String>,
        children_agree: bool,
    ) {
        let own = &self.found[before..];
        if own.iter().any(|(_, _, difference)| !matches!(difference.change, Change::Added | Change::Removed)) {
            return;
        }
        let gone: IndexSet<String, FxBuildHasher> =
            own.iter().map(|(_, behind, one)| shape::part(behind, one)).collect();
        // Which of several children of one name stands where is asked only where there are the same children on both sides.
        let classes = children_agree.then_some(&self.classes);
        if self.shapes.agree(self.sides, state, classes, &gone, same) {
            return;
        }
        let words = "the same parts, in another order or with other parts beside them".to_owned();
        let origin = state[1].first().map_or(NodeId(0), |element| self.sides[1].elements[*element].origin);
        self.push((at, ""), (Change::Changed, Subject::Element), [None, Some(words)], (1, origin));
    }

    /// Notes a difference at a state, or at what stands `behind` its path.
    fn push(
        &mut self,
        (at, behind): (usize, &str),
        (change, subject): (Change, Subject),
        [old, new]: [Option<String>; 2],
        (side, origin): (usize, NodeId),
    ) {
        let place = self.sides[side].place(origin);
        let difference = Difference { change, subject, paths: Vec::new(), more: false, old, new, origin, place };
        self.found.push((at, behind.to_owned(), difference));
    }

    /// The differences, each with the paths to it.
    fn with_paths(self) -> Vec<Difference> {
        let edges: Vec<&Vec<(usize, String)>> = self.states.values().collect();
        let mut known: IndexMap<usize, (Vec<String>, bool), FxBuildHasher> = IndexMap::default();
        let each = self.found.into_iter().map(|(at, behind, difference)| {
            let (paths, more) = known.entry(at).or_insert_with(|| paths::to(at, &edges));
            let paths = paths.iter().map(|path| match (path.as_str(), behind.as_str()) {
                ("", "") => "/".to_owned(),
                _ => format!("{path}{behind}"),
            });
            Difference { paths: paths.collect(), more: *more, ..difference }
        });
        each.collect()
    }
}
