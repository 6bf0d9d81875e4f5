//! What libvirt refuses of controllers.

use domxml::{
    ControllerTypePciModel as PciModel, ControllerTypeScsiModel as ScsiModel, ControllerTypeUsbModel as UsbModel,
};

use super::controllers::{start_port, type_name, usb_model};
use crate::rules::graphics::{assumed_bus, said_bus};
use crate::rules::prelude::*;

const NO_USB: &str = "<controller type='usb' model='none'/> takes USB away: leave that out, or this device";
const NONE_ALONE: &str = "a USB controller of the model 'none' must be the only one: leave this one out, or that";
const NO_CONTROLLER: &str =
    "the guest has no USB controller for a redirected device: add <controller type='usb'/>, or leave this out";
const NO_MASTER: &str = "there is no USB controller that could be the master of this one: add one with the same index, or leave this one out";
const LAST: &str = "the index of a controller is at most 2147483647: choose the next free one";
const BRIDGE: &str = "the number of a PCI bridge is 1 to 255: choose another one";
const PLACE: &str =
    "the place 0 is that of the controller with index 0, and of no other: choose another index in <target>";
const LAST_OF_PCI: &str = "the index of a PCI controller is at most 255: choose another one";

rules![
    rule("controller-index-duplicate", Class::Conflict)
        .summary("two controllers of a type have the same index")
        .doc(
            "The index of a controller is how addresses refer to it: libvirt refuses two controllers of a type with \
             the same one. Only the parts of a USB 2 controller share theirs.",
        )
        .finds("<devices><controller type='scsi' index='0'/><controller type='scsi' index='0'/></devices>")
        .row(unique(
            Devices::CONTROLLERS,
            |it, _| Some(format!("{} controller has the index {}", type_name(it), it.index.filter(|_| !is_usb(it))?)),
            "another {} already: choose another, or leave out index",
        )),
    rule("controller-usb-none-conflict", Class::Conflict)
        .summary("a guest without USB has USB devices")
        .doc(
            "A USB controller of the model `none` says that the guest has no USB. libvirt then refuses other USB \
             controllers, and devices on USB; before 12.8.0 also input devices without a bus that are on USB then.",
        )
        .finds("<devices><controller type='usb' index='0' model='none'/><controller type='usb' index='1' model='nec-xhci'/></devices>")
        .finds("<devices><controller type='usb' index='0' model='none'/><hub type='usb'/></devices>")
        .row(
            unique(Devices::CONTROLLERS, |it, _| is_usb(it).then_some(true), NONE_ALONE)
                .when(|devices, _| devices.controllers.iter().any(|it| usb_model(it) == Some(UsbModel::None))),
        )
        .rows(each_type!([Hub Redirdev], refuse(|_: &Of, scope| scope.no_usb.then_some(NO_USB))))
        .row(refuse_if(NO_USB, |it: &Input, scope| scope.no_usb && said_bus(it) == Some(InputBus::Usb)))
        // Until a release between 9.0.0 and 12.8.0, which takes it before the bus is chosen.
        .row(refuse_if(NO_USB, |it: &Input, scope| scope.no_usb && said_bus(it).is_none() && assumed_bus(it, scope) == Some(InputBus::Usb)).until(12, 8, 0))
        .row(refuse_if(NO_USB, |it: &HostdevModeSubsystem, scope| matches!(it.type_, HostdevSubsystem::Usb(_)) && scope.no_usb))
        // The drivers of hypervisors have one then, or say so themselves.
        .row(refuse_if(NO_CONTROLLER, |it: &Devices, _| !it.redirdevs.is_empty() && !it.controllers.iter().any(is_usb)).driver(Driver::Test)),
    rule("controller-usb-no-master", Class::Conflict)
        .summary("companions of a USB 2 controller have no master")
        .doc(
            "The UHCI controllers of ICH9 only accompany an EHCI controller; libvirt refuses them where no USB \
             controller is there that could be their master.",
        )
        .finds("<devices><controller type='usb' index='0' model='ich9-uhci1'/></devices>")
        .row(refuse_there(|devices: &Devices, _| {
            let usbs = || devices.controllers.iter().filter_map(|it| Some((it, branch::<ControllerTypeUsb>(&it.type_)?)));
            let is_companion = |usb: &ControllerTypeUsb| {
                usb.model != Some(UsbModel::None) && (usb.master.is_some() || start_port(usb.model).is_some())
            };
            let (first, _) = usbs().next().filter(|_| usbs().all(|(_, usb)| is_companion(usb)))?;
            Some((first.xml.span, NO_MASTER))
        })),
    rule("controller-option-conflict", Class::Conflict)
        .summary("an option does not fit its controller")
        .doc(
            "Controllers of the types `fdc`, `sata`, `ccid` and some others have no model; an I/O thread is for \
             virtio-scsi controllers; the PCI controllers that are roots have no address; a NUMA node is not for the \
             first PCI controller; the number of a PCI bridge is 1 to 255, the chassis of a port up to 255, an index \
             up to 2147483647, the bus behind an expander 1 to 254; the place of a pSeries root is 0 to 30, and 0 \
             exactly for the first one. libvirt refuses anything else.",
        )
        .finds("<devices><controller type='scsi' index='0' model='lsilogic'><driver iothread='1'/></controller></devices>")
        .finds(
            "<devices><controller type='nvme' index='0'><driver><iothreads><iothread id='1'/></iothreads></driver></controller></devices>",
        )
        .finds(
            "<devices><controller type='scsi' index='0' model='virtio-scsi'><driver iothread='1'><iothreads><iothread id='2'/></iothreads>\
             </driver></controller></devices>",
        )
        .finds("<devices><controller type='usb' index='4294967295'/></devices>")
        .finds("<devices><controller type='sata' index='0' model='virtio-scsi'/></devices>")
        .finds(
            "<devices><controller type='pci' index='0' model='pci-root'><address type='pci' domain='0x0000' bus='0x00' slot='0x01' \
             function='0x0'/></controller></devices>",
        )
        .finds("<devices><controller type='pci' index='1' model='pci-bridge'><target chassisNr='0'/></controller></devices>")
        .finds("<devices><controller type='pci' index='256' model='pci-bridge'/></devices>")
        .finds("<devices><controller type='pci' index='1' model='pci-root'><target index='0'/></controller></devices>")
        .finds("<devices><controller type='pci' model='pci-root'><target index='1'/></controller></devices>")
        .row(refuse(|it: &Controller, _| {
            // What the type takes is not among what is kept.
            kept_attribute(&it.xml, "model").map(|_| format!("a controller of the type {} has no model: leave it out", type_name(it)))
        }))
        .row(refuse(|it: &Controller, _| {
            let model = kept_value(&it.xml, "model").filter(|model| is_model_of_another_type(model))?;
            Some(format!("a controller of the type {} has no model '{model}': set another model, or leave it out", type_name(it)))
        }))
        .row(refuse_at(Controller::DRIVER, |it, scope| {
            let driver = it.driver.as_ref()?;
            let one = driver.iothread.is_some_and(|thread| thread != 0);
            let listed = driver.iothreads.as_deref().filter(|_| scope.reads(ControllerDriver::IOTHREADS.info()));
            let several = listed.is_some_and(|it| !it.iothreads.is_empty());
            if one && several {
                return Some("the controller has one I/O thread or several: leave out iothread, or <iothreads>");
            }
            ((one || several) && !has_threads(it)).then_some("an I/O thread is for virtio-scsi controllers: leave it out, or set model='virtio-scsi'")
        }))
        .row(refuse_where(Controller::INDEX, |index, _| i32::try_from(*index).is_err(), LAST))
        .row(refuse_where(Controller::INDEX, |it, _| *it > 255, LAST_OF_PCI).when(|it, _| matches!(it.type_, ControllerType::Pci(_))))
        .row(refuse_in(Controller::ADDRESS, |_, _| Some("a root of PCI has no address: leave it out")).when(|it, _| is_pci_root(it)))
        .row(refuse_where(ControllerTarget::CHASSIS_NR, |nr, _| !(1..=255).contains(&nr.0), BRIDGE))
        .row(refuse_where(ControllerTarget::CHASSIS, |number, _| number.0 > 255, "the chassis of a port is 0 to 255: choose another one"))
        .row(refuse_where(ControllerTarget::BUS_NR, |nr, _| !(1..=254).contains(&nr.0), "the bus behind an expander is 1 to 254: choose another one"))
        .row(refuse_where(ControllerTarget::INDEX, |it, _| it.0 > 30, "the place of a root is 0 to 30: choose one of these, or leave out index"))
        .row(check(targets)),
];

/// What does not fit the first PCI controller, or is for that one alone.
fn targets(devices: &Devices, cx: &mut Context<'_>) {
    let all = || devices.controllers.iter().filter_map(|it| Some((it, branch::<ControllerTypePci>(&it.type_)?)));
    // Of those without an index the first gets 0, where no other has it.
    let first = [Some(0), None].into_iter().find_map(|index| all().position(|(it, _)| it.index == index));
    for (at, (it, pci)) in all().enumerate() {
        let (first, target) = (first == Some(at), pci.target.as_ref());
        if first && target.is_some_and(|target| target.node.is_some()) {
            cx.refuse_here(it.xml.span, "the first PCI controller has no NUMA node: leave out <node>");
        }
        let place = target.and_then(|target| target.index).filter(|place| place.0 <= 30);
        if place.is_some_and(|place| first != (place.0 == 0)) {
            cx.refuse_here(it.xml.span, PLACE);
        }
    }
}

/// Whether a model is known, which it is of another type than the one that does not take it.
fn is_model_of_another_type(model: &str) -> bool {
    let known = [PciModel::VALUES, UsbModel::VALUES, ScsiModel::VALUES];
    known.into_iter().flatten().any(|value| value.value == model)
}

fn is_usb(controller: &Controller) -> bool {
    matches!(controller.type_, ControllerType::Usb(_))
}

pub(super) fn is_pci_root(controller: &Controller) -> bool {
    branch(&controller.type_)
        .is_some_and(|pci: &ControllerTypePci| matches!(pci.model, Some(PciModel::PciRoot | PciModel::PcieRoot)))
}

/// Whether a controller can have I/O threads: that of virtio SCSI.
pub(crate) fn has_threads(controller: &Controller) -> bool {
    use ScsiModel::{VirtioNonTransitional, VirtioScsi, VirtioTransitional};
    let model = branch::<ControllerTypeScsi>(&controller.type_).and_then(|scsi| scsi.model);
    matches!(model, Some(VirtioScsi | VirtioTransitional | VirtioNonTransitional))
}
