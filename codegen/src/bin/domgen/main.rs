//! The generator's command line: `domgen --help`.

mod commands;
mod diff;
mod docs;
mod shared;
mod written;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::run(&commands::Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            shared::tell(&message);
            ExitCode::from(2)
        }
    }
}
