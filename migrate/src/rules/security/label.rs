//! Labels of the domain.

use crate::rules::prelude::*;

const DYNAMIC: &str = "a label without a type is dynamic";

/// The model of a label where no security driver ran.
const NONE: &str = "none";

const NAMELESS: &str = "one of several labels has no model: say whose label each is with model";
const TWICE: &str = "another label is of the model {} already: leave this one out";
const WHY: &str = "a dynamic label is given to the files of the guest too: leave out relabel='no'";

rules![
    rule("seclabel-static-no-label", Class::Conflict)
        .summary("a static security label holds no label")
        .doc(
            "A static label is the one that stands in `<label>`. libvirt refuses a `<seclabel type='static'>` in \
              which it is empty."
        )
        .finds("<seclabel type='static' model='dac' relabel='yes'><label></label></seclabel>")
        .row(refuse_if("a static label needs a <label>: add it, or set type='dynamic'", |label: &Seclabel, _| {
            let fixed = branch::<SeclabelTypeStatic>(&label.type_).filter(|_| !is_none(label));
            fixed.is_some_and(|it| it.label.as_ref().is_none_or(String::is_empty))
        })),
    rule("seclabel-none-relabel", Class::Conflict)
        .summary("a label of the type `none` with which files are to be labelled")
        .doc(
            "Without a label of the guest there is none for its files: libvirt refuses `relabel='yes'` beside the \
              type `none`."
        )
        .finds("<seclabel type='none' relabel='yes'/>")
        .row(refuse_if("relabel='yes' needs a label of the guest: leave relabel out", |label: &Seclabel, _| {
            kept_value(&label.xml, "relabel") == Some("yes") && matches!(label.type_, SeclabelType::None(_))
        })),
    rule("seclabel-dynamic-relabel", Class::Conflict)
        .summary("a dynamic label with which files are not to be labelled")
        .doc(
            "The label that libvirt makes up for a guest is of no use unless the files of the guest carry it: libvirt \
             refuses `relabel='no'` beside the type `dynamic`, and since 12.8.0 beside no type at all, which is read \
             as that.",
        )
        .finds("<seclabel type='dynamic' model='selinux' relabel='no'/>")
        .row(refuse_if(WHY, |label: &Seclabel, _| keeps(label) && matches!(label.type_, SeclabelType::Dynamic(_))))
        .row(refuse_if(WHY, |label: &Seclabel, _| keeps(label) && is_untyped(label)).since(12, 8, 0),),
    rule("seclabel-models", Class::Conflict)
        .summary("two security labels of the domain are for one driver, or for none")
        .doc(
            "Where a domain has several labels each names its model, and each model has one label. libvirt refuses \
              the rest."
        )
        .finds("<seclabel type='dynamic' model='selinux' relabel='yes'/><seclabel type='none' model='selinux'/>")
        .finds("<seclabel type='dynamic' model='selinux' relabel='yes'/><seclabel type='none'/>")
        .row(unique(Domain::SECLABELS, |label, scope| label.model.clone().filter(|_| is_read(label, scope)), TWICE,))
        .row(
            refuse_where(
                child(Domain::SECLABELS),
                |label, scope| label.model.is_none() && is_read(label, scope),
                NAMELESS
            )
            .when(|domain, scope| domain.seclabels.iter().filter(|label| is_read(label, scope)).count() > 1),
        ),
    rule("seclabel-model-none", Class::Structure)
        .since(0, 9, 13)
        .summary("a label of the model `none` is no label")
        .doc(
            "Where no security driver ran, old versions of libvirt wrote a dynamic label of the model `none`. It \
             confines nothing; libvirt reads it as the type `none`, whatever the label says.",
        )
        .example("<seclabel type='dynamic' model='none' relabel='yes'/>", "<seclabel type='none' model='none'/>")
        .row(algorithm(model_none)),
    rule("seclabel-type-default", Class::Lossy)
        .on_request()
        .summary("a security label has no type")
        .doc(
            "The manual says that a label without a type is dynamic; from 9.0.0 until 12.8.0 libvirt drops the whole \
             element instead. `type='dynamic'` is probably what is meant, but not how libvirt reads the document: the \
             rule adds it only with `--unsafe-fixes`.",
        )
        .example("<seclabel model='selinux'/>", "<seclabel type='dynamic' model='selinux' relabel='yes'/>")
        .row(algorithm(add_type).profiles(MODERN).after("seclabel-model-none")),
    rule("seclabel-untyped-dropped", Class::Lossy)
        .profiles(LIBVIRT)
        .summary("a security label without a type is forgotten")
        .doc(
            "The manual says that a label without a type is dynamic, but libvirt before 12.8.0 drops it, with what it \
             holds, and 12.8.0 does as the manual says. Profile `libvirt` does the same; see `seclabel-type-default` \
             for a remedy.",
        )
        .example("<seclabel model='selinux'/>", "<seclabel type='dynamic' model='selinux' relabel='yes'/>")
        .row(
            unread_where(child(Domain::SECLABELS), |label, _| is_untyped(label), "without a type")
                .until(12, 8, 0)
                .after("seclabel-model-none"),
        )
        .row(algorithm(add_type).since(12, 8, 0).says(DYNAMIC).after("seclabel-model-none")),
    rule("seclabel-baselabel-empty", Class::Default)
        .summary("an empty base label is none")
        .doc(
            "libvirt makes a dynamic label from its own pattern where `<baselabel>` is absent or empty, and does not \
             write an empty one.",
        )
        .example(
            "<seclabel type='dynamic' model='selinux' relabel='yes'><baselabel/></seclabel>",
            "<seclabel type='dynamic' model='selinux' relabel='yes'/>",
        )
        .row(nothing(SeclabelTypeDynamic::BASELABEL, String::is_empty, "an empty base label is none").profiles(BOTH)),
];

fn is_untyped(label: &Seclabel) -> bool {
    matches!(label.type_, SeclabelType::Absent(_))
}

fn is_none(label: &Seclabel) -> bool {
    label.model.as_deref() == Some(NONE)
}

/// Whether the files of the guest are to keep their labels.
fn keeps(label: &Seclabel) -> bool {
    !is_none(label) && kept_value(&label.xml, "relabel") == Some("no")
}

/// Whether libvirt reads a label: before 12.8.0 it forgets one without a type.
fn is_read(label: &Seclabel, scope: &Scope) -> bool {
    !is_untyped(label) || is_none(label) || scope.strictly_knows(12, 8, 0)
}

fn model_none(label: &mut Seclabel, cx: &mut Context<'_>) {
    let written = cx.live && cx.profile == Profile::Libvirt;
    // What a type that is not known would say of it, nobody knows.
    if is_none(label) && !written && !matches!(label.type_, SeclabelType::None(_) | SeclabelType::Other(_)) {
        let before = attribute_if("type", label.type_.value());
        label.type_ = SeclabelType::None(SeclabelTypeNone::default());
        cx.rewrote(&label.xml, "the model none confines nothing").becomes(before, attribute("type", NONE));
    }
}

fn add_type(label: &mut Seclabel, cx: &mut Context<'_>) {
    if let SeclabelType::Absent(members) = &mut label.type_ {
        let relabel = Some(SeclabelTypeDynamicRelabel::Yes);
        label.type_ = SeclabelType::Dynamic(SeclabelTypeDynamic { relabel, ..std::mem::take(members) });
        cx.rewrote(&label.xml, "libvirt before 12.8.0 forgets a label without a type")
            .becomes("", attribute("type", "dynamic"));
    }
}
