//! Takes a domain to YAML, changes it there, and takes it back.

use domxml::Domain;
use std::error::Error;

const DOMAIN: &str = include_str!("server.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let yaml = serde_saphyr::to_string(&Domain::from_xml(DOMAIN)?)?;
    let domain: Domain = serde_saphyr::from_str(&yaml.replace("br0", "br1"))?;
    Ok(domain.to_xml()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
