//! Regular expressions of XML Schema: reading them. `compile` turns what is read here into an automaton.

#[cfg(feature = "validate")]
use std::sync::OnceLock;

use super::blocks::block;
#[cfg(feature = "validate")]
use super::compile::Automaton;

/// A regular expression, parsed; it is compiled when first used.
#[derive(Debug)]
pub(super) struct Regex {
    source: String,
    #[cfg_attr(not(feature = "validate"), expect(dead_code, reason = "read to be compiled"))]
    tree: Tree,
    #[cfg(feature = "validate")]
    automaton: OnceLock<Automaton>,
}

/// The parts of a regular expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tree {
    Empty,
    Char(char),
    Class(Class),
    Concat(Vec<Tree>),
    Alternation(Vec<Tree>),
    Repeat { tree: Box<Tree>, min: u32, max: Option<u32> },
}

/// A set of characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Class {
    /// Whether the set is that of all characters but those of `items`.
    pub(super) negated: bool,
    pub(super) items: Vec<ClassItem>,
    /// What is taken away in the end.
    pub(super) minus: Option<Box<Class>>,
}

/// A member of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ClassItem {
    Range(char, char),
    /// A category of Unicode, as `Lu`, or all characters but those of it.
    Category {
        name: &'static str,
        negated: bool,
    },
    /// A block of Unicode by its bounds, or all characters outside it.
    Block {
        low: u32,
        high: u32,
        negated: bool,
    },
    /// `\s`
    Space {
        negated: bool,
    },
    /// `\i`
    NameStart {
        negated: bool,
    },
    /// `\c`
    NameChar {
        negated: bool,
    },
    /// `\w`
    Word {
        negated: bool,
    },
    /// `.`
    Dot,
}

/// The general categories and the groups of them that `\p` knows. Surrogates are no characters, so `Cs` is missing.
const CATEGORIES: [&str; 36] = [
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi",
    "Pf", "Po", "Z", "Zs", "Zl", "Zp", "S", "Sm", "Sc", "Sk", "So", "C", "Cc", "Cf", "Co", "Cn",
];

/// Beyond this many states, roughly counted, an expression is refused.
const MAX_SIZE: u64 = 1 << 20;

/// Groups and classes nest at most this deep.
const MAX_DEPTH: u32 = 200;

impl Regex {
    pub(super) fn parse(source: &str) -> Result<Regex, String> {
        let mut parser = Parser { rest: source, depth: 0 };
        let tree = parser.alternation()?;
        if parser.rest.starts_with(')') {
            return Err("')' without '('".to_owned());
        }
        if size(&tree) > MAX_SIZE {
            return Err("the expression is too large, its repetitions written out".to_owned());
        }
        Ok(Regex {
            source: source.to_owned(),
            tree,
            #[cfg(feature = "validate")]
            automaton: OnceLock::new(),
        })
    }

    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// Whether all that `other` matches is surely matched.
    #[cfg(feature = "validate")]
    pub(super) fn includes(&self, other: &Regex) -> bool {
        let automaton = |regex: &'_ Regex| Automaton::new(&regex.tree);
        self.source == other.source || automaton(self).includes(&automaton(other))
    }

    #[cfg(feature = "proptest")]
    pub(super) fn hir(&self) -> regex_syntax::hir::Hir {
        super::compile::hir(&self.tree)
    }

    /// Whether the whole of `text` matches.
    #[cfg(feature = "validate")]
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.automaton.get_or_init(|| Automaton::new(&self.tree)).is_match(text)
    }
}

/// An upper estimate of the number of an automaton's states.
fn size(tree: &Tree) -> u64 {
    match tree {
        Tree::Empty | Tree::Char(_) => 1,
        Tree::Class(class) => class_size(class),
        Tree::Concat(parts) | Tree::Alternation(parts) => {
            parts.iter().fold(1_u64, |sum, part| sum.saturating_add(size(part)))
        }
        Tree::Repeat { tree, min, max } => size(tree).saturating_mul(u64::from((*min).max(max.unwrap_or(*min)).max(1))),
    }
}

fn class_size(class: &Class) -> u64 {
    let own: u64 = class
        .items
        .iter()
        .map(|item| match item {
            ClassItem::Category { .. } | ClassItem::Word { .. } => 500,
            ClassItem::NameStart { .. } | ClassItem::NameChar { .. } => 50,
            _ if class.negated || class.minus.is_some() => 10,
            ClassItem::Range(_, high) if high.is_ascii() => 1,
            _ => 10,
        })
        .sum();
    own + class.minus.as_deref().map_or(0, class_size)
}

struct Parser<'a> {
    rest: &'a str,
    depth: u32,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    fn eat(&mut self, wanted: &str) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn descend(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err("nested too deeply".to_owned()) } else { Ok(()) }
    }

    /// Branches separated by `|`, up to the end or a closing parenthesis.
    fn alternation(&mut self) -> Result<Tree, String> {
        let mut branches = vec![self.branch()?];
        while self.eat("|") {
            branches.push(self.branch()?);
        }
        Ok(match branches.pop() {
            Some(only) if branches.is_empty() => only,
            Some(last) => {
                branches.push(last);
                Tree::Alternation(branches)
            }
            None => Tree::Empty,
        })
    }

    fn branch(&mut self) -> Result<Tree, String> {
        let mut pieces = Vec::new();
        while let Some(c) = self.peek() {
            if matches!(c, '|' | ')') {
                break;
            }
            let atom = self.atom()?;
            pieces.push(self.quantified(atom)?);
        }
        Ok(match pieces.pop() {
            None => Tree::Empty,
            Some(only) if pieces.is_empty() => only,
            Some(last) => {
                pieces.push(last);
                Tree::Concat(pieces)
            }
        })
    }

    fn atom(&mut self) -> Result<Tree, String> {
        let Some(c) = self.next() else { return Ok(Tree::Empty) };
        Ok(match c {
            '(' => {
                self.descend()?;
                let inner = self.alternation()?;
                if !self.eat(")") {
                    return Err("'(' without ')'".to_owned());
                }
                self.depth -= 1;
                inner
            }
            '[' => Tree::Class(self.class()?),
            '.' => Tree::Class(Class { negated: false, items: vec![ClassItem::Dot], minus: None }),
            '\\' => match self.escape()? {
                ClassItem::Range(low, _) => Tree::Char(low),
                item => Tree::Class(Class { negated: false, items: vec![item], minus: None }),
            },
            '?' | '*' | '+' => return Err(format!("'{c}' has nothing to repeat")),
            '{' | '}' | ']' => return Err(format!("'{c}' stands for itself only as '\\{c}'")),
            _ => Tree::Char(c),
        })
    }

    fn quantified(&mut self, atom: Tree) -> Result<Tree, String> {
        let (min, max) = if self.eat("?") {
            (0, Some(1))
        } else if self.eat("*") {
            (0, None)
        } else if self.eat("+") {
            (1, None)
        } else if self.eat("{") {
            let Some((counts, rest)) = self.rest.split_once('}') else {
                return Err("'{' without '}'".to_owned());
            };
            self.rest = rest;
            match counts.split_once(',') {
                Some((min, "")) => (repetitions(min)?, None),
                Some((min, max)) => (repetitions(min)?, Some(repetitions(max)?)),
                None => {
                    let count = repetitions(counts)?;
                    (count, Some(count))
                }
            }
        } else {
            return Ok(atom);
        };
        if max.is_some_and(|max| max < min) {
            return Err(format!("{{{min},{}}}: the second number is less than the first", max.unwrap_or(min)));
        }
        Ok(Tree::Repeat { tree: Box::new(atom), min, max })
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Result<ClassItem, String> {
        let Some(c) = self.next() else { return Err("'\\' at the end".to_owned()) };
        let only = |c| ClassItem::Range(c, c);
        Ok(match c {
            'n' => only('\n'),
            'r' => only('\r'),
            't' => only('\t'),
            '\\' | '|' | '.' | '?' | '*' | '+' | '(' | ')' | '{' | '}' | '-' | '[' | ']' | '^' => only(c),
            's' | 'S' => ClassItem::Space { negated: c == 'S' },
            'i' | 'I' => ClassItem::NameStart { negated: c == 'I' },
            'c' | 'C' => ClassItem::NameChar { negated: c == 'C' },
            'd' | 'D' => ClassItem::Category { name: "Nd", negated: c == 'D' },
            'w' | 'W' => ClassItem::Word { negated: c == 'W' },
            'p' | 'P' => self.property(c == 'P')?,
            _ => return Err(format!("unknown escape '\\{c}'")),
        })
    }

    fn property(&mut self, negated: bool) -> Result<ClassItem, String> {
        let named = self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let Some((name, rest)) = named else { return Err("'\\p' without '{...}'".to_owned()) };
        self.rest = rest;
        if let Some(known) = CATEGORIES.iter().find(|known| **known == name) {
            return Ok(ClassItem::Category { name: known, negated });
        }
        match name.strip_prefix("Is").and_then(block) {
            Some((low, high)) => Ok(ClassItem::Block { low, high, negated }),
            None => Err(format!("'{name}' is neither a category nor a block of Unicode")),
        }
    }

    /// A class after its `[`, up to and with its `]`.
    fn class(&mut self) -> Result<Class, String> {
        self.descend()?;
        let mut class = Class { negated: self.eat("^"), items: Vec::new(), minus: None };
        loop {
            if self.eat("]") {
                break;
            }
            if !class.items.is_empty() && self.eat("-[") {
                class.minus = Some(Box::new(self.class()?));
                if !self.eat("]") {
                    return Err("a subtracted class must stand last in its class".to_owned());
                }
                break;
            }
            let item = self.class_item()?;
            class.items.push(item);
        }
        if class.items.is_empty() {
            return Err("empty character class".to_owned());
        }
        self.depth -= 1;
        Ok(class)
    }

    fn class_item(&mut self) -> Result<ClassItem, String> {
        let low = match self.next() {
            None => return Err("'[' without ']'".to_owned()),
            Some('[') => return Err("'[' in a class stands for itself only as '\\['".to_owned()),
            Some('\\') => match self.escape()? {
                ClassItem::Range(c, _) => c,
                item => return Ok(item),
            },
            Some(c) => c,
        };
        // A hyphen makes a range unless it stands last or starts a subtraction.
        if !self.rest.starts_with('-') || self.rest.starts_with("-]") || self.rest.starts_with("-[") {
            return Ok(ClassItem::Range(low, low));
        }
        self.rest = &self.rest[1..];
        let high = match self.next() {
            None => return Err("'[' without ']'".to_owned()),
            Some('\\') => match self.escape()? {
                ClassItem::Range(c, _) => c,
                _ => return Err(format!("'{low}-' is followed by a class, not by a character")),
            },
            Some(c) => c,
        };
        if high < low {
            return Err(format!("the range '{low}-{high}' ends before it starts"));
        }
        Ok(ClassItem::Range(low, high))
    }
}

fn repetitions(digits: &str) -> Result<u32, String> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("'{digits}' is not a number of repetitions"));
    }
    digits.parse().map_err(|_| format!("{digits} repetitions are too many"))
}
