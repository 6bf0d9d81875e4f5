//! A short run of each fault; the long one is `cargo run --release -p domxml-tests --bin faults`.
#![cfg(unix)]

use domxml_tests::faults::{self, Ending, Fault, Saved};

fn holds(fault: &Fault) {
    assert!(fault.wrong.is_empty(), "{}: {:#?}", fault.injected, fault.wrong);
    println!("{}: {}", fault.injected, fault.seen);
}

#[test]
fn a_run_that_is_ended_loses_nothing() {
    let command = faults::command().expect("the command");
    holds(&faults::kills(&command, Ending::Kill, 20, 300));
    holds(&faults::kills(&command, Ending::Interrupt, 10, 300));
    holds(&faults::kills(&command, Ending::Terminate, 10, 300));
}

#[test]
fn an_edit_between_read_and_rename_is_kept() {
    let command = faults::command().expect("the command");
    holds(&faults::edits(&command, Saved::ByRename, 3));
    holds(&faults::edits(&command, Saved::InPlace, 3));
}

#[test]
fn what_happens_around_a_run_costs_nothing() {
    let command = faults::command().expect("the command");
    holds(&faults::lost_reports(&command, 600));
    holds(&faults::full_disk(&command, 50));
    holds(&faults::second_run(&command, 2, 200));
}
