//! An expression as it is written.

use super::python::str_of;
use crate::model::{Expression, ExpressionKind, Filter};
use crate::value::Value;

/// An expression as it is written: `created|strftime('%Y-%m')`.
pub fn expression_text(expression: &Expression) -> String {
    let infix =
        |left: &Expression, word: &str, right: &Expression| format!("{} {word} {}", operand(left), operand(right));
    match &expression.kind {
        ExpressionKind::Field(field) => field.name.clone(),
        ExpressionKind::Literal(Value::None) => "none".to_owned(),
        ExpressionKind::Literal(Value::Bool(value)) => value.to_string(),
        ExpressionKind::Literal(value @ Value::Str(_)) => {
            format!("'{}'", str_of(value).unwrap_or_default())
        }
        ExpressionKind::Literal(value) => str_of(value).unwrap_or_default(),
        ExpressionKind::Or(left, right) => infix(left, "or", right),
        ExpressionKind::And(left, right) => infix(left, "and", right),
        ExpressionKind::Not(inner) => format!("not {}", operand(inner)),
        ExpressionKind::Equal(left, right) => infix(left, "==", right),
        ExpressionKind::NotEqual(left, right) => infix(left, "!=", right),
        ExpressionKind::If { condition, then, otherwise } => {
            format!("{} if {} else {}", operand(then), operand(condition), operand(otherwise))
        }
        ExpressionKind::Filter(inner, filter) => {
            let arguments = match filter {
                Filter::Zfill(width) => format!("({width})"),
                Filter::Strftime(format) => format!("('{format}')"),
                Filter::Replace(old, new) => format!("('{old}', '{new}')"),
                _ => String::new(),
            };
            format!("{}|{}{arguments}", operand(inner), filter.name())
        }
    }
}

fn operand(expression: &Expression) -> String {
    let text = expression_text(expression);
    match &expression.kind {
        ExpressionKind::Field(_) | ExpressionKind::Literal(_) | ExpressionKind::Filter(..) => text,
        _ => format!("({text})"),
    }
}
