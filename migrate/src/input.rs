//! Reading files.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use domxml_xml::{Decoded, Form, NotText, limits, why};

use crate::holder::Content;
use crate::output::Stamp;
use crate::report::visible;

/// Where a document comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Standard input.
    Stdin,
    /// A file named by the caller.
    Named(PathBuf),
    /// A file found in a directory.
    Found(PathBuf),
}

/// Whether a caller means standard input by a path.
#[must_use]
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

impl Origin {
    /// What a caller means by a path.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        if is_stdin(path) { Self::Stdin } else { Self::Named(path.to_owned()) }
    }

    /// The path; none for standard input.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdin => None,
            Self::Named(path) | Self::Found(path) => Some(path),
        }
    }

    /// How reports call it. Whatever prints it for people makes it [`visible`].
    #[must_use]
    pub fn label(&self) -> String {
        self.path().map_or_else(|| "<stdin>".to_owned(), |path| path.display().to_string())
    }
}

/// A path, for a message.
#[must_use]
pub fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// A document as read.
#[derive(Debug, Clone)]
pub struct Source {
    /// The bytes as they are on disk, where they are others than those of the text.
    raw: Option<Vec<u8>>,
    /// The text, without a byte order mark.
    pub text: String,
    /// The state of the file before it was read; none for standard input and what else is not a regular file.
    pub stamp: Option<Stamp>,
    /// Its encoding, to be written back in.
    pub form: Form,
    /// What it is.
    pub content: Content,
}

impl Source {
    /// The bytes as they are on disk.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.raw.as_deref().unwrap_or(self.text.as_bytes())
    }
}

/// Why a document could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// One line: there is no such file, it is too large, ...
    Io(String),
    /// It is not text of the encoding that it declares: what is wrong, and its bytes.
    NotText(NotText, Vec<u8>),
}

impl Unread {
    /// What is said of a document of this name: `web.xml:3:5: ...` where it is about a place in it.
    #[must_use]
    pub fn of(&self, label: &str) -> String {
        match self {
            Self::Io(error) => format!("{label}: {error}"),
            Self::NotText(error, _) => format!("{label}:{error}"),
        }
    }
}

/// Reads and decodes a document.
///
/// # Errors
/// It cannot be read, is too large, or is not text of the encoding that it declares.
pub fn read(origin: &Origin) -> Result<Source, Unread> {
    let (bytes, stamp) = match origin.path() {
        None => limits::read(io::stdin().lock(), 0).map(|bytes| (bytes, None)),
        Some(path) => read_file(path),
    }
    .map_err(|error| Unread::Io(why(&error)))?;
    match domxml_xml::decode(&bytes) {
        Ok(Decoded { text, form }) => {
            let content = Content::of(&text);
            let raw = (bytes != text.as_bytes()).then_some(bytes);
            Ok(Source { raw, text, form, stamp, content })
        }
        Err(error) => Err(Unread::NotText(error, bytes)),
    }
}

/// The bytes of a file that the caller names beside the documents, or of a stream in its place.
///
/// # Errors
/// It cannot be read, or is too large.
pub fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    read_file(path).map(|(bytes, _)| bytes)
}

/// How often a file that is being written is read anew.
const ATTEMPTS: usize = 5;

fn read_file(path: &Path) -> io::Result<(Vec<u8>, Option<Stamp>)> {
    for _ in 0..ATTEMPTS {
        let file = open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return read_stream(file, &metadata).map(|bytes| (bytes, None));
        }
        let before = Stamp::of(&metadata);
        let bytes = limits::read(&file, metadata.len())?;
        // What is read while it is written is neither the old nor the new content.
        if Stamp::of(&file.metadata()?).same_content(&before) {
            return Ok((bytes, Some(before)));
        }
    }
    Err(io::Error::other("is being written by another program all the time"))
}

/// Opens a file without waiting for someone to write to it.
fn open(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        let flags = rustix::fs::OFlags::NONBLOCK.bits() as i32;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags);
    }
    options.open(path)
}

/// Reads what a caller names instead of a file: a FIFO, as the shell makes one for `<(virsh dumpxml NAME)`, or a terminal.
#[cfg(unix)]
fn read_stream(file: fs::File, metadata: &fs::Metadata) -> io::Result<Vec<u8>> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use std::os::unix::fs::FileTypeExt;
    /// How long a FIFO may go without anyone who writes to it.
    const PATIENCE: Timespec = Timespec { tv_sec: 2, tv_nsec: 0 };
    let kind = metadata.file_type();
    if kind.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    if !kind.is_fifo() && !kind.is_char_device() {
        return Err(io::Error::other("is neither a regular file nor a stream"));
    }
    let mut first = [0];
    let mut start = Vec::new();
    if kind.is_fifo() {
        // Nothing comes from a FIFO that nobody writes to, now or within a while; else reading waits for the writer.
        match rustix::io::read(&file, &mut first) {
            Ok(0) => {
                poll(&mut [PollFd::new(&file, PollFlags::IN)], Some(&PATIENCE))?;
                match rustix::io::read(&file, &mut first) {
                    Ok(0) => return Err(io::Error::other("is a FIFO to which no program writes")),
                    Ok(_) => start.push(first[0]),
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(_) => start.push(first[0]),
            Err(rustix::io::Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let flags = rustix::fs::fcntl_getfl(&file)?;
    rustix::fs::fcntl_setfl(&file, flags - rustix::fs::OFlags::NONBLOCK)?;
    let mut bytes = limits::read(io::Cursor::new(start).chain(file), 0)?;
    bytes.shrink_to_fit();
    Ok(bytes)
}

#[cfg(not(unix))]
fn read_stream(file: fs::File, metadata: &fs::Metadata) -> io::Result<Vec<u8>> {
    if metadata.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    limits::read(file, 0)
}

/// A document that was printed anew, in the dress of the one that was read: its XML declaration and its line ends, which no
/// printer knows of.
#[must_use]
pub fn dressed(original: &str, printed: &str) -> String {
    let body = match domxml_xml::declaration(printed) {
        Some(declaration) => printed[declaration.range.end..].trim_start_matches('\n'),
        None => printed,
    };
    let text = match domxml_xml::declaration(original) {
        Some(declaration) => format!("{}\n{body}", &original[declaration.range]),
        None => body.to_owned(),
    };
    match line_end(original) {
        "\n" => text,
        end => text.replace("\r\n", "\n").replace('\n', end),
    }
}

/// How most lines of a text end.
fn line_end(text: &str) -> &'static str {
    let lines = text.matches('\n').count();
    let both = text.matches("\r\n").count();
    match both {
        _ if lines == 0 && text.contains('\r') => "\r",
        _ if 2 * both > lines => "\r\n",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::dressed;

    #[test]
    fn what_is_printed_anew_keeps_declaration_and_line_ends() {
        let original = "<?xml version=\"1.0\"  encoding=\"GBK\"?><d>\r\n\r\n\n</d>";
        let expected = "<?xml version=\"1.0\"  encoding=\"GBK\"?>\r\n<d>\r\n</d>\r\n";
        assert_eq!(dressed(original, "<d>\n</d>\n"), expected);
        assert_eq!(dressed(original, "<?xml version='1.0'?>\n\n<d>\n</d>\n"), expected);
        assert_eq!(dressed("<d>\n\n\r\n</d>", "<d>\n</d>\n"), "<d>\n</d>\n");
        assert_eq!(dressed("<d>\r</d>", "<d>\n</d>\n"), "<d>\r</d>\r");
    }
}
