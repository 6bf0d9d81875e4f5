//! Prints what is in the definition of a machine that stands on standard input, and what is to be said against it.

use std::error::Error;
use std::io::{Read, stdin};

use dommigrate::Checker;
use domxml::Domain;

fn main() -> Result<(), Box<dyn Error>> {
    let mut text = String::new();
    stdin().read_to_string(&mut text)?;
    let domain = Domain::from_xml(&text)?;
    println!("{}", domain.name);
    for device in domain.devices() {
        println!("  {device} {}", device.pci_address().map_or_else(String::new, |place| place.to_string()));
    }
    domxml::validate(&text)?;
    print!("{}", Checker::new().domain(&domain));
    Ok(())
}
