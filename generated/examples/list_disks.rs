//! Lists the disks of a domain.

use domxml::Domain;
use std::error::Error;

const DOMAIN: &str = include_str!("web.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let domain = Domain::from_xml(DOMAIN)?;
    let disks = domain.devices.iter().flat_map(|devices| &devices.disks);
    Ok(disks.map(|disk| format!("{} {}\n", disk.target.dev, disk.path().unwrap_or("-"))).collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
