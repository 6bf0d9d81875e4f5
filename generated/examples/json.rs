//! A domain as JSON, and back.

use domxml::Domain;
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
    let json = serde_json::to_value(&domain)?;
    let back: Domain = serde_json::from_value(json.clone())?;
    let disk = &json["devices"]["disk"][0];
    Ok(format!("{} {} {}\n", disk["target"]["dev"], disk["source"]["file"], back.to_xml() == domain.to_xml()))
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
