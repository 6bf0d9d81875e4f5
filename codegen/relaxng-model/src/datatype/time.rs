//! Dates, times of day, parts of them, and durations.

use std::cmp::Ordering;

/// Which of the calendar types a text is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calendar {
    DateTime,
    Time,
    Date,
    YearMonth,
    Year,
    MonthDay,
    Month,
    Day,
}

/// A point on the time line, or the first one of the period that a date, year, month or day names. Types without a year are
/// placed in 1972, a leap year.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Instant {
    /// Seconds since 1970-01-01T00:00:00, in UTC where `zoned`, in unknown local time otherwise.
    seconds: i128,
    /// Digits of the fraction of a second, without trailing zeros.
    fraction: String,
    /// Whether a time zone was given.
    zoned: bool,
}

/// Years are unbounded in XML Schema. Beyond this they are all taken for the same, so that sums cannot overflow.
const LAST_YEAR: i128 = 1_000_000_000_000_000_000;

const DAY: i128 = 86_400;

/// A time zone lies at most 14 hours from UTC.
const WIDEST_ZONE: i128 = 14 * 3600;

impl Instant {
    pub(super) fn parse(text: &str, calendar: Calendar) -> Option<Instant> {
        let mut cursor = Cursor { rest: text };
        let (mut year, mut month, mut day) = (1972, 1, 1);
        let (mut seconds, mut fraction) = (0, "");
        match calendar {
            Calendar::DateTime | Calendar::Date => {
                year = cursor.year()?;
                cursor.expect('-')?;
                month = cursor.two_digits(1, 12)?;
                cursor.expect('-')?;
                day = cursor.two_digits(1, 31)?;
            }
            Calendar::Time => {}
            Calendar::YearMonth => {
                year = cursor.year()?;
                cursor.expect('-')?;
                month = cursor.two_digits(1, 12)?;
            }
            Calendar::Year => year = cursor.year()?,
            Calendar::MonthDay => {
                cursor.expect_all("--")?;
                month = cursor.two_digits(1, 12)?;
                cursor.expect('-')?;
                day = cursor.two_digits(1, 31)?;
            }
            Calendar::Month => {
                cursor.expect_all("--")?;
                month = cursor.two_digits(1, 12)?;
            }
            Calendar::Day => {
                cursor.expect_all("---")?;
                day = cursor.two_digits(1, 31)?;
            }
        }
        if calendar == Calendar::DateTime {
            cursor.expect('T')?;
        }
        if matches!(calendar, Calendar::DateTime | Calendar::Time) {
            (seconds, fraction) = cursor.time_of_day()?;
            if calendar == Calendar::Time {
                // 24:00:00 is midnight, which on a clock without a date is 00:00:00.
                seconds %= DAY;
            }
        }
        if day > days_in_month(year, month) {
            return None;
        }
        let zone = cursor.zone()?;
        if !cursor.rest.is_empty() {
            return None;
        }
        Some(Instant {
            seconds: days_since_epoch(year, month, day) * DAY + seconds - zone.unwrap_or_default(),
            fraction: fraction.trim_end_matches('0').to_owned(),
            zoned: zone.is_some(),
        })
    }

    fn cmp_shifted(&self, other: &Instant, shift: i128) -> Ordering {
        self.seconds.cmp(&(other.seconds + shift)).then_with(|| self.fraction.cmp(&other.fraction))
    }
}

/// A time without a zone lies before or after one with a zone only where it does so in every zone.
impl PartialOrd for Instant {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self.zoned, other.zoned) {
            (true, false) => {
                if self.cmp_shifted(other, -WIDEST_ZONE) == Ordering::Less {
                    Some(Ordering::Less)
                } else if self.cmp_shifted(other, WIDEST_ZONE) == Ordering::Greater {
                    Some(Ordering::Greater)
                } else {
                    None
                }
            }
            (false, true) => other.partial_cmp(self).map(Ordering::reverse),
            _ => Some(self.cmp_shifted(other, 0)),
        }
    }
}

/// A span of months and of seconds, which are not commensurable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Duration {
    months: i128,
    seconds: i128,
    /// Digits of the fraction of a second, without trailing zeros; it has the sign of the whole.
    fraction: String,
    negative: bool,
}

impl Duration {
    pub(super) fn parse(text: &str) -> Option<Duration> {
        let mut cursor = Cursor { rest: text };
        let mut negative = cursor.eat('-');
        cursor.expect('P')?;
        let (mut months, mut seconds, mut fraction) = (0_i128, 0_i128, "");
        let (mut in_time, mut next, mut any) = (false, 0, false);
        while !cursor.rest.is_empty() {
            if !in_time && cursor.eat('T') {
                (in_time, next, any) = (true, 3, false);
                continue;
            }
            let digits = cursor.digits()?;
            let number = digits.parse::<i128>().unwrap_or(LAST_YEAR).min(LAST_YEAR);
            if in_time && cursor.eat('.') {
                fraction = cursor.digits()?;
                cursor.expect('S')?;
                seconds += number;
                (any, next) = (true, 6);
                continue;
            }
            let designators = [('Y', false), ('M', false), ('D', false), ('H', true), ('M', true), ('S', true)];
            let at = (next..designators.len())
                .find(|&at| designators[at].1 == in_time && cursor.rest.starts_with(designators[at].0))?;
            cursor.rest = &cursor.rest[1..];
            match at {
                0 => months += number * 12,
                1 => months += number,
                2 => seconds += number * DAY,
                3 => seconds += number * 3600,
                4 => seconds += number * 60,
                _ => seconds += number,
            }
            (any, next) = (true, at + 1);
        }
        let fraction = fraction.trim_end_matches('0').to_owned();
        if months == 0 && seconds == 0 && fraction.is_empty() {
            negative = false;
        }
        let sign = if negative { -1 } else { 1 };
        any.then_some(Duration { months: sign * months, seconds: sign * seconds, fraction, negative })
    }

    /// Whole seconds from the epoch to the end of this duration, were it to start with the month given.
    fn end(&self, year: i128, month: i128) -> i128 {
        let months = year * 12 + (month - 1) + self.months;
        days_since_epoch(months.div_euclid(12), months.rem_euclid(12) + 1, 1) * DAY + self.seconds
    }

    /// Compares the fractions of a second alone, which have the sign of their durations.
    fn cmp_fractions(&self, other: &Duration) -> Ordering {
        let is_negative = |duration: &Duration| duration.negative && !duration.fraction.is_empty();
        match (is_negative(self), is_negative(other)) {
            (false, false) => self.fraction.cmp(&other.fraction),
            (true, true) => other.fraction.cmp(&self.fraction),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

/// One duration is longer than another only where it is so from each of the four moments that XML Schema names.
impl PartialOrd for Duration {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let from =
            |(year, month)| self.end(year, month).cmp(&other.end(year, month)).then_with(|| self.cmp_fractions(other));
        let first = from((1696, 9));
        [(1697, 2), (1903, 3), (1903, 7)].into_iter().all(|moment| from(moment) == first).then_some(first)
    }
}

/// The rest of a text that is being read.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn eat(&mut self, wanted: char) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, wanted: char) -> Option<()> {
        self.eat(wanted).then_some(())
    }

    fn expect_all(&mut self, wanted: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<&'a str> {
        let end = self.rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!digits.is_empty()).then_some(digits)
    }

    fn two_digits(&mut self, min: i128, max: i128) -> Option<i128> {
        let digits = self.rest.get(..2)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.rest = &self.rest[2..];
        let number = digits.parse().ok()?;
        (min..=max).contains(&number).then_some(number)
    }

    /// A year as the astronomers count: 1 BC is the year 0.
    fn year(&mut self) -> Option<i128> {
        let before_christ = self.eat('-');
        let digits = self.digits()?;
        let well_formed = digits.len() == 4 || (digits.len() > 4 && !digits.starts_with('0'));
        if !well_formed || digits == "0000" {
            return None;
        }
        let year = digits.parse::<i128>().unwrap_or(LAST_YEAR).min(LAST_YEAR);
        Some(if before_christ { 1 - year } else { year })
    }

    fn time_of_day(&mut self) -> Option<(i128, &'a str)> {
        let hour = self.two_digits(0, 24)?;
        self.expect(':')?;
        let minute = self.two_digits(0, 59)?;
        self.expect(':')?;
        let second = self.two_digits(0, 59)?;
        let fraction = if self.eat('.') { self.digits()? } else { "" };
        let whole_hour = (minute, second) == (0, 0) && fraction.bytes().all(|b| b == b'0');
        if hour == 24 && !whole_hour {
            return None;
        }
        Some((hour * 3600 + minute * 60 + second, fraction))
    }

    /// Seconds east of UTC; the outer `None` stands for a malformed zone, the inner for none.
    #[expect(clippy::option_option, reason = "absent and malformed are different things")]
    fn zone(&mut self) -> Option<Option<i128>> {
        if self.eat('Z') {
            return Some(Some(0));
        }
        let sign = if self.eat('+') {
            1
        } else if self.eat('-') {
            -1
        } else {
            return Some(None);
        };
        let hours = self.two_digits(0, 14)?;
        self.expect(':')?;
        let minutes = self.two_digits(0, 59)?;
        let seconds = hours * 3600 + minutes * 60;
        (seconds <= WIDEST_ZONE).then_some(Some(sign * seconds))
    }
}

fn days_in_month(year: i128, month: i128) -> i128 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, extended to all years.
fn days_since_epoch(year: i128, month: i128, day: i128) -> i128 {
    // Years start in March here, so that the leap day is the last of a year and month lengths follow one formula.
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
