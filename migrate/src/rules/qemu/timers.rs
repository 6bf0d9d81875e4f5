//! Timers that QEMU does not have.

use domxml::{DomainType, Timer, TimerName, TimerTickpolicy, TrackedTimerTrack, YesNo};

use super::refused;
use crate::rule::board::Board;
use crate::rule::scope::Scope;
use crate::rule::{Class, rule};

rules![
    rule("qemu-timer-conflict", Class::Conflict)
        .summary("a timer that the guest cannot have")
        .doc(
            "QEMU has no `platform` timer; `tsc`, `hpet`, `kvmclock` and `hypervclock` are of x86, `armvtimer` of the \
             `virt` board of ARM with KVM. Missed ticks of `rtc` and `pit` are not merged, those of `rtc` not \
             discarded, and those of `pit` caught up on x86 alone. The clock of `rtc` is not that of the boot.",
        )
        .finds("<clock offset='utc'><timer name='platform'/></clock>")
        .finds("<os><type arch='s390x'>hvm</type></os><clock offset='utc'><timer name='tsc' present='yes'/></clock>")
        .finds("<clock offset='utc'><timer name='armvtimer' tickpolicy='discard'/></clock>")
        .finds("<clock offset='utc'><timer name='rtc' tickpolicy='merge'/></clock>")
        .finds("<clock offset='utc'><timer name='rtc' track='boot'/></clock>")
        .row(refused(|timer: &Timer, scope| unavailable(timer, scope).map(str::to_owned)))
        .row(refused(|timer: &Timer, scope| policy(timer, scope).map(str::to_owned))),
];

fn unavailable(timer: &Timer, scope: &Scope) -> Option<&'static str> {
    let kvm_on_arm = scope.type_ == DomainType::Kvm && scope.board == Board::ArmVirt;
    match &timer.name {
        TimerName::Platform(_) => Some("QEMU has no platform timer: leave it out"),
        TimerName::Tsc(_) | TimerName::Hpet(_) | TimerName::Kvmclock | TimerName::Hypervclock
            if timer.present == Some(YesNo::Yes) && !scope.is_x86() =>
        {
            Some("only x86 guests have this timer: leave it out")
        }
        TimerName::Armvtimer(_) if !kvm_on_arm => {
            Some("only the virt machine of ARM has this timer, and with KVM alone: leave it out")
        }
        TimerName::Rtc(rtc) if rtc.track == Some(TrackedTimerTrack::Boot) => {
            Some("rtc follows the guest or the wall clock, not the boot: set track='guest' or 'wall'")
        }
        _ => None,
    }
}

fn policy(timer: &Timer, scope: &Scope) -> Option<&'static str> {
    match &timer.name {
        TimerName::Rtc(rtc) if matches!(rtc.tickpolicy, Some(TimerTickpolicy::Merge | TimerTickpolicy::Discard)) => {
            Some("missed ticks of rtc are delayed or caught up: set tickpolicy='delay' or 'catchup'")
        }
        TimerName::Pit(pit) if pit.tickpolicy == Some(TimerTickpolicy::Merge) => {
            Some("missed ticks of pit are not merged: set tickpolicy='delay' or 'discard'")
        }
        TimerName::Pit(pit) if matches!(pit.tickpolicy, Some(TimerTickpolicy::Catchup(_))) && !scope.is_x86() => {
            Some("missed ticks of pit are caught up on x86 alone: leave out tickpolicy")
        }
        _ => None,
    }
}
