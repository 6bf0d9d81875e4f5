//! Sources of devices of the host.

use domxml::{InterfaceHostdevAddressTypePci as InterfacePci, InterfaceHostdevDriverName as Driver};

use crate::rules::prelude::*;
use crate::rules::storage::is_scsi;

const ONE_OF_SEVERAL: &str = "whether a function is one of several is a property of a device in the guest";
const NO_SCSI: &str = "of a host device that is no SCSI unit";
const BRIDGE: &str = "libvirt reads 0000:00:00.0, a bridge of the host: add the <address> of the device";
const ZERO: &str = "a part of the address that is left out is 0";
const VFIO: &str = "VFIO took the place of KVM's own assignment of devices";

rules![
    rule("hostdev-pci-source-type-dropped", Class::Structure)
        .summary("the address of a host device repeats its type")
        .doc(
            "The type of a `<hostdev>` says what kind of address its source has; a `type` on that `<address>`, which \
             libvirt's schema refuses, is read past and not written. In an interface of type `hostdev` it is the other \
             way round: there the address has the type, and it stays.",
        )
        .example(
            "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
             <address type='pci' domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
            "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
             <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
        )
        .row(algorithm(|it: &mut HostdevSourcePci, cx| it.address.iter_mut().for_each(|it| drop_type(&mut it.xml, "pci", cx))))
        .row(algorithm(|it: &mut HostdevUsbAddress, cx| drop_type(&mut it.xml, "usb", cx)))
        .row(algorithm(|it: &mut HostdevScsiAddress, cx| drop_type(&mut it.xml, "scsi", cx))),
    rule("hostdev-pci-address-absent", Class::Default)
        .summary("a PCI function of the host without address")
        .doc(
            "libvirt takes a PCI function whose source has no `<address>` for 0000:00:00.0, which is a bridge of the \
             host and never the device that is meant. Its schema refuses it.",
        )
        .example(
            "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source/></hostdev></devices>",
            "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
             <address domain='0x0000' bus='0x00' slot='0x00' function='0x0'/></source></hostdev></devices>",
        )
        .row(note_if(BRIDGE, |it: &HostdevSourcePci, _| it.address.is_none()))
        .row(implied(child(HostdevSourcePci::ADDRESS), first_function().into()).says("without an address it is 0000:00:00.0")),
    rule("hostdev-source-address-parts", Class::Default)
        .summary("the parts of a host device's PCI address that are left out are 0")
        .doc(
            "The address of a PCI function of the host, an NVMe controller too, is complete: what it leaves out is 0, \
             and libvirt spells that out. It does not say whether the function is one of several; that is the host's \
             affair.",
        )
        .example(
            "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source><address bus='0x06' slot='0x12'/></source></hostdev>\
             </devices>",
            "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
             <address domain='0x0000' bus='0x06' slot='0x12' function='0x0'/></source></hostdev></devices>",
        )
        .rows(each_field!(PciAddress::[DOMAIN BUS SLOT FUNCTION], |part| default(part, Default::default()).says(ZERO)))
        .rows(each_field!(InterfacePci::[DOMAIN BUS SLOT FUNCTION], |part| default(part, Default::default()).says(ZERO))),
    rule("hostdev-source-multifunction-dropped", Class::Default)
        .summary("the source of a host device does not say whether its slot holds several functions")
        .doc(
            "`multifunction` is a property of a device in the guest. libvirt does not write it in the address of a PCI \
             function of the host, where it says nothing.",
        )
        .example(
            "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
             <address domain='0x0000' bus='0x06' slot='0x12' function='0x5' multifunction='on'/></source></hostdev></devices>",
            "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
             <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
        )
        .rows(each_type!([PciAddress InterfacePci], nothing(Of::MULTIFUNCTION, |_| true, ONE_OF_SEVERAL))),
    rule("hostdev-usb-address-zero", Class::Default)
        .summary("the address of a USB device of the host is 0")
        .doc(
            "No USB device of a host has the number 0 on the bus 0: libvirt takes such an address for none and does \
             not write it. Without vendor and product the address stays, for it is all that there is.",
        )
        .example(
            "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x1234'/><product id='0xbeef'/>\
             <address bus='0' device='0'/></source></hostdev></devices>",
            "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x1234'/><product id='0xbeef'/></source>\
             </hostdev></devices>",
        )
        .row(
            nothing(
                child(HostdevSourceUsb::ADDRESS),
                |address| address.bus.0 == 0 && address.device.is_none_or(|device| device.0 == 0),
                "no USB device has the number 0 on the bus 0",
            )
            .when(|it, _| it.vendor.is_some()),
        ),
    rule("hostdev-scsi-parentaddr-dropped", Class::Lossy)
        .summary("an adapter of the host that has a name is described by its place, too")
        .doc("libvirt knows an adapter of the host by its name, and reads past the place of it that stands beside that.")
        .example(
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source><adapter name='scsi_host0'><parentaddr unique_id='1'>\
             <address domain='0x0000' bus='0x00' slot='0x1f' function='0x2'/></parentaddr></adapter>\
             <address bus='0' target='0' unit='0'/></source></hostdev></devices>",
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source><adapter name='scsi_host0'/>\
             <address bus='0' target='0' unit='0'/></source></hostdev></devices>",
        )
        .row(unread(child(HostdevScsiAdapterTypeScsiHost::PARENTADDR), "of an adapter that has a name").when(|it, _| it.name.is_some())),
    rule("hostdev-scsi-iscsi-lun", Class::Structure)
        .profiles(BOTH)
        .summary("the name of an iSCSI target without LUN means LUN 0")
        .doc(
            "The name of an iSCSI source is the qualified name of the target, a slash and the number of the LUN. Where \
             no slash follows the name libvirt adds `/0`; the rule spells that out, as it is done for disks.",
        )
        .example(
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source protocol='iscsi' name='iqn.2013-07.com.example:pool'>\
             <host name='example.com'/></source></hostdev></devices>",
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source protocol='iscsi' name='iqn.2013-07.com.example:pool/0'>\
             <host name='example.com'/></source></hostdev></devices>",
        )
        .row(spelling(
            required(HostdevSourceScsiProtocolIscsi::NAME),
            |name, _| (!name.contains('/')).then(|| format!("{name}/0")),
            "an iSCSI target without a LUN means LUN 0",
        )),
    rule("hostdev-iscsi-port-zero", Class::Spelling)
        .summary("port 0 of an iSCSI server is none")
        .doc("The port 0 of a server stands for the usual one, and libvirt does not write it.")
        .example(
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source protocol='iscsi' name='iqn.2013-07.com.example:pool/0'>\
             <host name='example.com' port='0'/></source></hostdev></devices>",
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source protocol='iscsi' name='iqn.2013-07.com.example:pool/0'>\
             <host name='example.com'/></source></hostdev></devices>",
        )
        .row(nothing(HostdevIscsiHost::PORT, |port| *port == 0, "port 0 is none")),
    rule("hostdev-scsi-only-dropped", Class::Lossy)
        .summary("a host device that is no SCSI unit is read-only or shareable")
        .doc(
            "`<readonly/>` and `<shareable/>` are for SCSI units; libvirt reads past them on any other host device, so \
             that the guest may write to it nevertheless. Profile `libvirt` drops them; profile `modern` leaves them \
             and says so.",
        )
        .example(
            "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x1234'/><product id='0xbeef'/></source>\
             <readonly/></hostdev></devices>",
            "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x1234'/><product id='0xbeef'/></source>\
             </hostdev></devices>",
        )
        .rows([Hostdev::READONLY, Hostdev::SHAREABLE].map(|it| unread(flag(it), NO_SCSI).when(|it, _| !is_scsi(it)))),
    rule("hostdev-driver-kvm", Class::Structure)
        .profiles(MODERN)
        .phase(Phase::Read)
        .since(1, 0, 5)
        .on_request()
        .summary("a host device is assigned by KVM's own driver, which is gone")
        .doc(
            "`<driver name='kvm'/>` asked for the assignment of PCI devices by KVM itself. Kernels have dropped it, \
             and libvirt's QEMU driver refuses it since 5.7.0; VFIO took its place. Another driver is another way of \
             assignment, which needs an IOMMU of the host: the rule rewrites only with `--unsafe-fixes`.",
        )
        .example(
            "<devices><hostdev mode='subsystem' type='pci' managed='yes'><driver name='kvm'/><source>\
             <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
            "<devices><hostdev mode='subsystem' type='pci' managed='yes'><driver name='vfio'/><source>\
             <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
        )
        .rows(each_type!(
            [HostdevDriver InterfaceHostdevDriver],
            spelling(Of::NAME, |name, _| (*name == Driver::Kvm).then_some(Driver::Vfio), VFIO)
        )),
];

/// Drops the type of an address, which the format does not have there, if it is that of the device.
fn drop_type(xml: &mut Extra, type_: &str, cx: &mut Context<'_>) {
    let is_type = |(name, value): &(Box<str>, Box<str>)| **name == *"type" && **value == *type_;
    let Some(kept) = &mut xml.kept else { return };
    if let Some(at) = kept.attributes.iter().position(is_type) {
        kept.attributes.remove(at);
        cx.rewrote(xml, "the type of the device says it").becomes(attribute("type", type_), "");
    }
}

/// The address that libvirt reads where there is none.
fn first_function() -> PciAddress {
    let (domain, bus, slot, function) = (Some(0.into()), Some(0.into()), Some(0.into()), Some(0.into()));
    PciAddress { domain, bus, slot, function, ..PciAddress::default() }
}
