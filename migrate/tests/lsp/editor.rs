//! An editor that speaks with the language server, and the document that it has open.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// The command that was built with its tests.
pub const BIN: &str = env!("CARGO_BIN_EXE_dommigrate");

/// Longer than this nobody waits.
const PATIENCE: Duration = Duration::from_secs(60);

/// An editor.
pub struct Editor {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    asked: i64,
}

impl Editor {
    pub fn start(arguments: &[&str], options: Value) -> Self {
        let mut child = Command::new(BIN)
            .arg("lsp")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let input = child.stdin.take().expect("its input");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut editor = Self { child, input, messages, asked: 0 };
        let able = json!({
            "textDocument": {"completion": {"completionItem": {"snippetSupport": true}}},
            "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}},
        });
        let parameters =
            json!({"processId": null, "rootUri": null, "capabilities": able, "initializationOptions": options});
        let answer = editor.ask("initialize", parameters);
        assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
        editor.tell("initialized", json!({}));
        let watched = editor.messages.recv_timeout(PATIENCE).expect("a wish to be told of configurations");
        assert_eq!(watched["method"], "client/registerCapability");
        editor.send(&json!({"jsonrpc": "2.0", "id": watched["id"], "result": null}));
        editor
    }

    pub fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("the server listens");
        self.input.flush().expect("the server listens");
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// The answer, or the error.
    pub fn try_ask(&mut self, method: &str, params: Value) -> Result<Value, String> {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.messages.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no answer to {method}"));
            if message["id"] == id {
                return match message.get("error") {
                    Some(error) => Err(error["message"].as_str().unwrap_or_default().to_owned()),
                    None => Ok(message["result"].clone()),
                };
            }
        }
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.try_ask(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    pub fn open(&mut self, uri: &str, text: &str) -> Vec<Value> {
        let document = json!({"uri": uri, "languageId": "xml", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
        self.diagnostics(uri, 1)
    }

    /// What is found in a version of a document.
    pub fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<Value> {
        loop {
            let message = self.messages.recv_timeout(PATIENCE).expect("diagnostics");
            let params = &message["params"];
            let wanted = message["method"] == "textDocument/publishDiagnostics" && params["uri"] == uri;
            if wanted && params["version"] == version {
                return params["diagnostics"].as_array().expect("a list").clone();
            }
        }
    }

    pub fn change(&mut self, uri: &str, version: i64, changes: Value) -> Vec<Value> {
        let document = json!({"uri": uri, "version": version});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
        self.diagnostics(uri, version)
    }

    /// Asks about a place in a document.
    pub fn at(&mut self, method: &str, place: Value) -> Value {
        self.ask(method, json!({"textDocument": {"uri": URI}, "position": place}))
    }

    pub fn actions(&mut self, range: &Value, only: &str) -> Vec<Value> {
        let context = json!({"diagnostics": [], "only": [only]});
        let actions = self
            .ask("textDocument/codeAction", json!({"textDocument": {"uri": URI}, "range": range, "context": context}));
        actions.as_array().expect("a list").clone()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.child.kill();
            return;
        }
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        assert!(self.child.wait().expect("it ends").success());
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", number)) => length = number.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// All messages of a conversation that is over.
pub fn messages(mut output: &[u8]) -> Vec<Value> {
    std::iter::from_fn(|| read(&mut output)).collect()
}

pub const URI: &str = "file:///nowhere/machine.xml";

pub const MACHINE: &str = "<domain type='kvm'>
  <name>ä😀</name>
  <memory>1048576</memory>
  <iothreads>2</iothreads>
  <iothreadids>
    <iothread id='1'/>
    <iothread id='2'/>
  </iothreadids>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
  </os>
  <devices>
    <disk type='network' device='disk'>
      <driver name='qemu' type='raw' iothread='2'/>
      <source protocol='rbd' name='pool/image'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='network'>
      <source network='default'/>
      <model type='virtio'/>
      <teaming type='transient' persistent='ua-net'/>
    </interface>
    <interface type='network'>
      <source network='default'/>
      <model type='virtio'/>
      <teaming type='persistent'/>
      <alias name='ua-net'/>
    </interface>
    <graphics type='vnc' port='-1'/>
  </devices>
</domain>
";

/// The place of a text in another, and so many letters behind its beginning.
pub fn place(text: &str, what: &str, behind: usize) -> Value {
    let offset = text.find(what).unwrap_or_else(|| panic!("{what} is not there")) + behind;
    let line = text[..offset].matches('\n').count();
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    json!({"line": line, "character": text[start..offset].encode_utf16().count()})
}

fn offset(text: &str, place: &Value) -> usize {
    let number = |name: &str| usize::try_from(place[name].as_u64().expect("a number")).expect("small");
    let start: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
    let mut units = 0;
    let letters = text[start..].char_indices();
    let inside = letters.take_while(|(_, letter)| {
        units += letter.len_utf16();
        units <= number("character")
    });
    start + inside.last().map_or(0, |(at, letter)| at + letter.len_utf8())
}

/// A text with edits, which must not overlap.
pub fn edited(text: &str, edits: &Value) -> String {
    let mut edits: Vec<_> = edits.as_array().expect("edits").iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(offset(text, &edit["range"]["start"])));
    let mut text = text.to_owned();
    for edit in edits {
        let range = offset(&text, &edit["range"]["start"])..offset(&text, &edit["range"]["end"]);
        text.replace_range(range, edit["newText"].as_str().expect("a text"));
    }
    text
}

pub fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter_map(|it| it["code"].as_str()).collect()
}

pub fn labels(items: &Value) -> Vec<&str> {
    items.as_array().expect("items").iter().filter_map(|item| item["label"].as_str()).collect()
}
