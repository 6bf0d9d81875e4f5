//! `vsock-cid-default`, `memballoon-none-address`, `memballoon-stats-period0`, `device-empty-driver`, `panic-bare-dropped`,
//! `device-contradictions`.

use domxml::{Domain, Extra, MemballoonModel, VsockCid, YesNo};

use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static VSOCK: Rule = Rule {
    id: "vsock-cid-default",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "whether libvirt chooses the address of a vsock is spelt out",
    doc: "The context identifier of a vsock device is the one that is given, or one that libvirt chooses where none is; libvirt \
          writes which. Profile `modern` adds no `<cid>` for it.",
    example: Example {
        before: "<devices><vsock model='virtio'><cid address='4'/></vsock></devices>",
        after: "<devices><vsock model='virtio'><cid auto='no' address='4'/></vsock></devices>",
    },
    apply: spell_cid,
};

pub(super) static BALLOON_NONE: Rule = Rule {
    id: "memballoon-none-address",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the memory balloon of the model `none` has no address",
    doc: "The model `none` says that the guest has no memory balloon. libvirt reads neither its address nor its alias.",
    example: Example {
        before: "<devices><memballoon model='none'><address type='virtio-mmio'/></memballoon></devices>",
        after: "<devices><memballoon model='none'/></devices>",
    },
    apply: drop_balloon_address,
};

pub(super) static BALLOON_PERIOD: Rule = Rule {
    id: "memballoon-stats-period0",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a period of 0 for statistics is not written",
    doc: "A period of 0 seconds says that the memory balloon collects no statistics, as it does where nothing is said.",
    example: Example {
        before: "<devices><memballoon model='virtio'><stats period='0'/></memballoon></devices>",
        after: "<devices><memballoon model='virtio'/></devices>",
    },
    apply: drop_period,
};

pub(super) static EMPTY_DRIVER: Rule = Rule {
    id: "device-empty-driver",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a `<driver>` without attributes is not written",
    doc: "libvirt does not write a `<driver>` element that has no attribute, because it says nothing about the device: an entropy \
          source, a memory balloon, a vsock, an IOMMU, a sound card or an accelerator.",
    example: Example {
        before: "<devices><memballoon model='virtio'><driver/></memballoon></devices>",
        after: "<devices><memballoon model='virtio'/></devices>",
    },
    apply: drop_drivers,
};

pub(super) static BARE_PANIC: Rule = Rule {
    id: "panic-bare-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a `<panic/>` of which nothing is said is not written",
    doc: "A panic device without model, alias and address is one that the hypervisor chooses. libvirt's form of no hypervisor in \
          particular does not show it; profile `modern` keeps it.",
    example: Example { before: "<devices><panic/></devices>", after: "<devices/>" },
    apply: drop_panic,
};

pub(super) static CONTRADICTIONS: Rule = Rule {
    id: "device-contradictions",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "devices that libvirt refuses together",
    doc: "A guest has one panic device of each model, and before libvirt 9.1 one watchdog. A lease names its lockspace and key. The address of a vsock is at least 3, \
          and without a model it has no options of virtio. Only an IOMMU of the model `intel` has settings, and one of the model `virtio` \
          an address: to remap interrupts needs an I/O APIC of QEMU's, extended ones need that they are remapped.",
    example: Example {
        before: "<devices><panic model='isa'/><panic model='isa'/></devices>",
        after: "<devices><panic model='isa'/><panic model='isa'/></devices>",
    },
    apply: report,
};

fn spell_cid(domain: &mut Domain, cx: &mut Context) {
    let Some(vsock) = domain.devices.as_mut().and_then(|devices| devices.vsock.as_mut()) else { return };
    if cx.profile == Profile::Libvirt && vsock.cid.is_none() {
        vsock.cid = Some(VsockCid { xml: Extra::at(vsock.xml.span), ..VsockCid::default() });
    }
    let Some(cid) = &mut vsock.cid else { return };
    if cid.auto.is_none() {
        let auto = if cid.address.is_some_and(|address| address != 0) { YesNo::No } else { YesNo::Yes };
        cid.auto = Some(auto);
        cx.rewrote(&vsock.xml, "whether libvirt chooses the address is spelt out")
            .becomes("", format!("auto='{auto}'"));
    }
}

fn drop_balloon_address(domain: &mut Domain, cx: &mut Context) {
    let Some(balloon) = domain.devices.as_mut().and_then(|devices| devices.memballoon.as_mut()) else { return };
    if balloon.model == MemballoonModel::None
        && (balloon.alias.is_some() || balloon.acpi.is_some() || balloon.address.is_some())
    {
        (balloon.alias, balloon.acpi, balloon.address) = (None, None, None);
        cx.rewrote(&balloon.xml, "a memory balloon of the model none is nowhere").becomes("<address>", "");
    }
}

fn drop_period(domain: &mut Domain, cx: &mut Context) {
    let Some(balloon) = domain.devices.as_mut().and_then(|devices| devices.memballoon.as_mut()) else { return };
    if balloon.stats.take_if(|stats| stats.period == 0).is_some() {
        cx.rewrote(&balloon.xml, "a period of 0 is none").becomes("<stats period='0'/>", "");
    }
}

fn drop_drivers(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    macro_rules! drop_empty {
        ($device:expr) => {{
            let device = $device;
            let empty = device.driver.take_if(|driver| {
                driver.iommu.is_none()
                    && driver.ats.is_none()
                    && driver.packed.is_none()
                    && driver.page_per_vq.is_none()
            });
            if empty.is_some() {
                cx.rewrote(&device.xml, "an empty <driver/> says nothing").becomes("<driver/>", "");
            }
        }};
    }
    devices.rng.iter_mut().for_each(|it| drop_empty!(it));
    devices.sound.iter_mut().for_each(|it| drop_empty!(it));
    devices.crypto.iter_mut().for_each(|it| drop_empty!(it));
    devices.memballoon.iter_mut().for_each(|it| drop_empty!(it));
    devices.vsock.iter_mut().for_each(|it| drop_empty!(it));
}

fn drop_panic(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    devices.panic.retain(|panic| {
        let bare = panic.model.is_none() && panic.alias.is_none() && panic.acpi.is_none() && panic.address.is_none();
        if bare {
            cx.rewrote(&panic.xml, "libvirt does not write a panic device of which nothing is said")
                .becomes("<panic/>", "");
        }
        !bare
    });
}

fn report(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &domain.devices else { return };
    for (at, panic) in devices.panic.iter().enumerate() {
        if devices.panic[..at].iter().any(|other| other.model == panic.model) {
            cx.error(&panic.xml, "another panic device has this model");
        }
    }
    if let Some(cid) = devices.vsock.as_ref().and_then(|vsock| vsock.cid.as_ref())
        && cid.address.is_some_and(|address| address < 3)
    {
        cx.error(&cid.xml, "the address of a vsock is at least 3");
    }
    if let Some(driver) = devices.vsock.as_ref().filter(|vsock| vsock.model.is_none()).and_then(|it| it.driver.as_ref())
        && [driver.iommu, driver.ats, driver.packed, driver.page_per_vq].iter().any(Option::is_some)
    {
        cx.error(&driver.xml, "the options of virtio need a vsock of the model virtio");
    }
    for lease in &devices.lease {
        if lease.lockspace.is_empty() || lease.key.is_empty() {
            cx.error(&lease.xml, "lockspace and key of a lease have a name");
        }
    }
    if !cx.knows(9, 1, 0)
        && let Some(second) = devices.watchdog.get(1)
    {
        cx.error(&second.xml, "the target knows one watchdog only");
    }
}
