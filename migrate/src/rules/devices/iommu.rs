//! IOMMUs.

use domxml::scalar::MemoryUnit;

use crate::rules::prelude::*;

pub(super) fn rules() -> Vec<Rule> {
    vec![
        conflict(),
        rule("iommu-granule-unit-default", Class::Default)
            .since(12, 1, 0)
            .summary("the unit of an IOMMU's granule is spelt out")
            .doc("A size of the granule is in KiB where it has no unit; one that is the host's has none.")
            .example(
                "<devices><iommu model='virtio'><driver><granule size='64'/></driver></iommu></devices>",
                "<devices><iommu model='virtio'><driver><granule size='64' unit='KiB'/></driver></iommu></devices>",
            )
            .row(default(IommuGranule::UNIT, MemoryUnit::KiB).when(|granule, _| granule.size.is_some())),
        rule("iommu-granule-unit", Class::Spelling)
            .since(12, 1, 0)
            .summary("the granule of an IOMMU in KiB")
            .doc("libvirt counts the granule of a virtio IOMMU in KiB, rounded up. One of the size 0 is none.")
            .example(
                "<devices><iommu model='virtio'><driver><granule size='65536' unit='b'/></driver></iommu></devices>",
                "<devices><iommu model='virtio'><driver><granule size='64' unit='KiB'/></driver></iommu></devices>",
            )
            .row(algorithm(granule_in_kib).phase(Phase::Write).profiles(LIBVIRT))
            .row(nothing(child(IommuDriver::GRANULE), is_no_granule, "a granule of the size 0 is none")),
    ]
}

fn conflict() -> Rule {
    rule("iommu-contradictions", Class::Conflict)
        .summary("an IOMMU with settings that its model does not have")
        .doc(
            "Each model of an IOMMU has settings of its own, and virtio and amd alone have an address. Of smmuv3, `accel='on'` is what its \
             other settings need. Remapped interrupts need a split I/O APIC. Before 11.10.0 a guest has one IOMMU only.",
        )
        .finds("<devices><iommu model='smmuv3'><driver ats='on'/></iommu></devices>")
        .finds("<devices><iommu model='virtio'><driver caching_mode='on'/></iommu></devices>")
        .finds("<features><ioapic driver='kvm'/></features><devices><iommu model='intel'><driver intremap='on'/></iommu></devices>")
        .finds("<devices><iommu model='intel'><driver eim='on'/></iommu></devices>")
        .row(
            refuse(|devices: &Devices, _| devices.iommus.get(1).map(|_| "there is one IOMMU only"))
                .at(|devices| devices.iommus.get(1).map_or(&devices.xml, |second| &second.xml))
                .until(11, 10, 0),
        )
        .row(refuse_at(Iommu::ADDRESS, |iommu, _| {
            let wrong = iommu.address.is_some() && !matches!(iommu.model, IommuModel::Virtio | IommuModel::Amd);
            wrong.then(|| format!("an IOMMU of the model {} has no address", iommu.model))
        }))
        .row(
            refuse(|domain: &Domain, scope| {
                let ioapic = domain.features.as_ref().and_then(|features| features.ioapic.as_ref());
                let split = match ioapic {
                    Some(ioapic) => ioapic.driver == FeatureIoapicDriver::Qemu,
                    // QEMU's driver adds the feature.
                    None => scope.driver == Driver::Qemu,
                };
                (!split && remapping(domain).is_some())
                    .then_some("remapping interrupts needs the feature ioapic with the driver qemu")
            })
            .at(|domain| remapping(domain).map_or(&domain.xml, |driver| &driver.xml)),
        )
        .row(refuse(|driver: &IommuDriver, _| {
            let alone = driver.eim == Some(OnOff::On) && driver.intremap != Some(OnOff::On);
            alone.then_some("extended interrupts need intremap='on'")
        }))
        .row(
            refuse_each(|granule: &IommuGranule, _| {
                let kib = granule.size.map(|size| KIB.apply(size.0, granule.unit));
                [
                    (granule.mode.is_some() && kib.is_some(), "a granule has a size or is that of the host, not both"),
                    (kib == Some(None), "the granule is too large"),
                ]
            })
            .since(12, 1, 0),
        )
        .row(check(settings))
}

/// Whether this is as if nothing were said of the granule.
fn is_no_granule(granule: &IommuGranule) -> bool {
    granule.mode.is_none() && granule.size.unwrap_or_default().0 == 0
}

/// The first IOMMU that remaps interrupts.
fn remapping(domain: &Domain) -> Option<&IommuDriver> {
    let mut drivers = domain.devices.iter().flat_map(|devices| &devices.iommus).filter_map(|it| it.driver.as_ref());
    drivers.find(|driver| driver.intremap == Some(OnOff::On))
}

/// Whether each model has the settings that it is given, and what they need.
fn settings(iommu: &Iommu, cx: &mut Context<'_>) {
    let Some(said) = &iommu.driver else { return };
    let mut driver = known_to_target(said, cx);
    driver.granule.take_if(|granule| is_no_granule(granule));
    driver.aw_bits.take_if(|bits| bits.0 == 0);
    if foreign(&driver, iommu.model, cx) {
        cx.error(&said.xml, format!("an IOMMU of the model {} does not have all of these settings: leave out those it lacks, or set another model", iommu.model));
    }
    let set = |number: Option<i32>| number.is_some_and(|number| number != -1);
    let accelerated = [driver.cmdqv, driver.ats, driver.ril].iter().any(Option::is_some);
    if (accelerated || set(driver.ssidsize) || set(driver.oas)) && driver.accel != Some(OnOff::On) {
        cx.error(&said.xml, "cmdqv, ats, ril, ssidsize and oas need accel='on'");
    }
}

/// What a driver says beyond the settings of its model.
fn foreign(driver: &IommuDriver, model: IommuModel, cx: &Context<'_>) -> bool {
    let mut rest = driver.clone();
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
        _ => {}
    }
    !is_bare(&rest)
}

fn granule_in_kib(granule: &mut IommuGranule, cx: &mut Context<'_>) {
    let Some(size) = granule.size else { return };
    let unit = granule.unit.unwrap_or(MemoryUnit::KiB);
    let rounded = KIB.apply(size.0, Some(unit));
    if let Some(rounded) = rounded.filter(|_| unit != MemoryUnit::KiB) {
        (granule.size, granule.unit) = (Some(rounded.into()), Some(MemoryUnit::KiB));
        cx.rewrote(&granule.xml, "the granule is counted in KiB")
            .becomes(format!("{size} {unit}"), format!("{rounded} KiB"));
    }
}
