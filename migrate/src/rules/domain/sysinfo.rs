//! `sysinfo-order`, `sysinfo-conflict`.

use domxml::{
    Domain, SysinfoBaseBoardEntry, SysinfoBiosEntry, SysinfoBiosEntryName, SysinfoChassisEntry, SysinfoSystemEntry,
    SysinfoType,
};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static ORDER: Rule = Rule {
    id: "sysinfo-order",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the entries of the SMBIOS tables in their order",
    doc: "libvirt writes the entries of each SMBIOS table in a fixed order, each once, and neither empty entries nor empty tables. \
          Of an entry that is given twice it reads the first.",
    example: Example {
        before: "<sysinfo type='smbios'><bios><entry name='version'>b</entry><entry name='vendor'>v</entry></bios></sysinfo>",
        after: "<sysinfo type='smbios'><bios><entry name='vendor'>v</entry><entry name='version'>b</entry></bios></sysinfo>",
    },
    apply: order,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "sysinfo-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "an entry that libvirt refuses",
    doc: "The date of the BIOS must be month, day and year with slashes between, and an entry for the firmware needs a value or a \
          file.",
    example: Example {
        before: "<sysinfo type='smbios'><bios><entry name='date'>soon</entry></bios></sysinfo>",
        after: "<sysinfo type='smbios'><bios><entry name='date'>soon</entry></bios></sysinfo>",
    },
    apply: conflict,
};

/// An entry: its place in the order, and its value.
trait Entry {
    fn rank(&self) -> usize;
    fn is_empty(&self) -> bool;
}

macro_rules! entries {
    ($($ty:ident)*) => {$(
        impl Entry for $ty {
            fn rank(&self) -> usize {
                self.name as usize
            }

            fn is_empty(&self) -> bool {
                self.value.is_empty()
            }
        }
    )*};
}

entries!(SysinfoBiosEntry SysinfoSystemEntry SysinfoBaseBoardEntry SysinfoChassisEntry);

/// Brings entries into order; true if that changed anything.
fn sort<E: Entry>(entries: &mut Vec<E>) -> bool {
    let sorted = entries.is_sorted_by(|a, b| a.rank() < b.rank());
    if sorted && !entries.iter().any(Entry::is_empty) {
        return false;
    }
    entries.sort_by_key(Entry::rank);
    entries.dedup_by_key(|entry| entry.rank());
    entries.retain(|entry| !entry.is_empty());
    true
}

fn order(domain: &mut Domain, cx: &mut Context) {
    for sysinfo in &mut domain.sysinfo {
        let SysinfoType::Smbios(smbios) = &mut sysinfo.type_ else { continue };
        macro_rules! table {
            ($field:ident) => {
                if let Some(table) = &mut smbios.$field {
                    let changed = sort(&mut table.entry);
                    if changed || table.entry.is_empty() {
                        cx.rewrote(&table.xml, "the entries in their order");
                    }
                    if table.entry.is_empty() {
                        smbios.$field = None;
                    }
                }
            };
        }
        table!(bios);
        table!(system);
        table!(chassis);
        smbios.base_board.retain_mut(|table| {
            if sort(&mut table.entry) || table.entry.is_empty() {
                cx.rewrote(&table.xml, "the entries in their order");
            }
            !table.entry.is_empty()
        });
        if let Some(strings) = &smbios.oem_strings
            && strings.entry.is_empty()
        {
            cx.rewrote(&strings.xml, "there are no strings");
            smbios.oem_strings = None;
        }
    }
}

/// Whether libvirt takes a text as the date of a BIOS.
fn is_date(text: &str) -> bool {
    let mut parts = text.split('/').map(|part| part.trim_start().parse::<i32>());
    let (Some(Ok(month)), Some(Ok(day)), Some(Ok(year)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    (1..=12).contains(&month) && (1..=31).contains(&day) && (0..100).contains(&year) | (year >= 1900)
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    for sysinfo in &domain.sysinfo {
        match &sysinfo.type_ {
            SysinfoType::Smbios(smbios) => {
                let entries = smbios.bios.iter().flat_map(|bios| &bios.entry);
                for entry in entries.filter(|entry| entry.name == SysinfoBiosEntryName::Date && !entry.value.is_empty())
                {
                    if !is_date(&entry.value) {
                        cx.error(&entry.xml, format!("'{}' is no date as 12/31/2009", entry.value));
                    }
                }
            }
            SysinfoType::Fwcfg(fwcfg) => {
                for entry in &fwcfg.entry {
                    if entry.file.as_ref().is_none_or(String::is_empty)
                        && entry.value.as_ref().is_none_or(String::is_empty)
                    {
                        cx.error(&entry.xml, format!("the entry {} has neither value nor file", entry.name));
                    }
                }
            }
        }
    }
}
