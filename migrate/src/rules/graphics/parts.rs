//! Displays: what they refuse, their passwords and channels.

use std::collections::BTreeSet;

use domxml::scalar::LaxYesNo;

use crate::rules::prelude::*;

const NO_TIME: &str = "write the time as 2010-04-09T15:51:00, or leave it out";
const NO_CONNECTED: &str = "say what becomes of clients by 'keep', or leave it out";
const MISREAD: &str =
    "libvirt fails where an RDP server has replaceUser or multiUser, and does not say why: leave them out";
const EITHER: &str = "a display over D-Bus is either direct or on a bus with an address: leave out p2p or address";

rules![
    rule("graphics-contradictions", Class::Conflict)
        .summary("displays that libvirt refuses")
        .doc(
            "An RDP server cannot listen at a socket or nowhere, and a display over D-Bus with direct connections has \
             no address of a bus. A place to listen at has no network or socket unless it is one, and that of a \
             network has a name. From 11.6.0 on `autoport`, `replaceUser` and `multiUser` of VNC and RDP servers are \
             `yes` or `no`. libvirt refuses a domain with such a display.",
        )
        .finds("<devices><graphics type='dbus' p2p='yes' address='unix:path=/run/bus'/></devices>")
        .finds("<devices><graphics type='rdp' autoport='yes'><listen type='none'/></graphics></devices>")
        .finds("<devices><graphics type='vnc'><listen type='address' network='default'/></graphics></devices>")
        .finds("<devices><graphics type='vnc'><listen type='network' network=''/></graphics></devices>")
        .finds("<devices><graphics type='vnc' autoport=''/></devices>")
        .finds("<devices><graphics type='rdp' replaceUser='true'/></devices>")
        .row(refuse(|listen: &GraphicsListen, _| {
            let given = |name: &&str| kept_attribute(&listen.xml, name).is_some_and(|value| !value.is_empty());
            let name = ["network", "socket"].into_iter().find(given)?;
            Some(format!("the attribute '{name}' is for a listen element of the type '{name}': leave it out"))
        }))
        .row(refuse_if("a network to listen at has a name: add network", |listen: &GraphicsListen, _| {
            matches!(&listen.type_, GraphicsListenType::Network(at) if at.network.is_empty())
        }))
        .row(refuse_in(GraphicsTypeRdp::LISTENS, |listen, _| {
            let wrong = matches!(listen.type_, GraphicsListenType::Socket(_) | GraphicsListenType::None);
            wrong.then_some("an RDP server listens at an address or a network: set type='address' or 'network'")
        }))
        .row(refuse_if(EITHER, |dbus: &GraphicsTypeDbus, _| dbus.p2p == Some(YesNo::Yes) && dbus.address.is_some()))
        .row(refuse(|vnc: &GraphicsTypeVnc, _| neither(&[("autoport", &vnc.autoport)])).since(11, 6, 0))
        .row(
            refuse(|it: &GraphicsTypeRdp, _| {
                neither(&[("autoport", &it.autoport), ("replaceUser", &it.replace_user), ("multiUser", &it.multi_user)])
            })
            .since(11, 6, 0),
        )
        // It takes it for a failure that it could read them: a mistake of a release between 11.3.0 and 12.8.0.
        .row(refuse_if(MISREAD, |it: &GraphicsTypeRdp, _| it.replace_user.is_some() || it.multi_user.is_some()).since(12, 8, 0)),
    rule("graphics-password-parts", Class::Lossy)
        .summary("a display without a password has none that could expire")
        .doc("libvirt reads `passwdValidTo`, `connected` and `username` only where there is a password.")
        .example(
            "<devices><graphics type='spice' autoport='yes' connected='keep'/></devices>",
            "<devices><graphics type='spice' autoport='yes'/></devices>",
        )
        .example(
            "<devices><graphics type='rdp' autoport='yes' username='u'/></devices>",
            "<devices><graphics type='rdp' autoport='yes'/></devices>",
        )
        .rows(each_field!(GraphicsTypeVnc::[USERNAME PASSWD_VALID_TO CONNECTED], |at| unread(at, NO_PASSWORD).when(|it, _| it.passwd.is_none())))
        .rows(each_field!(GraphicsTypeRdp::[USERNAME PASSWD_VALID_TO CONNECTED], |at| unread(at, NO_PASSWORD).when(|it, _| it.passwd.is_none())))
        .rows(each_field!(GraphicsTypeSpice::[USERNAME PASSWD_VALID_TO CONNECTED], |at| unread(at, NO_PASSWORD).when(|it, _| it.passwd.is_none()))),
    rule("graphics-password-expiry", Class::Conflict)
        .summary("the end of a password is no time, or what becomes of clients is no word for it")
        .doc(
            "`passwdValidTo` is a date and a time, `connected` says what becomes of clients when the password changes. libvirt refuses \
             anything else where there is a password, and reads past it where not.",
        )
        .finds("<devices><graphics type='spice' autoport='yes' passwd='x' connected='drop'/></devices>")
        .finds("<devices><graphics type='vnc' autoport='yes' passwd='x' passwdValidTo='never'/></devices>")
        .row(refuse_each(|it: &Graphics, _| {
            let passwd = match &it.type_ {
                GraphicsType::Vnc(vnc) => &vnc.passwd,
                GraphicsType::Spice(spice) => &spice.passwd,
                GraphicsType::Rdp(rdp) => &rdp.passwd,
                _ => &None,
            };
            let unknown = |name| passwd.is_some() && kept_value(&it.xml, name).is_some();
            [(unknown("passwdValidTo"), NO_TIME), (unknown("connected"), NO_CONNECTED)]
        })),
    rule("graphics-spice-channel-mode-any", Class::Spelling)
        .summary("channels of SPICE stand in libvirt's order, those with mode `any` not at all")
        .doc(
            "libvirt keeps one mode for each channel of SPICE, the last that is given, and writes those that are not \
             `any` in an order of its own.",
        )
        .example(
            "<devices><graphics type='spice' autoport='yes'><channel name='record' mode='any'/><channel name='inputs' mode='secure'/>\
             <channel name='main' mode='secure'/></graphics></devices>",
            "<devices><graphics type='spice' autoport='yes'><channel name='main' mode='secure'/>\
             <channel name='inputs' mode='secure'/></graphics></devices>",
        )
        .row(algorithm(last_of_each).profiles(LIBVIRT))
        .row(nothing(child(GraphicsTypeSpice::CHANNELS), |it| it.mode == GraphicsChannelMode::Any, "the mode any says nothing of a channel"))
        .row(sort(GraphicsTypeSpice::CHANNELS, |channel, _| channel.name as usize, "the channels in their order")),
    rule("graphics-empty-gl", Class::Spelling)
        .summary("an empty `<gl/>` is not written")
        .doc(
            "The `<gl>` of a display of type `egl-headless` says which device of the host draws; without a device \
             libvirt does not write it.",
        )
        .example(
            "<devices><graphics type='egl-headless'><gl/></graphics></devices>",
            "<devices><graphics type='egl-headless'/></devices>",
        )
        .row(nothing(child(GraphicsTypeEglHeadless::GL), is_bare, "an empty <gl/> says nothing")),
];

const NO_PASSWORD: &str = "where there is no password";

/// The first switch that is neither on nor off.
fn neither(switches: &[(&str, &Option<LaxYesNo>)]) -> Option<String> {
    switches.iter().find_map(|(name, switch)| {
        let Some(LaxYesNo::Other(word)) = switch else { return None };
        Some(format!("{} is neither yes nor no: set it to one of them", attribute(name, word)))
    })
}

/// Of several modes of one channel the last counts.
fn last_of_each(graphics: &mut Graphics, cx: &mut Context<'_>) {
    let GraphicsType::Spice(spice) = &mut graphics.type_ else { return };
    let mut seen = BTreeSet::new();
    let mut last: Vec<bool> = spice.channels.iter().rev().map(|channel| seen.insert(channel.name as usize)).collect();
    for channel in spice.channels.extract_if(.., |_| last.pop() == Some(false)) {
        cx.rewrote(&channel.xml, "the last mode of a channel counts")
            .becomes(format!("<channel name='{}' mode='{}'/>", channel.name, channel.mode), "");
        graphics.xml.absorb(channel.xml);
    }
}
