//! Facts about controllers.

use domxml::ControllerTypeUsbModel as UsbModel;

use super::controller_refused::is_pci_root;
use super::controllers::usb_model;
use crate::rules::prelude::*;

const NO_DEVICE: &str =
    "a controller of the model none stands for no USB: there is no device that could have an address";

rules![
    rule("controller-usb-none-address", Class::Structure)
        .summary("the controller that stands for no USB has no address")
        .doc(
            "A USB controller of the model `none` says that the guest has no USB. There is no device, and libvirt \
             drops the address, the alias, the index and the master that are given.",
        )
        .example(
            "<devices><controller type='usb' index='0' model='none'><address type='pci' domain='0x0000' bus='0x00' slot='0x01' \
             function='0x2'/></controller></devices>",
            "<devices><controller type='usb' index='0' model='none'/></devices>",
        )
        .row(nothing(child(Controller::ADDRESS), |_| true, NO_DEVICE).when(|it, _| usb_model(it) == Some(UsbModel::None)).profiles(BOTH))
        .rows(each_field!(Controller::[ALIAS ACPI], |part| {
            nothing(child(part), |_| true, "a controller of the model none is no device").when(|it, _| usb_model(it) == Some(UsbModel::None))
        }))
        .row(unread(child(ControllerTypeUsb::MASTER).in_branch(Controller::TYPE), "where there is no USB").when(|it, _| usb_model(it) == Some(UsbModel::None))),
    rule("controller-pcihole64-unread", Class::Lossy)
        .summary("only the roots of PCI have a window for memory above 4 GiB")
        .doc("libvirt reads `<pcihole64>` for the controllers `pci-root` and `pcie-root` alone, and does not write it for others.")
        .example(
            "<devices><controller type='pci' index='1' model='pcie-root-port'><pcihole64 unit='KiB'>1024</pcihole64></controller>\
             </devices>",
            "<devices><controller type='pci' index='1' model='pcie-root-port'/></devices>",
        )
        .row(
            unread(child(ControllerTypePci::PCIHOLE64).in_branch(Controller::TYPE), "of another controller than a root of PCI")
                .when(|it, _| !is_pci_root(it)),
        ),
    rule("controller-pci-without-model", Class::Lossy)
        .summary("a PCI controller does not say what it is")
        .doc(
            "The schema wants a model for each PCI controller. libvirt takes one without; its driver then chooses a \
             root, a bridge or a port by the machine and the index, which this form of the document does not tell. \
             Nothing is rewritten.",
        )
        .finds("<devices><controller type='pci' index='1'/></devices>")
        .row(note_if("no model is named, so that libvirt's driver chooses one: name it to be sure", |it: &Controller, _| {
            branch(&it.type_).is_some_and(|pci: &ControllerTypePci| pci.model.is_none())
        })),
];
