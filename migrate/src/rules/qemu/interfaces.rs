//! Network interfaces: what their type or model does not have.

use domxml::{Interface, InterfaceBackendType, InterfaceType, TeamingType};

use super::refused;
use crate::options::Driver;
use crate::rule::kinds::refuse_at;
use crate::rule::{Class, rule};

const NO_FORWARDS: &str =
    "ports are forwarded by passt: set type='user' and <backend type='passt'/>, or leave out <portForward>";

rules![
    rule("qemu-interface-conflict", Class::Conflict)
        .summary("an option that the interface's type or model does not have")
        .doc(
            "The addresses and routes that the guest has, and ports that are forwarded to it, are set by QEMU's own \
             network (`user`: addresses alone) and by passt, one address and one default route of each family. The \
             size of packets and the coalescing of interrupts are set on devices of the host: interfaces of the types \
             `network`, `bridge`, `ethernet` and `direct`. A pair of interfaces for live migration (`<teaming>`) keeps \
             a virtio interface, and vDPA is virtio.",
        )
        .finds("<devices><interface type='user'><mtu size='9000'/></interface></devices>")
        .finds(
            "<os><type arch='aarch64' machine='vexpress-a9'>hvm</type></os><devices><interface type='user'>\
             <model type='e1000'/></interface></devices>",
        )
        .finds("<devices><interface type='user'><model type='e1000'/><teaming type='persistent'/></interface></devices>")
        .row(refused(|nic: &Interface, _| {
            let user = matches!(nic.type_, InterfaceType::User(_));
            let model = nic.model.as_ref().and_then(|model| model.type_.as_ref());
            let other = model.is_some_and(|model| !model.as_str().starts_with("virtio"));
            let persistent = nic.teaming.as_ref().is_some_and(|it| it.type_ == TeamingType::Persistent);
            let coalesces = nic.coalesce.as_ref().and_then(|it| it.rx.as_ref()?.frames.as_ref()?.max).is_some();
            let why = match nic.type_ {
                _ if user && nic.mtu.is_some() => "QEMU's own network takes no size of packets: leave out <mtu>",
                _ if user && coalesces => "QEMU's own network does not coalesce: leave out <coalesce>",
                _ if persistent && other => "the interface of a pair that stays is virtio: set <model type='virtio'/>",
                InterfaceType::Vdpa(_) if other => "an interface of vDPA is virtio: set <model type='virtio'/>",
                _ => return None,
            };
            Some(why.to_owned())
        }))
        .finds("<devices><interface type='bridge'><source bridge='br0'/><ip address='192.0.2.5' prefix='24'/></interface></devices>")
        .finds("<devices><interface type='user'><ip address='192.0.2.5'/><ip address='192.0.2.6'/></interface></devices>")
        .finds("<devices><interface type='user'><route address='192.0.2.0' prefix='24' gateway='192.0.2.1'/></interface></devices>")
        .finds("<devices><interface type='user'><portForward proto='tcp'><range start='22' to='2022'/></portForward></interface></devices>")
        .row(refuse_at(Interface::IPS, |nic: &Interface, _| addresses(nic)).driver(Driver::Qemu))
        .row(refuse_at(Interface::ROUTES, |nic: &Interface, _| routes(nic)).driver(Driver::Qemu))
        .row(
            refuse_at(Interface::PORT_FORWARDS, |nic: &Interface, _| (!nic.port_forwards.is_empty() && !is_passt(nic)).then_some(NO_FORWARDS))
                .driver(Driver::Qemu),
        )
        .row(refused(|nic: &Interface, scope| {
            let model = nic.model.as_ref()?.type_.as_ref()?;
            let conventional = ["e1000", "e1000e", "rtl8139", "ne2k_pci", "pcnet", "vmxnet3", "igb"].contains(&model.as_str());
            (conventional && scope.board.lacks_pci())
                .then(|| format!("this machine has no PCI for a network card {}: choose another model, as virtio", model.as_str()))
        })),
];

/// Whether passt connects the interface.
fn is_passt(nic: &Interface) -> bool {
    let passt = nic.backend.as_ref().and_then(|backend| backend.type_) == Some(InterfaceBackendType::Passt);
    passt && matches!(nic.type_, InterfaceType::User(_) | InterfaceType::Vhostuser(_))
}

fn addresses(nic: &Interface) -> Option<&'static str> {
    let user = matches!(nic.type_, InterfaceType::User(_)) || is_passt(nic);
    let of_family = |four: bool| nic.ips.iter().filter(|ip| ip.address.0.is_ipv4() == four).count();
    if !user && !nic.ips.is_empty() {
        return Some("only QEMU's own network and passt give the guest an address: leave out <ip>");
    }
    if of_family(true) > 1 || of_family(false) > 1 {
        return Some("an interface has one address of each family: leave out the others");
    }
    let other_network = nic.ips.iter().any(|ip| !ip.address.0.is_ipv4() && !matches!(ip.prefix, None | Some(0 | 64)));
    (other_network && !is_passt(nic)).then_some("QEMU's own network of IPv6 has 64 bits: set prefix='64'")
}

fn routes(nic: &Interface) -> Option<&'static str> {
    if !nic.routes.is_empty() && !is_passt(nic) {
        return Some("only passt gives the guest routes: set <backend type='passt'/>, or leave out <route>");
    }
    let default = |four: bool| {
        let routes = nic.routes.iter().filter(|route| route.address.is_none());
        routes.filter(|route| route.gateway.0.is_ipv4() == four).count()
    };
    (default(true) > 1 || default(false) > 1)
        .then_some("an interface has one default route of each family: leave out the others")
}
