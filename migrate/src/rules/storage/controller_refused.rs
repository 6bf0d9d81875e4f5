//! What libvirt refuses of controllers.

use domxml::{
    Controller, ControllerTarget, ControllerType, ControllerTypePciModel as PciModel,
    ControllerTypeScsiModel as ScsiModel, ControllerTypeUsbModel as UsbModel, Devices, HostdevMode, HostdevSubsystem,
    Input, InputBus, InputType,
};

use super::controllers::{start_port, type_name, usb_model};
use crate::options::Driver;
use crate::rule::kinds::{check, refuse, unique};
use crate::rule::{Class, Context, Rule, rule};
use crate::rules::common::{kept_attribute, kept_value};

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("controller-index-duplicate", Class::Conflict)
            .summary("two controllers of a type have the same index")
            .doc(
                "The index of a controller is how addresses refer to it: libvirt refuses two controllers of a type with the same one. Only the \
                 parts of a USB 2 controller share theirs.",
            )
            .finds("<devices><controller type='scsi' index='0'/><controller type='scsi' index='0'/></devices>")
            .row(unique(
                Devices::CONTROLLERS,
                |it, _| it.index.filter(|_| !is_usb(it)).map(|index| (type_name(it).to_owned(), index)),
                |(name, index)| format!("another {name} controller has the index {index} already"),
            )),
        rule("controller-usb-none-conflict", Class::Conflict)
            .summary("a guest without USB has USB devices")
            .doc(
                "A USB controller of the model `none` says that the guest has no USB. libvirt then refuses other USB controllers, and devices \
                 on USB.",
            )
            .finds("<devices><controller type='usb' index='0' model='none'/><controller type='usb' index='1' model='nec-xhci'/></devices>")
            .finds("<devices><controller type='usb' index='0' model='none'/><hub type='usb'/></devices>")
            .row(check(no_usb))
            // The drivers of hypervisors have one then, or say so themselves.
            .row(
                refuse(|devices: &Devices, _| {
                    let redirected = !devices.redirdevs.is_empty() && !devices.controllers.iter().any(is_usb);
                    redirected.then_some("the guest has no USB controller for a redirected device")
                })
                .driver(Driver::Test),
            ),
        rule("controller-usb-no-master", Class::Conflict)
            .summary("companions of a USB 2 controller have no master")
            .doc(
                "The UHCI controllers of ICH9 only accompany an EHCI controller; libvirt refuses them where no USB controller is there that \
                 could be their master.",
            )
            .finds("<devices><controller type='usb' index='0' model='ich9-uhci1'/></devices>")
            .row(check(masters)),
        options(),
    ]
}

fn options() -> Rule {
    rule("controller-option-conflict", Class::Conflict)
        .summary("an option does not fit its controller")
        .doc(
            "Controllers of the types `fdc`, `sata`, `ccid` and some others have no model; an I/O thread is for virtio-scsi controllers; the \
             PCI controllers that are roots have no address; a NUMA node is not for the first PCI controller; the number of a PCI bridge is \
             1 to 255, the chassis of a port up to 255, the bus behind an expander 1 to 254; the place of a pSeries root is 0 to 30, and 0 \
             exactly for the first one. libvirt refuses anything else.",
        )
        .finds("<devices><controller type='scsi' index='0' model='lsilogic'><driver iothread='1'/></controller></devices>")
        .finds("<devices><controller type='sata' index='0' model='virtio-scsi'/></devices>")
        .finds(
            "<devices><controller type='pci' index='0' model='pci-root'><address type='pci' domain='0x0000' bus='0x00' slot='0x01' \
             function='0x0'/></controller></devices>",
        )
        .finds("<devices><controller type='pci' index='1' model='pci-bridge'><target chassisNr='0'/></controller></devices>")
        .finds("<devices><controller type='pci' index='1' model='pci-root'><target index='0'/></controller></devices>")
        .row(refuse(|it: &Controller, _| {
            // What the type takes is not among what is kept.
            kept_attribute(&it.xml, "model").map(|_| format!("a controller of the type {} has no model", type_name(it)))
        }))
        .row(refuse(|it: &Controller, _| {
            let model = kept_value(&it.xml, "model").filter(|model| is_model_of_another_type(model))?;
            Some(format!("a controller of the type {} has no model '{model}': set another model, or leave it out", type_name(it)))
        }))
        .row(
            refuse(|it: &Controller, _| {
                let thread = it.driver.as_ref()?.iothread.is_some_and(|thread| thread != 0);
                (thread && !has_threads(it)).then_some("an I/O thread is for virtio-scsi controllers")
            })
            .at(|it| it.driver.as_ref().map_or(&it.xml, |driver| &driver.xml)),
        )
        .row(
            refuse(|it: &Controller, _| (it.address.is_some() && is_pci_root(it)).then_some("a root of PCI has no address"))
                .at(|it| it.address.as_ref().map_or(&it.xml, |address| &address.xml)),
        )
        .row(refuse(|it: &ControllerTarget, _| {
            let wrong = it.chassis_nr.is_some_and(|number| !(1..=255).contains(&number.0));
            wrong.then_some("the number of a PCI bridge is 1 to 255")
        }))
        .row(refuse(|it: &ControllerTarget, _| {
            it.chassis.is_some_and(|number| number.0 > 255).then_some("the chassis of a port is 0 to 255")
        }))
        .row(refuse(|it: &ControllerTarget, _| {
            let wrong = it.bus_nr.is_some_and(|number| !(1..=254).contains(&number.0));
            wrong.then_some("the bus behind an expander is 1 to 254")
        }))
        .row(refuse(|it: &ControllerTarget, _| {
            it.index.is_some_and(|place| place.0 > 30).then_some("the place of a root is 0 to 30: choose one of these, or leave out index")
        }))
        .row(refuse(|it: &Controller, _| {
            let node = target(it)?.node.is_some() && it.index == Some(0);
            node.then_some("the first PCI controller has no NUMA node")
        }))
        .row(refuse(|it: &Controller, _| {
            let place = target(it)?.index.filter(|place| place.0 <= 30)?;
            let wrong = it.index.is_some_and(|index| (index == 0) != (place.0 == 0));
            wrong.then_some("the place 0 is that of the controller with index 0, and of no other")
        }))
}

/// Whether a model is known, which it is of another type than the one that does not take it.
fn is_model_of_another_type(model: &str) -> bool {
    let known = [PciModel::VALUES, UsbModel::VALUES, ScsiModel::VALUES];
    known.into_iter().flatten().any(|value| value.value == model)
}

fn target(controller: &Controller) -> Option<&ControllerTarget> {
    match &controller.type_ {
        ControllerType::Pci(pci) => pci.target.as_ref(),
        _ => None,
    }
}

fn is_usb(controller: &Controller) -> bool {
    matches!(controller.type_, ControllerType::Usb(_))
}

pub(super) fn is_pci_root(controller: &Controller) -> bool {
    let ControllerType::Pci(pci) = &controller.type_ else { return false };
    matches!(pci.model, Some(PciModel::PciRoot | PciModel::PcieRoot))
}

/// Whether it is a SCSI controller of another make than virtio.
/// Whether a controller can have I/O threads: that of virtio SCSI.
pub(crate) fn has_threads(controller: &Controller) -> bool {
    matches!(controller.type_, ControllerType::Scsi(_)) && !is_plain_scsi(controller)
}

fn is_plain_scsi(controller: &Controller) -> bool {
    let ControllerType::Scsi(scsi) = &controller.type_ else { return false };
    !matches!(
        scsi.model,
        Some(ScsiModel::VirtioScsi | ScsiModel::VirtioTransitional | ScsiModel::VirtioNonTransitional)
    )
}

fn no_usb(devices: &Devices, cx: &mut Context<'_>) {
    let none = |controller: &Controller| usb_model(controller) == Some(UsbModel::None);
    if !devices.controllers.iter().any(none) {
        return;
    }
    let usbs = || devices.controllers.iter().filter(|controller| is_usb(controller));
    // The first of all says whether there is USB: any other contradicts it.
    for controller in usbs().skip(1) {
        cx.error(
            &controller.xml,
            "a USB controller of the model 'none' must be the only one: leave this one out, or that",
        );
    }
    if !usbs().all(none) {
        return;
    }
    for input in devices.inputs.iter().filter(|input| bus(input) == Some(InputBus::Usb)) {
        cx.error(&input.xml, "<controller type='usb' model='none'/> takes USB away: leave that out, or this device");
    }
    for hub in &devices.hubs {
        cx.error(&hub.xml, "<controller type='usb' model='none'/> takes USB away: leave that out, or this device");
    }
    for redirdev in &devices.redirdevs {
        cx.error(&redirdev.xml, "<controller type='usb' model='none'/> takes USB away: leave that out, or this device");
    }
    for hostdev in &devices.hostdevs {
        if let HostdevMode::Subsystem(subsystem) = &hostdev.mode
            && matches!(subsystem.type_, HostdevSubsystem::Usb(_))
        {
            cx.error(
                &hostdev.xml,
                "<controller type='usb' model='none'/> takes USB away: leave that out, or this device",
            );
        }
    }
}

fn bus(input: &Input) -> Option<InputBus> {
    match &input.type_ {
        InputType::Tablet(members) => members.bus,
        InputType::Mouse(members) => members.bus,
        InputType::Keyboard(members) => members.bus,
        _ => None,
    }
}

fn masters(devices: &Devices, cx: &mut Context<'_>) {
    let mut companion = None;
    for controller in &devices.controllers {
        let ControllerType::Usb(usb) = &controller.type_ else { continue };
        if usb.model == Some(UsbModel::None) || usb.master.is_none() && start_port(usb.model).is_none() {
            return;
        }
        companion = companion.or(Some(controller));
    }
    if let Some(controller) = companion {
        cx.error(&controller.xml, "there is no USB controller that could be the master of this one");
    }
}
