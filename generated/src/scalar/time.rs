//! Dates with times.

use domxml_runtime::scalar::trim;
use domxml_runtime::{Blanks, Scalar, ScalarError};
use std::fmt::Write;

/// A date and a time of day, in UTC, written as `2010-04-09T15:51:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime {
    /// Year.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
    /// Hour.
    pub hour: u8,
    /// Minute.
    pub minute: u8,
    /// Second.
    pub second: u8,
}

impl Default for DateTime {
    fn default() -> Self {
        DateTime { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 }
    }
}

fn read(text: &str) -> Option<DateTime> {
    let (date, time) = trim(text).split_once('T')?;
    let numbers = |text: &str, separator: char| -> Option<[u16; 3]> {
        let mut parts = text.split(separator);
        let mut next = || {
            let part = parts.next()?;
            if part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse().ok() } else { None }
        };
        let numbers = [next()?, next()?, next()?];
        if parts.next().is_none() { Some(numbers) } else { None }
    };
    let [year, month, day] = numbers(date, '-')?;
    // libvirt knows neither fractions nor zones; upstream's schema takes both. What is in UTC anyway is read as such.
    let [hour, minute, second] = numbers(time.strip_suffix('Z').unwrap_or(time), ':')?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) || !(1..=9999).contains(&year) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let [month, day, hour, minute, second] = [month, day, hour, minute, second].map(|n| u8::try_from(n).unwrap_or(0));
    Some(DateTime { year, month, day, hour, minute, second })
}

impl Scalar for DateTime {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        read(text).ok_or_else(|| ScalarError::expected("a date and time in UTC, as 2010-04-09T15:51:00"))
    }

    fn blanks(&self) -> Blanks {
        Blanks::Before
    }

    fn write(&self, out: &mut String) {
        let DateTime { year, month, day, hour, minute, second } = self;
        // Writing to a string does not fail.
        let _ = write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    }
}

domxml_runtime::scalar_text!(DateTime);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::testing::check;

    #[test]
    fn times_are_read_as_libvirt_reads_them() {
        check::<DateTime>(&[
            ("2010-04-09T15:51:00", Some("2010-04-09T15:51:00")),
            ("2010-4-9T5:1:0", Some("2010-04-09T05:01:00")),
            ("2010-04-09T15:51:00Z", Some("2010-04-09T15:51:00")),
            ("2012-02-29T00:00:00", Some("2012-02-29T00:00:00")),
            ("2010-02-29T00:00:00", None),
            ("2010-13-09T15:51:00", None),
            ("2010-04-09 15:51:00", None),
            ("2010-04-09T15:51", None),
            ("2010-04-09T15:51:00.5", None),
        ]);
    }
}
