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

use super::connection::{Caller, Connection, lock};
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

/// How soon an interrupt is seen.
const POLL: Duration = Duration::from_millis(50);

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
        self.scan_with(plan, |items| items, visit)
    }

    /// The same, where `prepare` makes something of the items of a page before, on the threads that fetch.
    pub fn scan_with<T: Send + 'static>(
        &self,
        plan: &ScanPlan,
        prepare: impl Fn(Vec<LiveItem>) -> T + Send + Sync + 'static,
        visit: &mut dyn FnMut(Page<T>) -> ControlFlow<()>,
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
        loop {
            if plan.interrupted.load(Ordering::Relaxed) {
                return Ok(ended(Outcome::Interrupted));
            }
            let fetched = self.threads.run(next(&mut receiver)).map_err(|error| failed(None, error))?;
            match fetched {
                Next::Nothing => {}
                Next::Fetched(Ok(page)) => {
                    left -= usize::from(page.next.is_none());
                    if visit(page).is_break() {
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
            let Page { segment, items, next: behind, read_units } = page;
            let page = Page { segment, items: prepare(items), next: behind, read_units };
            if sender.send(Ok(page)).await.is_err() {
                return;
            }
            if next.is_none() {
                break;
            }
        }
    }
}

impl Shared {
    fn new(caller: &Caller, plan: &ScanPlan) -> Self {
        let mut pages = Pages::default();
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
            throttled: AtomicU64::new(0),
            retried: AtomicU64::new(0),
        }
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
            match attempts.after_failure(u32::MAX) {
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

/// The page of an answer. An answer whose key cannot be read has no page: the segment could not go on.
fn page(segment: u32, output: ScanOutput) -> Result<Page, ()> {
    let read_units = used(&output);
    let next = match output.last_evaluated_key.filter(|key| !key.is_empty()) {
        Some(key) => Some(StartKey::from_sdk(&key).ok_or(())?),
        None => None,
    };
    Ok(Page { segment, items: output.items.unwrap_or_default(), next, read_units })
}
