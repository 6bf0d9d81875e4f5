//! How many CPUs there are, and which of them from the start.

use crate::rules::prelude::*;

/// How many CPU numbers libvirt knows.
const ALL: usize = 16_384;

rules![
    rule("vcpu-conflict", Class::Conflict)
        .summary("numbers of CPUs that libvirt refuses")
        .doc(
            "libvirt refuses a guest without CPUs, more CPUs at the start than there can be, descriptions of CPUs that \
             there cannot be, and CPUs that are disabled and cannot be plugged in.",
        )
        .finds("<vcpu current='3'>2</vcpu>")
        .finds("<vcpu>0</vcpu>")
        .finds("<vcpu>1</vcpu><vcpus><vcpu id='0' enabled='yes'/><vcpu id='1' enabled='no'/></vcpus>")
        .finds("<vcpu>2</vcpu><vcpus><vcpu id='1' enabled='no' hotpluggable='no'/></vcpus>")
        .row(refuse_if("the guest has no CPUs: give it one at least", |vcpu: &Vcpu, _| vcpu.value == 0))
        .row(
            refuse_in(Domain::VCPU, |vcpu, _| {
                let current = vcpu.current.filter(|current| *current > vcpu.value)?;
                Some(format!("{current} CPUs at the start are more than the {} that there can be: lower current, or raise the number", vcpu.value))
            })
            .when(|domain, _| !described(domain)),
        )
        .row(exists(|vcpu: &VcpusVcpu| [vcpu.id], CPUS))
        .row(refuse(|vcpu: &VcpusVcpu, _| {
            let out = vcpu.enabled == YesNo::No && vcpu.hotpluggable == Some(YesNo::No);
            out.then(|| format!("CPU {} is disabled and cannot be plugged in: set enabled='yes', or hotpluggable='yes'", vcpu.id))
        })),
    rule("vcpu-absent", Class::Default)
        .profiles(LIBVIRT)
        .phase(Phase::Read)
        .summary("a guest has one CPU unless told otherwise")
        .doc("Without `<vcpu>` the guest has one virtual CPU, and libvirt writes that.")
        .example("", "<vcpu placement='static'>1</vcpu>")
        .row(default(child(Domain::VCPU), Vcpu { value: 1, ..Vcpu::default() }).says("the guest has one CPU")),
    rule("vcpu-auto-cpuset-dropped", Class::Lossy)
        .summary("CPUs that are placed automatically have no set")
        .doc("Where the CPUs are placed automatically, libvirt does not read the set of CPUs of the host that stands beside it.")
        .example("<vcpu placement='auto' cpuset='0-3'>2</vcpu>", "<vcpu placement='auto'>2</vcpu>")
        .row(
            unread(Vcpu::CPUSET, "where the CPUs are placed automatically")
                .when(|vcpu, _| vcpu.placement == Some(VcpuPlacement::Auto)),
        ),
    rule("vcpu-cpuset-all-dropped", Class::Default)
        .summary("CPUs on every CPU of the host")
        .doc("A set of all CPU numbers that libvirt knows, 0 to 16383, confines nothing; libvirt does not write it.")
        .example("<vcpu cpuset='0-16383'>2</vcpu>", "<vcpu>2</vcpu>")
        .row(nothing(Vcpu::CPUSET, |set| set.len() == ALL, "the set has every CPU")),
    rule("vcpu-current-equal-dropped", Class::Default)
        .summary("all CPUs are there from the start")
        .doc("libvirt writes the number of CPUs that are there from the start only where it is less than all of them.")
        .example("<vcpu current='2'>2</vcpu>", "<vcpu>2</vcpu>")
        .row(
            nothing(Vcpu::CURRENT.under(Domain::VCPU), |_| true, "all CPUs are there from the start")
                .when(|domain, _| !described(domain) && domain.vcpu.as_ref().is_some_and(|it| it.current == Some(it.value))),
        ),
    rule("vcpus-hotpluggable-default", Class::Default)
        .summary("a CPU that is off at the start can be plugged in")
        .doc(
            "A virtual CPU that is enabled cannot be unplugged and one that is disabled can be plugged in, unless the \
             description says otherwise; libvirt spells that out.",
        )
        .example(
            "<vcpu current='1'>2</vcpu><vcpus><vcpu id='0' enabled='yes'/><vcpu id='1' enabled='no'/></vcpus>",
            "<vcpu current='1'>2</vcpu><vcpus><vcpu id='0' enabled='yes' hotpluggable='no'/>\
             <vcpu id='1' enabled='no' hotpluggable='yes'/></vcpus>",
        )
        .row(default(VcpusVcpu::HOTPLUGGABLE, YesNo::No).when(|vcpu, _| vcpu.enabled == YesNo::Yes))
        .row(default(VcpusVcpu::HOTPLUGGABLE, YesNo::Yes).when(|vcpu, _| vcpu.enabled == YesNo::No)),
];

/// Whether the CPUs are described one by one.
pub(super) fn described(domain: &Domain) -> bool {
    domain.vcpus.as_ref().is_some_and(|vcpus: &Vcpus| !vcpus.vcpus.is_empty())
}
