//! What is not of the format and stays: comments, unknown content, and what cannot be read.

use domxml_runtime::{Action, Defaults, Element, Kept, KeptContent, NoteKind, WriteOptions};

use crate::shop::{ItemKind, Shop, Size};
use crate::{KEEP, errors, rewritten};

#[test]
fn a_text_in_an_element_that_holds_nothing_stays_in_it() {
    let text = "\
<shop name='x'>
  <closed>1<!-- c --></closed>
</shop>
";
    assert_eq!(rewritten(text), text);
    let shop = Shop::from_xml_with(text, &KEEP).expect("it is kept");
    assert_eq!(shop.notes[0].to_string(), "2:11: shop/closed: unexpected text in <closed>");
    let dropped = WriteOptions { kept: KeptContent::Drop, ..WriteOptions::default() };
    assert_eq!(
        shop.value.write_with(&dropped).expect("it can be written").text,
        "<shop name='x'>\n  <closed/>\n</shop>\n"
    );
}

/// Breaks around it would become part of it.
#[test]
fn a_text_that_is_alone_in_its_element_stays_on_its_line() {
    for text in ["<shop name='x'>words</shop>\n", "<shop name='x'>\n  <item kind='bond'>10</item>\n</shop>\n"] {
        assert_eq!(rewritten(text), text);
    }
    assert_eq!(rewritten("<shop name='x'>words<closed/></shop>"), "<shop name='x'>\n  words\n  <closed/>\n</shop>\n");
}

#[test]
fn comments_stay_where_they_were() {
    let text = "\
<?xml version='1.0' encoding='UTF-8'?>
<!-- before
     the root -->

<shop name='x'>
  <!-- of the title -->
  <title><!-- in -->T<!-- side --></title> <!-- same line -->
  <!-- of the item -->
  <?page break?>
  <item kind='voucher'><!-- a -->10<!-- b --></item>
  <item kind='voucher'>
    <!-- alone -->
  </item> <!-- one --> <!-- two -->
  <!-- last -->
</shop>
<!-- behind -->
";
    assert_eq!(rewritten(text), text);
    let dropped = WriteOptions { kept: KeptContent::Drop, ..WriteOptions::default() };
    let shop = Shop::from_xml(text).expect("comments are always taken");
    let bare =
        "<shop name='x'>\n  <title>T</title>\n  <item kind='voucher'>10</item>\n  <item kind='voucher'/>\n</shop>\n";
    assert_eq!(shop.write_with(&dropped).expect("it can be written").text, bare);
}

#[test]
fn comments_of_what_is_gone_are_not_lost() {
    let mut shop =
        Shop::from_xml("<shop name='x'><!-- t --><title>T<!-- u --></title><closed/></shop>").expect("valid");
    shop.title = None;
    assert_eq!(
        shop.to_xml().expect("it can be written"),
        "<shop name='x'>\n  <closed/>\n  <!-- t -->\n  <!-- u -->\n</shop>\n"
    );
}

#[test]
fn a_comment_below_a_text_stays_below_it() {
    for text in [
        "<shop name='x'>\n  some text\n  <!-- below -->\n  <closed/>\n</shop>\n",
        "<shop name='x'>\n  some text <!-- behind -->\n</shop>\n",
    ] {
        assert_eq!(rewritten(text), text);
    }
}

#[test]
fn unknown_content_is_kept_in_place() {
    let text = "\
<shop name='x' colour='red'>
  <new a='1'>
        <inner/>
  </new>
  <title lang='en'>T</title>
  <item kind='voucher' z='1'>
    <strange>thing</strange>
  </item>
  <closed at='5'/>
  <closed/>
  some text
</shop>
";
    assert_eq!(rewritten(text), text);
    let parsed = Shop::from_xml_with(text, &KEEP).expect("kept");
    let notes: Vec<String> = parsed.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes.len(), 8, "{notes:#?}");
    assert_eq!(notes[0], "1:16: shop: unknown attribute 'colour' of <shop>");
    assert_eq!(notes[1], "2:3: shop/new: unknown element <new> in <shop>");
    let denied = errors(text);
    assert_eq!(denied.len(), 8, "{denied:#?}");
    assert_eq!(denied[6], "10:3: shop/closed[2]: <closed> is given more than once in <shop>");
}

/// Of two elements where one is read the first counts: what cannot be read is not made up for by another.
#[test]
fn of_several_elements_the_first_counts_even_where_it_cannot_be_read() {
    let text = "\
<shop name='x'>
  <item kind='book' pages='12'>
    <author>Ada</author>
    <item kind='book' pages='many'/>
    <item kind='voucher'/>
  </item>
  <item kind='book' pages='none'/>
  <item kind='voucher'/>
</shop>
";
    assert_eq!(rewritten(text), text);
    let shop = Shop::from_xml_with(text, &KEEP).expect("kept").value;
    assert!(shop.items[0].part.is_none());
    assert_eq!(shop.items.len(), 2, "of a list each counts by itself");
}

/// Of elements of one name it may matter which is the first. Their order stays, whatever order the children stand in and whatever else of
/// them is kept; and what is written is read as it is meant.
#[test]
fn elements_of_one_name_keep_their_order_and_places_do_not_depend_on_what_is_kept_behind_them() {
    let parts = [
        "<title>T</title>",
        "<title>U</title>",
        "<closed/>",
        "<item kind='book'/>",
        "<item kind='voucher'/>",
        "<!-- c -->",
    ];
    let names = ["title", "closed", "item"];
    let mut orders = vec![Vec::new()];
    for _ in parts {
        let longer = |order: &Vec<usize>| -> Vec<Vec<usize>> {
            let free = (0..parts.len()).filter(|part| !order.contains(part));
            free.map(|part| [&order[..], &[part]].concat()).collect()
        };
        orders = orders.iter().flat_map(longer).collect();
    }
    for order in orders {
        let lines: Vec<&str> = order.iter().map(|part| parts[*part]).collect();
        let text = format!("<shop name='x'>\n{}\n</shop>\n", lines.join("\n"));
        let shop = Shop::from_xml_with(&text, &KEEP).expect("kept").value;
        let of_name = |lines: &[&str], name: &str| -> Vec<String> {
            let starts = |line: &&&str| line.starts_with(&format!("<{name}"));
            lines.iter().filter(starts).map(ToString::to_string).collect()
        };
        let printed = shop.to_xml().expect("it can be written");
        let written: Vec<&str> = printed.lines().map(str::trim).collect();
        for name in names {
            assert_eq!(of_name(&written, name), of_name(&lines, name), "{text}{printed}");
        }
        let behind = |lines: &[&str]| {
            let at = lines.iter().position(|line| *line == "<!-- c -->").unwrap_or_else(|| panic!("{text}{printed}"));
            lines.get(at + 1).map(|line| (*line).to_owned())
        };
        if let Some(next) = behind(&lines) {
            assert_eq!(behind(&written), Some(next), "{text}{printed}");
        }
        let kept = shop.xml.kept.as_deref().map_or(0, |kept| kept.nodes.len());
        for gone in 0..=kept {
            let mut changed = shop.clone();
            if gone < kept {
                changed.xml.kept_mut().nodes.remove(gone);
            }
            let printed = changed.to_xml().expect("it can be written");
            assert_eq!(rewritten(&printed), printed, "{text}");
        }
    }
}

#[test]
fn a_comment_takes_no_more_room_than_it_needs() {
    let text = "<shop name='x'>\n  <!-- a -->\n  <item kind='voucher'/>\n  <!-- b -->\n</shop>\n";
    let shop = Shop::from_xml(text).expect("it is valid");
    for extra in [&shop.xml, &shop.items[0].xml] {
        assert_eq!(extra.kept.as_deref().map(|kept| (kept.nodes.len(), kept.nodes.capacity())), Some((1, 1)));
    }
    assert!(size_of::<Kept>() <= 32);
    let mut touched = Kept::default();
    touched.values.clear();
    assert_eq!(touched, Kept::default(), "nothing is kept in either");
}

#[test]
fn unknown_values_are_kept_in_place() {
    let text = "\
<shop name='x' open='ajar'>
  <item kind='voucher' size='huge'/>
  <item kind='voucher' size='large'/>
</shop>
";
    assert_eq!(rewritten(text), text);
    let parsed = Shop::from_xml_with(text, &KEEP).expect("kept");
    let mut shop = parsed.value;
    assert_eq!((shop.open, shop.items[0].size), (None, None));
    assert!(shop.xml.keeps("", "open") && !shop.says_nothing());
    let notes: Vec<_> = parsed.notes.iter().map(|note| (note.kind, note.to_string())).collect();
    let open = "1:22: shop: 'ajar' is no value of the attribute 'open'; expected 'true' or 'false'";
    let size = "2:30: shop/item[1]: 'huge' is no value of the attribute 'size'; expected 'small' or 'large'";
    assert_eq!(notes, [(NoteKind::Unread, open.to_owned()), (NoteKind::Value, size.to_owned())]);
    assert_eq!(errors(text), [open, size]);
    // No default stands beside it, and it goes where what is unknown is not wanted.
    let canonical = WriteOptions { defaults: Defaults::Canonical, ..WriteOptions::default() };
    assert!(shop.write_with(&canonical).expect("it can be written").text.starts_with("<shop name='x' open='ajar'>"));
    let bare = shop.write_with(&WriteOptions { kept: KeptContent::Drop, ..canonical }).expect("it can be written").text;
    assert!(bare.starts_with("<shop name='x' open='true'>\n  <item kind='voucher'/>"), "{bare}");
    // A value that is set takes its place.
    shop.items[0].size = Some(Size::Large);
    let written = shop.write_with(&WriteOptions::default()).expect("it can be written");
    assert!(written.text.contains("<item kind='voucher' size='large'/>"), "{}", written.text);
    assert_eq!(written.findings[0].action, Action::Superseded);
}

#[test]
fn an_unknown_choice_keeps_what_goes_with_it() {
    let text = "\
<shop name='x'>
  <item kind='record' size='large' speed='33'>
    <artist>Ada</artist>
    <!-- first -->
    <item kind='voucher'/>
    <side>A</side>
  </item>
</shop>
";
    assert_eq!(rewritten(text), text);
    let parsed = Shop::from_xml_with(text, &KEEP).expect("kept");
    let item = &parsed.value.items[0];
    assert_eq!((item.size, item.part.is_some()), (Some(Size::Large), true), "what all items have is read");
    let ItemKind::Other(other) = &item.kind else { panic!("{:?}", item.kind) };
    assert_eq!(other.value, "record");
    assert_eq!(parsed.notes.len(), 1, "one edit, one note: {:?}", parsed.notes);
    assert_eq!(parsed.notes[0].kind, NoteKind::Choice);
    assert_eq!(errors(text).len(), 1);
}

#[test]
fn what_cannot_be_read_is_kept_and_hides_nothing() {
    let text = "\
<shop name='x'>
  <item kind='book' pages='many'>
    <author>Ada</author>
    <item kind='voucher' size='huge'/>
  </item>
  <item kind='book' pages='3'>
    <author>Bob</author>
    <item kind='book'>
      <author>Eve</author>
    </item>
  </item>
  <closed/>
</shop>
";
    assert_eq!(rewritten(text), text);
    let parsed = Shop::from_xml_with(text, &KEEP).expect("kept");
    let items = &parsed.value.items;
    assert!(items.len() == 1 && items[0].part.is_none() && parsed.value.closed);
    let notes: Vec<_> = parsed.notes.iter().map(|note| (note.kind, note.to_string())).collect();
    assert_eq!(
        notes,
        [
            (
                NoteKind::Unread,
                "2:28: shop/item[1]: 'many' is no value of the attribute 'pages'; expected a whole number from 0 to 4294967295"
                    .to_owned()
            ),
            (
                NoteKind::Value,
                "4:32: shop/item[1]/item: 'huge' is no value of the attribute 'size'; expected 'small' or 'large'".to_owned()
            ),
            (NoteKind::Unread, "8:5: shop/item[2]/item: <item> lacks the attribute 'pages'".to_owned()),
        ]
    );
    // What the root itself lacks cannot be kept anywhere.
    assert!(Shop::from_xml_with("<shop/>", &KEEP).is_err());
}

#[test]
fn comments_can_be_left_out_alone() {
    let text = "<!-- a --><shop name='x' odd='1' open='ajar'><!-- b --><odd/><title>T<!-- c --></title></shop>";
    let shop = Shop::from_xml_with(text, &KEEP).expect("kept").value;
    let options = WriteOptions { kept: KeptContent::Unknown, ..WriteOptions::default() };
    let bare = "<shop name='x' open='ajar' odd='1'>\n  <odd/>\n  <title>T</title>\n</shop>\n";
    assert_eq!(shop.write_with(&options).expect("it can be written").text, bare);
}

#[test]
fn a_prefix_that_is_declared_nowhere_is_unknown_content() {
    let text = "<shop name='x'>\n  <t:title t:a='1'>T</t:title>\n  <title t:b='2'>T</title>\n  <metadata>\n    <m:x/>\n  </metadata>\n</shop>\n";
    let parsed = Shop::from_xml_with(text, &KEEP).expect("kept");
    assert_eq!(parsed.value.to_xml().expect("it can be written"), text);
    let notes: Vec<String> = parsed.notes.iter().map(ToString::to_string).collect();
    assert!(
        notes[0].starts_with("2:3: shop/t:title: the prefix 't' is not declared, so the element <t:title>"),
        "{notes:?}"
    );
    assert!(
        notes[1].starts_with("3:10: shop/title: the prefix 't' is not declared, so the attribute 't:b'"),
        "{notes:?}"
    );
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert_eq!(errors(text).len(), 2);
}

#[test]
fn a_document_type_is_kept_and_that_of_another_document_is_no_error_of_this_one() {
    let text = "<!DOCTYPE shop SYSTEM 'shop.dtd'>\n<shop name='x'/>\n";
    assert_eq!(rewritten(text), text);
    let other = "<!DOCTYPE html [<!ENTITY a 'b'>]>\n<html><br></html>";
    assert_eq!(errors(other), ["2:2: the root is <html>; expected <shop>"]);
}

#[test]
fn what_is_kept_brings_its_namespaces_along() {
    let text = "<shop name='x' xmlns:a='urn:a'><item kind='voucher' a:of='1'><a:more/></item><metadata><a:any/></metadata></shop>";
    let from = Shop::from_xml_with(text, &KEEP).expect("kept").value;
    for (around, there) in [("", "a"), (" xmlns:a='urn:b'", "a"), (" xmlns:a='urn:a'", "")] {
        let mut to = Shop::from_xml(&format!("<shop name='y'{around}/>")).expect("valid");
        to.items = from.items.clone();
        to.metadata = from.metadata.clone();
        let written = to.to_xml().expect("it can be written");
        let tree = roxmltree::Document::parse(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
        let uri_of = |name: &str| {
            tree.descendants().find(|node| node.tag_name().name() == name).and_then(|node| node.tag_name().namespace())
        };
        assert_eq!((uri_of("more"), uri_of("any")), (Some("urn:a"), Some("urn:a")), "{written}");
        let of = tree.descendants().flat_map(|node| node.attributes()).find(|own| own.name() == "of");
        assert_eq!(of.and_then(|own| own.namespace()), Some("urn:a"), "{written}");
        assert_eq!(written.contains("<item kind='voucher' a:of='1' xmlns:a='urn:a'>"), !there.is_empty(), "{written}");
    }
    // Where it stood nothing is declared anew.
    assert_eq!(from.to_xml().expect("it can be written").matches("xmlns").count(), 1);
}
