//! Numbers of ports.

use super::console::{copies_serial, is_serial, needs_stub, target_of};
use crate::rules::prelude::*;

/// How many serial ports an ISA bus has.
pub(super) const ISA_PORTS: u32 = 4;

rules![
    rule("serial-port-auto", Class::Default)
        .summary("the number of a serial port is spelt out")
        .doc(
            "A serial port without a number gets the one behind the highest that there is, or, where its type is \
             `isa-serial`, the lowest that is free on its bus. Profile `modern` spells the numbers out only where \
             there is a `<target>` to do so, and where both ways of counting agree, because some hypervisors use the \
             second for every port.",
        )
        .example(
            "<devices><serial type='pty'><target/></serial></devices>",
            "<devices><serial type='pty'><target port='0'/></serial></devices>",
        )
        .row(algorithm(number_serials).phase(Phase::Derive)),
    rule("parallel-port-default", Class::Default)
        .summary("the number of a parallel port is spelt out")
        .doc(
            "A parallel port without a number gets the one behind the highest of the ports before it. Profile `modern` \
             adds no `<target>` for it.",
        )
        .example(
            "<devices><parallel type='pty'><target/></parallel></devices>",
            "<devices><parallel type='pty'><target port='0'/></parallel></devices>",
        )
        .row(algorithm(number_parallels).phase(Phase::Derive)),
    rule("console-target-default", Class::Default)
        .summary("type and number of a console are spelt out")
        .doc(
            "A console without a type is of the type `serial`, in containers, User Mode Linux and paravirtual guests of Xen \
             of a type of their own. libvirt numbers consoles from 0 in their order, whatever the definition says; up to \
             9.0 it does so before it adds a console for the first serial port, \
             later afterwards. Profile `modern` fills in what is missing on a `<target>` that is there, and changes no \
             number.",
        )
        .example(
            "<devices><console type='pty'><target type='virtio'/></console></devices>",
            "<devices><console type='pty'><target type='virtio' port='0'/></console></devices>",
        )
        .row(default_by(ConsoleTarget::TYPE, |_, scope| Some(scope.usual_console())))
        .row(default_by(child(Console::TARGET), |_, scope| Some(target_of(scope.usual_console(), None).into())).profiles(LIBVIRT))
        .row(algorithm(number_consoles).phase(Phase::Derive).after("serial-port-auto")),
];

/// The port behind the highest so far.
fn behind(highest: Option<u32>) -> u32 {
    highest.map_or(0, |highest| highest.saturating_add(1))
}

/// Ports as libvirt counts them: on from the highest.
fn behind_highest(ports: &mut [Option<u32>]) {
    let mut highest = ports.iter().flatten().max().copied();
    for port in ports.iter_mut().filter(|port| port.is_none()) {
        highest = Some(behind(highest));
        *port = highest;
    }
}

/// Gives the lowest free numbers of the bus to the ports that count and have none.
fn lowest_free(ports: &mut [Option<u32>], counts: impl Fn(usize) -> bool) {
    let on_bus = ports.iter_mut().enumerate().filter(|(at, _)| counts(*at));
    let (given, open): (Vec<_>, Vec<_>) = on_bus.map(|(_, port)| port).partition(|port| port.is_some());
    let free = (0..ISA_PORTS).filter(|number| !given.iter().any(|port| **port == Some(*number)));
    open.into_iter().zip(free).for_each(|(port, number)| *port = Some(number));
}

/// Whether a serial port is on the ISA bus by its own word.
pub(super) fn is_isa(serial: &Serial) -> bool {
    serial.target.as_ref().is_some_and(|target| target.type_ == Some(SerialTargetType::IsaSerial))
}

/// The number that a serial port is given.
pub(super) fn given(serial: &Serial) -> Option<u32> {
    serial.target.as_ref().and_then(|target| target.port)
}

/// Puts a number where none is.
fn spell(place: &mut Option<u32>, port: Option<u32>, xml: &Extra, cx: &mut Context<'_>) {
    if let (None, Some(port)) = (*place, port) {
        *place = Some(port);
        cx.rewrote(xml, "the number of the port is spelt out").becomes("", format!("<target port='{port}'/>"));
    }
}

fn number_serials(devices: &mut Devices, cx: &mut Context<'_>) {
    let mut ports: Vec<_> = devices.serials.iter().map(given).collect();
    let mut other = ports.clone();
    lowest_free(&mut ports, |at| is_isa(&devices.serials[at]));
    behind_highest(&mut ports);
    lowest_free(&mut other, |_| true);
    let stays = ports != other || devices.serials.iter().any(|serial| serial.target.is_none());
    if cx.profile == Profile::Modern && stays {
        return;
    }
    for (serial, port) in devices.serials.iter_mut().zip(ports) {
        spell(&mut serial.target.get_or_insert_default().port, port, &serial.xml, cx);
    }
}

fn number_parallels(devices: &mut Devices, cx: &mut Context<'_>) {
    if cx.profile == Profile::Modern && devices.parallels.iter().any(|parallel| parallel.target.is_none()) {
        return;
    }
    // Unlike serial ports they are counted while they are read.
    let mut highest = None;
    for parallel in &mut devices.parallels {
        let given = parallel.target.as_ref().and_then(|target| target.port);
        let port = given.unwrap_or_else(|| behind(highest));
        highest = highest.max(Some(port));
        spell(&mut parallel.target.get_or_insert_default().port, Some(port), &parallel.xml, cx);
    }
}

fn number_consoles(devices: &mut Devices, cx: &mut Context<'_>) {
    let hvm = cx.scope.is_hvm();
    let offset = usize::from(cx.knows(9, 1, 0) && needs_stub(devices, hvm));
    let copy = copies_serial(devices, hvm);
    let serial_port = devices.serials.first().and_then(given);
    for (at, console) in devices.consoles.iter_mut().enumerate() {
        let serial = is_serial(console);
        let Some(target) = &mut console.target else { continue };
        let port = match serial_port {
            Some(port) if at == 0 && copy && serial => port,
            _ => u32::try_from(at + offset).unwrap_or(u32::MAX),
        };
        let wrong = target.port.is_none_or(|given| cx.profile == Profile::Libvirt && given != port);
        if wrong {
            let before = attribute_if("port", target.port);
            target.port = Some(port);
            cx.rewrote(&console.xml, "consoles are numbered in their order").becomes(before, attribute("port", port));
        }
    }
}
