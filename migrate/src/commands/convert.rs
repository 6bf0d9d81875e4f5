//! `convert`: a definition as XML, JSON or YAML.

mod yaml;

use std::path::Path;

use domxml::data::{self, Data};
use domxml::{Domain, Element, Extra, KeptNode, ReadOptions, extras};

use super::{DONE, FAILED, catalogue};
use crate::cli::{Convert, Syntax};
use crate::input::{self, Origin, Unread};
use crate::report::visible;

pub(super) fn run(args: &Convert) -> Result<u8, String> {
    let origin = args.path.as_deref().map_or(Origin::Stdin, Origin::of);
    let label = origin.label();
    // What stands somewhere in the text begins with its place.
    let complain = |said: Said| match said {
        Said::At(message) => crate::complain(&visible(&format!("{label}:{message}"))),
        Said::Of(message) => crate::complain(&visible(&format!("{label}: {message}"))),
    };
    let source = match input::read(&origin) {
        Ok(source) => source,
        Err(mut error) => {
            if let Unread::NotText(wrong, _) = &mut error
                && args.from.unwrap_or_else(|| syntax(origin.path(), &wrong.text)) != Syntax::Xml
            {
                wrong.message = "this is not UTF-8 text: convert the file to UTF-8".to_owned();
            }
            crate::complain(&visible(&error.of(&label)));
            return Ok(FAILED);
        }
    };
    let from = args.from.unwrap_or_else(|| syntax(origin.path(), &source.text));
    let converted = domain(&source.text, from, &complain).and_then(|domain| {
        let text = printed(&domain, args.to).map_err(|error| vec![Said::Of(error)])?;
        if args.to != Syntax::Xml && has_remarks(&domain) {
            complain(Said::Of(
                "comments and processing instructions are left out: data has no place for them".to_owned(),
            ));
        }
        Ok(text)
    });
    match converted {
        Ok(text) => catalogue::print(&text).map(|_| DONE),
        Err(errors) => {
            errors.into_iter().for_each(complain);
            Ok(FAILED)
        }
    }
}

/// Something to be said of a file.
enum Said {
    /// `line:column: message`.
    At(String),
    /// Of the file, or of a path in what it says.
    Of(String),
}

/// The JSON Schema of a definition.
pub(super) fn json_schema() -> Result<String, String> {
    json(&data::json_schema::<Domain>())
}

/// What a file is: by its name, else by how it begins.
fn syntax(path: Option<&Path>, text: &str) -> Syntax {
    match path.and_then(Path::extension).and_then(|extension| extension.to_str()) {
        Some("xml") => Syntax::Xml,
        Some("json") => Syntax::Json,
        Some("yaml" | "yml") => Syntax::Yaml,
        _ => match text.trim_start().chars().next() {
            Some('<') => Syntax::Xml,
            Some('{') => Syntax::Json,
            _ => Syntax::Yaml,
        },
    }
}

/// Reads a definition; what of it is not of the format is kept, and told.
fn domain(text: &str, from: Syntax, tell: &dyn Fn(Said)) -> Result<Domain, Vec<Said>> {
    if text.trim().is_empty() {
        return Err(vec![Said::Of("the file is empty".to_owned())]);
    }
    let data: Data = match from {
        Syntax::Xml => {
            let keep = ReadOptions { unknown: domxml::Unknown::Keep, ..ReadOptions::default() };
            let parsed = Domain::from_xml_with(text, &keep)
                .map_err(|errors| errors.errors.iter().map(|error| Said::At(error.to_string())).collect::<Vec<_>>())?;
            parsed.notes.iter().for_each(|note| tell(Said::At(note.to_string())));
            return Ok(parsed.value);
        }
        Syntax::Json => serde_json::from_str(text)
            .map_err(|error| vec![wrong(&error.to_string(), error.line() as u64, error.column() as u64)])?,
        Syntax::Yaml => yaml::read(text).map_err(|error| {
            let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
            vec![wrong(&error.without_snippet().to_string(), line, column)]
        })?,
    };
    data::from_data(&data).map_err(|errors| errors.iter().map(|error| Said::Of(error.to_string())).collect())
}

/// What readers of JSON and YAML say to programmers, by how it begins, and the same to people.
const TO_PEOPLE: [(&str, &str); 6] = [
    ("recursive references require weak recursion types", "an alias stands within what it repeats"),
    ("multiple YAML documents", "a second document begins here: a file holds one definition, so give each its own"),
    (
        "budget breached",
        "more values than are read, or deeper inside each other: aliases count as all that they repeat",
    ),
    ("recursion limit exceeded", "more values stand inside each other than are read"),
    ("unexpected end of hex escape", "half of a surrogate pair stands alone: write both, or the character itself"),
    ("lone leading surrogate", "half of a surrogate pair stands alone: write both, or the character itself"),
];

/// What a reader of JSON or YAML says, with its place as in all messages and without advice to programmers.
fn wrong(said: &str, line: u64, column: u64) -> Said {
    let what = [" at line ", ", set "].iter().fold(said, |said, end| said.split(end).next().unwrap_or_default());
    let to_people = TO_PEOPLE.iter().find(|(begins, _)| what.starts_with(begins));
    let what = to_people.map_or(what, |(_, words)| words);
    Said::At(format!("{line}:{}: {}", column.max(1), what.replace("EOF while", "the text ends while")))
}

fn json(data: &Data) -> Result<String, String> {
    serde_json::to_string_pretty(data).map(|text| text + "\n").map_err(|error| error.to_string())
}

fn printed(domain: &Domain, to: Syntax) -> Result<String, String> {
    let data = || data::to_data(domain).map_err(|error| error.to_string());
    match to {
        Syntax::Xml => domain.to_xml().map_err(|error| error.to_string()),
        Syntax::Json => json(&data()?),
        Syntax::Yaml => serde_saphyr::to_string(&data()?).map_err(|error| error.to_string()),
    }
}

/// Whether a definition has comments or processing instructions.
fn has_remarks(domain: &Domain) -> bool {
    let mut found = false;
    extras(domain, &mut |extra: &Extra| {
        let Some(kept) = extra.kept.as_deref() else { return };
        let leaves = kept.leaves.iter().flat_map(|leaf| leaf.before.iter().chain(&leaf.after));
        found |= kept.nodes.iter().chain(leaves).any(|node: &KeptNode| !node.is_content());
        found |= [&kept.prolog, &kept.epilog].iter().any(|around| around.contains("<!--"));
    });
    found
}
