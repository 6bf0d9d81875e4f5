//! Lists the network cards of a domain.

use domxml::Domain;
use std::error::Error;

const DOMAIN: &str = include_str!("web.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let domain = Domain::from_xml(DOMAIN)?;
    let mut lines = String::new();
    for interface in domain.devices.iter().flat_map(|devices| &devices.interfaces) {
        let mac = interface.mac_address().map_or("-".to_owned(), |mac| mac.to_string());
        lines += &format!("{mac} {}\n", interface.connected_to().unwrap_or("-"));
    }
    Ok(lines)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
