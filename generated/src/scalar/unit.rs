//! Units of sizes.

use domxml_runtime::scalar::trim;
use domxml_runtime::{Blanks, Content, FieldKind, Scalar, ScalarError, Slot, SlotMut};
use std::any::Any;

/// The unit of a size: bytes (`B` for short), or a power of 1024 (`KiB`, or `K` for short) or of 1000 (`KB`) of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[allow(missing_docs)]
pub enum MemoryUnit {
    B,
    Bytes,
    #[default]
    KiB,
    MiB,
    GiB,
    TiB,
    PiB,
    EiB,
    K,
    M,
    G,
    T,
    P,
    E,
    KB,
    MB,
    GB,
    TB,
    PB,
    EB,
}

use MemoryUnit::{B, Bytes, E, EB, EiB, G, GB, GiB, K, KB, KiB, M, MB, MiB, P, PB, PiB, T, TB, TiB};

impl MemoryUnit {
    /// The unit as a document spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            B => "B",
            Bytes => "bytes",
            KiB => "KiB",
            MiB => "MiB",
            GiB => "GiB",
            TiB => "TiB",
            PiB => "PiB",
            EiB => "EiB",
            K => "K",
            M => "M",
            G => "G",
            T => "T",
            P => "P",
            E => "E",
            KB => "KB",
            MB => "MB",
            GB => "GB",
            TB => "TB",
            PB => "PB",
            EB => "EB",
        }
    }

    /// How many bytes it stands for.
    #[must_use]
    pub fn bytes(self) -> u64 {
        match self {
            B | Bytes => 1,
            K | KiB => 1 << 10,
            M | MiB => 1 << 20,
            G | GiB => 1 << 30,
            T | TiB => 1 << 40,
            P | PiB => 1 << 50,
            E | EiB => 1 << 60,
            KB => 1_000,
            MB => 1_000_000,
            GB => 1_000_000_000,
            TB => 1_000_000_000_000,
            PB => 1_000_000_000_000_000,
            EB => 1_000_000_000_000_000_000,
        }
    }
}

fn read(text: &str) -> Option<MemoryUnit> {
    let lower = trim(text).to_ascii_lowercase();
    match lower.as_str() {
        "b" => return Some(B),
        "byte" | "bytes" => return Some(Bytes),
        _ => {}
    }
    let letter = lower.chars().next()?;
    let (short, binary, decimal) = match letter {
        'k' => (K, KiB, KB),
        'm' => (M, MiB, MB),
        'g' => (G, GiB, GB),
        't' => (T, TiB, TB),
        'p' => (P, PiB, PB),
        'e' => (E, EiB, EB),
        _ => return None,
    };
    match &lower[1..] {
        "" => Some(short),
        "ib" => Some(binary),
        "b" => Some(decimal),
        _ => None,
    }
}

impl Scalar for MemoryUnit {
    fn parse(text: &str) -> Result<Self, ScalarError> {
        read(text).ok_or_else(|| ScalarError::expected("a unit of size, as 'bytes', 'KiB', 'MiB' or 'GB'"))
    }

    fn blanks(&self) -> Blanks {
        Blanks::Nowhere
    }

    fn write(&self, out: &mut String) {
        out.push_str(self.as_str());
    }
}

domxml_runtime::scalar_text!(MemoryUnit);
domxml_runtime::initial!(MemoryUnit);

/// The bytes of an element that is a size: a number, and a unit that may be left out. Without a unit they are those that the schema states
/// as the default, and bytes where it states none. None for an element that is no size, and for more than 64 bits hold.
///
/// ```
/// let memory = domxml::Memory::from_xml("<memory unit='MiB'>4</memory>")?;
/// assert_eq!(domxml::scalar::bytes(&memory), Some(4 << 20));
/// # Ok::<(), domxml::ParseErrors>(())
/// ```
#[must_use]
pub fn bytes(size: &dyn Content) -> Option<u64> {
    let (number, unit) = parts(size)?;
    let (number, unit): (&u64, &Option<MemoryUnit>) = (held(size, number)?, held(size, unit)?);
    let unit = unit.unwrap_or_else(|| {
        let mut attributes = size.info().attributes();
        let default = attributes.find_map(|it| MemoryUnit::parse(it.default?.value).ok());
        default.unwrap_or(MemoryUnit::Bytes)
    });
    number.checked_mul(unit.bytes())
}

/// Counts an element that is a size in bytes, where 64 bits hold them.
pub(crate) fn in_bytes(size: &mut dyn Content) {
    let (Some(bytes), Some((number, unit))) = (bytes(size), parts(size)) else { return };
    if let Some(SlotMut::Value(field)) = size.field_mut(number)
        && let Some(number) = (field as &mut dyn Any).downcast_mut()
    {
        *number = bytes;
    }
    if let Some(SlotMut::Value(field)) = size.field_mut(unit)
        && let Some(unit) = (field as &mut dyn Any).downcast_mut()
    {
        *unit = Some(MemoryUnit::Bytes);
    }
}

/// The fields of a size by their numbers in the table: its unit, and what is counted in it, the text or else the last number before the unit.
fn parts(size: &dyn Content) -> Option<(usize, usize)> {
    let lines = size.info().fields;
    let unit = (0..lines.len()).find(|at| held::<Option<MemoryUnit>>(size, *at).is_some())?;
    let mut numbers = (0..lines.len()).filter(|at| held::<u64>(size, *at).is_some());
    let text = numbers.clone().find(|at| lines[*at].kind == FieldKind::Text);
    let before = || numbers.rfind(|at| *at < unit && lines[*at].kind == FieldKind::Attribute);
    Some((text.or_else(before)?, unit))
}

/// What a field of values holds, if it is of this type.
fn held<T: 'static>(content: &dyn Content, at: usize) -> Option<&T> {
    match content.field(at)? {
        Slot::Value(field) => (field as &dyn Any).downcast_ref(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::testing::check;

    #[test]
    fn units_have_defaults() {
        let bytes = |text: &str| bytes(&crate::Memory::from_xml(text).expect("a size"));
        assert_eq!(bytes("<memory>4</memory>"), Some(4096));
        assert_eq!(bytes("<memory unit='b'>4</memory>"), Some(4));
        assert_eq!(bytes("<memory unit='GB'>4</memory>"), Some(4_000_000_000));
        assert_eq!(bytes("<memory unit='EiB'>16</memory>"), None);
        assert_eq!(super::bytes(&crate::Alias::default()), None);
        let cell = crate::NumaCell::from_xml("<cell id='7' cpus='0' memory='2' unit='MiB'/>").expect("a cell");
        assert_eq!(super::bytes(&cell), Some(2 << 20), "not of the number that names it");
    }

    #[test]
    fn units_are_read_in_any_case() {
        check::<MemoryUnit>(&[
            ("b", Some("B")),
            ("BYTE", Some("bytes")),
            ("k", Some("K")),
            ("kib", Some("KiB")),
            ("kB", Some("KB")),
            ("m", Some("M")),
            ("E", Some("E")),
            ("kilo", None),
            ("", None),
            ("\u{e4}", None),
        ]);
        assert_eq!(M.bytes(), MiB.bytes());
        assert_eq!(B.bytes(), Bytes.bytes());
    }
}
