//! Serial ports and the ports of virtio.

use std::collections::{BTreeMap, BTreeSet};

use domxml::{
    Address, AddressType, ChannelTargetType, ConsoleTargetType, ControllerType, Devices, Serial,
    SerialTargetModelName as Model, SerialTargetType as Target, each,
};
use domxml_runtime::Payload as _;

use super::refused;
use crate::options::Driver;
use crate::rule::board::Board;
use crate::rule::kinds::check;
use crate::rule::scope::Scope;
use crate::rule::{Class, Context, rule};

rules![
    rule("qemu-serial-target-conflict", Class::Conflict)
        .summary("a serial port with a model or an address of another kind of port")
        .doc("Each model of a serial port is of one type, and each type has one kind of address: `isa-serial` one of ISA, `pci-serial` one of PCI.")
        .finds("<devices><serial type='pty'><target type='pci-serial'/><address type='isa' iobase='0x3f8'/></serial></devices>")
        .finds("<devices><serial type='pty'><target type='isa-serial'><model name='usb-serial'/></target></serial></devices>")
        .row(refused(|serial: &Serial, scope| of_model(serial, scope).or_else(|| of_address(serial, scope))))
        .row(check(first_console).driver(Driver::Qemu)),
    rule("qemu-virtio-port-conflict", Class::Conflict)
        .summary("a port of a virtio serial controller that is taken or not there")
        .doc("A virtio serial controller has the ports 0 to one less than `ports` says, 31 of them where nothing is said, and each is of one device.")
        .finds(
            "<devices><controller type='virtio-serial' index='0' ports='4'/><channel type='pty'><target type='virtio' name='a'/>\
             <address type='virtio-serial' controller='0' bus='0' port='4'/></channel></devices>",
        )
        .finds(
            "<devices><channel type='pty'><target type='virtio' name='a'/><address type='virtio-serial' controller='0' bus='0' port='2'/></channel>\
             <channel type='pty'><target type='virtio' name='b'/><address type='virtio-serial' controller='0' bus='0' port='2'/></channel></devices>",
        )
        .finds(
            "<devices><channel type='pipe'><source path='/a'/><target type='guestfwd' address='10.0.2.1' port='4600'/>\
             <address type='virtio-serial' controller='1' bus='0' port='1'/></channel></devices>",
        )
        .row(check(loose).driver(Driver::Qemu))
        .row(check(virtio).driver(Driver::Qemu)),
];

/// The type that a model is of.
fn type_of(model: Model) -> Option<Target> {
    Some(match model {
        Model::IsaSerial => Target::IsaSerial,
        Model::UsbSerial => Target::UsbSerial,
        Model::PciSerial => Target::PciSerial,
        Model::SpaprVty => Target::SpaprVioSerial,
        Model::Pl011 | Model::Uart16550a => Target::SystemSerial,
        Model::Sclpconsole | Model::Sclplmconsole => Target::SclpSerial,
        Model::IsaDebugcon => Target::IsaDebug,
        _ => return None,
    })
}

fn of_model(serial: &Serial, scope: &Scope) -> Option<String> {
    let target = serial.target.as_ref()?;
    let (given, model) = (target.type_?, target.model.as_ref()?.name);
    // What old versions wrote of every guest is the port of the machine there.
    let type_ = match scope.board {
        Board::Pseries if given == Target::IsaSerial => Target::SpaprVioSerial,
        Board::S390Ccw if given == Target::IsaSerial => Target::SclpSerial,
        _ => given,
    };
    let own = type_of(model)?;
    if own == Target::IsaSerial && given == own && !scope.is_x86() {
        return Some("only x86 guests have serial ports of ISA: leave out <target>".to_owned());
    }
    (own != type_).then(|| {
        format!(
            "the model {} is of the type {}: leave out <model>, or set type='{}'",
            model.as_str(),
            own.as_str(),
            own.as_str()
        )
    })
}

fn of_address(serial: &Serial, scope: &Scope) -> Option<String> {
    let target = serial.target.as_ref();
    let type_ = target.and_then(|target| target.type_).or_else(|| usual(scope))?;
    address_objection(type_, serial.address.as_deref()?, scope)
}

/// The type of a serial port of which nothing is said; none where that is not known.
fn usual(scope: &Scope) -> Option<Target> {
    match scope.board {
        _ if scope.is_x86() => Some(Target::IsaSerial),
        Board::ArmVirt | Board::RiscvVirt | Board::LoongarchVirt => Some(Target::SystemSerial),
        Board::S390Ccw => Some(Target::SclpSerial),
        _ => None,
    }
}

fn address_objection(type_: Target, address: &Address, scope: &Scope) -> Option<String> {
    let own = match type_ {
        // What old versions wrote of every guest is the machine's own port there.
        Target::IsaSerial if !scope.is_x86() => return None,
        Target::IsaSerial | Target::IsaDebug => "isa",
        Target::UsbSerial => "usb",
        Target::PciSerial => "pci",
        Target::SpaprVioSerial => return None,
        Target::SystemSerial | Target::SclpSerial => {
            return Some(format!("a port of the type {} has no address: leave it out", type_.as_str()));
        }
        _ => return None,
    };
    let given = address.type_.value()?;
    (given != own).then(|| {
        format!("a port of the type {} has an address of the type {own}: leave out the address", type_.as_str())
    })
}

/// The first console is a serial port where there is none.
fn first_console(devices: &Devices, cx: &mut Context<'_>) {
    let Some(console) = devices.consoles.first().filter(|_| devices.serials.is_empty()) else { return };
    let type_ = console.target.as_ref().and_then(|target| target.type_);
    if type_.is_none_or(|type_| type_ == ConsoleTargetType::Serial)
        && let (Some(type_), Some(address)) = (usual(&cx.scope), &console.address)
        && let Some(message) = address_objection(type_, address, &cx.scope)
    {
        cx.error(&address.xml, message);
    }
}

/// Other channels than virtio's get no controller for an address that names one.
fn loose(devices: &Devices, cx: &mut Context<'_>) {
    let there = |number: u32| {
        devices.controllers.iter().any(|controller| {
            matches!(controller.type_, ControllerType::VirtioSerial(_)) && controller.index.unwrap_or(0) == number
        })
    };
    for channel in &devices.channels {
        let place = channel.address.as_deref();
        let Some(Address { type_: AddressType::VirtioSerial(serial), xml }) = place else { continue };
        let number = serial.controller.map_or(0, |number| number.0);
        if !matches!(channel.target.type_, ChannelTargetType::Virtio(_)) && !there(number) {
            cx.error(xml, format!("there is no virtio serial controller {number}: leave out the address, which this channel does without"));
        }
    }
}

fn virtio(devices: &Devices, cx: &mut Context<'_>) {
    let mut ports: BTreeMap<u64, u64> = BTreeMap::new();
    for controller in &devices.controllers {
        if let ControllerType::VirtioSerial(serial) = &controller.type_ {
            ports.insert(controller.index.unwrap_or(0).into(), serial.ports.map_or(31, |ports| ports.0.into()));
        }
    }
    let twin = devices.consoles.first().and_then(|console| console.address.as_deref());
    let mut seen = BTreeSet::new();
    each(devices, |address: &Address| {
        let AddressType::VirtioSerial(serial) = &address.type_ else { return };
        let Some(port) = serial.port.map(|port| u64::from(port.0)).filter(|port| *port > 0) else { return };
        let number = serial.controller.map_or(0, |number| u64::from(number.0));
        let there = ports.get(&number).copied().unwrap_or(31);
        if port >= there {
            cx.error(
                &address.xml,
                format!(
                    "the virtio serial controller {number} has no port {port}: choose one up to {}, or leave out port",
                    there.saturating_sub(1)
                ),
            );
        } else if !seen.insert((number, port)) && twin.is_none_or(|twin| !std::ptr::eq(twin, address)) {
            cx.error(
                &address.xml,
                format!(
                    "the port {port} of the virtio serial controller {number} has a device already: choose another one, \
                     or leave out port"
                ),
            );
        }
    });
}
