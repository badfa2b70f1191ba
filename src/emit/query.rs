//! What a Query with an item's fields asks for, as boto3-assist's `debug_info()` and `key()` say it, and as a command.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value as JsonValue, json};

use super::human::table;
use super::{Json, Terminal, push_json};
use crate::key::python::{is_true, push_str, to_float};
use crate::key::{Half, PartKind, Written};
use crate::model::{Index, KeyType};
use crate::report::Explained;
use crate::source::number;
use crate::text::printable;
use crate::value::Value;

/// The condition on the sort key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The sort key is the value.
    Eq,
    /// The sort key begins with the value.
    BeginsWith,
    /// The sort key is less.
    Lt,
    /// The sort key is less or equal.
    Lte,
    /// The sort key is greater.
    Gt,
    /// The sort key is greater or equal.
    Gte,
    /// The sort key is from the value with `low` behind it to the value with `high` behind it; a number is from `low` to `high`.
    Between {
        /// The low end.
        low: String,
        /// The high end.
        high: String,
    },
}

impl Condition {
    /// The conditions as boto3-assist names them.
    pub const NAMES: [&'static str; 7] = ["eq", "begins_with", "lt", "lte", "gt", "gte", "between"];

    /// The condition's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::BeginsWith => "begins_with",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Between { .. } => "between",
        }
    }
}

/// A Query request on one index.
#[derive(Clone, Debug, Serialize)]
pub struct Query {
    /// The index; `primary` is the table itself.
    pub index_name: String,
    /// `Primary` or `GSI/LSI`.
    pub query_type: &'static str,
    /// The partition key and its value; a list for a multi-attribute key.
    pub partition_key: JsonValue,
    /// The sort key, its value and the condition; none where the query has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_key: Option<JsonValue>,
    /// Why there is no condition on the sort key, where the index has one, or what its range is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The keys of the index by attribute.
    pub keys_dict: JsonValue,
    /// The expression of the request.
    pub key_condition_expression: String,
    /// The names that the expression stands in for; empty where none needs it.
    pub expression_attribute_names: JsonValue,
    /// The values, typed.
    pub expression_attribute_values: JsonValue,
    /// The request for the AWS CLI, ready for a POSIX shell.
    pub command: String,
}

/// Why an index cannot be queried with an item's fields.
#[derive(Clone, Debug, Serialize)]
pub struct QueryError {
    /// The index.
    pub index_name: String,
    /// Why not.
    pub error: String,
}

/// The request for one index.
pub fn query(
    explained: &Explained<'_, '_>,
    index: &Index,
    compiled: &crate::key::EngineIndex,
    condition: &Condition,
    table_name: Option<&str>,
) -> Result<Query, QueryError> {
    let failed = |error: String| QueryError { index_name: index.name.value.clone(), error };
    let mut request = Request::default();
    let mut keys_dict = Map::new();
    let mut partition_key = Vec::new();
    for number in explained.half(compiled, Half::Partition) {
        let key = &explained.engine.keys()[*number];
        let written = explained.keys.get(*number);
        let value = match written {
            Written::Text("") => {
                return Err(failed(format!("`{}` is empty, and a query needs the whole partition key", key.attribute)));
            }
            Written::Text(text) => Value::text(text),
            Written::Typed(value) => value.clone(),
            Written::Absent => {
                return Err(failed(format!(
                    "`{}` has no value, and a query needs the whole partition key",
                    key.attribute
                )));
            }
            Written::Failed(failure) => return Err(failed(failure.message.clone())),
            Written::Open(_) => return Err(failed(not_known(&key.attribute))),
        };
        fits(key.kind, &value, &key.attribute).map_err(failed)?;
        if matches!(&value, Value::Bytes(bytes) if bytes.is_empty()) {
            return Err(failed(format!("`{}` is empty, and a query needs the whole partition key", key.attribute)));
        }
        request.add("pk", &key.attribute, "=", &value);
        partition_key.push(json!({ "attribute": key.attribute, "value": to_json(&value) }));
        keys_dict.insert(key.attribute.clone(), to_json(&value));
    }
    // Sort keys are given from the left; the condition is on the last one that has a value, the others are equal.
    let mut sorts = Vec::new();
    let mut note = None;
    for number in explained.half(compiled, Half::Sort) {
        let key = &explained.engine.keys()[*number];
        let value = match explained.keys.get(*number) {
            Written::Text(text) => Value::text(text),
            Written::Typed(value) => value.clone(),
            Written::Absent => {
                note = Some(format!("no condition on the sort key: `{}` has no value", key.attribute));
                break;
            }
            Written::Failed(failure) => return Err(failed(failure.message.clone())),
            Written::Open(_) => return Err(failed(not_known(&key.attribute))),
        };
        keys_dict.insert(key.attribute.clone(), to_json(&value));
        // As in key(): a sort key that is false as Python sees it is no condition. A number is one, though, even 0.
        let is_between = matches!(condition, Condition::Between { .. });
        if !is_true(&value) && matches!(value, Value::Str(_)) && !is_between {
            note = Some(format!("no condition on the sort key: `{}` is empty", key.attribute));
            break;
        }
        fits(key.kind, &value, &key.attribute).map_err(failed)?;
        sorts.push((number, key, value));
    }
    // Without a value there is no condition, but debug_info() names the sort key all the same.
    let mut sort_key = note.as_ref().and(explained.half(compiled, Half::Sort).get(sorts.len())).map(|number| {
        let key = &explained.engine.keys()[*number];
        let value = match explained.keys.get(*number) {
            Written::Text(text) => json!(text),
            _ => JsonValue::Null,
        };
        json!({ "attribute": key.attribute, "value": value, "condition": condition.name() })
    });
    let count = sorts.len();
    for (at, (number, key, value)) in sorts.into_iter().enumerate() {
        let condition = if at + 1 < count { &Condition::Eq } else { condition };
        if let (Condition::Between { low, high }, KeyType::S) = (condition, key.kind) {
            note = note.or_else(|| appended(explained, *number, &value, [low, high]));
        }
        let info = request.add_sort(&key.attribute, key.kind, &value, condition).map_err(failed)?;
        sort_key = Some(info);
    }
    let is_primary = Explained::is_primary(index);
    let mut arguments = vec!["aws".to_owned(), "dynamodb".to_owned(), "query".to_owned()];
    arguments.extend(["--table-name".to_owned(), table_name.unwrap_or("TABLE").to_owned()]);
    if !is_primary {
        arguments.extend(["--index-name".to_owned(), index.name.value.clone()]);
    }
    let expression = request.terms.join(" AND ");
    arguments.extend(["--key-condition-expression".to_owned(), expression.clone()]);
    if !request.names.is_empty() {
        arguments.extend(["--expression-attribute-names".to_owned(), json_text(&request.names)]);
    }
    arguments.extend(["--expression-attribute-values".to_owned(), json_text(&request.values)]);
    let words: Vec<String> =
        arguments.iter().map(|word| shlex::try_quote(word).map(|word| word.into_owned()).unwrap_or_default()).collect();
    Ok(Query {
        index_name: index.name.value.clone(),
        query_type: if is_primary { "Primary" } else { "GSI/LSI" },
        partition_key: match partition_key.len() {
            1 => partition_key.remove(0),
            _ => JsonValue::Array(partition_key),
        },
        sort_key,
        note,
        keys_dict: JsonValue::Object(keys_dict),
        key_condition_expression: expression,
        expression_attribute_names: JsonValue::Object(request.names),
        expression_attribute_values: JsonValue::Object(request.values),
        command: words.join(" "),
    })
}

/// What there is to say of ends of a range that go after a value: `date#2024-05-17` to `date#2024-05-172025`. It is what
/// boto3-assist asks for, and seldom what is meant.
fn appended(explained: &Explained<'_, '_>, number: usize, value: &Value<'_>, [low, high]: [&str; 2]) -> Option<String> {
    let Value::Str(text) = value else { return None };
    let last = explained.recorder.parts(number).iter().rfind(|part| part.end > part.start)?;
    let PartKind::Field(field) = last.kind else { return None };
    let before = text.get(..last.start).filter(|_| last.end == text.len())?;
    let key = &explained.engine.keys()[number].attribute;
    Some(format!(
        "`{key}` already ends in the value of `{0}`, and the ends of the range go after it; a range of `{0}` itself is \
         from `{before}{low}` to `{before}{high}`",
        field.name
    ))
}

#[derive(Default)]
struct Request {
    terms: Vec<String>,
    names: Map<String, JsonValue>,
    values: Map<String, JsonValue>,
}

impl Request {
    /// A name for the expression: the attribute itself, or a stand-in where it may be a reserved word.
    fn name(&mut self, role: &str, attribute: &str) -> String {
        // No reserved word has an underscore or a digit, and these two are none:
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
        let is_plain = attribute.starts_with(|c: char| c.is_ascii_alphabetic())
            && attribute.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let is_safe = matches!(attribute, "pk" | "sk") || attribute.contains(|c: char| c == '_' || c.is_ascii_digit());
        if is_plain && is_safe {
            return attribute.to_owned();
        }
        let stand_in = format!("#{role}{}", suffix(self.names.len()));
        self.names.insert(stand_in.clone(), JsonValue::String(attribute.to_owned()));
        stand_in
    }

    fn value(&mut self, role: &str, value: &Value<'_>) -> String {
        let plain = format!(":{role}");
        let mut name = plain.clone();
        let mut at = 1;
        while self.values.contains_key(&name) {
            at += 1;
            name = format!("{plain}{at}");
        }
        self.values.insert(name.clone(), typed(value));
        name
    }

    fn add(&mut self, role: &str, attribute: &str, operator: &str, value: &Value<'_>) {
        let name = self.name(role, attribute);
        let value = self.value(role, value);
        self.terms.push(format!("{name} {operator} {value}"));
    }

    /// Adds the condition on a sort key, and says of it what `debug_info()` says.
    fn add_sort(
        &mut self,
        attribute: &str,
        kind: KeyType,
        value: &Value<'_>,
        condition: &Condition,
    ) -> Result<JsonValue, String> {
        let mut info = json!({ "attribute": attribute, "value": to_json(value), "condition": condition.name() });
        let operator = match condition {
            Condition::Eq => "=",
            Condition::Lt => "<",
            Condition::Lte => "<=",
            Condition::Gt => ">",
            Condition::Gte => ">=",
            Condition::BeginsWith => {
                if kind == KeyType::N {
                    return Err(format!(
                        "`{attribute}` is a number, and begins_with is for text: use `--query eq`, `gte` or the like"
                    ));
                }
                let name = self.name("sk", attribute);
                let value = self.value("sk", value);
                self.terms.push(format!("begins_with({name}, {value})"));
                return Ok(info);
            }
            Condition::Between { low, high } => {
                let end = |text: &str| -> Result<Value<'static>, String> {
                    if kind == KeyType::N {
                        return number(text).ok_or_else(|| format!("`{attribute}` is a number, and `{text}` is none"));
                    }
                    let mut whole = String::new();
                    push_str(&mut whole, value)?;
                    whole.push_str(text);
                    Ok(Value::text(whole))
                };
                let (from, to) = (end(low)?, end(high)?);
                if is_less(&to, &from) {
                    return Err(format!("the high end `{high}` is below the low end `{low}`, which DynamoDB refuses"));
                }
                if let Some(info) = info.as_object_mut() {
                    info.insert("low_value".to_owned(), json!(low));
                    info.insert("high_value".to_owned(), json!(high));
                    info.insert("full_range".to_owned(), json!({ "low": to_json(&from), "high": to_json(&to) }));
                }
                let name = self.name("sk", attribute);
                let low = self.value("low", &from);
                let high = self.value("high", &to);
                self.terms.push(format!("{name} BETWEEN {low} AND {high}"));
                return Ok(info);
            }
        };
        self.add("sk", attribute, operator, value);
        Ok(info)
    }
}

fn not_known(attribute: &str) -> String {
    format!("a part of `{attribute}` is computed, and the item does not have it: add it to the item to see the query")
}

/// Refuses a value that the key attribute cannot hold: DynamoDB would refuse the query.
fn fits(kind: KeyType, value: &Value<'_>, attribute: &str) -> Result<(), String> {
    let (fits, wanted) = match kind {
        KeyType::S => (matches!(value, Value::Str(_)), "text"),
        KeyType::N => match value {
            Value::Float(number) => (number.is_finite(), "a number"),
            value => (matches!(value, Value::Int(_) | Value::BigInt(_)), "a number"),
        },
        KeyType::B => (matches!(value, Value::Bytes(_)), "bytes"),
    };
    if fits {
        Ok(())
    } else {
        Err(format!("`{attribute}` is of type {}, but its value is not {wanted}", kind.as_str()))
    }
}

/// The order of the ends of a range: text by its UTF-8 bytes, as DynamoDB sorts, numbers by value.
fn is_less(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => left.as_bytes() < right.as_bytes(),
        (left, right) => match (to_float(left), to_float(right)) {
            (Ok(left), Ok(right)) => left < right,
            _ => false,
        },
    }
}

fn suffix(at: usize) -> String {
    if at == 0 { String::new() } else { (at + 1).to_string() }
}

fn to_json(value: &Value<'_>) -> JsonValue {
    serde_json::to_value(Json(value)).unwrap_or_default()
}

fn typed(value: &Value<'_>) -> JsonValue {
    match value {
        Value::Str(text) => json!({ "S": text }),
        Value::Bytes(_) => json!({ "B": to_json(value) }),
        other => {
            let mut text = String::new();
            // Bytes are the one value without a text, and they are above.
            let _ = push_str(&mut text, other);
            json!({ "N": text })
        }
    }
}

fn json_text(map: &Map<String, JsonValue>) -> String {
    let mut text = Vec::new();
    // A map of text always has a JSON form.
    let _ = push_json(&mut text, map);
    String::from_utf8(text).unwrap_or_default()
}

/// Writes the requests of an item for people.
pub fn write_query(
    out: &mut dyn Write,
    terminal: Terminal,
    explained: &Explained<'_, '_>,
    queries: &[Result<Query, QueryError>],
) -> io::Result<()> {
    writeln!(
        out,
        "{} · {} · dialect {}",
        terminal.bold(&printable(explained.entity())),
        printable(&explained.place.to_string()),
        explained.engine.dialect()
    )?;
    if queries.is_empty() {
        let name = explained.selection.index.unwrap_or_default();
        writeln!(out, "{} has no index `{}`", printable(explained.entity()), printable(name))?;
    }
    for query in queries {
        writeln!(out)?;
        match query {
            Err(QueryError { index_name, error }) => {
                writeln!(out, "{}: cannot be queried: {}", terminal.bold(&printable(index_name)), printable(error))?;
            }
            Ok(query) => {
                let mut table = table(terminal, &["Query", &printable(&query.index_name)]);
                if query.query_type != "Primary" {
                    table.add_row(["IndexName", &printable(&query.index_name)]);
                }
                table.add_row(["KeyConditionExpression", &printable(&query.key_condition_expression)]);
                for (name, attribute) in query.expression_attribute_names.as_object().into_iter().flatten() {
                    table.add_row([name.as_str(), &printable(attribute.as_str().unwrap_or_default())]);
                }
                for (name, value) in query.expression_attribute_values.as_object().into_iter().flatten() {
                    let value = value.as_object().and_then(|tagged| tagged.values().next());
                    table.add_row([name.as_str(), &printable(value.and_then(JsonValue::as_str).unwrap_or_default())]);
                }
                writeln!(out, "{table}")?;
                writeln!(out, "{}", printable(&query.command))?;
                if let Some(note) = &query.note {
                    writeln!(out, "note: {}", printable(note))?;
                }
            }
        }
    }
    writeln!(out)
}
