//! The `dommigrate` command.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use dommigrate::cli::Cli;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    match dommigrate::run(Cli::parse_from(&arguments), &arguments) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            dommigrate::complain(&error);
            ExitCode::from(2)
        }
    }
}
