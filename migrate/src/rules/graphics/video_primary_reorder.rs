//! `video-primary-reorder`: the card that the guest starts on stands first.

use super::video::is_primary;
use crate::rules::prelude::*;

rules![
    rule("video-primary-reorder", Class::Structure)
        .since(1, 0, 2)
        .summary("the primary video card stands first")
        .doc(
            "The guest starts on the card with `primary='yes'`, or on the first where none is marked. libvirt moves \
             that card to the front when it reads the definition. Two marked cards are an error.",
        )
        .example(
            "<devices><video><model type='vga' vram='16384' heads='1'/></video>\
             <video><model type='cirrus' vram='16384' heads='1' primary='yes'/></video></devices>",
            "<devices><video><model type='cirrus' vram='16384' heads='1' primary='yes'/></video>\
             <video><model type='vga' vram='16384' heads='1'/></video></devices>",
        )
        .row(algorithm(reorder).phase(Phase::Derive)),
];

fn reorder(devices: &mut Devices, cx: &mut Context<'_>) {
    if let Some(at) = devices.videos.iter().position(is_primary).filter(|at| *at > 0) {
        let video = devices.videos.remove(at);
        cx.rewrote(&video.xml, "the primary card stands first")
            .becomes(format!("video card {}", at + 1), "video card 1");
        devices.videos.insert(0, video);
        move_anchors_to_front(&mut devices.xml, "video", at);
    }
}

/// Lets what is kept beside a child go with it when it moves to the front.
fn move_anchors_to_front(extra: &mut Extra, name: &str, from: usize) {
    let from = u32::try_from(from).unwrap_or(u32::MAX);
    for node in extra.kept.iter_mut().flat_map(|kept| &mut kept.nodes) {
        if let Anchor::Before(child, nth) | Anchor::After(child, nth) = &mut node.anchor
            && **child == *name
        {
            *nth = if *nth == from { 0 } else { *nth + u32::from(*nth < from) };
        }
    }
}
