//! Values of attributes and texts, and how they are spelt.

use crate::info::ValueInfo;
use std::borrow::Cow;
use std::fmt;
use std::fmt::Debug;
use std::ops::{Deref, DerefMut};

/// A value that is spelt as text.
pub trait Scalar: Debug + Sized + 'static {
    /// The values that are known by name, empty where they are not listed.
    const VALUES: &'static [ValueInfo] = &[];

    /// Whether there are other values than these.
    const OPEN: bool = true;

    /// Whether values are whole numbers, written in decimal digits: other formats than XML have numbers of their own.
    const NUMBER: bool = false;

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// The text is no spelling of such a value; the error says what would be.
    fn parse(text: &str) -> Result<Self, ScalarError>;

    /// Appends the canonical spelling, not escaped.
    fn write(&self, out: &mut String);

    /// What is wrong with a value that is spelt well and yet stands for nothing, as a range that runs downwards: more
    /// than a pattern can say. Such a value is read and written as it was spelt, with a note.
    fn objection(&self) -> Option<&'static str> {
        None
    }

    /// Whether it is read again as it is written: `written` is what [`Scalar::write`] appends. Types of which every value is need not look.
    ///
    /// # Errors
    ///
    /// No value is spelt as this one is; the error says what would be.
    fn check(&self, written: &str) -> Result<(), ScalarError> {
        Self::parse(written).map(drop)
    }

    /// Where a program in C, which compares words and reads digits, takes blanks around the value. XML Schema takes them at both ends.
    fn blanks(&self) -> Blanks {
        Blanks::Both
    }
}

/// The ends of a value at which blanks are read past, see [`Scalar::blanks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blanks {
    /// Both, or blanks belong to the value.
    Both,
    /// Before the value, as before digits.
    Before,
    /// Behind the value.
    Behind,
    /// Nowhere, as around a word that is compared with others.
    Nowhere,
}

impl Blanks {
    /// Where a text has blanks that are not read past; none where it has no such.
    pub(crate) fn refused(self, text: &str) -> Option<&'static str> {
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        let before = text.starts_with(is_blank) && matches!(self, Blanks::Behind | Blanks::Nowhere);
        let behind = text.ends_with(is_blank) && matches!(self, Blanks::Before | Blanks::Nowhere);
        match (before, behind) {
            (true, true) => Some("no blanks are taken around it"),
            (true, false) => Some("no blanks are taken before it"),
            (false, true) => Some("no blanks are taken behind it"),
            (false, false) => None,
        }
    }
}

/// The text is no spelling of the value that was to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScalarError {
    /// What would have been taken.
    pub expected: Expected,
}

/// What a scalar takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// A description, as `a MAC address`.
    Described(Cow<'static, str>),
    /// One of these values.
    OneOf(&'static [ValueInfo]),
    /// One of these values, or what is described.
    OneOfOr(&'static [ValueInfo], Cow<'static, str>),
}

impl ScalarError {
    /// An error that describes what is taken: a noun phrase such as `a MAC address`.
    #[must_use]
    pub fn expected(description: impl Into<Cow<'static, str>>) -> Self {
        ScalarError { expected: Expected::Described(description.into()) }
    }

    /// An error that lists what is taken.
    #[must_use]
    pub fn one_of(values: &'static [ValueInfo]) -> Self {
        ScalarError { expected: Expected::OneOf(values) }
    }

    /// An error for what takes what either takes.
    #[must_use]
    pub fn or(self, other: ScalarError) -> Self {
        let values: &[ValueInfo] = match self.expected {
            Expected::OneOf(values) | Expected::OneOfOr(values, _) => values,
            Expected::Described(_) => &[],
        };
        let expected = match other.expected {
            Expected::Described(text) | Expected::OneOfOr(_, text) => Expected::OneOfOr(values, text),
            Expected::OneOf(_) => Expected::OneOf(values),
        };
        ScalarError { expected }
    }
}

impl fmt::Display for ScalarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected ")?;
        let (values, text) = match &self.expected {
            Expected::Described(text) => return f.write_str(text),
            Expected::OneOf(values) => (values, None),
            Expected::OneOfOr(values, text) => (values, Some(text)),
        };
        for (i, value) in values.iter().enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}'{}'", value.value)?;
        }
        match text {
            Some(text) => write!(f, " or {text}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ScalarError {}

/// Removes XML's white space at both ends.
#[must_use]
pub fn trim(text: &str) -> &str {
    let is_space = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t' | b'\n' | b'\r'));
    // Most values have none at their ends.
    match is_space(text.as_bytes().first()) || is_space(text.as_bytes().last()) {
        true => text.trim_matches([' ', '\t', '\n', '\r']),
        false => text,
    }
}

impl Scalar for String {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        Ok(text.to_owned())
    }

    fn write(&self, out: &mut String) {
        out.push_str(self);
    }

    fn check(&self, _written: &str) -> Result<(), ScalarError> {
        Ok(())
    }
}

impl Scalar for bool {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        match trim(text) {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(ScalarError::expected("'true' or 'false'")),
        }
    }

    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }

    fn check(&self, _written: &str) -> Result<(), ScalarError> {
        Ok(())
    }
}

/// Reads a decimal integer: white space around it, a sign and leading zeros are taken.
fn integer(text: &str, min: i128, max: i128) -> Result<i128, ScalarError> {
    let trimmed = trim(text);
    let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    let negative = trimmed.starts_with('-');
    let mut number: i128 = 0;
    let mut valid = !digits.is_empty();
    for byte in digits.bytes() {
        if !byte.is_ascii_digit() {
            valid = false;
            break;
        }
        // What exceeds every type stays so large: the sum cannot overflow.
        number = if number > 1 << 100 { number } else { number * 10 + i128::from(byte - b'0') };
    }
    let number = if negative { -number } else { number };
    if valid && number >= min && number <= max {
        Ok(number)
    } else {
        Err(ScalarError::expected(format!("a whole number from {min} to {max}")))
    }
}

/// Appends a number in decimal.
fn push_display(out: &mut String, value: &dyn fmt::Display) {
    use fmt::Write;
    // Writing to a string does not fail.
    let _ = write!(out, "{value}");
}

macro_rules! integers {
    ($($ty:ident)*) => {$(
        impl Scalar for $ty {
            const NUMBER: bool = true;

            fn parse(text: &str) -> Result<Self, ScalarError> {
                integer(text, i128::from($ty::MIN), i128::from($ty::MAX)).map(|number| number as $ty)
            }

            fn blanks(&self) -> Blanks {
                Blanks::Before
            }

            fn write(&self, out: &mut String) {
                push_display(out, self);
            }

            fn check(&self, _written: &str) -> Result<(), ScalarError> {
                Ok(())
            }
        }
    )*};
}

integers! { u8 u16 u32 u64 i8 i16 i32 i64 }

/// Items with white space between, written with one blank between.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        List(Vec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl<T: Scalar> Scalar for List<T> {
    fn objection(&self) -> Option<&'static str> {
        self.0.iter().find_map(T::objection)
    }

    fn parse(text: &str) -> Result<Self, ScalarError> {
        text.split_ascii_whitespace().map(T::parse).collect::<Result<_, _>>().map(List)
    }

    fn write(&self, out: &mut String) {
        for (i, item) in self.0.iter().enumerate() {
            if i > 0 {
                out.push(' ');
            }
            item.write(out);
        }
    }
}

/// Implements `Display` and `FromStr` for scalars through [`Scalar`], and with the feature `serde` its two traits.
#[macro_export]
macro_rules! scalar_text {
    ($($ty:ty),* $(,)?) => {$(
        impl ::std::fmt::Display for $ty {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let mut text = ::std::string::String::new();
                $crate::Scalar::write(self, &mut text);
                f.pad(&text)
            }
        }

        impl ::std::str::FromStr for $ty {
            type Err = $crate::ScalarError;

            fn from_str(text: &str) -> ::std::result::Result<Self, $crate::ScalarError> {
                $crate::Scalar::parse(text)
            }
        }

        $crate::serde_scalar!($ty);
    )*};
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt<T: Scalar>(value: &T) -> String {
        let mut out = String::new();
        value.write(&mut out);
        out
    }

    #[test]
    fn integers_take_what_xsd_takes() {
        assert_eq!(u8::parse(" +007\n"), Ok(7));
        assert_eq!(u16::parse("-0"), Ok(0));
        assert_eq!(i8::parse("-128"), Ok(-128));
        assert_eq!(u64::parse("18446744073709551615"), Ok(u64::MAX));
        for bad in ["", "-", "1x", "0x10", "256", "-1", "99999999999999999999999999999999999999999999999999"] {
            assert!(u8::parse(bad).is_err(), "{bad}");
        }
        let error = u8::parse("x").expect_err("not a number");
        assert_eq!(error.to_string(), "expected a whole number from 0 to 255");
    }

    #[test]
    fn blanks_are_told_where_digits_end_and_words_begin() {
        assert_eq!(7u8.blanks().refused(" 7"), None);
        assert_eq!(7u8.blanks().refused("7\n"), Some("no blanks are taken behind it"));
        assert_eq!(Blanks::Nowhere.refused(" yes "), Some("no blanks are taken around it"));
        assert_eq!("a ".to_owned().blanks().refused("a "), None);
    }

    #[test]
    fn lists_are_split_at_white_space() {
        let list = List::<u8>::parse(" 1  2\t3 ").expect("three numbers");
        assert_eq!(list.0, [1, 2, 3]);
        assert_eq!(spelt(&list), "1 2 3");
    }

    #[test]
    fn booleans_are_written_as_words() {
        assert_eq!(bool::parse(" 1 ").map(|b| spelt(&b)), Ok("true".to_owned()));
        assert!(bool::parse("yes").is_err());
    }
}
