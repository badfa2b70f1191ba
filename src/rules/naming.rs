//! The conventions for names.

use crate::key::Half;
use crate::model::IndexKind;
use crate::model::document::words;

words! {
    /// A convention for names.
    pub enum Preset {
        /// gsi0, gsi0_pk, gsi0_sk.
        Guide = "guide",
        /// GSI1, GSI1PK, GSI1SK.
        Upper = "upper",
        /// gsi1, gsi1pk, gsi1sk.
        Lower = "lower",
    }
}

/// The conventions of a project: a preset, and patterns that take the place of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Naming {
    /// The preset that the project chose.
    pub preset: Option<Preset>,
    /// A regular expression that the names of indexes match.
    pub index: Option<String>,
    /// A regular expression that the partition key attributes of indexes match.
    pub partition_key: Option<String>,
    /// A regular expression that the sort key attributes of indexes match.
    pub sort_key: Option<String>,
    /// The delimiter, where the project says what it is.
    pub delimiter: Option<String>,
}

impl Preset {
    /// The name of an index: `gsi1`, `LSI0`; none for the table's own key.
    pub fn index(self, kind: IndexKind, number: u32) -> Option<String> {
        let letters = match (kind, self) {
            (IndexKind::Primary, _) => return None,
            (IndexKind::Global, Self::Upper) => "GSI",
            (IndexKind::Global, _) => "gsi",
            (IndexKind::Local, Self::Upper) => "LSI",
            (IndexKind::Local, _) => "lsi",
        };
        Some(format!("{letters}{number}"))
    }

    /// The name of a key attribute of an index: `gsi1_pk`, `GSI1PK`, `gsi1pk`.
    pub fn attribute(self, kind: IndexKind, number: u32, half: Half) -> Option<String> {
        let between = if self == Self::Guide { "_" } else { "" };
        Some(format!("{}{between}{}", self.index(kind, number)?, self.primary(half)))
    }

    /// The name of a key attribute of the table itself.
    pub const fn primary(self, half: Half) -> &'static str {
        match (self, half) {
            (Self::Upper, Half::Partition) => "PK",
            (Self::Upper, Half::Sort) => "SK",
            (_, Half::Partition) => "pk",
            (_, Half::Sort) => "sk",
        }
    }
}

/// What a name says of the index that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Global or local.
    pub kind: IndexKind,
    /// Its number.
    pub number: u32,
    /// True where nothing but the number is in the name, or a word that says no more than that it is an index or a key.
    pub is_plain: bool,
}

/// Reads the number in the name of an index or of a key attribute, in whatever way it is written: `gsi1`, `GSI-1`,
/// `gsi1-by-email`, `GSI1PK`, `gsi_1_sort_key`. None where there is none.
pub fn numbered(name: &str) -> Option<Numbered> {
    let lower = name.to_ascii_lowercase();
    let (kind, rest) = match (lower.strip_prefix("gsi"), lower.strip_prefix("lsi")) {
        (Some(rest), _) => (IndexKind::Global, rest),
        (_, Some(rest)) => (IndexKind::Local, rest),
        _ => return None,
    };
    let rest = rest.strip_prefix(['-', '_']).unwrap_or(rest);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = rest.split_at(digits);
    let number = digits.parse().ok()?;
    let word: String = rest.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_plain = ["", "index", "pk", "sk", "partitionkey", "sortkey", "hash", "range", "hashkey", "rangekey"]
        .contains(&word.as_str());
    let stands_apart = is_plain || rest.starts_with(['-', '_', '.']);
    stands_apart.then_some(Numbered { kind, number, is_plain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_numbers() {
        for (name, expected) in [
            ("gsi1", Some((IndexKind::Global, 1, true))),
            ("GSI-10", Some((IndexKind::Global, 10, true))),
            ("gsi1-by-email", Some((IndexKind::Global, 1, false))),
            ("LSI0SK", Some((IndexKind::Local, 0, true))),
            ("gsi_2_sort_key", Some((IndexKind::Global, 2, true))),
            ("GSI3Index", Some((IndexKind::Global, 3, true))),
            ("gsi2x", None),
            ("gsi", None),
            ("by_email", None),
            ("signal1", None),
            ("gsi99999999999", None),
        ] {
            let found = numbered(name).map(|one| (one.kind, one.number, one.is_plain));
            assert_eq!(found, expected, "{name}");
        }
    }
}
