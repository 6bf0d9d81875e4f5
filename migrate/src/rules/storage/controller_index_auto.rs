//! `controller-index-auto`.

use super::controllers::{goes_before, is_usb2, same_type, sort, usb_model};
use crate::rules::prelude::*;

rules![
    rule("controller-index-auto", Class::Default)
        .summary("a controller without index gets the lowest that is free")
        .doc(
            "The index of a controller is the lowest that no other of its type has. The parts of an ICH9 USB 2 \
             controller share one: each joins the USB controller before it, if that is such a part too and no other of \
             the same model has joined already. Newer releases of libvirt sort the controllers once more afterwards. \
             Profile `modern` leaves the choice to libvirt, since an index also has a say in the order of controllers.",
        )
        .example(
            "<devices><controller type='scsi'/><controller type='scsi' index='0'/></devices>",
            "<devices><controller type='scsi' index='0'/><controller type='scsi' index='1'/></devices>",
        )
        .row(algorithm(number).profiles(LIBVIRT).after("implicit-hostdev-scsi-controller"))
        .row(check(sorts_again).phase(Phase::Write).profiles(LIBVIRT)),
];

fn number(devices: &mut Devices, cx: &mut Context<'_>) {
    let controllers = &mut devices.controllers;
    let mut numbered = false;
    for at in 0..controllers.len() {
        if controllers[at].index.is_some() {
            continue;
        }
        let index = joined(controllers, at).unwrap_or_else(|| lowest_free(controllers, &controllers[at].type_));
        controllers[at].index = Some(index);
        numbered = true;
        cx.rewrote(&controllers[at].xml, "the index of the controller is spelt out")
            .becomes("", format!("index='{index}'"));
    }
    if numbered && cx.knows(10, 0, 0) {
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

/// The index of the USB 2 controller that this one is a part of.
fn joined(controllers: &[Controller], at: usize) -> Option<u32> {
    let new = &controllers[at];
    let before = controllers[..at].iter().rev().find(|other| matches!(other.type_, ControllerType::Usb(_)))?;
    let index = before.index.filter(|_| is_usb2(new) && is_usb2(before))?;
    let taken = |other: &Controller| other.index == Some(index) && usb_model(other) == usb_model(new);
    (!controllers.iter().any(taken)).then_some(index)
}

fn lowest_free(controllers: &[Controller], type_: &ControllerType) -> u32 {
    let taken = |index| controllers.iter().any(|other| same_type(&other.type_, type_) && other.index == Some(index));
    (0..).find(|index| !taken(*index)).expect("there are fewer controllers than numbers")
}
