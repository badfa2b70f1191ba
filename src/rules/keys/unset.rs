//! Keys that an unset field spoils: what `unset-field-in-primary-key` and `unset-field-in-index-key` share.

use super::none_prefix::is_prefix;
use super::showing::{by_size, distinct_keys, first_use, listed, witness};
use super::truth::{can_be_false, is_set};
use crate::key::{KeyBuffer, PartKind, Recorder, Written};
use crate::model::{FieldPath, Index};
use crate::rules::{DesignFinding, Entity, KeyOf, Rule, Scenario};
use crate::text::Span;

/// A field that spoils keys of an index where it is unset.
pub(super) struct Spoiled<'e> {
    /// The entity.
    pub entity: &'e Entity,
    /// The field.
    pub field: FieldPath,
    /// The smallest item that shows it.
    scenario: &'e Scenario,
    /// The expression that uses it.
    span: Span,
    /// The keys.
    keys: Vec<KeyOf<'e>>,
    /// What becomes of them.
    harm: Harm,
}

/// What becomes of a key.
#[derive(Clone, PartialEq)]
enum Harm {
    /// It holds this text in the place of the value.
    Prints(String),
    /// It ends before the value.
    Cut,
    /// Python raises this.
    Raises(String),
}

struct Harmed {
    number: usize,
    field: Option<FieldPath>,
    span: Option<Span>,
    harm: Harm,
}

/// The fields that spoil keys of an index, each once. An eager key never sees a field, and is not looked at.
pub(super) fn spoiled<'e>(entity: &'e Entity, index: &Index) -> Vec<Spoiled<'e>> {
    let own: Vec<KeyOf<'e>> =
        distinct_keys(entity).into_iter().filter(|key| std::ptr::eq(key.index, index) && !key.key.eager).collect();
    let used: Vec<&FieldPath> = own.iter().flat_map(KeyOf::fields).collect();
    let scenarios = by_size(entity);
    let Some((usual, rest)) = scenarios.split_first() else { return Vec::new() };
    let mut all: Vec<Spoiled<'e>> = Vec::new();
    let mut before: Option<Vec<Harmed>> = None;
    for scenario in rest {
        if scenario.unset.is_empty() || !scenario.unset.iter().all(|field| used.contains(&field)) {
            continue;
        }
        let before = before.get_or_insert_with(|| harmed(usual, &own));
        let is_new = |one: &Harmed| {
            !before.iter().any(|old| (old.number, &old.field, &old.harm) == (one.number, &one.field, &one.harm))
        };
        let found: Vec<Harmed> = harmed(scenario, &own).into_iter().filter(is_new).collect();
        // An item that lacks one key of an index is not in it, whatever its other keys hold.
        let is_left_out = index.kind != crate::model::IndexKind::Primary
            && entity.keys_of(index).iter().any(|key| scenario.keys.get(key.number) == Written::Absent);
        let mut fields: Vec<FieldPath> = Vec::new();
        for one in found {
            if is_left_out && !matches!(one.harm, Harm::Raises(_)) {
                continue;
            }
            let blamed = one.field.filter(|field| scenario.unset.contains(field));
            let Some(field) = blamed.or_else(|| scenario.unset.first().cloned()) else { continue };
            let key = entity.key(one.number);
            if let Some(known) = all.iter_mut().find(|known| known.field == field) {
                // Another key of the same item, spoiled in the same way.
                if fields.contains(&field)
                    && known.harm == one.harm
                    && known.keys.iter().all(|key| key.number != one.number)
                {
                    known.keys.push(key);
                }
                continue;
            }
            if !entity.conforms(&scenario.item) {
                continue;
            }
            let span = one.span.unwrap_or_else(|| first_use(key.key, Some(&field)));
            fields.push(field.clone());
            all.push(Spoiled { entity, field, scenario, span, keys: vec![key], harm: one.harm });
        }
    }
    all
}

/// True where a key of an item is spoiled.
pub(super) fn is_spoiled(scenario: &Scenario, key: &KeyOf<'_>) -> bool {
    !harmed(scenario, &[*key]).is_empty()
}

fn harmed(scenario: &Scenario, keys: &[KeyOf<'_>]) -> Vec<Harmed> {
    let Some(first) = keys.first() else { return Vec::new() };
    first.entity.trace(&scenario.item, |_, written, recorder| {
        keys.iter().flat_map(|key| harms_of(key, written, recorder)).collect()
    })
}

fn harms_of(key: &KeyOf<'_>, written: &KeyBuffer, recorder: &Recorder<'_>) -> Vec<Harmed> {
    let number = key.number;
    let text = match written.get(number) {
        Written::Failed(failure) => {
            let harm = Harm::Raises(failure.message.clone());
            return vec![Harmed { number, field: failure.field.clone(), span: None, harm }];
        }
        // An empty key is refused: `empty-key` says so.
        Written::Text(text) if !text.is_empty() => text,
        Written::Text(_) | Written::Open(_) | Written::Typed(_) | Written::Absent => return Vec::new(),
    };
    let field_of = |kind: &PartKind<'_>| match kind {
        PartKind::Field(field) | PartKind::Fallback(Some(field)) => Some((*field).clone()),
        _ => None,
    };
    let parts = recorder.parts(number);
    let mut nones = parts.iter().filter(|part| part.none);
    let mut all: Vec<Harmed> = nones
        .clone()
        .filter(|part| part.start < part.end && !part.expression.is_some_and(|one| is_prefix(key.key, one)))
        .map(|part| Harmed {
            number,
            field: field_of(&part.kind),
            span: part.expression.map(|expression| expression.span),
            harm: Harm::Prints(text.get(part.start..part.end).unwrap_or("None").to_owned()),
        })
        .collect();
    if let Some(stop) = recorder.stop_of(number) {
        let field = stop.field.cloned();
        let span = nones.next_back().and_then(|part| part.expression).map(|expression| expression.span);
        all.push(Harmed { number, field, span, harm: Harm::Cut });
    }
    all
}

impl Spoiled<'_> {
    /// The condition of the items whose keys are not spoiled: `a`, or `a or b` where it takes both to spoil one.
    pub fn condition(&self) -> String {
        let all: Vec<String> = self.scenario.unset.iter().map(|field| is_set(self.entity, field)).collect();
        all.join(" or ")
    }

    /// What would be printed in the place of None: "`{a or ''}`".
    pub fn fallback(&self) -> String {
        let written = self.entity.model().source.slice(self.span);
        let is_choice = written.contains(" if ") || written.contains('"');
        match written {
            _ if is_choice => "a text of its own".to_owned(),
            // `or` would take 0 and false for unset.
            _ if can_be_false(self.entity, &self.field) && written == self.field.name => {
                format!("`{{{written} if {written} != none else ''}}`")
            }
            _ => format!("`{{{written} or ''}}`"),
        }
    }

    /// The attribute in which the field is said to be required.
    pub fn root(&self) -> &str {
        self.entity.attribute(&self.field).map_or(&self.field.name, |attribute| &attribute.name.value)
    }

    /// The finding, with these words behind what the key holds, and this way out where nothing raises.
    pub fn finding(&self, rule: &'static Rule, index: &Index, aside: &str, help: String) -> DesignFinding {
        let name = &self.field.name;
        let attributes: Vec<&str> = self.keys.iter().map(KeyOf::attribute).collect();
        let (attributes, is_one) = (listed(&attributes), self.keys.len() == 1);
        let (what, label) = match &self.harm {
            Harm::Prints(text) => {
                let verb = if is_one { "holds" } else { "hold" };
                let what = format!("{attributes} then {verb} the text `{text}`{aside}");
                (what, format!("prints `{text}` where it is unset"))
            }
            Harm::Cut => {
                let verb = if is_one { "is" } else { "are" };
                let what = format!("{attributes} {verb} then cut short{aside}");
                (what, "ends the key where it is unset".to_owned())
            }
            Harm::Raises(error) => {
                let error = error.split(':').next().unwrap_or_default();
                (format!("Python then raises {error} in place of {attributes}"), "raises where it is unset".to_owned())
            }
        };
        let help = match self.harm {
            Harm::Raises(_) => format!(
                "say `required = true` in `{}` where every item has it, or look before: `{{… if {} else ''}}`",
                self.root(),
                is_set(self.entity, &self.field)
            ),
            _ => help,
        };
        let message = format!("`{name}` may be unset{}, and {what}", self.company());
        let mut finding = DesignFinding::new(rule, self.entity.place(self.span), message)
            .label(label)
            .help(help)
            .subject([self.entity.name(), &index.name.value, name]);
        finding.witness = witness(self.scenario, &self.keys);
        finding
    }

    /// The other fields that have to be unset, too: " where `a` is".
    fn company(&self) -> String {
        let others = self.scenario.unset.iter().filter(|other| **other != self.field);
        let others: Vec<&str> = others.map(|other| other.name.as_str()).collect();
        match others.len() {
            0 => String::new(),
            1 => format!(" where {} is", listed(&others)),
            _ => format!(" where {} are", listed(&others)),
        }
    }
}
