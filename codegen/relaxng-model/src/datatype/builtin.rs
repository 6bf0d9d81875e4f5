//! The types themselves: names, lexical spaces, values.

#[cfg(feature = "validate")]
use std::cmp::Ordering;

use super::lexical::{self, Whitespace};
use super::time::{self, Calendar};
use super::{IdKind, Namespaces, Value};
use crate::datatype::decimal::Decimal;
use crate::datatype::value::Float;

/// A built-in type of XML Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    String,
    NormalizedString,
    Token,
    Language,
    Name,
    /// `NCName` and what has its spelling: `ID`, `IDREF`, `ENTITY`.
    NcName(Option<IdKind>),
    Nmtoken,
    NmtokenList,
    /// `IDREFS`, `ENTITIES`.
    NcNameList(Option<IdKind>),
    /// `QName` and `NOTATION`.
    QName,
    AnyUri,
    Boolean,
    Decimal,
    /// `integer` and the types derived from it, with the bounds they have.
    Integer {
        min: Option<&'static str>,
        max: Option<&'static str>,
    },
    Float,
    Double,
    HexBinary,
    Base64Binary,
    Calendar(Calendar),
    Duration,
}

/// What a length facet counts in a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Characters,
    Items,
    Bytes,
    /// Length facets are allowed and every value satisfies them.
    Whatever,
}

impl Builtin {
    pub(super) fn named(name: &str) -> Option<Builtin> {
        let integer = |min, max| Builtin::Integer { min, max };
        Some(match name {
            "string" => Builtin::String,
            "normalizedString" => Builtin::NormalizedString,
            "token" => Builtin::Token,
            "language" => Builtin::Language,
            "Name" => Builtin::Name,
            "NCName" | "ENTITY" => Builtin::NcName(None),
            "ID" => Builtin::NcName(Some(IdKind::Id)),
            "IDREF" => Builtin::NcName(Some(IdKind::IdRef)),
            "NMTOKEN" => Builtin::Nmtoken,
            "NMTOKENS" => Builtin::NmtokenList,
            "IDREFS" => Builtin::NcNameList(Some(IdKind::IdRefs)),
            "ENTITIES" => Builtin::NcNameList(None),
            "QName" | "NOTATION" => Builtin::QName,
            "anyURI" => Builtin::AnyUri,
            "boolean" => Builtin::Boolean,
            "decimal" => Builtin::Decimal,
            "integer" => integer(None, None),
            "nonPositiveInteger" => integer(None, Some("0")),
            "negativeInteger" => integer(None, Some("-1")),
            "nonNegativeInteger" => integer(Some("0"), None),
            "positiveInteger" => integer(Some("1"), None),
            "long" => integer(Some("-9223372036854775808"), Some("9223372036854775807")),
            "int" => integer(Some("-2147483648"), Some("2147483647")),
            "short" => integer(Some("-32768"), Some("32767")),
            "byte" => integer(Some("-128"), Some("127")),
            "unsignedLong" => integer(Some("0"), Some("18446744073709551615")),
            "unsignedInt" => integer(Some("0"), Some("4294967295")),
            "unsignedShort" => integer(Some("0"), Some("65535")),
            "unsignedByte" => integer(Some("0"), Some("255")),
            "float" => Builtin::Float,
            "double" => Builtin::Double,
            "hexBinary" => Builtin::HexBinary,
            "base64Binary" => Builtin::Base64Binary,
            "dateTime" => Builtin::Calendar(Calendar::DateTime),
            "time" => Builtin::Calendar(Calendar::Time),
            "date" => Builtin::Calendar(Calendar::Date),
            "gYearMonth" => Builtin::Calendar(Calendar::YearMonth),
            "gYear" => Builtin::Calendar(Calendar::Year),
            "gMonthDay" => Builtin::Calendar(Calendar::MonthDay),
            "gMonth" => Builtin::Calendar(Calendar::Month),
            "gDay" => Builtin::Calendar(Calendar::Day),
            "duration" => Builtin::Duration,
            _ => return None,
        })
    }

    /// Whether every value of `other`, facets aside, is one of this type.
    #[cfg(feature = "validate")]
    pub(super) fn includes(self, other: Builtin) -> bool {
        let at_least = |own: Option<&str>, theirs: Option<&str>, order: Ordering| match (own, theirs) {
            (None, _) => true,
            (Some(own), Some(theirs)) => match (Decimal::parse(theirs), Decimal::parse(own)) {
                (Some(theirs), Some(own)) => theirs == own || theirs.cmp(&own) == order,
                _ => false,
            },
            (Some(_), None) => false,
        };
        match (self, other) {
            (Builtin::Integer { min, max }, Builtin::Integer { min: low, max: high }) => {
                at_least(min, low, Ordering::Greater) && at_least(max, high, Ordering::Less)
            }
            (Builtin::Decimal, Builtin::Integer { .. }) => true,
            (Builtin::NcName(_), Builtin::NcName(_)) => true,
            (Builtin::Name | Builtin::Nmtoken, Builtin::NcName(_)) => true,
            (Builtin::Nmtoken, Builtin::Name) => true,
            (own, other) => own == other,
        }
    }

    pub(super) fn whitespace(self) -> Whitespace {
        match self {
            Builtin::String => Whitespace::Preserve,
            Builtin::NormalizedString => Whitespace::Replace,
            _ => Whitespace::Collapse,
        }
    }

    /// What `length`, `minLength` and `maxLength` count; `None` where they do not apply.
    pub(super) fn length(self) -> Option<Length> {
        match self {
            Builtin::String
            | Builtin::NormalizedString
            | Builtin::Token
            | Builtin::Language
            | Builtin::Name
            | Builtin::NcName(_)
            | Builtin::Nmtoken
            | Builtin::AnyUri => Some(Length::Characters),
            Builtin::NmtokenList | Builtin::NcNameList(_) => Some(Length::Items),
            Builtin::HexBinary | Builtin::Base64Binary => Some(Length::Bytes),
            Builtin::QName => Some(Length::Whatever),
            _ => None,
        }
    }

    /// Whether values have an order, so that bounds apply.
    pub(super) fn is_ordered(self) -> bool {
        self.has_digits() || matches!(self, Builtin::Float | Builtin::Double | Builtin::Calendar(_) | Builtin::Duration)
    }

    /// Whether `totalDigits` and `fractionDigits` apply.
    pub(super) fn has_digits(self) -> bool {
        matches!(self, Builtin::Decimal | Builtin::Integer { .. })
    }

    /// Whether `text`, its whitespace normalised, is in the lexical space.
    pub(super) fn lexical(self, text: &str, namespaces: &dyn Namespaces) -> bool {
        match self {
            Builtin::String | Builtin::NormalizedString | Builtin::Token => true,
            Builtin::Language => lexical::is_language(text),
            Builtin::Name => lexical::is_name(text),
            Builtin::NcName(_) => lexical::is_ncname(text),
            Builtin::Nmtoken => lexical::is_nmtoken(text),
            Builtin::NmtokenList => !text.is_empty() && lexical::tokens(text).all(lexical::is_nmtoken),
            Builtin::NcNameList(_) => !text.is_empty() && lexical::tokens(text).all(lexical::is_ncname),
            Builtin::QName => lexical::split_qname(text)
                .is_some_and(|(prefix, _)| prefix.is_empty() || namespaces.namespace(prefix).is_some()),
            Builtin::AnyUri => lexical::is_any_uri(text),
            Builtin::Boolean => matches!(text, "true" | "false" | "1" | "0"),
            Builtin::Decimal => Decimal::parse(text).is_some(),
            Builtin::Integer { min, max } => Decimal::parse_integer(text).is_some_and(|number| {
                let bound = |text: Option<&'static str>| text.and_then(Decimal::parse_integer);
                bound(min).is_none_or(|min| min <= number) && bound(max).is_none_or(|max| number <= max)
            }),
            Builtin::Float | Builtin::Double => lexical::is_float(text),
            Builtin::HexBinary => lexical::hex(text).is_some(),
            Builtin::Base64Binary => lexical::base64(text).is_some(),
            Builtin::Calendar(calendar) => time::Instant::parse(text, calendar).is_some(),
            Builtin::Duration => time::Duration::parse(text).is_some(),
        }
    }

    /// The value of `text`, which is normalised and in the lexical space.
    pub(super) fn value(self, text: &str, namespaces: &dyn Namespaces) -> Option<Value> {
        Some(match self {
            Builtin::NmtokenList | Builtin::NcNameList(_) => {
                Value::List(lexical::tokens(text).map(str::to_owned).collect())
            }
            Builtin::QName => {
                let (prefix, local) = lexical::split_qname(text)?;
                let ns = namespaces.namespace(prefix).unwrap_or_default().to_owned();
                Value::Name { ns, local: local.to_owned() }
            }
            Builtin::Boolean => Value::Boolean(matches!(text, "true" | "1")),
            Builtin::Decimal | Builtin::Integer { .. } => Value::Decimal(Decimal::parse(text)?.canonical()),
            Builtin::Float | Builtin::Double => Value::Float(Float::parse(text, self == Builtin::Float)?),
            Builtin::HexBinary => Value::Binary(lexical::hex(text)?),
            Builtin::Base64Binary => Value::Binary(lexical::base64(text)?),
            Builtin::Calendar(calendar) => Value::Instant(time::Instant::parse(text, calendar)?),
            Builtin::Duration => Value::Duration(time::Duration::parse(text)?),
            _ => Value::Text(text.to_owned()),
        })
    }
}
