//! Edits that another program saves between the moment in which the command reads a file and that in which it replaces it.
//!
//! The command is stopped (`SIGSTOP`) as soon as its temporary file appears, which it makes after reading. Where the file itself
//! is still the old one then, the moment is caught, the edit is saved, and the command goes on.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{Fault, OLD, is_temporary};

/// How the other program saves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// Into the file.
    InPlace,
    /// A new file that is renamed over it, as editors and libvirt do.
    ByRename,
}

/// Saves an edit in so many runs, each at the moment described.
#[must_use]
pub fn edits(command: &Path, saved: Saved, edits: usize) -> Fault {
    // On a disk: writing takes a while there.
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("vm.xml");
    let filling = "      <a:x>text</a:x>\n".repeat(5_000);
    let metadata = format!("  <metadata>\n    <a:y xmlns:a='urn:a'>\n{filling}    </a:y>\n  </metadata>\n");
    let old = OLD.replace("  <os>", &(metadata + "  <os>"));
    let (mut caught, mut early) = (0, 0);
    let mut wrong = Vec::new();
    while caught < edits && early < 20 * edits + 20 {
        let edit = old.replace("<name>old", &format!("<name>edit-{caught}"));
        fs::write(&file, &old).expect("written");
        let mut upgrade = Command::new(command);
        upgrade.args(["upgrade", "-q"]).arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = upgrade.spawn().expect("it runs");
        let amid = stop(&mut child, directory.path()) && fs::read(&file).ok().as_deref() == Some(old.as_bytes());
        if amid {
            match saved {
                Saved::InPlace => fs::write(&file, &edit).expect("written"),
                Saved::ByRename => {
                    let other = directory.path().join("vm.xml.new");
                    fs::write(&other, &edit).expect("written");
                    fs::rename(&other, &file).expect("renamed");
                }
            }
        }
        let _ = kill_process(Pid::from_child(&child), Signal::CONT);
        let status = child.wait().expect("it ends");
        if !amid {
            early += 1;
            continue;
        }
        caught += 1;
        if fs::read(&file).ok().as_deref() != Some(edit.as_bytes()) {
            wrong.push(format!("edit {caught}: LOST"));
        }
        if status.code() != Some(2) {
            wrong.push(format!("edit {caught}: {status}"));
        }
        if temporary(directory.path()) {
            wrong.push(format!("edit {caught}: a temporary file stays"));
        }
    }
    if caught < edits {
        wrong.push(format!("only {caught} of {edits} moments were caught"));
    }
    let how = match saved {
        Saved::InPlace => "in place",
        Saved::ByRename => "by rename",
    };
    Fault {
        injected: format!("{caught} edits saved {how} between read and rename, the command stopped at that moment"),
        seen: format!("every edit kept, exit status 2 ({early} more runs were not stopped in time, and had no edit)"),
        wrong,
    }
}

fn temporary(directory: &Path) -> bool {
    fs::read_dir(directory).expect("a directory").flatten().any(|entry| is_temporary(&entry.path()))
}

/// Stops the command when its temporary file appears. False where it ended first.
fn stop(child: &mut Child, directory: &Path) -> bool {
    while !temporary(directory) {
        if child.try_wait().expect("a status").is_some() {
            return false;
        }
    }
    let pid = child.id();
    let _ = kill_process(Pid::from_child(child), Signal::STOP);
    loop {
        // The state stands behind the name, which stands in parentheses.
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        match stat.rsplit(") ").next().and_then(|rest| rest.chars().next()) {
            Some('T') => return temporary(directory),
            Some('Z') | None => return false,
            _ => std::thread::yield_now(),
        }
    }
}
