//! Texts that are documents to libvirt though not to every parser, texts that are none, and documents without measure.

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

/// As libvirt 9.0.0 and 12.8.0 read it: they have libxml2 leave out blanks that stand before a comment.
#[test]
fn blanks_before_a_comment_that_begins_a_text_are_layout() {
    let text = format!(
        "{HEAD}  <on_poweroff> <!-- off -->destroy</on_poweroff>\n  <description>\n    <!-- of -->\n  ours <!-- it --> </description>\n</domain>\n"
    );
    let (status, report) = said(&["check", "-q"], &text);
    assert_eq!((status, &*report), (Some(0), ""));
    for arguments in [&["upgrade", "-q", "--profile", "libvirt"][..], &["fmt", "-q"]] {
        let output = dommigrate(arguments).write_stdin(text.as_str()).output().expect("it runs");
        let result = String::from_utf8(output.stdout).expect("UTF-8");
        let value = dommigrate(&["get", "-", "description", "on_poweroff"]).write_stdin(result).output();
        assert_eq!(String::from_utf8(value.expect("it runs").stdout).expect("UTF-8"), "\n  ours  \ndestroy\n");
    }
    // A text that has begun goes on, and what is written as a reference is text.
    for begun in ["destroy<!-- off --> ", "&#32;<!-- off -->destroy"] {
        let text = format!("{HEAD}  <on_poweroff>{begun}</on_poweroff>\n</domain>\n");
        let (status, report) = said(&["check", "-q"], &text);
        assert!(status == Some(1) && report.contains("no blanks are taken"), "{report}");
    }
}

#[test]
fn a_text_keeps_its_blanks_where_a_comment_goes_from_it() {
    let text = |within: &str| format!("{HEAD}  <description>{within}</description>\n</domain>\n");
    for (before, after) in [
        ("A<!--c--> B", "A B"),
        ("A <!--c--> B", "A  B"),
        ("A\n  <!--c-->\n  B\n", "A\n  \n  B\n"),
        ("<!--c--> B", " B"),
        ("B<!--c--> ", "B "),
        ("\n <!--c-->B", "B"),
        (" <!--c--> <!--d--> B", " B"),
    ] {
        let arguments = ["upgrade", "-q", "--profile", "libvirt", "--layout", "keep"];
        let output = dommigrate(&arguments).write_stdin(text(before)).output().expect("it runs");
        let result = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(result.contains(&format!("<description>{after}</description>")), "{before:?}: {result}");
    }
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
