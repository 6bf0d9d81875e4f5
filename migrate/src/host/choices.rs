//! What a guest can have of one kind of thing.

use domxml::host::{self, Enumeration, YesNo};

/// Whether something can be had, and with which values.
#[derive(Debug, Clone, Copy)]
pub struct Choices<'h> {
    /// Whether it can be had at all.
    pub supported: bool,
    enums: &'h [Enumeration],
}

impl<'h> Choices<'h> {
    /// The values of one of its attributes; none where the host does not say.
    #[must_use]
    pub fn values(&self, name: &str) -> Option<Vec<&'h str>> {
        let own = self.enums.iter().find(|own| own.name == name)?;
        Some(own.values.iter().map(String::as_str).collect())
    }

    /// Whether one of its attributes can have a value; none where the host does not say.
    #[must_use]
    pub fn has(&self, name: &str, value: &str) -> Option<bool> {
        self.values(name).map(|values| values.contains(&value))
    }
}

/// The elements of the documents that say which values there are.
macro_rules! choices {
    ($($element:ident)*) => {
        $(impl<'h> From<&'h host::$element> for Choices<'h> {
            fn from(element: &'h host::$element) -> Self {
                Self { supported: element.supported == YesNo::Yes, enums: &element.enums }
            }
        })*
    };
}

choices! {
    Choices OsSupport OsSupportLoader CpuMode HypervSupport
}
