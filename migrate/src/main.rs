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

/// Prints a help text, or what is wrong with the call. A text that nobody gets is a failure, unless its reader has gone away.
fn tell(said: &clap::Error) -> ExitCode {
    match said.print() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            dommigrate::complain(&format!("not all could be printed: {error}"));
            ExitCode::from(2)
        }
        _ => ExitCode::from(u8::try_from(said.exit_code()).unwrap_or(2)),
    }
}
