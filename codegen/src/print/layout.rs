//! Items to text: prettyplease, and the blank lines that it does not make.

use proc_macro2::TokenStream;

/// Columns of a line of a table.
const WIDTH: usize = 120;

/// Formats one item.
///
/// # Errors
///
/// The tokens are no item; the message shows them.
pub fn item(tokens: TokenStream) -> Result<String, String> {
    let shown = tokens.clone();
    let file = syn::parse2::<syn::File>(tokens).map_err(|error| {
        let start: String = shown.to_string().chars().take(200).collect();
        format!("printed code is no item ({error}): {start}")
    })?;
    Ok(spaced(&prettyplease::unparse(&file)))
}

/// Puts a blank line between the functions of a block.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 20);
    let mut after_function = false;
    for line in text.lines() {
        if after_function && line != "}" {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        after_function =
            line == "    }" || (line.starts_with("    pub const ") && line.ends_with(';')) || line == "    ];";
    }
    out
}

/// Appends a line of a table, ended by `;`: what it starts with, and calls, which go on in the next line where this one is full.
pub fn wrapped(out: &mut String, start: &str, calls: &[String]) {
    let mut line = format!("{start} ");
    for (index, call) in calls.iter().enumerate() {
        if index > 0 && line.len() + call.len() >= WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            line = " ".repeat(8);
        }
        line.push_str(call);
    }
    out.push_str(&line);
    out.push_str(";\n");
}
