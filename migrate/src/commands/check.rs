//! `check`: what `upgrade` would say, and what the schema says; nothing is written.

use std::sync::Arc;

use super::{host_of, status_of_findings};
use crate::batch::Documents;
use crate::cli::{Check, Layout};
use crate::judgement::Judge;
use crate::options::Fate;
use crate::report::{Action, FileReport, Findings};
use crate::{batch, config, engine};

pub(super) fn run(mut args: Check) -> Result<u8, String> {
    config::apply(&mut args.files, Some(&mut args.rules))?;
    let mut options = engine::Options::new(&args.rules, args.files.unknown, Some(Layout::Canonical))?;
    options.plan = options.plan.on_host(host_of(&args.host)?.map(Arc::new));
    if options.unknown == Fate::Left {
        // Nothing is written that could be lost.
        options.unknown = Fate::Dropped;
    }
    let judge = Judge::embedded()?;
    let summary = batch::run(&args.files, &args.output, Findings::Result, Documents::Judged, |origin, source| {
        let findings = source.content.findings(&source.text, |text| judge.check(text, &options));
        let action = Action::Unchanged;
        FileReport { label: origin.label(), text: source.text.clone(), findings, action, output: None, features: None }
    })?;
    Ok(status_of_findings(&summary, args.strict))
}
