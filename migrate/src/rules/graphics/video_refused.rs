//! Video cards that libvirt refuses.

use domxml::{
    Described as _, Devices, Video, VideoAcceleration, VideoDriverName, VideoModel, VideoModelType, VideoModelTypeQxl,
};

use super::video::{is_none, is_primary};
use crate::rule::kinds::{refuse, unique};
use crate::rule::{Class, Phase, Rule, Scope, rule};
use crate::rules::common::{is_bare, kept_attribute, virtio_option};

/// They are judged in phase derive, once a card has one model.
pub(super) fn rules() -> Vec<Rule> {
    let rule = rule("video-contradictions", Class::Conflict)
        .summary("video cards that libvirt refuses together")
        .doc(
            "Only one card can be primary, a card of the model `none` must be the only one, the driver `vhostuser` and the options of \
             virtio are for virtio cards, and so is `blob`; the sizes `ram`, `vram64` and `vgamem` for QXL cards, a `rendernode` for the driver `vhostuser`; \
             a card of the model `ramfb` has no address, an acceleration says of what, and a resolution is not 0. libvirt refuses a \
             domain where that is not so.",
        )
        .finds("<devices><video><model type='none'/></video><video><model type='vga'/></video></devices>")
        .finds(
            "<devices><video><model type='vga' primary='yes'/></video><video><model type='vga' primary='yes'/></video></devices>",
        )
        .finds("<devices><video><driver name='vhostuser'/><model type='vga'/></video></devices>")
        .finds("<devices><video><driver ats='on'/><model type='vga'/></video></devices>")
        .finds("<devices><video><model type='vga' ram='65536'/></video></devices>")
        .finds("<devices><video><model type='cirrus' edid='on'/></video></devices>")
        .finds("<devices><video><model type='virtio'><resolution x='0' y='600'/></model></video></devices>")
        .finds("<devices><video><model type='virtio'><acceleration/></model></video></devices>")
        .finds(
            "<devices><video><model type='virtio'><acceleration accel3d='yes' rendernode='/dev/dri/r'/></model></video></devices>",
        )
        .row(
            unique(
                Devices::VIDEOS,
                |video, _| is_primary(video).then_some(()),
                |()| "only one video card can be the primary one".to_owned(),
            )
            .phase(Phase::Derive),
        )
        .row(
            refuse(|devices: &Devices, _| {
                let others = devices.videos.len() > 1 && devices.videos.iter().any(is_none);
                others.then_some("a video card of the model none must be the only one")
            })
            .at(|devices| devices.videos.iter().find(|video| is_none(video)).map_or(&devices.xml, |none| &none.xml))
            .phase(Phase::Derive),
        );
    vec![models(drivers(rule))]
}

fn drivers(rule: Rule) -> Rule {
    rule.row(
        refuse(|video: &Video, _| {
            (is_vhost_user(video) && !takes_virtio(video)).then_some("the driver vhostuser is for virtio cards")
        })
        .phase(Phase::Derive),
    )
    .row(
        refuse(|video: &Video, _| {
            let option = virtio_option(video.driver.as_ref()?)?;
            (!takes_virtio(video)).then(|| format!("'{option}' is an option of virtio cards"))
        })
        .at(|video| video.driver.as_ref().map_or(&video.xml, |driver| &driver.xml))
        .phase(Phase::Derive),
    )
    .row(
        refuse(|video: &Video, _| {
            let ramfb = is(video, |type_| matches!(type_, VideoModelType::Ramfb));
            (ramfb && video.address.is_some()).then_some("a video card of the model ramfb has no address")
        })
        .at(|video| video.address.as_ref().map_or(&video.xml, |address| &address.xml))
        .phase(Phase::Derive),
    )
    .row(
        refuse(|video: &Video, _| {
            let acceleration = video.model.as_ref()?.acceleration.as_ref()?;
            let wrong = acceleration.rendernode.is_some() && !is_vhost_user(video) && !is_none(video);
            wrong.then_some("a rendernode is for the driver vhostuser")
        })
        .phase(Phase::Derive),
    )
}

fn models(rule: Rule) -> Rule {
    rule.row(refuse(foreign_size).phase(Phase::Derive))
        .row(
            refuse(|model: &VideoModel, scope| {
                let has = matches!(
                    model.type_,
                    VideoModelType::Vga | VideoModelType::Bochs | VideoModelType::Virtio(_) | VideoModelType::None
                );
                // A libvirt that is older reads past it.
                (model.edid.is_some() && !has && scope.strictly_knows(11, 7, 0))
                    .then_some("edid is for video cards of the models vga, bochs and virtio")
            })
            .phase(Phase::Derive),
        )
        .row(
            refuse(|model: &VideoModel, scope| {
                let has = matches!(model.type_, VideoModelType::Virtio(_) | VideoModelType::None);
                (model.blob.is_some() && !has && scope.strictly_knows(9, 2, 0)).then_some("blob is for virtio cards")
            })
            .phase(Phase::Derive),
        )
        .row(
            refuse(|model: &VideoModel, _| {
                let zero = model.resolution.as_ref().is_some_and(|resolution| resolution.x == 0 || resolution.y == 0);
                (zero && !matches!(model.type_, VideoModelType::None)).then_some("a resolution is not 0")
            })
            .at(|model| model.resolution.as_ref().map_or(&model.xml, |resolution| &resolution.xml))
            .phase(Phase::Derive),
        )
        .row(
            refuse(|acceleration: &VideoAcceleration, _| {
                is_bare(acceleration).then_some("an acceleration says what is accelerated")
            })
            .phase(Phase::Derive),
        )
}

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
            Ok(0) => None,
            Ok(_) if matches!(model.type_, VideoModelType::None) => None,
            Ok(_) => Some(format!("the attribute '{name}' is for video cards of the model qxl")),
            Err(_) => Some(format!("the attribute '{name}' is a size in KiB")),
        }
    })
}
