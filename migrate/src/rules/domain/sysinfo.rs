//! The SMBIOS tables, and blobs for the firmware.

use domxml::SysinfoTypeSmbios as Smbios;

use crate::rules::prelude::*;

/// A row for each kind of table.
macro_rules! each_table {
    ($row:expr) => {
        each_type!([SysinfoBios SysinfoSystem SysinfoBaseBoard SysinfoChassis], $row)
    };
}

const TWICE: &str = "of an entry that is given twice the first is read";

rules![
    rule("sysinfo-conflict", Class::Conflict)
        .summary("an entry that libvirt refuses")
        .doc(
            "The date of the BIOS must be month, day and year with slashes between, and an entry for the firmware \
             needs a value or a file.",
        )
        .finds("<sysinfo type='smbios'><bios><entry name='date'>soon</entry></bios></sysinfo>")
        .finds("<sysinfo type='fwcfg'><entry name='opt/org/x'/></sysinfo>")
        // Of several dates the first is read.
        .row(refuse_there(|bios: &SysinfoBios, _| {
            let date = bios.entries.iter().find(|entry| entry.name == SysinfoBiosEntryName::Date)?;
            let wrong = !date.value.is_empty() && !is_date(&date.value);
            wrong.then(|| (date.xml.span, format!("'{}' is no date as 12/31/2009: write it so", date.value)))
        }))
        .row(refuse(|blob: &SysinfoBlob, _| {
            let none = |text: &Option<String>| text.as_ref().is_none_or(String::is_empty);
            let nothing = none(&blob.file) && none(&blob.value);
            nothing.then(|| format!("the entry {} has neither value nor file: give it one of them", blob.name))
        })),
    rule("sysinfo-text-beside-file", Class::Lossy)
        .summary("a text beside the file of an entry for the firmware")
        .doc(
            "An entry for the firmware has its content in a file or in a text. Where both are given, libvirt reads the \
             file alone, and does not write the text; the schema refuses it.",
        )
        .example(
            "<sysinfo type='fwcfg'><entry name='opt/org/x' file='/srv/x'>text</entry></sysinfo>",
            "<sysinfo type='fwcfg'><entry name='opt/org/x' file='/srv/x'/></sysinfo>",
        )
        // Profile `modern` leaves it to the schema to say so.
        .row(
            unread(SysinfoBlob::VALUE, "beside a file")
                .when(|blob, _| blob.file.as_ref().is_some_and(|file| !file.is_empty()))
                .profiles(LIBVIRT),
        ),
    rule("sysinfo-order", Class::Spelling)
        .summary("the entries of the SMBIOS tables in their order")
        .doc(
            "libvirt writes the entries of each SMBIOS table in a fixed order, each once, and neither empty entries \
             nor empty tables. Of an entry that is given twice it reads the first.",
        )
        .example(
            "<sysinfo type='smbios'><bios><entry name='version'>b</entry><entry name='vendor'>v</entry></bios>\
             </sysinfo>",
            "<sysinfo type='smbios'><bios><entry name='vendor'>v</entry><entry name='version'>b</entry></bios>\
             </sysinfo>",
        )
        .example(
            "<sysinfo type='smbios'><bios><entry name='vendor'></entry></bios><system><entry name='sku'>1</entry>\
             <entry name='sku'>2</entry></system></sysinfo>",
            "<sysinfo type='smbios'><system><entry name='sku'>1</entry></system></sysinfo>",
        )
        .rows(each_table!(once(Of::ENTRIES, |entry| entry.name as usize, Prefer::First, TWICE)))
        .rows(each_table!(sort(Of::ENTRIES, |entry, _| entry.name as usize, "the entries in their order")))
        .rows(each_table!(nothing(child(Of::ENTRIES), |entry| entry.value.is_empty(), "an empty entry is none")))
        .rows(each_field!(Smbios::[BIOS SYSTEM BASE_BOARDS CHASSIS], |table| {
            nothing(child(table), |table| table.entries.is_empty(), "there are no entries")
        }))
        .row(nothing(child(Smbios::OEM_STRINGS), |strings| strings.entries.is_empty(), "there are no strings")),
];

/// Whether libvirt takes a text as the date of a BIOS.
fn is_date(text: &str) -> bool {
    let parts: Option<Vec<i32>> = text.split('/').map(|part| part.trim_start().parse().ok()).collect();
    let Some(&[month, day, year]) = parts.as_deref() else { return false };
    (1..=12).contains(&month) && (1..=31).contains(&day) && (0..100).contains(&year) | (year >= 1900)
}
