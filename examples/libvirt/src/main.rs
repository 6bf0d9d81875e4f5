//! Takes a domain from libvirt as types, defines another one made of it, and plugs a device into it.
//!
//! It talks to libvirt's test driver, whose domains live as long as the program.

use std::error::Error;

use domxml::{Device, Disk, Domain};
use virt::connect::Connect;
use virt::domain::Domain as Handle;
use virt::sys::{VIR_DOMAIN_AFFECT_LIVE, VIR_DOMAIN_XML_INACTIVE};

fn main() -> Result<(), Box<dyn Error>> {
    let mut connection = Connect::open(Some("test:///default"))?;
    let taken = typed(&Handle::lookup_by_name(&connection, "test")?, VIR_DOMAIN_XML_INACTIVE)?;
    println!("taken: {} with {} devices", taken.name, taken.devices().count());

    let mut made = taken.clone();
    made.name = "copy".to_owned();
    made.uuid = None;
    made.attach(Disk::file("/images/copy.qcow2", "vdb"))?;
    let handle = Handle::define_xml(&connection, &made.to_xml()?)?;
    let defined = typed(&handle, VIR_DOMAIN_XML_INACTIVE)?;
    println!("defined: {} with {:?}", defined.name, defined.disk("vdb").and_then(Disk::path));
    assert_eq!(defined.devices().count(), made.devices().count());

    handle.create()?;
    let disk = Device::from_xml(
        "<disk type='file'><source file='/images/data.qcow2'/><target dev='vdc' bus='virtio'/></disk>",
    )?;
    match handle.attach_device_flags(&disk.device().to_xml()?, VIR_DOMAIN_AFFECT_LIVE) {
        Ok(_) => println!("plugged in: {:?}", typed(&handle, 0)?.disk("vdc").and_then(Disk::path)),
        // The test driver cannot, up to libvirt 9.0.0 at least; that of QEMU can.
        Err(error) => println!("this driver plugs nothing in: {}", error.message()),
    }

    handle.destroy()?;
    handle.undefine()?;
    connection.close()?;
    Ok(())
}

/// A domain of libvirt's as types.
fn typed(handle: &Handle, flags: u32) -> Result<Domain, Box<dyn Error>> {
    Ok(Domain::from_xml(&handle.get_xml_desc(flags)?)?)
}
