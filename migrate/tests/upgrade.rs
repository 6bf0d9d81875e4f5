//! `upgrade`: what it rewrites, and what it leaves.

mod common;

use std::fs;
use std::path::Path;

use common::{NEW, OLD, dommigrate, stdout};

#[test]
fn upgrade_rewrites_in_place_and_goes_on_past_a_bad_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    fs::create_dir(path("sub")).expect("a directory");
    fs::write(path("a.xml"), OLD).expect("written");
    fs::write(path("bad.xml"), "<domain>\n  <name>x</nam>\n</domain>").expect("written");
    fs::write(path("net.xml"), "<network><name>x</name></network>").expect("written");
    fs::write(path("notes.txt"), "no XML").expect("written");
    fs::write(path("sub/b.xml"), OLD).expect("written");
    let assert = dommigrate().arg("upgrade").arg(directory.path()).assert().code(2);
    let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(said.contains("bad.xml:2:"), "{said}");
    assert!(said.contains("4 files, 2 rewritten, 1 skipped, 1 failed"), "{said}");
    assert_eq!(fs::read_to_string(path("a.xml")).expect("read"), NEW);
    assert_eq!(fs::read_to_string(path("sub/b.xml")).expect("read"), NEW);
    assert_eq!(fs::read_to_string(path("bad.xml")).expect("read"), "<domain>\n  <name>x</nam>\n</domain>");
}

#[test]
fn what_the_target_does_not_know_is_noted() {
    let text = OLD.replace(
        "</domain>",
        "  <devices>\n    <vsock>\n      <cid auto='yes'/>\n    </vsock>\n  </devices>\n</domain>",
    );
    for command in ["check", "upgrade"] {
        let old =
            dommigrate().args([command, "--target", "4.0.0"]).write_stdin(text.as_str()).output().expect("it runs");
        let said = format!("{}{}", String::from_utf8_lossy(&old.stdout), String::from_utf8_lossy(&old.stderr));
        assert!(said.contains("8:5: note[newer-than-target]"), "{command}: {said}");
        assert!(said.contains("vsock: known since libvirt 4.4.0, not to 4.0.0"), "{command}: {said}");
        let new =
            dommigrate().args([command, "--target", "4.4.0"]).write_stdin(text.as_str()).output().expect("it runs");
        let said = format!("{}{}", String::from_utf8_lossy(&new.stdout), String::from_utf8_lossy(&new.stderr));
        assert!(!said.contains("newer-than-target"), "{command}: {said}");
    }
}

#[test]
fn nothing_is_written_on_request() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("a.xml");
    fs::write(&file, OLD).expect("written");
    for option in ["--diff", "--check", "--dry-run"] {
        dommigrate().args(["upgrade", option]).arg(&file).assert().code(1);
        assert_eq!(fs::read_to_string(&file).expect("read"), OLD, "{option}");
    }
    let diff = stdout(dommigrate().args(["upgrade", "--diff"]).arg(&file));
    assert!(diff.contains("-  <memory>1048576</memory>\n+  <memory unit='KiB'>1048576</memory>\n"), "{diff}");
    dommigrate().args(["fmt", "--check"]).arg(&file).assert().code(0);
}

#[test]
fn an_unchanged_file_is_not_touched() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("a.xml");
    fs::write(&file, NEW).expect("written");
    let before = fs::metadata(&file).and_then(|metadata| metadata.modified()).expect("a time");
    dommigrate().arg("upgrade").arg(&file).assert().code(0);
    assert_eq!(fs::metadata(&file).and_then(|metadata| metadata.modified()).expect("a time"), before);
}

#[test]
fn backups_keep_the_former_content() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("a.xml");
    fs::write(&file, OLD).expect("written");
    dommigrate().args(["upgrade", "--backup"]).arg("--").arg(&file).assert().code(0);
    assert_eq!(fs::read_to_string(directory.path().join("a.xml.bak")).expect("read"), OLD);
}

/// libvirt reads the first of two titles; where that is empty it must not go, or the second were read.
#[test]
fn an_empty_element_stays_before_another_one() {
    let text = NEW.replace("  <memory ", "  <title/>\n  <title>second</title>\n  <memory ");
    dommigrate().arg("upgrade").write_stdin(text.clone()).assert().code(1).stdout(text);
    dommigrate().arg("upgrade").write_stdin(NEW.replace("  <memory ", "  <title/>\n  <memory ")).assert().stdout(NEW);
}

/// The order of the schema must not bring a second element before the first, which is the one that libvirt reads.
#[test]
fn second_elements_follow_the_first() {
    let [disk, more, memory] =
        ["disk enabled='no'", "disk enabled='yes'", "mem enabled='no'"].map(|it| format!("    <suspend-to-{it}/>\n"));
    let text = |lines: &str| NEW.replace("</domain>", &format!("  <pm>\n{lines}  </pm>\n</domain>"));
    let (before, after) = (text(&format!("{disk}{more}{memory}")), text(&format!("{memory}{disk}{more}")));
    let canonical = ["upgrade", "--layout", "canonical"];
    dommigrate().args(canonical).write_stdin(before).assert().code(1).stdout(after.clone());
    dommigrate().args(canonical).write_stdin(after.clone()).assert().code(1).stdout(after);
}

/// An attribute that is unknown where it stands must not meet one of its name that a rule adds.
#[test]
fn no_attribute_is_written_twice() {
    let clock = |attributes: &str| NEW.replace("</domain>", &format!("  <clock {attributes}/>\n</domain>"));
    let old = clock("offset='utc' adjustment='3600' basis='localtime'");
    let new = clock("offset='variable' adjustment='3600' basis='utc'");
    dommigrate().arg("upgrade").write_stdin(old).assert().code(1).stdout(new);
}

/// An extension that no libvirt knows stands where those of libvirt stand, its comment before it.
#[test]
fn foreign_extensions_stand_last() {
    let extension = "  <!-- a note -->\n  <vendor:extra xmlns:vendor='urn:v' a='1'/>\n";
    let before = NEW.replace("  <os>", &format!("{extension}  <os>"));
    let after = NEW.replace("</domain>", &format!("{extension}</domain>"));
    let canonical = ["upgrade", "--unknown", "deny", "--layout", "canonical"];
    dommigrate().args(canonical).write_stdin(before).assert().code(0).stdout(after.clone());
    let libvirt = stdout(dommigrate().args(["upgrade", "--profile", "libvirt"]).write_stdin(after.clone()));
    assert!(libvirt.contains("</domain>") && !libvirt.contains("vendor"), "{libvirt}");
    let notes = dommigrate().arg("validate").write_stdin(after).assert().code(0);
    let notes = String::from_utf8_lossy(&notes.get_output().stdout).into_owned();
    assert!(notes.contains("foreign-extension"), "{notes}");
    // A name that is not in a namespace, or in one of libvirt's that lacks it, is no extension.
    for unknown in ["<extra/>", "<q:extra xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'/>"] {
        let text = NEW.replace("</domain>", &format!("  {unknown}\n</domain>"));
        dommigrate().arg("validate").write_stdin(text).assert().code(1);
    }
}

#[test]
fn keep_layout_leaves_other_bytes_alone() {
    let old = "<domain  type=\"kvm\">\r\n\t<name>old</name>\r\n\t<memory>1048576</memory>\r\n\t<os><type>hvm</type></os></domain>";
    let new = old.replace("<memory>", "<memory unit=\"KiB\">");
    dommigrate().args(["upgrade", "--layout", "keep"]).write_stdin(old).assert().code(0).stdout(new);
}

/// What is to be rewritten is, in the layout of the file; where nothing is, the file stays as it is.
#[test]
fn the_layout_of_a_file_is_its_own() {
    let odd = NEW.replace('\'', "\"").replace("  <", "\t<");
    for (layout, expected) in [(None, &odd), (Some("keep"), &odd), (Some("canonical"), &NEW.to_owned())] {
        let layout = layout.map(|layout| ["--layout", layout]);
        let call = || dommigrate().arg("upgrade").args(layout.iter().flatten()).write_stdin(odd.clone()).assert();
        call().code(0).stdout(expected.clone());
    }
    let libvirt = stdout(dommigrate().args(["upgrade", "--profile", "libvirt"]).write_stdin(odd.clone()));
    assert!(libvirt.starts_with("<domain type='"), "{libvirt}");
    // In either profile, a second look at what is written finds nothing.
    let old = "<domain type=\"kvm\">\n<!-- a -->\n\t<name>old</name>\n\t<memory>1048576</memory>\n\t<os><type>hvm</type></os>\n\t<metadata>\
               <a:x xmlns:a='urn:a'><a:b c='d'/></a:x></metadata>\n</domain>";
    for profile in ["modern", "libvirt"] {
        let call = |command: &str| [command.to_owned(), "--profile".to_owned(), profile.to_owned()];
        let upgrade =
            || dommigrate().args(call("upgrade")).args(["--layout", "keep"]).write_stdin(old).assert().code(0);
        let new = String::from_utf8(upgrade().get_output().stdout.clone()).expect("UTF-8");
        dommigrate().args(call("check")).arg("--strict").write_stdin(new.clone()).assert().code(0);
        dommigrate()
            .args(call("upgrade"))
            .args(["--layout", "keep"])
            .write_stdin(new.clone())
            .assert()
            .stdout(new.clone());
        assert!(new.starts_with("<domain type=\"kvm\">"), "{new}");
    }
}

#[test]
fn the_examples_are_upgraded() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/legacy");
    let assert = dommigrate().args(["upgrade", "--diff"]).arg(examples).assert().code(1);
    let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(said.contains("3 files, 3 would be rewritten"), "{said}");
}

#[test]
fn a_copy_of_an_element_takes_no_comments_along() {
    let text = "<domain type='kvm'>\n  <name>a</name>\n  <memory unit='KiB'>1024</memory>\n  <os>\n    <type arch='ppc64'>hvm</type>\n  </os>\n  \
                <devices>\n    <console type='pty'>\n      <!-- where -->\n      <address type='spapr-vio'/> <!-- there -->\n    \
                </console>\n  </devices>\n</domain>\n";
    let output = dommigrate().arg("upgrade").write_stdin(text).output().expect("run");
    let new = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(new.contains("<serial type='pty'>"), "{new}");
    for comment in ["<!-- where -->", "<!-- there -->"] {
        assert_eq!(new.matches(comment).count(), 1, "{new}");
    }
    let (_, console) = new.split_once("<console").expect("the console");
    assert!(console.contains("<!-- where -->") && console.contains("<!-- there -->"), "{new}");
}

/// The blanks at the end of a line go with it, and stay with every other.
#[test]
fn blanks_at_the_end_of_lines_stay_as_they_are() {
    let disk = "    <disk type='network' device='disk'>   \n      <driver name='qemu' type='raw'/>  \n      <auth username='u'>   \n        \
                <secret type='ceph' usage='x'/>\t\n      </auth>   \n      <source protocol='rbd' name='p/i'/> \n      \
                <target dev='vda' bus='virtio'/>  \n    </disk>\t \n";
    let text = NEW.replace("</domain>", &format!("  <devices>  \n{disk}  </devices>\n</domain>"));
    let new = stdout(dommigrate().arg("upgrade").write_stdin(text.clone()));
    assert!(new.contains("name='p/i'>\n"), "{new:?}");
    for line in text.lines().filter(|line| !["auth", "secret", "source"].iter().any(|name| line.contains(name))) {
        assert!(new.lines().any(|other| other == line), "{line:?} is not in {new:?}");
    }
}
