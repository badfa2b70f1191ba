//! A design, linted: what every output format of `lint` shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{Level, Levels, Summary};
use crate::rules::DesignFinding;
use crate::text::SourceFile;

/// A finding with its level and the name by which later runs know it.
#[derive(Clone, Debug)]
pub struct Reported {
    /// Its level; never [`Level::Off`].
    pub level: Level,
    /// The finding.
    pub finding: DesignFinding,
    /// Thirty-two hexadecimal digits, made of the rule and of what the finding is about: moved lines and new words do
    /// not change it.
    pub fingerprint: String,
}

/// What a run of `lint` found.
#[derive(Clone, Debug, Default)]
pub struct Linted {
    /// The findings, in the order of their places.
    pub findings: Vec<Reported>,
    /// How many models were linted.
    pub models: usize,
    /// The files of models, also of those that could not be read, in order.
    pub files: Vec<String>,
    /// How many findings comments hide.
    pub ignored: usize,
    /// How many findings the baseline hides.
    pub known: usize,
    /// How many findings of the baseline are no more.
    pub mended: usize,
}

impl Linted {
    /// Gives findings their levels, drops those that are off, and puts them in order.
    pub fn new(findings: Vec<DesignFinding>, levels: &Levels) -> Self {
        let mut reported: Vec<Reported> = findings
            .into_iter()
            .filter_map(|finding| {
                let level = levels.of(finding.rule, finding.level.unwrap_or(finding.rule.level));
                (level != Level::Off).then(|| Reported { level, fingerprint: String::new(), finding })
            })
            .collect();
        reported.sort_by(|left, right| {
            let order = |one: &Reported| {
                let place = &one.finding.place;
                (place.source.name().to_owned(), place.span.start, one.finding.rule.name, one.finding.message.clone())
            };
            order(left).cmp(&order(right))
        });
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for one in &mut reported {
            let first = fingerprint(&one.finding, 0);
            let times = seen.entry(first.clone()).or_default();
            one.fingerprint = if *times == 0 { first } else { fingerprint(&one.finding, *times) };
            *times += 1;
        }
        Self { findings: reported, ..Self::default() }
    }

    /// Keeps so many findings of a rule in a file, and has one count those that follow: a hundred show what is wrong.
    pub fn count_the_rest(&mut self) {
        const MOST: usize = 100;
        let mut counts: BTreeMap<(&str, *const SourceFile), usize> = BTreeMap::new();
        let mut rest: BTreeMap<(&str, *const SourceFile), (usize, usize)> = BTreeMap::new();
        let mut kept: Vec<Reported> = Vec::with_capacity(self.findings.len());
        for one in std::mem::take(&mut self.findings) {
            let of = (one.finding.rule.name, Arc::as_ptr(&one.finding.place.source));
            let count = counts.entry(of).or_default();
            *count += 1;
            if *count <= MOST {
                kept.push(one);
            } else if let Some((at, more)) = rest.get_mut(&of) {
                *more += 1;
                // It is as grave as the gravest of them.
                if let Some(counted) = kept.get_mut(*at) {
                    counted.level = counted.level.max(one.level);
                }
            } else {
                rest.insert(of, (kept.len(), 1));
                kept.push(one);
            }
        }
        for (at, more) in rest.values().filter(|(_, more)| *more > 1) {
            let Some(Reported { finding, fingerprint: name, .. }) = kept.get_mut(*at) else { continue };
            let file = finding.place.source.name().rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
            *finding = DesignFinding::new(
                finding.rule,
                finding.place.clone(),
                format!("{more} more findings of `{}` in this file, of which this is the first", finding.rule.name),
            )
            .label("and more like this")
            .subject([file, "and more".to_owned()])
            .help("mend those above: what mends them mends these");
            *name = fingerprint(finding, 0);
        }
        self.findings = kept;
    }

    /// How many findings there are of each level.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { items: self.models as u64, ..Summary::default() };
        self.findings.iter().for_each(|one| summary.add(one.level));
        summary
    }

    /// The files in which something was found, each once, in order.
    pub fn sources(&self) -> Vec<&Arc<SourceFile>> {
        let mut sources: Vec<&Arc<SourceFile>> = self.findings.iter().map(|one| &one.finding.place.source).collect();
        sources.dedup_by(|left, right| Arc::ptr_eq(left, right));
        sources
    }
}

fn fingerprint(finding: &DesignFinding, times: usize) -> String {
    let mut hash = Sha256::new();
    hash.update(finding.rule.name);
    for part in &finding.subject {
        hash.update([0]);
        hash.update(part);
    }
    if times > 0 {
        hash.update([0]);
        hash.update(times.to_string());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
