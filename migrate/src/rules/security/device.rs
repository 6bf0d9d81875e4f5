//! Labels of single files: `device-seclabel-relabel-default`, `device-seclabel-empty-dropped`, `device-seclabel-models`.

use domxml::{
    ChardevSourceFile, ChardevSourcePath, ChardevSourcePty, ChardevSourceUnix, DeviceSeclabel, DeviceSeclabelRelabel,
    Domain, OsNvramSource, walk, walk_mut,
};

use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, attribute, conflict, kept_child};

pub(super) static RELABEL: Rule = Rule {
    id: "device-seclabel-relabel-default",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a label for a device is set",
    doc: "The `<seclabel>` of a disk or of a character device that gives a label asks for it to be set, whether `relabel` says so or not; \
          libvirt spells it out.",
    example: Example {
        before: "<devices><disk type='file' device='disk'><source file='/a'><seclabel model='selinux'><label>x</label></seclabel></source>\
                 <target dev='vda' bus='virtio'/></disk></devices>",
        after: "<devices><disk type='file' device='disk'><source file='/a'><seclabel model='selinux' relabel='yes'><label>x</label>\
                </seclabel></source><target dev='vda' bus='virtio'/></disk></devices>",
    },
    apply: add_relabel,
};

pub(super) static EMPTY: Rule = Rule {
    id: "device-seclabel-empty-dropped",
    class: Class::Live,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a security label of a character device that gives no label is not written",
    doc: "In a running domain `labelskip='yes'` says that a file could not be labelled. A configuration does not keep that, and a \
          `<seclabel>` that neither gives a label nor forbids relabelling says nothing: libvirt does not write it. Of several labels \
          in one element it reads the first.",
    example: Example {
        before: "<devices><serial type='file'><source path='/a'><seclabel model='selinux' labelskip='yes'/></source></serial></devices>",
        after: "<devices><serial type='file'><source path='/a'/></serial></devices>",
    },
    apply: drop_empty,
};

pub(super) static MODELS: Rule = conflict(
    "device-seclabel-models",
    "two labels of one device are for the same driver",
    "A disk or a character device has one label for each security driver at most; libvirt refuses a second one.",
    "<devices><serial type='file'><source path='/a'><seclabel model='dac' relabel='no'/><seclabel model='dac' relabel='no'/></source>\
     </serial></devices>",
    check_models,
);

pub(super) static NO_RELABEL: Rule = conflict(
    "device-seclabel-not-relabelled",
    "a label is given for a device that is not to be labelled",
    "`relabel='no'` says that the label of a disk or of a character device stays as it is. libvirt refuses a `<label>` beside it.",
    "<devices><disk type='file' device='disk'><source file='/a'><seclabel model='dac' relabel='no'><label>x</label></seclabel></source>\
     <target dev='vda' bus='virtio'/></disk></devices>",
    check_relabel,
);

/// Whether the document speaks of labels at all: most do not, and the search is quick.
fn is_labelled(cx: &Context) -> bool {
    cx.source.contains("seclabel")
}

fn check_relabel(domain: &mut Domain, cx: &mut Context) {
    if !is_labelled(cx) {
        return;
    }
    walk(domain, &mut |any| {
        if let Some(label) = any.downcast_ref::<DeviceSeclabel>()
            && label.relabel == DeviceSeclabelRelabel::No
            && let Some(text) = kept_child(&label.xml, "label")
            && text.split_once('>').is_some_and(|(_, content)| !content.is_empty() && !content.starts_with("</"))
        {
            cx.error(&label.xml, "a label is given, but relabel='no'");
        }
    });
}

fn add_relabel(domain: &mut Domain, cx: &mut Context) {
    if !is_labelled(cx) {
        return;
    }
    walk_mut(domain, &mut |any| {
        if let Some(label) = any.downcast_mut::<DeviceSeclabel>()
            && let DeviceSeclabelRelabel::Absent(members) = &mut label.relabel
            && members.label.iter().any(|label| !label.is_empty())
        {
            let members = std::mem::take(members);
            label.relabel = DeviceSeclabelRelabel::Yes(members);
            // The reader took `yes` for granted; now it is said.
            label.xml.assumed = None;
            cx.rewrote(&label.xml, "a label is set").becomes("", attribute("relabel", "yes"));
        }
    });
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

fn drop_empty(domain: &mut Domain, cx: &mut Context) {
    if cx.live || !is_labelled(cx) {
        return;
    }
    walk_mut(domain, &mut |any| {
        let labels = if let Some(source) = any.downcast_mut::<ChardevSourceFile>() {
            &mut source.seclabel
        } else if let Some(source) = any.downcast_mut::<ChardevSourcePath>() {
            &mut source.seclabel
        } else if let Some(source) = any.downcast_mut::<ChardevSourcePty>() {
            &mut source.seclabel
        } else if let Some(source) = any.downcast_mut::<ChardevSourceUnix>() {
            &mut source.seclabel
        } else if let Some(source) = any.downcast_mut::<OsNvramSource>() {
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

fn check_models(domain: &mut Domain, cx: &mut Context) {
    if !is_labelled(cx) {
        return;
    }
    let mut check = |labels: &[DeviceSeclabel]| {
        for (at, label) in labels.iter().enumerate() {
            if label.model.is_some() && labels[..at].iter().any(|other| other.model == label.model) {
                cx.error(&label.xml, format!("another label is for {}", label.model.as_deref().unwrap_or_default()));
            }
        }
    };
    walk(domain, &mut |any| {
        if let Some(source) = any.downcast_ref::<ChardevSourceFile>() {
            check(&source.seclabel);
        } else if let Some(source) = any.downcast_ref::<ChardevSourcePath>() {
            check(&source.seclabel);
        } else if let Some(source) = any.downcast_ref::<ChardevSourceUnix>() {
            check(&source.seclabel);
        }
    });
}
