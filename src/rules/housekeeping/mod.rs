//! Rules about the run itself: what could not be read, what was ignored for nothing, what no rule is called.

pub mod undecided;

use crate::error::Problem;
use crate::rules::{Check, DefaultLevel, DesignFinding, Edit, Fix, Group, Place, Rule, Safety, rule};
use crate::text::{Replacement, SourceFile, did_you_mean, replacement};

/// `unreadable-model`.
pub static UNREADABLE_MODEL: Rule = Rule {
    name: "unreadable-model",
    level: DefaultLevel::Error,
    group: Group::Housekeeping,
    summary: "a model cannot be read",
    doc: "\
## What it finds

A model that is no TOML, or whose parts contradict each other: an unknown key, a key without a value, a placeholder
that is never closed. The message begins with the name of the problem.

## Why it matters

Nothing that the model says can be checked, and other models are checked without it: an overlap with it is not seen.

## Example

```toml
partition_key = { attribute = \"pk\", build_key = [[\"user\", \"{id\"]] }
```

The placeholder `{id` is never closed.

## How to fix

The finding names the place and says what would be right. A misspelt key, type or filter is replaced by
`dynkeys lint --fix`, or by `--fix --unsafe` where what was meant is a guess. `dynkeys schema model` prints a JSON Schema with which editors
check a model while it is typed.

## When to ignore

Never. A file that is no model does not belong into the models: name it in `exclude` of `dynkeys.toml`.
",
    checks: &[Check::Reading],
};

/// `unused-ignore`.
pub static UNUSED_IGNORE: Rule = Rule {
    name: "unused-ignore",
    level: DefaultLevel::Warning,
    group: Group::Housekeeping,
    summary: "an ignore comment matches no finding",
    doc: "\
## What it finds

A comment `# dynkeys: ignore[rule]` that hides nothing.

## Why it matters

It hides the next finding of that rule in that place, which nobody has looked at yet.

## Example

```toml
entity = \"User\"
[attributes]
id = { type = \"string\", required = true }
# dynkeys: ignore[missing-primary] written by another service
[indexes.primary]
partition_key = { attribute = \"pk\", build_key = [[\"user\", \"{id}\"]] }
```

The model has a primary key, so the comment hides nothing.

## How to fix

Remove it: `dynkeys lint --fix` does.

## When to ignore

When the finding comes and goes with the configuration. Set the rule's level there instead.
",
    checks: &[Check::Run],
};

/// `unknown-rule`.
pub static UNKNOWN_RULE: Rule = Rule {
    name: "unknown-rule",
    level: DefaultLevel::Warning,
    group: Group::Housekeeping,
    summary: "a name in `[rules]` or in an ignore comment is that of no rule",
    doc: "\
## What it finds

A name in `[rules]` of `dynkeys.toml`, or in a comment `# dynkeys: ignore[…]`, that no rule has.

## Why it matters

What was meant to be set or hidden is not.

## Example

```toml
[rules]
emtpy-key = \"off\"
```

Right: `empty-key`.

## How to fix

`dynkeys rules` lists the names. `dynkeys lint --fix` replaces a name that is one slip away from that of a rule.

## When to ignore

While two versions of dynkeys are in use, of which one does not know the rule yet.
",
    checks: &[Check::Run],
};

/// A problem of a model that could not be read, as a finding: of the rule of its name, where there is one.
pub fn unreadable_model(problem: &Problem) -> DesignFinding {
    let reading = rule(problem.code).filter(|rule| rule.checks.iter().any(|check| matches!(check, Check::Reading)));
    let message = match reading {
        Some(_) => problem.message.clone(),
        None => format!("{}: {}", problem.code, problem.message),
    };
    let place = Place::new(&problem.source, problem.span);
    let mut finding = DesignFinding::new(reading.unwrap_or(&UNREADABLE_MODEL), place, message)
        .label(problem.label.clone())
        .subject([problem.code, file_name(&problem.source), problem.source.slice(problem.span)])
        .help(problem.help.clone().unwrap_or_default());
    if let Some((span, words)) = &problem.related {
        finding = finding.related(Place::new(&problem.source, *span), words.clone());
    }
    match &problem.suggestion {
        Some((span, meant)) => finding.fix(replace(Place::new(&problem.source, *span), meant)),
        None => finding,
    }
}

/// Puts what was meant in the place of what is misspelt. No key is written by a misspelt model, so none changes; but a
/// guess is for people to look at.
fn replace(place: Place, meant: &Replacement) -> Fix {
    Fix {
        title: format!(
            "replace `{}` by `{}`",
            place.source.slice(place.span).trim_matches('"'),
            meant.text.trim_matches('"')
        ),
        safety: if meant.is_sure { Safety::Safe } else { Safety::Unsafe },
        edits: vec![Edit { place, text: meant.text.clone() }],
    }
}

/// A file's name without its folders: the same wherever the run was.
fn file_name(source: &SourceFile) -> &str {
    source.name().rsplit(['/', '\\']).next().unwrap_or_default()
}

/// An ignore that matched nothing.
pub fn unused_ignore(place: Place, name: &str, fix: Fix) -> DesignFinding {
    let subject = [file_name(&place.source).to_owned(), name.to_owned()];
    let help = match rule(name) {
        Some(rule) if !rule.is_about_designs() => {
            "remove the comment: the rule is not about designs, and `[rules]` of dynkeys.toml sets its level"
        }
        _ => "remove the comment",
    };
    DesignFinding::new(&UNUSED_IGNORE, place, format!("this ignores `{name}`, and nothing of it is found here"))
        .label("hides nothing")
        .subject(subject)
        .help(help)
        .fix(fix)
}

/// A name that no rule has.
pub fn unknown_rule(place: Place, name: &str) -> DesignFinding {
    let known = crate::rules::RULES.iter().map(|rule| rule.name);
    let help = match crate::text::closest(name, known.clone()) {
        Some(_) => did_you_mean(name, known.clone()).unwrap_or_default(),
        None => "`dynkeys rules` lists the names".to_owned(),
    };
    let subject = [file_name(&place.source).to_owned(), name.to_owned()];
    let finding = DesignFinding::new(&UNKNOWN_RULE, place.clone(), format!("there is no rule `{name}`"))
        .label("not known")
        .subject(subject)
        .help(help);
    match replacement(name, known) {
        Some(meant) => finding.fix(replace(place, &meant)),
        None => finding,
    }
}
