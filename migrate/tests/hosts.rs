//! `check --host` as users call it: guests against what a host says of itself.

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/host").join(name)
}

/// `check` of one guest against both documents of the host; what it prints, and its status.
fn check(domain: &str) -> (String, i32) {
    let mut command = Command::cargo_bin("dommigrate").expect("the command is built with its tests");
    command
        .arg("check")
        .arg("--host")
        .arg(fixture("capabilities.xml"))
        .arg("--host")
        .arg(fixture("domcapabilities.xml"));
    let output = command.arg("-").write_stdin(domain).output().expect("it runs");
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code().unwrap_or(-1))
}

fn domain(type_: &str, os: &str, rest: &str) -> String {
    format!(
        "<domain type='{type_}'>\n  <name>web01</name>\n  <memory unit='KiB'>1048576</memory>\n  \
         <currentMemory unit='KiB'>1048576</currentMemory>\n  <vcpu placement='static'>1</vcpu>\n  {os}\n  {rest}\n</domain>\n"
    )
}

const PC: &str = "<os>\n    <type arch='x86_64' machine='pc'>hvm</type>\n    <boot dev='hd'/>\n  </os>";

#[test]
fn a_guest_that_the_host_can_run_passes() {
    let (said, status) = check(&domain("kvm", PC, "<cpu mode='host-passthrough' check='none' migratable='on'/>"));
    assert_eq!(status, 0, "{said}");
    assert!(!said.contains("host-"), "{said}");
}

/// Each of these guests is refused, and told what to do.
#[test]
fn what_the_host_lacks_fails_and_names_the_way_out() {
    let old = PC.replace("'pc'", "'pc-i440fx-2.1'");
    let renamed = PC.replace("'pc'", "'pc-0.13'");
    let distribution = PC.replace("'pc'", "'pc-i440fx-xenial'");
    let spice = "<devices><graphics type='spice' autoport='yes'/></devices>";
    let emulator = "<devices><emulator>/usr/bin/kvm-spice</emulator></devices>";
    let model = "<cpu mode='custom' match='exact' check='partial'><model fallback='allow'>Haswell</model></cpu>";
    let disabled = "<cpu mode='custom' match='exact' check='partial'><model fallback='allow'>Haswell</model>\
                    <feature policy='disable' name='hle'/><feature policy='disable' name='rtm'/></cpu>";
    for (guest, rule, way) in [
        (domain("kvm", &old, ""), "host-machine-missing", "set machine='pc-i440fx-6.0', which comes nearest, or 'pc'"),
        (domain("kvm", &renamed, ""), "host-machine-missing", "'pc', which is pc-i440fx-10.1 there"),
        (domain("kvm", &distribution, ""), "host-machine-missing", "set machine='pc', which is pc-i440fx-10.1 there"),
        (domain("kvm", PC, spice), "host-display-missing", "set type to 'vnc'"),
        (domain("kvm", PC, emulator), "host-emulator-missing", "leave out <emulator>"),
        (domain("kvm", PC, model), "host-cpu-model", "which lacks hle, rtm: set mode='host-model'"),
        (
            domain(
                "kvm",
                "<os>\n    <type arch='aarch64' machine='virt'>hvm</type>\n    <boot dev='hd'/>\n  </os>",
                "",
            ),
            "host-type-missing",
            "set type='qemu'",
        ),
    ] {
        let (said, status) = check(&guest);
        assert_eq!(status, 1, "{said}");
        assert!(said.contains(&format!("error[{rule}]")) && said.contains(way), "{rule} {way}: {said}");
    }
    let (said, _) = check(&domain("kvm", PC, disabled));
    assert!(!said.contains("host-cpu-model"), "what is switched off need not be there: {said}");
}

/// What libvirt defines all the same is noted and does not fail; so is what the host was not asked about.
#[test]
fn what_only_may_go_wrong_is_noted() {
    let deprecated = PC.replace("'pc'", "'pc-i440fx-6.0'");
    let q35 = PC.replace("'pc'", "'q35'");
    let pinned = "<cputune><vcpupin vcpu='0' cpuset='7'/></cputune>";
    for (guest, rule, way) in [
        (domain("kvm", &deprecated, ""), "host-machine-missing", "plan to move to a newer version of pc"),
        (domain("kvm", &q35, ""), "host-not-asked", "virsh domcapabilities --virttype kvm --arch x86_64 --machine q35"),
        (domain("kvm", PC, pinned), "host-cpu-missing", "choose among 0-3"),
    ] {
        let (said, status) = check(&guest);
        assert_eq!(status, 0, "{said}");
        assert!(said.contains(&format!("note[{rule}]")) && said.contains(way), "{rule} {way}: {said}");
    }
}

/// What libvirt's own checker tells of a guest and a connection, told of files.
#[test]
fn what_libvirts_own_checker_tells_is_told() {
    let emulated = fs::read_to_string(fixture("capabilities.xml")).expect("a host").replace("<domain type='kvm'/>", "");
    let folder = tempfile::tempdir().expect("a directory");
    let without_kvm = folder.path().join("without-kvm.xml");
    fs::write(&without_kvm, emulated).expect("written");
    let large = domain("kvm", PC, "").replace("1048576", "12582912");
    let bound =
        domain("kvm", PC, "<numatune><memory mode='strict' nodeset='1'/></numatune>").replace("1048576", "9437184");
    let port = "<devices><controller type='pci' index='0' model='pcie-root'/><controller type='pci' index='1' model='pcie-root-port'>\
                <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0'/></controller>\
                <rng model='virtio'><backend model='random'>/dev/urandom</backend>\
                <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></rng></devices>";
    let full = domain("kvm", &PC.replace("'pc'", "'q35'"), port);
    for (host, guest, rule, way) in [
        (without_kvm, domain("kvm", PC, ""), "host-type-missing", "kvm"),
        (fixture("capabilities.xml"), large, "host-memory-exceeded", "no NUMA node of the host has more than 8.0 GiB"),
        (fixture("capabilities.xml"), bound, "host-memory-exceeded", "bind it to more nodes"),
        (fixture("capabilities.xml"), full, "advice-no-free-port", "pcie-root-port"),
    ] {
        let mut command = Command::cargo_bin("dommigrate").expect("the command is built with its tests");
        let output =
            command.arg("check").arg("--host").arg(host).arg("-").write_stdin(guest).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains(&format!("[{rule}]")) && said.contains(way), "{rule} {way}: {said}");
    }
}

#[test]
fn another_document_is_no_host() {
    let mut command = Command::cargo_bin("dommigrate").expect("the command is built with its tests");
    let cargo = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let output =
        command.arg("check").arg("--host").arg(cargo).arg("-").write_stdin("<domain/>").output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Cargo.toml"));
}

/// The emulators of another hypervisor are none that a guest could name.
#[test]
fn an_emulator_is_asked_of_hosts_that_run_such_guests() {
    let directory = tempfile::tempdir().expect("a directory");
    let host = directory.path().join("bhyve.xml");
    let own = "<domainCapabilities><path>/usr/sbin/bhyve</path><domain>bhyve</domain><arch>x86_64</arch></domainCapabilities>";
    std::fs::write(&host, own).expect("written");
    let guest = domain("kvm", PC, "<devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices>");
    let mut command = Command::cargo_bin("dommigrate").expect("the command is built with its tests");
    let output = command.arg("check").arg("--host").arg(host).write_stdin(guest).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("host-not-asked") && !said.contains("host-emulator-missing"), "{said}");
}
