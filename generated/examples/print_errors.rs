//! Prints everything that is wrong with a document, each with its place.

use domxml::Domain;
use std::error::Error;

const DOMAIN: &str = include_str!("web.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let wrong =
        DOMAIN.replace("bus='virtio'", "bus='virtoi'").replace("<source bridge='br0'/>", "<source brige='br0'/>");
    Ok(Domain::from_xml(&wrong).err().map_or_else(String::new, |errors| format!("{errors}\n")))
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
