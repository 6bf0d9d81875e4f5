//! The types of attribute values and texts.

use relaxng_model::grammar::{Datatype, DefineId, Kind, Param, Pattern};
use relaxng_model::schema::NodeId;

use super::Lowerer;
use super::names::{self, Scope};
use crate::analyse::{ContentId, MemberKind, Owner, Use, literal};
use crate::model::{Basic, ChildContent, Facts, Literal, Other, Scalar, Shape, TypeId, Values};

/// One alternative of a text pattern.
#[derive(Debug, Clone)]
enum Alternative<'g> {
    Literal(&'g Pattern),
    Basic(Basic),
    Custom(String),
    List(&'g Pattern),
    /// `empty`.
    Nothing,
}

impl<'g> Lowerer<'g, '_> {
    /// The scalar of patterns that are merged in one field. `name` is what a set of values without a definition is called.
    pub(super) fn scalar(
        &mut self,
        patterns: &[&'g Pattern],
        custom: Option<String>,
        given: Option<String>,
        name: &str,
        origin: NodeId,
        attribute: bool,
    ) -> Scalar {
        let mut alternatives = Vec::new();
        for pattern in patterns {
            self.alternatives(pattern, &mut alternatives);
        }
        if let Some(custom) = custom {
            return Scalar::Custom(custom);
        }
        let define = self.common_define(patterns);
        let mut key: Vec<NodeId> = patterns.iter().map(|pattern| pattern.origin).collect();
        key.sort();
        let known = match define {
            Some(define) => self.values.get(&define),
            None => self.inline_values.get(&key),
        };
        if let Some(&known) = known {
            return Scalar::Type(known);
        }
        let mut literals: Vec<(String, NodeId)> = Vec::new();
        let mut customs: Vec<String> = Vec::new();
        let mut basics: Vec<Basic> = Vec::new();
        let mut lists: Vec<&'g Pattern> = Vec::new();
        let mut nothing = false;
        for alternative in alternatives {
            match alternative {
                Alternative::Literal(pattern) => {
                    let value = literal(pattern);
                    if literals.iter().all(|(known, _)| *known != value) {
                        literals.push((value, pattern.origin));
                    }
                }
                Alternative::Basic(basic) => basics.push(basic),
                Alternative::Custom(custom) if customs.contains(&custom) => {}
                Alternative::Custom(custom) => customs.push(custom),
                Alternative::List(pattern) => lists.push(pattern),
                Alternative::Nothing => nothing = true,
            }
        }
        match lists[..] {
            [] => {}
            [list] if literals.is_empty() && customs.is_empty() && basics.is_empty() => {
                return Scalar::List(Box::new(self.list_item(list, name, origin)));
            }
            _ => basics.push(Basic::String),
        }
        let basic = basics.iter().copied().reduce(widen);
        if nothing && attribute && basic != Some(Basic::String) && literals.iter().all(|(value, _)| !value.is_empty()) {
            literals.push((String::new(), origin));
        }
        match (&literals[..], &customs[..], basic) {
            ([], [], basic) => return self.basic_scalar(basic.unwrap_or(Basic::String)),
            ([], [only], None) => return Scalar::Custom(only.clone()),
            _ => {}
        }
        let id = self.values_type(&literals, customs, basic, define, given, name, origin);
        if define.is_none() {
            self.inline_values.insert(key, id);
        }
        Scalar::Type(id)
    }

    #[allow(clippy::too_many_arguments)]
    fn values_type(
        &mut self,
        literals: &[(String, NodeId)],
        customs: Vec<String>,
        basic: Option<Basic>,
        define: Option<DefineId>,
        given: Option<String>,
        name: &str,
        origin: NodeId,
    ) -> TypeId {
        let id = self.reserve();
        let mut nodes = Vec::new();
        let mut origin = origin;
        if let Some(define) = define {
            self.values.insert(define, id);
            let define = &self.grammar.defines[define.0 as usize];
            nodes.extend([define.origin, define.pattern.origin]);
            origin = define.origin;
        }
        let given = self.type_override(&nodes).or(given.filter(|_| define.is_none()));
        self.drafts[id.0 as usize].given = given.is_some();
        let name = given.unwrap_or_else(|| define.map_or_else(|| name.to_owned(), |define| self.define_name(define)));
        let mut scope = Scope::default();
        let mut made = Vec::new();
        for (value, node) in literals {
            let synthetic = *node == origin;
            let (facts, docs) = if synthetic { <_>::default() } else { self.value_notes(*node) };
            let given = if synthetic {
                None
            } else {
                self.notes.first(&[*node], "type").or(self.notes.first(&[*node], "field"))
            };
            let wanted = given.map_or_else(|| names::variant_name(value), |(name, _)| name.to_owned());
            made.push(Literal {
                value: value.clone(),
                name: self.take(&mut scope, &[&wanted], *node, "variants"),
                docs,
                facts,
            });
        }
        let mut others = Vec::new();
        let open = customs.into_iter().map(|custom| (custom.clone(), Scalar::Custom(custom)));
        let basic = basic.map(|basic| (basic_variant(basic).to_owned(), self.basic_scalar(basic)));
        for (wanted, scalar) in open.chain(basic) {
            // Such a variant is named by no one, so that there is nobody to complain to.
            let second = format!("{wanted}Value");
            others.push(Other { name: scope.take_any(&[&wanted, &second], origin), scalar });
        }
        let docs = self.notes.docs(&nodes);
        let facts = self.notes.facts(&nodes);
        self.drafts[id.0 as usize].define = define;
        self.define(id, name, docs, facts, origin, Shape::Values(Values { literals: made, others, default: None }));
        id
    }

    /// A basic scalar; with its spelling where that may say more than its value.
    fn basic_scalar(&self, basic: Basic) -> Scalar {
        if basic == Basic::String || self.canonical_numbers { Scalar::Basic(basic) } else { Scalar::Spelt(basic) }
    }

    /// The definition that all the patterns are, if it is one and the same.
    fn common_define(&self, patterns: &[&'g Pattern]) -> Option<DefineId> {
        let mut found = None;
        for pattern in patterns {
            let mut pattern = *pattern;
            let mut define = None;
            while let Kind::Ref(next) = &pattern.kind {
                define = Some(*next);
                pattern = &self.grammar.defines[next.0 as usize].pattern;
            }
            if define.is_none() || found.is_some_and(|found| Some(found) != define) {
                return None;
            }
            found = define;
        }
        found
    }

    /// Takes a text pattern apart.
    fn alternatives(&self, pattern: &'g Pattern, list: &mut Vec<Alternative<'g>>) {
        if let Some((custom, _)) = self.notes.first(&[pattern.origin], "scalar") {
            // What the scalar stands for is read too: its annotations describe the same values.
            self.read_below(pattern);
            list.push(Alternative::Custom(custom.to_owned()));
            return;
        }
        match &pattern.kind {
            Kind::Ref(define) => {
                let define = &self.grammar.defines[define.0 as usize];
                match self.notes.first(&[define.origin], "scalar") {
                    Some((custom, _)) => {
                        self.read_below(&define.pattern);
                        list.push(Alternative::Custom(custom.to_owned()));
                    }
                    None => self.alternatives(&define.pattern, list),
                }
            }
            Kind::Choice(members) => members.iter().for_each(|member| self.alternatives(member, list)),
            Kind::OneOrMore(member) => self.alternatives(member, list),
            Kind::Value { .. } => list.push(Alternative::Literal(pattern)),
            Kind::Data { datatype, params, .. } => {
                list.push(Alternative::Basic(basic(datatype, params, self.canonical_numbers)));
            }
            Kind::List(_) => list.push(Alternative::List(pattern)),
            Kind::Empty => list.push(Alternative::Nothing),
            Kind::NotAllowed => {}
            _ => list.push(Alternative::Basic(Basic::String)),
        }
    }

    /// Counts annotations as read that describe the values a scalar of its own stands for.
    fn read_below(&self, pattern: &'g Pattern) {
        let _ = self.notes.facts(&[pattern.origin]);
        let _ = self.notes.first(&[pattern.origin], "scalar");
        match &pattern.kind {
            Kind::Choice(members) => members.iter().for_each(|member| self.read_below(member)),
            Kind::Ref(define) => {
                let define = &self.grammar.defines[define.0 as usize];
                let _ = self.notes.first(&[define.origin], "scalar");
                self.read_below(&define.pattern);
            }
            _ => {}
        }
    }

    /// The scalar of the items of a list: one scalar for all of them, else text.
    fn list_item(&mut self, list: &'g Pattern, name: &str, origin: NodeId) -> Scalar {
        fn leaves<'g>(pattern: &'g Pattern, found: &mut Vec<&'g Pattern>) {
            match &pattern.kind {
                Kind::OneOrMore(member) | Kind::List(member) => leaves(member, found),
                Kind::Group(members) | Kind::Interleave(members) => {
                    members.iter().for_each(|member| leaves(member, found));
                }
                Kind::Choice(members)
                    if members.iter().any(|m| matches!(m.kind, Kind::OneOrMore(_) | Kind::Group(_))) =>
                {
                    members.iter().for_each(|member| leaves(member, found));
                }
                Kind::Empty => {}
                _ => found.push(pattern),
            }
        }
        let mut found = Vec::new();
        leaves(list, &mut found);
        // Groups behind references are taken as text.
        let mut grouped = false;
        for pattern in &found {
            let mut pattern = *pattern;
            while let Kind::Ref(next) = &pattern.kind {
                pattern = &self.grammar.defines[next.0 as usize].pattern;
            }
            grouped |= matches!(pattern.kind, Kind::OneOrMore(_) | Kind::Group(_) | Kind::Interleave(_));
        }
        if found.is_empty() || grouped {
            return Scalar::Basic(Basic::String);
        }
        self.scalar(&found, None, None, &format!("{name}Item"), origin, false)
    }

    /// Whether a text that may be missing has a scalar with an empty value.
    pub(super) fn takes_empty(&self, uses: &[Use<'g>]) -> bool {
        let mut alternatives = Vec::new();
        for used in uses {
            self.alternatives(used.leaf.pattern, &mut alternatives);
        }
        alternatives.iter().all(|alternative| {
            matches!(alternative, Alternative::Basic(Basic::String) | Alternative::List(_) | Alternative::Nothing)
        })
    }

    /// The scalar of a text.
    pub(super) fn text_scalar(&mut self, uses: &[Use<'g>], name: &str) -> Scalar {
        let patterns: Vec<_> = uses.iter().map(|used| used.leaf.pattern).collect();
        self.scalar(&patterns, None, None, name, uses[0].leaf.pattern.origin, false)
    }

    /// The scalar of an element with text alone.
    pub(super) fn content_scalar(&mut self, id: ContentId) -> Scalar {
        if let Some(known) = self.content_scalars.get(&id) {
            return known.clone();
        }
        let facts = self.facts;
        let content = &facts.contents[id.0];
        let (Owner::Element { uses: elements, .. }, Some(MemberKind::Text { uses, .. })) =
            (&content.owner, content.members.first().map(|member| &member.kind))
        else {
            return Scalar::Basic(Basic::String);
        };
        let nodes: Vec<NodeId> = elements.iter().map(|used| used.leaf.pattern.origin).collect();
        let custom = self.notes.first(&nodes, "scalar").map(|(scalar, _)| scalar.to_owned());
        let given = self.type_override(&nodes);
        let name = self.content_name(id);
        let patterns: Vec<_> = uses.iter().map(|used| used.leaf.pattern).collect();
        let scalar = self.scalar(&patterns, custom, given, &name, nodes[0], false);
        self.content_scalars.insert(id, scalar.clone());
        scalar
    }

    /// The text of a mix.
    pub(super) fn text_content(&mut self, uses: &[Use<'g>], name: &str) -> ChildContent {
        ChildContent::Scalar(self.text_scalar(uses, &format!("{name}Text")))
    }

    /// In a strict run, a default must be a value that its attribute takes.
    pub(super) fn check_scalar_default(&mut self, facts: &Facts, uses: &[Use<'g>], scalar: &Scalar) {
        let Scalar::Type(id) = scalar else { return };
        let Shape::Values(values) = &self.drafts[id.0 as usize].ty.shape else { return };
        if values.others.is_empty() {
            let literals: Vec<String> = values.literals.iter().map(|literal| literal.value.clone()).collect();
            let literals: Vec<&str> = literals.iter().map(String::as_str).collect();
            self.check_default(facts, uses, &literals);
        }
    }
}

fn basic_variant(basic: Basic) -> &'static str {
    match basic {
        Basic::String => "Other",
        Basic::Bool => "Bool",
        _ => "Number",
    }
}

/// The Rust type of a datatype. What has no bounds is 64 bits wide where numbers are `canonical`.
fn basic(datatype: &Datatype, params: &[Param], canonical: bool) -> Basic {
    if datatype.library.is_empty() {
        return Basic::String;
    }
    const I64: (i128, i128) = (i64::MIN as i128, i64::MAX as i128);
    const U64: (i128, i128) = (0, u64::MAX as i128);
    // Larger than any bound that counts.
    const NONE: (i128, i128) = (i128::MIN, i128::MAX);
    let (mut min, mut max) = match datatype.name.as_str() {
        "boolean" => return Basic::Bool,
        "byte" => (i128::from(i8::MIN), i128::from(i8::MAX)),
        "short" => (i128::from(i16::MIN), i128::from(i16::MAX)),
        "int" => (i128::from(i32::MIN), i128::from(i32::MAX)),
        "integer" | "negativeInteger" | "nonPositiveInteger" if !canonical => NONE,
        "nonNegativeInteger" | "positiveInteger" if !canonical => (0, NONE.1),
        "long" | "integer" | "negativeInteger" | "nonPositiveInteger" => I64,
        "unsignedByte" => (0, i128::from(u8::MAX)),
        "unsignedShort" => (0, i128::from(u16::MAX)),
        "unsignedInt" => (0, i128::from(u32::MAX)),
        "unsignedLong" | "nonNegativeInteger" | "positiveInteger" => U64,
        _ => return Basic::String,
    };
    for param in params {
        let number = param.value.trim().parse::<i128>();
        match (param.name.as_str(), number) {
            ("minInclusive", Ok(bound)) => min = min.max(bound),
            ("minExclusive", Ok(bound)) => min = min.max(bound.saturating_add(1)),
            ("maxInclusive", Ok(bound)) => max = max.min(bound),
            ("maxExclusive", Ok(bound)) => max = max.min(bound.saturating_sub(1)),
            ("pattern", _) if !is_digits(&param.value) => return Basic::String,
            _ => {}
        }
    }
    // Bounds beyond 64 bits on an integer without bounds of its own.
    if min < I64.0 || max > U64.1 || (min < 0 && max > I64.1) {
        return if canonical { Basic::String } else { Basic::Integer };
    }
    fit(min, max)
}

fn fit(min: i128, max: i128) -> Basic {
    let signed = [
        (Basic::I8, i128::from(i8::MIN), i128::from(i8::MAX)),
        (Basic::I16, i128::from(i16::MIN), i128::from(i16::MAX)),
        (Basic::I32, i128::from(i32::MIN), i128::from(i32::MAX)),
    ];
    let unsigned =
        [(Basic::U8, i128::from(u8::MAX)), (Basic::U16, i128::from(u16::MAX)), (Basic::U32, i128::from(u32::MAX))];
    if min < 0 {
        signed.into_iter().find(|&(_, low, high)| min >= low && max <= high).map_or(Basic::I64, |(basic, ..)| basic)
    } else {
        unsigned.into_iter().find(|&(_, high)| max <= high).map_or(Basic::U64, |(basic, _)| basic)
    }
}

/// Whether a pattern facet says no more than that there are digits. Blanks around them are gone before it is asked.
fn is_digits(pattern: &str) -> bool {
    let pattern = pattern.strip_prefix(r"\s*").unwrap_or(pattern);
    let pattern = pattern.strip_suffix(r"\s*").unwrap_or(pattern);
    matches!(
        pattern,
        "[0-9]+" | "[0-9]*" | "\\d+" | "[1-9][0-9]*" | "-?[0-9]+" | "[-]?[0-9]+" | "(-)?[0-9]+" | "[+\\-]?[0-9]+"
    )
}

/// The type that holds the values of both.
fn widen(a: Basic, b: Basic) -> Basic {
    let range = |basic: Basic| -> Option<(i128, i128)> {
        Some(match basic {
            Basic::U8 => (0, i128::from(u8::MAX)),
            Basic::U16 => (0, i128::from(u16::MAX)),
            Basic::U32 => (0, i128::from(u32::MAX)),
            Basic::U64 => (0, i128::from(u64::MAX)),
            Basic::I8 => (i128::from(i8::MIN), i128::from(i8::MAX)),
            Basic::I16 => (i128::from(i16::MIN), i128::from(i16::MAX)),
            Basic::I32 => (i128::from(i32::MIN), i128::from(i32::MAX)),
            Basic::I64 => (i128::from(i64::MIN), i128::from(i64::MAX)),
            Basic::String | Basic::Bool | Basic::Integer => return None,
        })
    };
    if a == b {
        return a;
    }
    let number = |basic: Basic| !matches!(basic, Basic::String | Basic::Bool);
    if (a == Basic::Integer || b == Basic::Integer) && number(a) && number(b) {
        return Basic::Integer;
    }
    match (range(a), range(b)) {
        (Some((low_a, high_a)), Some((low_b, high_b))) => {
            let (min, max) = (low_a.min(low_b), high_a.max(high_b));
            if min < 0 && max > i128::from(i64::MAX) { Basic::String } else { fit(min, max) }
        }
        _ => Basic::String,
    }
}
