//! Datatype libraries that are not known here.

use crate::datatype::{self, XSD};
use crate::grammar::Datatype;

/// What the types of foreign datatype libraries are taken for: types of XML Schema's. Their parameters are not read.
///
/// ```
/// let mut libraries = relaxng_model::Libraries::default();
/// libraries.take("http://whattf.org/datatype-draft", None, "string")?;
/// libraries.take("http://whattf.org/datatype-draft", Some("language"), "language")?;
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Libraries(Vec<Library>);

#[derive(Debug, Clone)]
struct Library {
    uri: String,
    name: Option<String>,
    meant: Datatype,
}

impl Libraries {
    /// Takes a type of a library, or all that are not named, for a type of XML Schema's.
    ///
    /// # Errors
    ///
    /// XML Schema has no such type, or it is said already what the type is taken for: the body of a message.
    pub fn take(&mut self, uri: &str, name: Option<&str>, meant: &str) -> Result<(), String> {
        let meant = Datatype { library: XSD.to_owned(), name: meant.to_owned() };
        datatype::check(&meant, &[], None, &())?;
        if self.0.iter().any(|known| known.uri == uri && known.name.as_deref() == name) {
            return Err(format!("it is said twice what the datatypes of '{uri}' are taken for"));
        }
        self.0.push(Library { uri: uri.to_owned(), name: name.map(str::to_owned), meant });
        Ok(())
    }

    /// What a type is taken for.
    pub(crate) fn meant(&self, library: &str, name: &str) -> Option<&Datatype> {
        let of_library = || self.0.iter().filter(|known| known.uri == library);
        let by_name = of_library().find(|known| known.name.as_deref() == Some(name));
        by_name.or_else(|| of_library().find(|known| known.name.is_none())).map(|known| &known.meant)
    }
}
