//! `graphics-spice-channel-mode-any`, `graphics-empty-gl`, `graphics-contradictions`.

use domxml::{
    Domain, GraphicsChannel, GraphicsChannelMode, GraphicsChannelName, GraphicsListenType, GraphicsType, YesNo,
};

use super::servers::{displays, servers};
use crate::rule::{Class, Context, Example, OldRule as Rule, Safety};
use crate::rules::common::{BOTH, LIBVIRT, kept_attribute};

pub(super) static CHANNELS: Rule = Rule {
    id: "graphics-spice-channel-mode-any",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "channels of SPICE stand in libvirt's order, those with mode `any` not at all",
    doc: "libvirt keeps one mode for each channel of SPICE, the last that is given, and writes those that are not `any` in an \
          order of its own.",
    example: Example {
        before: "<devices><graphics type='spice' autoport='yes'><channel name='record' mode='any'/><channel name='inputs' mode='secure'/>\
                 <channel name='main' mode='secure'/></graphics></devices>",
        after: "<devices><graphics type='spice' autoport='yes'><channel name='main' mode='secure'/>\
                <channel name='inputs' mode='secure'/></graphics></devices>",
    },
    apply: sort_channels,
};

pub(super) static EMPTY: Rule = Rule {
    id: "graphics-empty-gl",
    class: Class::Spelling,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "an empty `<gl/>` is not written",
    doc: "The `<gl>` of a display of type `egl-headless` says which device of the host draws; without a device libvirt does not \
          write it.",
    example: Example {
        before: "<devices><graphics type='egl-headless'><gl/></graphics></devices>",
        after: "<devices><graphics type='egl-headless'/></devices>",
    },
    apply: drop_empty,
};

pub(super) static PASSWORD: Rule = Rule {
    id: "graphics-password-parts",
    class: Class::Lossy,
    since: None,
    safety: Safety::Safe,
    profiles: LIBVIRT,
    summary: "a display without a password has none that could expire",
    doc: "libvirt reads `passwdValidTo` and `connected` only where there is a password.",
    example: Example {
        before: "<devices><graphics type='spice' autoport='yes' connected='keep'/></devices>",
        after: "<devices><graphics type='spice' autoport='yes'/></devices>",
    },
    apply: drop_password_parts,
};

pub(super) static CONTRADICTIONS: Rule = Rule {
    id: "graphics-contradictions",
    class: Class::Conflict,
    since: None,
    safety: Safety::ReportOnly,
    profiles: BOTH,
    summary: "displays that libvirt refuses",
    doc: "An RDP server cannot listen at a socket or nowhere, and a display over D-Bus with direct connections has no address \
          of a bus. A place to listen at has no network or socket unless it is one, and that of a network has a name. libvirt refuses a \
          domain with such a display.",
    example: Example {
        before: "<devices><graphics type='dbus' p2p='yes' address='unix:path=/run/bus'/></devices>",
        after: "<devices><graphics type='dbus' p2p='yes' address='unix:path=/run/bus'/></devices>",
    },
    apply: report,
};

/// Where libvirt lists the channel.
fn place(channel: &GraphicsChannel) -> usize {
    let name = channel.name;
    GraphicsChannelName::VALUES.iter().position(|value| value.value == name.as_str()).unwrap_or(usize::MAX)
}

fn sort_channels(domain: &mut Domain, cx: &mut Context) {
    for graphics in displays(domain) {
        let GraphicsType::Spice(spice) = &mut graphics.type_ else { continue };
        let mut channels: Vec<GraphicsChannel> = Vec::with_capacity(spice.channel.len());
        for channel in spice.channel.iter().rev() {
            if !channels.iter().any(|later| later.name == channel.name) {
                channels.push(channel.clone());
            }
        }
        channels.retain(|channel| channel.mode != GraphicsChannelMode::Any);
        channels.sort_by_key(place);
        if channels != spice.channel {
            let list = |channels: &[GraphicsChannel]| {
                channels
                    .iter()
                    .map(|channel| format!("{}={}", channel.name, channel.mode))
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let (before, after) = (list(&spice.channel), list(&channels));
            spice.channel = channels;
            cx.rewrote(&graphics.xml, "channels stand in libvirt's order").becomes(before, after);
        }
    }
}

fn drop_password_parts(domain: &mut Domain, cx: &mut Context) {
    for graphics in displays(domain) {
        let gone = match &mut graphics.type_ {
            GraphicsType::Vnc(vnc) if vnc.passwd.is_none() => {
                vnc.passwd_valid_to.take().is_some() | vnc.connected.take().is_some()
            }
            GraphicsType::Spice(spice) if spice.passwd.is_none() => {
                spice.passwd_valid_to.take().is_some() | spice.connected.take().is_some()
            }
            _ => false,
        };
        if gone {
            cx.rewrote(&graphics.xml, "without a password nothing can be said of it")
                .becomes("passwdValidTo, connected", "");
        }
    }
}

fn drop_empty(domain: &mut Domain, cx: &mut Context) {
    for graphics in displays(domain) {
        if let GraphicsType::EglHeadless(egl) = &mut graphics.type_
            && let Some(gl) = egl.gl.take_if(|gl| gl.rendernode.is_none())
        {
            cx.rewrote(&gl.xml, "an empty <gl/> says nothing").becomes("<gl/>", "");
        }
    }
}

fn report(domain: &mut Domain, cx: &mut Context) {
    for listen in servers(domain).flat_map(|server| server.listen) {
        let wrong = |name| kept_attribute(&listen.xml, name).is_some_and(|value| !value.is_empty());
        for name in ["network", "socket"] {
            if wrong(name) {
                cx.error(&listen.xml, format!("the attribute '{name}' is for a listen element of the type '{name}'"));
            }
        }
        if matches!(&listen.type_, GraphicsListenType::Network(network) if network.network.is_empty()) {
            cx.error(&listen.xml, "a network to listen at has a name");
        }
    }
    for graphics in displays(domain) {
        match &graphics.type_ {
            GraphicsType::Rdp(rdp) => {
                for listen in &rdp.listen {
                    if matches!(listen.type_, GraphicsListenType::Socket(_) | GraphicsListenType::None) {
                        cx.error(&listen.xml, "an RDP server listens at an address or a network");
                    }
                }
            }
            GraphicsType::Dbus(dbus) if dbus.p2p == Some(YesNo::Yes) && dbus.address.is_some() => {
                cx.error(&graphics.xml, "a display over D-Bus is either direct or on a bus with an address");
            }
            _ => {}
        }
    }
}
