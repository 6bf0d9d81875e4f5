//! `os-boot-default-added`, `os-boot-truncated`, `os-boot-and-bootloader`, `bootloader-empty`, `os-parts-not-read`.

use domxml::{Domain, Os, OsBoot, OsBootDev, OsTypeValue};

use super::os::{booting_device, has_bootloader};
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::LIBVIRT;

/// How many boot devices libvirt keeps.
pub(super) const MOST: usize = 4;

pub(super) static DEFAULT: Rule = Rule {
    id: "os-boot-default-added",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a guest boots from its disk unless told otherwise",
    doc: "Where neither `<os>` nor a device says what is booted, libvirt boots fully virtualized guests from the disk and writes that.",
    example: Example {
        before: "<os><type arch='x86_64'>hvm</type></os>",
        after: "<os><type arch='x86_64'>hvm</type><boot dev='hd'/></os>",
    },
    apply: add_default,
};

pub(super) static TRUNCATED: Rule = Rule {
    id: "os-boot-truncated",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "libvirt reads four boot devices",
    doc: "libvirt reads the first four `<boot>` elements, as many as there are kinds of devices, and forgets the rest.",
    example: Example {
        before: "<os><type arch='x86_64'>hvm</type><boot dev='hd'/><boot dev='fd'/><boot dev='cdrom'/><boot dev='network'/>\
                 <boot dev='hd'/></os>",
        after: "<os><type arch='x86_64'>hvm</type><boot dev='hd'/><boot dev='fd'/><boot dev='cdrom'/><boot dev='network'/></os>",
    },
    apply: truncate,
};

pub(super) static BOOTLOADER: Rule = Rule {
    id: "os-boot-and-bootloader",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a boot loader of the host leaves nothing to the firmware",
    doc: "Where a `<bootloader>` of the host starts the domain, libvirt writes neither boot devices nor boot menu nor the settings of \
          the BIOS.",
    example: Example {
        before: "<bootloader>/usr/bin/pygrub</bootloader><os><type arch='x86_64'>hvm</type><boot dev='hd'/></os>",
        after: "<bootloader>/usr/bin/pygrub</bootloader><os><type arch='x86_64'>hvm</type></os>",
    },
    apply: drop_for_bootloader,
};

pub(super) static BOOTLOADER_EMPTY: Rule = Rule {
    id: "bootloader-empty",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "arguments of no boot loader",
    doc: "An empty `<bootloader>` once meant the hypervisor's own; libvirt takes it for none, and forgets the arguments of a boot loader \
          that is not there.",
    example: Example {
        before: "<memory unit='KiB'>1048576</memory><os><type arch='x86_64'>hvm</type></os><bootloader_args>-X</bootloader_args>",
        after: "<memory unit='KiB'>1048576</memory><os><type arch='x86_64'>hvm</type></os>",
    },
    apply: drop_no_bootloader,
};

pub(super) static NOT_READ: Rule = Rule {
    id: "os-parts-not-read",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "what does not belong to the type of the operating system is not read",
    doc: "libvirt reads `<init>` and what goes with it for containers alone, kernel and firmware for machines alone, and boot \
          devices, boot menu and BIOS for fully virtualized machines alone. Of type `linux`, by which old descriptions mean \
          paravirtualized Xen, it reads none of them unless the driver for Xen does.",
    example: Example {
        before: "<os><type arch='x86_64'>hvm</type><init>/sbin/init</init><kernel>/vmlinuz</kernel></os>",
        after: "<os><type arch='x86_64'>hvm</type><kernel>/vmlinuz</kernel></os>",
    },
    apply: drop_unread,
};

fn add_default(domain: &mut Domain, cx: &mut Context) {
    if has_bootloader(domain) || booting_device(domain).is_some() {
        return;
    }
    if let Some(os) = &mut domain.os
        && os.type_.value == OsTypeValue::Hvm
        && os.boot.is_empty()
    {
        os.boot.push(OsBoot { dev: OsBootDev::Hd, ..OsBoot::default() });
        cx.rewrote(&os.xml, "the guest boots from its disk").becomes("", "<boot dev='hd'/>");
    }
}

fn truncate(domain: &mut Domain, cx: &mut Context) {
    if let Some(os) = &mut domain.os
        && let Some(fifth) = os.boot.get(MOST)
    {
        cx.rewrote(&fifth.xml, "only four boot devices are read")
            .becomes(format!("<boot dev='{}'/>", fifth.dev.as_str()), "");
        os.boot.truncate(MOST);
    }
}

/// Takes a part away; whether there was any.
fn take<T: Default + PartialEq>(part: &mut T) -> bool {
    std::mem::take(part) != T::default()
}

/// Takes away what is there of these parts; the names of what was.
macro_rules! take {
    ($os:ident, $gone:ident: $($field:ident)*) => {$(
        if take(&mut $os.$field) {
            $gone.push(stringify!($field));
        }
    )*};
}

fn drop_for_bootloader(domain: &mut Domain, cx: &mut Context) {
    if !has_bootloader(domain) {
        return;
    }
    let Some(os) = &mut domain.os else { return };
    let mut gone = Vec::new();
    take!(os, gone: boot bootmenu bios);
    report(os, &gone, cx);
}

fn drop_no_bootloader(domain: &mut Domain, cx: &mut Context) {
    if has_bootloader(domain) {
        if domain.bootloader_args.take_if(|arguments| arguments.is_empty()).is_some() {
            cx.rewrote(&domain.xml, "there are no arguments").becomes("<bootloader_args/>", "");
        }
        return;
    }
    let (loader, arguments) = (take(&mut domain.bootloader), take(&mut domain.bootloader_args));
    if loader || arguments {
        cx.rewrote(&domain.xml, "there is no boot loader").becomes("<bootloader/>, <bootloader_args/>", "");
    }
}

/// What of `<os>` libvirt does not read is taken away; the names.
pub(super) fn take_unread(os: &mut Os) -> Vec<&'static str> {
    let mut gone = Vec::new();
    let (container, machine) = match os.type_.value {
        OsTypeValue::Exe => (true, false),
        OsTypeValue::Linux => (false, false),
        OsTypeValue::Hvm | OsTypeValue::Xen | OsTypeValue::Xenpvh | OsTypeValue::Uml => (false, true),
    };
    if !container {
        take!(os, gone: init initarg initenv initdir inituser initgroup);
    }
    if !machine {
        take!(os, gone: firmware firmware_features loader nvram kernel initrd cmdline shim dtb root);
    }
    if os.type_.value != OsTypeValue::Hvm {
        take!(os, gone: acpi boot bootmenu bios);
    }
    if os.firmware.is_none() {
        take!(os, gone: firmware_features);
    }
    gone
}

fn drop_unread(domain: &mut Domain, cx: &mut Context) {
    let Some(os) = &mut domain.os else { return };
    let gone = take_unread(os);
    report(os, &gone, cx);
}

fn report(os: &Os, gone: &[&str], cx: &mut Context) {
    if !gone.is_empty() {
        cx.rewrote(&os.xml, "not read by libvirt").becomes(gone.join(", "), "");
    }
}
