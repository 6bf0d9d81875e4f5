//! What is worth a word of host devices: `hostdev-driver-kvm`, `hostdev-sgio-unfiltered`, and what libvirt refuses.

use domxml::{
    Domain, HostdevModeSubsystem, HostdevSubsystem, HostdevSubsystemMdevModel, HostdevSubsystemScsiSgio,
    InterfaceHostdevDriverName, InterfaceType, YesNo,
};

use super::util::{hostdevs, subsystem};
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{MODERN, attribute, conflict};

pub(super) static KVM: Rule = Rule {
    id: "hostdev-driver-kvm",
    class: Class::Structure,
    since: Some(domxml::Version::new(1, 0, 5)),
    safety: Safety::Unsafe,
    profiles: MODERN,
    summary: "a host device is assigned by KVM's own driver, which is gone",
    doc: "`<driver name='kvm'/>` asked for the assignment of PCI devices by KVM itself. Kernels have dropped it, and libvirt's QEMU driver \
          refuses it since 5.7.0; VFIO took its place. Another driver is another way of assignment, which needs an IOMMU of the host: \
          the rule rewrites only with `--unsafe-fixes`.",
    example: Example {
        before: "<devices><hostdev mode='subsystem' type='pci' managed='yes'><driver name='kvm'/><source>\
                 <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
        after: "<devices><hostdev mode='subsystem' type='pci' managed='yes'><driver name='vfio'/><source>\
                <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
    },
    apply: replace_kvm,
};

pub(super) static SGIO: Rule = conflict(
    "hostdev-sgio-unfiltered",
    "a SCSI unit of the host asks for unfiltered commands",
    "`sgio='unfiltered'` asked the kernel of the host to let all SCSI commands of the guest pass. No kernel but those of one vendor ever did, \
     and libvirt refuses it.",
    "<devices><hostdev mode='subsystem' type='scsi' managed='no' sgio='unfiltered'><source><adapter name='scsi_host0'/>\
     <address bus='0' target='0' unit='0'/></source></hostdev></devices>",
    check_sgio,
);

pub(super) static STARTUP: Rule = conflict(
    "hostdev-startup-policy-pci",
    "a PCI function of the host has a policy for its absence",
    "Only of a USB device may the configuration say what happens when it is missing; libvirt refuses `startupPolicy` elsewhere.",
    "<devices><hostdev mode='subsystem' type='pci' managed='no'><source startupPolicy='optional'>\
     <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
    check_startup,
);

pub(super) static ROM: Rule = conflict(
    "device-rom-disabled-tuned",
    "an option ROM that is turned off is described nevertheless",
    "`enabled='no'` says that the device has no option ROM. libvirt refuses `bar` and `file` beside it.",
    "<devices><hostdev mode='subsystem' type='pci' managed='no'><source>\
     <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source><rom enabled='no' bar='on'/></hostdev></devices>",
    check_rom,
);

pub(super) static ADDRESS: Rule = conflict(
    "hostdev-address-type",
    "a device of the host is on a bus of the guest where it cannot be",
    "A PCI function shows on PCI, a USB device on USB, a SCSI unit on a SCSI bus, an adapter on PCI or in the channel subsystem, a mediated \
     device where its model belongs. libvirt refuses an address of another type.",
    "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x1234'/><product id='0xbeef'/></source>\
     <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/></hostdev></devices>",
    check_address,
);

pub(super) static USB: Rule = conflict(
    "hostdev-usb-ids-incomplete",
    "a USB device of the host lacks one of its two numbers",
    "Vendor and product identify a USB device together. libvirt refuses one without the other, and a vendor 0. Since 12.8.0 \
     an address can name the port in place of the device, but not both.",
    "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x0'/><product id='0x1234'/></source></hostdev>\
     </devices>",
    check_usb,
);

fn check_address(domain: &mut Domain, cx: &mut Context) {
    for hostdev in hostdevs(domain) {
        let address = hostdev.address.clone();
        let Some(address) = address else { continue };
        let Some(HostdevModeSubsystem { type_, .. }) = subsystem(hostdev) else { continue };
        let fits: &[&str] = match type_ {
            HostdevSubsystem::Pci(_) => &["pci", "unassigned"],
            HostdevSubsystem::Usb(_) => &["usb"],
            HostdevSubsystem::Scsi(_) => &["drive"],
            HostdevSubsystem::ScsiHost(_) => &["pci", "ccw"],
            HostdevSubsystem::Mdev(mdev) => match mdev.model {
                HostdevSubsystemMdevModel::VfioPci => &["pci"],
                HostdevSubsystemMdevModel::VfioCcw => &["ccw"],
                HostdevSubsystemMdevModel::VfioAp => &[],
            },
        };
        let found = domxml::Payload::value(&address.type_).unwrap_or_default();
        if !fits.contains(&found) {
            cx.error(&address.xml, format!("such a device cannot have an address of the type {found}"));
        }
    }
}

fn check_usb(domain: &mut Domain, cx: &mut Context) {
    for hostdev in hostdevs(domain) {
        let Some(HostdevModeSubsystem { type_: HostdevSubsystem::Usb(usb), .. }) = subsystem(hostdev) else { continue };
        let source = &usb.source;
        if source.vendor.is_some() != source.product.is_some() {
            cx.error(&source.xml, "vendor and product stand together");
        }
        if let Some(vendor) = source.vendor.as_ref().filter(|vendor| vendor.id.0 == 0) {
            cx.error(&vendor.xml, "0 is no number of a vendor");
        }
        if let Some(address) = source.address.as_ref().filter(|_| cx.knows(12, 8, 0)) {
            let port = address.port.as_ref().is_some_and(|port| !port.is_empty());
            if address.device.is_some() == port {
                cx.error(&address.xml, "the address of a USB device has its number or its port, one of the two");
            }
        }
    }
}

fn replace_kvm(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    let mut replace = |name: &mut Option<InterfaceHostdevDriverName>, xml: &domxml::Extra| {
        if *name == Some(InterfaceHostdevDriverName::Kvm) {
            *name = Some(InterfaceHostdevDriverName::Vfio);
            cx.rewrote(xml, "VFIO took the place of KVM's own assignment")
                .becomes(attribute("name", "kvm"), attribute("name", "vfio"));
        }
    };
    for hostdev in &mut devices.hostdev {
        if let Some(HostdevModeSubsystem { type_: HostdevSubsystem::Pci(pci), .. }) = subsystem(hostdev)
            && let Some(driver) = &mut pci.driver
        {
            replace(&mut driver.name, &driver.xml);
        }
    }
    for interface in &mut devices.interface {
        if let InterfaceType::Hostdev(members) = &mut interface.type_
            && let Some(driver) = &mut members.driver
        {
            replace(&mut driver.name, &driver.xml);
        }
    }
}

fn check_sgio(domain: &mut Domain, cx: &mut Context) {
    for hostdev in hostdevs(domain) {
        if let Some(HostdevModeSubsystem { type_: HostdevSubsystem::Scsi(scsi), .. }) = subsystem(hostdev)
            && scsi.sgio == Some(HostdevSubsystemScsiSgio::Unfiltered)
        {
            cx.error(&hostdev.xml, "unfiltered commands are supported no longer");
        }
    }
}

fn check_startup(domain: &mut Domain, cx: &mut Context) {
    for hostdev in hostdevs(domain) {
        if let Some(HostdevModeSubsystem { type_: HostdevSubsystem::Pci(pci), .. }) = subsystem(hostdev)
            && pci.source.startup_policy.is_some()
        {
            cx.error(&pci.source.xml, "startupPolicy is for USB devices alone");
        }
    }
}

fn check_rom(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &domain.devices else { return };
    let roms = devices.interface.iter().map(|interface| &interface.rom);
    for rom in roms.chain(devices.hostdev.iter().map(|hostdev| &hostdev.rom)).flatten() {
        if rom.enabled == Some(YesNo::No) && (rom.bar.is_some() || rom.file.is_some()) {
            cx.error(&rom.xml, "an option ROM that is turned off has neither bar nor file");
        }
    }
}
