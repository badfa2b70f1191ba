//! Why a key is not what it should be, in words, and what would be right.

use crate::audit::{Cause, Defect, Subject};
use crate::rules::{Mistake, mistake, never_filled_in};
use crate::value::ValueKind;

/// What a cause tells.
pub(super) struct Told {
    /// What the report calls the findings; none where their key says enough.
    pub subject: Option<String>,
    /// What would be right.
    pub help: String,
}

/// What the cause of a finding tells; none where nobody can say. The names are those of its key and its index.
pub(super) fn told(of: &Subject, attribute: &str, index: &str, is_primary: bool) -> Option<Told> {
    let field = of.detail.as_str();
    let told = |subject: String, help: String| Some(Told { subject: Some(subject), help });
    let lacks = match of.defect {
        Defect::HalfIndexKey => format!("Without `{attribute}` an item is in no query of `{index}`"),
        _ => format!("Without its keys of `{index}` an item is in no query of it"),
    };
    let named = if field.is_empty() { "the field".to_owned() } else { format!("`{field}`") };
    let printed = |what: &str, help: String| {
        told(if field.is_empty() { what.to_owned() } else { format!("{field}, {what}") }, help)
    };
    match of.cause {
        Cause::Unknown if of.defect == Defect::UnclassifiedItem && is_without_keys(field) => Some(Told {
            subject: None,
            help: "These items have no keys at all: is this a dump of the table? `dynkeys explain` shows the keys of items \
                   without keys."
                .to_owned(),
        }),
        Cause::Unknown => None,
        Cause::Padded => told(
            format!("`{field}` is the same number, with other zeros before it"),
            format!(
                "The stored key does not pad `{field}` with zeros as the model does now. Write the item again through \
                 the model{}. Where the stored keys are right, change the padding in the model instead.",
                match is_primary {
                    true => ", and delete the old item, which would stay beside it, in the same transaction",
                    false => "",
                }
            ),
        ),
        Cause::Respelled => told(
            format!("`{field}` is the same number, printed in another way"),
            format!("Print `{field}` in one way in the model, as the stored keys have it."),
        ),
        Cause::WholeFloat => told(
            format!("`{field}` is the same number, printed in another way"),
            format!(
                "Print `{field}` in one way in the model, as the stored keys have it: DynamoDB gives a whole float back \
                 as an integer, 2.0 as 2, and `{{{field}|float}}` makes it a float again."
            ),
        ),
        Cause::NotOfPattern => told(
            format!("`{field}` is computed, and its part is no value that the model allows"),
            format!(
                "Correct the pattern, enum or type of `{field}` where such values are right; otherwise find out what \
                 wrote the key."
            ),
        ),
        Cause::NotWritten => Some(Told { subject: None, help: format!("{lacks}: write it again through the model.") }),
        Cause::FieldsUnset => {
            let is = if field.contains(", ") { "are" } else { "is" };
            let names = field.split(", ").map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
            let help = format!("{lacks}: set {names} first, then write it again through the model.");
            told(format!("{names} {is} not stored"), help)
        }
        Cause::PrintedUnset => printed("which is not set", format!("Set {named} before the item is written.")),
        Cause::PrintedEarly => printed(
            "which is not yet set when the key is computed",
            "Remove `eager = true` from the key in the model; in Python, give the key a lambda.".to_owned(),
        ),
        Cause::PrintedNone => printed(
            "for which the expression gives none",
            format!("Give the expression a text in place of {named}, as in `{{{field} or ''}}`."),
        ),
        Cause::PrintedWord => printed(
            "which holds such a word",
            format!("Mend the code that sets {named}: leave it unset, or give it its value."),
        ),
        Cause::Unfilled(what) => {
            let (is, help) = never_filled_in(what);
            printed(is, format!("Mend the code that sets {named}: {help}."))
        }
        Cause::Outdated => printed(
            "which the item holds otherwise",
            format!(
                "Find out what writes the key without the value of {named}, write the items again through the model, and \
                 where the key is the table's own delete those under the old key."
            ),
        ),
        Cause::Type(mistyped) => {
            let found = format!("{} in place of {}", mistyped.stored.letters(), mistyped.key.as_str());
            let wanted = mistyped.key.holds();
            // A key attribute of the table can be of no other type.
            let or_correct = match mistyped.stored {
                ValueKind::Text | ValueKind::Number | ValueKind::Bytes => format!(
                    ", or say `type = \"{}\"` for `{attribute}` in the model if that is its type in the table",
                    mistyped.stored.letters()
                ),
                _ => String::new(),
            };
            match (mistyped.written, mistyped.field) {
                (Some(written), _) if written == wanted => told(
                    found,
                    format!("Write the items again through the model, which writes {}{or_correct}.", wanted.words()),
                ),
                (Some(written), Some(kind)) if !field.is_empty() => {
                    let Mistake { is, help } = mistake(field, kind, written, mistyped.declared, mistyped.key);
                    told(format!("{found}: {is}"), format!("Here {is}: {help}."))
                }
                _ => told(
                    format!("{found}, where the model writes no key"),
                    format!("Store {} as `{attribute}`{or_correct}.", wanted.words()),
                ),
            }
        }
    }
}

/// True of a shape that has nothing of the primary key.
fn is_without_keys(shape: &str) -> bool {
    !shape.is_empty() && shape.split(" / ").all(|part| part.starts_with("{no ") && part.ends_with('}'))
}
