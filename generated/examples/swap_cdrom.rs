//! Puts another medium into the CD drive, and leaves every other byte of the document alone.

use domxml::{Disk, DiskDevice};
use std::error::Error;

const DOMAIN: &str = include_str!("server.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    domxml::try_edit(DOMAIN, |domain| {
        let mut drives = domain.devices_of_mut().filter(|disk: &&mut Disk| disk.device == Some(DiskDevice::Cdrom));
        drives.next().ok_or("there is no CD drive")?.insert("/images/new.iso")?;
        Ok(())
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
