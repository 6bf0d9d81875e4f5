//! What a host that was asked (`--host`) cannot run, and what QEMU in general no longer has. A guest that libvirt would refuse there
//! is an error; one that it would define and not start, or start otherwise, is a note. Rows by section.

mod cpu;
mod devices;
mod firmware;
mod machine;
mod numa;
mod removed_machines;

use domxml::Domain;
use domxml_runtime::{Content, Described};

use crate::host::{Choices, Guest};
use crate::machine::Machine;
use crate::rule::kinds::{note, refuse};
use crate::rule::row::Draft;
use crate::rule::scope::Scope;
use crate::rule::{Class, rule};

// In the order in which they run within a phase.
files![self machine cpu firmware devices numa];

/// What libvirt refuses on the host.
fn lacking<T: Content + Described + Clone>(
    objection: impl Fn(&T, &Guest<'_>, &Scope) -> Option<String> + Send + Sync + 'static,
) -> Draft<T> {
    refuse(move |it: &T, scope: &Scope| objection(it, &scope.on_host()?, scope))
}

/// What libvirt takes on the host, and what does not come to what was meant.
fn doubtful<T: Content + Described + Clone>(
    remark: impl Fn(&T, &Guest<'_>, &Scope) -> Option<String> + Send + Sync + 'static,
) -> Draft<T> {
    note(move |it: &T, scope: &Scope| remark(it, &scope.on_host()?, scope))
}

/// What can be had instead: `a or b`, as far as there is anything.
fn instead(choices: &Choices<'_>, name: &str, but: &[&str]) -> Option<String> {
    let values = choices.values(name)?;
    let others: Vec<String> =
        values.iter().filter(|value| !but.contains(value)).take(4).map(|value| format!("'{value}'")).collect();
    match others.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [first @ .., last] => Some(format!("{} or {last}", first.join(", "))),
    }
}

rules![
    rule("host-not-asked", Class::Host)
        .summary("a guest of a kind that the host was not asked about")
        .doc(
            "What `virsh domcapabilities` says is true of one type of domain, one architecture and one machine. Where \
             none of the files that `--host` names is about guests like this one, its devices, processors and firmware \
             are not judged: give the output of the command that the message names as a further `--host`.",
        )
        .finds("<os><type arch='x86_64' machine='q35'>hvm</type></os>")
        .row(doubtful(|_: &Domain, guest, scope| {
            // Where the host does not have the type or the machine at all, that is what is said.
            let runs = guest.types().is_none_or(|types| types.contains(&guest.type_));
            let known = !guest.has_capabilities() || guest.of_arch().is_some();
            if !runs || !known {
                return None;
            }
            if let Some(own) = guest.devices() {
                let (asked, about) = (guest.machine?, own.machine.as_deref()?);
                let other = asked != about && !Machine::new(asked).is_alias();
                return (other && guest.machines().is_none()).then(|| {
                    format!("the host was asked about {about}, and not whether it has {asked}: add the output of `virsh capabilities` with --host")
                });
            }
            let machine = scope.machine.as_ref().map_or_else(String::new, |machine| format!(" --machine {machine}"));
            let (type_, arch) = (guest.type_, guest.arch);
            Some(format!(
                "nothing is known of the firmware, devices and processors that such guests have on the host: add the output of \
                 `virsh domcapabilities --virttype {type_} --arch {arch}{machine}` with --host"
            ))
        })),
];
