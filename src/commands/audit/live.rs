//! Audits of live tables.

mod checkpoint;
mod cost;
mod lines;

use std::ops::ControlFlow;
use std::time::Instant;

use indicatif::HumanCount;

use super::Request;
use super::progress::{Bar, Shown, TICK};
use crate::audit::{Auditor, Catalog, State, Whereabouts, Worker};
use crate::cli::{AuditArgs, Streams};
use crate::commands::interrupt::{Listening, interrupted};
use crate::config::Config;
use crate::error::Error;
use crate::report::{
    Coverage, Described, Estimate, PART_VERSION, Part, Pieces, Reached, Sample, Sampled, ScanPieces, Source,
};
use crate::rules::{Design, Entity, check_description};
use crate::source::live::{
    ConnectOptions, Connection, GatheredItems, Outcome, Page, ScanPlan, SegmentStart, Step, Waiting, Watch, entries,
    iam_policy, sampled_segments, segments_for, segments_for_sample,
};
use crate::source::{KeySchema, TableDescription, TableProjection};
use crate::text::{counted, printable};

use checkpoint::Checkpoint;
use lines::Lines;

/// Prints the policy that a scan needs.
pub fn print_iam_policy(args: &AuditArgs, config: &Config, streams: &mut Streams<'_>) -> Result<u8, Error> {
    let Some(table) = args.table.as_ref().or(config.table.name.as_ref()) else {
        return Err(Error::usage(
            "the policy is for one table, and none is named",
            "name it: `dynkeys audit --print-iam-policy --table NAME`",
        ));
    };
    let indexes: Vec<&str> = args.index.as_deref().into_iter().collect();
    let policy = iam_policy(table, args.region.as_deref(), &indexes);
    writeln!(streams.out, "{policy:#}").map_err(Error::Output)?;
    Ok(crate::cli::EXIT_CLEAN)
}

/// Audits a table.
pub fn audit(table: &str, request: &Request<'_>, streams: &mut Streams<'_>) -> Result<(Part, bool), Error> {
    let args = request.args;
    // What is wrong with the models is told before anything is asked of DynamoDB.
    let engines = request.engines()?;
    let (connection, description) = contact(table, args, streams)?;
    description.ensure_readable()?;
    let target = Target::new(&description, args)?;
    let entities = engines.iter().cloned().map(Entity::new).collect();
    let design = Design { entities, delimiter: request.config.delimiter.clone(), ..Design::default() };
    let mut options = request.options(Vec::new());
    options.carried = target.carried();
    let auditor = Auditor::new(engines, options);
    let described = check_description(&design, &description).iter().map(Described::new).collect();
    let new = Part {
        dynkeys_part: PART_VERSION,
        source: Source {
            kind: "table".to_owned(),
            name: description.name.clone(),
            region: Some(connection.region().to_owned()),
            index: args.index.clone(),
            exported: None,
        },
        coverage: target.coverage(args),
        pieces: Pieces::Segments(target.pieces(args)),
        described: Some(described),
        catalog: Catalog::new(&auditor),
        state: auditor.worker().state,
        sampled: target.sampled(args),
        written: None,
    };
    let checkpoint = args.checkpoint.as_deref().map(Checkpoint::new);
    let mut part = match &checkpoint {
        Some(checkpoint) => checkpoint.resume(new, args, streams)?,
        None => new,
    };
    let lines = Lines::begin(&mut part, request, streams)?;
    Scan { table, target, auditor: &auditor, request, checkpoint, part, lines }.run(&connection, streams)
}

/// Finds credentials and asks what the table is. Who does not answer is named before long, and Ctrl-C ends it.
fn contact(table: &str, args: &AuditArgs, streams: &mut Streams<'_>) -> Result<(Connection, TableDescription), Error> {
    let listening = Listening::begin();
    let mut tell = |who: &str| streams.note(&format!("waiting for {}; Ctrl-C ends it", printable(who)));
    let options = ConnectOptions {
        profile: args.profile.clone(),
        region: args.region.clone(),
        endpoint_url: args.endpoint_url.clone(),
    };
    let interrupted = listening.interrupted();
    let mut watch = Watch { interrupted: interrupted.clone(), waits_for: Some(&mut tell) };
    let connection = Connection::open_watched(&options, &mut watch)?;
    let mut watch = Watch { interrupted, waits_for: Some(&mut tell) };
    let description = connection.describe_watched(table, &mut watch)?;
    Ok((connection, description))
}

/// The table, or the index that is read in its place.
struct Target<'t> {
    table: &'t TableDescription,
    index: Option<&'t crate::source::IndexDescription>,
}

impl<'t> Target<'t> {
    fn new(table: &'t TableDescription, args: &AuditArgs) -> Result<Self, Error> {
        let index = args.index.as_deref().map(|name| table.index(name)).transpose()?;
        if let Some(index) = index
            && (index.is_backfilling || index.status == "CREATING")
        {
            return Err(Error::usage(
                format!("the index `{}` of `{}` is still being filled", index.name, table.name),
                "wait until it is ACTIVE, or scan the table itself: leave `--index` out",
            ));
        }
        Ok(Self { table, index })
    }

    /// Its bytes and items, when DynamoDB last counted.
    fn size(&self) -> (u64, u64) {
        self.index.map_or((self.table.bytes, self.table.items), |index| (index.bytes, index.items))
    }

    fn shown(&self) -> String {
        match self.index {
            Some(index) => format!("`{}` of `{}`", printable(&index.name), printable(&self.table.name)),
            None => format!("`{}`", printable(&self.table.name)),
        }
    }

    /// The attributes that its items have, where those are not all.
    fn carried(&self) -> Option<Vec<String>> {
        let index = self.index?;
        let more = match &index.projection {
            TableProjection::All => return None,
            TableProjection::KeysOnly => &[][..],
            TableProjection::Include(names) => names,
        };
        let names = |keys: &'t KeySchema| keys.attributes().map(|(name, _)| name.clone());
        Some(names(&self.table.keys).chain(names(&index.keys)).chain(more.iter().cloned()).collect())
    }

    /// The segments to read.
    fn pieces(&self, args: &AuditArgs) -> ScanPieces {
        let (bytes, items) = self.size();
        let total = match (args.segments, args.sample) {
            (Some(segments), _) => segments.total,
            (None, Some(share)) => segments_for_sample(bytes, items, share),
            (None, None) => segments_for(bytes, items),
        };
        let own = args.segments.and_then(|segments| segments.share).unwrap_or((0, total.saturating_sub(1)));
        let all = match args.sample {
            Some(share) => sampled_segments(share, total),
            None => (own.0..=own.1).collect(),
        };
        let all = all.into_iter().filter(|segment| (own.0..=own.1).contains(segment));
        ScanPieces { total, segments: all.map(|segment| (segment, Reached::Nothing)).collect() }
    }

    fn coverage(&self, args: &AuditArgs) -> Coverage {
        let sample = args.sample.map(|share| Sample {
            share,
            items: Estimate { count: 0, low: 0, high: u64::MAX },
            described_items: self.size().1,
        });
        Coverage { read_units: Some(0.0), sample, ..Coverage::default() }
    }

    /// What is counted by segment.
    fn sampled(&self, args: &AuditArgs) -> std::collections::BTreeMap<u32, Sampled> {
        let segments = args.sample.is_some().then(|| self.pieces(args).segments);
        let none = |state: &State| Sampled { items: 0, counts: Sampled::counts(state) };
        segments.into_iter().flat_map(|all| all.into_keys()).map(|at| (at, none(&State::default()))).collect()
    }
}

/// A scan with what it has counted.
struct Scan<'s> {
    table: &'s str,
    target: Target<'s>,
    auditor: &'s Auditor,
    request: &'s Request<'s>,
    checkpoint: Option<Checkpoint<'s>>,
    part: Part,
    /// The findings that are written as they are found.
    lines: Lines,
}

impl Scan<'_> {
    fn run(mut self, connection: &Connection, streams: &mut Streams<'_>) -> Result<(Part, bool), Error> {
        let args = self.request.args;
        let segments = self.left();
        if segments.is_empty() {
            self.part.cover();
            return Ok((self.part, false));
        }
        let Pieces::Segments(ScanPieces { total, .. }) = self.part.pieces else { return Ok((self.part, true)) };
        let share = segments.len() as f64 / f64::from(total);
        if args.sample.is_some_and(|sample| sample < 1.0) && share >= 1.0 {
            let shown = self.target.shown();
            let segments = if total == 1 { "1 segment".to_owned() } else { format!("{total} segments") };
            streams.note(&format!(
                "`--sample` takes whole segments, and {shown} is cut into {segments} only: all of it is read"
            ));
        }
        cost::tell_and_ask(&self.target, share, args, streams)?;
        let mut plan = ScanPlan::new(self.table, total);
        plan.index.clone_from(&args.index);
        plan.segments = segments;
        plan.max_read_units = args.max_read_units;
        plan.concurrency = args.concurrency.map_or(ScanPlan::CONCURRENCY, usize::from);
        plan.interrupted = interrupted();
        // Before anything is read it shows whether it can be written.
        self.save(streams)?;
        let expected = (self.target.size().1 as f64 * share) as u64;
        let bar = Bar::new((expected > 0).then_some(self.part.state.items + expected), self.part.state.items);
        let mut worker = self.auditor.worker();
        worker.findings = self.request.wanted.is_streamed.then(Vec::new);
        let mut trouble = Ok(());
        let mut shown = Instant::now();
        let names = self.auditor.names().clone();
        let end = connection.scan_with(&plan, move |items| GatheredItems::new(items, &names), &mut |step| {
            match step {
                Step::Page(page) => {
                    trouble = self.visit(page, &mut worker, streams).and_then(|()| self.save_in_time(streams));
                }
                Step::Waiting(waiting) => streams.note(&self.waits(waiting)),
            }
            if shown.elapsed() >= TICK {
                shown = Instant::now();
                bar.show(self.shown());
            }
            if trouble.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        bar.end();
        trouble?;
        let (reason, mut error, throttled, retried) = match end {
            Ok(end) => {
                let reason = (end.outcome != Outcome::Complete).then(|| "interrupted".to_owned());
                (reason, None, end.throttled, end.retried)
            }
            Err(failure) => {
                let reason = format!("the scan failed: {}", failure.error);
                (Some(reason), Some(failure.error), failure.throttled, failure.retried)
            }
        };
        self.part.coverage.reason = reason;
        self.part.cover();
        self.save(streams)?;
        if let Some(error) = error.take_if(|_| self.part.coverage.read_units == Some(0.0)) {
            // There is nothing to report.
            return Err(error);
        }
        if throttled + retried > 0 {
            let again = |count: u64, what: &str| (count > 0).then(|| format!("{what} {}", counted(count, "time")));
            let all = [again(throttled, "was throttled"), again(retried, "tried a request again")];
            let all: Vec<String> = all.into_iter().flatten().collect();
            streams.note(&format!("the scan {}", all.join(" and ")));
        }
        if let Some(error) = &error {
            streams.report(error);
        }
        if !self.part.coverage.complete {
            let help = match &self.checkpoint {
                Some(checkpoint) => format!("the same command goes on from `{}`", checkpoint.shown()),
                None => "with `--checkpoint FILE` the next one can go on where it stops".to_owned(),
            };
            streams
                .note(&format!("the report is of what was read, {}; {help}", counted(self.part.state.items, "item")));
        }
        Ok((self.part, error.is_some()))
    }

    /// The segments that are not done.
    fn left(&self) -> Vec<SegmentStart> {
        let Pieces::Segments(scan) = &self.part.pieces else { return Vec::new() };
        let start = |(segment, reached): (&u32, &Reached)| match reached {
            Reached::Nothing => Some(SegmentStart { segment: *segment, start: None }),
            Reached::UpTo(key) => Some(SegmentStart { segment: *segment, start: Some(key.clone()) }),
            Reached::End => None,
        };
        scan.segments.iter().filter_map(start).collect()
    }

    /// Audits the items of a page, and remembers that they are.
    fn visit(
        &mut self,
        page: Page<GatheredItems>,
        worker: &mut Worker<'_>,
        streams: &mut Streams<'_>,
    ) -> Result<(), Error> {
        std::mem::swap(&mut worker.state, &mut self.part.state);
        let before = self.part.coverage.sample.map(|_| Sampled::of(&worker.state));
        for (raw, whole) in page.items.items() {
            let is_told = match whole {
                None => worker.raw(&raw, Whereabouts::Table),
                Some(item) => {
                    worker.item(&entries(item), raw.size, Whereabouts::Table);
                    true
                }
            };
            if !is_told {
                // What is gathered tells all, so this is never seen; an item must not be passed over silently.
                return Err(Error::Usage { message: "an item of the table was not understood".to_owned(), help: None });
            }
        }
        worker.state.flush();
        if let (Some(before), Some(own)) = (before, self.part.sampled.get_mut(&page.segment)) {
            own.add(&Sampled::of(&worker.state).since(&before));
        }
        std::mem::swap(&mut worker.state, &mut self.part.state);
        if let Some(findings) = &mut worker.findings {
            let findings = std::mem::take(findings);
            self.lines.add(&findings, &self.part.catalog, self.request, self.checkpoint.is_some(), streams)?;
        }
        if let Pieces::Segments(scan) = &mut self.part.pieces {
            scan.segments.insert(page.segment, page.next.map_or(Reached::End, Reached::UpTo));
        }
        *self.part.coverage.read_units.get_or_insert(0.0) += page.read_units;
        Ok(())
    }

    /// Writes how far it is. The findings up to there are written before: what a checkpoint knows of is never written
    /// again, so that it must not be lost.
    fn save(&mut self, streams: &mut Streams<'_>) -> Result<(), Error> {
        let Some(checkpoint) = &mut self.checkpoint else { return Ok(()) };
        self.lines.write(&mut self.part, streams)?;
        checkpoint.save(&self.part)
    }

    fn save_in_time(&mut self, streams: &mut Streams<'_>) -> Result<(), Error> {
        let is_time = self.checkpoint.as_ref().is_some_and(|own| own.is_due() || self.lines.are_many());
        if is_time { self.save(streams) } else { Ok(()) }
    }

    /// Why nothing comes.
    fn waits(&self, waiting: Waiting) -> String {
        let Waiting { since, empty_pages, throttled, retried } = waiting;
        let happened = |count: u64, one: &str, many: &str| {
            (count > 0)
                .then(|| if count == 1 { one.to_owned() } else { many.replace('#', &HumanCount(count).to_string()) })
        };
        let all = [
            happened(empty_pages, "1 page without items", "# pages without items"),
            happened(throttled, "throttled once", "throttled # times"),
            happened(retried, "1 request tried again", "# requests tried again"),
        ];
        let all: Vec<String> = all.into_iter().flatten().collect();
        let all = if all.is_empty() { "nothing is answered".to_owned() } else { all.join(", ") };
        format!("no item of {} came for {} seconds: {all}", self.target.shown(), since.as_secs())
    }

    fn shown(&self) -> Shown {
        let State { items, bytes, .. } = self.part.state;
        Shown { done: items, items, bytes, read_units: self.part.coverage.read_units }
    }
}
