//! Addresses of IP.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use domxml_runtime::{Scalar, ScalarError};

/// An address of IPv4 or IPv6, written as C libraries print it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpAddress(pub IpAddr);

impl Default for IpAddress {
    fn default() -> Self {
        IpAddress(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }
}

/// A number as C has it: decimal, octal after `0`, hexadecimal after `0x`.
fn number(text: &str) -> Option<u32> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (text, 8),
        None => (text, 10),
    };
    if digits.starts_with('+') { None } else { u32::from_str_radix(digits, radix).ok() }
}

/// One to four parts, of which the last fills what the others leave.
fn ipv4(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u32> = text.split('.').map(number).collect::<Option<_>>()?;
    let (last, octets) = parts.split_last()?;
    let left = 4usize.checked_sub(octets.len()).filter(|left| *left > 0)?;
    if u64::from(*last) >= 1 << (8 * left) || octets.iter().any(|octet| *octet > 255) {
        return None;
    }
    let high = octets.iter().enumerate().map(|(at, octet)| octet << (24 - 8 * at)).sum::<u32>();
    Some(Ipv4Addr::from(high | last))
}

impl Scalar for IpAddress {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        let address = ipv4(text).map(IpAddr::V4).or_else(|| text.parse::<Ipv6Addr>().ok().map(IpAddr::V6));
        address.map(IpAddress).ok_or_else(|| ScalarError::expected("an IP address"))
    }

    fn write(&self, out: &mut String) {
        let text = match self.0 {
            // C libraries print an embedded IPv4 address as such.
            IpAddr::V6(v6) if v6.segments()[..6] == [0; 6] && v6.segments()[6] != 0 => {
                format!("::{}", Ipv4Addr::from((u32::from(v6.segments()[6]) << 16) | u32::from(v6.segments()[7])))
            }
            address => address.to_string(),
        };
        out.push_str(&text);
    }
}

domxml_runtime::scalar_text!(IpAddress);
domxml_runtime::initial!(IpAddress);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::testing::check;

    #[test]
    fn addresses_are_printed_as_c_libraries_do() {
        check::<IpAddress>(&[
            ("10.0.0.1", Some("10.0.0.1")),
            ("010.0.0.0x10", Some("8.0.0.16")),
            ("10.1", Some("10.0.0.1")),
            ("256.0.0.1", None),
            ("10.0.0.256", None),
            ("1.2.3.4.5", None),
            ("", None),
            ("FE80::0:1", Some("fe80::1")),
            ("::ffff:1.2.3.4", Some("::ffff:1.2.3.4")),
            ("::1.2.3.4", Some("::1.2.3.4")),
            ("::1", Some("::1")),
            ("::", Some("::")),
            ("host", None),
        ]);
    }
}
