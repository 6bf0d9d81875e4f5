//! Texts that are documents to libvirt though not to every parser, texts that are none, and documents without measure.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use assert_cmd::Command;

const HEAD: &str = "<domain type='kvm'>\n  <name>a</name>\n  <memory unit='KiB'>1024</memory>\n  <os>\n    <type>hvm</type>\n  </os>\n";

fn dommigrate(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("dommigrate").expect("the command is built with its tests");
    command.args(arguments);
    command
}

/// Status and everything said about a document.
fn said(arguments: &[&str], document: &str) -> (Option<i32>, String) {
    let output = dommigrate(arguments).write_stdin(document).output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("UTF-8"))
}

const UNDECLARED: &str =
    "  <devices/>\n  <qemu:commandline>\n    <qemu:arg value='-cpu'/>\n  </qemu:commandline>\n</domain>\n";

#[test]
fn a_prefix_without_declaration_is_kept_and_its_declaration_named() {
    let text = format!("{HEAD}{UNDECLARED}");
    for arguments in [&["upgrade"][..], &["upgrade", "--layout", "keep"], &["fmt"]] {
        let output = dommigrate(arguments).write_stdin(text.as_str()).output().expect("it runs");
        let result = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(
            result.contains("  <qemu:commandline>\n    <qemu:arg value='-cpu'/>\n  </qemu:commandline>\n"),
            "{result}"
        );
    }
    let (_, report) = said(&["check"], &text);
    let expected = "8:3: ";
    assert!(report.contains(expected) && report.contains("domain/qemu:commandline"), "{report}");
    let declaration = "declare it on the root, xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'";
    assert!(report.contains(declaration), "{report}");
    assert_eq!(report.matches("is not declared").count(), 1, "one edit, one finding: {report}");
    let (status, report) = said(&["validate"], &text);
    assert_eq!(status, Some(1), "{report}");
    assert!(report.contains(":8:3: ") && report.contains(declaration), "{report}");
    let declared = text.replace("<domain", "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'");
    assert_eq!(said(&["validate"], &declared).0, Some(0));
}

#[test]
fn what_a_rule_changes_beside_an_undeclared_prefix_is_all_that_changes() {
    let text = format!("{HEAD}{UNDECLARED}").replace(" unit='KiB'", "").replace("  <name>", " <name >");
    let output =
        dommigrate(&["upgrade", "-q", "--layout", "keep"]).write_stdin(text.as_str()).output().expect("it runs");
    let expected = text.replace("<memory>", "<memory unit='KiB'>");
    assert_eq!(String::from_utf8(output.stdout).expect("UTF-8"), expected);
}

#[test]
fn a_text_that_is_no_document_is_told_what_to_do() {
    for (text, expected) in [
        ("{% set a = 1 %}\n<domain/>\n", "1:1: error[xml-syntax]: this is not XML"),
        ("{% set a = 1 %}\n<domain/>\n", "looks like a template: render it first"),
        ("<domain type='kvm'/>\n<domain type='kvm'/>\n", "2:1: error[xml-syntax]: a second root element, <domain>"),
        ("<domain type='kvm'/>\ntext", "2:1: error[xml-syntax]: 'text' stands behind the end of <domain>"),
        ("", "1:1: error[xml-syntax]: the file is empty"),
        (
            "<!DOCTYPE domain [\n<!ENTITY a 'b'>]><domain/>",
            "2:1: error[xml-syntax]: the document type declares an entity",
        ),
    ] {
        for command in ["check", "validate", "upgrade", "fmt", "info"] {
            let (status, report) = said(&[command], text);
            assert!(report.contains(expected), "{command}: {report}");
            assert!(matches!(status, Some(1 | 2)), "{command}: {status:?}");
        }
    }
}

#[test]
fn a_document_type_without_entities_is_read_and_stays() {
    let text = format!("<!DOCTYPE domain SYSTEM 'domain.dtd'>\n{HEAD}</domain>\n");
    assert_eq!(said(&["validate"], &text).0, Some(0));
    let output = dommigrate(&["fmt"]).write_stdin(text.as_str()).output().expect("it runs");
    assert_eq!(String::from_utf8(output.stdout).expect("UTF-8"), text);
}

#[test]
fn a_foreign_document_with_a_document_type_is_passed_over() {
    let directory = tempfile::tempdir().expect("a directory");
    let documents =
        ["<!DOCTYPE html>\n<html><br></html>", "<!DOCTYPE b [<!ENTITY a 'x'>]>\n<b>&a;</b>", "<!DOCTYPE c>\n<c/>"];
    for (number, text) in documents.iter().enumerate() {
        fs::write(directory.path().join(format!("{number}.xml")), text).expect("written");
    }
    for command in ["check", "upgrade", "fmt"] {
        dommigrate(&[command]).arg(directory.path()).assert().code(0);
    }
    dommigrate(&["upgrade"]).arg(directory.path().join("0.xml")).assert().code(2);
}

#[test]
fn a_controller_without_measure_is_an_error() {
    for index in ["100000", "4294967295"] {
        let text = format!(
            "{HEAD}  <devices>\n    <disk type='file' device='disk'>\n      <source file='/a'/>\n      <target dev='sda' bus='scsi'/>\n      \
             <address type='drive' controller='{index}' bus='0' target='0' unit='0'/>\n    </disk>\n  </devices>\n</domain>\n"
        );
        let begin = Instant::now();
        let (status, report) = said(&["upgrade", "--profile", "libvirt", "--driver", "test"], &text);
        assert_eq!(status, Some(2), "{report}");
        assert!(report.contains(&format!("names the controller {index}")), "{report}");
        assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    }
}

/// Documents that grow in one respect, to `size`.
fn grown(kind: &str, size: usize) -> String {
    let mut text = HEAD.to_owned();
    let each = |text: &mut String, one: &dyn Fn(usize) -> String| {
        for number in 0..size {
            text.push_str(&one(number));
        }
    };
    let devices = |text: &mut String, one: &dyn Fn(usize) -> String| {
        text.push_str("  <devices>\n");
        each(text, one);
        text.push_str("  </devices>\n");
    };
    match kind {
        "comments" => each(&mut text, &|_| "  <!-- c -->\n".to_owned()),
        "comments on a line" => each(&mut text, &|_| "<!-- c -->".to_owned()),
        "unknown elements" => each(&mut text, &|number| format!("  <x{number}/>\n")),
        "unknown elements of one name" => each(&mut text, &|_| "  <x/>\n".to_owned()),
        "metadata" => {
            text.push_str("  <metadata>\n");
            each(&mut text, &|_| "    <a:b xmlns:a='urn:a'/>\n".to_owned());
            text.push_str("  </metadata>\n");
        }
        "disks" => devices(&mut text, &|number| {
            format!(
                "    <disk type='file' device='disk'>\n      <source file='/{number}'/>\n      <target dev='vd{}'/>\n    </disk>\n",
                letters(number)
            )
        }),
        "channels" => devices(&mut text, &|number| {
            format!("    <channel type='pty'>\n      <target type='virtio' name='c{number}'/>\n    </channel>\n")
        }),
        "text" => {
            text.push_str("  <description>");
            each(&mut text, &|_| "some words &amp; more\n".to_owned());
            text.push_str("</description>\n");
        }
        "arguments" => {
            text = text.replace("<domain", "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'");
            text.push_str("  <qemu:commandline>\n");
            each(&mut text, &|number| format!("    <qemu:arg value='{number}'/>\n"));
            text.push_str("  </qemu:commandline>\n");
        }
        "undeclared prefixes" => each(&mut text, &|number| format!("  <p{number}:x/>\n")),
        other => panic!("{other}"),
    }
    text.push_str("</domain>\n");
    text
}

fn letters(number: usize) -> String {
    let mut rest = number;
    let mut name = String::new();
    loop {
        name.insert(0, char::from(b'a' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
        if rest == 0 {
            return name;
        }
        rest -= 1;
    }
}

const GROWING: [&str; 10] = [
    "comments",
    "comments on a line",
    "unknown elements",
    "unknown elements of one name",
    "metadata",
    "disks",
    "channels",
    "text",
    "arguments",
    "undeclared prefixes",
];

/// The least of two times that a call takes.
fn time(call: &dyn Fn()) -> f64 {
    let once = || {
        let begin = Instant::now();
        call();
        begin.elapsed().as_secs_f64()
    };
    (0..2).map(|_| once()).fold(f64::INFINITY, f64::min)
}

/// Time grows as the document does. Eight times the size may take twenty-four times the time, for the noise of a busy machine: what
/// grows with the square takes 64 times as long, and then seconds. `--nocapture` prints the table.
#[test]
fn time_grows_as_the_document_does() {
    use dommigrate::cli::{Layout, Profile, RuleSelection, Unknown};
    let mut slow = Vec::new();
    for (profile, layout) in
        [(Profile::Modern, Layout::Canonical), (Profile::Modern, Layout::Keep), (Profile::Libvirt, Layout::Canonical)]
    {
        let selection = RuleSelection {
            select: Vec::new(),
            ignore: Vec::new(),
            profile: Some(profile),
            target: None,
            driver: None,
            unsafe_fixes: false,
            live: false,
        };
        let options = dommigrate::engine::Options::new(&selection, Some(Unknown::Keep), Some(layout)).expect("options");
        for kind in GROWING {
            let size = if matches!(kind, "disks" | "channels") { 125 } else { 1000 };
            let (small, large) = (grown(kind, size), grown(kind, 8 * size));
            let of = |text: &str| time(&|| drop(dommigrate::engine::upgrade(text, &options)));
            let (first, second) = (of(&small), of(&large));
            let slope = (second / first).log2() / (large.len() as f64 / small.len() as f64).log2();
            println!("{profile:?} {layout:?} {kind}: {first:.4} s, {second:.4} s, slope {slope:.2}");
            if second / first > 24.0 && second > 1.0 {
                let mut line = String::new();
                let _ = write!(line, "{profile:?} {layout:?} {kind}: {first:.4} s, then {second:.4} s");
                slow.push(line);
            }
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}
