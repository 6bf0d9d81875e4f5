//! Keeps what the format does not know, and tells it.

use domxml::{Domain, Element, ReadOptions, Unknown};
use std::error::Error;

const DOMAIN: &str = include_str!("web.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let newer = DOMAIN.replace("  <os>", "  <shiny level='9'/>\n  <os>");
    let parsed = Domain::from_xml_with(&newer, &ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() })?;
    let notes: String = parsed.notes.iter().map(|note| format!("{note}\n")).collect();
    Ok(notes + if parsed.value.to_xml()?.contains("<shiny level='9'/>") { "kept\n" } else { "lost\n" })
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
