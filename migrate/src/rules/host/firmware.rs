//! Firmware that libvirt looks for on the host.

use domxml::host::DomainCapabilities;
use domxml::{Os, OsFirmwareFeatureName, OsLoaderType, YesNo};

use super::{doubtful, instead, lacking};
use crate::host::Choices;
use crate::rule::{Class, rule};

rules![
    rule("host-firmware-missing", Class::Host)
        .summary("firmware that libvirt does not find on the host")
        .doc(
            "With `firmware=` libvirt chooses among the images that the host describes (in \
             `/usr/share/qemu/firmware`); an image, a template or a feature that is named beside it must be that of \
             one of these. Paths differ from distribution to distribution: leave out `<loader>` and the template, and \
             libvirt fills them in. Without `firmware=` any image may be named, so that one which libvirt does not \
             know is only noted.",
        )
        .finds("<os firmware='efi'><type arch='x86_64' machine='pc'>hvm</type><loader>/usr/share/edk2/ovmf/OVMF_CODE.fd</loader></os>")
        .finds("<os firmware='bios'><type arch='x86_64' machine='pc'>hvm</type></os>")
        .finds("<os firmware='efi'><type arch='x86_64' machine='pc'>hvm</type><firmware><feature enabled='yes' name='secure-boot'/></firmware></os>")
        .finds("<os><type arch='x86_64' machine='pc'>hvm</type><loader readonly='yes' type='pflash'>/usr/share/edk2/ovmf/OVMF_CODE.fd</loader></os>")
        .row(lacking(|os: &Os, guest, _| {
            let own = guest.devices()?;
            kind(os, own).or_else(|| image(os, own)).or_else(|| template(os, own)).or_else(|| feature(os, own))
        }))
        .row(lacking(|os: &Os, guest, _| {
            let loader = guest.devices()?.os.as_ref()?.loader.as_ref().map(Choices::from)?;
            let asked = os.loader.as_ref()?.secure == Some(YesNo::Yes);
            (asked && loader.has("secure", "yes") == Some(false))
                .then(|| "guests of this machine have no firmware with secure='yes' on the host: leave it out".to_owned())
        }))
        .row(doubtful(|os: &Os, guest, _| {
            let loader = os.loader.as_ref().filter(|it| os.firmware.is_none() && it.type_ == Some(OsLoaderType::Pflash))?;
            let path = loader.value.as_deref()?;
            let known = images(guest.devices()?)?;
            (!known.contains(&path)).then(|| {
                format!(
                    "{path} is none of the images that libvirt knows on the host: see that it is there, or leave the choice to libvirt \
                     (<os firmware='efi'> without <loader>)"
                )
            })
        })),
];

/// A kind of firmware that there is none of.
fn kind(os: &Os, own: &DomainCapabilities) -> Option<String> {
    let asked = os.firmware.as_ref()?.as_str();
    let choices = Choices::from(own.os.as_ref()?);
    if choices.has("firmware", asked)? {
        return None;
    }
    let machine = own.machine.as_deref().or(own.arch.as_deref()).unwrap_or("such");
    let way = match instead(&choices, "firmware", &[]) {
        _ if asked == "bios" => "leave out firmware=, and QEMU starts its own".to_owned(),
        Some(others) => format!("set firmware={others}, or install a package that has it"),
        None => "install a package that has it, or name the image with <loader>".to_owned(),
    };
    Some(format!("the host describes no firmware '{asked}' for {machine} guests: {way}"))
}

/// The images that the host describes.
fn images(own: &DomainCapabilities) -> Option<Vec<&str>> {
    let images: Vec<&str> = own.os.as_ref()?.loader.as_ref()?.values.iter().map(String::as_str).collect();
    (!images.is_empty()).then_some(images)
}

/// An image that is none of those that libvirt chooses among.
fn image(os: &Os, own: &DomainCapabilities) -> Option<String> {
    let path = os.loader.as_ref().filter(|_| os.firmware.is_some())?.value.as_deref()?;
    let known = images(own)?;
    (!known.contains(&path)).then(|| {
        format!(
            "the host describes no firmware {path}: leave out <loader> and the template of <nvram>, and libvirt chooses"
        )
    })
}

/// A template that belongs to no image. It stands beside the image, with another word in its name.
fn template(os: &Os, own: &DomainCapabilities) -> Option<String> {
    os.firmware.as_ref()?;
    let path = os.nvram.as_ref()?.template.as_deref()?;
    let stem = |path: &str| path.split_once(".").map_or(path, |(stem, _)| stem).to_owned();
    let image = stem(&path.replace("_VARS", "_CODE"));
    let named = path.contains("_VARS") && image != stem(path);
    (named && !images(own)?.iter().any(|known| stem(known) == image)).then(|| {
        format!(
            "the host describes no firmware with the template {path}: leave it out, and libvirt takes that of the image"
        )
    })
}

/// A feature that no image has.
fn feature(os: &Os, own: &DomainCapabilities) -> Option<String> {
    os.firmware.as_ref()?;
    let choices = own.os.as_ref()?.firmware_features.as_ref().map(Choices::from)?;
    let missing = os.firmware_features.iter().flat_map(|own| &own.features).find(|feature| {
        let list = match feature.name {
            OsFirmwareFeatureName::EnrolledKeys => "enrolledKeys",
            OsFirmwareFeatureName::SecureBoot => "secureBoot",
            _ => return false,
        };
        choices.has(list, feature.enabled.as_str()) == Some(false)
    })?;
    let name = missing.name.as_str();
    Some(match missing.enabled {
        YesNo::Yes => format!(
            "the host describes no firmware with {name}: install a package that has it, or leave out the feature"
        ),
        _ => format!(
            "the host describes no firmware without {name}: install a package that has it, or leave out the feature"
        ),
    })
}
