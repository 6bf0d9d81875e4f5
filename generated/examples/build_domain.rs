//! Builds a domain from nothing.

use domxml::{Described, Disk, DiskDevice, Domain, DomainType, Interface};
use std::error::Error;

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let mut domain = Domain::new(DomainType::Kvm, "web", 2048).vcpus(2);
    domain.attach(Disk::file("/images/web.qcow2", "vda"))?;
    domain.attach(
        Disk::file("/images/debian.iso", "sda").with(Disk::DEVICE, DiskDevice::Cdrom).with(Disk::READONLY, true),
    )?;
    domain.attach(Interface::bridge("br0").model("virtio".parse()?))?;
    Ok(domain.to_xml()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
