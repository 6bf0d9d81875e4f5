//! Escapes, as libvirt writes them: the five predefined entities everywhere, and references to characters that a reader would
//! normalise away.

/// Escapes, in place, what stands in `out` from byte `start` on, for an attribute's value in single quotes.
pub fn attribute(out: &mut String, start: usize) {
    escape(out, start, |byte| match byte {
        b'\n' => Some("&#10;"),
        b'\t' => Some("&#9;"),
        b'\r' => Some("&#13;"),
        _ => entity(byte),
    });
}

/// Escapes, in place, what stands in `out` from byte `start` on, for text.
pub fn text(out: &mut String, start: usize) {
    escape(out, start, |byte| match byte {
        b'\r' => Some("&#13;"),
        _ => entity(byte),
    });
}

fn entity(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\'' => Some("&apos;"),
        b'"' => Some("&quot;"),
        _ => None,
    }
}

fn escape(out: &mut String, start: usize, of: fn(u8) -> Option<&'static str>) {
    let Some(first) = out.as_bytes()[start..].iter().position(|&byte| of(byte).is_some()) else { return };
    let tail = out.split_off(start + first);
    let mut rest = tail.as_str();
    // Only ASCII characters are replaced, so that every cut is between characters.
    while let Some(at) = rest.bytes().position(|byte| of(byte).is_some()) {
        out.push_str(&rest[..at]);
        out.push_str(of(rest.as_bytes()[at]).unwrap_or_default());
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
