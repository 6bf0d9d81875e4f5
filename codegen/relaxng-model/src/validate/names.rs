//! Names as numbers: every name that a schema mentions has a symbol, and all the names it does not mention share one for each
//! namespace that it does.

use rustc_hash::FxHashMap;

use crate::grammar::NameClass;

/// What the name classes of a schema can tell apart of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Symbol(pub(super) u32);

/// A name in a namespace that the schema does not mention.
const ELSEWHERE: Symbol = Symbol(0);

/// The symbols of a schema.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// For each namespace its local names and, under the empty one, the symbol of all others.
    namespaces: FxHashMap<Box<str>, Namespace>,
    /// The names without a namespace, which are most of them.
    without: Namespace,
    /// For each symbol the namespace's number; `None` for a name from elsewhere.
    owners: Vec<Option<u32>>,
    /// How many namespaces there are.
    count: u32,
}

#[derive(Debug, Default)]
struct Namespace {
    number: u32,
    others: Symbol,
    locals: FxHashMap<Box<str>, Symbol>,
}

impl Default for Symbol {
    fn default() -> Self {
        ELSEWHERE
    }
}

impl Names {
    pub(super) fn new() -> Names {
        let mut names = Names { owners: vec![None], ..Names::default() };
        names.without = names.new_namespace();
        names
    }

    fn new_namespace(&mut self) -> Namespace {
        let number = self.count;
        self.count += 1;
        Namespace { number, others: self.new_symbol(number), locals: FxHashMap::default() }
    }

    fn new_symbol(&mut self, namespace: u32) -> Symbol {
        let symbol = Symbol(u32::try_from(self.owners.len()).expect("fewer names than a schema has bytes"));
        self.owners.push(Some(namespace));
        symbol
    }

    /// Makes the namespace known and returns its number.
    fn add_namespace(&mut self, ns: &str) -> u32 {
        if ns.is_empty() {
            return self.without.number;
        }
        if let Some(known) = self.namespaces.get(ns) {
            return known.number;
        }
        let namespace = self.new_namespace();
        let number = namespace.number;
        self.namespaces.insert(ns.into(), namespace);
        number
    }

    /// Gives a name a symbol of its own.
    fn add(&mut self, ns: &str, local: &str) -> Symbol {
        let number = self.add_namespace(ns);
        let fresh = Symbol(u32::try_from(self.owners.len()).expect("fewer names than a schema has bytes"));
        let namespace = match self.namespaces.get_mut(ns) {
            Some(namespace) => namespace,
            None => &mut self.without,
        };
        if let Some(known) = namespace.locals.get(local) {
            return *known;
        }
        namespace.locals.insert(local.into(), fresh);
        self.owners.push(Some(number));
        fresh
    }

    /// The symbol of a name in a document.
    pub(super) fn symbol(&self, ns: Option<&str>, local: &str) -> Symbol {
        let namespace = match ns {
            None | Some("") => &self.without,
            Some(ns) => match self.namespaces.get(ns) {
                Some(namespace) => namespace,
                None => return ELSEWHERE,
            },
        };
        namespace.locals.get(local).copied().unwrap_or(namespace.others)
    }

    /// Compiles a name class. All classes of a schema must have been compiled before any symbol is looked up.
    pub(super) fn compile(&mut self, class: &NameClass) -> Class {
        match class {
            NameClass::Name { ns, local } => Class::Name(self.add(ns, local)),
            NameClass::AnyName(except) => Class::Any(except.as_deref().map(|class| Box::new(self.compile(class)))),
            NameClass::NsName { ns, except } => {
                let number = self.add_namespace(ns);
                Class::Namespace(number, except.as_deref().map(|class| Box::new(self.compile(class))))
            }
            NameClass::Choice(members) => Class::Choice(members.iter().map(|class| self.compile(class)).collect()),
        }
    }

    /// Whether `class` has names with this symbol; it then has all of them.
    pub(super) fn contains(&self, class: &Class, symbol: Symbol) -> bool {
        let excepted = |except: &Option<Box<Class>>| except.as_ref().is_some_and(|class| self.contains(class, symbol));
        match class {
            Class::Name(name) => *name == symbol,
            Class::Any(except) => !excepted(except),
            Class::Namespace(number, except) => self.owners[symbol.0 as usize] == Some(*number) && !excepted(except),
            Class::Choice(members) => members.iter().any(|class| self.contains(class, symbol)),
        }
    }
}

/// A name class over symbols.
#[derive(Debug)]
pub(super) enum Class {
    Name(Symbol),
    Any(Option<Box<Class>>),
    Namespace(u32, Option<Box<Class>>),
    Choice(Vec<Class>),
}
