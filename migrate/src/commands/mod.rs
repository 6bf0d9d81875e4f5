//! The subcommands. Each takes its arguments and returns an exit status.

mod catalogue;
mod check;
mod completions;
mod convert;
mod describe;
mod diff;
mod drift;
mod info;
mod man;
mod rewrite;
mod unread;
mod validate;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::cli::{Cli, Command, Schema};
use crate::config::Configs;
use crate::finding::{Finding, ids};
use crate::host::Host;
use crate::input::{self, Origin, Source};
use crate::report::Summary;
use crate::suppress;

/// What is said where two directories have no document that could be compared.
const NOTHING_TO_COMPARE: &str = "nothing was compared: no document was found";

/// Nothing was found, or all that was found was rewritten.
const DONE: u8 = 0;
/// Something was found.
const FOUND: u8 = 1;
/// A file could not be done.
const FAILED: u8 = 2;

/// Does what the command line says, which is `typed`.
///
/// # Errors
/// One line: the call was wrong, or results cannot be written.
pub fn run(cli: Cli, typed: &[OsString]) -> Result<u8, String> {
    let configs = || Configs::new(typed);
    match cli.command {
        Command::Upgrade(args) => rewrite::upgrade(&args.files, &configs()?),
        Command::Fmt(args) => rewrite::fmt(&args.files, &configs()?),
        Command::Check(args) => check::run(&args.files, &configs()?),
        Command::Validate(args) => validate::run(&args.files, &configs()?),
        Command::Info(args) => info::run(&args.files, &configs()?),
        Command::Diff(args) => diff::run([&args.before, &args.after], &configs()?),
        Command::Drift(args) => drift::run([&args.desired, &args.actual], &configs()?),
        Command::Convert(args) => convert::run(&args),
        Command::Get(args) => values::get(&args),
        Command::Set(args) => values::set(&args.file, &configs()?),
        Command::Rules(args) => catalogue::rules(&args),
        Command::Explain(args) => catalogue::explain(&args),
        Command::Lsp(_) => crate::lsp::run(typed),
        Command::Completions { shell } => completions::run(shell),
        Command::Man { directory } => man::run(directory.as_deref()),
        Command::Schema { of: Schema::Domain } => catalogue::print(&convert::json_schema()?),
        Command::Schema { of: Schema::Json } => catalogue::print(&crate::report::json_schema()?),
        Command::Schema { of: Schema::Diff } => catalogue::print(&diff::json_schema()?),
        Command::Schema { of: Schema::Drift } => catalogue::print(&drift::json_schema()?),
    }
}

/// The host that these files describe; none where there are none.
pub(crate) fn host_of(files: &[PathBuf]) -> Result<Option<Host>, String> {
    let mut host = Host::default();
    for path in files {
        let source = input::read(&Origin::Named(path.clone())).map_err(|error| error.of(&input::shown(path)))?;
        host.read(&source.text).map_err(|error| format!("{}:{error}", input::shown(path)))?;
    }
    Ok((!files.is_empty()).then_some(host))
}

/// The status of a command whose findings are its result.
fn status_of_findings(summary: &Summary, strict: bool) -> u8 {
    if summary.unfinished() {
        FAILED
    } else if summary.failing(strict) > 0 {
        FOUND
    } else {
        DONE
    }
}

/// Adds notes on comments that are to suppress something and stand around the domains of a document.
fn note_suppressions_around(findings: &mut Vec<Finding>, source: &Source, muted: &[&str]) {
    if !muted.contains(&ids::UNUSED) {
        findings.extend(suppress::around(&source.text, |at| source.content.holds(at)));
        findings.sort_by_key(|finding| finding.span.start);
    }
}
