//! Trusted platform modules.

use crate::rules::prelude::*;

const BANKS: &str = "banks of registers need version='2.0': set that, or leave them out";
const PROFILE: &str = "a profile needs version='2.0': set that, or leave it out";
const THIRD: &str = "a guest has one TPM, and on Power one proxy beside it: leave this one out";
const NO_SOCKET: &str =
    "an external TPM needs the socket of its emulator: add <source type='unix' mode='connect' path='..'/>";
const SPELT: &str = "the device of the host is spelt out";
const USUAL: &str = "the default is not spelt out";

rules![
    rule("tpm-contradictions", Class::Conflict)
        .summary("banks of registers belong to version 2.0 of a TPM, a socket to one of somebody else's")
        .doc(
            "libvirt refuses a list of banks of registers or a profile unless the definition says that the emulated \
             TPM has version 2.0, an external TPM without the socket of its emulator, and a third TPM.",
        )
        .finds(
            "<devices><tpm model='tpm-crb'><backend type='emulator'><active_pcr_banks><sha256/></active_pcr_banks>\
             </backend></tpm>\
             </devices>",
        )
        .finds(
            "<devices><tpm model='tpm-crb'><backend type='emulator'><profile source='local:a'/></backend></tpm>\
                </devices>"
        )
        .finds("<devices><tpm model='tpm-crb'><backend type='external'/></tpm></devices>")
        .finds(
            "<devices><tpm><backend type='passthrough'/></tpm><tpm><backend type='passthrough'/></tpm>\
             <tpm><backend type='passthrough'/></tpm></devices>",
        )
        .row(refuse_each(|tpm: &Tpm, scope| {
            let emulator: Option<&TpmBackendTypeEmulator> = branch(&tpm.backend.type_);
            // The QEMU driver chooses a version first: 2.0, but for the older device of PCs.
            let chosen = scope.driver == Driver::Qemu && (tpm.model == Some(TpmModel::TpmCrb) || !scope.is_x86());
            let older = emulator.filter(|_| !tpm.backend.version.map_or(chosen, |version| version == TpmVersion::Tpm20));
            let banks = older.and_then(|it| it.active_pcr_banks.as_ref()).is_some_and(|banks| !is_bare(banks));
            let profile = older.and_then(|it| it.profile.as_ref()).is_some_and(|it| it.source.is_some() && scope.knows(10, 10, 0));
            [(banks, BANKS), (profile, PROFILE)]
        }))
        .row(at_most(2, Devices::TPMS, THIRD).but(Driver::Qemu))
        .row(refuse_if(NO_SOCKET, |external: &TpmBackendTypeExternal, _| external.source.is_none())),
    rule("tpm-device-default", Class::Default)
        .summary("the TPM of the host that is passed through is named")
        .doc(
            "A TPM that is passed through is /dev/tpm0 of the host where the definition names none. libvirt writes the \
             path."
        )
        .example(
            "<devices><tpm model='tpm-tis'><backend type='passthrough'/></tpm></devices>",
            "<devices><tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>\
             </devices>",
        )
        .row(implied(child(TpmBackendTypePassthrough::DEVICE), TpmDevice::default().into()).says(SPELT)),
    rule("tpm-unread-parts", Class::Lossy)
        .summary("what libvirt does not read about a TPM is not written")
        .doc(
            "Only an emulated TPM has a version to choose; libvirt drops that of others. It writes neither an empty \
             profile or list of banks nor that the state does not persist or that nothing is logged.",
        )
        .example(
            "<devices><tpm model='tpm-tis'><backend type='passthrough' version='2.0'><device path='/dev/tpm0'/>\
             </backend></tpm><tpm model='tpm-tis'><backend type='emulator' version='2.0' debug='0' persistent_state='no'>\
             <profile/></backend></tpm></devices>",
            "<devices><tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>\
             <tpm model='tpm-tis'><backend type='emulator' version='2.0'/></tpm></devices>",
        )
        .row(
            unread(TpmBackend::VERSION, "where the TPM is not emulated")
                .when(|backend, _| !matches!(backend.type_, TpmBackendType::Emulator(_))),
        )
        .row(nothing(TpmBackendTypeEmulator::PERSISTENT_STATE, |state| *state == YesNo::No, USUAL))
        .row(nothing(TpmBackendTypeEmulator::DEBUG, |level| level.0 == 0, USUAL))
        .row(nothing(child(TpmBackendTypeEmulator::PROFILE), is_bare, "an empty profile is not written"))
        .row(nothing(child(TpmBackendTypeEmulator::ACTIVE_PCR_BANKS), is_bare, "an empty list is not written")),
];
