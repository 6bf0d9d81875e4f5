//! `--diff` makes patches that other programs take.
#![cfg(unix)]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{NEW, OLD, bin, dommigrate};

/// Names that a shell script would stumble over.
const NAMES: [&[u8]; 24] = [
    b"plain.xml",
    b"with space.xml",
    b" leading and trailing .xml",
    b"two  spaces\t.xml",
    b"tab\tin.xml",
    b"line\nfeed.xml",
    b"carriage\rreturn.xml",
    b"quote\".xml",
    b"'single'.xml",
    b"back\\slash.xml",
    b"\"quoted.xml\".xml",
    b"bell\x07\x1b[31m.xml",
    b"del\x7f.xml",
    "\u{e4}\u{f6}\u{fc} \u{2014} \u{65e5}\u{672c}.xml".as_bytes(),
    b"not-utf8-\xff\xfe.xml",
    b"-dash.xml",
    b"--- a.xml",
    b"@@ -1 +1 @@.xml",
    b"dollar$`x`;&|*?.xml",
    b"#hash.xml",
    b"a/sub.xml",
    b"b/deep er/sub.xml",
    b"2024-01-01 00:00:00.xml",
    b"percent%20.xml",
];

/// Contents that differ in what surrounds their lines: before and after.
fn contents() -> Vec<(Vec<u8>, Vec<u8>)> {
    let long = |text: &str| text.replace("  <os>", &format!("{}  <os>", "  <!-- a line -->\n".repeat(20)));
    let latin = |text: &str| -> Vec<u8> {
        let text = text.replace("  <memory", "  <title>m\u{fc}ller</title>\n  <memory");
        let text = format!("<?xml version='1.0' encoding='ISO-8859-1'?>\n{text}");
        text.chars().map(|c| u8::try_from(u32::from(c)).expect("in Latin-1")).collect()
    };
    vec![
        (OLD.into(), NEW.into()),
        (OLD.trim_end().into(), NEW.trim_end().into()),
        (OLD.replace('\n', "\r\n").into(), NEW.replace('\n', "\r\n").into()),
        (format!("\u{feff}{OLD}").into(), format!("\u{feff}{NEW}").into()),
        (long(OLD).into(), long(NEW).into()),
        (latin(OLD), latin(NEW)),
    ]
}

/// Fills a directory with every content under every name.
fn fill(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut expected = Vec::new();
    for (number, (before, after)) in contents().into_iter().enumerate() {
        for name in NAMES {
            let path = root.join(number.to_string()).join(OsStr::from_bytes(name));
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(&path, &before).expect("written");
            expected.push((path, after.clone()));
        }
    }
    expected
}

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
