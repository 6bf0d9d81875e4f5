//! Reads one device, as for hot-plug, gives it a name and writes it.

use domxml::{Alias, Disk};
use std::error::Error;

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let mut disk = Disk::from_xml("<disk type='block'><source dev='/dev/sdx'/><target dev='vdb'/></disk>")?;
    disk.alias = Some(Box::new(Alias { name: "ua-data".to_owned(), ..Alias::default() }));
    Ok(disk.to_xml()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
