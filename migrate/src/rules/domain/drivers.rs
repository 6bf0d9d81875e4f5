//! What libvirt's parser asks of drivers.

use crate::rule::drivers::{CHOOSE_FIRMWARE, DESCRIBE_CPUS, PLUG_MEMORY};
use crate::rules::prelude::*;

rules![
    rule("driver-conflict", Class::Conflict)
        .summary("what the driver of the domain's type is not able to do")
        .doc(
            "The drivers of QEMU, Xen, bhyve and VMware choose the firmware of a guest; QEMU's and Hyper-V's plug memory in, and \
             QEMU's alone has CPUs that are each described. libvirt refuses a domain of another type that asks for it.",
        )
        .finds("<os firmware='efi'><type arch='x86_64'>hvm</type></os>")
        .finds("<maxMemory slots='16' unit='GiB'>16</maxMemory>")
        .finds("<devices><memory model='dimm'><target><size unit='KiB'>1024</size><node>0</node></target></memory></devices>")
        .finds("<vcpu>2</vcpu><vcpus><vcpu id='0' enabled='yes'/><vcpu id='1' enabled='yes'/></vcpus>")
        .row(refuse_if(NO_FIRMWARE, |os: &Os, _| os.firmware.is_some()).all_but(CHOOSE_FIRMWARE))
        .rows(each_type!([MaxMemory MemoryDevice], refuse_if(NO_PLUGS, |_: &Of, _| true).all_but(PLUG_MEMORY)))
        .row(refuse_if(NO_CPUS, |_: &Vcpus, _| true).all_but(DESCRIBE_CPUS)),
];

const NO_FIRMWARE: &str = "this hypervisor chooses no firmware: leave out firmware, or name its image in <loader>";
const NO_PLUGS: &str = "this hypervisor plugs no memory in: leave it out";
const NO_CPUS: &str =
    "this hypervisor has no CPUs that are each described: set current of <vcpu>, and leave out <vcpus>";
