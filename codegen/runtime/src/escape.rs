//! Escapes, as libvirt writes them: the five predefined entities everywhere, and references to characters that a reader would
//! normalise away.

/// Escapes, in place, what stands in `out` from byte `start` on, for an attribute's value in single quotes.
pub fn attribute(out: &mut String, start: usize) {
    escape(out, start, &ATTRIBUTE);
}

/// Escapes, in place, what stands in `out` from byte `start` on, for text.
pub fn text(out: &mut String, start: usize) {
    escape(out, start, &TEXT);
}

/// Which bytes are escaped.
type Table = [bool; 256];

static TEXT: Table = table(b"&<>'\"\r");
static ATTRIBUTE: Table = table(b"&<>'\"\r\n\t");

const fn table(bytes: &[u8]) -> Table {
    let mut table = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}

fn reference(byte: u8) -> &'static str {
    match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'\'' => "&apos;",
        b'"' => "&quot;",
        b'\n' => "&#10;",
        b'\t' => "&#9;",
        _ => "&#13;",
    }
}

fn escape(out: &mut String, start: usize, table: &Table) {
    let Some(first) = out.as_bytes()[start..].iter().position(|byte| table[usize::from(*byte)]) else { return };
    let tail = out.split_off(start + first);
    let mut rest = tail.as_str();
    // Only ASCII characters are replaced, so that every cut is between characters.
    while let Some(at) = rest.bytes().position(|byte| table[usize::from(byte)]) {
        out.push_str(&rest[..at]);
        out.push_str(reference(rest.as_bytes()[at]));
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes() {
        let mut out = String::from("&'");
        out.push_str("a<b>&'\"\n\t\r\u{e4}");
        super::attribute(&mut out, 2);
        assert_eq!(out, "&'a&lt;b&gt;&amp;&apos;&quot;&#10;&#9;&#13;\u{e4}");
        let mut out = String::from("a\n\r'");
        super::text(&mut out, 0);
        assert_eq!(out, "a\n&#13;&apos;");
    }
}
