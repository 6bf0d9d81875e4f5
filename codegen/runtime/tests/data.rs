//! Documents as data, on hand-written bindings.
#![cfg(feature = "serde")]

mod shop;

use domxml_runtime::data::{self, Data};
use domxml_runtime::{Element, KeptContent, ReadOptions, Unknown, WriteOptions};
use serde_json::{Value, json};
use shop::{Item, ItemBook, ItemKind, Shop, Size};

fn kept(text: &str) -> Shop {
    let keep = ReadOptions { unknown: Unknown::Keep, ..ReadOptions::default() };
    Shop::from_xml_with(text, &keep).expect("it is read").value
}

fn as_json(text: &str) -> Value {
    serde_json::to_value(kept(text)).expect("it is data")
}

/// By way of JSON a shop is the same but for its comments.
fn there_and_back(text: &str) -> Value {
    let shop = kept(text);
    let text = serde_json::to_string(&shop).expect("it is data");
    let back: Shop = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let options = WriteOptions { kept: KeptContent::Unknown, ..WriteOptions::default() };
    assert_eq!(
        back.to_xml().expect("it can be written"),
        shop.write_with(&options).expect("it can be written").text,
        "{text}"
    );
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn data_has_the_shape_of_the_xml() {
    let text = "<shop name='a'><title>5</title><!-- c --><item kind='book' pages='7'><author>x</author></item><item size='large'>t</item>\
                <closed/></shop>";
    assert_eq!(
        there_and_back(text),
        json!({
            "name": "a",
            "title": "5",
            "item": [{"kind": "book", "pages": 7, "author": ["x"]}, {"size": "large", "$text": "t"}],
            "closed": true,
        })
    );
}

#[test]
fn what_is_not_of_the_format_is_marked_and_comes_back() {
    let text = "<shop name='a' color='red' open='maybe'><item kind='car' wheels='4'><seat/></item>\
                <extra>1</extra><item size='huge'/><title lang='en'>t<b/></title><title>second</title>stray</shop>";
    let data = there_and_back(text);
    assert_eq!((&data["@color"], &data["@open"]), (&json!("red"), &json!("maybe")));
    assert_eq!(data["item"][0]["@kind"], "car");
    assert_eq!(data["item"][0]["$unknown"], json!([{"xml": "<seat/>"}]));
    assert_eq!(data["item"][1], json!({"@size": "huge"}));
    assert_eq!(data["title"], json!({"@lang": "en", "$text": "t", "$unknown": [{"xml": "<b/>"}]}));
    let strays = data["$unknown"].as_array().expect("a list");
    assert!(strays.contains(&json!({"xml": "<extra>1</extra>", "before": "item[2]"})), "{strays:?}");
}

#[test]
fn namespaces_and_foreign_content_stay() {
    let pass = "http://shop.org/schemas/pass/1.0";
    let data = there_and_back(&format!(
        "<shop name='a' xmlns:p='{pass}' xmlns:m='urn:m'><metadata><m:x y='1'> z </m:x></metadata><p:pass/></shop>"
    ));
    assert_eq!(data["@xmlns:p"], pass);
    assert_eq!(data["metadata"], "<metadata><m:x y='1'> z </m:x></metadata>");
    assert_eq!(data["pass:pass"], json!({}));
    // Where nothing declares it, the root does.
    let shop: Shop = serde_json::from_value(json!({"name": "a", "pass:pass": {}})).expect("a shop");
    assert!(
        shop.to_xml().expect("it can be written").contains(&format!("xmlns:pass='{pass}'")),
        "{}",
        shop.to_xml().expect("it can be written")
    );
}

#[test]
fn what_people_write_by_hand_is_read() {
    let shop: Shop = serde_json::from_value(json!({
        "name": 7, "@open": true, "title": null, "closed": false,
        "item": [{"$text": "a"}, "b"],
    }))
    .expect("a shop");
    assert_eq!(
        shop.to_xml().expect("it can be written"),
        "<shop name='7' open='true'>\n  <item>a</item>\n  <item>b</item>\n</shop>\n"
    );
    let one: Shop = serde_json::from_value(json!({"name": "a", "item": "b"})).expect("a shop");
    assert_eq!(one.items.len(), 1);
}

#[test]
fn what_is_wrong_is_told_with_its_path() {
    for (data, expected) in [
        (json!({"nme": "a"}), "shop: unknown key 'nme'; did you mean 'name'?"),
        (json!({}), "shop: <shop> lacks the attribute 'name'"),
        (
            json!({"name": "a", "open": "maybe"}),
            "shop: 'maybe' is no value of the attribute 'open'; expected 'true' or 'false'",
        ),
        (
            json!({"name": "a", "item": [{}, {"size": "huge"}]}),
            "shop/item[2]: 'huge' is no value of the attribute 'size'",
        ),
        (json!({"name": "a", "item": [{"pages": 3}]}), "shop/item: unknown key 'pages'"),
        (json!({"name": ["a"]}), "shop: 'name': a list stands where a value is expected"),
        (json!({"name": 1.5}), "write it as a text, in quotes"),
        (json!({"name": "a", "closed": "yes"}), "shop/closed: true or false is expected"),
        (json!({"name": "a", "@x y": "b"}), "shop: 'x y' cannot be the name of an attribute"),
        (json!({"name": "a", "metadata": "</shop><shop>"}), "shop/metadata: '</shop><shop>' is no XML"),
        (json!([]), "shop: a list stands where an object is expected"),
    ] {
        let error = serde_json::from_value::<Shop>(data.clone()).expect_err("it is wrong").to_string();
        assert!(error.contains(expected), "{data}: {error}");
    }
    let twice = serde_json::from_str::<Shop>("{\"name\": \"a\", \"name\": \"b\"}").expect_err("it is wrong");
    assert!(twice.to_string().contains("the key 'name' is given more than once"), "{twice}");
}

#[test]
fn what_no_xml_can_hold_is_an_error() {
    let shop = Shop { name: "a\u{1}".to_owned(), ..Shop::default() };
    let error = serde_json::to_string(&shop).expect_err("no XML can hold it");
    assert!(error.to_string().contains("no document can hold the character U+0001"), "{error}");
}

#[test]
fn parts_are_data_too() {
    let item = Item { kind: ItemKind::Book(ItemBook { pages: 3, authors: vec!["x".to_owned()] }), ..Item::default() };
    assert_eq!(serde_json::to_value(&item).expect("data"), json!({"kind": "book", "pages": 3, "author": ["x"]}));
    let members: ItemBook = serde_json::from_value(json!({"pages": 3, "author": ["x"]})).expect("members");
    assert_eq!(members.pages, 3);
    assert_eq!(serde_json::to_value(&members).expect("data"), json!({"pages": 3, "author": ["x"]}));
    assert_eq!(serde_json::to_value(Size::Large).expect("data"), "large");
    assert_eq!(serde_json::from_value::<Size>(json!("large")).expect("a size"), Size::Large);
    assert!(serde_json::from_value::<Size>(json!("huge")).expect_err("no size").to_string().contains("'small'"));
}

#[test]
fn numbers_are_numbers_where_json_has_them() {
    let pages = |pages: &str| as_json(&format!("<shop name='1'><item kind='book' pages='{pages}'/></shop>"));
    assert_eq!(pages("12")["item"][0]["pages"], 12);
    assert_eq!(pages("12")["name"], "1", "a text stays one");
}

#[test]
fn the_json_schema_lists_what_the_tables_list() {
    let schema = serde_json::to_value(data::json_schema::<Shop>()).expect("JSON");
    assert_eq!(schema["$ref"], "#/$defs/Shop");
    let shop = &schema["$defs"]["Shop"];
    assert_eq!(shop["properties"]["title"], json!({"type": "string"}));
    assert_eq!(shop["properties"]["item"], json!({"type": "array", "items": {"$ref": "#/$defs/Item"}}));
    assert_eq!(shop["properties"]["closed"], json!({"type": "boolean"}));
    assert_eq!(shop["required"], json!(["name"]));
    let item = &schema["$defs"]["Item"]["anyOf"][0];
    assert_eq!(item["properties"]["kind"]["enum"], json!(["book", "voucher"]));
    assert_eq!(item["properties"]["size"]["default"], "small");
    let book = &item["allOf"][0];
    assert_eq!(book["if"]["properties"]["kind"]["const"], "book");
    assert_eq!(book["then"]["required"], json!(["pages", "author"]));
}

#[test]
fn keys_keep_their_order() {
    let data = data::to_data(&kept("<shop name='a'><title>t</title><closed/></shop>")).expect("data");
    let Data::Map(entries) = data else { panic!("an object") };
    assert_eq!(entries.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["name", "title", "closed"]);
}
