//! Editing in place: what is changed is printed in the document's own style, and every other byte stays.

mod shop;

use domxml_runtime::edit::Around;
use domxml_runtime::{Anchor, Element, KeptNode, Original, ReadOptions, WriteOptions};
use domxml_xml::Spare;
use shop::{Item, ItemBook, ItemKind, Shop, Size};

fn edit(text: &str, change: impl FnOnce(&mut Shop)) -> String {
    Shop::edit(text, change).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A change of part of a text, and of nothing else.
fn changes(text: &str, change: impl FnOnce(&mut Shop), from: &str, to: &str) {
    assert_eq!(text.matches(from).count(), 1, "{from}");
    assert_eq!(edit(text, change), text.replace(from, to));
}

fn book(pages: u32) -> Item {
    Item { kind: ItemKind::Book(ItemBook { pages, authors: vec!["A".to_owned()] }), ..Item::default() }
}

const TEXT: &str = "\
<?xml version=\"1.0\"?>
<!-- before
     the root -->
<shop  open = \"true\"
    name='x'>
\t<title>Some  books</title> <!-- a title -->

\t<!-- the first
of two -->
\t<item size=\"large\"  kind=\"book\" pages='1'>
\t\t<author>Ada</author>   <author>Bob</author>
\t\t<!-- inside -->
\t</item>
\t<?second here?>
\t<item kind='voucher'> ten </item>
\t<closed></closed>
\t<!-- the last -->
</shop>
<!-- behind -->";

#[test]
fn nothing_changed_is_nothing_touched() {
    assert_eq!(edit(TEXT, |_| ()), TEXT);
    let odd = "\u{feff}<shop name='x'\r\n>\r\r\n<odd  a = '1'/><title><![CDATA[a]]>b</title></shop >\r\n";
    assert_eq!(edit(odd, |_| ()), odd);
}

#[test]
fn attributes_keep_quotes_and_order() {
    changes(TEXT, |shop| shop.name = "y'z".to_owned(), "name='x'", "name='y&apos;z'");
    changes(TEXT, |shop| shop.open = None, "  open = \"true\"", "");
    let size = |shop: &mut Shop| shop.items[1].size = Some(Size::Large);
    changes(TEXT, size, "kind='voucher'>", "kind='voucher' size='large'>");
    changes(TEXT, |shop| shop.items[0].size = None, " size=\"large\"", "");
}

#[test]
fn texts_are_replaced_and_the_white_space_around_them_is_not() {
    changes(TEXT, |shop| shop.title = Some("<".to_owned()), "Some  books", "&lt;");
    changes(TEXT, |shop| shop.items[1].text = Some(" x ".to_owned()), " ten ", " x ");
    let authors = |shop: &mut Shop| {
        let ItemKind::Book(book) = &mut shop.items[0].kind else { panic!("a book") };
        book.authors.remove(0);
    };
    changes(TEXT, authors, "\t\t<author>Ada</author>   <author>", "\t\t<author>");
}

#[test]
fn what_is_removed_takes_its_line_and_its_comments() {
    changes(TEXT, |shop| shop.closed = false, "\t<closed></closed>\n", "");
    changes(TEXT, |shop| drop(shop.items.remove(1)), "\t<?second here?>\n\t<item kind='voucher'> ten </item>\n", "");
    // What stands behind it on its line is a leaf's, which stays with the element around it.
    changes(TEXT, |shop| shop.title = None, "\t<title>Some  books</title> <!-- a title -->", "\t<!-- a title -->");
}

#[test]
fn what_goes_from_one_line_leaves_no_line_behind() {
    let text =
        "<shop name='x'>\n  <title>t</title>\n  <!-- a --> <item kind='voucher'/> <!-- b -->\n  <closed/>\n</shop>";
    let all = "  <!-- a --> <item kind='voucher'/> <!-- b -->\n";
    changes(text, |shop| shop.items.clear(), all, "");
    // Where something stays on the line, so does the line.
    let two = text.replace("/> <!-- b", "/> <?p?><odd/> <!-- b");
    changes(&two, |shop| shop.items.clear(), "<!-- a --> <item kind='voucher'/> ", "");
}

#[test]
fn what_is_new_in_an_element_that_shares_its_line_stays_on_that_line() {
    let authors = |shop: &mut Shop| {
        let ItemKind::Book(book) = &mut shop.items[0].kind else { panic!("a book") };
        book.authors = vec!["A".to_owned()];
    };
    let text = "<shop name='x'>\n  <title>t</title><item kind='book' pages='1'/>\n</shop>";
    changes(text, authors, " pages='1'/>", " pages='1'><author>A</author></item>");
    // A comment before it is of the same line, and no element.
    let text = "<shop name='x'>\n  <title>t</title>\n  <!-- c --> <item kind='book' pages='1'/>\n</shop>";
    changes(text, authors, " pages='1'/>", " pages='1'>\n    <author>A</author>\n  </item>");
}

#[test]
fn what_is_cut_out_of_another_text_is_indented_by_its_end_tag() {
    let text = "<shop name='x'>\n\t\t<item kind='book' pages='1'/>\n\t</shop>";
    let authors = |shop: &mut Shop| {
        let ItemKind::Book(book) = &mut shop.items[0].kind else { panic!("a book") };
        book.authors = vec!["A".to_owned()];
    };
    changes(text, authors, " pages='1'/>", " pages='1'>\n\t\t\t<author>A</author>\n\t\t</item>");
}

#[test]
fn what_is_inserted_takes_no_comment_of_its_neighbours() {
    let new = "\t<item kind='book' pages='3'>\n\t\t<author>A</author>\n\t</item>\n";
    let first = format!("{new}\n\t<!-- the first");
    changes(TEXT, |shop| shop.items.insert(0, book(3)), "\n\t<!-- the first", &first);
    changes(TEXT, |shop| shop.items.insert(1, book(3)), "\t<?second", &format!("{new}\t<?second"));
    changes(TEXT, |shop| shop.items.push(book(3)), "\t<closed>", &format!("{new}\t<closed>"));
    // One behind a start tag is of the element that begins there.
    let text = "<shop name='x'>\n  <item kind='book' pages='1'> <!-- a -->\n    <!-- b -->\n  </item>\n</shop>";
    let authors = |shop: &mut Shop| {
        let ItemKind::Book(book) = &mut shop.items[0].kind else { panic!("a book") };
        book.authors = vec!["A".to_owned()];
    };
    changes(text, authors, "<!-- a -->\n", "<!-- a -->\n    <author>A</author>\n");
    let alone = text.replace("    <!-- b -->\n", "");
    changes(&alone, authors, "<!-- a -->\n", "<!-- a -->\n    <author>A</author>\n");
}

#[test]
fn what_moves_takes_its_comments_and_its_own_text() {
    let swap = |shop: &mut Shop| shop.items.swap(0, 1);
    let first = TEXT.find("\n\t<!-- the first").expect("it stands there");
    let second = TEXT.find("\t<?second").expect("it stands there");
    let third = TEXT.find("\t<closed>").expect("it stands there");
    let swapped = [&TEXT[..first], &TEXT[second..third], &TEXT[first..second], &TEXT[third..]].concat();
    assert_eq!(edit(TEXT, swap), swapped);
    // To another depth: the lines of the layout move, those of comments do not.
    let inside = |shop: &mut Shop| {
        let book = shop.items.remove(0);
        shop.items[0].text = None;
        shop.items[0].part = Some(Box::new(book));
    };
    let moved = "\t<item kind='voucher'>\n\t\t<!-- the first\nof two -->\n\t\t<item size=\"large\"  kind=\"book\" pages='1'>\n\
                 \t\t\t<author>Ada</author>   <author>Bob</author>\n\t\t\t<!-- inside -->\n\t\t</item>\n\t</item>\n\t<closed>";
    let after = edit(TEXT, inside);
    assert!(after.contains(moved), "{after}");
}

#[test]
fn new_content_has_the_line_ends_and_the_indentation_around_it() {
    let text = "<shop name='x'>\r\n   <title>t</title>\r\n   <item kind='book' pages='1'/>\r\n</shop>\n";
    let authors = |shop: &mut Shop| {
        let ItemKind::Book(book) = &mut shop.items[0].kind else { panic!("a book") };
        book.authors = vec!["A".to_owned()];
    };
    changes(text, authors, " pages='1'/>", " pages='1'>\r\n      <author>A</author>\r\n   </item>");
    let flat = "<shop name=\"x\"><title>t</title><closed/></shop>";
    let item = "<item kind=\"book\" pages=\"2\"><author>A</author></item>";
    changes(flat, |shop| shop.items.push(book(2)), "<closed/>", &format!("{item}<closed/>"));
    changes("<shop name='x'/>", |shop| shop.closed = true, "/>", "><closed/></shop>");
    changes("<shop name='x'>\n\t<closed/>\n</shop>", |shop| shop.closed = false, ">\n\t<closed/>\n</shop>", "/>");
}

#[test]
fn unknown_content_stays_where_it_is() {
    let text = "<shop odd=\"1\" name='x'>\n  <odd  x = '1'/>\n  <item kind='voucher'/>\n  text\n  <odd/>\n</shop>";
    changes(text, |shop| shop.name = "y".to_owned(), "'x'", "'y'");
    changes(text, |shop| shop.items.clear(), "\n  <item kind='voucher'/>", "");
    let p = "<shop name='x' xmlns:p='http://shop.org/schemas/pass/1.0'>\n  <q:odd q:x='1'/>\n  <p:pass/>\n</shop>";
    changes(p, |shop| shop.pass = None, "\n  <p:pass/>", "");
}

/// What is kept and has the name of a field stands in one order with the fields of that name.
#[test]
fn elements_of_one_name_keep_their_order_when_one_of_them_moves() {
    let items = ["<item kind='voucher'/>", "<item kind='book'/>", "<item kind='voucher'>x</item>"];
    let text = format!("<shop name='x'>\n\t{}\n\t<closed/>\n</shop>", items.join("\n\t"));
    let swapped = [items[2], items[1], items[0]].join("\n\t");
    changes(&text, |shop| shop.items.swap(0, 1), &items.join("\n\t"), &swapped);
}

#[test]
fn elements_of_one_name_that_come_together_keep_their_order() {
    let items = ["<item kind='book'/>", "<item kind='book' z='2'/>"];
    let text =
        format!("<shop name='x'>\n\t<item kind='voucher'>\n\t\t{}\n\t</item>\n\t{}\n</shop>", items[0], items[1]);
    let into_the_first = |shop: &mut Shop| {
        let kept = shop.xml.kept_mut().nodes.remove(0);
        shop.items[0].xml.kept_mut().nodes.push(KeptNode { anchor: Anchor::End, ..kept });
    };
    let together =
        format!("<shop name='x'>\n\t<item kind='voucher'>\n\t\t{}\n\t\t{}\n\t</item>\n</shop>", items[0], items[1]);
    assert_eq!(edit(&text, into_the_first), together);
}

fn indented(text: &str) -> String {
    let mut spare = Spare::default();
    let (original, shop) = Original::read::<Shop>(text, &ReadOptions::default(), &mut spare).expect("a shop");
    original.indented(&shop.value.print_with(&WriteOptions::default()), Around::default())
}

#[test]
fn lines_are_indented_by_the_steps_of_the_text_and_nothing_else_changes() {
    assert_eq!(indented(TEXT), TEXT);
    let crooked = TEXT
        .replace("\n\t<item size=\"large\" ", "\n<item size=\"large\"\n  ")
        .replace("\n\t\t<author>", "\n\t    <author>")
        .replace("\n\t\t<!-- inside", "\n<!-- inside")
        .replace("\n\t</item>", "\n\t\t\t</item>")
        .replace("\n\t<?second", "\n <?second");
    let expected = TEXT.replace("size=\"large\" ", "size=\"large\"\n\t  ");
    assert_eq!(indented(&crooked), expected);
    let flat = "<shop name='x'>\n<title>\na </title>\n<item kind='book' pages='1'><author>b\n</author>\n</item></shop>";
    let steps =
        "<shop name='x'>\n  <title>\na </title>\n  <item kind='book' pages='1'><author>b\n</author>\n  </item></shop>";
    assert_eq!(indented(flat), steps, "texts stay, and two blanks where the text shows no step");
}
