//! What the host lends to the guest: file descriptors of an IOMMUFD, digests of a trust domain.

use domxml::{LaunchSecurityTypeSevSnp as SevSnp, LaunchSecurityTypeTdx as Tdx};

use crate::rules::prelude::*;

const UNUSED: &str = "a file descriptor is given, but not to be used: set enabled='yes'";

rules![
    rule("iommufd-conflict", Class::Conflict)
        .summary("a file descriptor for an IOMMUFD that is not used")
        .doc(
            "`fdgroup` names a file descriptor of the IOMMUFD, which `enabled='no'` says is not used; libvirt refuses \
             both at once."
        )
        .finds("<iommufd enabled='no' fdgroup='iommu'/>")
        .row(refuse_if(UNUSED, |it: &Iommufd, _| it.enabled == YesNo::No && it.fdgroup.is_some())),
    rule("launch-security-digest", Class::Conflict)
        .summary("a digest or block of a protected guest that does not have its length")
        .doc(
            "The digests of a guest under TDX (`mrConfigId`, `mrOwner`, `mrOwnerConfig`) are 48 bytes in base64; what \
             a guest under SEV-SNP is identified by has 96 bytes (`idBlock`), 4096 (`idAuth`), 32 (`hostData`) and 16 \
             (`guestVisibleWorkarounds`). libvirt refuses others, those of SEV-SNP in 12.8.0 at the latest.",
        )
        .finds("<launchSecurity type='tdx'><mrOwner>AAAA</mrOwner></launchSecurity>")
        .finds("<launchSecurity type='sev-snp'><policy>0x30000</policy><idBlock>AAAA</idBlock></launchSecurity>")
        // Since a release between 10.5.0 and 12.8.0.
        .row(of_bytes(SevSnp::GUEST_VISIBLE_WORKAROUNDS, 16).since(12, 8, 0))
        .row(of_bytes(SevSnp::ID_BLOCK, 96).since(12, 8, 0))
        .row(of_bytes(SevSnp::ID_AUTH, 4096).since(12, 8, 0))
        .row(of_bytes(SevSnp::HOST_DATA, 32).since(12, 8, 0))
        .rows([Tdx::MR_CONFIG_ID, Tdx::MR_OWNER, Tdx::MR_OWNER_CONFIG].map(|digest| of_bytes(digest, 48))),
];

/// What stands for so many bytes in base64.
fn of_bytes<T: Content + Described + Clone>(part: Key<T, Option<String>>, bytes: usize) -> Draft<T> {
    refuse(move |it: &T, _| {
        let text = part.get(it).as_ref().filter(|text| !text.is_empty())?;
        let wrong = base64_bytes(text) != Some(bytes);
        wrong.then(|| format!("<{}> is not of {bytes} bytes in base64: give the whole value", part.info().name))
    })
}

/// How many bytes a text in base64 stands for; none where it is not base64.
fn base64_bytes(text: &str) -> Option<usize> {
    let text: String = text.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    let digits = text.trim_end_matches('=');
    let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    (plain && text.len().is_multiple_of(4)).then_some(digits.len() * 3 / 4)
}
