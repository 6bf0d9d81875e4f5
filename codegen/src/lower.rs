//! The second stage: the binding model.
//!
//! In: the grammar and the facts about it. Out: [`Model`], in which every name, type and order is final. This is the only
//! stage that reads annotations.
//!
//! # Types
//!
//! - An element with attributes or children becomes a struct; one with text alone a scalar in its parent (a struct where
//!   its text may be missing and its scalar has no empty value); one with nothing a flag; one with arbitrary content is kept
//!   verbatim. A document element is always a struct.
//! - A struct is named by `d:type`, else after the definition that is just that element, else after the type that
//!   holds it first and the element (`DiskTarget`). A choice is named by `d:type`, else after its definition, else after
//!   its element and the deciding attribute (`InterfaceType`); what a branch holds by `d:type`, else after the definition that is
//!   the branch, else after the choice and the branch's first value. A set of values is named after its definition,
//!   else after the type and the field that have it first.
//! - Types that are equal, field by field, are one type, whatever their elements are called (`lower/share.rs`): it is named after the
//!   definition that is the content of all of them.
//! - A field is called like its attribute or child; where there may be several children, in the plural (`disks`), unless a `d:field` says
//!   otherwise.
//! - A text is called `value`, or `text` beside an attribute or child of that name, or `content`.
//!
//! # Clashes
//!
//! In a strict run two things of one name are an error that names both places. Otherwise fields are named in the order
//! attributes, choices, children, text, each in schema order; a child whose name is taken is called after
//! the definition that is its element, else gets `_element` appended; what is still taken gets the smallest number from 2
//! on. Types and variants keep their names in the order of the output, later
//! ones get a number. All of this depends on the schema alone.
//!
//! # Scalars
//!
//! Whole numbers become the smallest Rust type that holds the datatype's range after its facets; with what is not canonical
//! about their spelling, unless [`Options::canonical_numbers`] is set. Numbers with a pattern facet that says more than "digits" stay text, as do all other
//! datatypes but `boolean`. A choice of values becomes an enum; with data beside the values an enum with an open variant.

mod defaults;
mod fields;
pub mod names;
mod scalars;
mod share;
mod size;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use relaxng_model::grammar::{DefineId, Grammar};
use relaxng_model::schema::NodeId;

use crate::analyse::{ContentId, Facts as Analysis, MemberKind};
use crate::annotations::Annotations;
use crate::error::Errors;
use crate::model::{Count, Model, Module, Scalar, Shape, Struct, Type, TypeId};

/// How the generator treats a schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Clashes of names and annotations that nothing reads are errors.
    pub strict: bool,
    /// Numbers and booleans are written in their one canonical spelling, and whole numbers without bounds are 64 bits wide. Otherwise
    /// they keep the spelling of the document (`007`, `1` for `true`), and what has no bounds takes any number.
    pub canonical_numbers: bool,
}

/// Lowers an analysed grammar.
///
/// # Errors
///
/// In a strict run: clashes of names, annotations that are unknown, impossible or unread, defaults that their attribute
/// does not take.
pub fn lower(grammar: &Grammar, facts: &Analysis<'_>, options: &Options) -> Result<Model, Errors> {
    let mut lowerer = Lowerer::new(grammar, facts, *options);
    lowerer.run();
    let roots = lowerer.roots();
    let Lowerer { mut errors, notes, drafts, .. } = lowerer;
    notes.check(options.strict, &mut errors);
    let mut model = assemble(grammar, drafts, roots, options.strict, &mut errors);
    size::box_large(&mut model);
    defaults::find(&mut model);
    errors.or(model)
}

/// A type before it has its place in the model.
struct Draft {
    ty: Type,
    origin: NodeId,
    /// The definition that is what the element or the branch holds, or the set of values.
    define: Option<DefineId>,
    /// Whether a `d:type` names it.
    given: bool,
    /// Whether another type, which is equal, stands for it.
    gone: bool,
}

/// What a content becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Struct,
    Scalar,
    Flag,
    Any,
}

struct Lowerer<'g, 'f> {
    grammar: &'g Grammar,
    facts: &'f Analysis<'g>,
    strict: bool,
    canonical_numbers: bool,
    notes: Annotations<'g>,
    errors: Errors,
    drafts: Vec<Draft>,
    /// Elements that are the whole of a definition, by the address of their pattern.
    defines: BTreeMap<usize, DefineId>,
    classes: Vec<Class>,
    content_names: BTreeMap<ContentId, String>,
    content_types: Vec<Option<TypeId>>,
    content_scalars: BTreeMap<ContentId, Scalar>,
    choice_names: BTreeMap<usize, String>,
    choice_types: Vec<TypeId>,
    /// Branches that took the name of their definition.
    named_branches: BTreeMap<DefineId, ContentId>,
    /// Value sets that are definitions.
    values: BTreeMap<DefineId, TypeId>,
    /// The nodes that describe a value beside itself: attributes that hold nothing but this value.
    value_nodes: BTreeMap<NodeId, Vec<NodeId>>,
    /// Other value sets, by the nodes of their patterns.
    inline_values: BTreeMap<Vec<NodeId>, TypeId>,
}

impl<'g, 'f> Lowerer<'g, 'f> {
    fn new(grammar: &'g Grammar, facts: &'f Analysis<'g>, options: Options) -> Self {
        Self {
            grammar,
            facts,
            strict: options.strict,
            canonical_numbers: options.canonical_numbers,
            notes: Annotations::new(&grammar.schema),
            errors: Errors::default(),
            drafts: Vec::new(),
            defines: types::defines(grammar),
            classes: Vec::new(),
            content_names: BTreeMap::new(),
            content_types: Vec::new(),
            content_scalars: BTreeMap::new(),
            choice_names: BTreeMap::new(),
            choice_types: Vec::new(),
            named_branches: BTreeMap::new(),
            values: BTreeMap::new(),
            value_nodes: BTreeMap::new(),
            inline_values: BTreeMap::new(),
        }
    }

    fn run(&mut self) {
        self.classes = self.classify();
        // Ids first, so that recursion is no special case.
        // Choices come before what their branches hold where both have one place.
        for _ in &self.facts.choices {
            let id = self.reserve();
            self.choice_types.push(id);
        }
        for index in 0..self.facts.contents.len() {
            let id = (self.classes[index] == Class::Struct).then(|| self.reserve());
            self.content_types.push(id);
        }
        for index in 0..self.facts.contents.len() {
            if let Some(id) = self.content_types[index] {
                self.struct_type(ContentId(index), id);
            }
        }
        for index in 0..self.facts.choices.len() {
            self.payload_type(index);
        }
        self.share();
    }

    fn reserve(&mut self) -> TypeId {
        let id = TypeId(u32::try_from(self.drafts.len()).expect("a model has fewer than 2^32 types"));
        let ty = Type {
            name: String::new(),
            module: 0,
            docs: Vec::new(),
            place: String::new(),
            facts: crate::model::Facts::default(),
            shape: Shape::Values(crate::model::Values { literals: Vec::new(), others: Vec::new(), default: None }),
        };
        self.drafts.push(Draft { ty, origin: NodeId(0), define: None, given: false, gone: false });
        id
    }

    fn roots(&self) -> Vec<TypeId> {
        self.facts.roots.iter().filter_map(|root| self.content_types[root.0]).collect()
    }

    fn classify(&self) -> Vec<Class> {
        let repeated: BTreeSet<ContentId> = self
            .facts
            .contents
            .iter()
            .flat_map(|content| &content.members)
            .filter_map(|member| match &member.kind {
                MemberKind::Child { content, count: Count::Many | Count::OneOrMore, .. } => Some(*content),
                _ => None,
            })
            .collect();
        let class = |(index, content): (usize, &crate::analyse::Content<'g>)| {
            let id = ContentId(index);
            let branch = matches!(content.owner, crate::analyse::Owner::Branch { .. });
            if branch || self.facts.roots.contains(&id) {
                return Class::Struct;
            }
            match &content.members[..] {
                [] if repeated.contains(&id) => Class::Struct,
                [] => Class::Flag,
                [member] => match &member.kind {
                    MemberKind::Text { uses, required } if *required || self.takes_empty(uses) => Class::Scalar,
                    MemberKind::AnyElements { .. } => Class::Any,
                    _ => Class::Struct,
                },
                members => {
                    let wild = |kind: &MemberKind<'_>| {
                        matches!(kind, MemberKind::AnyElements { .. } | MemberKind::AnyAttributes(_))
                    };
                    if members.iter().all(|member| wild(&member.kind)) { Class::Any } else { Class::Struct }
                }
            }
        };
        self.facts.contents.iter().enumerate().map(class).collect()
    }

    fn place(&self, node: NodeId) -> String {
        let schema = &self.grammar.schema;
        schema.place(schema.node(node).location).to_string()
    }
}

/// Puts the types into modules, in schema order, with unique names.
fn assemble(grammar: &Grammar, drafts: Vec<Draft>, roots: Vec<TypeId>, strict: bool, errors: &mut Errors) -> Model {
    let schema = &grammar.schema;
    let location = |draft: &Draft| {
        let location = schema.node(draft.origin).location;
        (location.file, location.offset)
    };
    let mut order: Vec<usize> = (0..drafts.len()).filter(|&index| !drafts[index].gone).collect();
    order.sort_by_key(|&index| location(&drafts[index]));
    let mut moved = vec![TypeId(0); drafts.len()];
    for (new, &old) in order.iter().enumerate() {
        moved[old] = TypeId(u32::try_from(new).expect("a model has fewer than 2^32 types"));
    }
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let mut model = Model { roots: roots.iter().map(|root| moved[root.0 as usize]).collect(), ..Model::default() };
    let mut scope: names::Scope<NodeId> = names::Scope::default();
    let mut paths: names::Scope<()> = names::Scope::default();
    let mut files: Vec<usize> = Vec::new();
    for old in order {
        let Some(Draft { mut ty, origin, .. }) = drafts[old].take() else { continue };
        let file = schema.node(origin).location.file.0 as usize;
        if files.last() != Some(&file) {
            files.push(file);
            model.modules.push(module(grammar, file, &mut paths));
        }
        ty.module = model.modules.len() - 1;
        ty.place = schema.place(schema.node(origin).location).to_string();
        if let Err(first) = scope.take(&ty.name, origin) {
            if strict {
                let first = schema.place(schema.node(first).location);
                let message = format!(
                    "two types would be called '{}': this one and the one of {first}; name one of them with d:type",
                    ty.name
                );
                errors.at(schema, origin, message);
            } else {
                ty.name = scope.take_any(&[&ty.name], origin);
            }
        }
        if let Shape::Struct(Struct { kinds: Some(kinds), .. }) = &mut ty.shape {
            for name in [&mut kinds.name, &mut kinds.mutable] {
                let Err(first) = scope.take(name, origin) else { continue };
                if strict {
                    let first = schema.place(schema.node(first).location);
                    errors.at(
                        schema,
                        origin,
                        format!("d:kinds makes '{name}', which is the name of the type of {first}, too"),
                    );
                } else {
                    *name = scope.take_any(&[&*name], origin);
                }
            }
        }
        renumber(&mut ty.shape, &moved);
        model.types.push(ty);
    }
    model
}

fn module(grammar: &Grammar, file: usize, paths: &mut names::Scope<()>) -> Module {
    let schema = &grammar.schema;
    let source = schema.files[file].name.clone();
    let stem = source.rsplit_once('.').map_or(source.as_str(), |(stem, _)| stem);
    let parts: Vec<String> = stem
        .split(['/', '\\'])
        .filter(|part| !part.is_empty() && *part != "." && *part != "..")
        .map(names::field_name)
        .collect();
    let path = paths.take_any(&[&parts.join("/")], ());
    let top = schema.nodes.iter().filter(|node| node.location.file.0 as usize == file);
    let top = top.min_by_key(|node| node.location.offset);
    let docs = top.map(|node| node.annotations.documentation().map(str::to_owned).collect()).unwrap_or_default();
    Module { path, source, docs }
}

/// Gives every reference to a type its new number.
fn renumber(shape: &mut Shape, moved: &[TypeId]) {
    types::each_type(shape, &mut |ty| *ty = moved[ty.0 as usize]);
}
