//! `channel-guestfwd-address`, `implicit-virtio-serial`, `implicit-ccid`.

use std::net::Ipv4Addr;

use domxml::scalar::Decimal;
use domxml::{
    Address, AddressType, AddressTypeCcid, ChannelTargetType, ConsoleTargetType, Controller, ControllerType, Devices, Domain,
};

use crate::cli::Profile;
use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static GUESTFWD: Rule = Rule {
    id: "channel-guestfwd-address",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the address of a forwarded channel has four decimal numbers",
    doc: "The address of a channel of the type `guestfwd` is read as the C library reads it: a number with a leading zero is \
          octal, one with 0x hexadecimal, and numbers may be left out. libvirt writes the address in the usual form.",
    example: Example {
        before: "<devices><channel type='pty'><target type='guestfwd' address='010.0.2.1' port='4600'/></channel></devices>",
        after: "<devices><channel type='pty'><target type='guestfwd' address='8.0.2.1' port='4600'/></channel></devices>",
    },
    apply: write_address,
};

pub(super) static GUESTFWD_OCTAL: Rule = Rule {
    id: "channel-guestfwd-octal",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "a number with a leading zero in an address is octal",
    doc: "libvirt reads the parts of a forwarded channel's address as the C library does: 010 is 8. Whoever wrote the zero probably \
          did not mean that, so the address is only reported.",
    example: Example {
        before: "<devices><channel type='pty'><target type='guestfwd' address='010.0.2.1' port='4600'/></channel></devices>",
        after: "<devices><channel type='pty'><target type='guestfwd' address='010.0.2.1' port='4600'/></channel></devices>",
    },
    apply: report_octal,
};

pub(super) static VIRTIO_SERIAL: Rule = Rule {
    id: "implicit-virtio-serial",
    class: Class::Implicit,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "virtio channels and consoles have their controller",
    doc: "libvirt adds the virtio serial controller that the address of a virtio channel or console names, or the first where \
          there is no address.",
    example: Example {
        before: "<devices><channel type='pty'><target type='virtio' name='a'/></channel></devices>",
        after: "<devices><controller type='virtio-serial' index='0'/><channel type='pty'><target type='virtio' name='a'/></channel>\
                </devices>",
    },
    apply: add_virtio_serial,
};

pub(super) static CCID: Rule = Rule {
    id: "implicit-ccid",
    class: Class::Implicit,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "smartcards have a slot of a reader, and the reader is there",
    doc: "A smartcard without an address gets the slot behind the highest that is used on the first reader; libvirt adds the \
          readers that smartcards are in.",
    example: Example {
        before: "<devices><smartcard mode='host'/></devices>",
        after: "<devices><controller type='ccid' index='0'/>\
                <smartcard mode='host'><address type='ccid' controller='0' slot='0'/></smartcard></devices>",
    },
    apply: add_ccid,
};

/// Reads an IPv4 address as the C library does: one to four numbers in any base, the last of which fills what is left.
fn lax_ipv4(text: &str) -> Option<Ipv4Addr> {
    let numbers: Vec<u32> = text
        .split('.')
        .map(|part| {
            let lower = part.to_ascii_lowercase();
            let (digits, base) = match lower.strip_prefix("0x") {
                Some(hex) => (hex, 16),
                None if lower.len() > 1 && lower.starts_with('0') => (&lower[1..], 8),
                None => (lower.as_str(), 10),
            };
            if digits.starts_with('+') { None } else { u32::from_str_radix(digits, base).ok() }
        })
        .collect::<Option<_>>()?;
    let (last, front) = numbers.split_last()?;
    let room = 8 * u32::try_from(4usize.checked_sub(front.len())?).ok()?;
    if front.iter().any(|part| *part > 255) || u64::from(*last) >= 1 << room {
        return None;
    }
    let mut address = *last;
    for (at, part) in front.iter().enumerate() {
        address |= part << (24 - 8 * at);
    }
    Some(Ipv4Addr::from(address))
}

fn write_address(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for channel in &mut devices.channel {
        if let ChannelTargetType::Guestfwd(target) = &mut channel.target.type_
            && let Some(address) = lax_ipv4(&target.address)
            && address.to_string() != target.address
        {
            let before = std::mem::replace(&mut target.address, address.to_string());
            cx.rewrote(&channel.xml, "the address has four decimal numbers")
                .becomes(format!("address='{before}'"), format!("address='{address}'"));
        }
    }
}

fn report_octal(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &domain.devices else { return };
    for channel in &devices.channel {
        let ChannelTargetType::Guestfwd(target) = &channel.target.type_ else { continue };
        match lax_ipv4(&target.address) {
            None if cx.profile == Profile::Libvirt || !target.address.contains(':') => {
                cx.error(&channel.xml, format!("'{}' is no IPv4 address", target.address));
            }
            Some(address) if target.address.split('.').any(|part| part.len() > 1 && part.starts_with('0')) => {
                cx.note(&channel.xml, format!("libvirt reads the address '{}' as {address}", target.address));
            }
            _ => {}
        }
    }
}

/// Adds a controller unless there is one of the type with the index.
fn need(devices: &mut Devices, type_: ControllerType, index: u32, cx: &mut Context) {
    let word = domxml::Payload::value(&type_).unwrap_or_default();
    let there = devices.controller.iter().any(|controller| {
        std::mem::discriminant(&controller.type_) == std::mem::discriminant(&type_) && controller.index == Some(index)
    });
    if !there {
        devices.controller.push(Controller { type_, index: Some(index), ..Controller::default() });
        cx.rewrote(&devices.xml, "a device needs the controller")
            .becomes("", format!("<controller type='{word}' index='{index}'/>"));
    }
}

fn virtio_serial_index(address: Option<&Address>) -> u32 {
    match address.map(|address| &address.type_) {
        Some(AddressType::VirtioSerial(place)) => place.controller.unwrap_or_default().0,
        _ => 0,
    }
}

fn add_virtio_serial(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    let channels = devices.channel.iter().filter(|channel| matches!(channel.target.type_, ChannelTargetType::Virtio(_)));
    let consoles = devices.console.iter().filter(|console| {
        console.target.as_ref().is_some_and(|target| target.type_ == Some(ConsoleTargetType::Virtio))
    });
    let addresses = channels.map(|it| it.address.as_ref()).chain(consoles.map(|it| it.address.as_ref()));
    let indexes: Vec<_> = addresses.map(virtio_serial_index).collect();
    for index in indexes {
        need(devices, ControllerType::VirtioSerial(Default::default()), index, cx);
    }
}

fn add_ccid(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for at in 0..devices.smartcard.len() {
        let place = |address: &Option<Address>| match address.as_ref().map(|address| &address.type_) {
            Some(AddressType::Ccid(place)) => Some((place.controller.0, place.slot.unwrap_or_default().0)),
            _ => None,
        };
        if devices.smartcard[at].address.is_none() {
            let used = devices.smartcard.iter().filter_map(|card| place(&card.address));
            let slot = used.filter(|(controller, _)| *controller == 0).map(|(_, slot)| slot + 1).max().unwrap_or(0);
            let place = AddressTypeCcid { controller: Decimal(0), slot: Some(Decimal(slot)) };
            let card = &mut devices.smartcard[at];
            card.address = Some(Address { type_: AddressType::Ccid(place), ..Address::default() });
            cx.rewrote(&card.xml, "the smartcard has a slot")
                .becomes("", format!("<address type='ccid' controller='0' slot='{slot}'/>"));
        }
        if let Some((controller, _)) = place(&devices.smartcard[at].address) {
            need(devices, ControllerType::Ccid, controller, cx);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_c_does() {
        for (text, expected) in [
            ("10.0.2.1", Some("10.0.2.1")),
            ("010.0.2.1", Some("8.0.2.1")),
            ("0x0a.0.2.010", Some("10.0.2.8")),
            ("10.513", Some("10.0.2.1")),
            ("08.0.0.1", None),
            ("10.0.0.256", None),
            ("1.2.3.4.5", None),
            ("host", None),
            ("", None),
        ] {
            assert_eq!(lax_ipv4(text).map(|address| address.to_string()).as_deref(), expected, "{text}");
        }
    }
}
