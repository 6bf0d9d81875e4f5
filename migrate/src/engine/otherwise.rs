//! From which libvirt on a document is read as the newest one reads it, as far as rows know: some libvirts take a document and make
//! something else of it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use domxml_runtime::Version;

use super::{Options, Outcome, Plan, upgrade};
use crate::features;
use crate::finding::{Finding, Level};
use crate::options::{Driver, Fate, Layout, Profile, Target};
use crate::rules;

/// Something that libvirt reads otherwise before a version.
#[derive(Debug, Clone)]
pub struct Otherwise {
    /// The first libvirt that reads it as the newest one does.
    pub since: Version,
    /// What shows the difference: of the older one, or else of the newer.
    pub finding: Finding,
}

/// What libvirts from this one on read otherwise than the newest.
pub(super) fn otherwise(text: &str, from: Version) -> Vec<Otherwise> {
    let newest = features::newest();
    let (Some(mut older), Some(today)) = (Reading::of(text, from.min(newest)), Reading::of(text, newest)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if older.means(&today) {
        return found;
    }
    for version in EDGES.iter().copied().filter(|edge| *edge > from) {
        let Some(newer) = Reading::of(text, version) else { continue };
        if newer.means(&today) && !older.means(&today) {
            let mut shown = older.lacking(&newer);
            if shown.is_empty() {
                shown = newer.lacking(&older);
            }
            found.extend(shown.into_iter().map(|finding| Otherwise { since: version, finding: finding.clone() }));
        }
        older = newer;
    }
    found
}

/// The versions at which what a row changes begins or ends.
static EDGES: LazyLock<BTreeSet<Version>> = LazyLock::new(|| {
    let rows = rules::all().flat_map(|rule| rule.rows.iter().map(move |row| (rule, row)));
    let changing = rows.filter(|(_, row)| !row.looks(Profile::Libvirt));
    changing.flat_map(|(rule, row)| <[_; 2]>::from(rule.range(row))).flatten().collect()
});

/// What one libvirt makes of a document.
struct Reading {
    findings: Vec<Finding>,
    form: String,
}

impl Reading {
    /// None where that libvirt refuses the document.
    fn of(text: &str, version: Version) -> Option<Self> {
        let Outcome { findings, text, .. } = upgrade(text, &options(version));
        Some(Self { findings, form: text? })
    }

    /// Whether it is the reading of the newest libvirt, or what that makes the same of.
    fn means(&self, today: &Self) -> bool {
        self.form == today.form
            || upgrade(&self.form, &options(features::newest())).text.is_some_and(|form| form == today.form)
    }

    /// What is said here of a rewrite and not there.
    fn lacking<'s>(&'s self, other: &Self) -> Vec<&'s Finding> {
        let same = |finding: &Finding, other: &Finding| finding.rule == other.rule && finding.after == other.after;
        let is_there = |it: &Finding| other.findings.iter().any(|other| other.span == it.span && same(it, other));
        self.findings.iter().filter(|it| it.level > Level::Note && !is_there(it)).collect()
    }
}

/// The form of a libvirt, whatever the schema does not know.
fn options(version: Version) -> Options {
    let target = Target::at(version);
    Options {
        profile: Profile::Libvirt,
        target,
        plan: Plan::of_all(Profile::Libvirt, target, Some(Driver::Test)),
        muted: Vec::new(),
        live: false,
        unknown: Fate::PassedOver,
        layout: Layout::Canonical,
    }
}
