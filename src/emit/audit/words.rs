//! What the report of an audit says, in plain words. Each format makes them safe to show in its own way.

use indicatif::{HumanBytes, HumanCount};

use crate::audit::Defect;
use crate::emit::pages::way_out;
use crate::model::Era;
use crate::report::{
    AuditFinding, Audited, Check, Coverage, DialectFit, Estimate, Group, IndexReport, PartitionReport, PartitionSize,
    Sample, Source, Spread, Totals,
};
use crate::rules::Rule;
use crate::text::plural;

/// A number with commas between its thousands.
pub(super) fn number(number: u64) -> String {
    HumanCount(number).to_string()
}

/// A size in memory or on disk.
pub(super) fn size(bytes: u64) -> String {
    HumanBytes(bytes).to_string()
}

/// So many of something.
pub(super) fn counted(count: u64, one: &str) -> String {
    format!("{} {}", number(count), plural(count, one))
}

/// A share. What is not all is never 100 %.
pub(super) fn percent(part: u64, whole: u64) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole.max(1)));
    match (part * 1000 + whole / 2) / whole {
        0 if part > 0 => "< 0.1 %".to_owned(),
        1000 if part == whole => "100 %".to_owned(),
        thousandths => {
            let thousandths = if part < whole { thousandths.min(999) } else { thousandths };
            format!("{}.{} %", thousandths / 10, thousandths % 10)
        }
    }
}

/// What was read.
pub(super) fn source(source: &Source) -> String {
    let mut text = source.index.as_ref().map(|index| format!("index {index} of ")).unwrap_or_default();
    match source.kind.as_str() {
        "table" => text.push_str(&format!("table {}", source.name)),
        "export" => text.push_str(&format!("export of {}", source.name)),
        _ => text.push_str(&source.name),
    }
    if let Some(region) = &source.region {
        text.push_str(&format!(" ({region})"));
    }
    if let Some(time) = &source.exported {
        text.push_str(&format!(", as it was at {time}"));
    }
    text
}

/// How much of it.
pub(super) fn read(coverage: &Coverage) -> String {
    let mut parts = vec![counted(coverage.items, "item"), size(coverage.bytes)];
    if coverage.deleted > 0 {
        parts.push(counted(coverage.deleted, "deletion"));
    }
    for (done, what) in [(coverage.files, "file"), (coverage.segments, "segment")] {
        match done {
            Some(done) if done.read == done.total => parts.push(counted(done.total, what)),
            Some(done) => parts.push(format!("{} of {}", number(done.read), counted(done.total, what))),
            None => {}
        }
    }
    if let Some(units) = coverage.read_units {
        parts.push(counted(units.ceil() as u64, "read unit"));
    }
    if let (true, Some(reason)) = (coverage.complete, &coverage.reason) {
        parts.push(reason.clone());
    }
    parts.join(", ")
}

/// Why not all was read; none where all was.
pub(super) fn incomplete(coverage: &Coverage) -> Option<String> {
    let reason = coverage.reason.as_deref().unwrap_or("the run did not come to its end");
    (!coverage.complete).then(|| format!("not everything was read: {reason}. The numbers are of what was read"))
}

/// What a sample stands for.
pub(super) fn sample(sample: &Sample) -> String {
    let table = format!("by DynamoDB's last count {}", number(sample.described_items));
    if is_whole(sample) {
        return format!(
            "every segment was read, so nothing is estimated; the table has {}, {table}",
            estimate(&sample.items, "item")
        );
    }
    format!("{:.1} % of the segments; the table has {}, {table}", sample.share * 100.0, estimate(&sample.items, "item"))
}

/// True of a sample that came to be the whole: a small table has one segment.
fn is_whole(sample: &Sample) -> bool {
    sample.share >= 1.0
}

/// An estimate with its bounds; without a word for what is counted, the number alone.
pub(super) fn estimate(estimate: &Estimate, what: &str) -> String {
    let Estimate { count, low, high } = *estimate;
    if low == high {
        return if what.is_empty() { number(count) } else { counted(count, what) };
    }
    let bounds = match high {
        u64::MAX => format!("{} or more", number(low)),
        high => format!("{} to {}", number(low), number(high)),
    };
    let what = if what.is_empty() { String::new() } else { format!(" {}", plural(count, what)) };
    format!("about {}{what} ({bounds})", number(count))
}

/// How many findings a check has, and of a sample, how many the table has.
pub(super) fn count(check: &Check) -> String {
    match &check.estimate {
        // What was counted is all that there is.
        Some(Estimate { low, high, .. }) if low == high && *low == check.count => number(check.count),
        Some(bounds) => format!("{} in the sample, {} in the table", number(check.count), estimate(bounds, "")),
        None => number(check.count),
    }
}

/// How many findings there are of each level, as the other commands say it.
pub(super) fn totals(totals: &Totals) -> String {
    let mut parts = Vec::new();
    for (count, level) in [(totals.errors, "error"), (totals.warnings, "warning")] {
        if count > 0 {
            parts.push(counted(count, level));
        }
    }
    if totals.infos > 0 {
        parts.push(format!("{} info", number(totals.infos)));
    }
    if parts.is_empty() { "nothing found".to_owned() } else { parts.join(", ") }
}

/// What was found, in a sentence.
pub(super) fn found(audited: &Audited) -> String {
    let checks = counted(audited.checks.len() as u64, "check");
    let is_sampled = audited.coverage.sample.as_ref().is_some_and(|sample| !is_whole(sample));
    let with_findings = audited.checks.values().filter(|check| check.count > 0).count();
    if with_findings > 0 {
        let sample = if is_sampled { " in the sample" } else { "" };
        return format!("{}{sample}, by {with_findings} of {checks}", totals(&audited.summary));
    }
    if audited.coverage.items == 0 {
        return "nothing: there was no item to check".to_owned();
    }
    let bounds = audited.checks.values().filter_map(|check| check.estimate).map(|bounds| bounds.high);
    match bounds.max() {
        Some(high) if is_sampled => {
            let most = counted(high, "finding");
            format!("nothing by {checks} in the sample: the table has at most {most} of a kind (95 %)")
        }
        _ if !audited.coverage.complete => format!("nothing by {checks} in what was read"),
        _ => format!("nothing by {checks}: the keys are those that the models write"),
    }
}

/// The sum, as the last line of a report.
pub(super) fn sum(audited: &Audited) -> String {
    let unread = if audited.coverage.complete { "" } else { ", not everything was read" };
    format!("{} audited, {}{unread}", counted(audited.coverage.items, "item"), totals(&audited.summary))
}

/// How many items each entity has, the most first; at the end those of none.
pub(super) fn entities(audited: &Audited) -> Vec<(Option<&str>, u64)> {
    let mut all: Vec<(Option<&str>, u64)> =
        audited.entities.iter().map(|(name, entity)| (Some(name.as_str()), entity.items)).collect();
    all.sort_by_key(|(_, items)| std::cmp::Reverse(*items));
    let known: u64 = all.iter().map(|(_, items)| items).sum();
    if audited.coverage.items > known {
        all.push((None, audited.coverage.items - known));
    }
    all
}

/// Which dialect writes the keys, and what there is to do where that is not the one of the models.
pub(super) fn dialect(fit: &DialectFit) -> (String, Option<String>) {
    let Some(best) = &fit.best else {
        return ("no stored key could be compared".to_owned(), None);
    };
    let share = |versions: &str| percent(fit.explained.get(versions).copied().unwrap_or_default(), fit.keys);
    let known = format!("{} of {}", share(best), counted(fit.keys, "stored key"));
    match &fit.configured {
        Some(own) if own == best => (format!("{best}, as the models say: writes {known}"), None),
        Some(own) => {
            let name =
                Era::ALL.into_iter().find(|era| era.versions() == best).map(|era| era.dialect().name().to_owned());
            let remark = format!(
                "the models say {own}, which writes {}: if {best} is right, set `dialect = \"{}\"` in dynkeys.toml",
                share(own),
                name.as_deref().unwrap_or(best)
            );
            (format!("{best}: writes {known}"), Some(remark))
        }
        None => (format!("the models have several; {best} alone writes {known}"), None),
    }
}

/// The checks that found something: the graver ones first, then those that found more.
pub(super) fn checks(audited: &Audited) -> Vec<(&str, &Check)> {
    let mut found = audited.found();
    found.sort_by_key(|(_, check)| std::cmp::Reverse((check.level, check.count)));
    found
}

/// What a group is of, in a few words.
pub(super) fn place(group: &Group) -> String {
    let parts: Vec<&str> = match (&group.entity, &group.attribute) {
        (None, None) => [&group.index, &group.subject].into_iter().flatten().map(String::as_str).collect(),
        (None, Some(attribute)) => std::iter::once(attribute).chain(&group.subject).map(String::as_str).collect(),
        (Some(entity), Some(attribute)) => vec![entity, attribute],
        (Some(entity), None) => std::iter::once(entity).chain(&group.subject).map(String::as_str).collect(),
    };
    parts.join(" ")
}

/// A column of the table of a check's groups.
pub(super) struct Column {
    /// Its heading.
    pub title: &'static str,
    /// True where that may be long, and of strangers.
    pub is_value: bool,
    /// What it shows of a group.
    pub of: fn(&Group) -> Option<&str>,
}

/// The columns in which a check's groups have something, but for how many there are.
pub(super) fn columns(name: &str, check: &Check) -> Vec<Column> {
    let (subject, is_value) = subject(name);
    let all = [
        Column { title: "Entity", is_value: true, of: |group| group.entity.as_deref() },
        Column { title: "Index", is_value: true, of: |group| group.index.as_deref() },
        Column { title: "Attribute", is_value: true, of: |group| group.attribute.as_deref() },
        Column { title: subject, is_value, of: |group| group.subject.as_deref() },
        Column { title: "How", is_value: false, of: |group| group.detail.as_deref() },
    ];
    all.into_iter().filter(|column| check.groups.iter().any(|group| (column.of)(group).is_some())).collect()
}

/// What there is to do about the findings of a check: what its rule says, and what some groups say of their own.
pub(super) fn ways_out(rule: Option<&Rule>, check: &Check) -> Vec<String> {
    let mut ways: Vec<String> = Vec::new();
    for group in &check.groups {
        let way = group.help.clone().or_else(|| rule.and_then(way_out));
        ways.extend(way.filter(|way| !ways.contains(way)));
    }
    ways
}

/// What the subject of a check's groups is, and whether it is a value of a stranger.
pub(super) fn subject(name: &str) -> (&'static str, bool) {
    match Defect::ALL.into_iter().find(|defect| defect.name() == name) {
        Some(Defect::UnclassifiedItem) => ("Shape", true),
        Some(Defect::AmbiguousItem) => ("Keys of", true),
        Some(Defect::CaseVariantKey) => ("Written by", false),
        Some(Defect::WrongKeyType) => ("Type", false),
        Some(Defect::StaleKey | Defect::LeftoverIndexKey | Defect::HalfIndexKey | Defect::MissingIndexKey) => {
            ("Why", false)
        }
        Some(Defect::PlaceholderInKey | Defect::FieldNotStored | Defect::LossyCoercion) => ("Field", true),
        Some(Defect::TtlNotEpochSeconds) => ("Value", false),
        Some(Defect::MisSortedNumber | Defect::MixedTimeFormats | Defect::UnsortableTime) => ("Field", true),
        Some(Defect::HotPartition | Defect::LargeCollection) => ("Partition", true),
        _ => ("Of", true),
    }
}

/// At most so many examples of a check: the first of each group, then the second, and so on; those of one group side
/// by side. A finding that tells no more than its group is no example.
pub(super) fn examples(check: &Check, most: usize) -> Vec<&AuditFinding> {
    let mut groups: Vec<Vec<&AuditFinding>> = check
        .by_group()
        .into_iter()
        .map(|(_, examples)| examples.into_iter().filter(|one| tells_more(one)).collect())
        .collect();
    let mut taken: Vec<Vec<&AuditFinding>> = vec![Vec::new(); groups.len()];
    let mut shown: Vec<&[(String, String)]> = Vec::new();
    while shown.len() < most && groups.iter().any(|group| !group.is_empty()) {
        for (taken, group) in taken.iter_mut().zip(&mut groups) {
            if shown.len() == most || group.is_empty() {
                continue;
            }
            // An item that is not yet shown tells more than another key of one that is.
            let new = group.iter().position(|one| one.key.is_empty() || !shown.contains(&one.key.as_slice()));
            let one = group.remove(new.unwrap_or_default());
            shown.push(&one.key);
            taken.push(one);
        }
    }
    taken.concat()
}

/// True of a finding that tells more than its group.
pub(super) fn tells_more(finding: &AuditFinding) -> bool {
    let AuditFinding { key, place, stored, expected, message, .. } = finding;
    !key.is_empty() || [place, stored, expected, message].iter().any(|text| text.is_some())
}

/// What the Gini coefficient tells.
pub(super) const GINI: &str = "Gini: 0 where all partitions have as many items, near 1 where a few have nearly all.";

/// How many partitions there are.
pub(super) fn partitions(report: &PartitionReport) -> String {
    // Two standard errors.
    let error = if report.exact { "" } else { " ± 3.2 %" };
    format!("{}{error}", number(report.count))
}

/// Some of the largest partitions of an index, by items and by bytes.
pub(super) fn largest(index: &IndexReport, most: usize) -> Vec<&PartitionSize> {
    let PartitionReport { by_items, by_bytes, .. } = &index.partitions;
    let mut shown: Vec<&PartitionSize> = by_items.iter().take(most).collect();
    for partition in by_bytes.iter().take(most) {
        if !shown.iter().any(|known| known.key == partition.key) {
            shown.push(partition);
        }
    }
    shown
}

/// What there is to know about the numbers of partitions.
pub(super) fn partition_note(audited: &Audited) -> Option<String> {
    let errors = audited.indexes.iter().map(|(name, index)| (name, &index.partitions));
    let errors: Vec<String> = errors
        .filter(|(_, partitions)| !partitions.exact && partitions.error > 0)
        .map(|(name, partitions)| format!("{name} ± {}", number(partitions.error)))
        .collect();
    let text = format!("The items of a partition are estimates (95 %): {}.", errors.join(", "));
    (!errors.is_empty()).then_some(text)
}

/// The lengths of keys and the sizes of items, in bytes: of which attribute, or of the whole item.
pub(super) fn spreads(audited: &Audited) -> Vec<(Option<&str>, &Spread)> {
    let mut all: Vec<(Option<&str>, &Spread)> = Vec::new();
    let keys = audited.indexes.values().flat_map(|index| &index.keys);
    for (name, spread) in keys.map(|(attribute, spread)| (Some(attribute.as_str()), spread)) {
        if !all.iter().any(|(known, _)| *known == name) {
            all.push((name, spread));
        }
    }
    all.push((None, &audited.item_sizes));
    all.retain(|(_, spread)| spread.max > 0);
    all
}

/// What the spread of no attribute is of.
pub(super) const WHOLE_ITEM: &str = "the whole item";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_never_rounded_up_to_all() {
        assert_eq!(percent(999_999, 1_000_000), "99.9 %");
        assert_eq!(percent(1, 1_000_000), "< 0.1 %");
        assert_eq!((percent(0, 0), percent(0, 5), percent(5, 5)), ("0.0 %".into(), "0.0 %".into(), "100 %".into()));
    }

    #[test]
    fn each_group_has_an_example_before_any_has_two() {
        let group = |subject: &str| Group { subject: Some(subject.to_owned()), count: 9, ..Group::default() };
        let finding = |subject: &str, stored: &str| AuditFinding {
            subject: Some(subject.to_owned()),
            stored: Some(stored.to_owned()),
            ..AuditFinding::default()
        };
        let check = Check {
            level: crate::report::Level::Error,
            count: 18,
            estimate: None,
            groups: vec![group("a"), group("b")],
            examples: vec![finding("a", "1"), finding("a", "2"), finding("a", "3"), finding("b", "4")],
        };
        let shown = |most| -> Vec<&str> {
            examples(&check, most).iter().filter_map(|finding| finding.stored.as_deref()).collect()
        };
        assert_eq!(shown(0), [""; 0]);
        assert_eq!(shown(2), ["1", "4"]);
        assert_eq!(shown(3), ["1", "2", "4"]);
        assert_eq!(shown(9), ["1", "2", "3", "4"]);
    }

    #[test]
    fn estimates_say_their_bounds() {
        let of = |count, low, high| estimate(&Estimate { count, low, high }, "item");
        assert_eq!(of(7, 7, 7), "7 items");
        assert_eq!(of(1600, 1200, 2000), "about 1,600 items (1,200 to 2,000)");
        assert_eq!(of(1600, 80, u64::MAX), "about 1,600 items (80 or more)");
    }
}
