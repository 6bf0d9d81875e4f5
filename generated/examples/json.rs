//! A domain as JSON, and back.

use domxml::Domain;
use std::error::Error;

const DOMAIN: &str = include_str!("web.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let domain = Domain::from_xml(DOMAIN)?;
    let json = serde_json::to_value(&domain)?;
    let back: Domain = serde_json::from_value(json.clone())?;
    let disk = &json["devices"]["disk"][0];
    Ok(format!("{} {} {}\n", disk["target"]["dev"], disk["source"]["file"], back.to_xml()? == domain.to_xml()?))
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
