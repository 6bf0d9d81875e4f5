//! Whether two elements say the same.

use domxml_runtime::{Content, Defaults, Element, EmptyElements, KeptContent, WriteOptions, each_struct_mut};

use crate::scalar::in_bytes;

/// Comparing elements by what they say.
pub trait SameAs: Element + Clone {
    /// Whether another element says the same, by what the format says of each part: layout, quotes, comments, the order of attributes and of
    /// elements of different names do not count, nor do the spelling of a value, the unit of a size, a default that is spelt out, and
    /// an element that says nothing without content. The order of elements of one name counts, as that of `<boot>` does.
    ///
    /// Where it depends on other elements, or on libvirt's version, whether two forms mean the same, they differ here; the command `dommigrate diff`
    /// knows what libvirt makes of them.
    ///
    /// ```
    /// use domxml::{Memory, SameAs};
    ///
    /// let one = Memory::from_xml("<memory unit='GiB'>1</memory>")?;
    /// assert!(one.same_as(&Memory::from_xml("<memory>1048576</memory>")?));
    /// # Ok::<(), domxml::ParseErrors>(())
    /// ```
    fn same_as(&self, other: &Self) -> bool {
        plain(self.clone()) == plain(other.clone())
    }
}

impl<T: Element + Clone> SameAs for T {}

/// What an element says, in one form.
fn plain<T: Element>(mut element: T) -> String {
    scaled(&mut element);
    let options = WriteOptions {
        defaults: Defaults::Drop,
        empty: EmptyElements::Drop,
        kept: KeptContent::Unknown,
        ..WriteOptions::default()
    };
    element.print_with(&options).text
}

fn scaled(content: &mut dyn Content) {
    in_bytes(content);
    each_struct_mut(content, &mut scaled);
}
