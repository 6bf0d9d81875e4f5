//! Changes as a unified diff that `git apply` and `patch -p1` take: in the file's own bytes, with names as git writes them.

use std::path::Path;
use std::time::{Duration, Instant};

use similar::algorithms::{Capture, Compact, Replace, myers};
use similar::{DiffOp, DiffTag};

use crate::patterns::absolute;

/// Lines around a change.
const CONTEXT: usize = 3;

/// After this the rest of a document counts as changed: finding the fewest changes takes long where there are many.
const PATIENCE: Duration = Duration::from_secs(2);

/// The changes from one content of a file to another; `path` is none for standard input.
#[must_use]
pub fn unified(path: Option<&Path>, old: &[u8], new: &[u8]) -> Vec<u8> {
    let (old, new) = (lines(old), lines(new));
    let ops = steps(&old, &new);
    let mut out = Vec::new();
    for (sign, side) in [("---", "a"), ("+++", "b")] {
        let name = path.map_or_else(|| b"<stdin>".to_vec(), |path| name(side, path));
        for part in [sign.as_bytes(), b" ", &name, b"\n"] {
            out.extend_from_slice(part);
        }
    }
    for hunk in similar::group_diff_ops(ops, CONTEXT) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { continue };
        let old_range = range(first.old_range().start, last.old_range().end);
        let new_range = range(first.new_range().start, last.new_range().end);
        out.extend_from_slice(format!("@@ -{old_range} +{new_range} @@\n").as_bytes());
        for op in &hunk {
            changes(op, &old, &new, &mut out);
        }
    }
    out
}

/// A diff of one file for a terminal, in the colours of git.
#[must_use]
pub fn painted(diff: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(diff.len());
    let mut head = true;
    for line in lines(diff) {
        let (text, end) = line.split_at(line.len() - usize::from(line.ends_with(b"\n")));
        head &= !text.starts_with(b"@@");
        let code: &[u8] = match text.first() {
            _ if head => b"1",
            Some(b'@') => b"36",
            Some(b'-') => b"31",
            Some(b'+') => b"32",
            _ => b"",
        };
        match code {
            b"" => out.extend_from_slice(line),
            code => [b"\x1b[", code, b"m", text, b"\x1b[0m", end].iter().for_each(|part| out.extend_from_slice(part)),
        }
    }
    out
}

/// What leads from one sequence of lines or letters to another. All who ask have theirs as bytes: for each other type the search would be
/// compiled once more.
#[must_use]
pub fn steps(old: &[&[u8]], new: &[&[u8]]) -> Vec<DiffOp> {
    let mut found = Compact::new(Replace::new(Capture::new()), old, new);
    let deadline = Some(Instant::now() + PATIENCE);
    let Ok(()) = myers::diff_deadline(&mut found, old, 0..old.len(), new, 0..new.len(), deadline);
    found.into_inner().into_inner().into_ops()
}

/// Only a line feed ends a line, whatever else the file has.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

fn changes(op: &DiffOp, old: &[&[u8]], new: &[&[u8]], out: &mut Vec<u8>) {
    let mut put = |sign: u8, lines: &[&[u8]]| {
        for line in lines {
            out.push(sign);
            out.extend_from_slice(line);
            if !line.ends_with(b"\n") {
                out.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    };
    if op.tag() == DiffTag::Equal {
        put(b' ', &old[op.old_range()]);
    } else {
        put(b'-', &old[op.old_range()]);
        put(b'+', &new[op.new_range()]);
    }
}

/// Lines from `start` to `end`, counted from 0, as a hunk's head says it.
fn range(start: usize, end: usize) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        length => format!("{},{length}", start + 1),
    }
}

/// A path as it stands in a diff: from the current directory, or from the root where it is not below that.
fn name(side: &str, path: &Path) -> Vec<u8> {
    let here = std::env::current_dir().unwrap_or_default();
    let path = absolute(path);
    let path = path.strip_prefix(&here).or_else(|_| path.strip_prefix("/")).unwrap_or(&path);
    let bytes = Path::new(side).join(path).into_os_string().into_encoded_bytes();
    if std::str::from_utf8(&bytes).is_ok()
        && !bytes.iter().any(|byte| byte.is_ascii_control() || b"\"\\".contains(byte))
    {
        // Behind a tab, a date may follow: a name with blanks ends there.
        let end: &[u8] = if bytes.contains(&b' ') { b"\t" } else { b"" };
        return [&bytes, end].concat();
    }
    quoted(&bytes)
}

/// A name in quotes, with the escapes of C.
fn quoted(name: &[u8]) -> Vec<u8> {
    let mut out = vec![b'"'];
    for byte in name {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', *byte]),
            b'\n' => out.extend(b"\\n"),
            b'\t' => out.extend(b"\\t"),
            b'\r' => out.extend(b"\\r"),
            b' '..=b'~' => out.push(*byte),
            byte => out.extend(format!("\\{byte:03o}").bytes()),
        }
    }
    out.push(b'"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(old: &str, new: &str) -> String {
        String::from_utf8(unified(Some(Path::new("d/a.xml")), old.as_bytes(), new.as_bytes())).unwrap()
    }

    #[test]
    fn names_are_quoted_where_they_must_be() {
        let quote = |path: &str| String::from_utf8(name("a", Path::new(path))).unwrap();
        assert_eq!(quote("./x/y.xml"), "a/x/y.xml");
        assert_eq!(quote("/tmp/ä.xml"), "a/tmp/ä.xml");
        assert_eq!(quote("a b.xml"), "a/a b.xml\t");
        assert_eq!(quote("a\tb\"c\\d\u{1}é.xml"), "\"a/a\\tb\\\"c\\\\d\\001\\303\\251.xml\"");
        let here = std::env::current_dir().unwrap();
        assert_eq!(quote(here.join("x.xml").to_str().unwrap()), "a/x.xml");
    }

    #[test]
    fn lines_end_in_line_feeds_alone() {
        assert_eq!(
            diff("a\rb\r\nc\nd", "a\rb\r\nC\nd"),
            "--- a/d/a.xml\n+++ b/d/a.xml\n@@ -1,3 +1,3 @@\n a\rb\r\n-c\n+C\n d\n\\ No newline at end of file\n"
        );
        assert_eq!(
            diff("a\r", "a\n"),
            "--- a/d/a.xml\n+++ b/d/a.xml\n@@ -1 +1 @@\n-a\r\n\\ No newline at end of file\n+a\n"
        );
    }
}
