//! Documents as JSON and YAML, there and back.

use domxml::{Domain, Element, KeptContent, ReadOptions, Unknown, WriteOptions};
use rayon::prelude::*;

use crate::corpus::Document;
use crate::measures::{Measure, first_difference};

/// A format of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

impl Format {
    fn there_and_back(self, domain: &Domain) -> Result<Domain, String> {
        match self {
            Format::Json => {
                let text = serde_json::to_string(domain).map_err(|error| error.to_string())?;
                serde_json::from_str(&text).map_err(|error| error.to_string())
            }
            Format::Yaml => {
                let text = serde_saphyr::to_string(domain).map_err(|error| error.to_string())?;
                serde_saphyr::from_str(&text).map_err(|error| error.to_string())
            }
        }
    }
}

/// Documents that are read, unknown content kept, and whose print is the same by way of data, but for comments and what stands
/// around the root.
#[must_use]
pub fn there_and_back(name: &'static str, documents: &[Document], format: Format) -> Measure {
    let results = documents.par_iter().filter_map(|document| {
        let keep = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
        let mut domain = Domain::from_xml_with(&document.text, &keep).ok()?.value;
        for kept in domain.xml.kept.iter_mut() {
            (kept.prolog, kept.epilog) = Default::default();
        }
        let failure = match format.there_and_back(&domain) {
            Ok(back) => {
                let options = WriteOptions { kept: KeptContent::Unknown, ..WriteOptions::default() };
                match domain.write_with(&options).and_then(|own| Ok((own.text, back.to_xml()?))) {
                    Ok((own, back)) => first_difference(&own, &back),
                    Err(error) => Some(error.to_string()),
                }
            }
            Err(error) => Some(error.lines().next().unwrap_or_default().to_owned()),
        };
        Some((document.name.clone(), failure))
    });
    Measure::of(name, results.collect())
}
