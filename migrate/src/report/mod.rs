//! Printing findings: for people, as JSON, as GitHub annotations, as SARIF.

mod github;
mod json;
mod sarif;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use crate::claim::Claim;
use crate::cli::{Output, OutputFormat};
use crate::finding::{Finding, Level};

pub use domxml_xml::visible;

/// The version of the JSON that commands print: it grows where a key changes its meaning or goes.
pub const JSON_VERSION: u32 = 1;

/// A path without steps that lead nowhere, as those of what is found in `.` begin with one: services that show findings beside the lines of
/// a repository know its files without.
fn direct(path: &Path) -> PathBuf {
    path.components().filter(|step| *step != Component::CurDir).collect()
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Nothing was to be done.
    Unchanged,
    /// Rewritten, or printed anew to standard output.
    Rewritten,
    /// Would be rewritten, had the call allowed it.
    WouldRewrite,
    /// Passed over: no domain, and found in a directory; or what is wrong with it was to be ignored.
    Skipped,
    /// Could not be done and was left.
    Failed,
}

/// The features that a file uses.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Features {
    /// The oldest libvirt that can read it; none where any can, or where it cannot be told.
    pub oldest_libvirt: Option<String>,
    /// Whether it can be told: it holds nothing that is unknown.
    pub certain: bool,
    /// Newer ones that refuse it, each from a release to the last before one that takes it again, or to none.
    pub refused_by: Vec<Refused>,
    /// What it uses, newest first.
    pub features: Vec<Feature>,
}

/// Releases of libvirt that refuse a file which an older one takes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Refused {
    /// The first of them.
    pub from: String,
    /// The first behind them; none where none takes it again.
    pub before: Option<String>,
}

/// A feature with all its uses counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Feature {
    /// The first libvirt that knows it.
    pub since: String,
    /// As `disk/driver/@cache`.
    pub feature: String,
    /// How often it stands in the file.
    pub uses: usize,
}

/// Everything about one file.
#[derive(Debug, Clone)]
pub struct FileReport {
    /// The path as given, or `<stdin>`.
    pub label: String,
    /// The path in its own bytes; none for standard input and where the label says it all.
    pub path: Option<PathBuf>,
    /// The decoded text; empty where it could not be read.
    pub text: String,
    /// What was found, in the order of the file.
    pub findings: Vec<Finding>,
    /// What became of it.
    pub action: Action,
    /// What the command prints on standard output for it: a diff, the new document, ...
    pub output: Option<Vec<u8>>,
    /// What `info` says of it.
    pub features: Option<Features>,
    /// The text as it is rewritten, or would be, where the report is to show how each finding is mended.
    pub mended: Option<String>,
    /// What the guest has for itself, until it is known what others have.
    pub claims: Vec<Claim>,
}

impl FileReport {
    /// Of a file that was read.
    #[must_use]
    pub fn new(label: String, text: &str, findings: Vec<Finding>, action: Action) -> Self {
        let text = text.to_owned();
        Self {
            label,
            path: None,
            text,
            findings,
            action,
            output: None,
            features: None,
            mended: None,
            claims: Vec::new(),
        }
    }

    /// Whether a finding is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Error)
    }
}

/// Counts over all files.
#[derive(Debug, Clone, Default, serde::Serialize, schemars::JsonSchema)]
pub struct Summary {
    /// Files looked at.
    pub files: usize,
    /// Files rewritten.
    pub rewritten: usize,
    /// Files that would be rewritten.
    pub would_rewrite: usize,
    /// Files passed over.
    pub skipped: usize,
    /// Files that could not be done.
    pub failed: usize,
    /// Findings by level.
    pub levels: BTreeMap<Level, usize>,
    /// Findings by rule.
    pub rules: BTreeMap<String, usize>,
    /// Whether something was found that fails `check` and that no rewriting mends.
    #[serde(skip)]
    pub stays: bool,
    /// Whether not all of it could be printed.
    #[serde(skip)]
    pub unsaid: bool,
}

impl Summary {
    /// Findings that `check` fails for.
    #[must_use]
    pub fn failing(&self, strict: bool) -> usize {
        self.levels.iter().filter(|(level, _)| level.fails(strict)).map(|(_, count)| count).sum()
    }

    /// Whether a file could not be done, or what became of one could not be said.
    #[must_use]
    pub fn unfinished(&self) -> bool {
        self.failed > 0 || self.unsaid
    }

    /// Counts one more file.
    pub fn add(&mut self, report: &FileReport) {
        self.files += 1;
        let mended = |finding: &Finding| finding.after.is_some() && report.action != Action::Failed;
        self.stays |= report.findings.iter().any(|finding| match finding.level {
            Level::Error => true,
            Level::Invalid => !mended(finding),
            _ => false,
        });
        match report.action {
            Action::Unchanged => {}
            Action::Rewritten => self.rewritten += 1,
            Action::WouldRewrite => self.would_rewrite += 1,
            Action::Skipped => self.skipped += 1,
            Action::Failed => self.failed += 1,
        }
        for finding in &report.findings {
            *self.levels.entry(finding.level).or_default() += 1;
            *self.rules.entry(finding.rule.clone().into_owned()).or_default() += 1;
        }
    }
}

/// Takes reports file by file.
pub trait Reporter {
    /// One file is done.
    ///
    /// # Errors
    /// When it cannot be written.
    fn file(&mut self, report: &FileReport, out: &mut dyn Write, diagnostics: &mut dyn Write) -> io::Result<()>;

    /// All files are done.
    ///
    /// # Errors
    /// When it cannot be written.
    fn finish(&mut self, summary: &Summary, out: &mut dyn Write, diagnostics: &mut dyn Write) -> io::Result<()>;
}

/// Where findings go: they are the result of `check`, `validate` and the like, and comments on the result of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Findings {
    /// They are the result: standard output.
    Result,
    /// The result is the output of each file, a document or a diff: standard error.
    Aside,
}

/// The JSON Schema of what `--output-format json` prints, whatever the command.
///
/// # Errors
/// Never.
pub fn json_schema() -> Result<String, String> {
    let schema = schemars::schema_for!(json::Report);
    Ok(serde_json::to_string_pretty(&schema).map_err(|error| error.to_string())? + "\n")
}

/// A word in a colour of the terminal, by its code, where colours are wanted.
#[must_use]
pub fn coloured(word: &str, code: u8, colours: bool) -> String {
    if colours { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() }
}

/// The reporter for the format asked for.
#[must_use]
pub fn reporter(options: &Output, styled: bool) -> Box<dyn Reporter + Send> {
    match options.output_format {
        OutputFormat::Text | OutputFormat::Concise => Box::new(text::Text::new(options, styled)),
        OutputFormat::Json => Box::new(json::Json::default()),
        OutputFormat::Github => Box::new(github::Github),
        OutputFormat::Sarif => Box::new(sarif::Sarif::default()),
    }
}
