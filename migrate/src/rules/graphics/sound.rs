//! `sound-virtio-streams`, `sound-unread-parts`.

use domxml::{Domain, GraphicsType, SoundModel, scalar::AnyBase};
use domxml_runtime::Version;

use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static STREAMS: Rule = Rule {
    id: "sound-virtio-streams",
    class: Class::Default,
    since: Some(Version::new(10, 4, 0)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the number of streams of a virtio sound card is spelt out",
    doc: "A sound card of the model `virtio` has two streams where nothing is said; libvirt writes the number since it knows the \
          model.",
    example: Example {
        before: "<devices><sound model='virtio'/></devices>",
        after: "<devices><sound model='virtio' streams='2'/></devices>",
    },
    apply: spell_streams,
};

pub(super) static CONTRADICTIONS: Rule = Rule {
    id: "audio-contradictions",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "audio back ends that are there twice or not at all",
    doc: "Each audio back end has a number of its own, and a sound card or a display that names one must name one that is there; \
          libvirt refuses the domain otherwise.",
    example: Example {
        before: "<devices><sound model='ac97'><audio id='3'/></sound><audio id='1' type='none'/></devices>",
        after: "<devices><sound model='ac97'><audio id='3'/></sound><audio id='1' type='none'/></devices>",
    },
    apply: report,
};

pub(super) static UNREAD: Rule = Rule {
    id: "sound-unread-parts",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "what libvirt does not read about a sound card is not written",
    doc: "Only cards of the models `ich6` and `ich9` have codecs, and only those of the model `usb` can have several channels. \
          libvirt drops either from other cards.",
    example: Example {
        before: "<devices><sound model='ac97'><codec type='duplex'/></sound></devices>",
        after: "<devices><sound model='ac97'/></devices>",
    },
    apply: drop_unread,
};

fn spell_streams(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for sound in devices.sound.iter_mut().filter(|sound| sound.model == SoundModel::Virtio) {
        if sound.streams.is_none() {
            sound.streams = Some(AnyBase(2));
            cx.rewrote(&sound.xml, "the number of streams is spelt out").becomes("", "streams='2'");
        }
    }
}

fn report(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &domain.devices else { return };
    let known = |id: AnyBase| devices.audio.iter().any(|audio| audio.id == id);
    for (at, audio) in devices.audio.iter().enumerate() {
        if devices.audio[..at].iter().any(|other| other.id == audio.id) {
            cx.error(&audio.xml, format!("another audio back end has the number {}", audio.id));
        }
    }
    let of_cards = devices.sound.iter().filter_map(|sound| sound.audio.as_ref().map(|audio| (audio.id, &audio.xml)));
    let of_displays = devices.graphics.iter().filter_map(|graphics| match &graphics.type_ {
        GraphicsType::Vnc(vnc) => vnc.audio.as_ref(),
        GraphicsType::Dbus(dbus) => dbus.audio.as_ref(),
        _ => None,
    });
    let named: Vec<_> = of_cards.chain(of_displays.map(|audio| (audio.id, &audio.xml))).collect();
    for (id, xml) in named {
        if !known(id) {
            cx.error(xml, format!("there is no audio back end with the number {id}"));
        }
    }
}

fn drop_unread(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for sound in &mut devices.sound {
        if !matches!(sound.model, SoundModel::Ich6 | SoundModel::Ich9) && !sound.codec.is_empty() {
            sound.codec.clear();
            cx.rewrote(&sound.xml, "a card of this model has no codecs").becomes("<codec>", "");
        }
        if sound.model != SoundModel::Usb && sound.multichannel.take().is_some() {
            cx.rewrote(&sound.xml, "a card of this model has no channels to choose").becomes("multichannel", "");
        }
    }
}
