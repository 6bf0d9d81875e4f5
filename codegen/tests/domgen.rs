//! The command `domgen`: what it prints and how it ends.

#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A directory with the files given.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        fs::write(directory.path().join(name), text).expect("a file");
    }
    directory
}

fn domgen(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_domgen")).args(arguments).current_dir(directory).output().expect("domgen runs")
}

#[track_caller]
fn ends(output: &Output, status: i32, text: &str) {
    assert_eq!(output.status.code(), Some(status), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), text);
}

const OLD: &str = "<element name='a' xmlns='http://relaxng.org/ns/structure/1.0'><optional><attribute name='b'/></optional></element>";
const NEW: &str =
    "<element name='a' xmlns='http://relaxng.org/ns/structure/1.0'><attribute name='b'/><text/></element>";

#[test]
fn diff_prints_a_line_for_each_path_and_the_counts() {
    let here = directory(&[("old.rng", OLD), ("new.rng", NEW), ("bad.rng", "<element/>")]);
    ends(&domgen(here.path(), &["diff", "old.rng", "old.rng"]), 0, "no difference\n");
    ends(
        &domgen(here.path(), &["diff", "old.rng", "new.rng"]),
        1,
        "added    value     /a  any text\n\
         narrowed attribute /a/@b  optional -> required\n\
         1 added, 0 removed, 0 widened, 1 narrowed, 0 changed\n",
    );
    assert_eq!(domgen(here.path(), &["diff", "old.rng", "bad.rng"]).status.code(), Some(2));
    assert_eq!(domgen(here.path(), &["diff", "old.rng", "none.rng"]).status.code(), Some(2));
}

#[test]
fn diff_prints_json() {
    let here = directory(&[("old.rng", OLD), ("new.rng", NEW)]);
    let output = domgen(here.path(), &["diff", "old.rng", "new.rng", "--output-format", "json"]);
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(printed["counts"]["narrowed"], 1);
    let narrowed = &printed["differences"][1];
    assert_eq!(narrowed["paths"], serde_json::json!(["/a/@b"]));
    assert_eq!((&narrowed["old"], &narrowed["new"]), (&"optional".into(), &"required".into()));
    assert_eq!(narrowed["place"], "new.rng:1:63");
}
