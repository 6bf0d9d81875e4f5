//! Random schemas, made to be hard on choices and orders: whatever the model decides, documents survive being read and
//! written by it, and stay valid.

mod interpret;
mod random;

use domxml_codegen::lower::Options;
use domxml_codegen::model::Shape;
use domxml_codegen::{analyse, lower};
use relaxng_model::validate::Validator;
use relaxng_model::{Grammar, MemoryResolver};

/// Makes schemas; the same seed makes the same schema.
struct Schemas {
    state: u64,
    text: String,
}

const VALUES: [&str; 4] = ["p", "q", "r", "s"];

impl Schemas {
    fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, text: String::new() }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).expect("31 bits") % limit
    }

    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn container(&mut self) -> &'static str {
        ["group", "interleave"][self.below(2)]
    }

    /// Some of the elements, now and then in another order, each once, optional or repeated.
    fn elements(&mut self, pool: &[&str], container: &str) {
        let mut names: Vec<&str> = pool.to_vec();
        names.retain(|_| self.below(3) > 0);
        if self.below(3) == 0 {
            for index in (1..names.len()).rev() {
                let other = self.below(index + 1);
                names.swap(index, other);
            }
        }
        if names.is_empty() {
            self.put("<empty/>");
            return;
        }
        self.put(&format!("<{container}>"));
        for name in names {
            let one = format!("<ref name='{name}'/>");
            let text = match self.below(6) {
                0 => format!("<zeroOrMore>{one}</zeroOrMore>"),
                1 => format!("<oneOrMore>{one}</oneOrMore>"),
                2 | 3 => format!("<optional>{one}</optional>"),
                4 => format!("<element name='{name}'><optional><attribute name='own'/></optional><text/></element>"),
                _ => one,
            };
            self.put(&text);
        }
        self.put(&format!("</{container}>"));
    }

    /// A choice whose branches carry an attribute, mostly with values of their own.
    fn choice(&mut self, attribute: &str, depth: usize, pool: &[&str]) {
        self.put("<choice>");
        let branches = 2 + self.below(3);
        for own in &VALUES[..branches] {
            let value = if self.below(8) == 0 { VALUES[self.below(4)] } else { *own };
            let deciding = format!("<attribute name='{attribute}'><value>{value}</value></attribute>");
            let deciding = if self.below(6) == 0 { format!("<optional>{deciding}</optional>") } else { deciding };
            let other = match self.below(4) {
                0 => String::new(),
                number => format!("<optional><attribute name='w{number}'/></optional>"),
            };
            self.put("<group>");
            if self.below(3) == 0 {
                self.put(&(other + &deciding));
            } else {
                self.put(&(deciding + &other));
            }
            let container = self.container();
            if depth > 0 && self.below(2) == 0 {
                self.put(&format!("<{container}>"));
                self.elements(&["a", "b"], container);
                self.choice("inner", depth - 1, &["c", "d", "e"]);
                self.put(&format!("</{container}>"));
            } else {
                self.elements(pool, container);
            }
            self.put("</group>");
        }
        if self.below(6) == 0 {
            self.put("<empty/>");
        }
        self.put("</choice>");
    }

    fn schema(mut self) -> String {
        self.put("<grammar xmlns='http://relaxng.org/ns/structure/1.0'><start><element name='root'>");
        let container = self.container();
        self.put(&format!("<{container}>"));
        if self.below(2) == 0 {
            self.elements(&["x", "y"], container);
        }
        let optional = self.below(6) == 0;
        if optional {
            self.put("<optional>");
        }
        if self.below(3) == 0 {
            self.put("<ref name='shared'/>");
        } else {
            let pool: &[&str] = [&["a", "b", "c", "f"][..], &["a", "b", "c", "f", "g"], &["a", "b"]][self.below(3)];
            let depth = self.below(2);
            self.choice("type", depth, pool);
        }
        if optional {
            self.put("</optional>");
        }
        if self.below(2) == 0 {
            let pool = [["z", "a"], ["z", "u"]][usize::from(self.below(3) > 0)];
            self.elements(&pool, container);
        }
        self.put("<optional><attribute name='v'/></optional><zeroOrMore><ref name='other'/></zeroOrMore>");
        self.put(&format!("</{container}></element></start>"));
        for name in ["a", "b", "c", "d", "e", "f", "g", "u", "x", "y", "z"] {
            let content = if "cd".contains(name) { "<attribute name='k'/>" } else { "<text/>" };
            self.put(&format!("<define name='{name}'><element name='{name}'>{content}</element></define>"));
        }
        self.put("<define name='shared'>");
        self.choice("type", 0, &["a", "b"]);
        self.put(
            "</define><define name='other'><element name='other'><ref name='shared'/></element></define></grammar>",
        );
        self.text
    }
}

fn grammar(text: &str) -> Option<Grammar> {
    let mut resolver = MemoryResolver::new();
    resolver.insert("schema.rng", text);
    // What breaks a restriction of RELAX NG (an element twice in an interleave) is no schema.
    relaxng_model::load(&resolver, "schema.rng").ok()
}

#[test]
fn documents_survive() {
    let (mut schemas, mut documents, mut choices) = (0, 0, 0);
    for seed in 1..=400 {
        let text = Schemas::new(seed).schema();
        let Some(grammar) = grammar(&text) else { continue };
        let facts = analyse::analyse(&grammar).expect("a schema with a root");
        let model = lower::lower(&grammar, &facts, &Options::default()).expect("nothing strict");
        schemas += 1;
        choices += model.types.iter().filter(|ty| matches!(ty.shape, Shape::Payload(_))).count();
        let mut validator = Validator::new(&grammar);
        let tested = random::try_documents(&grammar, 20, |before| {
            let document = roxmltree::Document::parse(before).expect("well-formed");
            if !validator.is_valid(&document) {
                return Err("not valid".to_owned());
            }
            let written = interpret::round_trip(&model, document.root_element())?;
            let after = written.to_xml();
            if written.sorted() != interpret::verbatim(document.root_element()).sorted() {
                return Err(format!("changed to\n{after}"));
            }
            let document = roxmltree::Document::parse(&after).expect("well-formed");
            documents += 1;
            if validator.is_valid(&document) { Ok(()) } else { Err(format!("no longer valid\n{after}")) }
        });
        tested.unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
    }
    assert!(
        schemas > 200 && documents > 4000 && choices > 300,
        "{schemas} schemas, {documents} documents, {choices} choices"
    );
}
