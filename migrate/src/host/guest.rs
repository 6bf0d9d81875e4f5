//! A host as one guest finds it.

use std::collections::BTreeSet;

use domxml::host::{
    CpuMode, CpuModeItem, CpuModelUsable, DomainCapabilities, GuestArch, GuestMachine, HostCell, HostDescription, YesNo,
};

use super::{Host, are_kin};
use crate::machine::{Machine, default_family};

/// What a host says about guests of one type, architecture and machine.
#[derive(Debug, Clone, Copy)]
pub struct Guest<'h> {
    host: &'h Host,
    /// `<domain type=>`.
    pub type_: &'h str,
    /// The kind of guest, as `hvm`.
    pub os_type: &'h str,
    /// The architecture; that of the host where the guest names none.
    pub arch: &'h str,
    /// The machine type, if one is named.
    pub machine: Option<&'h str>,
    /// The emulator, if one is named.
    pub emulator: Option<&'h str>,
}

/// What a host says of a machine type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineState<'h> {
    /// It has it.
    There,
    /// It has it, and its emulator says that a later version will not.
    Deprecated,
    /// It does not have it; the alias of the same family, if it has that, and what is behind it.
    Gone(Option<(&'h str, &'h str)>),
}

/// What a host says of a named processor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelState<'h> {
    /// Guests can have it, as far as the host says.
    Usable,
    /// They can, and the emulator advises against it.
    Deprecated,
    /// The host lacks features of it.
    Lacks(Vec<&'h str>),
    /// The emulator knows none of that name.
    Unknown,
}

impl Host {
    /// The host as a guest finds it.
    #[must_use]
    pub fn guest<'h>(&'h self, type_: &'h str, os_type: &'h str, arch: Option<&'h str>) -> Guest<'h> {
        let host = self.capabilities.iter().find_map(|own| Some(own.host.as_ref()?.cpu.as_ref()?.arch.as_str()));
        let arch =
            arch.or(host).or_else(|| self.domains.iter().find_map(|own| own.arch.as_deref())).unwrap_or_default();
        Guest { host: self, type_, os_type, arch, machine: None, emulator: None }
    }
}

impl<'h> Guest<'h> {
    /// The same of one machine and emulator.
    #[must_use]
    pub fn with(self, machine: Option<&'h str>, emulator: Option<&'h str>) -> Self {
        Self { machine, emulator, ..self }
    }

    /// Whether `virsh capabilities` was given.
    #[must_use]
    pub fn has_capabilities(&self) -> bool {
        !self.host.capabilities.is_empty()
    }

    /// What `virsh capabilities` says of the guest's architecture.
    #[must_use]
    pub fn of_arch(&self) -> Option<&'h GuestArch> {
        let guests = self.host.capabilities.iter().flat_map(|capabilities| &capabilities.guests);
        let mut own = guests
            .filter(|guest| guest.os_type.as_deref().unwrap_or("hvm") == self.os_type && guest.arch.name == self.arch);
        own.next().map(|guest| &guest.arch)
    }

    /// Types of domains that the host has for the guest's architecture; none where it does not say.
    #[must_use]
    pub fn types(&self) -> Option<Vec<&'h str>> {
        Some(self.of_arch()?.domains.iter().map(|domain| domain.type_.as_str()).collect())
    }

    /// The emulators that the documents name for guests of this architecture and type.
    #[must_use]
    pub fn emulators(&self) -> Vec<&'h str> {
        self.host.emulators(self.arch, |type_| are_kin(type_, self.type_))
    }

    /// Whether any document names this emulator.
    #[must_use]
    pub fn names_emulator(&self, path: &str) -> bool {
        self.host.names_emulator(path)
    }

    /// The machines of the guest's architecture and type; none where the host does not list them.
    #[must_use]
    pub fn machines(&self) -> Option<&'h [GuestMachine]> {
        let arch = self.of_arch()?;
        let own =
            arch.domains.iter().find(|domain| domain.type_ == self.type_).map(|domain| domain.machines.as_slice());
        own.filter(|machines| !machines.is_empty()).or(Some(arch.machines.as_slice())).filter(|all| !all.is_empty())
    }

    /// What the host says of the guest's machine; none where the guest names none or the host does not list them.
    #[must_use]
    pub fn machine_state(&self) -> Option<MachineState<'h>> {
        let (machines, named) = (self.machines()?, self.machine?);
        if let Some(own) = machines.iter().find(|own| own.value == named) {
            let deprecated = own.deprecated == Some(YesNo::Yes);
            return Some(if deprecated { MachineState::Deprecated } else { MachineState::There });
        }
        let family = Machine::new(named).family;
        let alias = machines.iter().find(|own| own.value == family);
        Some(MachineState::Gone(alias.map(|own| (&*own.value, own.canonical.as_deref().unwrap_or(&own.value)))))
    }

    /// How many CPUs the guest's machine can have; none where the host does not say.
    #[must_use]
    pub fn most_cpus(&self) -> Option<u32> {
        let listed = self.machine.and_then(|named| self.machines()?.iter().find(|own| own.value == named));
        let of_machine = listed.and_then(|own| own.max_cpus);
        of_machine.or_else(|| self.devices()?.vcpu.as_ref().map(|vcpu| vcpu.max))
    }

    /// What `virsh domcapabilities` says of guests of this type, architecture and machine. Another version of the machine serves where it was
    /// not asked about this one, and another kind of virtualization by the same emulator: their devices are the same. None where it was
    /// asked about none of the family.
    #[must_use]
    pub fn devices(&self) -> Option<&'h DomainCapabilities> {
        let canonical = self.machine.map(|named| self.host.machine(self.arch, named).unwrap_or(named));
        let family = canonical.map_or(default_family(self.arch), |machine| Machine::new(machine).family);
        let fits = |own: &&DomainCapabilities| {
            let machine = own.machine.as_deref().unwrap_or_default();
            self.shares_devices(own) && own.arch.as_deref() == Some(self.arch) && Machine::new(machine).family == family
        };
        let same_emulator = |own: &DomainCapabilities| self.emulator.is_none() || own.path.as_deref() == self.emulator;
        let same_machine = |own: &DomainCapabilities| canonical.is_some() && own.machine.as_deref() == canonical;
        self.host
            .domains
            .iter()
            .filter(fits)
            .max_by_key(|own| (own.domain.as_deref() == Some(self.type_), same_emulator(own), same_machine(own)))
    }

    fn shares_devices(&self, own: &DomainCapabilities) -> bool {
        let qemu = |type_: &str| ["qemu", "kvm", "hvf"].contains(&type_);
        let domain = own.domain.as_deref().unwrap_or(self.type_);
        domain == self.type_ || qemu(domain) && qemu(self.type_)
    }

    /// A way to choose a processor, which depends on the kind of virtualization; none where the host does not say.
    #[must_use]
    pub fn cpu_mode(&self, name: &str) -> Option<&'h CpuMode> {
        let own = self.devices().filter(|own| own.domain.as_deref() == Some(self.type_))?;
        own.cpu.as_ref()?.modes.iter().find(|mode| mode.name == name)
    }

    /// What the host says of a named processor; none where it lists none.
    #[must_use]
    pub fn cpu_model(&self, name: &str) -> Option<ModelState<'h>> {
        let items = &self.cpu_mode("custom").filter(|mode| mode.supported == YesNo::Yes)?.items;
        let mut models = items.iter().filter_map(|item| match item {
            CpuModeItem::Model(model) => Some(model),
            _ => None,
        });
        let Some(model) = models.find(|model| model.value == name) else { return Some(ModelState::Unknown) };
        let blockers = items.iter().find_map(|item| match item {
            CpuModeItem::Blockers(blockers) if blockers.model == name => Some(blockers),
            _ => None,
        });
        Some(match (model.usable, model.deprecated) {
            (Some(CpuModelUsable::No), _) => {
                ModelState::Lacks(blockers.iter().flat_map(|it| &it.features).map(|it| it.name.as_str()).collect())
            }
            (_, Some(YesNo::Yes)) => ModelState::Deprecated,
            _ => ModelState::Usable,
        })
    }

    /// The NUMA nodes of the host; empty where it does not say.
    #[must_use]
    pub fn cells(&self) -> &'h [HostCell] {
        let topology = self.host.capabilities.iter().find_map(|own| own.host.as_ref()?.topology.as_ref());
        topology.map_or(&[], |topology| topology.cells.cells.as_slice())
    }

    /// The CPUs of the host; empty where it does not say.
    #[must_use]
    pub fn cpus(&self) -> BTreeSet<u32> {
        self.cells().iter().flat_map(|cell| &cell.cpus).flat_map(|cpus| &cpus.cpus).map(|cpu| cpu.id).collect()
    }

    /// The memory of some nodes in bytes; none where the host does not say, or has not all of them.
    #[must_use]
    pub fn memory_of(&self, nodes: impl Iterator<Item = u32>) -> Option<u64> {
        let mut sum = 0_u64;
        for node in nodes {
            let cell = self.cells().iter().find(|cell| cell.id == node)?;
            let memory = cell.memory.as_ref()?;
            sum = sum.saturating_add(memory.value.saturating_mul(memory.unit.bytes()));
        }
        (sum > 0).then_some(sum)
    }

    /// The host itself, as `virsh capabilities` describes it.
    #[must_use]
    pub fn own(&self) -> Option<&'h HostDescription> {
        self.host.capabilities.iter().find_map(|own| own.host.as_ref())
    }
}
