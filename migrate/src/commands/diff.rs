//! `diff`: whether two documents mean the same to libvirt, and where not.
//!
//! Both are brought into libvirt's own form of the target version; what is left between these is a difference of meaning.

use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::{DONE, FAILED, FOUND, catalogue};
use crate::cli::{Diff, Layout, Profile, RuleSelection, Unknown};
use crate::engine::{self, Options};
use crate::input::{self, Origin};

/// What a pair of documents came to.
enum Verdict {
    Same,
    Different(String),
    Failed(String),
}

pub(super) fn run(args: &Diff) -> Result<u8, String> {
    let options = |profile| {
        let selection = RuleSelection {
            select: Vec::new(),
            ignore: Vec::new(),
            profile: Some(profile),
            target: args.target,
            driver: None,
            unsafe_fixes: false,
            live: false,
        };
        Options::new(&selection, Unknown::Keep, Layout::Canonical)
    };
    let (modern, libvirt) = (options(Profile::Modern)?, options(Profile::Libvirt)?);
    let mut text = String::new();
    let (mut same, mut different, mut failed) = (0_usize, 0_usize, 0_usize);
    for (before, after) in pairs(&args.before, &args.after)? {
        match compare(&before, &after, &modern, &libvirt) {
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
        for origin in input::collect(&[root.to_owned()], &[])? {
            let origin = origin.map_err(|(path, error)| format!("{}: {error}", path.display()))?;
            if let Some(relative) = origin.path().and_then(|path| path.strip_prefix(root).ok()) {
                all.push(relative.to_owned());
            }
        }
    }
    all.sort();
    all.dedup();
    Ok(all.into_iter().map(|relative| (before.join(&relative), after.join(&relative))).collect())
}

fn compare(before: &Path, after: &Path, modern: &Options, libvirt: &Options) -> Verdict {
    let mut forms = Vec::new();
    for path in [before, after] {
        let canonical = read(path).and_then(|text| {
            engine::meaning(&text, modern, libvirt).map_err(|findings| engine::first_error_line(&text, &findings))
        });
        match canonical {
            Ok(form) => forms.push(form),
            Err(error) => return Verdict::Failed(format!("{}: {error}", path.display())),
        }
    }
    if forms[0] == forms[1] {
        return Verdict::Same;
    }
    let (a, b) = (before.display().to_string(), after.display().to_string());
    let diff = TextDiff::from_lines(&forms[0], &forms[1]);
    Verdict::Different(diff.unified_diff().context_radius(2).header(&a, &b).to_string())
}

fn read(path: &Path) -> Result<String, String> {
    if !path.exists() {
        return Err(fs::metadata(path).map_or_else(|error| error.to_string(), |_| String::new()));
    }
    input::read(&Origin::Named(path.to_owned())).map(|source| source.text).map_err(|error| error.to_string())
}
