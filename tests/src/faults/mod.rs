//! Faults injected into the command while it rewrites files, and what became of the files.
//!
//! `cargo run --release -p domxml-tests --bin faults > tests/FAULTS.md` runs them all; a short run is among the tests.

mod around;
mod edits;
mod kills;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use around::{full_disk, lost_reports, second_run};
pub use edits::{Saved, edits};
pub use kills::{Ending, kills};

/// A document that `upgrade` rewrites, and what it makes of it.
pub const OLD: &str = "<domain type='kvm'>\n  <name>old</name>\n  <memory>1048576</memory>\n  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n";
/// See [`OLD`].
pub const NEW: &str = "<domain type='kvm'>\n  <name>old</name>\n  <memory unit='KiB'>1048576</memory>\n  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n";

/// One kind of fault, and what was seen.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What was injected.
    pub injected: String,
    /// What was seen, in figures.
    pub seen: String,
    /// Everything that must not be: files torn or lost, temporary files that stay, wrong exit statuses.
    pub wrong: Vec<String>,
}

/// Builds the command in the profile of this program and returns its path.
///
/// # Errors
/// One line: it cannot be built.
pub fn command() -> Result<PathBuf, String> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "-q", "-p", "dommigrate"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let built = cargo.status().map_err(|error| format!("cargo: {error}"))?;
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let found = own.ancestors().skip(1).map(|folder| folder.join("dommigrate")).find(|path| path.is_file());
    found.filter(|_| built.success()).ok_or_else(|| "dommigrate cannot be built".to_owned())
}

/// A directory in memory where there is one.
fn memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a directory")
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".dommigrate-"))
}

/// What a directory of [`OLD`] files looks like after a fault.
#[derive(Debug, Default)]
struct State {
    old: usize,
    new: usize,
    temporary: usize,
    torn: Vec<String>,
}

impl State {
    fn of(directory: &Path) -> Self {
        let mut state = Self::default();
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if is_temporary(&path) {
                state.temporary += 1;
                continue;
            }
            match fs::read(&path).expect("a file").as_slice() {
                content if content == OLD.as_bytes() => state.old += 1,
                content if content == NEW.as_bytes() => state.new += 1,
                _ => state.torn.push(path.display().to_string()),
            }
        }
        state
    }

    /// What must not be: each file is whole, and there.
    fn wrong(&self, files: usize) -> Vec<String> {
        let mut wrong: Vec<String> = self.torn.iter().map(|path| format!("torn: {path}")).collect();
        let there = self.old + self.new + self.torn.len();
        if there != files {
            wrong.push(format!("{} of {files} files lost", files.saturating_sub(there)));
        }
        wrong
    }
}

/// Writes so many files that `upgrade` rewrites; those that are old already stay.
fn fill(directory: &Path, files: usize) {
    for number in 0..files {
        let path = directory.join(format!("{number}.xml"));
        if fs::read(&path).ok().as_deref() != Some(OLD.as_bytes()) {
            fs::write(path, OLD).expect("written");
        }
    }
}
