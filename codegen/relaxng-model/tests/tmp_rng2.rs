use std::fmt::Write as _;

use relaxng_model::validate::{Validator, Violation, ViolationKind};
use relaxng_model::{MemoryResolver, load};
use roxmltree::Document;

const HEAD: &str = "xmlns='http://relaxng.org/ns/structure/1.0' \
                    datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'";

/// A validator for an element `r` with this content.
fn validator(content: &str) -> Validator {
    grammar(&format!("<start><element name='r'>{content}</element></start>"))
}

/// A validator for a grammar with these components.
fn grammar(components: &str) -> Validator {
    let mut resolver = MemoryResolver::new();
    resolver.insert("schema.rng", format!("<grammar {HEAD}>{components}</grammar>"));
    Validator::new(&load(&resolver, "schema.rng").unwrap())
}

fn violations(validator: &mut Validator, document: &str) -> Vec<Violation> {
    let document = Document::parse(document).unwrap();
    let violations = validator.validate(&document);
    assert_eq!(violations.is_empty(), validator.is_valid(&document), "both ways give one verdict");
    violations
}


fn doubled(depth: usize, count: usize, v: bool) {
    let mut components = String::from("<start><element name='r'><ref name='d0'/></element></start>");
    for n in 0..depth {
        let next = format!("<ref name='d{}'/>", n + 1);
        if v { write!(components, "<define name='d{n}'><optional>{next}</optional><optional>{next}</optional></define>").unwrap(); } else {
        write!(components, "<define name='d{n}'><optional>{next}{next}</optional></define>").unwrap(); }
    }
    write!(components, "<define name='d{depth}'><element name='a'><empty/></element></define>").unwrap();
    let t = std::time::Instant::now();
    let mut doubled = grammar(&components);
    println!("load {:?}", t.elapsed());
    let t = std::time::Instant::now();
    assert!(violations(&mut doubled, &format!("<r>{}</r>", "<a/>".repeat(count))).is_empty());
    println!("doubled {depth} {count} {:?}", t.elapsed());
}
fn counted(n: usize) {
    let a = "<element name='a'><empty/></element>";
    let optional: String = format!("<optional>{a}</optional>").repeat(n);
    let required = a.repeat(n);
    let t = std::time::Instant::now();
    let mut counted = validator(&format!("{optional}{required}"));
    println!("load {:?}", t.elapsed());
    let t = std::time::Instant::now();
    assert!(violations(&mut counted, &format!("<r>{}</r>", "<a/>".repeat(n * 3 / 2))).is_empty());
    println!("counted {n} {:?}", t.elapsed());
    let t = std::time::Instant::now();
    assert!(!violations(&mut counted, &format!("<r>{}</r>", "<a/>".repeat(n -1))).is_empty());
    assert!(!violations(&mut counted, &format!("<r>{}</r>", "<a/>".repeat(n * 2+1))).is_empty());
    println!("counted {n} {:?}", t.elapsed());
}
#[test]
fn a() { for n in [10,20,40,80] { counted(n) } }
#[test]
fn b() { for (n,m) in [(5,2),(10,2), (20,2),(40,2),(5,10),(10,10), (20,10),(40,10),(40,30)] { doubled(n,m,false) } }
#[test]
fn c() { for (n,m) in [(5,2),(10,2), (20,2),(40,2),(5,10),(10,10), (20,10),(40,10),(40,30)] { doubled(n,m, true) } }
