//! What tells a running domain from its configuration.

use crate::rule::drivers::KEEP_ALIASES;
use crate::rule::place::Place;
use crate::rules::prelude::*;

const EMPTY: &str = "libvirt writes <devices> even where there are none";

rules![
    rule("devices-absent", Class::Default)
        .summary("a domain without devices")
        .doc(
            "A domain need not have devices. libvirt writes the element `<devices>` even where there is nothing in it.",
        )
        .example("<clock offset='utc'/>", "<clock offset='utc'/><devices/>")
        .row(implied(child(Domain::DEVICES), Devices::default()).says(EMPTY)),
    rule("device-alias-dropped", Class::Live)
        .summary("devices have aliases that libvirt made up for a running domain")
        .doc(
            "libvirt names every device of a running domain by an alias, and forgets it in the configuration, unless \
             it begins with `ua-`: then it is the user's own, since 3.9.0. Profile `libvirt` drops the other aliases, \
             save with `--live`; profile `modern` keeps the live state and only says, once a file, how many there are. \
             ",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/>\
             <alias name='virtio-disk0'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>\
             </devices>",
        )
        .row(check(count).when(|_, scope| !scope.live).profiles(MODERN))
        .row(
            nothing(aliases(), |alias| !is_users_own(alias), "a configuration keeps no alias of libvirt's own")
                .when(|_, scope| !scope.live)
                .phase(Phase::Read),
        ),
    rule("device-alias-unread", Class::Lossy)
        .summary("some drivers know no aliases of the user's own")
        .doc("The drivers of QEMU and Xen keep the alias `ua-..` that a user gave to a device; the others forget it.")
        .example(
            "<devices><sound model='ich6'><alias name='ua-sound'/></sound></devices>",
            "<devices><sound model='ich6'/></devices>"
        )
        .row(unread(aliases(), "of this hypervisor").when(|_, scope| !scope.live).all_but(KEEP_ALIASES)),
    rule("advice-alias-name", Class::Advice)
        .summary("an alias of the author's own that libvirt forgets")
        .doc(
            "A device can be given a name by which it is found again, for `<qemu:override>` or `virsh update-device`: \
             it begins with `ua-` and has letters, digits, `-` and `_`. libvirt takes every other alias for one of a \
             running guest, and forgets it.",
        )
        .finds("<devices><interface type='user'><alias name='uplink'/></interface></devices>")
        .finds("<devices><interface type='user'><alias name='ua-up.link'/></interface></devices>")
        .row(note(|alias: &Alias, _| forgotten(alias)).when(|_, scope| !scope.live)),
];

/// The alias of each device.
fn aliases() -> Place<Devices, Box<Alias>> {
    child(Disk::ALIAS).wherever(|devices: &mut Devices, see| each_alias(devices, see))
}

/// What an alias of the user's own begins with.
const USERS: &str = "ua-";

/// Whether libvirt keeps the alias in a configuration.
pub(super) fn is_users_own(alias: &Alias) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    alias.name.starts_with(USERS) && alias.name.bytes().all(letter)
}

/// Names without a number that libvirt gives to devices.
const PLAIN: [&str; 6] = ["usb", "ide", "nvram", "isa", "fdc", "sata"];

/// Why libvirt forgets an alias that its author chose.
fn forgotten(alias: &Alias) -> Option<String> {
    let name = alias.name.as_str();
    if name.starts_with(USERS) {
        let why = format!("libvirt forgets the alias {name}: it takes letters, digits, - and _ behind {USERS}");
        return (!is_users_own(alias)).then_some(why);
    }
    // Those of a running guest are numbered.
    let made = name.is_empty() || name.ends_with(|c: char| c.is_ascii_digit()) || PLAIN.contains(&name);
    (!made).then(|| format!("libvirt forgets the alias {name}: call it {USERS}{name} (libvirt 3.9.0)"))
}

/// Shows the alias of everything that can have one.
fn each_alias(content: &mut dyn Content, see: See<'_, Box<Alias>>) {
    let mut xml = content.extra_mut().map(std::mem::take);
    if let Some(alias) = field_mut::<Option<Box<Alias>>>(content) {
        see(alias, xml.as_mut());
    }
    if let (Some(place), Some(xml)) = (content.extra_mut(), xml) {
        *place = xml;
    }
    each_struct_mut(content, &mut |inner| each_alias(inner, see));
}

fn count(devices: &Devices, cx: &mut Context<'_>) {
    let (mut count, mut first) = (0, None);
    each(devices, |alias: &Alias| {
        if !is_users_own(alias) && forgotten(alias).is_none() {
            count += 1;
            first.get_or_insert(alias.xml.span);
        }
    });
    if let Some(first) = first {
        let aliases = if count == 1 { "1 alias".to_owned() } else { format!("{count} aliases") };
        cx.note(&Extra::at(first), format!("{aliases} of a running domain, which a configuration does not keep"));
    }
}
