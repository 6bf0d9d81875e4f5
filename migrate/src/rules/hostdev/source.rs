//! `hostdev-pci-source-type-dropped`, `hostdev-source-address-parts`, `hostdev-scsi-iscsi-lun`, `hostdev-scsi-only-dropped`.

use domxml::scalar::{PciBus, PciDomain, PciFunction, PciSlot};
use domxml::{
    Domain, Extra, Hostdev, HostdevModeSubsystem, HostdevSourceScsiProtocol, HostdevSubsystem, InterfaceHostdevAddress,
    InterfaceHostdevAddressType, InterfaceType, OnOff,
};

use super::util::{hostdevs, subsystem};
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, attribute};

pub(super) static TYPE: Rule = Rule {
    id: "hostdev-pci-source-type-dropped",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the address of a host device repeats its type",
    doc: "The type of a `<hostdev>` says what kind of address its source has; a `type` on that `<address>` is read past and not written. \
          In an interface of type `hostdev` it is the other way round: there the address has the type, and it stays.",
    example: Example {
        before: "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
                 <address type='pci' domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
        after: "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
                <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
    },
    apply: drop_type,
};

pub(super) static PARTS: Rule = Rule {
    id: "hostdev-source-address-parts",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the parts of a host device's PCI address that are left out are 0",
    doc: "The address of a PCI function of the host is complete: what it leaves out is 0, and libvirt spells that out. It does not say \
          whether the function is one of several; that is the host's affair.",
    example: Example {
        before: "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source><address bus='0x06' slot='0x12'/></source></hostdev>\
                 </devices>",
        after: "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
                <address domain='0x0000' bus='0x06' slot='0x12' function='0x0'/></source></hostdev></devices>",
    },
    apply: complete_addresses,
};

pub(super) static ISCSI: Rule = Rule {
    id: "hostdev-scsi-iscsi-lun",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the name of an iSCSI target without LUN means LUN 0",
    doc: "The name of an iSCSI source is the qualified name of the target, a slash and the number of the LUN. Where no slash \
          follows the name libvirt adds `/0`; the rule spells that out, as it is done for disks.",
    example: Example {
        before: "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source protocol='iscsi' name='iqn.2013-07.com.example:pool'>\
                 <host name='example.com'/></source></hostdev></devices>",
        after: "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source protocol='iscsi' name='iqn.2013-07.com.example:pool/0'>\
                <host name='example.com'/></source></hostdev></devices>",
    },
    apply: add_lun,
};

pub(super) static SCSI_ONLY: Rule = Rule {
    id: "hostdev-scsi-only-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a host device that is no SCSI unit is read-only or shareable",
    doc: "`<readonly/>` and `<shareable/>` are for SCSI units; libvirt reads past them on any other host device, so that the guest may \
          write to it nevertheless. Profile `libvirt` drops them; profile `modern` leaves them and says so.",
    example: Example {
        before: "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x1234'/><product id='0xbeef'/></source>\
                 <readonly/></hostdev></devices>",
        after: "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x1234'/><product id='0xbeef'/></source>\
                <readonly/></hostdev></devices>",
    },
    apply: drop_scsi_only,
};

pub(super) static USB_ZERO: Rule = Rule {
    id: "hostdev-usb-address-zero",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the address of a USB device of the host is 0",
    doc: "No USB device of a host has the number 0 on the bus 0: libvirt takes such an address for none and does not write it.",
    example: Example {
        before: "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x1234'/><product id='0xbeef'/>\
                 <address bus='0' device='0'/></source></hostdev></devices>",
        after: "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x1234'/><product id='0xbeef'/></source>\
                </hostdev></devices>",
    },
    apply: drop_usb_zero,
};

pub(super) static MULTIFUNCTION: Rule = Rule {
    id: "hostdev-source-multifunction-dropped",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the source of a host device does not say whether its slot holds several functions",
    doc: "`multifunction` is a property of a device in the guest. libvirt does not write it in the address of a PCI function of the \
          host, where it says nothing.",
    example: Example {
        before: "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
                 <address domain='0x0000' bus='0x06' slot='0x12' function='0x5' multifunction='on'/></source></hostdev></devices>",
        after: "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
                <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
    },
    apply: drop_multifunction,
};

fn drop_type(domain: &mut Domain, cx: &mut Context) {
    for hostdev in hostdevs(domain) {
        let Some(HostdevModeSubsystem { type_, .. }) = subsystem(hostdev) else { continue };
        let (dropped, xml) = match type_ {
            HostdevSubsystem::Pci(pci) => {
                let address = &mut pci.source.address;
                (address.type_.take().map(|type_| type_.as_str()), &address.xml)
            }
            HostdevSubsystem::Usb(usb) => {
                let Some(address) = &mut usb.source.address else { continue };
                (address.type_.take().map(|type_| type_.as_str()), &address.xml)
            }
            HostdevSubsystem::Scsi(scsi) => {
                let HostdevSourceScsiProtocol::Adapter(adapter) = &mut scsi.source.protocol else { continue };
                let address = &mut adapter.address;
                (address.type_.take().map(|type_| type_.as_str()), &address.xml)
            }
            _ => continue,
        };
        if let Some(dropped) = dropped {
            cx.rewrote(xml, "the type of the device says it").becomes(attribute("type", dropped), "");
        }
    }
}

/// The address of a PCI function of the host, wherever it stands.
struct Place<'a> {
    domain: &'a mut Option<PciDomain>,
    bus: &'a mut Option<PciBus>,
    slot: &'a mut Option<PciSlot>,
    function: &'a mut Option<PciFunction>,
    multifunction: &'a mut Option<OnOff>,
    xml: &'a Extra,
}

fn each_address(domain: &mut Domain, mut visit: impl FnMut(Place<'_>)) {
    let Some(devices) = &mut domain.devices else { return };
    for hostdev in &mut devices.hostdev {
        let Some(HostdevModeSubsystem { type_: HostdevSubsystem::Pci(pci), .. }) = subsystem(hostdev) else { continue };
        let address = &mut pci.source.address;
        visit(Place {
            domain: &mut address.domain,
            bus: &mut address.bus,
            slot: &mut address.slot,
            function: &mut address.function,
            multifunction: &mut address.multifunction,
            xml: &address.xml,
        });
    }
    for interface in &mut devices.interface {
        if let InterfaceType::Hostdev(members) = &mut interface.type_
            && let Some(InterfaceHostdevAddress { type_: InterfaceHostdevAddressType::Pci(pci), xml }) =
                &mut members.source.address
        {
            visit(Place {
                domain: &mut pci.domain,
                bus: &mut pci.bus,
                slot: &mut pci.slot,
                function: &mut pci.function,
                multifunction: &mut pci.multifunction,
                xml,
            });
        }
    }
}

fn complete_addresses(domain: &mut Domain, cx: &mut Context) {
    fn part<T: Copy + Default + std::fmt::Display>(part: &mut Option<T>, name: &str, added: &mut Vec<String>) {
        if part.is_none() {
            added.push(attribute(name, *part.insert(T::default())));
        }
    }
    each_address(domain, |place| {
        let mut added = Vec::new();
        part(place.domain, "domain", &mut added);
        part(place.bus, "bus", &mut added);
        part(place.slot, "slot", &mut added);
        part(place.function, "function", &mut added);
        if !added.is_empty() {
            cx.rewrote(place.xml, "the rest of the address is 0").becomes("", added.join(" "));
        }
    });
}

fn drop_multifunction(domain: &mut Domain, cx: &mut Context) {
    each_address(domain, |place| {
        if let Some(value) = place.multifunction.take() {
            cx.rewrote(place.xml, "the source does not say it").becomes(attribute("multifunction", value.as_str()), "");
        }
    });
}

fn drop_usb_zero(domain: &mut Domain, cx: &mut Context) {
    for hostdev in hostdevs(domain) {
        let Some(HostdevModeSubsystem { type_: HostdevSubsystem::Usb(usb), .. }) = subsystem(hostdev) else { continue };
        // Without a vendor libvirt writes no source at all, and would refuse to read that.
        if usb.source.vendor.is_none() {
            continue;
        }
        let zero = |address: &mut domxml::HostdevUsbAddress| {
            address.bus.0 == 0 && address.device.is_none_or(|device| device.0 == 0)
        };
        if let Some(address) = usb.source.address.take_if(zero) {
            cx.rewrote(&address.xml, "no device is there").becomes("<address bus='0' device='0'/>", "");
            usb.source.xml.absorb(address.xml);
        }
    }
}

fn add_lun(domain: &mut Domain, cx: &mut Context) {
    for hostdev in hostdevs(domain) {
        let Some(HostdevModeSubsystem { type_: HostdevSubsystem::Scsi(scsi), .. }) = subsystem(hostdev) else {
            continue;
        };
        if let HostdevSourceScsiProtocol::Iscsi(members) = &mut scsi.source.protocol
            && !members.name.contains('/')
        {
            let before = attribute("name", &members.name);
            members.name.push_str("/0");
            cx.rewrote(&scsi.source.xml, "no LUN means LUN 0").becomes(before, attribute("name", &members.name));
        }
    }
}

fn drop_scsi_only(domain: &mut Domain, cx: &mut Context) {
    for hostdev in hostdevs(domain) {
        if !(hostdev.readonly || hostdev.shareable) {
            continue;
        }
        if let Some(HostdevModeSubsystem { type_: HostdevSubsystem::Scsi(_), .. }) = subsystem(hostdev) {
            continue;
        }
        let Hostdev { readonly, shareable, xml, .. } = hostdev;
        for (flag, name) in [(readonly, "readonly"), (shareable, "shareable")] {
            if !*flag {
                continue;
            }
            if cx.profile == Profile::Modern {
                cx.note(xml, format!("libvirt reads past <{name}/> of what is no SCSI unit"));
            } else {
                *flag = false;
                cx.rewrote(xml, "for SCSI units alone").becomes(format!("<{name}/>"), "");
            }
        }
    }
}
