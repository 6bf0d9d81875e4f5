//! Facets: what a schema's parameters demand beyond the type itself.

use std::cmp::Ordering;
use std::fmt;

use super::builtin::{Builtin, Length};
use super::decimal::Decimal;
use super::lexical;
use super::regex::Regex;
use super::{Namespaces, Value};
use crate::grammar::Param;

/// The facets of one use of a datatype.
#[derive(Debug, Default)]
pub(super) struct Facets {
    patterns: Vec<Regex>,
    length: Option<usize>,
    min_length: Option<usize>,
    max_length: Option<usize>,
    total_digits: Option<usize>,
    fraction_digits: Option<usize>,
    bounds: Vec<Bound>,
    /// Whether no white space is left at the ends when patterns are asked.
    trimmed: bool,
}

#[derive(Debug)]
struct Bound {
    kind: BoundKind,
    value: Value,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BoundKind {
    MinInclusive,
    MinExclusive,
    MaxInclusive,
    MaxExclusive,
}

impl BoundKind {
    fn admits(self, order: Option<Ordering>) -> bool {
        // Values without an order between them, as not-a-number, satisfy no bound.
        match self {
            BoundKind::MinInclusive => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            BoundKind::MinExclusive => order == Some(Ordering::Greater),
            BoundKind::MaxInclusive => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            BoundKind::MaxExclusive => order == Some(Ordering::Less),
        }
    }
}

#[cfg(feature = "validate")]
impl Bound {
    /// Whether the values of a type are all within this bound.
    fn follows_from_type(&self, builtin: Builtin) -> bool {
        let Builtin::Integer { min, max } = builtin else { return false };
        let limit = match self.kind {
            BoundKind::MinInclusive | BoundKind::MinExclusive => min,
            BoundKind::MaxInclusive | BoundKind::MaxExclusive => max,
        };
        let limit = limit.and_then(|limit| builtin.value(limit, &()));
        limit.is_some_and(|limit| self.kind.admits(limit.partial_cmp(&self.value)))
    }

    /// Whether what satisfies the other bound satisfies this one.
    fn follows_from(&self, other: &Bound) -> bool {
        use BoundKind::{MaxExclusive, MaxInclusive, MinExclusive, MinInclusive};
        let one_side = matches!(
            (self.kind, other.kind),
            (MinInclusive | MinExclusive, MinInclusive | MinExclusive)
                | (MaxInclusive | MaxExclusive, MaxInclusive | MaxExclusive)
        );
        let order = other.value.partial_cmp(&self.value);
        one_side && (self.kind.admits(order) || (self.kind == other.kind && order == Some(Ordering::Equal)))
    }
}

impl Facets {
    pub(super) fn new(type_name: &str, builtin: Builtin, params: &[Param]) -> Result<Facets, String> {
        let mut facets = Facets { trimmed: builtin.whitespace() == lexical::Whitespace::Collapse, ..Facets::default() };
        for (at, param) in params.iter().enumerate() {
            let name = param.name.as_str();
            if name != "pattern" && params[..at].iter().any(|earlier| earlier.name == name) {
                return Err(format!("parameter '{name}' is given twice"));
            }
            let applies = match name {
                "pattern" => true,
                "length" | "minLength" | "maxLength" => builtin.length().is_some(),
                "totalDigits" | "fractionDigits" => builtin.has_digits(),
                "minInclusive" | "minExclusive" | "maxInclusive" | "maxExclusive" => builtin.is_ordered(),
                "whiteSpace" | "enumeration" => {
                    return Err(format!("parameter '{name}' is not allowed in RELAX NG"));
                }
                _ => return Err(format!("XML Schema has no facet '{name}'")),
            };
            if !applies {
                return Err(format!("parameter '{name}' does not apply to type '{type_name}'"));
            }
            facets.add(type_name, builtin, param)?;
        }
        Ok(facets)
    }

    fn add(&mut self, type_name: &str, builtin: Builtin, param: &Param) -> Result<(), String> {
        let bound = match param.name.as_str() {
            "pattern" => {
                let regex = Regex::parse(&param.value)
                    .map_err(|error| format!("bad regular expression '{}': {error}", param.value.escape_debug()))?;
                self.patterns.push(regex);
                return Ok(());
            }
            "length" => return count(param).map(|n| self.length = Some(n)),
            "minLength" => return count(param).map(|n| self.min_length = Some(n)),
            "maxLength" => return count(param).map(|n| self.max_length = Some(n)),
            "totalDigits" => {
                return match count(param)? {
                    0 => Err("parameter 'totalDigits' must be at least 1".to_owned()),
                    digits => {
                        self.total_digits = Some(digits);
                        Ok(())
                    }
                };
            }
            "fractionDigits" => {
                return match (count(param)?, builtin) {
                    (1.., Builtin::Integer { .. }) => {
                        Err(format!("parameter 'fractionDigits' of type '{type_name}' can only be 0"))
                    }
                    (digits, _) => {
                        self.fraction_digits = Some(digits);
                        Ok(())
                    }
                };
            }
            "minInclusive" => BoundKind::MinInclusive,
            "minExclusive" => BoundKind::MinExclusive,
            "maxInclusive" => BoundKind::MaxInclusive,
            _ => BoundKind::MaxExclusive,
        };
        let text = lexical::collapse(&param.value);
        let value = if builtin.lexical(&text, &()) { builtin.value(&text, &()) } else { None };
        let value = value.ok_or_else(|| {
            format!("parameter '{}': '{}' is not a value of type '{type_name}'", param.name, param.value.escape_debug())
        })?;
        self.bounds.push(Bound { kind: bound, value, text: text.into_owned() });
        Ok(())
    }

    #[cfg(feature = "proptest")]
    pub(super) fn expressions(&self) -> Vec<regex_syntax::hir::Hir> {
        self.patterns.iter().map(Regex::hir).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.patterns.is_empty()
            && self.length.is_none()
            && self.min_length.is_none()
            && self.max_length.is_none()
            && self.total_digits.is_none()
            && self.fraction_digits.is_none()
            && self.bounds.is_empty()
    }

    /// What a pattern says of text as these facets meet it: one that allows for white space where there is none says nothing by it.
    fn said<'p>(&self, pattern: &'p Regex) -> &'p str {
        let source = pattern.source();
        if self.trimmed { source.trim_start_matches(r"\s*").trim_end_matches(r"\s*") } else { source }
    }

    /// Whether what is of the other type and satisfies the facets of `other` surely satisfies these.
    #[cfg(feature = "validate")]
    pub(super) fn include(&self, other: &Facets, type_of_other: Builtin) -> bool {
        let at_most = |own: Option<usize>, theirs: Option<usize>| {
            own.is_none_or(|own| theirs.is_some_and(|theirs| theirs <= own))
        };
        let least = |facets: &Facets| facets.length.or(facets.min_length).unwrap_or(0);
        let most = |facets: &Facets| facets.length.or(facets.max_length);
        least(self) <= least(other)
            && at_most(most(self), most(other))
            && at_most(self.total_digits, other.total_digits)
            && at_most(self.fraction_digits, other.fraction_digits)
            && self.bounds.iter().all(|bound| {
                bound.follows_from_type(type_of_other) || other.bounds.iter().any(|theirs| bound.follows_from(theirs))
            })
            && self.patterns.iter().all(|pattern| {
                other.patterns.iter().any(|theirs| {
                    let (own, theirs) = (Regex::parse(self.said(pattern)), Regex::parse(other.said(theirs)));
                    matches!((own, theirs), (Ok(own), Ok(theirs)) if own.includes(&theirs))
                })
            })
    }

    /// Whether `text`, which is normalised and in the lexical space of `builtin`, satisfies every facet.
    pub(super) fn accept(&self, builtin: Builtin, text: &str, namespaces: &dyn Namespaces) -> bool {
        self.lengths_fit(builtin, text)
            && self.digits_fit(text)
            && self.bounds_fit(builtin, text, namespaces)
            && self.patterns_match(text)
    }

    #[cfg(feature = "validate")]
    fn patterns_match(&self, text: &str) -> bool {
        self.patterns.iter().all(|pattern| pattern.is_match(text))
    }

    /// Nothing but a schema is read, in which a `value` has no parameters.
    #[cfg(not(feature = "validate"))]
    fn patterns_match(&self, _text: &str) -> bool {
        self.patterns.is_empty()
    }

    fn lengths_fit(&self, builtin: Builtin, text: &str) -> bool {
        if self.length.is_none() && self.min_length.is_none() && self.max_length.is_none() {
            return true;
        }
        let length = match builtin.length() {
            Some(Length::Characters) => text.chars().count(),
            Some(Length::Items) => lexical::tokens(text).count(),
            Some(Length::Bytes) => match builtin.value(text, &()) {
                Some(Value::Binary(bytes)) => bytes.len(),
                _ => return false,
            },
            Some(Length::Whatever) | None => return true,
        };
        self.length.is_none_or(|wanted| length == wanted)
            && self.min_length.is_none_or(|min| length >= min)
            && self.max_length.is_none_or(|max| length <= max)
    }

    fn digits_fit(&self, text: &str) -> bool {
        if self.total_digits.is_none() && self.fraction_digits.is_none() {
            return true;
        }
        Decimal::parse(text).is_some_and(|number| {
            self.total_digits.is_none_or(|max| number.total_digits() <= max)
                && self.fraction_digits.is_none_or(|max| number.fraction_digits() <= max)
        })
    }

    fn bounds_fit(&self, builtin: Builtin, text: &str, namespaces: &dyn Namespaces) -> bool {
        if self.bounds.is_empty() {
            return true;
        }
        if builtin.has_digits() {
            let Some(number) = Decimal::parse(text) else { return false };
            return self.bounds.iter().all(|bound| {
                let limit = if let Value::Decimal(limit) = &bound.value { Decimal::parse(limit) } else { None };
                bound.kind.admits(limit.map(|limit| number.cmp(&limit)))
            });
        }
        let value = builtin.value(text, namespaces);
        self.bounds.iter().all(|bound| {
            let order = value.as_ref().and_then(|value| value.partial_cmp(&bound.value));
            bound.kind.admits(order)
        })
    }
}

/// A count as a facet's value; one beyond the machine's range is as good as the largest.
fn count(param: &Param) -> Result<usize, String> {
    let text = lexical::collapse(&param.value);
    let digits = text.strip_prefix('+').unwrap_or(&text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!(
            "parameter '{}': '{}' is not a non-negative integer",
            param.name,
            param.value.escape_debug()
        ));
    }
    Ok(digits.parse().unwrap_or(usize::MAX))
}

impl fmt::Display for Facets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut facets: Vec<String> = Vec::new();
        let counts = [
            ("of length", self.length),
            ("of length at least", self.min_length),
            ("of length at most", self.max_length),
            ("of digits at most", self.total_digits),
            ("of digits after the point at most", self.fraction_digits),
        ];
        facets.extend(counts.iter().filter_map(|(words, number)| Some(format!("{words} {}", (*number)?))));
        for bound in &self.bounds {
            let words = match bound.kind {
                BoundKind::MinInclusive => "at least",
                BoundKind::MinExclusive => "more than",
                BoundKind::MaxInclusive => "at most",
                BoundKind::MaxExclusive => "less than",
            };
            facets.push(format!("{words} {}", bound.text));
        }
        facets.extend(self.patterns.iter().map(|pattern| format!("matching {}", self.said(pattern))));
        for (at, facet) in facets.iter().enumerate() {
            write!(f, "{}{facet}", if at == 0 { " " } else { ", " })?;
        }
        Ok(())
    }
}
