//! `sound-virtio-streams`, `sound-unread-parts`.

use domxml::{
    AudioAlsaInput, AudioAlsaOutput, AudioBufferedInput, AudioBufferedOutput, AudioInput, AudioJackInput,
    AudioJackOutput, AudioOssInput, AudioOssOutput, AudioOutput, AudioServerInput, AudioServerOutput, AudioSettings,
    AudioType, Domain, GraphicsType, SoundModel, YesNo,
    scalar::{AnyBase, DecimalOrHex},
    walk,
};
use domxml_runtime::Version;

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
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
          libvirt refuses the domain otherwise. The settings of a back end need `fixedSettings='yes'`, and that needs \
          `mixingEngine='yes'`. Numbers of back ends, periods, voices, buffers, frequencies and channels are at least 1.",
    example: Example {
        before: "<devices><sound model='ac97'><audio id='3'/></sound><audio id='1' type='none'/></devices>",
        after: "<devices><sound model='ac97'><audio id='3'/></sound><audio id='1' type='none'/></devices>",
    },
    apply: report,
};

pub(super) static EMPTY: Rule = Rule {
    id: "audio-empty-parts",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "what says nothing about an audio back end is not written",
    doc: "libvirt does not write an `<input>` or `<output>` of an audio back end of which nothing is said, and writes `<settings>` \
          where they are said to be fixed, and nowhere else.",
    example: Example {
        before: "<devices><audio id='1' type='none'><input/><output mixingEngine='yes' fixedSettings='yes'/></audio></devices>",
        after: "<devices><audio id='1' type='none'><output mixingEngine='yes' fixedSettings='yes'><settings/></output></audio>\
                </devices>",
    },
    apply: drop_empty,
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
    report_settings(domain, cx);
    let Some(devices) = &domain.devices else { return };
    let known = |id: DecimalOrHex| devices.audio.iter().any(|audio| audio.id == id);
    for (at, audio) in devices.audio.iter().enumerate() {
        if audio.id.0 == 0 || audio.timer_period.is_some_and(|period| period.0 == 0) {
            cx.error(&audio.xml, "number and period of an audio back end are at least 1");
        }
        if devices.audio[..at].iter().any(|other| other.id == audio.id) {
            cx.error(&audio.xml, format!("another audio back end has the number {}", audio.id));
        }
    }
    let of_cards = devices.sound.iter().filter_map(|sound| sound.audio.as_ref().map(|audio| (audio.id, &audio.xml)));
    // libvirt does not ask a display over D-Bus whether its back end is there.
    let of_displays = devices.graphics.iter().filter_map(|graphics| match &graphics.type_ {
        GraphicsType::Vnc(vnc) => vnc.audio.as_ref(),
        _ => None,
    });
    let named: Vec<_> = of_cards.chain(of_displays.map(|audio| (audio.id, &audio.xml))).collect();
    for (id, xml) in named {
        if !known(id) {
            cx.error(xml, format!("there is no audio back end with the number {id}"));
        }
    }
}

fn drop_empty(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for audio in &mut devices.audio {
        let mut gone = 0;
        macro_rules! drop_empty {
            ($($part:expr),*) => {{$({
                let part = $part;
                if let Some(direction) = part {
                    // Fixed settings have their element even where it is empty.
                    if direction.fixed_settings == Some(YesNo::Yes) {
                        gone += usize::from(direction.settings.is_none());
                        direction.settings.get_or_insert_default();
                    } else {
                        gone += usize::from(direction.settings.take_if(|it| *it == AudioSettings::default()).is_some());
                    }
                }
                gone += usize::from(part.take_if(|it| *it == Default::default()).is_some());
            })*}};
        }
        match &mut audio.type_ {
            AudioType::None(it) => drop_empty!(&mut it.input, &mut it.output),
            AudioType::Alsa(it) => drop_empty!(&mut it.input, &mut it.output),
            AudioType::Coreaudio(it) => drop_empty!(&mut it.input, &mut it.output),
            AudioType::Dbus(it) => drop_empty!(&mut it.input, &mut it.output),
            AudioType::Jack(it) => drop_empty!(&mut it.input, &mut it.output),
            AudioType::Oss(it) => drop_empty!(&mut it.input, &mut it.output),
            AudioType::Pipewire(it) => drop_empty!(&mut it.input, &mut it.output),
            AudioType::Pulseaudio(it) => drop_empty!(&mut it.input, &mut it.output),
            AudioType::Sdl(it) => drop_empty!(&mut it.input, &mut it.output),
            AudioType::Spice(it) => drop_empty!(&mut it.input, &mut it.output),
            AudioType::File(it) => drop_empty!(&mut it.input, &mut it.output),
        }
        if gone > 0 {
            cx.rewrote(&audio.xml, "what says nothing is not written, fixed settings are")
                .becomes("<input>, <output>", "");
        }
    }
}

fn report_settings(domain: &Domain, cx: &mut Context) {
    macro_rules! directions {
        ($any:ident: $($type:ident)*) => {$(
            if let Some(direction) = $any.downcast_ref::<$type>() {
                let fixed = direction.fixed_settings == Some(YesNo::Yes);
                if direction.settings.is_some() && !fixed {
                    cx.error(&direction.xml, "settings need fixedSettings='yes'");
                }
                if fixed && direction.mixing_engine != Some(YesNo::Yes) {
                    cx.error(&direction.xml, "fixed settings need mixingEngine='yes'");
                }
                let settings = direction.settings.as_ref();
                let numbers = [
                    direction.voices,
                    direction.buffer_length,
                    settings.and_then(|settings| settings.frequency),
                    settings.and_then(|settings| settings.channels),
                ];
                if numbers.into_iter().flatten().any(|number| number.0 == 0) {
                    cx.error(&direction.xml, "voices, buffers, frequencies and channels are at least 1");
                }
            }
        )*};
    }
    walk(domain, &mut |any| {
        directions! { any:
            AudioInput AudioOutput AudioAlsaInput AudioAlsaOutput AudioBufferedInput AudioBufferedOutput AudioJackInput
            AudioJackOutput AudioOssInput AudioOssOutput AudioServerInput AudioServerOutput
        }
    });
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
