//! The subcommands. Each takes its arguments and returns an exit status.

mod catalogue;
mod check;
mod describe;
mod diff;
mod info;
mod rewrite;
mod validate;

use clap::CommandFactory;

use crate::cli::{Cli, Command};
use crate::report::Summary;

/// Nothing was found, or all that was found was rewritten.
const DONE: u8 = 0;
/// Something was found.
const FOUND: u8 = 1;
/// A file could not be done.
const FAILED: u8 = 2;

/// Does what the command line says.
///
/// # Errors
/// One line: the call was wrong, or results cannot be written.
pub fn run(cli: Cli) -> Result<u8, String> {
    match cli.command {
        Command::Upgrade(args) => rewrite::upgrade(args),
        Command::Fmt(args) => rewrite::fmt(args),
        Command::Check(args) => check::run(args),
        Command::Validate(args) => validate::run(args),
        Command::Info(args) => info::run(args),
        Command::Diff(args) => diff::run(&args),
        Command::Rules(args) => catalogue::rules(&args),
        Command::Explain(args) => catalogue::explain(&args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "dommigrate", &mut script);
            catalogue::print(&String::from_utf8_lossy(&script))
        }
    }
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
