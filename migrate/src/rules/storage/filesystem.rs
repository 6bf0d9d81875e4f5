//! File systems: `filesystem-accessmode-default`, `filesystem-space-zero-dropped`, `filesystem-socket-dir-unread`,
//! `filesystem-handle-driver`, `filesystem-contradictions`.

use std::collections::BTreeSet;

use domxml::{Domain, Filesystem, FilesystemAccessmode, FilesystemDriverType, FilesystemType, FilesystemTypeMount};
use domxml_runtime::Version;

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, MODERN, attribute, conflict};

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
    id: "filesystem-space-zero-dropped",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "space limits of 0 are none",
    doc: "A space limit of 0 for a file system is the same as none to libvirt, which does not write it.",
    example: Example {
        before: "<devices><filesystem type='file' accessmode='passthrough'><source file='/a'/><target dir='/b'/>\
                 <space_hard_limit unit='bytes'>0</space_hard_limit></filesystem></devices>",
        after: "<devices><filesystem type='file' accessmode='passthrough'><source file='/a'/><target dir='/b'/></filesystem></devices>",
    },
    apply: drop_zeros,
};

pub(super) static BINARY: Rule = Rule {
    id: "filesystem-binary-unread",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "only virtiofs has a program of its own",
    doc: "libvirt reads `<binary>` and the length of the queue for file systems of the driver `virtiofs` alone, and does not write \
          them for others; nor format and write policy of a driver that is not named.",
    example: Example {
        before: "<devices><filesystem type='mount' accessmode='passthrough'><driver type='path'/><binary path='/x'/><source dir='/a'/>\
                 <target dir='b'/></filesystem></devices>",
        after: "<devices><filesystem type='mount' accessmode='passthrough'><driver type='path'/><source dir='/a'/><target dir='b'/>\
                </filesystem></devices>",
    },
    apply: drop_binary,
};

pub(super) static SOCKET_DIR: Rule = Rule {
    id: "filesystem-socket-dir-unread",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a file system behind a socket has no directory",
    doc: "A virtiofs daemon that somebody else runs, which is known by its socket, has the directory. libvirt does not write a `dir` \
          beside the `socket`.",
    example: Example {
        before: "<devices><filesystem type='mount'><driver type='virtiofs'/><source dir='/a' socket='/run/s'/><target dir='b'/>\
                 </filesystem></devices>",
        after: "<devices><filesystem type='mount'><driver type='virtiofs'/><source socket='/run/s'/><target dir='b'/></filesystem>\
                </devices>",
    },
    apply: drop_directory,
};

pub(super) static CONTRADICTIONS: Rule = conflict(
    "filesystem-contradictions",
    "file systems that libvirt refuses",
    "A file system names what the guest mounts, by a directory or a socket, and where. Only one of the driver `virtiofs` can be booted \
     from, and no two of that driver have the same target.",
    "<devices><filesystem type='mount' accessmode='passthrough'><source/><target dir='b'/></filesystem></devices>",
    report,
);

fn drop_directory(domain: &mut Domain, cx: &mut Context) {
    for filesystem in filesystems(domain) {
        if let FilesystemType::Mount(FilesystemTypeMount { source, .. }) = &mut filesystem.type_
            && source.socket.is_some()
            && let Some(dir) = source.dir.take()
        {
            cx.rewrote(&source.xml, "the directory is that of the socket's daemon").becomes(attribute("dir", dir), "");
        }
    }
}

fn report(domain: &mut Domain, cx: &mut Context) {
    let mut tags = BTreeSet::new();
    for filesystem in filesystems(domain) {
        let driver = filesystem.driver.as_ref().and_then(|driver| driver.type_);
        if driver == Some(FilesystemDriverType::Virtiofs) && !tags.insert(filesystem.target.dir.clone()) {
            cx.error(&filesystem.target.xml, "another file system of virtiofs has this target");
        }
        if let FilesystemType::Mount(FilesystemTypeMount { source, .. }) = &filesystem.type_
            && source.dir.is_none()
            && source.socket.is_none()
        {
            cx.error(&source.xml, "the source of the file system is missing");
        }
        if filesystem.target.dir.is_empty() {
            cx.error(&filesystem.target.xml, "the target of the file system is empty");
        }
        if let Some(boot) = &filesystem.boot
            && driver != Some(FilesystemDriverType::Virtiofs)
        {
            cx.error(&boot.xml, "only a file system of the driver virtiofs can be booted from");
        }
    }
}

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
    }
}

fn drop_binary(domain: &mut Domain, cx: &mut Context) {
    for filesystem in filesystems(domain) {
        let driver = filesystem.driver.as_ref().and_then(|driver| driver.type_);
        if driver == Some(FilesystemDriverType::Virtiofs) {
            continue;
        }
        if let FilesystemType::Mount(members) = &mut filesystem.type_
            && let Some(binary) = members.binary.take()
        {
            cx.rewrote(&binary.xml, "read for virtiofs alone").becomes("<binary>", "");
            filesystem.xml.absorb(binary.xml);
        }
        let Some(driver) = &mut filesystem.driver else { continue };
        if let Some(queue) = driver.queue.take() {
            cx.rewrote(&driver.xml, "read for virtiofs alone").becomes(format!("queue='{queue}'"), "");
        }
        if driver.type_.is_none() && (driver.format.take().is_some() | driver.wrpolicy.take().is_some()) {
            cx.rewrote(&driver.xml, "not read without a type").becomes("format, wrpolicy", "");
        }
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
