//! Compares the disks and network cards of a running domain with those of its configuration.

use domxml::{Disk, Domain, Interface};
use std::error::Error;

const DOMAIN: &str = include_str!("server.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let live = DOMAIN.replace("/images/old.iso", "/images/new.iso").replace("00:02'", "00:03'");
    let (configured, live) = (Domain::from_xml(DOMAIN)?, Domain::from_xml(&live)?);
    let mut lines = String::new();
    for disk in configured.devices_of::<Disk>() {
        let (was, now) = (disk.path(), live.disk(&disk.target.dev).and_then(Disk::path));
        if was != now {
            lines += &format!("disk {}: {} is {}\n", disk.target.dev, was.unwrap_or("-"), now.unwrap_or("-"));
        }
    }
    for mac in configured.devices_of().filter_map(Interface::mac_address) {
        if live.interface(mac).is_none() {
            lines += &format!("network card {mac} is not there\n");
        }
    }
    Ok(lines)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
