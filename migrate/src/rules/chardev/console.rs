//! The first console and the first serial port.

use domxml_runtime::edit::forget_remarks;
use domxml_runtime::whole::carry;

use super::ports::given;
use crate::rules::prelude::*;

rules![
    rule("console-as-serial-hvm", Class::Structure)
        .summary("the console of a fully virtualized guest is a serial port")
        .doc(
            "In a fully virtualized guest the first `<console>`, unless it has a type other than `serial`, is a serial \
             port under another name. Where there is no `<serial>` libvirt makes one out of it, which takes over \
             source, log, alias and address, and writes the console as its copy.",
        )
        .example(
            "<devices><console type='pty'><target port='0'/></console></devices>",
            "<devices><serial type='pty'><target port='0'/></serial>\
             <console type='pty'><target type='serial' port='0'/></console></devices>",
        )
        .row(algorithm(make_serial).phase(Phase::Derive).after("console-target-default").after("serial-port-auto")),
    rule("console-target-model-unread", Class::Lossy)
        .summary("a console has no model")
        .doc("The schema takes the model of a serial port for that of a console too. libvirt does not read it.")
        .example(
            "<devices><console type='pty'><target type='virtio'><model name='isa-serial'/></target></console></devices>",
            "<devices><console type='pty'><target type='virtio'/></console></devices>",
        )
        .row(unread(child(ConsoleTarget::MODEL), "of a console")),
    rule("serial-adds-console", Class::Implicit)
        .summary("the first serial port has a console")
        .doc(
            "libvirt adds a `<console>` for the first serial port of a fully virtualized guest, before all other \
             consoles, unless the port is on PCI or USB or a debug port.",
        )
        .example(
            "<devices><serial type='pty'><target port='0'/></serial></devices>",
            "<devices><serial type='pty'><target port='0'/></serial>\
             <console type='pty'><target type='serial' port='0'/></console></devices>",
        )
        .row(algorithm(add_console).phase(Phase::Derive).profiles(LIBVIRT).after("console-as-serial-hvm")),
    rule("console-copies-serial", Class::Structure)
        .summary("the first console repeats the first serial port")
        .doc(
            "The first console of a fully virtualized guest is the first serial port under another name, and libvirt \
             writes there whatever it writes of the serial port: source, log, number, alias and address.",
        )
        .example(
            "<devices><serial type='file'><source path='/var/log/guest'/><target port='0'/></serial>\
             <console type='pty'><target type='serial' port='0'/></console></devices>",
            "<devices><serial type='file'><source path='/var/log/guest'/><target port='0'/></serial>\
             <console type='file'><source path='/var/log/guest'/><target type='serial' port='0'/></console></devices>",
        )
        .row(algorithm(copy_serial).phase(Phase::Derive).profiles(LIBVIRT).after("serial-adds-console")),
];

/// Whether it is a console of the type `serial`, the default.
pub(super) fn is_serial(console: &Console) -> bool {
    let type_ = console.target.as_ref().and_then(|target| target.type_);
    type_.is_none_or(|type_| type_ == ConsoleTargetType::Serial)
}

/// Whether the first console is the first serial port under another name.
pub(super) fn copies_serial(devices: &Devices, hvm: bool) -> bool {
    hvm && !devices.serials.is_empty() && devices.consoles.first().is_some_and(is_serial)
}

/// Whether libvirt puts a console for the first serial port before the others.
pub(super) fn needs_stub(devices: &Devices, hvm: bool) -> bool {
    use SerialTargetType::{IsaDebug, PciSerial, UsbSerial};
    let Some(serial) = devices.serials.first().filter(|_| hvm) else { return false };
    let type_ = serial.target.as_ref().and_then(|target| target.type_);
    !copies_serial(devices, hvm) && !matches!(type_, Some(PciSerial | UsbSerial | IsaDebug))
}

fn make_serial(devices: &mut Devices, cx: &mut Context<'_>) {
    let lacks = cx.scope.is_hvm() && devices.serials.is_empty();
    let Some(console) = devices.consoles.first_mut().filter(|console| lacks && is_serial(console)) else { return };
    let mut serial = Serial::default();
    carry(&mut console.clone(), &mut serial);
    serial.target = Some(SerialTarget { port: Some(0), ..SerialTarget::default() }.into());
    serial.xml = Extra::at(console.xml.span);
    let target = console.target.get_or_insert_default();
    (target.type_, target.port) = (Some(ConsoleTargetType::Serial), Some(0));
    forget_remarks(&mut serial);
    devices.serials.push(serial);
    cx.rewrote(&console.xml, "the first console is a serial port")
        .becomes("<console>", "<serial> and <console> with <target type='serial' port='0'/>");
}

fn add_console(devices: &mut Devices, cx: &mut Context<'_>) {
    if needs_stub(devices, cx.scope.is_hvm()) {
        devices.consoles.insert(0, copy_of(&devices.serials[0]));
        cx.rewrote(&devices.serials[0].xml, "the first serial port has a console").becomes("", "<console>");
    }
}

/// The console that stands for a serial port.
fn copy_of(serial: &Serial) -> Console {
    let mut console = Console::default();
    carry(&mut serial.clone(), &mut console);
    console.target = Some(target_of(ConsoleTargetType::Serial, given(serial)).into());
    console.xml = Extra { assumed: serial.xml.assumed, ..Extra::at(serial.xml.span) };
    console
}

/// The target of a console of this type.
pub(super) fn target_of(type_: ConsoleTargetType, port: Option<u32>) -> ConsoleTarget {
    ConsoleTarget { type_: Some(type_), port, ..ConsoleTarget::default() }
}

fn copy_serial(devices: &mut Devices, cx: &mut Context<'_>) {
    if !copies_serial(devices, cx.scope.is_hvm()) {
        return;
    }
    let (mut copy, console) = (copy_of(&devices.serials[0]), &mut devices.consoles[0]);
    copy.tty = console.tty.clone();
    copy.xml = console.xml.clone();
    let mut own = console.clone();
    forget_remarks(&mut copy);
    forget_remarks(&mut own);
    if own != copy {
        // What is remarked on a console stays with it.
        copy.xml = std::mem::take(&mut console.xml);
        if let (Some(target), Some(own)) = (&mut copy.target, &mut console.target) {
            target.xml = std::mem::take(&mut own.xml);
        }
        *console = copy;
        cx.rewrote(&console.xml, "the first console repeats the first serial port").becomes("<console>", "<serial>");
    }
}
