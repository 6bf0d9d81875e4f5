//! Sizes and their units.

use domxml::scalar::{MemoryUnit, WideNumber};
use domxml_runtime::{Content, Described, Key};

use crate::rule::row::{Draft, Kind};

/// How libvirt writes a size.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// The unit where none is given.
    pub assumed: MemoryUnit,
    /// The unit that is written.
    pub written: MemoryUnit,
    /// Whether what is over counts as one more; else it is cut off.
    pub up: bool,
}

/// Whole KiB, rounded up: how libvirt counts memory.
pub const KIB: Scale = Scale { assumed: MemoryUnit::KiB, written: MemoryUnit::KiB, up: true };

impl Scale {
    /// A size in another unit: the number of the unit that is written; none where it is too large.
    #[must_use]
    pub fn apply(self, value: u64, unit: Option<MemoryUnit>) -> Option<u64> {
        let bytes = u128::from(value) * u128::from(unit.unwrap_or(self.assumed).bytes());
        let one = u128::from(self.written.bytes());
        let scaled = if self.up { bytes.div_ceil(one) } else { bytes / one };
        // libvirt counts bytes in a signed number.
        i64::try_from(bytes).ok().and_then(|_| u64::try_from(scaled).ok())
    }
}

/// The number of a size, which may be left out.
pub trait Number: 'static {
    /// What it is.
    fn value(&self) -> Option<u64>;

    /// Makes it another.
    fn change(&mut self, value: u64);
}

impl Number for u64 {
    fn value(&self) -> Option<u64> {
        Some(*self)
    }

    fn change(&mut self, value: u64) {
        *self = value;
    }
}

impl Number for Option<WideNumber> {
    fn value(&self) -> Option<u64> {
        self.map(|number| number.0)
    }

    fn change(&mut self, value: u64) {
        *self = Some(value.into());
    }
}

/// A size that libvirt writes in one unit, whatever the author's: the number, and its unit. One that is too large stays as it is.
pub fn unit<T: Content + Described + Clone, N: Number>(
    number: Key<T, N>,
    unit: Key<T, Option<MemoryUnit>>,
    scale: Scale,
) -> Draft<T> {
    Draft::new(Kind::Unit, number.info().name, move |element: &mut T, cx| {
        let Some(before) = number.get(element).value() else { return };
        let from = unit.get(element).unwrap_or(scale.assumed);
        if from == scale.written {
            return;
        }
        let Some(scaled) = scale.apply(before, Some(from)) else { return };
        number.get_mut(element).change(scaled);
        *unit.get_mut(element) = Some(scale.written);
        cx.rewrote_here(cx.here, format!("libvirt writes the size in {}", scale.written))
            .becomes(format!("{before} {from}"), format!("{scaled} {}", scale.written));
    })
}

/// As [`unit()`], in the largest unit that gives a whole number; `assumed` is the one where none is given.
pub fn largest_unit<T: Content + Described + Clone>(
    number: Key<T, u64>,
    unit: Key<T, Option<MemoryUnit>>,
    assumed: MemoryUnit,
) -> Draft<T> {
    use MemoryUnit::{B, EiB, GiB, KiB, MiB, PiB, TiB};
    Draft::new(Kind::Unit, number.info().name, move |element: &mut T, cx| {
        let (before, from) = (*number.get(element), unit.get(element).unwrap_or(assumed));
        let Some(bytes) = before.checked_mul(from.bytes()) else { return };
        let whole = |unit: &MemoryUnit| bytes > 0 && bytes.is_multiple_of(unit.bytes());
        let to = [EiB, PiB, TiB, GiB, MiB, KiB].into_iter().find(whole).unwrap_or(B);
        if *unit.get(element) != Some(to) {
            let after = bytes / to.bytes();
            (*number.get_mut(element), *unit.get_mut(element)) = (after, Some(to));
            cx.rewrote_here(cx.here, "libvirt writes the size in the largest unit that holds it")
                .becomes(format!("{before} {from}"), format!("{after} {to}"));
        }
    })
}
