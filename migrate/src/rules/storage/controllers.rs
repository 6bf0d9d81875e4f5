//! Controllers: `controller-usb-companion-master`, `controller-order-by-index`, `controller-index-auto`.

use domxml::scalar::UsbPort;
use domxml::{Controller, ControllerMaster, ControllerType, ControllerTypeUsbModel as UsbModel, Domain, Extra};

use super::util::{same_type, type_name};
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::LIBVIRT;

pub(super) static MASTER: Rule = Rule {
    id: "controller-usb-companion-master",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "companions of a USB 2 controller name the port of their master",
    doc: "The three UHCI companions of an ICH9 controller begin at the ports 0, 2 and 4 of their EHCI master; libvirt writes \
          `<master>` where it is left out.",
    example: Example {
        before: "<devices><controller type='usb' index='0' model='ich9-ehci1'/><controller type='usb' index='0' model='ich9-uhci2'/>\
                 </devices>",
        after: "<devices><controller type='usb' index='0' model='ich9-ehci1'/><controller type='usb' index='0' model='ich9-uhci2'>\
                <master startport='2'/></controller></devices>",
    },
    apply: add_masters,
};

pub(super) static ORDER: Rule = Rule {
    id: "controller-order-by-index",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "controllers of a type stand together, by index",
    doc: "When libvirt reads controllers it puts each behind the last of the same type, before the first with a higher index, and \
          USB masters before their companions. One without index goes behind all of its type.",
    example: Example {
        before: "<devices><controller type='scsi' index='1'/><controller type='ide' index='0'/><controller type='scsi' index='0'/>\
                 </devices>",
        after: "<devices><controller type='scsi' index='0'/><controller type='scsi' index='1'/><controller type='ide' index='0'/>\
                </devices>",
    },
    apply: sort,
};

pub(super) static INDEX: Rule = Rule {
    id: "controller-index-auto",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a controller without index gets the lowest that is free",
    doc: "The index of a controller is the lowest that no other of its type has. The parts of an ICH9 USB 2 controller share one: \
          each joins the USB controller before it, if that is such a part too and no other of the same model has joined already. \
          Newer releases of libvirt sort the controllers once more afterwards. Profile `modern` leaves the choice to libvirt, \
          since an index also has a say in the order of controllers.",
    example: Example {
        before: "<devices><controller type='scsi'/><controller type='scsi' index='0'/></devices>",
        after: "<devices><controller type='scsi' index='0'/><controller type='scsi' index='1'/></devices>",
    },
    apply: number,
};

fn controllers(domain: &mut Domain) -> &mut Vec<Controller> {
    &mut domain.devices.get_or_insert_default().controller
}

pub(super) fn usb_model(controller: &Controller) -> Option<UsbModel> {
    match &controller.type_ {
        ControllerType::Usb(usb) => usb.model,
        _ => None,
    }
}

fn is_companion(controller: &Controller) -> bool {
    matches!(&controller.type_, ControllerType::Usb(usb) if usb.master.is_some())
}

/// Whether it is part of an ICH9 USB 2 controller.
fn is_usb2(controller: &Controller) -> bool {
    matches!(
        usb_model(controller),
        Some(UsbModel::Ich9Ehci1 | UsbModel::Ich9Uhci1 | UsbModel::Ich9Uhci2 | UsbModel::Ich9Uhci3)
    )
}

/// The port of its master at which a companion begins.
pub(super) fn start_port(controller: &Controller) -> Option<u32> {
    match usb_model(controller)? {
        UsbModel::Ich9Uhci1 => Some(0),
        UsbModel::Ich9Uhci2 => Some(2),
        UsbModel::Ich9Uhci3 => Some(4),
        _ => None,
    }
}

fn add_masters(domain: &mut Domain, cx: &mut Context) {
    for controller in domain.devices.iter_mut().flat_map(|devices| &mut devices.controller) {
        let Some(port) = start_port(controller) else { continue };
        let ControllerType::Usb(usb) = &mut controller.type_ else { continue };
        if usb.master.is_none() {
            usb.master = Some(ControllerMaster { startport: UsbPort(vec![port]), ..ControllerMaster::default() });
            cx.rewrote(&controller.xml, "the port of the master is spelt out")
                .becomes("", format!("<master startport='{port}'/>"));
        }
    }
}

/// Where libvirt puts a new controller among others; none: behind all.
pub(super) fn place(others: &[Controller], new: &Controller) -> Option<usize> {
    let mut place = None;
    for (at, other) in others.iter().enumerate().rev().filter(|(_, other)| same_type(&other.type_, &new.type_)) {
        if new.index.is_none() {
            return Some(at + 1);
        }
        let before_companion = other.index == new.index && !is_companion(new) && is_companion(other);
        // None, for an index not yet given, is less than any.
        if other.index > new.index || before_companion {
            place = Some(at);
        } else if place.is_none() {
            place = Some(at + 1);
        }
    }
    place
}

/// Sorts as libvirt does when it reads, and says what moved.
fn sort_all(controllers: &mut Vec<Controller>, cx: &mut Context) {
    let words = |controllers: &[Controller]| -> String {
        let word = |controller: &Controller| {
            let index = controller.index.map_or_else(|| "?".to_owned(), |index| index.to_string());
            format!("{} {index}", type_name(controller))
        };
        controllers.iter().map(word).collect::<Vec<_>>().join(", ")
    };
    let old = controllers.clone();
    let mut sorted: Vec<Controller> = Vec::with_capacity(old.len());
    for controller in controllers.drain(..) {
        let at = place(&sorted, &controller).unwrap_or(sorted.len());
        sorted.insert(at, controller);
    }
    *controllers = sorted;
    let moved = |(new, old): &(&Controller, &Controller)| new != old;
    if let Some((first, _)) = controllers.iter().zip(&old).find(moved) {
        let xml = Extra::at(first.xml.span);
        cx.rewrote(&xml, "controllers stand by type and index").becomes(words(&old), words(controllers));
    }
}

fn sort(domain: &mut Domain, cx: &mut Context) {
    if domain.devices.is_some() {
        sort_all(controllers(domain), cx);
    }
}

fn number(domain: &mut Domain, cx: &mut Context) {
    if domain.devices.is_none() {
        return;
    }
    let controllers = controllers(domain);
    let mut numbered = false;
    for at in 0..controllers.len() {
        if controllers[at].index.is_some() {
            continue;
        }
        let index = joined(controllers, at).unwrap_or_else(|| lowest_free(controllers, &controllers[at].type_));
        controllers[at].index = Some(index);
        numbered = true;
        cx.rewrote(&controllers[at].xml, "the index is spelt out").becomes("", format!("index='{index}'"));
    }
    if numbered && cx.knows(10, 0, 0) {
        sort_all(controllers, cx);
    }
}

/// The index of the USB 2 controller that this one is a part of.
fn joined(controllers: &[Controller], at: usize) -> Option<u32> {
    let new = &controllers[at];
    if !is_usb2(new) {
        return None;
    }
    let before = controllers[..at].iter().rev().find(|other| matches!(other.type_, ControllerType::Usb(_)))?;
    let index = before.index.filter(|_| is_usb2(before))?;
    let taken = |other: &Controller| other.index == Some(index) && usb_model(other) == usb_model(new);
    (!controllers.iter().any(taken)).then_some(index)
}

fn lowest_free(controllers: &[Controller], type_: &ControllerType) -> u32 {
    let taken = |index| controllers.iter().any(|other| same_type(&other.type_, type_) && other.index == Some(index));
    (0..).find(|index| !taken(*index)).expect("there are fewer controllers than numbers")
}
