//! Numbers that are written in a base and a width of their own.

use domxml_runtime::scalar::trim;
use domxml_runtime::{Blanks, Scalar, ScalarError};
use std::str::FromStr;

/// Reads a number as C does without being told the base: `0x` hexadecimal, `0` octal, else decimal.
pub(crate) fn any_base(text: &str) -> Option<u64> {
    let digits = unsigned(text)?;
    if let Some(hex) = hex_digits(digits) {
        return u64::from_str_radix(hex, 16).ok();
    }
    let base = if digits.len() > 1 && digits.starts_with('0') { 8 } else { 10 };
    u64::from_str_radix(digits, base).ok()
}

/// Reads a hexadecimal number, with or without `0x`.
pub(crate) fn hexadecimal(text: &str) -> Option<u64> {
    let digits = unsigned(text)?;
    u64::from_str_radix(hex_digits(digits).unwrap_or(digits), 16).ok()
}

fn decimal(text: &str) -> Option<u64> {
    unsigned(text)?.parse().ok()
}

/// Reads decimal digits, of which leading zeros mean nothing, or hexadecimal ones after `0x`.
fn decimal_or_hex(text: &str) -> Option<u64> {
    let digits = unsigned(text)?;
    hex_digits(digits).map_or_else(|| digits.parse().ok(), |hex| u64::from_str_radix(hex, 16).ok())
}

fn wrapping(text: &str) -> Option<u64> {
    as_in_c(text, u64::wrapping_neg)
}

fn wrapping_int(text: &str) -> Option<u64> {
    as_in_c(text, u32::wrapping_neg)
}

/// Reads decimal digits as C does into a number without a sign: a minus sign counts down from one above the greatest.
fn as_in_c<N: FromStr + Into<u64>>(text: &str, down: fn(N) -> N) -> Option<u64> {
    match trim(text).strip_prefix('-') {
        Some(digits) if digits.starts_with(|c: char| c.is_ascii_digit()) => {
            digits.parse().map(|it| down(it).into()).ok()
        }
        _ => decimal(text),
    }
}

fn octal(text: &str) -> Option<u64> {
    u64::from_str_radix(unsigned(text)?, 8).ok()
}

/// The digits of a number that may have blanks around it and a plus sign.
fn unsigned(text: &str) -> Option<&str> {
    let text = trim(text);
    let digits = text.strip_prefix('+').unwrap_or(text);
    // What reads the digits takes a sign: a second one is none of libvirt's.
    if digits.starts_with(|c: char| c.is_ascii_hexdigit()) { Some(digits) } else { None }
}

fn hex_digits(digits: &str) -> Option<&str> {
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"))?;
    if hex.starts_with(|c: char| c.is_ascii_hexdigit()) { Some(hex) } else { None }
}

/// Appends a number with at least so many digits, after `0x` if they are hexadecimal.
fn push(out: &mut String, number: u64, width: u32, base: u64) {
    if base == 16 {
        out.push_str("0x");
    }
    // The number's highest digit, or the first of the width.
    let mut weight = base.pow(width - 1);
    while number / weight >= base {
        weight *= base;
    }
    while weight > 0 {
        let digit = number / weight % base;
        out.push(char::from(b"0123456789abcdef"[digit as usize & 15]));
        weight /= base;
    }
}

macro_rules! numbers {
    ($($(#[$meta:meta])* $name:ident($ty:ident), $read:ident up to $max:expr, written $width:literal digits in base $base:literal, $expected:literal;)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $ty);

        impl Scalar for $name {
            const NUMBER: bool = $base == 10;

            fn parse(text: &str) -> Result<Self, ScalarError> {
                let number = $read(text).filter(|number| *number <= $max);
                let number = number.and_then(|number| $ty::try_from(number).ok());
                number.map($name).ok_or_else(|| ScalarError::expected($expected))
            }

            fn blanks(&self) -> Blanks {
                Blanks::Before
            }

            fn write(&self, out: &mut String) {
                push(out, u64::from(self.0), $width, $base);
            }

            fn check(&self, _written: &str) -> Result<(), ScalarError> {
                if u64::from(self.0) <= $max { Ok(()) } else { Err(ScalarError::expected($expected)) }
            }
        }

        impl From<$ty> for $name {
            fn from(number: $ty) -> Self {
                $name(number)
            }
        }

        domxml_runtime::scalar_text!($name);
        domxml_runtime::initial!($name);
    )*};
}

numbers! {
    /// A number read in any base and written in decimal digits.
    AnyBase(u64), any_base up to u64::MAX, written 1 digits in base 10, "a whole number, in decimal digits or after 0x";
    /// A number of 32 bits, read in any base and written in decimal digits.
    AnyBaseInt(u32), any_base up to u64::from(u32::MAX), written 1 digits in base 10, "a whole number of 32 bits, in decimal digits or after 0x";
    /// A part of an address that is read in decimal digits alone.
    Decimal(u32), decimal up to u64::from(u32::MAX), written 1 digits in base 10, "a whole number in decimal digits";
    /// A number of which a schema takes 32 bits and libvirt reads those that have no sign in an `int`.
    Natural(u32), decimal up to i32::MAX as u64, written 1 digits in base 10, "a whole number from 0 to 2147483647";
    /// A number of 8 bits, in decimal digits or after `0x`.
    Byte(u8), decimal_or_hex up to 0xff, written 1 digits in base 10, "a whole number from 0 to 255";
    /// A number of 24 bits, in decimal digits or after `0x`.
    ThreeBytes(u32), decimal_or_hex up to 0xff_ffff, written 1 digits in base 10, "a whole number from 0 to 16777215";
    /// A number of which a schema takes 32 bits and libvirt reads 64.
    WideNumber(u64), decimal up to u64::MAX, written 1 digits in base 10, "a whole number in decimal digits";
    /// A number of 64 bits of which `-1` is read as the greatest.
    WrappingLong(u64), wrapping up to u64::MAX, written 1 digits in base 10, "a whole number in decimal digits";
    /// A number of 32 bits of which `-1` is read as the greatest.
    WrappingInt(u32), wrapping_int up to u64::from(u32::MAX), written 1 digits in base 10, "a whole number in decimal digits";
    /// A number read in decimal digits, whatever zeros stand before them, or after `0x`.
    DecimalOrHex(u32), decimal_or_hex up to u64::from(u32::MAX), written 1 digits in base 10, "a whole number in decimal digits";
    /// A number read in hexadecimal digits, with or without `0x`, and written as `0x3f8`.
    HexNumber(u64), hexadecimal up to u64::MAX, written 1 digits in base 16, "a hexadecimal number";
    /// A hexadecimal number of 32 bits, with or without `0x`.
    HexInt(u32), hexadecimal up to u64::from(u32::MAX), written 1 digits in base 16, "a hexadecimal number of 32 bits";
    /// The domain of a PCI address.
    PciDomain(u32), any_base up to u64::from(u32::MAX), written 4 digits in base 16, "a number from 0x0000 to 0xffffffff";
    /// The bus of a PCI address.
    PciBus(u8), any_base up to 0xff, written 2 digits in base 16, "a number from 0x00 to 0xff";
    /// The slot of a PCI address.
    PciSlot(u8), any_base up to 0x1f, written 2 digits in base 16, "a number from 0x00 to 0x1f";
    /// The function of a PCI address.
    PciFunction(u8), any_base up to 7, written 1 digits in base 16, "a number from 0x0 to 0x7";
    /// The identifier that an s390 guest gives a PCI function.
    ZpciUid(u16), any_base up to 0xffff, written 4 digits in base 16, "a number from 0x0000 to 0xffff";
    /// The slot identifier of a PCI function on s390.
    ZpciFid(u32), any_base up to u64::from(u32::MAX), written 8 digits in base 16, "a number from 0x00000000 to 0xffffffff";
    /// A port of PCI Express.
    PciePort(u8), any_base up to 0xff, written 1 digits in base 16, "a number from 0x0 to 0xff";
    /// A vendor or product number of USB.
    UsbId(u16), any_base up to 0xffff, written 4 digits in base 16, "a number from 0x0000 to 0xffff";
    /// A register of the pSeries bus. Its 32 bits do not keep libvirt from reading more.
    SpaprVioReg(u64), hexadecimal up to u64::MAX, written 8 digits in base 16, "a hexadecimal number";
    /// A channel subsystem.
    CcwCssid(u8), any_base up to 0xfe, written 1 digits in base 16, "a number from 0x0 to 0xfe";
    /// A set of subchannels.
    CcwSsid(u8), any_base up to 3, written 1 digits in base 16, "a number from 0x0 to 0x3";
    /// A device of a channel subsystem.
    CcwDevno(u16), any_base up to 0xffff, written 4 digits in base 16, "a number from 0x0000 to 0xffff";
    /// The policy of a SEV guest.
    SevPolicy(u32), hexadecimal up to u64::from(u32::MAX), written 4 digits in base 16, "a hexadecimal number of 32 bits";
    /// The policy of a SEV-SNP guest.
    SevSnpPolicy(u64), hexadecimal up to u64::MAX, written 8 digits in base 16, "a hexadecimal number of 64 bits";
    /// Permission bits of a file.
    OctalMode(u16), octal up to 0o777, written 4 digits in base 8, "an octal number from 0000 to 0777";
}

/// Reads decimal digits with or without a sign.
fn signed(text: &str) -> Option<i64> {
    sign(text, decimal)
}

/// As [`any_base`], with or without a sign.
fn signed_any_base(text: &str) -> Option<i64> {
    sign(text, any_base)
}

fn sign(text: &str, read: impl Fn(&str) -> Option<u64>) -> Option<i64> {
    match trim(text).strip_prefix('-') {
        Some(digits) if digits.starts_with(|c: char| c.is_ascii_digit()) => 0i64.checked_sub_unsigned(read(digits)?),
        Some(_) => None,
        None => i64::try_from(read(text)?).ok(),
    }
}

macro_rules! signed {
    ($($(#[$meta:meta])* $name:ident($ty:ident), $read:ident, $expected:literal;)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $ty);

        impl Scalar for $name {
            const NUMBER: bool = true;

            fn parse(text: &str) -> Result<Self, ScalarError> {
                let number = $read(text).and_then(|number| $ty::try_from(number).ok());
                number.map($name).ok_or_else(|| ScalarError::expected($expected))
            }

            fn blanks(&self) -> Blanks {
                Blanks::Before
            }

            fn write(&self, out: &mut String) {
                out.push_str(&self.0.to_string());
            }
        }

        impl From<$ty> for $name {
            fn from(number: $ty) -> Self {
                $name(number)
            }
        }

        domxml_runtime::scalar_text!($name);
        domxml_runtime::initial!($name);
    )*};
}

signed! {
    /// A number of which a schema takes what has no sign and libvirt reads one with it.
    Signed(i32), signed, "a whole number in decimal digits";
    /// A number of which a schema takes what has no sign and libvirt reads one with it, in any base.
    SignedInt(i32), signed_any_base, "a whole number, in decimal digits or after 0x";
    /// A number with a sign, read in any base and written in decimal digits.
    SignedAnyBase(i64), signed_any_base, "a whole number, in decimal digits or after 0x";
}

/// How often a guest tries for a lock before it tells the hypervisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Retries {
    /// So often.
    Count(u32),
    /// The `-1` that libvirt before 11.9.0 writes for the greatest number, and that no libvirt reads.
    MinusOne,
}

impl Retries {
    /// The greatest number, which stands for never.
    pub const NEVER: Self = Self::Count(u32::MAX);
}

impl Scalar for Retries {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        if trim(text) == "-1" {
            return Ok(Self::MinusOne);
        }
        let number = any_base(text).and_then(|number| u32::try_from(number).ok());
        number.map(Self::Count).ok_or_else(|| ScalarError::expected("a whole number from 0 to 4294967295"))
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Count(number) => push(out, u64::from(*number), 1, 10),
            Self::MinusOne => out.push_str("-1"),
        }
    }

    fn blanks(&self) -> Blanks {
        Blanks::Before
    }

    fn objection(&self) -> Option<&'static str> {
        match self {
            Self::Count(_) => None,
            Self::MinusOne => Some("older versions of libvirt write it for 4294967295, but none reads it"),
        }
    }
}

domxml_runtime::scalar_text!(Retries);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::testing::check;

    #[test]
    fn signs_and_bases_are_those_of_the_attribute() {
        check::<Signed>(&[
            ("-1", Some("-1")),
            ("65536", Some("65536")),
            ("010", Some("10")),
            ("0x1f", None),
            ("--1", None),
        ]);
        check::<SignedAnyBase>(&[("-0x1f", Some("-31")), ("010", Some("8")), ("foo", None), ("- 1", None)]);
        check::<WrappingInt>(&[("-1", Some("4294967295")), ("7", Some("7")), ("4294967296", None)]);
        check::<WrappingLong>(&[("-1", Some("18446744073709551615")), ("-", None), ("0x1f", None)]);
        check::<DecimalOrHex>(&[("010", Some("10")), ("0x1f", Some("31"))]);
        check::<SignedInt>(&[("-1", Some("-1")), ("0x10", Some("16")), ("2147483648", None)]);
        check::<Natural>(&[("2147483647", Some("2147483647")), ("2147483648", None), ("-1", None)]);
        check::<AnyBaseInt>(&[("0x10", Some("16")), ("4294967296", None)]);
        check::<Byte>(&[("0xff", Some("255")), ("256", None)]);
        check::<ThreeBytes>(&[("16777215", Some("16777215")), ("0x1000000", None)]);
        check::<HexInt>(&[("3f8", Some("0x3f8")), ("0x100000000", None)]);
    }

    #[test]
    fn numbers_are_read_as_libvirt_reads_them() {
        check::<PciSlot>(&[
            ("10", Some("0x0a")),
            ("010", Some("0x08")),
            ("0x1F", Some("0x1f")),
            (" +5", Some("0x05")),
            ("0", Some("0x00")),
            ("08", None),
            ("0a", None),
            ("0x20", None),
            ("-1", None),
            ("", None),
            ("+", None),
            ("0x", None),
            ("++1", None),
        ]);
        check::<UsbId>(&[("1234", Some("0x04d2")), ("abcd", None), ("0x12345", None)]);
        check::<HexNumber>(&[("3f8", Some("0x3f8")), ("0X10", Some("0x10")), ("10", Some("0x10"))]);
        check::<AnyBase>(&[("0x12", Some("18")), ("18446744073709551615", Some("18446744073709551615"))]);
        check::<Decimal>(&[("007", Some("7")), ("0x0", None), ("a", None)]);
        check::<PciDomain>(&[("0x10000", Some("0x10000")), ("0x100000000", None)]);
    }

    #[test]
    fn modes_are_octal() {
        check::<OctalMode>(&[("755", Some("0755")), ("7", Some("0007")), ("1777", None), ("8", None)]);
    }
}
