//! The values of an item: what Python's `json.loads` and boto3 make of it.

use std::borrow::Cow;

use num_bigint::BigInt;
use serde::{Deserialize, Serialize};

/// A value of an item or of a model's literal. Text is borrowed from the input where it can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Python's `None`, JSON's `null`, DynamoDB's `NULL`.
    None,
    /// A boolean.
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// Any other integer; Python's have no bound.
    BigInt(BigInt),
    /// A float.
    Float(f64),
    /// A number of an item whose text is not what Python prints for it.
    Decimal(Box<Decimal<'a>>),
    /// Text.
    Str(Cow<'a, str>),
    /// DynamoDB's binary.
    Bytes(Cow<'a, [u8]>),
    /// A list.
    List(Vec<Value<'a>>),
    /// A map, in the order in which it was written.
    Map(Vec<(Cow<'a, str>, Value<'a>)>),
    /// One of DynamoDB's sets (SS, NS, BS), in the order in which it was written.
    Set(Vec<Value<'a>>),
}

/// A number as it is stored, and what Python makes of it. Only where the two differ as text: `1.10`, `1E+3`, and numbers
/// that no float holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Decimal<'a> {
    /// The number as it is stored.
    pub text: Cow<'a, str>,
    /// The int or float that it becomes when an item is mapped.
    pub value: Value<'static>,
    /// True where that is another number: it has more digits than a float.
    pub is_rounded: bool,
}

/// What a value is to DynamoDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueKind {
    /// `S`.
    Text,
    /// `N`.
    Number,
    /// `B`.
    Bytes,
    /// `BOOL`.
    Boolean,
    /// `NULL`.
    Null,
    /// `L`.
    List,
    /// `M`.
    Map,
    /// `SS`, `NS` and `BS`.
    Set,
}

impl ValueKind {
    /// DynamoDB's letters for it.
    pub const fn letters(self) -> &'static str {
        match self {
            Self::Text => "S",
            Self::Number => "N",
            Self::Bytes => "B",
            Self::Boolean => "BOOL",
            Self::Null => "NULL",
            Self::List => "L",
            Self::Map => "M",
            Self::Set => "a set",
        }
    }

    /// One such value, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Bytes => "bytes",
            Self::Boolean => "a boolean",
            Self::Null => "null",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Set => "a set",
        }
    }
}

impl<'a> Value<'a> {
    /// What it is to DynamoDB.
    pub fn kind(&self) -> ValueKind {
        match self {
            Self::None => ValueKind::Null,
            Self::Bool(_) => ValueKind::Boolean,
            Self::Int(_) | Self::BigInt(_) | Self::Float(_) | Self::Decimal(_) => ValueKind::Number,
            Self::Str(_) => ValueKind::Text,
            Self::Bytes(_) => ValueKind::Bytes,
            Self::List(_) => ValueKind::List,
            Self::Map(_) => ValueKind::Map,
            Self::Set(_) => ValueKind::Set,
        }
    }

    /// The value as Python has it once an item is mapped; none where it is that already. The numbers of a set stay as
    /// they are stored.
    pub fn mapped(&self) -> Option<Self> {
        match self {
            Self::Decimal(number) => Some(number.value.clone()),
            Self::List(values) if values.iter().any(Self::holds_decimal) => {
                Some(Self::List(values.iter().map(Self::as_mapped).collect()))
            }
            Self::Map(entries) if entries.iter().any(|(_, value)| value.holds_decimal()) => {
                Some(Self::Map(entries.iter().map(|(key, value)| (key.clone(), value.as_mapped())).collect()))
            }
            _ => None,
        }
    }

    fn as_mapped(&self) -> Self {
        self.mapped().unwrap_or_else(|| self.clone())
    }

    fn holds_decimal(&self) -> bool {
        match self {
            Self::Decimal(_) => true,
            Self::List(values) => values.iter().any(Self::holds_decimal),
            Self::Map(entries) => entries.iter().any(|(_, value)| value.holds_decimal()),
            _ => false,
        }
    }

    /// True where mapping makes another number of one that is in it.
    pub fn is_rounded(&self) -> bool {
        match self {
            Self::Decimal(number) => number.is_rounded,
            Self::List(values) => values.iter().any(Self::is_rounded),
            Self::Map(entries) => entries.iter().any(|(_, value)| value.is_rounded()),
            _ => false,
        }
    }

    /// The value at a path into a map.
    pub fn at(&self, path: &[String]) -> Option<&Self> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Str(text.into())
    }

    /// The smallest integer value that holds `number`.
    pub fn integer(number: BigInt) -> Self {
        match i64::try_from(&number) {
            Ok(small) => Self::Int(small),
            Err(_) => Self::BigInt(number),
        }
    }

    /// The value of a key of a map; `None` where this is no map or has no such key.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The same value, owning its text.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::None => Value::None,
            Self::Bool(value) => Value::Bool(value),
            Self::Int(value) => Value::Int(value),
            Self::BigInt(value) => Value::BigInt(value),
            Self::Float(value) => Value::Float(value),
            Self::Decimal(number) => {
                let Decimal { text, value, is_rounded } = *number;
                Value::Decimal(Box::new(Decimal { text: Cow::Owned(text.into_owned()), value, is_rounded }))
            }
            Self::Str(value) => Value::Str(Cow::Owned(value.into_owned())),
            Self::Bytes(value) => Value::Bytes(Cow::Owned(value.into_owned())),
            Self::List(values) => Value::List(values.into_iter().map(Value::into_owned).collect()),
            Self::Set(values) => Value::Set(values.into_iter().map(Value::into_owned).collect()),
            Self::Map(entries) => Value::Map(
                entries.into_iter().map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned())).collect(),
            ),
        }
    }

    /// The name of the value's Python type, as an error message would give it.
    pub fn python_type(&self) -> &'static str {
        match self {
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::BigInt(_) => "int",
            Self::Float(_) => "float",
            Self::Decimal(_) => "Decimal",
            Self::Str(_) => "str",
            Self::Bytes(_) => "Binary",
            Self::List(_) => "list",
            Self::Map(_) => "dict",
            Self::Set(_) => "set",
        }
    }
}
