//! What is asked of the engine, and what follows from it for the writer.

use domxml_runtime::{Defaults, EmptyElements, KeptContent, Newer, OutputOnly, WriteOptions};

use super::plan::Plan;
#[cfg(feature = "cli")]
use crate::cli::RuleSelection;
use crate::finding::ids;
use crate::options::{Fate, Layout, Profile, Target, Unknown};
use crate::rules::{self, COMMENTS_DROPPED};

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Options {
    /// The form to produce.
    pub profile: Profile,
    /// The libvirts that must read it, or whose form is produced.
    pub target: Target,
    /// What is done.
    pub plan: Plan,
    /// Ids of findings of the engine's own that are not wanted: neither told nor acted on.
    pub muted: Vec<&'static str>,
    /// Whether what only a running domain shows is kept.
    pub live: bool,
    /// What becomes of what the schema does not know.
    pub unknown: Fate,
    /// How much is printed anew.
    pub layout: Layout,
}

#[cfg(feature = "cli")]
impl Options {
    /// What the command line asks for. The target is by default the newest libvirt that the schema knows.
    ///
    /// # Errors
    /// When a selection names neither a rule nor a class.
    pub fn new(selection: &RuleSelection, unknown: Option<Unknown>, layout: Option<Layout>) -> Result<Self, String> {
        let profile = selection.profile.unwrap_or_default();
        let target = Target::of(profile, selection.target);
        let selected = rules::select(&selection.select, &selection.ignore, profile, &target)?;
        Ok(Self {
            profile,
            target,
            plan: Plan::new(&selected.rules, profile, &target, selection.driver, selection.unsafe_fixes),
            muted: selected.muted,
            live: selection.live,
            unknown: Fate::of(profile, &target, unknown),
            layout: layout.unwrap_or_else(|| Layout::of(profile)),
        })
    }
}

/// Whether comments stay: libvirt keeps none, so that in its profile a rule takes them away, unless that is to be left out.
pub(super) fn keeps_comments(options: &Options) -> bool {
    options.profile == Profile::Modern || !options.plan.runs(COMMENTS_DROPPED)
}

pub(super) fn write_options(options: &Options) -> WriteOptions {
    let libvirt = options.profile == Profile::Libvirt;
    let muted = |id| options.muted.contains(&id);
    // Whether only what the schema knows is written.
    let is_known = matches!(options.unknown, Fate::Dropped | Fate::Left | Fate::PassedOver) && !muted(ids::UNKNOWN);
    WriteOptions {
        defaults: if muted(ids::DEFAULT) { Defaults::Keep } else { Defaults::Canonical },
        empty: if muted(ids::EMPTY) { EmptyElements::Keep } else { EmptyElements::Drop },
        output_only: match options.profile {
            _ if options.live || muted(ids::LIVE) => OutputOnly::Keep,
            Profile::Modern => OutputOnly::Note,
            Profile::Libvirt => OutputOnly::Drop,
        },
        target: Some(options.target.oldest),
        newer: if libvirt && !muted(ids::NEWER) { Newer::Drop } else { Newer::Keep },
        kept: match (is_known, keeps_comments(options)) {
            _ if !libvirt => KeptContent::Keep,
            (true, true) => KeptContent::Remarks,
            (true, false) => KeptContent::Drop,
            (false, true) => KeptContent::Keep,
            (false, false) => KeptContent::Unknown,
        },
        ..WriteOptions::default()
    }
}
