//! What the name of a field tells of its values.

/// The words of a name, in lower case: `createdAt`, `created_at` and `created-at` have two.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut after_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && after_lower) {
            words.push(String::new());
        }
        after_lower = !c.is_uppercase();
        if c.is_alphanumeric()
            && let Some(last) = words.last_mut()
        {
            last.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// True where the name of a number says that its values have one width: a year, a date, the seconds since 1970.
pub fn is_time(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map(String::as_str).unwrap_or_default();
    is_moment(name) || matches!(last, "year" | "date") || words.iter().any(|word| word.contains("yyyy"))
}

/// True where the name of a number says that it measures or rates: several things can well have one and the same.
pub fn is_measure(name: &str) -> bool {
    const LAST: [&str; 48] = [
        "score",
        "scores",
        "points",
        "rank",
        "ranking",
        "rating",
        "stars",
        "votes",
        "likes",
        "views",
        "price",
        "cost",
        "amount",
        "total",
        "sum",
        "balance",
        "fee",
        "tax",
        "salary",
        "revenue",
        "value",
        "cents",
        "count",
        "quantity",
        "qty",
        "stock",
        "weight",
        "size",
        "length",
        "width",
        "height",
        "depth",
        "duration",
        "distance",
        "speed",
        "latency",
        "age",
        "percent",
        "percentage",
        "ratio",
        "rate",
        "temperature",
        "priority",
        "severity",
        "probability",
        "popularity",
        "relevance",
        "discount",
    ];
    words(name).last().is_some_and(|last| LAST.contains(&last.as_str()))
}

/// True where the name of a number says that its values are seconds since 1970, or milliseconds.
pub fn is_moment(name: &str) -> bool {
    const LAST: [&str; 6] = ["at", "ts", "epoch", "timestamp", "utc", "ttl"];
    const UNITS: [&str; 8] = ["ms", "millis", "milliseconds", "s", "sec", "secs", "seconds", "us"];
    let words = words(name);
    let is_unit = |word: &&String| UNITS.contains(&word.as_str());
    let last = words.iter().rev().find(|word| !is_unit(word)).map(String::as_str).unwrap_or_default();
    LAST.contains(&last) || words.iter().any(|word| word.contains("epoch") || word.contains("timestamp"))
}

/// True where a text's name says that it names a thing, so that the order of its digits hardly matters.
pub fn is_name_of_thing(name: &str) -> bool {
    const LAST: [&str; 26] = [
        "id",
        "ids",
        "uuid",
        "uid",
        "guid",
        "key",
        "code",
        "sku",
        "ean",
        "upc",
        "isbn",
        "phone",
        "mobile",
        "fax",
        "tel",
        "zip",
        "postcode",
        "postal",
        "account",
        "iban",
        "ssn",
        "card",
        "imei",
        "ip",
        "reference",
        "ref",
    ];
    let words = words(name);
    words.last().is_some_and(|last| {
        // `orderid` in one word.
        LAST.contains(&last.as_str()) || last.ends_with("id") && last.len() > 4
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_things_from_counts() {
        for name in ["id", "order_id", "orderId", "orderid", "zip", "phone", "product_sku", "address.zip"] {
            assert!(is_name_of_thing(name), "{name}");
        }
        for name in ["version", "number", "n", "bid", "paid", "grid", "rank", "release"] {
            assert!(!is_name_of_thing(name), "{name}");
        }
    }

    #[test]
    fn names_tell_times_from_counts() {
        for name in
            ["created_at", "createdAt", "created_utc_ts", "timestamp", "timestamp_ms", "updatedAtMs", "epochSeconds"]
        {
            assert!(is_time(name) && is_moment(name), "{name}");
        }
        for name in ["year", "due_date", "yyyymm", "birthYear"] {
            assert!(is_time(name) && !is_moment(name), "{name}");
        }
        for name in ["score", "version", "ms", "format", "parts", "seats", "duration_s", "CAT", "number"] {
            assert!(!is_time(name), "{name}");
        }
    }
}
