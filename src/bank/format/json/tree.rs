//! A parsed JSON text that keeps the byte span of every value.

use std::borrow::Cow;
use std::ops::Range;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::ParseError;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// A parsed JSON text.
#[derive(Debug)]
pub struct JsonTree<'a> {
    root: ast::Value<'a>,
}

/// One value in the tree.
#[derive(Debug, Clone, Copy)]
pub struct JsonNode<'t>(&'t ast::Value<'t>);

/// The JSON type of a value.
#[derive(Debug)]
pub enum JsonKind<'t> {
    /// A string.
    Text(&'t str),
    /// A number, as the file writes it.
    Number(&'t str),
    Boolean(bool),
    Null,
    /// An array.
    List,
    /// An object.
    Record,
}

impl JsonKind<'_> {
    /// Returns the type in words for an author.
    pub fn description(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "a number",
            Self::Boolean(_) => "true or false",
            Self::Null => "null",
            Self::List => "a list",
            Self::Record => "an object",
        }
    }
}

impl<'a> JsonTree<'a> {
    /// Parses strict JSON (RFC 8259), at most 512 levels deep.
    ///
    /// # Errors
    /// The first place where the text is not JSON, or `None` for an empty text.
    pub fn parse(text: &'a str) -> Result<Self, Option<ParseError>> {
        // The parser accepts more than JSON by default.
        let options = ParseOptions {
            allow_comments: false,
            allow_loose_object_property_names: false,
            allow_trailing_commas: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        let parsed = parse_to_ast(text, &CollectOptions::default(), &options).map_err(Some)?;
        parsed.value.map(|root| Self { root }).ok_or(None)
    }

    /// Returns the outermost value of the text.
    pub fn root(&self) -> JsonNode<'_> {
        JsonNode(&self.root)
    }

    /// Returns the span of the value that `pointer` (RFC 6901) names. If it does not exist, returns that of its nearest
    /// parent.
    pub fn span(&self, pointer: &str) -> Range<usize> {
        let mut node = self.root();
        for part in pointer.split('/').skip(1) {
            let part = part.replace("~1", "/").replace("~0", "~");
            let next = node.member(&part).or_else(|| node.elements().nth(part.parse().ok()?));
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node.span()
    }
}

impl<'t> JsonNode<'t> {
    /// Returns the JSON type of the value, with its content if it is a single value.
    pub fn kind(self) -> JsonKind<'t> {
        match self.0 {
            ast::Value::StringLit(text) => JsonKind::Text(&text.value),
            ast::Value::NumberLit(number) => JsonKind::Number(number.value),
            ast::Value::BooleanLit(flag) => JsonKind::Boolean(flag.value),
            ast::Value::NullKeyword(_) => JsonKind::Null,
            ast::Value::Array(_) => JsonKind::List,
            ast::Value::Object(_) => JsonKind::Record,
        }
    }

    /// Returns the byte span of the value. For an object or a list it is only the opening bracket, so that carets stay
    /// short.
    pub fn span(self) -> Range<usize> {
        let range = self.0.range();
        match self.kind() {
            JsonKind::List | JsonKind::Record => range.start..range.start + 1,
            _ => range.start..range.end,
        }
    }

    /// Returns the elements of a list, and nothing for any other value.
    pub fn elements(self) -> impl Iterator<Item = JsonNode<'t>> {
        let elements = self.0.as_array().map_or(&[][..], |list| &list.elements);
        elements.iter().map(JsonNode)
    }

    /// Returns the members of an object with the byte spans of their names, and nothing for any other value.
    pub fn members(self) -> impl Iterator<Item = (&'t str, Range<usize>, JsonNode<'t>)> {
        let members = self.0.as_object().map_or(&[][..], |record| &record.properties);
        members.iter().map(|member| {
            let name = member.name.range();
            (member.name.as_str(), name.start..name.end, JsonNode(&member.value))
        })
    }

    /// Returns the value of the first member with this name, or `None` if there is none.
    pub fn member(self, name: &str) -> Option<JsonNode<'t>> {
        self.members().find(|(member, ..)| *member == name).map(|(.., node)| node)
    }

    /// Returns the value without spans. It leaves out `$schema` and the author's own `x-` members.
    pub fn to_json(self) -> serde_json::Value {
        use serde_json::Value;
        match self.kind() {
            JsonKind::Text(text) => Value::String(text.to_owned()),
            JsonKind::Number(number) => number.parse().map_or(Value::Null, Value::Number),
            JsonKind::Boolean(flag) => Value::Bool(flag),
            JsonKind::Null => Value::Null,
            JsonKind::List => self.elements().map(Self::to_json).collect(),
            JsonKind::Record => {
                let members = self.members().filter(|(name, ..)| !name.starts_with("x-") && *name != "$schema");
                Value::Object(members.map(|(name, _, node)| (name.to_owned(), node.to_json())).collect())
            }
        }
    }
}

/// Returns a member's name as one part of a JSON pointer, with `~` and `/` escaped.
pub fn escape_pointer_token(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) { name.replace('~', "~0").replace('/', "~1").into() } else { name.into() }
}
