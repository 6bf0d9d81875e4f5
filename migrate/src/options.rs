//! What a result is wanted for: which form, which libvirt, which driver, and how much of a file is touched.

#[cfg(feature = "cli")]
use clap::ValueEnum;
use domxml::DomainType;
use domxml_runtime::Version;
use serde::Serialize;

use crate::features;

/// `--profile`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// The current form, no legacy copies; nothing is dropped
    #[default]
    Modern,
    /// What `virsh dumpxml --inactive` prints
    Libvirt,
}

impl Profile {
    /// The word for it on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Modern => "modern",
            Self::Libvirt => "libvirt",
        }
    }
}

/// `--layout`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// Print what is changed, in the file's own style; every other byte stays
    Keep,
    /// Print the whole document anew, in libvirt's layout
    Canonical,
}

impl Layout {
    /// What is meant where none is named: profile `libvirt` is what libvirt prints, to the byte.
    #[must_use]
    pub fn of(profile: Profile) -> Self {
        match profile {
            Profile::Modern => Self::Keep,
            Profile::Libvirt => Self::Canonical,
        }
    }
}

/// `--unknown`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(ValueEnum))]
pub enum Unknown {
    /// Keep it in place and report it
    #[default]
    Keep,
    /// Refuse the file
    Deny,
}

/// What becomes of what the schema does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The file is refused.
    Denied,
    /// It is kept in place.
    Kept,
    /// It is left out, as the libvirt that was asked for reads past it; a value that it would refuse is an error.
    Dropped,
    /// The file is left: no libvirt is named that would drop it.
    Left,
    /// It is left out, to compare what is known.
    PassedOver,
}

impl Fate {
    /// What `--unknown` means, and what holds without it.
    #[must_use]
    pub fn of(profile: Profile, target: &Target, unknown: Option<Unknown>) -> Self {
        match (unknown, profile) {
            (Some(Unknown::Deny), _) => Self::Denied,
            (Some(Unknown::Keep), _) | (None, Profile::Modern) => Self::Kept,
            (None, Profile::Libvirt) if target.named => Self::Dropped,
            (None, Profile::Libvirt) => Self::Left,
        }
    }
}

/// `--driver`: the part of libvirt that runs a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "cli", derive(ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Driver {
    /// QEMU, with and without hardware virtualization.
    Qemu,
    /// Xen.
    Xen,
    /// Linux containers.
    Lxc,
    /// bhyve.
    Bhyve,
    /// VMware ESX, Workstation and Player.
    Vmware,
    /// Hyper-V.
    Hyperv,
    /// VirtualBox.
    Vbox,
    /// Virtuozzo.
    Vz,
    /// OpenVZ containers.
    Openvz,
    /// IBM PowerVM.
    Phyp,
    /// User Mode Linux.
    Uml,
    /// Cloud Hypervisor.
    Ch,
    /// The driver for tests, which takes what any driver takes.
    Test,
}

impl Driver {
    /// The driver that a domain's type asks for.
    #[must_use]
    pub fn of(type_: DomainType) -> Self {
        match type_ {
            DomainType::Qemu | DomainType::Kqemu | DomainType::Kvm | DomainType::Hvf => Self::Qemu,
            DomainType::Xen => Self::Xen,
            DomainType::Lxc => Self::Lxc,
            DomainType::Uml => Self::Uml,
            DomainType::Openvz => Self::Openvz,
            DomainType::Test => Self::Test,
            DomainType::Vmware => Self::Vmware,
            DomainType::Hyperv => Self::Hyperv,
            DomainType::Vbox => Self::Vbox,
            DomainType::Phyp => Self::Phyp,
            DomainType::Parallels | DomainType::Vz => Self::Vz,
            DomainType::Bhyve => Self::Bhyve,
            // Of a type without a driver here nothing is known but what holds for all.
            _ => Self::Test,
        }
    }

    /// The word for it on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Qemu => "qemu",
            Self::Xen => "xen",
            Self::Lxc => "lxc",
            Self::Bhyve => "bhyve",
            Self::Vmware => "vmware",
            Self::Hyperv => "hyperv",
            Self::Vbox => "vbox",
            Self::Vz => "vz",
            Self::Openvz => "openvz",
            Self::Phyp => "phyp",
            Self::Uml => "uml",
            Self::Ch => "ch",
            Self::Test => "test",
        }
    }
}

/// The oldest libvirt that a result of profile `modern` is for, where none is named: of 2020, the oldest that a distribution still supports.
pub const OLDEST: Version = Version::new(6, 0, 0);

/// The libvirts that a result is for: all from the oldest to the newest, in profile `modern`; a single one in profile `libvirt`, whose form it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The first.
    pub oldest: Version,
    /// The last.
    pub newest: Version,
    /// Whether it was asked for: then what it does not know is worth a word.
    pub named: bool,
}

impl Target {
    /// This libvirt alone.
    #[must_use]
    pub fn at(version: Version) -> Self {
        Self { oldest: version, newest: version, named: true }
    }

    /// This libvirt and all newer ones that are known.
    #[must_use]
    pub fn from(oldest: Version) -> Self {
        Self { oldest, newest: features::newest().max(oldest), named: true }
    }

    /// What `--target` means in a profile. Without it profile `libvirt` is the form of the newest libvirt, and profile `modern` is for all from
    /// [`OLDEST`] on that can read the original.
    #[must_use]
    pub fn of(profile: Profile, version: Option<Version>) -> Self {
        let target = match profile {
            Profile::Libvirt => Self::at(version.unwrap_or_else(features::newest)),
            Profile::Modern => Self::from(version.unwrap_or(OLDEST)),
        };
        Self { named: version.is_some(), ..target }
    }

    /// The libvirt whose refusals count: where none is named, those that do not read the original are not meant.
    #[must_use]
    pub fn strictest(&self) -> Version {
        if self.named { self.oldest } else { self.newest }
    }

    /// Whether what holds from one version on, up to another and without that one, holds for all of them.
    #[must_use]
    pub fn all_within(&self, since: Option<Version>, until: Option<Version>) -> bool {
        since.is_none_or(|since| since <= self.oldest) && until.is_none_or(|until| self.newest < until)
    }

    /// Whether it holds for any of them.
    #[must_use]
    pub fn any_within(&self, since: Option<Version>, until: Option<Version>) -> bool {
        since.is_none_or(|since| since <= self.newest) && until.is_none_or(|until| self.oldest < until)
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;

    /// That [`Profile::as_str`] and its like say what the command line takes.
    fn named<T: ValueEnum>(word: impl Fn(&T) -> &'static str) {
        for value in T::value_variants() {
            assert_eq!(value.to_possible_value().expect("it can be typed").get_name(), word(value));
        }
    }

    #[test]
    fn words_are_those_of_the_command_line() {
        named(|profile: &Profile| profile.as_str());
        named(|driver: &Driver| driver.as_str());
    }
}
