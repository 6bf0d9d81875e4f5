//! Version numbers of libvirt.

use std::fmt;
use std::str::FromStr;

/// A version, as `1.2.7`. A missing third number is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Version {
    /// First number.
    pub major: u16,
    /// Second number.
    pub minor: u16,
    /// Third number.
    pub micro: u16,
}

impl Version {
    /// The version `major.minor.micro`.
    #[must_use]
    pub const fn new(major: u16, minor: u16, micro: u16) -> Self {
        Version { major, minor, micro }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

/// The text is not a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAVersion;

impl fmt::Display for NotAVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a version such as 1.2.7")
    }
}

impl std::error::Error for NotAVersion {}

impl FromStr for Version {
    type Err = NotAVersion;

    /// Reads two or three numbers with dots between.
    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let mut numbers = text.split('.').map(|part| match part.bytes().all(|b| b.is_ascii_digit()) {
            true => part.parse::<u16>().map_err(|_| NotAVersion),
            false => Err(NotAVersion),
        });
        let major = numbers.next().ok_or(NotAVersion)??;
        let minor = numbers.next().ok_or(NotAVersion)??;
        let micro = numbers.next().unwrap_or(Ok(0))?;
        match numbers.next() {
            None => Ok(Version { major, minor, micro }),
            Some(_) => Err(NotAVersion),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_ordered() {
        assert_eq!("1.2.7".parse(), Ok(Version::new(1, 2, 7)));
        assert_eq!("11.3".parse(), Ok(Version::new(11, 3, 0)));
        for bad in ["", "1", "1.", "1.2.3.4", "1.x", "1.+2", "99999.1"] {
            assert_eq!(bad.parse::<Version>(), Err(NotAVersion), "{bad}");
        }
        assert!(Version::new(0, 10, 2) > Version::new(0, 9, 13));
    }
}
