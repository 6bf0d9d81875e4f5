//! `interface-target-vnet-dropped`, `interface-script-empty`.

use domxml::{Domain, Interface, YesNo};

use super::util::interfaces;
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, Rule, Safety};
use crate::rules::common::{BOTH, attribute};

pub(super) static GENERATED: Rule = Rule {
    id: "interface-target-vnet-dropped",
    class: Class::Live,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "the name of a network device is one that libvirt makes up",
    doc: "Names that begin with `vnet`, `macvtap` or `macvlan` are those that libvirt gives to the devices of running guests. It forgets \
          them when it reads a configuration, whoever wrote them, unless `managed='no'` says that somebody else made the device. \
          Profile `libvirt` drops them; profile `modern` keeps the live state and only mentions it.",
    example: Example {
        before: "<devices><interface type='network'><source network='default'/><target dev='vnet0'/></interface></devices>",
        after: "<devices><interface type='network'><source network='default'/><target dev='vnet0'/></interface></devices>",
    },
    apply: drop_generated,
};

pub(super) static SCRIPT: Rule = Rule {
    id: "interface-script-empty",
    class: Class::Default,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "a script without a path is none",
    doc: "libvirt reads a `<script>` or `<downscript>` with an empty path as none at all, and does not write it.",
    example: Example {
        before: "<devices><interface type='ethernet'><script path=''/></interface></devices>",
        after: "<devices><interface type='ethernet'/></devices>",
    },
    apply: drop_empty_scripts,
};

/// Whether libvirt takes the name for one of its own.
fn is_generated(name: &str) -> bool {
    ["vnet", "macvtap", "macvlan"].iter().any(|prefix| name.starts_with(prefix))
}

fn drop_generated(domain: &mut Domain, cx: &mut Context) {
    if cx.live {
        return;
    }
    for Interface { target, xml, .. } in interfaces(domain) {
        let generated =
            |target: &domxml::InterfaceTarget| target.managed != Some(YesNo::No) && is_generated(&target.dev);
        if cx.profile == Profile::Modern {
            if let Some(target) = target.as_ref().filter(|target| generated(target)) {
                cx.note(
                    &target.xml,
                    format!("libvirt forgets {}, a name of its own making", attribute("dev", &target.dev)),
                );
            }
        } else if let Some(target) = target.take_if(|target| generated(target)) {
            cx.rewrote(&target.xml, "a name of libvirt's own making").becomes(attribute("dev", &target.dev), "");
            xml.absorb(target.xml);
        }
    }
}

fn drop_empty_scripts(domain: &mut Domain, cx: &mut Context) {
    for Interface { script, downscript, xml, .. } in interfaces(domain) {
        if let Some(script) = script.take_if(|script| script.path.is_empty()) {
            cx.rewrote(&script.xml, "a script without a path is none").becomes("<script path=''/>", "");
            xml.absorb(script.xml);
        }
        if let Some(script) = downscript.take_if(|script| script.path.is_empty()) {
            cx.rewrote(&script.xml, "a script without a path is none").becomes("<downscript path=''/>", "");
            xml.absorb(script.xml);
        }
    }
}
