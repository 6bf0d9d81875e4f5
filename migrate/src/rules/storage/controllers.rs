//! Controllers as libvirt reads them: `controller-usb-companion-master`, `controller-order-by-index`.

use domxml::ControllerTypeUsbModel as UsbModel;
use domxml::scalar::UsbPort;

use crate::rules::prelude::*;

rules![
    rule("controller-usb-companion-master", Class::Structure)
        .summary("companions of a USB 2 controller name the port of their master")
        .doc(
            "The three UHCI companions of an ICH9 controller begin at the ports 0, 2 and 4 of their EHCI master; \
             libvirt writes `<master>` where it is left out.",
        )
        .example(
            "<devices><controller type='usb' index='0' model='ich9-ehci1'/><controller type='usb' index='0' \
             model='ich9-uhci2'/></devices>",
            "<devices><controller type='usb' index='0' model='ich9-ehci1'/><controller type='usb' index='0' \
             model='ich9-uhci2'>\
             <master startport='2'/></controller></devices>",
        )
        .row(
            default_by(child(ControllerTypeUsb::MASTER), |usb, _| {
                let startport = UsbPort(vec![start_port(usb.model)?]);
                Some(ControllerMaster { startport, ..ControllerMaster::default() })
            })
            .says("a companion names the port of its master where it begins")
            .phase(Phase::Read)
            .profiles(LIBVIRT),
        ),
    rule("controller-order-by-index", Class::Spelling)
        .summary("controllers of a type stand together, by index")
        .doc(
            "When libvirt reads controllers it puts each behind the last of the same type, before the first with a \
             higher index, and USB masters before their companions. One without index goes behind all of its type.",
        )
        .example(
            "<devices><controller type='scsi' index='1'/><controller type='ide' index='0'/><controller type='scsi' \
             index='0'/></devices>",
            "<devices><controller type='scsi' index='0'/><controller type='scsi' index='1'/><controller type='ide' \
             index='0'/></devices>",
        )
        .row(
            algorithm(|devices: &mut Devices, cx| sort(&mut devices.controllers, cx))
                .profiles(LIBVIRT)
                .after("controller-usb-companion-master"),
        ),
];

/// The word for the type of a controller.
pub(super) fn type_name(controller: &Controller) -> &str {
    controller.type_.value().unwrap_or_default()
}

/// Whether two controllers are of one type, whatever they carry.
pub(super) fn same_type(a: &ControllerType, b: &ControllerType) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

pub(super) fn usb_model(controller: &Controller) -> Option<UsbModel> {
    branch::<ControllerTypeUsb>(&controller.type_)?.model
}

fn is_companion(controller: &Controller) -> bool {
    branch::<ControllerTypeUsb>(&controller.type_).is_some_and(|usb| usb.master.is_some())
}

/// Whether it is part of an ICH9 USB 2 controller.
pub(super) fn is_usb2(controller: &Controller) -> bool {
    let model = usb_model(controller);
    model == Some(UsbModel::Ich9Ehci1) || start_port(model).is_some()
}

/// The port of its master at which a companion of this model begins.
pub(super) fn start_port(model: Option<UsbModel>) -> Option<u32> {
    match model? {
        UsbModel::Ich9Uhci1 => Some(0),
        UsbModel::Ich9Uhci2 => Some(2),
        UsbModel::Ich9Uhci3 => Some(4),
        _ => None,
    }
}

/// Where libvirt puts a new controller among others; none: behind all.
pub(super) fn place(others: &[Controller], new: &Controller) -> Option<usize> {
    let mut alike = others.iter().enumerate().filter(|(_, other)| same_type(&other.type_, &new.type_));
    let behind = alike.clone().next_back().map(|(at, _)| at + 1);
    // None, for an index not yet given, is less than any.
    let before = new.index.and_then(|_| alike.find(|(_, other)| goes_before(new, other)));
    before.map(|(at, _)| at).or(behind)
}

/// Whether a controller with an index goes before another one of its type.
pub(super) fn goes_before(new: &Controller, other: &Controller) -> bool {
    other.index > new.index || other.index == new.index && !is_companion(new) && is_companion(other)
}

/// Sorts as libvirt does when it reads, and says what moved.
pub(super) fn sort(controllers: &mut Vec<Controller>, cx: &mut Context<'_>) {
    let index = |it: &Controller| it.index.map_or_else(|| "?".to_owned(), |index| index.to_string());
    let word = |it: &Controller| format!("{} {}", type_name(it), index(it));
    let words = |controllers: &[Controller]| controllers.iter().map(word).collect::<Vec<_>>().join(", ");
    let spans = |controllers: &[Controller]| controllers.iter().map(|it| it.xml.span).collect::<Vec<Span>>();
    let (before, old) = (words(controllers), spans(controllers));
    // Those of one type stand together, where the first of them stood.
    let indexed = controllers.iter().all(|controller| controller.index.is_some());
    let mut groups: Vec<Vec<Controller>> = Vec::new();
    for controller in controllers.drain(..) {
        match groups.iter_mut().find(|group| same_type(&group[0].type_, &controller.type_)) {
            Some(group) if indexed => group.push(controller),
            Some(group) => group.insert(place(group, &controller).unwrap_or(group.len()), controller),
            None => groups.push(vec![controller]),
        }
    }
    if indexed {
        groups.iter_mut().for_each(|group| group.sort_by_key(|it| (it.index, is_companion(it))));
    }
    controllers.extend(groups.into_iter().flatten());
    if let Some((first, _)) = spans(controllers).iter().zip(&old).find(|(new, old)| new != old) {
        cx.rewrote_here(*first, "libvirt writes the controllers by type and index").becomes(before, words(controllers));
    }
}
