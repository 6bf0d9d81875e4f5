//! What a machine type is: which of QEMU's boards, and what that has.

use domxml::{ArchName, Os};

use crate::machine::{Machine, default_family};

/// A board, as far as libvirt tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Board {
    /// `pc`: an i440FX with ISA, IDE and conventional PCI.
    I440fx,
    /// `q35`: PCI Express, SATA.
    Q35,
    /// `microvm`: x86 without PCI, as libvirt knows it.
    Microvm,
    /// `isapc`: x86 without PCI.
    Isapc,
    /// `virt` of ARM.
    ArmVirt,
    /// `virt` of RISC-V.
    RiscvVirt,
    /// `virt` of `LoongArch`.
    LoongarchVirt,
    /// `pseries`.
    Pseries,
    /// `s390-ccw-virtio`.
    S390Ccw,
    /// Machines of Power other than `pseries`.
    Power,
    /// Boards of ARM without PCI: `vexpress-a9` and its like.
    ArmBare,
    /// Another one.
    Other,
}

/// Which PCI controller the first one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PciRoot {
    /// `pci-root`.
    Conventional,
    /// `pcie-root`.
    Express,
}

/// Whether an architecture is x86; where none is named, the host's is meant, which we take for one.
#[must_use]
pub fn is_x86(arch: Option<ArchName>) -> bool {
    matches!(arch, None | Some(ArchName::X86_64 | ArchName::I686))
}

/// Whether an architecture is s390.
#[must_use]
pub fn is_s390(arch: Option<ArchName>) -> bool {
    matches!(arch, Some(ArchName::S390 | ArchName::S390x))
}

/// Whether an architecture is Power.
#[must_use]
pub fn is_power(arch: Option<ArchName>) -> bool {
    arch == Some(ArchName::Ppc) || is_power64(arch)
}

/// Whether an architecture is Power of 64 bits.
#[must_use]
pub fn is_power64(arch: Option<ArchName>) -> bool {
    matches!(arch, Some(ArchName::Ppc64 | ArchName::Ppc64le))
}

/// Whether an architecture is SPARC.
#[must_use]
pub fn is_sparc(arch: Option<ArchName>) -> bool {
    matches!(arch, Some(ArchName::Sparc | ArchName::Sparc64))
}

impl Board {
    /// The board of `<os>`. An alias is its family; without a machine type it is the one that libvirt takes for the architecture.
    #[must_use]
    pub fn of(os: Option<&Os>) -> Self {
        let type_ = os.and_then(|os| os.type_.as_ref());
        let arch = type_.and_then(|type_| type_.arch);
        let machine = type_.and_then(|type_| type_.machine.as_deref());
        let usual = || default_family(arch.unwrap_or(ArchName::X86_64).as_str());
        match (arch, machine.map_or_else(usual, |machine| Machine::new(machine).family)) {
            (arch, "pc") if is_x86(arch) => Self::I440fx,
            (arch, "q35") if is_x86(arch) => Self::Q35,
            (arch, "microvm") if is_x86(arch) => Self::Microvm,
            (arch, "isapc") if is_x86(arch) => Self::Isapc,
            (Some(ArchName::Aarch64 | ArchName::Armv7l | ArchName::Armv6l), family) => match family {
                "virt" => Self::ArmVirt,
                _ if family.starts_with("vexpress-") || family.starts_with("realview-") => Self::ArmBare,
                _ => Self::Other,
            },
            (Some(ArchName::Riscv64 | ArchName::Riscv32), "virt") => Self::RiscvVirt,
            (Some(ArchName::Loongarch64), "virt") => Self::LoongarchVirt,
            (Some(ArchName::Ppc64 | ArchName::Ppc64le), "pseries") => Self::Pseries,
            (Some(ArchName::S390 | ArchName::S390x), _) => Self::S390Ccw,
            (arch, _) if is_power(arch) => Self::Power,
            _ => Self::Other,
        }
    }

    /// Whether it has ACPI tables; the others refuse `<acpi/>`.
    #[must_use]
    pub fn has_acpi(self, arch: Option<ArchName>) -> bool {
        is_x86(arch) || matches!(self, Self::ArmVirt | Self::RiscvVirt | Self::LoongarchVirt)
    }

    /// Its first PCI controller; none where there is no PCI or nothing is known of it.
    #[must_use]
    pub fn pci_root(self) -> Option<PciRoot> {
        match self {
            Self::I440fx | Self::Pseries | Self::S390Ccw | Self::Power => Some(PciRoot::Conventional),
            Self::Q35 | Self::ArmVirt | Self::RiscvVirt | Self::LoongarchVirt => Some(PciRoot::Express),
            Self::Microvm | Self::Isapc | Self::ArmBare | Self::Other => None,
        }
    }

    /// Whether it is known to have no PCI.
    #[must_use]
    pub fn lacks_pci(self) -> bool {
        matches!(self, Self::Microvm | Self::Isapc | Self::ArmBare)
    }

    /// Whether it has a USB controller of its own; none where that is not known.
    #[must_use]
    pub fn has_usb(self) -> Option<bool> {
        match self {
            Self::I440fx | Self::Q35 | Self::Pseries | Self::Power => Some(true),
            Self::Other => None,
            _ => Some(false),
        }
    }

    /// Whether it has a PS/2 controller; none where that is not known.
    #[must_use]
    pub fn has_ps2(self) -> Option<bool> {
        match self {
            Self::I440fx | Self::Q35 | Self::Isapc => Some(true),
            Self::Other => None,
            _ => Some(false),
        }
    }

    /// Whether it can have a floppy drive; none where that is not known.
    #[must_use]
    pub fn has_floppy(self) -> Option<bool> {
        match self {
            Self::I440fx | Self::Q35 | Self::Isapc | Self::Microvm | Self::Power => Some(true),
            Self::Other => None,
            _ => Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(type_: &str) -> Board {
        let os = Os::from_xml(&format!("<os><type {type_}>hvm</type></os>")).expect("an os");
        Board::of(Some(&os))
    }

    #[test]
    fn aliases_and_versions_are_of_their_family() {
        assert_eq!(Board::of(None), Board::I440fx);
        for (type_, expected) in [
            ("", Board::I440fx),
            ("arch='x86_64' machine='pc'", Board::I440fx),
            ("arch='i686' machine='pc-0.13'", Board::I440fx),
            ("arch='x86_64' machine='rhel6.6.0'", Board::I440fx),
            ("arch='x86_64' machine='pc-i440fx-2.1'", Board::I440fx),
            ("machine='q35'", Board::Q35),
            ("arch='x86_64' machine='pc-q35-rhel9.4.0'", Board::Q35),
            ("arch='aarch64'", Board::ArmVirt),
            ("arch='aarch64' machine='virt-6.2'", Board::ArmVirt),
            ("arch='riscv64' machine='virt'", Board::RiscvVirt),
            ("arch='ppc64le'", Board::Pseries),
            ("arch='ppc64' machine='pseries-2.7'", Board::Pseries),
            ("arch='ppc64' machine='powernv9'", Board::Power),
            ("arch='s390x'", Board::S390Ccw),
            ("arch='armv7l' machine='vexpress-a9'", Board::ArmBare),
            ("arch='x86_64' machine='xenfv'", Board::Other),
        ] {
            assert_eq!(board(type_), expected, "{type_}");
        }
    }
}
