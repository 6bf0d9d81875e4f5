//! Vsocks, memory balloons, panic devices, leases and watchdogs.

use domxml::scalar::bytes;

use crate::rules::prelude::*;

pub(super) fn rules() -> Vec<Rule> {
    vec![
        conflict(),
        rule("vsock-cid-default", Class::Default)
            .summary("whether libvirt chooses the address of a vsock is spelt out")
            .doc(
                "The context identifier of a vsock device is the one that is given, or one that libvirt chooses where none is; libvirt \
                 writes which. Profile `modern` adds no `<cid>` for it.",
            )
            .example(
                "<devices><vsock model='virtio'><cid address='4'/></vsock></devices>",
                "<devices><vsock model='virtio'><cid auto='no' address='4'/></vsock></devices>",
            )
            .row(default_by(VsockCid::AUTO, |cid, _| {
                let given = cid.address.is_some_and(|address| address != 0);
                Some(if given { YesNo::No } else { YesNo::Yes })
            }))
            .row(
                default(child(Vsock::CID), VsockCid { auto: Some(YesNo::Yes), ..VsockCid::default() })
                    .profiles(LIBVIRT),
            ),
        no_balloon(),
        rule("memballoon-stats-period0", Class::Spelling)
            .summary("a period of 0 for statistics is not written")
            .doc("A period of 0 seconds says that the memory balloon collects no statistics, as it does where nothing is said.")
            .example(
                "<devices><memballoon model='virtio'><stats period='0'/></memballoon></devices>",
                "<devices><memballoon model='virtio'/></devices>",
            )
            .row(nothing(child(Memballoon::STATS), |stats| stats.period.0 == 0, "a period of 0 is none")),
        empty_drivers(),
        rule("panic-bare-dropped", Class::Lossy)
            .summary("a `<panic/>` of which nothing is said is not written")
            .doc(
                "A panic device without model, alias and address is one that the hypervisor chooses. libvirt's form of no hypervisor in \
                 particular does not show it; the QEMU driver gives it a model, and profile `modern` keeps it.",
            )
            .example("<devices><panic/></devices>", "<devices/>")
            .row(
                nothing(
                    child(Devices::PANICS),
                    is_bare::<Panic>,
                    "libvirt does not write a panic device of which nothing is said",
                )
                .but(Driver::Qemu),
            ),
    ]
}

fn conflict() -> Rule {
    rule("device-contradictions", Class::Conflict)
        .summary("devices that libvirt refuses together")
        .doc(
            "A guest has one panic device of each model, and before libvirt 9.1 one watchdog. A lease names its lockspace and key. The \
             address of a vsock is at least 3, and without a model it has no options of virtio. Of the drivers QEMU's alone finds a place \
             for the messages of a crashing guest, where `<pstore>` names none. Its size is a power of 2.",
        )
        .finds("<devices><panic model='isa'/><panic model='isa'/></devices>")
        .finds("<devices><vsock model='virtio'><cid auto='no' address='2'/></vsock></devices>")
        .finds("<devices><vsock><driver iommu='on'/></vsock></devices>")
        .finds("<devices><pstore backend='acpi-erst'><path>/p</path><size unit='KiB'>12</size></pstore></devices>")
        .finds("<devices><lease><lockspace/><key>k</key><target path='/l'/></lease></devices>")
        .row(unique(
            Devices::PANICS,
            |panic, _| Some(panic.model.map(|model| model as usize)),
            |_| "another panic device has this model already: leave this one out".to_owned(),
        ))
        .row(refuse(|cid: &VsockCid, _| {
            cid.address.is_some_and(|address| address < 3).then_some("the address of a vsock is at least 3")
        }))
        // QEMU's driver sets the model first.
        .row(
            refuse(|vsock: &Vsock, _| {
                let options = vsock.driver.as_ref().is_some_and(|driver| !is_bare(driver));
                (options && vsock.model.is_none()).then_some("the options of virtio need a vsock of the model virtio")
            })
            .but(Driver::Qemu),
        )
        .row(
            refuse(|store: &Pstore, _| {
                let kept = store.xml.keeps("", "path");
                (store.path.is_none() && !kept).then_some("the store needs a file of the host: add <path>")
            })
            .but(Driver::Qemu),
        )
        .row(
            refuse(|store: &Pstore, _| {
                let fits = bytes(&store.size).is_some_and(|bytes| bytes >= 4096 && bytes.is_power_of_two());
                (!fits).then_some("the size of the store is a power of 2, and at least 4 KiB")
            })
            .at(|store| &store.size.xml),
        )
        .row(refuse(|lease: &Lease, _| {
            let nameless = lease.lockspace.is_empty() || lease.key.is_empty();
            nameless.then_some("lockspace and key of a lease have a name")
        }))
        .row(
            refuse(|devices: &Devices, _| devices.watchdogs.get(1).map(|_| "there is one watchdog only"))
                .at(|devices| devices.watchdogs.get(1).map_or(&devices.xml, |second| &second.xml))
                .until(9, 1, 0),
        )
}

fn no_balloon() -> Rule {
    const NOWHERE: &str = "where there is no memory balloon";
    let none = |balloon: &Memballoon| balloon.model == MemballoonModel::None;
    rule("memballoon-none-address", Class::Structure)
        .summary("the memory balloon of the model `none` has no address")
        .doc("The model `none` says that the guest has no memory balloon. libvirt reads neither its address nor its alias.")
        .example(
            "<devices><memballoon model='none'><address type='virtio-mmio'/></memballoon></devices>",
            "<devices><memballoon model='none'/></devices>",
        )
        .row(unread(child(Memballoon::ALIAS), NOWHERE).when(move |balloon, _| none(balloon)))
        .row(unread(child(Memballoon::ACPI), NOWHERE).when(move |balloon, _| none(balloon)))
        .row(unread(child(Memballoon::ADDRESS), NOWHERE).when(move |balloon, _| none(balloon)))
}

fn empty_drivers() -> Rule {
    const EMPTY: &str = "an empty <driver/> says nothing";
    rule("device-empty-driver", Class::Spelling)
        .summary("a `<driver>` without attributes is not written")
        .doc(
            "libvirt does not write a `<driver>` element that has no attribute, because it says nothing about the device: an entropy \
             source, a memory balloon, a vsock, an IOMMU, a sound card or an accelerator.",
        )
        .example(
            "<devices><memballoon model='virtio'><driver/></memballoon></devices>",
            "<devices><memballoon model='virtio'/></devices>",
        )
        .row(nothing(child(Rng::DRIVER), is_bare, EMPTY))
        .row(nothing(child(Sound::DRIVER), is_bare, EMPTY))
        .row(nothing(child(Crypto::DRIVER), is_bare, EMPTY))
        .row(nothing(child(Memballoon::DRIVER), is_bare, EMPTY))
        .row(nothing(child(Vsock::DRIVER), is_bare, EMPTY))
}
