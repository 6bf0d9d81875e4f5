//! libvirt itself, through `shared/tools/libvirt-oracle`.

use std::path::Path;
use std::process::Command;

/// Interpreters that may have the bindings, Debian's first.
const PYTHONS: [&str; 2] = ["/usr/bin/python3", "python3"];

/// Whether libvirt's Python bindings are installed.
#[must_use]
pub fn python() -> Option<&'static str> {
    PYTHONS.into_iter().find(|python| {
        Command::new(python).args(["-c", "import libvirt"]).output().is_ok_and(|output| output.status.success())
    })
}

/// The answer of `libvirt-oracle same BEFORE AFTER` for two directories: all it printed; the last line counts.
///
/// # Errors
/// When it cannot be run.
pub fn same(shared: &Path, before: &Path, after: &Path) -> Result<String, String> {
    let python = python().ok_or("python3-libvirt is not installed")?;
    let output = Command::new(python)
        .arg(shared.join("tools/libvirt-oracle"))
        .arg("same")
        .args([before, after])
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if text.trim().is_empty() { Err(String::from_utf8_lossy(&output.stderr).into_owned()) } else { Ok(text) }
}
