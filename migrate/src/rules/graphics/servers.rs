//! What the rules about graphics share: the servers that listen somewhere.

use crate::rules::prelude::*;

/// A row for each of the servers that listen somewhere, which have the same fields for it.
macro_rules! each_server {
    ($row:expr) => {
        each_type!([GraphicsTypeVnc GraphicsTypeSpice GraphicsTypeRdp], $row)
    };
}

pub(super) use each_server;

/// A `<listen type='address'>` that was said elsewhere.
pub(super) fn at_address(address: String, at: Span) -> GraphicsListen {
    let type_ = GraphicsListenType::Address(GraphicsListenTypeAddress { address: Some(address) });
    GraphicsListen { type_, xml: Extra::at(at) }
}

/// A `<listen type='socket'>` that was said elsewhere.
pub(super) fn at_socket(socket: String, at: Span) -> GraphicsListen {
    let type_ = GraphicsListenType::Socket(GraphicsListenTypeSocket { socket: Some(socket) });
    GraphicsListen { type_, xml: Extra::at(at) }
}

/// Whether the first listen element, or the default in its place, is at an address of the network.
pub(super) fn has_ports(listen: &[GraphicsListen]) -> bool {
    listen
        .first()
        .is_none_or(|first| matches!(first.type_, GraphicsListenType::Address(_) | GraphicsListenType::Network(_)))
}
