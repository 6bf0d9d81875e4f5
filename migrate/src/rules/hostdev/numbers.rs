//! Numbers of addresses that libvirt reads otherwise than people do.

use crate::rules::prelude::*;

rules![
    rule("address-number-octal", Class::Lossy)
        .summary("a number of an address begins with 0, which makes it octal")
        .doc(
            "libvirt reads the numbers of PCI addresses, and of host devices on USB, as C does: `0x10` and `16` are \
             the same, but `010` is octal and means 8. Its author may have meant 10 or 0x10; the canonical form shows \
             what libvirt reads.",
        )
        .finds(
            "<devices><hostdev mode='subsystem' type='pci' managed='yes'><source>\
             <address domain='0x0000' bus='0x06' slot='010' function='0x5'/></source></hostdev></devices>",
        )
        .rows(each_type!(
            [AddressTypePci HostdevUsbAddress InterfaceHostdevAddressTypePci InterfaceHostdevAddressTypeUsb PciAddress],
            check(|_: &Of, cx| misread(cx, 8, |spelling| spelling.starts_with('0')))
        )),
    rule("address-isa-hexadecimal", Class::Lossy)
        .summary("a number of an ISA address is hexadecimal without saying so")
        .doc(
            "libvirt reads port and interrupt of an ISA address as hexadecimal, with `0x` or without: `irq='10'` is \
             interrupt 16. Its author may have meant interrupt 10; the canonical form shows what libvirt reads.",
        )
        .finds(
            "<devices><serial type='pty'><target port='0'/><address type='isa' iobase='0x3f8' irq='10'/></serial>\
             </devices>",
        )
        .row(check(|_: &AddressTypeIsa, cx| misread(cx, 16, |_| true))),
];

/// Notes the numbers of the address in hand that are others in the base in which libvirt reads them than in decimal.
fn misread(cx: &mut Context<'_>, base: u32, is_meant: fn(&str) -> bool) {
    let name = if base == 8 { "octal" } else { "hexadecimal" };
    for (attribute, spelling) in cx.as_spelt().filter(|(_, spelling)| is_meant(spelling)).collect::<Vec<_>>() {
        if let (Ok(read), Ok(decimal)) = (u32::from_str_radix(spelling, base), spelling.parse::<u32>())
            && read != decimal
        {
            let message = format!("libvirt reads {attribute}='{spelling}' as {name}, which is {read}");
            cx.note_here(cx.here, format!("{message}; write {read:#x} to say so"));
        }
    }
}
