//! `convert` as users call it.

use assert_cmd::Command;

const XML: &str = "<domain type='kvm'>
  <name>web</name>
  <memory unit='MiB'>512</memory>
  <os firmware='efi'>
    <type>hvm</type>
    <firmware>
      <feature enabled='yes' name='secure-boot'/>
    </firmware>
  </os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/a'/>
      <target dev='vda' bus='virtio'/>
      <readonly/>
    </disk>
  </devices>
</domain>
";

const YAML: &str = "type: kvm
name: web
memory:
  unit: MiB
  $text: 512
os:
  \"@firmware\": efi
  type:
    $text: hvm
  firmware:
    feature:
    - enabled: \"yes\"
      name: secure-boot
devices:
  disk:
  - type: file
    device: disk
    source:
      file: /a
    target:
      dev: vda
      bus: virtio
    readonly: true
";

fn dommigrate() -> Command {
    Command::cargo_bin("dommigrate").expect("the command is built with its tests")
}

fn convert(to: &str, text: &str) -> String {
    let assert = dommigrate().args(["convert", "--to", to]).write_stdin(text).assert().code(0).stderr("");
    String::from_utf8(assert.get_output().stdout.clone()).expect("UTF-8")
}

#[test]
fn a_definition_is_the_same_in_every_syntax() {
    let yaml = convert("yaml", XML);
    assert_eq!(yaml, YAML);
    let json = convert("json", &yaml);
    assert!(json.starts_with("{\n  \"type\": \"kvm\",\n  \"name\": \"web\",\n"), "{json}");
    assert_eq!(convert("xml", &json), XML);
    assert_eq!(convert("xml", &yaml), XML);
}

#[test]
fn a_name_tells_what_a_file_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("web.yml");
    std::fs::write(&path, format!("# by hand\n{YAML}")).expect("written");
    dommigrate().args(["convert", "--to", "xml"]).arg(&path).assert().code(0).stdout(XML);
    dommigrate().args(["convert", "--to", "xml", "--from", "json"]).arg(&path).assert().code(2);
}

#[test]
fn what_is_wrong_is_told_and_nothing_printed() {
    let bomb: String =
        ('b'..='h').zip('a'..).fold("a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, (name, of)| {
            text + &format!("{name}: &{name} [{}]\n", [format!("*{of}").as_str(); 9].join(", "))
        });
    for (text, expected) in [
        (
            &*YAML.replace("readonly", "readnoly"),
            "domain/devices/disk: unknown key 'readnoly'; did you mean 'readonly'?",
        ),
        (
            &*YAML.replace("device: disk", "device: disc"),
            "domain/devices/disk: 'disc' is no value of the attribute 'device'",
        ),
        ("type: [", "<stdin>:1:7: "),
        ("a: &a [*a]", "dommigrate: <stdin>:1:8: an alias stands within what it repeats\n"),
        ("type: kvm\n---\ntype: xen\n", "3:1: a second document begins here: a file holds one definition"),
        (&bomb, "more values than are read, or deeper inside each other"),
        (&"[".repeat(1000), "more values stand inside each other than are read"),
        ("{\"name\": \"\\ud800\"}", "half of a surrogate pair stands alone"),
        ("a: 1\na: 2\n", "dommigrate: <stdin>:2:1: duplicate mapping key: a\n"),
        ("{\"type\": ", "<stdin>:1:9: the text ends while parsing a value"),
        ("<domain><name>", "<stdin>:1:"),
        ("", "<stdin>: the file is empty\n"),
    ] {
        let assert = dommigrate().args(["convert", "--to", "xml"]).write_stdin(text).assert().code(2).stdout("");
        let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(said.contains(expected), "{text}: {said}");
    }
}

#[test]
fn what_is_left_out_and_what_is_kept_is_told() {
    let commented = XML.replace("  <name>", "  <!-- ours -->\n  <name>");
    let assert = dommigrate().args(["convert", "--to", "json"]).write_stdin(commented.clone()).assert().code(0);
    assert!(String::from_utf8_lossy(&assert.get_output().stderr).contains("comments"));
    dommigrate().args(["convert", "--to", "xml"]).write_stdin(commented.clone()).assert().code(0).stdout(commented);
    let unknown = XML.replace("      <readonly/>\n", "      <readonly/>\n      <shiny/>\n");
    let assert = dommigrate().args(["convert", "--to", "json"]).write_stdin(unknown.clone()).assert().code(0);
    let output = assert.get_output();
    assert!(String::from_utf8_lossy(&output.stderr).contains("unknown element <shiny>"));
    assert_eq!(convert("xml", &String::from_utf8_lossy(&output.stdout)), unknown);
}

#[test]
fn the_schema_of_a_definition_is_json() {
    let output = dommigrate().args(["schema", "domain"]).output().expect("it runs");
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(schema["$ref"], "#/$defs/Domain");
    assert!(schema["$defs"]["Disk"]["properties"]["target"].is_object());
    let os = &schema["$defs"]["Os"]["properties"];
    assert!(os["@firmware"].is_object() && os["firmware"].is_object(), "an attribute and a child of one name");
}

/// Nothing is respelt: a machine may be called `on`, and the ids of USB devices are hexadecimal.
#[test]
fn values_of_yaml_are_what_is_written() {
    let machine = |rest: &str| convert("xml", &format!("type: kvm\nmemory: 4\nos: {{type: hvm}}\n{rest}"));
    for written in
        ["on", "yes", "True", "0x1234", "0o17", "010", "1_000", "+5", "-0", "1e3", "4.50", ".5", ".inf", "12:30"]
    {
        let xml = machine(&format!("name: {written}  # a remark\n"));
        assert!(xml.contains(&format!("<name>{written}</name>")), "{xml}");
    }
    let xml = machine("name: a\ntitle: &t\n  0x10\ndescription: *t\n");
    assert!(xml.contains("<title>0x10</title>") && xml.contains("<description>0x10</description>"), "{xml}");
    for written in ["yes", "true"] {
        let source = "source: {vendor: {id: 0x1234}, product: {id: 0x0010}}";
        let device = format!("{{mode: subsystem, type: usb, managed: {written}, {source}}}");
        let display = format!("{{type: vnc, autoport: {written}}}");
        let xml = machine(&format!("name: ä\ndevices:\n  hostdev:\n  - {device}\n  graphics: [{display}]\n"));
        assert!(xml.contains("<graphics type='vnc' autoport='yes'/>"), "{xml}");
        assert!(xml.contains("managed='yes'") && xml.contains("<vendor id='0x1234'/>"), "{xml}");
    }
}
