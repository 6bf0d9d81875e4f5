//! The first console and the first serial port: `console-as-serial-hvm`, `serial-adds-console`,
//! `console-source-differs-from-serial`, `console-copies-serial`.

use domxml::{
    ChardevBackend, Console, ConsoleTarget, ConsoleTargetType, Devices, Domain, Extra, Serial, SerialTarget,
    SerialTargetType,
};

use super::devices::{copies_serial, is_hvm, is_serial};
use super::source::same_source;
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, MODERN};

pub(super) static AS_SERIAL: Rule = Rule {
    id: "console-as-serial-hvm",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the console of a fully virtualized guest is a serial port",
    doc: "In a fully virtualized guest the first `<console>`, unless it has a type other than `serial`, is a serial port under \
          another name. Where there is no `<serial>` libvirt makes one out of it, which takes over source, log, alias and address, and \
          writes the console as its copy.",
    example: Example {
        before: "<devices><console type='pty'><target port='0'/></console></devices>",
        after: "<devices><serial type='pty'><target port='0'/></serial>\
                <console type='pty'><target type='serial' port='0'/></console></devices>",
    },
    apply: make_serial,
};

pub(super) static ADDS_CONSOLE: Rule = Rule {
    id: "serial-adds-console",
    class: Class::Implicit,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the first serial port has a console",
    doc: "libvirt adds a `<console>` for the first serial port of a fully virtualized guest, before all other consoles, unless \
          the port is on PCI or USB or a debug port.",
    example: Example {
        before: "<devices><serial type='pty'><target port='0'/></serial></devices>",
        after: "<devices><serial type='pty'><target port='0'/></serial>\
                <console type='pty'><target type='serial' port='0'/></console></devices>",
    },
    apply: add_console,
};

pub(super) static SOURCE_DIFFERS: Rule = Rule {
    id: "console-source-differs-from-serial",
    class: Class::Lossy,
    since: None,
    safety: Safety::Unsafe,
    profiles: MODERN,
    summary: "a console that is a serial port has no source of its own",
    doc: "The first console of a fully virtualized guest is the first serial port under another name. libvirt does not look at \
          its source and writes that of the serial port. Where the two differ one of them is a mistake; the console \
          follows the serial port on request alone.",
    example: Example {
        before: "<devices><serial type='file'><source path='/var/log/guest'/><target port='0'/></serial>\
                 <console type='pty'><target type='serial' port='0'/></console></devices>",
        after: "<devices><serial type='file'><source path='/var/log/guest'/><target port='0'/></serial>\
                <console type='file'><source path='/var/log/guest'/><target type='serial' port='0'/></console></devices>",
    },
    apply: follow_serial,
};

pub(super) static COPY: Rule = Rule {
    id: "console-copies-serial",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the first console repeats the first serial port",
    doc: "The first console of a fully virtualized guest is the first serial port under another name, and libvirt writes there \
          whatever it writes of the serial port: source, log, number, alias and address.",
    example: Example {
        before: "<devices><serial type='file'><source path='/var/log/guest'/><target port='0'/></serial>\
                 <console type='pty'><target type='serial' port='0'/></console></devices>",
        after: "<devices><serial type='file'><source path='/var/log/guest'/><target port='0'/></serial>\
                <console type='file'><source path='/var/log/guest'/><target type='serial' port='0'/></console></devices>",
    },
    apply: copy_serial,
};

fn make_serial(domain: &mut Domain, cx: &mut Context) {
    let hvm = is_hvm(domain);
    let Some(devices) = &mut domain.devices else { return };
    let Some(console) = devices.console.first_mut().filter(|_| hvm && devices.serial.is_empty()) else { return };
    if !is_serial(console.target.as_ref().and_then(|target| target.type_)) {
        return;
    }
    let serial = Serial {
        type_: console.type_.clone(),
        log: console.log.clone(),
        target: Some(SerialTarget { port: Some(0), ..SerialTarget::default() }),
        alias: console.alias.clone(),
        acpi: console.acpi.clone(),
        address: console.address.clone(),
        xml: Extra::at(console.xml.span),
    };
    let target = console.target.get_or_insert_with(ConsoleTarget::default);
    (target.type_, target.port) = (Some(ConsoleTargetType::Serial), Some(0));
    devices.serial.push(serial);
    cx.rewrote(&console.xml, "the first console is a serial port")
        .becomes("<console>", "<serial> and <console> with <target type='serial' port='0'/>");
}

/// Whether libvirt puts a console for the first serial port before the others.
pub(super) fn needs_stub(devices: &Devices, hvm: bool) -> bool {
    let Some(serial) = devices.serial.first().filter(|_| hvm) else { return false };
    let type_ = serial.target.as_ref().and_then(|target| target.type_);
    !copies_serial(devices, hvm)
        && !matches!(
            type_,
            Some(SerialTargetType::PciSerial | SerialTargetType::UsbSerial | SerialTargetType::IsaDebug)
        )
}

fn add_console(domain: &mut Domain, cx: &mut Context) {
    let hvm = is_hvm(domain);
    let Some(devices) = &mut domain.devices else { return };
    if needs_stub(devices, hvm)
        && let Some(serial) = devices.serial.first()
    {
        let console = copy_of(serial);
        cx.rewrote(&serial.xml, "the first serial port has a console").becomes("", "<console>");
        devices.console.insert(0, console);
    }
}

/// The console that stands for a serial port.
fn copy_of(serial: &Serial) -> Console {
    Console {
        type_: serial.type_.clone(),
        tty: None,
        log: serial.log.clone(),
        target: Some(ConsoleTarget {
            type_: Some(ConsoleTargetType::Serial),
            port: serial.target.as_ref().and_then(|target| target.port),
            ..ConsoleTarget::default()
        }),
        alias: serial.alias.clone(),
        acpi: serial.acpi.clone(),
        address: serial.address.clone(),
        xml: Extra { assumed: serial.xml.assumed, ..Extra::at(serial.xml.span) },
    }
}

fn follow_serial(domain: &mut Domain, cx: &mut Context) {
    let hvm = is_hvm(domain);
    let Some(devices) = &mut domain.devices else { return };
    if copies_serial(devices, hvm)
        && let (Some(serial), Some(console)) = (devices.serial.first(), devices.console.first_mut())
        && !same_source(&serial.type_, &console.type_)
    {
        let words = |backend: &ChardevBackend| domxml::Payload::value(backend).unwrap_or("pty");
        let (before, after) = (words(&console.type_), words(&serial.type_));
        console.type_ = serial.type_.clone();
        console.xml.assumed = serial.xml.assumed;
        cx.rewrote(&console.xml, "libvirt puts the source of the first serial port in place of the console's own")
            .becomes(format!("type='{before}'"), format!("type='{after}'"));
    }
}

fn copy_serial(domain: &mut Domain, cx: &mut Context) {
    let hvm = is_hvm(domain);
    let Some(devices) = &mut domain.devices else { return };
    debug_assert_eq!(cx.profile, Profile::Libvirt);
    if copies_serial(devices, hvm)
        && let (Some(serial), Some(console)) = (devices.serial.first(), devices.console.first_mut())
    {
        let copy = Console { tty: console.tty.clone(), xml: console.xml.clone(), ..copy_of(serial) };
        if *console != copy {
            *console = copy;
            cx.rewrote(&console.xml, "the first console repeats the first serial port")
                .becomes("<console>", "<serial>");
        }
    }
}
