//! Video cards.

use crate::rule::board::is_power64;
use crate::rule::place::Place;
use crate::rules::prelude::*;

const NO_MODEL: &str = "a video card has a model: add <model type='virtio'/>";

rules![
    // Both are done while the definition is read, so that the card is filled in like any other.
    rule("implicit-video", Class::Implicit)
        .summary("a domain with a display has a video card")
        .doc(
            "libvirt adds a video card to a domain that has a display and none. Which one depends on the hypervisor, \
             and the QEMU driver, which looks at the machine, is left to choose it; the form of no hypervisor in \
             particular has a Cirrus card, on 64-bit POWER the standard VGA card, and Xen's framebuffer in paravirtual \
             guests.",
        )
        .example(
            "<devices><graphics type='sdl'/></devices>",
            "<devices><graphics type='sdl'/><video><model type='cirrus'/></video></devices>",
        )
        .row(
            default_by(child(Devices::VIDEOS), |_, scope| {
                Some(Video { model: Some(Box::new(usual_model(scope))), ..Video::default() })
            })
            .when(|devices, _| !devices.graphics.is_empty())
            .phase(Phase::Read)
            .profiles(LIBVIRT)
            .but(Driver::Qemu)
            .says("a domain with a display has a video card"),
        ),
    rule("video-type-absent", Class::Default)
        .profiles(LIBVIRT)
        .phase(Phase::Read)
        .but(Driver::Qemu)
        .summary("a video card has a model")
        .doc(
            "A `<video>` without a model, or with one that has no type, gets the one that the hypervisor prefers, and \
             the QEMU driver is left to choose it; the form of no hypervisor in particular has a Cirrus card, on POWER \
             the standard VGA card, and Xen's framebuffer in paravirtual guests.",
        )
        .example("<devices><video/></devices>", "<devices><video><model type='cirrus'/></video></devices>")
        .row(default_by(child(Video::MODEL), |_, scope| Some(Box::new(usual_model(scope)))).says(NO_MODEL))
        .row(algorithm(give_type)),
    rule("video-primary-default", Class::Default)
        .since(1, 0, 2)
        .summary("the first video card is marked as the primary one")
        .doc("The guest starts on the first card where none is marked as the primary one. libvirt marks it.")
        .example(
            "<devices><video><model type='vga' vram='16384' heads='1'/></video></devices>",
            "<devices><video><model type='vga' vram='16384' heads='1' primary='yes'/></video></devices>",
        )
        .row(default(of_first(), YesNo::Yes).when(is_card).after("video-primary-reorder"))
        .row(
            stands_for(of_first(), YesNo::No, YesNo::Yes, "the first card is the primary one")
                .when(is_card)
                .phase(Phase::Derive)
                .profiles(BOTH)
                .after("video-primary-reorder"),
        ),
    rule("video-none-clears", Class::Structure)
        .summary("the video card of model `none` has nothing else")
        .doc(
            "The model `none` says that the guest has no video card. libvirt drops whatever else is said of it, save \
             an alias that the user chose.",
        )
        .example(
            "<devices><video><model type='none' vram='16384' heads='1'/></video></devices>",
            "<devices><video><model type='none'/></video></devices>",
        )
        .row(algorithm(clear_none).phase(Phase::Derive).profiles(LIBVIRT)),
    rule("video-ram-defaults", Class::Default)
        .summary("the memory and the screens of a video card are spelt out")
        .doc(
            "A card without sizes has 16 MiB of memory, or 8 of VirtualBox and 4 of VMware, Xen's framebuffer 4 MiB, a \
             QXL card 64 MiB in each of its two regions; other models have none that libvirt knows of. A card has one \
             screen where nothing is said. VirtualBox, VMware and Xen have sizes of their own, so profile `modern` leaves \
             their cards alone.",
        )
        .example(
            "<devices><video><model type='qxl' primary='yes'/></video></devices>",
            "<devices><video><model type='qxl' ram='65536' vram='65536' heads='1' primary='yes'/></video></devices>",
        )
        .rows([16 << 10, 8 << 10, 4 << 10, QXL].into_iter().flat_map(|size| {
            usual_size(VideoModel::VRAM, size).map(move |row| row.when(move |model, scope| usual_vram(model, scope) == size))
        }))
        .rows(usual_size(VideoModelTypeQxl::RAM, QXL))
        .row(default(VideoModel::HEADS, 1).when(|model, _| !matches!(model.type_, VideoModelType::None))),
    rule("video-vram-pow2", Class::Spelling)
        .profiles(BOTH)
        .summary("the memory of a video card is a power of two")
        .doc(
            "libvirt rounds the sizes `ram` and `vram` up to the next power of two, and has done so whatever the \
             definition says. Of more than 2147483648 KiB nothing is left.",
        )
        .example(
            "<devices><video><model type='vga' vram='9216' heads='1' primary='yes'/></video></devices>",
            "<devices><video><model type='vga' vram='16384' heads='1' primary='yes'/></video></devices>",
        )
        .row(
            spelling(VideoModel::VRAM, |size, _| rounded(*size), "vram is rounded up to a power of two")
                .when(|model, _| !matches!(model.type_, VideoModelType::None)),
        )
        .row(spelling(VideoModelTypeQxl::RAM, |size, _| rounded(*size), "ram is rounded up to a power of two"))
        .row(nothing(VideoModel::VRAM, |size| *size > LARGEST, OVERFLOW).phase(Phase::Read))
        .row(nothing(VideoModelTypeQxl::RAM, |size| *size > LARGEST, OVERFLOW).phase(Phase::Read)),
    rule("video-empty-parts", Class::Spelling)
        .summary("what says nothing about a video card is not written")
        .doc("libvirt writes neither a `<driver>` without attributes nor sizes and screens of 0.")
        .example(
            "<devices><video><driver/><model type='vga' vram='16384' heads='1' primary='yes'/></video></devices>",
            "<devices><video><model type='vga' vram='16384' heads='1' primary='yes'/></video></devices>",
        )
        .row(nothing(
            VideoDriver::VGACONF,
            |vgaconf| *vgaconf == VideoDriverVgaconf::Io,
            "the default of vgaconf is not spelt out",
        ))
        .row(nothing(child(Video::DRIVER), is_bare, "an empty <driver/> says nothing"))
        .row(nothing(VideoModel::VRAM, is_zero, ZERO))
        .row(nothing(VideoModel::HEADS, is_zero, "no screens say nothing"))
        .row(nothing(VideoModelTypeQxl::VRAM64, is_zero, ZERO))
        .row(nothing(VideoModelTypeQxl::VGAMEM, is_zero, ZERO)),
];

const ZERO: &str = "a size of 0 says nothing";

/// What is said of the first card.
fn of_first() -> Place<Devices, YesNo> {
    VideoModel::PRIMARY.under(Video::MODEL).within(|devices: &mut Devices| devices.videos.first_mut())
}

fn is_card(devices: &Devices, _: &Scope) -> bool {
    !devices.videos.first().is_some_and(is_none)
}

/// The size of `vram` that libvirt assumes, in KiB; 0 for models of which it knows none.
fn usual_vram(model: &VideoModel, scope: &Scope) -> u32 {
    use VideoModelType::{Bochs, Cirrus, Qxl, Vga, Vmvga, Xen};
    match model.type_ {
        Vga | Cirrus | Vmvga if scope.driver == Driver::Vbox => 8 << 10,
        Vga | Cirrus | Vmvga if scope.driver == Driver::Vmware => 4 << 10,
        Vga | Cirrus | Vmvga | Bochs => 16 << 10,
        Xen => 4 << 10,
        Qxl(_) => QXL,
        _ => 0,
    }
}

/// The size of each region of a QXL card, in KiB.
const QXL: u32 = 64 << 10;

/// A size that is left out, or 0, stands for this one. Of hypervisors with sizes of their own only libvirt's form says so.
fn usual_size<T: Content + Described + Clone>(place: Key<T, Option<u32>>, size: u32) -> impl Iterator<Item = Draft<T>> {
    [BOTH, LIBVIRT].into_iter().flat_map(move |profiles| {
        let zero = stands_for(place, 0, size, "a size of 0 is the default").phase(Phase::Derive);
        let holds = move |_: &T, scope: &Scope| profiles == LIBVIRT || !has_own_sizes(scope);
        [default(place, size), zero].map(|row| row.profiles(profiles).when(holds))
    })
}

/// Hypervisors that choose the sizes otherwise than libvirt itself does.
fn has_own_sizes(scope: &Scope) -> bool {
    matches!(scope.type_, DomainType::Vbox | DomainType::Vmware | DomainType::Xen)
}

pub(super) fn is_primary(video: &Video) -> bool {
    video.model.as_ref().is_some_and(|model| model.primary == Some(YesNo::Yes))
}

pub(super) fn is_none(video: &Video) -> bool {
    video.model.as_ref().is_some_and(|model| matches!(model.type_, VideoModelType::None))
}

fn is_zero(size: &u32) -> bool {
    *size == 0
}

/// The largest power of two that 32 bits hold.
const LARGEST: u32 = 1 << 31;
const OVERFLOW: &str = "libvirt rounds so much up to a number for which it has no room, so that none is left";

/// The next power of two, where that is another size.
fn rounded(size: u32) -> Option<u32> {
    size.checked_next_power_of_two().filter(|rounded| size > 0 && *rounded != size)
}

/// The model of a card that none is given for. A boot loader of the host, without `<os>`, goes with a paravirtual guest.
fn usual_model(scope: &Scope) -> VideoModel {
    let type_ = scope.driver.video().unwrap_or_else(|| match scope.os_type {
        None | Some(OsTypeValue::Xen | OsTypeValue::Linux) => VideoModelType::Xen,
        _ if is_power64(scope.arch) => VideoModelType::Vga,
        _ => VideoModelType::Cirrus,
    });
    VideoModel { type_, ..VideoModel::default() }
}

fn give_type(model: &mut VideoModel, cx: &mut Context<'_>) {
    if matches!(model.type_, VideoModelType::Absent) {
        model.type_ = usual_model(&cx.scope).type_;
        model.xml.assumed = None;
        let type_ = model.type_.value().unwrap_or_default();
        cx.rewrote(&model.xml, "the model of a video card has a type").becomes("", format!("type='{type_}'"));
    }
}

fn clear_none(video: &mut Video, cx: &mut Context<'_>) {
    if !is_none(video) {
        return;
    }
    let xml = video.model.as_mut().map(|model| std::mem::take(&mut model.xml)).unwrap_or_default();
    let bare = Video {
        model: Some(Box::new(VideoModel { type_: VideoModelType::None, xml, ..VideoModel::default() })),
        alias: video.alias.clone(),
        xml: video.xml.clone(),
        ..Video::default()
    };
    if *video != bare {
        cx.rewrote(&bare.xml, "a card of the model none has nothing")
            .becomes("<model type='none' ...>", "<model type='none'/>");
    }
    *video = bare;
}
