//! `tpm-device-default`, `tpm-unread-parts`, `tpm-contradictions`.

use domxml::{Domain, Extra, TpmBackendType, TpmDevice, TpmVersion, YesNo};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static DEVICE: Rule = Rule {
    id: "tpm-device-default",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "the TPM of the host that is passed through is named",
    doc: "A TPM that is passed through is /dev/tpm0 of the host where the definition names none. libvirt writes the path.",
    example: Example {
        before: "<devices><tpm model='tpm-tis'><backend type='passthrough'/></tpm></devices>",
        after: "<devices><tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm></devices>",
    },
    apply: name_device,
};

pub(super) static UNREAD: Rule = Rule {
    id: "tpm-unread-parts",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "what libvirt does not read about a TPM is not written",
    doc: "Only an emulated TPM has a version to choose; libvirt drops that of others. It writes neither an empty list of banks nor \
          that the state does not persist.",
    example: Example {
        before: "<devices><tpm model='tpm-crb'><backend type='emulator' version='2.0' persistent_state='no'/></tpm></devices>",
        after: "<devices><tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm></devices>",
    },
    apply: drop_unread,
};

pub(super) static CONTRADICTIONS: Rule = Rule {
    id: "tpm-contradictions",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "banks of registers belong to version 2.0 of a TPM, a socket to one of somebody else's",
    doc: "libvirt refuses a list of banks of registers unless the definition says that the emulated TPM has version 2.0, and an \
          external TPM without the socket of its emulator.",
    example: Example {
        before: "<devices><tpm model='tpm-crb'><backend type='emulator'><active_pcr_banks><sha256/></active_pcr_banks></backend></tpm>\
                 </devices>",
        after: "<devices><tpm model='tpm-crb'><backend type='emulator'><active_pcr_banks><sha256/></active_pcr_banks></backend></tpm>\
                </devices>",
    },
    apply: report,
};

fn name_device(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for tpm in &mut devices.tpm {
        if let TpmBackendType::Passthrough(members) = &mut tpm.backend.type_
            && members.device.is_none()
        {
            members.device = Some(TpmDevice { xml: Extra::at(tpm.xml.span), ..TpmDevice::default() });
            cx.rewrote(&tpm.xml, "the device of the host is spelt out").becomes("", "<device path='/dev/tpm0'/>");
        }
    }
}

fn drop_unread(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &mut domain.devices else { return };
    for tpm in &mut devices.tpm {
        if !matches!(tpm.backend.type_, TpmBackendType::Emulator(_))
            && let Some(version) = tpm.backend.version.take()
        {
            cx.rewrote(&tpm.xml, "only an emulated TPM has a version").becomes(format!("version='{version}'"), "");
        }
        let TpmBackendType::Emulator(emulator) = &mut tpm.backend.type_ else { continue };
        if emulator.persistent_state == Some(YesNo::No) {
            emulator.persistent_state = None;
            cx.rewrote(&tpm.xml, "the default is not spelt out").becomes("persistent_state='no'", "");
        }
        let none =
            |banks: &mut domxml::TpmActivePcrBanks| !(banks.sha1 || banks.sha256 || banks.sha384 || banks.sha512);
        if emulator.active_pcr_banks.take_if(none).is_some() {
            cx.rewrote(&tpm.xml, "an empty list is not written").becomes("<active_pcr_banks/>", "");
        }
    }
}

fn report(domain: &mut Domain, cx: &mut Context) {
    let Some(devices) = &domain.devices else { return };
    for tpm in &devices.tpm {
        if let TpmBackendType::Emulator(emulator) = &tpm.backend.type_
            && let Some(banks) = &emulator.active_pcr_banks
            && (banks.sha1 || banks.sha256 || banks.sha384 || banks.sha512)
            && tpm.backend.version != Some(TpmVersion::V20)
        {
            cx.error(&banks.xml, "banks of registers need version='2.0'");
        }
        if matches!(&tpm.backend.type_, TpmBackendType::External(external) if external.source.is_none()) {
            cx.error(&tpm.backend.xml, "an external TPM needs the socket of its emulator");
        }
    }
}
