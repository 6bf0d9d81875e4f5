//! `drift` as users call it: what libvirt makes of a definition is none, what anyone changed is.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

fn drift() -> Command {
    let mut command = Command::cargo_bin("dommigrate").expect("the command is built with its tests");
    command.arg("drift");
    command
}

/// A definition as someone keeps it.
fn wanted(devices: &str) -> String {
    format!(
        "<domain type='kvm'>\n  <name>web01</name>\n  <memory unit='GiB'>4</memory>\n  <vcpu>2</vcpu>\n  <os>\n    \
         <type arch='x86_64' machine='q35'>hvm</type>\n  </os>\n  <devices>\n{devices}  </devices>\n</domain>\n"
    )
}

const DISK: &str = "    <disk type='file' device='disk'>\n      <driver name='qemu' type='qcow2'/>\n      \
                    <source file='/srv/web01.qcow2'/>\n      <target dev='vda' bus='virtio'/>\n    </disk>\n";
const NIC: &str =
    "    <interface type='bridge'>\n      <source bridge='br0'/>\n      <model type='virtio'/>\n    </interface>\n";

/// What the QEMU driver makes of the disk and the interface on q35.
const MADE: &str = "<domain type='kvm'>
  <name>web01</name>
  <uuid>5c0e1f9a-1d3b-4a63-8d2e-0f6f6f2f7f01</uuid>
  <memory unit='KiB'>4194304</memory>
  <currentMemory unit='KiB'>4194304</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-10.1'>hvm</type>
    <boot dev='hd'/>
  </os>
  <cpu mode='custom' match='exact' check='none'>
    <model fallback='forbid'>qemu64</model>
  </cpu>
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/srv/web01.qcow2'/>
      <target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0'/>
    </disk>
    <controller type='usb' index='0' model='qemu-xhci'>
      <address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>
    </controller>
    <controller type='sata' index='0'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x1f' function='0x2'/>
    </controller>
    <controller type='pci' index='0' model='pcie-root'/>
    <controller type='pci' index='1' model='pcie-root-port'>
      <model name='pcie-root-port'/>
      <target chassis='1' port='0x8'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x0' multifunction='on'/>
    </controller>
    <controller type='pci' index='2' model='pcie-root-port'>
      <model name='pcie-root-port'/>
      <target chassis='2' port='0x9'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x1'/>
    </controller>
    <controller type='pci' index='3' model='pcie-root-port'>
      <model name='pcie-root-port'/>
      <target chassis='3' port='0xa'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x2'/>
    </controller>
    <interface type='bridge'>
      <mac address='52:54:00:6b:3c:58'/>
      <source bridge='br0'/>
      <model type='virtio'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </interface>
    <input type='mouse' bus='ps2'/>
    <input type='keyboard' bus='ps2'/>
    <audio id='1' type='none'/>
    <watchdog model='itco' action='reset'/>
    <memballoon model='virtio'/>
  </devices>
</domain>
";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a directory");
        fs::write(&path, text).expect("written");
        path
    }
}

/// The exit status and what is printed on standard output.
fn run(desired: &str, actual: &str, options: &[&str]) -> (i32, String) {
    let folder = Folder::new();
    let (desired, actual) = (folder.write("wanted.xml", desired), folder.write("got.xml", actual));
    let output = drift().args(options).args([desired, actual]).output().expect("it runs");
    let root = folder.0.path().display().to_string() + "/";
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).replace(&root, ""))
}

#[test]
fn what_libvirt_fills_in_is_no_drift() {
    let (status, said) = run(&wanted(&[DISK, NIC].concat()), MADE, &[]);
    assert_eq!((status, said.as_str()), (0, ""));
    let (status, said) = run(&wanted(&[DISK, NIC].concat()), MADE, &["-v"]);
    assert_eq!(status, 0);
    for row in ["cpu-default", "machine-alias", "watchdog-itco", "interface-mac-made", "address-assigned"] {
        assert!(said.contains(&format!("[{row}: ")), "{row}: {said}");
    }
}

/// Controllers of SATA come with those before them, a card without a type has the memory of the machine's own, and a network card that is a
/// USB device of the host is at a port of the guest.
#[test]
fn devices_of_which_little_is_said_are_completed() {
    let (wanted, made) = (include_str!("drift/wanted.xml"), include_str!("drift/made.xml"));
    assert_eq!(run(wanted, made, &[]), (0, String::new()));
    for (from, to) in [("vram='16384'", "vram='32768'"), ("type='usb' bus='0'", "type='usb' bus='1'")] {
        assert_eq!(run(wanted, &made.replace(from, to), &[]).0, 1, "{to}");
    }
    let third = "    <controller type='sata' index='3'>\n      <address type='pci' domain='0x0000' bus='0x03' slot='0x03' \
                 function='0x0'/>\n    </controller>\n    <interface";
    assert_eq!(run(wanted, &made.replace("    <interface", third), &[]).0, 1, "no disk is on it");
}

#[test]
fn what_anyone_changed_is_told_by_its_path() {
    let desired = wanted(&[DISK, NIC].concat());
    for (from, to, line) in [
        ("4194304", "8388608", "changed domain/memory: 4194304 -> 8388608"),
        (
            "/srv/web01.qcow2",
            "/srv/other.qcow2",
            "got.xml:22:7: changed domain/devices/disk/source/@file: /srv/web01.qcow2 -> /srv/other.qcow2",
        ),
        (
            "<source bridge='br0'/>",
            "<source bridge='br1'/>",
            "changed domain/devices/interface/source/@bridge: br0 -> br1",
        ),
        ("pc-q35-10.1", "pc-i440fx-10.1", "changed domain/os/type/@machine: q35 -> pc-i440fx-10.1"),
        ("qemu64", "Skylake-Client", "added domain/cpu: "),
        ("'itco'", "'i6300esb'", "added domain/devices/watchdog: <watchdog model='i6300esb' action='reset'/>"),
        ("/usr/bin/qemu-system-x86_64", "/opt/q/qemu-system-x86_64", "added domain/devices/emulator"),
        (
            "bus='0x02' slot='0x00' function='0x0'/>\n    </disk>",
            "bus='0x01' slot='0x00' function='0x0'/>\n    </disk>",
            "added domain/devices/disk/address",
        ),
        (
            "    <memballoon",
            "    <input type='tablet' bus='usb'/>\n    <memballoon",
            "added domain/devices/input[@type='tablet' and @bus='usb']: ",
        ),
        (
            "    <memballoon",
            "    <controller type='scsi' index='0' model='virtio-scsi'/>\n    <memballoon",
            "added domain/devices/controller[@type='scsi' and @index='0']: ",
        ),
    ] {
        assert!(MADE.contains(from), "{from}");
        let (status, said) = run(&desired, &MADE.replace(from, to), &[]);
        assert_eq!(status, 1, "{to}: {said}");
        assert!(said.contains(line), "{line}: {said}");
    }
    let without = MADE.split_inclusive("    </interface>\n").map(|part| match part.find("    <interface") {
        Some(start) => &part[..start],
        None => part,
    });
    let (status, said) = run(&desired, &without.collect::<String>(), &[]);
    assert_eq!(
        (status, said.starts_with("wanted.xml:14:5: missing domain/devices/interface: <interface type='bridge'>")),
        (1, true),
        "{said}"
    );
}

/// libvirt writes some things twice, and others in one way alone: what stands there otherwise someone wrote.
#[test]
fn what_libvirt_never_writes_so_was_changed() {
    let serial = "    <serial type='pty'>\n      <target type='isa-serial' port='0'><model name='isa-serial'/></target>\n    </serial>\n    \
                  <console type='pty'>\n      <target type='serial' port='0'/>\n    </console>\n";
    let display = "    <graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'>\n      \
                   <listen type='address' address='127.0.0.1'/>\n    </graphics>\n    <video>\n      \
                   <model type='virtio' heads='1' primary='yes' device='virtio-vga'/>\n    </video>\n";
    let desired = wanted(&[DISK, NIC, serial, display].concat());
    let made = MADE.replace("    <memballoon", &[serial, display, "    <memballoon"].concat());
    let (status, said) = run(&desired, &made, &[]);
    assert_eq!((status, said.as_str()), (0, ""));
    for (from, to, line) in [
        ("<console type='pty'>", "<console type='vc'>", "changed domain/devices/console/@type: pty -> vc"),
        ("type='serial' port='0'", "type='serial' port='1'", "changed domain/devices/console/target/@port: 0 -> 1"),
        (
            "<console type='pty'>",
            "<console type='pty'><log file='/tmp/l'/>",
            "added domain/devices/console/log: <log file='/tmp/l'/>",
        ),
        ("listen='127.0.0.1'", "listen='::'", "changed domain/devices/graphics/@listen: 127.0.0.1 -> ::"),
        ("port='-1'", "port='5999'", "changed domain/devices/graphics/@port: -1 -> 5999"),
        (
            "<currentMemory unit='KiB'>4194304<",
            "<currentMemory unit='KiB'>8388608<",
            "changed domain/currentMemory: 4194304 -> 8388608",
        ),
        (
            "    <input type='keyboard' bus='ps2'/>",
            "    <input type='mouse' bus='ps2'/>\n    <input type='keyboard' bus='ps2'/>",
            "added domain/devices/input",
        ),
    ] {
        assert!(made.contains(from), "{from}");
        let (status, said) = run(&desired, &made.replace(from, to), &[]);
        assert_eq!(status, 1, "{to}: {said}");
        assert!(said.contains(line), "{line}: {said}");
    }
    // While the guest runs its port is known.
    let running = made.replace("<domain type='kvm'>", "<domain type='kvm' id='3'>").replace("port='-1'", "port='5901'");
    assert_eq!(run(&desired, &running, &[]).0, 0);
}

/// What libvirt does not read of a source or an address it does not write either: the drive is empty, and of the type that it then has.
#[test]
fn what_goes_with_another_type_is_not_asked_for() {
    let cdrom = |type_: &str, more: &str| {
        format!(
            "    <disk type='{type_}' device='cdrom'>\n      <driver name='qemu' type='raw'/>\n{more}      <readonly/>\n    </disk>\n"
        )
    };
    let target = "      <target dev='sda' bus='sata'/>\n";
    let asked = wanted(&[DISK, &cdrom("block", &format!("      <source file='/srv/a.iso'/>\n{target}")), NIC].concat());
    let address = "      <address type='drive' controller='0' bus='0' target='0' unit='0'/>\n";
    let empty = cdrom("file", target).replace("    </disk>", &format!("{address}    </disk>"));
    let made = |disk: &str| MADE.replacen("    </disk>\n", &format!("    </disk>\n{disk}"), 1);
    assert_eq!(run(&asked, &made(&empty), &[]), (0, String::new()));
    let (status, said) = run(&asked.replace("source file", "source dev"), &made(&empty), &[]);
    assert_eq!((status, said.contains("missing")), (1, true), "{said}");
    // An image in the network has no attribute that is called as its type.
    let network =
        format!("      <source protocol='https' name='a.iso'>\n        <host name='a'/>\n      </source>\n{target}");
    let asked = wanted(&[DISK, &cdrom("network", &network), NIC].concat());
    let (status, said) = run(&asked, &made(&empty), &[]);
    assert_eq!((status, said.contains("missing")), (1, true), "{said}");
}

#[test]
fn a_moved_device_is_no_drift() {
    let second = DISK.replace("vda", "vdb").replace("web01", "data");
    let (status, said) = run(&wanted(&[DISK, &second].concat()), &wanted(&[&second, DISK].concat()), &[]);
    assert_eq!((status, said.as_str()), (0, ""));
}

#[test]
fn another_spelling_is_no_drift() {
    let other = wanted(DISK)
        .replace("<memory unit='GiB'>4<", "<memory>4194304<")
        .replace("<vcpu>2<", "<vcpu placement='static' current='2'>2<")
        .replace('\'', "\"");
    let (status, said) = run(&wanted(DISK), &other, &[]);
    assert_eq!((status, said.as_str()), (0, ""));
}

#[test]
fn the_dump_of_a_running_guest_names_the_live_part_apart() {
    let running = MADE
        .replace("<domain type='kvm'>", "<domain type='kvm' id='7'>")
        .replace("<model type='virtio'/>\n      <address", "<target dev='vnet3'/>\n      <model type='virtio'/>\n      <alias name='net0'/>\n      <address")
        .replace("</devices>\n", "</devices>\n  <seclabel type='dynamic' model='dac' relabel='yes'>\n    <label>+107:+107</label>\n    <imagelabel>+107:+107</imagelabel>\n  </seclabel>\n");
    let desired = wanted(&[DISK, NIC].concat());
    let (status, said) = run(&desired, &running, &["-v"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("got.xml: live domain/seclabel: "), "{said}");
    // What a configuration cannot have stands for nothing there.
    let (status, _) = run(&desired, &running.replace(" id='7'", ""), &[]);
    assert_eq!(status, 1);
}

/// A running guest shows the chain of its images; a configuration that has one was given it.
#[test]
fn the_chain_of_images_is_that_of_the_running_guest() {
    let chain = "<source file='/srv/web01.qcow2' index='2'/>\n      <backingStore type='file' index='1'>\n        <format type='qcow2'/>\n        \
                 <source file='/srv/base.qcow2'/>\n        <backingStore/>\n      </backingStore>";
    let made = MADE.replace("<source file='/srv/web01.qcow2'/>", chain);
    let desired = wanted(&[DISK, NIC].concat());
    let (status, said) = run(&desired, &made.replace("<domain type='kvm'>", "<domain type='kvm' id='7'>"), &[]);
    assert_eq!(status, 0, "{said}");
    let (status, said) = run(&desired, &made, &[]);
    assert!(status == 1 && said.contains("base.qcow2"), "{said}");
}

/// Of the free root ports the first is the one that the driver keeps; another one was added.
#[test]
fn a_root_port_that_was_added_is_told_alone() {
    let port = "    <controller type='pci' index='20' model='pcie-root-port'>\n      <model name='pcie-root-port'/>\n      \
                <target chassis='20' port='0x30'/>\n      <address type='pci' domain='0x0000' bus='0x00' slot='0x06' function='0x0'/>\n    \
                </controller>\n  </devices>\n";
    let (status, said) = run(&wanted(&[DISK, NIC].concat()), &MADE.replace("  </devices>\n", port), &[]);
    let told: Vec<&str> = said.lines().filter(|line| line.contains(" added ")).collect();
    assert!(status == 1 && told.len() == 1 && told[0].contains("@index='20'"), "{said}");
}

#[test]
fn folders_are_paired_by_path_and_by_name() {
    let folder = Folder::new();
    let named = |name: &str| wanted(DISK).replace("web01<", &format!("{name}<"));
    for (file, text) in [
        ("wanted/site/a.xml", named("a")),
        ("got/site/a.xml", named("a")),
        ("wanted/b.xml", named("b")),
        ("got/dump-of-b.xml", named("b").replace("<vcpu>2", "<vcpu>3")),
        ("wanted/c.xml", named("c")),
        ("got/d.xml", named("d")),
    ] {
        folder.write(file, &text);
    }
    let root = folder.0.path();
    let output = drift().args([root.join("wanted"), root.join("got")]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).replace(&format!("{}/", root.display()), "");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        said,
        "got/dump-of-b.xml:4:3: changed domain/vcpu: 2 -> 3\nwanted/c.xml:1:1: missing domain: <domain> c\n\
         got/d.xml:1:1: added domain: <domain> d\n"
    );
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 as libvirt made them, 3 drifted, 0 not judged"));
    // The dump of one machine against the folder that defines it.
    let dump = named("b");
    drift().args([root.join("wanted").as_os_str(), "-".as_ref()]).write_stdin(dump).assert().code(0);
}

#[test]
fn a_machine_that_a_folder_does_not_define_was_added() {
    let folder = Folder::new();
    let root = folder.0.path().to_owned();
    folder.write("wanted/a.xml", &wanted(DISK));
    folder.write("wanted/net.xml", "<network><name>other</name></network>");
    let other = folder.write("other.xml", &wanted(DISK).replace("web01<", "other<"));
    let net = folder.write("net.xml", "<network><name>web01</name></network>");
    let against = |desired: &Path, actual: &Path| {
        let output = drift().args([desired, actual]).output().expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).replace(&format!("{}/", root.display()), ""))
    };
    let (status, said) = against(&root.join("wanted"), &other);
    assert!(status == Some(1) && said.starts_with("other.xml:1:1: added domain: <domain> other\n"), "{said}");
    let (status, said) = against(&other, &root.join("wanted"));
    assert!(status == Some(1) && said.starts_with("other.xml:1:1: missing domain: <domain> other\n"), "{said}");
    let (status, said) = against(&root.join("wanted"), &net);
    assert!(status == Some(2) && said.contains("net.xml:1:1: the root is <network>; expected <domain>\n"), "{said}");
    let (status, said) = against(&root.join("wanted"), &root.join("wanted/net.xml"));
    assert!(status == Some(2) && said.contains("expected <domain>\n"), "{said}");
}

#[test]
fn of_several_files_for_one_machine_each_is_named() {
    let folder = Folder::new();
    let root = folder.0.path().to_owned();
    for file in ["wanted/a.xml", "wanted/b.xml", "got/c.xml"] {
        folder.write(file, &wanted(DISK));
    }
    folder.write("none/net.xml", "<network/>");
    let against = |actual: &str| {
        let output =
            drift().args(["--output-format", "json"]).args(["wanted", actual].map(|it| root.join(it))).output();
        let output = output.expect("it runs");
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (output.status.code(), json)
    };
    let (status, json) = against("got");
    let pair = &json["pairs"][0];
    assert_eq!((status, pair["desired"].as_str()), (Some(2), root.join("wanted/b.xml").to_str()), "{json}");
    assert!(pair["error"].as_str().is_some_and(|why| why.contains("and so do ") && why.contains("a.xml")), "{json}");
    let (status, json) = against("none");
    assert_eq!((status, json["summary"]["drift"].as_u64()), (Some(1), Some(2)), "each is missing: {json}");
}

#[test]
fn what_cannot_be_read_cannot_be_judged() {
    let folder = Folder::new();
    let good = folder.write("good.xml", &wanted(DISK));
    let bad = folder.write("bad.xml", "<domain>");
    drift().args([&good, &bad]).assert().code(2);
    drift().args([&good, &folder.0.path().join("none.xml")]).assert().code(2);
    drift().args(["-", "-"]).assert().code(2);
}

#[test]
fn json_has_a_version_and_a_stable_form() {
    let (status, said) = run(&wanted(DISK), &wanted(DISK).replace("<vcpu>2", "<vcpu>3"), &["--output-format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((status, &json["version"]), (1, &serde_json::json!(1)));
    assert_eq!(json["summary"], serde_json::json!({"same": 0, "drift": 1, "unjudged": 0}));
    assert_eq!(
        json["pairs"][0]["differences"],
        serde_json::json!([{
            "change": "changed", "path": "domain/vcpu", "desired": "2", "actual": "3", "file": "got.xml", "line": 4, "column": 3
        }])
    );
}

#[test]
fn a_host_makes_known_what_is_else_allowed() {
    let folder = Folder::new();
    let desired = folder.write("wanted.xml", &wanted(&[DISK, NIC].concat()));
    let actual = folder.write("got.xml", MADE);
    let host = |machine: &str| {
        let arch = format!(
            "<capabilities><guest><arch name='x86_64'><emulator>/usr/bin/qemu-system-x86_64</emulator>\
             <machine canonical='{machine}'>q35</machine></arch></guest></capabilities>"
        );
        folder.write(&format!("{machine}.xml"), &arch)
    };
    let (same, other) = (host("pc-q35-10.1"), host("pc-q35-9.0"));
    drift().arg("--host").args([&same, &desired, &actual]).assert().code(0);
    let output = drift().arg("--host").args([&other, &desired, &actual]).assert().code(1);
    let said = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
    assert!(said.contains("changed domain/os/type/@machine: q35 -> pc-q35-10.1"), "{said}");
    drift().arg("--host").args([&desired, &desired, &actual]).assert().code(2);
}

#[test]
fn each_row_can_be_explained() {
    let mut ids: Vec<&str> = Vec::new();
    for row in dommigrate::drift::rows::all() {
        assert!(!row.why.is_empty() && !row.at.is_empty(), "{}", row.id);
        ids.push(row.id);
    }
    ids.sort_unstable();
    let twice: Vec<_> = ids.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    assert_eq!(twice, Vec::<&str>::new());
    for id in ["watchdog-itco", "drift-added"] {
        Command::cargo_bin("dommigrate").expect("it is built").args(["explain", id]).assert().code(0);
    }
}

#[test]
fn what_libvirt_does_not_know_hides_nothing() {
    let strange = NIC.replace("<model", "<future wish='x'/>\n      <model");
    let desired = wanted(&[DISK, &strange].concat());
    // libvirt dropped it, and that is all.
    assert_eq!(run(&desired, MADE, &[]).0, 0);
    let (status, said) = run(&desired, &MADE.replace("br0", "br1"), &[]);
    assert_eq!(status, 1);
    assert!(said.contains("changed domain/devices/interface/source/@bridge: br0 -> br1"), "{said}");
    // Where it is kept, it is compared as it is.
    let kept = desired.replace("wish='x'", "wish='y'");
    let (status, said) = run(&desired, &kept, &[]);
    assert_eq!(status, 1);
    assert!(said.contains("changed domain/devices/interface/future/@wish: x -> y"), "{said}");
}

/// What every command reads `drift` reads: a document type, a prefix that is declared nowhere.
#[test]
fn a_document_is_read_as_by_the_other_commands() {
    let folder = tempfile::tempdir().expect("a directory");
    let odd = |devices: &str| {
        let text = wanted(devices).replace("<devices>", "<devices>\n    <qemu:extra a:b='1'/>");
        format!("<!DOCTYPE domain>\n{text}")
    };
    for (name, text) in [("a/one.xml", odd(&[DISK, NIC].concat())), ("b/two.xml", odd(DISK))] {
        fs::create_dir_all(folder.path().join(name).parent().expect("it has one")).expect("made");
        fs::write(folder.path().join(name), text).expect("written");
    }
    for paths in [["a", "b"], ["a/one.xml", "b/two.xml"]] {
        let output = drift().args(paths).current_dir(&folder).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("a/one.xml:16:5: missing domain/devices/interface"), "{said}");
    }
    fs::write(folder.path().join("caps.xml"), "").expect("written");
    let call = ["--host", "caps.xml", "a/one.xml", "b/two.xml"];
    let output = drift().args(call).current_dir(&folder).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), said.as_str()), (Some(2), "dommigrate: caps.xml:1:1: the file is empty\n"));
}
