//! Video cards: `video-primary-reorder`, `implicit-video`, `video-type-absent`, `video-none-clears`, `video-ram-defaults`,
//! `video-vram-pow2`, `video-contradictions`.

use domxml::{
    Anchor, ArchName, Content, Domain, DomainType, Extra, OsTypeValue, Video, VideoDriverName, VideoDriverVgaconf,
    VideoModel, VideoModelType, YesNo,
};

use super::servers::spelt;
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, kept_attribute};

pub(super) static PRIMARY: Rule = Rule {
    id: "video-primary-reorder",
    class: Class::Structure,
    since: Some(domxml_runtime::Version::new(1, 0, 2)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the primary video card stands first and is marked",
    doc: "The guest starts on the card with `primary='yes'`, or on the first where none is marked. libvirt moves that card to the \
          front when it reads the definition, and marks it. Two marked cards are an error.",
    example: Example {
        before: "<devices><video><model type='vga' vram='16384' heads='1'/></video>\
                 <video><model type='cirrus' vram='16384' heads='1' primary='yes'/></video></devices>",
        after: "<devices><video><model type='cirrus' vram='16384' heads='1' primary='yes'/></video>\
                <video><model type='vga' vram='16384' heads='1'/></video></devices>",
    },
    apply: reorder,
};

pub(super) static IMPLICIT: Rule = Rule {
    id: "implicit-video",
    class: Class::Implicit,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a domain with a display has a video card",
    doc: "libvirt adds a video card to a domain that has a display and none. Which one depends on the hypervisor; the form of no \
          hypervisor in particular has a Cirrus card, on POWER the standard VGA card, and Xen's framebuffer in \
          paravirtual guests.",
    example: Example {
        before: "<devices><graphics type='sdl'/></devices>",
        after: "<devices><graphics type='sdl'/><video><model type='cirrus'/></video></devices>",
    },
    apply: add_card,
};

pub(super) static TYPE: Rule = Rule {
    id: "video-type-absent",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a video card has a model",
    doc: "A `<video>` without a model gets the one that the hypervisor prefers; the form of no hypervisor in particular has a \
          Cirrus card, on POWER the standard VGA card, and Xen's framebuffer in paravirtual guests.",
    example: Example {
        before: "<devices><video/></devices>",
        after: "<devices><video><model type='cirrus'/></video></devices>",
    },
    apply: name_model,
};

pub(super) static NONE: Rule = Rule {
    id: "video-none-clears",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the video card of model `none` has nothing else",
    doc: "The model `none` says that the guest has no video card. libvirt drops whatever else is said of it, save an alias that \
          the user chose.",
    example: Example {
        before: "<devices><video><model type='none' vram='16384' heads='1'/></video></devices>",
        after: "<devices><video><model type='none'/></video></devices>",
    },
    apply: clear_none,
};

pub(super) static MEMORY: Rule = Rule {
    id: "video-ram-defaults",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the memory and the screens of a video card are spelt out",
    doc: "A card without sizes has 16 MiB of memory, Xen's framebuffer 4 MiB, a QXL card 64 MiB in each of its two regions; other \
          models have none that libvirt knows of. A card has one screen where nothing is said. VirtualBox and VMware have sizes \
          of their own, so profile `modern` leaves their cards alone.",
    example: Example {
        before: "<devices><video><model type='qxl' primary='yes'/></video></devices>",
        after: "<devices><video><model type='qxl' ram='65536' vram='65536' heads='1' primary='yes'/></video></devices>",
    },
    apply: spell_memory,
};

pub(super) static POWER_OF_TWO: Rule = Rule {
    id: "video-vram-pow2",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the memory of a video card is a power of two",
    doc: "libvirt rounds the sizes `ram` and `vram` up to the next power of two, and has done so whatever the definition says.",
    example: Example {
        before: "<devices><video><model type='vga' vram='9216' heads='1' primary='yes'/></video></devices>",
        after: "<devices><video><model type='vga' vram='16384' heads='1' primary='yes'/></video></devices>",
    },
    apply: round_up,
};

pub(super) static EMPTY_DRIVER: Rule = Rule {
    id: "video-empty-parts",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "what says nothing about a video card is not written",
    doc: "libvirt writes neither a `<driver>` without attributes nor sizes and screens of 0.",
    example: Example {
        before: "<devices><video><driver/><model type='vga' vram='16384' heads='1' primary='yes'/></video></devices>",
        after: "<devices><video><model type='vga' vram='16384' heads='1' primary='yes'/></video></devices>",
    },
    apply: drop_empty,
};

pub(super) static CONTRADICTIONS: Rule = Rule {
    id: "video-contradictions",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "video cards that libvirt refuses together",
    doc: "Only one card can be primary, a card of the model `none` must be the only one, the driver `vhostuser` and the options of \
          virtio are for virtio cards, the sizes `ram`, `vram64` and `vgamem` for QXL cards, a `rendernode` for the driver `vhostuser`; \
          a card of the model `ramfb` has no address, an acceleration says of what, and a resolution is not 0. libvirt refuses a \
          domain where that is not so.",
    example: Example {
        before: "<devices><video><model type='none'/></video><video><model type='vga'/></video></devices>",
        after: "<devices><video><model type='none'/></video><video><model type='vga'/></video></devices>",
    },
    apply: report,
};

fn cards(domain: &mut Domain) -> &mut [Video] {
    domain.devices.as_mut().map_or(&mut [], |devices| &mut devices.video)
}

fn is_primary(video: &Video) -> bool {
    video.model.as_ref().is_some_and(|model| model.primary == Some(YesNo::Yes))
}

fn is_none(video: &Video) -> bool {
    video.model.as_ref().is_some_and(|model| matches!(model.type_, VideoModelType::None))
}

/// Lets what is kept beside a child go with it when it moves to the front.
fn move_anchors_to_front(extra: &mut Extra, name: &str, from: usize) {
    let from = u32::try_from(from).unwrap_or(u32::MAX);
    for node in extra.kept.iter_mut().flat_map(|kept| &mut kept.nodes) {
        if let Anchor::Before(child, nth) | Anchor::After(child, nth) = &mut node.anchor
            && **child == *name
        {
            *nth = match *nth {
                at if at == from => 0,
                at if at < from => at + 1,
                at => at,
            };
        }
    }
}

fn reorder(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    if let Some(at) = devices.video.iter().position(is_primary)
        && at > 0
    {
        let video = devices.video.remove(at);
        cx.rewrote(&video.xml, "the primary card stands first")
            .becomes(format!("video card {}", at + 1), "video card 1");
        devices.video.insert(0, video);
        move_anchors_to_front(&mut devices.xml, "video", at);
    }
    for (at, video) in devices.video.iter_mut().enumerate() {
        let Some(model) = &mut video.model else { continue };
        if matches!(model.type_, VideoModelType::None) {
            continue;
        }
        let wanted = if at == 0 { Some(YesNo::Yes) } else { None };
        let differs = model.primary != wanted && (at == 0 || model.primary == Some(YesNo::Yes));
        if differs {
            let before = spelt("primary", model.primary.as_ref().map(|it| it as _));
            let after = spelt("primary", wanted.as_ref().map(|it| it as _));
            model.primary = wanted;
            cx.rewrote(&video.xml, "the first card is the primary one").becomes(before, after);
        }
    }
}

/// The model of a card that none is given for.
fn default_model(domain: &Domain) -> VideoModelType {
    let Some(os) = &domain.os else {
        // A boot loader of the host goes with a paravirtual guest.
        return if domain.bootloader.is_some() { VideoModelType::Xen } else { VideoModelType::Cirrus };
    };
    if matches!(os.type_.value, OsTypeValue::Xen | OsTypeValue::Linux | OsTypeValue::Xenpvh) {
        VideoModelType::Xen
    } else if matches!(os.type_.arch, Some(ArchName::Ppc64 | ArchName::Ppc64le)) {
        VideoModelType::Vga
    } else {
        VideoModelType::Cirrus
    }
}

fn add_card(domain: &mut Domain, cx: &mut Context) {
    let type_ = default_model(domain);
    let Some(devices) = &mut domain.devices else { return };
    if !devices.graphics.is_empty() && devices.video.is_empty() {
        let model = VideoModel { type_, ..VideoModel::default() };
        devices.video.push(Video { model: Some(model), ..Video::default() });
        cx.rewrote(&devices.xml, "a domain with a display has a video card").becomes("", "<video>");
    }
}

fn name_model(domain: &mut Domain, cx: &mut Context) {
    let type_ = default_model(domain);
    for video in cards(domain) {
        if video.model.is_none() {
            let xml = Extra::at(video.xml.span);
            video.model = Some(VideoModel { type_: type_.clone(), xml, ..VideoModel::default() });
            cx.rewrote(&video.xml, "a video card has a model").becomes("<video/>", "<model>");
        }
    }
}

fn clear_none(domain: &mut Domain, cx: &mut Context) {
    // libvirt looks at the first card alone; the model excludes others.
    let Some(video) = cards(domain).first_mut().filter(|video| is_none(video)) else { return };
    let bare = Video {
        model: Some(VideoModel { type_: VideoModelType::None, xml: xml_of(&video.model), ..VideoModel::default() }),
        alias: video.alias.clone(),
        xml: video.xml.clone(),
        ..Video::default()
    };
    if *video != bare {
        *video = bare;
        cx.rewrote(&video.xml, "a card of the model none has nothing")
            .becomes("<model type='none' ...>", "<model type='none'/>");
    }
}

fn xml_of(model: &Option<VideoModel>) -> Extra {
    model.as_ref().and_then(|model| model.extra()).cloned().unwrap_or_default()
}

/// The sizes that libvirt assumes, in KiB: `ram` and `vram`.
fn sizes(type_: &VideoModelType) -> (Option<u32>, Option<u32>) {
    match type_ {
        VideoModelType::Vga | VideoModelType::Cirrus | VideoModelType::Vmvga | VideoModelType::Bochs => {
            (None, Some(16 << 10))
        }
        VideoModelType::Xen => (None, Some(4 << 10)),
        VideoModelType::Qxl(_) => (Some(64 << 10), Some(64 << 10)),
        VideoModelType::Vbox
        | VideoModelType::Virtio(_)
        | VideoModelType::Gop
        | VideoModelType::None
        | VideoModelType::Ramfb => (None, None),
    }
}

/// Fills in a size that is absent or 0.
fn fill(name: &str, field: &mut Option<u32>, value: Option<u32>, xml: &Extra, cx: &mut Context) {
    if let Some(value) = value
        && field.is_none_or(|size| size == 0)
    {
        let before = spelt(name, field.as_ref().map(|it| it as _));
        *field = Some(value);
        cx.rewrote(xml, format!("the default of {name} is spelt out")).becomes(before, format!("{name}='{value}'"));
    }
}

fn spell_memory(domain: &mut Domain, cx: &mut Context) {
    let own_sizes = matches!(domain.type_, DomainType::Vbox | DomainType::Vmware);
    let memory = cx.profile == Profile::Libvirt || !own_sizes;
    for video in cards(domain) {
        let Some(model) = &mut video.model else { continue };
        let (ram, vram) = sizes(&model.type_);
        if memory {
            if let VideoModelType::Qxl(qxl) = &mut model.type_ {
                fill("ram", &mut qxl.ram, ram, &video.xml, cx);
            }
            fill("vram", &mut model.vram, vram, &video.xml, cx);
        }
        if model.heads.is_none() && !matches!(model.type_, VideoModelType::None) {
            fill("heads", &mut model.heads, Some(1), &video.xml, cx);
        }
    }
}

fn round_up(domain: &mut Domain, cx: &mut Context) {
    let mut round = |name: &str, field: &mut Option<u32>, xml: &Extra| {
        if let Some(size) = *field
            && size > 0
            && !size.is_power_of_two()
            && let Some(rounded) = size.checked_next_power_of_two()
        {
            *field = Some(rounded);
            cx.rewrote(xml, format!("{name} is rounded up to a power of two"))
                .becomes(format!("{name}='{size}'"), format!("{name}='{rounded}'"));
        }
    };
    for video in cards(domain).iter_mut().filter(|video| !is_none(video)) {
        let Some(model) = &mut video.model else { continue };
        if let VideoModelType::Qxl(qxl) = &mut model.type_ {
            round("ram", &mut qxl.ram, &video.xml);
        }
        round("vram", &mut model.vram, &video.xml);
    }
}

fn drop_empty(domain: &mut Domain, cx: &mut Context) {
    for video in cards(domain) {
        if let Some(driver) = &mut video.driver
            && driver.vgaconf == Some(VideoDriverVgaconf::Io)
        {
            driver.vgaconf = None;
            cx.rewrote(&video.xml, "the default of vgaconf is not spelt out").becomes("vgaconf='io'", "");
        }
        if let Some(driver) = &video.driver
            && (driver.iommu.is_none()
                && driver.ats.is_none()
                && driver.packed.is_none()
                && driver.page_per_vq.is_none())
            && (driver.vgaconf.is_none() && driver.name.is_none())
        {
            video.driver = None;
            cx.rewrote(&video.xml, "an empty <driver/> says nothing").becomes("<driver/>", "");
        }
        let Some(model) = &mut video.model else { continue };
        let mut zero = |name: &str, field: &mut Option<u32>| {
            if *field == Some(0) {
                *field = None;
                cx.rewrote(&video.xml, format!("{name} of 0 says nothing")).becomes(format!("{name}='0'"), "");
            }
        };
        zero("vram", &mut model.vram);
        zero("heads", &mut model.heads);
        if let VideoModelType::Qxl(qxl) = &mut model.type_ {
            zero("vram64", &mut qxl.vram64);
            zero("vgamem", &mut qxl.vgamem);
        }
    }
}

fn report(domain: &mut Domain, cx: &mut Context) {
    let videos = cards(domain);
    for second in videos.iter().filter(|video| is_primary(video)).skip(1) {
        cx.error(&second.xml, "only one video card can be the primary one");
    }
    for video in videos.iter() {
        report_card(video, cx);
    }
    if videos.len() > 1
        && let Some(none) = videos.iter().find(|video| is_none(video))
    {
        cx.error(&none.xml, "a video card of the model none must be the only one");
    }
}

fn report_card(video: &Video, cx: &mut Context) {
    let type_ = video.model.as_ref().map(|model| &model.type_);
    // Of a card that is none libvirt forgets the rest before it asks.
    let none = matches!(type_, Some(VideoModelType::None));
    let virtio = none || matches!(type_, Some(VideoModelType::Virtio(_)));
    let driver = video.driver.as_ref();
    let vhost_user = driver.is_some_and(|driver| driver.name == Some(VideoDriverName::Vhostuser));
    if vhost_user && !virtio {
        cx.error(&video.xml, "the driver vhostuser is for virtio cards");
    }
    if let Some(driver) = driver
        && !virtio
        && [driver.iommu, driver.ats, driver.packed, driver.page_per_vq].iter().any(Option::is_some)
    {
        cx.error(&driver.xml, "iommu, ats, packed and page_per_vq are for virtio cards");
    }
    if let Some(address) = &video.address
        && matches!(type_, Some(VideoModelType::Ramfb))
    {
        cx.error(&address.xml, "a video card of the model ramfb has no address");
    }
    let Some(model) = &video.model else { return };
    for name in ["ram", "vram64", "vgamem"] {
        let size = kept_attribute(&model.xml, name).filter(|size| !size.is_empty());
        match size.map(|size| size.trim_start().parse::<u32>()) {
            None | Some(Ok(0)) => {}
            Some(Ok(_)) if none => {}
            Some(Ok(_)) => {
                cx.error(&model.xml, format!("the attribute '{name}' is for video cards of the model qxl"));
            }
            Some(Err(_)) => {
                cx.error(&model.xml, format!("the attribute '{name}' is a size in KiB"));
            }
        }
    }
    if model.edid.is_some()
        && !matches!(
            type_,
            Some(VideoModelType::Vga | VideoModelType::Bochs | VideoModelType::Virtio(_) | VideoModelType::None)
        )
        && cx.knows(11, 7, 0)
    {
        cx.error(&model.xml, "edid is for video cards of the models vga, bochs and virtio");
    }
    if let Some(resolution) = &model.resolution
        && !none
        && (resolution.x == 0 || resolution.y == 0)
    {
        cx.error(&resolution.xml, "a resolution is not 0");
    }
    let Some(acceleration) = &model.acceleration else { return };
    if acceleration.accel2d.is_none() && acceleration.accel3d.is_none() && acceleration.rendernode.is_none() {
        cx.error(&acceleration.xml, "an acceleration says what is accelerated");
    }
    if acceleration.rendernode.is_some() && !vhost_user && !none {
        cx.error(&acceleration.xml, "a rendernode is for the driver vhostuser");
    }
}
