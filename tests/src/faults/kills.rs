//! Signals that end the command while it rewrites.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{Fault, State, fill, memory};

/// How the command is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// `SIGKILL`: it can do nothing about it.
    Kill,
    /// `SIGINT`, as Ctrl-C sends it.
    Interrupt,
    /// `SIGTERM`.
    Terminate,
}

/// Ends so many runs over so many files, each a little later than the one before, from the first moment on to the last. After each
/// every file is the old or the new one; at the end a run that is not disturbed leaves no temporary file.
#[must_use]
pub fn kills(command: &Path, ending: Ending, runs: usize, files: usize) -> Fault {
    let directory = memory();
    let upgrade = || {
        let mut upgrade = Command::new(command);
        upgrade.args(["upgrade", "-q"]).arg(directory.path()).stdout(Stdio::null()).stderr(Stdio::null());
        upgrade
    };
    let mut wrong = Vec::new();
    let (mut amid, mut left, mut most) = (0, 0, 0);
    fill(directory.path(), files);
    let start = Instant::now();
    upgrade().status().expect("it runs");
    let whole = start.elapsed();
    for run in 0..runs {
        fill(directory.path(), files);
        let mut child = upgrade().spawn().expect("it runs");
        std::thread::sleep(whole.mul_f64(run as f64 / runs as f64));
        let (name, signal) = match ending {
            Ending::Kill => ("SIGKILL", Signal::KILL),
            Ending::Interrupt => ("SIGINT", Signal::INT),
            Ending::Terminate => ("SIGTERM", Signal::TERM),
        };
        let _ = kill_process(Pid::from_child(&child), signal);
        let ended = child.wait().expect("it ends");
        let state = State::of(directory.path());
        amid += usize::from(ended.code().is_none() && state.old > 0 && state.new > 0);
        left += state.temporary;
        most = most.max(state.temporary);
        wrong.extend(state.wrong(files).into_iter().map(|wrong| format!("after {name} {run}: {wrong}")));
        if ending != Ending::Kill && state.temporary > 0 {
            wrong.push(format!("after {name} {run}: {} temporary files", state.temporary));
        }
        // The next run has much to do, or little.
        if run % 20 == 19 || run + 1 == runs {
            std::thread::sleep(Duration::from_millis(1));
            let status = upgrade().status().expect("it runs");
            let state = State::of(directory.path());
            if !status.success() || state.new != files || state.temporary > 0 {
                wrong.push(format!("the run after {name} {run}: {status}, {state:?}"));
            }
        }
    }
    let name = format!("{ending:?}");
    Fault {
        injected: format!("{name}: {runs} runs over {files} files, ended at moments spread over a whole run"),
        seen: format!(
            "{amid} ended with some files old and some new; {left} temporary files in all, {most} at most at a time; after the \
             next whole run 0"
        ),
        wrong,
    }
}
