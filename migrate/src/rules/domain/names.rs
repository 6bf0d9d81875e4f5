//! `name-conflict`, `uuid-from-sysinfo`, `sysinfo-uuid`, `uuid-conflict`.

use domxml::{Domain, SysinfoSystemEntryName, SysinfoType, scalar::Uuid};
use domxml_runtime::Extra;

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static NAME: Rule = Rule {
    id: "name-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "a name or title that libvirt refuses",
    doc: "libvirt refuses a domain without a name, names with a slash or a line break, and titles of more than one line.",
    example: Example { before: "<name>a/b</name>", after: "<name>a/b</name>" },
    apply: check_name,
};

pub(super) static UUID_FROM_SYSINFO: Rule = Rule {
    id: "uuid-from-sysinfo",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the UUID in the SMBIOS tables is that of the domain",
    doc: "A domain without a UUID gets the one that `<sysinfo>` gives to the system; without one there, libvirt makes one up, which \
          this command never does.",
    example: Example {
        before: "<sysinfo type='smbios'><system><entry name='uuid'>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</entry></system></sysinfo>",
        after: "<uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid><sysinfo type='smbios'><system>\
                <entry name='uuid'>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</entry></system></sysinfo>",
    },
    apply: uuid_from_sysinfo,
};

pub(super) static SYSINFO_UUID: Rule = Rule {
    id: "sysinfo-uuid",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the UUID in the SMBIOS tables is spelt as every UUID",
    doc: "libvirt writes the UUID in `<sysinfo>` in lower case with dashes, as it writes that of the domain.",
    example: Example {
        before: "<sysinfo type='smbios'><system><entry name='uuid'>4DEA22B31D52D8F32516782E98AB3FA0</entry></system></sysinfo>",
        after: "<sysinfo type='smbios'><system><entry name='uuid'>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</entry></system></sysinfo>",
    },
    apply: spell_sysinfo_uuid,
};

pub(super) static UUID: Rule = Rule {
    id: "uuid-conflict",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "the UUID in the SMBIOS tables is not that of the domain",
    doc: "The UUID that `<sysinfo>` gives to the system must be one, and must be that of the domain; libvirt refuses others.",
    example: Example {
        before: "<uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid><sysinfo type='smbios'><system>\
                 <entry name='uuid'>11111111-1d52-d8f3-2516-782e98ab3fa0</entry></system></sysinfo>",
        after: "<uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid><sysinfo type='smbios'><system>\
                <entry name='uuid'>11111111-1d52-d8f3-2516-782e98ab3fa0</entry></system></sysinfo>",
    },
    apply: check_uuid,
};

fn check_name(domain: &mut Domain, cx: &mut Context) {
    if domain.name.is_empty() {
        cx.error(&domain.xml, "the domain has no name");
    } else if domain.name.contains('/') {
        cx.error(&domain.xml, format!("the name {} has a slash in it", domain.name));
    } else if domain.name.contains('\n') {
        cx.error(&domain.xml, "the name has a line break in it");
    }
    if domain.title.as_ref().is_some_and(|title| title.contains('\n')) {
        cx.error(&domain.xml, "the title has a line break in it");
    }
}

/// Shows each UUID of a system in `<sysinfo>`.
fn sysinfo_uuids(domain: &mut Domain, see: &mut dyn FnMut(&mut String, &Extra)) {
    for sysinfo in &mut domain.sysinfo {
        let SysinfoType::Smbios(smbios) = &mut sysinfo.type_ else { continue };
        let entries = smbios.system.iter_mut().flat_map(|system| &mut system.entry);
        if let Some(entry) = entries.into_iter().find(|entry| entry.name == SysinfoSystemEntryName::Uuid)
            && !entry.value.is_empty()
        {
            see(&mut entry.value, &entry.xml);
        }
    }
}

fn uuid_from_sysinfo(domain: &mut Domain, cx: &mut Context) {
    if domain.uuid.is_some() {
        return;
    }
    let mut found: Option<Uuid> = None;
    sysinfo_uuids(domain, &mut |value, _| found = found.or(value.parse().ok()));
    if let Some(uuid) = found {
        domain.uuid = Some(uuid);
        cx.rewrote(&domain.xml, "the UUID of the SMBIOS tables").becomes("", format!("<uuid>{uuid}</uuid>"));
    }
}

fn spell_sysinfo_uuid(domain: &mut Domain, cx: &mut Context) {
    sysinfo_uuids(domain, &mut |value, xml| {
        let Ok(uuid) = value.parse::<Uuid>() else { return };
        let spelt = uuid.to_string();
        if *value != spelt {
            cx.rewrote(xml, "the UUID in its usual spelling").becomes(value.as_str(), spelt.as_str());
            *value = spelt;
        }
    });
}

fn check_uuid(domain: &mut Domain, cx: &mut Context) {
    let mut own = domain.uuid;
    sysinfo_uuids(domain, &mut |value, xml| match value.parse::<Uuid>() {
        Err(_) => {
            cx.error(xml, format!("'{value}' is no UUID"));
        }
        Ok(uuid) if own.is_some_and(|own| own != uuid) => {
            cx.error(xml, format!("{uuid} is not the UUID of the domain"));
        }
        Ok(uuid) => own = Some(uuid),
    });
}
