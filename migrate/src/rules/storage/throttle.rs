//! Groups of I/O limits, and the disks that refer to them.

use std::collections::BTreeSet;

use crate::rules::prelude::*;

const NO_NAME: &str = "the group has no name: add <group_name>";

rules![
    rule("throttle-conflict", Class::Conflict)
        .summary("throttle groups have a name of their own, and disks refer to those that are there")
        .doc(
            "Each throttle group has a name, and no two have the same. A disk refers to groups of its domain, to each \
             once, and has no limits of its own then; a CD-ROM drive refers to none.",
        )
        .finds("<throttlegroups><throttlegroup><total_bytes_sec>10</total_bytes_sec></throttlegroup></throttlegroups>")
        .finds(
            "<throttlegroups><throttlegroup><group_name>g</group_name></throttlegroup><throttlegroup>\
             <group_name>g</group_name>\
             </throttlegroup></throttlegroups>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
             <throttlefilters>\
             <throttlefilter group='g'/></throttlefilters></disk></devices>",
        )
        .row(refuse_if(NO_NAME, |group: &Throttlegroup, _| group.group_name.as_ref().is_none_or(String::is_empty)))
        .row(unique(
            Throttlegroups::THROTTLEGROUPS,
            |group, _| group.group_name.clone(),
            "another throttle group has the name '{}' already",
        ))
        .row(unique(
            DiskThrottleFilters::THROTTLEFILTERS,
            |filter, _| Some(filter.group.clone()),
            "the disk refers to the throttle group '{}' already",
        ))
        .row(check(unknown_groups))
        .row(refuse(|disk: &Disk, _| {
            let filtered = disk.throttlefilters.as_ref().is_some_and(|filters| !filters.throttlefilters.is_empty());
            let why = match disk.device {
                Some(DiskDevice::Cdrom) => "a CD-ROM drive cannot have throttle filters: leave them out",
                _ if disk.iotune.is_some() => {
                    "a disk has either limits of its own or throttle filters: leave out one of the two"
                }
                _ => return None,
            };
            filtered.then_some(why)
        }),),
    rule("throttle-zero-dropped", Class::Default)
        .summary("limits of 0 in a throttle group are none")
        .doc("A limit of 0 in a throttle group is the same as none, and libvirt does not write it.")
        .example(
            "<throttlegroups><throttlegroup><total_bytes_sec>0</total_bytes_sec><group_name>g</group_name>\
             </throttlegroup></throttlegroups>",
            "<throttlegroups><throttlegroup><group_name>g</group_name></throttlegroup></throttlegroups>",
        )
        .row(zeros::<Throttlegroup>("a limit of 0 is none")),
];

fn unknown_groups(domain: &Domain, cx: &mut Context<'_>) {
    let groups = domain.throttlegroups.iter().flat_map(|groups| &groups.throttlegroups);
    let known: BTreeSet<_> = groups.filter_map(|group| group.group_name.as_deref()).collect();
    let disks = domain.devices.iter().flat_map(|devices| &devices.disks);
    let filters = disks.filter_map(|disk| disk.throttlefilters.as_ref()).flat_map(|filters| &filters.throttlefilters);
    for filter in filters.filter(|filter| !filter.group.is_empty() && !known.contains(&*filter.group)) {
        cx.error(
            &filter.xml,
            format!(
                "there is no throttle group '{}': name one that there is, or add it to <throttlegroups>",
                filter.group
            ),
        );
    }
}
