//! Compares two domains: spellings, units, defaults and layout aside.

use domxml::{Domain, ParseErrors, SameAs};
use std::error::Error;

const DOMAIN: &str = include_str!("web.xml");

/// What the program prints.
pub fn run() -> Result<String, Box<dyn Error>> {
    let domain = Domain::from_xml(DOMAIN)?;
    let same = |text: &str| Ok::<_, ParseErrors>(domain.same_as(&Domain::from_xml(text)?));
    let respelt =
        DOMAIN.replace("slot='0x5'", "slot=\"5\"").replace("'MiB'>512", "\"KiB\">524288").replace(" device='disk'", "");
    Ok(format!("{} {}\n", same(&respelt)?, same(&DOMAIN.replace("/a.qcow2", "/b.qcow2"))?))
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", run()?);
    Ok(())
}
