//! `video-models-merged`.

use domxml::{Domain, Element, Video, VideoModel, VideoModelType};
use domxml_runtime::{ReadOptions, Span, Unknown};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, kept_attribute};

pub(super) static RULE: Rule = Rule {
    id: "video-models-merged",
    class: Class::Structure,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a video card has one `<model>`",
    doc: "Of several `<model>` elements of a video card libvirt takes the type from the first, and everything else from the first that \
          says it. They are made one.",
    example: Example {
        before: "<devices><video><model type='vga' vram='16384' primary='yes'/><model type='cirrus' vram='8192' heads='2'/></video></devices>",
        after: "<devices><video><model type='vga' vram='16384' heads='2' primary='yes'/></video></devices>",
    },
    apply,
};

fn apply(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for Video { model, xml, .. } in &mut devices.video {
        let (Some(model), Some(kept)) = (model, &mut xml.kept) else { continue };
        let mut others = Vec::new();
        kept.nodes.retain(|node| {
            let options = ReadOptions { unknown: Unknown::Keep };
            let other = VideoModel::from_xml_with(&node.text, &options).ok();
            other.map(|other| others.push(other.value)).is_none()
        });
        if others.is_empty() {
            continue;
        }
        others.into_iter().for_each(|other| merge(model, other));
        cx.rewrote(xml, "the models of the card are made one").becomes("<model>, <model>", "<model>");
    }
}

/// Fills in what the first model does not say.
fn merge(model: &mut VideoModel, mut other: VideoModel) {
    fn prefer<T>(first: &mut Option<T>, other: Option<T>) {
        *first = first.take().or(other);
    }
    let span: Span = model.xml.span;
    other.acceleration.iter_mut().for_each(|it| it.xml.span = span);
    other.resolution.iter_mut().for_each(|it| it.xml.span = span);
    for name in ["ram", "vram64", "vgamem"] {
        // Only the type QXL has these as sizes; with others they are unknown.
        let said = match &other.type_ {
            VideoModelType::Qxl(qxl) => match name {
                "ram" => qxl.ram,
                "vram64" => qxl.vram64,
                _ => qxl.vgamem,
            }
            .map(|size| size.to_string()),
            _ => kept_attribute(&other.xml, name).map(str::to_owned),
        };
        let Some(said) = said else { continue };
        match &mut model.type_ {
            VideoModelType::Qxl(qxl) => {
                let field = match name {
                    "ram" => &mut qxl.ram,
                    "vram64" => &mut qxl.vram64,
                    _ => &mut qxl.vgamem,
                };
                prefer(field, said.parse().ok());
            }
            _ if kept_attribute(&model.xml, name).is_none() => {
                model.xml.kept_mut().attributes.push((name.into(), said.into()));
            }
            _ => {}
        }
    }
    prefer(&mut model.vram, other.vram);
    prefer(&mut model.heads, other.heads);
    prefer(&mut model.primary, other.primary);
    prefer(&mut model.blob, other.blob);
    prefer(&mut model.acceleration, other.acceleration);
    prefer(&mut model.resolution, other.resolution);
}
