//! `dynkeys rules`.

use crate::cli::{EXIT_CLEAN, RulesArgs, RulesFormat, Streams};
use crate::emit::{write_rule, write_rule_json, write_rules, write_rules_json};
use crate::error::Error;
use crate::rules::{RULES, rule};
use crate::text::closest;

/// Lists the rules, or prints the page of one.
pub fn run(args: &RulesArgs, streams: &mut Streams<'_>) -> Result<u8, Error> {
    match (&args.rule, args.format) {
        (None, RulesFormat::Human) => write_rules(streams.out, streams.terminal, RULES),
        (None, RulesFormat::Json) => write_rules_json(streams.out, RULES),
        (Some(name), format) => {
            let rule = rule(name).ok_or_else(|| {
                let near = closest(name, RULES.iter().map(|rule| rule.name));
                let help = near.map_or("`dynkeys rules` lists them".into(), |near| format!("did you mean `{near}`?"));
                Error::usage(format!("there is no rule `{name}`"), help)
            })?;
            match format {
                RulesFormat::Human => write_rule(streams.out, streams.terminal, rule),
                RulesFormat::Json => write_rule_json(streams.out, rule),
            }
        }
    }?;
    Ok(EXIT_CLEAN)
}
