//! `check`: what `upgrade` would say, and what the schema says; nothing is written.

use super::status_of_findings;
use crate::cli::{Check, Layout};
use crate::input::Origin;
use crate::report::{Action, FileReport, Findings};
use crate::{batch, config, engine};

pub(super) fn run(mut args: Check) -> Result<u8, String> {
    config::apply(&mut args.files, Some(&mut args.rules))?;
    let options = engine::Options::new(&args.rules, args.files.unknown, Layout::Canonical)?;
    let summary = batch::run(&args.files, &args.output, Findings::Result, |origin, source| {
        let mut findings = engine::upgrade(&source.text, &options).findings;
        let mut action = Action::Unchanged;
        if engine::is_other_document(&findings) && matches!(origin, Origin::Found(_)) {
            findings.clear();
            action = Action::Skipped;
        }
        FileReport { label: origin.label(), text: source.text.clone(), findings, action, output: None }
    })?;
    Ok(status_of_findings(&summary, args.strict))
}
