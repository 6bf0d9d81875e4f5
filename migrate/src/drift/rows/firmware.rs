//! Firmware: what libvirt chooses where one is asked for by its kind.

use crate::drift::allowance::{Allowance, Case, added, changed};
use crate::drift::tree::Element;

/// Where distributions have firmware images.
const DIRECTORIES: &[&str] = &["/usr/share/", "/run/libvirt/nix-ovmf/", "/run/current-system/sw/share/"];

/// What the names of UEFI images of code begin with.
const CODE: &[&str] = &[
    "OVMF_CODE",
    "OVMF.",
    "AAVMF_CODE",
    "QEMU_EFI",
    "RISCV_VIRT_CODE",
    "edk2-",
    "ovmf-x86_64",
    "aavmf-",
    "qemu-uefi-",
];

/// What the names of templates of variables begin with.
const VARIABLES: &[&str] = &[
    "OVMF_VARS",
    "AAVMF_VARS",
    "QEMU_VARS",
    "vars-template-",
    "RISCV_VIRT_VARS",
    "edk2-",
    "ovmf-x86_64",
    "aavmf-",
    "qemu-uefi-",
];

/// What the names of BIOS images begin with.
const BIOS: &[&str] = &["bios", "vgabios", "sgabios", "seabios"];

/// Whether a path is that of an image as distributions install them.
fn is_image(path: &str, names: &[&str]) -> bool {
    let Some((directory, name)) = path.rsplit_once('/') else { return false };
    let directory = format!("{directory}/");
    let ending = [".fd", ".qcow2", ".raw", ".bin"].iter().any(|ending| name.ends_with(ending));
    let place = DIRECTORIES.iter().any(|known| directory.starts_with(known)) && !path.contains("/../");
    place && ending && names.iter().any(|known| name.starts_with(known))
}

/// The format that the ending of a path tells.
fn format_of(path: &str) -> &'static str {
    if path.ends_with(".qcow2") { "qcow2" } else { "raw" }
}

fn asked_for(case: &Case) -> Option<&'static str> {
    match case.world.desired.value("os/@firmware") {
        Some("efi") => Some("efi"),
        Some("bios") => Some("bios"),
        _ => None,
    }
}

/// Whether what stands there is a UEFI of code and variables: asked for as such, or by the path of its code.
fn is_uefi(case: &Case) -> bool {
    let loader = case.world.actual.value("os/loader").unwrap_or_default();
    let flash = case.world.desired.value("os/loader/@type") == Some("pflash");
    asked_for(case) == Some("efi") || is_image(loader, CODE) || flash
}

/// The wish for or against a feature of the firmware.
fn wish<'a>(case: &Case<'_, 'a>, name: &str) -> Option<&'a str> {
    let firmware = case.world.desired.at("os/firmware")?;
    let mut features = firmware.children_named("feature").filter(|own| own.attribute("name") == Some(name));
    features.next()?.attribute("enabled")
}

/// Whether the image's name tells that it has keys, or can boot securely.
fn is_secure_name(path: &str) -> bool {
    [".ms.", ".secboot.", "-secure", "secure-", ".snakeoil.", "-ms-", "opensuse", "suse", "4M.ms"]
        .iter()
        .any(|part| path.contains(part))
}

/// Whether a loader's values fit each other and what was asked for.
fn fits(case: &Case, loader: &Element) -> bool {
    let own = |name: &str| loader.attribute(name);
    let path = loader.text.as_str();
    let format = own("format").is_none_or(|format| format == format_of(path));
    let kind = match asked_for(case) {
        Some("bios") => is_image(path, BIOS) && own("type") == Some("rom") && own("readonly").is_none(),
        Some("efi") if own("type") == Some("rom") => is_image(path, CODE) && own("secure") != Some("yes"),
        Some("efi") => is_image(path, CODE) && own("type") == Some("pflash") && own("readonly") == Some("yes"),
        _ => false,
    };
    let secure = match own("secure") {
        Some("yes") => is_secure_name(path) && wish(case, "secure-boot") != Some("no"),
        None => true,
        other => case.world.desired.value("os/loader/@secure") == other,
    };
    format && kind && secure
}

/// Whether a feature is what the firmware that stands there has.
fn is_feature_of_firmware(case: &Case) -> bool {
    let enabled = case.own("enabled") == "yes";
    if asked_for(case) == Some("bios") {
        return !enabled;
    }
    let loader = case.world.actual.value("os/loader").unwrap_or_default();
    let template = case.world.actual.value("os/nvram/@template").unwrap_or_default();
    let secure = case.world.actual.value("os/loader/@secure") == Some("yes");
    let features = case.world.actual.at("os/firmware");
    let named = |name: &str| {
        let own = |it: &&Element| it.attribute("name") == Some(name);
        features.map_or(0, |features| features.children_named("feature").filter(own).count())
    };
    // Each is written once, and whether there are keys only beside whether they are asked for.
    case.element().attributes.len() == 2
        && named(case.own("name")) == 1
        && named("secure-boot") == 1
        && ["yes", "no"].contains(&case.own("enabled"))
        && match case.own("name") {
            // On x86 the loader says so; on ARM the image's name tells.
            "secure-boot" if case.world.is_x86() => enabled == secure,
            "secure-boot" => enabled == is_secure_name(loader),
            "enrolled-keys" => enabled == is_secure_name(template),
            _ => false,
        }
}

/// Whether a path of NVRAM is the one that libvirt makes for this domain.
fn is_own_nvram(case: &Case, path: &str) -> bool {
    let name = case.world.desired.value("name").unwrap_or_default();
    let Some((directory, file)) = path.rsplit_once('/') else { return false };
    let system = directory == "/var/lib/libvirt/qemu/nvram";
    let session = directory.ends_with("/.config/libvirt/qemu/nvram");
    let ending = file.strip_prefix(name).and_then(|rest| rest.strip_prefix("_VARS."));
    (system || session) && ending.is_some_and(|ending| ["fd", "qcow2", "raw", "img", "bin", "json"].contains(&ending))
}

/// Whether the host has the image, as far as it says.
fn is_of_host(case: &Case) -> bool {
    case.world.host.has_loader(&case.element().text).unwrap_or(true)
}

fn is_template(case: &Case, path: &str) -> bool {
    is_uefi(case) && is_image(path, VARIABLES)
}

pub(super) static ROWS: &[Allowance] = &[
    added("firmware-kind", &["os/@firmware"])
        .when(|case| {
            let loader = case.world.desired.value("os/loader").unwrap_or_default();
            case.after == "efi" && is_image(loader, CODE)
        })
        .why("the path of the loader is that of a UEFI that the host knows"),
    added("firmware-features", &["os/firmware"])
        .covers(&[])
        .when(|case| is_uefi(case) || asked_for(case).is_some())
        .why("libvirt writes which features the firmware has that it chose"),
    added("firmware-feature", &["os/firmware/feature"])
        .when(is_feature_of_firmware)
        .why("libvirt writes which features the firmware has that it chose"),
    added("firmware-loader", &["os/loader"])
        .when(|case| fits(case, case.element()) && is_of_host(case))
        .why("firmware= leaves the image to libvirt, which takes one that the host has"),
    added("firmware-loader-path", &["os/loader/text()"])
        .when(|case| {
            let loader = case.element();
            is_image(&loader.text, if asked_for(case) == Some("bios") { BIOS } else { CODE })
                && asked_for(case).is_some()
                && is_of_host(case)
        })
        .why("firmware= leaves the image to libvirt, which takes one that the host has"),
    added("firmware-loader-format", &["os/loader/@format"])
        .when(|case| case.after == format_of(&case.element().text))
        .why("the format of an image is raw unless said otherwise"),
    added("firmware-loader-type", &["os/loader/@type"])
        .when(|case| asked_for(case).is_some() && case.is(&["rom", "pflash"]) && fits(case, case.element()))
        .why("the kind of memory follows from the image that libvirt chose"),
    added("firmware-loader-readonly", &["os/loader/@readonly"])
        .when(|case| case.after == "yes" && case.own("type") == "pflash")
        .why("guests share the code of a UEFI, so they cannot write it"),
    added("firmware-loader-secure", &["os/loader/@secure"])
        .when(|case| asked_for(case).is_some() && fits(case, case.element()))
        .why("the image that libvirt chose boots securely"),
    changed("firmware-loader-renamed", &["os/loader/text()"])
        .when(|case| {
            let (before, after) = (case.before, case.after);
            let renamed = before.strip_suffix(".fd").zip(after.strip_suffix(".no-secboot.fd"));
            renamed.is_some_and(|(before, after)| before == after) && is_image(before, CODE)
        })
        .why("the path of the loader is an older name of the same image"),
    added("firmware-nvram", &["os/nvram"])
        .covers(&[])
        .when(|case| is_uefi(case) && case.world.actual.value("os/loader/@stateless") != Some("yes"))
        .why("a UEFI keeps its variables in a file of the guest's own"),
    added("firmware-nvram-template", &["os/nvram/@template"])
        .when(|case| is_template(case, case.after))
        .why("the variables of a UEFI begin as a copy of those that belong to its code"),
    added("firmware-nvram-format", &["os/nvram/@format"])
        .when(|case| {
            let path = case.world.actual.value("os/nvram/source/@file").unwrap_or_default();
            let by_path = if path.is_empty() { "raw" } else { format_of(path) };
            let of_loader = case.world.desired.value("os/loader/@format");
            case.after == by_path
                || case.after == format_of(case.own("template")) && !case.own("template").is_empty()
                || Some(case.after) == of_loader
        })
        .why("the format of an image is that of the firmware, and raw unless said otherwise"),
    added("firmware-nvram-template-format", &["os/nvram/@templateFormat"])
        .when(|case| case.after == format_of(case.own("template")))
        .why("the format of an image is raw unless said otherwise"),
    added("firmware-nvram-type", &["os/nvram/@type"])
        .when(|case| case.after == "file" && case.element().child("source").is_some())
        .why("the variables of a UEFI are in a file unless said otherwise"),
    added("firmware-nvram-source", &["os/nvram/source"])
        .when(|case| {
            case.element().attributes.len() == 1
                && case.element().children.is_empty()
                && is_uefi(case)
                && is_own_nvram(case, case.own("file"))
        })
        .why("the variables of a UEFI are in a file that is named for the domain"),
    added("firmware-nvram-path", &["os/nvram/text()"])
        .when(|case| is_uefi(case) && is_own_nvram(case, case.after))
        .why("the variables of a UEFI are in a file that is named for the domain"),
];
