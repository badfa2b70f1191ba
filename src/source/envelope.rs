//! What items come wrapped in: `{"Item": …}`, `{"Items": […]}` and whole responses.

use std::borrow::Cow;

use crate::value::Value;

/// The entries of an object.
pub type Entries<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

/// What an object holds.
#[derive(Debug, PartialEq)]
pub enum Contents<'a> {
    /// It is an item itself, or wraps one.
    One(Entries<'a>),
    /// It is a response with these, in order.
    Many(Vec<Value<'a>>),
    /// It is a response without an item.
    Nothing,
}

/// The keys that a response to Query, Scan or BatchGetItem has beside its items.
const RESPONSE: [&str; 10] = [
    "Items",
    "Responses",
    "Count",
    "ScannedCount",
    "LastEvaluatedKey",
    "NextToken",
    "ConsumedCapacity",
    "UnprocessedKeys",
    "ResponseMetadata",
    "$metadata",
];

/// Unwraps an object, as `Model().map` does and a little further.
///
/// With `ResponseMetadata` it is a response. With `Item` and none of `id`, `name`, `pk` and `sk` it wraps an item. With
/// `Items` or `Responses` and nothing but what a response has, it is a response. Otherwise it is an item.
pub fn unwrap(mut entries: Entries<'_>) -> Contents<'_> {
    let has = |entries: &Entries<'_>, name: &str| entries.iter().any(|(key, _)| key == name);
    let is_response = has(&entries, "ResponseMetadata") || has(&entries, "$metadata");
    let names_model = ["id", "name", "pk", "sk"].iter().any(|name| has(&entries, name));
    if is_response || !names_model {
        if let Some(Value::Map(_)) = find(&entries, "Item")
            && let Some(Value::Map(item)) = take(&mut entries, "Item")
        {
            return Contents::One(item);
        }
        let only_response = entries.iter().all(|(key, _)| RESPONSE.contains(&key.as_ref()));
        if is_response || only_response {
            match (take(&mut entries, "Items"), take(&mut entries, "Responses")) {
                (Some(Value::List(items)), _) => return Contents::Many(items),
                // TransactGetItems: a list of `{"Item": …}`.
                (_, Some(Value::List(responses))) => return Contents::Many(responses),
                // BatchGetItem: a list of items for each table.
                (_, Some(Value::Map(tables))) => {
                    let lists = tables.into_iter().flat_map(|(_, items)| match items {
                        Value::List(items) => items,
                        other => vec![other],
                    });
                    return Contents::Many(lists.collect());
                }
                (items, responses) => {
                    entries.extend(items.map(|items| (Cow::Borrowed("Items"), items)));
                    entries.extend(responses.map(|responses| (Cow::Borrowed("Responses"), responses)));
                }
            }
        }
        // PutItem, UpdateItem and DeleteItem with ReturnValues.
        let only_attributes = entries.iter().all(|(key, _)| is_write_response(key));
        if (is_response || only_attributes)
            && let Some(Value::Map(_)) = find(&entries, "Attributes")
            && let Some(Value::Map(item)) = take(&mut entries, "Attributes")
        {
            return Contents::One(item);
        }
        let counts_nothing = only_response && has(&entries, "ScannedCount");
        if is_response || counts_nothing {
            return Contents::Nothing;
        }
    }
    Contents::One(entries)
}

/// The item that a change of an incremental export leaves; none where this is no change.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html>
pub fn new_image(mut entries: Entries<'_>) -> Option<Contents<'_>> {
    find(&entries, "Keys")?;
    match take(&mut entries, "NewImage") {
        Some(Value::Map(item)) => Some(Contents::One(item)),
        None => Some(Contents::Nothing),
        Some(_) => None,
    }
}

/// True of what a response to a write has.
fn is_write_response(key: &str) -> bool {
    matches!(key, "Attributes" | "ConsumedCapacity" | "ItemCollectionMetrics")
}

fn find<'e, 'a>(entries: &'e Entries<'a>, name: &str) -> Option<&'e Value<'a>> {
    entries.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

fn take<'a>(entries: &mut Entries<'a>, name: &str) -> Option<Value<'a>> {
    let at = entries.iter().position(|(key, _)| key == name)?;
    Some(entries.remove(at).1)
}
