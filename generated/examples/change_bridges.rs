//! Connects every network card of a bridge with another one, and leaves every other byte of the document alone.

use domxml::{Interface, InterfaceType};
use std::error::Error;

const DOMAIN: &str = include_str!("server.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    Ok(domxml::edit(DOMAIN, |domain| {
        let bridged = |card: &&mut Interface| matches!(card.type_, InterfaceType::Bridge(_));
        for bridge in domain.devices_of_mut().filter(bridged).filter_map(Interface::connected_to_mut) {
            *bridge = "br1".to_owned();
        }
    })?)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
