//! A schema of others gets names, types and documentation from a file beside it, and what its foreign datatypes are taken for.

use domxml_codegen::lower::Options;
use domxml_codegen::{Builder, Errors, Overrides, generate_of};
use relaxng_model::MemoryResolver;
use relaxng_model::validate::Validator;

/// As published by people who did not think of Rust.
const SCHEMA: &str =
    "<grammar xmlns='http://relaxng.org/ns/structure/1.0' datatypeLibrary='http://whattf.org/datatype-draft'>
  <start><ref name='tbl1'/></start>
  <define name='tbl1'><element name='lst'>
    <zeroOrMore><ref name='ent'/></zeroOrMore>
  </element></define>
  <define name='ent'><element name='e'>
    <attribute name='l'><data type='language'><param name='strict'>yes</param></data></attribute>
    <optional><attribute name='n'><choice><value>1</value><value>2</value></choice></attribute></optional>
    <choice>
      <attribute name='k'><value>a</value></attribute>
      <group><attribute name='k'><value>b</value></attribute><attribute name='w'/></group>
    </choice>
    <optional><element name='o'><attribute name='q'/></element></optional>
  </element></define>
</grammar>";

const BESIDE: &str = "<overrides xmlns='https://domxml.org/ns/schema/1'>
  <node at='tbl1' type='Glossary'>Words and what they mean.</node>
  <node at='tbl1/ent' field='entries'/>
  <node at='ent' type='Entry'/>
  <node at='ent/@l' field='language' scalar='Language'>The language of the word.</node>
  <node at='ent/@n' field='number' type='Number'/>
  <node at='ent/@n=1' type='Singular'/>
  <node at='ent/@n=2' type='Plural'/>
  <node at='ent/@k=b' type='Borrowed'/>
  <node at='ent/o' field='origin' type='Origin'/>
  <library uri='http://whattf.org/datatype-draft' as='string'/>
  <library uri='http://whattf.org/datatype-draft' type='language' as='language'/>
</overrides>";

fn schema() -> MemoryResolver {
    let mut files = MemoryResolver::new();
    files.insert("words.rng", SCHEMA);
    files
}

fn outline(beside: &str) -> Result<String, Errors> {
    let grammar = Overrides::read("words.overrides.xml", beside)?.load_lenient(&schema(), "words.rng")?;
    let printing = domxml_codegen::print::PrintOptions {
        scalars: Some("crate::scalar".to_owned()),
        ..domxml_codegen::print::PrintOptions::default()
    };
    let generated = generate_of(&grammar, &Options::default(), &printing)?;
    assert_eq!(generated.sources, ["words.rng"], "what stands beside the schema is no file of it");
    assert!(generated.outputs.iter().any(|output| output.text.contains("/// Words and what they mean.")));
    Ok(generated.outline)
}

#[test]
fn types_fields_variants_and_scalars_are_called_as_the_file_says() {
    let outline = outline(BESIDE).unwrap_or_else(|errors| panic!("{errors}"));
    for line in [
        "struct Glossary = <lst>",
        "    entries: Vec<Entry>",
        "struct Entry = <e>",
        "    language: scalar::Language = @l",
        "    number: Option<Number> = @n",
        "enum Number",
        "    Singular = '1'",
        "    Plural = '2'",
        "    origin: Option<Box<Origin>>",
        "struct Origin = <o>",
    ] {
        assert!(outline.lines().any(|found| found == line), "{line}\n{outline}");
    }
    assert!(outline.contains("Borrowed"), "{outline}");
}

#[test]
fn foreign_datatypes_are_what_the_file_takes_them_for() {
    let refused = relaxng_model::load(&schema(), "words.rng").expect_err("an unknown library");
    assert!(refused.to_string().contains("unknown datatype library"), "{refused}");
    let grammar = Overrides::read("words.overrides.xml", BESIDE).and_then(|beside| beside.load(&schema(), "words.rng"));
    let mut validator = Validator::new(&grammar.unwrap_or_else(|errors| panic!("{errors}")));
    for (language, is_valid) in [("en", true), ("not a language", false)] {
        let text = format!("<lst><e l='{language}' k='a'/></lst>");
        let document = roxmltree::Document::parse(&text).expect("well-formed");
        assert_eq!(validator.is_valid(&document), is_valid, "{text}");
    }
}

#[test]
fn types_read_what_is_not_valid_beside_a_file_too() {
    let mut files = MemoryResolver::new();
    files.insert(
        "words.rng",
        SCHEMA.replace(
            "<value>2</value>",
            "<value>2</value><d:reads xmlns:d='https://domxml.org/ns/schema/1'><value>3</value></d:reads>",
        ),
    );
    let beside = Overrides::read("words.overrides.xml", BESIDE).expect("a file beside the schema");
    let document = roxmltree::Document::parse("<lst><e l='de' n='3' k='a'/></lst>").expect("well-formed");
    let [valid, read] = [beside.load(&files, "words.rng"), beside.load_lenient(&files, "words.rng")]
        .map(|grammar| Validator::new(&grammar.expect("a schema")).is_valid(&document));
    assert_eq!((valid, read), (false, true));
}

#[test]
fn what_leads_nowhere_or_is_not_read_is_an_error_with_its_place() {
    let with = |line: &str| {
        let line = format!("  {line}\n</overrides>");
        outline(&BESIDE.replace("</overrides>", &line)).expect_err(&line).to_string()
    };
    for (line, said) in [
        (
            "<node at='ent/@ln' field='x'/>",
            "words.overrides.xml:13:3: there is no 'ent/@ln' in the schema, did you mean 'ent/@l'?",
        ),
        (
            "<node at='ent/@k' scalr='X'/>",
            "words.overrides.xml:13:21: unknown annotation 'd:scalr', did you mean 'd:scalar'?",
        ),
        ("<node at='tbl1/ent' scalar='X'/>", "words.overrides.xml:13:23: nothing reads the annotation 'd:scalar' here"),
        ("<node at='ent/o/@q' field='no name'/>", "words.overrides.xml:13:23: d:field='no name' is not a free name"),
        ("<node at='ent'/>", "words.overrides.xml:13:3: nothing is said of 'ent'"),
        ("<node field='x'/>", "words.overrides.xml:13:3: <node> lacks the attribute 'at'"),
        ("<nodes at='ent'/>", "words.overrides.xml:13:3: unknown <nodes>; expected <node> or <library>"),
        ("<library uri='urn:x' as='strng'/>", "words.overrides.xml:13:3: XML Schema has no datatype 'strng'"),
        ("<library uri='http://whattf.org/datatype-draft' as='token'/>", "words.overrides.xml:13:3: it is said twice"),
    ] {
        let errors = with(line);
        assert!(errors.contains(said), "{line}: {errors}");
    }
}

#[test]
fn the_builder_reads_the_file_beside_the_schema() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = |name: &str| directory.path().join(name);
    std::fs::write(file("words.rng"), SCHEMA).expect("written");
    std::fs::write(file("words.overrides.xml"), BESIDE).expect("written");
    let builder = Builder::new(file("words.rng")).directory(directory.path()).scalars("crate::scalar");
    assert!(builder.print().is_err(), "the library is not known");
    builder.overrides(file("words.overrides.xml")).print().unwrap_or_else(|errors| panic!("{errors}"));
    let printed = std::fs::read_to_string(file("words/words.rs")).expect("printed");
    assert!(printed.contains("pub struct Glossary"), "{printed}");
}
