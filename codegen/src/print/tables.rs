//! The static tables beside the types.

use super::{Printer, ident, layout};
use crate::model::{
    Basic, Blank, ChildContent, Count, DefaultForm, DefaultValue, EmptyForm, Facts, Field, FieldKind, Mix, Order,
    Payload, Scalar, Shape, Slot, Struct, Type, Values, Variant, XmlName,
};
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use relaxng_model::grammar::NameClass;

impl Printer<'_> {
    /// The table of a struct, formatted.
    pub fn table(&self, ty: &Type, shape: &Struct) -> Result<String, String> {
        let mut head = match &shape.element {
            Some(element) => format!("element({:?}){}", element.local, namespace(element)),
            None if shape.shared => "shared()".to_owned(),
            None => "members()".to_owned(),
        };
        head.push_str(&facts_calls(&ty.facts)?.concat());
        head.push_str(&empty_calls(&ty.facts)?.concat());
        if ty.facts.unknown_refused {
            head.push_str(".refuses_unknown()");
        }
        if let Some(reference) = &ty.facts.reference {
            head.push_str(&format!(".reference({reference:?})"));
        }
        for (call, orders) in [
            ("attribute_orders", orders(shape, &shape.attribute_orders, self)),
            ("child_orders", orders(shape, &shape.child_orders, self)),
        ] {
            if let Some(orders) = orders {
                head.push_str(&format!("\n    .{call}({orders})"));
            }
        }
        let mut text = format!("rt::table! {{ {}: {head};\n", ty.name);
        for (index, field) in shape.fields.iter().enumerate() {
            let field_type = compact(&self.field_type(field)?);
            let (key, name) = (key(&field.name), &field.name);
            let start = format!("    {index} {key} = {name}: {field_type},");
            layout::wrapped(&mut text, &start, &self.line(field)?);
        }
        text.push_str("}\n");
        Ok(text)
    }

    /// What the table says of a field: the call that makes its line, and those that add facts.
    fn line(&self, field: &Field) -> Result<Vec<String>, String> {
        let facts = &field.facts;
        let (mut calls, count) = match &field.kind {
            FieldKind::Attribute { name, .. } => {
                (vec![format!("attribute({:?}){}", name.local, namespace(name))], None)
            }
            FieldKind::AnyAttributes => (vec!["any_attributes()".to_owned()], None),
            FieldKind::Child { name, content, count } => {
                (vec![format!("{}({:?}){}", kind(content), name.local, namespace(name))], Some(*count))
            }
            FieldKind::Text { .. } => (vec!["text()".to_owned()], None),
            // What is known of it stands with the type.
            FieldKind::Payload { .. } => {
                return Ok(std::iter::once("payload()".to_owned()).chain(parts(field)).collect());
            }
            FieldKind::Mix { count, .. } => (vec!["mix()".to_owned()], Some(*count)),
            FieldKind::AnyElements { names, text } => {
                let mut calls = vec!["any_elements()".to_owned()];
                if !names.iter().any(|class| matches!(class, NameClass::AnyName(None))) {
                    calls.push(format!(".names(&{})", self::names(names)));
                }
                if *text {
                    calls.push(".text_too()".to_owned());
                }
                (calls, None)
            }
        };
        if count == Some(Count::OneOrMore) {
            calls.push(".required()".to_owned());
        }
        if facts.repeat_refused {
            calls.push(".once()".to_owned());
        }
        if let Some(default) = &facts.default {
            calls.push(default_call(default)?);
        }
        calls.extend(facts_calls(facts)?);
        calls.extend(missing_calls(facts));
        calls.extend(blank_call(facts));
        // Of an element that is a struct its text says so.
        if facts.secret && !matches!(field.kind, FieldKind::Child { content: ChildContent::Struct(_), .. }) {
            calls.push(".secret()".to_owned());
        }
        if matches!(field.kind, FieldKind::Child { .. }) {
            calls.extend(empty_calls(facts)?);
        }
        calls.extend(parts(field));
        Ok(calls)
    }

    /// The table of a payload, formatted.
    pub fn payload_table(&self, ty: &Type, payload: &Payload) -> Result<String, String> {
        let XmlName { local, .. } = &payload.attribute;
        let mut head = format!("attribute({local:?}){}", namespace(&payload.attribute));
        if payload.absent.is_some() {
            head.push_str(".optional()");
        }
        head.push_str(&payload.facts.default.as_ref().map(default_call).transpose()?.unwrap_or_default());
        head.push_str(&facts_calls(&payload.facts)?.concat());
        head.extend(missing_calls(&payload.facts));
        head.push_str(&blank_call(&payload.facts).unwrap_or_default());
        let mut text = format!("rt::payload! {{ {}: {head};\n", ty.name);
        let carried = |variant: &Variant| match variant.members {
            Some(members) => format!("{}({})", variant.name, self.ty(members).name),
            None => variant.name.clone(),
        };
        for variant in payload.variants.iter().filter(|variant| variant.spelt) {
            layout::wrapped(
                &mut text,
                &format!("    {} =", carried(variant)),
                &value_line(&variant.value, &variant.facts)?,
            );
        }
        if let Some(variant) = payload.absent.map(|index| &payload.variants[index]) {
            let held = if variant.spelt { format!("{:?}", variant.value) } else { carried(variant) };
            text.push_str(&format!("    _ = {held};\n"));
        }
        text.push_str(&format!("    .. = {}(rt::Other);\n}}\n", payload.other));
        Ok(text)
    }

    /// The table of a set of values, formatted.
    pub fn values_table(&self, ty: &Type, values: &Values) -> Result<String, String> {
        let mut text = format!("rt::values! {{ {};\n", ty.name);
        for literal in &values.literals {
            layout::wrapped(
                &mut text,
                &format!("    {} =", literal.name),
                &value_line(&literal.value, &literal.facts)?,
            );
        }
        for other in &values.others {
            let scalar = compact(&self.scalar(&other.scalar)?);
            text.push_str(&format!("    _ = {}({scalar});\n", other.name));
        }
        text.push_str("}\n");
        Ok(text)
    }

    /// The table of a mix, formatted.
    pub fn mix_table(&self, ty: &Type, mix: &Mix) -> Result<String, String> {
        let mut text = format!("rt::mix! {{ {};\n", ty.name);
        for (index, variant) in mix.variants.iter().enumerate() {
            let content = compact(&self.content_type(&variant.content)?);
            let mut calls = match &variant.element {
                Some(name) => vec![format!("{}({:?}){}", kind(&variant.content), name.local, namespace(name))],
                None => vec!["text()".to_owned()],
            };
            if variant.element.is_some() {
                calls.extend(facts_calls(&variant.facts)?);
                calls.extend(empty_calls(&variant.facts)?);
            }
            layout::wrapped(&mut text, &format!("    {index} {}({content}) =", variant.name), &calls);
        }
        text.push_str("}\n");
        Ok(text)
    }

    /// The Rust type of a scalar.
    pub fn scalar(&self, scalar: &Scalar) -> Result<TokenStream, String> {
        Ok(match scalar {
            Scalar::Basic(basic) => basic_type(*basic),
            Scalar::Spelt(basic) => {
                let basic = basic_type(*basic);
                quote!(rt::Spelt<#basic>)
            }
            Scalar::Type(id) => {
                let name = self.name(*id);
                quote!(#name)
            }
            Scalar::Custom(name) => {
                if self.options.scalars.is_none() {
                    return Err(format!("d:scalar=\"{name}\", but no module with scalars is named"));
                }
                let name = ident(name);
                quote!(scalar::#name)
            }
            Scalar::List(item) => {
                let item = self.scalar(item)?;
                quote!(rt::List<#item>)
            }
        })
    }
}

/// The call that tells the part of a payload's members that a field belongs to, where that is not the first.
fn parts(field: &Field) -> Option<String> {
    match (field.part, field.child_part) {
        (0, 0) => None,
        (part, same) if part == same => Some(format!(".part({part})")),
        (part, child_part) => Some(format!(".parts({part}, {child_part})")),
    }
}

/// The calls that tell what comes of it where it is missing.
fn missing_calls(facts: &Facts) -> impl Iterator<Item = String> {
    let needed = facts.needed.then(|| ".needed()".to_owned());
    needed.into_iter().chain(facts.vital.then(|| ".vital()".to_owned()))
}

/// The call that tells what an empty value is.
fn blank_call(facts: &Facts) -> Option<String> {
    let call = match facts.blank {
        _ if facts.unknown_absent => ".lax()",
        Blank::Value => return None,
        Blank::Absent => ".absent_if_empty()",
        Blank::Refused => ".refused_if_empty()",
    };
    Some(call.to_owned())
}

/// The line of one value of a set.
fn value_line(value: &str, facts: &Facts) -> Result<Vec<String>, String> {
    let mut calls = vec![format!("{value:?}")];
    if let Some(since) = &facts.since {
        calls[0].push_str(&format!(".since({})", numbers(since)?));
    }
    if let Some(rule) = &facts.legacy {
        calls.push(format!(".legacy({rule:?})"));
    }
    Ok(calls)
}

/// A type as text: those that are printed need no blank.
pub fn compact(tokens: &TokenStream) -> String {
    tokens.to_string().replace(' ', "")
}

/// An order of writing as an expression; none where it is that of the fields.
fn orders(shape: &Struct, orders: &[Order], printer: &Printer<'_>) -> Option<String> {
    let mut printed = Vec::new();
    for order in orders {
        let steps = order.slots.iter().map(|slot| match slot {
            Slot::Field(field) => format!("rt::Step::Field({field})"),
            Slot::Part(field, part) => format!("rt::Step::Part({field}, {part})"),
        });
        let steps: Vec<String> = steps.collect();
        let when = order.when.as_ref().and_then(|(field, variants)| {
            let FieldKind::Payload { ty, .. } = &shape.fields[*field].kind else { return None };
            let Shape::Payload(payload) = &printer.ty(*ty).shape else { return None };
            let values: Vec<String> = variants.iter().map(|at| format!("{:?}", payload.variants[*at].value)).collect();
            Some(format!("Some(({field}, &[{}]))", values.join(", ")))
        });
        let always = when.is_none();
        let when = when.unwrap_or_else(|| "None".to_owned());
        printed.push(format!("rt::Order {{ when: {when}, steps: &[{}] }}", steps.join(", ")));
        if always {
            break;
        }
    }
    let ascending = |slots: &[Slot]| {
        let fields: Vec<usize> =
            slots.iter().map_while(|slot| if let Slot::Field(field) = slot { Some(*field) } else { None }).collect();
        fields.len() == slots.len() && fields.is_sorted()
    };
    match orders {
        [] => None,
        [order] if order.when.is_none() && ascending(&order.slots) => None,
        _ => Some(format!("&[{}]", printed.join(", "))),
    }
}

/// Names of elements as an expression.
fn names(classes: &[NameClass]) -> String {
    let one = |class: &NameClass| match class {
        NameClass::Name { ns, local } => format!("rt::Names::One({ns:?}, {local:?})"),
        NameClass::Choice(members) => names(members),
        NameClass::AnyName(None) => "rt::Names::Any".to_owned(),
        NameClass::AnyName(Some(except)) => {
            format!("rt::Names::Except(&rt::Names::Any, &{})", names(std::slice::from_ref(except)))
        }
        NameClass::NsName { ns, except: None } => format!("rt::Names::Ns({ns:?})"),
        NameClass::NsName { ns, except: Some(except) } => {
            format!("rt::Names::Except(&rt::Names::Ns({ns:?}), &{})", names(std::slice::from_ref(except)))
        }
    };
    match classes {
        [class] => one(class),
        classes => format!("rt::Names::Either(&[{}])", classes.iter().map(one).collect::<Vec<_>>().join(", ")),
    }
}

/// What a table calls a child that holds this.
pub fn kind(content: &ChildContent) -> &'static str {
    match content {
        ChildContent::Struct(_) => "child",
        ChildContent::Scalar(_) => "leaf",
        ChildContent::Flag => "flag",
        ChildContent::Any => "verbatim",
    }
}

/// The key of a field: its name in capitals.
fn key(field: &str) -> String {
    // A keyword in capitals is none.
    let bare = field.strip_suffix('_').filter(|bare| syn::parse_str::<proc_macro2::Ident>(bare).is_err());
    bare.unwrap_or(field).to_uppercase()
}

/// The call that adds the namespace of a name.
fn namespace(name: &XmlName) -> String {
    if name.ns.is_empty() { String::new() } else { format!(".ns({:?})", name.ns) }
}

fn default_call(default: &DefaultValue) -> Result<String, String> {
    let form = match default.form {
        DefaultForm::Assumed => "assumed",
        DefaultForm::Written => "written",
        DefaultForm::Dropped => "dropped",
    };
    let until = default.until.as_ref().map(|until| Ok::<_, String>(format!(".default_until({})", numbers(until)?)));
    Ok(format!(".{form}({:?}){}", default.value, until.transpose()?.unwrap_or_default()))
}

/// The calls that say how an element is written that has nothing in it.
fn empty_calls(facts: &Facts) -> Result<Vec<String>, String> {
    let form = match facts.empty {
        EmptyForm::Single => None,
        EmptyForm::Pair => Some(".pair()".to_owned()),
        EmptyForm::Dropped => Some(".dropped_if_empty()".to_owned()),
    };
    let until = facts.empty_until.as_ref().map(|until| Ok::<_, String>(format!(".empty_until({})", numbers(until)?)));
    Ok(form.into_iter().chain(until.transpose()?).collect())
}

/// The calls that add what is known about an element, an attribute or a child.
fn facts_calls(facts: &Facts) -> Result<Vec<String>, String> {
    let mut calls = Vec::new();
    if let Some(since) = &facts.since {
        calls.push(format!(".since({})", numbers(since)?));
    }
    if let Some(since) = &facts.optional_since {
        calls.push(format!(".optional_since({})", numbers(since)?));
    }
    if let Some(until) = &facts.until {
        calls.push(format!(".until({})", numbers(until)?));
    }
    if let Some(narrow) = &facts.narrow {
        calls.push(format!(".narrow({:?}, {})", narrow.pattern, numbers(&narrow.until)?));
    }
    if let Some(rule) = &facts.legacy {
        calls.push(format!(".legacy({rule:?})"));
    }
    if facts.output_only {
        calls.push(".output_only()".to_owned());
    }
    Ok(calls)
}

/// A version as arguments.
fn numbers(text: &str) -> Result<String, String> {
    let [major, minor, micro] = version(text)?;
    Ok(format!("{major}, {minor}, {micro}"))
}

fn version(text: &str) -> Result<[Literal; 3], String> {
    let numbers: Option<Vec<u16>> = text.split('.').map(|part| part.parse().ok()).collect();
    let numbers = numbers.filter(|numbers| matches!(numbers.len(), 2 | 3));
    let Some(numbers) = numbers else { return Err(format!("'{text}' is not a version such as 1.2.7")) };
    Ok([0, 1, 2].map(|index| Literal::u16_unsuffixed(numbers.get(index).copied().unwrap_or(0))))
}

fn basic_type(basic: Basic) -> TokenStream {
    let name = ident(match basic {
        Basic::String => "String",
        Basic::Bool => "bool",
        Basic::U8 => "u8",
        Basic::U16 => "u16",
        Basic::U32 => "u32",
        Basic::U64 => "u64",
        Basic::I8 => "i8",
        Basic::I16 => "i16",
        Basic::I32 => "i32",
        Basic::I64 => "i64",
        Basic::Integer => return quote!(rt::Integer),
    });
    quote!(#name)
}
