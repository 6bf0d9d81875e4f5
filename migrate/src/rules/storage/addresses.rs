//! The parts of addresses that go together.

use domxml::AddressTypePci as Pci;
use domxml::scalar::UsbPort;

use crate::rules::prelude::*;

const ZEROS: &str = "an address of zeros is no place";
const END: &str = "a port of USB ends at the first 0";
const PARTLY: &str =
    "cssid, ssid and devno stand together or not at all: add what is missing, or leave out the address";

rules![
    // What libvirt refuses.
    rule("ccw-address-partial", Class::Conflict)
        .summary("an address in the channel subsystem has all its parts or none")
        .doc("Channel subsystem, subchannel set and device number make an address together; libvirt refuses one or \
              two of them alone.")
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
             <address type='ccw' cssid='0xfe'/></disk></devices>",
        )
        .row(refuse_if(PARTLY, |ccw: &AddressTypeCcw, _| (1..3).contains(&given(ccw).len()))),
    rule("dimm-address-partial", Class::Conflict)
        .summary("an address of a slot for memory has the slot")
        .doc("An address of the type `dimm` has a slot, at whatever device it stands; libvirt refuses one without it.")
        .finds("<devices><panic><address type='dimm'/></panic></devices>")
        .row(
            refuse_if("an address of the type dimm needs a slot: add slot, as slot='0', or leave out the address", |dimm: &Address, _| {
                branch::<AddressTypeDimm>(&dimm.type_).is_some_and(|dimm| dimm.slot.is_none())
            })
        ),
    rule("pci-address-parts", Class::Default)
        .summary("the parts of a PCI address that are left out are 0")
        .doc(
            "A PCI address that names a domain, a bus or a slot other than 0 is complete: what it leaves out is 0, and \
             libvirt spells that out.",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
             <address type='pci' slot='0x03'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
             <address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/></disk></devices>",
        )
        .rows(each_field!(Pci::[DOMAIN BUS SLOT FUNCTION], |part| default(part, Default::default()).when(|pci, _| !is_empty(pci)))),
    rule("pci-address-empty", Class::Default)
        .summary("a PCI address of nothing but zeros is no place")
        .doc(
            "A PCI address without domain, bus and slot other than 0 asks the driver to choose one on PCI, whatever \
             its function. libvirt writes only the type then, and `multifunction` if it is given.",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
             <address type='pci' bus='0x00'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
             <address type='pci'/></disk></devices>",
        )
        .rows(each_field!(Pci::[DOMAIN BUS SLOT FUNCTION], |part| nothing(part, |_| true, ZEROS).when(|pci, _| is_empty(pci)))),
    rule("ccw-address-parts", Class::Default)
        .summary("an address in the channel subsystem that names nothing is written as zeros")
        .doc(
            "An address of the type `ccw` without parts asks the driver to choose one, as that of QEMU does; libvirt's \
             generic code writes it as zeros. On s390 the identifiers of a PCI function go together in the same way.",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
             <address type='ccw'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
             <address type='ccw' cssid='0x0' ssid='0x0' devno='0x0000'/></disk></devices>",
        )
        .rows(each_field!(AddressTypeCcw::[CSSID SSID DEVNO], |part| {
            implied(part, Default::default()).but(Driver::Qemu).says("libvirt writes an address that names nothing as zeros")
        }))
        .rows(each_field!(Zpci::[UID FID], |part| {
            implied(part, Default::default()).when(|zpci, _| !given(zpci).is_empty()).but(Driver::Qemu)
        })),
    rule("usb-port-zero", Class::Spelling)
        .profiles(BOTH)
        .summary("the ports of USB are numbered from 1 on")
        .doc(
            "A port of USB is at most four numbers, which libvirt reads up to the first 0: `1.0` is port 1, and `0` \
             none, which leaves the choice to the hypervisor.",
        )
        .example(
            "<devices><hub type='usb'><address type='usb' bus='0' port='1.0'/></hub></devices>",
            "<devices><hub type='usb'><address type='usb' bus='0' port='1'/></hub></devices>",
        )
        .example(
            "<devices><hub type='usb'><address type='usb' bus='0' port='0'/></hub></devices>",
            "<devices><hub type='usb'><address type='usb' bus='0'/></hub></devices>",
        )
        .row(nothing(AddressTypeUsb::PORT, |port| port.0.first() == Some(&0), END))
        .row(spelling(
            AddressTypeUsb::PORT,
            |port, _| {
                let read: Vec<u32> = port.0.iter().copied().take_while(|part| *part != 0).collect();
                (read.len() < port.0.len()).then_some(UsbPort(read))
            },
            END,
        )),
];

/// Whether it names no place, as libvirt sees it.
fn is_empty(pci: &Pci) -> bool {
    pci.domain.unwrap_or_default().0 == 0 && pci.bus.unwrap_or_default().0 == 0 && pci.slot.unwrap_or_default().0 == 0
}
