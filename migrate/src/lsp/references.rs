//! What refers to what within a document: where it is defined, where it is used, and how it is renamed.

use std::ops::Range;

use lsp_types::{Position, TextEdit};

use super::document::Document;
use super::tree::{Spot, local};

/// How what refers is spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// By the very text.
    Name,
    /// By a number, in decimal or hexadecimal.
    Number,
    /// By a set of numbers: `0-3,^2,7`.
    Set,
}

/// A fact: what stands at the end of the one path names what stands at the end of the other.
#[derive(Debug)]
struct Row {
    from: &'static str,
    form: Form,
    to: &'static str,
    /// An attribute of the definition's element that must have this value.
    among: Option<(&'static str, &'static str)>,
    /// An attribute beside the reference that must have this value.
    given: Option<(&'static str, &'static str)>,
}

const fn row(from: &'static str, form: Form, to: &'static str) -> Row {
    Row { from, form, to, among: None, given: None }
}

/// The place of a controller in an address of this type, for controllers of that type.
const fn place(from: &'static str, address: &'static str, controller: &'static str) -> Row {
    let (among, given) = (Some(("type", controller)), Some(("type", address)));
    Row { from, form: Form::Number, to: "devices/controller/@index", among, given }
}

const ALIAS: &str = "alias/@name";
const CELL: &str = "cpu/numa/cell/@id";
const DISK: &str = "disk/target/@dev";
const IOTHREAD: &str = "iothreadids/iothread/@id";

static ROWS: &[Row] = &[
    row("interface/teaming/@persistent", Form::Name, ALIAS),
    row("override/device/@alias", Form::Name, ALIAS),
    row("disks/disk/@name", Form::Name, DISK),
    row("throttlefilter/@group", Form::Name, "throttlegroup/group_name"),
    row("driver/@iothread", Form::Number, IOTHREAD),
    row("driver/iothreads/iothread/@id", Form::Number, IOTHREAD),
    row("iothreadpin/@iothread", Form::Number, IOTHREAD),
    row("iothreadsched/@iothreads", Form::Set, IOTHREAD),
    row("memory/target/node", Form::Number, CELL),
    row("controller/target/node", Form::Number, CELL),
    row("memnode/@cellid", Form::Number, CELL),
    row("distances/sibling/@id", Form::Number, CELL),
    row("hugepages/page/@nodeset", Form::Set, CELL),
    row("latency/@initiator", Form::Number, CELL),
    row("latency/@target", Form::Number, CELL),
    row("bandwidth/@initiator", Form::Number, CELL),
    row("bandwidth/@target", Form::Number, CELL),
    row("acpi/@nodeset", Form::Set, CELL),
    row("vcpupin/@vcpu", Form::Number, "vcpus/vcpu/@id"),
    row("sound/audio/@id", Form::Number, "devices/audio/@id"),
    row("graphics/audio/@id", Form::Number, "devices/audio/@id"),
    place("address/@bus", "pci", "pci"),
    place("address/@bus", "usb", "usb"),
    place("address/@controller", "virtio-serial", "virtio-serial"),
    place("address/@controller", "ccid", "ccid"),
    place("disk/address/@controller", "drive", "scsi"),
    place("disk/address/@controller", "drive", "sata"),
    place("disk/address/@controller", "drive", "ide"),
    place("disk/address/@controller", "drive", "fdc"),
    place("hostdev/address/@controller", "drive", "scsi"),
];

/// The definitions whose names may be changed.
const RENAMED: [&str; 4] = [ALIAS, DISK, "interface/target/@dev", "throttlegroup/group_name"];

/// A value in a document: its element, its path, its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    element: usize,
    path: String,
    range: Range<usize>,
}

/// Where what stands at a place is defined.
#[must_use]
pub fn definitions(document: &Document, position: Position) -> Vec<Range<usize>> {
    let Some(value) = value_at(document, position) else { return Vec::new() };
    let all = values(document);
    let mut found: Vec<Range<usize>> = Vec::new();
    for row in rows_from(document, &value) {
        let defined = all.iter().filter(|it| defines(document, row, &value, it));
        found.extend(defined.map(|it| it.range.clone()));
    }
    if found.is_empty() && ROWS.iter().any(|row| ends_in(&value.path, row.to)) {
        found.push(value.range);
    }
    found
}

/// Where what stands at a place is used, and where it is defined if `declared`.
#[must_use]
pub fn uses(document: &Document, position: Position, declared: bool) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let all = values(document);
    for range in definitions(document, position) {
        let Some(definition) = all.iter().find(|it| it.range == range) else { continue };
        found.extend(declared.then(|| range.clone()));
        found.extend(users(document, &all, definition).into_iter().map(|it| it.range.clone()));
    }
    found
}

/// The name that can be changed at a place.
#[must_use]
pub fn renamed(document: &Document, position: Position) -> Option<Range<usize>> {
    let value = value_at(document, position)?;
    (!targets(document, position).is_empty()).then_some(value.range)
}

/// The definitions at a place whose names may be changed.
fn targets(document: &Document, position: Position) -> Vec<Value> {
    let mut ranges = definitions(document, position);
    ranges.extend(value_at(document, position).map(|it| it.range));
    let free = |it: &Value| RENAMED.iter().any(|path| ends_in(&it.path, path));
    values(document).into_iter().filter(|it| ranges.contains(&it.range) && free(it)).collect()
}

/// What has to be changed so that something has another name.
///
/// # Errors
/// One line: there is nothing that can be renamed, or it cannot have that name.
pub fn rename(document: &Document, position: Position, name: &str) -> Result<Vec<TextEdit>, String> {
    let targets = targets(document, position);
    let Some(target) = targets.first() else {
        return Err("only targets, aliases and groups can be renamed".to_owned());
    };
    if name.is_empty() || name.contains(|letter: char| letter.is_whitespace() || "<>&'\"".contains(letter)) {
        return Err(format!("'{name}' is no name: it is empty, or holds blanks, quotes, <, > or &"));
    }
    let all = values(document);
    let Some(kind) = RENAMED.iter().find(|path| ends_in(&target.path, path)) else { return Ok(Vec::new()) };
    if all.iter().any(|it| ends_in(&it.path, kind) && document.text[it.range.clone()] == *name && !targets.contains(it))
    {
        return Err(format!("there is another '{name}' already"));
    }
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for target in &targets {
        ranges.push(target.range.clone());
        ranges.extend(users(document, &all, target).into_iter().map(|it| it.range.clone()));
    }
    ranges.sort_by_key(|range| range.start);
    ranges.dedup();
    Ok(ranges.iter().map(|range| TextEdit { range: document.places(range), new_text: name.to_owned() }).collect())
}

/// What an attribute may refer to in its document.
#[must_use]
pub fn choices(document: &Document, number: usize, at: usize) -> Vec<String> {
    let name = &document.text[document.tree.elements[number].attributes[at].name.clone()];
    let path = format!("{}/@{name}", document.path(number));
    let value = Value { element: number, path, range: 0..0 };
    let mut found: Vec<String> = Vec::new();
    let all = values(document);
    for row in rows_from(document, &value).filter(|row| row.given.is_none()) {
        let defined =
            all.iter().filter(|it| ends_in(&it.path, row.to)).map(|it| document.text[it.range.clone()].to_owned());
        found.extend(defined);
    }
    found.sort();
    found.dedup();
    found
}

fn users<'v>(document: &Document, all: &'v [Value], definition: &Value) -> Vec<&'v Value> {
    let refers = |it: &&Value| rows_from(document, it).any(|row| defines(document, row, it, definition));
    all.iter().filter(refers).collect()
}

/// The facts that are about a value as one that refers.
fn rows_from<'d>(document: &'d Document, value: &'d Value) -> impl Iterator<Item = &'static Row> + 'd {
    let holds = |row: &&Row| {
        let beside =
            |(name, wanted)| document.tree.elements[value.element].attribute(&document.text, name) == Some(wanted);
        ends_in(&value.path, row.from) && row.given.is_none_or(beside)
    };
    ROWS.iter().filter(holds)
}

/// Whether a value is what another refers to.
fn defines(document: &Document, row: &Row, value: &Value, definition: &Value) -> bool {
    let among =
        |(name, wanted)| document.tree.elements[definition.element].attribute(&document.text, name) == Some(wanted);
    if !ends_in(&definition.path, row.to) || !row.among.is_none_or(among) {
        return false;
    }
    let (from, to) = (document.text[value.range.clone()].trim(), document.text[definition.range.clone()].trim());
    // A disk's address names a controller of the bus of its target.
    let on_bus = |(_, kind): (&str, &str)| bus(document, value.element).is_none_or(|bus| bus == kind);
    let fits = row.from != "disk/address/@controller" || row.among.is_none_or(on_bus);
    fits && match row.form {
        Form::Name => from == to,
        Form::Number => number(from).is_some() && number(from) == number(to),
        Form::Set => number(to).is_some_and(|number| holds(from, number)),
    }
}

/// The bus of the target beside an address.
fn bus(document: &Document, address: usize) -> Option<&str> {
    let tree = &document.tree;
    let device = &tree.elements[tree.elements[address].parent?];
    let target = device.children.iter().map(|child| &tree.elements[*child]);
    target.filter(|it| document.text[it.name.clone()] == *"target").find_map(|it| it.attribute(&document.text, "bus"))
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// Whether a set of numbers holds one.
fn holds(set: &str, wanted: u64) -> bool {
    let mut held = false;
    for part in set.split(',').map(str::trim) {
        let (part, out) = part.strip_prefix('^').map_or((part, false), |part| (part, true));
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if number(first).is_some_and(|first| first <= wanted) && number(last).is_some_and(|last| wanted <= last) {
            held = !out;
        }
    }
    held
}

fn ends_in(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

fn value_at(document: &Document, position: Position) -> Option<Value> {
    let offset = document.lines.offset(&document.text, position);
    let inside = |range: &Range<usize>| range.start <= offset && offset <= range.end;
    match document.spot(offset) {
        Spot::Value(number, at) | Spot::Attribute(number, at) => {
            let attribute = &document.tree.elements[number].attributes[at];
            let path = format!("{}/@{}", document.path(number), &document.text[attribute.name.clone()]);
            Some(Value { element: number, path, range: attribute.value.clone()? })
        }
        Spot::Text(Some(number)) => {
            let range = document.tree.text_of(&document.text, number).filter(inside)?;
            Some(Value { element: number, path: document.path(number), range })
        }
        _ => None,
    }
}

/// The values of a document that any fact is about.
fn values(document: &Document) -> Vec<Value> {
    let known: Vec<&str> = ROWS.iter().flat_map(|row| [row.from, row.to]).chain(RENAMED).collect();
    let mut found = Vec::new();
    for (number, element) in document.tree.elements.iter().enumerate() {
        let name = local(&document.text[element.name.clone()]);
        let concerned = known.iter().any(|path| path.split('/').any(|step| step == name));
        if !concerned {
            continue;
        }
        let path = document.path(number);
        let mut add = |path: String, range: Range<usize>| {
            if known.iter().any(|known| ends_in(&path, known)) {
                found.push(Value { element: number, path, range });
            }
        };
        for attribute in element.attributes.iter() {
            if let Some(value) = attribute.value.clone() {
                add(format!("{path}/@{}", &document.text[attribute.name.clone()]), value);
            }
        }
        if let Some(text) = document.tree.text_of(&document.text, number) {
            add(path, text);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_numbers() {
        assert!(holds("0-3,7", 2) && holds("0-3,7", 7) && !holds("0-3,^2", 2) && !holds("", 0) && !holds("a-b", 0));
        assert_eq!((number("0x0a"), number("10"), number("x")), (Some(10), Some(10), None));
    }

    #[test]
    fn ends_are_whole_steps() {
        assert!(ends_in("domain/devices/disk/target/@dev", DISK));
        assert!(!ends_in("domain/devices/floppydisk/target/@dev", DISK));
    }

    /// Every path of a fact is one of the format, or of what libvirt puts around domains.
    #[test]
    fn the_facts_are_about_the_format() {
        let grammar = crate::reference::grammar().expect("the schema");
        for path in ROWS.iter().flat_map(|row| [row.from, row.to]).chain(RENAMED) {
            let (elements, attribute) = path.split_once("/@").map_or((path, None), |(it, name)| (it, Some(name)));
            let steps: Vec<&str> = elements.split('/').collect();
            if steps[0] == "disks" {
                continue;
            }
            let found = relaxng_model::places::Found::all(grammar, &steps);
            let has = |found: &relaxng_model::places::Found<'static>| {
                let content = found.place().content(grammar, &relaxng_model::places::Given::default());
                attribute.map_or(!content.texts.is_empty(), |name| content.attribute(name).is_some())
            };
            assert!(found.iter().any(has), "{path}");
        }
    }
}
