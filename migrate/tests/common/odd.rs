//! Files with names and contents that programs stumble over.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{NEW, OLD};

/// Names that a shell script would stumble over.
pub const NAMES: [&[u8]; 24] = [
    b"plain.xml",
    b"with space.xml",
    b" leading and trailing .xml",
    b"two  spaces\t.xml",
    b"tab\tin.xml",
    b"line\nfeed.xml",
    b"carriage\rreturn.xml",
    b"quote\".xml",
    b"'single'.xml",
    b"back\\slash.xml",
    b"\"quoted.xml\".xml",
    b"bell\x07\x1b[31m.xml",
    b"del\x7f.xml",
    "\u{e4}\u{f6}\u{fc} \u{2014} \u{65e5}\u{672c}.xml".as_bytes(),
    b"not-utf8-\xff\xfe.xml",
    b"-dash.xml",
    b"--- a.xml",
    b"@@ -1 +1 @@.xml",
    b"dollar$`x`;&|*?.xml",
    b"#hash.xml",
    b"a/sub.xml",
    b"b/deep er/sub.xml",
    b"2024-01-01 00:00:00.xml",
    b"percent%20.xml",
];

/// Contents that differ in what surrounds their lines: before and after.
pub fn contents() -> Vec<(Vec<u8>, Vec<u8>)> {
    let long = |text: &str| text.replace("  <os>", &format!("{}  <os>", "  <!-- a line -->\n".repeat(20)));
    let latin = |text: &str| -> Vec<u8> {
        let text = text.replace("  <memory", "  <title>m\u{fc}ller</title>\n  <memory");
        let text = format!("<?xml version='1.0' encoding='ISO-8859-1'?>\n{text}");
        text.chars().map(|c| u8::try_from(u32::from(c)).expect("in Latin-1")).collect()
    };
    vec![
        (OLD.into(), NEW.into()),
        (OLD.trim_end().into(), NEW.trim_end().into()),
        (OLD.replace('\n', "\r\n").into(), NEW.replace('\n', "\r\n").into()),
        (format!("\u{feff}{OLD}").into(), format!("\u{feff}{NEW}").into()),
        (long(OLD).into(), long(NEW).into()),
        (latin(OLD), latin(NEW)),
    ]
}

/// Fills a directory with every content under every name; what `upgrade --layout keep` makes of each.
pub fn fill(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut expected = Vec::new();
    for (number, (before, after)) in contents().into_iter().enumerate() {
        for name in NAMES {
            let path = root.join(number.to_string()).join(OsStr::from_bytes(name));
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(&path, &before).expect("written");
            expected.push((path, after.clone()));
        }
    }
    expected
}
