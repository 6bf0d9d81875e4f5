//! Video cards.

use crate::drift::allowance::{Allowance, Case, added};

/// The model and the memory of the card that the driver takes where none is asked for.
fn default_models(case: &Case) -> &'static [(&'static str, Option<&'static str>)] {
    match (case.world.arch, case.world.machine.family) {
        ("x86_64" | "i686", _) => &[("cirrus", Some("16384")), ("vga", Some("16384"))],
        (_, "pseries" | "mac99" | "g3beige") => &[("vga", Some("16384"))],
        _ => &[("virtio", None)],
    }
}

fn is_default_model(case: &Case) -> bool {
    let card = case.element();
    let known = ["type", "vram", "heads", "primary", "device"];
    let plain = card.children.is_empty() && card.attributes.iter().all(|own| known.contains(&own.name));
    plain
        && default_models(case).iter().any(|(model, vram)| {
            case.own("type") == *model
                && card.attribute("vram") == *vram
                && card.attribute("heads").is_none_or(|heads| heads == "1")
                && card.attribute("primary").is_none_or(|primary| primary == "yes")
                && card.attribute("device").is_none_or(|device| is_device(case, device))
        })
}

/// Whether QEMU's device is the one of this card: by its kind, its place and its options.
fn is_device(case: &Case, device: &str) -> bool {
    let card = case.device();
    let user = card.value("driver/@name") == Some("vhostuser");
    let vga = card.value("model/@primary") == Some("yes")
        && matches!(case.world.arch, "x86_64" | "i686" | "ppc64" | "ppc64le" | "riscv64" | "riscv32");
    let gl = card.value("model/acceleration/@accel3d") == Some("yes");
    let base = if user { "vhost-user" } else { "virtio" };
    let kind = if vga { "vga" } else { "gpu" };
    let names = [format!("{base}-{kind}"), format!("{base}-{kind}-gl")];
    card.value("model/@type") == Some("virtio") && if gl && !user { device == names[1] } else { device == names[0] }
}

pub(super) static ROWS: &[Allowance] = &[
    added("video-default", &["devices/video"])
        .covers(&[])
        .when(|case| {
            let shown = case.world.asked("graphics").next().is_some();
            let first = case.world.devices("video").next().is_some_and(|first| std::ptr::eq(first, case.element()));
            shown && first && case.world.asked("video").next().is_none()
        })
        .why("a guest with a display has a video card"),
    added("video-default-model", &["devices/video/model"])
        .when(|case| case.desired_device().is_none_or(|own| own.child("model").is_none()) && is_default_model(case))
        .why("a video card without a model is the machine's own"),
    added("video-model-type", &["devices/video/model/@type"])
        .when(|case| default_models(case).iter().any(|(model, _)| case.after == *model))
        .why("a video card without a model is the machine's own"),
    added("video-model-memory", &["devices/video/model/@vram"])
        .when(|case| {
            let unsaid = case.desired().is_some_and(|own| own.attribute("type").is_none());
            unsaid && default_models(case).contains(&(case.own("type"), Some(case.after)))
        })
        .why("a video card without a model is the machine's own, with the memory of that"),
    added("video-vgamem", &["devices/video/model/@vgamem"])
        .when(|case| case.after == "16384" && case.own("type") == "qxl")
        .why("a QXL card has 16 MiB of VGA memory unless said otherwise"),
    added("video-device", &["devices/video/model/@device"])
        .when(|case| is_device(case, case.after))
        .why("a virtio card names the device of QEMU that it is, which the guest sees"),
];
