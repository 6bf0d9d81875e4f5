//! `diff`: whether two documents mean the same to libvirt, and where not.
//!
//! Both are brought into libvirt's own form of the target version; what is left between these is a difference of meaning.

use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::{DONE, FAILED, FOUND, catalogue};
use crate::cli::{Diff, Files, Layout, Profile, RuleSelection, Unknown};
use crate::collect::{Item, collect};
use crate::engine::{self, Options, Outcome};
use crate::features;
use crate::finding::Finding;
use crate::holder::Content;
use crate::input::{self, Origin, Source};

/// What a pair of documents came to.
enum Verdict {
    Same,
    Different(String),
    Failed(String),
    /// Neither is a domain; found in directories.
    PassedOver,
}

pub(super) fn run(args: &Diff) -> Result<u8, String> {
    let options = |profile| {
        let selection = RuleSelection {
            select: Vec::new(),
            ignore: Vec::new(),
            profile: Some(profile),
            // Both forms are of one libvirt: what it knows of newer forms is brought in.
            target: Some(args.target.unwrap_or_else(features::newest)),
            driver: None,
            unsafe_fixes: false,
            live: false,
        };
        Options::new(&selection, Unknown::Keep, Layout::Canonical)
    };
    let (modern, libvirt) = (options(Profile::Modern)?, options(Profile::Libvirt)?);
    let mut text = String::new();
    let (mut same, mut different, mut failed) = (0_usize, 0_usize, 0_usize);
    let found = args.before.is_dir();
    for (before, after) in pairs(&args.before, &args.after)? {
        match compare([&before, &after], found, &modern, &libvirt) {
            Verdict::PassedOver => {}
            Verdict::Same => same += 1,
            Verdict::Different(diff) => {
                different += 1;
                text.push_str(&diff);
            }
            Verdict::Failed(why) => {
                failed += 1;
                crate::complain(&why);
            }
        }
    }
    if !args.output.quiet {
        text.push_str(&format!("{same} same, {different} different, {failed} failed\n"));
    }
    catalogue::print(&text)?;
    Ok(match (failed, different) {
        (1.., _) => FAILED,
        (0, 1..) => FOUND,
        (0, 0) => DONE,
    })
}

/// The files to compare: the two paths, or what two directories hold under the same relative paths.
fn pairs(before: &Path, after: &Path) -> Result<Vec<(PathBuf, PathBuf)>, String> {
    if !before.is_dir() {
        return Ok(vec![(before.to_owned(), after.to_owned())]);
    }
    let mut all = Vec::new();
    for root in [before, after] {
        for item in collect(&Files { paths: vec![root.to_owned()], ..Files::default() })? {
            let path = match &item {
                Item::Document(origin) => origin.path(),
                Item::PassedOver(..) => None,
                Item::Failed(path, error) => return Err(format!("{}: {error}", path.display())),
            };
            if let Some(relative) = path.and_then(|path| path.strip_prefix(root).ok()) {
                all.push(relative.to_owned());
            }
        }
    }
    all.sort();
    all.dedup();
    Ok(all.into_iter().map(|relative| (before.join(&relative), after.join(&relative))).collect())
}

fn compare(paths: [&Path; 2], found: bool, modern: &Options, libvirt: &Options) -> Verdict {
    let mut sources = Vec::new();
    for path in paths {
        match input::read(&Origin::Named(path.to_owned())) {
            Ok(source) => sources.push(source),
            Err(error) => return Verdict::Failed(format!("{}: {error}", path.display())),
        }
    }
    if found && sources.iter().all(|source| matches!(source.content, Content::Other { .. })) {
        return Verdict::PassedOver;
    }
    let mut forms = Vec::new();
    for (path, source) in paths.iter().zip(&sources) {
        match form(source, modern, libvirt) {
            Ok(form) => forms.push(form),
            Err(findings) => {
                let error = engine::first_error_line(&source.text, &findings);
                return Verdict::Failed(format!("{}: {error}", path.display()));
            }
        }
    }
    if forms[0] == forms[1] {
        return Verdict::Same;
    }
    let [a, b] = paths.map(|path| path.display().to_string());
    let diff = TextDiff::from_lines(&forms[0], &forms[1]);
    Verdict::Different(diff.unified_diff().context_radius(2).header(&a, &b).to_string())
}

/// What two documents are compared in: the meaning of each domain; what else a holder says, as it stands.
fn form(source: &Source, modern: &Options, libvirt: &Options) -> Result<String, Vec<Finding>> {
    if let Some(objection) = source.content.objection() {
        return Err(vec![objection]);
    }
    let outcome = source.content.rewrite(&source.text, |text, _| match engine::meaning(text, modern, libvirt) {
        Ok(meaning) => Outcome { findings: Vec::new(), text: Some(meaning), carried_over: true },
        Err(findings) => Outcome { findings, text: None, carried_over: false },
    });
    outcome.text.ok_or(outcome.findings)
}
