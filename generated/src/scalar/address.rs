//! Identifiers of fixed length in hexadecimal digits.

use domxml_runtime::scalar::trim;
use domxml_runtime::{Blanks, Scalar, ScalarError};

/// Appends octets, each as two hexadecimal digits, with a separator before those that have one by their number.
fn push_octets(out: &mut String, octets: &[u8], separator: u8, has_one: impl Fn(usize) -> bool) {
    let mut text = Vec::with_capacity(3 * octets.len());
    for (index, octet) in octets.iter().enumerate() {
        text.extend(has_one(index).then_some(separator));
        text.extend([octet >> 4, octet & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]));
    }
    out.push_str(&String::from_utf8_lossy(&text));
}

/// An octet from its hexadecimal digits.
fn octet(digits: &[u8]) -> Option<u8> {
    let digit = |octet: u8, byte: &u8| Some(octet << 4 | u8::try_from(char::from(*byte).to_digit(16)?).ok()?);
    digits.iter().try_fold(0, digit)
}

/// A universally unique identifier, written in lower case with dashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uuid(pub [u8; 16]);

fn read_uuid(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    let mut rest = trim(text).as_bytes();
    for byte in &mut bytes {
        // Dashes and blanks count nothing between two octets.
        while let Some(behind) = rest.strip_prefix(b"-").or(rest.strip_prefix(b" ")) {
            rest = behind;
        }
        let (pair, behind) = rest.split_at_checked(2)?;
        *byte = octet(pair)?;
        rest = behind;
    }
    if rest.is_empty() { Some(bytes) } else { None }
}

impl Scalar for Uuid {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        read_uuid(text).map(Uuid).ok_or_else(|| ScalarError::expected("a UUID of 32 hexadecimal digits"))
    }

    fn write(&self, out: &mut String) {
        push_octets(out, &self.0, b'-', |index| matches!(index, 4 | 6 | 8 | 10));
    }

    fn check(&self, _written: &str) -> Result<(), ScalarError> {
        Ok(())
    }
}

/// An Ethernet address, written in lower case with colons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MacAddress(pub [u8; 6]);

fn read_mac(text: &str) -> Option<[u8; 6]> {
    let mut parts = trim(text).split(':');
    let mut bytes = [0; 6];
    for byte in &mut bytes {
        let part = parts.next()?;
        *byte = octet(part.as_bytes()).filter(|_| matches!(part.len(), 1 | 2))?;
    }
    if parts.next().is_none() { Some(bytes) } else { None }
}

fn no_station() -> ScalarError {
    ScalarError::expected("the MAC address of one station, as 52:54:00:12:34:56")
}

impl MacAddress {
    /// Whether it is the address of one station, and not of a group.
    #[must_use]
    pub fn is_unicast(self) -> bool {
        self.0[0] & 1 == 0
    }
}

impl Scalar for MacAddress {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        read_mac(text).map(MacAddress).filter(|address| address.is_unicast()).ok_or_else(no_station)
    }

    fn blanks(&self) -> Blanks {
        Blanks::Behind
    }

    fn write(&self, out: &mut String) {
        push_octets(out, &self.0, b':', |index| index > 0);
    }

    fn check(&self, _written: &str) -> Result<(), ScalarError> {
        if self.is_unicast() { Ok(()) } else { Err(no_station()) }
    }
}

/// A port of USB: the ports of hubs on the way to it, then the port itself; one to four decimal numbers, written with dots
/// between them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UsbPort(pub Vec<u32>);

fn read_port(text: &str) -> Option<Vec<u32>> {
    let number = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit()).then(|| part.parse().ok())?;
    let ports: Vec<u32> = trim(text).split('.').map(number).collect::<Option<_>>()?;
    (ports.len() <= 4).then_some(ports)
}

impl Scalar for UsbPort {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        read_port(text)
            .map(UsbPort)
            .ok_or_else(|| ScalarError::expected("up to four decimal numbers with dots between them"))
    }

    fn blanks(&self) -> Blanks {
        Blanks::Before
    }

    fn write(&self, out: &mut String) {
        for (index, port) in self.0.iter().enumerate() {
            if index > 0 {
                out.push('.');
            }
            Scalar::write(port, out);
        }
    }
}

domxml_runtime::scalar_text!(Uuid, MacAddress, UsbPort);
domxml_runtime::initial!(Uuid, UsbPort);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::testing::check;

    #[test]
    fn uuids_are_read_as_libvirt_reads_them() {
        let canonical = Some("8f8e1c1a-a0a6-493b-a23d-ff2a36b6b5aa");
        check::<Uuid>(&[
            ("8F8E1C1AA0A6493BA23DFF2A36B6B5AA", canonical),
            ("\n 8f8e1c1a-a0a6-493b-a23d-ff2a36b6b5aa ", canonical),
            ("8f-8e1c1aa0a6-493ba23dff2a36b6b5aa", canonical),
            ("8f8e1c1a a0a6-493b-a23d-ff2a36b6b5aa", canonical),
            ("{8f8e1c1a-a0a6-493b-a23d-ff2a36b6b5aa}", None),
            ("8f8e1c1a-a0a6-493b-a23d-ff2a36b6b5a", None),
            ("8f8e1c1a-a0a6-493b-a23d-ff2a36b6b5aa0", None),
            ("+f8e1c1aa0a6493ba23dff2a36b6b5aa", None),
            ("", None),
        ]);
    }

    #[test]
    fn usb_ports_are_decimal() {
        check::<UsbPort>(&[
            ("1", Some("1")),
            ("01.2", Some("1.2")),
            ("1.2.3.4", Some("1.2.3.4")),
            ("1.2.3.4.5", None),
            ("1.", None),
            ("0x1", None),
            ("", None),
        ]);
    }

    #[test]
    fn mac_addresses_are_read_as_libvirt_reads_them() {
        check::<MacAddress>(&[
            ("52:54:00:AA:bb:1", Some("52:54:00:aa:bb:01")),
            ("52:54:00:aa:bb:cc ", Some("52:54:00:aa:bb:cc")),
            ("52-54-00-aa-bb-cc", None),
            ("525400aabbcc", None),
            ("152:54:00:aa:bb:cc", None),
            ("53:54:00:aa:bb:cc", None),
            ("52:54:00:aa:bb:cc:dd", None),
        ]);
    }
}
