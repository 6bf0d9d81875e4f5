//! `video-models-merged`: a video card has one model.

use domxml_runtime::{ReadOptions, SlotMut, Unknown, extras_mut, fields_mut};

use crate::rules::prelude::*;

pub(super) fn rules() -> Vec<Rule> {
    vec![
        rule("video-models-merged", Class::Structure)
            .summary("a video card has one `<model>`")
            .doc(
                "Of several `<model>` elements of a video card libvirt takes the type from the first, and everything else from the first \
                 that says it. They are made one.",
            )
            .example(
                "<devices><video><model type='vga' vram='16384' primary='yes'/><model type='cirrus' vram='8192' heads='2'/></video></devices>",
                "<devices><video><model type='vga' vram='16384' heads='2' primary='yes'/></video></devices>",
            )
            .row(algorithm(merge_all)),
    ]
}

fn merge_all(video: &mut Video, cx: &mut Context<'_>) {
    let (Some(model), Some(kept)) = (&mut video.model, &mut video.xml.kept) else { return };
    let options = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
    let mut others = Vec::new();
    kept.nodes.retain(|node| {
        let Ok(mut other) = VideoModel::from_xml_with(&node.text, &options) else { return true };
        extras_mut(&mut other.value, &mut Extra::displace);
        others.push(other.value);
        false
    });
    if !others.is_empty() {
        others.into_iter().for_each(|other| merge(model, other));
        cx.rewrote(&video.xml, "the models of the card are made one").becomes("<model>, <model>", "<model>");
    }
}

/// Fills in what the first model does not say.
fn merge(model: &mut VideoModel, mut other: VideoModel) {
    // What was read from a text of its own stands where the first model stands.
    other.acceleration.iter_mut().for_each(|it| it.xml.span = model.xml.span);
    other.resolution.iter_mut().for_each(|it| it.xml.span = model.xml.span);
    for (name, size) in take_sizes(&mut other) {
        match &mut model.type_ {
            VideoModelType::Qxl(qxl) => fields_mut(qxl, |line, slot| {
                if let SlotMut::Value(field) = slot
                    && line.name == &*name
                    && field.count() == 0
                {
                    // What is no size says nothing.
                    field.read(&size).ok();
                }
            }),
            _ if kept_attribute(&model.xml, &name).is_none() => model.xml.kept_mut().attributes.push((name, size)),
            _ => {}
        }
    }
    if let Some(kept) = &mut other.xml.kept {
        kept.attributes.retain(|(name, _)| kept_attribute(&model.xml, name).is_none());
    }
    model.merge(other, Prefer::First);
}

/// The sizes that only the type QXL has: with other types they are attributes that are not known.
fn take_sizes(model: &mut VideoModel) -> Vec<(Box<str>, Box<str>)> {
    let mut sizes = Vec::new();
    if let VideoModelType::Qxl(qxl) = &mut model.type_ {
        let own = numbers(&std::mem::take(qxl)).into_iter();
        sizes.extend(own.map(|(name, size)| (name.into(), size.to_string().into())));
    } else if let Some(kept) = &mut model.xml.kept {
        let is_size = |name: &str| VideoModelTypeQxl::table().fields.iter().any(|line| line.name == name);
        sizes.extend(kept.attributes.extract_if(.., |(name, _)| is_size(name)));
    }
    sizes
}
