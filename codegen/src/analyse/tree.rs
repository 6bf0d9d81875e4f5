//! The content of an element as a tree: definitions that are not elements expanded, text patterns made leaves.
//!
//! In: patterns of the grammar. Out: [`Tree`]s, whose leaves know the references through which they were reached.

use std::collections::HashMap;
use std::ptr;
use std::rc::Rc;

use relaxng_model::grammar::{DefineId, Grammar, Kind, NameClass, Pattern};
use relaxng_model::schema::NodeId;

use super::choice::Plan;
use crate::error::Errors;
use crate::model::XmlName;

/// A reference on the way to a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Via {
    /// The definition.
    pub define: DefineId,
    /// The `ref` that names it.
    pub reference: NodeId,
}

/// A node of a content tree.
#[derive(Debug, Clone)]
pub struct Tree<'g> {
    /// What it is.
    pub kind: TreeKind<'g>,
    /// The node of the schema that it comes from.
    pub origin: NodeId,
    /// The references that stand for this tree and nothing else, outermost first.
    pub via: Vec<Via>,
}

/// A pattern of the grammar with a number of its own.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'g> {
    /// The number: equal for the same pattern, ascending in the order of the grammar.
    pub id: u32,
    /// The pattern.
    pub pattern: &'g Pattern,
}

/// The kinds of content trees.
#[derive(Debug, Clone)]
pub enum TreeKind<'g> {
    /// Nothing.
    Empty,
    /// An attribute with one name.
    Attribute(XmlName, Leaf<'g>),
    /// Attributes of a wildcard.
    AnyAttributes(Leaf<'g>),
    /// A child element with one name.
    Child(XmlName, Leaf<'g>),
    /// Child elements of a wildcard.
    AnyElements(Leaf<'g>),
    /// Text: `text`, `data`, `value`, `list` or a choice of these.
    Text(Leaf<'g>),
    /// One of the members.
    Choice(Vec<Tree<'g>>),
    /// All members, in this order.
    Group(Vec<Tree<'g>>),
    /// All members, in any order.
    Interleave(Vec<Tree<'g>>),
    /// The member once or more.
    OneOrMore(Box<Tree<'g>>),
    /// A choice that the value of an attribute decides.
    Payload(Rc<Plan<'g>>),
}

impl<'g> Tree<'g> {
    /// A tree without references.
    pub fn new(kind: TreeKind<'g>, origin: NodeId) -> Self {
        Self { kind, origin, via: Vec::new() }
    }

    /// The tree that matches nothing.
    pub fn empty(origin: NodeId) -> Self {
        Self::new(TreeKind::Empty, origin)
    }

    /// Whether it is [`TreeKind::Empty`].
    pub fn is_empty(&self) -> bool {
        matches!(self.kind, TreeKind::Empty)
    }

    /// Notes a reference to the tree, and to what stands in it alone, be it optional or repeated.
    fn reached(&mut self, via: Via) {
        self.via.insert(0, via);
        match &mut self.kind {
            TreeKind::OneOrMore(member) => member.reached(via),
            TreeKind::Choice(members) => {
                let mut solid = members.iter_mut().filter(|member| !member.is_empty());
                if let (Some(only), None) = (solid.next(), solid.next()) {
                    only.reached(via);
                }
            }
            _ => {}
        }
    }

    /// The trees right below.
    pub fn members(&self) -> &[Tree<'g>] {
        match &self.kind {
            TreeKind::Choice(members) | TreeKind::Group(members) | TreeKind::Interleave(members) => members,
            TreeKind::OneOrMore(member) => std::slice::from_ref(member),
            _ => &[],
        }
    }

    /// The same tree with other trees below.
    pub fn map(&self, mut change: impl FnMut(&Tree<'g>) -> Tree<'g>) -> Tree<'g> {
        let kind = match &self.kind {
            TreeKind::Choice(members) => TreeKind::Choice(members.iter().map(&mut change).collect()),
            TreeKind::Group(members) => TreeKind::Group(members.iter().map(&mut change).collect()),
            TreeKind::Interleave(members) => TreeKind::Interleave(members.iter().map(&mut change).collect()),
            TreeKind::OneOrMore(member) => TreeKind::OneOrMore(Box::new(change(member))),
            other => other.clone(),
        };
        Tree { kind, origin: self.origin, via: self.via.clone() }
    }

    /// Whether both trees match the same by the same patterns of the grammar.
    pub fn same(&self, other: &Tree<'g>) -> bool {
        use TreeKind as T;
        let all = |a: &[Tree<'g>], b: &[Tree<'g>]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b));
        match (&self.kind, &other.kind) {
            (T::Empty, T::Empty) => true,
            (T::Attribute(a, la), T::Attribute(b, lb)) | (T::Child(a, la), T::Child(b, lb)) => la.id == lb.id && a == b,
            (T::AnyAttributes(a), T::AnyAttributes(b))
            | (T::AnyElements(a), T::AnyElements(b))
            | (T::Text(a), T::Text(b)) => a.id == b.id,
            (T::Choice(a), T::Choice(b)) | (T::Group(a), T::Group(b)) | (T::Interleave(a), T::Interleave(b)) => {
                all(a, b)
            }
            (T::OneOrMore(a), T::OneOrMore(b)) => a.same(b),
            (T::Payload(a), T::Payload(b)) => a.original.same(&b.original),
            _ => false,
        }
    }
}

/// Makes trees.
pub struct Builder<'g> {
    /// The grammar.
    pub grammar: &'g Grammar,
    /// The number of each pattern, by its address.
    numbers: HashMap<usize, u32>,
    /// Whether a definition is a text pattern; none while that is being found out or not yet known.
    scalars: Vec<Option<bool>>,
    /// Definitions being expanded.
    open: Vec<DefineId>,
    /// What went wrong.
    pub errors: Errors,
}

impl<'g> Builder<'g> {
    /// Numbers the patterns of a grammar.
    pub fn new(grammar: &'g Grammar) -> Self {
        let mut numbers = HashMap::new();
        number(&grammar.start, &mut numbers);
        for define in &grammar.defines {
            number(&define.pattern, &mut numbers);
        }
        Self {
            grammar,
            numbers,
            scalars: vec![None; grammar.defines.len()],
            open: Vec::new(),
            errors: Errors::default(),
        }
    }

    fn leaf(&self, pattern: &'g Pattern) -> Leaf<'g> {
        let id = self.numbers[&ptr::from_ref(pattern).addr()];
        Leaf { id, pattern }
    }

    /// The tree of a pattern; none where it can never match.
    pub fn tree(&mut self, pattern: &'g Pattern) -> Option<Tree<'g>> {
        let origin = pattern.origin;
        if !matches!(pattern.kind, Kind::Empty) && self.is_scalar(pattern) {
            let text = Tree::new(TreeKind::Text(self.leaf(pattern)), origin);
            return Some(if self.may_be_nothing(pattern) {
                Tree::new(TreeKind::Choice(vec![text, Tree::empty(origin)]), origin)
            } else {
                text
            });
        }
        let kind = match &pattern.kind {
            Kind::Empty => TreeKind::Empty,
            Kind::NotAllowed => return None,
            Kind::Text | Kind::List(_) | Kind::Data { .. } | Kind::Value { .. } => TreeKind::Text(self.leaf(pattern)),
            Kind::Choice(members) => {
                let mut trees: Vec<_> = members.iter().filter_map(|member| self.tree(member)).collect();
                if trees.len() < 2 {
                    return trees.pop();
                }
                TreeKind::Choice(trees)
            }
            Kind::Group(members) | Kind::Interleave(members) => {
                let mut trees = members.iter().map(|member| self.tree(member)).collect::<Option<Vec<_>>>()?;
                trees.retain(|tree| !tree.is_empty());
                match (trees.len(), &pattern.kind) {
                    (0, _) => TreeKind::Empty,
                    (1, _) => return trees.pop(),
                    (_, Kind::Group(_)) => TreeKind::Group(trees),
                    _ => TreeKind::Interleave(trees),
                }
            }
            Kind::OneOrMore(member) => {
                let tree = self.tree(member)?;
                match tree.kind {
                    TreeKind::Empty => TreeKind::Empty,
                    TreeKind::Text(_) => return Some(tree),
                    _ => TreeKind::OneOrMore(Box::new(tree)),
                }
            }
            Kind::Attribute { name, pattern: value } => {
                if matches!(value.kind, Kind::NotAllowed) {
                    return None;
                }
                let leaf = self.leaf(pattern);
                names(name, origin, |name| TreeKind::Attribute(name, leaf), TreeKind::AnyAttributes(leaf))
            }
            Kind::Element { name, pattern: content } => {
                if matches!(content.kind, Kind::NotAllowed) {
                    return None;
                }
                let leaf = self.leaf(pattern);
                names(name, origin, |name| TreeKind::Child(name, leaf), TreeKind::AnyElements(leaf))
            }
            Kind::Ref(define) => return self.reference(*define, origin),
        };
        Some(Tree::new(kind, origin))
    }

    /// What a definition is where it is referred to.
    fn reference(&mut self, define: DefineId, reference: NodeId) -> Option<Tree<'g>> {
        let grammar = self.grammar;
        let definition = &grammar.defines[define.0 as usize];
        if self.open.contains(&define) {
            let message = format!("definition '{}' contains itself without an element in between", definition.name);
            self.errors.at(&grammar.schema, reference, message);
            return None;
        }
        self.open.push(define);
        let tree = self.tree(&definition.pattern);
        self.open.pop();
        let mut tree = tree?;
        tree.reached(Via { define, reference });
        Some(tree)
    }

    /// Whether a pattern describes text alone.
    pub fn is_scalar(&mut self, pattern: &'g Pattern) -> bool {
        match &pattern.kind {
            Kind::Text | Kind::List(_) | Kind::Data { .. } | Kind::Value { .. } => true,
            Kind::Choice(members) => {
                members.iter().any(|member| !matches!(member.kind, Kind::Empty))
                    && members.iter().all(|member| matches!(member.kind, Kind::Empty) || self.is_scalar(member))
            }
            Kind::Ref(define) => {
                let index = define.0 as usize;
                if let Some(known) = self.scalars[index] {
                    return known;
                }
                self.scalars[index] = Some(false);
                let found = self.is_scalar(&self.grammar.defines[index].pattern);
                self.scalars[index] = Some(found);
                found
            }
            _ => false,
        }
    }

    /// Whether a text pattern has `empty` among its alternatives.
    fn may_be_nothing(&self, pattern: &Pattern) -> bool {
        match &pattern.kind {
            Kind::Empty => true,
            Kind::Choice(members) => members.iter().any(|member| self.may_be_nothing(member)),
            Kind::Ref(define) => self.may_be_nothing(&self.grammar.defines[define.0 as usize].pattern),
            _ => false,
        }
    }
}

fn number(pattern: &Pattern, numbers: &mut HashMap<usize, u32>) {
    let next = u32::try_from(numbers.len()).expect("a grammar has fewer than 2^32 patterns");
    numbers.insert(ptr::from_ref(pattern).addr(), next);
    match &pattern.kind {
        Kind::Choice(members) | Kind::Interleave(members) | Kind::Group(members) => {
            for member in members {
                number(member, numbers);
            }
        }
        Kind::OneOrMore(member)
        | Kind::List(member)
        | Kind::Attribute { pattern: member, .. }
        | Kind::Element { pattern: member, .. } => number(member, numbers),
        Kind::Data { except: Some(except), .. } => number(except, numbers),
        Kind::Empty | Kind::NotAllowed | Kind::Text | Kind::Data { .. } | Kind::Value { .. } | Kind::Ref(_) => {}
    }
}

/// One leaf for each name of a name class, and one for its wildcards.
fn names<'g>(
    class: &NameClass,
    origin: NodeId,
    named: impl Fn(XmlName) -> TreeKind<'g>,
    wildcard: TreeKind<'g>,
) -> TreeKind<'g> {
    let mut list = Vec::new();
    let open = split(class, &mut list);
    // A name that a wildcard beside it takes anyway needs no leaf of its own.
    if open && list.iter().any(|name| wildcard_takes(class, name)) {
        return wildcard;
    }
    let mut kinds: Vec<_> = list.into_iter().map(named).collect();
    if open {
        kinds.push(wildcard);
    }
    if kinds.len() == 1 {
        return kinds.remove(0);
    }
    TreeKind::Choice(kinds.into_iter().map(|kind| Tree::new(kind, origin)).collect())
}

/// Collects the single names of a class; tells whether there are wildcards too.
fn split(class: &NameClass, list: &mut Vec<XmlName>) -> bool {
    match class {
        NameClass::Name { ns, local } => {
            let name = XmlName { ns: ns.clone(), local: local.clone() };
            if !list.contains(&name) {
                list.push(name);
            }
            false
        }
        NameClass::AnyName(_) | NameClass::NsName { .. } => true,
        NameClass::Choice(members) => {
            let mut open = false;
            for member in members {
                open |= split(member, list);
            }
            open
        }
    }
}

/// Whether a wildcard within the class takes the name.
pub fn wildcard_takes(class: &NameClass, name: &XmlName) -> bool {
    let except = |except: &Option<Box<NameClass>>| except.as_ref().is_some_and(|class| contains(class, name));
    match class {
        NameClass::Name { .. } => false,
        NameClass::AnyName(excepted) => !except(excepted),
        NameClass::NsName { ns, except: excepted } => *ns == name.ns && !except(excepted),
        NameClass::Choice(members) => members.iter().any(|member| wildcard_takes(member, name)),
    }
}

fn contains(class: &NameClass, name: &XmlName) -> bool {
    match class {
        NameClass::Name { ns, local } => *ns == name.ns && *local == name.local,
        NameClass::Choice(members) => members.iter().any(|member| contains(member, name)),
        wildcard => wildcard_takes(wildcard, name),
    }
}
