//! What rows may look at: the two documents, and what follows from them.

use std::cell::OnceCell;

use super::addresses::Addresses;
use super::tree::Element;
use crate::host::Host;

/// The two documents and what follows from them.
#[derive(Debug)]
pub struct World<'a> {
    /// As asked for.
    pub desired: &'a Element<'a>,
    /// As it stands.
    pub actual: &'a Element<'a>,
    /// Whether the second is the dump of a running domain.
    pub running: bool,
    /// The architecture of the guest.
    pub arch: &'a str,
    /// The machine that the guest has.
    pub machine: Machine<'a>,
    /// What the host says of itself; nothing where it was not asked.
    pub host: &'a Host,
    addresses: OnceCell<Addresses<'a>>,
}

/// A machine type, as `pc-q35-9.2`: a family and a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine<'a> {
    /// The name.
    pub name: &'a str,
    /// What all versions have in common: `pc`, `q35`, `virt`, `pseries`, `s390-ccw-virtio`, or else the name.
    pub family: &'a str,
}

impl<'a> Machine<'a> {
    /// Tells the family of a machine.
    #[must_use]
    pub fn new(name: &'a str) -> Self {
        let family = match name {
            "pc" | "q35" => name,
            _ if name.starts_with("pc-q35") => "q35",
            // 0.10 to 1.3 and those of RHEL 6 are from the time in which there was one kind of PC only.
            _ if name.starts_with("pc-i440fx") || name.starts_with("pc-0.") || name.starts_with("pc-1.") => "pc",
            _ if name.starts_with("rhel6.") || name.starts_with("rhel5.") => "pc",
            _ => unversioned(name),
        };
        Self { name, family }
    }

    /// Whether the name stands for the newest of a family.
    #[must_use]
    pub fn is_alias(&self) -> bool {
        self.name == self.family
    }
}

/// `virt` of `virt-9.2`, `pseries` of `pseries-rhel7.6.0`.
fn unversioned(name: &str) -> &str {
    let version = |at: &usize| {
        let rest = &name[at + 1..];
        rest.starts_with(|c: char| c.is_ascii_digit()) || rest.starts_with("rhel")
    };
    match name.match_indices('-').map(|(at, _)| at).find(version) {
        Some(at) => &name[..at],
        None => name,
    }
}

impl<'a> World<'a> {
    /// Looks the two documents over.
    #[must_use]
    pub fn new(desired: &'a Element<'a>, actual: &'a Element<'a>, running: bool, host: &'a Host) -> Self {
        let first = |path: &str| desired.value(path).or_else(|| actual.value(path)).unwrap_or_default();
        let machine = Machine::new(first("os/type/@machine"));
        let arch = first("os/type/@arch");
        Self { desired, actual, running, arch, machine, host, addresses: OnceCell::new() }
    }

    /// The addresses of the document as it stands.
    pub fn addresses(&self) -> &Addresses<'a> {
        self.addresses.get_or_init(|| Addresses::of(self.actual, self.machine.family))
    }

    /// Whether the machine is of one of these families.
    #[must_use]
    pub fn is(&self, families: &[&str]) -> bool {
        families.contains(&self.machine.family)
    }

    /// The devices of the document as it stands.
    pub fn devices<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Element<'a>> + 's {
        self.actual.child("devices").into_iter().flat_map(move |devices| devices.children_named(name))
    }

    /// The devices that were asked for.
    pub fn asked<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Element<'a>> + 's {
        self.desired.child("devices").into_iter().flat_map(move |devices| devices.children_named(name))
    }

    /// Whether the guest is a PC of 32 or 64 bit.
    #[must_use]
    pub fn is_x86(&self) -> bool {
        matches!(self.arch, "x86_64" | "i686")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_of_machines() {
        for (name, family) in [
            ("pc", "pc"),
            ("pc-i440fx-9.2", "pc"),
            ("pc-0.13", "pc"),
            ("rhel6.6.0", "pc"),
            ("pc-q35-rhel9.4.0", "q35"),
            ("q35", "q35"),
            ("virt-9.2", "virt"),
            ("virt", "virt"),
            ("pseries-rhel7.6.0-sxxm", "pseries"),
            ("s390-ccw-virtio-8.1", "s390-ccw-virtio"),
            ("versatilepb", "versatilepb"),
            ("", ""),
        ] {
            assert_eq!(Machine::new(name).family, family, "{name}");
        }
    }
}
