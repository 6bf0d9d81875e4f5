//! What an interface is connected to, and how.

use domxml::InterfaceSourceVhostUserType::Unix;
use domxml::InterfaceTypeVhostuser as OfVhostuser;
use domxml::{InterfaceSourceVhostUser as VhostUser, InterfaceSourceVhostUserMode as VhostUserMode};

use super::interface::{is_virtio, type_name, virtualport};
use crate::rules::prelude::*;

const NO_SOURCE: &str = "the source says nothing";
const NO_ADDRESS: &str = "the source of an interface of type hostdev needs an address: add the <address> of the device";
const NO_PORT: &str = "a port is at least 1: choose another one";
const ENDLESS: &str = "a range of ports begins with one: add start, or leave the range out";
const TOO_NEW: &str = "libvirt 9.0.0 does not know the back end passt: leave it out";
const NO_PASST: &str =
    "ports are forwarded by passt alone: add <backend type='passt'/> to an interface of the type user or vhostuser";
const PASST: &str = "the back end passt is for interfaces of the types user and vhostuser: set one of these types, or leave out <backend>";
const ALWAYS_THERE: &str = "a device that is always there stands in for no other: 'persistent' is for transient ones; set \
                            type='transient', or leave out persistent";
const NATIVE: &str = "another VLAN of the interface is native already: leave out nativeMode of one";
const NO_SOCKET: &str = "a vhostuser interface needs a source: add <source type='unix' path='..' mode='..'/>";
const NO_PARTS: &str = "the source of a vhostuser interface needs type, path and mode: add what is missing";
const NO_BRIDGE: &str = "an interface of type bridge needs a source: add <source bridge='..'/>";
const NAMES: &str = "hostname and fqdn are for the back end passt: leave them out, or set type='passt'";

rules![
    rule("interface-option-unsupported", Class::Conflict)
        .summary("an option stands at a type of interface that does not take it")
        .doc(
            "A device made by somebody else (`managed='no'`) is for interfaces of type `ethernet`; an isolated port is \
             one of a bridge that is no switch with a type; reconnecting is for the client of a socket. libvirt refuses them elsewhere.",
        )
        .finds("<devices><interface type='user'><target dev='tap0' managed='no'/></interface></devices>")
        .finds("<devices><interface type='user'><port isolated='yes'/></interface></devices>")
        .finds(
            "<devices><interface type='bridge'><source bridge='ovs0'/><virtualport type='openvswitch'/><port isolated='yes'/></interface></devices>",
        )
        .finds(
            "<devices><interface type='vhostuser'><source type='unix' path='/run/a.sock' mode='server'>\
             <reconnect enabled='yes' timeout='1'/></source><model type='virtio'/></interface></devices>",
        )
        .row(refuse_at(Interface::TARGET, |it, _| {
            let foreign = it.target.as_ref().is_some_and(|target| target.managed == Some(YesNo::No));
            (foreign && !matches!(it.type_, InterfaceType::Ethernet(_))).then(|| {
                format!("libvirt itself makes the device of an interface of type {}: managed='no' is for ethernet; leave it out", type_name(it))
            })
        }))
        .row(refuse_at(Interface::PORT, |it, _| {
            let isolated = it.port.as_ref().is_some_and(|port| port.isolated == Some(YesNo::Yes));
            let bridged = matches!(it.type_, InterfaceType::Bridge(_) | InterfaceType::Network(_));
            let switch = virtualport(it).and_then(|port| port.type_);
            let of = switch.map_or_else(|| format!("an interface of type {}", type_name(it)), |own| format!("a switch of type {}", own.as_str()));
            (isolated && !(bridged && switch.is_none())).then(|| format!("{of} has no port that could be isolated: leave out <port>"))
        }))
        .row(server_reconnects().until(11, 1, 0))
        .row(server_reconnects().since(11, 1, 0).driver(Driver::Qemu)),
    rule("interface-vhostuser-incomplete", Class::Conflict)
        .summary("an interface of type `vhostuser` lacks what the target needs")
        .doc(
            "The card of an interface of type `vhostuser` is one of virtio's, of which the driver of QEMU alone takes \
             care since 11.1.0. Until then, when passt came there, its source needed `type`, `path` and `mode`. \
             libvirt refuses the rest.",
        )
        .finds(
            "<devices><interface type='vhostuser'><source type='unix' path='/run/vhost.sock' mode='client'/><model type='e1000'/>\
             </interface></devices>",
        )
        .row(refuse_if(OTHER_CARD, |it: &Interface, _| vhostuser(it).is_some() && !is_virtio(it) && !is_passt(it)).until(11, 1, 0))
        .row(
            refuse_each(|it: &Interface, _| {
                let lacks = |members: &InterfaceTypeVhostuser| members.source.as_ref().is_none_or(|source| source.path.is_none());
                // Without a model QEMU's driver takes virtio.
                let named = it.model.as_ref().is_some_and(|model| model.type_.is_some());
                [
                    (vhostuser(it).is_some() && named && !is_virtio(it), OTHER_CARD),
                    (vhostuser(it).is_some_and(lacks) && !is_passt(it), "a vhostuser interface needs the path of its socket: add path to <source>"),
                ]
            })
            .since(11, 1, 0)
            .driver(Driver::Qemu),
        )
        .row(refuse_if(NO_SOCKET, |it: &Interface, _| vhostuser(it).is_some_and(|members| members.source.is_none())).until(11, 1, 0))
        .row(refuse_if(NO_PARTS, |it: &VhostUser, _| it.type_.is_none() || it.path.is_none() || it.mode.is_none()).until(11, 1, 0)),
    rule("interface-source-missing", Class::Conflict)
        .summary("an interface does not say what it is connected to")
        .doc(
            "An interface of type `bridge` needs a `<source>`, one of type `hostdev` the address of a device in it; a \
             tag of a VLAN is at most 4095 and every `<vlan>` has one, and only bridges, networks and cards that are \
             passed through have any; a device that is always there has no other that \
             it stands in for; passt serves interfaces of the types `user` and `vhostuser`, tells the name of the host \
             and forwards ports. libvirt refuses the rest.",
        )
        .finds("<devices><interface type='bridge'><model type='virtio'/></interface></devices>")
        .finds("<devices><interface type='hostdev'><source/></interface></devices>")
        .finds("<devices><interface type='user'><backend hostname='a'/></interface></devices>")
        .finds("<devices><interface type='bridge'><source bridge='a'/><backend type='passt'/></interface></devices>")
        .finds("<devices><interface type='user'><teaming type='persistent' persistent='ua-a'/></interface></devices>")
        .finds("<devices><interface type='user'><teaming persistent='ua-a'/></interface></devices>")
        .finds("<devices><interface type='user'><vlan><tag id='4'/></vlan></interface></devices>")
        .finds("<devices><interface type='bridge'><source bridge='a'/><vlan><tag id='4096'/></vlan></interface></devices>")
        .finds("<devices><interface type='bridge'><source bridge='a'/><vlan trunk='no'><tag id='1'/><tag id='2'/></vlan></interface></devices>")
        .finds(
            "<devices><interface type='user'><backend type='passt'/><portForward proto='tcp'><range start='0'/></portForward></interface>\
             </devices>",
        )
        .finds(
            "<devices><interface type='user'><backend type='passt'/><portForward proto='tcp'><range to='22'/></portForward></interface>\
             </devices>",
        )
        .row(refuse_if(NO_BRIDGE, |it: &Interface, _| matches!(&it.type_, InterfaceType::Bridge(members) if members.source.is_none())))
        // Vendor and product make it a USB device without saying so.
        .row(refuse_if(NO_ADDRESS, |it: &InterfaceSourceHostdev, _| it.address.is_none() && (it.vendor.is_none() || it.product.is_none())))
        .row(
            refuse_if(NAMES, |it: &InterfaceBackend, _| (it.hostname.is_some() || it.fqdn.is_some()) && it.type_ != Some(InterfaceBackendType::Passt))
                .since(11, 8, 0),
        )
        // The schema has a signed number there.
        .row(refuse_if(NO_PORT, |it: &PortForwardRange, _| [it.start, it.end, it.to].into_iter().flatten().any(|port| port < 1)))
        .row(refuse_if(ENDLESS, |it: &PortForwardRange, _| it.start.is_none() && !is_bare(it)))
        // The schema of 9.0.0 has it, its parser does not read it yet.
        .row(refuse_where(InterfaceBackend::TYPE, |it, _| *it == InterfaceBackendType::Passt, TOO_NEW).until(9, 1, 0))
        // QEMU's driver always; the parser from a release between 11.3.0 and 12.8.0 on.
        .row(refuse_if(NO_PASST, |it: &Interface, _| !it.port_forwards.is_empty() && !is_passt(it))
            .on(Interface::PORT_FORWARDS).but(Driver::Qemu).since(12, 8, 0))
        .row(refuse_at(Interface::BACKEND, |it, _| {
            let other = !matches!(it.type_, InterfaceType::User(_) | InterfaceType::Vhostuser(_));
            (is_passt(it) && other).then_some(PASST)
        }))
        .row(refuse_if(ALWAYS_THERE, |it: &Teaming, _| {
            it.type_ == TeamingType::Persistent && kept_attribute(&it.xml, "persistent").is_some()
        }))
        .rows(each_type!([Interface Hostdev], refuse_there(|it: &Of, _| {
            let given = |it: &str, name| value_in(it, name).is_some_and(|value| !value.is_empty());
            let odd = kept_children(&it.xml, "teaming").find(|it| given(&it.text, "persistent") && !given(&it.text, "type"))?;
            Some((odd.span, "a device that stands in for another is transient: add type='transient', or leave out <teaming>"))
        })))
        // From a release between 11.3.0 and 12.8.0 on when it is defined.
        .row(
            refuse_at(Interface::VLAN, |it, _| {
                let takes_any = matches!(it.type_, InterfaceType::Bridge(_) | InterfaceType::Network(_) | InterfaceType::Hostdev(_));
                let passed = branch(&it.type_).is_some_and(|it: &InterfaceTypeDirect| it.source.mode == Some(InterfaceSourceDirectMode::Passthrough));
                (!takes_any && !passed && it.vlan.is_some())
                    .then(|| format!("an interface of type {} has no VLAN: leave out <vlan>, or set another type", type_name(it)))
            })
            .since(12, 8, 0),
        )
        .row(refuse_where(Vlan::TRUNK, |it, _| *it == VlanTrunk::No, "several VLANs make a trunk: set trunk='yes'").when(|it, _| it.tags.len() > 1))
        .row(refuse_if("a VLAN needs a tag: add <tag id='..'/>", |it: &Vlan, _| it.tags.is_empty()))
        .row(refuse(|it: &VlanTag, _| (it.id > 4095).then(|| format!("the tag of a VLAN is at most 4095, not {}: choose another one", it.id)))),
    rule("interface-vlan-native-duplicate", Class::Conflict)
        .summary("two VLANs of an interface are native")
        .doc("One VLAN of a trunk at most is native, that is, what untagged packets belong to. libvirt refuses a second `nativeMode`.")
        .finds(
            "<devices><interface type='bridge'><source bridge='ovsbr0'/><vlan trunk='yes'><tag id='1' nativeMode='tagged'/>\
             <tag id='2' nativeMode='untagged'/></vlan></interface></devices>",
        )
        .row(unique(Vlan::TAGS, |tag, _| tag.native_mode.map(|_| true), NATIVE)),
    rule("interface-vlan-trunk-no", Class::Default)
        .summary("one VLAN is no trunk")
        .doc(
            "libvirt takes `trunk='no'` of a single VLAN and does not write it. Its schema does not take it, and of several VLANs libvirt does \
             not either.",
        )
        .example(
            "<devices><interface type='bridge'><source bridge='ovsbr0'/><vlan trunk='no'><tag id='42'/></vlan></interface></devices>",
            "<devices><interface type='bridge'><source bridge='ovsbr0'/><vlan><tag id='42'/></vlan></interface></devices>",
        )
        .row(nothing(Vlan::TRUNK, |it| *it == VlanTrunk::No, "one VLAN is no trunk")),
    rule("interface-vlan-trunk-added", Class::Default)
        .summary("several VLANs make a trunk")
        .doc(
            "A guest that belongs to several VLANs is on a trunk. libvirt takes that from the number of tags and \
             spells it out as `trunk='yes'`; with one tag the attribute stays as it is.",
        )
        .example(
            "<devices><interface type='bridge'><source bridge='ovsbr0'/><vlan><tag id='42'/><tag id='47'/></vlan></interface></devices>",
            "<devices><interface type='bridge'><source bridge='ovsbr0'/><vlan trunk='yes'><tag id='42'/><tag id='47'/></vlan>\
             </interface></devices>",
        )
        .row(default(Vlan::TRUNK, VlanTrunk::Yes).when(|it, _| it.tags.len() > 1).says("several VLANs make a trunk")),
    rule("interface-target-vnet-dropped", Class::Live)
        .summary("the name of a network device is one that libvirt makes up")
        .doc(
            "Names that begin with `vnet`, `macvtap` or `macvlan`, or with `vif` on Xen, are those that libvirt gives to the devices of \
             running guests. It forgets them when it reads a configuration, whoever wrote them, unless `managed='no'` \
             says that somebody else made the device. Profile `libvirt` drops them; profile `modern` keeps the live \
             state and only mentions it.",
        )
        .example(
            "<devices><interface type='network'><source network='default'/><target dev='vnet0'/></interface></devices>",
            "<devices><interface type='network'><source network='default'/></interface></devices>",
        )
        .row(
            unread_where(
                child(Interface::TARGET),
                |target, scope| {
                    let mut prefixes = scope.driver.made_up_devices().iter();
                    prefixes.any(|prefix| target.dev.starts_with(*prefix)) && target.managed != Some(YesNo::No) && !scope.live
                },
                "in a configuration",
            )
            .says("a configuration does not keep a name that libvirt makes up, as those that begin with vnet, macvtap or macvlan"),
        ),
    rule("interface-script-empty", Class::Default)
        .summary("a script without a path is none")
        .doc("libvirt reads a `<script>` or `<downscript>` with an empty path as none at all, and does not write it.")
        .example(
            "<devices><interface type='ethernet'><script path=''/></interface></devices>",
            "<devices><interface type='ethernet'/></devices>",
        )
        .rows(each_field!(Interface::[SCRIPT DOWNSCRIPT], |script| {
            nothing(child(script), |it| it.path.is_empty(), "a script without a path is none").profiles(BOTH)
        })),
    rule("interface-vhostuser-source-added", Class::Default)
        .profiles(LIBVIRT)
        .since(11, 1, 0)
        .summary("the socket of an interface of type `vhostuser` has a type and a mode")
        .doc(
            "From 11.1.0 on the source of an interface of type `vhostuser` may leave out its type and mode, or be \
             absent: QEMU is the client of a UNIX socket then, and libvirt says so. Passt makes its own socket, and an \
             empty source is not written there.",
        )
        .example(
            "<devices><interface type='vhostuser'><source path='/run/a.sock'/><model type='virtio'/></interface></devices>",
            "<devices><interface type='vhostuser'><source type='unix' path='/run/a.sock' mode='client'/><model type='virtio'/></interface>\
             </devices>",
        )
        .rows(
            [
                default(child(OfVhostuser::SOURCE).in_branch(Interface::TYPE), VhostUser::default().into()),
                default(VhostUser::TYPE.under(OfVhostuser::SOURCE).in_branch(Interface::TYPE), Unix),
                default(VhostUser::MODE.under(OfVhostuser::SOURCE).in_branch(Interface::TYPE), VhostUserMode::Client),
            ]
            .map(|row| row.when(|it, _| !is_passt(it))),
        )
        .rows(each_type!([InterfaceTypeVhostuser InterfaceTypeUser], nothing(child(Of::SOURCE), is_bare, NO_SOURCE))),
    rule("interface-vhostuser-source-unread", Class::Lossy)
        .since(11, 1, 0)
        .summary("the source of an interface of type `vhostuser` is a socket or a device, as its back end has it")
        .doc(
            "Passt makes its own socket and asks for the device of the host whose routes it takes over; without it the \
             source is a socket, and there is no device. libvirt reads past the rest and does not write it.",
        )
        .example(
            "<devices><interface type='vhostuser'><backend type='passt'/><source type='unix' path='/run/a.sock' mode='client' dev='eth0'/>\
             <model type='virtio'/></interface></devices>",
            "<devices><interface type='vhostuser'><backend type='passt'/><source dev='eth0'/><model type='virtio'/></interface></devices>",
        )
        .rows(each_field!(VhostUser::[TYPE PATH MODE], |it| unread(it.under(OfVhostuser::SOURCE).in_branch(Interface::TYPE), "beside passt")
            .when(|it, _| is_passt(it))))
        .row(unread(child(VhostUser::RECONNECT).under(OfVhostuser::SOURCE).in_branch(Interface::TYPE), "beside passt").when(|it, _| is_passt(it)))
        .row(unread(VhostUser::DEV.under(OfVhostuser::SOURCE).in_branch(Interface::TYPE), "without passt").when(|it, _| !is_passt(it))),
    rule("interface-user-source-dropped", Class::Lossy)
        .summary("an interface of type `user` names a device that nothing reads")
        .doc(
            "The `<source dev=>` of an interface of type `user` is for passt, which takes over the routes of that \
             device. Without `<backend type='passt'/>` libvirt reads past it. Profile `libvirt` drops it; profile \
             `modern` leaves it and says so.",
        )
        .example(
            "<devices><interface type='user'><source dev='eth0'/></interface></devices>",
            "<devices><interface type='user'/></devices>",
        )
        .row(
            unread(child(InterfaceTypeUser::SOURCE).in_branch(Interface::TYPE), "of an interface of type user without the back end passt")
                .when(|it, _| !is_passt(it)),
        ),
    rule("interface-filterref-unsupported-dropped", Class::Lossy)
        .summary("a filter stands at an interface that libvirt does not filter")
        .doc(
            "Only interfaces of the types `network`, `bridge` and `ethernet` keep their `<filterref>`. From any other \
             libvirt drops it without a word: the traffic is not filtered. Profile `libvirt` drops it as well; profile \
             `modern` leaves it and says so.",
        )
        .example(
            "<devices><interface type='user'><filterref filter='clean-traffic'/></interface></devices>",
            "<devices><interface type='user'/></devices>",
        )
        .row(
            unread(child(Interface::FILTERREF), "of an interface of this type: its traffic is not filtered").when(|it, _| {
                use InterfaceType::{Bridge, Ethernet, Network};
                !matches!(it.type_, Network(_) | Bridge(_) | Ethernet(_))
            }),
        ),
    rule("interface-filterref-parameter-unread", Class::Lossy)
        .summary("a parameter of a filter has letters that libvirt does not take")
        .doc(
            "The name of a parameter is of letters, digits and `_`, its value of these, `.` and `:`. libvirt reads past any other \
             parameter without a word: the filter lacks it.",
        )
        .example(
            "<devices><interface type='network'><source network='default'/><filterref filter='clean-traffic'>\
             <parameter name='IP' value='192.0.2.5/24'/></filterref></interface></devices>",
            "<devices><interface type='network'><source network='default'/><filterref filter='clean-traffic'/></interface></devices>",
        )
        .row(unread_where(
            child(FilterRef::PARAMETERS),
            |it, _| [(&it.name, "_"), (&it.value, "_.:")].iter().any(|(text, others)| {
                text.contains(|c: char| !c.is_ascii_alphanumeric() && !others.contains(c))
            }),
            "with such letters",
        )),
    rule("interface-filterref-params-sorted", Class::Spelling)
        .summary("the parameters of a filter are sorted by name")
        .doc("libvirt keeps the parameters of a filter in a table and writes them by name; several values of one name stay in their order.")
        .example(
            "<devices><interface type='network'><source network='default'/><filterref filter='clean-traffic'>\
             <parameter name='IP' value='192.0.2.5'/><parameter name='GATEWAY' value='192.0.2.1'/></filterref></interface></devices>",
            "<devices><interface type='network'><source network='default'/><filterref filter='clean-traffic'>\
             <parameter name='GATEWAY' value='192.0.2.1'/><parameter name='IP' value='192.0.2.5'/></filterref></interface></devices>",
        )
        .row(sort(FilterRef::PARAMETERS, |it, _| it.name.clone(), "the parameters of a filter by name")),
];

/// A server that is to reconnect.
fn server_reconnects() -> Draft<VhostUser> {
    refuse_in(VhostUser::RECONNECT, |reconnect, _| {
        (reconnect.enabled == Some(YesNo::Yes))
            .then_some("only a client reconnects: mode is 'server'; set mode='client', or leave out <reconnect>")
    })
    .when(|it, _| it.mode == Some(VhostUserMode::Server))
}

const OTHER_CARD: &str = "the card of a vhostuser interface is one of virtio's: set <model type='virtio'/>";

fn vhostuser(interface: &Interface) -> Option<&InterfaceTypeVhostuser> {
    branch(&interface.type_)
}

fn is_passt(interface: &Interface) -> bool {
    interface.backend.as_ref().is_some_and(|backend| backend.type_ == Some(InterfaceBackendType::Passt))
}
