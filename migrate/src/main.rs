//! The `dommigrate` command.

use std::process::ExitCode;

use clap::Parser;
use dommigrate::cli::Cli;

fn main() -> ExitCode {
    match dommigrate::run(Cli::parse()) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("dommigrate: {error}");
            ExitCode::from(2)
        }
    }
}
