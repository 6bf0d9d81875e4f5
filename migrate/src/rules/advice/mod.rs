//! What people come to regret: notes on definitions that libvirt takes and that do what they say. Few, and each with a way out; `--ignore advice`
//! leaves them out.

mod hotplug;

use std::collections::BTreeSet;

use domxml::{
    Devices, Disk, DiskDevice, DiskType, Graphics, GraphicsListen, GraphicsListenType, GraphicsType, OsNvram,
    QemuCommandline,
};

use crate::options::Driver;
use crate::rule::kinds::{check, note};
use crate::rule::{Class, Context, Rule, rule};

/// In the order in which they run within a phase.
pub(super) fn rules() -> Vec<Rule> {
    vec![open_display(), shared_template(), guessed_format(), set_device(), twice(), hotplug::no_free_port()]
}

fn open_display() -> Rule {
    rule("advice-open-display", Class::Advice)
        .summary("a display that anyone can use who reaches the host")
        .doc(
            "A VNC or SPICE server that listens on all addresses and has no password gives the guest's screen and keyboard to everyone who \
             reaches the host. Dumps do not show passwords unless `virsh dumpxml --security-info` made them. Encryption and certificates, which \
             `qemu.conf` can demand of all guests, are not seen here either.",
        )
        .finds("<devices><graphics type='vnc' port='-1' autoport='yes' listen='0.0.0.0'><listen type='address' address='0.0.0.0'/></graphics></devices>")
        .row(note(|graphics: &Graphics, _| {
            let (legacy, listens, passwd) = match &graphics.type_ {
                GraphicsType::Vnc(vnc) => (&vnc.legacy_listen, &vnc.listens, &vnc.passwd),
                GraphicsType::Spice(spice) => (&spice.legacy_listen, &spice.listens, &spice.passwd),
                _ => return None,
            };
            let all = |address: &str| matches!(address, "0.0.0.0" | "::" | "[::]");
            let open = |listen: &GraphicsListen| matches!(&listen.type_, GraphicsListenType::Address(own) if own.address.as_deref().is_some_and(all));
            let open = listens.iter().any(open) || listens.is_empty() && legacy.as_deref().is_some_and(all);
            (open && passwd.is_none()).then_some(
                "everyone who reaches the host can use this display: listen on 127.0.0.1, or set passwd (a dump without --security-info does not show it)",
            )
        }))
}

fn shared_template() -> Rule {
    rule("advice-nvram-template", Class::Advice)
        .summary("the variables of the firmware are kept in the template of all guests")
        .doc(
            "What stands in `/usr/share` belongs to a package: a guest that keeps its variables there cannot write them, or writes them for every \
             guest, and the next update of the package takes them away. libvirt makes a copy for each guest where no path is given.",
        )
        .finds("<os><type arch='x86_64' machine='q35'>hvm</type><loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader><nvram>/usr/share/OVMF/OVMF_VARS.fd</nvram></os>")
        .row(note(|nvram: &OsNvram, _| {
            let path = nvram.value.as_deref()?;
            path.starts_with("/usr/share/").then_some(
                "this is the template of all guests, not a copy for this one: name it with template=, and leave out the path",
            )
        }))
}

fn guessed_format() -> Rule {
    rule("advice-disk-format", Class::Advice)
        .summary("an image whose format nobody says")
        .doc(
            "Where `<driver type=>` is missing, libvirt takes an image for raw and does not look: a qcow2 image then shows its own header to the guest, \
             which may write over it. The end of the name tells that this one is none.",
        )
        .finds("<devices><disk type='file'><source file='/srv/web01.qcow2'/><target dev='vda' bus='virtio'/></disk></devices>")
        .row(
            note(|disk: &Disk, _| {
                let DiskType::File(file) = &disk.type_ else { return None };
                let path = file.source.as_ref()?.file.as_deref()?;
                let (_, ending) = path.rsplit_once('.')?;
                let other = ["qcow2", "qcow", "qed", "vmdk", "vdi", "vhd", "vhdx", "vpc"].contains(&ending);
                let hard = matches!(disk.device, None | Some(DiskDevice::Disk));
                let said = disk.driver.as_ref().is_some_and(|driver| driver.type_.is_some());
                (other && hard && !said)
                    .then(|| format!("without <driver type=> libvirt takes this {ending} image for raw: add <driver name='qemu' type='{ending}'/>"))
            })
            .driver(Driver::Qemu),
        )
}

fn set_device() -> Rule {
    rule("advice-set-device", Class::Advice)
        .summary("`-set device` among the arguments of QEMU")
        .doc(
            "libvirt describes devices to QEMU as JSON where QEMU is 6.2 or newer (libvirt 7.10.0), and `-set` does not find those: QEMU does not start \
             (`there is no device defined`). Since libvirt 8.2.0 `<qemu:override>` sets the same properties.",
        )
        .finds(
            "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-set'/><qemu:arg value='device.hostdev0.x-igd-opregion=on'/></qemu:commandline>",
        )
        .row(note(|commandline: &QemuCommandline, _| {
            let set = commandline.args.windows(2).any(|pair| pair[0].value == "-set" && pair[1].value.starts_with("device."));
            set.then_some("newer QEMU does not find the device that -set names, and does not start: set the property in <qemu:override> (libvirt 8.2.0)")
        }))
}

fn twice() -> Rule {
    rule("advice-used-twice", Class::Advice)
        .summary("an image or a MAC address that stands twice in one definition")
        .doc("Two disks on one image destroy what is on it, unless both only read; two interfaces with one MAC address lose packets.")
        .finds(
            "<devices><disk type='file'><source file='/d'/><target dev='vda' bus='virtio'/></disk>\
             <disk type='file'><source file='/d'/><target dev='vdb' bus='virtio'/></disk></devices>",
        )
        .row(check(used_twice))
}

fn used_twice(devices: &Devices, cx: &mut Context<'_>) {
    let mut images = BTreeSet::new();
    for disk in &devices.disks {
        let path = match &disk.type_ {
            DiskType::File(file) => file.source.as_ref().and_then(|source| source.file.as_deref()),
            DiskType::Block(block) => block.source.as_ref().and_then(|source| source.dev.as_deref()),
            _ => None,
        };
        let hard =
            matches!(disk.device, None | Some(DiskDevice::Disk | DiskDevice::Lun)) && !disk.readonly && !disk.shareable;
        if let Some(path) = path.filter(|_| hard)
            && !images.insert(path)
        {
            cx.note(
                &disk.xml,
                "another disk has this image already: take another one, or say <readonly/> or <shareable/> of both",
            );
        }
    }
    let mut addresses = BTreeSet::new();
    for nic in &devices.interfaces {
        // A pair for live migration has one address on purpose.
        if let Some(address) = nic.mac.as_ref().filter(|_| nic.teaming.is_none()).and_then(|mac| mac.address.as_ref())
            && !addresses.insert(address)
        {
            cx.note(&nic.xml, "another interface has this MAC address already: leave it out, and libvirt chooses one");
        }
    }
}
