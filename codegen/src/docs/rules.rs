//! Rules that replace legacy forms, as `dommigrate rules --output-format json` lists them.

use std::collections::BTreeMap;

use serde_json::Value;

/// The page that names all of them; each class has one of its own that tells of them.
pub const PAGE: &str = "rules.html";

/// What the names of the pages of classes begin with.
pub const PAGES: &str = "rules-";

/// What that is about.
pub const ABOUT: &str = "What replaces legacy forms, what is refused, and what is filled in.";

/// The rules, and what is filled in.
#[derive(Debug, Default)]
pub struct Rules {
    all: Vec<Rule>,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// What kind of thing it is about: one word.
    pub class: String,
    /// How much what it finds matters.
    pub level: String,
    /// The first version that it holds for.
    pub since: Option<String>,
    /// The drivers that it holds for; none for all.
    pub drivers: Option<Vec<String>>,
    /// One line.
    pub summary: String,
    /// The elements that it is about: paths below the root, `*` for any one.
    pub elements: Vec<String>,
}

impl Rule {
    /// The page that tells of it.
    pub fn page(&self) -> String {
        page_of(&self.class)
    }

    /// Where that page tells of it.
    pub fn link(&self) -> String {
        format!("{}#{}", self.page(), self.id)
    }

    /// Whether it is about an element at a path.
    pub fn is_about(&self, path: &str) -> bool {
        self.elements.iter().any(|wanted| {
            let (wanted, path) = (wanted.split('/'), path.split('/'));
            wanted.clone().count() == path.clone().count()
                && wanted.zip(path).all(|(wanted, name)| matches!(wanted, "*") || wanted == name)
        })
    }
}

/// The page that tells of the rules of a class.
pub fn page_of(class: &str) -> String {
    format!("{PAGES}{class}.html")
}

impl Rules {
    /// Reads a list of rules.
    ///
    /// # Errors
    /// One line: it is no such list, or a class is no word, so that no file could be called so.
    pub fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let list = value.as_array().ok_or("a list of rules is expected")?;
        let rule = |value: &Value| -> Result<Rule, String> {
            let text = |key: &str| value[key].as_str().map(str::to_owned).ok_or_else(|| format!("a rule has no {key}"));
            let named = |drivers: &Vec<Value>| drivers.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect();
            let class = text("class")?;
            if class.is_empty() || !class.chars().all(|it| it.is_ascii_alphanumeric() || it == '-') {
                return Err(format!("the class of a rule is a word, not {class:?}"));
            }
            Ok(Rule {
                id: text("id")?,
                class,
                level: text("level")?,
                since: value["since"].as_str().map(str::to_owned),
                drivers: value["drivers"].as_array().map(named),
                summary: text("summary")?,
                elements: value["elements"].as_array().map(named).unwrap_or_default(),
            })
        };
        Ok(Self { all: list.iter().map(rule).collect::<Result<_, String>>()? })
    }

    /// Adds those of another list.
    pub fn extend(&mut self, other: Self) {
        self.all.extend(other.all);
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The one that is called so.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<&Rule> {
        self.all.iter().find(|rule| rule.id == id)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Rule> {
        self.all.iter()
    }

    /// Those of each class.
    #[must_use]
    pub fn by_class(&self) -> BTreeMap<&str, Vec<&Rule>> {
        let mut classes: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
        for rule in &self.all {
            classes.entry(&rule.class).or_default().push(rule);
        }
        classes
    }
}
