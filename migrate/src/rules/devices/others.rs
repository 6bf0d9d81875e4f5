//! Vsocks, memory balloons, panic devices, leases and watchdogs.

use domxml::scalar::bytes;

use crate::rules::prelude::*;

const NOWHERE: &str = "where there is no memory balloon";
const EMPTY: &str = "an empty <driver/> says nothing";
const PANICS: &str = "another panic device has this model already: leave this one out";
const LOW: &str = "the address of a vsock is at least 3: choose another one, or set auto='yes'";
const OF_VIRTIO: &str = "the options of virtio need a vsock of the model virtio: set that model, or leave them out";
const NO_FILE: &str = "the store needs a file of the host: add <path>";
const SIZE: &str = "the size of the store is a power of 2, and at least 4 KiB: choose such a size";
const NAMELESS: &str = "lockspace and key of a lease have a name: give both";
const BARE: &str = "libvirt does not write a panic device of which nothing is said";

rules![
    rule("device-contradictions", Class::Conflict)
        .summary("devices that libvirt refuses together")
        .doc(
            "A guest has one panic device of each model, and before libvirt 9.1 one watchdog. A lease names its \
             lockspace and key. The address of a vsock is at least 3, and without a model it has no options of virtio. \
             Of the drivers QEMU's alone finds a place for the messages of a crashing guest, where `<pstore>` names \
             none. Its size is a power of 2.",
        )
        .finds("<devices><panic model='isa'/><panic model='isa'/></devices>")
        .finds("<devices><vsock model='virtio'><cid auto='no' address='2'/></vsock></devices>")
        .finds("<devices><vsock><driver iommu='on'/></vsock></devices>")
        .finds("<devices><pstore backend='acpi-erst'><path>/p</path><size unit='KiB'>12</size></pstore></devices>")
        .finds("<devices><lease><lockspace/><key>k</key><target path='/l'/></lease></devices>")
        .row(unique(Devices::PANICS, |panic, _| Some(panic.model.map_or("", |model| model.as_str())), PANICS))
        .row(refuse_where(VsockCid::ADDRESS, |address, _| *address < 3, LOW))
        // QEMU's driver sets the model first.
        .row(
            refuse_if(OF_VIRTIO, |vsock: &Vsock, _| {
                vsock.model.is_none() && vsock.driver.as_ref().is_some_and(|driver| !is_bare(driver))
            })
            .but(Driver::Qemu),
        )
        .row(
            refuse_if(NO_FILE, |store: &Pstore, _| store.path.is_none() && !store.xml.keeps("", "path"))
                .but(Driver::Qemu),
        )
        .row(
            refuse_if(SIZE, |it: &Pstore, _| {
                // Counted in KiB, and begun ones are whole.
                bytes(&it.size).is_none_or(|bytes| {
                    let size = bytes.div_ceil(1024);
                    size < 4 || !size.is_power_of_two()
                })
            })
            .at(|store| &store.size.xml),
        )
        .row(refuse_if(NAMELESS, |lease: &Lease, _| lease.lockspace.is_empty() || lease.key.is_empty()))
        .row(at_most(1, Devices::WATCHDOGS, "there is one watchdog only: leave this one out").until(9, 1, 0)),
    rule("vsock-cid-default", Class::Default)
        .summary("whether libvirt chooses the address of a vsock is spelt out")
        .doc(
            "The context identifier of a vsock device is the one that is given, or one that libvirt chooses where none \
             is; libvirt writes which. Profile `modern` adds no `<cid>` for it.",
        )
        .example(
            "<devices><vsock model='virtio'><cid address='4'/></vsock></devices>",
            "<devices><vsock model='virtio'><cid auto='no' address='4'/></vsock></devices>",
        )
        .row(default_by(VsockCid::AUTO, |cid, _| {
            Some(if cid.address.unwrap_or(0) == 0 { YesNo::Yes } else { YesNo::No })
        }))
        .row(implied(child(Vsock::CID), VsockCid { auto: Some(YesNo::Yes), ..VsockCid::default() })),
    rule("memballoon-none-address", Class::Structure)
        .summary("the memory balloon of the model `none` has no address")
        .doc(
            "The model `none` says that the guest has no memory balloon. libvirt reads neither its address nor its \
             alias."
        )
        .example(
            "<devices><memballoon model='none'><address type='virtio-mmio'/></memballoon></devices>",
            "<devices><memballoon model='none'/></devices>",
        )
        .rows(each_field!(Memballoon::[ALIAS ACPI ADDRESS], |part| unread(child(part), NOWHERE)
                .when(|it, _| it.model == MemballoonModel::None)),),
    rule("memballoon-stats-period0", Class::Spelling)
        .summary("a period of 0 for statistics is not written")
        .doc(
            "A period of 0 seconds, or of less, says that the memory balloon collects no statistics, as it does where nothing is \
             said."
        )
        .example(
            "<devices><memballoon model='virtio'><stats period='0'/></memballoon></devices>",
            "<devices><memballoon model='virtio'/></devices>",
        )
        .row(nothing(child(Memballoon::STATS), |stats| stats.period.0 <= 0, "a period of 0 is none")),
    rule("device-empty-driver", Class::Spelling)
        .summary("a `<driver>` without attributes is not written")
        .doc(
            "libvirt does not write a `<driver>` element that has no attribute, because it says nothing about the \
             device: an entropy source, a memory balloon, a vsock, an IOMMU, a sound card or an accelerator.",
        )
        .example(
            "<devices><memballoon model='virtio'><driver/></memballoon></devices>",
            "<devices><memballoon model='virtio'/></devices>",
        )
        .rows(each_type!([Rng Sound Crypto Memballoon Vsock], nothing(child(Of::DRIVER), is_bare, EMPTY))),
    rule("crypto-queues-zero", Class::Default)
        .summary("a crypto device without queues of its own")
        .doc("0 queues of a crypto device are what it has where nothing is said, and libvirt does not write them.")
        .example(
            "<devices><crypto model='virtio' type='qemu'><backend model='builtin' queues='0'/></crypto></devices>",
            "<devices><crypto model='virtio' type='qemu'><backend model='builtin'/></crypto></devices>",
        )
        .row(nothing(CryptoBackend::QUEUES, |queues| *queues == 0, "0 queues are the usual number")),
    rule("panic-bare-dropped", Class::Lossy)
        .but(Driver::Qemu)
        .summary("a `<panic/>` of which nothing is said is not written")
        .doc(
            "A panic device without model, alias and address is one that the hypervisor chooses. libvirt's form of no \
             hypervisor in particular does not show it; the QEMU driver gives it a model, and profile `modern` keeps \
             it.",
        )
        .example("<devices><panic/></devices>", "<devices/>")
        .row(nothing(child(Devices::PANICS), Panic::says_nothing, BARE)),
];
