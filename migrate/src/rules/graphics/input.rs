//! Input devices.

use crate::rule::board::{is_s390, is_x86};
use crate::rules::prelude::*;

const NO_PS2: &str = "<ps2 state='off'/> takes PS/2 away: set bus='usb' or 'virtio', or leave out the feature";

rules![
    rule("input-contradictions", Class::Conflict)
        .summary("input devices that libvirt refuses")
        .doc(
            "A tablet cannot be on the PS/2 bus, which `<ps2 state='off'/>` takes away, and Xen's bus is for mice and \
             keyboards of paravirtual guests, which have no other. Guests that are neither fully nor paravirtualized \
             have no input devices, unless they are Parallels' containers. A virtio model is on the virtio bus, a \
             device on USB has an address of that type, and an event device of the host is on no bus.",
        )
        .finds("<devices><input type='tablet' bus='ps2'/></devices>")
        .finds("<features><ps2 state='off'/></features><devices><input type='mouse' bus='ps2'/></devices>")
        .finds("<devices><input type='mouse' bus='xen'/></devices>")
        .finds("<os><type>xen</type></os><devices><input type='mouse' bus='usb'/></devices>")
        .finds("<os><type>exe</type></os><devices><input type='mouse' bus='usb'/></devices>")
        .finds("<devices><input type='evdev' bus='usb'><source dev='/dev/input/event1'/></input></devices>")
        .finds("<devices><input type='mouse' bus='ps2' model='virtio'/></devices>")
        .finds(
            "<devices><input type='mouse' bus='usb'><address type='pci' domain='0' bus='0' slot='3' function='0'/></input></devices>",
        )
        .row(refuse_each(|input: &Input, scope| {
            use InputType::{Evdev, Keyboard, Mouse, Passthrough, Tablet};
            let said = said_bus(input);
            let (tablet, of_host) = (matches!(input.type_, Tablet(_)), matches!(input.type_, Evdev(_)));
            let passed_over = of_host || matches!(input.type_, Passthrough(_));
            let on_xen = matches!(input.type_, Mouse(_) | Keyboard(_)) && said.is_none_or(|bus| bus == InputBus::Xen);
            let none = scope.os_type.is_some() && !scope.is_hvm() && !has_own_devices(scope);
            let is_bus = |bus: &str| InputBus::VALUES.iter().any(|known| known.value == bus);
            let elsewhere = bus(input, scope).is_some_and(|bus| bus != InputBus::Virtio);
            [
                (tablet && scope.is_hvm() && said == Some(InputBus::Ps2), "a tablet is not on the PS/2 bus: set bus='usb' or 'virtio'"),
                (!tablet && said == Some(InputBus::Ps2) && scope.ps2 == Some(OnOff::Off), NO_PS2),
                (scope.is_hvm() && said == Some(InputBus::Xen), "Xen's bus is for paravirtual guests: set bus='usb' or 'virtio'"),
                (scope.is_paravirtual() && !on_xen && !of_host, "a paravirtual guest has mice and keyboards on Xen's bus alone: set bus='xen'"),
                (none && !scope.is_paravirtual() && !passed_over, "a guest of this kind has no input devices"),
                (of_host && (none || is_s390(scope.arch)), "a guest of this kind has no event devices of the host: leave this one out"),
                (of_host && kept_attribute(&input.xml, "bus").is_some_and(is_bus), "an event device of the host is on no bus: leave out bus"),
                (input.model.is_some() && (of_host || elsewhere), "a virtio model is on the virtio bus: set bus='virtio'"),
            ]
        }))
        .row(
            refuse_in(Input::ADDRESS, |address, _| {
                let wrong = !matches!(address.type_, AddressType::Usb(_));
                wrong.then_some("a device on USB has an address of the type usb: set type='usb', or leave out the address")
            })
            .when(|input, scope| bus(input, scope) == Some(InputBus::Usb)),
        ),
    rule("input-bus-default", Class::Default)
        .summary("the bus of an input device is spelt out")
        .doc(
            "In a fully virtualized guest mice and keyboards are on the PS/2 bus on x86, on virtio on s390 and on USB \
             elsewhere; tablets are on USB, on s390 on virtio. Paravirtual Xen guests and Parallels' containers have \
             buses of their own. Where the definition does not say which architecture the guest has, profile `modern` \
             leaves the bus to libvirt.",
        )
        .example(
            "<devices><input type='tablet'/><input type='mouse'/></devices>",
            "<devices><input type='tablet' bus='usb'/><input type='mouse' bus='ps2'/></devices>",
        )
        .row(default_by(InputOnBus::BUS.in_branch(Input::TYPE), assumed_bus).when(is_certain).when(|_, scope| !scope.no_usb))
        .row(default_by(InputOnBus::BUS.in_branch(Input::TYPE), assumed_bus).profiles(LIBVIRT)),
    rule("input-source-absent", Class::Lossy)
        .summary("an input device of the host is not named")
        .doc(
            "An input device of the type `passthrough` or `evdev` is one of the host, which `<source>` names. libvirt \
             defines a guest without it, which its schema refuses, and cannot start the guest.",
        )
        .finds("<devices><input type='evdev'/></devices>")
        .row(note_if("the guest does not start without the device of the host: name it with <source>", |input: &Input, _| {
            match &input.type_ {
                InputType::Passthrough(members) => members.source.is_none(),
                InputType::Evdev(members) => members.source.is_none(),
                _ => false,
            }
        })),
    rule("input-empty-driver", Class::Spelling)
        .summary("a `<driver>` of an input device without attributes is not written")
        .doc("libvirt does not write a `<driver>` element that has no attribute, because it says nothing about the input device.")
        .example(
            "<devices><input type='mouse' bus='ps2'><driver/></input></devices>",
            "<devices><input type='mouse' bus='ps2'/></devices>",
        )
        .row(nothing(child(Input::DRIVER), is_bare, "an empty <driver/> says nothing")),
];

/// Whether the bus is the same whatever the host: the guest is fully virtualized, and its architecture is named.
fn is_certain<T>(_: &T, scope: &Scope) -> bool {
    scope.is_hvm() && scope.arch.is_some()
}

/// Parallels has devices of its own.
fn has_own_devices(scope: &Scope) -> bool {
    matches!(scope.type_, DomainType::Vz | DomainType::Parallels)
}

/// The bus of mice and keyboards.
fn usual_bus(scope: &Scope) -> Option<InputBus> {
    match tablet_bus(scope) {
        Some(InputBus::Usb) if is_x86(scope.arch) => Some(InputBus::Ps2),
        bus => bus,
    }
}

/// The bus of tablets.
fn tablet_bus(scope: &Scope) -> Option<InputBus> {
    match scope.os_type? {
        OsTypeValue::Hvm if is_s390(scope.arch) => Some(InputBus::Virtio),
        OsTypeValue::Hvm => Some(InputBus::Usb),
        _ if scope.is_paravirtual() => Some(InputBus::Xen),
        _ => has_own_devices(scope).then_some(InputBus::Parallels),
    }
}

pub(in crate::rules) fn said_bus(input: &Input) -> Option<InputBus> {
    branch::<InputOnBus>(&input.type_)?.bus
}

/// The bus that goes without saying.
pub(in crate::rules) fn assumed_bus(input: &Input, scope: &Scope) -> Option<InputBus> {
    match &input.type_ {
        InputType::Tablet(_) => tablet_bus(scope),
        InputType::Mouse(_) | InputType::Keyboard(_) => usual_bus(scope),
        _ => None,
    }
}

/// The bus that is said, or the one that goes without saying.
fn bus(input: &Input, scope: &Scope) -> Option<InputBus> {
    said_bus(input).or_else(|| assumed_bus(input, scope))
}
