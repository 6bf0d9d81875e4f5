//! The printed types at work.

use domxml_example::library::{ItemKind, Library};

const TEXT: &str = "<library>
  <item title='Faust' kind='book' pages='464'>
    <author name='Goethe'/>
    <lent>Ada</lent>
  </item>
  <item title='Metropolis' kind='film' minutes='153'/>
</library>
";

#[test]
fn a_catalogue_is_read_changed_and_written() {
    let mut library = Library::from_xml(TEXT).expect("a library");
    assert_eq!(library.to_xml().expect("it can be written"), TEXT);
    let ItemKind::Book(book) = &library.items[0].kind else { panic!("a book") };
    assert_eq!(book.authors[0].name, "Goethe");
    library.items[0].lent = None;
    assert_eq!(library.to_xml().expect("it can be written"), TEXT.replace("    <lent>Ada</lent>\n", ""));
}

#[test]
fn what_is_wrong_has_its_place() {
    let error = Library::from_xml(&TEXT.replace("minutes='153'", "minuets='153'")).expect_err("an unknown attribute");
    assert!(error.to_string().contains("6:"), "{error}");
    assert!(error.to_string().contains("did you mean 'minutes'?"), "{error}");
}
