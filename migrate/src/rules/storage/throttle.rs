//! Groups of I/O limits, and the disks that refer to them.

use std::collections::BTreeSet;

use crate::rules::prelude::*;

const NO_NAME: &str = "the group has no name: add <group_name>";
const TAKEN: &str = "another throttle group has the name '{}' already";
const AGAIN: &str = "the disk refers to the throttle group '{}' already";
const NO_FILTERS: &str = "a CD-ROM drive cannot have throttle filters: leave them out";
const EITHER: &str = "a disk has either limits of its own or throttle filters: leave out one of the two";

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
        .row(unique(Throttlegroups::THROTTLEGROUPS, |group, _| group.group_name.clone(), TAKEN))
        .row(unique(DiskThrottleFilters::THROTTLEFILTERS, |filter, _| Some(filter.group.clone()), AGAIN))
        .row(check(unknown_groups).since(11, 2, 0))
        .row(refuse(|disk: &Disk, _| {
            disk.throttlefilters.as_ref().filter(|filters| !filters.throttlefilters.is_empty())?;
            let is_drive = disk.device == Some(DiskDevice::Cdrom);
            if is_drive { Some(NO_FILTERS) } else { disk.iotune.as_ref().map(|_| EITHER) }
        })),
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
        let missing = format!("there is no throttle group '{}'", filter.group);
        cx.error(&filter.xml, format!("{missing}: name one that there is, or add it to <throttlegroups>"));
    }
}
