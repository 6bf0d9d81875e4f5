//! What becomes of files: nothing of them is lost, and a batch is finished whatever happens around it.

mod common;

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{NEW, OLD, bin, dommigrate};

#[test]
fn a_backup_takes_its_suffix_behind_an_equals_sign() {
    let directory = tempfile::tempdir().expect("it can be done");
    let path = |name: &str| directory.path().join(name);
    for (option, backup) in [("--backup", "a.xml.bak"), ("--backup=~", "a.xml~"), ("--backup", "a.xml.bak.1")] {
        fs::write(path("a.xml"), OLD).expect("it can be done");
        dommigrate().args(["upgrade", option]).arg(path("a.xml")).assert().code(0);
        assert_eq!(fs::read_to_string(path("a.xml")).expect("it can be done"), NEW, "{option}");
        assert_eq!(fs::read_to_string(path(backup)).expect("it can be done"), OLD, "{option}");
    }
    dommigrate().args(["upgrade", "--backup="]).arg(path("a.xml")).assert().code(2);
}

#[cfg(unix)]
#[test]
fn hard_links_are_left_and_told() {
    let directory = tempfile::tempdir().expect("it can be done");
    let path = |name: &str| directory.path().join(name);
    fs::write(path("a.xml"), OLD).expect("it can be done");
    fs::hard_link(path("a.xml"), path("b.xml")).expect("it can be done");
    let assert = dommigrate().arg("upgrade").arg(directory.path()).assert().code(2);
    let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(said.contains("2 names (hard links)") && said.contains("--hard-links=break"), "{said}");
    assert_eq!(fs::read_to_string(path("a.xml")).expect("it can be done"), OLD);
    dommigrate().args(["upgrade", "--hard-links=break"]).arg(path("a.xml")).assert().code(0);
    assert_eq!(fs::read_to_string(path("a.xml")).expect("it can be done"), NEW);
    assert_eq!(fs::read_to_string(path("b.xml")).expect("it can be done"), OLD);
    fs::remove_file(path("b.xml")).expect("it can be done");
    fs::hard_link(path("a.xml"), path("b.xml")).expect("it can be done");
    for name in ["a.xml", "b.xml"] {
        fs::write(path(name), OLD).expect("it can be done");
    }
    dommigrate().args(["upgrade", "--hard-links=break"]).arg(directory.path()).assert().code(0);
    for name in ["a.xml", "b.xml"] {
        assert_eq!(fs::read_to_string(path(name)).expect("it can be done"), NEW, "both names, at the same time");
    }
}

/// A file may be larger than the caller allows: that is an error of this file, and leaves nothing behind.
#[cfg(unix)]
#[test]
fn a_limit_on_the_size_of_files_is_an_error() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("a.xml");
    fs::write(&file, OLD).expect("written");
    let limited = "ulimit -f 0; exec \"$0\" upgrade a.xml";
    let output = Command::new("sh").args(["-c", limited, bin()]).current_dir(&directory).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && said.contains("cannot be written: File too large"), "{said}");
    assert_eq!(fs::read_to_string(&file).expect("read"), OLD);
    assert_eq!(fs::read_dir(directory.path()).expect("read").count(), 1, "{said}");
}

/// A dry run says what would be left, and why, as the run itself does.
#[cfg(unix)]
#[test]
fn a_dry_run_knows_what_would_be_left() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    fs::write(path("a.xml"), OLD).expect("written");
    fs::hard_link(path("a.xml"), path("b.xml")).expect("linked");
    let said = |arguments: &[&str]| {
        let output = dommigrate().args(arguments).arg(path("a.xml")).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(said(&["upgrade", "--dry-run"]), said(&["upgrade"]));
    assert_eq!(said(&["upgrade", "--dry-run"]).0, Some(2));
    assert_eq!(said(&["upgrade", "--dry-run", "--hard-links=break"]).0, Some(1));
    // To look needs no leave to write.
    assert_eq!((said(&["upgrade", "--diff"]).0, said(&["upgrade", "--check"]).0), (Some(1), Some(1)));
}

/// What has no end is not read into memory, whatever it is asked for.
#[cfg(target_os = "linux")]
#[test]
fn what_has_no_end_is_refused() {
    for arguments in [
        &["check", "/dev/zero"][..],
        &["check", "--files-from", "/dev/zero"],
        &["check", "--config", "/dev/zero"],
        &["check", "--host", "/dev/zero"],
        &["validate", "--schema", "/dev/zero"],
        &["get", "/dev/zero"],
    ] {
        let output = dommigrate().args(arguments).write_stdin(NEW).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert!(output.status.code() == Some(2) && said.contains("larger than 256 MiB"), "{arguments:?}: {said}");
    }
}

/// What is no regular file cannot be rewritten, whether there is something to rewrite or not: who reads the output gets nothing.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_rewritten_in_place() {
    for (command, text) in [("upgrade", OLD), ("upgrade", NEW), ("fmt", NEW)] {
        let output = dommigrate().args([command, "/dev/stdin"]).write_stdin(text).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains("name it as standard input"), "{command}: {said}");
    }
    dommigrate().args(["check", "/dev/stdin"]).write_stdin(NEW).assert().code(0);
}

/// A file that nobody may write to is left, unless the system lets the caller do so all the same, as it does root.
#[cfg(unix)]
#[test]
fn a_read_only_file_is_left_but_for_root() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("a.xml");
    fs::write(&file, OLD).expect("written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).expect("it is ours");
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let output = dommigrate().arg("upgrade").arg(&file).output().expect("it runs");
    let (status, expected) = if is_root { (0, NEW) } else { (2, OLD) };
    assert_eq!(output.status.code(), Some(status), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr).contains("is read-only; left as it is"), !is_root);
    assert_eq!(fs::read_to_string(&file).expect("it is there"), expected);
    assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o444);
}

/// Someone who owns nothing.
#[cfg(unix)]
const NOBODY: u32 = 65534;

/// An old file of root's in a directory with this mode, where [`NOBODY`] can run the command on it; none where that cannot be.
#[cfg(unix)]
fn seen_by_nobody(mode: u32) -> Option<(tempfile::TempDir, PathBuf)> {
    use std::os::unix::fs::PermissionsExt;
    if !rustix::process::geteuid().is_root() {
        eprintln!("did not run: only root can make a file of another user");
        return None;
    }
    let directory = tempfile::tempdir().expect("it can be done");
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(mode)).expect("it can be done");
    let file = directory.path().join("a.xml");
    fs::write(&file, OLD).expect("it can be done");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).expect("it can be done");
    if as_nobody(&["check"], &file).is_err() {
        eprintln!("did not run: another user cannot reach the command");
        return None;
    }
    Some((directory, file))
}

#[cfg(unix)]
fn as_nobody(arguments: &[&str], file: &Path) -> std::io::Result<std::process::Output> {
    use std::os::unix::process::CommandExt;
    Command::new(bin()).args(arguments).arg(file).uid(NOBODY).gid(NOBODY).output()
}

/// A file of another user in a directory that one may write to.
#[cfg(unix)]
#[test]
fn a_file_is_not_taken_from_its_owner_unasked() {
    use std::os::unix::fs::MetadataExt;
    let Some((directory, file)) = seen_by_nobody(0o777) else { return };
    let run = |option: &str| as_nobody(&["upgrade", option], &file).expect("it can be done");
    let output = run("--no-sync");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    let dry = run("--dry-run");
    assert_eq!((dry.status.code(), String::from_utf8_lossy(&dry.stderr)), (Some(2), (&*said).into()));
    let taken = as_nobody(&["upgrade", "--dry-run", "--owner=take"], &file).expect("it can be done");
    assert_eq!(taken.status.code(), Some(1));
    assert!(said.contains("belongs to user 0") && said.contains("--owner=take"), "{said}");
    assert_eq!(fs::read_to_string(&file).expect("it can be done"), OLD);
    assert_eq!(run("--owner=take").status.code(), Some(0));
    assert_eq!(fs::read_to_string(&file).expect("it can be done"), NEW);
    let metadata = fs::metadata(&file).expect("it can be done");
    assert_eq!((metadata.uid(), metadata.mode() & 0o777), (NOBODY, 0o666));
    // Root keeps the owner of every file.
    fs::write(&file, OLD).expect("it can be done");
    dommigrate().arg("upgrade").arg(&file).assert().code(0);
    assert_eq!(fs::metadata(&file).expect("it can be done").uid(), NOBODY);
    assert_eq!(fs::read_dir(directory.path()).expect("it can be done").count(), 1);
}

/// A dry run in a directory to which one may not write says so, as the run itself does.
#[cfg(unix)]
#[test]
fn a_dry_run_knows_where_no_file_can_be_made() {
    let Some((_directory, file)) = seen_by_nobody(0o755) else { return };
    std::os::unix::fs::chown(&file, Some(NOBODY), Some(NOBODY)).expect("it can be done");
    let run = |arguments: &[&str]| as_nobody(arguments, &file).expect("it can be done");
    let (done, dry) = (run(&["upgrade"]), run(&["upgrade", "--dry-run"]));
    let said = String::from_utf8_lossy(&dry.stderr).into_owned();
    assert!(said.contains("no new file can be made in its directory"), "{said}");
    assert_eq!((dry.status.code(), &dry.stderr), (Some(2), &done.stderr), "{said}");
    assert_eq!(run(&["upgrade", "--check"]).status.code(), Some(1));
}

/// Old files, in a directory of their own; in memory where there is one, as there are many.
fn many(count: usize) -> tempfile::TempDir {
    let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("it can be done");
    for number in 0..count {
        fs::write(directory.path().join(format!("{number}.xml")), OLD).expect("it can be done");
    }
    directory
}

/// How many files are old and how many new; anything else is torn or lost.
fn count(directory: &Path, expected: usize) -> (usize, usize) {
    let (mut old, mut new) = (0, 0);
    for entry in fs::read_dir(directory).expect("it can be done") {
        let path = entry.expect("it can be done").path();
        match fs::read_to_string(&path).expect("it can be done").as_str() {
            OLD => old += 1,
            NEW => new += 1,
            other => panic!("{}: {other:?}", path.display()),
        }
    }
    assert_eq!(old + new, expected, "{}", directory.display());
    (old, new)
}

#[test]
fn a_batch_is_finished_whatever_becomes_of_its_report() {
    const FILES: usize = 1000;
    // The reader takes one line and goes away; or the report goes to a full disk, or nowhere.
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("it can be done");
    let cases: [(&str, Stdio, Stdio, i32); 4] = [
        ("stderr gone", Stdio::null(), Stdio::piped(), 0),
        ("stderr full", Stdio::null(), full().into(), 2),
        ("stdout full", full().into(), Stdio::null(), 0),
        ("both null", Stdio::null(), Stdio::null(), 0),
    ];
    for (what, out, err, status) in cases {
        let directory = many(FILES);
        let mut command = Command::new(bin());
        command.args(["upgrade", "--no-sync"]).arg(directory.path()).stdout(out).stderr(err);
        let mut child = command.spawn().expect("it can be done");
        if let Some(mut stderr) = child.stderr.take() {
            stderr.read_exact(&mut [0; 10]).expect("it can be done");
        }
        assert_eq!(child.wait().expect("it can be done").code(), Some(status), "{what}");
        assert_eq!(count(directory.path(), FILES), (0, FILES), "{what}");
    }
}

#[test]
fn what_could_not_be_said_is_no_success() {
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("it can be done");
    let directory = many(1);
    let file = directory.path().join("0.xml");
    for arguments in [vec!["check"], vec!["upgrade", "--diff"], vec!["info"], vec!["check", "--output-format", "json"]]
    {
        let output = Command::new(bin()).args(&arguments).arg(&file).stdout(full()).output().expect("it can be done");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("not all could be printed"), "{arguments:?}: {said}");
    }
    for text in ["--help", "--version"] {
        let output = Command::new(bin()).arg(text).stdout(full()).output().expect("it can be done");
        assert_eq!(output.status.code(), Some(2), "{text}");
    }
    // Both are full: no panic.
    let status =
        Command::new(bin()).arg("check").arg(&file).stdout(full()).stderr(full()).status().expect("it can be done");
    assert_eq!(status.code(), Some(2));
    let status = Command::new(bin())
        .args(["check", "/nonexistent"])
        .stdout(full())
        .stderr(full())
        .status()
        .expect("it can be done");
    assert_eq!(status.code(), Some(2));
    let status = Command::new(bin())
        .args(["explain", "no-such-rule"])
        .stdout(full())
        .stderr(full())
        .status()
        .expect("it can be done");
    assert_eq!(status.code(), Some(2));
}

/// A reader that has gone away has what it wanted: the status is that of the run, whatever the command.
#[test]
fn a_reader_may_go_away() {
    let directory = many(2);
    let file = directory.path().join("0.xml").display().to_string();
    let other = directory.path().display().to_string();
    for (arguments, status) in [
        (vec!["check", "--strict", &file], 1),
        (vec!["check", "--strict", "--output-format", "json", &file], 1),
        (vec!["upgrade", "--diff", &file], 1),
        (vec!["info", &file], 0),
        (vec!["get", &file, "name"], 0),
        (vec!["get", &file, "title"], 1),
        (vec!["diff", &file, &file], 0),
        (vec!["drift", &file, &file], 0),
        (vec!["drift", &other, &other], 0),
        (vec!["convert", "--to", "json", &file], 0),
        (vec!["rules"], 0),
        (vec!["explain", "disk"], 0),
        (vec!["completions", "bash"], 0),
        (vec!["man"], 0),
        (vec!["schema", "json"], 0),
        (vec!["--help"], 0),
    ] {
        let (reader, writer) = std::io::pipe().expect("it can be done");
        drop(reader);
        let output = Command::new(bin()).args(&arguments).stdout(writer).output().expect("it can be done");
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
    }
}

#[test]
fn threads_do_not_outnumber_the_files() {
    let directory = many(1);
    let file = directory.path().join("0.xml");
    let long = std::time::Duration::from_secs(20);
    for command in ["upgrade", "drift"] {
        let paths = if command == "drift" { vec![&file, &file] } else { vec![&file] };
        dommigrate().args([command, "-j", "100000"]).args(paths).timeout(long).assert().success();
    }
}

/// A filter prints the document, in whichever format the findings are asked for; these go beside it.
#[test]
fn a_filter_prints_the_document_in_every_format() {
    for format in ["text", "json", "github", "sarif"] {
        for command in ["upgrade", "fmt"] {
            let input = if command == "fmt" { NEW.replace("  ", "\t") } else { OLD.to_owned() };
            let assert = dommigrate().args([command, "--output-format", format]).write_stdin(input).assert();
            let output = assert.code(0).stdout(NEW).get_output().clone();
            if command == "upgrade" && format != "text" {
                assert!(String::from_utf8_lossy(&output.stderr).contains("default-value"), "{format}");
            }
        }
        let output = dommigrate().args(["upgrade", "--diff", "--output-format", format]).write_stdin(OLD).output();
        let said = String::from_utf8(output.expect("it can be done").stdout).expect("it can be done");
        assert!(said.starts_with("--- ") && said.contains("\n+  <memory unit='KiB'>"), "{format}: {said}");
    }
}

/// Signals end the command, and its temporary files; what a killed run leaves, the next one removes.
#[cfg(unix)]
#[test]
fn interrupted_runs_leave_whole_files_and_nothing_else() {
    use rustix::process::{Pid, Signal, kill_process};
    const FILES: usize = 300;
    for (number, signal) in
        [Signal::INT, Signal::TERM, Signal::HUP, Signal::KILL].into_iter().cycle().take(24).enumerate()
    {
        let directory = many(FILES);
        let mut child = Command::new(bin())
            .args(["upgrade", "-q", "--no-sync"])
            .arg(directory.path())
            .spawn()
            .expect("it can be done");
        let pid = Pid::from_child(&child);
        // Later from round to round, from before the first file on.
        while number > 3
            && fs::read_dir(directory.path()).expect("it can be done").count() == FILES
            && child.try_wait().expect("it can be done").is_none()
        {}
        std::thread::sleep(std::time::Duration::from_millis(number as u64 / 4));
        let _ = kill_process(pid, signal);
        let status = child.wait().expect("it can be done");
        if signal == Signal::KILL {
            let names = fs::read_dir(directory.path()).expect("it can be done").count();
            assert!(names <= FILES + 8, "at most one for each thread");
            dommigrate().args(["upgrade", "-q", "--no-sync"]).arg(directory.path()).assert().code(0);
            assert_eq!(count(directory.path(), FILES), (0, FILES));
        } else {
            use std::os::unix::process::ExitStatusExt;
            assert!(status.success() || status.signal() == Some(signal.as_raw()), "{status}");
            count(directory.path(), FILES);
        }
    }
}
