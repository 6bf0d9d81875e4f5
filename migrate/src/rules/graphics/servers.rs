//! What the rules about graphics share: the servers that listen somewhere.

use crate::rules::prelude::*;

/// A row for each of the servers that listen somewhere, which have the same fields for it.
macro_rules! each_server {
    ($row:expr) => {
        each_type!([GraphicsTypeVnc GraphicsTypeSpice GraphicsTypeRdp], $row)
    };
}

pub(super) use each_server;

/// A `<listen>` that was said elsewhere.
pub(super) fn said_at(type_: GraphicsListenType, at: Span) -> GraphicsListen {
    GraphicsListen { type_, xml: Extra::at(at) }
}

/// Whether the first listen element, or the default in its place, is at an address of the network.
pub(super) fn has_ports(listen: &[GraphicsListen]) -> bool {
    listen
        .first()
        .is_none_or(|first| matches!(first.type_, GraphicsListenType::Address(_) | GraphicsListenType::Network(_)))
}

/// Whether a VNC server is at an address of the network.
pub(super) fn vnc_has_ports(vnc: &GraphicsTypeVnc, _: &Scope) -> bool {
    has_ports(&vnc.listens) && vnc.socket.is_none()
}
