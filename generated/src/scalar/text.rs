//! Texts of which several are the same: letters in any case, paths with slashes to spare.

use domxml_runtime::{Scalar, ScalarError, ValueInfo};

/// A parameter for the boot loader of s390 machines: one to eight letters, digits, dots and blanks, written in capitals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LoadParm(String);

impl LoadParm {
    /// The parameter, in capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Scalar for LoadParm {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        let valid = (1..=8).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte.is_ascii_whitespace());
        match valid {
            true => Ok(LoadParm(text.to_ascii_uppercase())),
            false => Err(ScalarError::expected("one to eight letters, digits, dots and blanks")),
        }
    }

    fn write(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

/// A switch of which libvirt reads any text, though only two have a meaning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum LaxYesNo {
    /// `yes`.
    #[default]
    Yes,
    /// `no`.
    No,
    /// Another text, which libvirt reads past.
    Other(Box<str>),
}

impl Scalar for LaxYesNo {
    const VALUES: &'static [ValueInfo] = &[ValueInfo::of("yes"), ValueInfo::of("no")];

    fn parse(text: &str) -> Result<Self, ScalarError> {
        Ok(match text {
            "yes" => Self::Yes,
            "no" => Self::No,
            other => Self::Other(other.into()),
        })
    }

    fn write(&self, out: &mut String) {
        out.push_str(match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Other(text) => text,
        });
    }
}

/// The models whose spelling libvirt knows.
const NIC_MODELS: &[&str] = &[
    "netfront",
    "rtl8139",
    "virtio",
    "e1000",
    "e1000e",
    "igb",
    "virtio-transitional",
    "virtio-non-transitional",
    "usb-net",
    "spapr-vlan",
    "lan9118",
    "scm91c111",
    "vlance",
    "vmxnet",
    "vmxnet2",
    "vmxnet3",
    "Am79C970A",
    "Am79C973",
    "82540EM",
    "82545EM",
    "82543GC",
];

/// A model of network card. One that libvirt knows is written as libvirt spells it, any other as it was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NicModel(String);

impl NicModel {
    /// The model's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Scalar for NicModel {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
            return Err(ScalarError::expected("a name of letters, digits, '-' and '_'"));
        }
        let known = NIC_MODELS.iter().find(|known| known.eq_ignore_ascii_case(text));
        Ok(NicModel(known.map_or(text, |known| known).to_owned()))
    }

    fn write(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

/// The path of a file, written without slashes to spare: neither several in a row, save two at the start, nor one at the end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CleanPath(String);

impl CleanPath {
    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Scalar for CleanPath {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        // In a URI, slashes may count.
        if text.contains("://") {
            return Ok(CleanPath(text.to_owned()));
        }
        let (start, rest) = match text.strip_prefix("//").filter(|rest| !rest.starts_with('/')) {
            Some(rest) => ("//", rest),
            None => ("", text),
        };
        let mut clean = start.to_owned();
        for char in rest.chars() {
            if char != '/' || !clean.ends_with('/') {
                clean.push(char);
            }
        }
        if clean.len() > 1 && rest.ends_with('/') {
            clean.pop();
        }
        Ok(CleanPath(clean))
    }

    fn write(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

domxml_runtime::scalar_text!(CleanPath, LoadParm, NicModel, LaxYesNo);
domxml_runtime::initial!(CleanPath);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::testing::check;

    #[test]
    fn paths_lose_slashes() {
        check::<CleanPath>(&[
            ("//a//b/", Some("//a/b")),
            ("///a///b", Some("/a/b")),
            ("/", Some("/")),
            ("//", Some("//")),
            ("/a", Some("/a")),
            ("a//b", Some("a/b")),
            ("nbd://a//b", Some("nbd://a//b")),
            ("", Some("")),
        ]);
    }

    #[test]
    fn letters_get_their_case() {
        check::<LoadParm>(&[("AbC.1", Some("ABC.1")), (" a", Some(" A")), ("toolong12", None), ("", None)]);
        check::<NicModel>(&[
            ("VIRTIO", Some("virtio")),
            ("am79c973", Some("Am79C973")),
            ("Odd_1", Some("Odd_1")),
            ("a b", None),
        ]);
    }
}
