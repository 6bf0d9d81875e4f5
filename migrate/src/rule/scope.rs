//! What surrounds an element: facts of the domain, found once a phase.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domxml::{
    ArchName, ControllerTypeUsb, ControllerTypeUsbModel, Devices, Domain, DomainType, GraphicsType, MemoryAccessMode,
    NumaCellMemAccess, NumatuneMemoryPlacement, OnOff, Os, OsFirmware, OsLoaderType, OsTypeValue, Seclabel,
    SeclabelType, VcpuPlacement, YesNo,
};
use domxml_runtime::{FieldInfo, Version, branch};

use super::board::{Board, is_x86};
use crate::host::{Guest, Host};
use crate::options::{Driver, Target};

/// More I/O threads than this are nobody's intention; they are not listed.
const MOST_IOTHREADS: usize = 65_536;

/// What rows may ask about the domain while one of its elements is in their hands: as it was when the phase began.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The libvirts that the result is for.
    pub target: Target,
    /// The driver that reads it.
    pub driver: Driver,
    /// Whether what only a running domain shows is kept.
    pub live: bool,
    /// What the host says of itself, if it was asked.
    pub host: Option<Arc<Host>>,
    /// `<domain type=>`.
    pub type_: DomainType,
    /// `<os><type>`; none without `<os>`.
    pub os_type: Option<OsTypeValue>,
    /// Whether a boot loader of the host starts the domain.
    pub bootloader: bool,
    /// `<os><type arch=>`.
    pub arch: Option<ArchName>,
    /// `<os><type machine=>`.
    pub machine: Option<String>,
    /// The emulator that is named.
    pub emulator: Option<String>,
    /// The greatest number of CPUs.
    pub vcpus: u32,
    /// The I/O threads.
    pub iothreads: Iothreads,
    /// How many NUMA cells the guest has.
    pub cells: u32,
    /// Whether the CPUs are placed automatically, as far as `<vcpu>` says.
    pub vcpus_placed: bool,
    /// How the memory is placed, if anything is said of it.
    pub memory_placement: Option<NumatuneMemoryPlacement>,
    /// The board that the machine type means.
    pub board: Board,
    /// Whether ACPI is asked for.
    pub acpi: bool,
    /// Whether the firmware is UEFI, as far as `<os>` says.
    pub uefi: bool,
    /// Whether there is a SPICE display.
    pub spice: bool,
    /// Whether there is a display at all.
    pub graphics: bool,
    /// The numbers of the audio back ends.
    pub audio: BTreeSet<u32>,
    /// Whether all of the guest's memory can be shared with other processes.
    pub shared_memory: bool,
    /// Whether the system management mode is on, as far as `<features>` says.
    pub smm: Option<OnOff>,
    /// What is said of the PS/2 controller.
    pub ps2: Option<OnOff>,
    /// Whether a controller of the model `none` takes USB away, and no other gives it.
    pub no_usb: bool,
    /// The security drivers by which no files are labelled, as far as the labels of the domain say.
    pub unlabelled: Vec<Option<String>>,
}

impl Scope {
    pub(crate) fn of(domain: &Domain, target: Target, driver: Option<Driver>, live: bool) -> Self {
        let type_ = domain.os.as_ref().and_then(|os| os.type_.as_ref());
        let driver = driver.unwrap_or_else(|| Driver::of(domain.type_));
        // What Xen's paravirtual guests are called in definitions.
        let of_xen =
            |type_| if driver == Driver::Xen && type_ == OsTypeValue::Linux { OsTypeValue::Xen } else { type_ };
        let bootloader = domain.bootloader.as_ref().is_some_and(|path| !path.is_empty());
        let cells = domain.cpu.iter().flat_map(|cpu| &cpu.numa).map(|numa| numa.cells.len()).sum::<usize>();
        Self {
            target,
            driver,
            live,
            host: None,
            type_: domain.type_,
            // A boot loader of the host starts a paravirtualized guest, unless another is named.
            os_type: type_.map(|type_| of_xen(type_.value)).or(bootloader.then_some(OsTypeValue::Xen)),
            bootloader,
            arch: type_.and_then(|type_| type_.arch),
            machine: type_.and_then(|type_| type_.machine.clone()),
            emulator: domain.devices.as_ref().and_then(|devices| devices.emulator.clone()),
            vcpus: domain.vcpu.as_ref().map_or(1, |vcpu| vcpu.value.into()),
            iothreads: Iothreads::of(domain),
            cells: u32::try_from(cells).unwrap_or(u32::MAX),
            vcpus_placed: vcpus_placed(domain),
            memory_placement: memory_placement(domain),
            board: Board::of(domain.os.as_ref()),
            acpi: domain.features.as_ref().is_some_and(|features| features.acpi),
            uefi: domain.os.as_ref().is_some_and(uefi),
            spice: domain
                .devices
                .iter()
                .flat_map(|devices| &devices.graphics)
                .any(|graphics| matches!(graphics.type_, GraphicsType::Spice(_))),
            graphics: domain.devices.as_ref().is_some_and(|devices| !devices.graphics.is_empty()),
            audio: domain.devices.iter().flat_map(|devices| &devices.audios).map(|audio| audio.id.0).collect(),
            shared_memory: shared_memory(domain),
            smm: domain
                .features
                .iter()
                .filter_map(|it| it.smm.as_ref())
                .map(|smm| smm.state.unwrap_or(OnOff::On))
                .next(),
            ps2: domain.features.iter().filter_map(|features| features.ps2.as_ref()).map(|ps2| ps2.state).next(),
            no_usb: domain.devices.as_ref().is_some_and(no_usb),
            unlabelled: unlabelled(domain, driver),
        }
    }

    /// Whether every libvirt that the result is for knows what came with this version.
    #[must_use]
    pub fn knows(&self, major: u16, minor: u16, micro: u16) -> bool {
        self.target.oldest >= Version::new(major, minor, micro)
    }

    /// Whether the libvirt whose refusals count knows what came with this version.
    #[must_use]
    pub fn strictly_knows(&self, major: u16, minor: u16, micro: u16) -> bool {
        self.target.strictest() >= Version::new(major, minor, micro)
    }

    /// Whether libvirt reads what stands in a field: one that is older reads past what is newer than it.
    #[must_use]
    pub fn reads(&self, line: &FieldInfo) -> bool {
        line.since.is_none_or(|since| since <= self.target.strictest())
    }

    /// The host that was asked, as this guest finds it.
    #[must_use]
    pub fn on_host(&self) -> Option<Guest<'_>> {
        let os_type = self.os_type.as_ref().map_or("", |os_type| os_type.as_str());
        let guest =
            self.host.as_ref()?.guest(self.type_.as_str(), os_type, self.arch.as_ref().map(|arch| arch.as_str()));
        Some(guest.with(self.machine.as_deref(), self.emulator.as_deref()))
    }

    /// Whether the guest is an x86.
    #[must_use]
    pub fn is_x86(&self) -> bool {
        is_x86(self.arch)
    }

    /// Whether its firmware boots the guest, which is fully virtualised then.
    #[must_use]
    pub fn firmware_boots(&self) -> bool {
        self.is_hvm() && !self.bootloader
    }

    /// Whether the guest is fully virtualised.
    #[must_use]
    pub fn is_hvm(&self) -> bool {
        self.os_type == Some(OsTypeValue::Hvm)
    }

    /// Whether the guest is paravirtualised.
    #[must_use]
    pub fn is_paravirtual(&self) -> bool {
        matches!(self.os_type, Some(OsTypeValue::Xen | OsTypeValue::Xenpvh))
    }

    /// Whether the guest is a container.
    #[must_use]
    pub fn is_container(&self) -> bool {
        self.os_type == Some(OsTypeValue::Exe)
    }

    /// Whether libvirt reads of what starts a machine: not of a container, nor of the type `linux` where that is not Xen's.
    #[must_use]
    pub fn is_machine(&self) -> bool {
        !self.is_container() && self.os_type != Some(OsTypeValue::Linux)
    }
}

fn uefi(os: &Os) -> bool {
    let flash = os.loader.as_ref().is_some_and(|loader| loader.type_ == Some(OsLoaderType::Pflash));
    flash || os.firmware == Some(OsFirmware::Efi)
}

fn no_usb(devices: &Devices) -> bool {
    let models = || devices.controllers.iter().filter_map(|it| Some(branch::<ControllerTypeUsb>(&it.type_)?.model));
    let none = Some(ControllerTypeUsbModel::None);
    models().next().is_some() && models().all(|model| model == none)
}

fn unlabelled(domain: &Domain, driver: Driver) -> Vec<Option<String>> {
    let labels_nothing = |label: &&Seclabel| match &label.type_ {
        SeclabelType::None(_) => true,
        SeclabelType::Static(members) => members.relabel != Some(YesNo::Yes),
        _ => false,
    };
    // The drivers of hypervisors know whose a label without a model is.
    let is_told = |label: &&Seclabel| label.model.is_some() || driver == Driver::Test;
    domain.seclabels.iter().filter(labels_nothing).filter(is_told).map(|label| label.model.clone()).collect()
}

/// What is said of a cell goes before what is said of all memory.
fn shared_memory(domain: &Domain) -> bool {
    let access = domain.memory_backing.as_ref().and_then(|backing| backing.access.as_ref());
    let all = access.is_some_and(|access| access.mode == Some(MemoryAccessMode::Shared));
    let mut cells = domain.cpu.iter().flat_map(|cpu| &cpu.numa).flat_map(|numa| &numa.cells).peekable();
    if cells.peek().is_none() {
        return all;
    }
    cells.all(|cell| cell.mem_access.map_or(all, |access| access == NumaCellMemAccess::Shared))
}

fn vcpus_placed(domain: &Domain) -> bool {
    domain.vcpu.as_ref().is_some_and(|vcpu| vcpu.placement == Some(VcpuPlacement::Auto))
}

fn memory_placement(domain: &Domain) -> Option<NumatuneMemoryPlacement> {
    let memory = domain.numatune.as_ref()?.memory.as_ref()?;
    match memory.placement {
        None if memory.nodeset.is_some() => Some(NumatuneMemoryPlacement::Static),
        None if memory.mode.is_none() => None,
        None if vcpus_placed(domain) => Some(NumatuneMemoryPlacement::Auto),
        None => Some(NumatuneMemoryPlacement::Static),
        given => given,
    }
}

/// The numbers of the I/O threads.
#[derive(Debug, Clone, Default)]
pub struct Iothreads {
    /// In libvirt's order: as they are listed, then the lowest that are free.
    pub numbers: Vec<u32>,
    places: BTreeMap<u32, usize>,
}

impl Iothreads {
    fn of(domain: &Domain) -> Self {
        let listed = domain.iothreadids.iter().flat_map(|ids| &ids.iothreads).map(|thread| thread.id);
        let mut numbers: Vec<u32> = listed.collect();
        let wanted = usize::try_from(domain.iothreads.unwrap_or(0)).unwrap_or(usize::MAX);
        if wanted > 0 && wanted <= MOST_IOTHREADS {
            let taken: BTreeSet<u32> = numbers.iter().copied().collect();
            let free = (1..).filter(|id| !taken.contains(id));
            numbers.extend(free.take(wanted.saturating_sub(taken.len())));
        }
        let places = numbers.iter().enumerate().map(|(at, number)| (*number, at)).collect();
        Self { numbers, places }
    }

    /// The place of one in libvirt's order; behind all where there is none.
    #[must_use]
    pub fn place(&self, id: u32) -> usize {
        self.places.get(&id).copied().unwrap_or(usize::MAX)
    }
}

/// Things of the domain that others name by a number.
#[derive(Debug, Clone, Copy)]
pub struct Things {
    /// What one is called.
    pub name: &'static str,
    /// Whether there is one of this number.
    pub has: fn(&Scope, u32) -> bool,
}

/// The CPUs of the guest.
pub const CPUS: Things = Things { name: "CPU", has: |scope, id| id < scope.vcpus };

/// Its I/O threads.
pub const IOTHREADS: Things = Things { name: "I/O thread", has: |scope, id| scope.iothreads.places.contains_key(&id) };

/// Its NUMA cells.
pub const CELLS: Things = Things { name: "cell", has: |scope, id| id < scope.cells };

/// Its audio back ends.
pub const AUDIO: Things = Things {
    name: "audio back end",
    // Where there is none the QEMU driver adds the first.
    has: |scope, id| scope.audio.contains(&id) || scope.driver == Driver::Qemu && scope.audio.is_empty() && id == 1,
};
