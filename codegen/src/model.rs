//! The binding model: what `lower` decides and `print` prints. `print` looks at nothing else.
//!
//! Names are final Rust identifiers, order is final, every union, payload and cardinality is decided.
//!
//! What printed code may rely on:
//!
//! - No type is named like an item of the standard prelude (`Option`, `String`, `Box`, ...) or like a keyword; names
//!   of the runtime are not kept free, so printed code refers to them through a path. No field is named `xml`.
//! - Within one element every attribute name and every child name leads to exactly one field, whether that field stands
//!   in the element's own struct, in the members of a payload, or in the members of a payload within those. A wildcard
//!   takes what no named field takes. A payload's members never hold a wildcard.
//! - A text that shares an element with child elements is only text if it is more than whitespace; [`Shape::Mix`] with a
//!   text variant keeps every text.

use relaxng_model::grammar::NameClass;

/// Index of a type in [`Model::types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// Everything that is to be printed.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// The modules, one for each schema file that defines a type, in the order of the files.
    pub modules: Vec<Module>,
    /// All types, in schema order within a module.
    pub types: Vec<Type>,
    /// The element types that `start` allows as a document's root.
    pub roots: Vec<TypeId>,
}

/// One module of the output: `devices/disk.rng` becomes `devices/disk.rs`.
#[derive(Debug, Clone)]
pub struct Module {
    /// Path of the schema file without its extension, `/` between parts; every part is a Rust identifier.
    pub path: String,
    /// The schema file, as named by the resolver.
    pub source: String,
    /// Documentation of the file's `grammar` element.
    pub docs: Vec<String>,
}

/// A type.
#[derive(Debug, Clone)]
pub struct Type {
    /// The Rust name, unique over the whole model.
    pub name: String,
    /// Index into [`Model::modules`].
    pub module: usize,
    /// Documentation, one paragraph an item, not yet escaped for rustdoc.
    pub docs: Vec<String>,
    /// `file:line:column` of the pattern that it comes from.
    pub place: String,
    /// What is known about it beyond its shape.
    pub facts: Facts,
    /// What it is.
    pub shape: Shape,
}

/// Annotations that travel into the static tables of the output.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// `d:since`: the first libvirt that knows it.
    pub since: Option<String>,
    /// `d:optional-since`: the first libvirt that takes the element without it.
    pub optional_since: Option<String>,
    /// `d:until`: the first libvirt that no longer reads it.
    pub until: Option<String>,
    /// `d:absent`: the rule for an element that lacks it, though it must be there.
    pub absent: Option<String>,
    /// `d:needed`: the guest is another one without it.
    pub needed: bool,
    /// `d:absent="element"`: an element that lacks it counts as absent.
    pub vital: bool,
    /// `d:narrow` with `d:wide-since`.
    pub narrow: Option<Narrow>,
    /// `a:defaultValue` with `d:default`.
    pub default: Option<DefaultValue>,
    /// `d:legacy`: the rule that replaces it.
    pub legacy: Option<String>,
    /// `d:output-only`.
    pub output_only: bool,
    /// `d:secret`: a password or the like, which is not shown where it need not be.
    pub secret: bool,
    /// `d:empty`: how the element is written where there is nothing in it.
    pub empty: EmptyForm,
    /// `d:empty`: what an empty value is, of an attribute or of an element's text.
    pub blank: Blank,
    /// `d:empty-until`: the first libvirt that writes it as any other element.
    pub empty_until: Option<String>,
    /// `d:repeat`: a second element is refused where one is expected, and not read past.
    pub repeat_refused: bool,
    /// `d:unknown`: a child that the element does not know is refused, and not read past.
    pub unknown_refused: bool,
    /// `d:unknown`: a value that the attribute does not know counts as none, and is not refused.
    pub unknown_absent: bool,
    /// `d:ref`: anchor in the manual.
    pub reference: Option<String>,
}

/// What the values of an attribute or a text were once confined to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrow {
    /// A regular expression of XML Schema for the old values.
    pub pattern: String,
    /// The first libvirt that takes others.
    pub until: String,
}

/// A default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultValue {
    /// The value as it is spelt in a document.
    pub value: String,
    /// What the canonical form does with it.
    pub form: DefaultForm,
    /// `d:default-until`: the first libvirt that writes it as the document has it.
    pub until: Option<String>,
}

/// How an element is written that has neither attributes nor content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EmptyForm {
    /// No `d:empty`: `<a/>`.
    #[default]
    Single,
    /// `<a>` and, on the next line, `</a>`; also where it has attributes.
    Pair,
    /// The canonical form leaves it out.
    Dropped,
}

/// What an empty value is to the program that reads the format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Blank {
    /// No `d:empty`: what the type of the value says.
    #[default]
    Value,
    /// As if the attribute were not there.
    Absent,
    /// It is refused, though the type takes it.
    Refused,
}

/// What the canonical form does with a value that equals the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultForm {
    /// No `d:default`: neither added nor removed.
    Assumed,
    /// Always spelt out.
    Written,
    /// Never spelt out.
    Dropped,
}

/// The kinds of types.
#[derive(Debug, Clone)]
pub enum Shape {
    /// An element, or the members of one branch of a payload.
    Struct(Struct),
    /// A choice discriminated by the value of one attribute: an enum with a payload for each value.
    Payload(Box<Payload>),
    /// A closed or partly open set of values of an attribute or a text: an enum.
    Values(Values),
    /// A repeated choice of elements whose mutual order matters: an enum with one element for each variant.
    Mix(Mix),
}

/// A struct: fields in the order of the schema, and the order in which they are written.
#[derive(Debug, Clone)]
pub struct Struct {
    /// The element's name; none for the members of a payload's branch, and where `shared` is true.
    pub element: Option<XmlName>,
    /// Elements of several names hold this, and are called by the fields that hold them.
    pub shared: bool,
    /// The fields, in schema order, attributes first.
    pub fields: Vec<Field>,
    /// The orders in which attributes are written. The first that applies is taken; the last applies always.
    pub attribute_orders: Vec<Order>,
    /// The orders in which text and children are written.
    pub child_orders: Vec<Order>,
    /// `d:kinds`: the enum of its children that are structs.
    pub kinds: Option<Kinds>,
}

/// An enum of the children of an element, whatever their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kinds {
    /// The Rust name, unique as that of a type.
    pub name: String,
    /// The same of its twin, which refers to children that are to be changed.
    pub mutable: String,
    /// The variants: the field, and the Rust name.
    pub variants: Vec<(usize, String)>,
}

/// One order of writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Applies where the payload in this field holds one of these variants (indices); none: always.
    pub when: Option<(usize, Vec<usize>)>,
    /// What is written, in this order.
    pub slots: Vec<Slot>,
}

/// One step of an order.
///
/// A payload stands in the attribute orders (its discriminating attribute, then its attribute members) and, if any variant
/// has text or children, in the child orders. Where its members do not follow each other, it stands there as
/// several parts. Part numbers are labels, counted apart for attributes and for children; the discriminating attribute
/// belongs to part 0 of the attributes and is written first in it, even where no member has that part. A payload
/// field within the members (a nested payload) belongs to one part with everything it holds: the part of its attributes
/// is [`Field::part`], that of its text and children [`Field::child_part`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The field with this index (a payload's discriminating attribute and its members of the kind in question).
    Field(usize),
    /// Of the payload in the field with this index only those members whose [`Field::part`] equals the second number.
    Part(usize, u32),
}

/// A name in a namespace; `ns` is empty for none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct XmlName {
    /// Namespace URI.
    pub ns: String,
    /// Local name.
    pub local: String,
}

/// A field.
#[derive(Debug, Clone)]
pub struct Field {
    /// The Rust name, keywords already suffixed with `_`.
    pub name: String,
    /// Documentation.
    pub docs: Vec<String>,
    /// Annotations of the attribute or child.
    pub facts: Facts,
    /// Which part of a payload's members it belongs to, see [`Slot::Part`]; 0 elsewhere.
    pub part: u32,
    /// The same for the text and children of a nested payload; equal to `part` in every other field.
    pub child_part: u32,
    /// Whether the type recurses through this field and needs a `Box` (a `Vec` never does). Only children that hold a
    /// struct and stand at most once are ever boxed. Large optional children are boxed too.
    pub boxed: bool,
    /// What it holds.
    pub kind: FieldKind,
}

/// What a field holds.
#[derive(Debug, Clone)]
pub enum FieldKind {
    /// An attribute.
    Attribute {
        /// Its name.
        name: XmlName,
        /// Its type.
        scalar: Scalar,
        /// Whether it must be present.
        required: bool,
    },
    /// All attributes of a wildcard, kept verbatim.
    AnyAttributes,
    /// A child element.
    Child {
        /// Its name.
        name: XmlName,
        /// What it holds.
        content: ChildContent,
        /// How often it stands.
        count: Count,
    },
    /// The element's own text.
    Text {
        /// Its type.
        scalar: Scalar,
        /// Whether it must be present.
        required: bool,
    },
    /// A discriminated choice: its attribute and its members stand in this element itself.
    Payload {
        /// The payload enum.
        ty: TypeId,
        /// Whether the discriminating attribute may be absent without a variant of its own (then the field is an `Option`).
        optional: bool,
    },
    /// Elements in a mixture whose order is kept.
    Mix {
        /// The mix enum.
        ty: TypeId,
        /// How often.
        count: Count,
    },
    /// Elements of wildcards, kept verbatim.
    AnyElements {
        /// Their names.
        names: Vec<NameClass>,
        /// Whether text is kept among them.
        text: bool,
    },
}

/// What a child element holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChildContent {
    /// A struct.
    Struct(TypeId),
    /// Nothing but text. An element that may also be empty without its scalar allowing that is a struct with a text.
    Scalar(Scalar),
    /// Nothing: its presence is the value.
    Flag,
    /// Anything, kept verbatim.
    Any,
}

/// How often a child stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Exactly once.
    One,
    /// At most once.
    Optional,
    /// Any number.
    Many,
    /// At least once.
    OneOrMore,
}

/// The type of an attribute's value or of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// A Rust type of the language or of the runtime: `String`, `u32`, `bool`, ...
    Basic(Basic),
    /// A number or a boolean that keeps how it is spelt.
    Spelt(Basic),
    /// A type of the model ([`Shape::Values`]).
    Type(TypeId),
    /// `d:scalar`: a type of the format's own scalars, by name.
    Custom(String),
    /// Whitespace-separated items.
    List(Box<Scalar>),
}

/// Basic scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Basic {
    String,
    Bool,
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    /// A whole number without bounds.
    Integer,
}

/// A choice discriminated by an attribute.
#[derive(Debug, Clone)]
pub struct Payload {
    /// The discriminating attribute.
    pub attribute: XmlName,
    /// Annotations of that attribute.
    pub facts: Facts,
    /// The variant that holds where the attribute is absent: the one of the default value, where the schema states a
    /// default that is always written or always dropped; else a variant of its own, see [`Variant::spelt`].
    pub absent: Option<usize>,
    /// The variants, in schema order.
    pub variants: Vec<Variant>,
    /// The Rust name of the variant for values that are none of these.
    pub other: String,
}

/// One value of the discriminating attribute.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The attribute's value; empty where `spelt` is false.
    pub value: String,
    /// Whether the attribute is written at all. False for at most one variant of a payload: the one that stands for the
    /// attribute's absence, which a schema without a stated default must keep apart from every value.
    pub spelt: bool,
    /// The Rust name.
    pub name: String,
    /// Documentation.
    pub docs: Vec<String>,
    /// Annotations of the value.
    pub facts: Facts,
    /// The members (a struct without an element), none for a bare variant.
    pub members: Option<TypeId>,
}

/// A set of values.
#[derive(Debug, Clone)]
pub struct Values {
    /// The literal values, in schema order.
    pub literals: Vec<Literal>,
    /// What else is taken, tried in this order after the literals: tuple variants.
    pub others: Vec<Other>,
    /// The literal that is meant wherever nothing is said, if that is the same one everywhere.
    pub default: Option<usize>,
}

/// One literal value.
#[derive(Debug, Clone)]
pub struct Literal {
    /// As spelt in a document.
    pub value: String,
    /// The Rust name.
    pub name: String,
    /// Documentation.
    pub docs: Vec<String>,
    /// Annotations of the value.
    pub facts: Facts,
}

/// An open alternative of a set of values.
#[derive(Debug, Clone)]
pub struct Other {
    /// The Rust name of the tuple variant.
    pub name: String,
    /// What it carries.
    pub scalar: Scalar,
}

/// A repeated choice of elements whose mutual order matters.
#[derive(Debug, Clone)]
pub struct Mix {
    /// The variants.
    pub variants: Vec<MixVariant>,
}

/// One element of a mix.
#[derive(Debug, Clone)]
pub struct MixVariant {
    /// The Rust name.
    pub name: String,
    /// The element's name, none for text.
    pub element: Option<XmlName>,
    /// What it holds.
    pub content: ChildContent,
    /// Documentation.
    pub docs: Vec<String>,
    /// Annotations of the element.
    pub facts: Facts,
}
