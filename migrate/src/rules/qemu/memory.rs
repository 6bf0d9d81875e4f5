//! Memory devices and shared memory.

use domxml::{Address, AddressType, ArchName, Domain, MemoryDevice, MemoryDeviceModel, Shmem, ShmemModelType, scalar};

use super::refused;
use crate::options::Driver;
use crate::rule::board::{Board, is_power64, is_s390};
use crate::rule::kinds::{check, note};
use crate::rule::scope::Scope;
use crate::rule::{Class, Context, rule};

rules![
    rule("qemu-memory-device-conflict", Class::Conflict)
        .summary("a memory device that the machine cannot have")
        .doc(
            "DIMMs and NVDIMMs are of x86, ARM, LoongArch and Power, virtio-pmem of x86, virtio-mem of x86, ARM and \
             s390, SGX memory of x86. On Power an NVDIMM has a label.",
        )
        .finds(
            "<maxMemory slots='2' unit='GiB'>8</maxMemory><os><type arch='s390x'>hvm</type></os><devices>\
             <memory model='dimm'><target><size unit='MiB'>512</size><node>0</node></target></memory></devices>",
        )
        .row(refused(|memory: &MemoryDevice, scope| unsupported(memory, scope).map(str::to_owned))),
    rule("qemu-memory-slot-conflict", Class::Conflict)
        .summary("a memory device without a slot, or without a NUMA node")
        .doc(
            "A memory device needs a maximum of memory (`<maxMemory>`); each DIMM and NVDIMM has a slot of its own \
             there, numbered from 0, and where the guest has NUMA nodes it is of one of them. libvirt defines a guest \
             that can have such memory and has no node, and refuses to start it, but with pseries.",
        )
        .finds(
            "<vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'/></numa></cpu><devices>\
             <memory model='dimm'><target><size unit='MiB'>512</size><node>0</node></target></memory></devices>",
        )
        .finds(
            "<maxMemory slots='1' unit='GiB'>8</maxMemory><vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'/></numa></cpu><devices>\
             <memory model='dimm'><target><size unit='MiB'>512</size><node>0</node></target><address type='dimm' slot='1'/></memory></devices>",
        )
        .finds(
            "<maxMemory slots='1' unit='GiB'>8</maxMemory><vcpu>1</vcpu><cpu><numa><cell id='0' cpus='0' memory='524288'/></numa></cpu><devices>\
             <memory model='dimm'><target><size unit='MiB'>512</size></target></memory></devices>",
        )
        .finds("<maxMemory slots='16' unit='GiB'>16</maxMemory>")
        .row(check(slots).driver(Driver::Qemu))
        .row(
            note(|domain: &Domain, scope| {
                let grows = domain.max_memory.as_ref().is_some_and(|maximum| maximum.slots.is_some_and(|slots| slots > 0));
                (grows && scope.cells == 0 && scope.board != Board::Pseries).then_some(
                    "libvirt does not start a guest whose memory can grow without a NUMA cell: add <numa> with \
                     one <cell> to <cpu>, or leave out <maxMemory>",
                )
            })
            .at(|domain| domain.max_memory.as_ref().map_or(&domain.xml, |maximum| &maximum.xml))
            .driver(Driver::Qemu),
        ),
    rule("qemu-shmem-conflict", Class::Conflict)
            .summary("shared memory of a size that it cannot have, or with a server that its model does not have")
            .doc(
                "The size of memory that guests share is a power of two, and 1 MiB at least. The model \
                 `ivshmem-doorbell` has a server, which tells its size, `ivshmem-plain` none, and the model `ivshmem`, which was both and \
                 the default, is gone. s390 guests have no such device.",
            )
            .finds("<devices><shmem name='s'><model type='ivshmem-plain'/><size unit='M'>4</size><server path='/s'/></shmem></devices>")
            .finds("<devices><shmem name='s'><model type='ivshmem-plain'/><size unit='M'>24</size></shmem></devices>")
            .finds("<devices><shmem name='s'><size unit='M'>4</size></shmem></devices>")
            .finds("<devices><shmem name='s'><model type='ivshmem-doorbell'/><size unit='M'>4</size><server path='/s'/></shmem></devices>")
            .row(refused(|shmem: &Shmem, scope| {
                let size = shmem.size.as_ref().and_then(|size| scalar::bytes(size))?;
                let fits = size == 0 || size.is_power_of_two() && size >= 1 << 20;
                (!fits && !is_s390(scope.arch)).then(|| {
                    "the size of shared memory is a power of two, and 1 MiB at least: give the next greater one".to_owned()
                })
            }).at(|shmem| shmem.size.as_ref().map_or(&shmem.xml, |size| &size.xml)))
            .row(refused(|shmem: &Shmem, scope| {
                let model = shmem.model.as_ref()?.type_.filter(|_| !is_s390(scope.arch))?;
                let wrong = match (model, &shmem.server) {
                    (ShmemModelType::IvshmemPlain, Some(_)) => {
                        "ivshmem-plain has no server: leave it out, or take ivshmem-doorbell"
                    }
                    (ShmemModelType::IvshmemDoorbell, Some(_)) if shmem.size.is_some() => {
                        "the server tells ivshmem-doorbell its size: leave out <size>"
                    }
                    (ShmemModelType::IvshmemDoorbell, None) => {
                        "ivshmem-doorbell needs a server: add <server/>, or take ivshmem-plain"
                    }
                    _ => return None,
                };
                Some(wrong.to_owned())
            }))
            // libvirt 9.0.0's own tests of its QEMU driver still have the old model, those of 11.3.0 no longer do.
            .row(
                refused(|shmem: &Shmem, _| {
                    let model = shmem.model.as_ref().and_then(|model| model.type_);
                    matches!(model, None | Some(ShmemModelType::Ivshmem)).then(|| {
                        "QEMU no longer has the model ivshmem: set <model type='ivshmem-plain'/>, or 'ivshmem-doorbell' beside a <server/>".to_owned()
                    })
                })
                .since(11, 3, 0),
            )
            .row(refused(|shmem: &Shmem, scope| {
                let plain = shmem.model.as_ref().and_then(|model| model.type_);
                let known = matches!(plain, Some(ShmemModelType::IvshmemPlain | ShmemModelType::IvshmemDoorbell));
                (known && is_s390(scope.arch)).then(|| "s390 guests have no shared memory devices: leave it out".to_owned())
            })),
];

fn unsupported(memory: &MemoryDevice, scope: &Scope) -> Option<&'static str> {
    let arm = matches!(scope.arch, Some(ArchName::Aarch64 | ArchName::Armv7l));
    let slots = scope.is_x86() || arm || scope.arch == Some(ArchName::Loongarch64) || is_power64(scope.arch);
    match &memory.model {
        MemoryDeviceModel::Dimm(_) | MemoryDeviceModel::Nvdimm(_) if !slots => {
            Some("guests of this architecture have no slots for memory: leave it out")
        }
        MemoryDeviceModel::VirtioPmem(_) if !scope.is_x86() => Some("only x86 guests have virtio-pmem: leave it out"),
        MemoryDeviceModel::VirtioMem(_)
            if !(scope.is_x86() || scope.board == Board::ArmVirt || is_s390(scope.arch)) =>
        {
            Some("only x86, ARM and s390 guests have virtio-mem: leave it out")
        }
        MemoryDeviceModel::SgxEpc(_) if !scope.is_x86() => Some("only x86 guests have SGX memory: leave it out"),
        _ => None,
    }
}

/// The node of a DIMM or an NVDIMM, which are what has slots.
fn module(memory: &MemoryDevice) -> Option<Option<u32>> {
    match &memory.model {
        MemoryDeviceModel::Dimm(it) => Some(it.target.node),
        MemoryDeviceModel::Nvdimm(it) => Some(it.target.node),
        _ => None,
    }
}

const NODELESS: &str = "the guest has NUMA nodes: say of which the memory is, by <node> in <target>";

fn slots(domain: &Domain, cx: &mut Context<'_>) {
    let Some(devices) = &domain.devices else { return };
    let mut plugged = devices
        .memory_devices
        .iter()
        .filter(|memory| !matches!(memory.model, MemoryDeviceModel::SgxEpc(_) | MemoryDeviceModel::Other(_)));
    let Some(maximum) = domain.max_memory.as_ref().filter(|maximum| maximum.value > 0) else {
        if let Some(first) = plugged.next() {
            cx.error(
                &first.xml,
                "a memory device needs room: add <maxMemory slots='16' unit='GiB'> with all that the guest may have, or \
                 leave it out",
            );
        }
        return;
    };
    if cx.scope.cells > 0 {
        for memory in devices
            .memory_devices
            .iter()
            .filter(|it| matches!(&it.model, MemoryDeviceModel::VirtioMem(mem) if mem.target.node.is_none()))
        {
            cx.error(&memory.xml, NODELESS);
        }
    }
    let slots = maximum.slots.unwrap_or(0);
    for (count, (memory, node)) in
        devices.memory_devices.iter().filter_map(|it| module(it).map(|node| (it, node))).enumerate()
    {
        let slot = match memory.address.as_deref() {
            Some(Address { type_: AddressType::Dimm(dimm), .. }) => dimm.slot,
            _ => None,
        };
        if node.is_none() && cx.scope.cells > 0 {
            cx.error(&memory.xml, NODELESS);
        } else if let Some(slot) = slot.filter(|slot| u64::from(*slot) >= u64::from(slots)) {
            cx.error(&memory.xml, format!("there is no slot {slot}: <maxMemory> has {slots}, numbered from 0"));
        } else if count as u64 >= u64::from(slots) {
            cx.error(
                &memory.xml,
                format!("no slot is free: <maxMemory> has {slots}; give it more, or leave the module out"),
            );
        }
    }
}
