//! What the rules of the chapter share.

use domxml::{
    Devices, Domain, HostdevCapability, HostdevMode, Interface, InterfaceDriver, InterfaceType, Ip, Payload, Route,
    VirtualPort,
};

/// The interfaces of a domain.
pub(super) fn interfaces(domain: &mut Domain) -> &mut [Interface] {
    domain.devices.as_mut().map_or(&mut [], |devices| &mut devices.interface)
}

/// The word for the type of an interface.
pub(super) fn type_name(type_: &InterfaceType) -> &'static str {
    type_.value().unwrap_or_default()
}

/// Whether the card is one of virtio's.
pub(super) fn is_virtio(interface: &Interface) -> bool {
    interface
        .model
        .as_ref()
        .and_then(|model| model.type_.as_ref())
        .is_some_and(|model| matches!(model.as_str(), "virtio" | "virtio-transitional" | "virtio-non-transitional"))
}

/// The place of the driver, in every type but that of host devices.
pub(super) fn driver(type_: &mut InterfaceType) -> Option<&mut Option<InterfaceDriver>> {
    Some(match type_ {
        InterfaceType::Bridge(members) => &mut members.driver,
        InterfaceType::Ethernet(members) => &mut members.driver,
        InterfaceType::Vhostuser(members) => &mut members.driver,
        InterfaceType::Network(members) => &mut members.driver,
        InterfaceType::Direct(members) => &mut members.driver,
        InterfaceType::User(members) => &mut members.driver,
        InterfaceType::Internal(members) => &mut members.driver,
        InterfaceType::Mcast(members) => &mut members.driver,
        InterfaceType::Client(members) => &mut members.driver,
        InterfaceType::Udp(members) => &mut members.driver,
        InterfaceType::Server(members) => &mut members.driver,
        InterfaceType::Vdpa(members) => &mut members.driver,
        InterfaceType::Null(members) => &mut members.driver,
        InterfaceType::Vds(members) => &mut members.driver,
        InterfaceType::Hostdev(_) => return None,
    })
}

/// The virtual port, in the types that have one.
pub(super) fn virtualport(type_: &InterfaceType) -> Option<&VirtualPort> {
    match type_ {
        InterfaceType::Bridge(members) => members.virtualport.as_ref(),
        InterfaceType::Network(members) => members.virtualport.as_ref(),
        InterfaceType::Direct(members) => members.virtualport.as_ref(),
        InterfaceType::Hostdev(members) => members.virtualport.as_ref(),
        _ => None,
    }
}

/// Calls `visit` with the addresses and the routes of each network device of the guest and of the host.
pub(super) fn each_ip(domain: &mut Domain, mut visit: impl FnMut(&mut [Ip], &mut [Route])) {
    let Some(Devices { interface, hostdev, .. }) = &mut domain.devices else { return };
    for interface in interface {
        visit(&mut interface.ip, &mut interface.route);
        if let InterfaceType::Ethernet(members) = &mut interface.type_
            && let Some(source) = &mut members.source
        {
            visit(&mut source.ip, &mut source.route);
        }
    }
    for hostdev in hostdev {
        if let HostdevMode::Capabilities(members) = &mut hostdev.mode
            && let HostdevCapability::Net(net) = &mut members.type_
        {
            visit(&mut net.ip, &mut net.route);
        }
    }
}
