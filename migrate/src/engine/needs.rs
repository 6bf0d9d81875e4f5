//! Which libvirts can read a document, and what they make of it.

use domxml::Domain;
use domxml_runtime::Version;
use domxml_xml::Spare;

use super::findings::{finding, from_notes};
use super::otherwise::{Otherwise, otherwise};
use super::plan::Plan;
use super::reading::{Reading, as_it_stands, read};
use crate::finding::{Finding, Level, ids};
use crate::options::{Driver, Profile, Target, Unknown};
use crate::rule::{Context, Range, Scope};
use crate::{features, locate};

/// What a document asks of a libvirt that is to read it.
#[derive(Debug, Default)]
pub struct Needs {
    /// The features that it uses.
    pub features: Vec<features::Feature>,
    /// From when to when libvirt refuses it all the same: the first release, and the first that takes it again.
    pub refused: Vec<Range>,
    /// What libvirts that take it read otherwise than the newest.
    pub otherwise: Vec<Otherwise>,
}

/// What a document needs.
///
/// # Errors
/// What is wrong with a document that cannot be read.
pub fn needs(text: &str, unknown: Unknown) -> Result<(Needs, Vec<Finding>), Vec<Finding>> {
    let mut spare = Spare::default();
    let (_, mut domain, notes) = read(text, as_it_stands(unknown), &mut spare)?;
    let findings = from_notes(&notes, as_it_stands(unknown));
    let features = features::used(&domain);
    // What a driver refuses is not known by version; what the format refuses is.
    let oldest = features::oldest(&features).unwrap_or_default();
    let target = Target::from(oldest);
    let scope = Scope::of(&domain, target, Some(Driver::Test), false);
    let mut context = Context::new(text, scope, Profile::Modern, false);
    Plan::of_all(Profile::Modern, target, Some(Driver::Test)).run(&mut domain, &mut context);
    let otherwise = otherwise(text, oldest);
    Ok((Needs { features, refused: context.refusals, otherwise }, findings))
}

/// What a document holds that a libvirt does not know; nothing where it cannot be read.
#[must_use]
pub fn newer(text: &str, target: Version) -> Vec<Finding> {
    let mut spare = Spare::default();
    let Ok((original, domain, _)) = read(text, Reading::AsItStands, &mut spare) else { return Vec::new() };
    let mut findings = newer_than_target(&domain, &Target::of(Profile::Modern, Some(target)));
    locate::place(original.tree(), &mut findings);
    findings
}

/// Notes on what the target does not know, as the document stands.
pub(super) fn newer_than_target(domain: &Domain, target: &Target) -> Vec<Finding> {
    if !target.named || target.oldest >= features::newest() {
        return Vec::new();
    }
    let target = target.oldest;
    let used = features::used(domain);
    let newer = features::newer_than(&used, target);
    // What stands in an element that is read past is not looked at.
    let past: Vec<_> = newer.iter().filter(|it| it.is_element() && !it.is_refused()).collect();
    let read_past = |inner: &features::Feature| past.iter().any(|outer| outer.holds(inner));
    newer
        .iter()
        .map(|feature| {
            let mut message = format!("{}: known since libvirt {}, not to {target}", feature.name, feature.since);
            let past = !feature.is_refused();
            if past && feature.needed {
                message.push_str(", which reads past it, and the guest cannot do without");
            }
            let refused = (!past || feature.needed) && !read_past(feature);
            let level = if refused { Level::Error } else { Level::Note };
            finding(ids::NEWER, level, feature.span.range(), String::new(), message)
        })
        .collect()
}
