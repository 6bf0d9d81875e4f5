//! `interface-target-vnet-dropped`, `interface-script-empty`, `interface-user-source-dropped`.

use domxml::{Domain, Interface, InterfaceBackendType, InterfaceType, YesNo};

use super::util::interfaces;
use crate::cli::Profile;
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
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

pub(super) static USER_SOURCE: Rule = Rule {
    id: "interface-user-source-dropped",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: BOTH,
    summary: "an interface of type `user` names a device that nothing reads",
    doc: "The `<source dev=>` of an interface of type `user` is for passt, which takes over the routes of that device. Without `<backend \
          type='passt'/>` libvirt reads past it. Profile `libvirt` drops it; profile `modern` leaves it and says so.",
    example: Example {
        before: "<devices><interface type='user'><source dev='eth0'/></interface></devices>",
        after: "<devices><interface type='user'><source dev='eth0'/></interface></devices>",
    },
    apply: drop_user_source,
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

fn drop_user_source(domain: &mut Domain, cx: &mut Context) {
    for Interface { type_, backend, xml, .. } in interfaces(domain) {
        let InterfaceType::User(members) = type_ else { continue };
        if backend.as_ref().is_some_and(|backend| backend.type_ == Some(InterfaceBackendType::Passt)) {
            continue;
        }
        if cx.profile == Profile::Modern {
            if let Some(source) = &members.source {
                cx.note(&source.xml, "only passt reads the source of an interface of type user");
            }
        } else if let Some(source) = members.source.take() {
            cx.rewrote(&source.xml, "only passt reads it").becomes("<source>", "");
            xml.absorb(source.xml);
        }
    }
}
