//! From tokens to the schema in XML syntax.

use super::lexer::{Kind, Token, tokens};
use super::names::Names;
use super::tree::{Annotations, Child, Element};
use super::{Fault, Result};

/// How deep brackets may nest.
const MAX_DEPTH: usize = 100;

const KEYWORDS: [&str; 19] = [
    "attribute",
    "default",
    "datatypes",
    "div",
    "element",
    "empty",
    "external",
    "grammar",
    "include",
    "inherit",
    "list",
    "mixed",
    "namespace",
    "notAllowed",
    "parent",
    "start",
    "string",
    "text",
    "token",
];

pub(super) struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    names: Names,
}

impl Parser {
    pub fn new(text: &str) -> Result<Self> {
        Ok(Self { tokens: tokens(text)?, next: 0, depth: 0, names: Names::default() })
    }

    /// The whole file.
    pub fn schema(mut self) -> Result<Element> {
        while self.declaration()? {}
        let at = self.at();
        let mut root = if self.is_grammar_content() {
            let mut grammar = Element::new("grammar", at);
            self.components(&mut grammar, true)?;
            grammar
        } else {
            self.pattern()?
        };
        if *self.peek() != Kind::End {
            return self.expected("the end of the schema");
        }
        if let Some(uri) = self.names.default.clone() {
            root = root.with("ns", uri);
        }
        for (prefix, uri) in &self.names.namespaces {
            if let Some(uri) = uri.as_deref().filter(|uri| !uri.is_empty() && prefix != "xml") {
                root = root.with(&format!("xmlns:{prefix}"), uri);
            }
        }
        Ok(root)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(0, |token| token.at)
    }

    fn kind(&self, ahead: usize) -> &Kind {
        self.tokens.get(self.next + ahead).map_or(&Kind::End, |token| &token.kind)
    }

    fn peek(&self) -> &Kind {
        self.kind(0)
    }

    fn take(&mut self) -> Kind {
        let kind = self.peek().clone();
        self.next = (self.next + 1).min(self.tokens.len());
        kind
    }

    fn expected<T>(&self, what: &str) -> Result<T> {
        let found = match self.peek() {
            Kind::Name { text, .. } => format!("`{text}`"),
            Kind::Prefixed(prefix, local) => format!("`{prefix}:{local}`"),
            Kind::Literal(text) => format!("\"{text}\""),
            Kind::Sign(sign) => format!("`{sign}`"),
            Kind::Documentation(_) => "documentation".to_owned(),
            Kind::End => "the end of the file".to_owned(),
        };
        Err(Fault { at: self.at(), message: format!("{found} stands where {what} is expected") })
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Kind::Sign(found) if *found == sign)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.next += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &str) -> Result<()> {
        if self.takes(sign) { Ok(()) } else { self.expected(&format!("`{sign}`")) }
    }

    fn keyword(&self, ahead: usize) -> Option<&str> {
        match self.kind(ahead) {
            Kind::Name { text, quoted: false } => KEYWORDS.iter().find(|keyword| *keyword == text).copied(),
            _ => None,
        }
    }

    fn takes_keyword(&mut self, keyword: &str) -> bool {
        let found = self.keyword(0) == Some(keyword);
        self.next += usize::from(found);
        found
    }

    /// A name without a prefix; a keyword counts as one where `keywords`.
    fn name(&mut self, keywords: bool) -> Result<String> {
        match self.peek() {
            Kind::Name { text, quoted } if keywords || *quoted || !KEYWORDS.contains(&text.as_str()) => {
                let text = text.clone();
                self.take();
                Ok(text)
            }
            _ => self.expected("a name"),
        }
    }

    fn literal(&mut self) -> Result<String> {
        let mut whole = String::new();
        loop {
            match self.take() {
                Kind::Literal(text) => whole.push_str(&text),
                _ => {
                    self.next -= 1;
                    return self.expected("a literal");
                }
            }
            if !self.takes("~") {
                return Ok(whole);
            }
        }
    }

    /// What stands between brackets that may nest.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth == MAX_DEPTH {
            return Err(Fault {
                at: self.at(),
                message: format!("more than {MAX_DEPTH} brackets stand inside each other"),
            });
        }
        self.depth += 1;
        let found = inner(self)?;
        self.depth -= 1;
        Ok(found)
    }

    fn declaration(&mut self) -> Result<bool> {
        let at = self.at();
        if self.keyword(0) == Some("default") && self.keyword(1) == Some("namespace") {
            self.next += 2;
            let prefix = if self.is_sign("=") { None } else { Some(self.name(true)?) };
            self.sign("=")?;
            let uri = self.namespace_uri()?;
            if let Some(prefix) = prefix {
                self.names.declare(prefix, uri.clone(), at)?;
            }
            self.names.default = uri;
        } else if matches!(self.keyword(0), Some("namespace" | "datatypes")) && !matches!(self.kind(1), Kind::Sign(_)) {
            let is_namespace = self.keyword(0) == Some("namespace");
            self.next += 1;
            let prefix = self.name(true)?;
            self.sign("=")?;
            if is_namespace {
                let uri = self.namespace_uri()?;
                self.names.declare(prefix, uri, at)?;
            } else {
                let uri = self.literal()?;
                self.names.declare_library(prefix, uri, at)?;
            }
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn namespace_uri(&mut self) -> Result<Option<String>> {
        if self.takes_keyword("inherit") { Ok(None) } else { self.literal().map(Some) }
    }

    /// Whether the file goes on with parts of a grammar, and not with a pattern.
    fn is_grammar_content(&self) -> bool {
        let mut ahead = 0;
        loop {
            match self.kind(ahead) {
                Kind::Documentation(_) => ahead += 1,
                Kind::Sign("[") => {
                    let mut open = 0;
                    loop {
                        match self.kind(ahead) {
                            Kind::Sign("[") => open += 1,
                            Kind::Sign("]") => open -= 1,
                            Kind::End => return false,
                            _ => {}
                        }
                        ahead += 1;
                        if open == 0 {
                            break;
                        }
                    }
                }
                Kind::End => return true,
                Kind::Prefixed(..) => return *self.kind(ahead + 1) == Kind::Sign("["),
                _ => break,
            }
        }
        let assigns = matches!(self.kind(ahead + 1), Kind::Sign("=" | "|=" | "&=" | "["));
        matches!(self.keyword(ahead), Some("start" | "div" | "include"))
            || matches!(self.kind(ahead), Kind::Name { .. }) && assigns
    }

    /// The parts of a grammar, up to its end.
    fn components(&mut self, into: &mut Element, includes: bool) -> Result<()> {
        while *self.peek() != Kind::End && !self.is_sign("}") {
            let foreign =
                matches!(self.peek(), Kind::Prefixed(..) | Kind::Name { .. }) && *self.kind(1) == Kind::Sign("[");
            if foreign && self.keyword(0).is_none() {
                let element = self.annotation_element()?;
                into.children.push(Child::Element(element));
                continue;
            }
            let annotations = self.annotations()?;
            let mut component = self.component(includes)?;
            component.annotate(annotations);
            into.children.push(Child::Element(component));
        }
        Ok(())
    }

    fn component(&mut self, includes: bool) -> Result<Element> {
        let at = self.at();
        if self.takes_keyword("div") {
            return self.block(Element::new("div", at), includes);
        }
        if includes && self.takes_keyword("include") {
            let include = self.reference(Element::new("include", at))?;
            return if self.is_sign("{") { self.block(include, false) } else { Ok(include) };
        }
        let mut element = if self.takes_keyword("start") {
            Element::new("start", at)
        } else {
            let name = self.name(false)?;
            Element::new("define", at).with("name", name)
        };
        match self.take() {
            Kind::Sign("=") => {}
            Kind::Sign("|=") => element = element.with("combine", "choice"),
            Kind::Sign("&=") => element = element.with("combine", "interleave"),
            _ => {
                self.next -= 1;
                return self.expected("`=`, `|=` or `&=`");
            }
        }
        let pattern = self.pattern()?;
        // A start holds one pattern, a definition several.
        Ok(if element.name == "start" { element.holding([pattern]) } else { element.holding(pattern.into_content()) })
    }

    /// Parts of a grammar in braces.
    fn block(&mut self, mut into: Element, includes: bool) -> Result<Element> {
        self.sign("{")?;
        self.nested(|parser| parser.components(&mut into, includes))?;
        self.sign("}")?;
        Ok(into)
    }

    /// The file that `include` and `external` refer to, and the namespace that it inherits.
    fn reference(&mut self, element: Element) -> Result<Element> {
        let href = self.literal()?;
        let element = element.with("href", href);
        let ns = if self.takes_keyword("inherit") {
            self.sign("=")?;
            let at = self.at();
            let prefix = self.name(true)?;
            self.names.namespace(&prefix, at)?.map(str::to_owned)
        } else {
            self.names.default.clone()
        };
        Ok(match ns {
            Some(ns) => element.with("ns", ns),
            None => element,
        })
    }

    /// Patterns that are joined by one sign.
    fn pattern(&mut self) -> Result<Element> {
        let at = self.at();
        let first = self.particle()?;
        let (sign, name) = match self.peek() {
            Kind::Sign(",") => (",", "group"),
            Kind::Sign("&") => ("&", "interleave"),
            Kind::Sign("|") => ("|", "choice"),
            _ => return Ok(first),
        };
        let mut joined = Element::new(name, at).holding([first]);
        while self.takes(sign) {
            let next = self.particle()?;
            joined = joined.holding([next]);
        }
        if matches!(self.peek(), Kind::Sign("," | "&" | "|")) {
            return self.expected(&format!("`{sign}` or an end, or parentheses around what belongs together,"));
        }
        Ok(joined)
    }

    /// A pattern, how often it stands, and what is said of it.
    fn particle(&mut self) -> Result<Element> {
        let annotations = self.annotations()?;
        let mut pattern = self.primary()?;
        pattern.annotate(annotations);
        let at = pattern.at;
        let repeat = match self.peek() {
            Kind::Sign("?") => Some("optional"),
            Kind::Sign("*") => Some("zeroOrMore"),
            Kind::Sign("+") => Some("oneOrMore"),
            _ => None,
        };
        if let Some(name) = repeat {
            self.next += 1;
            pattern = Element::new(name, at).holding(pattern.into_content());
        }
        while self.takes(">>") {
            let behind = self.annotation_element()?;
            pattern.behind.push(behind);
        }
        Ok(pattern)
    }

    fn primary(&mut self) -> Result<Element> {
        let at = self.at();
        if self.takes("(") {
            let inner = self.nested(Self::pattern)?;
            self.sign(")")?;
            return Ok(inner);
        }
        if let Kind::Literal(_) = self.peek() {
            let text = self.literal()?;
            return Ok(Element::new("value", at).text(text));
        }
        if let Kind::Prefixed(prefix, local) = self.peek().clone() {
            let library = self.names.library(&prefix, at)?.to_owned();
            self.take();
            return self.data(&local, library);
        }
        let Some(keyword) = self.keyword(0).map(str::to_owned) else {
            let name = self.name(false)?;
            return Ok(Element::new("ref", at).with("name", name));
        };
        self.take();
        match keyword.as_str() {
            "element" | "attribute" => self.named(&keyword, at),
            "mixed" | "list" => {
                let inner = self.braces()?;
                Ok(Element::new(&keyword, at).holding(inner.into_content()))
            }
            "empty" | "text" | "notAllowed" => Ok(Element::new(&keyword, at)),
            "string" | "token" => self.data(&keyword, String::new()),
            "external" => self.reference(Element::new("externalRef", at)),
            "grammar" => self.block(Element::new("grammar", at), true),
            "parent" => {
                let name = self.name(false)?;
                Ok(Element::new("parentRef", at).with("name", name))
            }
            _ => {
                self.next -= 1;
                self.expected("a pattern")
            }
        }
    }

    fn braces(&mut self) -> Result<Element> {
        self.sign("{")?;
        let inner = self.nested(Self::pattern)?;
        self.sign("}")?;
        Ok(inner)
    }

    fn named(&mut self, tag: &str, at: usize) -> Result<Element> {
        let mut element = Element::new(tag, at);
        let simple = match self.peek() {
            Kind::Name { text, .. } if *self.kind(1) == Kind::Sign("{") => Some(text.clone()),
            _ => None,
        };
        if let Some(name) = simple {
            self.take();
            element = element.with("name", name);
        } else {
            let class = self.name_class(tag == "attribute")?;
            element = element.holding([class]);
        }
        let content = self.braces()?;
        // An attribute holds one pattern.
        let content = if tag == "attribute" { vec![content] } else { content.into_content() };
        Ok(element.holding(content))
    }

    /// A datatype with its parameters and what is left out of it, or a value of it.
    fn data(&mut self, name: &str, library: String) -> Result<Element> {
        let at = self.tokens.get(self.next.saturating_sub(1)).map_or(0, |token| token.at);
        let typed = |tag| Element::new(tag, at).with("datatypeLibrary", library).with("type", name);
        if let Kind::Literal(_) = self.peek() {
            let text = self.literal()?;
            return Ok(typed("value").text(text));
        }
        let mut data = typed("data");
        if self.takes("{") {
            while !self.takes("}") {
                let annotations = self.annotations()?;
                let at = self.at();
                let name = self.name(true)?;
                self.sign("=")?;
                let value = self.literal()?;
                let mut param = Element::new("param", at).with("name", name).text(value);
                param.annotate(annotations);
                data = data.holding([param]);
            }
        }
        if self.is_sign("-") {
            let at = self.at();
            self.take();
            let annotations = self.annotations()?;
            let mut except = self.nested(Self::primary)?;
            except.annotate(annotations);
            data = data.holding([Element::new("except", at).holding([except])]);
        }
        Ok(data)
    }

    /// Name classes, of which each may be meant.
    fn name_class(&mut self, of_attribute: bool) -> Result<Element> {
        let at = self.at();
        let first = self.one_name_class(of_attribute)?;
        if !self.is_sign("|") {
            return Ok(first);
        }
        let mut choice = Element::new("choice", at).holding([first]);
        while self.takes("|") {
            let next = self.one_name_class(of_attribute)?;
            choice = choice.holding([next]);
        }
        Ok(choice)
    }

    fn one_name_class(&mut self, of_attribute: bool) -> Result<Element> {
        let annotations = self.annotations()?;
        let at = self.at();
        let mut class = match self.peek().clone() {
            Kind::Sign("(") => {
                self.take();
                let inner = self.nested(|parser| parser.name_class(of_attribute))?;
                self.sign(")")?;
                inner
            }
            Kind::Sign("*") => {
                self.take();
                self.except(Element::new("anyName", at), of_attribute)?
            }
            Kind::Prefixed(prefix, local) => {
                let ns = self.names.namespace(&prefix, at)?;
                let any = local == "*";
                let mut class = Element::new(if any { "nsName" } else { "name" }, at);
                if let Some(ns) = ns {
                    class = class.with("ns", ns);
                }
                self.take();
                if any { self.except(class, of_attribute)? } else { class.text(local) }
            }
            Kind::Name { text, .. } => {
                self.take();
                let name = Element::new("name", at);
                // A name without a prefix is in the default namespace, that of an attribute in none.
                if of_attribute { name.with("ns", "").text(text) } else { name.text(text) }
            }
            _ => return self.expected("a name or a name class"),
        };
        class.annotate(annotations);
        Ok(class)
    }

    fn except(&mut self, class: Element, of_attribute: bool) -> Result<Element> {
        let at = self.at();
        if !self.takes("-") {
            return Ok(class);
        }
        let inner = self.nested(|parser| parser.one_name_class(of_attribute))?;
        Ok(class.holding([Element::new("except", at).holding([inner])]))
    }

    /// Documentation, and what stands in brackets.
    fn annotations(&mut self) -> Result<Annotations> {
        let mut found = Annotations::default();
        while let Kind::Documentation(text) = self.peek().clone() {
            let namespace = "http://relaxng.org/ns/compatibility/annotations/1.0";
            let element = Element::new("a:documentation", self.at()).with("xmlns:a", namespace).text(text);
            found.elements.push(element);
            self.take();
        }
        if !self.takes("[") {
            return Ok(found);
        }
        while !self.takes("]") {
            if *self.kind(1) == Kind::Sign("=") {
                let at = self.at();
                let Kind::Prefixed(prefix, local) = self.take() else {
                    return Err(Fault { at, message: "the name of an annotation has a prefix".to_owned() });
                };
                self.names.namespace(&prefix, at)?;
                self.sign("=")?;
                let value = self.literal()?;
                found.attributes.push((format!("{prefix}:{local}"), value, at));
            } else {
                found.elements.push(self.annotation_element()?);
            }
        }
        Ok(found)
    }

    /// An element of another language, with all that is in it.
    fn annotation_element(&mut self) -> Result<Element> {
        let at = self.at();
        let mut element = match self.take() {
            Kind::Prefixed(prefix, local) => {
                self.names.namespace(&prefix, at)?;
                Element::new(&format!("{prefix}:{local}"), at)
            }
            Kind::Name { text, .. } => Element::new(&text, at).with("xmlns", ""),
            _ => {
                self.next -= 1;
                return self.expected("an annotation");
            }
        };
        self.sign("[")?;
        self.nested(|parser| {
            while !parser.is_sign("]") {
                let at = parser.at();
                match parser.peek() {
                    Kind::Literal(_) => element.children.push(Child::Text(parser.literal()?)),
                    Kind::Prefixed(..) | Kind::Name { .. } if *parser.kind(1) == Kind::Sign("=") => {
                        let name = match parser.take() {
                            Kind::Prefixed(prefix, local) => {
                                parser.names.namespace(&prefix, at)?;
                                format!("{prefix}:{local}")
                            }
                            Kind::Name { text, .. } => text,
                            _ => return parser.expected("an attribute"),
                        };
                        parser.sign("=")?;
                        let value = parser.literal()?;
                        element.attributes.push((name, value, at));
                    }
                    _ => element.children.push(Child::Element(parser.annotation_element()?)),
                }
            }
            Ok(())
        })?;
        self.sign("]")?;
        Ok(element)
    }
}
