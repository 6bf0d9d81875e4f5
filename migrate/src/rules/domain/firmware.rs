//! Firmware: its image, the store of its variables, its features.

use domxml::OsFirmwareFeatureName as Name;

use crate::rules::prelude::*;
use crate::rules::storage::spell_out_ports;

rules![
    rule("os-firmware-conflict", Class::Conflict)
        .summary("a firmware that contradicts itself")
        .doc(
            "Keys cannot be enrolled in a firmware whose secure boot is disabled. A BIOS and a ROM have no NVRAM, and \
             before 12.8.0 they are never stateful. From 12.0.0 on a ROM is of the format raw, and a firmware that the \
             guest can write to has no NVRAM. From 8.6.0 until 9.2.0 libvirt refused path, type, `readonly` and \
             `secure='no'` of a firmware that it chooses itself, and the template of its NVRAM.",
        )
        .finds(
            "<os firmware='efi'><type arch='x86_64'>hvm</type><firmware><feature enabled='yes' name='enrolled-keys'/>\
             <feature enabled='no' name='secure-boot'/></firmware></os>",
        )
        .finds("<os firmware='bios'><type arch='x86_64'>hvm</type><nvram>/vm.fd</nvram></os>")
        .row(refuse_at(Os::FIRMWARE_FEATURES, |os, _| {
            let features = os.firmware_features.as_ref().filter(|_| os.firmware.is_some())?;
            let enrolled = state(features, Name::EnrolledKeys) == Some(YesNo::Yes);
            (enrolled && state(features, Name::SecureBoot) == Some(YesNo::No))
                .then_some("keys cannot be enrolled without secure boot: enable secure-boot too, or leave enrolled-keys out")
        }))
        .row(refuse_at(Os::NVRAM, |os, scope| {
            let bios = scope.is_hvm() && os.firmware == Some(OsFirmware::Bios);
            (bios && has_store(os)).then_some("a BIOS has no NVRAM: leave out <nvram>")
        }))
        // Stateful is taken for no more than a word since a release between 12.0.0 and 12.8.0.
        .row(
            refuse_at(Os::LOADER, |os, scope| {
                let loader = os.loader.as_ref().filter(|it| it.stateless == Some(YesNo::No) && scope.is_hvm())?;
                match os.firmware {
                    Some(OsFirmware::Bios) => (!has_store(os)).then_some("a BIOS has no NVRAM: leave out stateless"),
                    Some(_) => None,
                    None => (loader.type_ != Some(OsLoaderType::Pflash)).then_some("a ROM has no NVRAM: leave out stateless"),
                }
            })
            .until(12, 8, 0),
        )
        .rows(
            [
                refuse_in(Os::LOADER, |loader, _| {
                    let given = loader.readonly.is_some() || loader.type_.is_some() || loader.secure == Some(YesNo::No);
                    (given || has_path(loader)).then_some("libvirt takes neither path nor type of a firmware that it chooses: leave them out")
                }),
                refuse_in(Os::NVRAM, |nvram, _| {
                    nvram.template.as_ref().map(|_| "libvirt takes no template of a firmware that it chooses: leave it out")
                }),
            ]
            .map(|row| row.when(|os, _| os.firmware.is_some()).since(8, 6, 0).until(9, 2, 0)),
        )
        .row(
            refuse_in(Os::VARSTORE, |_, _| {
                Some("the variables of a firmware are kept by <nvram> or by <varstore>, not by both: leave out one of the two")
            })
            .when(|os, _| os.nvram.is_some()),
        )
        // Since a release between 11.6.0 and 12.0.0.
        .row(check(image_and_store).since(12, 0, 0)),
    rule("os-loader-type-default", Class::Default)
        .since(1, 2, 8)
        .summary("firmware is a ROM unless it says otherwise")
        .doc(
            "A `<loader>` with a path is a ROM unless its type is given; libvirt spells that out. It never guesses `pflash` from a path.",
        )
        .example(
            "<os><type arch='x86_64'>hvm</type><loader>/usr/lib/xen/boot/hvmloader</loader></os>",
            "<os><type arch='x86_64'>hvm</type><loader type='rom'>/usr/lib/xen/boot/hvmloader</loader></os>",
        )
        .row(
            default(OsLoader::TYPE, OsLoaderType::Rom)
                .when(|loader, scope| has_path(loader) && scope.is_machine())
                .says("the loader is a ROM"),
        ),
    rule("os-nvram-text", Class::Copy)
        .since(8, 5, 0)
        .summary("the path of the NVRAM moves into a source")
        .doc(
            "Since 8.5.0 the NVRAM of a firmware has a type and a `<source>`, as a disk has. libvirt reads a plain \
             path alike and keeps it, so profile `libvirt` leaves it.",
        )
        .example(
            "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader>\
             <nvram template='/OVMF_VARS.fd'>/vm.fd</nvram></os>",
            "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader>\
             <nvram template='/OVMF_VARS.fd' type='file'><source file='/vm.fd'/></nvram></os>",
        )
        .row(algorithm(path_to_source).profiles(MODERN)),
    rule("os-nvram-unread", Class::Lossy)
        .since(8, 5, 0)
        .summary("an NVRAM is given twice")
        .doc(
            "An NVRAM with a type is its `<source>`, one without a type is the path that stands in it; libvirt reads \
             past the other and does not write it.",
        )
        .example(
            "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader>\
             <nvram>/vm.fd<source file='/other.fd'/></nvram></os>",
            "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader><nvram>/vm.fd</nvram></os>",
        )
        .row(unread(child(OsNvram::SOURCE), "of an NVRAM without a type").when(|nvram, _| nvram.type_.is_none()))
        .row(
            unread_where(OsNvram::VALUE, |path, _| !path.trim().is_empty(), "")
                .when(|nvram, _| nvram.type_.is_some())
                .says("libvirt does not read the path of an NVRAM that has a type"),
        ),
    rule("os-nvram-default-ports", Class::Default)
        .phase(Phase::Derive)
        .summary("the server of an NVRAM has the usual port")
        .doc(
            "A server that the NVRAM comes from has the usual port of its protocol unless another is given, as that of \
             a disk; libvirt spells it out.",
        )
        .example(
            "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader><nvram type='network'>\
             <source protocol='iscsi' name='iqn.2013-07.com.example:vars/0'><host name='example.com'/></source></nvram></os>",
            "<os><type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash'>/OVMF_CODE.fd</loader><nvram type='network'>\
             <source protocol='iscsi' name='iqn.2013-07.com.example:vars/0'><host name='example.com' port='3260'/></source></nvram></os>",
        )
        .row(algorithm(|source: &mut OsNvramSource, cx| {
            if let Some(protocol) = source.protocol {
                spell_out_ports(protocol.as_str(), &mut source.hosts, cx);
            }
        })),
    rule("os-firmware-features", Class::Spelling)
        .summary("the features of the firmware in their order")
        .doc(
            "libvirt writes the features of the firmware in a fixed order, each once. Of a feature that is given twice \
             the last counts. Keys are enrolled for secure boot, so libvirt up to 9.0.0 spells out that the firmware \
             has it; later versions leave that to the driver.",
        )
        .example(
            "<os firmware='efi'><type arch='x86_64'>hvm</type><firmware><feature enabled='yes' name='secure-boot'/>\
             <feature enabled='no' name='enrolled-keys'/></firmware></os>",
            "<os firmware='efi'><type arch='x86_64'>hvm</type><firmware><feature enabled='no' name='enrolled-keys'/>\
             <feature enabled='yes' name='secure-boot'/></firmware></os>",
        )
        .row(once(OsFirmwareFeatures::FEATURES, |it| it.name as usize, Prefer::Last, "of a feature that is given twice the last counts"))
        .row(algorithm(secure_boot).phase(Phase::Derive).profiles(LIBVIRT).until(9, 1, 0))
        .row(sort(OsFirmwareFeatures::FEATURES, |feature, _| feature.name as usize, "the features in their order")),
    rule("os-loader-format", Class::Default)
        .profiles(LIBVIRT)
        .since(9, 2, 0)
        // Not made up any more since a release between 11.6.0 and 12.0.0.
        .until(12, 0, 0)
        .summary("a firmware has the format of its NVRAM")
        .doc("Where the format of the NVRAM is given and that of the firmware is not, libvirt before 12.0.0 takes it for both.")
        .example(
            "<os firmware='efi'><type arch='x86_64'>hvm</type><nvram format='qcow2'/></os>",
            "<os firmware='efi'><type arch='x86_64'>hvm</type><loader format='qcow2'/><nvram format='qcow2'/></os>",
        )
        .row(default_by(child(Os::LOADER), |os, _| {
            nvram_format(os).map(|format| OsLoader { format: Some(format), ..OsLoader::default() })
        }))
        .row(default_by(OsLoader::FORMAT.under(Os::LOADER), |os, _| nvram_format(os))),
];

pub(super) fn has_path(loader: &OsLoader) -> bool {
    loader.value.as_ref().is_some_and(|path| !path.is_empty())
}

/// Whether anything is said of the store of its variables.
pub(super) fn says_nvram(os: &Os) -> bool {
    os.nvram.as_ref().is_some_and(|nvram| !nvram.says_nothing())
}

fn has_store(os: &Os) -> bool {
    os.nvram.as_ref().is_some_and(|nvram| nvram.value.is_some() || nvram.source.is_some())
}

fn state(features: &OsFirmwareFeatures, name: Name) -> Option<YesNo> {
    features.features.iter().rfind(|feature| feature.name == name).map(|feature| feature.enabled)
}

/// What libvirt asks of a firmware's image and of the store of its variables.
fn image_and_store(os: &Os, cx: &mut Context<'_>) {
    if !cx.scope.is_hvm() {
        return;
    }
    let varstore = os.varstore.as_ref().filter(|_| cx.reads(Os::VARSTORE.info()));
    let store = os.nvram.as_ref().map(|nvram| &nvram.xml).or(varstore.map(|store| &store.xml));
    // An NVRAM with a place of its own is refused by every libvirt.
    if let Some(store) = store.filter(|_| os.firmware == Some(OsFirmware::Bios) && !has_store(os)) {
        cx.error(store, "a BIOS keeps no variables: leave out <varstore>");
    }
    let Some(loader) = &os.loader else { return };
    let rom = loader.type_ == Some(OsLoaderType::Rom) || loader.type_.is_none() && has_path(loader);
    if rom && loader.format == Some(OsFlashFormat::Qcow2) {
        cx.error(&loader.xml, "a ROM is of the format raw: set format='raw', or leave it out");
    } else if rom && loader.readonly == Some(YesNo::No) {
        cx.error(&loader.xml, "a guest cannot write to a ROM: leave out readonly='no'");
    }
    if let Some(store) = store {
        if loader.readonly == Some(YesNo::No) {
            cx.error(store, "a firmware that the guest can write to keeps its variables itself: leave this out, or set readonly='yes'");
        } else if loader.stateless == Some(YesNo::Yes) && varstore.is_some() {
            cx.error(store, "a stateless firmware keeps no variables: leave out <varstore>, or set stateless='no'");
        }
    }
}

fn path_to_source(nvram: &mut OsNvram, cx: &mut Context<'_>) {
    if nvram.type_.is_some() || nvram.source.is_some() {
        return;
    }
    let Some(path) = nvram.value.take_if(|path| !path.is_empty()) else { return };
    cx.rewrote(&nvram.xml, "the path of the NVRAM moves into a source")
        .becomes(path.as_str(), format!("<source file='{path}'/>"));
    nvram.type_ = Some(OsNvramType::File);
    nvram.source = Some(OsNvramSource { file: Some(path), ..OsNvramSource::default() }.into());
}

fn secure_boot(features: &mut OsFirmwareFeatures, cx: &mut Context<'_>) {
    if state(features, Name::EnrolledKeys) == Some(YesNo::Yes) && state(features, Name::SecureBoot).is_none() {
        let feature = OsFirmwareFeature { enabled: YesNo::Yes, name: Name::SecureBoot, ..OsFirmwareFeature::default() };
        features.features.push(feature);
        cx.rewrote(&features.xml, "keys are enrolled for secure boot")
            .becomes("", "<feature enabled='yes' name='secure-boot'/>");
    }
}

fn nvram_format(os: &Os) -> Option<OsFlashFormat> {
    os.nvram.as_ref().and_then(|nvram| nvram.format)
}
