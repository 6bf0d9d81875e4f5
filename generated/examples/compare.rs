//! Compares two domains: layout, quotes and the order of elements aside.

use domxml::{Domain, Element, KeptContent, WriteOptions};
use std::error::Error;

const DOMAIN: &str = include_str!("web.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let other = DOMAIN.replace('\'', "\"").replace("slot=\"0x5\"", "slot=\"5\"").replace("/a.qcow2", "/b.qcow2");
    let options = WriteOptions { kept: KeptContent::Unknown, ..WriteOptions::default() };
    let written = |text| Domain::from_xml(text).map(|domain| domain.write_with(&options).text);
    let (one, two) = (written(DOMAIN)?, written(&other)?);
    let differ = one.lines().zip(two.lines()).filter(|(one, two)| one != two);
    Ok(differ.map(|(one, two)| format!("-{one}\n+{two}\n")).collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
