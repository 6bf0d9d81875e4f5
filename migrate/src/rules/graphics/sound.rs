//! Sound cards, and where their sound goes on the host.

use domxml::scalar::Decimal;

use crate::rules::prelude::*;

/// A row for each type of the elements `<input>` and `<output>` of a back end.
macro_rules! each_direction {
    ($row:expr) => {
        each_type!([AudioEnd AudioAlsaEnd AudioBufferedEnd AudioJackEnd AudioOssEnd AudioServerEnd], $row)
    };
}

const NUMBERS: &str = "number and period of an audio back end are at least 1: give another number";
const POLICY: &str = "the policy of OSS is 0 at least: leave out dspPolicy, or give another number";
const SETTINGS: &str = "frequencies and channels are at least 1: give another number, or leave it out";

rules![
    rule("audio-contradictions", Class::Conflict)
        .summary("audio back ends that are there twice or not at all")
        .doc(
            "Each audio back end has a number of its own, and a sound card or a display that names one must name one \
             that is there; libvirt refuses the domain otherwise. The settings of a back end need \
             `fixedSettings='yes'`, and that needs `mixingEngine='yes'`. Numbers of back ends, periods, voices, \
             buffers, frequencies and channels are at least 1.",
        )
        .finds("<devices><sound model='ac97'><audio id='3'/></sound><audio id='1' type='none'/></devices>")
        .finds("<devices><graphics type='vnc'><audio id='3'/></graphics><audio id='1' type='none'/></devices>")
        .finds("<devices><audio id='1' type='none'/><audio id='1' type='sdl'/></devices>")
        .finds("<devices><audio id='0' type='none'/></devices>")
        .finds("<devices><audio id='1' type='none'><input><settings frequency='44100'/></input></audio></devices>")
        .finds("<devices><audio id='1' type='none'><input fixedSettings='yes'/></audio></devices>")
        .finds("<devices><audio id='1' type='none'><input voices='0'/></audio></devices>")
        .finds("<devices><audio id='1' type='oss' dspPolicy='-1'/></devices>")
        .finds("<devices><graphics type='dbus'><audio id='0'/></graphics></devices>")
        .row(unique(Devices::AUDIOS, |it, _| Some(it.id.0), "another audio back end has the number {} already: choose another one"))
        .row(exists(|audio: &SoundAudio| Some(audio.id.0), AUDIO))
        // libvirt does not ask a display over D-Bus whether its back end is there.
        .row(exists(|it: &GraphicsTypeVnc| it.audio.as_ref().map(|audio| audio.id.0), AUDIO).on(GraphicsTypeVnc::AUDIO))
        .row(refuse_if(NUMBERS, |audio: &Audio, _| audio.id.0 == 0 || audio.timer_period == Some(Decimal(0))))
        .row(refuse_if("the numbers of audio back ends are at least 1: choose another one", |it: &GraphicsAudio, _| it.id.0 == 0))
        .row(refuse_if(POLICY, |it: &AudioTypeOss, _| it.dsp_policy.is_some_and(|policy| policy < 0)))
        .rows(each_direction!(refuse_each(|it: &Of, _| {
            let fixed = it.fixed_settings == Some(YesNo::Yes);
            [
                (it.settings.is_some() && !fixed, "settings need fixedSettings='yes': set that, or leave them out"),
                (fixed && it.mixing_engine != Some(YesNo::Yes), "fixed settings need mixingEngine='yes': set that, or leave out fixedSettings"),
                ([it.voices, it.buffer_length].contains(&Some(0.into())), "voices and buffers are at least 1: give another number, or leave it out"),
            ]
        })))
        .row(refuse_if(SETTINGS, |it: &AudioSettings, _| [it.frequency, it.channels].contains(&Some(Decimal(0))))),
    rule("sound-virtio-streams", Class::Default)
        .since(10, 4, 0)
        .summary("the number of streams of a virtio sound card is spelt out")
        .doc(
            "A sound card of the model `virtio` has two streams where nothing is said; libvirt writes the number since \
             it knows the model.",
        )
        .example(
            "<devices><sound model='virtio'/></devices>",
            "<devices><sound model='virtio' streams='2'/></devices>",
        )
        .row(default(Sound::STREAMS, Decimal(2)).when(|sound, _| sound.model == SoundModel::Virtio)),
    rule("sound-unread-parts", Class::Lossy)
        .summary("what libvirt does not read about a sound card is not written")
        .doc(
            "Only cards of the models `ich6` and `ich9` have codecs, only those of the model `usb` can have several \
             channels, and only those of the model `virtio` streams and a driver. libvirt drops them from other cards.",
        )
        .example(
            "<devices><sound model='ac97'><codec type='duplex'/></sound></devices>",
            "<devices><sound model='ac97'/></devices>",
        )
        .example(
            "<devices><sound model='ich9'><driver iommu='on'/></sound></devices>",
            "<devices><sound model='ich9'/></devices>",
        )
        .row(unread(child(Sound::CODECS), "of a card of this model").when(|it, _| !matches!(it.model, SoundModel::Ich6 | SoundModel::Ich9)))
        .row(unread(Sound::STREAMS, "of a card of this model").when(|it, _| it.model != SoundModel::Virtio))
        .row(unread(child(Sound::DRIVER), "of a card of this model").when(|it, _| it.model != SoundModel::Virtio))
        .row(unread(Sound::MULTICHANNEL, "of a card of this model").when(|sound, _| sound.model != SoundModel::Usb)),
    rule("audio-empty-parts", Class::Spelling)
        .summary("what says nothing about an audio back end is not written")
        .doc(
            "libvirt does not write an `<input>` or `<output>` of an audio back end of which nothing is said, and \
             writes `<settings>` where they are said to be fixed, and nowhere else.",
        )
        .example(
            "<devices><audio id='1' type='none'><input><settings/></input><output mixingEngine='yes' \
             fixedSettings='yes'/></audio></devices>",
            "<devices><audio id='1' type='none'><output mixingEngine='yes' fixedSettings='yes'><settings/></output>\
             </audio></devices>",
        )
        .rows(each_direction!(
            default(child(Of::SETTINGS), AudioSettings::default().into())
                .when(|it, _| it.fixed_settings == Some(YesNo::Yes))
                .profiles(LIBVIRT)
                .says("fixed settings have an element")
        ))
        .rows(each_direction!(
            nothing(child(Of::SETTINGS), is_bare, "settings that are not fixed say nothing")
                .when(|it, _| it.fixed_settings != Some(YesNo::Yes))
        )),
];
