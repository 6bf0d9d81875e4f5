//! Limits of I/O: `disk-iotune-zero-dropped`, and `disk-iotune-group-expanded`.

use crate::rules::prelude::*;

rules![
    rule("disk-iotune-group-expanded", Class::Structure)
        .summary("the limits of an I/O group are written on every disk of the group")
        .doc(
            "Disks that name the same group in `<iotune>` share its limits. Where a disk names only the group, libvirt \
             copies the limits from the first disk of the group that has any.",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><iotune>\
             <total_bytes_sec>5000</total_bytes_sec><group_name>g</group_name></iotune></disk>\
             <disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/><iotune>\
             <group_name>g</group_name></iotune></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><iotune>\
             <total_bytes_sec>5000</total_bytes_sec><group_name>g</group_name></iotune></disk>\
             <disk type='file' device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/><iotune>\
             <total_bytes_sec>5000</total_bytes_sec><group_name>g</group_name></iotune></disk></devices>",
        )
        .row(algorithm(expand_groups).phase(Phase::Derive).profiles(LIBVIRT)),
    rule("disk-iotune-zero-dropped", Class::Default)
        .summary("limits of 0 are none")
        .doc("A limit of 0 in `<iotune>` is the same as none, and libvirt does not write it.")
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><iotune>\
         <total_bytes_sec>0</total_bytes_sec><read_iops_sec>100</read_iops_sec></iotune></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/><iotune>\
         <read_iops_sec>100</read_iops_sec></iotune></disk></devices>",
        )
        .row(zeros::<DiskIoTune>("a limit of 0 is none")),
];

fn expand_groups(devices: &mut Devices, cx: &mut Context<'_>) {
    for at in 0..devices.disks.len() {
        let Some(tune) = devices.disks[at].iotune.as_ref().filter(|tune| !says_number(&***tune)) else { continue };
        let Some(group) = tune.group_name.clone() else { continue };
        let others = devices.disks.iter().filter_map(|disk| disk.iotune.as_ref());
        let model =
            others.clone().find(|other| other.group_name.as_ref() == Some(&group) && says_number(&***other)).cloned();
        let (Some(model), Some(tune)) = (model, &mut devices.disks[at].iotune) else { continue };
        let xml = std::mem::take(&mut tune.xml);
        **tune = DiskIoTune { xml, ..*model };
        let given = numbers(tune).into_iter().map(|(name, limit)| format!("{name} {limit}"));
        let after = given.collect::<Vec<_>>().join(", ");
        cx.rewrote(&tune.xml, format!("the disk has the limits of its group {group}")).becomes("", after);
    }
}
