//! Rules about security labels.

mod device;
mod label;

use crate::rule::{OldRule, Rule};

/// The rules that are not written as rows yet, in the order in which they run.
static RULES: &[&OldRule] =
    &[&label::STATIC, &label::MODELS, &label::NONE, &label::TYPE, &label::UNTYPED, &label::EMPTY];

/// The sections that are, behind them.
pub(super) fn rules() -> Vec<Rule> {
    super::old(RULES).into_iter().chain(device::rules()).collect()
}
