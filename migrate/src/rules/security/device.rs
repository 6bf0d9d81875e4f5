//! Labels of single files.

use crate::rules::prelude::*;
use crate::rules::storage::source;

const OVERRIDES: &str =
    "the label of the domain for this model labels no files: set relabel='yes' there, or leave this label out";

rules![
    rule("device-seclabel-models", Class::Conflict)
        .summary("two labels of one device are for the same driver")
        .doc(
            "A disk or a character device has one label for each security driver at most; libvirt refuses a second \
             one."
        )
        .finds(
            "<devices><serial type='file'><source path='/a'><seclabel model='dac' relabel='no'/><seclabel model='dac' \
             relabel='no'/>\
             </source></serial></devices>",
        )
        .finds(
            "<devices><serial type='pty'><source path='/dev/pts/1'><seclabel model='dac' relabel='no'/><seclabel model='dac' relabel='no'/>\
             </source></serial></devices>",
        )
        .rows(each_type!(
            [ChardevSourceFile ChardevSourcePath ChardevSourcePty ChardevSourceUnix],
            unique(Of::SECLABELS, |label, _| label.model.clone(), "another label is for {}: leave this one out")
        )),
    rule("device-seclabel-not-relabelled", Class::Conflict)
        .summary("a label is given for a device that is not to be labelled")
        .doc(
            "`relabel='no'` says that the label of a disk or of a character device stays as it is. libvirt refuses a \
             `<label>` beside it."
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'><seclabel model='dac' relabel='no'>\
             <label>x</label></seclabel>\
             </source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(refuse(|label: &DeviceSeclabel, _| {
            let text = kept_child(&label.xml, "label").filter(|_| label.relabel == DeviceSeclabelRelabel::No)?;
            let (_, given) = text.split_once('>').filter(|(_, content)| !content.is_empty())?;
            (!given.starts_with("</")).then_some("a label is given, but relabel='no': leave out one of the two")
        })),
    rule("device-seclabel-override", Class::Conflict)
        .summary("a device has a label of its own where no file of the guest gets one")
        .doc(
            "The label of a disk or of a character device stands in place of what the label of the domain with the same \
             model says. Where that labels no files, as the type `none` and a static label without `relabel='yes'`, \
             libvirt refuses the label of the device; since 12.8.0 it takes one of `relabel='no'`.",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'><seclabel model='dac'><label>x</label></seclabel>\
             </source><target dev='vda' bus='virtio'/></disk></devices><seclabel type='none' model='dac'/>",
        )
        .finds(
            "<devices><disk type='file' device='disk'><source file='/a'/><backingStore type='file'><format type='raw'/><source file='/b'>\
             <seclabel model='dac'><label>x</label></seclabel></source></backingStore><target dev='vda' bus='virtio'/></disk></devices>\
             <seclabel type='none' model='dac'/>",
        )
        .finds(
            "<devices><serial type='file'><source path='/a'><seclabel model='selinux'><label>x</label></seclabel>\
             </source></serial></devices><seclabel type='static' model='selinux' relabel='no'><label>y</label></seclabel>",
        )
        // Behind what is read as the type none.
        .phase(Phase::Derive)
        .rows(each_type!([Disk Serial Parallel Console Channel], refuse_there(|it: &Of, scope| overriding(&it.type_, scope))))
        .row(refuse_there(|it: &DiskBackingStore, scope| overriding(it.type_.as_ref()?, scope))),
    rule("device-seclabel-relabel-default", Class::Default)
        .summary("a label for a device is set")
        .doc(
            "The `<seclabel>` of a disk or of a character device that gives a label asks for it to be set, whether \
             `relabel` says so or not; libvirt spells it out.",
        )
        .example(
            "<devices><disk type='file' device='disk'><source file='/a'><seclabel model='selinux'><label>x</label>\
             </seclabel></source>\
             <target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='file' device='disk'><source file='/a'><seclabel model='selinux' relabel='yes'>\
             <label>x</label>\
             </seclabel></source><target dev='vda' bus='virtio'/></disk></devices>",
        )
        .row(algorithm(add_relabel).phase(Phase::Derive)),
    rule("device-seclabel-empty-dropped", Class::Live)
        .summary("a security label of a character device that gives no label is not written")
        .doc(
            "In a running domain `labelskip='yes'` says that a file could not be labelled. A configuration does not \
             keep that, and a `<seclabel>` that neither gives a label nor forbids relabelling says nothing: libvirt \
             does not write it. Of several labels in one element it reads the first.",
        )
        .example(
            "<devices><serial type='file'><source path='/a'><seclabel model='selinux' labelskip='yes'/></source>\
             </serial></devices>",
            "<devices><serial type='file'><source path='/a'/></serial></devices>",
        )
        .rows(each_type!(
            [ChardevSourceFile ChardevSourcePath ChardevSourcePty ChardevSourceUnix OsNvramSource],
            nothing(child(Of::SECLABELS), gives_no_label, NO_LABEL).when(in_configuration)
        ))
        .row(algorithm(first_label).profiles(LIBVIRT)),
];

/// The label of a device that takes the place of one by which no file is labelled.
fn overriding(type_: &impl Payload, scope: &Scope) -> Option<(Span, &'static str)> {
    let mut labels = field::<Vec<DeviceSeclabel>>(source(type_)?)?.iter();
    let takes_place = |it: &DeviceSeclabel| it.relabel != DeviceSeclabelRelabel::No || !scope.strictly_knows(12, 8, 0);
    let label = labels.find(|it| takes_place(it) && scope.unlabelled.contains(&it.model))?;
    Some((label.xml.span, OVERRIDES))
}

/// Why a label is not written.
pub(in crate::rules) const NO_LABEL: &str = "a label that says nothing is not written";

/// Whether what only a running domain shows is left out.
pub(in crate::rules) fn in_configuration<T>(_: &T, scope: &Scope) -> bool {
    !scope.live
}

/// Whether a label of a configuration says nothing.
pub(in crate::rules) fn gives_no_label(label: &DeviceSeclabel) -> bool {
    match &label.relabel {
        DeviceSeclabelRelabel::Yes(members) | DeviceSeclabelRelabel::Absent(members) => {
            members.labels.iter().all(String::is_empty)
        }
        _ => false,
    }
}

fn add_relabel(label: &mut DeviceSeclabel, cx: &mut Context<'_>) {
    if let DeviceSeclabelRelabel::Absent(members) = &mut label.relabel
        && members.labels.iter().any(|label| !label.is_empty())
    {
        label.relabel = DeviceSeclabelRelabel::Yes(std::mem::take(members));
        // The reader took `yes` for granted; now it is said.
        label.xml.assumed = None;
        cx.rewrote(&label.xml, "a label is set").becomes("", attribute("relabel", "yes"));
    }
}

fn first_label(members: &mut DeviceSeclabelRelabelYes, cx: &mut Context<'_>) {
    if members.labels.len() > 1 {
        members.labels.truncate(1);
        cx.rewrote_here(cx.here, "the first label is read").becomes("<label>, <label>", "<label>");
    }
}
