//! Regular expressions: from the parsed form to an automaton that judges strings.

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::pool::Pool;
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::{Class as HirClass, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition};

use rustc_hash::FxHashSet;

use super::lexical::{NAME_MORE, NAME_START};
use super::regex::{Class, ClassItem, Tree};

type CacheMaker = Box<dyn Fn() -> Cache + Send + Sync>;

/// A compiled expression. Its states are determinised as texts need them; each thread that uses it has its own.
pub(super) struct Automaton(Option<(DFA, Pool<Cache, CacheMaker>)>);

impl Automaton {
    pub(super) fn new(tree: &Tree) -> Automaton {
        let config =
            DFA::config().match_kind(MatchKind::All).skip_cache_capacity_check(true).minimum_cache_clear_count(None);
        let nfa = thompson::Compiler::new()
            .configure(thompson::Config::new().nfa_size_limit(None))
            .build_from_hir(&hir(tree));
        let dfa = nfa.ok().and_then(|nfa| DFA::builder().configure(config).build_from_nfa(nfa).ok());
        // No limit is set and no look-around asked for, so that the building cannot fail; were it to, nothing would match.
        Automaton(dfa.map(|dfa| {
            let for_caches = dfa.clone();
            let maker: CacheMaker = Box::new(move || for_caches.create_cache());
            (dfa, Pool::new(maker))
        }))
    }

    /// Whether the whole of `text` matches.
    pub(super) fn is_match(&self, text: &str) -> bool {
        let Some((dfa, caches)) = &self.0 else { return false };
        let mut cache = caches.get();
        // Every match is looked for, so that the one reported is the longest: it reaches the end or none does.
        let input = Input::new(text).anchored(Anchored::Yes);
        matches!(dfa.try_search_fwd(&mut cache, &input), Ok(Some(found)) if found.offset() == text.len())
    }
}

/// This many pairs of states are looked at to tell whether one automaton includes another.
const MAX_PAIRS: usize = 20_000;

impl Automaton {
    /// Whether all that `other` matches is matched; false too where that takes more than [`MAX_PAIRS`] pairs of states.
    pub(super) fn includes(&self, other: &Automaton) -> bool {
        let (Some((own, own_caches)), Some((theirs, their_caches))) = (&self.0, &other.0) else { return false };
        let (mut own_cache, mut their_cache) = (own_caches.get(), their_caches.get());
        let input = Input::new("").anchored(Anchored::Yes);
        let (Ok(a), Ok(b)) =
            (own.start_state_forward(&mut own_cache, &input), theirs.start_state_forward(&mut their_cache, &input))
        else {
            return false;
        };
        let mut seen = FxHashSet::from_iter([(a, b)]);
        let mut open = vec![(a, b)];
        while let Some((a, b)) = open.pop() {
            let ends = (own.next_eoi_state(&mut own_cache, a), theirs.next_eoi_state(&mut their_cache, b));
            let (Ok(own_end), Ok(their_end)) = ends else { return false };
            if their_end.is_match() && !own_end.is_match() {
                return false;
            }
            for byte in 0..=u8::MAX {
                let Ok(next_b) = theirs.next_state(&mut their_cache, b, byte) else { return false };
                if next_b.is_dead() {
                    continue;
                }
                let Ok(next_a) = own.next_state(&mut own_cache, a, byte) else { return false };
                // States lose their numbers where a cache was cleared.
                let cleared = own_cache.clear_count() + their_cache.clear_count() > 0;
                if cleared || seen.len() > MAX_PAIRS {
                    return false;
                }
                if seen.insert((next_a, next_b)) {
                    open.push((next_a, next_b));
                }
            }
        }
        true
    }
}

impl std::fmt::Debug for Automaton {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Automaton").finish_non_exhaustive()
    }
}

pub(super) fn hir(tree: &Tree) -> Hir {
    match tree {
        Tree::Empty => Hir::empty(),
        Tree::Char(c) => Hir::literal(c.encode_utf8(&mut [0; 4]).as_bytes().to_vec()),
        Tree::Class(class) => Hir::class(HirClass::Unicode(characters(class))),
        Tree::Concat(parts) => Hir::concat(parts.iter().map(hir).collect()),
        Tree::Alternation(parts) => Hir::alternation(parts.iter().map(hir).collect()),
        Tree::Repeat { tree, min, max } => {
            Hir::repetition(Repetition { min: *min, max: *max, greedy: true, sub: Box::new(hir(tree)) })
        }
    }
}

fn characters(class: &Class) -> ClassUnicode {
    let mut set = ClassUnicode::empty();
    for item in &class.items {
        set.union(&item_characters(item));
    }
    if class.negated {
        set.negate();
    }
    if let Some(minus) = &class.minus {
        set.difference(&characters(minus));
    }
    set
}

fn item_characters(item: &ClassItem) -> ClassUnicode {
    let (mut set, negated) = match item {
        ClassItem::Range(low, high) => (ClassUnicode::new([ClassUnicodeRange::new(*low, *high)]), false),
        ClassItem::Category { name, negated } => (category(name), *negated),
        ClassItem::Block { low, high, negated } => (code_points(&[(*low, *high)]), *negated),
        ClassItem::Space { negated } => (code_points(&[(0x20, 0x20), (0x9, 0xA), (0xD, 0xD)]), *negated),
        ClassItem::NameStart { negated } => (name_start(), *negated),
        ClassItem::NameChar { negated } => {
            let mut set = name_start();
            set.union(&code_points(&[(0x2D, 0x2E), (0x30, 0x39)]));
            set.union(&code_points(NAME_MORE));
            (set, *negated)
        }
        ClassItem::Word { negated } => {
            let mut set = category("P");
            set.union(&category("Z"));
            set.union(&category("C"));
            // What is no word character has been collected so far.
            (set, !*negated)
        }
        ClassItem::Dot => (code_points(&[(0xA, 0xA), (0xD, 0xD)]), true),
    };
    if negated {
        set.negate();
    }
    set
}

fn name_start() -> ClassUnicode {
    let mut set = code_points(&[(0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)]);
    set.union(&code_points(NAME_START));
    set
}

/// The characters with these numbers; surrogates at the ends of a range are passed over, as they are no characters.
fn code_points(ranges: &[(u32, u32)]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().filter_map(|&(low, high)| {
        let low = if (0xD800..=0xDFFF).contains(&low) { 0xE000 } else { low };
        let high = if (0xD800..=0xDFFF).contains(&high) { 0xD7FF } else { high };
        let (low, high) = (char::from_u32(low)?, char::from_u32(high)?);
        (low <= high).then(|| ClassUnicodeRange::new(low, high))
    }))
}

fn category(name: &str) -> ClassUnicode {
    let parsed = regex_syntax::parse(&format!("\\p{{{name}}}"));
    match parsed.map(Hir::into_kind) {
        Ok(HirKind::Class(HirClass::Unicode(class))) => class,
        _ => ClassUnicode::empty(),
    }
}
