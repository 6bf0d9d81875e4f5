//! `check` and `validate`: what is found, in which words, and what fails.

mod common;

use common::{NEW, OLD, dommigrate, stdout};

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
        ("legacy", with("<seclabel type='dynamic' model='none' relabel='yes'/>"), [1, 1, 1, 0]),
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
    assert!(said.contains("lacks the attribute 'model'") && said.contains("'many'"), "{said}");
    dommigrate().args(["upgrade", "--unknown", "deny"]).write_stdin(text).assert().code(2).stdout("");
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
fn validate_names_the_place() {
    let bad = NEW.replace("<type>", "<type arhc='x86_64'>");
    let said = stdout(dommigrate().arg("validate").write_stdin(bad));
    assert!(said.contains(":5:11: invalid[unknown-content] domain/os/type/@arhc: "), "{said}");
    assert!(said.contains("did you mean 'arch'?"), "{said}");
    dommigrate().arg("validate").write_stdin(NEW).assert().code(0);
}

/// Blocks are read as one, and what libvirt takes once it takes once in all of them.
#[test]
fn what_two_blocks_hold_twice_is_an_error() {
    let balloon = |model: &str| format!("  <devices>\n    <memballoon model='{model}'/>\n  </devices>\n");
    let twice = NEW.replace("</domain>", &format!("{}{}</domain>", balloon("virtio"), balloon("none")));
    let said = stdout(dommigrate().args(["check", "--output-format", "concise"]).write_stdin(twice));
    let wanted = ":11:5: error[blocks-merged] domain/devices[2]/memballoon: a second <memballoon> is not taken here: leave one of them out";
    assert!(said.contains(wanted), "{said}");
}

/// `check` and `validate` say the same of what the schema refuses, at the same place, at the level of what libvirt does.
#[test]
fn check_and_validate_say_the_same() {
    let with = |line: &str| NEW.replace("</domain>", &format!("  {line}\n</domain>"));
    for (text, said) in [
        (
            with("<memory>1</memory>"),
            "7:3: invalid[unknown-content] domain/memory[2]: <memory> is given more than once in <domain>",
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
        // libvirt refuses values that it does not know.
        (
            with("<devices><memballoon model='virtio' autodeflate='maybe'/></devices>"),
            "error[unknown-content] domain/devices/memballoon/@autodeflate: 'maybe' is no value of the attribute 'autodeflate'; expected ",
        ),
        // One mistake, one finding.
        (
            NEW.replace("type='kvm'", "typo='kvm'"),
            "1:9: error[invalid] domain/@typo: unknown attribute 'typo' of <domain>; did you mean 'type'?",
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

/// A refusal joins what the schema says of the same thing, where several things are wrong with an element.
#[test]
fn a_refusal_is_told_with_what_it_is_about() {
    let text = OLD.replace("</domain>", "<devices><redirdev/></devices></domain>");
    let said = stdout(dommigrate().args(["check", "--output-format", "concise", "-"]).write_stdin(text));
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("redirdev")).collect();
    let [bus, type_] = lines[..] else { panic!("two findings: {said}") };
    assert!(bus.contains("'bus'") && !bus.contains("needs a type"), "{said}");
    assert!(type_.contains("lacks the attribute 'type'; a redirected device needs a type"), "{said}");
}
