//! Changes the image of one disk and leaves every other byte of the document alone.

use domxml::Disk;
use std::error::Error;

const DOMAIN: &str = include_str!("web.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    Ok(domxml::edit(DOMAIN, |domain| {
        if let Some(path) = domain.disk_mut("vda").and_then(Disk::path_mut) {
            "/b.qcow2".clone_into(path);
        }
    })?)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
