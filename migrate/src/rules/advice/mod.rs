//! What people come to regret: notes on definitions that libvirt takes and that do what they say. Few, and each with a way out; `--ignore advice`
//! leaves them out.

mod arguments;
mod hotplug;
mod twice;
mod usb;

use domxml::{Disk, DiskType, Graphics, GraphicsListen, GraphicsListenType, GraphicsType, OsNvram};

use crate::options::Driver;
use crate::rule::kinds::note;
use crate::rule::{Class, rule};
use crate::rules::storage::is_hard;

// In the order in which they run within a phase.
files![self arguments twice usb hotplug];

rules![
    rule("advice-open-display", Class::Advice)
        .summary("a display that anyone can use who reaches the host")
        .doc(
            "A VNC or SPICE server that listens on all addresses and has no password gives the guest's screen and \
             keyboard to everyone who reaches the host. Dumps do not show passwords unless `virsh dumpxml \
             --security-info` made them. Encryption and certificates, which `qemu.conf` can demand of all guests, are \
             not seen here either.",
        )
        .finds(
            "<devices><graphics type='vnc' port='-1' autoport='yes' listen='0.0.0.0'>\
             <listen type='address' address='0.0.0.0'/></graphics></devices>",
        )
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
                "everyone who reaches the host can use this display: listen on 127.0.0.1, or set passwd (a dump without \
                 --security-info does not show it)",
            )
        })),
    rule("advice-nvram-template", Class::Advice)
        .summary("the variables of the firmware are kept in the template of all guests")
        .doc(
            "What stands in `/usr/share` belongs to a package: a guest that keeps its variables there cannot write \
             them, or writes them for every guest, and the next update of the package takes them away. libvirt makes a \
             copy for each guest where no path is given.",
        )
        .finds(
            "<os><type arch='x86_64' machine='q35'>hvm</type>\
             <loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader>\
             <nvram>/usr/share/OVMF/OVMF_VARS.fd</nvram></os>",
        )
        .row(note(|nvram: &OsNvram, _| {
            let path = nvram.value.as_deref()?;
            path.starts_with("/usr/share/").then_some(
                "this is the template of all guests, not a copy for this one: name it with template=, and leave out the path",
            )
        })),
    rule("advice-disk-format", Class::Advice)
        .driver(Driver::Qemu)
        .summary("an image whose format nobody says")
        .doc(
            "Where `<driver type=>` is missing, libvirt takes an image for raw and does not look: a qcow2 image then \
             shows its own header to the guest, which may write over it. The end of the name tells that this one is \
             none.",
        )
        .finds("<devices><disk type='file'><source file='/srv/web01.qcow2'/><target dev='vda' bus='virtio'/></disk></devices>")
        .row(note(|disk: &Disk, _| {
            let DiskType::File(file) = &disk.type_ else { return None };
            let path = file.source.as_ref()?.file.as_deref()?;
            let (_, ending) = path.rsplit_once('.')?;
            let other = ["qcow2", "qcow", "qed", "vmdk", "vdi", "vhd", "vhdx", "vpc"].contains(&ending);
            let said = disk.driver.as_ref().is_some_and(|driver| driver.type_.is_some());
            (other && is_hard(disk) && !said)
                .then(|| format!("without <driver type=> libvirt takes this {ending} image for raw: add <driver name='qemu' type='{ending}'/>"))
        })),
];
