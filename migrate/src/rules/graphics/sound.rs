//! `sound-virtio-streams`, `sound-unread-parts`.

use domxml::{Domain, SoundModel, scalar::AnyBase};
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
