//! Video cards that libvirt refuses.

use super::video::{is_none, is_primary};
use crate::rules::prelude::*;

rules![
    rule("video-contradictions", Class::Conflict)
        .phase(Phase::Derive)
        .summary("video cards that libvirt refuses together")
        .doc(
            "Only one card can be primary, a card of the model `none` must be the only one, the driver `vhostuser` and \
             the options of virtio are for virtio cards, and so is `blob`; the sizes `ram`, `vram64` and `vgamem` for \
             QXL cards, a `rendernode` for the driver `vhostuser`; a card of the model `ramfb` has no address, an \
             acceleration says of what, and a resolution is not 0. libvirt refuses a domain where that is not so.",
        )
        .finds("<devices><video><model type='none'/></video><video><model type='vga'/></video></devices>")
        .finds(
            "<devices><video><model type='vga' primary='yes'/></video><video><model type='vga' primary='yes'/></video>\
             </devices>",
        )
        .finds("<devices><video><driver name='vhostuser'/><model type='vga'/></video></devices>")
        .finds("<devices><video><driver ats='on'/><model type='vga'/></video></devices>")
        .finds("<devices><video><model type='vga' ram='65536'/></video></devices>")
        .finds("<devices><video><model type='cirrus' edid='on'/></video></devices>")
        .finds("<devices><video><model type='virtio'><resolution x='0' y='600'/></model></video></devices>")
        .finds("<devices><video><model type='virtio'><acceleration/></model></video></devices>")
        .finds(
            "<devices><video><model type='virtio'><acceleration accel3d='yes' rendernode='/dev/dri/r'/></model>\
             </video></devices>",
        )
        .row(unique(Devices::VIDEOS, |video, _| is_primary(video).then_some(true), "only one video card can be the primary one: leave out primary"))
        .row(refuse_there(|devices: &Devices, _| {
            let none = devices.videos.iter().find(|video| is_none(video) && devices.videos.len() > 1)?;
            Some((none.xml.span, "a video card of the model none must be the only one: leave this one out, or the others"))
        }))
        .row(refuse_each(|it: &Video, _| {
            let acceleration = it.model.as_ref().and_then(|model| model.acceleration.as_ref());
            let rendered = acceleration.is_some_and(|acceleration| acceleration.rendernode.is_some());
            [
                (is_vhost_user(it) && !takes_virtio(it), "the driver vhostuser is for virtio cards: set the model to virtio, or leave out name"),
                (rendered && !is_vhost_user(it) && !is_none(it),
                    "a rendernode is for the driver vhostuser: set name='vhostuser' of <driver>, or leave out rendernode"),
            ]
        }))
        .row(
            refuse_in(Video::DRIVER, |driver, _| {
                virtio_option(driver).map(|option| format!("'{option}' is an option of virtio cards"))
            })
            .when(|video, _| !takes_virtio(video)),
        )
        .row(
            refuse_in(Video::ADDRESS, |_, _| Some("a video card of the model ramfb has no address: leave it out"))
                .when(|video, _| is(video, |type_| matches!(type_, VideoModelType::Ramfb))),
        )
        .row(refuse(foreign_size))
        // A libvirt that is older reads past them.
        .row(refuse_each(|model: &VideoModel, scope| {
            use VideoModelType::{Bochs, None, Vga, Virtio};
            let edid = model.edid.is_some() && !matches!(model.type_, Virtio(_) | None | Vga | Bochs);
            let blob = model.blob.is_some() && !matches!(model.type_, Virtio(_) | None);
            [
                (edid && scope.strictly_knows(11, 7, 0), "edid is for video cards of the models vga, bochs and virtio: leave it out"),
                (blob && scope.strictly_knows(9, 2, 0), "blob is for virtio cards: leave it out"),
            ]
        }))
        .row(
            refuse_in(VideoModel::RESOLUTION, |it, _| {
                (it.x == 0 || it.y == 0).then_some("a resolution is not 0: give its numbers, or leave out <resolution>")
            })
            .when(|model, _| !matches!(model.type_, VideoModelType::None)),
        )
        .row(refuse_if("it is not said what is accelerated: add accel3d or accel2d, or leave out <acceleration>", |it: &VideoAcceleration, _| {
            is_bare(it)
        })),
];

fn is(video: &Video, model: fn(&VideoModelType) -> bool) -> bool {
    video.model.as_ref().is_some_and(|it| model(&it.type_))
}

/// Whether options of virtio are taken. Of a card that is none libvirt forgets the rest before it asks.
fn takes_virtio(video: &Video) -> bool {
    is(video, |type_| matches!(type_, VideoModelType::Virtio(_) | VideoModelType::None))
}

fn is_vhost_user(video: &Video) -> bool {
    video.driver.as_ref().is_some_and(|driver| driver.name == Some(VideoDriverName::Vhostuser))
}

/// A size that is for QXL cards alone, or none at all.
fn foreign_size(model: &VideoModel, _: &Scope) -> Option<String> {
    VideoModelTypeQxl::table().fields.iter().map(|line| line.name).find_map(|name| {
        let size = kept_attribute(&model.xml, name).filter(|size| !size.is_empty())?;
        match size.trim_start().parse::<u32>() {
            Ok(size) if size == 0 || matches!(model.type_, VideoModelType::None) => None,
            Ok(_) => Some(format!("the attribute '{name}' is for video cards of the model qxl: leave it out")),
            Err(_) => Some(format!("the attribute '{name}' is a size in KiB: give a whole number")),
        }
    })
}
