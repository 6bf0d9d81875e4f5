//! What profile `libvirt` spells out depends on the driver: what the QEMU driver chooses itself is left to it.

use assert_cmd::Command;

/// The document in profile `libvirt`, for a driver or that of its type.
fn libvirt(driver: Option<&str>, arch: &str, devices: &str) -> String {
    printed(driver, "kvm", &format!("<os><type arch='{arch}'>hvm</type></os><devices>{devices}</devices>"))
}

/// A document of this type in profile `libvirt`, for a driver or that of its type.
fn printed(driver: Option<&str>, type_: &str, content: &str) -> String {
    upgraded(driver, "libvirt", type_, content)
}

/// A document of this type in a profile, for a driver or that of its type.
fn upgraded(driver: Option<&str>, profile: &str, type_: &str, content: &str) -> String {
    let text = format!("<domain type='{type_}'><name>a</name><memory>1048576</memory>{content}</domain>");
    let mut command = Command::cargo_bin("dommigrate").expect("the command is built with its tests");
    command.args(["upgrade", "--profile", profile]).args(driver.map(|driver| format!("--driver={driver}")));
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

/// A paravirtual guest of Xen is of the type `linux`, and is started as a machine is; of other hypervisors nothing is read of such a guest.
#[test]
fn what_starts_a_paravirtual_guest_of_xen_stays() {
    let os = |type_: &str| format!("<os><type>{type_}</type><kernel>/vmlinuz</kernel><cmdline>ro</cmdline></os>");
    let kept = "<os>\n    <type>linux</type>\n    <kernel>/vmlinuz</kernel>\n    <cmdline>ro</cmdline>\n  </os>";
    for type_ in ["linux", "xen"] {
        let xen = printed(None, "xen", &os(type_));
        assert!(xen.contains(kept), "{xen}");
    }
    let test = printed(None, "test", &os("linux"));
    assert!(test.contains("<type>linux</type>\n  </os>"), "{test}");
    let bootloader = printed(None, "xen", "<bootloader>/usr/bin/pygrub</bootloader>");
    assert!(bootloader.contains("<type>linux</type>"), "{bootloader}");
    let input = |bus: &str| format!("<os><type>linux</type></os><devices><input type='mouse' bus='{bus}'/></devices>");
    assert_eq!(errors("xen", &input("xen")), [""; 0]);
    let usb = errors("xen", &input("usb"));
    assert_eq!(usb, ["a paravirtual guest has mice and keyboards on Xen's bus alone: set bus='xen'"]);
}

/// A console that says no type is of the one that its driver chooses.
#[test]
fn a_console_is_of_the_type_of_its_driver() {
    for (type_, os, console) in [
        ("xen", "linux", "xen"),
        ("xen", "xenpvh", "xen"),
        ("xen", "hvm", "serial"),
        ("lxc", "exe", "lxc"),
        ("openvz", "exe", "openvz"),
        ("uml", "uml", "uml"),
        ("bhyve", "hvm", "serial"),
        ("test", "linux", "serial"),
    ] {
        let init = if os == "exe" { "<init>/sbin/init</init>" } else { "" };
        let console_of_none = "<console type='pty'><target port='0'/></console>";
        let content = format!("<os><type>{os}</type>{init}</os><devices>{console_of_none}</devices>");
        for profile in ["modern", "libvirt"] {
            let form = upgraded(None, profile, type_, &content);
            assert!(form.contains(&format!("<target type='{console}' port='0'/>")), "{type_} {os}, {profile}: {form}");
        }
    }
}

/// VMware starts what its own settings say, has wide SCSI buses, and takes names with a slash, as VirtualBox does.
#[test]
fn vmware_and_virtualbox_have_ways_of_their_own() {
    let disks = ["sda", "sdh", "sdp"]
        .map(|name| {
            format!("<disk type='file'><source file='[a] {name}.vmdk'/><target dev='{name}' bus='scsi'/></disk>")
        })
        .concat();
    let content = format!("<os><type arch='x86_64'>hvm</type></os><devices>{disks}<graphics type='vnc'/></devices>");
    let vmware = printed(None, "vmware", &content);
    assert!(!vmware.contains("<boot"), "{vmware}");
    assert!(vmware.contains("<model type='vmvga'"), "{vmware}");
    for place in [
        "controller='0' bus='0' target='0' unit='0'",
        "bus='0' target='0' unit='8'",
        "controller='1' bus='0' target='0' unit='0'",
    ] {
        assert!(vmware.contains(place), "{place}: {vmware}");
    }
    let vbox = printed(None, "vbox", &content);
    assert!(vbox.contains("<boot dev='hd'/>") && vbox.contains("<model type='vbox'"), "{vbox}");
    for (type_, taken) in [("vmware", true), ("vbox", true), ("openvz", true), ("kvm", false), ("xen", false)] {
        let text =
            format!("<domain type='{type_}'><name>a/b</name><memory>1</memory><os><type>hvm</type></os></domain>");
        assert_eq!(dommigrate::Checker::new().text(&*text).is_accepted(), taken, "{type_}");
    }
}

/// A firmware that is not known is one all the same.
#[test]
fn nothing_is_said_of_what_goes_with_an_unknown_firmware() {
    let features = "<firmware><feature enabled='yes' name='secure-boot'/></firmware>";
    let found =
        errors("kvm", &format!("<os firmware='uefi'><type arch='x86_64' machine='q35'>hvm</type>{features}</os>"));
    let [error] = &*found else { panic!("{found:?}") };
    assert!(error.starts_with("'uefi' is no value of the attribute 'firmware'"), "{error}");
}

/// libvirt itself knows how much memory the cards of these hypervisors have.
#[test]
fn cards_of_other_hypervisors_have_sizes_of_their_own() {
    for (type_, model, size) in [
        ("vmware", "vmvga", 4096),
        ("vbox", "vga", 8192),
        ("vbox", "bochs", 16384),
        ("bhyve", "vga", 16384),
        ("xen", "xen", 4096),
    ] {
        let card = format!("<os><type>hvm</type></os><devices><video><model type='{model}'/></video></devices>");
        let printed = printed(None, type_, &card);
        assert!(
            printed.contains(&format!("<model type='{model}' vram='{size}' heads='1' primary='yes'/>")),
            "{printed}"
        );
    }
}

/// The test driver has the card of paravirtual guests for these alone, and that of POWER for 64 bits.
#[test]
fn a_card_without_a_model_gets_that_of_its_guest() {
    for (type_, os, model, vram) in [
        ("xen", "<type>xenpvh</type>", "cirrus", 16384),
        ("test", "<type>xenpvh</type>", "cirrus", 16384),
        ("test", "<type>linux</type>", "xen", 4096),
        ("test", "<type arch='ppc'>hvm</type>", "cirrus", 16384),
        ("test", "<type arch='ppc64'>hvm</type>", "vga", 16384),
        ("test", "<type arch='ppc64le'>hvm</type>", "vga", 16384),
    ] {
        let printed = printed(None, type_, &format!("<os>{os}</os><devices><video/></devices>"));
        assert!(printed.contains(&format!("<model type='{model}' vram='{vram}'")), "{printed}");
    }
}

/// The errors that `check` finds in a document of this type.
fn errors(type_: &str, content: &str) -> Vec<String> {
    let text = format!("<domain type='{type_}'><name>a</name><memory>1048576</memory><vcpu>4</vcpu>{content}</domain>");
    let mut command = Command::cargo_bin("dommigrate").expect("the command is built with its tests");
    let output = command.args(["check", "--output-format", "json", "-"]).write_stdin(text).output().expect("it runs");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = report["files"][0]["findings"].as_array().expect("findings");
    let errors = findings.iter().filter(|finding| finding["level"] == "error");
    errors.map(|finding| finding["message"].as_str().expect("a message").to_owned()).collect()
}

const OS: &str = "<os><type arch='x86_64' machine='pc'>hvm</type></os>";

/// Each of these the QEMU driver of 12.8.0 defines.
#[test]
fn what_the_qemu_driver_takes_is_no_error() {
    let vcpus: String = [(0, "no"), (1, "yes"), (2, "no"), (2, "yes"), (3, "yes")]
        .map(|(id, pluggable)| format!("<vcpu id='{id}' enabled='yes' hotpluggable='{pluggable}'/>"))
        .concat();
    for content in [
        // Of two that describe one CPU the last counts.
        format!("{OS}<vcpus>{vcpus}</vcpus>"),
        format!("{OS}<maxMemory/>"),
        format!(
            "{OS}<devices><interface type='user'><backend type='passt'/><portForward proto='tcp'><range/></portForward></interface></devices>"
        ),
        // A drive without medium is of no type.
        format!("{OS}<devices><disk type='vhostuser' device='cdrom'><target dev='hda' bus='ide'/></disk></devices>"),
        format!("{OS}<devices><disk type='vhostvdpa' device='cdrom'><target dev='hda' bus='ide'/></disk></devices>"),
        // A socket of the file system speaks no protocol, whatever it is called.
        format!(
            "{OS}<devices><serial type='unix'><source mode='bind' path='/a'/><protocol type=' raw'/></serial></devices>"
        ),
        format!(
            "{OS}<devices><disk type='nvme' device='disk'><driver name='qemu' type='raw'/><source type='pci' managed='yes' namespace='4294967296'>\
             <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source><target dev='vda' bus='virtio'/></disk></devices>"
        ),
    ] {
        assert_eq!(errors("kvm", &content), Vec::<String>::new(), "{content}");
    }
}

/// Each of these the test drivers of 9.0.0 and 12.8.0 define.
#[test]
fn what_either_libvirt_takes_is_no_error() {
    let label = "<seclabel model='dac'><label>x</label></seclabel>";
    let nothing = "<seclabel type='none' model='dac'/>";
    for content in [
        // No frequency at all is what a timer without one has.
        format!("{OS}<clock offset='utc'><timer name='pit' frequency='0'/><timer name='rtc' frequency=' 00'/></clock>"),
        // The first root without an index gets the index 0.
        format!(
            "{OS}<devices><controller type='pci' model='pci-root'><target index='0'/></controller>\
             <controller type='pci' model='pci-root'><target index='2'/></controller></devices>"
        ),
        // Nobody looks whether a label of these takes the place of another.
        format!(
            "{OS}<devices><smartcard mode='passthrough' type='file'><source path='/a'>{label}</source></smartcard></devices>{nothing}"
        ),
        format!(
            "<os><type arch='x86_64' machine='pc'>hvm</type><loader type='pflash'>/l</loader><nvram type='file'><source file='/n'>{label}\
             </source></nvram></os>{nothing}"
        ),
    ] {
        assert_eq!(errors("test", &content), Vec::<String>::new(), "{content}");
    }
}

/// A tablet without a bus is taken where there is no USB, one on USB is not.
#[test]
fn no_bus_is_named_that_the_guest_lacks() {
    let devices = "<devices><controller type='usb' index='0' model='none'/><input type='tablet'/></devices>";
    let text = upgraded(Some("test"), "modern", "test", &format!("{OS}{devices}"));
    assert!(text.contains("<input type='tablet'/>"), "{text}");
}

/// Either libvirt asks for it where a disk names a server, and not of an NVRAM or a volume of a pool.
#[test]
fn the_secret_of_a_disk_has_a_type() {
    let secret = "<auth username='u'><secret usage='s'/></auth>";
    let server = format!("<source protocol='iscsi' name='iqn.a:b/1'><host name='s'/>{secret}</source>");
    let disk = |type_, source| {
        format!(
            "{OS}<devices><disk type='{type_}' device='disk'>{source}<target dev='sda' bus='scsi'/></disk></devices>"
        )
    };
    let [message] = &errors("test", &disk("network", &server))[..] else { panic!("one error") };
    assert!(message.contains("the secret needs a type"), "{message}");
    let volume = format!("<source pool='p' volume='v'>{secret}</source>");
    let nvram = format!(
        "<os><type arch='x86_64' machine='pc'>hvm</type><loader readonly='yes' type='pflash'>/l</loader><nvram type='network'>{server}</nvram></os>"
    );
    for taken in [disk("volume", &volume), nvram] {
        assert_eq!(errors("test", &taken), Vec::<String>::new(), "{taken}");
    }
}

/// The CPUs of an emulated guest are not the host's, whose caches they would share.
#[test]
fn an_emulated_guest_has_no_share_of_caches() {
    let share = |vcpus| {
        format!(
            "{OS}<cputune><cachetune vcpus='{vcpus}'><cache id='0' level='3' type='both' size='3' unit='MiB'/></cachetune></cputune>"
        )
    };
    assert_eq!(errors("kvm", &share("0")), Vec::<String>::new());
    let [message] = &errors("qemu", &share("0"))[..] else { panic!("one error") };
    assert!(message.contains("type='kvm'"), "{message}");
    assert_eq!(errors("qemu", &share("7")), Vec::<String>::new(), "a share for CPUs that are not there is none");
}

/// The memory of a guest with NUMA cells is what these and its memory modules have, to QEMU's driver whatever `<memory>` says.
#[test]
fn numa_cells_tell_qemu_how_much_memory_there_is() {
    let content = &format!("{OS}<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0-1' memory='2097152'/></numa></cpu>");
    for (driver, kib) in [("test", 1_048_576), ("qemu", 2_097_152)] {
        let said = printed(Some(driver), "kvm", content);
        for element in ["memory", "currentMemory"] {
            assert!(said.contains(&format!("<{element} unit='KiB'>{kib}</{element}>")), "{driver}: {said}");
        }
    }
}
