//! Patterns, each distinct one stored once. Equal patterns have equal ids, which is what makes memoising derivatives work.

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap};

/// A pattern in an [`Arena`].
#[cfg_attr(feature = "compact", derive(serde::Serialize, serde::Deserialize))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id(pub(super) u32);

impl Id {
    pub(super) const NOT_ALLOWED: Id = Id(0);
    pub(super) const EMPTY: Id = Id(1);
    pub(super) const TEXT: Id = Id(2);
}

/// The forms of patterns. They are made by the functions of [`Arena`] alone, which keep them canonical.
#[cfg_attr(feature = "compact", derive(serde::Serialize, serde::Deserialize))]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    NotAllowed,
    Empty,
    Text,
    /// Two or more, sorted and distinct, none of them a choice or not allowed; `Empty` only where no other is nullable; at most one
    /// `After` for each continuation.
    Choice(Box<[Id]>),
    /// Two or more, sorted, none of them empty or not allowed or, but for very large ones, an interleave.
    Interleave(Box<[Id]>),
    /// Two or more in order, none of them empty or not allowed or, but for very large ones, a group.
    Group(Box<[Id]>),
    OneOrMore(Id),
    List(Id),
    /// Data or a value: an index of the schema's leaves.
    Leaf(u32),
    /// An index of the schema's attributes.
    Attribute(u32),
    /// An index of the schema's elements.
    Element(u32),
    /// The content of an open element, and the number of the continuation that holds where the element ends.
    After(Id, u32),
}

impl Node {
    /// The patterns that it is made of.
    pub(super) fn members(&self) -> &[Id] {
        match self {
            Node::Choice(members) | Node::Interleave(members) | Node::Group(members) => members,
            Node::OneOrMore(inner) | Node::After(inner, _) => std::slice::from_ref(inner),
            _ => &[],
        }
    }
}

/// Groups are not flattened beyond so many members. Flat ones are found again more often; but a schema that doubles a part
/// again and again would come out larger than any memory.
const MAX_FLAT_GROUP: usize = 32;

/// The same for interleaves, whose members differ from each other in any case (section 7.4).
const MAX_FLAT_INTERLEAVE: usize = 1000;

/// What is known of a pattern without looking into it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Traits {
    nullable: bool,
    attributes: bool,
    strings: bool,
}

/// A set of patterns closed under their parts.
#[derive(Debug, Clone)]
pub(super) struct Arena {
    nodes: IndexSet<Node, FxBuildHasher>,
    traits: Vec<Traits>,
    weight: usize,
}

impl Arena {
    pub(super) fn new() -> Arena {
        let mut arena = Arena { nodes: IndexSet::default(), traits: Vec::new(), weight: 0 };
        for (node, id) in [(Node::NotAllowed, Id::NOT_ALLOWED), (Node::Empty, Id::EMPTY), (Node::Text, Id::TEXT)] {
            debug_assert_eq!(arena.nodes.len(), id.0 as usize, "the ids of the constants are their places");
            arena.intern(node);
        }
        arena
    }

    /// An arena of these patterns, which have the ids that they had where they come from; none where they do not come from one.
    pub(super) fn of(nodes: Vec<Node>) -> Option<Arena> {
        let mut arena = Arena::new();
        let constants = arena.len();
        if !nodes.iter().take(constants).eq(&arena.nodes) {
            return None;
        }
        arena.nodes.reserve(nodes.len());
        let mut rest = nodes.into_iter().enumerate().skip(constants);
        rest.all(|(at, node)| arena.intern(node).0 as usize == at).then_some(arena)
    }

    /// The patterns in the order of their ids.
    pub(super) fn into_nodes(self) -> Vec<Node> {
        self.nodes.into_iter().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Roughly the bytes that the patterns take.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0 as usize]
    }

    fn traits(&self, id: Id) -> Traits {
        self.traits[id.0 as usize]
    }

    /// Whether the pattern matches the absence of everything.
    pub(super) fn is_nullable(&self, id: Id) -> bool {
        self.traits(id).nullable
    }

    /// Whether an attribute stands in the pattern.
    pub(super) fn has_attributes(&self, id: Id) -> bool {
        self.traits(id).attributes
    }

    /// Whether the pattern has places for text: `text`, data, values, lists.
    pub(super) fn has_strings(&self, id: Id) -> bool {
        self.traits(id).strings
    }

    /// The members of a group that its first child can belong to: those up to the first that cannot be absent.
    pub(super) fn reachable<'a>(&self, members: &'a [Id]) -> &'a [Id] {
        let last = members.iter().position(|member| !self.is_nullable(*member));
        &members[..last.map_or(members.len(), |last| last + 1)]
    }

    fn intern(&mut self, node: Node) -> Id {
        let (place, is_new) = self.nodes.insert_full(node);
        if is_new {
            let traits = self.traits_of(&self.nodes[place]);
            self.traits.push(traits);
            let members = size_of_val(self.nodes[place].members());
            self.weight += 64 + members;
        }
        Id(u32::try_from(place).expect("the arena is emptied long before it has so many patterns"))
    }

    fn traits_of(&self, node: &Node) -> Traits {
        let any = |members: &[Id], of: fn(Traits) -> bool| members.iter().any(|id| of(self.traits(*id)));
        let all_nullable = |members: &[Id]| members.iter().all(|id| self.is_nullable(*id));
        let (nullable, members): (bool, &[Id]) = match node {
            Node::NotAllowed | Node::Element(_) => (false, &[]),
            Node::Empty => (true, &[]),
            Node::Text => return Traits { nullable: true, attributes: false, strings: true },
            Node::List(_) | Node::Leaf(_) => return Traits { nullable: false, attributes: false, strings: true },
            Node::Attribute(_) => return Traits { nullable: false, attributes: true, strings: false },
            Node::Choice(members) => (any(members, |traits| traits.nullable), members),
            Node::Interleave(members) | Node::Group(members) => (all_nullable(members), members),
            Node::OneOrMore(inner) => (self.is_nullable(*inner), std::slice::from_ref(inner)),
            Node::After(content, _) => (false, std::slice::from_ref(content)),
        };
        Traits {
            nullable,
            attributes: any(members, |traits| traits.attributes),
            strings: any(members, |traits| traits.strings),
        }
    }

    pub(super) fn leaf(&mut self, leaf: u32) -> Id {
        self.intern(Node::Leaf(leaf))
    }

    pub(super) fn attribute(&mut self, attribute: u32) -> Id {
        self.intern(Node::Attribute(attribute))
    }

    pub(super) fn element(&mut self, element: u32) -> Id {
        self.intern(Node::Element(element))
    }

    pub(super) fn list(&mut self, inner: Id) -> Id {
        if inner == Id::NOT_ALLOWED { inner } else { self.intern(Node::List(inner)) }
    }

    pub(super) fn one_or_more(&mut self, inner: Id) -> Id {
        match self.node(inner) {
            Node::NotAllowed | Node::Empty | Node::Text | Node::OneOrMore(_) => inner,
            _ => self.intern(Node::OneOrMore(inner)),
        }
    }

    pub(super) fn after(&mut self, content: Id, continuation: u32) -> Id {
        if content == Id::NOT_ALLOWED { content } else { self.intern(Node::After(content, continuation)) }
    }

    pub(super) fn optional(&mut self, inner: Id) -> Id {
        self.choice(vec![inner, Id::EMPTY])
    }

    pub(super) fn choice(&mut self, members: Vec<Id>) -> Id {
        let mut flat = members;
        if flat.iter().any(|id| matches!(self.node(*id), Node::Choice(_) | Node::NotAllowed)) {
            let mut opened = Vec::with_capacity(flat.len() * 2);
            for id in flat {
                match self.node(id) {
                    Node::Choice(members) => opened.extend_from_slice(members),
                    Node::NotAllowed => {}
                    _ => opened.push(id),
                }
            }
            flat = opened;
        }
        flat.sort_unstable();
        flat.dedup();
        self.merge_continuations(&mut flat);
        // An alternative that matches nothing at all adds nothing to one that does so among other things.
        if flat.contains(&Id::EMPTY) && flat.iter().any(|id| *id != Id::EMPTY && self.is_nullable(*id)) {
            flat.retain(|id| *id != Id::EMPTY);
        }
        match flat.as_slice() {
            [] => Id::NOT_ALLOWED,
            [only] => *only,
            _ => self.intern(Node::Choice(flat.into())),
        }
    }

    /// Joins the contents that lead to the same continuation.
    fn merge_continuations(&mut self, members: &mut Vec<Id>) {
        let mut contents: Vec<(u32, Vec<Id>)> = Vec::new();
        for id in members.iter() {
            if let Node::After(content, continuation) = self.node(*id) {
                match contents.iter_mut().find(|(known, _)| known == continuation) {
                    Some((_, contents)) => contents.push(*content),
                    None => contents.push((*continuation, vec![*content])),
                }
            }
        }
        if contents.iter().all(|(_, contents)| contents.len() == 1) {
            return;
        }
        members.retain(|id| !matches!(self.node(*id), Node::After(..)));
        for (continuation, contents) in contents {
            let content = self.choice(contents);
            members.push(self.after(content, continuation));
        }
        members.sort_unstable();
    }

    pub(super) fn group(&mut self, members: Vec<Id>) -> Id {
        if members.contains(&Id::NOT_ALLOWED) {
            return Id::NOT_ALLOWED;
        }
        let mut flat = Vec::with_capacity(members.len());
        for id in members {
            match self.node(id) {
                Node::Group(members) if flat.len() + members.len() <= MAX_FLAT_GROUP => flat.extend_from_slice(members),
                Node::Empty => {}
                _ => flat.push(id),
            }
        }
        match flat.as_slice() {
            [] => Id::EMPTY,
            [only] => *only,
            _ => self.intern(Node::Group(flat.into())),
        }
    }

    pub(super) fn interleave(&mut self, members: Vec<Id>) -> Id {
        if members.contains(&Id::NOT_ALLOWED) {
            return Id::NOT_ALLOWED;
        }
        let mut flat = Vec::with_capacity(members.len());
        for id in members {
            match self.node(id) {
                Node::Interleave(members) if flat.len() + members.len() <= MAX_FLAT_INTERLEAVE => {
                    flat.extend_from_slice(members)
                }
                Node::Empty => {}
                _ => flat.push(id),
            }
        }
        flat.sort_unstable();
        // Text mingled with text is text.
        let texts = flat.iter().filter(|id| **id == Id::TEXT).count();
        if texts > 1 {
            flat.retain(|id| *id != Id::TEXT);
            flat.insert(0, Id::TEXT);
        }
        match flat.as_slice() {
            [] => Id::EMPTY,
            [only] => *only,
            _ => self.intern(Node::Interleave(flat.into())),
        }
    }

    /// Copies a pattern of `from` into this arena. Both must have grown from the same arena of `shared` patterns.
    pub(super) fn adopt(&mut self, from: &Arena, id: Id, shared: usize, adopted: &mut FxHashMap<Id, Id>) -> Id {
        if (id.0 as usize) < shared {
            return id;
        }
        if let Some(known) = adopted.get(&id) {
            return *known;
        }
        let mut each = |arena: &mut Arena, members: &[Id]| -> Vec<Id> {
            members.iter().map(|id| arena.adopt(from, *id, shared, adopted)).collect()
        };
        let copy = match from.node(id) {
            Node::Choice(members) => {
                let members = each(self, members);
                self.choice(members)
            }
            Node::Interleave(members) => {
                let members = each(self, members);
                self.interleave(members)
            }
            Node::Group(members) => {
                let members = each(self, members);
                self.group(members)
            }
            Node::OneOrMore(inner) => {
                let inner = self.adopt(from, *inner, shared, adopted);
                self.one_or_more(inner)
            }
            Node::List(inner) => {
                let inner = self.adopt(from, *inner, shared, adopted);
                self.list(inner)
            }
            Node::After(content, continuation) => {
                let inner = self.adopt(from, *content, shared, adopted);
                self.after(inner, *continuation)
            }
            node => self.intern(node.clone()),
        };
        adopted.insert(id, copy);
        copy
    }
}
