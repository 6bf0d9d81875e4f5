//! `iommu-granule-unit`, `iommu-contradictions`.

use domxml::scalar::MemoryUnit;
use domxml::{Domain, FeatureIoapicDriver, Iommu, IommuDriver, IommuModel, OnOff};
use domxml_runtime::Version;

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, attribute, kib, known_to_target};

pub(super) static GRANULE: Rule = Rule {
    id: "iommu-granule-unit",
    class: Class::Spelling,
    since: Some(Version::new(12, 1, 0)),
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the granule of an IOMMU in KiB",
    doc: "libvirt counts the granule of a virtio IOMMU in KiB, rounded up. One of the size 0 is none.",
    example: Example {
        before: "<devices><iommu model='virtio'><driver><granule size='65536' unit='b'/></driver></iommu></devices>",
        after: "<devices><iommu model='virtio'><driver><granule size='64' unit='KiB'/></driver></iommu></devices>",
    },
    apply: granule_in_kib,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "iommu-contradictions",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "an IOMMU with settings that its model does not have",
    doc: "Each model of an IOMMU has settings of its own, and virtio and amd alone have an address. Of smmuv3, `accel='on'` is what its other \
          settings need. Remapped interrupts need a split I/O APIC. Before 11.10.0 a guest has one IOMMU only.",
    example: Example {
        before: "<devices><iommu model='smmuv3'><driver ats='on'/></iommu></devices>",
        after: "<devices><iommu model='smmuv3'><driver ats='on'/></iommu></devices>",
    },
    apply: conflict,
};

fn iommus(domain: &mut Domain) -> impl Iterator<Item = &mut Iommu> {
    domain.devices.iter_mut().flat_map(|devices| &mut devices.iommu)
}

fn granule_in_kib(domain: &mut Domain, cx: &mut Context) {
    for driver in iommus(domain).filter_map(|iommu| iommu.driver.as_mut()) {
        if let Some(granule) = driver.granule.take_if(|granule| granule.size == Some(0)) {
            cx.rewrote(&granule.xml, "a granule of the size 0 is none").becomes(attribute("size", 0), "");
            driver.xml.absorb(granule.xml);
        }
        let Some(granule) = &mut driver.granule else { continue };
        let Some(size) = granule.size else { continue };
        let unit = granule.unit.unwrap_or(MemoryUnit::KiB);
        let rounded = kib(u64::from(size), Some(unit)).and_then(|size| u32::try_from(size).ok());
        if let Some(rounded) = rounded.filter(|_| unit != MemoryUnit::KiB) {
            (granule.size, granule.unit) = (Some(rounded), Some(MemoryUnit::KiB));
            cx.rewrote(&granule.xml, "the granule is counted in KiB")
                .becomes(format!("{size} {unit}"), format!("{rounded} KiB"));
        }
    }
}

/// What a driver says beyond the settings of its model; several settings of smmuv3 need another one.
fn foreign(driver: &IommuDriver, model: IommuModel, cx: &Context) -> bool {
    let mut rest = IommuDriver { xml: domxml::Extra::default(), ..driver.clone() };
    match model {
        IommuModel::Intel => {
            (rest.intremap, rest.caching_mode, rest.eim) = (None, None, None);
            (rest.iotlb, rest.aw_bits, rest.dma_translation) = (None, None, None);
        }
        IommuModel::Amd => (rest.intremap, rest.iotlb, rest.xtsup, rest.passthrough) = (None, None, None, None),
        IommuModel::Smmuv3 => {
            (rest.pci_bus, rest.accel, rest.cmdqv, rest.ats) = (None, None, None, None);
            (rest.ril, rest.ssidsize, rest.oas) = (None, None, None);
        }
        IommuModel::Virtio => {
            (rest.granule, rest.xtsup, rest.passthrough) = (None, None, None);
            // libvirt 12.1.0 or earlier, but after 11.3.0.
            if cx.knows(12, 1, 0) {
                rest.aw_bits = None;
            }
        }
    }
    rest != IommuDriver::default()
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    let ioapic = domain.features.as_ref().and_then(|features| features.ioapic.as_ref());
    let split_ioapic = ioapic.is_some_and(|ioapic| ioapic.driver == FeatureIoapicDriver::Qemu);
    if !cx.knows(11, 10, 0)
        && let Some(second) = iommus(domain).nth(1)
    {
        cx.error(&second.xml.clone(), "the target knows one IOMMU only");
    }
    for iommu in iommus(domain) {
        if let Some(address) = &iommu.address
            && !matches!(iommu.model, IommuModel::Virtio | IommuModel::Amd)
        {
            cx.error(&address.xml, format!("an IOMMU of the model {} has no address", iommu.model));
        }
        let Some(said) = &iommu.driver else { continue };
        let driver = known_to_target(said, cx);
        let remaps = driver.intremap == Some(OnOff::On);
        if foreign(&driver, iommu.model, cx) {
            cx.error(&said.xml, format!("an IOMMU of the model {} does not have all of these settings", iommu.model));
        } else if remaps && !split_ioapic {
            cx.error(&said.xml, "remapping interrupts needs the feature ioapic with the driver qemu");
        } else if driver.eim == Some(OnOff::On) && !remaps {
            cx.error(&said.xml, "extended interrupts need intremap='on'");
        }
        let accelerated = driver.cmdqv.is_some()
            || driver.ats.is_some()
            || driver.ril.is_some()
            || driver.ssidsize.is_some_and(|size| size != -1)
            || driver.oas.is_some_and(|size| size != -1);
        if accelerated && driver.accel != Some(OnOff::On) {
            cx.error(&said.xml, "cmdqv, ats, ril, ssidsize and oas need accel='on'");
        }
    }
}
