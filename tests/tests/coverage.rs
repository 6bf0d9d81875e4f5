//! The fixtures use every element, every attribute and every value of the schema.
//!
//! `cargo run -p domxml-tests -- coverage --list` prints what they leave unused.

use domxml_tests::coverage;
use relaxng_model::{MemoryResolver, load};

#[test]
fn fixtures_use_the_whole_schema() {
    let measure = coverage::coverage();
    println!("{measure}");
    assert!(measure.cases > 2000, "only {} parts of the schema", measure.cases);
    let unused: Vec<&str> = measure.failed.keys().map(String::as_str).collect();
    assert!(unused.is_empty(), "{} unused:\n{}", unused.len(), unused.join("\n"));
}

#[test]
fn what_is_unused_is_told() {
    let schema = r#"<grammar xmlns="http://relaxng.org/ns/structure/1.0">
<start>
 <element name="disk">
  <choice>
   <group>
    <attribute name="type"><value>file</value></attribute>
    <attribute name="cache"><choice><value>none</value><value>unsafe</value></choice></attribute>
   </group>
   <group>
    <attribute name="type"><value>block</value></attribute>
    <element name="source"><attribute name="dev"/></element>
   </group>
  </choice>
 </element>
</start>
</grammar>"#;
    let mut files = MemoryResolver::new();
    files.insert("disk.rng", schema);
    let grammar = load(&files, "disk.rng").expect("a schema");
    let unused = |document: &str| coverage::unused(&grammar, &[document.to_owned()]);
    assert_eq!(
        unused("<disk type='file' cache='none'/>"),
        [
            "disk.rng:7:56: value 'unsafe' of attribute 'cache'",
            "disk.rng:10:5: attribute 'type' of element 'disk'",
            "disk.rng:10:28: value 'block' of attribute 'type'",
            "disk.rng:11:5: element 'source'",
            "disk.rng:11:28: attribute 'dev' of element 'source'",
        ]
    );
    assert_eq!(unused("<disk type='block'><source dev='/dev/sda'/></disk>").len(), 5);
}

#[test]
fn every_anchor_stands_in_todays_manual() {
    let Some(shared) = domxml_tests::corpus::shared_or_say("anchors") else { return };
    let manual = std::fs::read_to_string(shared.join("reference/formatdomain-12.8.0.html")).expect("the manual");
    let mut missing = Vec::new();
    for (file, text) in domxml_schema::FILES {
        for anchor in text.split("d:ref=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            if !manual.contains(&format!("id=\"{anchor}\"")) {
                missing.push(format!("{file}: {anchor}"));
            }
        }
    }
    assert!(missing.is_empty(), "not in the manual: {}", missing.join(", "));
}
