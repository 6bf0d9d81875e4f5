//! Putting grammars together: external references (4.6), includes with overrides (4.7), `div` (4.11), `combine` (4.17) and
//! the scopes of names (4.18).

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::{MAX_PATTERNS, canonical, index_u32};
use crate::error::Errors;
use crate::grammar::{Define, DefineId, Kind, Pattern};
use crate::load::Loaded;
use crate::load::syntax::{Combine, Component, ComponentKind, Syntax, SyntaxKind};
use crate::near::closest;
use crate::schema::NodeId;

/// One `start` or `define`, with the namespace in force around it.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    /// None for `start`.
    name: Option<&'a str>,
    combine: Option<Combine>,
    body: &'a [Syntax],
    node: NodeId,
    ns: &'a str,
}

/// The names that a grammar defines.
struct Scope<'a> {
    /// Number of the grammar around this one.
    parent: Option<usize>,
    names: FxHashMap<&'a str, DefineId>,
}

/// All parts that define one name.
struct Slot<'a> {
    name: &'a str,
    parts: Vec<Part<'a>>,
    scope: usize,
}

/// The state of the expansion.
pub(super) struct Expander<'a> {
    pub(super) loaded: &'a Loaded,
    errors: Errors,
    scopes: Vec<Scope<'a>>,
    slots: Vec<Slot<'a>>,
    /// How many more patterns may be made.
    budget: usize,
    /// A limit was reached: there is no use in going on.
    pub(super) exhausted: bool,
}

/// What [`expand`] finds.
pub(super) struct Expanded {
    pub(super) start: Pattern,
    pub(super) defines: Vec<Define>,
    /// Those of loading included.
    pub(super) errors: Errors,
    /// A limit was reached, and patterns are missing.
    pub(super) exhausted: bool,
}

/// Turns the syntax of all files into patterns that are not canonical yet. Where something is in error, `empty` stands
/// in its place.
pub(super) fn expand(loaded: &Loaded) -> Expanded {
    let errors = loaded.errors.clone();
    let mut expander =
        Expander { loaded, errors, scopes: Vec::new(), slots: Vec::new(), budget: MAX_PATTERNS, exhausted: false };
    let start = expander.pattern(&loaded.roots[0], "", None, 0);
    let mut defines = Vec::new();
    // Definitions may hold grammars, which add definitions.
    while let Some(slot) = expander.slots.get_mut(defines.len()) {
        let (name, scope) = (slot.name, slot.scope);
        let parts = std::mem::take(&mut slot.parts);
        let pattern = expander.combined(&parts, scope, 0);
        let origin = parts.first().map_or(NodeId(0), |part| part.node);
        defines.push(Define { name: name.to_owned(), pattern, origin });
    }
    Expanded { start, defines, errors: expander.errors, exhausted: expander.exhausted }
}

impl<'a> Expander<'a> {
    /// Reports an error at a node.
    pub(super) fn error(&mut self, node: NodeId, section: &'static str, message: impl Into<String>) {
        let schema = &self.loaded.schema;
        self.errors.add(schema, schema.node(node).location, section, message);
    }

    /// Counts a pattern with texts of so many bytes. False once there are too many.
    pub(super) fn spend(&mut self, node: NodeId, bytes: usize) -> bool {
        let cost = 1 + bytes / 256;
        if cost >= self.budget && !self.exhausted {
            self.error(node, "", format!("the schema comes to more than {MAX_PATTERNS} patterns"));
            self.exhausted = true;
        }
        self.budget = self.budget.saturating_sub(cost);
        !self.exhausted
    }

    /// A grammar within `parent`: the pattern of its `start`.
    pub(super) fn grammar(
        &mut self,
        node: NodeId,
        components: &'a [Component],
        ns: &'a str,
        parent: Option<usize>,
        depth: u32,
    ) -> Pattern {
        let mut parts = Vec::new();
        self.collect(components, ns, &mut parts, depth);
        let mut by_name: IndexMap<Option<&'a str>, Vec<Part<'a>>, FxBuildHasher> = IndexMap::default();
        for part in parts {
            by_name.entry(part.name).or_default().push(part);
        }
        let scope = self.scopes.len();
        let mut names = FxHashMap::default();
        let mut start = None;
        for (name, parts) in by_name {
            self.check_combine(&parts);
            match name {
                None => start = Some(parts),
                Some(name) => {
                    names.insert(name, DefineId(index_u32(self.slots.len())));
                    self.slots.push(Slot { name, parts, scope });
                }
            }
        }
        self.scopes.push(Scope { parent, names });
        if let Some(parts) = start {
            return self.combined(&parts, scope, depth);
        }
        if !self.loaded.incomplete {
            self.error(node, "4.18", "the grammar has no `start`");
        }
        canonical::empty(node)
    }

    /// The parts of a grammar in order, includes and divs put in.
    fn collect(&mut self, components: &'a [Component], ns: &'a str, parts: &mut Vec<Part<'a>>, depth: u32) {
        for component in components {
            if !self.spend(component.node, 0) {
                return;
            }
            let ns = component.ns.as_deref().unwrap_or(ns);
            let node = component.node;
            match &component.kind {
                ComponentKind::Start { combine, body } => {
                    parts.push(Part { name: None, combine: *combine, body, node, ns });
                }
                ComponentKind::Define { name, combine, body } => {
                    parts.push(Part { name: Some(name), combine: *combine, body, node, ns });
                }
                ComponentKind::Div(inner) => self.collect(inner, ns, parts, depth),
                ComponentKind::Include { file, components } => {
                    if self.too_deep(node, depth) {
                        return;
                    }
                    let first = parts.len();
                    let root = &self.loaded.roots[file.0 as usize];
                    if let SyntaxKind::Grammar(included) = &root.kind {
                        self.collect(included, root.ns.as_deref().unwrap_or(ns), parts, depth + 1);
                    }
                    let mut overrides = Vec::new();
                    self.collect(components, ns, &mut overrides, depth);
                    let included = self.not_overridden(parts.split_off(first), &overrides);
                    parts.extend(included);
                    parts.extend(overrides);
                }
            }
        }
    }

    /// The included parts that are not overridden.
    fn not_overridden(&mut self, mut included: Vec<Part<'a>>, overrides: &[Part<'a>]) -> Vec<Part<'a>> {
        // Whether each overridden name was found.
        let mut names: FxHashMap<Option<&str>, bool> = overrides.iter().map(|part| (part.name, false)).collect();
        if names.is_empty() {
            return included;
        }
        included.retain(|part| match names.get_mut(&part.name) {
            Some(found) => {
                *found = true;
                false
            }
            None => true,
        });
        if self.loaded.incomplete {
            return included;
        }
        for part in overrides {
            if names.insert(part.name, true) == Some(false) {
                let what = part.name.map_or("`start`".to_owned(), |name| format!("definition of `{name}`"));
                self.error(part.node, "4.7", format!("the included grammar has no {what} to override"));
            }
        }
        included
    }

    /// At most one part of a name goes without `combine`, and all others agree (4.17).
    fn check_combine(&mut self, parts: &[Part<'a>]) {
        let what = match parts.first().and_then(|part| part.name) {
            None => "`start`".to_owned(),
            Some(name) => format!("`{name}`"),
        };
        let first_place = |this: &Self, node: NodeId| {
            let schema = &this.loaded.schema;
            schema.place(schema.node(node).location).to_string()
        };
        let mut plain: Option<&Part<'a>> = None;
        let mut combined: Option<&Part<'a>> = None;
        for part in parts {
            let kind = if part.combine.is_none() { &mut plain } else { &mut combined };
            match *kind {
                None => *kind = Some(part),
                Some(first) if part.combine.is_none() => {
                    let place = first_place(self, first.node);
                    let message = format!("{what} is defined again without `combine`; first at {place}");
                    self.error(part.node, "4.17", message);
                }
                Some(first) if first.combine != part.combine => {
                    let place = first_place(self, first.node);
                    self.error(part.node, "4.17", format!("{what} is combined differently here and at {place}"));
                }
                Some(_) => {}
            }
        }
    }

    /// The pattern of all parts of one name.
    fn combined(&mut self, parts: &[Part<'a>], scope: usize, depth: u32) -> Pattern {
        let combine = parts.iter().find_map(|part| part.combine);
        let origin = parts.first().map_or(NodeId(0), |part| part.node);
        let mut bodies: Vec<Pattern> =
            parts.iter().map(|part| self.sequence(part.node, part.body, part.ns, Some(scope), depth)).collect();
        if bodies.len() == 1 {
            return bodies.swap_remove(0);
        }
        let kind = match combine {
            Some(Combine::Interleave) => Kind::Interleave(bodies),
            Some(Combine::Choice) | None => Kind::Choice(bodies),
        };
        Pattern { kind, origin }
    }

    /// A reference by name, from the scope given.
    pub(super) fn reference(&mut self, node: NodeId, name: &str, scope: Option<usize>, tag: &str) -> Pattern {
        let Some(scope) = scope else {
            let message = format!("there is no grammar around to define `{name}`, which `{tag}` refers to");
            self.error(node, "4.18", message);
            return canonical::empty(node);
        };
        if let Some(id) = self.scopes[scope].names.get(name) {
            return Pattern { kind: Kind::Ref(*id), origin: node };
        }
        // A definition in error was left out, and its references are not to blame.
        if !self.loaded.incomplete {
            let near =
                (!self.errors.is_full()).then(|| closest(name, self.scopes[scope].names.keys().copied())).flatten();
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            self.error(node, "4.18", format!("`{name}` is not defined{hint}"));
        }
        canonical::empty(node)
    }

    /// The grammar around a grammar.
    pub(super) fn parent(&self, scope: usize) -> Option<usize> {
        self.scopes[scope].parent
    }
}
