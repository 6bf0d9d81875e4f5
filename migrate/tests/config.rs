//! What a directory wants, and what the author of a document does not want to be told.

mod common;

use std::fs;
use std::path::Path;

use common::{NEW, OLD, dommigrate};

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    fs::write(path, text).expect("written");
}

/// What a call says, with its status.
fn said(root: &Path, arguments: &[&str]) -> (i32, String) {
    let output = dommigrate().current_dir(root).args(arguments).output().expect("it runs");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap_or(-1), text)
}

const VNC: &str = "<graphics type='vnc' port='-1'/>";

fn guest(devices: &str) -> String {
    NEW.replace("</domain>", &format!("  <devices>\n{devices}  </devices>\n</domain>"))
}

#[test]
fn each_file_has_the_nearest_configuration_above_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    for folder in ["plain", "quiet", "quiet/below", "quiet/own", "left"] {
        write(root, &format!("{folder}/a.xml"), OLD);
    }
    write(root, "quiet/dommigrate.toml", "ignore = 'default-value'\n");
    write(root, "quiet/own/dommigrate.toml", "layout = 'canonical'\n");
    write(root, "left/dommigrate.toml", "exclude = ['/a.xml']\n");
    assert_eq!(said(root, &["upgrade", "-q", "."]).0, 0);
    let is = |folder: &str| fs::read_to_string(root.join(folder).join("a.xml")).expect("read");
    assert_eq!(["plain", "quiet", "quiet/below", "quiet/own", "left"].map(is), [NEW, OLD, OLD, NEW, OLD]);
    // A call in the folder reads standard input by its configuration, and the command line wins.
    let quiet = || dommigrate().current_dir(root.join("quiet")).arg("upgrade").write_stdin(OLD).assert();
    quiet().code(0).stdout(OLD);
    write(root, "quiet/dommigrate.toml", "profile = 'libvirt'\nlayout = 'keep'\n");
    let typed = ["upgrade", "--profile", "modern"];
    dommigrate().current_dir(root.join("quiet")).args(typed).write_stdin(OLD).assert().code(0).stdout(NEW);
    // `--config` names one for all.
    write(root, "other.toml", "ignore = ['default-value']\n");
    write(root, "plain/a.xml", OLD);
    assert_eq!(said(root, &["upgrade", "-q", "--config", "other.toml", "plain", "quiet"]).0, 0);
    assert_eq!(is("plain"), OLD);
}

#[test]
fn sections_are_about_some_paths() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    for name in ["a.xml", "templates/b.xml", "templates/live/c.xml"] {
        write(root, name, OLD);
    }
    let sections = "[[per-path]]\npaths = ['templates/', '!templates/live/']\nignore = ['default']\n\
                    [[per-path]]\npaths = ['*.xml']\nstrict = true\n";
    write(root, "dommigrate.toml", sections);
    let (status, text) = said(root, &["check", "--output-format", "concise", "."]);
    assert_eq!(status, 1, "{text}");
    let about = |name: &str| text.contains(&format!("{name}:3:3: default[default-value]"));
    assert_eq!(["a.xml", "b.xml", "c.xml"].map(about), [true, false, true], "{text}");
}

#[test]
fn what_is_wrong_in_a_configuration_is_told_before_anything_is_done() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    write(root, "a.xml", OLD);
    write(root, "b/b.xml", OLD);
    for (config, words) in [
        ("targt = '9.0.0'", "targt: no option is called so; did you mean 'target'?"),
        ("target = 'newest'", "target: invalid value 'newest'"),
        ("profile = 'modem'", "profile: invalid value 'modem'"),
        (
            "ignore = ['os-nvram-txt']",
            "ignore: no rule or class is called 'os-nvram-txt'; did you mean 'os-nvram-text'?",
        ),
        ("unsafe-fixes = 'yes'", "unsafe-fixes: is true or false"),
        ("profile = ['modern']", "profile: takes one value, not a list"),
        ("dry-run = true", "dry-run: is for the command line alone"),
        ("[[per-path]]\nignore = ['default']", "[[per-path]] 1: paths is missing"),
        ("[[per-path]]\npaths = ['*']\njobs = 1", "[[per-path]] 1: jobs: holds for a whole call"),
        ("profile = ", "TOML parse error"),
        ("ignore = [1]", "toml: ignore: is a list of texts"),
        ("exclude = true", "toml: exclude: is a text, or a list of texts"),
        ("target = 8.0", "target: is a text, or a list of texts, each in quotes"),
        ("[[per_path]]\npaths = 'a'", "per_path: no option is called so; did you mean 'per-path'?"),
        ("paths = 'a'", "paths: stands in a section for some paths: put [[per-path]] before it"),
    ] {
        write(root, "b/dommigrate.toml", config);
        let (status, text) = said(root, &["upgrade", "."]);
        assert!(status == 2 && text.contains("b/dommigrate.toml: ") && text.contains(words), "{config}: {text}");
        assert_eq!(fs::read_to_string(root.join("a.xml")).expect("read"), OLD, "{config}");
    }
    fs::write(root.join("b/dommigrate.toml"), b"# \xfc\n").expect("written");
    let (status, text) = said(root, &["upgrade", "."]);
    assert!(status == 2 && text.ends_with("b/dommigrate.toml: this is not UTF-8 text\n"), "{text}");
    // What only another command has is no mistake.
    write(root, "b/dommigrate.toml", "strict = true\nhost = []\nbackup = '.old'\njobs = 1\ncolor = 'never'\n");
    assert_eq!(said(root, &["upgrade", "-q", "b"]).0, 0);
    assert!(root.join("b/b.xml.old").is_file(), "an option of the whole call");
}

#[test]
fn a_comment_keeps_a_rule_from_an_element() {
    let text = guest(&format!(
        "    <!-- dommigrate: ignore graphics-port-minus1; scripts look for it -->\n    {VNC}\n    {VNC}\n"
    ));
    let output = dommigrate().arg("upgrade").write_stdin(text).output().expect("it runs");
    let got = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!((got.matches(VNC).count(), got.matches("autoport='yes'").count()), (1, 1), "{got}");
    let check = dommigrate().arg("check").write_stdin(got.clone()).output().expect("it runs");
    let said = String::from_utf8_lossy(&check.stdout).into_owned();
    assert!(!said.contains("unused-suppression") && !said.contains("graphics-port-minus1"), "{said}");
}

/// What the schema says again of the same thing is not to be told either.
#[test]
fn what_is_unknown_can_be_ignored_by_its_one_name() {
    let unknown = NEW.replace("  <os>", "  <extra a='1'/>\n  <os wrong='1'>");
    let quiet = unknown
        .replace("  <extra", "  <!-- dommigrate: ignore unknown-content; ours -->\n  <extra")
        .replace("  <os", "  <!-- dommigrate: ignore unknown-content -->\n  <os");
    let check = |text: &str, arguments: &[&str]| {
        let output = dommigrate().arg("check").args(arguments).write_stdin(text).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (status, said) = check(&unknown, &[]);
    assert!(status == Some(1) && said.matches("[unknown-content]").count() == 2, "{said}");
    assert_eq!(check(&quiet, &[]), (Some(0), String::new()));
    assert_eq!(check(&unknown, &["--ignore", "unknown-content"]), (Some(0), String::new()));
}

#[test]
fn a_rule_about_more_than_the_element_is_left_out() {
    let quiet = "  <!-- dommigrate: ignore default-value -->\n  <memory";
    let text = OLD
        .replace("  <memory", quiet)
        .replace("</domain>", "  <clock offset='localtime'><timer name='pit'/></clock>\n</domain>");
    dommigrate().arg("upgrade").write_stdin(text.clone()).assert().code(0).stdout(text.clone());
    dommigrate().args(["check", "--strict"]).write_stdin(text).assert().code(0);
}

#[test]
fn a_document_can_be_left_alone() {
    let text = OLD.replace("  <name>", "  <!-- dommigrate: ignore-file -->\n  <extra/>\n  <name>");
    dommigrate().args(["check", "--strict"]).write_stdin(text.clone()).assert().code(0);
    for layout in ["keep", "canonical"] {
        dommigrate()
            .args(["upgrade", "--layout", layout])
            .write_stdin(text.clone())
            .assert()
            .code(0)
            .stdout(text.clone());
    }
    let one = OLD.replace("  <name>", "  <!-- dommigrate: ignore-file default-value -->\n  <name>");
    dommigrate().args(["check", "--strict"]).write_stdin(one).assert().code(0);
}

#[test]
fn a_suppression_around_the_domains_of_a_snapshot_is_noted() {
    let comment = "<!-- dommigrate: ignore-file default-value -->";
    let snapshot = |before: &str, inside: &str| {
        let domain = OLD.replace("  <name>", &format!("  {inside}\n  <name>"));
        format!("<domainsnapshot>\n{before}\n{domain}</domainsnapshot>\n")
    };
    for (text, is_told) in [(snapshot(comment, ""), true), (snapshot("<!-- c -->", comment), false)] {
        for command in [&["check"][..], &["upgrade", "--check"]] {
            let output = dommigrate().args(command).write_stdin(text.clone()).output().expect("it runs");
            let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            let told =
                "<stdin>:2:1: note[unused-suppression]: this comment stands in no domain, and suppresses nothing";
            assert_eq!((said.contains(told), said.contains("[default-value]")), (is_told, is_told), "{said}");
        }
    }
}

#[test]
fn a_suppression_that_serves_to_nothing_is_noted() {
    for (comment, words) in [
        ("ignore os-nvram-text", "nothing is found that this comment suppresses (os-nvram-text)"),
        ("ignore os-nvram-txt", "names 'os-nvram-txt', which is no rule; did you mean 'os-nvram-text'?"),
        ("ignore", "says no rule"),
        ("ignore-line structure", "is neither"),
    ] {
        let text = NEW.replace("  <os>", &format!("  <!-- dommigrate: {comment} -->\n  <os>"));
        let output = dommigrate().arg("check").write_stdin(text).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains(": note[unused-suppression]") && said.contains(words), "{comment}: {said}");
    }
    let last = NEW.replace("</domain>", "  <!-- dommigrate: ignore structure -->\n</domain>");
    let output = dommigrate().arg("check").write_stdin(last).output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stdout).contains("stands before no element"));
}

#[test]
fn diff_and_drift_take_the_configuration_above_their_first_path() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    for folder in ["wanted", "got"] {
        write(root, &format!("{folder}/a.xml"), NEW);
        write(root, &format!("{folder}/templates/b.xml"), "{{ a template }}");
    }
    write(root, "dommigrate.toml", "output-format = 'json'\nexclude = ['templates/']\n");
    for command in ["diff", "drift"] {
        let (status, text) = said(root, &[command, "wanted", "got"]);
        assert_eq!(status, 0, "{command}: {text}");
        assert!(text.starts_with("{") && text.contains("\"version\": 1"), "{command}: {text}");
        let (_, text) = said(root, &[command, "wanted", "got", "--output-format", "text"]);
        assert!(text.starts_with("1 "), "the command line wins: {text}");
    }
    write(root, "dommigrate.toml", "targt = '9.0.0'\n");
    for command in ["diff", "drift"] {
        let (status, text) = said(root, &[command, "wanted/a.xml", "got/a.xml"]);
        assert!(status == 2 && text.contains("did you mean 'target'?"), "{command}: {text}");
    }
}

#[test]
fn set_takes_the_configuration_above_its_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    write(root, "a.xml", NEW);
    // Options that `set` does not have are about other commands.
    write(root, "dommigrate.toml", "backup = '.orig'\ntarget = '8.0.0'\nignore = ['default-value']\n");
    let (status, text) = said(root, &["set", "a.xml", "title=x"]);
    assert_eq!(status, 0, "{text}");
    assert_eq!(fs::read_to_string(root.join("a.xml.orig")).expect("the former file"), NEW);
    let (status, text) = said(root, &["set", "a.xml", "title=y", "--backup=.mine"]);
    assert!(status == 0 && root.join("a.xml.mine").is_file(), "the command line wins: {text}");
    write(root, "other.toml", "backup = '.other'\n");
    assert_eq!(said(root, &["set", "a.xml", "title=z", "--config", "other.toml"]).0, 0);
    assert!(root.join("a.xml.other").is_file());
    write(root, "dommigrate.toml", "bakcup = '.orig'\n");
    let (status, text) = said(root, &["set", "a.xml", "title=z"]);
    assert!(status == 2 && text.contains("did you mean 'backup'?"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_configuration_that_cannot_be_read_is_an_error() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    write(root, "a.xml", OLD);
    let config = root.join("dommigrate.toml");
    let upgraded = |why: &str| {
        let (status, text) = said(root, &["upgrade", "."]);
        assert!(status == 2 && text.contains(&format!("dommigrate.toml: {why}")), "{text}");
        assert_eq!(fs::read_to_string(root.join("a.xml")).expect("read"), OLD);
    };
    std::os::unix::fs::symlink("gone.toml", &config).expect("a link");
    upgraded("No such file");
    fs::remove_file(&config).expect("removed");
    fs::create_dir(&config).expect("made");
    upgraded("is a directory");
    fs::remove_dir(&config).expect("removed");
    assert!(std::process::Command::new("mkfifo").arg(&config).status().expect("it runs").success());
    upgraded("is a FIFO to which no program writes");
}

/// Each directory is searched for what its own configuration wants, whatever is named before it.
#[test]
fn directories_are_searched_as_their_own_configurations_want() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    for folder in ["one", "other/sub"] {
        fs::create_dir_all(root.join(folder)).expect("made");
    }
    for file in ["one/a.xml", "one/b.dom", "other/c.xml", "other/sub/d.dom", "other/sub/e.xml"] {
        fs::write(root.join(file), OLD).expect("written");
    }
    for folder in ["one", "other/sub"] {
        fs::write(root.join(folder).join("dommigrate.toml"), "include = ['*.dom']\n").expect("written");
    }
    let found = |paths: &[&str]| {
        let output = dommigrate().current_dir(root).args(["upgrade", "--check"]).args(paths).output().expect("it runs");
        String::from_utf8_lossy(&output.stdout).replace(": would be rewritten\n", " ").replace("./", "")
    };
    assert_eq!(found(&["one", "other"]), "one/b.dom other/c.xml other/sub/d.dom ");
    assert_eq!(found(&["other", "one"]), "other/c.xml other/sub/d.dom one/b.dom ");
    assert_eq!(found(&["."]), "one/b.dom other/c.xml other/sub/d.dom ");
    assert_eq!(found(&[".", "--include", "*.xml"]), "one/a.xml other/c.xml other/sub/e.xml ");
    // And so by those that compare.
    fs::create_dir(root.join("copy")).expect("made");
    fs::write(root.join("copy/b.dom"), OLD).expect("written");
    fs::write(root.join("copy/dommigrate.toml"), "include = ['*.dom']\n").expect("written");
    for (command, said) in [("diff", "1 same, 0 different"), ("drift", "1 as libvirt made them, 0 drifted")] {
        let output = dommigrate().current_dir(root).args([command, "one", "copy"]).output().expect("it runs");
        let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(told.contains(said), "{told}");
    }
}
