//! `completions` and `man`: what stands around the command on a system.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use clap::builder::PossibleValuesParser;

use super::{DONE, catalogue};
use crate::cli::Cli;
use crate::finding::ids;
use crate::input::shown;
use crate::report::why;
use crate::rules;

/// What stands for rules on the command line.
const RULES: [&str; 3] = ["select", "ignore", "subject"];

/// The completion script of a shell; rules are completed by their ids and classes.
pub(super) fn completions(shell: clap_complete::Shell) -> Result<u8, String> {
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

/// The manual page, or one file for each command.
pub(super) fn man(directory: Option<&Path>) -> Result<u8, String> {
    let Some(directory) = directory else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(|error| error.to_string())?;
        return catalogue::print(&String::from_utf8_lossy(&page));
    };
    let wrong = |error: std::io::Error| format!("{}: {}", shown(directory), why(&error));
    fs::create_dir_all(directory).map_err(wrong)?;
    clap_mangen::generate_to(Cli::command(), directory).map_err(wrong)?;
    Ok(DONE)
}
