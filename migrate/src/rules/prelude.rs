//! What the files of rules need: the types of the format, what of the runtime asks them, and what a rule is.

pub(super) use domxml::*;
pub(super) use domxml_runtime::{
    Content, Described, Element, Extra, Key, Payload, Prefer, Span, branch, branch_mut, child_called, child_called_mut,
    child_of_type, field, field_mut, given,
};

pub(super) use super::common::*;
pub(super) use crate::options::{Driver, Profile};
pub(super) use crate::rule::asks::*;
pub(super) use crate::rule::kinds::*;
pub(super) use crate::rule::place::{IntoPlace, See, child, flag, required};
pub(super) use crate::rule::row::Draft;
pub(super) use crate::rule::scope::{AUDIO, CELLS, CPUS, IOTHREADS, Things};
pub(super) use crate::rule::{BOTH, Class, Context, LIBVIRT, MODERN, Phase, Scope, rule};
