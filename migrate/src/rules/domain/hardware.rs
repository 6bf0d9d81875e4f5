//! `hwuuid-zero`, `iommufd-conflict`, `launch-security-digest`.

use domxml::{Domain, LaunchSecurityType, YesNo};
use domxml_runtime::Version;

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{LIBVIRT, conflict};

pub(super) static HWUUID: Rule = Rule {
    id: "hwuuid-zero",
    class: Class::Default,
    since: Some(Version::new(11, 7, 0)),
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "an identifier of the hardware that is all zeros is none",
    doc: "libvirt does not write a `<hwuuid>` of zeros: the guest then sees the UUID of the domain.",
    example: Example { before: "<hwuuid>00000000-0000-0000-0000-000000000000</hwuuid>", after: "" },
    apply: drop_zero,
};

pub(super) static IOMMUFD: Rule = conflict(
    "iommufd-conflict",
    "a file descriptor for an IOMMUFD that is not used",
    "`fdgroup` names a file descriptor of the IOMMUFD, which `enabled='no'` says is not used; libvirt refuses both at once.",
    "<iommufd enabled='no' fdgroup='iommu'/>",
    check_iommufd,
);

pub(super) static DIGEST: Rule = conflict(
    "launch-security-digest",
    "a digest of a trust domain that does not have 48 bytes",
    "The digests of a guest under TDX (`mrConfigId`, `mrOwner`, `mrOwnerConfig`) are 48 bytes in base64; libvirt refuses others.",
    "<launchSecurity type='tdx'><mrOwner>AAAA</mrOwner></launchSecurity>",
    check_digests,
);

/// The bytes of a digest.
const DIGEST_BYTES: usize = 48;

fn drop_zero(domain: &mut Domain, cx: &mut Context) {
    if domain.hwuuid.take_if(|uuid| uuid.to_string().bytes().all(|byte| matches!(byte, b'0' | b'-'))).is_some() {
        cx.rewrote(&domain.xml, "an identifier of zeros is none").becomes("<hwuuid>", "");
    }
}

fn check_iommufd(domain: &mut Domain, cx: &mut Context) {
    if let Some(iommufd) = domain.iommufd.as_ref().filter(|iommufd| cx.reads(*iommufd))
        && iommufd.enabled == YesNo::No
        && iommufd.fdgroup.is_some()
    {
        cx.error(&iommufd.xml, "a file descriptor is given, but not to be used");
    }
}

/// How many bytes a text in base64 stands for; none where it is not base64.
fn base64_bytes(text: &str) -> Option<usize> {
    let text: String = text.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    let digits = text.trim_end_matches('=');
    let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    (plain && text.len().is_multiple_of(4)).then_some(digits.len() * 3 / 4)
}

fn check_digests(domain: &mut Domain, cx: &mut Context) {
    let Some(launch) = &domain.launch_security else { return };
    let LaunchSecurityType::Tdx(tdx) = &launch.type_ else { return };
    for (name, digest) in
        [("mrConfigId", &tdx.mr_config_id), ("mrOwner", &tdx.mr_owner), ("mrOwnerConfig", &tdx.mr_owner_config)]
    {
        if digest.as_ref().is_some_and(|digest| !digest.is_empty() && base64_bytes(digest) != Some(DIGEST_BYTES)) {
            cx.error(&launch.xml, format!("<{name}> is not of {DIGEST_BYTES} bytes in base64"));
        }
    }
}
