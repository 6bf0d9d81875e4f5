//! What the rules about graphics share: the servers that listen somewhere, seen alike.

use domxml::{
    Domain, Extra, Graphics, GraphicsListen, GraphicsListenType, GraphicsListenTypeAddress, GraphicsListenTypeSocket,
    GraphicsType,
};

/// What the servers of VNC, SPICE and RDP have in common.
pub(super) struct Server<'a> {
    /// The attribute `socket` of VNC.
    pub(super) socket: Option<&'a mut Option<String>>,
    /// The attribute `listen`.
    pub(super) attribute: &'a mut Option<String>,
    /// The child elements.
    pub(super) listen: &'a mut Vec<GraphicsListen>,
    pub(super) xml: &'a Extra,
}

/// All displays of a domain.
pub(super) fn displays(domain: &mut Domain) -> &mut [Graphics] {
    domain.devices.as_mut().map_or(&mut [], |devices| &mut devices.graphics)
}

/// The displays that are servers.
pub(super) fn servers(domain: &mut Domain) -> impl Iterator<Item = Server<'_>> {
    displays(domain).iter_mut().filter_map(|Graphics { type_, xml }| {
        let (socket, attribute, listen) = match type_ {
            GraphicsType::Vnc(vnc) => (Some(&mut vnc.socket), &mut vnc.legacy_listen, &mut vnc.listen),
            GraphicsType::Spice(spice) => (None, &mut spice.legacy_listen, &mut spice.listen),
            GraphicsType::Rdp(rdp) => (None, &mut rdp.legacy_listen, &mut rdp.listen),
            _ => return None,
        };
        Some(Server { socket, attribute, listen, xml: &*xml })
    })
}

/// A `<listen type='address'>` that takes its place from the display.
pub(super) fn at_address(address: Option<String>, xml: &Extra) -> GraphicsListen {
    let type_ = GraphicsListenType::Address(GraphicsListenTypeAddress { address });
    GraphicsListen { type_, xml: Extra::at(xml.span) }
}

/// A `<listen type='socket'>` that takes its place from the display.
pub(super) fn at_socket(socket: Option<String>, xml: &Extra) -> GraphicsListen {
    let type_ = GraphicsListenType::Socket(GraphicsListenTypeSocket { socket });
    GraphicsListen { type_, xml: Extra::at(xml.span) }
}

/// Whether the first listen element, or the default in its place, is at an address of the network.
pub(super) fn has_ports(listen: &[GraphicsListen]) -> bool {
    listen
        .first()
        .is_none_or(|first| matches!(first.type_, GraphicsListenType::Address(_) | GraphicsListenType::Network(_)))
}

/// An attribute as a document spells it; empty where it is absent.
pub(super) fn spelt(name: &str, value: Option<&dyn std::fmt::Display>) -> String {
    value.map_or_else(String::new, |value| format!("{name}='{value}'"))
}
