//! Memory that guests share.

use domxml::scalar::MemoryUnit;

use crate::rules::prelude::*;

/// How libvirt writes the size: what is over is cut off.
const MIB: Scale = Scale { assumed: MemoryUnit::Bytes, written: MemoryUnit::M, up: false };

const NO_SERVER: &str = "interrupts need a <server>: add one, or leave out <msi>";
const NO_ROLE: &str = "the role is master or peer: set one of these, or leave out role";
const TOO_LARGE: &str = "the size is too large: give a smaller one";

rules![
    rule("shmem-contradictions", Class::Conflict)
        .summary("shared memory with interrupts has a server")
        .doc(
            "Interrupts between guests that share memory are passed on by a server; libvirt refuses `<msi>` without \
             `<server>`. The name of the memory has no slash, and a role that a model has is `master` or `peer`.",
        )
        .finds("<devices><shmem name='s'><model type='ivshmem'/><msi vectors='4'/></shmem></devices>")
        .finds("<devices><shmem name='s' role='guest'><model type='ivshmem-plain'/></shmem></devices>")
        .finds("<devices><shmem name='a/b'><model type='ivshmem'/></shmem></devices>")
        .row(refuse_if(NO_ROLE, |shmem: &Shmem, _| !is_ivshmem(shmem) && kept_value(&shmem.xml, "role").is_some()))
        .row(refuse_if(NO_SERVER, |shmem: &Shmem, _| shmem.msi.is_some() && shmem.server.is_none()))
        .row(refuse_where(
            required(Shmem::NAME),
            |name, _| name.contains('/'),
            "the name of shared memory has no slash: choose another one"
        )),
    rule("shmem-size-truncate", Class::Lossy)
        .profiles(BOTH)
        .summary("the size of shared memory is no number of MiB")
        .doc(
            "libvirt keeps whole MiB of the size of shared memory: 12345 KiB become 12 MiB, and 16 KiB nothing. The \
             hypervisor wants a power of two anyway.",
        )
        .finds("<devices><shmem name='s'><model type='ivshmem'/><size unit='KiB'>12345</size></shmem></devices>")
        .row(refuse_if(TOO_LARGE, |size: &ShmemSize, _| MIB.apply(size.value, size.unit).is_none()))
        .row(note(|size: &ShmemSize, _| {
            let whole = MIB.apply(size.value, size.unit)?;
            let up = Scale { up: true, ..MIB }.apply(size.value, size.unit);
            (up != Some(whole)).then(|| format!("libvirt makes {whole} MiB of this size"))
        })),
    rule("shmem-model-default", Class::Default)
        .summary("shared memory is of the model `ivshmem`")
        .doc(
            "A device with shared memory is of the model `ivshmem` where nothing is said, and that model has no role. \
             libvirt writes the model and drops a role.",
        )
        .example(
            "<devices><shmem name='s' role='peer'/></devices>",
            "<devices><shmem name='s'><model type='ivshmem'/></shmem></devices>",
        )
        .row(
            implied(child(Shmem::MODEL), ShmemModel { type_: Some(ShmemModelType::Ivshmem), ..ShmemModel::default() },)
        )
        .row(unread(Shmem::ROLE, "with the model ivshmem").when(|shmem, _| is_ivshmem(shmem))),
    rule("shmem-size-units", Class::Spelling)
        .summary("the size of shared memory is in MiB")
        .doc(
            "libvirt reads the size of shared memory in any unit, in bytes where none is given, and writes whole MiB: \
             what is over is lost.",
        )
        .example(
            "<devices><shmem name='s'><model type='ivshmem'/><size unit='GiB'>1</size></shmem></devices>",
            "<devices><shmem name='s'><model type='ivshmem'/><size unit='M'>1024</size></shmem></devices>",
        )
        // What is cut down to 0 MiB is written, what was 0 is not.
        .row(nothing(child(Shmem::SIZE), |size| size.value == 0, "a size of 0 is none").phase(Phase::Derive))
        .row(unit(ShmemSize::VALUE, ShmemSize::UNIT, MIB)),
];

fn is_ivshmem(shmem: &Shmem) -> bool {
    let type_ = shmem.model.as_ref().and_then(|model| model.type_);
    type_.is_none_or(|type_| type_ == ShmemModelType::Ivshmem)
}
