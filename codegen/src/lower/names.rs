//! The only place that makes Rust identifiers.
//!
//! A name is cut into words at punctuation, between a small letter or a digit and a capital, and before the last of several
//! capitals that a small letter follows (`vxHSServer`: `vx`, `HS`, `Server`). Types and variants are the words in
//! `UpperCamelCase`, fields and modules in `snake_case`. An underscore between two digits stays (`x86_64`: `X86_64`).

use std::collections::BTreeMap;

/// Types of the standard prelude and keywords that a type or a variant must not be called.
const RESERVED_TYPES: &[&str] = &[
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "FromStr",
    "Hash",
    "Into",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// Keywords of the language, those reserved for the future included, and `xml`, which every struct uses itself.
const RESERVED_FIELDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "xml", "yield",
];

/// The name of a type: `diskSourceNBD` becomes `DiskSourceNbd`, `option` becomes `OptionType`.
pub fn type_name(name: &str) -> String {
    let name = upper_camel(name);
    if RESERVED_TYPES.contains(&name.as_str()) { format!("{name}Type") } else { name }
}

/// What a type or variant name ends in: `type` becomes `Type`, `9p` becomes `9p`.
pub fn suffix(name: &str) -> String {
    camel_words(name)
}

/// The name of a field or module: `tlsPort` becomes `tls_port`, `type` becomes `type_`, `9pfs` becomes `v9pfs`.
pub fn field_name(name: &str) -> String {
    let words: Vec<String> = words(name).iter().map(|word| word.to_lowercase()).collect();
    let mut result = join(&words, "_");
    if result.is_empty() {
        result = symbols(name).to_lowercase();
    }
    if result.starts_with(|c: char| c.is_ascii_digit()) {
        result.insert(0, 'v');
    }
    if RESERVED_FIELDS.contains(&result.as_str()) {
        result.push('_');
    }
    result
}

/// The name of a field that holds any number of elements: `disk` becomes `disks`, `type_` `types`, `vcpu-entry` `vcpu_entries`. What ends
/// like a plural already, or has none, stays: `graphics`, `metadata`, `p`.
pub fn plural(field: &str) -> String {
    let one = field.trim_end_matches('_');
    let many = |cut: usize, end: &str| format!("{}{end}", &one[..one.len() - cut]);
    let ends = |ends: &[&str]| ends.iter().any(|end| one.ends_with(end));
    let before_y = one.strip_suffix('y').and_then(|stem| stem.chars().last());
    let mut result = match before_y {
        _ if one.chars().count() < 2 || ends(&["data", "info", "media", "ware"]) => one.to_owned(),
        _ if one == "child" || one.ends_with("_child") => many(0, "ren"),
        Some(letter) if !"aeiou".contains(letter) => many(1, "ies"),
        _ if ends(&["ss", "us", "as", "is", "x", "z", "ch", "sh"]) => many(0, "es"),
        _ if one.ends_with('s') => one.to_owned(),
        _ => many(0, "s"),
    };
    if RESERVED_FIELDS.contains(&result.as_str()) {
        result.push('_');
    }
    result
}

/// The name of a variant: `virtio-net` becomes `VirtioNet`, `802.1Qbg` becomes `V8021Qbg`, the empty value `Empty`, `+` `Plus`.
pub fn variant_name(value: &str) -> String {
    let name = upper_camel(value);
    // `-1` is not `1`.
    let negative = value.starts_with('-') && value[1..].starts_with(|c: char| c.is_ascii_digit());
    match name.as_str() {
        "Self" => "SelfValue".to_owned(),
        _ if negative => format!("Minus{}", &name[1..]),
        _ => name,
    }
}

/// Whether an annotation may use this as the name of a variant.
pub fn is_variant_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name != "Self"
}

/// Whether an annotation may use this as the name of a type.
pub fn is_type_name(name: &str) -> bool {
    is_variant_name(name) && !RESERVED_TYPES.contains(&name)
}

/// Whether an annotation may use this as the name of a field.
pub fn is_field_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !RESERVED_FIELDS.contains(&name)
}

fn upper_camel(name: &str) -> String {
    let mut result = camel_words(name);
    if result.is_empty() {
        result = symbols(name);
    }
    if result.starts_with(|c: char| c.is_ascii_digit()) {
        result.insert(0, 'V');
    }
    result
}

fn camel_words(name: &str) -> String {
    let words: Vec<String> = words(name)
        .iter()
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
            first + &letters.as_str().to_lowercase()
        })
        .collect();
    join(&words, "")
}

/// Joins words; where a digit would meet a digit across an underscore of the name, the underscore stays.
fn join(words: &[String], between: &str) -> String {
    let mut result = String::new();
    for word in words {
        let brings_its_own = word.starts_with('_') && between == "_";
        if !result.is_empty() && !brings_its_own {
            result.push_str(between);
        }
        result.push_str(word);
    }
    result
}

/// The words of a name. A word that begins with `_` continues a number after an underscore.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|i| letters[i]);
        let after = letters.get(index + 1).copied();
        if !is_word(letter) {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            let digits = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            if letter == '_' && digits(before) && digits(after) {
                word.push('_');
            }
            continue;
        }
        let small = |c: char| c.is_lowercase() || c.is_ascii_digit();
        let boundary = letter.is_uppercase()
            && (before.is_some_and(small)
                || before.is_some_and(char::is_uppercase) && after.is_some_and(char::is_lowercase));
        if boundary && !word.is_empty() && word != "_" {
            words.push(std::mem::take(&mut word));
        }
        word.push(letter);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || (!letter.is_ascii() && letter.is_alphanumeric())
}

/// A name for what has no letter and no digit.
fn symbols(name: &str) -> String {
    let mut result = String::new();
    for letter in name.chars() {
        result.push_str(match letter {
            '+' => "Plus",
            '-' => "Minus",
            '*' => "Star",
            '/' => "Slash",
            '.' => "Dot",
            ',' => "Comma",
            ':' => "Colon",
            ';' => "Semicolon",
            '=' => "Equals",
            '<' => "Less",
            '>' => "Greater",
            '!' => "Not",
            '?' => "Question",
            '%' => "Percent",
            '&' => "And",
            '|' => "Or",
            '#' => "Hash",
            '@' => "At",
            '_' => "Underscore",
            c if c.is_whitespace() => "Space",
            _ => "Symbol",
        });
    }
    if result.is_empty() { "Empty".to_owned() } else { result }
}

/// Names given out in one scope, with what they were given to.
#[derive(Debug, Clone)]
pub struct Scope<T> {
    taken: BTreeMap<String, T>,
}

impl<T> Default for Scope<T> {
    fn default() -> Self {
        Self { taken: BTreeMap::new() }
    }
}

impl<T: Copy> Scope<T> {
    /// Takes a name.
    ///
    /// # Errors
    ///
    /// What has the name already.
    pub fn take(&mut self, name: &str, owner: T) -> Result<(), T> {
        if let Some(&first) = self.taken.get(name) {
            return Err(first);
        }
        self.taken.insert(name.to_owned(), owner);
        Ok(())
    }

    /// Takes the first of these names that is free, else the last of them with the smallest number from 2 on that makes
    /// it free.
    pub fn take_any(&mut self, names: &[&str], owner: T) -> String {
        for name in names {
            if self.take(name, owner).is_ok() {
                return (*name).to_owned();
            }
        }
        let stem = names.last().copied().unwrap_or("value");
        let mut number = 2;
        loop {
            let name = format!("{stem}{number}");
            if self.take(&name, owner).is_ok() {
                return name;
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        for (name, expected) in [
            ("disk", "Disk"),
            ("diskSourceNBD", "DiskSourceNbd"),
            ("diskSourceNetworkProtocolVxHS", "DiskSourceNetworkProtocolVxHs"),
            ("interface-bridge-attributes", "InterfaceBridgeAttributes"),
            ("cmd_per_lun", "CmdPerLun"),
            ("UUID", "Uuid"),
            ("ipv4Addr", "Ipv4Addr"),
            ("option", "OptionType"),
            ("string", "StringType"),
            ("self", "SelfType"),
            ("9pfs", "V9pfs"),
            ("x86_64", "X86_64"),
            ("état", "État"),
        ] {
            assert_eq!(type_name(name), expected, "{name}");
        }
    }

    #[test]
    fn fields() {
        for (name, expected) in [
            ("tlsPort", "tls_port"),
            ("type", "type_"),
            ("self", "self_"),
            ("xml", "xml_"),
            ("vcpu", "vcpu"),
            ("max-lease", "max_lease"),
            ("VNCPort", "vnc_port"),
            ("ehci2Ports", "ehci2_ports"),
            ("x86_64", "x86_64"),
            ("64bit", "v64bit"),
            ("_", "underscore"),
            ("a.b", "a_b"),
        ] {
            assert_eq!(field_name(name), expected, "{name}");
        }
    }

    #[test]
    fn plurals() {
        for (name, expected) in [
            ("disk", "disks"),
            ("type_", "types"),
            ("sysinfo_entry", "sysinfo_entries"),
            ("key", "keys"),
            ("alias", "aliases"),
            ("address", "addresses"),
            ("prefix", "prefixes"),
            ("switch", "switches"),
            ("graphics", "graphics"),
            ("pages", "pages"),
            ("metadata", "metadata"),
            ("child", "children"),
            ("p", "p"),
            ("yield_", "yields"),
        ] {
            assert_eq!(plural(name), expected, "{name}");
        }
    }

    #[test]
    fn variants() {
        for (value, expected) in [
            ("yes", "Yes"),
            ("virtio-net", "VirtioNet"),
            ("802.1Qbg", "V8021Qbg"),
            ("2.0", "V20"),
            ("-1", "Minus1"),
            ("+", "Plus"),
            ("", "Empty"),
            ("self", "SelfValue"),
            ("none", "None"),
            ("x86_64", "X86_64"),
            ("i686", "I686"),
            ("tcp,udp", "TcpUdp"),
            ("AES", "Aes"),
            ("%s", "S"),
            ("日本", "日本"),
        ] {
            assert_eq!(variant_name(value), expected, "{value}");
        }
    }

    #[test]
    fn taken_names() {
        let mut scope = Scope::default();
        assert_eq!(scope.take_any(&["value", "text"], 1), "value");
        assert_eq!(scope.take_any(&["value", "text"], 2), "text");
        assert_eq!(scope.take_any(&["value", "text"], 3), "text2");
        assert_eq!(scope.take_any(&["value", "text"], 4), "text3");
        assert_eq!(scope.take("value", 5), Err(1));
    }
}
