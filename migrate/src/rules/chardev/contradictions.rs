//! `chardev-contradictions`.

use domxml::ChardevSocketMode as Mode;

use super::backends::udp_end;
use super::console::{copies_serial, is_serial};
use super::ports::{ISA_PORTS, given, is_isa};
use crate::rules::prelude::*;

const NO_SLOT: &str =
    "a smartcard is in the slot of a reader: its address is of the type ccid; set that, or leave out the address";
const SECOND: &str = "a character device has one source: leave the further ones out";
/// libvirt reads the numbers of ports as signed ones.
const BEYOND: &str = "the number of a port is at most 2147483647: choose the next free one";
const NO_TIMEOUT: &str = "a connection that is made again needs a time-out: add timeout, in seconds";
const THREE: &str = "a smartcard has three certificates: give three <certificate>";

rules![
    rule("chardev-contradictions", Class::Conflict)
        .summary("character devices that libvirt refuses")
        .doc(
            "libvirt refuses a domain with a character device that lacks the path, host or service that it cannot do \
             without, that has a second source, or that reconnects though it waits for connections; with a second \
             console that is a serial port; with the channel of the SPICE agent anywhere but on virtio; with more than \
             four serial ports on ISA or two with one number, or a debug port elsewhere than on x86; with a serial \
             port on USB that has an address of another bus; and with a smartcard that has not three certificates or \
             an address of another bus. A smartcard in another program and an entropy source of the model `egd` name \
             the type of their character device.",
        )
        .finds("<devices><console type='pty'/><console type='pty'><target type='serial'/></console></devices>")
        .finds(
            "<devices><serial type='pty'><target type='isa-serial' port='0'/></serial>\
             <serial type='pty'><target type='isa-serial' port='0'/></serial></devices>",
        )
        .finds("<devices><serial type='pty'><target type='isa-serial' port='4'/></serial></devices>")
        .finds("<devices><serial type='tcp'><source mode='connect' service='1'/></serial></devices>")
        .finds("<devices><serial type='spicevmc'/></devices>")
        .finds("<devices><serial type='null'><source/><source/></serial></devices>")
        .finds("<devices><parallel type='pty'><target port='4294967295'/></parallel></devices>")
        .finds(
            "<devices><smartcard mode='host-certificates'><certificate>a</certificate><certificate>b</certificate><certificate>c</certificate>\
             <database>nssdb</database></smartcard></devices>",
        )
        .row(refuse_there(|devices: &Devices, _| {
            let second = devices.consoles.iter().skip(1).find(|console| is_serial(console))?;
            Some((second.xml.span, "only the first console can be a serial port: set type='virtio' in the <target> of this one"))
        }))
        .row(refuse_each(|serial: &Serial, scope| {
            let type_ = serial.target.as_ref().and_then(|target| target.type_);
            let elsewhere = serial.address.as_deref().is_some_and(|it| !matches!(it.type_, AddressType::Usb(_)));
            [
                (!scope.is_x86() && type_ == Some(SerialTargetType::IsaDebug), "only x86 has the debug port: choose another type in <target>"),
                (
                    elsewhere && type_ == Some(SerialTargetType::UsbSerial),
                    "a serial port on USB has an address of the type usb: set type='usb', or leave out the address",
                ),
            ]
        }))
        .row(refuse_there(|devices: &Devices, _| {
            let mut on_isa = (0..).zip(devices.serials.iter().filter(|serial| is_isa(serial)));
            let (_, beyond) = on_isa.find(|(at, it)| given(it).unwrap_or(0).max(*at) >= ISA_PORTS)?;
            Some((beyond.xml.span, format!("an ISA bus has {ISA_PORTS} serial ports, numbered from 0: choose a lower number, or leave this one out")))
        }))
        .row(unique(
            Devices::SERIALS,
            |serial, _| given(serial).filter(|_| is_isa(serial)),
            "another serial port has this number: choose another port, or leave it out",
        ))
        .row(refuse_if("a smartcard in another program needs a type of character device: add type, as type='spicevmc'", |card: &Smartcard, _| {
            matches!(card.mode, SmartcardMode::Passthrough(_)) && card.xml.assumed.is_some()
        }))
        .row(refuse_where(child(Smartcard::ADDRESS), |it, _| !matches!(it.type_, AddressType::Ccid(_)), NO_SLOT))
        .row(refuse_if("an entropy source of the model egd needs a type of character device: add type, as type='tcp'", |backend: &RngBackend, _| {
            matches!(backend.model, RngBackendModel::Egd(_)) && backend.xml.assumed.is_some()
        }))
        .row(refuse_if(NO_TIMEOUT, |it: &ChardevReconnect, _| it.enabled == Some(YesNo::Yes) && it.timeout.is_none()))
        // What the type takes is not among what is kept.
        .rows(each_type!(
            [Serial Parallel Console Channel Redirdev],
            refuse_if(SECOND, |it: &Of, _| kept_children(&it.xml, "source").count() > 1)
        ))
        .row(refuse_if(SECOND, |it: &Smartcard, _| {
            matches!(it.mode, SmartcardMode::Passthrough(_)) && kept_children(&it.xml, "source").count() > 1
        }))
        .row(refuse_if(SECOND, |it: &RngBackend, _| {
            matches!(it.model, RngBackendModel::Egd(_)) && kept_children(&it.xml, "source").count() > 1
        }))
        .rows(each_type!([Serial Parallel], check(|it: &Of, cx| source(&it.type_, &[], cx))))
        // The channel on D-Bus of a redirected device has a usual name.
        .row(check(|it: &Redirdev, cx| source(&it.type_, &["dbus", "spicevmc"], cx)))
        .row(check(|it: &ChardevPeer, cx| source(&it.type_, &["spicevmc"], cx)))
        .row(check(|it: &Channel, cx| match &it.target.type_ {
            ChannelTargetType::Guestfwd(_) => source(&it.type_, &[], cx),
            // libvirt can make a socket for these.
            ChannelTargetType::Virtio(_) => source(&it.type_, &["spicevmc", "unix"], cx),
            ChannelTargetType::Xen(_) => source(&it.type_, &["unix"], cx),
            _ => {}
        }))
        .row(check(consoles))
        .finds(
            "<devices><console type='udp'><source mode='bind' host='127.0.0.1' service='9999'/>\
             <source mode='connect' host='127.0.0.1' service='9998'/>\
             <source mode='connect' host='127.0.0.1' service='9997'/></console></devices>",
        )
        // Counted while libvirt reads, of a console that copies a serial port, too. Of one of TCP the schema says that it has one.
        .row(at_most(2, ChardevBackendUdp::SOURCES, "a UDP device has two ends: leave the further ones out"))
        .row(refuse_if(THREE, |card: &SmartcardModeHostCertificates, _| card.certificates.len() != 3))
        .row(refuse_where(
            SmartcardModeHostCertificates::DATABASE,
            |path, _| !path.starts_with('/'),
            "the path of a database of certificates begins with '/': write an absolute path",
        ))
        // Between 9.0.0 and 12.8.0, of which the later is said.
        .rows(each_type!(
            [SerialTarget ParallelTarget ConsoleTarget],
            refuse_where(Of::PORT, |port, _| i32::try_from(*port).is_err(), BEYOND).since(12, 8, 0)
        )),
];

/// The back ends of consoles, but that of one that is the first serial port under another name: libvirt does not look at it.
fn consoles(devices: &Devices, cx: &mut Context<'_>) {
    let copies = usize::from(copies_serial(devices, cx.scope.is_hvm()));
    let here = cx.here;
    for console in devices.consoles.iter().skip(copies) {
        cx.here = console.xml.span;
        source(&console.type_, &[], cx);
    }
    cx.here = here;
}

/// What is wrong with a back end; at this device those of the types that are `free` need not say where they lead to.
fn source(backend: &ChardevBackend, free: &[&str], cx: &mut Context<'_>) {
    use ChardevBackend::{Dbus, Dev, File, Nmdm, Pipe, Spiceport, Spicevmc, Tcp, Udp, Unix};
    let source = backend.members().and_then(|members| child_called(members, "source"));
    let said = source.map(domxml_runtime::given).unwrap_or_default();
    let lacks = |name: &str| !said.contains(&name);
    let is_free = backend.value().is_some_and(|type_| free.contains(&type_));
    let sends = |udp: &ChardevBackendUdp| udp_end(&udp.sources, false).is_some_and(|end| end.service.is_some());
    let missing: &[(bool, &str)] = match backend {
        _ if is_free => &[],
        Dev(_) | Pipe(_) | File(_) | Unix(_) => &[(lacks("path"), "the path of its source")],
        Nmdm(_) => &[(lacks("master") != lacks("slave"), "one of the two ends of its null modem")],
        Spiceport(_) | Dbus(_) => &[(lacks("channel"), "the name of its channel")],
        Tcp(_) => &[(lacks("host"), "the host of its source"), (lacks("service"), "the service of its source")],
        Udp(udp) => &[(!sends(udp), "the service that it sends to")],
        _ => &[],
    };
    for (_, what) in missing.iter().filter(|(missing, _)| *missing) {
        cx.refuse_here(cx.here, format!("the character device lacks {what}: add it"));
    }
    if matches!(backend, Spicevmc) && !is_free {
        cx.refuse_here(cx.here, "the channel of the SPICE agent is a virtio channel: set type='virtio' of <target>");
    }
    if let Spiceport(members) | Dbus(members) = backend {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let name = members.source.as_ref().and_then(|source| source.channel.as_deref()).unwrap_or_default();
        if !name.bytes().all(is_plain) {
            cx.refuse_here(cx.here, "a channel is named by letters, digits, '-', '.' and '_' alone: rename it");
        }
    }
    let again = source.and_then(child_of_type::<ChardevReconnect>);
    let is_bound = source.and_then(field::<Option<Mode>>) == Some(&Some(Mode::Bind));
    if is_bound && again.is_some_and(|again| again.enabled.is_some()) {
        let why = "only a device that connects can connect again: set mode='connect', or leave out <reconnect>";
        cx.refuse_here(cx.here, why);
    }
}
