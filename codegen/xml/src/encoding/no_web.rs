//! In place of the encodings that have tables, where these are left out: there are none.

use super::Encoding;
use std::borrow::Cow;

/// The table of an encoding, of which there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Table {}

impl Table {
    pub(super) fn character(self, _: u8) -> Option<char> {
        match self {}
    }

    pub(super) fn encode(self, _: &str) -> (Cow<'_, [u8]>, bool) {
        match self {}
    }

    pub(super) fn decode(self, _: &[u8]) -> (String, bool) {
        match self {}
    }

    pub(super) fn has_states(self) -> bool {
        match self {}
    }
}

pub(super) static NAMES: &[(Encoding, &[&str])] = &[];
