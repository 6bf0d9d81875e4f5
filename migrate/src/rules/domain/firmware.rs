//! `os-firmware-features`, `os-loader-format`, `os-firmware-conflict`.

use domxml::{
    Domain, Os, OsFirmware, OsFirmwareFeature, OsFirmwareFeatureName as Name, OsFirmwareFeatures, OsFlashFormat,
    OsLoader, OsLoaderType, OsTypeValue, YesNo,
};
use domxml_runtime::Version;

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static FEATURES: Rule = Rule {
    id: "os-firmware-features",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the features of the firmware in their order",
    doc: "libvirt writes the features of the firmware in a fixed order, each once. Of a feature that is given twice the last counts. \
          Keys are enrolled for secure boot, so libvirt up to 9.0.0 spells out that the firmware has it; later versions leave that \
          to the driver.",
    example: Example {
        before: "<os firmware='efi'><type arch='x86_64'>hvm</type><firmware><feature enabled='yes' name='secure-boot'/>\
                 <feature enabled='no' name='enrolled-keys'/></firmware></os>",
        after: "<os firmware='efi'><type arch='x86_64'>hvm</type><firmware><feature enabled='no' name='enrolled-keys'/>\
                <feature enabled='yes' name='secure-boot'/></firmware></os>",
    },
    apply,
};

pub(super) static LOADER_FORMAT: Rule = Rule {
    id: "os-loader-format",
    class: Class::Default,
    since: Some(Version::new(9, 2, 0)),
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a firmware has the format of its NVRAM",
    doc: "Where the format of the NVRAM is given and that of the firmware is not, libvirt before 12.0.0 takes it for both.",
    example: Example {
        before: "<os firmware='efi'><type arch='x86_64'>hvm</type><nvram format='qcow2'/></os>",
        after: "<os firmware='efi'><type arch='x86_64'>hvm</type><loader format='qcow2'/><nvram format='qcow2'/></os>",
    },
    apply: loader_format,
};

pub(super) static CONFLICT: Rule = Rule {
    id: "os-firmware-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "a firmware that contradicts itself",
    doc: "Keys cannot be enrolled in a firmware whose secure boot is disabled. A BIOS and a ROM have no NVRAM, and before 12.8.0 \
          they are never stateful. From 12.0.0 on a ROM is of the format raw, and a firmware that the guest can write to has no NVRAM. \
          From 8.6.0 until 9.2.0 libvirt refused path, type, `readonly` and `secure='no'` of a firmware that it chooses itself, and the template of its NVRAM.",
    example: Example {
        before: "<os firmware='efi'><type arch='x86_64'>hvm</type><firmware><feature enabled='yes' name='enrolled-keys'/>\
                 <feature enabled='no' name='secure-boot'/></firmware></os>",
        after: "<os firmware='efi'><type arch='x86_64'>hvm</type><firmware><feature enabled='yes' name='enrolled-keys'/>\
                <feature enabled='no' name='secure-boot'/></firmware></os>",
    },
    apply: conflict,
};

fn features(domain: &mut Domain) -> Option<&mut OsFirmwareFeatures> {
    domain.os.as_mut().filter(|os| os.firmware.is_some())?.firmware_features.as_mut()
}

fn state(features: &OsFirmwareFeatures, name: Name) -> Option<YesNo> {
    features.feature.iter().rfind(|feature| feature.name == name).map(|feature| feature.enabled)
}

fn apply(domain: &mut Domain, cx: &mut Context) {
    let Some(features) = features(domain) else { return };
    if !cx.knows(9, 1, 0)
        && state(features, Name::EnrolledKeys) == Some(YesNo::Yes)
        && state(features, Name::SecureBoot).is_none()
    {
        let feature = OsFirmwareFeature { enabled: YesNo::Yes, name: Name::SecureBoot, ..OsFirmwareFeature::default() };
        features.feature.push(feature);
        cx.rewrote(&features.xml, "keys are enrolled for secure boot")
            .becomes("", "<feature enabled='yes' name='secure-boot'/>");
    }
    if features.feature.is_sorted_by(|a, b| (a.name as usize) < b.name as usize) {
        return;
    }
    cx.rewrote(&features.xml, "the features in their order");
    features.feature.reverse();
    features.feature.sort_by_key(|feature| feature.name as usize);
    features.feature.dedup_by_key(|feature| feature.name);
}

fn loader_format(domain: &mut Domain, cx: &mut Context) {
    if cx.knows(12, 0, 0) {
        return;
    }
    let Some(os) = &mut domain.os else { return };
    let Some(format) = os.nvram.as_ref().and_then(|nvram| nvram.format) else { return };
    if os.loader.as_ref().is_some_and(|loader| loader.format.is_some()) {
        return;
    }
    os.loader.get_or_insert_with(OsLoader::default).format = Some(format);
    cx.rewrote(&os.xml, "the firmware has the format of its NVRAM")
        .becomes("", format!("<loader format='{}'/>", format.as_str()));
}

/// What libvirt refused of a firmware that it chooses itself, between the release that began to check that and the one that
/// learnt what to make of it.
fn check_chosen(os: &Os, cx: &mut Context) {
    if !cx.knows(8, 6, 0) || cx.knows(9, 2, 0) {
        return;
    }
    if let Some(loader) = &os.loader {
        let path = loader.value.as_ref().is_some_and(|path| !path.is_empty());
        let given = loader.readonly.is_some() || loader.type_.is_some() || loader.secure == Some(YesNo::No);
        if given || path {
            cx.error(&loader.xml, "libvirt before 9.2.0 takes neither path nor type of a firmware that it chooses");
        }
    }
    if let Some(nvram) = os.nvram.as_ref().filter(|nvram| nvram.template.is_some()) {
        cx.error(&nvram.xml, "libvirt before 9.2.0 takes no template of a firmware that it chooses");
    }
}

/// What only some kinds of firmware have.
fn check_nvram(os: &Os, cx: &mut Context) {
    if os.type_.value != OsTypeValue::Hvm {
        return;
    }
    let stateful = os.loader.as_ref().filter(|loader| loader.stateless == Some(YesNo::No));
    // Stateful is taken for no more than a word since a release between 12.0.0 and 12.8.0.
    let stateful = stateful.filter(|_| !cx.knows(12, 8, 0));
    if os.firmware == Some(OsFirmware::Bios) {
        let nvram = os.nvram.as_ref().filter(|nvram| nvram.value.is_some() || nvram.source.is_some());
        if let Some(xml) = nvram.map(|nvram| &nvram.xml).or(stateful.map(|loader| &loader.xml)) {
            cx.error(xml, "a BIOS has no NVRAM");
        }
    } else if os.firmware.is_none()
        && let Some(loader) = stateful.filter(|loader| loader.type_ != Some(OsLoaderType::Pflash))
    {
        cx.error(&loader.xml, "a ROM has no NVRAM");
    }
}

/// What libvirt asks of a firmware's image and of the store of its variables since a release between 11.6.0 and 12.0.0.
fn check_store(os: &Os, cx: &mut Context) {
    let varstore = os.varstore.as_ref().filter(|store| cx.reads(*store));
    if let (Some(_), Some(store)) = (&os.nvram, varstore) {
        cx.error(&store.xml, "the variables of a firmware are kept by <nvram> or by <varstore>, not by both");
    }
    if os.type_.value != OsTypeValue::Hvm || !cx.knows(12, 0, 0) {
        return;
    }
    let store = os.nvram.as_ref().map(|nvram| &nvram.xml).or(varstore.map(|store| &store.xml));
    if let (Some(xml), Some(OsFirmware::Bios)) = (varstore.map(|store| &store.xml), os.firmware) {
        cx.error(xml, "a BIOS keeps no variables");
    }
    let Some(loader) = &os.loader else { return };
    let path = loader.value.as_ref().is_some_and(|path| !path.is_empty());
    let rom = loader.type_ == Some(OsLoaderType::Rom) || loader.type_.is_none() && path && os.firmware.is_none();
    if rom && loader.format == Some(OsFlashFormat::Qcow2) {
        cx.error(&loader.xml, "a ROM is of the format raw");
    }
    if let Some(store) = store {
        if loader.readonly == Some(YesNo::No) {
            cx.error(store, "a firmware that the guest can write to keeps its variables itself");
        } else if loader.stateless == Some(YesNo::Yes) && varstore.is_some() {
            cx.error(store, "a stateless firmware keeps no variables");
        }
    }
}

fn conflict(domain: &mut Domain, cx: &mut Context) {
    if let Some(os) = &domain.os {
        check_nvram(os, cx);
        check_store(os, cx);
        if os.firmware.is_some() {
            check_chosen(os, cx);
        }
    }
    let Some(features) = features(domain) else { return };
    if state(features, Name::EnrolledKeys) == Some(YesNo::Yes) && state(features, Name::SecureBoot) == Some(YesNo::No) {
        cx.error(&features.xml, "keys cannot be enrolled without secure boot");
    }
}
