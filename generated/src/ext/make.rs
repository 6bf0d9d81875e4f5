//! Elements from what they must have, and short ways to what is asked for most.

use crate::bindings::{
    CpuTopology, Disk, DiskType, Domain, DomainType, Interface, InterfaceType, MaxMemory, Memory, MemorySize, NumaCell,
    OsTypeValue, Vcpu,
};
use crate::scalar::{self, MacAddress, MemoryUnit, NicModel};
use domxml_runtime::{Element, PathError, field_mut};
use std::fmt;

impl Domain {
    /// A domain with so many MiB of memory, that boots as a machine of its own does; fully virtualised.
    #[must_use]
    pub fn new(type_: DomainType, name: impl Into<String>, mebibytes: u64) -> Self {
        let mut domain = Domain { type_, name: name.into(), ..Domain::default() };
        domain.memory = Some(Memory::new(mebibytes, MemoryUnit::MiB));
        domain.os.get_or_insert_default().type_.get_or_insert_default().value = OsTypeValue::Hvm;
        domain
    }

    /// With so many CPUs.
    #[must_use]
    pub fn vcpus(mut self, count: u16) -> Self {
        self.vcpu = Some(Vcpu { value: count, ..Vcpu::default() });
        self
    }

    /// Adds a device, behind those of its type; one of which there can be one takes the place of what is there.
    ///
    /// # Errors
    ///
    /// `T` is no type of a device: it comes back.
    pub fn attach<T: Element>(&mut self, device: T) -> Result<(), NotADevice<T>> {
        let devices = self.devices.get_or_insert_default();
        if let Some(several) = field_mut::<Vec<T>>(devices) {
            several.push(device);
        } else if let Some(one) = field_mut::<Option<T>>(devices) {
            *one = Some(device);
        } else if let Some(one) = field_mut::<Option<Box<T>>>(devices) {
            *one = Some(Box::new(device));
        } else {
            return Err(NotADevice(device));
        }
        Ok(())
    }
}

/// What was to be attached is no device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotADevice<T>(pub T);

impl<T: Element> fmt::Display for NotADevice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}> is no device", self.0.info().element.map_or("", |name| name.local))
    }
}

impl<T: Element + fmt::Debug> std::error::Error for NotADevice<T> {}

impl Disk {
    fn new(type_: DiskType, target: impl Into<String>) -> Self {
        let mut disk = Disk { type_, ..Disk::default() };
        disk.target.dev = target.into();
        disk
    }

    /// A disk in a file of the host, under this name in the guest (`vda`).
    #[must_use]
    pub fn file(path: impl Into<String>, target: impl Into<String>) -> Self {
        let mut type_ = DiskType::File(Default::default());
        if let DiskType::File(file) = &mut type_ {
            file.source.get_or_insert_default().file = Some(path.into());
        }
        Disk::new(type_, target)
    }

    /// A block device of the host, under this name in the guest.
    #[must_use]
    pub fn block(device: impl Into<String>, target: impl Into<String>) -> Self {
        let mut type_ = DiskType::Block(Default::default());
        if let DiskType::Block(block) = &mut type_ {
            block.source.get_or_insert_default().dev = Some(device.into());
        }
        Disk::new(type_, target)
    }

    /// The file or block device of the host that holds the disk.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match &self.type_ {
            DiskType::File(file) => file.source.as_ref()?.file.as_deref(),
            DiskType::Block(block) => block.source.as_ref()?.dev.as_deref(),
            _ => None,
        }
    }

    /// As [`Disk::path`], to be changed; none where there is none. What else the source says stays.
    pub fn path_mut(&mut self) -> Option<&mut String> {
        match &mut self.type_ {
            DiskType::File(file) => file.source.as_mut()?.file.as_mut(),
            DiskType::Block(block) => block.source.as_mut()?.dev.as_mut(),
            _ => None,
        }
    }

    /// Puts another medium in, the file or block device of the host at this path. What else the source says of the old one goes with it.
    ///
    /// # Errors
    ///
    /// The disk is of another type than `file` and `block`; then nothing is changed.
    pub fn insert(&mut self, path: impl Into<String>) -> Result<(), PathError> {
        let attribute = if matches!(self.type_, DiskType::Block(_)) { "source/@dev" } else { "source/@file" };
        let mut new = self.clone();
        new.remove("source")?;
        new.set(attribute, &path.into())?;
        *self = new;
        Ok(())
    }

    /// Takes the medium out.
    ///
    /// # Errors
    ///
    /// Disks of its type are never without.
    pub fn eject(&mut self) -> Result<(), PathError> {
        self.remove("source").map(drop)
    }
}

impl Interface {
    /// A network card at a bridge of the host.
    #[must_use]
    pub fn bridge(name: impl Into<String>) -> Self {
        let mut type_ = InterfaceType::Bridge(Default::default());
        if let InterfaceType::Bridge(bridge) = &mut type_ {
            bridge.source.get_or_insert_default().bridge = name.into();
        }
        Interface { type_, ..Interface::default() }
    }

    /// A network card in a network of libvirt's.
    #[must_use]
    pub fn network(name: impl Into<String>) -> Self {
        let mut type_ = InterfaceType::Network(Default::default());
        if let InterfaceType::Network(network) = &mut type_ {
            network.source.network = name.into();
        }
        Interface { type_, ..Interface::default() }
    }

    /// With this model: `Interface::bridge("br0").model("virtio".parse()?)`.
    #[must_use]
    pub fn model(mut self, model: NicModel) -> Self {
        self.model.get_or_insert_default().type_ = Some(model);
        self
    }

    /// With this MAC address.
    #[must_use]
    pub fn mac(mut self, address: MacAddress) -> Self {
        self.mac.get_or_insert_default().address = Some(address);
        self
    }

    /// Its MAC address.
    #[must_use]
    pub fn mac_address(&self) -> Option<MacAddress> {
        self.mac.as_ref()?.address
    }

    /// As [`Interface::connected_to`], to be changed: another bridge, or another network.
    pub fn connected_to_mut(&mut self) -> Option<&mut String> {
        match &mut self.type_ {
            InterfaceType::Bridge(bridge) => Some(&mut bridge.source.as_mut()?.bridge),
            InterfaceType::Network(network) => Some(&mut network.source.network),
            _ => None,
        }
    }

    /// The bridge or the network that it is connected to.
    #[must_use]
    pub fn connected_to(&self) -> Option<&str> {
        match &self.type_ {
            InterfaceType::Bridge(bridge) => Some(&bridge.source.as_ref()?.bridge),
            InterfaceType::Network(network) => Some(&network.source.network),
            _ => None,
        }
    }
}

impl CpuTopology {
    /// How many CPUs it has places for; none for more than 64 bits hold.
    #[must_use]
    pub fn cpus(&self) -> Option<u64> {
        let parts = [self.dies.unwrap_or(1), self.clusters.unwrap_or(1), self.cores, self.threads];
        parts.into_iter().try_fold(self.sockets, u64::checked_mul)
    }
}

/// Elements that are a size: a number and its unit.
macro_rules! sizes {
    ($($ty:ident)*) => {$(
        impl $ty {
            /// So much, as `(8, MemoryUnit::GiB)`.
            #[must_use]
            pub fn new(value: u64, unit: MemoryUnit) -> Self {
                $ty { value, unit: Some(unit), ..$ty::default() }
            }

            /// How many bytes it is; none for more than 64 bits hold.
            #[must_use]
            pub fn bytes(&self) -> Option<u64> {
                scalar::bytes(self)
            }
        }
    )*};
}

sizes! { Memory MemorySize MaxMemory }

impl NumaCell {
    /// How many bytes of memory it has; none for more than 64 bits hold.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        scalar::bytes(self)
    }
}
