//! What profile `libvirt` spells out depends on the driver: what the QEMU driver chooses itself is left to it.

use assert_cmd::Command;

/// The document in profile `libvirt`, for a driver or that of its type.
fn libvirt(driver: Option<&str>, arch: &str, devices: &str) -> String {
    let text = format!(
        "<domain type='kvm'><name>a</name><memory>1048576</memory><os><type arch='{arch}'>hvm</type></os><devices>{devices}</devices></domain>"
    );
    let mut command = Command::cargo_bin("dommigrate").expect("the command is built with its tests");
    command.args(["upgrade", "--profile", "libvirt"]).args(driver.map(|driver| format!("--driver={driver}")));
    let output = command.arg("-").write_stdin(text).output().expect("it runs");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Nothing is pinned that the QEMU driver would choose otherwise, or put elsewhere.
#[test]
fn what_qemu_chooses_is_left_to_it() {
    let disk = "<disk type='file' device='disk'><source file='/a'/><target dev='hda' bus='ide'/></disk>";
    for (arch, devices, spelt_out) in [
        ("x86_64", disk, "<controller type='ide' index='0'/>"),
        (
            "x86_64",
            "<channel type='pty'><target type='virtio' name='a'/></channel>",
            "<controller type='virtio-serial'",
        ),
        ("x86_64", "<smartcard mode='host'/>", "<controller type='ccid'"),
        ("s390x", "<graphics type='vnc'/><video/>", "cirrus"),
        ("aarch64", "<graphics type='vnc'/>", "cirrus"),
        (
            "s390x",
            "<rng model='virtio'><backend model='random'>/dev/random</backend><address type='ccw'/></rng>",
            "devno='0x0000'",
        ),
    ] {
        let (qemu, test) = (libvirt(None, arch, devices), libvirt(Some("test"), arch, devices));
        assert!(qemu.contains("<name>a</name>") && !qemu.contains(spelt_out), "{spelt_out}: {qemu}");
        assert!(test.contains(spelt_out), "{spelt_out}: {test}");
    }
    let panic = "<panic/>";
    assert!(libvirt(None, "x86_64", panic).contains("<panic/>"), "the QEMU driver gives it a model");
    assert!(!libvirt(Some("test"), "x86_64", panic).contains("<panic/>"));
}
