//! `seclabel-model-none`, `seclabel-type-default`, `seclabel-dynamic-label-dropped`, and what libvirt refuses of labels.

use domxml::{
    Domain, Extra, Seclabel, SeclabelType, SeclabelTypeDynamic, SeclabelTypeDynamicRelabel, SeclabelTypeNone,
};

use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, attribute, conflict};

pub(super) static NONE: Rule = Rule {
    id: "seclabel-model-none",
    class: Class::Structure,
    since: Some(domxml::Version::new(0, 9, 13)),
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a label of the model `none` is no label",
    doc: "Where no security driver ran, old versions of libvirt wrote a dynamic label of the model `none`. It confines nothing; libvirt \
          reads it as the type `none`, whatever the label says.",
    example: Example {
        before: "<seclabel type='dynamic' model='none' relabel='yes'/>",
        after: "<seclabel type='none' model='none'/>",
    },
    apply: model_none,
};

pub(super) static TYPE: Rule = Rule {
    id: "seclabel-type-default",
    class: Class::Lossy,
    since: None,
    safety: Safety::Unsafe,
    profiles: &[Profile::Modern],
    summary: "a security label has no type",
    doc: "The manual says that a label without a type is dynamic; from 9.0.0 until 12.8.0 libvirt drops the whole element instead. \
          `type='dynamic'` is probably what is meant, but not how libvirt reads the document: the rule adds it only with `--unsafe-fixes`.",
    example: Example {
        before: "<seclabel model='selinux'/>",
        after: "<seclabel type='dynamic' model='selinux' relabel='yes'/>",
    },
    apply: add_type,
};

pub(super) static UNTYPED: Rule = Rule {
    id: "seclabel-untyped-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a security label without a type is forgotten",
    doc: "The manual says that a label without a type is dynamic, but libvirt before 12.8.0 drops it, with what it holds, and 12.8.0 \
          does as the manual says. Profile `libvirt` does the same; see `seclabel-type-default` for a remedy.",
    example: Example {
        before: "<seclabel model='selinux'/>",
        after: "<seclabel type='dynamic' model='selinux' relabel='yes'/>",
    },
    apply: drop_untyped,
};

pub(super) static EMPTY: Rule = Rule {
    id: "seclabel-baselabel-empty",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "an empty base label is none",
    doc: "libvirt makes a dynamic label from its own pattern where `<baselabel>` is absent or empty, and does not write an empty one.",
    example: Example {
        before: "<seclabel type='dynamic' model='selinux' relabel='yes'><baselabel/></seclabel>",
        after: "<seclabel type='dynamic' model='selinux' relabel='yes'/>",
    },
    apply: drop_empty_base,
};

pub(super) static STATIC: Rule = conflict(
    "seclabel-static-no-label",
    "a static security label holds no label",
    "A static label is the one that stands in `<label>`. libvirt refuses a `<seclabel type='static'>` in which it is empty.",
    "<seclabel type='static' model='dac' relabel='yes'><label></label></seclabel>",
    check_static,
);

pub(super) static MODELS: Rule = conflict(
    "seclabel-models",
    "two security labels of the domain are for one driver, or for none",
    "Where a domain has several labels each names its model, and each model has one label. libvirt refuses the rest.",
    "<seclabel type='dynamic' model='selinux' relabel='yes'/><seclabel type='none' model='selinux'/>",
    check_models,
);

fn model_none(domain: &mut Domain, cx: &mut Context) {
    if cx.live && cx.profile == Profile::Libvirt {
        return;
    }
    for label in &mut domain.seclabel {
        if label.model.as_deref() == Some("none") && !matches!(label.type_, SeclabelType::None(_)) {
            let before =
                domxml::Payload::value(&label.type_).map_or_else(String::new, |type_| attribute("type", type_));
            label.type_ = SeclabelType::None(SeclabelTypeNone::default());
            cx.rewrote(&label.xml, "the model none confines nothing").becomes(before, attribute("type", "none"));
        }
    }
}

fn add_type(domain: &mut Domain, cx: &mut Context) {
    for label in &mut domain.seclabel {
        let SeclabelType::Absent(members) = &mut label.type_ else { continue };
        let members = std::mem::take(members);
        label.type_ = SeclabelType::Dynamic(SeclabelTypeDynamic {
            relabel: Some(SeclabelTypeDynamicRelabel::Yes),
            label: members.label,
            baselabel: members.baselabel,
            imagelabel: members.imagelabel,
        });
        cx.rewrote(&label.xml, "libvirt forgets a label without a type").becomes("", attribute("type", "dynamic"));
    }
}

fn drop_untyped(domain: &mut Domain, cx: &mut Context) {
    let Domain { seclabel, xml, .. } = domain;
    if keeps_untyped(cx) {
        for label in seclabel.iter_mut() {
            let SeclabelType::Absent(members) = &mut label.type_ else { continue };
            let members = std::mem::take(members);
            label.type_ = SeclabelType::Dynamic(SeclabelTypeDynamic {
                relabel: Some(SeclabelTypeDynamicRelabel::Yes),
                label: members.label,
                baselabel: members.baselabel,
                imagelabel: members.imagelabel,
            });
            cx.rewrote(&label.xml, "a label without a type is dynamic").becomes("", attribute("type", "dynamic"));
        }
        return;
    }
    for label in seclabel.extract_if(.., |label| matches!(label.type_, SeclabelType::Absent(_))) {
        cx.rewrote(&label.xml, "libvirt forgets a label without a type").becomes("<seclabel>", "");
        xml.absorb(label.xml);
    }
}

/// Whether a label without a type counts: since a release between 12.0.0 and 12.8.0.
fn keeps_untyped(cx: &Context) -> bool {
    cx.knows(12, 8, 0)
}

fn drop_empty_base(domain: &mut Domain, cx: &mut Context) {
    for Seclabel { type_, xml, .. } in &mut domain.seclabel {
        if let SeclabelType::Dynamic(members) = type_
            && members.baselabel.take_if(|base| base.is_empty()).is_some()
        {
            cx.rewrote(xml, "an empty base label is none").becomes("<baselabel/>", "");
        }
    }
}

fn check_static(domain: &mut Domain, cx: &mut Context) {
    for label in &domain.seclabel {
        if let SeclabelType::Static(members) = &label.type_
            && members.label.is_empty()
            && label.model.as_deref() != Some("none")
        {
            cx.error(&label.xml, "a static label needs a <label>");
        }
    }
}

fn check_models(domain: &mut Domain, cx: &mut Context) {
    let read: Vec<(&Option<String>, &Extra)> = domain
        .seclabel
        .iter()
        .filter(|label| {
            keeps_untyped(cx)
                || !matches!(label.type_, SeclabelType::Absent(_))
                || label.model.as_deref() == Some("none")
        })
        .map(|label| (&label.model, &label.xml))
        .collect();
    for (at, (model, xml)) in read.iter().enumerate() {
        if model.is_none() && read.len() > 1 {
            cx.error(xml, "one of several labels has no model");
        } else if model.is_some() && read[..at].iter().any(|(other, _)| other == model) {
            cx.error(xml, format!("another label is of the model {}", model.as_deref().unwrap_or_default()));
        }
    }
}
