//! Bindings as the generator prints them, by hand and of every kind: a shop with items.

use domxml_runtime as rt;

/// A shop.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Shop {
    /// Name of the shop.
    pub name: String,
    pub open: Option<bool>,
    pub title: Option<String>,
    pub items: Vec<Item>,
    pub closed: bool,
    pub metadata: Option<rt::Verbatim>,
    pub pass: Option<Pass>,
    pub xml: rt::Extra,
}

rt::table! { Shop: element("shop");
    0 NAME = name: String, attribute("name");
    1 OPEN = open: Option<bool>, attribute("open").written("true").since(1, 2, 0);
    2 TITLE = title: Option<String>, leaf("title");
    3 ITEMS = items: Vec<Item>, child("item");
    4 CLOSED = closed: bool, flag("closed");
    5 METADATA = metadata: Option<rt::Verbatim>, verbatim("metadata");
    6 PASS = pass: Option<Pass>, child("pass").ns("http://shop.org/schemas/pass/1.0");
}

impl rt::Content for Shop {
    fn info(&self) -> &'static rt::TypeInfo {
        <Self as rt::Described>::table()
    }

    fn extra(&self) -> Option<&rt::Extra> {
        Some(&self.xml)
    }

    fn extra_mut(&mut self) -> Option<&mut rt::Extra> {
        Some(&mut self.xml)
    }

    fn attribute(&mut self, r: &mut rt::Reader, attribute: rt::Attribute<'_>) -> bool {
        match attribute.plain() {
            "name" => r.attribute(attribute, &mut self.name),
            "open" => r.attribute(attribute, &mut self.open),
            _ => return false,
        }
        true
    }

    fn child(&mut self, r: &mut rt::Reader, node: rt::Node<'_>) -> bool {
        match node.name() {
            ("", "title") => r.leaf(node, &mut self.title),
            ("", "item") => r.child(node, &mut self.items),
            ("", "closed") => r.flag(node, &mut self.closed),
            ("", "metadata") => r.verbatim(node, &mut self.metadata),
            ("http://shop.org/schemas/pass/1.0", "pass") => r.child(node, &mut self.pass),
            _ => return false,
        }
        true
    }

    fn write_attributes(&self, w: &mut rt::Writer<'_>) {
        w.attribute("name", &self.name);
        w.attribute("open", &self.open);
    }

    fn write_children(&self, w: &mut rt::Writer<'_>) {
        w.leaf("title", &self.title);
        w.child("item", &self.items);
        w.flag("closed", &self.closed);
        w.verbatim(&self.metadata);
        w.child_ns("http://shop.org/schemas/pass/1.0", "pass", &self.pass);
    }

    fn children(&self, visit: &mut dyn FnMut(&dyn rt::Content)) {
        rt::Nest::each(&self.items, visit);
        rt::Nest::each(&self.pass, visit);
    }

    fn children_mut(&mut self, visit: &mut dyn FnMut(&mut dyn rt::Content)) {
        rt::Nest::each_mut(&mut self.items, visit);
        rt::Nest::each_mut(&mut self.pass, visit);
    }
}

/// Something to buy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Item {
    pub kind: ItemKind,
    pub size: Option<Size>,
    pub text: Option<String>,
    pub part: Option<Box<Item>>,
    pub xml: rt::Extra,
}

rt::table! { Item: element("item");
    0 KIND = kind: ItemKind, payload();
    1 SIZE = size: Option<Size>, attribute("size").dropped("small");
    2 TEXT = text: Option<String>, text();
    3 PART = part: Option<Box<Item>>, child("item");
}

impl rt::Content for Item {
    fn info(&self) -> &'static rt::TypeInfo {
        <Self as rt::Described>::table()
    }

    fn extra(&self) -> Option<&rt::Extra> {
        Some(&self.xml)
    }

    fn extra_mut(&mut self) -> Option<&mut rt::Extra> {
        Some(&mut self.xml)
    }

    fn payload(&self, _index: usize) -> Option<&dyn rt::Payload> {
        rt::NestPayload::get(&self.kind)
    }

    fn payload_mut(&mut self, _index: usize) -> Option<&mut dyn rt::Payload> {
        rt::NestPayload::get_mut(&mut self.kind)
    }

    fn select(&mut self, r: &mut rt::Reader, node: rt::Node<'_>) {
        r.select(node, &mut self.kind);
    }

    fn attribute(&mut self, r: &mut rt::Reader, attribute: rt::Attribute<'_>) -> bool {
        match attribute.plain() {
            "kind" => {}
            "size" => r.attribute(attribute, &mut self.size),
            _ => return false,
        }
        true
    }

    fn child(&mut self, r: &mut rt::Reader, node: rt::Node<'_>) -> bool {
        match node.plain() {
            "item" => r.child(node, &mut self.part),
            _ => return false,
        }
        true
    }

    fn text(&mut self, r: &mut rt::Reader, node: rt::Node<'_>, text: &str) {
        r.text(node, text, &mut self.text);
    }

    fn write_attributes(&self, w: &mut rt::Writer<'_>) {
        w.payload_attributes(&self.kind);
        w.attribute("size", &self.size);
    }

    fn write_children(&self, w: &mut rt::Writer<'_>) {
        w.text(&self.text);
        w.payload_children(&self.kind);
        w.child("item", &self.part);
    }

    fn children(&self, visit: &mut dyn FnMut(&dyn rt::Content)) {
        rt::Nest::each(&self.part, visit);
    }

    fn children_mut(&mut self, visit: &mut dyn FnMut(&mut dyn rt::Content)) {
        rt::Nest::each_mut(&mut self.part, visit);
    }
}

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum ItemKind {
    Book(ItemBook),
    #[default]
    Voucher,
}

impl rt::PayloadType for ItemKind {
    const TABLE: &'static rt::FieldInfo = {
        static TABLE: rt::FieldInfo = rt::FieldInfo::attribute::<String>("kind")
            .optional()
            .written("voucher")
            .values(&[rt::ValueInfo::new("book"), rt::ValueInfo::new("voucher")]);
        &TABLE
    };
}

impl rt::Payload for ItemKind {
    fn of(value: &str) -> Option<Self> {
        match value {
            "book" => Some(ItemKind::Book(ItemBook::default())),
            "voucher" => Some(ItemKind::Voucher),
            _ => None,
        }
    }

    fn absent() -> Option<Self> {
        Some(ItemKind::Voucher)
    }

    fn attribute(&self) -> &'static rt::FieldInfo {
        <Self as rt::PayloadType>::TABLE
    }

    fn value(&self) -> Option<&'static str> {
        Some(match self {
            ItemKind::Book(_) => "book",
            ItemKind::Voucher => "voucher",
        })
    }

    fn members(&self) -> Option<&dyn rt::Content> {
        match self {
            ItemKind::Book(members) => Some(members),
            ItemKind::Voucher => None,
        }
    }

    fn members_mut(&mut self) -> Option<&mut dyn rt::Content> {
        match self {
            ItemKind::Book(members) => Some(members),
            ItemKind::Voucher => None,
        }
    }
}

/// Members of a book.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ItemBook {
    pub pages: u32,
    pub authors: Vec<String>,
}

rt::table! { ItemBook: members();
    0 PAGES = pages: u32, attribute("pages");
    1 AUTHORS = authors: Vec<String>, leaf("author").required();
}

impl rt::Content for ItemBook {
    fn info(&self) -> &'static rt::TypeInfo {
        <Self as rt::Described>::table()
    }

    fn attribute(&mut self, r: &mut rt::Reader, attribute: rt::Attribute<'_>) -> bool {
        match attribute.plain() {
            "pages" => r.attribute(attribute, &mut self.pages),
            _ => return false,
        }
        true
    }

    fn child(&mut self, r: &mut rt::Reader, node: rt::Node<'_>) -> bool {
        match node.plain() {
            "author" => r.leaf(node, &mut self.authors),
            _ => return false,
        }
        true
    }

    fn write_attributes(&self, w: &mut rt::Writer<'_>) {
        w.attribute("pages", &self.pages);
    }

    fn write_children(&self, w: &mut rt::Writer<'_>) {
        w.leaf("author", &self.authors);
    }
}

/// A size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Size {
    #[default]
    Small,
    Large,
}

impl Size {
    /// The values as a document spells them.
    pub const VALUES: &'static [rt::ValueInfo] = &[rt::ValueInfo::new("small"), rt::ValueInfo::new("large")];

    /// The value as a document spells it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Size::Small => "small",
            Size::Large => "large",
        }
    }
}

impl rt::Scalar for Size {
    const VALUES: &'static [rt::ValueInfo] = Size::VALUES;

    fn parse(text: &str) -> Result<Self, rt::ScalarError> {
        match rt::scalar::trim(text) {
            "small" => Ok(Size::Small),
            "large" => Ok(Size::Large),
            _ => Err(rt::ScalarError::one_of(Self::VALUES)),
        }
    }

    fn write(&self, out: &mut String) {
        out.push_str(self.as_str());
    }
}

rt::elements!(Shop, Item, Pass);
rt::scalar_text!(Size);

/// An element of another namespace.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Pass {
    pub xml: rt::Extra,
}

rt::table! { Pass: element("pass").ns("http://shop.org/schemas/pass/1.0"); }

impl rt::Content for Pass {
    fn info(&self) -> &'static rt::TypeInfo {
        <Self as rt::Described>::table()
    }

    fn extra(&self) -> Option<&rt::Extra> {
        Some(&self.xml)
    }

    fn extra_mut(&mut self) -> Option<&mut rt::Extra> {
        Some(&mut self.xml)
    }
}
