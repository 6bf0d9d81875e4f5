//! Values of datatypes and their equality and order.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::decimal::Decimal;
use super::time::{Duration, Instant};

/// A value of a datatype. Values of one type are comparable with each other; across types comparison means nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A string, whitespace treated as its type says.
    Text(String),
    /// The items of a list.
    List(Vec<String>),
    /// A qualified name.
    Name {
        /// Namespace URI, empty for none.
        ns: String,
        /// Local name.
        local: String,
    },
    /// A boolean.
    Boolean(bool),
    /// A decimal number of any length in its one canonical spelling.
    Decimal(String),
    /// A `float` or `double`.
    Float(Float),
    /// Bytes.
    Binary(Vec<u8>),
    /// A date, a time of day, or a part of one.
    Instant(Instant),
    /// A duration.
    Duration(Duration),
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Value::Decimal(a), Value::Decimal(b)) => Some(Decimal::parse(a)?.cmp(&Decimal::parse(b)?)),
            (Value::Float(a), Value::Float(b)) => a.0.partial_cmp(&b.0),
            (Value::Instant(a), Value::Instant(b)) => a.partial_cmp(b),
            (Value::Duration(a), Value::Duration(b)) => a.partial_cmp(b),
            _ => (self == other).then_some(Ordering::Equal),
        }
    }
}

/// A binary floating point number that equals itself, not-a-number included, as XML Schema has it.
#[derive(Debug, Clone, Copy)]
pub struct Float(pub f64);

impl Float {
    /// Reads a literal that is known to be well-formed; `single` rounds to 32 bits.
    pub(super) fn parse(text: &str, single: bool) -> Option<Float> {
        let number = match text {
            "INF" => f64::INFINITY,
            "-INF" => f64::NEG_INFINITY,
            "NaN" => f64::NAN,
            _ if single => f64::from(text.parse::<f32>().ok()?),
            _ => text.parse().ok()?,
        };
        Some(Float(number))
    }
}

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || (self.0.is_nan() && other.0.is_nan())
    }
}

impl Eq for Float {}

impl Hash for Float {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let number = if self.0 == 0.0 { 0.0 } else { self.0 };
        if number.is_nan() { f64::NAN } else { number }.to_bits().hash(state);
    }
}
