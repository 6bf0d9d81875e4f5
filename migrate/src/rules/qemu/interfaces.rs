//! Network interfaces: what their type or model does not have.

use domxml::{Interface, InterfaceType, TeamingType};

use super::refused;
use crate::rule::{Class, Rule, rule};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("qemu-interface-conflict", Class::Conflict)
            .summary("an option that the interface's type or model does not have")
            .doc(
                "The size of packets and the coalescing of interrupts are set on devices of the host: interfaces of the types `network`, `bridge`, \
                 `ethernet` and `direct`. A pair of interfaces for live migration (`<teaming>`) keeps a virtio interface, and vDPA is virtio.",
            )
            .finds("<devices><interface type='user'><mtu size='9000'/></interface></devices>")
            .finds(
                "<os><type arch='aarch64' machine='vexpress-a9'>hvm</type></os><devices><interface type='user'><model type='e1000'/></interface></devices>",
            )
            .finds("<devices><interface type='user'><model type='e1000'/><teaming type='persistent'/></interface></devices>")
            .row(refused(|nic: &Interface, _| {
                let user = matches!(nic.type_, InterfaceType::User(_));
                let vdpa = matches!(nic.type_, InterfaceType::Vdpa(_));
                let model = nic.model.as_ref().and_then(|model| model.type_.as_ref()).map(|model| model.as_str().to_owned());
                let other = model.as_deref().is_some_and(|model| !model.starts_with("virtio"));
                let persistent = nic.teaming.as_ref().is_some_and(|it| it.type_ == TeamingType::Persistent);
                if user && nic.mtu.is_some() {
                    return Some("QEMU's own network takes no size of packets: leave out <mtu>".to_owned());
                }
                if user && nic.coalesce.is_some() {
                    return Some("QEMU's own network does not coalesce: leave out <coalesce>".to_owned());
                }
                if persistent && other {
                    return Some("the interface of a pair that stays is virtio: set <model type='virtio'/>".to_owned());
                }
                (vdpa && other).then(|| "an interface of vDPA is virtio: set <model type='virtio'/>".to_owned())
            }))
            .row(refused(|nic: &Interface, scope| {
                let model = nic.model.as_ref()?.type_.as_ref()?;
                let conventional = ["e1000", "e1000e", "rtl8139", "ne2k_pci", "pcnet", "vmxnet3", "igb"].contains(&model.as_str());
                (conventional && scope.board.lacks_pci())
                    .then(|| format!("this machine has no PCI for a network card {}: choose another model, as virtio", model.as_str()))
            })),
    ]
}
