//! The command as users call it.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

const OLD: &str = "<domain type='kvm'>\n  <name>old</name>\n  <memory>1048576</memory>\n  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n";
const NEW: &str = "<domain type='kvm'>\n  <name>old</name>\n  <memory unit='KiB'>1048576</memory>\n  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n";

fn dommigrate() -> Command {
    Command::cargo_bin("dommigrate").expect("the command is built with its tests")
}

fn stdout(command: &mut Command) -> String {
    String::from_utf8(command.output().expect("it runs").stdout).expect("UTF-8")
}

#[test]
fn standard_input_goes_to_standard_output() {
    dommigrate().arg("upgrade").write_stdin(OLD).assert().code(0).stdout(NEW);
    dommigrate().args(["upgrade", "-"]).write_stdin(NEW).assert().code(0).stdout(NEW);
    dommigrate().arg("fmt").write_stdin(OLD.replace("  ", "\t")).assert().code(0).stdout(OLD);
}

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

#[test]
fn check_reports_and_exits_with_one() {
    dommigrate().arg("check").write_stdin(NEW).assert().code(0);
    dommigrate().arg("check").write_stdin("<domain").assert().code(1);
    dommigrate().args(["check", "/nonexistent.xml"]).assert().code(2);
}

/// What each level of finding means for `check`, `check --strict`, `upgrade --check` and `upgrade`.
#[test]
fn levels_decide_the_exit_status() {
    let with = |line: &str| NEW.replace("</domain>", &format!("{line}\n</domain>"));
    let graphics = |attributes: &str| with(&format!("<devices><graphics {attributes}</graphics></devices>"));
    let copy = graphics("type='vnc' listen='::1'><listen type='address' address='::1'/>");
    for (level, text, statuses) in [
        (
            "note",
            with(
                "<devices><interface type='network'><source network='n' portid='8e1f0c4e-2f56-4c31-9d2f-64e7a4b5d910'/></interface></devices>",
            ),
            [0, 0, 0, 0],
        ),
        ("default", OLD.to_owned(), [0, 1, 1, 0]),
        ("copy", copy, [0, 1, 1, 0]),
        ("legacy", with("<title/>"), [1, 1, 1, 0]),
        ("invalid", with("<extra/>"), [1, 1, 1, 1]),
        ("error", with("<vcpu placement='static' cpuset='3-1'>4</vcpu>"), [1, 1, 1, 1]),
        ("error", "<domain>".to_owned(), [1, 1, 2, 2]),
    ] {
        let calls: [&[&str]; 4] = [
            &["check"],
            &["check", "--strict"],
            &["upgrade", "--layout", "keep", "--check"],
            &["upgrade", "--layout", "keep"],
        ];
        for (call, status) in calls.into_iter().zip(statuses) {
            let output = dommigrate().args(call).write_stdin(text.as_str()).output().expect("it runs");
            let said =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert_eq!(output.status.code(), Some(status), "{level}, {call:?}: {said}");
            assert!(said.contains(&format!(": {level}[")), "{level}, {call:?}: {said}");
        }
    }
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

#[test]
fn every_format_is_well_formed() {
    let json = stdout(dommigrate().args(["check", "--output-format", "json"]).write_stdin(OLD));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["files"][0]["findings"][0]["rule"], "default-value");
    assert_eq!(json["files"][0]["findings"][0]["line"], 3);
    assert_eq!(json["summary"]["files"], 1);
    let sarif = stdout(dommigrate().args(["check", "--output-format", "sarif"]).write_stdin(OLD));
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "default-value");
    let github = stdout(dommigrate().args(["check", "--output-format", "github"]).write_stdin(OLD));
    assert!(github.starts_with("::notice file=<stdin>,line=3,col=3,title=default-value::"), "{github}");
}

#[test]
fn unknown_content_is_kept_or_refused() {
    let text = NEW.replace("  <os>", "  <!-- a note -->\n  <extra a='1'/>\n  <os>");
    dommigrate().arg("upgrade").write_stdin(text.clone()).assert().code(1).stdout(text.clone());
    dommigrate().args(["upgrade", "--unknown", "deny"]).write_stdin(text).assert().code(2).stdout("");
    let blocks = "  <features>\n    <new/>\n    <hyperv mode='custom'>\n      <newer/>\n    </hyperv>\n  </features>\n";
    let text = NEW.replace("</domain>", &format!("{blocks}</domain>"));
    dommigrate().arg("upgrade").write_stdin(text.clone()).assert().code(1).stdout(text);
}

/// A disk and an interface with a value each that the schema does not know: of an optional attribute, and of a choice.
fn newer_devices() -> String {
    let devices = "  <devices>\n    <disk type='file' device='disk'>\n      <driver name='qemu' type='raw' cache='psychic' io='native'/>\n      \
                   <source file='/a'/>\n      <target dev='vda' bus='virtio'/>\n    </disk>\n    <interface type='tachyon'>\n      \
                   <mac address='52:54:00:00:00:01'/>\n      <source beam='7'>\n        <lens/>\n      </source>\n    </interface>\n  </devices>\n";
    NEW.replace("</domain>", &format!("{devices}</domain>"))
}

#[test]
fn unknown_values_are_kept_where_they_stand() {
    let text = newer_devices();
    for command in ["upgrade", "fmt"] {
        let kept = dommigrate().arg(command).write_stdin(text.clone()).assert().stdout(text.clone());
        let said = String::from_utf8_lossy(&kept.get_output().stderr).into_owned();
        assert_eq!(said.matches("[unknown-content]").count(), if command == "fmt" { 0 } else { 2 }, "{said}");
        dommigrate().args([command, "--unknown", "deny"]).write_stdin(text.clone()).assert().code(2).stdout("");
    }
    for command in ["check", "validate"] {
        let said = stdout(dommigrate().arg(command).write_stdin(text.clone()));
        let found: Vec<_> = said.lines().filter(|line| line.contains("unknown-content")).collect();
        assert!(
            found.len() == 2 && found[0].contains("driver/@cache") && found[1].contains("interface/@type"),
            "{said}"
        );
    }
    let said = stdout(dommigrate().arg("info").write_stdin(text));
    assert!(said.starts_with("oldest libvirt: cannot be told, something is unknown"), "{said}");
}

/// libvirt's own form of what the schema does not know is known only of a libvirt that is named.
#[test]
fn libvirts_form_of_what_is_unknown_is_asked_for() {
    let libvirt = |text: &str, more: &[&str]| {
        let mut command = dommigrate();
        command.args(["upgrade", "--profile", "libvirt"]).args(more);
        let output = command.write_stdin(text.to_owned()).output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let unknown = NEW.replace("  <os>", "  <!-- a note -->\n  <extra a='1'/>\n  <os>");
    let (code, written, said) = libvirt(&unknown, &[]);
    assert!(
        code == Some(2) && written.is_empty() && said.contains("--target") && said.contains("--unknown keep"),
        "{said}"
    );
    let (_, written, said) = libvirt(&unknown, &["--target", "9.0.0"]);
    assert!(written.contains("<name>") && !written.contains("extra") && said.contains("<extra>"), "{written}{said}");
    let (_, written, _) = libvirt(&unknown, &["--unknown", "keep"]);
    assert!(written.contains("  <extra a='1'/>\n") && !written.contains("<!--"), "{written}");
    // A libvirt that does not know a value refuses it.
    let (code, written, said) = libvirt(&newer_devices(), &["--target", "9.0.0"]);
    assert!(code == Some(2) && written.is_empty() && said.contains("libvirt refuses it"), "{said}");
    let (_, written, said) = libvirt(&newer_devices(), &["--unknown", "keep"]);
    assert!(
        written.contains(" cache='psychic' io='native'/>") && written.contains("<interface type='tachyon'>"),
        "{written}{said}"
    );
    assert!(written.contains("<source beam='7'>"), "{written}");
}

/// What is wrong in one place hides nothing of the others.
#[test]
fn what_cannot_be_read_is_told_with_all_the_rest() {
    let device = "  <devices>\n    <disk type='file'>\n      <source file='/a'/>\n      <target dev='vda'/>\n    </disk>\n    \
                  <watchdog action='reset'/>\n    <rng model='virtio'>\n      <rate bytes='many'/>\n      \
                  <backend model='random'>/dev/random</backend>\n    </rng>\n  </devices>\n";
    let text = NEW.replace("</domain>", &format!("{device}</domain>"));
    let upgraded = dommigrate().arg("upgrade").write_stdin(text.clone()).assert().code(1);
    let output = upgraded.get_output();
    let (written, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(written.contains("<disk type='file' device='disk'>"), "{written}");
    assert!(
        written.contains("\n    <watchdog action='reset'/>\n") && written.contains("<rate bytes='many'/>"),
        "{written}"
    );
    assert!(said.contains("missing attribute 'model'") && said.contains("'many'"), "{said}");
    dommigrate().args(["upgrade", "--unknown", "deny"]).write_stdin(text).assert().code(2).stdout("");
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

#[test]
fn what_libvirt_refuses_beyond_the_schema_is_an_error() {
    for bad in ["<vcpu cpuset='3-1'>4</vcpu>", "<genid/><genid/>"] {
        let text = NEW.replace("  <os>", &format!("  {bad}\n  <os>"));
        // What is wrong stays and is told, and libvirt's own form of it there is none.
        dommigrate().args(["upgrade", "-"]).write_stdin(text.clone()).assert().code(1);
        dommigrate().args(["upgrade", "--profile", "libvirt"]).write_stdin(text.clone()).assert().code(2).stdout("");
        // A layout does not depend on it.
        dommigrate().args(["fmt", "-"]).write_stdin(text).assert().code(0);
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
fn validate_names_the_place() {
    let bad = NEW.replace("<type>", "<type arhc='x86_64'>");
    let said = stdout(dommigrate().arg("validate").write_stdin(bad));
    assert!(said.contains(":5:11: invalid[unknown-content] domain/os/type/@arhc: "), "{said}");
    assert!(said.contains("did you mean arch?"), "{said}");
    dommigrate().arg("validate").write_stdin(NEW).assert().code(0);
}

/// `check` and `validate` say the same of what the schema refuses, at the same place, at the level of what libvirt does.
#[test]
fn check_and_validate_say_the_same() {
    let with = |line: &str| NEW.replace("</domain>", &format!("  {line}\n</domain>"));
    for (text, said) in [
        (
            with("<os><boot dev='hd'/></os>"),
            "7:3: invalid[unknown-content] domain/os[2]: <os> is given more than once in <domain>",
        ),
        (with("<boot dev='hd'/>"), "7:3: invalid[unknown-content] domain/boot: "),
        (
            with("<devices><emulator>test</emulator></devices>"),
            "7:22: invalid[invalid] domain/devices/emulator: 'test' is no value of <emulator>; expected ",
        ),
        (
            with("<devices><rng model='virtio'/></devices>"),
            "7:12: error[invalid] domain/devices/rng: <rng> lacks <backend>",
        ),
        (
            with("<on_reboot>never</on_reboot>"),
            "7:14: error[invalid] domain/on_reboot: 'never' is no value of <on_reboot>; expected 'restart', ",
        ),
        // One mistake, one finding.
        (
            NEW.replace("type='kvm'", "typo='kvm'"),
            "1:9: error[invalid] domain/@typo: unknown attribute 'typo' of <domain>; did you mean type?",
        ),
    ] {
        for command in ["check", "validate"] {
            let call = [command, "--output-format", "concise"];
            let output = stdout(dommigrate().args(call).write_stdin(text.as_str()));
            let lines: Vec<_> = output.lines().filter(|line| !line.contains(": default[")).collect();
            assert!(lines.len() == 1 && lines[0].contains(said), "{command}: expected {said}, got {output}");
        }
    }
    let other = "<network><name>x</name></network>";
    for command in ["check", "validate"] {
        let said = stdout(dommigrate().arg(command).write_stdin(other));
        assert!(said.contains("error[not-a-domain]"), "{said}");
    }
}

/// What a libvirt does not know it reads past, save for values, which it refuses.
#[test]
fn the_target_is_asked_by_check_and_validate() {
    let devices = |device: &str| NEW.replace("</domain>", &format!("  <devices>{device}</devices>\n</domain>"));
    for (device, level, status) in
        [("<vsock model='virtio'/>", "note", 0), ("<watchdog model='itco' action='reset'/>", "error", 1)]
    {
        for command in ["check", "validate"] {
            let said =
                dommigrate().args([command, "--target", "4.0.0"]).write_stdin(devices(device)).assert().code(status);
            let said = String::from_utf8_lossy(&said.get_output().stdout).into_owned();
            assert!(said.contains(&format!("{level}[newer-than-target]")), "{said}");
        }
    }
}

/// Runs `diff` over two texts; the second comes from standard input.
fn diff(before: &str, after: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("a.xml");
    fs::write(&file, before).expect("written");
    let output =
        dommigrate().arg("diff").args(arguments).arg(&file).arg("-").write_stdin(after).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).replace(&file.display().to_string(), "a.xml");
    (output.status.code(), said)
}

#[test]
fn diff_names_changes_by_path_and_place() {
    let other = NEW.replace("1048576", "2097152").replace("  <os>", "  <title>t</title>\n  <os>");
    let (status, said) = diff(OLD, &other, &[]);
    assert_eq!(status, Some(1), "{said}");
    for line in [
        "a.xml:3:3, <stdin>:3:3: changed domain/memory: 1048576 -> 2097152\n",
        "<stdin>:4:3: added domain/title: <title>t</title>\n",
        "0 same, 1 different, 0 not judged\n",
    ] {
        assert!(said.contains(line), "expected {line}, got {said}");
    }
    assert_eq!(diff(OLD, NEW, &[]), (Some(0), "1 same, 0 different, 0 not judged\n".to_owned()));
    assert_eq!(diff(OLD, "<domain/>", &[]).0, Some(2));
    let (_, json) = diff(OLD, &other, &["--output-format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["pairs"][0]["verdict"], "different");
    assert_eq!(json["pairs"][0]["changes"][0]["after"]["line"], 3);
    let (_, github) = diff(OLD, &other, &["--output-format", "github"]);
    assert!(github.starts_with("::error file=<stdin>,line=3,col=3,title=difference::domain/"), "{github}");
    let (_, sarif) = diff(OLD, &other, &["--output-format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "difference");
}

/// What no schema knows may mean anything: documents that differ in it are never the same.
#[test]
fn diff_looks_at_what_is_unknown() {
    let with = |line: &str| NEW.replace("</domain>", &format!("  {line}\n</domain>"));
    for (one, other) in [
        (with("<extra/>"), NEW.to_owned()),
        (with("<extra a='1'/>"), with("<extra a='2'/>")),
        (with("<extra>1</extra>"), with("<extra>2</extra>")),
        (NEW.replace("<os>", "<os extra='1'>"), NEW.replace("<os>", "<os extra='2'>")),
        (NEW.replace("<os>", "<os>text"), NEW.to_owned()),
        (with("<metadata><extra/></metadata>"), NEW.to_owned()),
        (newer_devices(), newer_devices().replace("psychic", "clairvoyant")),
        (newer_devices().replace(" io='native'", ""), newer_devices().replace(" cache='psychic' io='native'", "")),
        (newer_devices(), newer_devices().replace("tachyon", "warp")),
        (newer_devices(), newer_devices().replace("beam='7'", "beam='8'")),
        (newer_devices(), newer_devices().replace("<lens/>", "<prism/>")),
        (with("<v:extra xmlns:v='urn:v' a='1'/>"), with("<v:extra xmlns:v='urn:v' a='2'/>")),
    ] {
        let (status, said) = diff(&one, &other, &[]);
        assert_eq!(status, Some(1), "{one}\n{other}\n{said}");
        assert!(said.contains("0 same, 1 different, 0 not judged"), "{said}");
    }
    let one = with("<extra b='2' a='1'><x/><!-- seen --></extra>");
    let other = OLD.replace("  <name>", "  <extra a=\"1\" b=\"2\">\n    <x/>\n  </extra>\n  <name>");
    assert_eq!(diff(&one, &other, &[]), (Some(0), "1 same, 0 different, 0 not judged\n".to_owned()));
}

/// The format is known up to one libvirt, which every answer about versions names.
#[test]
fn what_is_newer_than_the_format_is_no_target() {
    let newest = domxml::NEWEST.to_string();
    for command in ["upgrade", "check", "validate"] {
        let refused = dommigrate().args([command, "--target", "99.0.0"]).write_stdin(NEW).assert().code(2);
        let said = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
        assert!(said.contains("99.0.0") && said.contains(&newest), "{said}");
        dommigrate().args([command, "--target", &newest]).write_stdin(NEW).assert().code(0);
    }
    assert!(stdout(dommigrate().arg("--version")).contains(&newest));
    assert!(stdout(dommigrate().arg("--help")).contains(&newest));
}

#[test]
fn help_fits_and_tells_the_exit_status() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help.txt");
    let mut all = String::new();
    for command in
        ["", "upgrade", "check", "fmt", "validate", "info", "diff", "drift", "convert", "rules", "explain", "schema"]
    {
        let help = stdout(dommigrate().args(Some(command).filter(|name| !name.is_empty())).arg("--help"));
        all.push_str(&format!("$ dommigrate {command}{}--help\n{help}\n", if command.is_empty() { "" } else { " " }));
        let long = help.lines().find(|line| line.chars().count() > 100);
        assert!(help.contains("Usage: dommigrate") && long.is_none(), "{command}: {long:?}");
        if ["", "upgrade", "check", "validate", "diff"].contains(&command) {
            assert!(help.contains("Exit status:"), "{help}");
        }
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
    assert!(script.contains("os-nvram-text") && script.contains("default-value"), "no rules to complete");
    let directory = tempfile::tempdir().expect("a directory");
    dommigrate().arg("man").arg(directory.path()).assert().code(0);
    let page = fs::read_to_string(directory.path().join("dommigrate-upgrade.1")).expect("a page");
    assert!(page.contains(".SH") && page.contains("profile"), "{page}");
    assert!(stdout(dommigrate().arg("man")).contains(".TH dommigrate"));
}

/// Every key that is printed stands in the schema, and what the schema requires is printed.
#[test]
fn json_follows_its_schema() {
    let schema: serde_json::Value = serde_json::from_str(&stdout(dommigrate().args(["schema", "json"]))).expect("JSON");
    let unknown = NEW.replace("</domain>", "  <extra/>\n</domain>");
    for (arguments, text) in [
        (&["check"][..], OLD),
        (&["check", "--strict"], &unknown),
        (&["upgrade", "--diff"], OLD),
        (&["upgrade", "--dry-run"], OLD),
        (&["fmt", "--check"], OLD),
        (&["validate"], &unknown),
        (&["info"], OLD),
        (&["check"], "no XML"),
    ] {
        let output =
            dommigrate().args(arguments).args(["--output-format", "json"]).write_stdin(text).output().expect("it runs");
        let bytes = if output.stdout.starts_with(b"{") { output.stdout } else { output.stderr };
        let json: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(json["version"], 1);
        fits(&json, &schema, &schema, &format!("{arguments:?}"));
    }
}

/// Whether a value is what a JSON Schema says, as far as ours uses the language.
fn fits(value: &serde_json::Value, schema: &serde_json::Value, root: &serde_json::Value, at: &str) {
    use serde_json::Value;
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).expect("a definition");
        return fits(value, target, root, at);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let choice = choices.iter().find(|choice| (choice["type"] == "null") == value.is_null()).expect("a choice");
        return fits(value, choice, root, at);
    }
    match value {
        Value::Object(members) if schema["properties"].is_object() => {
            for required in schema["required"].as_array().into_iter().flatten() {
                assert!(members.contains_key(required.as_str().expect("a name")), "{at}: lacks {required}");
            }
            for (key, member) in members {
                let known = &schema["properties"][key];
                assert!(known.is_object(), "{at}: {key} is not in the schema");
                fits(member, known, root, &format!("{at}/{key}"));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fits(item, &schema["items"], root, at)),
        Value::String(text) => {
            let named = |values: &Value| values.as_array().is_none_or(|all| all.iter().any(|one| one == text.as_str()));
            let words = schema["oneOf"].as_array().is_none_or(|all| {
                all.iter().any(|one| one["const"] == text.as_str() || !one["enum"].is_null() && named(&one["enum"]))
            });
            assert!(named(&schema["enum"]) && words, "{at}: {text} is no value of the schema");
        }
        _ => {}
    }
}

/// `info` answers first, and does not answer what it cannot know.
#[test]
fn info_says_its_answer_first() {
    let said = stdout(dommigrate().arg("info").write_stdin(OLD));
    assert!(said.starts_with("oldest libvirt: "), "{said}");
    let unknown = OLD.replace("</domain>", "  <extra/>\n</domain>");
    let said = stdout(dommigrate().arg("info").write_stdin(unknown.as_str()));
    assert!(said.starts_with("oldest libvirt: cannot be told, something is unknown"), "{said}");
    let json = stdout(dommigrate().args(["info", "--output-format", "json"]).write_stdin(unknown));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["files"][0]["features"]["certain"], false);
}

/// No arrow leads to nothing, and no name steers the terminal.
#[test]
fn reports_read_well() {
    let copy = NEW.replace("</domain>", "<devices><graphics type='vnc' listen='::1'><listen type='address' address='::1'/></graphics></devices></domain>");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("a\x1b[31m\n.xml");
    fs::write(&file, copy).expect("written");
    let said = stdout(dommigrate().arg("check").arg(&file));
    assert!(said.contains("graphics-listen-attr") && said.contains(": remove listen='::1'\n"), "{said}");
    assert!(!said.contains("-> \n") && !said.contains(": -> ") && !said.contains('\x1b'), "{said}");
    let styled = stdout(dommigrate().args(["check", "--color", "always"]).arg(&file));
    assert!(styled.contains("\x1b[1;36mcopy[") && !styled.contains("\x1b[31m"), "{styled}");
    let sarif = stdout(dommigrate().args(["check", "--output-format", "sarif"]).arg(&file));
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    let run = &sarif["runs"][0];
    let uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a URI");
    assert!(uri.starts_with("file:///") && uri.ends_with("a%1B%5B31m%0A.xml"), "{uri}");
    // What is inserted takes the place of what is deleted, line by line.
    let change = &run["results"][0]["fixes"][0]["artifactChanges"][0];
    let replacement = &change["replacements"][0];
    assert_eq!(change["artifactLocation"]["uri"].as_str(), Some(uri), "{sarif}");
    assert!(replacement["deletedRegion"]["startLine"].is_u64() && replacement["insertedContent"]["text"].is_string());
    let rule = &run["tool"]["driver"]["rules"][0];
    assert!(rule["shortDescription"]["text"].is_string() && rule["fullDescription"]["text"].is_string(), "{rule}");
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

#[test]
fn the_examples_are_upgraded() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/legacy");
    let assert = dommigrate().args(["upgrade", "--diff"]).arg(examples).assert().code(1);
    let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(said.contains("3 files, 3 would be rewritten"), "{said}");
}
