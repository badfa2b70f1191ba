//! What a scan will cost, and whether that is all right.

use std::io::{BufRead, IsTerminal};

use indicatif::{HumanBytes, HumanCount, HumanDuration};

use super::Target;
use crate::cli::{AuditArgs, Streams};
use crate::error::Error;
use crate::source::live::ScanCost;
use crate::text::plural;

/// In US dollars: what costs more is asked about.
const MAX_COST: f64 = 1.0;

/// Says what it will cost to read a share of the table, and asks where that is over the limit.
pub fn tell_and_ask(target: &Target<'_>, share: f64, args: &AuditArgs, streams: &mut Streams<'_>) -> Result<(), Error> {
    let (bytes, items) = target.size();
    let shown = target.shown();
    if bytes == 0 {
        streams.note(&format!(
            "DynamoDB has not counted {shown} yet, which it does about every six hours: the cost is not known"
        ));
        return Ok(());
    }
    let cost = ScanCost::new((bytes as f64 * share).ceil() as u64, args.price);
    let part = if share < 1.0 { format!("{} of it", percent(share)) } else { "it".to_owned() };
    let units = cost.read_units.ceil() as u64;
    let units = format!("about {} {}", HumanCount(units), plural(units, "read unit"));
    let capacity = match target.index {
        Some(index) if !index.is_local => index.read_capacity,
        _ => target.table.read_capacity,
    };
    let price = match capacity {
        Some(capacity) if !target.table.on_demand => {
            let seconds = std::time::Duration::from_secs_f64(cost.read_units / capacity as f64);
            format!("of {capacity} a second that are provisioned: {} of all of them", HumanDuration(seconds))
        }
        _ => format!("{} at ${} a million", dollars(cost.dollars), cost.price_per_million),
    };
    streams.note(&format!(
        "{shown} has {} {}, {}, when DynamoDB last counted; reading {part} takes {units}, {price}",
        HumanCount(items),
        plural(items, "item"),
        HumanBytes(bytes)
    ));
    let limit = args.max_cost.unwrap_or(MAX_COST);
    let pays_by_unit = capacity.is_none() || target.table.on_demand;
    if !pays_by_unit || cost.dollars <= limit || args.yes {
        return Ok(());
    }
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        let asked =
            write!(streams.err, "Read it for {}? [y/N] ", dollars(cost.dollars)).and_then(|()| streams.err.flush());
        let mut answer = String::new();
        if asked.and_then(|()| std::io::stdin().lock().read_line(&mut answer)).is_ok() && is_yes(&answer) {
            return Ok(());
        }
        return Err(Error::usage(
            "nothing was read",
            "`--sample 5%` reads a share of the table for a share of the cost",
        ));
    }
    Err(Error::usage(
        format!("the scan costs {}, more than {}", dollars(cost.dollars), dollars(limit)),
        "say `--yes` or a higher `--max-cost`, or read a share of it, as with `--sample 5%`",
    ))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// An amount to the cent, or less than one.
fn dollars(amount: f64) -> String {
    if amount > 0.0 && amount < 0.01 { "less than $0.01".to_owned() } else { format!("${amount:.2}") }
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 10.0 { format!("{percent:.0} %") } else { format!("{percent:.2} %") }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_one() {
        for (answer, yes) in
            [("y\n", true), ("YES\r\n", true), ("\n", false), ("", false), ("no\n", false), ("yo", false)]
        {
            assert_eq!(is_yes(answer), yes, "{answer:?}");
        }
    }

    #[test]
    fn amounts_are_to_the_cent() {
        assert_eq!(dollars(0.0), "$0.00");
        assert_eq!(dollars(0.004), "less than $0.01");
        assert_eq!(dollars(12.345), "$12.35");
        assert_eq!(percent(0.05), "5.00 %");
        assert_eq!(percent(0.5), "50 %");
    }
}
