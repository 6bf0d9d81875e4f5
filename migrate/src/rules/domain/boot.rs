//! What starts the guest, and what of `<os>` is not read for which guest.

use super::firmware::{has_path, says_nvram};
use crate::rules::prelude::*;

/// How many boot devices libvirt keeps.
const MOST: usize = 4;

const CONTAINER: &str = "of what is no container";
const MACHINE: &str = "of this type of operating system";
const HOST: &str = "where a boot loader of the host starts the domain";
const TYPE_TWICE: &str =
    "another ACPI table has this type, which there can be once: put both into one file, or take the type raw";
const NO_PATH: &str = "the firmware has no path and is not chosen automatically either: write its path into <loader>, or set firmware='efi' of <os>";
const NO_OS: &str = "the domain has neither <os> nor a boot loader: add <os> with its <type>";
const NO_KERNEL: &str = "a shim checks a kernel: add <kernel>, or leave out <shim>";
const NO_TYPE: &str = "the guest lacks the type of its operating system: add <type>, as <type>hvm</type>";

rules![
    rule("os-conflict", Class::Conflict)
        .summary("an operating system that libvirt refuses")
        .doc(
            "Without a boot loader of the host a domain needs `<os>` with a type. A container needs `<init>`. Devices \
             with a boot order and `<boot>` in `<os>` exclude each other. A firmware needs a path unless it is chosen \
             automatically, and one without state has no NVRAM. A shim stands before a kernel. Before 11.2.0 a guest \
             has one ACPI table.",
        )
        .finds("<os><type arch='x86_64'>hvm</type><shim>/shim.efi</shim></os>")
        .finds(
            "<os><type arch='x86_64'>hvm</type><boot dev='hd'/></os><devices><interface type='user'><boot order='1'/></interface></devices>",
        )
        .finds("<os><type>exe</type></os>")
        .finds("<os><type>exe</type><init>/sbin/init</init><initarg></initarg></os>")
        .finds("<os><type>exe</type><init>/sbin/init</init><initenv name='A'></initenv></os>")
        .finds("<os><type>hvm</type><loader readonly='yes'/></os>")
        .finds("<os><type>hvm</type><nvram/></os>")
        .row(refuse_if(NO_OS, |domain: &Domain, scope| domain.os.is_none() && !scope.bootloader))
        .row(refuse_each(|os: &Os, scope| [
            (scope.is_container() && os.init.as_ref().is_none_or(String::is_empty), "a container needs <init>: add it, as <init>/sbin/init</init>"),
            (scope.is_container() && os.initargs.iter().any(String::is_empty), "an argument of <init> is empty: leave it out"),
        ]))
        .row(
            refuse_if(NO_KERNEL, |os: &Os, scope| scope.is_machine() && os.shim.is_some() && os.kernel.is_none())
            .since(11, 3, 0),
        )
        .row(refuse(|variable: &OsInitenv, scope| {
            let empty = scope.is_container() && variable.value.is_empty();
            empty.then(|| format!("the variable {} has no value: give it one, or leave it out", variable.name))
        }))
        .row(refuse_there(|domain: &Domain, scope| {
            let boots = domain.os.as_ref().is_some_and(|os| scope.is_hvm() && !os.boots.is_empty());
            let device = booting_device(domain).filter(|_| boots)?;
            Some((device, "boot orders of devices and <boot> in <os> exclude each other: leave out one of the two"))
        }))
        .row(refuse_if("the time until a reboot is -1 to 65535: choose such a number", |bios: &OsBios, scope| {
            bios.reboot_timeout.is_some_and(|timeout| !(-1..=65535).contains(&timeout)) && scope.is_hvm()
        }))
        .row(at_most(1, OsAcpi::TABLES, "libvirt takes one ACPI table: leave the others out").when(|_, scope| scope.is_hvm()).until(11, 2, 0))
        .row(
            unique(OsAcpi::TABLES, |table, _| Some(table.type_ as usize).filter(|_| table.type_ != OsAcpiTableType::Raw), TYPE_TWICE)
                .when(|_, scope| scope.is_hvm())
                .since(11, 2, 0),
        )
        .row(
            refuse_if(NO_PATH, |os: &Os, scope| {
                let chosen = (os.firmware.is_some() && scope.is_hvm()) || os.loader.as_ref().is_some_and(has_path);
                scope.is_machine() && !chosen && (os.loader.is_some() || os.nvram.is_some())
            })
            .at(|os| os.loader.as_ref().map(|it| &it.xml).or(os.nvram.as_ref().map(|it| &it.xml)).unwrap_or(&os.xml)),
        )
        .row(refuse_at(Os::NVRAM, |os, scope| {
            let stateless = os.loader.as_ref().is_some_and(|loader| loader.stateless == Some(YesNo::Yes));
            (scope.is_hvm() && stateless && says_nvram(os))
                .then_some("a firmware without state has no NVRAM: leave out <nvram>, or set stateless='no'")
        }))
        .row(refuse_if("an NVRAM with a type needs a source: add <source>", |nvram: &OsNvram, scope| {
            scope.is_hvm() && nvram.type_.is_some() && nvram.source.is_none()
        })),
    rule("os-parts-not-read", Class::Lossy)
        .summary("what does not belong to the type of the operating system is not read")
        .doc(
            "libvirt reads `<init>` and what goes with it for containers alone, kernel and loader for machines \
             alone, the command line for both, and the choice of a firmware, boot devices, boot menu and BIOS \
             for fully virtualized machines alone. Of type `linux`, which Xen's paravirtual guests have, it reads \
             none of them of another hypervisor than Xen.",
        )
        .example(
            "<os><type arch='x86_64'>hvm</type><init>/sbin/init</init><kernel>/vmlinuz</kernel></os>",
            "<os><type arch='x86_64'>hvm</type><kernel>/vmlinuz</kernel></os>",
        )
        .example(
            "<os><type>exe</type><init>/sbin/init</init><kernel>/vmlinuz</kernel><cmdline>ro</cmdline><varstore/><boot dev='hd'/></os>",
            "<os><type>exe</type><init>/sbin/init</init><cmdline>ro</cmdline></os>",
        )
        .rows(each_field!(Os::[INIT INITDIR INITUSER INITGROUP INITARGS], |part| unread(part, CONTAINER).when(no_container)))
        .row(unread(child(Os::INITENVS), CONTAINER).when(no_container))
        .rows(each_field!(Os::[KERNEL INITRD SHIM DTB ROOT], |part| unread(part, MACHINE).when(no_machine)))
        // A container has the command line beside the arguments of its init.
        .row(unread(Os::CMDLINE, MACHINE).when(|os, scope| no_machine(os, scope) && !scope.is_container()))
        .row(unread(Os::FIRMWARE, MACHINE).when(|_, scope| !scope.is_hvm()))
        .rows(each_field!(Os::[LOADER NVRAM VARSTORE], |part| unread(child(part), MACHINE).when(no_machine)))
        .rows(each_field!(Os::[ACPI BOOTS BOOTMENU BIOS], |part| unread(child(part), MACHINE).when(|_, scope| !scope.is_hvm())))
        .row(
            unread(child(Os::FIRMWARE_FEATURES), "where the firmware is not chosen automatically")
                .when(|os, scope| os.firmware.is_none() && kept_value(&os.xml, "firmware").is_none() || !scope.is_hvm()),
        ),
    rule("os-boot-and-bootloader", Class::Lossy)
        .summary("a boot loader of the host leaves nothing to the firmware")
        .doc(
            "Where a `<bootloader>` of the host starts the domain, libvirt writes neither boot devices nor boot menu \
             nor the settings of the BIOS.",
        )
        .example(
            "<bootloader>/usr/bin/pygrub</bootloader><os><type arch='x86_64'>hvm</type><boot dev='hd'/></os>",
            "<bootloader>/usr/bin/pygrub</bootloader><os><type arch='x86_64'>hvm</type></os>",
        )
        .rows(each_field!(Os::[BOOTS BOOTMENU BIOS], |part| unread(child(part), HOST).when(|_, scope| scope.is_hvm() && scope.bootloader))),
    rule("os-boot-truncated", Class::Lossy)
        .summary("libvirt reads four boot devices")
        .doc("libvirt reads the first four `<boot>` elements, as many as there are kinds of devices, and forgets the rest.")
        .example(
            "<os><type arch='x86_64'>hvm</type><boot dev='hd'/><boot dev='fd'/><boot dev='cdrom'/><boot dev='network'/>\
             <boot dev='hd'/></os>",
            "<os><type arch='x86_64'>hvm</type><boot dev='hd'/><boot dev='fd'/><boot dev='cdrom'/><boot dev='network'/></os>",
        )
        .row(unread(child(Os::BOOTS).behind(MOST), "behind the fourth").when(|_, scope| scope.firmware_boots())),
    rule("boot-menu-timeout-alone", Class::Live)
        .summary("a boot menu has a timeout and nothing enables it")
        .doc(
            "libvirt reads the timeout of a boot menu where `enable` stands beside it. Without it libvirt reads past \
             the element and does not write it; profile `modern` keeps it, since the timeout is what somebody chose.",
        )
        .example(
            "<os><type>hvm</type><boot dev='hd'/><bootmenu timeout='3000'/></os>",
            "<os><type>hvm</type><boot dev='hd'/></os>",
        )
        .row(
            unread_where(
                child(Os::BOOTMENU),
                |it, _| it.enable.is_none() && kept_value(&it.xml, "enable").is_none() && it.timeout.is_some(),
                "where nothing enables it",
            )
            .when(|_, scope| scope.firmware_boots()),
        ),
    rule("os-bootmenu-timeout-dropped", Class::Lossy)
        .summary("a boot menu that is off has no timeout")
        .doc("libvirt reads the timeout of a boot menu only where the menu is enabled, and forgets it otherwise.")
        .example(
            "<os><type arch='x86_64'>hvm</type><bootmenu enable='no' timeout='3000'/></os>",
            "<os><type arch='x86_64'>hvm</type><bootmenu enable='no'/></os>",
        )
        .row(
            unread(OsBootmenu::TIMEOUT, "of a boot menu that is off")
                .when(|menu, scope| menu.enable == Some(YesNo::No) && scope.firmware_boots()),
        ),
    rule("os-bios-useserial-other", Class::Spelling)
        .summary("a serial port of the BIOS that is not asked for by `yes`")
        .doc("libvirt takes any other word than `yes` for `no`, and writes that.")
        .example(
            "<os><type arch='x86_64'>hvm</type><bios useserial='on'/></os>",
            "<os><type arch='x86_64'>hvm</type><bios useserial='no'/></os>",
        )
        .row(
            default(OsBios::USESERIAL, YesNo::No)
                .when(|bios, scope| scope.firmware_boots() && kept_value(&bios.xml, "useserial").is_some())
                .profiles(LIBVIRT)
                .says("any other word than 'yes' is 'no'"),
        ),
    rule("bootmenu-timeout-invalid", Class::Conflict)
        .summary("the time-out of a boot menu is no number")
        .doc("libvirt reads the time-out of a boot menu that is enabled alone, and refuses there what is no number of 16 bits.")
        .finds("<os><type arch='x86_64'>hvm</type><bootmenu enable='yes' timeout='3s'/></os>")
        .row(refuse_if("the time-out is a number of milliseconds, 0 to 65535: give one, or leave out timeout", |menu: &OsBootmenu, _| {
            menu.enable == Some(YesNo::Yes) && kept_value(&menu.xml, "timeout").is_some()
        })),
    rule("bootloader-empty", Class::Lossy)
        .summary("arguments of no boot loader")
        .doc(
            "An empty `<bootloader>` once meant the hypervisor's own; libvirt takes it for none, and forgets the \
             arguments of a boot loader that is not there.",
        )
        .example(
            "<memory unit='KiB'>1048576</memory><os><type arch='x86_64'>hvm</type></os><bootloader_args>-X</bootloader_args>",
            "<memory unit='KiB'>1048576</memory><os><type arch='x86_64'>hvm</type></os>",
        )
        .row(unread(Domain::BOOTLOADER_ARGS, "without a boot loader").when(|_, scope| !scope.bootloader))
        .row(nothing(Domain::BOOTLOADER_ARGS, String::is_empty, "there are no arguments"))
        .row(nothing(Domain::BOOTLOADER, String::is_empty, "there is no boot loader")),
    rule("os-bootloader-only", Class::Default)
        .summary("a domain with nothing but a boot loader is paravirtualized")
        .doc("A domain with a `<bootloader>` of the host needs no `<os>`; libvirt takes it for a paravirtualized guest and writes that.")
        .example(
            "<bootloader>/usr/bin/pygrub</bootloader>",
            "<bootloader>/usr/bin/pygrub</bootloader><os><type>xen</type></os>",
        )
        .example(
            "<bootloader>/usr/bin/pygrub</bootloader><os><cmdline>ro</cmdline></os>",
            "<bootloader>/usr/bin/pygrub</bootloader><os><type>xen</type><cmdline>ro</cmdline></os>",
        )
        .row(default_by(child(Domain::OS), |_, scope| scope.bootloader.then(paravirtual)).profiles(LIBVIRT).says(OF_BOOTLOADER))
        .row(default_by(child(Os::TYPE), |_, scope| paravirtual().type_.filter(|_| scope.bootloader)).profiles(LIBVIRT).says(OF_BOOTLOADER)),
    rule("os-type-missing", Class::Conflict)
        .summary("an operating system is of a type")
        .doc(
            "libvirt refuses an `<os>` in which no `<type>` is, unless a boot loader of the host starts the guest. Of several `<os>` one \
             that has it is enough.",
        )
        .finds("<os><boot dev='hd'/></os>")
        .row(refuse_if(NO_TYPE, |os: &Os, scope| os.type_.is_none() && !scope.bootloader)),
    rule("os-type-linux-of-xen", Class::Spelling)
        .driver(Driver::Xen)
        .summary("Xen's paravirtual guests are of the type linux")
        .doc(
            "libvirt calls the paravirtual guests of Xen `xen` in its capabilities and `linux` in definitions; it \
             reads both of them and writes `linux`.",
        )
        .example("<os><type>xen</type><kernel>/vmlinuz</kernel></os>", "<os><type>linux</type><kernel>/vmlinuz</kernel></os>")
        .row(stands_for(required(OsType::VALUE), OsTypeValue::Xen, OsTypeValue::Linux, "a paravirtual guest of Xen is of the type linux")),
    rule("os-boot-default-added", Class::Default)
        .summary("a guest boots from its disk unless told otherwise")
        .doc(
            "Where neither `<os>` nor a device says what is booted, libvirt boots fully virtualized guests from the \
             disk and writes that. VMware's own settings decide it for guests of theirs.",
        )
        .example(
            "<os><type arch='x86_64'>hvm</type></os>",
            "<os><type arch='x86_64'>hvm</type><boot dev='hd'/></os>",
        )
        .row(
            default_by(child(Os::BOOTS).under(Domain::OS), |domain, scope| {
                let nothing_boots = scope.firmware_boots() && booting_device(domain).is_none();
                nothing_boots.then(|| OsBoot { dev: OsBootDev::Hd, ..OsBoot::default() })
            })
            .profiles(LIBVIRT)
            .but(Driver::Vmware)
            .says("the guest boots from its disk"),
        ),
];

const OF_BOOTLOADER: &str = "the boot loader starts a paravirtualized guest";

/// What a boot loader of the host starts.
fn paravirtual() -> Os {
    Os { type_: Some(OsType { value: OsTypeValue::Xen, ..OsType::default() }), ..Os::default() }
}

/// The first device that says when it is booted.
fn booting_device(domain: &Domain) -> Option<Span> {
    let mut first = None;
    each(domain, |boot: &DeviceBoot| first = first.or(Some(boot.xml.span)));
    first
}

fn no_container(_: &Os, scope: &Scope) -> bool {
    !scope.is_container()
}

fn no_machine(_: &Os, scope: &Scope) -> bool {
    !scope.is_machine()
}
