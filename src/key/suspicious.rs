//! What is wrong with a key to look at: what the rules about items and the audit have in common.

use serde::{Deserialize, Serialize};

use super::fields::{Fields, State};
use super::python::{equal, is_blank, is_true, str_of, strip, to_int};
use super::trace::{Part, PartKind};
use crate::model::{Expression, ExpressionKind, FieldPath, Filter, Model};
use crate::text::Exact;
use crate::value::Value;

/// The words that stand for nothing in Python, JSON and JavaScript.
pub const NOTHING: [&str; 4] = ["none", "null", "undefined", "nan"];

/// True of a word that stands for nothing, in any case, with white space around it or without.
pub fn stands_for_nothing(text: &str) -> bool {
    let text = strip(text);
    matches!(text.len(), 3 | 4 | 9) && NOTHING.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A text that code printed in place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unfilled {
    /// `${id}`: a template of JavaScript or a shell that was not evaluated.
    Dollar,
    /// `{id}`, `{{id}}`: a template of Python or of a template engine.
    Braces,
    /// `%s`, `%(id)s`, `%!s(MISSING)`: a format whose values were not given, or not as it wants them.
    Format,
    /// `[object Object]`, `<User object at 0x7f…>`: an object as a whole.
    Object,
    /// `<function f at 0x7f…>`, `(x) => x.id`: a function that was not called.
    Function,
    /// `Invalid Date`: a date that could not be read.
    InvalidDate,
    /// `Fri May 17 2024 09:30:00 GMT+0000 (…)`: a date as JavaScript shows it to people.
    ShownDate,
    /// `<no value>`, `<nil>`, `(null)`: nothing, as Go and C print it.
    Nothing,
}

/// False of most texts that were filled in: a look at their ends.
#[inline]
pub fn may_be_unfilled(text: &[u8]) -> bool {
    match text {
        [b'%' | b'(', ..] | [.., b'}' | b')' | b'>' | b']'] => true,
        [b'I' | b'i' | b'N' | b'n', ..] => matches!(text.len(), 11 | 12),
        _ => false,
    }
}

/// What was printed in place of a value, where a text is such a thing as a whole, in any case: some dialects put keys in
/// lower case. Text that only holds braces or percent signs is not.
pub fn unfilled(text: &str) -> Option<Unfilled> {
    let text = strip(text);
    if !may_be_unfilled(text.as_bytes()) {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let within = |start: &str, end: &str| text.strip_prefix(start)?.strip_suffix(end);
    match text.as_str() {
        "invalid date" | "nan-nan-nan" | "nan/nan/nan" => return Some(Unfilled::InvalidDate),
        "{}" => return Some(Unfilled::Object),
        "<no value>" | "<nil>" | "<null>" | "(null)" | "(nil)" => return Some(Unfilled::Nothing),
        _ => {}
    }
    if let Some(inside) = within("${", "}") {
        return is_path(inside, "_.:-[]()$?!").then_some(Unfilled::Dollar);
    }
    if let Some(inside) = within("{{", "}}") {
        return is_path(inside.trim(), "_.-[]").then_some(Unfilled::Braces);
    }
    if let Some(inside) = within("{", "}") {
        // The name may be followed by what Python formats it with. An id in braces has hyphens: it is a value.
        let (name, format) = inside.split_at(inside.find([':', '!']).unwrap_or(inside.len()));
        let is_format =
            format.len() <= 8 && format.chars().all(|c| c.is_ascii_alphanumeric() || ":!.,<>^+%".contains(c));
        let is_number = matches!(name.len(), 1 | 2) && name.bytes().all(|byte| byte.is_ascii_digit());
        return (is_format && (is_number || is_path(name, "_.[]"))).then_some(Unfilled::Braces);
    }
    if let Some(format) = text.strip_prefix('%') {
        return is_format(format).then_some(Unfilled::Format);
    }
    if within("[object ", "]").is_some_and(|inside| inside.split("],[object ").all(is_word)) {
        return Some(Unfilled::Object);
    }
    if let Some(inside) = within("<", ">") {
        let is_any = |starts: &[&str]| starts.iter().any(|start| inside.starts_with(start));
        // An address in memory ends what Python prints of an object.
        let (head, address) = inside.rsplit_once(" at 0x").unwrap_or((inside, ""));
        let has_address = !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_class = inside.strip_prefix("class '").is_some_and(|name| name.ends_with('\''));
        return if is_any(&["function ", "bound method ", "built-in method ", "built-in function ", "unbound method "]) {
            Some(Unfilled::Function)
        } else if is_class || has_address && (head.ends_with(" object") || head.contains(" object ")) {
            Some(Unfilled::Object)
        } else {
            None
        };
    }
    if is_function(&text) {
        return Some(Unfilled::Function);
    }
    is_shown_date(&text).then_some(Unfilled::ShownDate)
}

/// True of the name of something in code: it begins like one, and has letters, digits and some marks.
fn is_path(text: &str, marks: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$' && marks.contains('$'))
        && text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// True of what follows the percent sign of a format: `s`, `06d`, `(name)s`, `!s(missing)`.
fn is_format(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('!') {
        let rest = rest.strip_prefix(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest);
        return rest.starts_with('(') && rest.ends_with(')');
    }
    // One byte that is written with a percent sign in a URL: %2d, %2f.
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return false;
    }
    let named = text.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let rest = match named {
        Some((name, rest)) if is_path(name, "_.") => rest,
        Some(_) => return false,
        None => text,
    };
    let conversion = rest.trim_start_matches(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    rest.len() <= 8 && matches!(conversion, "s" | "d" | "i" | "u" | "f" | "r" | "v" | "x" | "q" | "ld" | "lu")
}

/// True of the text of a function of JavaScript. A word in brackets behind the word `function` is a title.
fn is_function(text: &str) -> bool {
    let parameters = |text: &str| {
        let (inside, rest) = text.strip_prefix('(')?.split_once(')')?;
        let is_parameter = |one: char| one.is_ascii_alphanumeric() || "_$, .={}[]".contains(one);
        inside.chars().all(is_parameter).then(|| rest.trim_start().to_owned())
    };
    if let Some(rest) = parameters(text) {
        return rest.starts_with("=>");
    }
    let text = text.strip_prefix("async ").unwrap_or(text);
    let Some(rest) = text.strip_prefix("function") else { return false };
    let name_end = rest.find('(').unwrap_or(rest.len());
    let (name, rest) = rest.split_at(name_end);
    let name = name.trim().trim_start_matches('*').trim();
    (name.is_empty() || is_path(name, "_$")) && parameters(rest).is_some_and(|rest| rest.starts_with('{'))
}

/// True of `fri may 17 2024 09:30:00 gmt+0000 (coordinated universal time)`.
fn is_shown_date(text: &str) -> bool {
    const SHAPE: &[u8] = b"aaa aaa 00 0000 00:00:00 gmt+0000 (";
    let fits = |(wanted, byte): (&u8, u8)| match wanted {
        b'a' => byte.is_ascii_lowercase(),
        b'0' => byte.is_ascii_digit(),
        b'+' => matches!(byte, b'+' | b'-'),
        wanted => byte == *wanted,
    };
    text.len() > SHAPE.len() && text.ends_with(')') && SHAPE.iter().zip(text.bytes()).all(fits)
}

/// True of a text that tells nothing of any value: a word that stands for nothing, or what code prints for lack of one.
pub fn tells_nothing(text: &str) -> bool {
    stands_for_nothing(text)
        || matches!(
            strip(text).to_ascii_lowercase().as_str(),
            "[object object]" | "invalid date" | "<no value>" | "<nil>" | "(null)" | "%s" | "%d" | "%v"
        )
}

/// How a part says that its field has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// It is a word that stands for nothing.
    Word,
    /// It is what code printed in place of a value.
    Unfilled(Unfilled),
    /// It holds `None` among other text, since the field is unset: `00000000None`.
    Dressed,
    /// The expression itself gave none.
    None,
}

/// How a part of a key says that its field has no value, where it does. `text` is the part's; `is_unset` is true where
/// the item gives its field none.
pub fn placeholder(part: &Part<'_>, text: &str, is_unset: bool, model: &Model) -> Option<Placeholder> {
    let is_field = match part.kind {
        PartKind::Field(_) => true,
        PartKind::Fallback(Some(_)) => false,
        PartKind::Fallback(None) | PartKind::Literal => return None,
    };
    // A literal that stands in for a field is the model's own text, unless it is none.
    if is_field && stands_for_nothing(text) && (is_unset || !is_listed(part, text, model)) {
        Some(Placeholder::Word)
    } else if is_field && is_unset && text.to_ascii_lowercase().contains("none") {
        Some(Placeholder::Dressed)
    } else if let Some(what) = unfilled(text).filter(|_| is_field && !is_listed(part, text, model)) {
        Some(Placeholder::Unfilled(what))
    } else if part.none && !text.is_empty() {
        Some(Placeholder::None)
    } else {
        None
    }
}

/// True where the model's `enum` has the text as a value of the part's field, in whatever case the dialect writes it.
fn is_listed(part: &Part<'_>, text: &str, model: &Model) -> bool {
    let PartKind::Field(field) = part.kind else { return false };
    let attribute = field.attribute.and_then(|at| model.attributes.get(at));
    let is_text = |value: &Value<'_>| matches!(value, Value::Str(own) if own.eq_ignore_ascii_case(text));
    field.path.is_empty() && attribute.is_some_and(|own| own.allowed.iter().any(|one| is_text(&one.value)))
}

/// The text of a value of a field that is false though it is set: 0, 0.0, `False`.
pub fn false_value(fields: &Fields<'_>, field: &FieldPath) -> Option<String> {
    let value = fields.value(field);
    let is_number = matches!(value, Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_));
    (is_number && !is_true(value)).then(|| str_of(value)).flatten()
}

/// True where an expression asks whether a field is true: with `or`, `and`, `if` or `not`.
pub fn asks_truth(expression: &Expression, field: &FieldPath) -> bool {
    fn is(expression: &Expression, field: &FieldPath) -> bool {
        match &expression.kind {
            ExpressionKind::Field(own) => own == field,
            ExpressionKind::Filter(inner, Filter::Int | Filter::Float) => is(inner, field),
            ExpressionKind::Not(inner) => is(inner, field),
            ExpressionKind::And(left, right) | ExpressionKind::Or(left, right) => is(left, field) || is(right, field),
            _ => false,
        }
    }
    match &expression.kind {
        ExpressionKind::Or(left, right) | ExpressionKind::And(left, right) => {
            is(left, field) || asks_truth(left, field) || asks_truth(right, field)
        }
        ExpressionKind::Not(inner) => is(inner, field) || asks_truth(inner, field),
        ExpressionKind::If { condition, then, otherwise } => {
            is(condition, field) || [condition, then, otherwise].into_iter().any(|one| asks_truth(one, field))
        }
        ExpressionKind::Filter(inner, _) => asks_truth(inner, field),
        ExpressionKind::Equal(left, right) | ExpressionKind::NotEqual(left, right) => {
            asks_truth(left, field) || asks_truth(right, field)
        }
        ExpressionKind::Field(_) | ExpressionKind::Literal(_) => false,
    }
}

/// Where a blank part leaves its key with an empty part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// The bare prefix is left, the same for all such items.
    Bare,
    /// The key begins with a delimiter.
    Start,
    /// The key ends with a delimiter.
    End,
    /// There are two delimiters beside each other.
    Middle,
}

/// What a blank part does to its key, where it does something. `key` is the whole key, `stopped` true where its chain
/// ended early, `is_primary` true for a key of the table itself.
pub fn blank(part: &Part<'_>, key: &str, stopped: bool, delimiter: &str, is_primary: bool) -> Option<Blank> {
    if !matches!(part.kind, PartKind::Field(_) | PartKind::Fallback(Some(_))) {
        return None;
    }
    let (before, text, after) = (key.get(..part.start)?, key.get(part.start..part.end)?, key.get(part.end..)?);
    if (stopped && part.start == key.len()) || !is_blank(text) {
        return None;
    }
    // A field's own blank leaves the bare prefix: one key for all such items. In an index that is harmless, and a
    // literal blank, `{name or ''}`, is meant.
    let is_bare = is_primary && matches!(part.kind, PartKind::Field(_)) && part.start == part.end && !before.is_empty();
    let opens = before.is_empty() || before.ends_with(delimiter);
    let closes = after.is_empty() || after.starts_with(delimiter);
    match (opens && closes, before.is_empty(), after.is_empty()) {
        (false, ..) => is_bare.then_some(Blank::Bare),
        (true, true, _) => Some(Blank::Start),
        (true, false, true) => Some(Blank::End),
        (true, false, false) => Some(Blank::Middle),
    }
}

/// True of a field's part that holds the delimiter, in a key of several parts. `key` is the whole key.
pub fn holds_delimiter(part: &Part<'_>, parts: &[Part<'_>], key: &str, delimiter: &str) -> bool {
    // A key that is one value and nothing else has no parts to confuse.
    let is_composed = || parts.iter().filter(|part| part.end > part.start).count() > 1;
    matches!(part.kind, PartKind::Field(_))
        && key.get(part.start..part.end).is_some_and(|text| text.contains(delimiter))
        && is_composed()
}

/// A value that mapping changed on its way into a key.
#[derive(Clone, Copy, Debug)]
pub struct Loss<'l> {
    /// As the item has it.
    pub before: &'l Value<'l>,
    /// As the key has it.
    pub after: &'l Value<'l>,
}

/// What a part of a key lost when its field was mapped; none where it says what the item says.
pub fn loss<'l>(part: &Part<'_>, fields: &'l Fields<'l>, model: &Model) -> Option<Loss<'l>> {
    let PartKind::Field(field) = part.kind else { return None };
    let State::Coerced(before) = fields.state(field) else { return None };
    let after = fields.value(field);
    let default = field.attribute.and_then(|at| model.attributes.get(at)).and_then(|own| own.default.as_ref());
    let is_harmless = match before {
        // Null that becomes the default is what a default is for.
        Value::None => default.is_some_and(|default| equal(after, &default.value)),
        // A map laid over its default loses nothing.
        Value::Map(_) if matches!(after, Value::Map(_)) && !before.is_rounded() => true,
        // The digits behind the point are cut anyway.
        Value::Decimal(number) if part.expression.is_some_and(prints_whole) => {
            let whole = Exact::parse(&number.text).and_then(|own| own.truncated());
            let cut = to_int(after).ok().and_then(|own| str_of(&own));
            whole.is_some() && whole == cut
        }
        before => equal(before, after) || (!before.is_rounded() && str_of(before) == str_of(after)),
    };
    (!is_harmless).then_some(Loss { before, after })
}

/// True of an expression that makes a whole number of its field before anything else.
fn prints_whole(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Filter(inner, Filter::Int) => matches!(inner.kind, ExpressionKind::Field(_)),
        ExpressionKind::Filter(inner, _) => prints_whole(inner),
        ExpressionKind::If { then, otherwise, .. } => {
            let is_literal = |one: &Expression| matches!(one.kind, ExpressionKind::Literal(_));
            let is_safe = |one: &Expression| is_literal(one) || prints_whole(one);
            is_safe(then) && is_safe(otherwise)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_filled_in_is_told_by_its_whole_shape() {
        use Unfilled::{Braces, Dollar, Format, Function, InvalidDate, Nothing, Object, ShownDate};
        for (text, wanted) in [
            ("${id}", Dollar),
            ("${user.id}", Dollar),
            ("${AWS::Region}", Dollar),
            ("${items[0].getId()}", Dollar),
            ("{id}", Braces),
            ("{self.id}", Braces),
            ("{user_id:06d}", Braces),
            ("{name!r}", Braces),
            ("{0}", Braces),
            ("{}", Object),
            ("{{id}}", Braces),
            (" {{ user.id }} ", Braces),
            ("%s", Format),
            ("%06d", Format),
            ("%-10s", Format),
            ("%.2f", Format),
            ("%(user_id)s", Format),
            ("%!s(MISSING)", Format),
            ("%!d(string=abc)", Format),
            ("%!v(<nil>)", Format),
            ("%!(EXTRA string=abc)", Format),
            ("[object Object]", Object),
            ("[object Promise]", Object),
            ("[object Object],[object Object]", Object),
            ("<app.models.User object at 0x7f3a2c1d>", Object),
            ("<generator object <genexpr> at 0x7f3a2c1d>", Object),
            ("<class 'uuid.UUID'>", Object),
            ("<function get_id at 0x7f3a2c1d>", Function),
            ("<function <lambda> at 0x7f3a2c1d>", Function),
            ("<bound method User.id of <User 1>>", Function),
            ("<built-in function id>", Function),
            ("(x) => x.id", Function),
            ("() => { return 1 }", Function),
            ("function (item) { return item.id; }", Function),
            ("function toString() { [native code] }", Function),
            ("async function load(a, b) { return a }", Function),
            ("Invalid Date", InvalidDate),
            ("NaN-NaN-NaN", InvalidDate),
            ("Fri May 17 2024 09:30:00 GMT+0000 (Coordinated Universal Time)", ShownDate),
            ("<no value>", Nothing),
            ("<nil>", Nothing),
            ("(null)", Nothing),
        ] {
            for text in [text.to_owned(), text.to_ascii_lowercase()] {
                assert_eq!(unfilled(&text), Some(wanted), "{text}");
                assert!(may_be_unfilled(text.trim().as_bytes()), "{text}");
            }
        }
    }

    #[test]
    fn braces_and_percent_signs_in_a_value_are_the_value() {
        for text in [
            "",
            "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}",
            "{draft} My title",
            "A title {draft}",
            "{two words}",
            "{\"a\": 1}",
            "{123}",
            "price $5 {net}",
            "${5 off}",
            "100%",
            "%",
            "50% off",
            "%2f",
            "%2D",
            "%C3",
            "%20",
            "%(50)s",
            "5 %s",
            "Function (mathematics)",
            "function (x)",
            "function",
            "(a) and (b)",
            "(c) 2024",
            "Rome => Paris",
            "<3",
            "<b>bold</b>",
            "<object>",
            "<nothing>",
            "[objects]",
            "[object of art]",
            "Invalid Dates",
            "an invalid date",
            "Nan-Nan",
            "none of it",
            "Meeting GMT+0000 (London)",
            "Iñtërnâtiôn",
            "é}",
        ] {
            assert_eq!(unfilled(text), None, "{text}");
        }
    }
}
