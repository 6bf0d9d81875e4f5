//! `video-models-merged`: a video card has one model.

use domxml_runtime::KeptNode;

use crate::rules::prelude::*;

rules![
    rule("video-models-merged", Class::Structure)
        // Until a release between those that were measured, 9.0 and 12.8.
        .until(12, 8, 0)
        .summary("a video card has one `<model>`")
        .doc(
            "Of several `<model>` elements of a video card libvirt takes the type from the first, and everything else \
             from the first that says it. Profile `libvirt` makes them one. Newer releases read the first \
             alone.",
        )
        .example(
            "<devices><video><model type='vga' vram='16384' primary='yes'/><model type='cirrus' vram='8192' \
             heads='2'/></video></devices>",
            "<devices><video><model type='vga' vram='16384' heads='2' primary='yes'/></video></devices>",
        )
        .row(algorithm(merge_all).profiles(LIBVIRT)),
];

fn merge_all(video: &mut Video, cx: &mut Context<'_>) {
    let (Some(model), Some(kept)) = (&mut video.model, &mut video.xml.kept) else { return };
    let mut others = Vec::new();
    kept.nodes.retain(|node| read(node).map(|other| others.push(other)).is_none());
    if !others.is_empty() {
        others.into_iter().for_each(|other| merge(model, other));
        cx.rewrote(&video.xml, "the models of the card are made one").becomes("<model>, <model>", "<model>");
    }
}

/// Another model. It has no type, so that what only a type has is kept in it as what is not known.
fn read(node: &KeptNode) -> Option<VideoModel> {
    let text = Some(&*node.text).filter(|_| node.is_element("model"))?;
    let text = without_attribute(text, "type").unwrap_or_else(|| text.to_owned());
    KeptNode::at_end(text.into(), Span::default()).read()
}

/// Fills in what the first model does not say.
fn merge(model: &mut VideoModel, mut other: VideoModel) {
    // What was read from a text of its own stands where the first model stands.
    other.acceleration.iter_mut().for_each(|it| it.xml.span = model.xml.span);
    other.resolution.iter_mut().for_each(|it| it.xml.span = model.xml.span);
    if let Some(kept) = &mut other.xml.kept {
        let own = model.type_.members().map(given).unwrap_or_default();
        let is_new = |name: &str| !own.contains(&name) && kept_attribute(&model.xml, name).is_none();
        kept.attributes.retain(|(name, _)| is_new(name));
    }
    model.merge(other, Prefer::First);
}
