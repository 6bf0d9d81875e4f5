//! Names and identifiers: of the domain, and in the SMBIOS tables.

use domxml::SysinfoSystemEntryName as Name;
use domxml::scalar::Uuid;

use crate::rules::prelude::*;

rules![
    rule("name-conflict", Class::Conflict)
        .summary("a name or title that libvirt refuses")
        .doc(
            "libvirt refuses a domain without a name, names with a slash or a line break, and titles of more than one line. The \
             drivers of VMware, VirtualBox and OpenVZ take a slash.",
        )
        .finds("<name>a/b</name>")
        .finds("<title>a\nb</title>")
        .row(refuse(|domain: &Domain, scope| match domain.name.as_str() {
            "" => Some("the domain has no name: give it one in <name>".to_owned()),
            name if name.contains('/') && !scope.driver.takes_slash() => Some(format!("the name '{name}' has a slash in it: choose another one")),
            name => name.contains('\n').then(|| "<name> has a line break in it: take it out".to_owned()),
        }))
        .row(refuse_if("<title> has a line break in it: take it out", |domain: &Domain, _| {
            domain.title.as_ref().is_some_and(|title| title.contains('\n'))
        })),
    rule("uuid-conflict", Class::Conflict)
        .summary("the UUID in the SMBIOS tables is not that of the domain")
        .doc("The UUID that `<sysinfo>` gives to the system must be one, and must be that of `<hwuuid>`, or of the domain; libvirt refuses others.")
        .finds(
            "<uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid><sysinfo type='smbios'><system>\
             <entry name='uuid'>11111111-1d52-d8f3-2516-782e98ab3fa0</entry></system></sysinfo>",
        )
        .row(check(uuids)),
    rule("sysinfo-uuid", Class::Spelling)
        .summary("the UUID in the SMBIOS tables is spelt as every UUID")
        .doc("libvirt writes the UUID in `<sysinfo>` in lower case with dashes, as it writes that of the domain.")
        .example(
            "<sysinfo type='smbios'><system><entry name='uuid'>4DEA22B31D52D8F32516782E98AB3FA0</entry></system></sysinfo>",
            "<sysinfo type='smbios'><system><entry name='uuid'>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</entry></system></sysinfo>",
        )
        .row(
            spelling(required(SysinfoSystemEntry::VALUE), usual, "the UUID in its usual spelling")
                .when(|entry, _| entry.name == Name::Uuid)
                .profiles(BOTH),
        ),
    rule("uuid-from-sysinfo", Class::Default)
        .summary("the UUID in the SMBIOS tables is that of the domain")
        .doc(
            "A domain without a UUID gets the one that `<sysinfo>` gives to the system; without one there, libvirt \
             makes one up, which this command never does.",
        )
        .example(
            "<sysinfo type='smbios'><system><entry name='uuid'>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</entry></system></sysinfo>",
            "<uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid><sysinfo type='smbios'><system>\
             <entry name='uuid'>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</entry></system></sysinfo>",
        )
        .row(
            default_by(Domain::UUID, |domain, _| of_systems(domain).find_map(|entry| entry.value.parse::<Uuid>().ok()))
                .profiles(LIBVIRT)
                .says("the UUID of the SMBIOS tables"),
        ),
    rule("hwuuid-zero", Class::Default)
        .since(11, 7, 0)
        .summary("an identifier of the hardware that is all zeros is none")
        .doc("libvirt does not write a `<hwuuid>` of zeros: the guest then sees the UUID of the domain.")
        .example("<hwuuid>00000000-0000-0000-0000-000000000000</hwuuid>", "")
        .row(nothing(Domain::HWUUID, |uuid| *uuid == Uuid::default(), "an identifier of zeros is none")),
];

/// The UUID of each system in `<sysinfo>`.
fn of_systems(domain: &Domain) -> impl Iterator<Item = &SysinfoSystemEntry> {
    let smbios = domain.sysinfo.iter().filter_map(|sysinfo| branch::<SysinfoTypeSmbios>(&sysinfo.type_));
    let systems = smbios.filter_map(|smbios| smbios.system.as_ref());
    let first = systems.filter_map(|system| system.entries.iter().find(|entry| entry.name == Name::Uuid));
    first.filter(|entry| !entry.value.is_empty())
}

fn uuids(domain: &Domain, cx: &mut Context<'_>) {
    // What the guest sees in its hardware is told apart from the domain since 11.7.0.
    let mut own = domain.hwuuid.filter(|_| cx.scope.strictly_knows(11, 7, 0)).or(domain.uuid);
    for entry in of_systems(domain) {
        let uuid = entry.value.parse::<Uuid>();
        let wrong = match uuid {
            Err(_) => format!("'{}' is no UUID: give 32 hexadecimal digits, or leave it out", entry.value),
            Ok(uuid) if *own.get_or_insert(uuid) == uuid => continue,
            Ok(uuid) => format!(
                "{uuid} is not the UUID that the guest has elsewhere: leave out one of the two, or make them the same"
            ),
        };
        cx.error(&entry.xml, wrong);
    }
}

fn usual(text: &String, _: &Scope) -> Option<String> {
    let spelt = text.parse::<Uuid>().ok()?.to_string();
    (spelt != *text).then_some(spelt)
}
