//! Where names stand in a table.

/// The numbers of the fields of a table by the names that they take.
///
/// A byte for each of 64 kinds of names fits one line of the processor's cache, where going through the fields takes one for each field.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Places([u8; 64]);

/// Where a name stands.
pub(crate) enum Place {
    /// No field takes it.
    Nowhere,
    /// If a field takes it, it is the one with this number.
    At(usize),
    /// Fields have to be gone through.
    Somewhere,
}

impl Places {
    /// Of a table without names.
    pub(crate) const NONE: Self = Self([Self::NOWHERE; 64]);

    const NOWHERE: u8 = u8::MAX;
    const SOMEWHERE: u8 = u8::MAX - 1;

    /// The kind of a name. Of the names in one table few are of one kind.
    const fn kind(name: &str) -> usize {
        match name.as_bytes() {
            [] => 0,
            [only] => 1 + 8 * *only as usize,
            [first, .., last] => name.len() + 3 * *first as usize + 5 * *last as usize,
        }
    }

    /// These, and a name that the field with this number takes.
    pub(crate) const fn with(mut self, name: &str, index: usize) -> Self {
        let place = &mut self.0[Self::kind(name) % 64];
        *place = match *place {
            Self::NOWHERE if index < Self::SOMEWHERE as usize => index as u8,
            known if known as usize == index => known,
            _ => Self::SOMEWHERE,
        };
        self
    }

    /// Where a name stands.
    pub(crate) fn of(&self, name: &str) -> Place {
        match self.0[Self::kind(name) % 64] {
            Self::NOWHERE => Place::Nowhere,
            Self::SOMEWHERE => Place::Somewhere,
            index => Place::At(usize::from(index)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Places};

    #[test]
    fn names_of_one_kind_have_to_be_looked_for() {
        let places = Places::NONE.with("bus", 0).with("dev", 3).with("but", 4).with("bus", 5).with("far", 300);
        assert!(matches!(places.of("dev"), Place::At(3)));
        assert!(matches!(places.of("bus"), Place::Somewhere), "two fields take it");
        assert!(matches!(places.of("far"), Place::Somewhere), "beyond what a byte can tell");
        assert!(matches!(places.of(""), Place::Nowhere));
        assert!(matches!(places.of("x"), Place::Nowhere));
    }

    #[test]
    fn two_names_of_one_field_stand_at_it() {
        let places = Places::NONE.with("sub", 2).with("sup", 2).with("sub", 2);
        assert!(matches!(places.of("sub"), Place::At(2)));
        assert!(matches!(places.of("sup"), Place::At(2)));
    }
}
