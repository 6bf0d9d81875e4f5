//! What is there of a guest though nothing is said; mapped users and groups, partitions.

use crate::rules::prelude::*;

const NOTHING: &str =
    "<resource> names neither a partition nor an application: add <partition> or <fibrechannel>, or leave it out";

rules![
    rule("idmap-conflict", Class::Conflict)
        .summary("a container must map its root user and group")
        .doc("Where a container maps users it must map groups too, and both from 0 on; libvirt refuses anything else.")
        .finds("<idmap><uid start='0' target='1000' count='10'/></idmap>")
        .finds("<idmap><uid start='1' target='1000' count='10'/><gid start='0' target='1000' count='10'/></idmap>")
        // Of a file system libvirt drops such a map.
        .row(refuse_in(Domain::IDMAP, |idmap: &Idmap, _| {
            let firsts = [&idmap.uids, &idmap.gids].map(|ranges| ranges.iter().map(|range| range.start).min());
            match firsts {
                [None, Some(_)] | [Some(_), None] => Some("users and groups are mapped both: add the missing <uid> or <gid>"),
                _ => firsts.into_iter().flatten().any(|first| first != 0).then_some("the container's root is not mapped: map it by start='0'"),
            }
        })),
    rule("resource-conflict", Class::Conflict)
        .summary("a resource without a partition")
        .doc(
            "A `<resource>` must name a partition, or, since 7.7.0, an application on a Fibre Channel fabric; libvirt \
             refuses an empty one.",
        )
        .finds("<resource/>")
        .row(refuse_if(NOTHING, |resource: &Resource, _| {
            resource.partition.as_ref().is_none_or(String::is_empty) && resource.fibrechannel.as_ref().is_none_or(|it| it.appid.is_none())
        })),
    rule("resource-partition-empty", Class::Default)
        .summary("a partition without a name is none")
        .doc("Where an application on a Fibre Channel fabric is named too, libvirt takes an empty `<partition>` for none and does not write it.")
        .example(
            "<resource><partition></partition><fibrechannel appid='a'/></resource>",
            "<resource><fibrechannel appid='a'/></resource>",
        )
        .row(nothing(Resource::PARTITION, String::is_empty, "there is no partition")),
    rule("clock-absent", Class::Default)
        .summary("the clock shows UTC unless told otherwise")
        .doc("Without a `<clock>` the guest's clock starts with the time in UTC, and libvirt writes that.")
        .example("", "<clock offset='utc'/>")
        .row(default(child(Domain::CLOCK), Clock::default()).profiles(LIBVIRT).says("the clock shows UTC")),
    rule("lifecycle-absent", Class::Default)
        .summary("what happens at the end of a guest is spelt out")
        .doc(
            "A guest that powers off or crashes is destroyed and one that reboots restarts, unless `<on_poweroff>`, \
             `<on_crash>` and `<on_reboot>` say otherwise; libvirt always writes the three.",
        )
        .example(
            "<on_reboot>destroy</on_reboot>",
            "<on_poweroff>destroy</on_poweroff><on_reboot>destroy</on_reboot><on_crash>destroy</on_crash>",
        )
        .row(default(Domain::ON_POWEROFF, LifecycleAction::Destroy).profiles(LIBVIRT))
        .row(default(Domain::ON_REBOOT, LifecycleAction::Restart).profiles(LIBVIRT))
        .row(default(Domain::ON_CRASH, DomainOnCrash::Destroy).profiles(LIBVIRT)),
    rule("idmap-sorted", Class::Spelling)
        .summary("mapped users and groups by number")
        .doc("libvirt sorts the ranges of users and of groups that a container maps by where they start.")
        .example(
            "<idmap><uid start='5' target='1000' count='10'/><uid start='0' target='1' count='1'/>\
             <gid start='0' target='1000' count='10'/></idmap>",
            "<idmap><uid start='0' target='1' count='1'/><uid start='5' target='1000' count='10'/>\
             <gid start='0' target='1000' count='10'/></idmap>",
        )
        .rows(each_field!(Idmap::[UIDS GIDS], |part| sort(part, |range, _| range.start, "ranges by where they start"))),
];
