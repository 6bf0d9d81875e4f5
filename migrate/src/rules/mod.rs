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
use crate::rule::Rule;

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
    domxml_runtime::nearest(id, all().map(|rule| rule.id))
}

/// The rules that run: of the profile, known to the target, selected and not ignored, by id or by class.
///
/// # Errors
/// When a selection names neither a rule nor a class.
pub fn select(
    select: &[String],
    ignore: &[String],
    profile: Profile,
    target: Version,
) -> Result<Vec<&'static Rule>, String> {
    let names = |rule: &Rule, list: &[String]| list.iter().any(|name| name == rule.id || name == rule.class.as_str());
    for name in select.iter().chain(ignore) {
        if !all().any(|rule| names(rule, std::slice::from_ref(name))) {
            let near = near(name).map_or_else(String::new, |id| format!("; did you mean {id}?"));
            return Err(format!("no rule or class is called {name}{near}"));
        }
    }
    Ok(all()
        .filter(|rule| rule.profiles.contains(&profile))
        .filter(|rule| rule.since.is_none_or(|since| since <= target))
        .filter(|rule| select.is_empty() || names(rule, select))
        .filter(|rule| !names(rule, ignore))
        .collect())
}
