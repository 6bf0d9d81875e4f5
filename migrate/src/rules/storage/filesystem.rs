//! File systems.

use std::collections::HashMap;

use domxml::FilesystemDriverType as Type;

use crate::rules::prelude::*;

const TWICE: &str = "another file system of virtiofs has this target: choose another one";
const NO_SOURCE: &str = "the source of the file system is missing: add <source>";
const NO_TARGET: &str = "the target of the file system is empty: give dir of <target>";
const HALF: &str = "a volume is named by pool and volume together: add the one that is missing";
const NO_BOOT: &str = "only a file system of the driver virtiofs can be booted from: leave out <boot>";
const OTHER: &str = "of another driver than virtiofs";
const HANDLE: &str = "QEMU has no driver 'handle' since 4.0; 'path' is its successor";
const NO_SIZE: &str = "the size of a pool is a number of threads: give one, or leave out size";

rules![
    // What libvirt refuses.
    rule("filesystem-contradictions", Class::Conflict)
        .summary("file systems that libvirt refuses")
        .doc(
            "A file system names what the guest mounts, by a directory, a socket, or pool and volume, and where. Only one of the driver \
             `virtiofs` can be booted from, and no two of that driver have the same target.",
        )
        .finds(
            "<devices><filesystem type='mount' accessmode='passthrough'><source/><target dir='b'/></filesystem>\
                </devices>"
        )
        .finds(
            "<devices><filesystem type='mount' accessmode='passthrough'><source dir='/a'/><target dir=''/>\
                </filesystem></devices>"
        )
        .finds(
            "<devices><filesystem type='mount' accessmode='passthrough'><source dir='/a'/><target dir='b'/><boot \
             order='1'/></filesystem>\
             </devices>",
        )
        .finds(
            "<devices><filesystem type='mount' accessmode='passthrough'><driver type='virtiofs'/><source dir='/a'/>\
             <target dir='b'/></filesystem>\
             <filesystem type='mount' accessmode='passthrough'><driver type='virtiofs'/><source dir='/c'/><target \
             dir='b'/></filesystem></devices>",
        )
        .finds(
            "<devices><filesystem type='volume' accessmode='passthrough'><source pool='p'/><target dir='b'/></filesystem></devices>",
        )
        .row(
            unique(Devices::FILESYSTEMS, |it, _| is_virtiofs(it).then(|| it.target.dir.clone()), TWICE).until(12, 8, 0)
        )
        // From a release between 11.3.0 and 12.8.0 on one of virtiofs shares its target with no other at all.
        .row(
            refuse_there(|devices: &Devices, _| {
                // Whether one of virtiofs is among those of a target.
                let mut seen: HashMap<&str, bool> = HashMap::new();
                let second = devices.filesystems.iter().find(|it| {
                    let before = seen.get(&*it.target.dir).copied();
                    let any = is_virtiofs(it) || before.unwrap_or_default();
                    seen.insert(&it.target.dir, any);
                    before.is_some() && any
                });
                second.map(|it| (it.xml.span, TWICE))
            })
            .since(12, 8, 0),
        )
        .finds(
            "<devices><filesystem type='mount' accessmode='passthrough'><driver type='virtiofs'/><binary><thread_pool size='many'/></binary>\
             <source dir='/a'/><target dir='b'/></filesystem></devices>",
        )
        // Less than 0 is as good as nothing.
        .row(refuse_if(NO_SIZE, |it: &FilesystemBinaryThreadPool, _| {
            kept_value(&it.xml, "size").is_some_and(|it| !it.is_empty() && it.parse::<i32>().is_err())
        }))
        .row(refuse_if(HALF, |it: &FilesystemSourceVolume, _| it.pool.is_some() != it.volume.is_some()))
        .row(refuse_if(NO_SOURCE, |it: &FilesystemSourceMount, _| it.dir.is_none() && it.socket.is_none()))
        .row(refuse_where(required(FilesystemTarget::DIR), |dir, _| dir.is_empty(), NO_TARGET))
        .row(refuse_where(child(Filesystem::BOOT), |_, _| true, NO_BOOT).when(|it, _| !is_virtiofs(it))),
    rule("filesystem-accessmode-default", Class::Default)
        .since(0, 8, 5)
        .summary("files of the host are accessed with the rights of the guest's users")
        .doc(
            "The access mode of a file system is `passthrough` unless another one is given, and libvirt spells that \
             out. A virtiofs daemon that somebody else runs, which is known by its socket, has its own mode.",
        )
        .example(
            "<devices><filesystem type='mount'><source dir='/a'/><target dir='b'/></filesystem></devices>",
            "<devices><filesystem type='mount' accessmode='passthrough'><source dir='/a'/><target dir='b'/>\
             </filesystem></devices>",
        )
        .row(default(Filesystem::ACCESSMODE, FilesystemAccessmode::Passthrough).when(|it, _| !has_socket(it))),
    rule("filesystem-space-zero-dropped", Class::Default)
        .summary("space limits of 0 are none")
        .doc("A space limit of 0 for a file system is the same as none to libvirt, which does not write it.")
        .example(
            "<devices><filesystem type='file' accessmode='passthrough'><source file='/a'/><target dir='/b'/>\
             <space_hard_limit unit='bytes'>0</space_hard_limit></filesystem></devices>",
            "<devices><filesystem type='file' accessmode='passthrough'><source file='/a'/><target dir='/b'/>\
             </filesystem></devices>",
        )
        .rows(each_field!(Filesystem::[SPACE_HARD_LIMIT SPACE_SOFT_LIMIT], |limit| {
            nothing(child(limit), |limit| limit.value == 0, "a limit of 0 is none")
        })),
    rule("filesystem-binary-unread", Class::Lossy)
        .summary("only virtiofs has a program of its own")
        .doc(
            "libvirt reads `<binary>`, `<idmap>` and the length of the queue for file systems of the driver `virtiofs` \
             alone, and does not write them for others; nor format and write policy of a driver that is not named.",
        )
        .example(
            "<devices><filesystem type='mount' accessmode='passthrough'><driver type='path'/><binary path='/x'/>\
             <source dir='/a'/>\
             <target dir='b'/></filesystem></devices>",
            "<devices><filesystem type='mount' accessmode='passthrough'><driver type='path'/><source dir='/a'/>\
             <target dir='b'/>\
             </filesystem></devices>",
        )
        .example(
            "<devices><filesystem type='mount' accessmode='passthrough'><driver type='path'/><idmap><uid start='0' target='1' count='9'/>\
             </idmap><source dir='/a'/><target dir='b'/></filesystem></devices>",
            "<devices><filesystem type='mount' accessmode='passthrough'><driver type='path'/><source dir='/a'/><target dir='b'/>\
             </filesystem></devices>",
        )
        .rows(each_field!(Filesystem::[BINARY IDMAP], |it| unread(child(it), OTHER).when(|it, _| !is_virtiofs(it))))
        .row(unread(FilesystemDriver::QUEUE, OTHER).when(|driver, _| driver.type_ != Some(Type::Virtiofs)))
        .rows(each_field!(FilesystemDriver::[FORMAT WRPOLICY], |it| {
            unread(it, "without a type").when(|driver, _| driver.type_.is_none())
        })),
    rule("filesystem-virtiofs-nothing", Class::Default)
        .summary("what says nothing of a file system of virtiofs")
        .doc("Where no users are mapped libvirt reads past the groups that are, and 0 files that virtiofsd may have open are no number of them.")
        .example(
            "<devices><filesystem type='mount' accessmode='passthrough'><driver type='virtiofs'/><idmap><gid start='0' target='1' count='9'/>\
             </idmap><source dir='/a'/><target dir='b'/></filesystem></devices>",
            "<devices><filesystem type='mount' accessmode='passthrough'><driver type='virtiofs'/><source dir='/a'/><target dir='b'/>\
             </filesystem></devices>",
        )
        // A user that is mapped wrongly is refused.
        .row(nothing(child(Filesystem::IDMAP), |it| it.uids.is_empty() && !it.gids.is_empty(), "no users are mapped"))
        .row(nothing(FilesystemBinaryOpenFiles::MAX, |most| *most == 0, "no number of files is given")),
    rule("filesystem-socket-dir-unread", Class::Lossy)
        .summary("a file system behind a socket has no directory")
        .doc(
            "A virtiofs daemon that somebody else runs, which is known by its socket, has the directory. libvirt does \
             not write a `dir` beside the `socket`.",
        )
        .example(
            "<devices><filesystem type='mount'><driver type='virtiofs'/><source dir='/a' socket='/run/s'/><target \
             dir='b'/>\
             </filesystem></devices>",
            "<devices><filesystem type='mount'><driver type='virtiofs'/><source socket='/run/s'/><target dir='b'/>\
             </filesystem>\
             </devices>",
        )
        .row(
            unread(FilesystemSourceMount::DIR, "beside the socket of the daemon that has the directory")
                .when(|source, _| source.socket.is_some()),
        ),
    rule("filesystem-handle-driver", Class::Lossy)
        .summary("the driver `handle` of 9pfs is gone from QEMU")
        .doc(
            "QEMU 4.0 removed the `handle` driver of 9pfs; `path` does the same job by other means. Which of both a \
             guest gets changes how its files are reached, so this is only reported.",
        )
        .finds(
            "<devices><filesystem type='mount' accessmode='passthrough'><driver type='handle'/><source dir='/a'/>\
             <target dir='b'/></filesystem></devices>",
        )
        .row(note_if(HANDLE, |driver: &FilesystemDriver, _| driver.type_ == Some(Type::Handle))),
];

fn is_virtiofs(filesystem: &Filesystem) -> bool {
    filesystem.driver.as_ref().and_then(|driver| driver.type_) == Some(Type::Virtiofs)
}

/// Whether its daemon is known by a socket.
fn has_socket(filesystem: &Filesystem) -> bool {
    matches!(&filesystem.type_, FilesystemType::Mount(members) if members.source.socket.is_some())
}
