//! The `dommigrate` command.

use std::process::ExitCode;

use clap::Parser;
use dommigrate::cli::Cli;

fn main() -> ExitCode {
    match dommigrate::run(Cli::parse()) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            dommigrate::complain(&error);
            ExitCode::from(2)
        }
    }
}
