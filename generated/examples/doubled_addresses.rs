//! Finds PCI addresses that two devices have.

use domxml::Domain;
use std::collections::BTreeMap;
use std::error::Error;

const DOMAIN: &str = include_str!("web.xml");

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
