//! CPUs that are listed one by one, what happens when a guest stops, and sleep.

use std::collections::BTreeMap;

use domxml::{Domain, DomainOnCrash, Extra, LifecycleAction, Pm, Vcpus, VcpusVcpu, YesNo};

use super::{refused, refused_in};
use crate::options::Driver;
use crate::rule::board::Board;
use crate::rule::kinds::check;
use crate::rule::scope::Scope;
use crate::rule::{Class, Context, rule};

const NO_SLEEP: &str = "only pc and q35 can be told of sleep states: leave this out";

rules![
    rule("qemu-vcpus-conflict", Class::Conflict)
        .summary("listed CPUs in an order that QEMU cannot have")
        .doc(
            "CPU 0 is there from the start, is never unplugged and comes first. All CPUs that are there have an order \
             or none has. Those that cannot be unplugged stand before those that can.",
        )
        .finds(
            "<vcpu current='1'>2</vcpu><vcpus><vcpu id='0' enabled='no' hotpluggable='yes'/><vcpu id='1' enabled='yes' hotpluggable='no'/></vcpus>",
        )
        .finds(
            "<vcpu current='2'>2</vcpu><vcpus><vcpu id='0' enabled='yes' hotpluggable='no' order='1'/>\
             <vcpu id='1' enabled='yes' hotpluggable='yes'/></vcpus>",
        )
        .finds(
            "<vcpu current='3'>3</vcpu><vcpus><vcpu id='0' enabled='yes' hotpluggable='no'/>\
             <vcpu id='1' enabled='yes' hotpluggable='yes'/><vcpu id='2' enabled='yes' hotpluggable='no'/></vcpus>",
        )
        .row(check(listed).driver(Driver::Qemu)),
    rule("qemu-vcpu-count-conflict", Class::Conflict)
        .summary("more CPUs than the machine can have")
        .doc("A `pc` machine has up to 255 CPUs in every QEMU, and an `isapc` one; a `q35` has more.")
        .finds("<vcpu>288</vcpu>")
        .row(
            refused(|_: &Domain, scope| {
                let most = match scope.board {
                    Board::I440fx => 255,
                    Board::Isapc => 1,
                    _ => return None,
                };
                (scope.vcpus > most)
                    .then(|| format!("this machine has up to {most} CPUs: ask for no more, or set machine='q35'"))
            })
            .at(|domain| domain.vcpu.as_ref().map_or(&domain.xml, |vcpu| &vcpu.xml)),
        ),
    rule("qemu-lifecycle-conflict", Class::Conflict)
        .summary("something that QEMU does not do when a guest stops")
        .doc("QEMU starts no guest again under another name, and keeps none that shuts down or restarts: `preserve` is for crashes.")
        .finds("<on_poweroff>rename-restart</on_poweroff>")
        .finds("<on_reboot>preserve</on_reboot>")
        .row(refused(|domain: &Domain, _| {
            let renamed = [domain.on_poweroff, domain.on_reboot].contains(&Some(LifecycleAction::RenameRestart))
                || domain.on_crash == Some(DomainOnCrash::RenameRestart);
            let kept = [domain.on_poweroff, domain.on_reboot].contains(&Some(LifecycleAction::Preserve));
            if renamed {
                return Some("QEMU does not start a guest under another name: set rename-restart to restart".to_owned());
            }
            kept.then(|| "QEMU keeps no guest that shuts down or restarts: set on_poweroff and on_reboot to destroy or restart".to_owned())
        })),
    rule("qemu-sleep-conflict", Class::Conflict)
        .summary("sleep states of a machine that has none to choose")
        .doc("Which sleep states ACPI offers can be chosen with pc and q35 alone.")
        .finds("<os><type arch='s390x'>hvm</type></os><pm><suspend-to-mem enabled='no'/></pm>")
        .row(refused_in(Pm::SUSPEND_TO_MEM, no_sleep, NO_SLEEP))
        .row(refused_in(Pm::SUSPEND_TO_DISK, no_sleep, NO_SLEEP)),
];

fn no_sleep(scope: &Scope) -> bool {
    !matches!(scope.board, Board::I440fx | Board::Q35)
}

/// The CPUs that are listed, by their numbers: of two that describe one the last counts.
pub(super) fn by_number(vcpus: &Vcpus) -> Vec<&VcpusVcpu> {
    let last: BTreeMap<_, &VcpusVcpu> = vcpus.vcpus.iter().map(|vcpu| (vcpu.id, vcpu)).collect();
    last.into_values().collect()
}

fn listed(vcpus: &Vcpus, cx: &mut Context<'_>) {
    let mut there = by_number(vcpus);
    match there.first() {
        Some(first) if first.id > 0 => {
            cx.error(&vcpus.xml, "CPU 0 is always there: list it too, with enabled='yes' and hotpluggable='no'");
            return;
        }
        Some(first) => {
            if let Some(message) = first_objection(first) {
                cx.error(&first.xml, message);
                return;
            }
        }
        None => {}
    }
    there.retain(|vcpu| vcpu.enabled == YesNo::Yes);
    if let Some((at, message)) = order_objection(&there) {
        cx.error(at, message);
    }
}

fn first_objection(first: &VcpusVcpu) -> Option<&'static str> {
    if first.enabled == YesNo::No {
        return Some("CPU 0 is always there: set enabled='yes'");
    }
    if first.hotpluggable == Some(YesNo::Yes) {
        return Some("CPU 0 is never unplugged: set hotpluggable='no'");
    }
    first.order.is_some_and(|order| order > 1).then_some("CPU 0 comes first: set order='1'")
}

fn order_objection<'v>(there: &[&'v VcpusVcpu]) -> Option<(&'v Extra, &'static str)> {
    // An order of 0 is none.
    let is_ordered = |vcpu: &VcpusVcpu| vcpu.order.is_some_and(|order| order > 0);
    let ordered = is_ordered(there.first()?);
    if let Some(other) = there.iter().find(|vcpu| is_ordered(vcpu) != ordered) {
        return Some((
            &other.xml,
            "all CPUs that are there have an order, or none has: add order to all of them, or leave it out",
        ));
    }
    let pluggable = there.iter().position(|vcpu| vcpu.hotpluggable == Some(YesNo::Yes))?;
    let fixed = there[pluggable..].iter().find(|vcpu| vcpu.hotpluggable == Some(YesNo::No))?;
    Some((
        &fixed.xml,
        "CPUs that cannot be unplugged stand before those that can: set hotpluggable='yes', or let them change places",
    ))
}
