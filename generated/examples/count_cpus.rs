//! Counts the CPUs of a domain, and the places that its topology has for them.

use domxml::Domain;
use std::error::Error;

const DOMAIN: &str = include_str!("server.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let domain = Domain::from_xml(DOMAIN)?;
    let (now, most) = domain.vcpu.map_or((1, 1), |vcpu| (vcpu.current.unwrap_or(vcpu.value), vcpu.value));
    let places = domain.cpu.and_then(|cpu| cpu.topology?.cpus());
    Ok(format!("{now} of {most} CPUs, {}\n", places.map_or("no topology".to_owned(), |all| format!("{all} places"))))
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
