//! Attaches a device that is given as XML to a configuration, of which every other byte stays.

use domxml::Device;
use std::error::Error;

const DOMAIN: &str = include_str!("server.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let device = Device::from_xml("<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>")?;
    Ok(domxml::edit(DOMAIN, |domain| domain.attach_device(device))?)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
