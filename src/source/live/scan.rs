//! A parallel scan.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::operation::scan::{ScanError, ScanOutput};
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::connection::{Caller, Connection, POLL, lock};
use super::item::{LiveItem, item_size};
use super::pace::Pace;
use super::patience::Attempts;
use super::plan::{ScanPlan, SegmentStart, read_units};
use super::repeats::Pages;
use crate::error::Error;
use crate::source::start_key::StartKey;
use crate::text::counted;

/// One page of a segment.
#[derive(Debug)]
pub struct Page<T = Vec<LiveItem>> {
    /// The segment.
    pub segment: u32,
    /// Its items, or what was made of them.
    pub items: T,
    /// There are none.
    pub is_empty: bool,
    /// Where the segment goes on behind these items; none where it is done.
    pub next: Option<StartKey>,
    /// The read units that it used.
    pub read_units: f64,
}

/// How a scan ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanEnd {
    /// Why it ended.
    pub outcome: Outcome,
    /// How often it was throttled.
    pub throttled: u64,
    /// How often a request was tried again for another reason.
    pub retried: u64,
}

/// Why a scan ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every segment of the plan is done.
    Complete,
    /// The visitor had enough.
    Stopped,
    /// The run was interrupted.
    Interrupted,
}

/// Why a scan failed. Every page that was visited before stands, and the scan can go on behind it.
#[derive(Debug)]
pub struct ScanFailure {
    /// What failed.
    pub error: Error,
    /// The segment in which it failed, where it was one.
    pub segment: Option<u32>,
    /// How often it was throttled before.
    pub throttled: u64,
    /// How often a request was tried again before.
    pub retried: u64,
}

impl From<ScanFailure> for Error {
    fn from(failure: ScanFailure) -> Self {
        failure.error
    }
}

/// What a visitor sees of a scan.
#[derive(Debug)]
pub enum Step<T = Vec<LiveItem>> {
    /// A page.
    Page(Page<T>),
    /// No item came for long.
    Waiting(Waiting),
}

/// What happened since the last item came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// How long ago that is.
    pub since: Duration,
    /// How many pages without items came.
    pub empty_pages: u64,
    /// How often the scan was throttled.
    pub throttled: u64,
    /// How often a request was tried again for another reason.
    pub retried: u64,
}

/// After so long without an item the visitor hears of it, and again whenever it was twice as long.
const LONG: Duration = Duration::from_secs(5);

/// So many pages in a row, of all segments, may have no item and go on. Nothing is filtered here, so that a page without
/// items is one of a stretch in which all were deleted, or the end of a partition: DynamoDB itself gives a few of them.
const MOST_EMPTY_PAGES: u64 = 1_000;

/// What the tasks of a scan share.
struct Shared {
    caller: Caller,
    table: String,
    index: Option<String>,
    total_segments: u32,
    page_limit: Option<i32>,
    queue: Mutex<VecDeque<SegmentStart>>,
    pace: Option<Mutex<Pace>>,
    pages: Mutex<Pages>,
    progress: Mutex<Instant>,
    /// How many pages in a row had no item and were not the end of a segment.
    empty: AtomicU64,
    throttled: AtomicU64,
    retried: AtomicU64,
}

/// What a task hands over: a page, or the segment that failed.
type Fetched<T> = Result<Page<T>, (u32, Error)>;

impl Connection {
    /// Reads the segments of a plan, several at a time, and hands each page to `visit` once; the pages of one segment
    /// come in order. Pages are fetched ahead of `visit`, at most two for each segment that is being read. Reads are
    /// eventually consistent.
    pub fn scan(
        &self,
        plan: &ScanPlan,
        visit: &mut dyn FnMut(Page) -> ControlFlow<()>,
    ) -> Result<ScanEnd, ScanFailure> {
        self.scan_with(plan, |items| items, &mut |step| match step {
            Step::Page(page) => visit(page),
            Step::Waiting(_) => ControlFlow::Continue(()),
        })
    }

    /// The same, where `prepare` makes something of the items of a page before, on the threads that fetch; and `visit`
    /// hears of it where no item comes for long.
    pub fn scan_with<T: Send + 'static>(
        &self,
        plan: &ScanPlan,
        prepare: impl Fn(Vec<LiveItem>) -> T + Send + Sync + 'static,
        visit: &mut dyn FnMut(Step<T>) -> ControlFlow<()>,
    ) -> Result<ScanEnd, ScanFailure> {
        let prepare = Arc::new(prepare);
        let shared = Arc::new(Shared::new(&self.caller, plan));
        let mut left = plan.segments.len();
        let concurrency = plan.concurrency.clamp(1, left.max(1));
        let (sender, mut receiver) = mpsc::channel(concurrency);
        let failed = |segment, error| ScanFailure {
            error,
            segment,
            throttled: shared.throttled.load(Ordering::Relaxed),
            retried: shared.retried.load(Ordering::Relaxed),
        };
        let ended = |outcome| ScanEnd {
            outcome,
            throttled: shared.throttled.load(Ordering::Relaxed),
            retried: shared.retried.load(Ordering::Relaxed),
        };
        // Dropped at the end, which stops what still runs.
        let mut tasks = JoinSet::new();
        let start = async {
            for _ in 0..concurrency {
                tasks.spawn(read_segments(Arc::clone(&shared), Arc::clone(&prepare), sender.clone()));
            }
            drop(sender);
            Ok(())
        };
        self.threads.run(start).map_err(|error| failed(None, error))?;
        let mut quiet = Quiet::new(&shared);
        loop {
            if plan.interrupted.load(Ordering::Relaxed) {
                return Ok(ended(Outcome::Interrupted));
            }
            if let Some(waiting) = quiet.told(&shared)
                && visit(Step::Waiting(waiting)).is_break()
            {
                return Ok(ended(Outcome::Stopped));
            }
            let fetched = self.threads.run(next(&mut receiver)).map_err(|error| failed(None, error))?;
            match fetched {
                Next::Nothing => {}
                Next::Fetched(Ok(page)) => {
                    left -= usize::from(page.next.is_none());
                    quiet.came(page.is_empty, &shared);
                    if visit(Step::Page(page)).is_break() {
                        return Ok(ended(Outcome::Stopped));
                    }
                }
                Next::Fetched(Err((segment, error))) => return Err(failed(Some(segment), error)),
                Next::Ended if left == 0 => return Ok(ended(Outcome::Complete)),
                Next::Ended => {
                    // A task that ends early must never look like the end of its segment.
                    let message = format!("the scan ended with {} unread", counted(left as u64, "segment"));
                    return Err(failed(None, Error::Usage { message, help: None }));
                }
            }
        }
    }
}

/// How long no item has come.
struct Quiet {
    since: Instant,
    /// When it is told next, from then on.
    next: Duration,
    empty_pages: u64,
    before: (u64, u64),
}

impl Quiet {
    fn new(shared: &Shared) -> Self {
        Self { since: Instant::now(), next: LONG, empty_pages: 0, before: shared.troubles() }
    }

    fn came(&mut self, is_empty: bool, shared: &Shared) {
        if is_empty {
            self.empty_pages += 1;
        } else {
            *self = Self::new(shared);
        }
    }

    /// What is to be told now.
    fn told(&mut self, shared: &Shared) -> Option<Waiting> {
        let since = self.since.elapsed();
        if since < self.next {
            return None;
        }
        self.next = since * 2;
        let (throttled, retried) = shared.troubles();
        let (throttled, retried) = (throttled - self.before.0, retried - self.before.1);
        Some(Waiting { since, empty_pages: self.empty_pages, throttled, retried })
    }
}

enum Next<T> {
    Fetched(Fetched<T>),
    Nothing,
    Ended,
}

async fn next<T>(receiver: &mut Receiver<Fetched<T>>) -> Result<Next<T>, Error> {
    Ok(match timeout(POLL, receiver.recv()).await {
        Err(_) => Next::Nothing,
        Ok(Some(fetched)) => Next::Fetched(fetched),
        Ok(None) => Next::Ended,
    })
}

/// Reads segments, one after the other, until none is left or nobody listens.
async fn read_segments<T>(shared: Arc<Shared>, prepare: Arc<impl Fn(Vec<LiveItem>) -> T>, sender: Sender<Fetched<T>>) {
    loop {
        let Some(SegmentStart { segment, start }) = lock(&shared.queue).pop_front() else { return };
        let mut next = start;
        loop {
            let page = match shared.fetch(segment, next.as_ref()).await {
                Ok(page) => page,
                Err(error) => {
                    // Where nobody listens any more the scan has ended already.
                    sender.send(Err((segment, error))).await.ok();
                    return;
                }
            };
            next.clone_from(&page.next);
            let Page { segment, items, is_empty, next: behind, read_units } = page;
            let empty = shared.count_empty(is_empty && next.is_some());
            let page = Page { segment, items: prepare(items), is_empty, next: behind, read_units };
            if sender.send(Ok(page)).await.is_err() {
                return;
            }
            if next.is_none() {
                break;
            }
            if empty >= MOST_EMPTY_PAGES {
                sender.send(Err((segment, shared.endless(MOST_EMPTY_PAGES)))).await.ok();
                return;
            }
        }
    }
}

impl Shared {
    fn new(caller: &Caller, plan: &ScanPlan) -> Self {
        let mut pages = Pages::new(caller.described().as_deref());
        plan.segments.iter().filter_map(|segment| segment.start.as_ref()).for_each(|key| pages.start(key));
        Self {
            caller: caller.clone(),
            table: plan.table.clone(),
            index: plan.index.clone(),
            total_segments: plan.total_segments.max(1),
            page_limit: plan.page_limit,
            queue: Mutex::new(plan.segments.iter().cloned().collect()),
            pace: plan.max_read_units.map(|rate| Mutex::new(Pace::new(rate, Instant::now()))),
            pages: Mutex::new(pages),
            progress: Mutex::new(Instant::now()),
            empty: AtomicU64::new(0),
            throttled: AtomicU64::new(0),
            retried: AtomicU64::new(0),
        }
    }

    /// How often it was throttled, and how often tried again, so far.
    fn troubles(&self) -> (u64, u64) {
        (self.throttled.load(Ordering::Relaxed), self.retried.load(Ordering::Relaxed))
    }

    /// How many pages in a row had no item, after another one came.
    fn count_empty(&self, is_empty: bool) -> u64 {
        if is_empty {
            return self.empty.fetch_add(1, Ordering::Relaxed) + 1;
        }
        self.empty.store(0, Ordering::Relaxed);
        0
    }

    fn endless(&self, pages: u64) -> Error {
        let asked = self.caller.asked("Scan", &self.table, self.index.as_deref());
        asked.at(&self.caller.endpoint(), 0).endless(pages)
    }

    /// The page that begins at a key.
    async fn fetch(&self, segment: u32, start: Option<&StartKey>) -> Result<Page, Error> {
        let mut attempts = Attempts::new(self.caller.patience);
        let page = self.fetch_patiently(segment, start, &mut attempts).await;
        self.throttled.fetch_add(attempts.throttled().into(), Ordering::Relaxed);
        self.retried.fetch_add(attempts.failures().into(), Ordering::Relaxed);
        page
    }

    async fn fetch_patiently(
        &self,
        segment: u32,
        start: Option<&StartKey>,
        attempts: &mut Attempts,
    ) -> Result<Page, Error> {
        let asked = self.caller.asked("Scan", &self.table, self.index.as_deref());
        loop {
            let output = self.caller.ask(asked, attempts, &self.progress, || self.send(segment, start)).await?;
            let id = output.request_id().map(str::to_owned);
            let page = page(segment, output).map_err(|()| asked.at(&self.caller.endpoint(), 0).unreadable_key())?;
            *lock(&self.progress) = Instant::now();
            if lock(&self.pages).take(&page.items, page.next.as_ref(), id.as_deref()) {
                return Ok(page);
            }
            match attempts.after_failure(u32::MAX, Duration::ZERO) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(asked.at(&self.caller.endpoint(), attempts.failures()).repeated()),
            }
        }
    }

    /// Sends one request, when its turn has come.
    async fn send(
        &self,
        segment: u32,
        start: Option<&StartKey>,
    ) -> Result<ScanOutput, SdkError<ScanError, HttpResponse>> {
        let mut taken = 0.0;
        if let Some(pace) = &self.pace {
            taken = loop {
                let turn = lock(pace).take(Instant::now());
                match turn {
                    Ok(taken) => break taken,
                    Err(wait) => tokio::time::sleep(wait).await,
                }
            };
        }
        let narrow = self.pace.as_ref().and_then(|pace| lock(pace).page_limit());
        let limit = self.page_limit.into_iter().chain(narrow).min();
        let answer = self
            .caller
            .client
            .scan()
            .table_name(&self.table)
            .set_index_name(self.index.clone())
            // The API has them as 32-bit integers, and both are at most a million.
            .segment(i32::try_from(segment).unwrap_or(i32::MAX))
            .total_segments(i32::try_from(self.total_segments).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start.map(StartKey::to_sdk))
            .set_limit(limit)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .consistent_read(false)
            .send()
            .await;
        if let Some(pace) = &self.pace {
            match &answer {
                Ok(output) => lock(pace).settle(taken, used(output), output.items().len()),
                Err(_) => lock(pace).give_back(taken),
            }
        }
        answer
    }
}

/// The read units of a page; counted from its items where the answer does not say, as some local servers do not.
fn used(output: &ScanOutput) -> f64 {
    let stated = output.consumed_capacity().and_then(|capacity| capacity.capacity_units());
    stated.unwrap_or_else(|| read_units(output.items().iter().map(item_size).sum()))
}

/// The page of an answer. An answer whose key cannot be read has no page: the segment could not go on; and one of which
/// the SDK took another number of items than it counts lacks some.
fn page(segment: u32, output: ScanOutput) -> Result<Page, ()> {
    if usize::try_from(output.count) != Ok(output.items().len()) {
        return Err(());
    }
    let read_units = used(&output);
    let next = match output.last_evaluated_key {
        // What is empty says that there is more, and not where.
        Some(key) => Some(StartKey::from_sdk(&key).filter(|_| !key.is_empty()).ok_or(())?),
        None => None,
    };
    let items = output.items.unwrap_or_default();
    Ok(Page { segment, is_empty: items.is_empty(), items, next, read_units })
}
