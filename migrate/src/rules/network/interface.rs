//! What rows ask of an interface.

use crate::rules::prelude::*;

/// The word for its type.
pub(super) fn type_name(interface: &Interface) -> &str {
    interface.type_.value().unwrap_or_default()
}

/// Whether the card is one of virtio's.
pub(super) fn is_virtio(interface: &Interface) -> bool {
    let model = interface.model.as_ref().and_then(|model| model.type_.as_ref());
    model.is_some_and(|model| matches!(model.as_str(), "virtio" | "virtio-transitional" | "virtio-non-transitional"))
}

/// Its virtual port, of the types that have one.
pub(super) fn virtualport(interface: &Interface) -> Option<&VirtualPort> {
    child_of_type(interface.type_.members()?)
}

/// What tunes the back end of its card.
pub(super) fn driver(interface: &Interface) -> Option<&dyn Content> {
    let members = interface.type_.members()?;
    let virtio = child_of_type::<InterfaceDriver>(members);
    let hostdev = child_of_type::<InterfaceHostdevDriver>(members);
    virtio.map(|driver| driver as &dyn Content).or(hostdev.map(|driver| driver as &dyn Content))
}
