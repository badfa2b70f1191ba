//! The report of what an audit has counted.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::causes::{Told, told};
use super::redact::Redactor;
use super::times;
use super::unstored::{Resolved, resolved};
use super::{
    Audited, Bin, Check, Coverage, DialectFit, EntityCount, Finding, Group, IndexReport, PartitionReport,
    PartitionSize, Spread, Totals, VERSION,
};
use crate::audit::{
    Catalog, CatalogIndex, Defect, Example, Lengths, Partition, Partitions, Seen, Sizes, State, Subject,
};
use crate::model::Era;
use crate::report::{Described, Level, Levels, Part};
use crate::rules::{RULES, of_defect};

/// A partition with this share of an index's items or bytes is hot.
pub const HOT_SHARE: f64 = 0.1;
/// In an index with so many items at least: of few items some partition always has many.
pub const HOT_ITEMS: u64 = 1000;
/// The largest item collection of a table with a local index, in bytes:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ItemCollections.SizeLimit>
pub const WHOLE_COLLECTION: u64 = 10 << 30;
/// From so many bytes on it is near.
pub const NEAR_COLLECTION: u64 = 8 << 30;
/// How many of the largest partitions are listed.
const LISTED: usize = 10;
/// The least width that is advised for numbers.
const LEAST_PADDING: usize = 6;
/// The most bars of a histogram.
const BINS: u64 = 20;

/// Findings of a check, group by group.
type Found = BTreeMap<Defect, Vec<(Group, Vec<Finding>)>>;

impl Audited {
    /// The report of what was counted.
    pub fn new(part: &Part, levels: &Levels, redact: bool) -> Self {
        let (catalog, state) = (&part.catalog, &part.state);
        let redactor =
            Redactor { off: !redact, words: &catalog.words, delimiter: &catalog.delimiter, salt: &catalog.models };
        let reader = Reader { catalog, state, redactor };
        let mut checks = IndexMap::new();
        if let Some(described) = &part.described {
            checks.extend(described_checks(described, levels));
        }
        let mut found = reader.found();
        for defect in Defect::ALL {
            let Some(level) = of_defect(defect).map(|rule| levels.of(rule, rule.level)) else { continue };
            let was_asked = defect != Defect::DuplicatePrimaryKey || catalog.duplicates;
            if level == Level::Off || !was_asked {
                continue;
            }
            let groups = found.remove(&defect).unwrap_or_default();
            checks.insert(defect.name().to_owned(), check(level, groups));
        }
        let entities = catalog.entities.iter().zip(&state.entities);
        let mut audited = Self {
            version: VERSION,
            source: part.source.clone(),
            coverage: Coverage {
                items: state.items,
                bytes: state.bytes,
                deleted: state.deleted,
                ..part.coverage.clone()
            },
            summary: Totals::default(),
            dialect: reader.dialect(),
            entities: entities.map(|(entity, items)| (entity.name.clone(), EntityCount { items: *items })).collect(),
            checks,
            indexes: reader.indexes(),
            item_sizes: sizes(&state.sizes),
            models: catalog.models.clone(),
            redacted: redact,
        };
        audited.estimate(part);
        // Of what is known when all is counted, a sample tells no number in the whole.
        let is_late = |check: &Check| check.groups.iter().any(|group| group.is_late);
        for check in audited.checks.values_mut().filter(|check| is_late(check)) {
            check.estimate = None;
        }
        audited.sum_up();
        audited
    }
}

/// One finding of an item, as it is streamed: the check and the finding; none where its rule is off.
pub fn streamed(
    catalog: &Catalog,
    subject: &Subject,
    example: &Example,
    levels: &Levels,
    redact: bool,
) -> Option<(Level, Finding)> {
    let rule = of_defect(subject.defect)?;
    let level = levels.of(rule, rule.level);
    if level == Level::Off {
        return None;
    }
    let redactor =
        Redactor { off: !redact, words: &catalog.words, delimiter: &catalog.delimiter, salt: &catalog.models };
    let reader = Names { catalog, redactor: &redactor };
    let group = reader.group(subject, 1);
    Some((level, reader.finding(&group, example)))
}

fn check(level: Level, mut groups: Vec<(Group, Vec<Finding>)>) -> Check {
    groups.sort_by(|(left, _), (right, _)| right.count.cmp(&left.count).then_with(|| left.cmp(right)));
    Check {
        level,
        count: groups.iter().map(|(group, _)| group.count).sum(),
        estimate: None,
        examples: groups.iter().flat_map(|(_, findings)| findings.iter().cloned()).collect(),
        groups: groups.into_iter().map(|(group, _)| group).collect(),
    }
}

/// The checks of the table's description, each of its rules.
fn described_checks(described: &[Described], levels: &Levels) -> Vec<(String, Check)> {
    let rules = RULES.iter().filter(|rule| rule.is_about_descriptions());
    let checks = rules.filter_map(|rule| {
        let own = levels.of(rule, rule.level);
        let found = described.iter().filter(|one| one.rule == rule.name);
        let found: Vec<(Level, &Finding)> = found.filter_map(|one| Some((one.level(levels)?, &one.finding))).collect();
        let mut groups: Vec<Group> = Vec::new();
        for (_, finding) in &found {
            let Finding { entity, index, attribute, .. } = (*finding).clone();
            let group = Group { entity, index, attribute, ..Group::default() };
            let at = groups.iter().position(|known| Group { count: 0, ..known.clone() } == group);
            let at = at.unwrap_or_else(|| {
                groups.push(group);
                groups.len() - 1
            });
            groups[at].count += 1;
        }
        let check = Check {
            level: found.iter().map(|(level, _)| *level).max().unwrap_or(own),
            count: found.len() as u64,
            estimate: None,
            groups,
            examples: found.iter().map(|(_, finding)| (*finding).clone()).collect(),
        };
        (own != Level::Off).then(|| (rule.name.to_owned(), check))
    });
    checks.collect()
}

/// Gives numbers their names.
struct Names<'n> {
    catalog: &'n Catalog,
    redactor: &'n Redactor<'n>,
}

impl Names<'_> {
    fn group(&self, subject: &Subject, count: u64) -> Group {
        let catalog = self.catalog;
        let entity = |number: u16| catalog.entities.get(usize::from(number)).map(|entity| entity.name.clone());
        let index = |number: u16| catalog.indexes.get(usize::from(number)).map(|index| index.name.clone());
        let attribute = |number: u16| catalog.attributes.get(usize::from(number)).cloned();
        let of_table =
            |number: u16| catalog.indexes.get(usize::from(number)).is_some_and(|index| index.kind == "table");
        let is_primary = subject.index.is_some_and(of_table);
        let (index, attribute) = (subject.index.and_then(index), subject.attribute.and_then(attribute));
        let told =
            told(subject, attribute.as_deref().unwrap_or_default(), index.as_deref().unwrap_or_default(), is_primary);
        let (told, help) = match told {
            Some(Told { subject, help }) => (subject, Some(help)),
            None => (None, None),
        };
        Group {
            entity: subject.entity.and_then(entity),
            index,
            attribute,
            subject: told.or_else(|| {
                (!subject.detail.is_empty()).then(|| match subject.defect {
                    Defect::UnclassifiedItem => self.redactor.shape(&subject.detail),
                    _ => subject.detail.clone(),
                })
            }),
            detail: None,
            count,
            help,
            is_late: false,
        }
    }

    fn finding(&self, group: &Group, example: &Example) -> Finding {
        let key = |text: &String| self.redactor.key(text);
        // The size of an item is no value.
        let is_size = group.attribute.is_none() && example.attribute.is_none();
        Finding {
            entity: group.entity.clone(),
            index: group.index.clone(),
            attribute: group.attribute.clone().or_else(|| example.attribute.clone()),
            subject: group.subject.clone(),
            detail: group.detail.clone(),
            key: example.key.iter().map(|(name, value)| (name.clone(), key(value))).collect(),
            place: example.place.clone(),
            stored: example.stored.as_ref().map(|stored| if is_size { stored.clone() } else { key(stored) }),
            expected: example.expected.as_ref().map(key),
            message: None,
            help: group.help.clone(),
        }
    }
}

struct Reader<'r> {
    catalog: &'r Catalog,
    state: &'r State,
    redactor: Redactor<'r>,
}

impl Reader<'_> {
    fn names(&self) -> Names<'_> {
        Names { catalog: self.catalog, redactor: &self.redactor }
    }

    fn found(&self) -> Found {
        let names = self.names();
        let mut found = Found::new();
        let mut add = |defect, group: Group, findings| found.entry(defect).or_default().push((group, findings));
        for (subject, tally) in &self.state.tallies {
            let group = names.group(subject, tally.count);
            let findings = tally.examples.iter().map(|example| names.finding(&group, example)).collect();
            add(subject.defect, group, findings);
        }
        for Resolved { defect, group, tally } in resolved(self.catalog, self.state, &|subject| names.group(subject, 0))
        {
            let group = Group { count: tally.count, ..group };
            let findings = tally.examples.iter().map(|example| names.finding(&group, example)).collect();
            add(defect, group, findings);
        }
        for (shape, tally) in self.state.shapes.groups() {
            let subject = Subject { detail: shape.to_owned(), ..Subject::of(Defect::UnclassifiedItem) };
            let group = names.group(&subject, tally.count);
            let findings = tally.examples.iter().map(|example| names.finding(&group, example)).collect();
            add(Defect::UnclassifiedItem, group, findings);
        }
        for (part, seen) in self.catalog.parts.iter().zip(&self.state.seen) {
            let group = Group {
                entity: self.catalog.entities.get(part.entity).map(|entity| entity.name.clone()),
                index: self.catalog.indexes.get(part.index).map(|index| index.name.clone()),
                attribute: self.catalog.attributes.get(part.attribute).cloned(),
                subject: Some(part.field.clone()),
                ..Group::default()
            };
            let widths = mixed_widths(seen, &group).or_else(|| mixed_digits(seen, &group));
            if let Some((group, examples)) = widths {
                let findings = examples.iter().map(|example| names.finding(&group, example)).collect();
                add(Defect::MisSortedNumber, group, findings);
            }
            for (defect, found) in [
                (Defect::MixedTimeFormats, times::mixed(seen, part)),
                (Defect::UnsortableTime, times::unsortable(seen, part)),
            ] {
                let Some(times::Found { detail, count, examples }) = found else { continue };
                let group = Group { detail: Some(detail), count, ..group.clone() };
                let findings = examples.iter().map(|example| names.finding(&group, example)).collect();
                add(defect, group, findings);
            }
        }
        for (number, (index, partitions)) in self.catalog.indexes.iter().zip(&self.state.partitions).enumerate() {
            for (group, finding) in self.hot(index, partitions) {
                add(Defect::HotPartition, group, vec![finding]);
            }
            if self.catalog.is_table(number) && self.catalog.has_local_index() {
                for (group, finding) in self.large(index, partitions) {
                    add(Defect::LargeCollection, group, vec![finding]);
                }
            }
        }
        found
    }

    /// The attributes of a partition key.
    fn partition_key(&self, index: &CatalogIndex) -> String {
        let names = index.partition.iter().filter_map(|at| self.catalog.attributes.get(*at));
        names.map(String::as_str).collect::<Vec<_>>().join(" / ")
    }

    fn hot(&self, index: &CatalogIndex, partitions: &Partitions) -> Vec<(Group, Finding)> {
        // A local index has the table's partitions.
        if partitions.items < HOT_ITEMS || index.is_local() {
            return Vec::new();
        }
        let (by_items, by_bytes) = partitions.largest(LISTED);
        let mut hot: Vec<(Group, Finding)> = Vec::new();
        let shares = |one: &Partition| (share(one.items, partitions.items), share(one.bytes, partitions.bytes));
        for partition in by_items.iter().chain(&by_bytes) {
            let (of_items, of_bytes) = shares(partition);
            if of_items < HOT_SHARE && of_bytes < HOT_SHARE {
                continue;
            }
            let key = self.redactor.keys(&partition.key);
            let detail = format!("{} of the items, {} of the bytes", percent(of_items), percent(of_bytes));
            let group = Group {
                index: Some(index.name.clone()),
                attribute: Some(self.partition_key(index)),
                subject: Some(key.clone()),
                detail: Some(detail.clone()),
                count: 1,
                ..Group::default()
            };
            if !hot.iter().any(|(known, _)| *known == group) {
                let finding = Finding {
                    index: group.index.clone(),
                    attribute: group.attribute.clone(),
                    subject: Some(key),
                    detail: Some(detail),
                    ..Finding::default()
                };
                hot.push((group, finding));
            }
        }
        hot
    }

    fn large(&self, index: &CatalogIndex, partitions: &Partitions) -> Vec<(Group, Finding)> {
        let (_, by_bytes) = partitions.largest(LISTED);
        let large = by_bytes.iter().filter(|partition| partition.bytes >= NEAR_COLLECTION).map(|partition| {
            let key = self.redactor.keys(&partition.key);
            let state = if partition.bytes >= WHOLE_COLLECTION { "over" } else { "near" };
            let detail = format!("{} bytes of items, {state} the 10 GB that a collection may have", partition.bytes);
            let group = Group {
                index: Some(index.name.clone()),
                attribute: Some(self.partition_key(index)),
                subject: Some(key.clone()),
                detail: Some(detail.clone()),
                count: 1,
                ..Group::default()
            };
            let finding = Finding {
                index: group.index.clone(),
                attribute: group.attribute.clone(),
                subject: Some(key),
                detail: Some(detail),
                ..Finding::default()
            };
            (group, finding)
        });
        large.collect()
    }

    fn dialect(&self) -> DialectFit {
        let (explained, keys) = self.catalog.explained(self.state);
        let eras: Vec<usize> = self.catalog.entities.iter().map(|entity| entity.era).collect();
        let own = eras.first().copied().filter(|first| eras.iter().all(|era| era == first));
        let most = explained.iter().copied().max().unwrap_or_default();
        let is_best = |era: &usize| explained.get(*era) == Some(&most);
        let best = own.filter(is_best).or_else(|| (0..explained.len()).find(is_best));
        let versions = |era: usize| Era::ALL.get(era).map(|era| era.versions().to_owned());
        DialectFit {
            configured: own.and_then(versions),
            best: best.filter(|_| keys > 0).and_then(versions),
            keys,
            explained: Era::ALL
                .into_iter()
                .zip(explained)
                .map(|(era, count)| (era.versions().to_owned(), count))
                .collect(),
        }
    }

    fn indexes(&self) -> IndexMap<String, IndexReport> {
        let all = self.catalog.indexes.iter().zip(&self.state.partitions).map(|(index, partitions)| {
            let limits = [(&index.partition, 2048), (&index.sort, 1024)];
            let keys = limits.into_iter().flat_map(|(keys, limit)| keys.iter().map(move |key| (*key, limit)));
            let keys = keys.filter_map(|(key, limit)| {
                let lengths = self.state.lengths.get(key)?;
                Some((self.catalog.attributes.get(key)?.clone(), lengths_of(lengths, limit)))
            });
            let report = IndexReport {
                kind: index.kind.clone(),
                items: partitions.items,
                bytes: partitions.bytes,
                partitions: self.partitions(partitions),
                keys: keys.collect(),
            };
            (index.name.clone(), report)
        });
        all.collect()
    }

    fn partitions(&self, partitions: &Partitions) -> PartitionReport {
        let (by_items, by_bytes) = partitions.largest(LISTED);
        let list = |all: &[Partition], share: &dyn Fn(&Partition) -> f64| {
            let sizes = all.iter().map(|one| PartitionSize {
                key: self.redactor.keys(&one.key),
                items: one.items,
                bytes: one.bytes,
                share: rounded(share(one)),
            });
            sizes.collect()
        };
        PartitionReport {
            count: partitions.distinct(),
            exact: partitions.is_exact(),
            error: partitions.error(),
            gini: partitions.gini().map(rounded),
            by_items: list(&by_items, &|one| share(one.items, partitions.items)),
            by_bytes: list(&by_bytes, &|one| share(one.bytes, partitions.bytes)),
        }
    }
}

/// Numbers of several widths in a part that holds mostly numbers. Those that are not as wide as most count.
fn mixed_widths<'s>(seen: &'s Seen, group: &Group) -> Option<(Group, Vec<&'s Example>)> {
    let all: u64 = seen.widths.iter().map(|group| group.count).sum();
    if seen.others > all { None } else { of_widths(&seen.widths, group) }
}

/// Digits of several widths in a part that holds nothing but digits, all with the same text before them.
fn mixed_digits<'s>(seen: &'s Seen, group: &Group) -> Option<(Group, Vec<&'s Example>)> {
    let has_others = seen.digits.count() != seen.others || seen.formats.iter().any(|(_, group)| group.count > 0);
    if has_others || !seen.digits.are_numbers() { None } else { of_widths(&seen.digits.widths, group) }
}

fn of_widths<'s>(widths: &'s [crate::audit::Group], group: &Group) -> Option<(Group, Vec<&'s Example>)> {
    let widths: Vec<(usize, &crate::audit::Group)> =
        widths.iter().enumerate().filter(|(_, group)| group.count > 0).collect();
    let usual = widths.iter().map(|(_, group)| group.count).max().unwrap_or_default();
    let all: u64 = widths.iter().map(|(_, group)| group.count).sum();
    if widths.len() < 2 {
        return None;
    }
    let shown: Vec<String> = widths.iter().map(|(width, group)| format!("{} of width {width}", group.count)).collect();
    let detail = shown.join(", ");
    let examples = widths.iter().filter_map(|(_, group)| group.example.as_ref()).collect();
    let widest = widths.iter().map(|(width, _)| *width).max().unwrap_or_default().max(LEAST_PADDING);
    let field = group.subject.as_deref().unwrap_or_default();
    let help = format!(
        "Pad `{field}` in the model to a width that every value fits, `{{{field}|zfill({widest})}}`, and write the items \
         again; where the key is the table's own, delete those under the old key."
    );
    Some((Group { detail: Some(detail), count: all - usual, help: Some(help), ..group.clone() }, examples))
}

pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// To four digits behind the point.
fn rounded(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}

fn lengths_of(lengths: &Lengths, limit: u64) -> Spread {
    let at = |share| lengths.quantile(share) as u64;
    let bins = bins(lengths.0.iter().enumerate().map(|(length, count)| (length as u64, *count)), lengths.max() as u64);
    Spread { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: lengths.max() as u64, limit, histogram: bins }
}

fn sizes(sizes: &Sizes) -> Spread {
    let bins = bins(sizes.counts(), sizes.max());
    Spread {
        p50: sizes.quantile(0.5),
        p90: sizes.quantile(0.9),
        p99: sizes.quantile(0.99),
        max: sizes.max(),
        limit: 400 << 10,
        histogram: bins,
    }
}

/// At most [`BINS`] bars of one width, from zero to the largest; none where nothing was counted.
fn bins(counts: impl Iterator<Item = (u64, u64)>, max: u64) -> Vec<Bin> {
    let width = (max / BINS + 1).max(1);
    let mut bins: Vec<Bin> =
        (0..=max / width).map(|at| Bin { from: at * width, to: (at * width + width - 1).min(max), count: 0 }).collect();
    for (value, count) in counts {
        let at = usize::try_from(value.min(max) / width).unwrap_or_default();
        if let Some(bin) = bins.get_mut(at) {
            bin.count += count;
        }
    }
    let first = bins.iter().position(|bin| bin.count > 0).unwrap_or(bins.len());
    bins.split_off(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_holds_every_count_once() {
        let made = bins([(0, 2), (7, 1), (40, 3), (41, 5)].into_iter(), 41);
        assert_eq!(made.iter().map(|bin| bin.count).sum::<u64>(), 11);
        assert!(made.len() <= 21 && made.windows(2).all(|pair| pair[0].to + 1 == pair[1].from), "{made:?}");
        assert_eq!(bins(std::iter::empty(), 0), []);
        assert_eq!(bins([(5, 1)].into_iter(), 5), [Bin { from: 5, to: 5, count: 1 }]);
    }
}
