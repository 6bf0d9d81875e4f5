//! `advice-usb-companions`: USB 2 as a controller and its companions, where one of USB 3 does.

use domxml::{Controller, ControllerType, ControllerTypeUsbModel as Model};

use crate::options::Driver;
use crate::rule::kinds::note;
use crate::rule::{Class, rule};

rules![
    rule("advice-usb-companions", Class::Advice)
        .driver(Driver::Qemu)
        .summary("a USB 2 controller with companions, where one of USB 3 does")
        .doc(
            "An EHCI controller serves fast devices alone, and up to three UHCI companions on the same ports the slow \
             ones; QEMU then wakes up many times a second for an idle guest. One `qemu-xhci` serves devices of every \
             speed, and wakes up when there is something to do. Guests have drivers for it since Windows 8 and Linux \
             2.6.31; older ones keep what they have.",
        )
        .finds(
            "<devices><controller type='usb' index='0' model='ich9-ehci1'/>\
             <controller type='usb' index='0' model='ich9-uhci1'><master startport='0'/></controller></devices>",
        )
        .row(note(|controller: &Controller, _| {
            let ControllerType::Usb(usb) = &controller.type_ else { return None };
            (usb.model == Some(Model::Ich9Ehci1)).then_some(
                "one controller of model qemu-xhci takes the place of this one and its companions, and costs an idle \
                 guest less (the guest needs Windows 8 or Linux 2.6.31)",
            )
        })),
];
