//! Which rules run: those that users select, by id or by class, and those that have something to say.

use super::{Class, Rule};
use crate::finding::ids;
use crate::options::{Profile, Target};
use crate::rules::{all, find};

/// The id or class nearest to a misspelt one.
#[must_use]
pub fn near(id: &str) -> Option<&'static str> {
    let rules = all().flat_map(|rule| [rule.id, rule.class.as_str()]);
    domxml_runtime::nearest(id, rules.chain(ids::ALL.iter().flat_map(|own| [own.id, own.class.as_str()])))
}

/// Whether something is the id of a rule or of a finding that no rule makes, or a class.
#[must_use]
pub fn is_known(name: &str) -> bool {
    let own = || ids::ALL.iter().any(|own| own.id == name || own.class.as_str() == name);
    all().any(|rule| rule.id == name || rule.class.as_str() == name) || own()
}

/// Whether what has this id is of the class of this name.
#[must_use]
pub fn is_of_class(id: &str, class: &str) -> bool {
    let of = find(id).map(|rule| rule.class).or_else(|| ids::find(id).map(|own| own.class));
    of.is_some_and(|of| of.as_str() == class)
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

/// The rules that run: with something to say in the profile and to the target, selected and not ignored, by id or by class.
///
/// # Errors
/// When a selection names neither a rule nor a class.
pub fn select(select: &[String], ignore: &[String], profile: Profile, target: &Target) -> Result<Selected, String> {
    let named = |id: &str, class: Class, list: &[String]| list.iter().any(|name| name == id || name == class.as_str());
    for name in select.iter().chain(ignore) {
        if !is_known(name) {
            let near = near(name).map_or_else(String::new, |id| format!("; did you mean '{id}'?"));
            return Err(format!("no rule or class is called '{name}'{near}"));
        }
    }
    let wanted = |id: &str, class: Class| {
        (select.is_empty() || ALWAYS.contains(&id) || named(id, class, select)) && !named(id, class, ignore)
    };
    Ok(Selected {
        rules: all().filter(|rule| rule.concerns(profile, target)).filter(|rule| wanted(rule.id, rule.class)).collect(),
        muted: ids::ALL.iter().filter(|own| !wanted(own.id, own.class)).map(|own| own.id).collect(),
    })
}
