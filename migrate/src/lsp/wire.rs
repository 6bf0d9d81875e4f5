//! What goes over the wire: messages of JSON-RPC, each behind headers that say how long it is.
//!
//! Nothing that comes is believed. Memory is taken for what has come and not for what was announced, and a message that is none is
//! answered as the protocol says. Where its end cannot be told, nothing behind it can be understood, and the conversation ends.

use std::fmt;
use std::io::{self, BufRead, Read, Write};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use domxml_xml::limits::MAX_BYTES;
use domxml_xml::why;

/// The longest message: a document of the largest size, each letter of which may take two in JSON.
const MAX_MESSAGE: u64 = 2 * MAX_BYTES;

/// The most that may stand in front of a message.
const MAX_HEADERS: u64 = 4096;

/// What a request is known by, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Id {
    /// As most editors count.
    Number(i64),
    /// A text.
    Text(String),
    /// Of a request that could not be read.
    Unknown,
}

/// What is wrong with what was asked, by the numbers of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// It is not JSON.
    Parse = -32700,
    /// It is JSON and no message, or none that is sent at this time.
    InvalidRequest = -32600,
    /// Nobody serves it.
    MethodNotFound = -32601,
    /// What is asked for cannot be found in it.
    InvalidParams = -32602,
    /// The server is at fault.
    Internal = -32603,
    /// `initialize` comes first.
    NotInitialized = -32002,
    /// It was understood, and cannot be done.
    RequestFailed = -32803,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its kind.
    pub code: Code,
    /// One line.
    pub message: String,
}

impl Refusal {
    /// One of a kind.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// What an editor says.
#[derive(Debug)]
pub enum Message {
    /// It wants an answer.
    Request {
        /// Of its answer too.
        id: Id,
        /// What is asked.
        method: String,
        /// Of what.
        params: Box<RawValue>,
    },
    /// It wants none.
    Notification {
        /// What has happened.
        method: String,
        /// To what.
        params: Box<RawValue>,
    },
    /// It answers.
    Response,
    /// What it says is no message, and is answered with this.
    Wrong(Refusal),
}

/// A message as it is written.
#[derive(Deserialize)]
struct Envelope {
    id: Option<Id>,
    method: Option<String>,
    params: Option<Box<RawValue>>,
    result: Option<IgnoredAny>,
    error: Option<IgnoredAny>,
}

/// Why what comes cannot be cut into messages.
#[derive(Debug)]
pub enum Broken {
    /// Nobody writes any more.
    Ended,
    /// What is wrong in front of a message.
    Headers(String),
    /// A message has so many bytes, which are more than are read.
    TooLarge(u64),
    /// It cannot be read.
    Io(io::Error),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => f.write_str("standard input ended in the middle of a message"),
            Self::Headers(wrong) => write!(
                f,
                "{wrong}: a message of the language server protocol begins with 'Content-Length: NUMBER' and an empty line"
            ),
            Self::TooLarge(bytes) => {
                write!(f, "a message of {bytes} bytes is larger than {} MiB", MAX_MESSAGE >> 20)
            }
            Self::Io(error) => write!(f, "standard input cannot be read: {}", why(error)),
        }
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The next message; none where the editor has said all.
///
/// # Errors
/// Where the next one begins cannot be told.
pub fn read(input: &mut impl BufRead) -> Result<Option<Message>, Broken> {
    let Some(length) = headers(input)? else { return Ok(None) };
    let mut body = Vec::new();
    if input.take(length).read_to_end(&mut body)? as u64 != length {
        return Err(Broken::Ended);
    }
    Ok(Some(message(&body)))
}

/// How long a message is; none where there is no further one.
fn headers(input: &mut impl BufRead) -> Result<Option<u64>, Broken> {
    let mut length = None;
    let mut input = input.take(MAX_HEADERS);
    loop {
        let mut line = Vec::new();
        input.read_until(b'\n', &mut line)?;
        let Some(header) = line.strip_suffix(b"\n") else {
            return match (line.is_empty(), input.limit()) {
                (_, 0) => Err(Broken::Headers(format!("more than {MAX_HEADERS} bytes stand in front of a message"))),
                (true, MAX_HEADERS) => Ok(None),
                _ => Err(Broken::Ended),
            };
        };
        let header = String::from_utf8_lossy(header.strip_suffix(b"\r").unwrap_or(header));
        if header.is_empty() {
            return length.ok_or_else(|| Broken::Headers("a message says not how long it is".to_owned())).map(Some);
        }
        let (name, value) =
            header.split_once(':').ok_or_else(|| Broken::Headers(format!("'{header}' is no header")))?;
        if name.eq_ignore_ascii_case("Content-Length") {
            length = Some(measured(value.trim())?);
        }
    }
}

/// The length of a message that one can be.
fn measured(value: &str) -> Result<u64, Broken> {
    match value.parse() {
        Ok(length) if length <= MAX_MESSAGE => Ok(length),
        Ok(length) => Err(Broken::TooLarge(length)),
        Err(_) => Err(Broken::Headers(format!("'{value}' is no length"))),
    }
}

fn message(body: &[u8]) -> Message {
    let no_message = || Message::Wrong(Refusal::new(Code::InvalidRequest, "a message is an object with a method"));
    // A list of messages, which JSON-RPC knows and the protocol does not, could be taken for the fields of one.
    if body.trim_ascii_start().first() == Some(&b'[') {
        return no_message();
    }
    match serde_json::from_slice(body) {
        Ok(Envelope { id: Some(id), method: Some(method), params, .. }) => {
            Message::Request { id, method, params: params.unwrap_or_else(nothing) }
        }
        Ok(Envelope { id: None, method: Some(method), params, .. }) => {
            Message::Notification { method, params: params.unwrap_or_else(nothing) }
        }
        // The id of a response to what could not be read is null, and so may be what another one says.
        Ok(Envelope { id, result, error, .. }) if id.is_some() || result.is_some() || error.is_some() => {
            Message::Response
        }
        Ok(_) => no_message(),
        Err(error) => {
            let code = if error.is_data() { Code::InvalidRequest } else { Code::Parse };
            Message::Wrong(Refusal::new(code, error.to_string()))
        }
    }
}

/// What is said where nothing is.
fn nothing() -> Box<RawValue> {
    RawValue::NULL.to_owned()
}

/// Sends a message.
///
/// # Errors
/// Nobody reads any more.
pub fn write(output: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string(message)?;
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Result<Option<Message>, Broken> {
        read(&mut text.as_bytes())
    }

    fn one(body: &str) -> Message {
        said(&format!("Content-Length: {}\r\n\r\n{body}", body.len())).expect("whole").expect("one")
    }

    #[test]
    fn messages_are_told_apart() {
        assert!(matches!(one(r#"{"id":1,"method":"a"}"#), Message::Request { id: Id::Number(1), .. }));
        assert!(matches!(one(r#"{"id":"x","method":"a","params":[]}"#), Message::Request { id: Id::Text(_), .. }));
        assert!(matches!(one(r#"{"method":"a","params":{}}"#), Message::Notification { .. }));
        assert!(matches!(one(r#"{"id":1,"result":null}"#), Message::Response));
        assert!(matches!(one(r#"{"id":null,"error":{"code":1}}"#), Message::Response));
        let lax = "content-length:2\nContent-Type: x\n\n{}";
        assert!(matches!(said(lax), Ok(Some(Message::Wrong(_)))), "headers are read as other servers read them");
    }

    #[test]
    fn what_is_no_message_is_told_by_the_protocol() {
        let deep = "[".repeat(100_000);
        for (body, code) in [
            ("{", Code::Parse),
            ("", Code::Parse),
            ("\u{0}", Code::Parse),
            (&*format!(r#"{{"id":1,"method":"a","params":{deep}"#), Code::Parse),
            ("{}", Code::InvalidRequest),
            ("7", Code::InvalidRequest),
            (r#"[{"id":1,"method":"a"}]"#, Code::InvalidRequest),
            (r#"[1,"shutdown"]"#, Code::InvalidRequest),
            (r#"{"id":1.5,"method":"a"}"#, Code::InvalidRequest),
            (r#"{"id":{},"method":"a"}"#, Code::InvalidRequest),
            (r#"{"id":1,"method":7}"#, Code::InvalidRequest),
        ] {
            let wrong = one(body);
            assert!(matches!(&wrong, Message::Wrong(refusal) if refusal.code == code), "{body:.40}: {wrong:?}");
        }
        let latin = b"Content-Length: 3\r\n\r\n\"\xe4\"";
        assert!(matches!(read(&mut &latin[..]), Ok(Some(Message::Wrong(Refusal { code: Code::Parse, .. })))));
    }

    #[test]
    fn what_has_no_end_is_not_waited_for() {
        assert!(matches!(said(""), Ok(None)));
        for (text, told) in [
            ("Content-Length: 99999999999999\r\n\r\n{}", "larger than 512 MiB"),
            ("Content-Length: 99999999999999999999999\r\n\r\n{}", "'99999999999999999999999' is no length"),
            ("Content-Length: -1\r\n\r\n{}", "'-1' is no length"),
            ("Content-Length: 500000000\r\n\r\n{}", "in the middle of a message"),
            ("Content-Length: 5", "in the middle of a message"),
            ("Content-Length: 5\r\n", "in the middle of a message"),
            ("\r\n{}", "not how long it is"),
            ("{}\n", "'{}' is no header"),
            (&*"x".repeat(9000), "more than 4096 bytes"),
            (&*"x: y\r\n".repeat(9000), "more than 4096 bytes"),
        ] {
            let broken = said(text).expect_err(text).to_string();
            assert!(broken.contains(told), "{broken}");
        }
    }
}
