//! From the full syntax of section 3 to canonical patterns: the rest of section 4.
//!
//! Three steps: `scope` puts grammars together (4.6, 4.7, 4.11, 4.17, 4.18) and turns the syntax into patterns (4.8, 4.9,
//! 4.12 to 4.16); `references` finds what is reached and what is circular (4.19); `canonical` carries out 4.20 and 4.21.

pub(crate) mod canonical;
mod names;
mod patterns;
pub(crate) mod references;
mod scope;

use rustc_hash::FxHashSet;

use crate::error::Errors;
use crate::grammar::{Define, DefineId, Grammar, Kind, Pattern};
use crate::load::Loaded;
use crate::schema::Schema;
use canonical::Outcome;
use scope::Expanded;

/// Patterns of a schema, external references and nested grammars put in, may number this many.
pub const MAX_PATTERNS: usize = 500_000;
/// Patterns may be nested this deep once external references have been put in.
pub const MAX_DEPTH: u32 = 250;

/// Simplifies a loaded schema.
///
/// # Errors
///
/// The errors of loading together with those of section 4.
pub fn simplify(loaded: Loaded) -> Result<Grammar, Errors> {
    let (grammar, errors) = simplify_in_part(loaded);
    match grammar {
        Some(grammar) => errors.into_result(grammar),
        None => Err(errors),
    }
}

/// Simplifies as far as possible. There may be both errors and a grammar, in which `empty` then stands for what is in
/// error. Without errors there is a grammar.
pub(crate) fn simplify_in_part(loaded: Loaded) -> (Option<Grammar>, Errors) {
    if loaded.broken {
        return (None, loaded.errors);
    }
    let Expanded { start, defines, mut errors, exhausted } = scope::expand(&loaded);
    if exhausted {
        return (None, errors);
    }
    let schema = loaded.schema;
    let reached = references::reached(&start, &defines);
    let mut circles = Errors::default();
    let order = references::order(&schema, &defines, &reached, &mut circles);
    if !circles.is_empty() {
        errors.append(circles);
        return (None, errors);
    }
    (Some(canonical_grammar(schema, start, defines, &reached, &order)), errors)
}

/// Carries out 4.20 and 4.21.
fn canonical_grammar(
    schema: Schema,
    start: Pattern,
    defines: Vec<Define>,
    reached: &FxHashSet<DefineId>,
    order: &[DefineId],
) -> Grammar {
    let mut outcomes = vec![Outcome::Other; defines.len()];
    for id in order {
        outcomes[id.0 as usize] = canonical::outcome(&defines[id.0 as usize].pattern, &outcomes);
    }
    let start = canonical::rebuild(start, &outcomes);
    let rebuilt = defines.into_iter().enumerate().map(|(index, define)| {
        let keep = reached.contains(&DefineId(index_u32(index)));
        // What is not reached is dropped below; it may be circular, and has no outcome.
        let pattern =
            if keep { canonical::rebuild(define.pattern, &outcomes) } else { canonical::empty(define.origin) };
        Define { pattern, ..define }
    });
    let defines: Vec<Define> = rebuilt.collect();
    numbered_anew(Grammar { start, defines, schema })
}

/// Drops the definitions that `start` does not reach (any more), puts the others in the order of the files and makes
/// their names unique.
fn numbered_anew(grammar: Grammar) -> Grammar {
    let Grammar { mut start, defines, schema } = grammar;
    let reached = references::reached(&start, &defines);
    let mut order: Vec<DefineId> = reached.iter().copied().collect();
    order.sort_by_key(|id| (defines[id.0 as usize].origin, *id));
    let mut numbers = vec![DefineId(0); defines.len()];
    for (number, id) in order.iter().enumerate() {
        numbers[id.0 as usize] = DefineId(index_u32(number));
    }
    let mut kept: Vec<(DefineId, Define)> =
        defines.into_iter().enumerate().map(|(index, define)| (numbers[index], define)).collect();
    let mut index = 0;
    kept.retain(|_| {
        index += 1;
        reached.contains(&DefineId(index_u32(index - 1)))
    });
    // Outer grammars were numbered before inner ones: theirs is the first right to a name.
    let authors: FxHashSet<String> = kept.iter().map(|(_, define)| define.name.clone()).collect();
    let mut taken: FxHashSet<String> = FxHashSet::default();
    for (_, define) in &mut kept {
        let mut suffix = 2;
        let mut name = define.name.clone();
        while taken.contains(&name) || (name != define.name && authors.contains(&name)) {
            name = format!("{}_{suffix}", define.name);
            suffix += 1;
        }
        taken.insert(name.clone());
        define.name = name;
    }
    kept.sort_by_key(|(number, _)| *number);
    let mut defines: Vec<Define> = kept.into_iter().map(|(_, define)| define).collect();
    renumber(&mut start, &numbers);
    for define in &mut defines {
        renumber(&mut define.pattern, &numbers);
    }
    Grammar { start, defines, schema }
}

fn renumber(pattern: &mut Pattern, numbers: &[DefineId]) {
    match &mut pattern.kind {
        Kind::Empty | Kind::NotAllowed | Kind::Text | Kind::Value { .. } | Kind::Data { .. } => {}
        Kind::Ref(id) => *id = numbers[id.0 as usize],
        Kind::Choice(members) | Kind::Interleave(members) | Kind::Group(members) => {
            for member in members {
                renumber(member, numbers);
            }
        }
        Kind::OneOrMore(inner)
        | Kind::List(inner)
        | Kind::Attribute { pattern: inner, .. }
        | Kind::Element { pattern: inner, .. } => renumber(inner, numbers),
    }
}

/// Numbers of definitions stay below [`MAX_PATTERNS`].
fn index_u32(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
