//! The command line: what can be said on it, and nothing of what is done about it.

mod help;

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domxml_runtime::Version;

use crate::input::is_stdin;
use crate::output::{self, HardLinks, Owner};

pub use crate::options::{Driver, Layout, Profile, Unknown};

/// Upgrade, check, format, validate and explain libvirt domain XML.
#[derive(Debug, Parser)]
#[command(name = "dommigrate", version = version(), about, after_help = after_help(), max_term_width = 100)]
#[command(args_override_self = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The version, with that of the format.
fn version() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| format!("{} (the domain format up to libvirt {})", env!("CARGO_PKG_VERSION"), domxml::NEWEST));
    &TEXT
}

/// What the command as a whole has to say at its end.
fn after_help() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        format!(
            "{}\n\n{}\n\nThe format is known up to libvirt {}.",
            help::STATUS,
            domxml_xml::limits::SUMMARY,
            domxml::NEWEST
        )
    });
    &TEXT
}

/// A version that is no newer than the format that is known.
fn known_version(text: &str) -> Result<Version, String> {
    let version: Version = text.parse().map_err(|error| format!("{error}"))?;
    if version > domxml::NEWEST {
        return Err(format!("the format is known up to libvirt {}", domxml::NEWEST));
    }
    Ok(version)
}

/// The N of `--jobs`.
fn jobs(text: &str) -> Result<usize, &'static str> {
    text.parse().map_err(|_| "a whole number from 0 on is expected; 0: one for each core")
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Rewrite legacy forms to the current canonical form, in place
    #[command(after_help = help::UPGRADE)]
    Upgrade(Upgrade),
    /// Report legacy forms and invalid documents; change nothing
    #[command(after_help = help::CHECK)]
    Check(Check),
    /// Lay files out; no rule runs
    #[command(after_help = help::FMT)]
    Fmt(Fmt),
    /// Judge files against the embedded schema, or any RELAX NG schema
    #[command(after_help = help::VALIDATE)]
    Validate(Validate),
    /// Print the features that files use and the oldest libvirt that can read them
    #[command(after_help = help::INFO)]
    Info(Info),
    /// Tell whether two documents mean the same to libvirt, and where not
    #[command(after_help = help::DIFF)]
    Diff(Diff),
    /// Tell whether a definition is what libvirt made of another, or someone changed it
    #[command(after_help = help::DRIFT)]
    Drift(Drift),
    /// Convert a definition between XML, JSON and YAML
    #[command(after_help = help::CONVERT)]
    Convert(Convert),
    /// Print values of a definition
    #[command(after_help = help::GET)]
    Get(Get),
    /// Set values of a definition, in place
    #[command(after_help = help::SET)]
    Set(Set),
    /// List the rules
    #[command(after_help = help::RULES)]
    Rules(Rules),
    /// Explain a rule, a class of them, or an element, an attribute or a value of the format
    #[command(after_help = help::EXPLAIN)]
    Explain(Explain),
    /// Serve an editor: the language server, over standard input and output
    #[command(after_help = help::LSP)]
    Lsp(Lsp),
    /// Print a completion script for a shell
    #[command(after_help = help::COMPLETIONS)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write all of them to a directory
    #[command(after_help = help::MAN)]
    Man {
        /// Write a page for each command here
        #[arg(value_name = "DIR")]
        directory: Option<PathBuf>,
    },
    /// Print the JSON Schema of what the commands print, or of a definition
    #[command(after_help = help::SCHEMA)]
    Schema {
        /// Of what
        #[arg(value_enum)]
        of: Schema,
    },
}

/// Arguments of `upgrade`.
#[derive(Debug, Args)]
pub struct Upgrade {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// Which rules.
    #[command(flatten)]
    pub rules: RuleSelection,
    /// How results are written.
    #[command(flatten)]
    pub write: Write,
    /// How findings are printed.
    #[command(flatten)]
    pub output: Output,
    /// How much of a file is touched. Default: keep, in profile `libvirt` canonical
    #[arg(long, value_enum, help_heading = "Rewriting")]
    pub layout: Option<Layout>,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// Which rules.
    #[command(flatten)]
    pub rules: RuleSelection,
    /// Fail for copies and left-out defaults too: for everything that upgrade would rewrite
    #[arg(long, help_heading = "Rules")]
    pub strict: bool,
    /// What the host says of itself: the output of `virsh capabilities` or `virsh domcapabilities` (may be repeated)
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub host: Vec<PathBuf>,
    /// How findings are printed.
    #[command(flatten)]
    pub output: Output,
}

/// Arguments of `fmt`.
#[derive(Debug, Args)]
pub struct Fmt {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// How results are written.
    #[command(flatten)]
    pub write: Write,
    /// How findings are printed.
    #[command(flatten)]
    pub output: Output,
    /// `canonical`: as libvirt prints it; `keep`: only the indentation of lines, in the file's own steps
    #[arg(long, value_enum, value_name = "LAYOUT", default_value_t = Layout::Canonical, hide_possible_values = true)]
    #[arg(help_heading = "Rewriting")]
    pub layout: Layout,
}

/// Arguments of `validate`.
#[derive(Debug, Args)]
pub struct Validate {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// Judge by this RELAX NG schema (compact syntax: FILE.rnc) instead of the embedded one
    #[arg(long, value_name = "FILE.rng")]
    pub schema: Option<PathBuf>,
    /// Report also what this libvirt does not know yet
    #[arg(long, value_name = "VERSION", value_parser = known_version)]
    pub target: Option<Version>,
    /// How findings are printed.
    #[command(flatten)]
    pub output: Output,
}

/// Arguments of `info`.
#[derive(Debug, Args)]
pub struct Info {
    /// Which files.
    #[command(flatten)]
    pub files: Files,
    /// How findings are printed.
    #[command(flatten)]
    pub output: Output,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The first file or directory; `-`: standard input
    pub before: PathBuf,
    /// The second file or directory; `-`: standard input
    pub after: PathBuf,
    /// The libvirt whose reading decides
    #[arg(long, value_name = "VERSION", value_parser = known_version)]
    pub target: Option<Version>,
    /// Read options from this file; default: the nearest dommigrate.toml above the first path
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How findings are printed.
    #[command(flatten)]
    pub output: Output,
}

/// Arguments of `drift`.
#[derive(Debug, Args)]
pub struct Drift {
    /// What was asked for: a file, a directory, or `-` for standard input
    pub desired: PathBuf,
    /// What stands there: a file, a directory, or `-`, as for `virsh dumpxml`
    pub actual: PathBuf,
    /// The libvirt whose reading decides
    #[arg(long, value_name = "VERSION", value_parser = known_version)]
    pub target: Option<Version>,
    /// Leave out paths that match this pattern (as in a .gitignore; may be repeated)
    #[arg(long, value_name = "GLOB", help_heading = "Files")]
    pub exclude: Vec<String>,
    /// How many files to work on at the same time; 0: one for each core
    #[arg(long, short = 'j', value_name = "N", default_value_t = 0, value_parser = jobs, allow_negative_numbers = true)]
    #[arg(help_heading = "Files")]
    pub jobs: usize,
    /// What the host says of itself: the output of `virsh capabilities` or `virsh domcapabilities` (may be repeated)
    #[arg(long, value_name = "FILE")]
    pub host: Vec<PathBuf>,
    /// Read options from this file; default: the nearest dommigrate.toml above the first path
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How differences are printed.
    #[command(flatten)]
    pub output: Output,
}

/// Arguments of `convert`.
#[derive(Debug, Args)]
pub struct Convert {
    /// The file; none or `-`: standard input
    pub path: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub to: Syntax,
    /// What the file is. Default: by its name, else by how it begins
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub from: Option<Syntax>,
}

/// How a definition is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Syntax {
    /// XML, as libvirt lays it out
    Xml,
    /// JSON
    Json,
    /// YAML
    Yaml,
}

/// Arguments of `get`.
#[derive(Debug, Args)]
pub struct Get {
    /// The file; `-`: standard input
    pub file: PathBuf,
    /// What to print, as `devices/disk[2]/target/@dev`; everything where none is given
    #[arg(value_name = "PATH")]
    pub paths: Vec<String>,
}

/// Arguments of `set`.
#[derive(Debug, Args)]
pub struct Set {
    /// The file; `-`: standard input, and the result goes to standard output
    pub file: PathBuf,
    /// What to set, as `devices/disk[2]/target/@dev=vdb`
    #[arg(value_name = "PATH=VALUE", value_parser = assignment, required_unless_present = "unset")]
    pub values: Vec<(String, String)>,
    /// Remove an attribute, a text, or an element with all that is in it (may be repeated)
    #[arg(long, value_name = "PATH")]
    pub unset: Vec<String>,
    /// Read options from this file; default: the nearest dommigrate.toml above the file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How results are written.
    #[command(flatten)]
    pub write: Write,
    /// How findings are printed.
    #[command(flatten)]
    pub output: Output,
}

/// A path and a value.
fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((path, value)) if !path.is_empty() => Ok((path.to_owned(), value.to_owned())),
        _ => Err("a path, = and the value is expected, as memory/@unit=GiB".to_owned()),
    }
}

/// Arguments of `rules`.
#[derive(Debug, Args)]
pub struct Rules {
    /// How to print the list
    #[arg(long, value_enum, default_value_t)]
    pub output_format: ListFormat,
    /// List what the QEMU driver fills in and `drift` therefore allows, instead of the rules
    #[arg(long)]
    pub drift: bool,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The rule, or a class of them; or the end of a path to an element, an attribute or a value of the format, as `disk`, `devices/disk/driver`,
    /// `disk/driver/@cache`, `disk/@type=network`
    pub subject: String,
}

/// Arguments of `lsp`.
#[derive(Debug, Default, Args)]
pub struct Lsp {
    /// Which rules.
    #[command(flatten)]
    pub rules: RuleSelection,
    /// What the host says of itself: the output of `virsh capabilities` or `virsh domcapabilities` (may be repeated)
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub host: Vec<PathBuf>,
    /// What to do with elements, attributes and values that the schema does not know
    #[arg(long, value_enum)]
    pub unknown: Option<Unknown>,
    /// How documents are laid out and upgraded. Default: laid out canonically, as fmt does, and upgraded in their own layout
    #[arg(long, value_enum)]
    pub layout: Option<Layout>,
    /// Read options from this file; default: the nearest dommigrate.toml above each file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Standard input and output, which it is anyway: some editors say so
    #[arg(long, hide = true)]
    pub stdio: bool,
}

/// Which files, and how they are read.
#[derive(Debug, Clone, Default, Args)]
pub struct Files {
    /// Files and directories; directories are searched for *.xml, but for what is hidden. None or `-`: standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Search directories for this pattern instead of *.xml (may be repeated)
    #[arg(long, value_name = "GLOB", help_heading = "Files")]
    pub include: Vec<String>,
    /// Leave out paths that match this pattern, named ones too (as in a .gitignore; may be repeated)
    #[arg(long, value_name = "GLOB", help_heading = "Files")]
    pub exclude: Vec<String>,
    /// Leave out what .gitignore files leave out
    #[arg(long, help_heading = "Files")]
    pub respect_gitignore: bool,
    /// Read more paths from this file, one on each line; `-`: from standard input
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub files_from: Option<PathBuf>,
    /// The paths of --files-from end in null characters (as those of `find -print0`)
    #[arg(long, short = '0', requires = "files_from", help_heading = "Files")]
    pub null: bool,
    /// What to do with elements, attributes and values that the schema does not know [default: keep; in profile libvirt: drop what the
    /// --target drops, leave the file without one]
    #[arg(long, value_enum, help_heading = "Files")]
    pub unknown: Option<Unknown>,
    /// How many files to work on at the same time; 0: one for each core
    #[arg(long, short = 'j', value_name = "N", default_value_t = 0, value_parser = jobs, allow_negative_numbers = true)]
    #[arg(help_heading = "Files")]
    pub jobs: usize,
    /// Read options from this file. Default: for each file the nearest dommigrate.toml above it
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub config: Option<PathBuf>,
}

impl Files {
    /// Whether a document comes from standard input.
    #[must_use]
    pub fn read_stdin(&self) -> bool {
        let named = self.paths.iter().any(|path| is_stdin(path));
        named || self.paths.is_empty() && self.files_from.is_none()
    }

    /// Whether what is printed of a file has to say of which.
    #[must_use]
    pub fn may_be_many(&self) -> bool {
        self.paths.len() > 1 || self.files_from.is_some() || self.paths.iter().any(|path| path.is_dir())
    }
}

/// Which rules run, and for which libvirt.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Rules")]
pub struct RuleSelection {
    /// Run only these rules (ids or classes, separated by commas; may be repeated)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Leave these rules out (ids or classes, separated by commas; may be repeated)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// The form to produce: `modern` leaves no legacy form, `libvirt` is exactly what libvirt prints
    #[arg(long, value_enum)]
    pub profile: Option<Profile>,
    /// The oldest libvirt that must read the result: newer forms up to it come too. Default: 6.0.0, and all newer ones that can read
    /// the original. In profile `libvirt` the version whose form is produced; default: the newest that is known
    #[arg(long, value_name = "VERSION", value_parser = known_version)]
    pub target: Option<Version>,
    /// The driver that reads the result; default: the one that the document's type asks for
    #[arg(long, value_enum, value_name = "NAME", hide_possible_values = true)]
    pub driver: Option<Driver>,
    /// Run also rules that can change what a guest sees or lose information
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Keep what only a running domain shows (profile `libvirt`): aliases, indexes, `<mirror>`, run-time addresses
    #[arg(long)]
    pub live: bool,
}

/// How results are written.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Rewriting")]
pub struct Write {
    /// Report what would be done, and which files would be left because they cannot be replaced; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print the changes as a unified diff; write nothing
    #[arg(long)]
    pub diff: bool,
    /// Write nothing; exit with 1 if the content of a file would change, whether it could be replaced or not
    #[arg(long)]
    pub check: bool,
    /// Keep the former file beside each rewritten one, with this suffix and, where that is taken, a number
    #[arg(long, value_name = "SUFFIX", num_args = 0..=1, require_equals = true, default_missing_value = ".bak")]
    pub backup: Option<String>,
    /// What to do with a file that has several names (hard links)
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub hard_links: HardLinks,
    /// What to do with a file whose owner only root could keep
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub owner: Owner,
    /// Do not wait until the new content is on the disk: faster, but a power failure may leave files empty
    #[arg(long)]
    pub no_sync: bool,
    /// Do not read back what is about to be written: faster, but a fault of dommigrate may then damage a file
    #[arg(long)]
    pub no_verify: bool,
}

impl Write {
    /// Whether files stay as they are.
    #[must_use]
    pub fn nothing(&self) -> bool {
        self.dry_run || self.diff || self.check
    }

    /// How files are replaced.
    #[must_use]
    pub fn replacing(&self) -> output::Options {
        output::Options {
            backup: self.backup.clone(),
            hard_links: self.hard_links,
            owner: self.owner,
            sync: !self.no_sync,
        }
    }
}

/// How findings are printed.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// How to print findings
    #[arg(long, value_enum, default_value_t)]
    pub output_format: OutputFormat,
    /// When to use colours
    #[arg(long, value_enum, default_value_t)]
    pub color: Color,
    /// Print errors only
    #[arg(long, short)]
    pub quiet: bool,
    /// Print more: files without findings, skipped files
    #[arg(long, short, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// `--output-format`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people: what is found, and where
    #[default]
    Text,
    /// For people, one line each
    Concise,
    /// One JSON document
    Json,
    /// Annotations of GitHub workflows
    Github,
    /// SARIF 2.1.0
    Sarif,
}

impl OutputFormat {
    /// Whether it is for people.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Concise)
    }
}

/// `schema`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Schema {
    /// What `--output-format json` prints, but for diff and drift
    Json,
    /// What `diff --output-format json` prints
    Diff,
    /// What `drift --output-format json` prints
    Drift,
    /// A definition as JSON or YAML, as `convert` prints it
    Domain,
}

/// `rules --output-format`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A table
    #[default]
    Text,
    /// JSON
    Json,
}

/// `--color`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether there are to be colours where the result goes.
    #[must_use]
    pub fn is_wanted(self, terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                // An empty variable asks for nothing (no-color.org).
                let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
                terminal && !unwanted && !dumb
            }
        }
    }
}
