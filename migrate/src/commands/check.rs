//! `check`: what `upgrade` would say, and what the schema says; nothing is written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{DONE, FAILED, FOUND, host_of, note_suppressions_around};
use crate::batch::{self, Documents, Unfit};
use crate::cli::{Check, Files, Layout, OutputFormat};
use crate::config::Configs;
use crate::engine;
use crate::holder::Content;
use crate::input::Origin;
use crate::judgement::Judge;
use crate::options::Fate;
use crate::report::{Action, FileReport, Findings};

pub(super) fn run(files: &Files, configs: &Configs) -> Result<u8, String> {
    let args: Check = configs.whole(files)?;
    let items = configs.collect(&args.files)?;
    let by_file = configs.by_file(&items, |args: Check| {
        // Nothing is written, so that no layout need be kept.
        let mut options = engine::Options::new(&args.rules, args.files.unknown, Some(Layout::Canonical))?;
        options.plan = options.plan.on_host(host_of(&args.host)?.map(Arc::new));
        let fate = options.unknown;
        if fate == Fate::Left {
            // Nothing is written that could be lost.
            options.unknown = Fate::Dropped;
        }
        Ok((options, fate, args.strict))
    })?;
    let judge = Judge::embedded()?;
    let failing = AtomicBool::new(false);
    let jobs = args.files.jobs;
    let unfit = |origin: &Origin, id: &str| match by_file.of(origin) {
        Ok(wanted) if wanted.0.muted.contains(&id) => Unfit::PassedOver,
        _ => Unfit::Told,
    };
    let place = Findings::Result;
    let summary = batch::run(items, jobs, &args.output, place, Documents::Judged, unfit, |origin, source| {
        let wanted = by_file.of(origin)?;
        let (options, fate, strict) = &*wanted;
        let mut claims = Vec::new();
        let mut findings = source.content.findings(&source.text, |text| {
            let (findings, own) = judge.check_among_others(text, options);
            claims = own;
            findings
        });
        note_suppressions_around(&mut findings, source, &options.muted);
        if findings.iter().any(|finding| finding.level.fails(*strict)) {
            failing.store(true, Ordering::Relaxed);
        }
        let mut report = FileReport::new(origin.label(), &source.text, findings, Action::Unchanged);
        // A snapshot or the status of a guest tells what it had at a time.
        if source.content == Content::Domain {
            report.claims = claims;
        }
        if args.output.output_format == OutputFormat::Sarif {
            // A report for machines shows how each finding is mended, in the layout of the file.
            let kept = engine::Options { layout: Layout::of(options.profile), unknown: *fate, ..options.clone() };
            let upgrade = |text: &str, depth| engine::upgrade_at(text, &kept, depth);
            report.mended = source.content.rewrite(&source.text, upgrade).text.filter(|new| *new != source.text);
        }
        Ok(report)
    })?;
    Ok(match summary.unfinished() {
        true => FAILED,
        false if failing.load(Ordering::Relaxed) || summary.failing(false) > 0 => FOUND,
        false => DONE,
    })
}
