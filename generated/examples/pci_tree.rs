//! Prints the PCI buses of a domain with the devices on them, and marks places that several have.

use domxml::{Controller, ControllerType, Domain};
use std::error::Error;

const DOMAIN: &str = include_str!("server.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let domain = Domain::from_xml(DOMAIN)?;
    let mut places: Vec<_> = domain.pci_addresses().collect();
    places.sort_by_key(|(place, _)| *place);
    let mut lines = String::new();
    for controller in domain.devices_of::<Controller>() {
        let (ControllerType::Pci(pci), Some(index)) = (&controller.type_, controller.index) else { continue };
        lines += &format!("bus {index}, {}\n", pci.model.map_or("?", |model| model.as_str()));
        for (place, device) in places.iter().filter(|(place, _)| u32::from(place.bus) == index) {
            let shared = places.iter().filter(|(other, _)| other == place).count() > 1;
            lines += &format!("  {place} {device}{}\n", if shared { ", not alone" } else { "" });
        }
    }
    Ok(lines)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
