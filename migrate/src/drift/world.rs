//! What rows may look at: the two documents, and what follows from them.

use std::cell::OnceCell;

use super::addresses::Addresses;
use super::tree::Element;
use crate::host::Host;
use crate::machine::Machine;

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
