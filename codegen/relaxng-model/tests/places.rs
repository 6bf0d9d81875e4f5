//! A grammar walked by the paths of elements.

use relaxng_model::places::{ANY, Content, Found, Given, Place};
use relaxng_model::{Grammar, MemoryResolver, load};

const SCHEMA: &str = r#"
<grammar xmlns="http://relaxng.org/ns/structure/1.0" xmlns:a="http://relaxng.org/ns/compatibility/annotations/1.0"
         xmlns:d="https://domxml.org/ns/schema/1" datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start>
    <element name="shop" d:since="1.0.0">
      <zeroOrMore>
        <ref name="item"/>
      </zeroOrMore>
    </element>
  </start>
  <define name="item">
    <a:documentation>Something for sale.</a:documentation>
    <element name="item">
      <choice>
        <group>
          <attribute name="kind"><a:documentation>Sold by the piece.</a:documentation><value>piece</value></attribute>
          <element name="count"><a:documentation>How many.</a:documentation><data type="unsignedInt"/></element>
        </group>
        <group>
          <attribute name="kind"><a:documentation>Sold by weight.</a:documentation><value d:since="1.2.0">loose</value></attribute>
          <optional><attribute name="scale" a:defaultValue="kg"><text/></attribute></optional>
          <element name="count"><a:documentation>How much.</a:documentation><ref name="weight"/></element>
        </group>
      </choice>
      <optional>
        <choice>
          <element name="red"><empty/></element>
          <element name="blue"><empty/></element>
        </choice>
      </optional>
      <optional><ref name="item" d:since="1.4.0"/></optional>
    </element>
  </define>
  <define name="weight"><a:documentation>a weight.</a:documentation><data type="decimal"/></define>
</grammar>"#;

fn grammar() -> Grammar {
    let mut files = MemoryResolver::new();
    files.insert("shop.rng", SCHEMA);
    load(&files, "shop.rng").expect("a correct schema")
}

fn names(content: &Content<'_>) -> Vec<String> {
    let attributes = content.attributes.iter().map(|member| format!("@{}", member.name));
    attributes.chain(content.children.iter().map(|member| member.name.to_owned())).collect()
}

fn item<'g>(grammar: &'g Grammar) -> Place<'g> {
    let shop = Place::document(grammar).child(grammar, &Given::default(), "", "shop").expect("the root");
    shop.child(grammar, &Given::default(), "", "item").expect("an item")
}

#[test]
fn what_is_there_leaves_the_branches_that_take_it() {
    let grammar = grammar();
    let content = item(&grammar).content(&grammar, &Given::default());
    assert_eq!(names(&content), ["@kind", "@scale", "count", "red", "blue", "item"]);
    let given = Given { attributes: vec![("kind", "piece")], children: vec!["red"] };
    let content = item(&grammar).content(&grammar, &given);
    assert_eq!(names(&content), ["@kind", "count", "red", "item"]);
    let given = Given { attributes: vec![("kind", "no such kind")], children: Vec::new() };
    let content = item(&grammar).content(&grammar, &given);
    assert_eq!(names(&content), ["@kind", "@scale", "count", "red", "blue", "item"], "what fits nothing hides nothing");
}

#[test]
fn how_often_and_on_what_condition_is_told() {
    let grammar = grammar();
    let shop = Place::document(&grammar).child(&grammar, &Given::default(), "", "shop").expect("the root");
    let content = shop.content(&grammar, &Given::default());
    assert_eq!((content.children[0].min, content.children[0].max), (0, ANY));
    let content = item(&grammar).content(&grammar, &Given::default());
    let counts: Vec<_> = content.children.iter().map(|child| (child.name, child.min, child.max)).collect();
    assert_eq!(counts, [("count", 1, 1), ("red", 0, 1), ("blue", 0, 1), ("item", 0, 1)]);
    let when: Vec<_> = content.children[0].forms.iter().map(|form| form.when.clone()).collect();
    assert_eq!(when, [vec![("kind", vec!["piece"])], vec![("kind", vec!["loose"])]]);
}

#[test]
fn what_a_branch_says_is_said_of_the_value_that_chooses_it() {
    let grammar = grammar();
    let content = item(&grammar).content(&grammar, &Given::default());
    let kind = content.attribute("kind").expect("an attribute");
    assert_eq!(kind.facts(&grammar).text(), "", "neither of the two");
    let values = kind.values(&grammar);
    let said: Vec<_> = values.literals.iter().map(|value| (value.text, value.facts(&grammar).text())).collect();
    assert_eq!(said, [("piece", "Sold by the piece.".to_owned()), ("loose", "Sold by weight.".to_owned())]);
    assert_eq!(values.literals[1].facts(&grammar).since, Some("1.2.0"));
    assert_eq!(content.children[0].values(&grammar).kinds, ["unsignedInt", "a weight"]);
    assert_eq!(content.attribute("scale").expect("an attribute").facts(&grammar).default, Some("kg"));
    assert_eq!(content.children[3].facts(&grammar).since, Some("1.4.0"), "a reference knows of its place");
}

#[test]
fn places_are_found_by_the_ends_of_their_paths() {
    let grammar = grammar();
    let paths =
        |end: &[&str]| -> Vec<String> { Found::all(&grammar, end).iter().map(|found| found.path.join("/")).collect() };
    assert_eq!(paths(&["item", "count"]), ["shop/item/count", "shop/item/item/count"]);
    assert_eq!(paths(&["item"]), ["shop/item", "shop/item/item", "shop/item/item/item"], "recursion has an end");
    assert!(paths(&["shop", "count"]).is_empty());
}
