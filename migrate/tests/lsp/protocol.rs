//! The protocol itself, spoken rightly and wrongly.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::editor::{BIN, MACHINE, URI, messages, place};

fn server() -> Command {
    let mut command = Command::new(BIN);
    command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What becomes of a server to which this is said.
fn said(bytes: &[u8]) -> Output {
    let mut child = server().spawn().expect("the server starts");
    // It may end before all is said.
    let _ = child.stdin.take().expect("its input").write_all(bytes);
    child.wait_with_output().expect("it ends")
}

fn framed(body: &str) -> String {
    format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

/// What is answered to these messages, and the exit status.
fn talk(said_to_it: &[Value]) -> (Vec<Value>, Option<i32>) {
    let text: String = said_to_it.iter().map(|message| framed(&message.to_string())).collect();
    let output = said(text.as_bytes());
    (messages(&output.stdout), output.status.code())
}

fn initialize() -> Value {
    json!({"id": 1, "method": "initialize", "params": {"capabilities": {"workspace": {"workspaceEdit": {"documentChanges": true}}}}})
}

fn shutdown() -> Value {
    json!({"id": "last", "method": "shutdown"})
}

fn exit() -> Value {
    json!({"method": "exit"})
}

#[test]
fn whoever_leaves_without_a_word_is_told_by_the_status() {
    assert_eq!(talk(&[initialize(), shutdown(), exit()]).1, Some(0));
    assert_eq!(talk(&[initialize(), shutdown()]).1, Some(0), "what remains to be said is only goodbye");
    assert_eq!(talk(&[initialize(), exit()]).1, Some(1));
    assert_eq!(talk(&[exit()]).1, Some(1));
    assert_eq!(talk(&[initialize()]).1, Some(2), "its input ended");
    assert_eq!(talk(&[]).1, Some(2));
}

#[test]
fn what_is_said_at_the_wrong_time_is_refused() {
    let hover = |id: i64| json!({"id": id, "method": "textDocument/hover", "params": {}});
    let wrong = json!({"id": 3, "method": "initialize", "params": {"capabilities": 7}});
    let open = json!({"method": "textDocument/didOpen", "params": {}});
    let talked = [&hover(2), &open, &wrong, &initialize(), &initialize(), &hover(4), &shutdown(), &hover(5), &exit()];
    let (answers, status) = talk(&talked.map(Clone::clone));
    let told: Vec<_> = answers.iter().map(|it| (it["id"].clone(), it["error"]["code"].clone())).collect();
    let expected = [
        (json!(2), json!(-32002)),
        (json!(3), json!(-32602)),
        (json!(1), Value::Null),
        (json!(1), json!(-32600)),
        (json!(4), json!(-32602)),
        (json!("last"), Value::Null),
        (json!(5), json!(-32600)),
    ];
    assert_eq!(told, expected);
    assert_eq!(status, Some(0));
}

#[test]
fn what_is_no_message_is_refused_and_serving_goes_on() {
    let mut text = framed(&initialize().to_string());
    let bodies = ["{", "[]", "7", "{}", r#"{"id":{},"method":"shutdown"}"#, r#"[{"id":1,"method":"shutdown"}]"#];
    text.extend(bodies.map(framed));
    text.push_str(&framed(&json!({"method": "textDocument/didChange", "params": 7}).to_string()));
    text.extend([shutdown(), exit()].map(|it| framed(&it.to_string())));
    let output = said(text.as_bytes());
    let answers = messages(&output.stdout);
    let codes: Vec<_> = answers[1..7].iter().map(|it| (it["id"].clone(), it["error"]["code"].clone())).collect();
    let refused = |code: i64| (Value::Null, json!(code));
    assert_eq!(codes, [-32700, -32600, -32600, -32600, -32600, -32600].map(refused));
    let lost = answers[7]["params"]["message"].as_str().unwrap_or_default();
    assert!(lost.contains("textDocument/didChange: invalid type"), "{answers:#?}");
    assert_eq!(output.status.code(), Some(0));
}

/// No memory is taken for what is only announced, and nothing is waited for that has no end.
#[test]
fn where_a_message_ends_cannot_be_told_the_conversation_ends() {
    for (text, told) in [
        ("Content-Length: 99999999999999\r\n\r\n{}".to_owned(), " bytes is larger than 512 MiB\n"),
        ("Content-Length: 500000000\r\n\r\n{}".to_owned(), "ended in the middle of a message"),
        ("Content-Length: -1\r\n\r\n{}".to_owned(), "'-1' is no length"),
        ("\r\n{}".to_owned(), "how long it is"),
        ("<domain/>\n".to_owned(), "'<domain/>' is no header"),
        ("x".repeat(1_000_000), "more than 4096 bytes"),
    ] {
        let output = said(text.as_bytes());
        let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(wrong.starts_with("dommigrate: ") && wrong.contains(told), "{wrong}");
        assert_eq!(wrong.lines().count(), 1, "{wrong}");
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(messages(&output.stdout)[0]["error"]["code"], -32700);
    }
}

#[test]
fn a_server_to_which_nobody_listens_ends() {
    let mut child = server().spawn().expect("the server starts");
    drop(child.stdout.take());
    let mut input = child.stdin.take().expect("its input");
    let begin = Instant::now();
    while child.try_wait().expect("a state").is_none() {
        assert!(begin.elapsed() < Duration::from_secs(60), "it goes on");
        let _ = input.write_all(framed(&shutdown().to_string()).as_bytes());
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(child.wait().expect("it ended").code(), Some(2));
}

/// What was typed while a change was looked for is not overwritten with it.
#[test]
fn changes_are_of_the_version_that_was_asked_about() {
    let document = json!({"uri": URI, "languageId": "xml", "version": 7, "text": MACHINE});
    let at = place(MACHINE, "<memory", 1);
    let range = json!({"start": at, "end": at});
    let target = place(MACHINE, "dev='vda'", 6);
    let (answers, _) = talk(&[
        initialize(),
        json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}),
        json!({"id": 2, "method": "textDocument/codeAction",
            "params": {"textDocument": {"uri": URI}, "range": range, "context": {"diagnostics": []}}}),
        json!({"id": 3, "method": "textDocument/rename",
            "params": {"textDocument": {"uri": URI}, "position": target, "newName": "vdb"}}),
        json!({"method": "textDocument/didChange", "params": {"textDocument": {"uri": URI, "version": 8},
            "contentChanges": [{"text": ""}]}}),
        shutdown(),
        exit(),
    ]);
    let answer = |id: i64| answers.iter().find(|it| it["id"] == id).map(|it| it["result"].clone()).expect("an answer");
    for edit in [&answer(2)[0]["edit"], &answer(3)] {
        assert_eq!(edit["documentChanges"][0]["textDocument"], json!({"uri": URI, "version": 7}), "{edit}");
        assert!(edit["documentChanges"][0]["edits"][0]["newText"].is_string(), "{edit}");
        assert_eq!(edit["changes"], Value::Null);
    }
}
