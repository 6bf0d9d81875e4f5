//! Finds PCI addresses that two devices have.

use domxml::Domain;
use std::collections::BTreeMap;
use std::error::Error;

const DOMAIN: &str = "<domain type='kvm'>
  <name>web</name>
  <memory unit='MiB'>512</memory>
  <os><type>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/a.qcow2'/>
      <target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/>
    </disk>
    <interface type='bridge'>
      <mac address='52:54:00:12:34:56'/>
      <source bridge='br0'/>
      <model type='virtio'/>
      <address type='pci' slot='0x5'/>
    </interface>
  </devices>
</domain>
";

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let domain = Domain::from_xml(DOMAIN)?;
    let mut taken = BTreeMap::new();
    let mut lines = String::new();
    for (address, device) in domain.pci_addresses() {
        if let Some(first) = taken.insert(address, device) {
            lines += &format!("{address}: {first} and {device}\n");
        }
    }
    Ok(lines)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
