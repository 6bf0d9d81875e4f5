//! The `dommigrate` command.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use dommigrate::cli::Cli;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(said) => return tell(&said),
    };
    match dommigrate::run(cli, &arguments) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            dommigrate::complain(&error);
            ExitCode::from(2)
        }
    }
}

/// Prints a help text, or what is wrong with the call.
fn tell(said: &clap::Error) -> ExitCode {
    match said.print().or_else(dommigrate::lost) {
        Ok(()) => ExitCode::from(u8::try_from(said.exit_code()).unwrap_or(2)),
        Err(error) => {
            dommigrate::complain(&error);
            ExitCode::from(2)
        }
    }
}
