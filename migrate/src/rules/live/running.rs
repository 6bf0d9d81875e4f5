//! What tells a running domain from its configuration.

use domxml::{Alias, Devices, Disk, Domain, Extra, field_mut};
use domxml_runtime::{Content, each_struct_mut, walk};

use crate::rule::kinds::{check, default, nothing};
use crate::rule::place::{See, child};
use crate::rule::{Class, Context, LIBVIRT, MODERN, Phase, Rule, rule};

pub(super) fn devices() -> Rule {
    rule("devices-absent", Class::Default)
        .summary("a domain without devices")
        .doc(
            "A domain need not have devices. libvirt writes the element `<devices>` even where there is nothing in it.",
        )
        .example("<clock offset='utc'/>", "<clock offset='utc'/><devices/>")
        .row(
            default(child(Domain::DEVICES), Devices::default())
                .says("libvirt writes <devices> even where there are none")
                .profiles(LIBVIRT),
        )
}

pub(super) fn aliases() -> Rule {
    rule("device-alias-dropped", Class::Live)
        .summary("devices have aliases that libvirt made up for a running domain")
        .doc(
            "libvirt names every device of a running domain by an alias, and forgets it in the configuration, unless it begins with `ua-`: \
             then it is the user's own, since 3.9.0. Profile `libvirt` drops the other aliases, save with `--live`; profile `modern` keeps \
             the live state and only says, once a file, how many there are. An alias of the user's own has letters, digits, `-` and `_`; libvirt \
             forgets one with anything else.",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
             <alias name='virtio-disk0'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(check(count).when(|_, scope| !scope.live).profiles(MODERN))
        .row(
            nothing(
                child(Disk::ALIAS).wherever(|devices: &mut Devices, see| each_alias(devices, see)),
                |alias| !is_users_own(alias),
                "a configuration keeps no alias of libvirt's own",
            )
            .when(|_, scope| !scope.live)
            .phase(Phase::Read),
        )
}

/// What an alias of the user's own begins with.
const USERS: &str = "ua-";

/// Whether libvirt keeps the alias in a configuration.
pub(super) fn is_users_own(alias: &Alias) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    alias.name.starts_with(USERS) && alias.name.bytes().all(letter)
}

/// Shows the alias of everything that can have one.
fn each_alias(content: &mut dyn Content, see: See<'_, Alias>) {
    let mut xml = content.extra_mut().map(std::mem::take);
    if let Some(alias) = field_mut::<Option<Alias>>(content) {
        see(alias, xml.as_mut());
    }
    if let (Some(place), Some(xml)) = (content.extra_mut(), xml) {
        *place = xml;
    }
    each_struct_mut(content, &mut |inner| each_alias(inner, see));
}

fn count(devices: &Devices, cx: &mut Context<'_>) {
    let (mut count, mut first) = (0, None);
    walk(devices, &mut |any| {
        let Some(alias) = any.downcast_ref::<Alias>().filter(|alias| !is_users_own(alias)) else { return };
        if alias.name.starts_with(USERS) {
            let name = &alias.name;
            cx.note(
                &alias.xml,
                format!("libvirt forgets the alias {name}: it takes letters, digits, - and _ behind {USERS}"),
            );
            return;
        }
        count += 1;
        first.get_or_insert(alias.xml.span);
    });
    if let Some(first) = first {
        let aliases = if count == 1 { "1 alias".to_owned() } else { format!("{count} aliases") };
        cx.note(&Extra::at(first), format!("{aliases} of a running domain, which a configuration does not keep"));
    }
}
