//! IOMMUs.

use domxml::scalar::MemoryUnit;

use crate::rules::prelude::*;

const NO_IOAPIC: &str =
    "remapping interrupts needs the feature ioapic with the driver qemu: add <ioapic driver='qemu'/> to <features>";

rules![
    rule("iommu-contradictions", Class::Conflict)
        .summary("an IOMMU with settings that its model does not have")
        .doc(
            "Each model of an IOMMU has settings of its own, and virtio and amd alone have an address. Of smmuv3, \
             `accel='on'` is what its other settings need. Remapped interrupts need a split I/O APIC. Before 11.10.0 a \
             guest has one IOMMU only.",
        )
        .finds("<devices><iommu model='smmuv3'><driver ats='on'/></iommu></devices>")
        .finds("<devices><iommu model='virtio'><driver caching_mode='on'/></iommu></devices>")
        .finds("<features><ioapic driver='kvm'/></features><devices><iommu model='intel'><driver intremap='on'/></iommu></devices>")
        .finds("<devices><iommu model='intel'><driver eim='on'/></iommu></devices>")
        .row(at_most(1, Devices::IOMMUS, "there is one IOMMU only: leave this one out").until(11, 10, 0))
        .row(refuse_at(Iommu::ADDRESS, |iommu, _| {
            let wrong = iommu.address.is_some() && !matches!(iommu.model, IommuModel::Virtio | IommuModel::Amd);
            wrong.then(|| format!("an IOMMU of the model {} has no address: leave it out", iommu.model))
        }))
        .row(refuse_there(|domain: &Domain, scope| {
            let iommus = domain.devices.as_ref()?.iommus.iter();
            let remapping = iommus.filter_map(|it| it.driver.as_ref()).find(|it| it.intremap == Some(OnOff::On))?;
            let ioapic = domain.features.as_ref().and_then(|features| features.ioapic.as_ref());
            // QEMU's driver adds the feature.
            let split = ioapic.map_or(scope.driver == Driver::Qemu, |it| it.driver == FeatureIoapicDriver::Qemu);
            (!split).then_some((remapping.xml.span, NO_IOAPIC))
        }))
        .row(refuse_if("extended interrupts need intremap='on': set that, or leave out eim", |driver: &IommuDriver, _| {
            driver.eim == Some(OnOff::On) && driver.intremap != Some(OnOff::On)
        }))
        .row(refuse_each(|granule: &IommuGranule, _| {
            let kib = granule.size.map(|size| KIB.apply(size.0, granule.unit));
            [
                (granule.mode.is_some() && kib.is_some(), "a granule has a size or is that of the host, not both: leave out one of the two"),
                (kib == Some(None), "the granule is too large: give a smaller one"),
            ]
        }).since(12, 1, 0))
        .row(check(settings)),
    rule("iommu-number-negative", Class::Spelling)
        .summary("a negative number of an IOMMU is none")
        .doc("libvirt takes a negative bus, `ssidsize` or `oas` of an IOMMU for none, and does not write it.")
        .example(
            "<devices><iommu model='smmuv3'><driver pciBus='1' oas='-5'/></iommu></devices>",
            "<devices><iommu model='smmuv3'><driver pciBus='1'/></iommu></devices>",
        )
        .row(nothing(IommuDriver::PCI_BUS, |bus| bus.0 < 0, "a negative bus is none"))
        .rows([IommuDriver::SSIDSIZE, IommuDriver::OAS].map(|size| nothing(size, |size| *size < 0, "a negative size is none"))),
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
        .example(
            "<devices><iommu model='virtio'><driver><granule mode='host' unit='KiB'/></driver></iommu></devices>",
            "<devices><iommu model='virtio'><driver><granule mode='host'/></driver></iommu></devices>",
        )
        .row(unit(IommuGranule::SIZE, IommuGranule::UNIT, KIB).says("the granule is counted in KiB"))
        .row(nothing(IommuGranule::UNIT, |_| true, "without a size there is no unit").when(|it, _| it.size.is_none()))
        .row(nothing(child(IommuDriver::GRANULE), |it| is_no_granule(it), "a granule of the size 0 is none")),
];

/// Whether this is as if nothing were said of the granule.
fn is_no_granule(granule: &IommuGranule) -> bool {
    granule.mode.is_none() && granule.size.unwrap_or_default().0 == 0
}

/// Whether each model has the settings that it is given, and what they need.
fn settings(iommu: &Iommu, cx: &mut Context<'_>) {
    let Some(said) = &iommu.driver else { return };
    let mut driver = known_to_target(said, cx);
    driver.granule.take_if(|granule| is_no_granule(granule));
    driver.aw_bits.take_if(|bits| bits.0 == 0);
    driver.pci_bus.take_if(|bus| bus.0 < 0);
    driver.ssidsize.take_if(|size| *size < 0);
    driver.oas.take_if(|size| *size < 0);
    let known = settings_of(iommu.model, cx);
    if given(&driver).iter().any(|name| !known.contains(name)) {
        let lacking = "does not have all of these settings: leave out those it lacks, or set another model";
        cx.error(&said.xml, format!("an IOMMU of the model {} {lacking}", iommu.model));
    }
    let accelerated = [driver.cmdqv, driver.ats, driver.ril].iter().any(Option::is_some);
    if (accelerated || driver.ssidsize.or(driver.oas).is_some()) && driver.accel != Some(OnOff::On) {
        cx.error(&said.xml, "cmdqv, ats, ril, ssidsize and oas need accel='on': set that, or leave them out");
    }
}

/// The settings that a model has, or that libvirt does not miss where they are given of it.
fn settings_of(model: IommuModel, cx: &Context<'_>) -> &'static [&'static str] {
    match model {
        IommuModel::Intel => &["intremap", "caching_mode", "eim", "iotlb", "aw_bits", "dma_translation"],
        IommuModel::Amd => &["intremap", "iotlb", "xtsup", "passthrough"],
        IommuModel::Smmuv3 => &["pciBus", "accel", "cmdqv", "ats", "ril", "ssidsize", "oas"],
        // libvirt 12.1.0 or earlier, but after 11.3.0.
        IommuModel::Virtio if cx.knows(12, 1, 0) => &["granule", "xtsup", "passthrough", "aw_bits"],
        IommuModel::Virtio => &["granule", "xtsup", "passthrough"],
        _ => &[],
    }
}
