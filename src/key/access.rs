//! The query that serves an access pattern: how much of an index's keys the given fields decide.

use std::fmt::Write as _;

use super::expression_text::expression_text;
use super::given::{Given, is_used};
use super::layout::{Way, WayPiece};
use crate::model::{
    AccessPattern, Dialect, Expression, ExpressionKind, FieldPath, Index, Key, KeyType, Model, SortCondition,
};
use crate::text::Spanned;

/// The query of some given fields on an index.
#[derive(Clone, Debug)]
pub struct Access<'m> {
    /// The index.
    pub index: &'m Index,
    /// Its partition keys, each to be equal; those of the table for a local index.
    pub partition_keys: Vec<KnownKey<'m>>,
    /// The sort keys that the query uses, from the left: each but the last is equal, the last has the condition.
    pub sort_keys: Vec<KnownKey<'m>>,
    /// The condition on the last sort key; none where only the partition is known.
    pub condition: Option<SortCondition>,
    /// Given fields of the sort key that cannot narrow the query.
    pub behind: Vec<Behind<'m>>,
    /// False where the given fields do not say which case of a key is taken.
    pub is_decided: bool,
}

/// What is known of a key where some fields are given.
#[derive(Clone, Debug)]
pub struct KnownKey<'m> {
    /// The key.
    pub key: &'m Key,
    /// The way in which it is built. The given fields have values that are true as Python sees them.
    pub way: Way<'m>,
    /// False where the given fields do not say which case is taken: `way` is then the one that they serve best.
    pub is_decided: bool,
    /// What is known, from the left: up to the last value that is. A key without a known value is known up to its first
    /// placeholder.
    pub known: Vec<WayPiece<'m>>,
    /// What follows it.
    pub rest: Vec<WayPiece<'m>>,
    /// The fields that would have to be given for the next placeholder; of a partition key, for all of them.
    pub missing: Vec<&'m FieldPath>,
}

/// A given field that is in the sort key, behind one that is not given.
#[derive(Clone, Copy, Debug)]
pub struct Behind<'m> {
    /// The given field.
    pub given: &'m Spanned<String>,
    /// The sort key.
    pub key: &'m Key,
    /// The field in front of it that is not given.
    pub missing: &'m FieldPath,
}

impl<'m> Access<'m> {
    /// The query of an access pattern; none where the entity has no index of that name.
    pub fn of(model: &'m Model, dialect: &Dialect, pattern: &'m AccessPattern) -> Option<Self> {
        let index = model.indexes.iter().find(|index| *index.name == *pattern.index)?;
        let condition = pattern.condition.as_ref().map(|condition| condition.value);
        Some(Self::on(model, dialect, index, &pattern.given, condition))
    }

    /// The query of given fields on an index. Without a condition, the fields decide which it is.
    pub fn on(
        model: &'m Model,
        dialect: &Dialect,
        index: &'m Index,
        given: &'m [Spanned<String>],
        condition: Option<SortCondition>,
    ) -> Self {
        let given = Given { model, fields: given };
        let partition_keys: Vec<KnownKey<'m>> =
            model.partition_keys(index).iter().filter_map(|key| given.partition_key(key, dialect)).collect();
        let mut sort_keys: Vec<KnownKey<'m>> = Vec::new();
        let mut behind = Vec::new();
        let mut blocked = None;
        let mut is_decided = partition_keys.iter().all(|known| known.is_decided);
        for key in &index.sort_keys.keys {
            let Some(known) = given.sort_key(key, dialect) else {
                // Nobody can say which key this is, nor what is behind it.
                is_decided = false;
                break;
            };
            is_decided &= known.is_decided;
            match blocked {
                Some(missing) => behind.extend(given.used(&known.way.pieces, key, missing)),
                None => {
                    blocked = known.missing.first().copied();
                    if let Some(missing) = blocked.filter(|_| known.is_decided) {
                        behind.extend(given.used(known.behind_the_hole(), key, missing));
                    }
                    // Only text can be known in part.
                    if known.is_complete() || (!known.known.is_empty() && key.kind == KeyType::S) {
                        sort_keys.push(known);
                    }
                }
            }
        }
        let keys = || partition_keys.iter().chain(&sort_keys);
        behind.retain(|behind: &Behind<'m>| {
            !keys().any(|key| key.known.iter().any(|piece| is_used(behind.given, piece)))
        });
        let derived = |last: &KnownKey<'m>| match last.is_complete() {
            true => SortCondition::Eq,
            false => SortCondition::BeginsWith,
        };
        let condition = sort_keys.last().map(|last| condition.unwrap_or_else(|| derived(last)));
        Self { index, partition_keys, sort_keys, condition, behind, is_decided }
    }

    /// The fields that are missing for the partition key; empty where the query can be asked.
    pub fn missing(&self) -> Vec<&'m FieldPath> {
        let mut all: Vec<&FieldPath> = Vec::new();
        for field in self.partition_keys.iter().flat_map(|key| &key.missing) {
            if !all.contains(field) {
                all.push(field);
            }
        }
        all
    }

    /// True where every given field narrows the query.
    pub fn uses(&self, given: &[Spanned<String>]) -> bool {
        let keys = || self.partition_keys.iter().chain(&self.sort_keys);
        given.iter().all(|field| keys().any(|key| key.known.iter().any(|piece| is_used(field, piece))))
    }

    /// The sort key that has the condition.
    pub fn last(&self) -> Option<&KnownKey<'m>> {
        self.sort_keys.last()
    }

    /// The key condition for people, where `{field}` stands for a value:
    /// `gsi1_pk = "users" AND begins_with(gsi1_sk, "lastname#{last_name}")`.
    pub fn expression(&self) -> String {
        let equal = |known: &KnownKey<'m>| format!("{} = {}", *known.key.attribute, known.quoted(""));
        let mut terms: Vec<String> = self.partition_keys.iter().map(equal).collect();
        if let (Some((last, before)), Some(condition)) = (self.sort_keys.split_last(), self.condition) {
            terms.extend(before.iter().map(equal));
            let (attribute, value) = (&*last.key.attribute, last.quoted(""));
            terms.push(match condition {
                SortCondition::Eq => equal(last),
                SortCondition::BeginsWith => format!("begins_with({attribute}, {value})"),
                SortCondition::Between => {
                    format!("{attribute} BETWEEN {} AND {}", last.quoted(" from"), last.quoted(" to"))
                }
                SortCondition::Lt => format!("{attribute} < {value}"),
                SortCondition::Lte => format!("{attribute} <= {value}"),
                SortCondition::Gt => format!("{attribute} > {value}"),
                SortCondition::Gte => format!("{attribute} >= {value}"),
            });
        }
        terms.join(" AND ")
    }
}

impl<'m> KnownKey<'m> {
    /// True where the whole key is known.
    pub fn is_complete(&self) -> bool {
        self.rest.is_empty()
    }

    /// True where what is known ends in a value, not in text.
    pub fn ends_in_value(&self) -> bool {
        matches!(self.known.last(), Some(WayPiece::Hole(_)))
    }

    /// The text right behind what is known: `#firstname#` behind `lastname#{last_name}`.
    pub fn continuation(&self) -> Option<&str> {
        match self.rest.first() {
            Some(WayPiece::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The last known value.
    pub fn last_value(&self) -> Option<&'m Expression> {
        match self.known.last() {
            Some(WayPiece::Hole(expression)) => Some(expression),
            _ => self.known.iter().rev().find_map(|piece| match piece {
                WayPiece::Hole(expression) => Some(*expression),
                WayPiece::Text(_) => None,
            }),
        }
    }

    /// What is known, for people: `lastname#{last_name}`.
    pub fn text(&self) -> String {
        self.text_with("")
    }

    /// The pieces behind the first placeholder that is not known.
    fn behind_the_hole(&self) -> &[WayPiece<'m>] {
        let hole = self.rest.iter().position(|piece| matches!(piece, WayPiece::Hole(_)));
        hole.and_then(|hole| self.rest.get(hole + 1..)).unwrap_or_default()
    }

    fn text_with(&self, suffix: &str) -> String {
        let mut text = String::new();
        let last = self.known.len().saturating_sub(1);
        for (at, piece) in self.known.iter().enumerate() {
            match piece {
                WayPiece::Text(literal) => text.push_str(literal),
                WayPiece::Hole(expression) => {
                    let suffix = if at == last { suffix } else { "" };
                    let _ = write!(text, "{{{}{suffix}}}", expression_text(given_part(expression)));
                }
            }
        }
        text
    }

    /// What is known in quotes; a value that is passed on as it is has none.
    fn quoted(&self, suffix: &str) -> String {
        let text = self.text_with(suffix);
        if self.key.kind == KeyType::S { format!("\"{text}\"") } else { text }
    }
}

/// The part of a placeholder that names what is known: a fallback says nothing where the field is given.
fn given_part(expression: &Expression) -> &Expression {
    match &expression.kind {
        ExpressionKind::Or(left, _) if left.first_field().is_some() => given_part(left),
        ExpressionKind::If { then, otherwise, .. } => match then.first_field() {
            Some(_) => given_part(then),
            None if otherwise.first_field().is_some() => given_part(otherwise),
            None => expression,
        },
        _ => expression,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::model::load;
    use crate::text::SourceFile;

    const INDEXES: &str = r#"
[attributes]
id         = { type = "string", required = true }
last_name  = "string"
first_name = "string"
status     = { type = "string", required = true, enum = ["open", "shut"] }
done       = "boolean"
address    = "map"
created    = "datetime"
count      = "integer"
[indexes.primary]
partition_key = { attribute = "pk", build_key = [["User", "{id}"]] }
sort_key      = { attribute = "sk", build_key = [["User", "{id}"]] }
[indexes.name]
partition_key = { attribute = "n_pk", build_key = [["users", ""]] }
sort_key      = { attribute = "n_sk", build_key = [["Lastname", "{last_name or ''}"], ["firstname", "{first_name or ''}"]] }
[indexes.local]
kind     = "lsi"
sort_key = { attribute = "l_sk", type = "N", value = "{count}" }
[indexes.many]
partition_key = [{ attribute = "m_pk1", value = "{id}" }, { attribute = "m_pk2", template = "{status}" }]
sort_key      = [{ attribute = "m_sk1", template = "{created|strftime('%Y-%m')}#{last_name}" }, { attribute = "m_sk2", template = "f#{first_name}" }]
[indexes.cases]
partition_key = { attribute = "c_pk", cases = [{ when = "last_name", template = "l#{last_name}" }, { template = "i#{id}" }] }
sort_key      = { attribute = "c_sk", cases = [{ when = "status", template = "s#{status}#{address.city}" }, { template = "never" }] }
[indexes.flag]
partition_key = { attribute = "f_pk", template = "{'done' if done else 'open'}" }
sort_key      = { attribute = "f_sk", cases = [{ when = "done", template = "d#{created}#{id}" }, { template = "o#{id}" }] }
"#;

    /// The key condition of given fields on an index, the missing fields, and the given ones that cannot narrow.
    fn asked(dialect: &str, index: &str, given: &str, condition: &str) -> (String, String, String) {
        let condition = if condition.is_empty() { String::new() } else { format!("condition = \"{condition}\"") };
        let text = format!(
            "entity = \"User\"\n{INDEXES}\n[[access_patterns]]\nname = \"x\"\nindex = \"{index}\"\ngiven = {given}\n{condition}"
        );
        let model = load(&SourceFile::new("user.toml", text)).unwrap();
        let dialect = Dialect::parse(dialect).unwrap();
        let access = Access::of(&model, &dialect, &model.access_patterns[0]).unwrap();
        let names = |names: Vec<&str>| names.join(" ");
        let missing = access.missing().iter().map(|field| field.name.as_str()).collect();
        let behind = access.behind.iter().map(|behind| behind.given.as_str()).collect();
        (access.expression(), names(missing), names(behind))
    }

    #[test]
    fn the_given_fields_decide_the_condition() {
        for (index, given, condition, wanted) in [
            ("primary", "['id']", "", r#"pk = "User#{id}" AND sk = "User#{id}""#),
            ("name", "[]", "", r#"n_pk = "users" AND begins_with(n_sk, "Lastname#")"#),
            ("name", "['last_name']", "", r#"n_pk = "users" AND begins_with(n_sk, "Lastname#{last_name}")"#),
            (
                "name",
                "['first_name', 'last_name']",
                "",
                r#"n_pk = "users" AND n_sk = "Lastname#{last_name}#firstname#{first_name}""#,
            ),
            (
                "name",
                "['last_name']",
                "between",
                r#"n_pk = "users" AND n_sk BETWEEN "Lastname#{last_name from}" AND "Lastname#{last_name to}""#,
            ),
            ("name", "['last_name']", "lte", r#"n_pk = "users" AND n_sk <= "Lastname#{last_name}""#),
            ("local", "['id', 'count']", "gt", r#"pk = "User#{id}" AND l_sk > {count}"#),
            ("local", "['id']", "", r#"pk = "User#{id}""#),
            (
                "many",
                "['id', 'status', 'created']",
                "",
                r#"m_pk1 = "{id}" AND m_pk2 = "{status}" AND begins_with(m_sk1, "{created|strftime('%Y-%m')}")"#,
            ),
            (
                "many",
                "['id', 'status', 'created', 'last_name']",
                "",
                r#"m_pk1 = "{id}" AND m_pk2 = "{status}" AND m_sk1 = "{created|strftime('%Y-%m')}#{last_name}" AND begins_with(m_sk2, "f#")"#,
            ),
            ("cases", "['last_name']", "", r#"c_pk = "l#{last_name}" AND begins_with(c_sk, "s#")"#),
            ("cases", "['id', 'status']", "", r#"c_pk = "i#{id}" AND begins_with(c_sk, "s#{status}")"#),
            ("cases", "['id', 'status', 'address']", "", r#"c_pk = "i#{id}" AND c_sk = "s#{status}#{address.city}""#),
            // Nobody knows whether `done` is true: the key is one of two.
            ("flag", "['done']", "", r#"f_pk = "{'done' if done else 'open'}""#),
            ("flag", "['done', 'id']", "", r#"f_pk = "{'done' if done else 'open'}" AND f_sk = "o#{id}""#),
        ] {
            let (expression, missing, _) = asked("guide", index, given, condition);
            assert_eq!((expression.as_str(), missing.as_str()), (wanted, ""), "{index} {given}");
        }
        let (lowered, ..) = asked("boto3-assist@0.60.0", "name", "['last_name']", "");
        assert_eq!(lowered, r#"n_pk = "users" AND begins_with(n_sk, "lastname#{last_name}")"#);
    }

    #[test]
    fn what_is_missing_is_named() {
        let missing = |index: &str, given: &str| asked("guide", index, given, "").1;
        assert_eq!(missing("primary", "['last_name']"), "id");
        assert_eq!(missing("local", "['count']"), "id");
        assert_eq!(missing("many", "[]"), "id status");
        assert_eq!(missing("cases", "['first_name']"), "last_name");
        assert_eq!(missing("flag", "[]"), "done");
    }

    #[test]
    fn a_field_behind_one_that_is_not_given_is_named() {
        let behind = |index: &str, given: &str| asked("guide", index, given, "").2;
        assert_eq!(behind("name", "['first_name']"), "first_name");
        assert_eq!(behind("name", "['first_name', 'last_name']"), "");
        assert_eq!(behind("many", "['id', 'status', 'last_name', 'first_name']"), "last_name first_name");
        // The partition uses it, too; nobody knows which case is taken; the field is not in the key at all.
        assert_eq!(behind("primary", "['id']"), "");
        assert_eq!(behind("flag", "['done', 'created']"), "");
        assert_eq!(behind("name", "['status']"), "");
    }
}
