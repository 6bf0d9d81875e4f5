//! Elements from what they must have, and short ways to what is asked for most.

use crate::bindings::{Disk, DiskType, Domain, DomainType, Interface, InterfaceType, Memory, OsTypeValue, Vcpu};
use crate::scalar::{MacAddress, MemoryUnit, NicModel};
use domxml_runtime::{Element, field_mut};
use std::fmt;

impl Domain {
    /// A domain with so many MiB of memory, that boots as a machine of its own does; fully virtualised.
    #[must_use]
    pub fn new(type_: DomainType, name: impl Into<String>, mebibytes: u64) -> Self {
        let mut domain = Domain { type_, name: name.into(), ..Domain::default() };
        domain.memory = Some(Memory { unit: Some(MemoryUnit::MiB), value: mebibytes, ..Memory::default() });
        domain.os.get_or_insert_default().type_.value = OsTypeValue::Hvm;
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
