//! What libvirt refuses of controllers.

use domxml::{
    Controller, ControllerType, ControllerTypePciModel as PciModel, ControllerTypeScsiModel as ScsiModel,
    ControllerTypeUsbModel as UsbModel, Domain, HostdevMode, HostdevSubsystem, InputBus, InputType,
};

use super::controllers::start_port;
use super::util::{same_type, type_name};
use crate::rule::{Context, OldRule as Rule};
use crate::rules::common::{conflict, kept_attribute};

pub(super) static INDEX_TWICE: Rule = conflict(
    "controller-index-duplicate",
    "two controllers of a type have the same index",
    "The index of a controller is how addresses refer to it: libvirt refuses two controllers of a type with the same one. Only the parts of \
     a USB 2 controller share theirs.",
    "<devices><controller type='scsi' index='0'/><controller type='scsi' index='0'/></devices>",
    check_indexes,
);

pub(super) static NO_USB: Rule = conflict(
    "controller-usb-none-conflict",
    "a guest without USB has USB devices",
    "A USB controller of the model `none` says that the guest has no USB. libvirt then refuses other USB controllers, and devices on USB.",
    "<devices><controller type='usb' index='0' model='none'/><controller type='usb' index='1' model='nec-xhci'/></devices>",
    check_no_usb,
);

pub(super) static NO_MASTER: Rule = conflict(
    "controller-usb-no-master",
    "companions of a USB 2 controller have no master",
    "The UHCI controllers of ICH9 only accompany an EHCI controller; libvirt refuses them where no USB controller is there that could be \
     their master.",
    "<devices><controller type='usb' index='0' model='ich9-uhci1'/></devices>",
    check_masters,
);

pub(super) static VALUES: Rule = conflict(
    "controller-option-conflict",
    "an option does not fit its controller",
    "Controllers of the types `fdc`, `sata`, `ccid` and some others have no model; an I/O thread is for virtio-scsi controllers; the PCI controllers that are roots have no address; a NUMA node is not for the first \
     PCI controller; the number of a PCI bridge is 1 to 255, the chassis of a port up to 255, the bus behind an expander 1 to 254; the place of a pSeries root is 0 to 30, and 0 exactly for the first \
     one. libvirt refuses anything else.",
    "<devices><controller type='scsi' index='0' model='lsilogic'><driver iothread='1'/></controller></devices>",
    check_values,
);

fn controllers(domain: &Domain) -> &[Controller] {
    domain.devices.as_ref().map_or(&[], |devices| &devices.controller)
}

fn check_indexes(domain: &mut Domain, cx: &mut Context) {
    let controllers = controllers(domain);
    for (at, new) in controllers.iter().enumerate() {
        let same = |other: &Controller| same_type(&other.type_, &new.type_) && other.index == new.index;
        if let Some(index) = new.index
            && !matches!(new.type_, ControllerType::Usb(_))
            && controllers[..at].iter().any(same)
        {
            cx.error(&new.xml, format!("another {} controller has the index {index} already", type_name(new)));
        }
    }
}

fn check_no_usb(domain: &mut Domain, cx: &mut Context) {
    let usb = |controller: &&Controller| matches!(controller.type_, ControllerType::Usb(_));
    let none = |controller: &Controller| matches!(&controller.type_, ControllerType::Usb(usb) if usb.model == Some(UsbModel::None));
    let Some(devices) = &domain.devices else { return };
    let mut usbs = devices.controller.iter().filter(usb);
    if !devices.controller.iter().any(none) {
        return;
    }
    // The first of all says whether there is USB: any other contradicts it.
    usbs.next();
    for controller in usbs {
        cx.error(&controller.xml, "a USB controller of the model 'none' must be the only one");
    }
    if !devices.controller.iter().filter(usb).all(none) {
        return;
    }
    for input in &devices.input {
        let bus = match &input.type_ {
            InputType::Tablet(members) => members.bus,
            InputType::Mouse(members) => members.bus,
            InputType::Keyboard(members) => members.bus,
            InputType::Passthrough(_) | InputType::Evdev(_) => None,
        };
        if bus != Some(InputBus::Usb) {
            continue;
        }
        cx.error(&input.xml, "the guest has no USB for an input device");
    }
    for hub in &devices.hub {
        cx.error(&hub.xml, "the guest has no USB for a hub");
    }
    for redirdev in &devices.redirdev {
        cx.error(&redirdev.xml, "the guest has no USB for a redirected device");
    }
    for hostdev in &devices.hostdev {
        if let HostdevMode::Subsystem(subsystem) = &hostdev.mode
            && matches!(subsystem.type_, HostdevSubsystem::Usb(_))
        {
            cx.error(&hostdev.xml, "the guest has no USB for a device of the host");
        }
    }
}

fn check_masters(domain: &mut Domain, cx: &mut Context) {
    let mut companion = None;
    for controller in controllers(domain) {
        let ControllerType::Usb(usb) = &controller.type_ else { continue };
        if usb.model == Some(UsbModel::None) || usb.master.is_none() && start_port(controller).is_none() {
            return;
        }
        companion = companion.or(Some(controller));
    }
    if let Some(controller) = companion {
        cx.error(&controller.xml, "there is no USB controller that could be the master of this one");
    }
}

fn check_values(domain: &mut Domain, cx: &mut Context) {
    for controller in controllers(domain) {
        // What the type takes is not among what is kept.
        if kept_attribute(&controller.xml, "model").is_some() {
            cx.error(&controller.xml, format!("a controller of the type {} has no model", type_name(controller)));
        }
        match &controller.type_ {
            ControllerType::Scsi(scsi) => {
                let virtio = matches!(
                    scsi.model,
                    Some(ScsiModel::VirtioScsi | ScsiModel::VirtioTransitional | ScsiModel::VirtioNonTransitional)
                );
                if let Some(driver) = &controller.driver
                    && driver.iothread.is_some_and(|thread| thread != 0)
                    && !virtio
                {
                    cx.error(&driver.xml, "an I/O thread is for virtio-scsi controllers");
                }
            }
            ControllerType::Pci(pci) => {
                if let Some(address) = &controller.address
                    && matches!(pci.model, Some(PciModel::PciRoot | PciModel::PcieRoot))
                {
                    cx.error(&address.xml, "a root of PCI has no address");
                }
                let Some(target) = &pci.target else { continue };
                if target.chassis_nr.is_some_and(|number| !(1..=255).contains(&number.0)) {
                    cx.error(&target.xml, "the number of a PCI bridge is 1 to 255");
                }
                if target.chassis.is_some_and(|number| number.0 > 255) {
                    cx.error(&target.xml, "the chassis of a port is 0 to 255");
                }
                if target.bus_nr.is_some_and(|number| !(1..=254).contains(&number.0)) {
                    cx.error(&target.xml, "the bus behind an expander is 1 to 254");
                }
                if target.node.is_some() && controller.index == Some(0) {
                    cx.error(&target.xml, "the first PCI controller has no NUMA node");
                }
                if let Some(place) = target.index {
                    if place.0 > 30 {
                        cx.error(&target.xml, "the place of a root is 0 to 30");
                    } else if controller.index.is_some_and(|index| (index == 0) != (place.0 == 0)) {
                        cx.error(&target.xml, "the place 0 is that of the controller with index 0, and of no other");
                    }
                }
            }
            _ => {
                if let Some(driver) =
                    controller.driver.as_ref().filter(|it| it.iothread.is_some_and(|thread| thread != 0))
                {
                    cx.error(&driver.xml, "an I/O thread is for virtio-scsi controllers");
                }
            }
        }
    }
}
