//! What libvirt does not write of a disk: `disk-volume-auth-dropped`, `disk-zero-values-dropped`,
//! `disk-seclabel-labelskip-dropped`.

use domxml::{
    DeviceSeclabel, DeviceSeclabelRelabel, DiskBackingStore, DiskReconnect, DiskSourceBlock, DiskSourceFile,
    DiskSourceNetwork, DiskSourceNetworkProtocol as Protocol, DiskSourceVolume, DiskTargetBus, DiskType, Domain, YesNo,
    walk_mut,
};

use super::util::{self, disks};
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT};

pub(super) static VOLUME_AUTH: Rule = Rule {
    id: "disk-volume-auth-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the source of a volume holds no credentials",
    doc: "libvirt takes the credentials for a volume from its storage pool and does not write those that stand in the `<source>` of \
          the disk. Profile `libvirt` drops them, profile `modern` only reports them.",
    example: Example {
        before: "<devices><disk type='volume' device='disk'><source pool='p' volume='v'><auth username='u'>\
                 <secret type='iscsi' usage='s'/></auth></source><target dev='vda' bus='virtio'/></disk></devices>",
        after: "<devices><disk type='volume' device='disk'><source pool='p' volume='v'><auth username='u'>\
                <secret type='iscsi' usage='s'/></auth></source><target dev='vda' bus='virtio'/></disk></devices>",
    },
    apply: drop_volume_auth,
};

pub(super) static ZERO: Rule = Rule {
    id: "disk-zero-values-dropped",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "what says nothing of a disk is not written",
    doc: "A geometry with a part of 0, read-ahead and time-out of 0 or for a protocol other than HTTP and FTP, the time-out of a connection that is not made again, a backing \
          store without type: all are the same as nothing to libvirt, which does not write them. Nor does it write `removable` of a \
          disk that is not on USB.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'/><geometry cyls='0' heads='0' secs='0'/>\
                 <target dev='vda' bus='virtio'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk></devices>",
    },
    apply: drop_zeros,
};

pub(super) static LABELS: Rule = Rule {
    id: "disk-seclabel-labelskip-dropped",
    class: Class::Live,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a security label of a source that gives no label is not written",
    doc: "In a running domain `labelskip='yes'` says that a source could not be labelled. A configuration does not keep that, and \
          a `<seclabel>` that neither gives a label nor forbids relabelling says nothing: libvirt does not write it.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'><seclabel model='selinux' labelskip='yes'/></source>\
                 <target dev='vda' bus='virtio'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk></devices>",
    },
    apply: drop_labels,
};

fn drop_volume_auth(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        let DiskType::Volume(members) = &mut disk.type_ else { continue };
        let Some(DiskSourceVolume { auth, .. }) = &mut members.source else { continue };
        if cx.profile == Profile::Modern {
            if let Some(auth) = auth {
                cx.note(&auth.xml, "libvirt takes the credentials from the storage pool and drops these");
            }
        } else if let Some(auth) = auth.take() {
            cx.rewrote(&auth.xml, "the storage pool holds the credentials").becomes("<auth>", "");
        }
    }
}

fn drop_zeros(domain: &mut Domain, cx: &mut Context) {
    for disk in disks(domain) {
        if util::bus(disk) != DiskTargetBus::Usb
            && let Some(removable) = disk.target.removable.take()
        {
            cx.rewrote(&disk.target.xml, "written for disks on USB alone")
                .becomes(format!("removable='{removable}'"), "");
        }
        if let Some(geometry) = disk.geometry.take_if(|g| g.cyls == 0 || g.heads == 0 || g.secs == 0) {
            cx.rewrote(&geometry.xml, "a geometry of 0 is none").becomes("<geometry>", "");
            disk.xml.absorb(geometry.xml);
        }
    }
    walk_mut(domain, &mut |any| {
        if let Some(source) = any.downcast_mut::<DiskSourceNetwork>() {
            drop_transfer(source, cx);
        } else if let Some(reconnect) = any.downcast_mut::<DiskReconnect>() {
            if reconnect.enabled == Some(YesNo::No) && reconnect.timeout.take().is_some() {
                cx.rewrote(&reconnect.xml, "without reconnecting the time-out says nothing").becomes("timeout=", "");
            }
        } else if let Some(store) = any.downcast_mut::<DiskBackingStore>() {
            drop_untyped(store, cx);
        }
    });
}

fn drop_transfer(source: &mut DiskSourceNetwork, cx: &mut Context) {
    // libvirt reads them for web and FTP servers alone.
    let (readahead, timeout, read) = match &mut source.protocol {
        Protocol::Sheepdog(members) => (&mut members.readahead, &mut members.timeout, false),
        Protocol::Http(members) => (&mut members.readahead, &mut members.timeout, true),
        Protocol::Https(members) => (&mut members.readahead, &mut members.timeout, true),
        Protocol::Ftp(members) => (&mut members.readahead, &mut members.timeout, true),
        Protocol::Ftps(members) => (&mut members.readahead, &mut members.timeout, true),
        Protocol::Tftp(members) => (&mut members.readahead, &mut members.timeout, false),
        Protocol::Ssh(members) => (&mut members.readahead, &mut members.timeout, false),
        _ => return,
    };
    let why = if read { "0 is the usual one" } else { "not read for this protocol" };
    if let Some(readahead) = readahead.take_if(|readahead| readahead.size == 0 || !read) {
        cx.rewrote(&readahead.xml, why).becomes(format!("<readahead size='{}'/>", readahead.size), "");
    }
    if let Some(timeout) = timeout.take_if(|timeout| timeout.seconds == 0 || !read) {
        cx.rewrote(&timeout.xml, why).becomes(format!("<timeout seconds='{}'/>", timeout.seconds), "");
    }
}

fn drop_untyped(store: &mut DiskBackingStore, cx: &mut Context) {
    if store.type_.is_none() && (store.format.is_some() || store.backing_store.is_some()) {
        (store.format, store.backing_store) = (None, None);
        cx.rewrote(&store.xml, "without a type it says that there is no backing store")
            .becomes("<backingStore>", "<backingStore/>");
    }
}

/// Whether a label of a configuration says nothing.
fn says_nothing(label: &DeviceSeclabel) -> bool {
    match &label.relabel {
        DeviceSeclabelRelabel::No => false,
        DeviceSeclabelRelabel::Yes(members) | DeviceSeclabelRelabel::Absent(members) => {
            members.label.iter().all(String::is_empty)
        }
    }
}

fn drop_labels(domain: &mut Domain, cx: &mut Context) {
    if cx.live {
        return;
    }
    walk_mut(domain, &mut |any| {
        let labels = if let Some(source) = any.downcast_mut::<DiskSourceFile>() {
            &mut source.seclabel
        } else if let Some(source) = any.downcast_mut::<DiskSourceBlock>() {
            &mut source.seclabel
        } else if let Some(source) = any.downcast_mut::<DiskSourceVolume>() {
            &mut source.seclabel
        } else {
            return;
        };
        for label in labels.extract_if(.., |label| says_nothing(label)) {
            cx.rewrote(&label.xml, "gives no label").becomes("<seclabel>", "");
        }
        for DeviceSeclabel { relabel, xml, .. } in labels {
            if let DeviceSeclabelRelabel::Yes(members) | DeviceSeclabelRelabel::Absent(members) = relabel
                && members.label.len() > 1
            {
                members.label.truncate(1);
                cx.rewrote(xml, "the first label is read").becomes("<label>, <label>", "<label>");
            }
        }
    });
}
