//! What happens around the command: its report is lost, the disk is full, another run is at work.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{Fault, State, fill, memory};

/// Runs in a shell with `$0` the command and `$1` the directory; `${PIPESTATUS[0]}` or `$?` is what is printed last.
fn shell(script: &str, command: &Path, directory: &Path) -> String {
    let mut bash = Command::new("bash");
    let output = bash.args(["-c", script]).arg(command).arg(directory).stderr(Stdio::null()).output().expect("bash");
    String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned()
}

/// The report goes to a reader that goes away, to a full disk, or nowhere.
#[must_use]
pub fn lost_reports(command: &Path, files: usize) -> Fault {
    let cases = [
        ("\"$0\" upgrade --no-sync \"$1\" 2>&1 >/dev/null | head -1 >/dev/null; echo ${PIPESTATUS[0]}", "0"),
        ("\"$0\" upgrade --no-sync \"$1\" 2>/dev/full >/dev/null; echo $?", "2"),
        ("\"$0\" upgrade --no-sync --output-format json \"$1\" >/dev/full 2>&1; echo $?", "2"),
        ("\"$0\" upgrade --no-sync \"$1\" >/dev/full; echo $?", "0"),
        ("\"$0\" upgrade --no-sync \"$1\" >&- 2>&-; echo $?", "0"),
    ];
    let mut wrong = Vec::new();
    for (script, expected) in cases {
        let directory = memory();
        fill(directory.path(), files);
        let status = shell(script, command, directory.path());
        let state = State::of(directory.path());
        if status != expected || state.new != files || state.temporary > 0 {
            wrong.push(format!("{script}: status {status}, {state:?}"));
        }
    }
    Fault {
        injected: format!(
            "the report of {files} files to `head -1`, to a full disk (findings, JSON), nothing printed, both streams closed"
        ),
        seen: "all files rewritten; status 2 where the disk took not all, else 0; no panic".to_owned(),
        wrong,
    }
}

/// Nothing can be written.
#[must_use]
pub fn full_disk(command: &Path, files: usize) -> Fault {
    let directory = memory();
    fill(directory.path(), files);
    let script = "trap '' XFSZ; ulimit -f 0; \"$0\" upgrade -q \"$1\" | cat; echo ${PIPESTATUS[0]} | cat";
    let status = shell(script, command, directory.path());
    let state = State::of(directory.path());
    let mut wrong = state.wrong(files);
    if status != "2" || state.old != files || state.temporary > 0 {
        wrong.push(format!("status {status}, {state:?}"));
    }
    Fault {
        injected: format!("no byte can be written (`ulimit -f 0`): {files} files"),
        seen: "every file the old one, no temporary file, status 2".to_owned(),
        wrong,
    }
}

/// So many runs over the same files at the same time.
#[must_use]
pub fn second_run(command: &Path, rounds: usize, files: usize) -> Fault {
    let mut wrong = Vec::new();
    for round in 0..rounds {
        let directory = memory();
        fill(directory.path(), files);
        let run = || {
            let mut upgrade = Command::new(command);
            upgrade.args(["upgrade", "-q"]).arg(directory.path()).stdout(Stdio::null()).stderr(Stdio::null());
            upgrade.spawn().expect("it runs")
        };
        let runs: Vec<_> = (0..3).map(|_| run()).collect();
        for mut run in runs {
            // What it saw another run do is done.
            let status = run.wait().expect("it ends").code();
            wrong.extend((status != Some(0)).then(|| format!("round {round}: status {status:?}")));
        }
        let state = State::of(directory.path());
        wrong.extend(state.wrong(files));
        if state.new != files || state.temporary > 0 {
            wrong.push(format!("round {round}: {state:?}"));
        }
    }
    Fault {
        injected: format!("three runs at the same time over the same {files} files, {rounds} times"),
        seen: "every file rewritten, no temporary file, status 0 of each run".to_owned(),
        wrong,
    }
}
