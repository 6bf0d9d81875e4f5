//! File systems: `filesystem-accessmode-default`, `filesystem-zero-values-dropped`, `filesystem-handle-driver`.

use domxml::{
    Domain, Extra, Filesystem, FilesystemAccessmode, FilesystemBinary, FilesystemDriver, FilesystemDriverType,
    FilesystemType,
};
use domxml_runtime::Version;

use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, MODERN};

pub(super) static ACCESSMODE: Rule = Rule {
    id: "filesystem-accessmode-default",
    class: Class::Default,
    since: Some(Version::new(0, 8, 5)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "files of the host are accessed with the rights of the guest's users",
    doc: "The access mode of a file system is `passthrough` unless another one is given, and libvirt spells that out. A virtiofs \
          daemon that somebody else runs, which is known by its socket, has its own mode.",
    example: Example {
        before: "<devices><filesystem type='mount'><source dir='/a'/><target dir='b'/></filesystem></devices>",
        after: "<devices><filesystem type='mount' accessmode='passthrough'><source dir='/a'/><target dir='b'/></filesystem></devices>",
    },
    apply: spell_out_mode,
};

pub(super) static ZERO: Rule = Rule {
    id: "filesystem-zero-values-dropped",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "limits of 0 and empty elements of a file system are not written",
    doc: "Space limits of 0, a queue of 0, permission bits of 0, a driver without type and parts of `<binary>` without attributes are \
          the same as nothing to libvirt, which does not write them.",
    example: Example {
        before: "<devices><filesystem type='file' accessmode='passthrough'><source file='/a'/><target dir='/b'/>\
                 <space_hard_limit unit='bytes'>0</space_hard_limit></filesystem></devices>",
        after: "<devices><filesystem type='file' accessmode='passthrough'><source file='/a'/><target dir='/b'/></filesystem></devices>",
    },
    apply: drop_zeros,
};

pub(super) static HANDLE: Rule = Rule {
    id: "filesystem-handle-driver",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: MODERN,
    summary: "the driver `handle` of 9pfs is gone from QEMU",
    doc: "QEMU 4.0 removed the `handle` driver of 9pfs; `path` does the same job by other means. Which of both a guest gets changes \
          how its files are reached, so this is only reported.",
    example: Example {
        before: "<devices><filesystem type='mount' accessmode='passthrough'><driver type='handle'/><source dir='/a'/>\
                 <target dir='b'/></filesystem></devices>",
        after: "<devices><filesystem type='mount' accessmode='passthrough'><driver type='handle'/><source dir='/a'/>\
                <target dir='b'/></filesystem></devices>",
    },
    apply: report_handle,
};

fn filesystems(domain: &mut Domain) -> &mut [Filesystem] {
    domain.devices.as_mut().map_or(&mut [], |devices| &mut devices.filesystem)
}

fn spell_out_mode(domain: &mut Domain, cx: &mut Context) {
    for filesystem in filesystems(domain) {
        let served = matches!(&filesystem.type_, FilesystemType::Mount(members) if members.source.socket.is_some());
        if filesystem.accessmode.is_none() && !served {
            filesystem.accessmode = Some(FilesystemAccessmode::Passthrough);
            cx.rewrote(&filesystem.xml, "the usual access mode is spelt out").becomes("", "accessmode='passthrough'");
        }
    }
}

fn drop_zeros(domain: &mut Domain, cx: &mut Context) {
    for filesystem in filesystems(domain) {
        if let Some(limit) = filesystem.space_hard_limit.take_if(|limit| limit.value == 0) {
            cx.rewrote(&limit.xml, "a limit of 0 is none").becomes("<space_hard_limit>", "");
            filesystem.xml.absorb(limit.xml);
        }
        if let Some(limit) = filesystem.space_soft_limit.take_if(|limit| limit.value == 0) {
            cx.rewrote(&limit.xml, "a limit of 0 is none").becomes("<space_soft_limit>", "");
            filesystem.xml.absorb(limit.xml);
        }
        for mode in [&mut filesystem.fmode, &mut filesystem.dmode] {
            if mode.take_if(|mode| mode.0 == 0).is_some() {
                cx.rewrote(&filesystem.xml, "no permission bits are the usual ones").becomes("0000", "");
            }
        }
        drop_driver(filesystem, cx);
        if let FilesystemType::Mount(members) = &mut filesystem.type_ {
            drop_binary(&mut members.binary, &mut filesystem.xml, cx);
        }
    }
}

fn drop_driver(filesystem: &mut Filesystem, cx: &mut Context) {
    let Some(driver) = &mut filesystem.driver else { return };
    if driver.queue.take_if(|queue| *queue == 0).is_some() {
        cx.rewrote(&driver.xml, "a queue of 0 is the usual one").becomes("queue='0'", "");
    }
    if driver.wrpolicy.is_none()
        && driver.format.is_none()
        && driver.type_.is_none()
        && without_xml(driver, |d| &mut d.xml) == FilesystemDriver::default()
    {
        cx.rewrote(&driver.xml, "a driver without attributes says nothing").becomes("<driver/>", "");
        if let Some(driver) = filesystem.driver.take() {
            filesystem.xml.absorb(driver.xml);
        }
    }
}

/// A copy that keeps nothing verbatim, to be compared.
fn without_xml<T: Clone>(element: &T, xml: impl Fn(&mut T) -> &mut Extra) -> T {
    let mut copy = element.clone();
    *xml(&mut copy) = Extra::default();
    copy
}

fn drop_binary(binary: &mut Option<FilesystemBinary>, outer: &mut Extra, cx: &mut Context) {
    let Some(inner) = binary else { return };
    if let Some(part) = inner.cache.take_if(|cache| cache.mode.is_none()) {
        cx.rewrote(&part.xml, "says nothing").becomes("<cache/>", "");
    }
    if let Some(part) = inner.sandbox.take_if(|sandbox| sandbox.mode.is_none()) {
        cx.rewrote(&part.xml, "says nothing").becomes("<sandbox/>", "");
    }
    if let Some(part) = inner.lock.take_if(|lock| lock.posix.is_none() && lock.flock.is_none()) {
        cx.rewrote(&part.xml, "says nothing").becomes("<lock/>", "");
    }
    if let Some(part) = inner.thread_pool.take_if(|pool| pool.size.is_none()) {
        cx.rewrote(&part.xml, "says nothing").becomes("<thread_pool/>", "");
    }
    if let Some(part) = inner.openfiles.take_if(|files| files.max.is_none_or(|max| max == 0)) {
        cx.rewrote(&part.xml, "says nothing").becomes("<openfiles/>", "");
    }
    if without_xml(inner, |binary| &mut binary.xml) == FilesystemBinary::default()
        && let Some(gone) = binary.take()
    {
        cx.rewrote(&gone.xml, "says nothing").becomes("<binary/>", "");
        outer.absorb(gone.xml);
    }
}

fn report_handle(domain: &mut Domain, cx: &mut Context) {
    for filesystem in filesystems(domain) {
        if let Some(driver) = &filesystem.driver
            && driver.type_ == Some(FilesystemDriverType::Handle)
        {
            cx.note(&driver.xml, "QEMU has no driver 'handle' since 4.0; 'path' is its successor");
        }
    }
}
