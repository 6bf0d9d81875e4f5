//! What a new libvirt brings is one edit of one `.rng`: the crate printed of a schema with one more attribute and one more device reads,
//! writes, merges, walks, compares and empties both, though no line of Rust names them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use domxml_codegen::generate;
use domxml_codegen::lower::Options;
use domxml_codegen::print::{PrintOptions, write_files};
use relaxng_model::FileResolver;

/// What stands in `devices.rng`, and what the edit makes of it: a device with an attribute that has a default, a child and an alias.
const EDIT: (&str, &str) = (
    r#"        <optional>
          <ref name="pstore"/>
        </optional>
      </interleave>
    </element>
  </define>
"#,
    r#"        <optional>
          <ref name="pstore"/>
        </optional>
        <zeroOrMore>
          <ref name="beeper"/>
        </zeroOrMore>
      </interleave>
      <optional>
        <attribute name="hum" a:defaultValue="off" d:default="written">
          <a:documentation>Whether all of them hum.</a:documentation>
          <ref name="onOff"/>
        </attribute>
      </optional>
    </element>
  </define>

  <define name="beeper">
    <element name="beeper" d:since="99.1.0">
      <a:documentation>What beeps.</a:documentation>
      <optional>
        <attribute name="pitch" a:defaultValue="440" d:default="dropped">
          <a:documentation>Its pitch in Hz.</a:documentation>
          <ref name="unsignedInt"/>
        </attribute>
      </optional>
      <interleave>
        <optional>
          <element name="label">
            <a:documentation>What stands on it.</a:documentation>
            <text/>
          </element>
        </optional>
        <optional>
          <ref name="alias"/>
        </optional>
      </interleave>
    </element>
  </define>
"#,
);

/// What a user of the printed crate does with it.
const USER: &str = r#"use domxml::*;

const TEXT: &str = "<domain type='kvm'>
  <name>a</name>
  <memory unit='KiB'>1024</memory>
  <os>
    <type>hvm</type>
  </os>
  <devices hum='on'>
    <disk type='file' device='disk'>
      <source file='/a'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <beeper pitch='880'>
      <label>first</label>
      <alias name='ua-first'/>
    </beeper>
    <beeper/>
  </devices>
</domain>
";

fn main() {
    let domain = Domain::from_xml(TEXT).expect("a domain");
    assert_eq!(domain.to_xml().expect("it can be written"), TEXT, "read and written");

    let devices = domain.devices.as_ref().expect("devices");
    assert_eq!((devices.beepers.len(), devices.hum), (2, Some(OnOff::On)));
    assert_eq!((Beeper::PITCH.meant(&devices.beepers[0]), Beeper::PITCH.meant(&devices.beepers[1])), (Some(880), Some(440)));

    let mut merged = Devices::default();
    merged.merge(devices.clone(), Prefer::Last);
    assert_eq!(merged, *devices, "merged");
    merged.merge(devices.clone(), Prefer::First);
    assert_eq!(merged.beepers.len(), 4, "merged again");

    let mut places = Vec::new();
    walk_places(&domain, &mut |place| places.push(place.to_string()));
    assert!(places.iter().any(|place| place.ends_with("devices/beeper[2]")), "walked: {places:?}");
    let kinds: Vec<&str> = domain.devices().map(|device| device.kind()).collect();
    assert_eq!(kinds, ["disk", "beeper", "beeper"], "listed");
    assert_eq!(domain.devices().nth(1).and_then(|device| device.alias().map(str::to_owned)).as_deref(), Some("ua-first"));

    for (from, to) in [("880", "881"), ("first</label>", "second</label>"), ("hum='on'", "hum='off'")] {
        let other = Domain::from_xml(&TEXT.replace(from, to)).expect("a domain");
        assert!(other != domain && !other.same_as(&domain), "compared: {from}");
    }

    assert!(devices.beepers[1].says_nothing() && !devices.beepers[0].says_nothing(), "emptied");

    let mut changed = domain.clone();
    assert_eq!(changed.get("devices/beeper[1]/@pitch").expect("a path").as_deref(), Some("880"));
    changed.set("devices/beeper[2]/label", "second").expect("a path");
    changed.set("devices/@hum", "off").expect("a path");
    let text = TEXT.replace("<beeper/>", "<beeper>\n      <label>second</label>\n    </beeper>").replace("hum='on'", "hum='off'");
    assert_eq!(changed.to_xml().expect("it can be written"), text, "set by path");

    let canonical = WriteOptions { defaults: Defaults::Canonical, ..WriteOptions::default() };
    let written = Domain::from_xml(&TEXT.replace(" hum='on'", "").replace("880", "440")).expect("a domain").write_with(&canonical).expect("it can be written").text;
    assert!(written.contains("<devices hum='off'>") && !written.contains("pitch"), "defaults: {written}");

    let error = Domain::from_xml(&TEXT.replace("pitch", "pitsch")).expect_err("no such attribute").to_string();
    assert!(error.contains("did you mean 'pitch'?"), "{error}");
    println!("all of it");
}
"#;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

#[test]
fn an_attribute_and_a_device_are_one_edit_of_one_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the checkout");
    let work = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("one-edit");
    let (schema, sources) = (work.join("schema"), work.join("crate/src"));
    for old in [&schema, &sources] {
        let _ = fs::remove_dir_all(old);
    }
    copy(&root.join("schema"), &schema);
    copy(&root.join("generated/src"), &sources);

    let edited = schema.join("devices.rng");
    let text = fs::read_to_string(&edited).expect("a schema");
    assert!(text.contains(EDIT.0), "the edit has its place");
    fs::write(&edited, text.replace(EDIT.0, EDIT.1)).expect("written");

    let printing = PrintOptions {
        root: "crate::bindings".to_owned(),
        scalars: Some("crate::scalar".to_owned()),
        ..PrintOptions::default()
    };
    let options = Options { strict: true, canonical_numbers: true };
    let printed = generate(&FileResolver::in_directory(&schema), "domain.rng", &options, &printing).expect("types");
    write_files(&sources.join("bindings"), &printed.outputs).expect("written");

    fs::create_dir_all(sources.join("bin")).expect("a directory");
    fs::write(sources.join("bin/user.rs"), USER).expect("written");
    let runtime = root.join("codegen/runtime");
    let manifest = format!(
        "[package]\nname = \"domxml\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[features]\nserde = []\nvalidate = []\n\n\
         [dependencies]\ndomxml-runtime = {{ path = {:?} }}\n\n[workspace]\n",
        runtime.display().to_string()
    );
    fs::write(work.join("crate/Cargo.toml"), manifest).expect("written");
    fs::copy(root.join("Cargo.lock"), work.join("crate/Cargo.lock")).expect("the lock file");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "--bin", "user"])
        .current_dir(work.join("crate"))
        .env("CARGO_TARGET_DIR", work.join("target"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "all of it\n");
}
