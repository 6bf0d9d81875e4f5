//! `input-bus-default`, `input-empty-driver`.

use domxml::{AddressType, ArchName, Domain, DomainType, InputBus, InputType, OsTypeValue};

use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, kept_attribute};

pub(super) static BUS: Rule = Rule {
    id: "input-bus-default",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the bus of an input device is spelt out",
    doc: "In a fully virtualized guest mice and keyboards are on the PS/2 bus on x86, on virtio on s390 and on USB elsewhere; \
          tablets are on USB, on s390 on virtio. Paravirtual Xen guests and Parallels' containers have buses of their own. \
          Where the definition does not say which architecture the guest has, profile `modern` leaves the bus to libvirt.",
    example: Example {
        before: "<devices><input type='tablet'/><input type='mouse'/></devices>",
        after: "<devices><input type='tablet' bus='usb'/><input type='mouse' bus='ps2'/></devices>",
    },
    apply: spell_bus,
};

pub(super) static CONTRADICTIONS: Rule = Rule {
    id: "input-contradictions",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "input devices that libvirt refuses",
    doc: "A tablet cannot be on the PS/2 bus, and Xen's bus is for mice and keyboards of paravirtual guests, which have no other. Guests \
          that are neither fully nor paravirtualized have no input devices, unless they are Parallels' containers. A virtio model is \
          on the virtio bus, a device on USB has an address of that type, and an event device of the host is on no bus.",
    example: Example {
        before: "<devices><input type='tablet' bus='ps2'/></devices>",
        after: "<devices><input type='tablet' bus='ps2'/></devices>",
    },
    apply: report,
};

pub(super) static DRIVER: Rule = Rule {
    id: "input-empty-driver",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a `<driver>` of an input device without attributes is not written",
    doc: "libvirt does not write a `<driver>` element that has no attribute, because it says nothing about the input device.",
    example: Example {
        before: "<devices><input type='mouse' bus='ps2'><driver/></input></devices>",
        after: "<devices><input type='mouse' bus='ps2'/></devices>",
    },
    apply: drop_driver,
};

/// What decides about the bus.
#[derive(Clone, Copy)]
struct Guest {
    os: OsTypeValue,
    arch: Option<ArchName>,
    parallels: bool,
}

impl Guest {
    fn bus(self, pointer_or_keys: bool) -> Option<InputBus> {
        match self.os {
            OsTypeValue::Hvm => Some(match self.arch {
                None | Some(ArchName::I686 | ArchName::X86_64) if pointer_or_keys => InputBus::Ps2,
                Some(ArchName::S390 | ArchName::S390x) => InputBus::Virtio,
                _ => InputBus::Usb,
            }),
            OsTypeValue::Xen | OsTypeValue::Xenpvh => Some(InputBus::Xen),
            _ => self.parallels.then_some(InputBus::Parallels),
        }
    }
}

fn spell_bus(domain: &mut Domain, cx: &mut Context) {
    let Some(os) = &domain.os else { return };
    let parallels = matches!(domain.type_, DomainType::Vz | DomainType::Parallels);
    let guest = Guest { os: os.type_.value, arch: os.type_.arch, parallels };
    if cx.profile == Profile::Modern && (guest.arch.is_none() || guest.os != OsTypeValue::Hvm) {
        return;
    }
    let Some(devices) = &mut domain.devices else { return };
    for input in &mut devices.input {
        let (field, keys) = match &mut input.type_ {
            InputType::Tablet(tablet) => (&mut tablet.bus, false),
            InputType::Mouse(mouse) => (&mut mouse.bus, true),
            InputType::Keyboard(keyboard) => (&mut keyboard.bus, true),
            InputType::Passthrough(_) | InputType::Evdev(_) => continue,
        };
        if field.is_none()
            && let Some(bus) = guest.bus(keys)
        {
            *field = Some(bus);
            cx.rewrote(&input.xml, "the bus of the input device is spelt out").becomes("", format!("bus='{bus}'"));
        }
    }
}

fn report(domain: &mut Domain, cx: &mut Context) {
    let Some((os, arch)) = domain.os.as_ref().map(|os| (os.type_.value, os.type_.arch)) else { return };
    let guest = Guest { os, arch, parallels: false };
    let paravirtual = matches!(os, OsTypeValue::Xen | OsTypeValue::Xenpvh);
    // Old Xen calls its paravirtual guests so; Parallels has devices of its own.
    let special = match domain.type_ {
        DomainType::Xen => os == OsTypeValue::Linux,
        DomainType::Vz | DomainType::Parallels => true,
        _ => false,
    };
    let Some(devices) = &domain.devices else { return };
    for input in &devices.input {
        let (bus, tablet) = match &input.type_ {
            InputType::Tablet(tablet) => (tablet.bus, true),
            InputType::Mouse(mouse) => (mouse.bus, false),
            InputType::Keyboard(keyboard) => (keyboard.bus, false),
            InputType::Evdev(_) => {
                if os != OsTypeValue::Hvm && !special || matches!(arch, Some(ArchName::S390 | ArchName::S390x)) {
                    cx.error(&input.xml, "a guest of this kind has no event devices of the host");
                }
                let is_bus = |bus: &str| InputBus::VALUES.iter().any(|known| known.value == bus);
                if kept_attribute(&input.xml, "bus").is_some_and(is_bus) {
                    cx.error(&input.xml, "an event device of the host is on no bus");
                }
                if input.model.is_some() {
                    cx.error(&input.xml, "a virtio model is on the virtio bus");
                }
                continue;
            }
            InputType::Passthrough(_) => {
                if paravirtual {
                    cx.error(&input.xml, "a paravirtual guest has mice and keyboards on Xen's bus alone");
                }
                continue;
            }
        };
        if os == OsTypeValue::Hvm {
            if tablet && bus == Some(InputBus::Ps2) {
                cx.error(&input.xml, "a tablet is not on the PS/2 bus");
            }
            if bus == Some(InputBus::Xen) {
                cx.error(&input.xml, "Xen's bus is for paravirtual guests");
            }
        } else if paravirtual {
            if bus.is_some_and(|bus| bus != InputBus::Xen) || tablet {
                cx.error(&input.xml, "a paravirtual guest has mice and keyboards on Xen's bus alone");
            }
        } else if !special {
            cx.error(&input.xml, "a guest of this kind has no input devices");
        }
        if bus.or(guest.bus(!tablet)) == Some(InputBus::Usb)
            && let Some(address) = &input.address
            && !matches!(address.type_, AddressType::Usb(_))
        {
            cx.error(&address.xml, "a device on USB has an address of the type usb");
        }
        if input.model.is_some() && bus.or(guest.bus(!tablet)) != Some(InputBus::Virtio) {
            cx.error(&input.xml, "a virtio model is on the virtio bus");
        }
    }
}

fn drop_driver(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for input in &mut devices.input {
        if let Some(driver) = &input.driver
            && (driver.iommu.is_none()
                && driver.ats.is_none()
                && driver.packed.is_none()
                && driver.page_per_vq.is_none())
        {
            input.driver = None;
            cx.rewrote(&input.xml, "an empty <driver/> says nothing").becomes("<driver/>", "");
        }
    }
}
