//! `channel-guestfwd-address`, `channel-guestfwd-octal`.

use std::net::Ipv4Addr;

use domxml::{ChannelTargetType, Domain};

use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
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
