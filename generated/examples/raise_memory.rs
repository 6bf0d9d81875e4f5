//! Raises the memory of a domain, as far as its limit and its NUMA cells allow.

use domxml::{Domain, Memory, NumaCell, scalar::MemoryUnit};
use std::error::Error;

const DOMAIN: &str = include_str!("server.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let mut domain = Domain::from_xml(DOMAIN)?;
    let wanted = Memory::new(8, MemoryUnit::GiB);
    if domain.max_memory.as_ref().is_some_and(|most| wanted.bytes() > most.bytes()) {
        return Err("more than the limit".into());
    }
    domxml::each_mut(&mut domain, |cell: &mut NumaCell| cell.memory *= 2);
    domain.current_memory = None;
    domain.memory = Some(wanted);
    Ok(domain.to_xml()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
