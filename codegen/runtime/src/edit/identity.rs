//! Which part of one print is which part of the other.

use crate::extra::Span;
use crate::writer::{MarkKind, Print};
use std::collections::HashMap;

/// The pairs of parts that are the same thing before and after. Inside two that are printed alike nothing is paired.
#[derive(Debug)]
pub(super) struct Pairs {
    before_of: Vec<Option<usize>>,
    after_of: Vec<Option<usize>>,
}

impl Pairs {
    pub(super) fn of(before: &Print, after: &Print) -> Self {
        let spans = before.marks.iter().enumerate().filter(|(_, mark)| !mark.span.is_empty());
        let mut pairing = Pairing {
            before,
            after,
            by_span: spans.map(|(number, mark)| (mark.span, number)).collect(),
            pairs: Pairs { before_of: vec![None; after.marks.len()], after_of: vec![None; before.marks.len()] },
            strangers: Vec::new(),
        };
        if !before.marks.is_empty() && !after.marks.is_empty() {
            pairing.pair(0, 0);
        }
        // What stands elsewhere now is found when everything that stays has its pair: then a copy is no move.
        let mut next = 0;
        while let Some(stranger) = pairing.strangers.get(next).copied() {
            next += 1;
            pairing.find(stranger);
        }
        pairing.pairs
    }

    /// What a part was.
    pub(super) fn before(&self, after: usize) -> Option<usize> {
        self.before_of[after]
    }

    /// What has become of a part.
    pub(super) fn after(&self, before: usize) -> Option<usize> {
        self.after_of[before]
    }
}

struct Pairing<'p> {
    before: &'p Print,
    after: &'p Print,
    by_span: HashMap<Span, usize>,
    pairs: Pairs,
    /// Parts that did not stand under the element that they stand under now.
    strangers: Vec<usize>,
}

impl Pairing<'_> {
    fn pair(&mut self, before: usize, after: usize) {
        self.pairs.before_of[after] = Some(before);
        self.pairs.after_of[before] = Some(after);
        if self.before.source(before) == self.after.source(after) {
            return;
        }
        let mut texts = self.before.children(before).filter(|child| self.before.marks[*child].kind == MarkKind::Text);
        let mut leaves: Vec<usize> = Vec::new();
        let mut others: Vec<usize> = Vec::new();
        for child in self.after.children(after) {
            match self.after.marks[child].kind {
                MarkKind::Leaf => leaves.push(child),
                MarkKind::Text => {
                    if let Some(text) = texts.next() {
                        self.pairs.before_of[child] = Some(text);
                        self.pairs.after_of[text] = Some(child);
                    }
                }
                _ => others.push(child),
            }
        }
        // Of several that stood at one place, the one with the name is meant.
        for named in [true, false] {
            others.retain(|child| {
                let alike = |known: &usize| !named || self.before.name(*known) == self.after.name(*child);
                let known = self.known(*child).filter(|known| self.before.marks[*known].parent == before);
                known.filter(alike).map(|known| self.pair(known, *child)).is_none()
            });
        }
        if !others.is_empty() {
            self.pair_replaced(before, after, &mut others);
        }
        self.strangers.append(&mut others);
        self.pair_leaves(before, &leaves);
    }

    /// Pairs new elements with what stood in their place: what is printed like them, or the only one of their name.
    fn pair_replaced(&mut self, before: usize, after: usize, others: &mut Vec<usize>) {
        let (old, new) = (self.before, self.after);
        let mut free: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut only: HashMap<&str, Option<usize>> = HashMap::new();
        for child in old.children(before).filter(|child| old.marks[*child].kind == MarkKind::Element) {
            only.entry(old.name(child)).and_modify(|only| *only = None).or_insert(Some(child));
            if self.pairs.after_of[child].is_none() {
                free.entry(old.source(child)).or_default().push(child);
            }
        }
        let mut counts: HashMap<&str, usize> = HashMap::new();
        new.children(after).for_each(|child| *counts.entry(new.name(child)).or_default() += 1);
        others.retain(|child| {
            let mark = &new.marks[*child];
            if mark.kind != MarkKind::Element {
                return true;
            }
            let alike = free.get_mut(new.source(*child)).and_then(Vec::pop);
            let name = new.name(*child);
            // What says that it stood somewhere else may be a move from there, unless that is taken: then it is a copy.
            let new_here = self.known(*child).is_none();
            let alone = || only.get(name).copied().flatten().filter(|_| new_here && counts[name] == 1);
            let known = alike.or_else(alone).filter(|known| self.pairs.after_of[*known].is_none());
            known.map(|known| self.pair(known, *child)).is_none()
        });
    }

    /// The part that stood where this one says that it stood, if nothing else has become of it.
    fn known(&self, after: usize) -> Option<usize> {
        let mark = &self.after.marks[after];
        let known = *self.by_span.get(&mark.span).filter(|_| !mark.span.is_empty())?;
        // A remark is what it says; an element may say something else by now.
        let alike = match mark.is_field() {
            true => self.before.marks[known].is_field(),
            false => self.before.source(known) == self.after.source(after),
        };
        (alike && self.pairs.after_of[known].is_none()).then_some(known)
    }

    fn find(&mut self, stranger: usize) {
        let same_name = |known: &usize| self.before.name(*known) == self.after.name(stranger);
        match self.known(stranger).filter(same_name) {
            Some(known) => self.pair(known, stranger),
            None => self.strangers.extend(self.after.children(stranger)),
        }
    }

    /// Leaves have no place of their own: of each name, those that are printed alike are the same, and between them one after the
    /// other.
    fn pair_leaves(&mut self, parent: usize, leaves: &[usize]) {
        let mut old: HashMap<&str, Vec<usize>> = HashMap::new();
        for child in self.before.children(parent).filter(|child| self.before.marks[*child].kind == MarkKind::Leaf) {
            old.entry(self.before.name(child)).or_default().push(child);
        }
        let mut new: HashMap<&str, Vec<usize>> = HashMap::new();
        for leaf in leaves {
            new.entry(self.after.name(*leaf)).or_default().push(*leaf);
        }
        for (name, new) in new {
            let Some(old) = old.get(name) else { continue };
            let (mut from, mut waiting) = (0, Vec::new());
            for leaf in new {
                let alike = |old: &usize| self.before.source(*old) == self.after.source(leaf);
                match old[from..].iter().position(alike) {
                    Some(at) => {
                        self.pair_in_order(&old[from..from + at], &waiting);
                        waiting.clear();
                        self.pair(old[from + at], leaf);
                        from += at + 1;
                    }
                    None => waiting.push(leaf),
                }
            }
            self.pair_in_order(&old[from..], &waiting);
        }
    }

    fn pair_in_order(&mut self, old: &[usize], new: &[usize]) {
        for (old, new) in old.iter().zip(new) {
            self.pair(*old, *new);
        }
    }
}
