//! Items in DynamoDB JSON.

use std::io::{self, Write};

/// The value of an attribute.
#[derive(Clone, Debug)]
pub enum Value {
    Text(String),
    Number(i64),
    Bool(bool),
    Null,
    List(Vec<Value>),
    Map(Vec<(&'static str, Value)>),
    Texts(Vec<String>),
}

/// An item: its attributes in the order in which they are written.
#[derive(Clone, Debug, Default)]
pub struct Item(pub Vec<(&'static str, Value)>);

impl Item {
    pub fn text(&mut self, name: &'static str, text: impl Into<String>) {
        self.0.push((name, Value::Text(text.into())));
    }

    pub fn number(&mut self, name: &'static str, number: u64) {
        self.0.push((name, whole(number)));
    }

    pub fn other(&mut self, name: &'static str, value: Value) {
        self.0.push((name, value));
    }

    /// The text of an attribute; none where it is no text.
    pub fn get(&self, name: &str) -> &str {
        match self.0.iter().find(|(own, _)| *own == name) {
            Some((_, Value::Text(text))) => text,
            _ => "",
        }
    }

    /// Puts another value in the place of an attribute, or adds it.
    pub fn set(&mut self, name: &'static str, value: Value) {
        match self.0.iter_mut().find(|(own, _)| *own == name) {
            Some((_, own)) => *own = value,
            None => self.0.push((name, value)),
        }
    }

    pub fn set_text(&mut self, name: &'static str, text: impl Into<String>) {
        self.set(name, Value::Text(text.into()));
    }

    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(own, _)| *own != name);
    }

    /// Writes the line of an export, `{"Item":{…}}`; gives the item's size in DynamoDB:
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
    pub fn write(&self, out: &mut impl Write) -> io::Result<u64> {
        out.write_all(b"{\"Item\":{")?;
        let size = entries(&self.0, out)?;
        out.write_all(b"}}\n")?;
        Ok(size)
    }
}

pub fn whole(number: u64) -> Value {
    Value::Number(i64::try_from(number).unwrap())
}

fn entries(all: &[(&'static str, Value)], out: &mut impl Write) -> io::Result<u64> {
    let mut size = 0;
    for (at, (name, value)) in all.iter().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        write!(out, "\"{name}\":")?;
        size += name.len() as u64 + value.write(out)?;
    }
    Ok(size)
}

impl Value {
    fn write(&self, out: &mut impl Write) -> io::Result<u64> {
        match self {
            Self::Text(text) => {
                out.write_all(b"{\"S\":")?;
                serde_json::to_writer(&mut *out, text)?;
                out.write_all(b"}")?;
                Ok(text.len() as u64)
            }
            Self::Number(number) => {
                write!(out, "{{\"N\":\"{number}\"}}")?;
                let digits = number.unsigned_abs().to_string().trim_end_matches('0').len() as u64;
                Ok(digits.div_ceil(2) + 1 + u64::from(*number < 0))
            }
            Self::Bool(bool) => {
                write!(out, "{{\"BOOL\":{bool}}}")?;
                Ok(1)
            }
            Self::Null => {
                out.write_all(b"{\"NULL\":true}")?;
                Ok(1)
            }
            Self::List(values) => {
                out.write_all(b"{\"L\":[")?;
                let mut size = 3;
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        out.write_all(b",")?;
                    }
                    size += 1 + value.write(out)?;
                }
                out.write_all(b"]}")?;
                Ok(size)
            }
            Self::Map(all) => {
                out.write_all(b"{\"M\":{")?;
                let size = entries(all, out)?;
                out.write_all(b"}}")?;
                Ok(3 + all.len() as u64 + size)
            }
            Self::Texts(texts) => {
                out.write_all(b"{\"SS\":")?;
                serde_json::to_writer(&mut *out, texts)?;
                out.write_all(b"}")?;
                Ok(texts.iter().map(|text| text.len() as u64).sum())
            }
        }
    }
}
