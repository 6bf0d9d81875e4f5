//! `completions`: what shells complete.

use clap::CommandFactory;
use clap::builder::PossibleValuesParser;

use super::catalogue;
use crate::cli::Cli;
use crate::finding::ids;
use crate::rules;

/// What stands for rules on the command line.
const RULES: [&str; 3] = ["select", "ignore", "subject"];

/// The completion script of a shell; rules are completed by their ids and classes.
pub(super) fn run(shell: clap_complete::Shell) -> Result<u8, String> {
    let mut command = Cli::command().mut_subcommands(|subcommand| {
        subcommand.mut_args(|argument| match RULES.contains(&argument.get_id().as_str()) {
            true => argument.value_parser(PossibleValuesParser::new(names())),
            false => argument,
        })
    });
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "dommigrate", &mut script);
    catalogue::print(&String::from_utf8_lossy(&script))
}

/// Ids and classes, each once.
fn names() -> Vec<&'static str> {
    let ids = rules::all().map(|rule| rule.id).chain(ids::ALL.iter().map(|own| own.id));
    let classes = rules::all().map(|rule| rule.class.as_str()).chain(ids::ALL.iter().map(|own| own.class.as_str()));
    let all: std::collections::BTreeSet<_> = ids.chain(classes).collect();
    all.into_iter().collect()
}
