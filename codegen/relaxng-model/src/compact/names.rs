//! Declarations, and what prefixes and names without one stand for.

use std::collections::BTreeMap;

use super::{Fault, Result};

const XSD: &str = "http://www.w3.org/2001/XMLSchema-datatypes";
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// What the declarations of a file say.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Namespaces by prefix; none where that of whoever includes the file counts.
    pub namespaces: BTreeMap<String, Option<String>>,
    /// The namespace of names without a prefix; none where it is that of whoever includes the file.
    pub default: Option<String>,
    libraries: BTreeMap<String, String>,
}

impl Names {
    pub fn declare(&mut self, prefix: String, uri: Option<String>, at: usize) -> Result<()> {
        if prefix == "xml" && uri.as_deref() != Some(XML) || prefix == "xmlns" {
            return Err(Fault { at, message: format!("the prefix `{prefix}` must not be declared so") });
        }
        match self.namespaces.insert(prefix.clone(), uri) {
            Some(_) => Err(Fault { at, message: format!("the prefix `{prefix}` is declared twice") }),
            None => Ok(()),
        }
    }

    pub fn declare_library(&mut self, prefix: String, uri: String, at: usize) -> Result<()> {
        let again = self.libraries.contains_key(&prefix) || prefix == "xsd" && uri != XSD;
        if again {
            return Err(Fault {
                at,
                message: format!("the prefix `{prefix}` stands for another library of datatypes"),
            });
        }
        self.libraries.insert(prefix, uri);
        Ok(())
    }

    /// The library of datatypes that a prefix stands for.
    pub fn library(&self, prefix: &str, at: usize) -> Result<&str> {
        let declared = self.libraries.get(prefix).map(String::as_str);
        let declared = declared.or((prefix == "xsd").then_some(XSD));
        declared.ok_or_else(|| Fault {
            at,
            message: format!("the prefix `{prefix}` stands for no library: declare it with `datatypes`"),
        })
    }

    /// The namespace that a prefix stands for; none where that of whoever includes the file counts.
    pub fn namespace(&self, prefix: &str, at: usize) -> Result<Option<&str>> {
        if prefix == "xml" {
            return Ok(Some(XML));
        }
        match self.namespaces.get(prefix) {
            Some(uri) => Ok(uri.as_deref()),
            None => Err(Fault {
                at,
                message: format!("the prefix `{prefix}` is not declared: declare it with `namespace`"),
            }),
        }
    }
}
