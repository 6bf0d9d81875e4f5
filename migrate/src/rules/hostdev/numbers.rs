//! Numbers of addresses that libvirt reads otherwise than people do: `address-number-octal`, `address-isa-hexadecimal`.

use domxml::{
    Address, AddressType, Domain, Extra, HostdevPciAddress, HostdevUsbAddress, InterfaceHostdevAddress, walk,
};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::BOTH;

pub(super) static OCTAL: Rule = Rule {
    id: "address-number-octal",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "a number of an address begins with 0, which makes it octal",
    doc: "libvirt reads the numbers of PCI addresses, and of host devices on USB, as C does: `0x10` and `16` are the same, but `010` is octal and \
          means 8. Its author may have meant 10 or 0x10; the canonical form shows what libvirt reads.",
    example: Example {
        before: "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
                 <address domain='0x0000' bus='0x06' slot='010' function='0x5'/></source></hostdev></devices>",
        after: "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
                <address domain='0x0000' bus='0x06' slot='010' function='0x5'/></source></hostdev></devices>",
    },
    apply: note_octal,
};

pub(super) static ISA: Rule = Rule {
    id: "address-isa-hexadecimal",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "a number of an ISA address is hexadecimal without saying so",
    doc: "libvirt reads port and interrupt of an ISA address as hexadecimal, with `0x` or without: `irq='10'` is interrupt 16. Its author may have \
          meant interrupt 10; the canonical form shows what libvirt reads.",
    example: Example {
        before: "<devices><serial type='pty'><target port='0'/><address type='isa' iobase='0x3f8' irq='10'/></serial></devices>",
        after: "<devices><serial type='pty'><target port='0'/><address type='isa' iobase='0x3f8' irq='10'/></serial></devices>",
    },
    apply: note_isa,
};

/// The value of an attribute in the start tag of an element, as it stands in the document.
fn raw<'t>(source: &'t str, xml: &Extra, name: &str) -> Option<&'t str> {
    let element = source.get(xml.span.range())?;
    let tag = &element[..element.find('>')?];
    for (at, _) in tag.match_indices(name) {
        let before = tag[..at].chars().next_back()?;
        let behind = tag[at + name.len()..].trim_start().strip_prefix('=').map(str::trim_start);
        let quote = behind.and_then(|behind| behind.chars().next()).filter(|quote| matches!(quote, '\'' | '"'));
        if let (true, Some(behind), Some(quote)) = (before.is_whitespace(), behind, quote) {
            return behind[1..].split(quote).next();
        }
    }
    None
}

fn note_octal(domain: &mut Domain, cx: &mut Context) {
    walk(domain, &mut |any| {
        let xml = if let Some(address) = any.downcast_ref::<Address>() {
            if !matches!(address.type_, AddressType::Pci(_)) {
                return;
            }
            &address.xml
        } else if let Some(address) = any.downcast_ref::<HostdevPciAddress>() {
            &address.xml
        } else if let Some(address) = any.downcast_ref::<HostdevUsbAddress>() {
            &address.xml
        } else if let Some(address) = any.downcast_ref::<InterfaceHostdevAddress>() {
            &address.xml
        } else {
            return;
        };
        for name in ["domain", "bus", "slot", "function", "device"] {
            let Some(value) = raw(cx.source, xml, name) else { continue };
            if value.starts_with('0')
                && let (Ok(octal), Ok(decimal)) = (u32::from_str_radix(value, 8), value.parse::<u32>())
                && octal != decimal
            {
                cx.note(xml, format!("{name}='{value}' is octal: {octal}"));
            }
        }
    });
}

fn note_isa(domain: &mut Domain, cx: &mut Context) {
    if !cx.source.contains("iobase") && !cx.source.contains("irq") {
        return;
    }
    walk(domain, &mut |any| {
        let Some(address) = any.downcast_ref::<Address>() else { return };
        let AddressType::Isa(_) = &address.type_ else { return };
        for name in ["iobase", "irq"] {
            let Some(value) = raw(cx.source, &address.xml, name) else { continue };
            if let (Ok(hexadecimal), Ok(decimal)) = (u32::from_str_radix(value, 16), value.parse::<u32>())
                && hexadecimal != decimal
            {
                cx.note(&address.xml, format!("{name}='{value}' is hexadecimal: {hexadecimal}"));
            }
        }
    });
}
