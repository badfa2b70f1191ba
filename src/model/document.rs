//! What a model file may hold, field by field. The reader and the JSON Schema both come from these types.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use toml::de::DeValue;

use super::dialect::Dialect;
use super::reader::{FromToml, Node, Reader};
use crate::text::{Span, Spanned};
use crate::value::Value;
use crate::value::ValueKind;

/// Declares a table of a TOML file: the struct, its reader and its JSON Schema from one list of keys.
macro_rules! document {
    ($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)* }) => {
        $crate::model::document::document!(@ false, $(#[$meta])* pub struct $name { $($fields)* });
    };
    // A lenient table goes on without a key that could not be read, so that the rest of the file is still checked.
    ($(#[$meta:meta])* lenient pub struct $name:ident { $($fields:tt)* }) => {
        $crate::model::document::document!(@ true, $(#[$meta])* pub struct $name { $($fields)* });
    };
    (@ $lenient:literal, $(#[$meta:meta])* pub struct $name:ident { $( $(#[$field_meta:meta])* pub $field:ident : $kind:ty, )* }) => {
        #[derive(Clone, Debug, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        $(#[$meta])*
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $kind, )*
            /// Where the table is.
            #[schemars(skip)]
            pub span: $crate::text::Span,
        }

        impl $crate::model::reader::FromToml for $name {
            fn from_toml(
                node: &$crate::model::reader::Node<'_>,
                reader: &mut $crate::model::reader::Reader,
            ) -> Option<Self> {
                let span = node.span().into();
                let table = reader.table(node)?;
                $( let $field = reader.field(table, stringify!($field).trim_start_matches("r#"), span); )*
                reader.reject_unknown_keys(table, &[$( stringify!($field).trim_start_matches("r#") ),*]);
                Some(Self {
                    $( $field: match $field {
                        Some(value) => value,
                        None if $lenient => <$kind as $crate::model::reader::FromToml>::stand_in()?,
                        None => return None,
                    }, )*
                    span,
                })
            }
        }
    };
}
pub(crate) use document;

/// Declares a setting that is one of a few words.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $text:literal, )* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema)]
        pub enum $name {
            $( $(#[$variant_meta])* #[schemars(rename = $text)] $variant, )*
        }

        impl $name {
            /// Every one, in order.
            pub const ALL: &[Self] = &[$( Self::$variant ),*];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }

            /// The one that a word stands for.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }

        impl $crate::model::reader::FromToml for $name {
            fn from_toml(
                node: &$crate::model::reader::Node<'_>,
                reader: &mut $crate::model::reader::Reader,
            ) -> Option<Self> {
                let word = String::from_toml(node, reader)?;
                let found = Self::from_word(&word);
                if found.is_none() {
                    let known = Self::ALL.iter().map(|one| one.as_str());
                    reader.unknown_word(node, &word, known.collect::<Vec<_>>(), "is not one of the words for this");
                }
                found
            }
        }
    };
}
pub(crate) use words;

document! {
    /// A model of dynkeys: one entity of a DynamoDB table.
    #[schemars(title = "dynkeys model")]
    lenient pub struct ModelDocument {
        /// The entity's name, for example `User`.
        #[schemars(length(min = 1))]
        pub entity: Spanned<String>,
        /// What the entity is.
        pub description: Option<Spanned<String>>,
        /// How build_key behaves: `guide`, or `boto3-assist@VERSION`. By default the project's (`dynkeys.toml`), else `guide`.
        pub dialect: Option<Spanned<Dialect>>,
        /// The entity's fields, by name.
        pub attributes: Option<Entries<AttributeDocument>>,
        /// The indexes, by name; `primary` is the table's own key.
        pub indexes: Option<Entries<IndexDocument>>,
        /// The questions that the application asks of the table.
        pub access_patterns: Option<Vec<AccessPatternDocument>>,
    }
}

document! {
    /// A field in full.
    pub struct AttributeTable {
        /// The field's type.
        pub r#type: Spanned<AttributeType>,
        /// The value of a field that an item does not set. It also decides the Python type to which values are coerced.
        pub default: Option<Spanned<Value<'static>>>,
        /// True where every item sets the field.
        pub required: Option<Spanned<bool>>,
        /// A regular expression that the whole value matches; of a number, its text as Python prints it.
        pub pattern: Option<Spanned<String>>,
        /// The values that the field may have.
        #[schemars(length(min = 1))]
        pub r#enum: Option<Spanned<Vec<Spanned<Value<'static>>>>>,
        /// The most characters that the value has; of a number, its text as Python prints it.
        pub max_length: Option<Spanned<u64>>,
        /// True where the value never changes once written.
        pub immutable: Option<Spanned<bool>>,
        /// True where items do not store the field: it is computed where keys are written, such as a shard number.
        pub computed: Option<Spanned<bool>>,
        /// True of the attribute by which DynamoDB deletes items, its time to live: a number of seconds since 1970.
        pub ttl: Option<Spanned<bool>>,
        /// What the field is.
        pub description: Option<Spanned<String>>,
    }
}

words! {
    /// The type of a field.
    #[derive(serde::Serialize, serde::Deserialize)]
    pub enum AttributeType {
        /// Text.
        String = "string",
        /// A whole number.
        Integer = "integer",
        /// A number.
        Float = "float",
        /// True or false.
        Boolean = "boolean",
        /// A date and time, as ISO 8601 text.
        Datetime = "datetime",
        /// A list.
        List = "list",
        /// A map.
        Map = "map",
        /// Bytes.
        Binary = "binary",
        /// Anything.
        Any = "any",
    }
}

document! {
    /// An index and how its keys are built.
    pub struct IndexDocument {
        /// `gsi` (the default) or `lsi`; the primary index has none.
        pub kind: Option<Spanned<SecondaryKind>>,
        /// What the index is for.
        pub description: Option<Spanned<String>>,
        /// The partition key, or up to four of them on a GSI. An LSI has the table's own.
        pub partition_key: Option<OneOrMany<KeyDocument>>,
        /// The sort key, or up to four of them on a GSI.
        pub sort_key: Option<OneOrMany<KeyDocument>>,
        /// The attributes that the index carries: `all`, `keys_only`, or a list of names.
        pub projection: Option<ProjectionDocument>,
        /// True where items may be left out of the index on purpose.
        pub sparse: Option<Spanned<bool>>,
    }
}

words! {
    /// The kind of a secondary index.
    pub enum SecondaryKind {
        /// A global secondary index.
        Gsi = "gsi",
        /// A local secondary index.
        Lsi = "lsi",
    }
}

document! {
    /// A key attribute and its value: exactly one of `build_key`, `template`, `value` and `cases`.
    #[schemars(extend("oneOf" = [
        { "required": ["build_key"] }, { "required": ["template"] }, { "required": ["value"] }, { "required": ["cases"] },
    ]))]
    pub struct KeyDocument {
        /// The name of the key attribute, for example `gsi1_pk`.
        pub attribute: Spanned<String>,
        /// Pairs of a prefix and a value, joined as the dialect's build_key does.
        #[schemars(length(min = 1))]
        pub build_key: Option<Spanned<Vec<PairDocument>>>,
        /// Text with placeholders, read as a Python f-string: an unset field prints `None`, case is kept.
        pub template: Option<Spanned<String>>,
        /// One placeholder: the typed value itself, for N and B keys.
        pub value: Option<Spanned<Value<'static>>>,
        /// A dynamic key: the first case whose `when` is true, else the last.
        #[schemars(length(min = 1))]
        pub cases: Option<Spanned<Vec<CaseDocument>>>,
        /// The type of the key attribute: `S` (the default), `N` or `B`.
        pub r#type: Option<Spanned<KeyType>>,
        /// True where the value is computed once, when the object is constructed (the guide's "wrong" pattern).
        pub eager: Option<Spanned<bool>>,
    }
}

words! {
    /// The type of a key attribute. DynamoDB has no others for keys:
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>
    #[derive(serde::Serialize, serde::Deserialize)]
    pub enum KeyType {
        /// String.
        S = "S",
        /// Number.
        N = "N",
        /// Binary.
        B = "B",
    }
}

impl KeyType {
    /// What a key of this type holds.
    pub const fn holds(self) -> ValueKind {
        match self {
            Self::S => ValueKind::Text,
            Self::N => ValueKind::Number,
            Self::B => ValueKind::Bytes,
        }
    }
}

document! {
    /// One case of a dynamic key: at most one `when`, and exactly one of `build_key`, `template` and `value`.
    #[schemars(extend("oneOf" = [
        { "required": ["build_key"] }, { "required": ["template"] }, { "required": ["value"] },
    ]))]
    pub struct CaseDocument {
        /// An expression; the case is taken where it is true as Python sees it.
        pub when: Option<Spanned<String>>,
        /// Pairs of a prefix and a value.
        #[schemars(length(min = 1))]
        pub build_key: Option<Spanned<Vec<PairDocument>>>,
        /// Text with placeholders.
        pub template: Option<Spanned<String>>,
        /// One placeholder.
        pub value: Option<Spanned<Value<'static>>>,
    }
}

document! {
    /// A question that the application asks.
    pub struct AccessPatternDocument {
        /// The question in a few words.
        pub name: Spanned<String>,
        /// The index that answers it; `primary` is the table's own key.
        pub index: Spanned<String>,
        /// The fields that the caller knows.
        pub given: Option<Vec<Spanned<String>>>,
        /// The condition on the sort key. By default `eq` where the given fields make the whole of it, `begins_with` where
        /// they make its beginning. With `between`, `lt`, `lte`, `gt` and `gte` the last given field of the sort key is the
        /// one with a range.
        pub condition: Option<Spanned<SortCondition>>,
        /// More about it.
        pub description: Option<Spanned<String>>,
    }
}

words! {
    /// The condition of a query on the sort key; the words of `explain --query`.
    pub enum SortCondition {
        /// The sort key is the value.
        Eq = "eq",
        /// The sort key begins with the value.
        BeginsWith = "begins_with",
        /// The sort key is from one value to another, both included.
        Between = "between",
        /// The sort key is less.
        Lt = "lt",
        /// The sort key is less or equal.
        Lte = "lte",
        /// The sort key is greater.
        Gt = "gt",
        /// The sort key is greater or equal.
        Gte = "gte",
    }
}

impl SortCondition {
    /// True of the conditions on a range of values.
    pub fn is_range(self) -> bool {
        !matches!(self, Self::Eq | Self::BeginsWith)
    }
}

/// The entries of a table in the order in which they were written.
#[derive(Clone, Debug)]
pub struct Entries<T> {
    /// What could be read.
    pub entries: Vec<(Spanned<String>, T)>,
    /// The names of what could not be; each has a problem recorded.
    pub unread: Vec<String>,
}

impl<T: FromToml> FromToml for Entries<T> {
    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        let table = reader.table(node)?;
        let mut all = Self { entries: Vec::new(), unread: Vec::new() };
        for (name, node) in table.iter() {
            let text = name.get_ref().clone().into_owned();
            match T::from_toml(node, reader) {
                Some(value) => all.entries.push((Spanned::new(text, name.span()), value)),
                None => all.unread.push(text),
            }
        }
        Some(all)
    }
}

/// A field: its type alone, or a table.
#[derive(Clone, Debug)]
pub struct AttributeDocument(pub AttributeTable);

impl FromToml for AttributeDocument {
    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        match node.get_ref() {
            DeValue::String(_) => Some(Self(AttributeTable {
                r#type: FromToml::from_toml(node, reader)?,
                default: None,
                required: None,
                pattern: None,
                r#enum: None,
                max_length: None,
                immutable: None,
                computed: None,
                ttl: None,
                description: None,
                span: node.span().into(),
            })),
            DeValue::Table(_) => AttributeTable::from_toml(node, reader).map(Self),
            _ => {
                reader.wrong_type(node, "a type such as `\"string\"`, or a table with one");
                None
            }
        }
    }
}

/// One of something, or a list of them.
#[derive(Clone, Debug)]
pub enum OneOrMany<T> {
    /// One.
    One(T),
    /// A list, and its place.
    Many(Vec<T>, Span),
}

impl<T: FromToml> FromToml for OneOrMany<T> {
    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        match node.get_ref() {
            DeValue::Array(_) => Vec::from_toml(node, reader).map(|all| Self::Many(all, node.span().into())),
            DeValue::Table(_) => T::from_toml(node, reader).map(Self::One),
            _ => {
                reader.wrong_type(node, "a key");
                reader.help("write `{ attribute = \"pk\", build_key = [[\"user\", \"{id}\"]] }`");
                None
            }
        }
    }
}

/// A pair of build_key: a prefix and a value, each text or a literal.
#[derive(Clone, Debug)]
pub struct PairDocument {
    /// What comes before the `#`.
    pub prefix: Spanned<Value<'static>>,
    /// What comes after it.
    pub value: Spanned<Value<'static>>,
}

impl FromToml for PairDocument {
    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        let cells = match node.get_ref() {
            DeValue::Array(cells) => cells,
            _ => {
                reader.wrong_type(node, "a pair `[prefix, value]`");
                reader.help("`build_key` is a list of pairs: `[[\"user\", \"{id}\"]]`");
                return None;
            }
        };
        let [prefix, value] = cells.as_ref() else {
            reader
                .problem(
                    "wrong-pair",
                    node.span().into(),
                    format!("a pair has a prefix and a value, this has {}", count(cells.len())),
                )
                .label("expected `[prefix, value]`")
                .help("write `[\"user\", \"{id}\"]`, or `[\"users\", \"\"]` for a prefix alone");
            return None;
        };
        let cell = |node: &Node<'_>, reader: &mut Reader| -> Option<Spanned<Value<'static>>> {
            if matches!(node.get_ref(), DeValue::Array(_) | DeValue::Table(_)) {
                reader.wrong_type(node, "text, a number or a boolean");
                return None;
            }
            FromToml::from_toml(node, reader)
        };
        let prefix = cell(prefix, reader);
        let value = cell(value, reader);
        Some(Self { prefix: prefix?, value: value? })
    }
}

fn count(cells: usize) -> String {
    match cells {
        0 => "nothing".to_owned(),
        1 => "one cell".to_owned(),
        more => format!("{more} cells"),
    }
}

/// The attributes that an index carries.
#[derive(Clone, Debug)]
pub enum ProjectionDocument {
    /// Every attribute.
    All,
    /// The keys of the index and of the table.
    KeysOnly,
    /// The keys and these.
    Include(Vec<Spanned<String>>),
}

impl FromToml for ProjectionDocument {
    fn from_toml(node: &Node<'_>, reader: &mut Reader) -> Option<Self> {
        match node.get_ref() {
            DeValue::Array(_) => Vec::from_toml(node, reader).map(Self::Include),
            DeValue::String(word) => match word.as_ref() {
                "all" => Some(Self::All),
                "keys_only" => Some(Self::KeysOnly),
                word => {
                    reader.unknown_word(node, word, vec!["all", "keys_only"], "is no projection");
                    None
                }
            },
            _ => {
                reader.wrong_type(node, "`all`, `keys_only` or a list of attribute names");
                None
            }
        }
    }
}

/// Gives a type the JSON Schema of another, or one written out, without a definition of its own.
macro_rules! inline_schema {
    (<$($parameter:ident),*> $name:ty, $generator:ident => $schema:expr) => {
        impl<$($parameter: JsonSchema),*> JsonSchema for $name {
            fn inline_schema() -> bool { true }
            fn schema_name() -> Cow<'static, str> { stringify!($name).into() }
            fn json_schema($generator: &mut SchemaGenerator) -> Schema { $schema }
        }
    };
}
pub(crate) use inline_schema;

inline_schema!(<T> Entries<T>, generator => {
    let entry = generator.subschema_for::<T>();
    json_schema!({ "type": "object", "additionalProperties": entry })
});
inline_schema!(<T> OneOrMany<T>, generator => {
    let one = generator.subschema_for::<T>();
    json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1, "maxItems": 4 }] })
});
inline_schema!(<> AttributeDocument, generator => {
    let word = generator.subschema_for::<AttributeType>();
    let table = generator.subschema_for::<AttributeTable>();
    json_schema!({ "anyOf": [word, table] })
});
inline_schema!(<> PairDocument, _generator => json_schema!({
    "type": "array",
    "prefixItems": [CELL_SCHEMA.clone(), CELL_SCHEMA.clone()],
    "items": false,
    "minItems": 2,
    "maxItems": 2,
}));
inline_schema!(<> ProjectionDocument, _generator => json_schema!({
    "anyOf": [{ "enum": ["all", "keys_only"] }, { "type": "array", "items": { "type": "string" } }]
}));

static CELL_SCHEMA: std::sync::LazyLock<serde_json::Value> =
    std::sync::LazyLock::new(|| serde_json::json!({ "type": ["string", "number", "boolean"] }));

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl JsonSchema for Value<'static> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean", "array", "object"] })
    }
}
