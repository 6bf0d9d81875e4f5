//! `dommigrate.toml`: what a directory of definitions wants by default. The command line wins.

use std::fs;
use std::path::{Path, PathBuf};

use domxml_runtime::Version;
use serde::Deserialize;

use crate::cli::{Files, Profile, RuleSelection};
use crate::patterns::Pattern;

/// Name of the file that is looked for.
pub const NAME: &str = "dommigrate.toml";

/// The options that a file may set; an unknown key is an error.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Config {
    profile: Option<Profile>,
    target: Option<String>,
    select: Vec<String>,
    ignore: Vec<String>,
    exclude: Vec<String>,
    unsafe_fixes: bool,
}

/// Fills in what the command line leaves open from the configuration file.
///
/// # Errors
/// One line: the file cannot be read, or says something that makes no sense.
pub fn apply(files: &mut Files, rules: Option<&mut RuleSelection>) -> Result<(), String> {
    let Some(path) = files.config.clone().or_else(|| nearest(&files.paths)) else { return Ok(()) };
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(&path).map_err(|error| wrong(&error))?;
    let config: Config = toml::from_str(&text).map_err(|error| wrong(&error))?;
    let base = path.parent().unwrap_or(Path::new("."));
    files.configured.extend(config.exclude.iter().map(|glob| Pattern::new(base, glob)));
    if let Some(rules) = rules {
        rules.profile = rules.profile.or(config.profile);
        if rules.target.is_none() {
            rules.target = config
                .target
                .map(|target| target.parse::<Version>())
                .transpose()
                .map_err(|error| wrong(&format_args!("target: {error}")))?;
        }
        if rules.select.is_empty() {
            rules.select = config.select;
        }
        rules.ignore.extend(config.ignore);
        rules.unsafe_fixes |= config.unsafe_fixes;
    }
    Ok(())
}

/// The nearest configuration file in the directory of the first path or above it.
fn nearest(paths: &[PathBuf]) -> Option<PathBuf> {
    let first = paths.first().map_or(Path::new("."), PathBuf::as_path);
    let start = fs::canonicalize(first).ok()?;
    start.ancestors().map(|directory| directory.join(NAME)).find(|path| path.is_file())
}
