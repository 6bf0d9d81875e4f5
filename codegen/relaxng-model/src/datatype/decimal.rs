//! Decimal numbers of any length, compared digit by digit.

use std::cmp::Ordering;

/// A decimal number: slices of the text that spells it, without leading zeros before and trailing zeros after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal<'a> {
    negative: bool,
    integer: &'a str,
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    /// Reads an optional sign and digits with at most one point among them.
    pub(super) fn parse(text: &'a str) -> Option<Decimal<'a>> {
        let (negative, digits) = sign(text);
        let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if (integer.is_empty() && fraction.is_empty()) || !all_digits(integer) || !all_digits(fraction) {
            return None;
        }
        Some(Decimal::of(negative, integer, fraction))
    }

    /// Reads an optional sign and digits.
    pub(super) fn parse_integer(text: &'a str) -> Option<Decimal<'a>> {
        let (negative, digits) = sign(text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some(Decimal::of(negative, digits, ""))
    }

    fn of(negative: bool, integer: &'a str, fraction: &'a str) -> Decimal<'a> {
        let integer = integer.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        // Zero has no sign.
        Decimal { negative: negative && !(integer.is_empty() && fraction.is_empty()), integer, fraction }
    }

    /// Digits before and after the point, leading zeros before and trailing zeros after it not counted.
    pub(super) fn total_digits(&self) -> usize {
        self.integer.len() + self.fraction.len()
    }

    /// Digits after the point, trailing zeros not counted.
    pub(super) fn fraction_digits(&self) -> usize {
        self.fraction.len()
    }

    /// The one spelling of this number.
    pub(super) fn canonical(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let integer = if self.integer.is_empty() { "0" } else { self.integer };
        let point = if self.fraction.is_empty() { "" } else { "." };
        format!("{sign}{integer}{point}{}", self.fraction)
    }
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let magnitude = |a: &Self, b: &Self| {
            a.integer
                .len()
                .cmp(&b.integer.len())
                .then_with(|| a.integer.cmp(b.integer))
                .then_with(|| a.fraction.cmp(b.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => magnitude(self, other),
            (true, true) => magnitude(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
