//! What a filter of redirected USB devices looks at: a value, or `-1` for any.

use super::number::any_base;
use domxml_runtime::scalar::trim;
use domxml_runtime::{Blanks, Scalar, ScalarError};
use std::fmt::Write;

macro_rules! filters {
    ($($(#[$meta:meta])* $name:ident($ty:ident), written $format:literal, $expected:literal;)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub enum $name {
            /// Any.
            #[default]
            Any,
            /// This one.
            Is($ty),
        }

        impl Scalar for $name {
            fn parse(text: &str) -> Result<Self, ScalarError> {
                if trim(text) == "-1" {
                    return Ok($name::Any);
                }
                let number = any_base(text).filter(|number| i32::try_from(*number).is_ok());
                let number = number.and_then(|number| $ty::try_from(number).ok());
                number.map($name::Is).ok_or_else(|| ScalarError::expected($expected))
            }

            fn blanks(&self) -> Blanks {
                Blanks::Before
            }

            fn write(&self, out: &mut String) {
                // Writing to a string does not fail.
                let _ = match self {
                    $name::Any => write!(out, "-1"),
                    $name::Is(number) => write!(out, $format, number),
                };
            }
        }

        domxml_runtime::scalar_text!($name);
    )*};
}

filters! {
    /// A class of USB devices.
    UsbFilterClass(u8), written "0x{:02X}", "a USB class from 0x00 to 0xFF, or -1";
    /// A vendor or product number of USB. Its 16 bits do not keep libvirt from reading 31.
    UsbFilterId(u32), written "0x{:04X}", "a USB number from 0x0000 to 0xFFFF, or -1";
}

/// The revision of a USB device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum UsbFilterVersion {
    /// Any.
    #[default]
    Any,
    /// This one.
    Is {
        /// Before the dot, at most 99.
        major: u8,
        /// Behind the dot: hundredths.
        minor: u8,
    },
}

fn read_version(text: &str) -> Option<UsbFilterVersion> {
    let (major, minor) = text.split_once('.')?;
    let number = |part: &str| {
        let digits = matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits { part.parse::<u8>().ok() } else { None }
    };
    let (major, hundredths) = (number(major)?, number(minor)?);
    // One digit counts tenths.
    let minor = if minor.len() == 1 { hundredths * 10 } else { hundredths };
    Some(UsbFilterVersion::Is { major, minor })
}

impl Scalar for UsbFilterVersion {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        match trim(text) {
            "-1" => Ok(UsbFilterVersion::Any),
            text => read_version(text).ok_or_else(|| ScalarError::expected("a revision such as 2.00, or -1")),
        }
    }

    fn blanks(&self) -> Blanks {
        Blanks::Before
    }

    fn write(&self, out: &mut String) {
        let _ = match self {
            UsbFilterVersion::Any => write!(out, "-1"),
            UsbFilterVersion::Is { major, minor } => write!(out, "{major}.{minor:02}"),
        };
    }
}

domxml_runtime::scalar_text!(UsbFilterVersion);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::testing::check;

    #[test]
    fn filters_are_read_as_libvirt_reads_them() {
        check::<UsbFilterClass>(&[("8", Some("0x08")), ("0xff", Some("0xFF")), ("-1", Some("-1")), ("256", None)]);
        check::<UsbFilterId>(&[
            ("0xbeef", Some("0xBEEF")),
            ("010", Some("0x0008")),
            ("-2", None),
            ("0x80000000", None),
        ]);
        check::<UsbFilterVersion>(&[
            ("9.4", Some("9.40")),
            ("0.05", Some("0.05")),
            ("12.34", Some("12.34")),
            ("-1", Some("-1")),
            ("1", None),
            ("1.", None),
            ("123.1", None),
            ("1.123", None),
        ]);
    }
}
