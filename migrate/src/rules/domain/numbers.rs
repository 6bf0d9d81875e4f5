//! `number-out-of-range`.

use domxml::scalar::{AnyBase, Decimal};

use crate::rules::prelude::*;

rules![
    rule("number-out-of-range", Class::Conflict)
        .summary("a number that libvirt has no room for, or a 0 where it takes none")
        .doc(
            "libvirt holds counts of CPUs, queues and vectors, orders of boot devices, rates and places on a SCSI \
             adapter in 32 bits, which the schema does not say. Where a 0 would mean nothing it is refused: leave the \
             attribute out.",
        )
        .finds("<vcpu>1</vcpu><cpu><topology sockets='4294967296' cores='1' threads='1'/></cpu>")
        .finds(
            "<devices><disk type='file' device='disk'><driver name='qemu' queues='4294967296'/><source file='/a'/>\
             <target dev='vda' bus='virtio'/></disk></devices>",
        )
        .finds("<devices><sound model='virtio' streams='0'/></devices>")
        .rows(each_type!(
            [CpuTopology CryptoBackend DeviceBoot DiskDriver InterfaceDriver RngRate ShmemMsi],
            refuse(|it: &Of, _| too_wide(it, &[]))
        ))
        // The unit has 64 bits.
        .row(refuse(|it: &HostdevScsiAddress, _| too_wide(it, &["unit"])))
        .row(
            refuse(|it: &Sound, _| zero("streams", it.model == SoundModel::Virtio && it.streams == Some(Decimal(0))))
                .since(10, 4, 0)
        )
        .row(refuse(|it: &CpuMaxPhysAddr, _| zero("limit", it.limit == Some(0))).since(9, 3, 0))
        .row(refuse(|it: &ControllerTarget, _| zero("memReserve", it.mem_reserve == Some(AnyBase(0)))).since(10, 3, 0))
        .rows(each_field!(AudioTypePipewire::[INPUT OUTPUT], |end| refuse_in(end, |it, _| zero("latency", it.latency == Some(Decimal(0)))))),
    rule("audio-latency-zero", Class::Default)
        .summary("no latency is asked for from PulseAudio")
        .doc("A latency of 0 is the same as none for PulseAudio, and libvirt does not write it; it refuses one of PipeWire.")
        .example(
            "<devices><audio id='1' type='pulseaudio'><input name='a' latency='0'/></audio></devices>",
            "<devices><audio id='1' type='pulseaudio'><input name='a'/></audio></devices>",
        )
        .row(nothing(AudioServerEnd::LATENCY, |latency| latency.0 == 0, "no latency is asked for")),
];

fn zero(name: &str, is_zero: bool) -> Option<String> {
    is_zero.then(|| format!("'{name}' is not 0: leave it out, or give another number"))
}

/// Objects to the first number that 32 bits do not hold, but for those that have more.
fn too_wide(content: &dyn Content, but: &[&str]) -> Option<String> {
    let is_beyond = |(name, number): &(&str, u64)| u32::try_from(*number).is_err() && !but.contains(name);
    let (name, _) = numbers(content).into_iter().find(is_beyond)?;
    Some(format!("'{name}' has 32 bits: the greatest number that it holds is {}", u32::MAX))
}
