//! Values that keep how a document spells them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use crate::scalar::{Blanks, Scalar, ScalarError, trim};

/// A value with its spelling, where that is not the canonical one: `007`, `+5`, `1` for `true`. Two are equal where their values are.
#[derive(Clone, Default)]
pub struct Spelt<T> {
    value: T,
    /// None for the canonical spelling.
    text: Option<Box<str>>,
}

impl<T> Spelt<T> {
    /// The value.
    pub fn into_value(self) -> T {
        self.value
    }
}

/// A value in its canonical spelling.
impl<T> From<T> for Spelt<T> {
    fn from(value: T) -> Self {
        Spelt { value, text: None }
    }
}

impl<T> Deref for Spelt<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Spelt<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spelt<T> {}

impl<T: PartialEq> PartialEq<T> for Spelt<T> {
    fn eq(&self, other: &T) -> bool {
        self.value == *other
    }
}

impl<T: Hash> Hash for Spelt<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<T: fmt::Debug> fmt::Debug for Spelt<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: Scalar> fmt::Display for Spelt<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text);
        f.pad(&text)
    }
}

impl<T: Scalar> Scalar for Spelt<T> {
    const NUMBER: bool = T::NUMBER;

    fn parse(text: &str) -> Result<Self, ScalarError> {
        let value = T::parse(text)?;
        let mut canonical = String::new();
        value.write(&mut canonical);
        let text = trim(text);
        Ok(Spelt { value, text: (canonical != text).then(|| text.into()) })
    }

    fn write(&self, out: &mut String) {
        match &self.text {
            Some(text) => out.push_str(text),
            None => self.value.write(out),
        }
    }

    fn objection(&self) -> Option<&'static str> {
        self.value.objection()
    }

    fn check(&self, written: &str) -> Result<(), ScalarError> {
        // What was read with another spelling is a value.
        self.text.as_ref().map_or_else(|| self.value.check(written), |_| Ok(()))
    }

    fn blanks(&self) -> Blanks {
        self.value.blanks()
    }
}

/// A whole number of any size.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Integer {
    /// Decimal digits without zeros in front, behind a `-` if it is negative.
    digits: Box<str>,
}

impl Integer {
    /// Its decimal digits, behind a `-` if it is negative.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.digits
    }

    /// Its value, unless it takes more than 128 bits.
    #[must_use]
    pub fn get(&self) -> Option<i128> {
        self.digits.parse().ok()
    }
}

impl Default for Integer {
    fn default() -> Self {
        Integer::from(0)
    }
}

impl From<i128> for Integer {
    fn from(value: i128) -> Self {
        Integer { digits: value.to_string().into() }
    }
}

impl Scalar for Integer {
    const NUMBER: bool = true;

    fn parse(text: &str) -> Result<Self, ScalarError> {
        let text = trim(text);
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ScalarError::expected("a whole number"));
        }
        match digits.trim_start_matches('0') {
            "" => Ok(Integer::default()),
            digits => Ok(Integer { digits: format!("{sign}{digits}").into() }),
        }
    }

    fn blanks(&self) -> Blanks {
        Blanks::Before
    }

    fn write(&self, out: &mut String) {
        out.push_str(&self.digits);
    }
}

crate::scalar_text!(Integer);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_is_kept_and_says_nothing_else() {
        for text in ["7", "007", "+5", "0", "-0"] {
            assert_eq!(Spelt::<i32>::parse(text).expect("a number").to_string(), text);
        }
        assert_eq!(Spelt::<bool>::parse(" 1 ").expect("a boolean").to_string(), "1");
        assert_eq!(Spelt::<u8>::parse("007").expect("a number"), 7);
        assert_eq!(Spelt::from(7).to_string(), "7");
        assert!(Spelt::<u8>::parse("256").is_err());
    }

    #[test]
    fn an_integer_is_of_any_size() {
        let large = "-123456789012345678901234567890123456789012345678901234567890";
        assert_eq!(Integer::parse(large).expect("a number").as_str(), large);
        assert_eq!(Integer::parse(" +0012").expect("a number").get(), Some(12));
        assert_eq!(Integer::parse("-000").expect("a number"), Integer::from(0));
        for bad in ["", "-", "1.0", "1e3", "--1"] {
            assert!(Integer::parse(bad).is_err(), "{bad}");
        }
    }
}
