//! The address of a channel of the type `guestfwd`.

use std::net::Ipv4Addr;

use crate::rules::prelude::*;

rules![
    rule("channel-guestfwd-octal", Class::Lossy)
        .summary("a number with a leading zero in an address is octal")
        .doc(
            "libvirt reads the parts of a forwarded channel's address as the C library does: 010 is 8. Whoever wrote \
             the zero probably did not mean that, so the address is only reported.",
        )
        .finds("<devices><channel type='pty'><target type='guestfwd' address='010.0.2.1' port='4600'/></channel>\
                </devices>")
        .finds("<devices><channel type='pty'><target type='guestfwd' address='host' port='4600'/></channel></devices>")
        .row(refuse(no_address).profiles(LIBVIRT))
        .row(refuse(no_address).when(|target, _| !target.address.contains(':')).profiles(MODERN))
        .row(
            note(|target: &ChannelTargetTypeGuestfwd, _| {
                let address = lax_ipv4(&target.address)?;
                let octal = target.address.split('.').any(|part| part.len() > 1 && part.starts_with('0'));
                octal.then(|| format!("libvirt reads the address '{}' as {address}", target.address))
            })
            .profiles(BOTH),
        ),
    rule("channel-guestfwd-address", Class::Lossy)
        .summary("the address of a forwarded channel has four decimal numbers")
        .doc(
            "The address of a channel of the type `guestfwd` is read as the C library reads it: a number with a \
             leading zero is octal, one with 0x hexadecimal, and numbers may be left out. libvirt writes the address \
             in the usual form.",
        )
        .example(
            "<devices><channel type='pty'><target type='guestfwd' address='010.0.2.1' port='4600'/></channel></devices>",
            "<devices><channel type='pty'><target type='guestfwd' address='8.0.2.1' port='4600'/></channel></devices>",
        )
        .row(spelling(
            required(ChannelTargetTypeGuestfwd::ADDRESS),
            |said, _| lax_ipv4(said).map(|address| address.to_string()).filter(|address| address != said),
            "the address has four decimal numbers",
        )),
];

fn no_address(target: &ChannelTargetTypeGuestfwd, _: &Scope) -> Option<String> {
    let wrong = Some(&target.address).filter(|address| lax_ipv4(address).is_none())?;
    Some(format!("'{wrong}' is no IPv4 address: write it as 10.0.2.1"))
}

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
    Some(Ipv4Addr::from(front.iter().zip([24, 16, 8]).fold(*last, |address, (part, by)| address | part << by)))
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
