//! Makes another domain of one: with a name, images and network cards of its own.

use domxml::{Disk, Domain, Interface};
use std::error::Error;

const DOMAIN: &str = include_str!("server.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let mut domain = Domain::from_xml(DOMAIN)?;
    domain.name = "copy".to_owned();
    domain.uuid = None;
    for path in domain.devices_of_mut().filter_map(Disk::path_mut) {
        *path = path.replace("server", "copy");
    }
    for interface in domain.devices_of_mut::<Interface>() {
        interface.mac = None;
    }
    Ok(domain.to_xml()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
