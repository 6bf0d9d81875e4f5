//! `man`: the manual pages. What `--help` says at its end makes their last sections, with examples as they are typed.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::{DONE, catalogue};
use domxml_xml::why;

use crate::cli::Cli;
use crate::input::shown;

/// How paragraphs of a help text begin that have a section of their own, and its title.
const SECTIONS: [(&str, &str); 2] = [("Examples", "EXAMPLES"), ("Exit status", "EXIT STATUS")];

/// The section of the other paragraphs.
const OTHERS: &str = "NOTES";

/// The page of the command as a whole, or one file for each command.
pub(super) fn run(directory: Option<&Path>) -> Result<u8, String> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(directory) = directory else { return catalogue::print(&page(&command)?) };
    let wrong = |error: std::io::Error| format!("{}: {}", shown(directory), why(&error));
    fs::create_dir_all(directory).map_err(wrong)?;
    for command in std::iter::once(&command).chain(command.get_subcommands()) {
        let name = command.get_display_name().unwrap_or(command.get_name());
        fs::write(directory.join(format!("{name}.1")), page(command)?).map_err(wrong)?;
    }
    Ok(DONE)
}

fn page(command: &Command) -> Result<String, String> {
    let end = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let command = command.clone().after_help(None::<&str>);
    let mut page = Vec::new();
    let man = Man::new(command).source(concat!("dommigrate ", env!("CARGO_PKG_VERSION")));
    man.render(&mut page).map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&page).into_owned() + &sections(&end))
}

/// The end of a help text, as sections of a page.
fn sections(text: &str) -> String {
    let mut sections = String::new();
    let mut open = "";
    for paragraph in text.split("\n\n") {
        let own = SECTIONS.iter().find(|(begin, _)| paragraph.starts_with(begin));
        let (title, body) = match (own, paragraph.split_once(':')) {
            (Some((_, title)), Some((_, body))) => (*title, body.strip_prefix('\n').unwrap_or(body.trim_start())),
            _ => (OTHERS, paragraph),
        };
        sections.push_str(&if title == open { ".PP\n".to_owned() } else { format!(".SH {title}\n") });
        open = title;
        // What is set out in columns stays so.
        let columns = body.lines().any(|line| line.contains("  "));
        let lines: String = body.lines().map(|line| plain(line) + "\n").collect();
        sections.push_str(&if columns { format!(".nf\n{lines}.fi\n") } else { lines });
    }
    sections
}

/// A line that says to the printer of a page what it says.
fn plain(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq").replace('`', "\\(ga");
    if line.starts_with('.') { format!("\\&{line}") } else { line }
}

#[cfg(test)]
mod tests {
    use super::sections;

    #[test]
    fn paragraphs_of_help_are_sections() {
        let text = "Examples:\n  get a.xml 'disk[2]'   a disk\n  .get\n\nExit status: 0 it is there.\n\nPaths are\nthose of findings.\n\nMore.";
        let expected = ".SH EXAMPLES\n.nf\n  get a.xml \\(aqdisk[2]\\(aq   a disk\n  .get\n.fi\n.SH EXIT STATUS\n0 it is there.\n\
                        .SH NOTES\nPaths are\nthose of findings.\n.PP\nMore.\n";
        assert_eq!(sections(text), expected);
    }
}
