//! What is wrong with a stored key that the model does not write like this, and what is odd about any key.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::key::suspicious::{stands_for_nothing, unfilled};
use crate::key::{Part, PartKind};

use super::defect::Defect;

/// From this share of a limit on, in percent, a key or an item is near it.
pub(super) const NEAR: usize = 90;

/// DynamoDB's largest item: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
pub(super) const LARGEST_ITEM: u64 = 400 << 10;

/// Why a stored key may differ from the one that the model writes: the most telling cause.
pub(super) fn cause(stored: &str, written: &str, delimiter: &str) -> Defect {
    let parts = |text| str::split(text, delimiter);
    let is_placeholder = |part: &str| stands_for_nothing(part) || unfilled(part).is_some();
    if parts(stored).any(|part| is_placeholder(part) && !parts(written).any(|own| own == part)) {
        return Defect::PlaceholderInKey;
    }
    if let Some(rest) = written.strip_prefix(stored)
        && !stored.is_empty()
        && (stored.ends_with(delimiter) || rest.starts_with(delimiter))
    {
        return Defect::TruncatedKey;
    }
    let blanks = |text| parts(text).filter(|part| part.trim().is_empty()).count();
    if blanks(stored) > blanks(written) {
        return Defect::BlankKeyPart;
    }
    if stored.to_lowercase() == written.to_lowercase() {
        return Defect::CaseVariantKey;
    }
    if tidy(stored, delimiter) == tidy(written, delimiter) {
        return Defect::OddCharacters;
    }
    Defect::StaleKey
}

/// The text without what [`is_odd`] finds.
fn tidy(text: &str, delimiter: &str) -> String {
    let parts = text.split(delimiter).map(|part| {
        let part: String = part.nfc().filter(|c| !c.is_control()).collect();
        part.trim().to_owned()
    });
    parts.collect::<Vec<_>>().join(delimiter)
}

/// True of a key with a control, with white space at an end of a part, or that is not in Unicode's form NFC.
pub(super) fn is_odd(text: &str, delimiter: &str) -> bool {
    let has_edges = |part: &str| {
        !part.trim().is_empty() && (part.starts_with(char::is_whitespace) || part.ends_with(char::is_whitespace))
    };
    text.chars().any(char::is_control) || text.split(delimiter).any(has_edges) || !is_nfc(text)
}

/// True of a key whose values make it odd. A delimiter in a value ends no part, and where the model's own text is odd
/// whatever the values are, they alone are looked at.
pub(super) fn is_odd_of_itself(text: &str, parts: &[Part<'_>], delimiter: &str, is_model_odd: bool) -> bool {
    let is_value = |part: &Part<'_>| !matches!(part.kind, PartKind::Literal);
    let shown = |part: &Part<'_>| {
        let own = text.get(part.start..part.end).unwrap_or_default();
        if is_value(part) { own.replace(delimiter, "-") } else { own.to_owned() }
    };
    match is_model_odd {
        true => parts.iter().any(|part| is_value(part) && is_odd(&shown(part), delimiter)),
        false => is_odd(&parts.iter().map(shown).collect::<String>(), delimiter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_differing_key_has_the_most_telling_cause() {
        for (stored, written, wanted) in [
            ("product#None", "product#abc", Defect::PlaceholderInKey),
            ("product#none", "product#None", Defect::PlaceholderInKey),
            ("product#${id}", "product#abc", Defect::PlaceholderInKey),
            ("product#[object object]", "product#abc", Defect::PlaceholderInKey),
            ("name#Invalid Date#id#1", "name#2024#id#1", Defect::PlaceholderInKey),
            ("{x}#1", "{x}#2", Defect::StaleKey),
            ("name#50% {off}", "name#Lamp", Defect::StaleKey),
            ("lastname#", "lastname#Smith#firstname#Jo", Defect::TruncatedKey),
            ("lastname#Smith", "lastname#Smith#firstname#Jo", Defect::TruncatedKey),
            ("product", "product#abc", Defect::TruncatedKey),
            ("lastname#Smi", "lastname#Smith", Defect::StaleKey),
            ("lastname##firstname#Jo", "lastname#Smith#firstname#Jo", Defect::BlankKeyPart),
            ("name#smith", "name#Smith", Defect::CaseVariantKey),
            ("name#Smith ", "name#Smith", Defect::OddCharacters),
            ("name#Cafe\u{301}", "name#Caf\u{e9}", Defect::OddCharacters),
            ("name#Jones", "name#Smith", Defect::StaleKey),
            ("null#1", "null#2", Defect::StaleKey),
        ] {
            assert_eq!(cause(stored, written, "#"), wanted, "{stored} {written}");
        }
    }

    #[test]
    fn odd_is_what_nobody_types_on_purpose() {
        for text in ["a\tb", "name# Smith", "name#Smith ", "Cafe\u{301}", "\u{85}x"] {
            assert!(is_odd(text, "#"), "{text:?}");
        }
        for text in ["name#Ann Smith", "name#Caf\u{e9}", "name##x", "name# #x", ""] {
            assert!(!is_odd(text, "#"), "{text:?}");
        }
    }
}
