//! The parts of addresses that go together: `pci-address-parts`, `pci-address-empty`, `ccw-address-parts`,
//! `ccw-address-partial`, `usb-port-zero`.

use domxml::scalar::{CcwCssid, CcwDevno, CcwSsid, PciBus, PciDomain, PciFunction, PciSlot, ZpciFid, ZpciUid};
use domxml::{Address, AddressType, AddressTypePci, DiskNvmeAddress, Domain, Zpci, walk, walk_mut};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, attribute, conflict};

pub(super) static PCI: Rule = Rule {
    id: "pci-address-parts",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the parts of a PCI address that are left out are 0",
    doc: "A PCI address that names a domain, a bus or a slot other than 0 is complete: what it leaves out is 0, and libvirt spells \
          that out. The address of an NVMe controller of the host is always complete.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
                 <address type='pci' slot='0x03'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
                <address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/></disk></devices>",
    },
    apply: complete_pci,
};

pub(super) static PCI_EMPTY: Rule = Rule {
    id: "pci-address-empty",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a PCI address of nothing but zeros is no place",
    doc: "A PCI address without domain, bus and slot other than 0 asks the driver to choose one on PCI, whatever its function. \
          libvirt writes only the type then, and `multifunction` if it is given.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
                 <address type='pci' bus='0x00'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
                <address type='pci'/></disk></devices>",
    },
    apply: empty_pci,
};

pub(super) static CCW: Rule = Rule {
    id: "ccw-address-parts",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "an address in the channel subsystem that names nothing is written as zeros",
    doc: "An address of the type `ccw` without parts asks the driver to choose one; libvirt's generic code writes it as zeros. On s390 \
          the identifiers of a PCI function go together in the same way.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
                 <address type='ccw'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
                <address type='ccw' cssid='0x0' ssid='0x0' devno='0x0000'/></disk></devices>",
    },
    apply: complete_ccw,
};

pub(super) static CCW_PARTIAL: Rule = conflict(
    "ccw-address-partial",
    "an address in the channel subsystem has all its parts or none",
    "Channel subsystem, subchannel set and device number make an address together; libvirt refuses one or two of them alone.",
    "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
     <address type='ccw' cssid='0xfe'/></disk></devices>",
    check_ccw,
);

pub(super) static USB_PORT: Rule = Rule {
    id: "usb-port-zero",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the ports of USB are numbered from 1 on",
    doc: "A port of USB is at most four numbers, which libvirt reads up to the first 0: `1.0` is port 1, and `0` none, which leaves the \
          choice to the hypervisor.",
    example: Example {
        before: "<devices><hub type='usb'><address type='usb' bus='0' port='1.0'/></hub></devices>",
        after: "<devices><hub type='usb'><address type='usb' bus='0' port='1'/></hub></devices>",
    },
    apply: cut_port,
};

fn cut_port(domain: &mut Domain, cx: &mut Context) {
    walk_mut(domain, &mut |any| {
        let Some(Address { type_: AddressType::Usb(usb), xml }) = any.downcast_mut() else { return };
        let Some(port) = &mut usb.port else { return };
        let Some(end) = port.0.iter().position(|part| *part == 0) else { return };
        let before = attribute("port", &*port);
        port.0.truncate(end);
        let after = if end > 0 { attribute("port", &*port) } else { String::new() };
        usb.port.take_if(|port| port.0.is_empty());
        cx.rewrote(xml, "a port of USB ends at the first 0").becomes(before, after);
    });
}

/// Whether it names no place, as libvirt sees it.
fn is_empty(pci: &AddressTypePci) -> bool {
    pci.domain.unwrap_or_default().0 == 0 && pci.bus.unwrap_or_default().0 == 0 && pci.slot.unwrap_or_default().0 == 0
}

type Parts<'a> =
    (&'a mut Option<PciDomain>, &'a mut Option<PciBus>, &'a mut Option<PciSlot>, &'a mut Option<PciFunction>);

/// Spells out what is left out, and says what.
fn complete((domain, bus, slot, function): Parts<'_>) -> String {
    fn part<T: Copy + Default + std::fmt::Display>(part: &mut Option<T>, name: &str, added: &mut Vec<String>) {
        if part.is_none() {
            added.push(format!("{name}='{}'", part.insert(T::default())));
        }
    }
    let mut added = Vec::new();
    part(domain, "domain", &mut added);
    part(bus, "bus", &mut added);
    part(slot, "slot", &mut added);
    part(function, "function", &mut added);
    added.join(" ")
}

fn complete_pci(domain: &mut Domain, cx: &mut Context) {
    walk_mut(domain, &mut |any| {
        let (added, xml) = if let Some(Address { type_: AddressType::Pci(pci), xml }) = any.downcast_mut() {
            if is_empty(pci) {
                return;
            }
            (complete((&mut pci.domain, &mut pci.bus, &mut pci.slot, &mut pci.function)), xml)
        } else if let Some(DiskNvmeAddress { domain, bus, slot, function, xml, .. }) = any.downcast_mut() {
            (complete((domain, bus, slot, function)), xml)
        } else {
            return;
        };
        if !added.is_empty() {
            cx.rewrote(xml, "the rest of the address is 0").becomes("", added);
        }
    });
}

fn empty_pci(domain: &mut Domain, cx: &mut Context) {
    walk_mut(domain, &mut |any| {
        if let Some(Address { type_: AddressType::Pci(pci), xml }) = any.downcast_mut() {
            let parts = pci.domain.is_some() || pci.bus.is_some() || pci.slot.is_some() || pci.function.is_some();
            if parts && is_empty(pci) {
                (pci.domain, pci.bus, pci.slot, pci.function) = (None, None, None, None);
                cx.rewrote(xml, "an address of zeros is no place").becomes("0000:00:00", "");
            }
        }
    });
}

fn complete_ccw(domain: &mut Domain, cx: &mut Context) {
    walk_mut(domain, &mut |any| {
        if let Some(Address { type_: AddressType::Ccw(ccw), xml }) = any.downcast_mut() {
            if ccw.cssid.is_none() && ccw.ssid.is_none() && ccw.devno.is_none() {
                ccw.cssid = Some(CcwCssid::default());
                ccw.ssid = Some(CcwSsid::default());
                ccw.devno = Some(CcwDevno::default());
                cx.rewrote(xml, "an address of nothing is written as zeros")
                    .becomes("", "cssid='0x0' ssid='0x0' devno='0x0000'");
            }
        } else if let Some(Zpci { uid, fid, xml }) = any.downcast_mut()
            && uid.is_some() != fid.is_some()
        {
            uid.get_or_insert(ZpciUid::default());
            fid.get_or_insert(ZpciFid::default());
            cx.rewrote(xml, "the identifiers go together").becomes("", "0");
        }
    });
}

fn check_ccw(domain: &mut Domain, cx: &mut Context) {
    walk(domain, &mut |any| {
        if let Some(Address { type_: AddressType::Ccw(ccw), xml }) = any.downcast_ref() {
            let parts = [ccw.cssid.is_some(), ccw.ssid.is_some(), ccw.devno.is_some()];
            if parts.contains(&true) && parts.contains(&false) {
                cx.error(xml, "cssid, ssid and devno stand together or not at all");
            }
        }
    });
}
