//! `--diff` makes patches that other programs take.
#![cfg(unix)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::odd::fill;
use common::{NEW, OLD, bin, dommigrate};

fn diff(here: &Path, argument: &Path) -> Vec<u8> {
    let mut command = Command::new(bin());
    command.current_dir(here).args(["upgrade", "--layout", "keep", "--diff", "-q"]).arg(argument);
    let output = command.output().expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Applies a patch; false where the program is not there.
fn apply(program: &[&str], here: &Path, patch: &[u8]) -> bool {
    let mut command = Command::new(program[0]);
    command.current_dir(here).args(&program[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        eprintln!("did not run: {} is not installed", program[0]);
        return false;
    };
    let mut stdin = child.stdin.take().expect("a pipe");
    std::thread::scope(|scope| {
        scope.spawn(move || std::io::Write::write_all(&mut stdin, patch));
        let output = child.wait_with_output().expect("it ends");
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{program:?}: {}", String::from_utf8_lossy(&said));
    });
    true
}

fn holds(files: &[(PathBuf, Vec<u8>)]) {
    for (path, content) in files {
        let got = fs::read(path).expect("read");
        assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(content), "{}", path.display());
        assert_eq!(&got, content, "{}", path.display());
    }
}

#[test]
fn git_and_patch_apply_it_for_every_name() {
    for program in [&["git", "apply", "-"][..], &["patch", "-p1", "--quiet", "--binary"]] {
        let directory = tempfile::tempdir().expect("a directory");
        // However the directory is named.
        let here = directory.path().join("here");
        for (root, argument) in [("one", "one"), ("two", "./two"), ("three", "one/../three"), ("four", "")] {
            let files = fill(&here.join(root));
            let argument = if argument.is_empty() { here.join(root) } else { argument.into() };
            if !apply(program, &here, &diff(&here, &argument)) {
                break;
            }
            holds(&files);
        }
        // From elsewhere the paths count from the root.
        let outside = directory.path().join("outside");
        let files = fill(&outside);
        if program[0] == "patch" && apply(program, Path::new("/"), &diff(&here, &outside)) {
            holds(&files);
        }
    }
}

#[test]
fn files_that_would_be_rewritten_are_named() {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in [("a.xml", OLD), ("b.xml", NEW), ("c.xml", OLD)] {
        fs::write(directory.path().join(name), text).expect("written");
    }
    let run = |arguments: &[&str]| {
        let output = dommigrate().current_dir(directory.path()).args(arguments).arg(".").output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let names = "./a.xml: would be rewritten\n./c.xml: would be rewritten\n".to_owned();
    assert_eq!(run(&["upgrade", "--check"]), (Some(1), names.clone()));
    assert_eq!(run(&["upgrade", "--dry-run"]), (Some(1), names));
    assert_eq!(run(&["upgrade", "--check", "-q"]), (Some(1), String::new()));
    assert_eq!(run(&["fmt", "--check"]), (Some(0), String::new()));
}
