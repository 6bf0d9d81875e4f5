//! `device-alias-dropped`, `device-alias-duplicate`.

use std::collections::HashSet;

use domxml::{Alias, Content, Domain, MemballoonModel, each_struct_mut, field_mut, walk};

use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, attribute, conflict};

pub(super) static RULE: Rule = Rule {
    id: "device-alias-dropped",
    class: Class::Live,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "devices have aliases that libvirt made up for a running domain",
    doc: "libvirt names every device of a running domain by an alias, and forgets it in the configuration, unless it begins with `ua-`: \
          then it is the user's own, since 3.9.0. Profile `libvirt` drops the other aliases, save with `--live`; profile `modern` \
          keeps the live state and only says, once a file, how many there are.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
                 <alias name='virtio-disk0'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
                <alias name='virtio-disk0'/></disk></devices>",
    },
    apply,
};

/// Whether libvirt keeps the alias in a configuration.
fn is_users_own(alias: &Alias) -> bool {
    alias.name.starts_with("ua-")
        && alias.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

pub(super) static DUPLICATE: Rule = conflict(
    "device-alias-duplicate",
    "two devices have one alias",
    "An alias that begins with `ua-` names a device for its user, and only one: libvirt refuses a domain that gives it twice. The first \
     console may have that of the serial port which it is.",
    "<devices><sound model='ac97'><alias name='ua-a'/></sound><sound model='ac97'><alias name='ua-a'/></sound></devices>",
    report_duplicates,
);

/// Calls `visit` with every device that can have an alias.
fn devices(content: &mut dyn Content, visit: &mut dyn FnMut(&mut dyn Content)) {
    if field_mut::<Option<Alias>>(content).is_some() {
        visit(content);
    }
    each_struct_mut(content, &mut |inner| devices(inner, visit));
}

fn apply(domain: &mut Domain, cx: &mut Context) {
    if cx.live {
        return;
    }
    let Some(all) = &mut domain.devices else { return };
    let (mut count, mut first) = (0, None);
    devices(all, &mut |device| {
        let Some(alias) = field_mut::<Option<Alias>>(device) else { return };
        if alias.as_ref().is_none_or(is_users_own) {
            return;
        }
        if cx.profile == Profile::Modern {
            count += 1;
            first = first.take().or_else(|| alias.as_ref().map(|alias| alias.xml.clone()));
        } else if let Some(alias) = alias.take() {
            cx.rewrote(&alias.xml, "a configuration keeps no alias of libvirt's own")
                .becomes(attribute("name", &alias.name), "");
            if let Some(xml) = device.extra_mut() {
                xml.absorb(alias.xml);
            }
        }
    });
    if let Some(first) = first {
        let aliases = if count == 1 { "1 alias".to_owned() } else { format!("{count} aliases") };
        cx.note(&first, format!("{aliases} of a running domain, which a configuration does not keep"));
    }
}

fn report_duplicates(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &domain.devices else { return };
    let name = |alias: &Option<Alias>| alias.as_ref().map(|alias| alias.name.clone());
    // The console that is the serial port shares its alias, and of no balloon none is read.
    let (serial, console) = (devices.serial.first(), devices.console.first());
    let copy = console.filter(|console| serial.is_some_and(|serial| name(&serial.alias) == name(&console.alias)));
    let none = devices.memballoon.as_ref().filter(|balloon| balloon.model == MemballoonModel::None);
    let unread = [copy.and_then(|it| it.alias.as_ref()), none.and_then(|it| it.alias.as_ref())];
    let unread = unread.map(|alias| alias.map(|alias| alias.xml.span));
    let mut seen = HashSet::new();
    walk(devices, &mut |any| {
        if let Some(alias) = any.downcast_ref::<Alias>()
            && is_users_own(alias)
            && !unread.contains(&Some(alias.xml.span))
            && !seen.insert(alias.name.clone())
        {
            cx.error(&alias.xml, format!("another device has the alias {}", alias.name));
        }
    });
}
