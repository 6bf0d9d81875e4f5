//! `chardev-contradictions`.

use domxml::{
    AddressType, ArchName, ChardevBackend, ChardevReconnect, ChardevSocketMode as Mode, Domain, Extra, RngBackendModel,
    SerialTargetType, SmartcardMode, YesNo,
};

use super::devices::{Owner, backends, is_serial};
use super::ports::ISA_PORTS;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::BOTH;

pub(super) static RULE: Rule = Rule {
    id: "chardev-contradictions",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "character devices that libvirt refuses",
    doc: "libvirt refuses a domain with a character device that lacks the path, host or service that it cannot do without, \
          that has a second source, or that reconnects though it waits for connections; with a second console that is \
          a serial port; with the channel of the SPICE agent anywhere but on virtio; with more than four serial ports on ISA or \
          two with one number, or a debug port elsewhere than on x86; with a serial port on USB that has an address of another bus; and with a \
          smartcard that has not three certificates or an address of another bus. A smartcard in another program and an entropy \
          source of the model `egd` name the type of their character device.",
    example: Example {
        before: "<devices><console type='pty'/><console type='pty'><target type='serial'/></console></devices>",
        after: "<devices><console type='pty'/><console type='pty'><target type='serial'/></console></devices>",
    },
    apply,
};

fn apply(domain: &mut Domain, cx: &mut Context) {
    backends(domain, |backend, owner, xml| {
        if owner != Owner::SerialCopy {
            source(backend, owner, xml, cx);
        }
    });
    let arch = domain.os.as_ref().and_then(|os| os.type_.arch);
    let x86 = matches!(arch, None | Some(ArchName::I686 | ArchName::X86_64));
    let Some(devices) = &domain.devices else { return };
    for console in devices.console.iter().skip(1) {
        if is_serial(console.target.as_ref().and_then(|target| target.type_)) {
            cx.error(&console.xml, "only the first console can be a serial port");
        }
    }
    let mut used = Vec::new();
    for serial in &devices.serial {
        let type_ = serial.target.as_ref().and_then(|target| target.type_);
        if type_ == Some(SerialTargetType::IsaDebug) && !x86 {
            cx.error(&serial.xml, "only x86 has the debug port");
        }
        let on_usb = serial.address.as_ref().is_none_or(|address| matches!(address.type_, AddressType::Usb(_)));
        if type_ == Some(SerialTargetType::UsbSerial) && !on_usb {
            cx.error(&serial.xml, "a serial port on USB has an address of the type usb");
        }
        let Some(target) = serial.target.as_ref().filter(|target| target.type_ == Some(SerialTargetType::IsaSerial))
        else {
            continue;
        };
        if used.len() >= ISA_PORTS as usize || target.port.is_some_and(|port| port >= ISA_PORTS) {
            cx.error(&serial.xml, format!("an ISA bus has {ISA_PORTS} serial ports, with the numbers from 0"));
        }
        if target.port.is_some() && used.contains(&target.port) {
            cx.error(&serial.xml, "another serial port has this number");
        }
        used.push(target.port);
    }
    for card in &devices.smartcard {
        if let SmartcardMode::HostCertificates(members) = &card.mode
            && members.certificate.len() != 3
        {
            cx.error(&card.xml, "a smartcard has three certificates");
        }
        if matches!(card.mode, SmartcardMode::Passthrough(_)) && card.xml.assumed.is_some() {
            cx.error(&card.xml, "a smartcard in another program needs a type of character device");
        }
        if let Some(address) = &card.address
            && !matches!(address.type_, AddressType::Ccid(_))
        {
            cx.error(&address.xml, "a smartcard is in the slot of a reader: its address is of the type ccid");
        }
    }
    for rng in &devices.rng {
        if matches!(rng.backend.model, RngBackendModel::Egd(_)) && rng.backend.xml.assumed.is_some() {
            cx.error(&rng.backend.xml, "an entropy source of the model egd needs a type of character device");
        }
    }
}

fn source(backend: &ChardevBackend, owner: Owner, xml: &Extra, cx: &mut Context) {
    let mut lacks = |thing: bool, what: &str| {
        if thing {
            cx.error(xml, format!("the character device lacks {what}"));
        }
    };
    match backend {
        ChardevBackend::Dev(members) => {
            lacks(members.source.as_ref().is_none_or(|source| source.path.is_none()), "the path of its source");
        }
        ChardevBackend::Pipe(members) => {
            lacks(members.source.as_ref().is_none_or(|source| source.path.is_none()), "the path of its source");
        }
        ChardevBackend::File(members) => {
            lacks(members.source.as_ref().is_none_or(|source| source.path.is_none()), "the path of its source");
        }
        ChardevBackend::Nmdm(members) => {
            let half = |source: &domxml::ChardevSourceNmdm| source.master.is_none() != source.slave.is_none();
            lacks(members.source.as_ref().is_some_and(half), "one of the two ends of its null modem");
        }
        ChardevBackend::Spiceport(members) => {
            let name = members.source.as_ref().and_then(|source| source.channel.as_deref());
            lacks(name.is_none(), "the name of its channel");
            if let Some(name) = name
                && !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
            {
                cx.error(xml, "the name of a channel has letters, digits, '-', '.' and '_' alone");
            }
        }
        ChardevBackend::Tcp(members) => {
            let source = members.source.first();
            lacks(source.is_none_or(|source| source.host.is_none()), "the host of its source");
            lacks(source.is_none_or(|source| source.service.is_none()), "the service of its source");
            if let Some(second) = members.source.get(1) {
                cx.error(&second.xml, "a character device has one source");
            }
            if let Some(source) = source {
                reconnect(source.mode, source.reconnect.as_ref(), xml, cx);
            }
        }
        ChardevBackend::Udp(members) => {
            // Of two ends that send the first counts.
            let sends = |source: &&domxml::ChardevSourceUdp| {
                source.mode != Some(Mode::Bind) && (source.host.is_some() || source.service.is_some())
            };
            let end = members.source.iter().find(sends);
            lacks(end.is_none_or(|source| source.service.is_none()), "the service that it sends to");
            if let Some(third) = members.source.get(2) {
                cx.error(&third.xml, "a UDP device has two ends");
            }
        }
        ChardevBackend::Unix(members) => {
            let path = members.source.as_ref().and_then(|source| source.path.as_ref());
            lacks(
                path.is_none() && !matches!(owner, Owner::VirtioChannel | Owner::XenChannel),
                "the path of its source",
            );
            if let Some(source) = &members.source {
                reconnect(source.mode, source.reconnect.as_ref(), xml, cx);
            }
        }
        ChardevBackend::Dbus(members) if owner != Owner::Redirdev => {
            lacks(members.source.as_ref().is_none_or(|source| source.channel.is_none()), "the name of its channel");
        }
        ChardevBackend::Spicevmc
            if !matches!(owner, Owner::VirtioChannel | Owner::Redirdev | Owner::Other | Owner::SerialCopy) =>
        {
            cx.error(xml, "the channel of the SPICE agent is a virtio channel");
        }
        _ => {}
    }
}

fn reconnect(mode: Option<Mode>, reconnect: Option<&ChardevReconnect>, xml: &Extra, cx: &mut Context) {
    let Some(reconnect) = reconnect else { return };
    if mode == Some(Mode::Bind) && reconnect.enabled.is_some() {
        cx.error(xml, "only a device that connects can connect again");
    }
    if reconnect.enabled == Some(YesNo::Yes) && reconnect.timeout.is_none() {
        cx.error(&reconnect.xml, "missing attribute 'timeout'");
    }
}
