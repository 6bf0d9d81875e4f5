//! `hostdev-duplicate`.

use std::collections::HashSet;

use domxml::scalar::{AnyBaseInt, PciBus, PciDomain, PciFunction, PciSlot};
use domxml_runtime::{WriteOptions, extras_mut};

use crate::rules::prelude::*;

rules![
    rule("hostdev-duplicate", Class::Conflict)
        .summary("a device of the host is assigned twice")
        .doc(
            "A device of the host goes to the guest once: libvirt refuses a second one with the same source, whatever \
             else is said of it. A USB device that an earlier one names by vendor and product alone is the same \
             wherever it is plugged in. An interface of the type `hostdev` is such a device, too.",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
             <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev>\
             <hostdev mode='subsystem' type='pci' managed='no'><source>\
             <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x1234'/><product \
             id='0xbeef'/></source>\
             </hostdev><hostdev mode='subsystem' type='usb' managed='no'><source><vendor id='0x1234'/><product \
             id='0xbeef'/>\
             <address bus='1' device='2'/></source></hostdev></devices>",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source><adapter name='scsi_host0'/>\
             <address bus='0' target='0' unit='0'/></source></hostdev><hostdev mode='subsystem' type='scsi' \
             managed='no'><source>\
             <!-- once more --><adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/></source></hostdev>\
             </devices>",
        )
        .finds(
            "<devices><interface type='hostdev' managed='yes'><source><address type='pci' domain='0x0000' bus='0x06' \
             slot='0x12' \
             function='0x5'/></source></interface><hostdev mode='subsystem' type='pci' managed='no'><source>\
             <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/></source></hostdev></devices>",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='scsi' managed='no'><source protocol='iscsi' \
             name='iqn.2013-07.com.example:pool/0'>\
             <host name='example.com'/></source></hostdev><hostdev mode='subsystem' type='scsi' managed='no'>\
             <source protocol='iscsi' name='iqn.2013-07.com.example:pool'><host name='example.com'/><auth username='a'>\
             <secret type='iscsi' usage='b'/></auth></source></hostdev></devices>",
        )
        .row(check(twice)),
];

/// libvirt reads the interfaces first.
fn twice(devices: &Devices, cx: &mut Context<'_>) {
    let interfaces = devices.interfaces.iter().map(|it| (&it.xml, interface_names(it)));
    let hostdevs = devices.hostdevs.iter().map(|it| (&it.xml, names(it)));
    let mut seen = HashSet::new();
    for (xml, names) in interfaces.chain(hostdevs) {
        if names.iter().any(|name| seen.contains(name)) {
            cx.error(xml, "the guest has this device of the host already: a device goes to one guest, once");
        }
        seen.extend(names.into_iter().next());
    }
}

/// What a device of the host is known by: first what later ones are held against, then what else it is the same by.
fn names(hostdev: &Hostdev) -> Vec<String> {
    match &hostdev.mode {
        HostdevMode::Subsystem(members) => match &members.type_ {
            HostdevSubsystem::Pci(HostdevSubsystemPci { source, .. }) => {
                vec![pci_name(&source.address.clone().unwrap_or_default())]
            }
            HostdevSubsystem::Usb(HostdevSubsystemUsb { source, .. }) => {
                usb_names(source, source.address.as_deref().map(|address| address as &dyn Content))
            }
            HostdevSubsystem::Scsi(scsi) => vec![match &scsi.source.protocol {
                HostdevSourceScsiProtocol::Iscsi(unit) => iscsi_name(unit),
                _ => plain(&scsi.source),
            }],
            HostdevSubsystem::ScsiHost(adapter) => vec![plain(&adapter.source)],
            HostdevSubsystem::Mdev(mdev) => vec![plain(&mdev.source)],
            _ => Vec::new(),
        },
        HostdevMode::Capabilities(members) => vec![match &members.type_ {
            HostdevCapability::Storage(storage) => plain(&storage.source),
            HostdevCapability::Misc(misc) => plain(&misc.source),
            HostdevCapability::Net(net) => plain(&net.source),
            _ => return Vec::new(),
        }],
        _ => Vec::new(),
    }
}

/// Who opens a unit of an iSCSI server makes no other one of it, and a name without a number is that of unit 0.
fn iscsi_name(unit: &HostdevSourceScsiProtocolIscsi) -> String {
    let host = unit.hosts.first().map(|host| (host.name.as_str(), host.port));
    let zero = if unit.name.contains('/') { "" } else { "/0" };
    format!("{host:?} {}{zero}", unit.name)
}

/// As [`names`], of an interface that is a device of the host.
fn interface_names(interface: &Interface) -> Vec<String> {
    let InterfaceType::Hostdev(InterfaceTypeHostdev { source, .. }) = &interface.type_ else { return Vec::new() };
    match source.address.as_deref().map(|address| &address.type_) {
        Some(InterfaceHostdevAddressType::Pci(address)) => vec![pci_name(address)],
        Some(InterfaceHostdevAddressType::Usb(address)) => usb_names(source, Some(address)),
        _ => usb_names(source, None),
    }
}

/// The part of an address or a source that is of this type, as `Option<PciBus>`: each has one.
fn part<T: Clone + Default + 'static>(content: &dyn Content) -> T {
    let part = field(content);
    debug_assert!(part.is_some(), "{} has no {}", content.info().name, std::any::type_name::<T>());
    part.cloned().unwrap_or_default()
}

/// What an address of PCI leaves out is 0.
fn pci_name(address: &dyn Content) -> String {
    let (domain, bus) = (part::<Option<PciDomain>>(address), part::<Option<PciBus>>(address));
    let (slot, function) = (part::<Option<PciSlot>>(address), part::<Option<PciFunction>>(address));
    let (domain, bus) = (domain.unwrap_or_default(), bus.unwrap_or_default());
    format!("{domain}:{bus}:{}.{}", slot.unwrap_or_default(), function.unwrap_or_default())
}

fn usb_names(source: &dyn Content, address: Option<&dyn Content>) -> Vec<String> {
    let (vendor, product): (Option<HostdevVendor>, Option<HostdevProduct>) = (part(source), part(source));
    let place = |it| (part::<AnyBaseInt>(it), part::<Option<AnyBaseInt>>(it), part::<Option<String>>(it));
    let place = address.map(|address| format!("{:?}", place(address)));
    let product = vendor.zip(product).map(|(vendor, product)| format!("{}:{}", vendor.id, product.id));
    place.into_iter().chain(product).collect()
}

/// A source as text, without what the author remarks on it.
fn plain<T: Element + Clone>(source: &T) -> String {
    let mut source = source.clone();
    extras_mut(&mut source, &mut |xml| *xml = Extra::default());
    source.print_with(&WriteOptions::default()).text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known_by(source: &str) -> Vec<String> {
        let text = format!("<hostdev mode='subsystem' type='usb'><source>{source}</source></hostdev>");
        names(&Hostdev::from_xml(&text).expect("a device"))
    }

    #[test]
    fn a_usb_device_is_known_by_its_place_first_and_by_its_number_then() {
        assert_ne!(known_by("<address bus='1' port='1.2'/>"), known_by("<address bus='1' port='1.3'/>"));
        let product = "<vendor id='0x1234'/><product id='0xbeef'/>";
        let placed = known_by(&format!("{product}<address bus='1' device='2'/>"));
        assert_eq!(placed[1..], known_by(product));
        assert_eq!(placed[..1], known_by("<address bus='0x1' device='0x2'/>"));
    }
}
