//! The values of an item: what Python's `json.loads` and boto3 make of it.

use std::borrow::Cow;

use num_bigint::BigInt;

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

impl<'a> Value<'a> {
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
            Self::Str(_) => "str",
            Self::Bytes(_) => "Binary",
            Self::List(_) => "list",
            Self::Map(_) => "dict",
            Self::Set(_) => "set",
        }
    }
}
