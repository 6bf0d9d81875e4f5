//! `controller-index-auto`.

use std::collections::{HashMap, HashSet};
use std::mem::{Discriminant, discriminant};

use super::controllers::{goes_before, is_usb2, same_type, sort, usb_model};
use crate::rules::prelude::*;

rules![
    rule("controller-index-auto", Class::Default)
        .summary("a controller without index gets the lowest that is free")
        .doc(
            "The index of a controller is the lowest that no other of its type has. The parts of an ICH9 USB 2 \
             controller share one: each joins the USB controller before it, if that is such a part too and no other of \
             the same model has joined already. Newer releases of libvirt sort the controllers once more where such a part got its index. \
             Profile `modern` leaves the choice to libvirt, since an index also has a say in the order of controllers.",
        )
        .example(
            "<devices><controller type='scsi' index='0'/><controller type='scsi'/></devices>",
            "<devices><controller type='scsi' index='0'/><controller type='scsi' index='1'/></devices>",
        )
        .row(algorithm(number).profiles(LIBVIRT).after("implicit-hostdev-scsi-controller"))
        .row(check(sorts_again).phase(Phase::Write).profiles(LIBVIRT)),
];

fn number(devices: &mut Devices, cx: &mut Context<'_>) {
    let controllers = &mut devices.controllers;
    let mut taken = Taken::default();
    controllers.iter().for_each(|controller| taken.note(controller));
    let mut sorts = false;
    for at in 0..controllers.len() {
        if controllers[at].index.is_some() {
            continue;
        }
        let index = taken.joined(controllers, at).unwrap_or_else(|| taken.lowest_free(&controllers[at].type_));
        controllers[at].index = Some(index);
        taken.note(&controllers[at]);
        // libvirt does where it looks for the part before this one.
        sorts |= at > 0 && is_usb2(&controllers[at]);
        cx.rewrote(&controllers[at].xml, "the index of the controller is spelt out")
            .becomes("", format!("index='{index}'"));
    }
    if sorts && cx.knows(10, 0, 0) {
        sort(controllers, cx);
    }
}

/// Notes that libvirt's own form is not sorted as libvirt sorts it: an index was found that was not named.
fn sorts_again(devices: &Devices, cx: &mut Context<'_>) {
    let controllers = &devices.controllers;
    let moves = |(at, pair): (usize, &[Controller])| match pair {
        [before, new] if same_type(&before.type_, &new.type_) => goes_before(new, before).then_some(at + 1),
        [_, new] => controllers[..at].iter().any(|other| same_type(&other.type_, &new.type_)).then_some(at + 1),
        _ => None,
    };
    if let Some(moved) = controllers.windows(2).enumerate().find_map(moves) {
        let why =
            "this libvirt gives controllers their indexes when it has sorted them, and sorts its own form once more";
        cx.note(&controllers[moved].xml, format!("{why}: the next run moves this one"));
    }
}

/// The indexes that controllers have.
#[derive(Default)]
struct Taken {
    /// Those of each type, and one below which there is none that is free.
    of_type: HashMap<Discriminant<ControllerType>, (HashSet<u32>, u32)>,
    /// With the models of USB controllers.
    of_model: HashSet<(u32, Option<ControllerTypeUsbModel>)>,
}

impl Taken {
    fn note(&mut self, controller: &Controller) {
        let Some(index) = controller.index else { return };
        self.of_type.entry(discriminant(&controller.type_)).or_default().0.insert(index);
        self.of_model.insert((index, usb_model(controller)));
    }

    fn lowest_free(&mut self, type_: &ControllerType) -> u32 {
        let (taken, free) = self.of_type.entry(discriminant(type_)).or_default();
        while taken.contains(free) {
            *free += 1;
        }
        *free
    }

    /// The index of the USB 2 controller that this one is a part of.
    fn joined(&self, controllers: &[Controller], at: usize) -> Option<u32> {
        let new = Some(&controllers[at]).filter(|new| is_usb2(new))?;
        let before = controllers[..at].iter().rev().find(|other| matches!(other.type_, ControllerType::Usb(_)))?;
        let index = before.index.filter(|_| is_usb2(before))?;
        (!self.of_model.contains(&(index, usb_model(new)))).then_some(index)
    }
}
