//! The rules, one a file, by chapter of the format; and their registry.

mod chardev;
mod common;
mod cpu;
mod devices;
mod domain;
mod graphics;
mod hostdev;
mod live;
mod network;
mod security;
mod storage;

pub(crate) use domain::{FOREIGN_EXTENSION, foreign_extension};

use domxml_runtime::Version;

use crate::cli::Profile;
use crate::finding::ids;
use crate::rule::{Class, Rule};

/// The chapters, in the order in which they run; within a chapter the order of its list.
static CHAPTERS: [&[&Rule]; 10] = [
    live::RULES,
    domain::RULES,
    cpu::RULES,
    storage::RULES,
    network::RULES,
    chardev::RULES,
    graphics::RULES,
    hostdev::RULES,
    devices::RULES,
    security::RULES,
];

/// Every rule, in the order in which they run.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    CHAPTERS.into_iter().flatten().copied()
}

/// The rule with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// The id nearest to a misspelt one.
#[must_use]
pub fn near(id: &str) -> Option<&'static str> {
    domxml_runtime::nearest(id, all().map(|rule| rule.id).chain(ids::ALL.iter().map(|own| own.id)))
}

/// What a selection comes to.
#[derive(Debug, Clone)]
pub struct Selected {
    /// The rules that run, in their order.
    pub rules: Vec<&'static Rule>,
    /// The ids of findings that no rule makes and that are not wanted.
    pub muted: Vec<&'static str>,
}

/// What is left of a document that cannot be read, whatever was selected; only `--ignore` passes over it.
const ALWAYS: [&str; 3] = [ids::IO, ids::SYNTAX, ids::NOT_A_DOMAIN];

/// The rules that run: of the profile, known to the target, selected and not ignored, by id or by class.
///
/// # Errors
/// When a selection names neither a rule nor a class.
pub fn select(select: &[String], ignore: &[String], profile: Profile, target: Version) -> Result<Selected, String> {
    let named = |id: &str, class: Class, list: &[String]| list.iter().any(|name| name == id || name == class.as_str());
    for name in select.iter().chain(ignore) {
        let name = std::slice::from_ref(name);
        let known = all().any(|rule| named(rule.id, rule.class, name))
            || ids::ALL.iter().any(|own| named(own.id, own.class, name));
        if !known {
            let near = near(&name[0]).map_or_else(String::new, |id| format!("; did you mean {id}?"));
            return Err(format!("no rule or class is called {}{near}", name[0]));
        }
    }
    let wanted = |id: &str, class: Class| {
        (select.is_empty() || ALWAYS.contains(&id) || named(id, class, select)) && !named(id, class, ignore)
    };
    Ok(Selected {
        rules: all()
            .filter(|rule| rule.profiles.contains(&profile))
            .filter(|rule| rule.since.is_none_or(|since| since <= target))
            .filter(|rule| wanted(rule.id, rule.class))
            .collect(),
        muted: ids::ALL.iter().filter(|own| !wanted(own.id, own.class)).map(|own| own.id).collect(),
    })
}
