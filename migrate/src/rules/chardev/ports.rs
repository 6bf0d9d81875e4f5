//! Numbers of ports: `serial-port-auto`, `parallel-port-default`, `console-target-default`.

use domxml::{ConsoleTarget, ConsoleTargetType, Domain, Extra, ParallelTarget, Serial, SerialTarget, SerialTargetType};

use super::console::needs_stub;
use super::devices::{copies_serial, is_hvm, is_serial};
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::BOTH;

/// How many serial ports an ISA bus has.
pub(super) const ISA_PORTS: u32 = 4;

pub(super) static SERIAL: Rule = Rule {
    id: "serial-port-auto",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the number of a serial port is spelt out",
    doc: "A serial port without a number gets the one behind the highest that there is, or, where its type is `isa-serial`, the \
          lowest that is free on its bus. Profile `modern` spells the numbers out only where there is a `<target>` to do so, and where both \
          ways of counting agree, because some hypervisors use the second for every port.",
    example: Example {
        before: "<devices><serial type='pty'><target/></serial></devices>",
        after: "<devices><serial type='pty'><target port='0'/></serial></devices>",
    },
    apply: number_serials,
};

pub(super) static PARALLEL: Rule = Rule {
    id: "parallel-port-default",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the number of a parallel port is spelt out",
    doc: "A parallel port without a number gets the one behind the highest of the ports before it. Profile `modern` adds no \
          `<target>` for it.",
    example: Example {
        before: "<devices><parallel type='pty'><target/></parallel></devices>",
        after: "<devices><parallel type='pty'><target port='0'/></parallel></devices>",
    },
    apply: number_parallels,
};

pub(super) static CONSOLE: Rule = Rule {
    id: "console-target-default",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "type and number of a console are spelt out",
    doc: "A console without a type is of the type `serial`. libvirt numbers consoles from 0 in their order, whatever the \
          definition says; up to 9.0 it does so before it adds a console for the first serial port, later afterwards. Profile \
          `modern` fills in what is missing on a `<target>` that is there, and changes no number.",
    example: Example {
        before: "<devices><console type='pty'><target type='virtio'/></console></devices>",
        after: "<devices><console type='pty'><target type='virtio' port='0'/></console></devices>",
    },
    apply: number_consoles,
};

/// Ports as libvirt counts them: on from the highest.
fn behind_highest(ports: &mut [Option<u32>]) {
    for at in 0..ports.len() {
        if ports[at].is_none() {
            ports[at] = Some(ports.iter().flatten().max().map_or(0, |highest| highest.saturating_add(1)));
        }
    }
}

/// Gives the lowest free numbers to the ports at these places, where others that count have taken theirs.
fn lowest_free(ports: &mut [Option<u32>], places: impl Iterator<Item = usize>, counts: impl Fn(usize) -> bool) {
    for at in places {
        if ports[at].is_none() {
            let taken = |number| ports.iter().enumerate().any(|(at, port)| counts(at) && *port == Some(number));
            let free = (0..ISA_PORTS).find(|number| !taken(*number));
            ports[at] = free;
        }
    }
}

fn serial_ports(serials: &[Serial]) -> Vec<Option<u32>> {
    let mut ports: Vec<_> =
        serials.iter().map(|serial| serial.target.as_ref().and_then(|target| target.port)).collect();

    let isa =
        |at: usize| serials[at].target.as_ref().is_some_and(|target| target.type_ == Some(SerialTargetType::IsaSerial));
    lowest_free(&mut ports, (0..serials.len()).filter(|at| isa(*at)), isa);
    behind_highest(&mut ports);
    ports
}

fn report(xml: &Extra, port: u32, cx: &mut Context) {
    cx.rewrote(xml, "the number of the port is spelt out").becomes("", format!("<target port='{port}'/>"));
}

fn number_serials(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    let ports = serial_ports(&devices.serial);
    if cx.profile == Profile::Modern {
        let given = |serial: &Serial| serial.target.as_ref().and_then(|target| target.port);
        let mut other: Vec<_> = devices.serial.iter().map(given).collect();
        let count = other.len();
        lowest_free(&mut other, 0..count, |_| true);
        if ports != other || devices.serial.iter().any(|serial| serial.target.is_none()) {
            return;
        }
    }
    for (serial, port) in devices.serial.iter_mut().zip(ports) {
        let target = serial.target.get_or_insert_with(SerialTarget::default);
        if let Some(port) = port
            && target.port.is_none()
        {
            target.port = Some(port);
            report(&serial.xml, port, cx);
        }
    }
}

fn number_parallels(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    if cx.profile == Profile::Modern && devices.parallel.iter().any(|parallel| parallel.target.is_none()) {
        return;
    }
    let given = devices.parallel.iter().map(|parallel| parallel.target.as_ref().and_then(|target| target.port));
    let mut ports: Vec<_> = given.collect();
    for at in 0..ports.len() {
        // Unlike serial ports they are counted while they are read.
        behind_highest(&mut ports[..=at]);
    }
    for (parallel, port) in devices.parallel.iter_mut().zip(ports) {
        let target = parallel.target.get_or_insert_with(ParallelTarget::default);
        if let Some(port) = port
            && target.port.is_none()
        {
            target.port = Some(port);
            report(&parallel.xml, port, cx);
        }
    }
}

fn number_consoles(domain: &mut Domain, cx: &mut Context) {
    let hvm = is_hvm(domain);
    let libvirt = cx.profile == Profile::Libvirt;
    let renumbers = cx.knows(9, 1, 0);
    let Some(devices) = &mut domain.devices else { return };
    let offset = usize::from(renumbers && needs_stub(devices, hvm));
    let copy = copies_serial(devices, hvm);
    let serial_port = devices.serial.first().and_then(|serial| serial.target.as_ref()).and_then(|target| target.port);
    for (at, console) in devices.console.iter_mut().enumerate() {
        if libvirt {
            console.target.get_or_insert_with(ConsoleTarget::default);
        }
        let Some(target) = &mut console.target else { continue };
        if target.type_.is_none() {
            target.type_ = Some(ConsoleTargetType::Serial);
            cx.rewrote(&console.xml, "the type of the console is spelt out").becomes("", "type='serial'");
        }
        let port = match serial_port {
            Some(port) if at == 0 && copy && is_serial(target.type_) => port,
            _ => u32::try_from(at + offset).unwrap_or(u32::MAX),
        };
        let wrong = match target.port {
            None => true,
            Some(given) => libvirt && given != port,
        };
        if wrong {
            let before = target.port.map_or_else(String::new, |port| format!("port='{port}'"));
            target.port = Some(port);
            cx.rewrote(&console.xml, "consoles are numbered in their order").becomes(before, format!("port='{port}'"));
        }
    }
}
