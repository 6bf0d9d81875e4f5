//! What a document is read for, which decides what the reader takes and how what it says is told.

use domxml::Domain;
use domxml_runtime::{self as runtime, Note, Original, ReadOptions};
use domxml_xml::Spare;

use super::findings::from_error;
use crate::finding::Finding;
use crate::options::{Fate, Unknown};

/// What a document is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// To be written as it stands: it does not matter what libvirt keeps of it and what it refuses.
    AsItStands,
    /// To be written in libvirt's sense.
    For(Fate),
}

/// What a document is read for that is written as it stands.
pub(super) fn as_it_stands(unknown: Unknown) -> Reading {
    match unknown {
        Unknown::Keep => Reading::AsItStands,
        Unknown::Deny => Reading::For(Fate::Denied),
    }
}

pub(super) fn read<'t>(
    text: &'t str,
    reading: Reading,
    spare: &'t mut Spare,
) -> Result<(Original<'t>, Box<Domain>, Vec<Note>), Vec<Finding>> {
    // Of some nine kilobytes, which are not to be moved from hand to hand.
    match Original::read::<Box<Domain>>(text, &read_options(reading), spare) {
        Ok((original, parsed)) => Ok((original, parsed.value, parsed.notes)),
        Err(errors) => Err(errors.errors.into_iter().map(from_error).collect()),
    }
}

pub(super) fn read_options(reading: Reading) -> ReadOptions {
    let unknown = match reading {
        Reading::For(Fate::Denied) => runtime::Unknown::Deny,
        _ => runtime::Unknown::Keep,
    };
    // Where what is unknown stays it is no part of the value, lest that be written twice.
    let deep = matches!(reading, Reading::For(Fate::Dropped | Fate::Left | Fate::PassedOver));
    ReadOptions { unknown, exact: true, deep }
}
