//! The ways through the types to one of them: who looks for its elements goes nowhere else.

use crate::content::{Content, each_struct_in};
use crate::info::TypeInfo;
use crate::table::Described;
use std::any::Any;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// By the address of its table, which is one for each type.
pub type ByTable<V> = HashMap<usize, V, BuildHasherDefault<Spread>>;

/// The key of a type in a [`ByTable`].
#[must_use]
pub fn address(table: &'static TypeInfo) -> usize {
    std::ptr::from_ref(table).addr()
}

/// Addresses are spread well enough when multiplied once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, address: usize) {
        self.0 = (self.0 ^ address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The numbers of the fields of each type that lead to another one.
type Ways = ByTable<Vec<usize>>;

/// Calls `visit` with every `T` in `content`, which may be one itself, in the order of the tables.
pub fn each<T: Content + Described>(content: &dyn Content, mut visit: impl FnMut(&T)) {
    follow(content, &ways(content.info(), T::table()), &mut visit);
}

fn follow<T: Content>(content: &dyn Content, ways: &Ways, visit: &mut dyn FnMut(&T)) {
    let any: &dyn Any = content;
    if let Some(found) = any.downcast_ref() {
        visit(found);
    }
    for field in ways.get(&address(content.info())).into_iter().flatten() {
        each_struct_in(content, *field, &mut |inner| follow(inner, ways, visit));
    }
}

/// The ways from one type to another, found once.
fn ways(from: &'static TypeInfo, to: &'static TypeInfo) -> Arc<Ways> {
    type Known = HashMap<(usize, usize), Arc<Ways>>;
    static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);
    let key = (address(from), address(to));
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    known.unwrap_or_else(|| {
        let found = Arc::new(find(from, address(to)));
        KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
        found
    })
}

fn find(from: &'static TypeInfo, to: usize) -> Ways {
    // Who holds each type, and in which field.
    let mut holders: ByTable<Vec<(usize, usize)>> = ByTable::default();
    let mut seen: ByTable<()> = ByTable::default();
    let mut left = vec![from];
    while let Some(table) = left.pop() {
        if seen.insert(address(table), ()).is_none() {
            for (field, inner) in table.inner() {
                holders.entry(address(inner)).or_default().push((address(table), field));
                left.push(inner);
            }
        }
    }
    let mut ways = Ways::default();
    let mut ends = vec![to];
    while let Some(end) = ends.pop() {
        for (holder, field) in holders.get(&end).into_iter().flatten() {
            let fields = ways.entry(*holder).or_insert_with(|| {
                ends.push(*holder);
                Vec::new()
            });
            if !fields.contains(field) {
                fields.push(*field);
            }
        }
    }
    ways.values_mut().for_each(|fields| fields.sort_unstable());
    ways
}
