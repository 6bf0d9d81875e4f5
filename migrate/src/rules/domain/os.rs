//! What boots: `os-bootloader-only`, `os-loader-type-default`, `os-nvram-text`, `os-bootmenu-timeout-dropped`,
//! `os-nvram-default-ports`, `os-conflict`.

use domxml::{
    DiskHostTransport, Domain, Os, OsLoader, OsLoaderType, OsNvram, OsNvramSource, OsNvramType, OsType, OsTypeValue,
    YesNo,
};
use domxml_runtime::{Extra, Version};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, MODERN};

pub(super) static BOOTLOADER_ONLY: Rule = Rule {
    id: "os-bootloader-only",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a domain with nothing but a boot loader is paravirtualized",
    doc: "A domain with a `<bootloader>` of the host needs no `<os>`; libvirt takes it for a paravirtualized guest and writes that.",
    example: Example {
        before: "<bootloader>/usr/bin/pygrub</bootloader>",
        after: "<bootloader>/usr/bin/pygrub</bootloader><os><type>xen</type></os>",
    },
    apply: bootloader_only,
};

pub(super) static LOADER_TYPE: Rule = Rule {
    id: "os-loader-type-default",
    class: Class::Default,
    since: Some(Version::new(1, 2, 8)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "firmware is a ROM unless it says otherwise",
    doc: "A `<loader>` with a path is a ROM unless its type is given; libvirt spells that out. It never guesses \
          `pflash` from a path.",
    example: Example {
        before: "<os><type arch='x86_64'>hvm</type><loader>/usr/lib/xen/boot/hvmloader</loader></os>",
        after: "<os><type arch='x86_64'>hvm</type><loader type='rom'>/usr/lib/xen/boot/hvmloader</loader></os>",
    },
    apply: loader_type,
};

pub(super) static NVRAM_TEXT: Rule = Rule {
    id: "os-nvram-text",
    class: Class::Copy,
    since: Some(Version::new(8, 5, 0)),
    safety: Safety::Safe,
    profiles: MODERN,
    summary: "the path of the NVRAM moves into a source",
    doc: "Since 8.5.0 the NVRAM of a firmware has a type and a `<source>`, as a disk has. libvirt reads a plain path alike and \
          keeps it, so profile `libvirt` leaves it.",
    example: Example {
        before: "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader>\
                 <nvram template='/OVMF_VARS.fd'>/vm.fd</nvram></os>",
        after: "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader>\
                <nvram template='/OVMF_VARS.fd' type='file'><source file='/vm.fd'/></nvram></os>",
    },
    apply: nvram_text,
};

pub(super) static NVRAM_UNREAD: Rule = Rule {
    id: "os-nvram-unread",
    class: Class::Lossy,
    since: Some(Version::new(8, 5, 0)),
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "an NVRAM is given twice",
    doc: "An NVRAM with a type is its `<source>`, one without a type is the path that stands in it; libvirt reads past the other and does not \
          write it.",
    example: Example {
        before: "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader>\
                 <nvram>/vm.fd<source file='/other.fd'/></nvram></os>",
        after: "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader>\
                <nvram>/vm.fd</nvram></os>",
    },
    apply: nvram_unread,
};

/// Takes away what libvirt does not read of an NVRAM: a source without a type, or a path with one.
pub(super) fn take_unread_nvram(nvram: &mut OsNvram) -> Option<(&'static str, Extra)> {
    if nvram.type_.is_none() {
        nvram.source.take().map(|source| ("<source>", source.xml))
    } else {
        nvram.value.take_if(|path| !path.trim().is_empty()).map(|_| ("the path", Extra::default()))
    }
}

pub(super) static NVRAM_PORTS: Rule = Rule {
    id: "os-nvram-default-ports",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the server of an NVRAM has the usual port",
    doc: "A server that the NVRAM comes from has the usual port of its protocol unless another is given, as that of a disk; libvirt spells it out.",
    example: Example {
        before: "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader><nvram type='network'>\
                 <source protocol='iscsi' name='iqn.2013-07.com.example:vars/0'><host name='example.com'/></source></nvram></os>",
        after: "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader><nvram type='network'>\
                <source protocol='iscsi' name='iqn.2013-07.com.example:vars/0'><host name='example.com' port='3260'/></source></nvram></os>",
    },
    apply: nvram_ports,
};

pub(super) static TIMEOUT: Rule = Rule {
    id: "os-bootmenu-timeout-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a boot menu that is off has no timeout",
    doc: "libvirt reads the timeout of a boot menu only where the menu is enabled, and forgets it otherwise.",
    example: Example {
        before: "<os><type arch='x86_64'>hvm</type><bootmenu enable='no' timeout='3000'/></os>",
        after: "<os><type arch='x86_64'>hvm</type><bootmenu enable='no'/></os>",
    },
    apply: drop_timeout,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "os-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "an operating system that libvirt refuses",
    doc: "Without a boot loader of the host a domain needs `<os>` with a type. A container needs `<init>`. Devices with a boot \
          order and `<boot>` in `<os>` exclude each other. A firmware \
          needs a path unless it is chosen automatically, and one without state has no NVRAM.",
    example: Example {
        before: "<os><type arch='x86_64'>hvm</type><boot dev='hd'/></os><devices><interface type='user'><boot order='1'/>\
                 </interface></devices>",
        after: "<os><type arch='x86_64'>hvm</type><boot dev='hd'/></os><devices><interface type='user'><boot order='1'/>\
                </interface></devices>",
    },
    apply: conflict,
};

/// Whether the host's boot loader starts the domain.
pub(super) fn has_bootloader(domain: &Domain) -> bool {
    domain.bootloader.as_ref().is_some_and(|path| !path.is_empty())
}

/// The first device that says when it is booted.
pub(super) fn booting_device(domain: &Domain) -> Option<&Extra> {
    let devices = domain.devices.as_ref()?;
    let disks = devices.disk.iter().map(|device| &device.boot);
    let interfaces = devices.interface.iter().map(|device| &device.boot);
    let hostdevs = devices.hostdev.iter().map(|device| &device.boot);
    let redirdevs = devices.redirdev.iter().map(|device| &device.boot);
    let filesystems = devices.filesystem.iter().map(|device| &device.boot);
    let mut boots = disks.chain(interfaces).chain(hostdevs).chain(redirdevs).chain(filesystems);
    boots.find_map(|boot| boot.as_ref().map(|boot| &boot.xml))
}

fn bootloader_only(domain: &mut Domain, cx: &mut Context) {
    if domain.os.is_none() && has_bootloader(domain) {
        let type_ = OsType { value: OsTypeValue::Xen, ..OsType::default() };
        domain.os = Some(Os { type_, ..Os::default() });
        cx.rewrote(&domain.xml, "the boot loader starts a paravirtualized guest")
            .becomes("", "<os><type>xen</type></os>");
    }
}

fn loader_type(domain: &mut Domain, cx: &mut Context) {
    let Some(os) = &mut domain.os else { return };
    if let Some(loader) = &mut os.loader
        && loader.type_.is_none()
        && loader.value.as_ref().is_some_and(|path| !path.is_empty())
        && os.type_.value != OsTypeValue::Linux
        && os.type_.value != OsTypeValue::Exe
    {
        loader.type_ = Some(OsLoaderType::Rom);
        cx.rewrote(&loader.xml, "the loader is a ROM").becomes("", "type='rom'");
    }
}

fn nvram_text(domain: &mut Domain, cx: &mut Context) {
    let Some(nvram) = domain.os.as_mut().and_then(|os| os.nvram.as_mut()) else { return };
    if nvram.type_.is_some() || nvram.source.is_some() {
        return;
    }
    let Some(path) = nvram.value.take_if(|path| !path.is_empty()) else { return };
    cx.rewrote(&nvram.xml, "the path of the NVRAM moves into a source")
        .becomes(path.as_str(), format!("<source file='{path}'/>"));
    nvram.type_ = Some(OsNvramType::File);
    nvram.source = Some(OsNvramSource { file: Some(path), ..OsNvramSource::default() }.into());
}

fn nvram_unread(domain: &mut Domain, cx: &mut Context) {
    let Some(nvram) = domain.os.as_mut().and_then(|os| os.nvram.as_mut()) else { return };
    if let Some((what, xml)) = take_unread_nvram(nvram) {
        cx.rewrote(&nvram.xml, "libvirt reads one of two").becomes(what, "");
        nvram.xml.absorb(xml);
    }
}

fn nvram_ports(domain: &mut Domain, cx: &mut Context) {
    let nvram = domain.os.as_mut().and_then(|os| os.nvram.as_mut());
    let Some(source) = nvram.and_then(|nvram| nvram.source.as_mut()) else { return };
    let Some(usual) = source.protocol.and_then(|protocol| usual_port(protocol.as_str())) else { return };
    for host in &mut source.host {
        if let DiskHostTransport::Tcp(tcp) = &mut host.transport
            && matches!(tcp.port, None | Some(0))
        {
            tcp.port = Some(usual);
            cx.rewrote(&host.xml, "the port is the usual one of the protocol").becomes("", format!("port='{usual}'"));
        }
    }
}

fn usual_port(protocol: &str) -> Option<u32> {
    Some(match protocol {
        "nbd" => 10809,
        "iscsi" => 3260,
        "gluster" => 24007,
        "sheepdog" => 7000,
        "vxhs" => 9999,
        "http" => 80,
        "https" => 443,
        "ftp" => 21,
        "ftps" => 990,
        "tftp" => 69,
        "ssh" => 22,
        _ => return None,
    })
}

fn drop_timeout(domain: &mut Domain, cx: &mut Context) {
    if let Some(menu) = domain.os.as_mut().and_then(|os| os.bootmenu.as_mut())
        && menu.enable != Some(YesNo::Yes)
        && let Some(timeout) = menu.timeout.take()
    {
        cx.rewrote(&menu.xml, "the boot menu is off").becomes(format!("timeout='{timeout}'"), "");
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let Some(os) = &domain.os else {
        if !has_bootloader(domain) {
            cx.error(&domain.xml, "the domain has neither <os> nor a boot loader");
        }
        return;
    };
    if os.type_.value == OsTypeValue::Exe && os.init.as_ref().is_none_or(String::is_empty) {
        cx.error(&os.xml, "a container needs <init>");
    }
    if os.type_.value == OsTypeValue::Exe {
        if os.initarg.iter().any(String::is_empty) {
            cx.error(&os.xml, "an argument of <init> is empty");
        }
        if let Some(variable) = os.initenv.iter().find(|variable| variable.value.is_empty()) {
            cx.error(&variable.xml, format!("the variable {} has no value", variable.name));
        }
    }
    if os.type_.value == OsTypeValue::Hvm {
        check_firmware(os, cx);
    }
    if os.type_.value == OsTypeValue::Hvm
        && !os.boot.is_empty()
        && let Some(device) = booting_device(domain)
    {
        cx.error(device, "boot orders of devices and <boot> in <os> exclude each other");
    }
}

fn check_firmware(os: &Os, cx: &mut Context) {
    if let Some(bios) = &os.bios
        && bios.reboot_timeout.is_some_and(|timeout| !(-1..=65535).contains(&timeout))
    {
        cx.error(&bios.xml, "the time until a reboot is -1 to 65535");
    }
    let tables = os.acpi.as_ref().map_or(&[][..], |acpi| &acpi.table);
    if let Some(second) = tables.get(1)
        && !cx.knows(11, 2, 0)
    {
        cx.error(&second.xml, "libvirt takes one ACPI table before 11.2.0");
    }
    let has_path = os.loader.as_ref().is_some_and(|loader| loader.value.as_ref().is_some_and(|path| !path.is_empty()));
    let loader =
        os.loader.as_ref().filter(|loader| **loader != OsLoader { xml: loader.xml.clone(), ..OsLoader::default() });
    let nvram = os.nvram.as_ref().filter(|nvram| **nvram != OsNvram { xml: nvram.xml.clone(), ..OsNvram::default() });
    if os.firmware.is_none()
        && !has_path
        && let Some(xml) = loader.map(|loader| &loader.xml).or(nvram.map(|nvram| &nvram.xml))
    {
        cx.error(xml, "the firmware has no path and is not chosen automatically either");
    }
    if let Some(nvram) = nvram {
        if loader.is_some_and(|loader| loader.stateless == Some(YesNo::Yes)) {
            cx.error(&nvram.xml, "a firmware without state has no NVRAM");
        }
        if nvram.type_.is_some() && nvram.source.is_none() {
            cx.error(&nvram.xml, "an NVRAM with a type needs a source");
        }
    }
}
