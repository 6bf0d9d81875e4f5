//! Prints `tests/FAULTS.md`: `cargo run --release -p domxml-tests --bin faults > tests/FAULTS.md`.

use std::process::ExitCode;

use domxml_tests::faults::{self, Ending, Fault, Saved};

/// What stands above the table.
const HEAD: &str = "# Faults

Printed by `cargo run --release -p domxml-tests --bin faults > tests/FAULTS.md`; a short run of each is `cargo test -p domxml-tests --test faults`.
Each fault is injected into `dommigrate upgrade` while it rewrites files. Lost is a file, or an edit of one, that is nowhere afterwards;
torn is a file that is neither the old nor the new one.

| injected | seen | wrong |
|---|---|---|";

fn main() -> ExitCode {
    let command = match faults::command() {
        Ok(command) => command,
        Err(error) => {
            eprintln!("faults: {error}");
            return ExitCode::FAILURE;
        }
    };
    let all: [&dyn Fn() -> Fault; 8] = [
        &|| faults::kills(&command, Ending::Kill, 1000, 2000),
        &|| faults::kills(&command, Ending::Interrupt, 300, 2000),
        &|| faults::kills(&command, Ending::Terminate, 100, 2000),
        &|| faults::edits(&command, Saved::ByRename, 50),
        &|| faults::edits(&command, Saved::InPlace, 50),
        &|| faults::lost_reports(&command, 1000),
        &|| faults::full_disk(&command, 1000),
        &|| faults::second_run(&command, 20, 500),
    ];
    println!("{HEAD}");
    let mut good = true;
    for fault in all {
        let fault = fault();
        let wrong = if fault.wrong.is_empty() { "nothing".to_owned() } else { fault.wrong.join("; ") };
        println!("| {} | {} | {wrong} |", fault.injected, fault.seen);
        good &= fault.wrong.is_empty();
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
