//! Times in one part of a key: whether all that was seen of them sorts by time.

use std::collections::BTreeMap;

use super::evaluate::{percent, share};
use crate::audit::{CatalogPart, Example, Group, Offset, Seen, TimeFormat};

/// How many formats are listed.
const LISTED: usize = 6;

/// Something that was found of a part.
pub(super) struct Found<'s> {
    /// How the times are written.
    pub detail: String,
    /// How many.
    pub count: u64,
    /// One of each way.
    pub examples: Vec<&'s Example>,
}

/// A way to write times: its name, how many there are, and one of them.
struct Written<'s> {
    name: String,
    count: u64,
    example: Option<&'s Example>,
}

/// Times that do not sort together, in a part that holds mostly times: in several formats, or without their offsets. Those
/// that are not as most are count.
pub(super) fn mixed<'s>(seen: &'s Seen, part: &CatalogPart) -> Option<Found<'s>> {
    mixed_formats(seen, part).or_else(|| mixed_offsets(seen))
}

/// The formats that were seen; those that differ in nothing that matters to the order are one.
fn classes<'s>(seen: &'s Seen, part: &CatalogPart) -> BTreeMap<TimeFormat, (u64, Option<&'s Example>)> {
    let mut classes: BTreeMap<TimeFormat, (u64, Option<&Example>)> = BTreeMap::new();
    for (format, Group { count, example }) in &seen.formats {
        let known = classes.entry(format.class(part.after)).or_default();
        known.0 += count;
        known.1 = [known.1, example.as_ref()].into_iter().flatten().min();
    }
    classes
}

fn mixed_formats<'s>(seen: &'s Seen, part: &CatalogPart) -> Option<Found<'s>> {
    let classes = classes(seen, part);
    let times: u64 = classes.values().map(|(count, _)| count).sum();
    let unknown = &seen.unknown;
    if seen.others > times + unknown.count {
        return None;
    }
    let clashes =
        |one: &TimeFormat| unknown.count > 0 || classes.keys().any(|other| !one.sorts_with(*other, part.after));
    let known = classes.iter().filter(|(format, _)| clashes(format));
    let mut ways: Vec<Written<'_>> = known
        .map(|(format, (count, example))| Written {
            name: format!("{count} as {format}"),
            count: *count,
            example: *example,
        })
        .collect();
    if unknown.count > 0 {
        let share = percent(share(unknown.count, times + unknown.count));
        ways.push(Written {
            name: format!("{} ({share}) in a format that is not known", unknown.count),
            count: unknown.count,
            example: unknown.example.as_ref(),
        });
    }
    let usual = ways.iter().map(|way| way.count).max().unwrap_or_default();
    let all: u64 = ways.iter().map(|way| way.count).sum();
    (ways.len() > 1).then(|| found(ways, "", all - usual))
}

/// Times of several offsets in keys that say none, or of another offset than UTC in keys that say UTC.
fn mixed_offsets(seen: &Seen) -> Option<Found<'_>> {
    let mut offsets: BTreeMap<Offset, (u64, Option<&Example>)> = BTreeMap::new();
    for ((offset, _), Group { count, example }) in &seen.offsets {
        let known = offsets.entry(*offset).or_default();
        known.0 += count;
        known.1 = [known.1, example.as_ref()].into_iter().flatten().min();
    }
    let elsewhere = |((offset, says_utc), _): &&((Offset, bool), Group)| *says_utc && *offset != Offset::ZERO;
    let wrong: u64 = seen.offsets.iter().filter(elsewhere).map(|(_, group)| group.count).sum();
    let all: u64 = offsets.values().map(|(count, _)| count).sum();
    let usual = offsets.values().map(|(count, _)| *count).max().unwrap_or_default();
    let (words, count) = match (wrong, offsets.len()) {
        (0, 0 | 1) => return None,
        (0, _) => (": the key leaves the offset out", all - usual),
        (wrong, _) => (": the key says UTC all the same", wrong),
    };
    let ways = offsets
        .into_iter()
        .map(|(offset, (count, example))| Written { name: format!("{count} at {offset}"), count, example })
        .collect();
    Some(found(ways, words, count))
}

/// Times in formats that do not sort by time, not even among themselves.
pub(super) fn unsortable<'s>(seen: &'s Seen, part: &CatalogPart) -> Option<Found<'s>> {
    let classes = classes(seen, part);
    let times: u64 = classes.values().map(|(count, _)| count).sum();
    // Text that only looks like dates has another order.
    if !part.is_time || seen.others > times {
        return None;
    }
    let ways: Vec<Written<'_>> = classes
        .iter()
        .filter(|(format, _)| !format.is_sortable())
        .map(|(format, (count, example))| Written {
            name: format!("{count} as {format}"),
            count: *count,
            example: *example,
        })
        .collect();
    let count = ways.iter().map(|way| way.count).sum();
    (count > 0).then(|| found(ways, "", count))
}

/// The largest ways, by name, and how many more there are.
fn found<'s>(mut ways: Vec<Written<'s>>, words: &str, count: u64) -> Found<'s> {
    let more = ways.len().saturating_sub(LISTED);
    if more > 0 {
        ways.sort_by_key(|way| std::cmp::Reverse(way.count));
    }
    let names: Vec<&str> = ways.iter().take(LISTED).map(|way| way.name.as_str()).collect();
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    Found {
        detail: format!("{}{more}{words}", names.join(", ")),
        count,
        examples: ways.iter().take(LISTED).filter_map(|way| way.example).collect(),
    }
}
