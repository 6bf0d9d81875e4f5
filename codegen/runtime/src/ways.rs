//! The ways through the types to one of them: who looks for its elements goes nowhere else.

use crate::content::{Content, each_struct_in, each_struct_in_mut};
use crate::filled::Filled;
use crate::info::TypeInfo;
use crate::table::Described;
use std::any::Any;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::{LazyLock, PoisonError, RwLock};

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
    follow(content, known_routes(content.info(), T::table()), &mut visit);
}

/// As [`each`], to change them.
pub fn each_mut<T: Content + Described>(content: &mut dyn Content, mut visit: impl FnMut(&mut T)) {
    let routes = known_routes(content.info(), T::table());
    follow_mut(content, routes, &mut visit);
}

fn follow_mut<T: Content>(content: &mut dyn Content, routes: &ByTable<Vec<usize>>, visit: &mut dyn FnMut(&mut T)) {
    if let Some(found) = (content as &mut dyn Any).downcast_mut() {
        visit(found);
    }
    let Some(fields) = routes.get(&address(content.info())) else { return };
    let filled = filled_of(content, fields);
    for field in fields.iter().filter(|field| filled.contains(**field)) {
        each_struct_in_mut(content, *field, &mut |inner| follow_mut(inner, routes, visit));
    }
}

fn follow<T: Content>(content: &dyn Content, routes: &ByTable<Vec<usize>>, visit: &mut dyn FnMut(&T)) {
    let any: &dyn Any = content;
    if let Some(found) = any.downcast_ref() {
        visit(found);
    }
    let Some(fields) = routes.get(&address(content.info())) else { return };
    let filled = filled_of(content, fields);
    for field in fields.iter().filter(|field| filled.contains(**field)) {
        each_struct_in(content, *field, &mut |inner| follow(inner, routes, visit));
    }
}

/// Which fields of a struct may hold something, to pass these by: a few are looked into sooner than all of the struct's are asked.
fn filled_of(content: &dyn Content, fields: &[usize]) -> Filled {
    if fields.len() > 4 { content.filled() } else { Filled::ALL }
}

/// What is known of a type, or of two, found once.
type Known<K, V> = LazyLock<RwLock<HashMap<K, &'static V, BuildHasherDefault<Spread>>>>;

/// What is known under a key, found where it is not known yet. It is never given back: there are no more types than the program has.
fn known<K: Eq + Hash, V>(known: &Known<K, V>, key: K, find: impl FnOnce() -> V) -> &'static V {
    let found = known.read().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
    found.unwrap_or_else(|| {
        let found = Box::leak(Box::new(find()));
        known.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(found)
    })
}

/// The routes from one type to another.
fn known_routes(from: &'static TypeInfo, to: &'static TypeInfo) -> &'static ByTable<Vec<usize>> {
    static WAYS: Known<usize, ByTable<Vec<Way>>> = LazyLock::new(RwLock::default);
    static ROUTES: Known<(usize, usize), ByTable<Vec<usize>>> = LazyLock::new(RwLock::default);
    let ways = || known(&WAYS, address(from), || ways_from(from));
    known(&ROUTES, (address(from), address(to)), || routes(ways(), vec![address(to)], |_| true))
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
