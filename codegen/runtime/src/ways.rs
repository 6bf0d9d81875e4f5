//! The ways through the types to one of them: who looks for its elements goes nowhere else.

use crate::content::{Content, each_struct_in, each_struct_in_mut};
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

/// Calls `visit` with every `T` in `content`, which may be one itself, in the order of the tables.
pub fn each<T: Content + Described>(content: &dyn Content, mut visit: impl FnMut(&T)) {
    follow(content, &known_routes(content.info(), T::table()), &mut visit);
}

/// As [`each`], to change them.
pub fn each_mut<T: Content + Described>(content: &mut dyn Content, mut visit: impl FnMut(&mut T)) {
    let routes = known_routes(content.info(), T::table());
    follow_mut(content, &routes, &mut visit);
}

fn follow_mut<T: Content>(content: &mut dyn Content, routes: &ByTable<Vec<usize>>, visit: &mut dyn FnMut(&mut T)) {
    if let Some(found) = (content as &mut dyn Any).downcast_mut() {
        visit(found);
    }
    let filled = content.filled();
    for field in routes.get(&address(content.info())).into_iter().flatten().filter(|field| filled.contains(**field)) {
        each_struct_in_mut(content, *field, &mut |inner| follow_mut(inner, routes, visit));
    }
}

fn follow<T: Content>(content: &dyn Content, routes: &ByTable<Vec<usize>>, visit: &mut dyn FnMut(&T)) {
    let any: &dyn Any = content;
    if let Some(found) = any.downcast_ref() {
        visit(found);
    }
    let filled = content.filled();
    for field in routes.get(&address(content.info())).into_iter().flatten().filter(|field| filled.contains(**field)) {
        each_struct_in(content, *field, &mut |inner| follow(inner, routes, visit));
    }
}

/// The routes from one type to another, found once.
fn known_routes(from: &'static TypeInfo, to: &'static TypeInfo) -> Arc<ByTable<Vec<usize>>> {
    type Known = HashMap<(usize, usize), Arc<ByTable<Vec<usize>>>, BuildHasherDefault<Spread>>;
    static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);
    let key = (address(from), address(to));
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    known.unwrap_or_else(|| {
        let found = Arc::new(routes(&ways_from(from), vec![address(to)], |_| true));
        KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
        found
    })
}

/// A field of a type that can hold structs of another.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// Whose field it is.
    pub from: &'static TypeInfo,
    /// Its number.
    pub field: usize,
}

/// The ways that lead to each type from those that a document of one type can hold.
#[must_use]
pub fn ways_from(root: &'static TypeInfo) -> ByTable<Vec<Way>> {
    let mut ways: ByTable<Vec<Way>> = ByTable::default();
    let mut seen: ByTable<()> = ByTable::default();
    let mut left = vec![root];
    while let Some(table) = left.pop() {
        if seen.insert(address(table), ()).is_none() {
            for (field, inner) in table.inner() {
                ways.entry(address(inner)).or_default().push(Way { from: table, field });
                left.push(inner);
            }
        }
    }
    ways
}

/// The numbers of the fields of each type that lead to one of `ends`, by the ways that are `open`.
#[must_use]
pub fn routes(ways: &ByTable<Vec<Way>>, mut ends: Vec<usize>, open: impl Fn(&Way) -> bool) -> ByTable<Vec<usize>> {
    let mut routes: ByTable<Vec<usize>> = ByTable::default();
    while let Some(end) = ends.pop() {
        for way in ways.get(&end).into_iter().flatten().filter(|way| open(way)) {
            let fields = routes.entry(address(way.from)).or_insert_with(|| {
                ends.push(address(way.from));
                Vec::new()
            });
            if !fields.contains(&way.field) {
                fields.push(way.field);
            }
        }
    }
    routes.values_mut().for_each(|fields| fields.sort_unstable());
    routes
}
