//! The call: what can be said on the command line.

mod common;

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};
use common::{NEW, OLD, dommigrate, stdout};
use dommigrate::cli::Cli;

#[test]
fn standard_input_goes_to_standard_output() {
    dommigrate().arg("upgrade").write_stdin(OLD).assert().code(0).stdout(NEW);
    dommigrate().args(["upgrade", "-"]).write_stdin(NEW).assert().code(0).stdout(NEW);
    dommigrate().arg("fmt").write_stdin(OLD.replace("  ", "\t")).assert().code(0).stdout(OLD);
    let tabs = OLD.replace("  ", "\t").replace('\'', "\"");
    let crooked = tabs.replacen("\n\t<", "\n<", 1);
    assert_ne!(crooked, tabs);
    dommigrate().args(["fmt", "--layout", "keep"]).write_stdin(crooked).assert().code(0).stdout(tabs);
}

/// Every id that is printed can be explained, selected and ignored, whoever finds it.
#[test]
fn ids_are_explained_selected_and_ignored() {
    for own in dommigrate::finding::ids::ALL {
        let page = stdout(dommigrate().args(["explain", own.id]));
        assert!(page.starts_with(own.id) && page.contains(own.level.as_str()), "{page}");
        dommigrate()
            .args(["check", "--ignore", own.id, "--select", own.class.as_str()])
            .write_stdin(NEW)
            .assert()
            .code(0);
    }
    let class = stdout(dommigrate().args(["explain", "structure"]));
    assert!(
        class.starts_with("structure\n\nA class of rules") && class.contains("\ndisk-target-ioemu-prefix "),
        "{class}"
    );
    assert!(!class.contains("\nos-nvram-text "), "{class}");
    // A class that is called as an element is.
    let host = stdout(dommigrate().args(["explain", "host"]));
    assert!(host.starts_with("host\n\nA class of rules") && host.contains("\n<host> as domain/"), "{host}");
    let text = OLD.replace("</domain>", "  <title/>\n  <extra/>\n</domain>");
    let strict = |arguments: &[&str]| {
        let output = dommigrate().args(["check", "--strict"]).args(arguments).write_stdin(text.as_str()).output();
        String::from_utf8_lossy(&output.expect("it runs").stdout).into_owned()
    };
    for (id, others) in [
        ("default-value", ["empty-element", "unknown-content"]),
        ("unknown-content", ["default-value", "empty-element"]),
    ] {
        let (ignored, selected) = (strict(&["--ignore", id]), strict(&["--select", id]));
        assert!(!ignored.contains(id) && others.iter().all(|other| ignored.contains(other)), "{ignored}");
        assert!(selected.contains(id) && !others.iter().any(|other| selected.contains(other)), "{selected}");
    }
    // What is ignored is not done either.
    for (ignored, kept) in [("default-value", "<memory>"), ("empty-element", "<title/>")] {
        let text = stdout(dommigrate().args(["upgrade", "--ignore", ignored]).write_stdin(text.as_str()));
        assert!(text.contains(kept), "{text}");
    }
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("template.xml"), "{% if %}<domain/>").expect("written");
    for command in ["check", "upgrade"] {
        dommigrate().args([command, "--ignore", "xml-syntax"]).arg(directory.path()).assert().code(0);
    }
}

/// A document that was to be ignored is passed over wherever it comes from, and a filter hands it on as it came.
#[test]
fn what_is_ignored_of_a_document_that_cannot_be_read_passes_it_over() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("named.xml");
    for (id, content) in [
        ("not-a-domain", &b"<network><name>n</name></network>"[..]),
        ("xml-syntax", b"<domain>{{ name }}"),
        ("xml-syntax", b"<domain type='kvm'><name>m\xfcller</name></domain>"),
        ("xml-syntax", b"<domainsnapshot><domain>"),
        ("validity", b"<html/>"),
    ] {
        fs::write(&file, content).expect("written");
        for command in [&["check"][..], &["upgrade"], &["upgrade", "--check"]] {
            let told = dommigrate().args(command).arg(&file).output().expect("it runs");
            assert_ne!(told.status.code(), Some(0), "{command:?} {id}");
            let passed = dommigrate().args(command).args(["--ignore", id]).arg(&file).output().expect("it runs");
            assert_eq!(passed.status.code(), Some(0), "{command:?} {id}: {passed:?}");
            assert!(String::from_utf8_lossy(&passed.stderr).contains("no findings"), "{command:?} {id}: {passed:?}");
            assert_eq!(fs::read(&file).expect("it is there"), content);
        }
        let filter = |more: &[&str]| {
            let mut call = dommigrate();
            call.args(["upgrade", "--ignore", id]).args(more).write_stdin(content).output().expect("it runs").stdout
        };
        assert_eq!(filter(&[]), content, "{id}");
        assert_eq!(filter(&["--check"]), b"", "{id}");
    }
}

/// Whether a command has an option.
fn has(command: &Command, long: &str) -> bool {
    command.get_arguments().any(|option| option.get_long() == Some(long))
}

/// The format is known up to one libvirt, which every answer about versions names.
#[test]
fn what_is_newer_than_the_format_is_no_target() {
    let newest = domxml::NEWEST.to_string();
    let cli = Cli::command();
    let with_target = cli.get_subcommands().filter(|command| has(command, "target")).map(Command::get_name);
    for command in with_target {
        let refused = dommigrate().args([command, "--target", "99.0.0"]).write_stdin(NEW).assert().code(2);
        let said = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
        assert!(said.contains("99.0.0") && said.contains(&newest), "{command}: {said}");
    }
    for command in ["upgrade", "check", "validate"] {
        dommigrate().args([command, "--target", &newest]).write_stdin(NEW).assert().code(0);
    }
    assert!(stdout(dommigrate().arg("--version")).contains(&newest));
    assert!(stdout(dommigrate().arg("--help")).contains(&newest));
}

#[test]
fn help_fits_and_tells_the_exit_status() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help.txt");
    let mut all = String::new();
    let cli = Cli::command();
    for command in std::iter::once("").chain(cli.get_subcommands().map(Command::get_name)) {
        let help = stdout(dommigrate().args(Some(command).filter(|name| !name.is_empty())).arg("--help"));
        all.push_str(&format!("$ dommigrate {command}{}--help\n{help}\n", if command.is_empty() { "" } else { " " }));
        let long = help.lines().find(|line| line.chars().count() > 100);
        assert!(help.contains("Usage: dommigrate") && long.is_none(), "{command}: {long:?}");
        assert!(help.contains("Exit status:"), "{help}");
        assert!(command.is_empty() || help.contains("Example"), "{help}");
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(&golden, &all).expect("written");
    }
    let expected = fs::read_to_string(&golden).expect("the golden file");
    let differs = expected.lines().zip(all.lines()).find(|(expected, is)| expected != is);
    assert!(expected == all, "{differs:?}: BLESS=1 writes {} anew", golden.display());
}

#[test]
fn what_stands_around_the_command_is_printed() {
    let script = stdout(dommigrate().args(["completions", "bash"]));
    // Wherever rules are selected, and to be explained.
    let cli = Cli::command();
    let lists = cli.get_subcommands().map(|command| ["select", "ignore"].map(|long| usize::from(has(command, long))));
    let lists: usize = lists.flatten().sum();
    for name in [" os-nvram-text ", " default-value "] {
        let lines = script.lines().filter(|line| line.contains("compgen") && line.contains(name));
        assert_eq!(lines.count(), lists, "{name}");
        assert!(script.lines().any(|line| line.trim_start().starts_with("opts=") && line.contains(name)), "{name}");
    }
    let directory = tempfile::tempdir().expect("a directory");
    dommigrate().arg("man").arg(directory.path()).assert().code(0);
    let page = fs::read_to_string(directory.path().join("dommigrate-upgrade.1")).expect("a page");
    assert!(page.contains(".SH") && page.contains("profile"), "{page}");
    assert!(
        page.contains(".SH EXAMPLES\n.nf\n  dommigrate upgrade \\-\\-diff vms/ ")
            && page.contains(".SH EXIT STATUS\n0 "),
        "{page}"
    );
    let pages = fs::read_dir(directory.path()).expect("it can be read").count();
    assert_eq!(pages, 1 + cli.get_subcommands().count());
    assert!(stdout(dommigrate().arg("man")).contains(".TH dommigrate"));
}

#[test]
fn hostile_input_is_an_error() {
    let deep = "<a>".repeat(200_000);
    let entities = "<!DOCTYPE d [<!ENTITY a 'x'>]><domain>&a;</domain>";
    for text in [deep.as_str(), entities, "", "\u{0}", "<domain type='kvm'>"] {
        for command in ["upgrade", "fmt"] {
            dommigrate().arg(command).write_stdin(text).assert().code(2);
        }
        for command in ["check", "validate"] {
            dommigrate().arg(command).write_stdin(text).assert().code(1);
        }
    }
    dommigrate().arg("upgrade").write_stdin(b"<domain>\xff</domain>".to_vec()).assert().code(2);
}

#[test]
fn a_wrong_call_is_an_error() {
    dommigrate().args(["upgrade", "--select", "no-such-rule"]).write_stdin(OLD).assert().code(2);
    dommigrate().args(["explain", "no-such-rule"]).assert().code(2);
    dommigrate().args(["upgrade", "--target", "newest"]).assert().code(2);
}

/// Where the caller's own crates are built to is nothing to the hook of pre-commit, which runs what it has built.
#[cfg(unix)]
#[test]
fn the_hook_runs_what_it_builds() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().expect("a directory");
    let [root, bin] = ["checkout", "bin"].map(|name| directory.path().join(name));
    fs::create_dir_all(root.join("migrate")).expect("made");
    fs::create_dir(&bin).expect("made");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("hook"), root.join("migrate/hook")).expect("copied");
    let built = "mkdir -p $CARGO_TARGET_DIR/release; cp $0 $CARGO_TARGET_DIR/release/dommigrate";
    let cargo = format!("#!/bin/sh\ncase $0 in *cargo) {built} ;; *) echo \"$@\" in \"$PWD\" ;; esac\n");
    fs::write(bin.join("cargo"), cargo).expect("written");
    fs::set_permissions(bin.join("cargo"), fs::Permissions::from_mode(0o755)).expect("permitted");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("a path"));
    let mut hook = assert_cmd::Command::new(root.join("migrate/hook"));
    let elsewhere = directory.path().join("elsewhere");
    hook.args(["check", "a.xml"]).current_dir(&bin).env("PATH", path).env("CARGO_TARGET_DIR", elsewhere);
    hook.assert().code(0).stdout(format!("check a.xml in {}\n", bin.canonicalize().expect("a path").display()));
}
