//! `shmem-model-default`, `shmem-size-units`, `shmem-size-truncate`, `shmem-contradictions`.

use domxml::scalar::MemoryUnit;
use domxml::{Domain, Extra, ShmemModel, ShmemModelType, ShmemSize};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static MODEL: Rule = Rule {
    id: "shmem-model-default",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "shared memory is of the model `ivshmem`",
    doc: "A device with shared memory is of the model `ivshmem` where nothing is said, and that model has no role. libvirt writes the \
          model and drops a role.",
    example: Example {
        before: "<devices><shmem name='s'/></devices>",
        after: "<devices><shmem name='s'><model type='ivshmem'/></shmem></devices>",
    },
    apply: name_model,
};

pub(super) static SIZE: Rule = Rule {
    id: "shmem-size-units",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the size of shared memory is in MiB",
    doc: "libvirt reads the size of shared memory in any unit, in bytes where none is given, and writes whole MiB: what is over is \
          lost.",
    example: Example {
        before: "<devices><shmem name='s'><model type='ivshmem'/><size unit='GiB'>1</size></shmem></devices>",
        after: "<devices><shmem name='s'><model type='ivshmem'/><size unit='M'>1024</size></shmem></devices>",
    },
    apply: scale,
};

pub(super) static TRUNCATED: Rule = Rule {
    id: "shmem-size-truncate",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "the size of shared memory is no number of MiB",
    doc: "libvirt keeps whole MiB of the size of shared memory: 12345 KiB become 12 MiB, and 16 KiB nothing. The hypervisor wants a \
          power of two anyway.",
    example: Example {
        before: "<devices><shmem name='s'><model type='ivshmem'/><size unit='KiB'>12345</size></shmem></devices>",
        after: "<devices><shmem name='s'><model type='ivshmem'/><size unit='KiB'>12345</size></shmem></devices>",
    },
    apply: report_truncated,
};

pub(super) static CONTRADICTIONS: Rule = Rule {
    id: "shmem-contradictions",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "shared memory with interrupts has a server",
    doc: "Interrupts between guests that share memory are passed on by a server; libvirt refuses `<msi>` without \
          `<server>`. The name of the memory has no slash.",
    example: Example {
        before: "<devices><shmem name='s'><model type='ivshmem'/><msi vectors='4'/></shmem></devices>",
        after: "<devices><shmem name='s'><model type='ivshmem'/><msi vectors='4'/></shmem></devices>",
    },
    apply: report,
};

fn name_model(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for shmem in &mut devices.shmem {
        let model = shmem.model.get_or_insert_with(|| {
            cx.rewrote(&shmem.xml, "the model is spelt out").becomes("", "<model type='ivshmem'/>");
            ShmemModel { type_: Some(ShmemModelType::Ivshmem), xml: Extra::at(shmem.xml.span) }
        });
        if matches!(model.type_, None | Some(ShmemModelType::Ivshmem))
            && let Some(role) = shmem.role.take()
        {
            cx.rewrote(&shmem.xml, "the model ivshmem has no role").becomes(format!("role='{role}'"), "");
        }
    }
}

/// The size in bytes; none where it is too large.
fn bytes(size: &ShmemSize) -> Option<u64> {
    size.value.checked_mul(size.unit.unwrap_or(MemoryUnit::Bytes).bytes())
}

fn scale(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for shmem in &mut devices.shmem {
        let Some(size) = &mut shmem.size else { continue };
        let Some(bytes) = bytes(size) else { continue };
        let before = format!("{} {}", size.value, size.unit.unwrap_or(MemoryUnit::Bytes));
        // What is cut down to 0 MiB is written, what was 0 is not.
        if bytes == 0 {
            shmem.size = None;
            cx.rewrote(&shmem.xml, "a size of 0 is none").becomes(before, "");
        } else if size.unit != Some(MemoryUnit::M) {
            (size.value, size.unit) = (bytes >> 20, Some(MemoryUnit::M));
            cx.rewrote(&shmem.xml, "libvirt writes the size in MiB").becomes(before, format!("{} M", bytes >> 20));
        }
    }
}

fn report_truncated(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &domain.devices else { return };
    for size in devices.shmem.iter().filter_map(|shmem| shmem.size.as_ref()) {
        match bytes(size) {
            None => {
                cx.error(&size.xml, "the size is too large");
            }
            Some(bytes) if bytes % (1 << 20) != 0 => {
                cx.note(&size.xml, format!("libvirt makes {} MiB of this size", bytes >> 20));
            }
            Some(_) => {}
        }
    }
}

fn report(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &domain.devices else { return };
    for shmem in &devices.shmem {
        if shmem.msi.is_some() && shmem.server.is_none() {
            cx.error(&shmem.xml, "interrupts need a <server>");
        }
        if shmem.name.contains('/') {
            cx.error(&shmem.xml, "the name of shared memory has no slash");
        }
    }
}
