//! Changes the image of one disk and leaves every other byte of the document alone.

use domxml::Disk;
use std::error::Error;

const DOMAIN: &str = include_str!("web.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    Ok(domxml::edit(DOMAIN, |domain| {
        if let Some(disk) = domain.disk_mut("vda") {
            disk.type_ = Disk::file("/b.qcow2", "vda").type_;
        }
    })?)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
