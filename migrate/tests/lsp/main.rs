//! The language server, as an editor speaks with it.

mod editor;
mod hard;
mod protocol;

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use editor::{BIN, Editor, MACHINE, URI, codes, edited, labels, place};

#[test]
fn what_check_finds_is_told_and_changes_with_the_text() {
    let mut editor = Editor::start(&[], json!({}));
    let found = editor.open(URI, MACHINE);
    let checked = Command::new(BIN)
        .args(["check", "--output-format", "json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut checked = checked.expect("it starts");
    checked.stdin.take().expect("input").write_all(MACHINE.as_bytes()).expect("written");
    let checked: Value = serde_json::from_slice(&checked.wait_with_output().expect("it ends").stdout).expect("JSON");
    let said = checked["files"][0]["findings"].as_array().expect("findings");
    let rules: Vec<_> = said.iter().filter_map(|it| it["rule"].as_str()).collect();
    assert_eq!(codes(&found), rules, "the same findings, in the same order");
    assert!(codes(&found).contains(&"default-value"), "{found:?}");
    let unit = found.iter().find(|it| it["message"].as_str().is_some_and(|it| it.contains("unit"))).expect("unit");
    assert_eq!(unit["range"]["start"], place(MACHINE, "<memory", 0));
    assert_eq!(unit["severity"], 3, "information");
    // Typed behind letters of two and of four bytes.
    let range = json!({"start": place(MACHINE, "</name>", 0), "end": place(MACHINE, "</name>", 0)});
    let found = editor.change(URI, 2, json!([{"range": range, "text": "<x/>"}]));
    assert!(codes(&found).contains(&"invalid") || codes(&found).contains(&"unknown-content"), "{found:?}");
    let found = editor.change(URI, 3, json!([{"text": MACHINE.replace("<memory>", "<memory unit='KiB'>")}]));
    assert!(
        !found.iter().any(|it| it["message"].as_str().is_some_and(|it| it.contains("default of unit"))),
        "{found:?}"
    );
}

#[test]
fn what_stands_before_a_break_is_found_all_the_same() {
    let mut editor = Editor::start(&[], json!({}));
    editor.open(URI, MACHINE);
    let broken = MACHINE.replace("<target dev='vda'", "<target dev='vda' <");
    let found = editor.change(URI, 2, json!([{"text": broken}]));
    let syntax = found.iter().find(|it| it["code"] == "xml-syntax").expect("what is wrong");
    assert_eq!(syntax["range"]["start"]["line"], place(MACHINE, "<target", 0)["line"]);
    assert!(codes(&found).contains(&"default-value"), "the unit of the memory: {found:?}");
    // Behind it too, and of what is between an unfinished tag and its end tag nothing is said that may be wrong.
    let wrong = MACHINE.replace("<model type='virtio'/>\n      <teaming type='persistent'/>", "<model typ='virtio'/>");
    for (from, to) in [
        ("<target dev='vda'", "<target dev='vda' <"),
        ("<disk type='network' device='disk'>", "<disk type='network' device='disk'"),
        ("    </disk>\n", ""),
        ("</iothreads>", "</iothreads"),
    ] {
        let broken = wrong.replace(from, to);
        let found = editor.change(URI, 3, json!([{"text": broken}]));
        let typo = found.iter().find(|it| it["message"].as_str().is_some_and(|it| it.contains("'typ'")));
        let typo = typo.unwrap_or_else(|| panic!("{to}: {found:#?}"));
        assert_eq!(typo["range"]["start"], place(&broken, "typ='virtio'", 0), "{to}");
        let unknown = found.iter().filter(|it| it["code"] == "unknown-content").count();
        assert_eq!(unknown, 1, "{to}: {found:#?}");
    }
}

#[test]
fn one_finding_all_of_a_rule_and_the_whole_file_are_mended() {
    let text = "<domain type='kvm'>\n  <name>a</name>\n  <memory>1024</memory>\n  <currentMemory>1024</currentMemory>\n  \
                <os><type>hvm</type></os>\n</domain>\n";
    let mut editor = Editor::start(&[], json!({}));
    editor.open(URI, text);
    let at = json!({"start": place(text, "<currentMemory", 1), "end": place(text, "<currentMemory", 1)});
    let actions = editor.actions(&at, "quickfix");
    let titles: Vec<_> = actions.iter().filter_map(|it| it["title"].as_str()).collect();
    assert_eq!(titles, ["add unit='KiB' [default-value]", "Mend all 2 of default-value in the file"]);
    let one = edited(text, &actions[0]["edit"]["changes"][URI]);
    assert_eq!(one, text.replace("<currentMemory>", "<currentMemory unit='KiB'>"));
    let all = edited(text, &actions[1]["edit"]["changes"][URI]);
    assert_eq!(all, text.replace("emory>1", "emory unit='KiB'>1"));
    let whole = editor.actions(&at, "source.fixAll");
    assert_eq!(edited(text, &whole[0]["edit"]["changes"][URI]), all);
    assert_eq!(whole[0]["kind"], "source.fixAll.dommigrate");
    editor.change(URI, 2, json!([{"text": all}]));
    assert!(editor.actions(&at, "quickfix").is_empty() && editor.actions(&at, "source").is_empty());
}

#[test]
fn hover_tells_what_the_schema_knows_of_this_very_branch() {
    let mut editor = Editor::start(&[], json!({}));
    editor.open(URI, MACHINE);
    let mut hover = |what: &str, behind: usize| {
        let answer = editor.at("textDocument/hover", place(MACHINE, what, behind));
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let source = hover("<source protocol", 3);
    assert!(source.contains("image of a server") && !source.contains("block device"), "{source}");
    assert!(
        source.contains("since libvirt 0.8.7") && source.contains("https://libvirt.org/formatdomain.html#"),
        "{source}"
    );
    assert!(hover("device='disk'", 2).contains("`cdrom`"), "values of an attribute");
    assert!(hover("'network' device", 2).contains("An image that a server provides"), "a value");
    assert!(hover("hvm</type>", 1).contains("bare metal"), "a text");
    assert!(hover("</disk>", 3).contains("disk or drive"), "an end tag");
    assert_eq!(hover("  <devices>", 0), "", "nothing stands there");
}

#[test]
fn what_may_stand_here_and_is_not_there_is_completed() {
    let mut editor = Editor::start(&[], json!({}));
    editor.open(URI, MACHINE);
    let attributes = editor.at("textDocument/completion", place(MACHINE, " type='raw'", 0));
    let names = labels(&attributes);
    assert!(names.contains(&"cache") && names.contains(&"discard") && !names.contains(&"type"), "{names:?}");
    let cache = attributes.as_array().expect("items").iter().find(|it| it["label"] == "cache").expect("cache");
    assert!(cache["documentation"]["value"].as_str().is_some_and(|it| it.contains("writeback")), "{cache}");
    assert_eq!(cache["textEdit"]["newText"], "cache='$1'$0");
    let values = editor.at("textDocument/completion", place(MACHINE, "'network' device", 1));
    assert!(labels(&values).contains(&"nvme"), "{values}");
    let typed = json!({"triggerKind": 2, "triggerCharacter": " "});
    let position = json!({"textDocument": {"uri": URI}, "position": place(MACHINE, "hvm", 1), "context": typed});
    assert_eq!(editor.ask("textDocument/completion", position), json!([]), "a blank in a text begins nothing");
    let threads = editor.at("textDocument/completion", place(MACHINE, "iothread='2'/>", 10));
    assert_eq!(labels(&threads), ["1", "2"], "what the document has");
    // In a disk of type network.
    let typed = MACHINE.replace("      <target dev='vda'", "      <\n      <target dev='vda'");
    editor.change(URI, 2, json!([{"text": typed}]));
    let elements = editor.at("textDocument/completion", place(&typed, "<\n", 1));
    let names = labels(&elements);
    assert!(names.contains(&"readonly") && names.contains(&"address"), "{names:?}");
    assert!(!names.contains(&"source") && !names.contains(&"target"), "they are there: {names:?}");
    let typed = MACHINE.replace("      <target dev='vda'", "      <driver name='x'></\n      <target dev='vda'");
    editor.change(URI, 3, json!([{"text": typed}]));
    let ends = editor.at("textDocument/completion", place(&typed, "</\n", 2));
    assert_eq!(labels(&ends), ["driver"], "the end tag of what is open");
}

#[test]
fn documents_are_laid_out_whole_and_in_part() {
    let text = "<domain type=\"kvm\">\n<name>a</name>\n    <memory unit='KiB'>1</memory>\n<os>\n<type>hvm</type>\n</os>\n</domain>\n";
    let mut editor = Editor::start(&[], json!({}));
    editor.open(URI, text);
    let options = json!({"tabSize": 2, "insertSpaces": true});
    let whole = editor.ask("textDocument/formatting", json!({"textDocument": {"uri": URI}, "options": options}));
    let expected = "<domain type='kvm'>\n  <name>a</name>\n  <memory unit='KiB'>1</memory>\n  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n";
    assert_eq!(edited(text, &whole), expected);
    let range = json!({"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 3}});
    let part = editor
        .ask("textDocument/rangeFormatting", json!({"textDocument": {"uri": URI}, "range": range, "options": options}));
    let part = edited(text, &part);
    assert!(part.contains("\n  <name>") && part.contains("\n  <memory"), "{part}");
    assert!(part.contains("\n<type>hvm") && part.contains("type=\"kvm\""), "{part}");
    let lone = "<!-- of web -->\n<disk type='file'>\n<source file='a'/>\n  <target dev='vda'/>\n</disk>\n";
    editor.change(URI, 2, json!([{"text": lone}]));
    let disk = editor.ask("textDocument/formatting", json!({"textDocument": {"uri": URI}, "options": options}));
    assert_eq!(edited(lone, &disk), lone.replace("\n<source", "\n  <source"));
    editor.change(URI, 3, json!([{"text": "<domain type='kvm'><name>"}]));
    let none = editor.ask("textDocument/formatting", json!({"textDocument": {"uri": URI}, "options": options}));
    assert_eq!(none, json!([]), "what cannot be read is left");
}

#[test]
fn documents_are_laid_out_in_their_own_steps() {
    let text = "<domain type=\"kvm\">\n\t<name>a</name>\n\n<memory unit='KiB'>1</memory>\n\t<os>\n<type>hvm</type> <!-- c -->\n\t</os>\n\
                \t\t<!-- d\n e -->\n</domain>\n";
    let mut editor = Editor::start(&["--layout", "keep"], json!({}));
    editor.open(URI, text);
    let options = json!({"tabSize": 2, "insertSpaces": true});
    let whole = editor.ask("textDocument/formatting", json!({"textDocument": {"uri": URI}, "options": options}));
    let expected =
        text.replace("\n<memory", "\n\t<memory").replace("\n<type", "\n\t\t<type").replace("\n\t\t<!--", "\n\t<!--");
    assert_eq!(edited(text, &whole), expected);
    let range = json!({"start": {"line": 5, "character": 0}, "end": {"line": 5, "character": 3}});
    let part = editor
        .ask("textDocument/rangeFormatting", json!({"textDocument": {"uri": URI}, "range": range, "options": options}));
    assert_eq!(edited(text, &part), text.replace("\n<type", "\n\t\t<type"));
    let lone = "<disk type=\"file\">\n      <source file='a'/>\n    <target dev='vda'/>\n</disk>\n";
    editor.change(URI, 2, json!([{"text": lone}]));
    let disk = editor.ask("textDocument/formatting", json!({"textDocument": {"uri": URI}, "options": options}));
    assert_eq!(edited(lone, &disk), lone.replace("      <source", "    <source"));
    let held = format!(
        "<domainsnapshot>\n    <name>s</name>\n    {}</domainsnapshot>\n",
        text.replace('\t', "    ").replace('\n', "\n    ")
    );
    editor.change(URI, 3, json!([{"text": held}]));
    let snapshot = editor.ask("textDocument/formatting", json!({"textDocument": {"uri": URI}, "options": options}));
    let expected = format!(
        "<domainsnapshot>\n    <name>s</name>\n    {}</domainsnapshot>\n",
        expected.replace('\t', "    ").replace('\n', "\n    ")
    );
    assert_eq!(edited(&held, &snapshot), expected);
}

#[test]
fn what_may_be_misspelt_is_put_right() {
    let text = MACHINE
        .replace("device='disk'", "devcie='disk'")
        .replace("bus='virtio'", "bus='virtoi'")
        .replace("<teaming type='persistent'/>", "<teming type='persistent'></teming>");
    let mut editor = Editor::start(&[], json!({}));
    editor.open(URI, &text);
    for (what, title, expected) in [
        ("devcie=", "Change 'devcie' to 'device'", text.replace("devcie=", "device=")),
        ("virtoi", "Change 'virtoi' to 'virtio'", text.replace("virtoi", "virtio")),
        ("<teming", "Change 'teming' to 'teaming'", text.replace("teming", "teaming")),
    ] {
        let at = json!({"start": place(&text, what, 1), "end": place(&text, what, 1)});
        let actions = editor.actions(&at, "quickfix");
        let fix = actions.iter().find(|it| it["title"] == title).unwrap_or_else(|| panic!("{what}: {actions:#?}"));
        assert_eq!(edited(&text, &fix["edit"]["changes"][URI]), expected);
        assert!(fix["diagnostics"][0]["message"].as_str().is_some_and(|it| it.contains("did you mean")), "{fix}");
    }
    let at = json!({"start": place(&text, "<name>", 1), "end": place(&text, "<name>", 1)});
    assert!(editor.actions(&at, "quickfix").is_empty(), "only where it stands");
}

#[test]
fn documents_have_an_outline_and_folds() {
    let mut editor = Editor::start(&[], json!({}));
    editor.open(URI, MACHINE);
    let symbols = editor.ask("textDocument/documentSymbol", json!({"textDocument": {"uri": URI}}));
    let devices = symbols[0]["children"].as_array().expect("children").iter().find(|it| it["name"] == "devices");
    let disk = &devices.expect("devices")["children"][0];
    assert_eq!((&disk["name"], &disk["range"]["start"]), (&json!("disk"), &place(MACHINE, "<disk", 0)));
    assert!(disk["detail"].as_str().is_some_and(|it| it.starts_with("network disk")), "{disk}");
    let folds = editor.ask("textDocument/foldingRange", json!({"textDocument": {"uri": URI}}));
    let line = place(MACHINE, "<disk", 0)["line"].clone();
    let fold = folds.as_array().expect("folds").iter().find(|it| it["startLine"] == line).expect("the disk");
    assert_eq!(fold["endLine"].as_u64(), line.as_u64().map(|line| line + 3), "the end tag stays to be seen");
}

#[test]
fn what_is_referred_to_is_found_and_renamed() {
    let mut editor = Editor::start(&[], json!({}));
    editor.open(URI, MACHINE);
    let definition = editor.at("textDocument/definition", place(MACHINE, "persistent='ua-net'", 14));
    assert_eq!(definition[0]["range"]["start"], place(MACHINE, "name='ua-net'", 6));
    let thread = editor.at("textDocument/definition", place(MACHINE, "iothread='2'/>", 10));
    assert_eq!(thread[0]["range"]["start"], place(MACHINE, "id='2'", 4));
    let at = place(MACHINE, "name='ua-net'", 7);
    let uses = json!({"textDocument": {"uri": URI}, "position": at, "context": {"includeDeclaration": true}});
    assert_eq!(editor.ask("textDocument/references", uses).as_array().map(Vec::len), Some(2));
    assert_ne!(editor.at("textDocument/prepareRename", at.clone()), Value::Null);
    let rename = |at: &Value, name: &str| json!({"textDocument": {"uri": URI}, "position": at, "newName": name});
    let edits = editor.ask("textDocument/rename", rename(&at, "ua-other"));
    assert_eq!(edited(MACHINE, &edits["changes"][URI]), MACHINE.replace("ua-net", "ua-other"));
    let target = place(MACHINE, "dev='vda'", 6);
    assert!(editor.try_ask("textDocument/rename", rename(&target, "a'b")).is_err(), "no name");
    let edits = editor.ask("textDocument/rename", rename(&target, "vdb"));
    assert_eq!(edited(MACHINE, &edits["changes"][URI]), MACHINE.replace("'vda'", "'vdb'"));
    assert_eq!(editor.at("textDocument/prepareRename", place(MACHINE, "1048576", 1)), Value::Null);
}

#[test]
fn lone_elements_and_documents_that_hold_domains_are_served() {
    let mut editor = Editor::start(&[], json!({}));
    let disk =
        "<disk type='network' device='dsk'>\n  <source protocol='rbd' name='a'/>\n  <target dev='vda'/>\n</disk>\n";
    let found = editor.open(URI, disk);
    let value = found.iter().find(|it| it["message"].as_str().is_some_and(|it| it.contains("dsk"))).expect("a finding");
    assert_eq!(value["range"]["start"]["line"], 0);
    let hover = editor.at("textDocument/hover", place(disk, "<source", 2));
    assert!(hover["contents"]["value"].as_str().is_some_and(|it| it.contains("image of a server")), "{hover}");
    let held = format!("<domainsnapshot>\n  <name>s</name>\n  {}</domainsnapshot>\n", MACHINE.replace('\n', "\n  "));
    let found = editor.change(URI, 2, json!([{"text": held}]));
    let unit = found.iter().find(|it| it["code"] == "default-value").expect("a finding");
    assert_eq!(unit["range"]["start"], place(&held, "<memory", 0));
    let hover = editor.at("textDocument/hover", place(&held, "<source protocol", 2));
    assert!(hover["contents"]["value"].as_str().is_some_and(|it| it.contains("image of a server")), "{hover}");
    let found = editor.change(URI, 3, json!([{"text": "<html><p>no machine</p></html>"}]));
    assert!(found.is_empty(), "what is no machine is no concern: {found:?}");
}

#[test]
fn options_hold_from_the_command_line_the_editor_and_the_configuration() {
    let text = MACHINE.replace("<teaming type='persistent'/>", "<teaming type='persistent'/>\n      <acpi index='3'/>");
    let is_newer = |found: &[Value]| codes(found).contains(&"newer-than-target");
    let mut editor = Editor::start(&["--target", "7.0.0"], Value::Null);
    assert!(is_newer(&editor.open(URI, &text)), "named on the command line");
    let mut editor = Editor::start(&[], json!({"target": "7.0.0", "ignore": ["default-value"]}));
    let found = editor.open(URI, &text);
    assert!(is_newer(&found) && !codes(&found).contains(&"default-value"), "said by the editor: {found:?}");
    editor.tell("workspace/didChangeConfiguration", json!({"settings": {"dommigrate": {"target": "12.0.0"}}}));
    assert!(!is_newer(&editor.diagnostics(URI, 1)));
    let directory = tempfile::tempdir().expect("a directory");
    let (file, options) = (directory.path().join("a.xml"), directory.path().join("dommigrate.toml"));
    std::fs::write(&file, &text).expect("written");
    std::fs::write(&options, "target = '7.0.0'\n").expect("written");
    let mut editor = Editor::start(&[], Value::Null);
    let uri = format!("file://{}", file.display());
    assert!(is_newer(&editor.open(&uri, &text)), "in the configuration");
    std::fs::write(&options, "exclude = ['a.xml']\n").expect("written");
    let changes = json!({"changes": [{"uri": format!("file://{}", options.display()), "type": 2}]});
    editor.tell("workspace/didChangeWatchedFiles", changes);
    assert!(editor.diagnostics(&uri, 1).is_empty(), "left out");
}

#[test]
fn what_is_asked_wrongly_is_refused_and_serving_goes_on() {
    let mut editor = Editor::start(&[], json!({}));
    assert!(
        editor
            .try_ask("textDocument/hover", json!({"textDocument": {"uri": URI}, "position": place("a", "a", 0)}))
            .is_err()
    );
    assert!(editor.try_ask("textDocument/hover", json!(7)).is_err());
    assert!(editor.try_ask("workspace/nothing", json!({})).is_err());
    editor.tell("textDocument/didChange", json!({"textDocument": {"uri": URI, "version": 2}, "contentChanges": []}));
    editor.tell("$/nothing", json!({}));
    let far = json!({"line": 4_000_000_000_u32, "character": 4_000_000_000_u32});
    editor.open(URI, MACHINE);
    assert_eq!(editor.at("textDocument/hover", far), Value::Null);
}
