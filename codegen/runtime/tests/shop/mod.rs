//! Bindings as the generator prints them, by hand and of every kind: a shop with items.

use domxml_runtime as rt;

/// A shop.
#[derive(Clone, PartialEq, Eq, Hash)]
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

/// Something to buy.
#[derive(Clone, PartialEq, Eq, Hash)]
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

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum ItemKind {
    Book(ItemBook),
    #[default]
    Voucher,
    Other(rt::Other),
}

rt::payload! { ItemKind: attribute("kind").optional().written("voucher");
    Book(ItemBook) = "book";
    Voucher = "voucher";
    _ = "voucher";
    .. = Other(rt::Other);
}

/// Members of a book.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ItemBook {
    pub pages: u32,
    pub authors: Vec<String>,
}

rt::table! { ItemBook: members();
    0 PAGES = pages: u32, attribute("pages");
    1 AUTHORS = authors: Vec<String>, leaf("author").required();
}

/// A size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Size {
    #[default]
    Small,
    Large,
}

rt::values! { Size;
    Small = "small";
    Large = "large";
}

/// An element of another namespace.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pass {
    pub xml: rt::Extra,
}

rt::table! { Pass: element("pass").ns("http://shop.org/schemas/pass/1.0"); }
