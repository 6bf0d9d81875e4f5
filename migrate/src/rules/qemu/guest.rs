//! What kind of guest QEMU runs, the memory that it cannot promise, and blobs for its firmware.

use domxml::{Domain, Memtune, OsType, OsTypeValue, SysinfoBlob};

use super::refused;
use crate::rule::{Class, rule};

rules![
    rule("qemu-os-conflict", Class::Conflict)
        .summary("a guest that is no machine, or that a boot loader of the host starts")
        .doc(
            "QEMU runs guests of the type `hvm`, which are machines. Those that know of Xen (`linux`, `xen`, `xenpvh`), \
             containers (`exe`) and user-mode Linux are of other drivers, as is a boot loader of the host.",
        )
        .finds("<os><type arch='x86_64'>linux</type></os>")
        .finds("<bootloader>/usr/bin/pygrub</bootloader>")
        .row(refused(|type_: &OsType, _| {
            let other = type_.value;
            (other != OsTypeValue::Hvm).then(|| {
                format!("QEMU runs no guests of the type {}: write hvm, or the domain type of another driver", other.as_str())
            })
        }))
        .row(refused(|_: &Domain, scope| {
            scope.bootloader.then(|| {
                "QEMU starts no boot loader of the host: leave out <bootloader>, or write the domain type of another driver".to_owned()
            })
        })),
    rule("qemu-memtune-conflict", Class::Conflict)
        .summary("memory that a guest is promised")
        .doc("QEMU cannot promise memory to a guest, as `<min_guarantee>` asks for; other hypervisors do.")
        .finds("<memtune><min_guarantee unit='KiB'>1024</min_guarantee></memtune>")
        .row(
            refused(|memtune: &Memtune, _| {
                let promised = memtune.min_guarantee.as_ref().is_some_and(|least| least.value > 0);
                promised.then(|| {
                    "QEMU cannot promise memory: leave out <min_guarantee>, or lock all of it with <locked/> in <memoryBacking>".to_owned()
                })
            })
            .at(|memtune| memtune.min_guarantee.as_ref().map_or(&memtune.xml, |least| &least.xml)),
        ),
    rule("qemu-sysinfo-conflict", Class::Conflict)
        .summary("a name that a blob for the firmware cannot have")
        .doc(
            "The names of blobs for QEMU's firmware begin with `opt/`. Those that begin with `opt/ovmf/` and \
             `opt/org.qemu/` are the firmware's and QEMU's own.",
        )
        .finds("<sysinfo type='fwcfg'><entry name='config'>x</entry></sysinfo>")
        .finds("<sysinfo type='fwcfg'><entry name='opt/ovmf/X-PciMmio64Mb'>65536</entry></sysinfo>")
        .row(refused(|blob: &SysinfoBlob, _| {
            let Some(name) = blob.name.strip_prefix("opt/") else {
                return Some(format!("'{}' lacks opt/, with which the name of a blob begins: write it in front", blob.name));
            };
            let own = ["ovmf/", "org.qemu/"].into_iter().find(|own| name.starts_with(own))?;
            Some(format!("names that begin with opt/{own} are kept for QEMU and its firmware: choose another one"))
        })),
];
