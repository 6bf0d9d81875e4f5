//! `domain-parts-not-read`: what libvirt does not read, for those who want to keep it.

use domxml::{Domain, YesNo};

use super::boot::{MOST, take_unread};
use super::os::{has_bootloader, take_unread_nvram};
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::MODERN;

pub(super) static RULE: Rule = Rule {
    id: "domain-parts-not-read",
    class: Class::Lossy,
    since: None,
    safety: Safety::ReportOnly,
    profiles: MODERN,
    summary: "parts of the description of the boot that libvirt does not read",
    doc: "libvirt forgets what does not go with the rest: settings of the firmware beside a boot loader of the host, the timeout of a boot \
          menu that is off, boot devices beyond the fourth, a second place of the NVRAM, kernels of containers. Profile `modern` keeps them and says so; profile \
          `libvirt` drops them, as libvirt does.",
    example: Example {
        before: "<os><type arch='x86_64'>hvm</type><bootmenu enable='no' timeout='3000'/></os>",
        after: "<os><type arch='x86_64'>hvm</type><bootmenu enable='no' timeout='3000'/></os>",
    },
    apply,
};

fn apply(domain: &mut Domain, cx: &mut Context) {
    let Some(os) = &domain.os else { return };
    let gone = take_unread(&mut os.clone());
    if !gone.is_empty() {
        cx.note(&os.xml, format!("libvirt does not read {} for this type of operating system", gone.join(", ")));
    }
    if has_bootloader(domain) && !(os.boot.is_empty() && os.bootmenu.is_none() && os.bios.is_none()) {
        cx.note(&os.xml, "libvirt forgets boot devices, boot menu and BIOS where a boot loader starts the domain");
    }
    if let Some(fifth) = os.boot.get(MOST) {
        cx.note(&fifth.xml, "libvirt reads the first four boot devices");
    }
    if let Some(nvram) = &os.nvram
        && let Some((what, _)) = take_unread_nvram(&mut nvram.clone())
    {
        cx.note(&nvram.xml, format!("libvirt does not read {what} of this NVRAM"));
    }
    if let Some(menu) = &os.bootmenu
        && menu.enable != Some(YesNo::Yes)
        && menu.timeout.is_some()
    {
        cx.note(&menu.xml, "libvirt forgets the timeout of a boot menu that is off");
    }
}
