//! Takes all security labels out of a domain, its own and those of its devices, as before it moves to another host.

use domxml::{DeviceSeclabel, Domain, Element, Seclabel};
use std::error::Error;

const DOMAIN: &str = include_str!("server.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let mut domain = Domain::from_xml(DOMAIN)?;
    let removed = domain.remove_every::<Seclabel>() + domain.remove_every::<DeviceSeclabel>();
    Ok(format!("{removed} labels\n{}", domain.to_xml()?))
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
