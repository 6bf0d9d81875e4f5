//! What the schema does not know.

mod common;

use common::{NEW, OLD, diff, dommigrate, stdout};

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

/// What libvirt reads of a block that stands twice is looked at in both.
#[test]
fn what_is_unknown_in_a_second_block_is_told() {
    let text = newer_devices().replace("  <devices>", "  <devices/>\n  <devices>");
    let said = stdout(dommigrate().args(["check", "--output-format", "concise"]).write_stdin(text.clone()));
    for (level, place) in [("error", "10:45: "), ("error", "14:22: ")] {
        let told = |line: &&str| line.contains(place) && line.contains(&format!("{level}[unknown-content]"));
        assert_eq!(said.lines().filter(told).count(), 1, "{said}");
    }
    let libvirt = ["upgrade", "--profile", "libvirt", "--target", "12.8.0"];
    dommigrate().args(libvirt).write_stdin(text).assert().code(2).stdout("");
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

/// Where an element could not be read, or a further one stands that libvirt reads past, no rule puts another beside it or takes away the one
/// before it; what else is to be done of the document is.
#[test]
fn a_rule_never_changes_which_element_libvirt_reads() {
    let devices = "  <devices>\n    <disk type='file' device='cdrom'>\n      <source file=''/>\n      <source file='/b'/>\n      \
                   <target dev='sda' bus='sata'/>\n    </disk>\n    <disk type='file' device='cdrom'>\n      <source file=''/>\n      \
                   <target dev='sdb' bus='sata'/>\n    </disk>\n    <graphics type='spice'>\n      <listen type='network' nework='a'/>\n    \
                   </graphics>\n    <graphics type='spice'>\n    </graphics>\n  </devices>\n";
    let text = NEW.replace("</domain>", &format!("{devices}</domain>"));
    let wanted = text.replace("<source file=''/>\n      <target dev='sdb'", "<target dev='sdb'").replace(
        "<graphics type='spice'>\n    </graphics>",
        "<graphics type='spice'>\n      <listen type='none'/>\n    </graphics>",
    );
    assert_ne!(text, wanted);
    for layout in ["keep", "canonical"] {
        let upgrade = |text: &str| {
            dommigrate()
                .args(["upgrade", "--layout", layout])
                .write_stdin(text.to_owned())
                .assert()
                .code(1)
                .stdout(wanted.clone());
        };
        upgrade(&text);
        upgrade(&wanted);
    }
}

/// Nor is a type changed where another one reads an element that is kept, as the old form of a mirror keeps a source.
#[test]
fn what_is_kept_does_not_come_to_be_read() {
    let devices = "  <devices>\n    <disk type='file' device='disk'>\n      <source file='/a'/>\n      <mirror file='/b' job='copy'>\n        \
                   <source file='/c'/>\n      </mirror>\n      <target dev='vda' bus='virtio'/>\n    </disk>\n    <serial type='tcp'>\n      \
                   <source mode='bind' host='h' service='1'/>\n      <protocol type='raw'/>\n      <target port='0'/>\n    </serial>\n    \
                   <console type='pty'>\n      <protocol type='telnet'/>\n      <target type='serial' port='0'/>\n    </console>\n  \
                   </devices>\n";
    let text = NEW.replace("</domain>", &format!("{devices}</domain>"));
    for layout in ["keep", "canonical"] {
        let options = ["upgrade", "--unsafe-fixes", "--layout", layout];
        let output = dommigrate().args(options).write_stdin(text.clone()).assert().code(1).get_output().clone();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("<mirror file='/b' job='copy'>"), "{said}");
        assert!(said.contains("<console type='pty'>\n      <protocol type='telnet'/>"), "{said}");
    }
}

/// A value that must be there and is not has a default to libvirt; it is written by whoever asks for libvirt's form, and by nobody else.
#[test]
fn an_assumed_value_is_not_written_down() {
    let devices = "  <devices>\n    <controller type='usb' index='0' model='ich9-uhci1'>\n      <master/>\n    </controller>\n    \
                   <interface type='network'>\n      <source network='a'/>\n      <mtu/>\n    </interface>\n    <interface type='network'>\n      \
                   <source network='a'/>\n      <mtu size=''/>\n    </interface>\n  </devices>\n";
    let text = NEW.replace("</domain>", &format!("{devices}</domain>"));
    dommigrate().arg("fmt").write_stdin(text.clone()).assert().code(0).stdout(text.clone());
    for layout in ["keep", "canonical"] {
        let wanted = text.replace("      <mtu/>\n", "");
        let upgrade = dommigrate().args(["upgrade", "--layout", layout]).write_stdin(text.clone()).assert();
        let assert = upgrade.stdout(wanted);
        let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(!said.contains("size='0'"), "nothing is to be removed that is not there: {said}");
    }
    // What is set is said.
    let set = dommigrate().args(["set", "-", "devices/interface[1]/mtu/@size=0"]).write_stdin(text.clone()).assert();
    assert!(String::from_utf8_lossy(&set.get_output().stdout).contains("<mtu size='0'/>"));
}

/// Of a device of an unknown type nobody knows what it must have; what the types ask for is not made up for it.
#[test]
fn nothing_is_made_up_for_what_is_unknown() {
    let text = NEW.replace(
        "</domain>",
        "  <devices>\n    <disk type='fil'/>\n    <disk type='fil' device='cdrom'/>\n  </devices>\n</domain>",
    );
    for command in [&["fmt"][..], &["upgrade"], &["upgrade", "--layout", "canonical"]] {
        dommigrate().args(command).write_stdin(text.clone()).assert().stdout(text.clone());
    }
}

/// libvirt keeps no comments; who leaves that rule out keeps them, also where a console becomes a serial port, or repeats one.
#[test]
fn comments_stay_in_libvirts_form_where_that_is_asked() {
    let document = |devices: &str| {
        format!(
            "<!-- first -->\n<domain type='kvm'>\n  <name>a</name>\n  <!-- little -->\n  <memory unit='KiB'>1024</memory>\n  <os>\n    \
             <type arch='x86_64'>hvm</type>\n  </os>\n  <devices>\n{devices}    <!-- last -->\n  </devices>\n</domain>\n<!-- end -->\n"
        )
    };
    let console = "    <!-- ahead -->\n    <console type='pty'>\n      <!-- inside -->\n      <target type='serial' port='0'/> <!-- beside -->\n    \
                   </console> <!-- behind -->\n";
    let serial = "    <serial type='pty'>\n      <!-- of the port -->\n      <target port='0'/>\n    </serial>\n";
    for (devices, before_the_console) in
        [(console.to_owned(), ""), (format!("{serial}{console}"), "<!-- of the port -->")]
    {
        let text = document(&devices);
        for (unknown, layout) in [("drop", "canonical"), ("drop", "keep"), ("keep", "canonical"), ("keep", "keep")] {
            let mut command = dommigrate();
            command.args(["upgrade", "-q", "--profile", "libvirt", "--ignore", "comments-dropped", "--layout", layout]);
            if unknown == "keep" {
                command.args(["--unknown", "keep"]);
            }
            let form = stdout(command.arg("-").write_stdin(text.clone()));
            let (port, rest) = form.split_once("<console").expect("a console");
            assert_eq!(form.matches("<!--").count(), text.matches("<!--").count(), "{form}");
            assert!(
                port.contains("<serial") && port.contains(before_the_console) && port.contains("<!-- ahead -->"),
                "{form}"
            );
            let order = [
                "<!-- inside -->",
                "<target type='serial' port='0'/> <!-- beside -->",
                "</console> <!-- behind -->",
                "<!-- last -->",
            ];
            let places: Vec<_> = order.iter().map(|it| rest.find(it)).collect();
            assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{form}");
            assert_eq!(stdout(command.write_stdin(form.clone())), form, "a second time");
        }
    }
}

/// A value that libvirt takes for none stays where it stands, and no default is written beside it.
#[test]
fn a_value_that_is_unknown_stays_in_libvirts_form_where_that_is_asked() {
    let text = "<domain type='kvm'><name>a</name><memory unit='KiB'>1024</memory><os><type>hvm</type></os><devices>\
                <hostdev mode='subsystem' type='pci' managed='zzz'><source><address domain='0' bus='1' slot='0' function='0'/></source>\
                </hostdev></devices></domain>";
    let form = |arguments: &[&str]| {
        stdout(dommigrate().args(["upgrade", "-q", "--profile", "libvirt"]).args(arguments).arg("-").write_stdin(text))
    };
    let kept = form(&["--unknown", "keep"]);
    assert!(kept.contains("<hostdev mode='subsystem' type='pci' managed='zzz'>"), "{kept}");
    let dropped = form(&["--target", "12.8.0"]);
    assert!(dropped.contains("<hostdev mode='subsystem' type='pci' managed='no'>"), "{dropped}");
}

#[test]
fn a_text_goes_on_in_unknown_elements_where_libvirt_reads_it() {
    let text = "<domain type='test'><name>a<b>1</b></name><memory>1024</memory><os><type>hvm</type></os></domain>\n";
    let upgraded = |options: &[&str]| stdout(dommigrate().arg("upgrade").args(options).write_stdin(text));
    assert!(upgraded(&["--profile", "libvirt", "--target", "12.8.0"]).contains("<name>a1</name>"));
    assert!(upgraded(&[]).contains("<name>a<b>1</b></name>"), "what is kept is no part of the value");
}
