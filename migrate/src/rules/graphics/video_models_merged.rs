//! `video-models-merged`: a video card has one model.

use domxml_runtime::{Field, FieldInfo, ReadOptions, SlotMut, Unknown, extras_mut, fields_mut};

use crate::rules::prelude::*;

rules![
    rule("video-models-merged", Class::Structure)
        .summary("a video card has one `<model>`")
        .doc(
            "Of several `<model>` elements of a video card libvirt takes the type from the first, and everything else \
             from the first that says it. They are made one.",
        )
        .example(
            "<devices><video><model type='vga' vram='16384' primary='yes'/><model type='cirrus' vram='8192' \
             heads='2'/></video></devices>",
            "<devices><video><model type='vga' vram='16384' heads='2' primary='yes'/></video></devices>",
        )
        .row(algorithm(merge_all)),
];

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
    for (name, value) in take_own(&mut other) {
        let mut has = false;
        each_own(model, |line, field| {
            if line.name == &*name {
                has = true;
                if field.count() == 0 {
                    // What cannot be read says nothing.
                    field.read(&value).ok();
                }
            }
        });
        if !has && kept_attribute(&model.xml, &name).is_none() {
            model.xml.kept_mut().attributes.push((name, value));
        }
    }
    if let Some(kept) = &mut other.xml.kept {
        kept.attributes.retain(|(name, _)| kept_attribute(&model.xml, name).is_none());
    }
    model.merge(other, Prefer::First);
}

/// The attributes that only the model's type has, and the sizes of QXL, which are not known of other types.
fn take_own(model: &mut VideoModel) -> Vec<(Box<str>, Box<str>)> {
    let mut own = Vec::new();
    each_own(model, |line, field| {
        if field.count() > 0 {
            let mut value = String::new();
            field.write(0, &mut value);
            field.clear();
            own.push((line.name.into(), value.into()));
        }
    });
    if let Some(kept) = &mut model.xml.kept {
        let is_size = |name: &str| VideoModelTypeQxl::table().fields.iter().any(|line| line.name == name);
        own.extend(kept.attributes.extract_if(.., |(name, _)| is_size(name)));
    }
    own
}

/// Visits the attributes that only the model's type has.
fn each_own(model: &mut VideoModel, mut see: impl FnMut(&FieldInfo, &mut dyn Field)) {
    fields_mut(model, |_, slot| {
        let SlotMut::Payload(payload) = slot else { return };
        let Some(members) = payload.get_mut().and_then(|payload| payload.members_mut()) else { return };
        fields_mut(members, |line, slot| {
            if let SlotMut::Value(field) = slot {
                see(line, field);
            }
        });
    });
}
