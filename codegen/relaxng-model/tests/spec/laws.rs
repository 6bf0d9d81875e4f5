//! The laws that [`Kind`] promises, held against every schema at hand.

use std::path::Path;

use relaxng_model::grammar::{Grammar, Kind, Pattern};
use relaxng_model::{FileResolver, load};

use crate::material::material;

/// Finds what breaks the laws.
fn broken(pattern: &Pattern, grammar: &Grammar, found: &mut Vec<String>) {
    let mut law = |holds: bool, what: &str| {
        if !holds {
            let schema = &grammar.schema;
            found.push(format!("{}: {what}", schema.place(schema.node(pattern.origin).location)));
        }
    };
    let is_empty = |pattern: &Pattern| matches!(pattern.kind, Kind::Empty);
    let is_not_allowed = |pattern: &Pattern| matches!(pattern.kind, Kind::NotAllowed);
    match &pattern.kind {
        Kind::Empty | Kind::NotAllowed | Kind::Text | Kind::Value { .. } => {}
        Kind::Choice(members) => {
            law(members.len() > 1, "a choice has two members or more");
            law(!members.iter().any(is_not_allowed), "a choice has no `notAllowed`");
            law(!members.iter().any(|member| matches!(member.kind, Kind::Choice(_))), "a choice is flat");
            law(!members[..members.len() - 1].iter().any(is_empty), "`empty` stands last in a choice");
        }
        Kind::Interleave(members) | Kind::Group(members) => {
            let same = |member: &Pattern| std::mem::discriminant(&member.kind) == std::mem::discriminant(&pattern.kind);
            law(members.len() > 1, "a group has two members or more");
            law(!members.iter().any(is_not_allowed), "a group has no `notAllowed`");
            law(!members.iter().any(is_empty), "a group has no `empty`");
            law(!members.iter().any(same), "a group is flat");
        }
        Kind::OneOrMore(inner) => law(!is_empty(inner) && !is_not_allowed(inner), "what repeats matches something"),
        Kind::List(inner) | Kind::Attribute { pattern: inner, .. } => law(!is_not_allowed(inner), "a list is possible"),
        Kind::Data { except, .. } => {
            law(!except.as_deref().is_some_and(is_not_allowed), "what is excepted is possible");
        }
        Kind::Element { .. } => {}
        Kind::Ref(id) => {
            let target = &grammar.defines[id.0 as usize].pattern;
            law(!is_empty(target) && !is_not_allowed(target), "a reference is to something");
        }
    }
    match &pattern.kind {
        Kind::Choice(members) | Kind::Interleave(members) | Kind::Group(members) => {
            for member in members {
                broken(member, grammar, found);
            }
        }
        Kind::OneOrMore(inner)
        | Kind::List(inner)
        | Kind::Attribute { pattern: inner, .. }
        | Kind::Element { pattern: inner, .. }
        | Kind::Data { except: Some(inner), .. } => broken(inner, grammar, found),
        _ => {}
    }
}

/// All schemas in a directory that load on their own: those that have a `start`.
fn check_directory(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory).expect("the directory can be read");
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".rng"))
        .collect();
    names.sort();
    let mut checked = 0;
    for name in names {
        let text = std::fs::read_to_string(directory.join(&name)).expect("the schema can be read");
        if !text.contains("<start") {
            continue;
        }
        let grammar = load(&FileResolver::in_directory(directory), &name).unwrap_or_else(|errors| panic!("{errors}"));
        let mut found = Vec::new();
        broken(&grammar.start, &grammar, &mut found);
        for define in &grammar.defines {
            broken(&define.pattern, &grammar, &mut found);
        }
        assert!(found.is_empty(), "{name}:\n{}", found.join("\n"));
        let mut names: Vec<&str> = grammar.defines.iter().map(|define| define.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), grammar.defines.len(), "{name}: names of definitions are unique");
        checked += 1;
    }
    checked
}

#[test]
fn canonical_patterns_keep_the_laws() {
    let own = check_directory(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema"));
    assert!(own > 0, "the project's own schema loads");
    let Some(upstream) = material("reference/schemas-11.3.0") else { return };
    let upstream = check_directory(&upstream);
    println!("{upstream} schemas of libvirt and {own} of this project load and keep the laws");
    assert!(upstream > 0, "upstream's schemas load");
}
