//! What the tests of the command share.
#![allow(dead_code, reason = "no test uses all of it")]

#[cfg(unix)]
pub mod odd;

use std::fs;

/// A document with one left-out default.
pub const OLD: &str = "<domain type='kvm'>\n  <name>old</name>\n  <memory>1048576</memory>\n  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n";

/// What `upgrade` makes of it.
pub const NEW: &str = "<domain type='kvm'>\n  <name>old</name>\n  <memory unit='KiB'>1048576</memory>\n  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n";

/// The command that was built with its tests.
pub fn bin() -> &'static str {
    env!("CARGO_BIN_EXE_dommigrate")
}

/// The same, to be judged by `assert_cmd`.
pub fn dommigrate() -> assert_cmd::Command {
    assert_cmd::Command::new(bin())
}

/// What a call prints.
pub fn stdout(command: &mut assert_cmd::Command) -> String {
    String::from_utf8(command.output().expect("it runs").stdout).expect("UTF-8")
}

/// Runs `diff` over two texts; the second comes from standard input.
pub fn diff(before: &str, after: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("a.xml");
    fs::write(&file, before).expect("written");
    let output =
        dommigrate().arg("diff").args(arguments).arg(&file).arg("-").write_stdin(after).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).replace(&file.display().to_string(), "a.xml");
    (output.status.code(), said)
}
