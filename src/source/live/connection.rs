//! A connection to DynamoDB.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{AppName, ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::types::{
    BillingMode, GlobalSecondaryIndexDescription, KeySchemaElement, KeyType as SdkKeyType,
    LocalSecondaryIndexDescription, Projection, ProvisionedThroughputDescription,
    TableDescription as SdkTableDescription,
};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::checked::CheckedClient;
use super::failure::{Asked, Trouble, is_unanswered, trouble};
use super::open::{ConnectOptions, configure, http_client};
use super::patience::{Attempts, Patience};
use crate::error::Error;
use crate::model::KeyType;
use crate::source::table::{
    IndexDescription, KeySchema, TableDescription, TableProjection, capacity, key_type, region_of,
};

/// A connection to DynamoDB in one region, with one set of credentials.
#[derive(Debug)]
pub struct Connection {
    pub(super) threads: Threads,
    pub(super) caller: Caller,
}

/// Who watches over a first contact, which may take long.
#[derive(Default)]
pub struct Watch<'w> {
    /// The contact ends soon after this becomes true.
    pub interrupted: Arc<AtomicBool>,
    /// Is told who is waited for, where it takes more than a moment.
    pub waits_for: Option<&'w mut dyn FnMut(&str)>,
}

/// The threads on which requests run.
#[derive(Debug)]
pub(super) struct Threads(Option<Runtime>);

/// What a request needs; tasks have copies.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub client: Client,
    pub patience: Patience,
    region: String,
    endpoint: Arc<Mutex<String>>,
    /// True once DynamoDB has answered anything.
    is_reached: Arc<AtomicBool>,
    /// The number that it gave its description of a table.
    described: Arc<Mutex<Option<String>>>,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A page of 1 MB takes well under a second.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// How often an endpoint that has never answered is tried again: it is more likely misspelt than away.
const FIRST_CONTACT_RETRIES: u32 = 2;

/// For how long an endpoint that has never answered is waited for.
const FIRST_CONTACT: Duration = Duration::from_secs(30);

/// How soon an interrupt is seen.
pub(super) const POLL: Duration = Duration::from_millis(50);

/// After so long it is said who is waited for.
const PATIENT_FOR: Duration = Duration::from_millis(1500);

impl Connection {
    /// Finds the region and the credentials. Nothing is asked of DynamoDB yet.
    pub fn open(options: &ConnectOptions) -> Result<Self, Error> {
        Self::open_watched(options, &mut Watch::default())
    }

    /// The same under a watch: credentials may come from far away.
    pub fn open_watched(options: &ConnectOptions, watch: &mut Watch<'_>) -> Result<Self, Error> {
        let threads = Threads::start()?;
        let config = threads.run_watched(configure(options), watch, || "AWS credentials".to_owned())?;
        Ok(Self { threads, caller: Caller::new(&config, Patience::default()) })
    }

    /// A connection with a configuration of the SDK that is complete already.
    pub fn with_config(config: &SdkConfig, patience: Patience) -> Result<Self, Error> {
        Ok(Self { threads: Threads::start()?, caller: Caller::new(config, patience) })
    }

    /// The region that is asked.
    pub fn region(&self) -> &str {
        &self.caller.region
    }

    /// Asks for the description of a table, by its name or its ARN. It may be one that cannot be read yet:
    /// [`TableDescription::ensure_readable`].
    pub fn describe(&self, table: &str) -> Result<TableDescription, Error> {
        self.describe_watched(table, &mut Watch::default())
    }

    /// The same under a watch: this is the first that is asked, and it may be that nobody answers.
    pub fn describe_watched(&self, table: &str, watch: &mut Watch<'_>) -> Result<TableDescription, Error> {
        let who = || self.caller.endpoint();
        let output = self.threads.run_watched(self.caller.describe(table), watch, who)?;
        let incomplete = |reason: String| {
            Error::usage(
                format!("DynamoDB describes the table `{table}` incompletely: {reason}"),
                "check that the endpoint is DynamoDB",
            )
        };
        let described = output.ok_or_else(|| incomplete("there is no table".to_owned()))?;
        description(described, table).map_err(incomplete)
    }
}

impl Threads {
    fn start() -> Result<Self, Error> {
        // Pages are taken apart on these threads, which is most of the work; the caller's checks have one of their own.
        let threads = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, 4);
        let mut builder = Builder::new_multi_thread();
        let built = builder.worker_threads(threads).thread_name("dynkeys-fetch").enable_all().build();
        let cannot = |reason| Error::Usage { message: format!("no threads can be started: {reason}"), help: None };
        Ok(Self(Some(built.map_err(cannot)?)))
    }

    /// Runs a future to its end on this thread; tasks go on meanwhile.
    pub(super) fn run<T>(&self, future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        match &self.0 {
            Some(runtime) => runtime.block_on(future),
            None => Err(Error::Usage { message: "the connection is closed".to_owned(), help: None }),
        }
    }
}

impl Threads {
    /// The same under a watch. `who` is waited for.
    fn run_watched<T>(
        &self,
        future: impl Future<Output = Result<T, Error>>,
        watch: &mut Watch<'_>,
        who: impl Fn() -> String,
    ) -> Result<T, Error> {
        self.run(async {
            let begin = Instant::now();
            let mut future = pin!(future);
            loop {
                if let Ok(done) = timeout(POLL, &mut future).await {
                    return done;
                }
                if watch.interrupted.load(Ordering::Relaxed) {
                    let message = format!("interrupted while waiting for {}: nothing was read", who());
                    return Err(Error::Usage { message, help: None });
                }
                if begin.elapsed() >= PATIENT_FOR
                    && let Some(tell) = watch.waits_for.take()
                {
                    tell(&who());
                }
            }
        })
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // The end of the run does not wait for a name server that does not answer.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Caller {
    fn new(config: &SdkConfig, patience: Patience) -> Self {
        let region = config.region().map(|region| region.as_ref().to_owned()).unwrap_or_default();
        let endpoint = match config.endpoint_url() {
            Some(url) => url.to_owned(),
            None => format!("https://dynamodb.{region}.amazonaws.com"),
        };
        let endpoint = Arc::new(Mutex::new(endpoint));
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let mut builder = aws_sdk_dynamodb::config::Builder::from(config)
            .behavior_version(BehaviorVersion::latest())
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .interceptor(Endpoint(Arc::clone(&endpoint)));
        let client = config.http_client().unwrap_or_else(http_client);
        builder = builder.http_client(CheckedClient { client, stalled: patience.stalled });
        builder.set_app_name(AppName::new("dynkeys").ok());
        let client = Client::from_conf(builder.build());
        Self { client, patience, region, endpoint, is_reached: Arc::default(), described: Arc::default() }
    }

    /// Asks until there is an answer or no more patience. `progress` is when anything was last answered, or when the
    /// first request was sent.
    pub(super) async fn ask<T, E, F>(
        &self,
        asked: Asked<'_>,
        attempts: &mut Attempts,
        progress: &Mutex<Instant>,
        send: impl Fn() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let begin = Instant::now();
        loop {
            let failure = match send().await {
                Ok(answer) => {
                    self.is_reached.store(true, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            if !is_unanswered(&failure) {
                self.is_reached.store(true, Ordering::Relaxed);
            }
            let is_reached = self.is_reached.load(Ordering::Relaxed);
            let wait = match trouble(&failure) {
                Trouble::Throttled => attempts.after_throttling(*lock(progress), Instant::now()),
                Trouble::Transient if is_reached => {
                    let since = begin.max(*lock(progress));
                    attempts.after_failure(u32::MAX, since.elapsed())
                }
                Trouble::Transient if begin.elapsed() >= FIRST_CONTACT => attempts.after_failure(0, Duration::ZERO),
                Trouble::Transient => attempts.after_failure(FIRST_CONTACT_RETRIES, Duration::ZERO),
                Trouble::Final => None,
            };
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => {
                    let endpoint = self.endpoint();
                    let asked = asked.at(&endpoint, attempts.failures());
                    return Err(match trouble(&failure) {
                        Trouble::Throttled => asked.throttled(self.patience.throttled.as_secs(), failure.code()),
                        _ => asked.error(&failure),
                    });
                }
            }
        }
    }

    /// What is asked, for messages.
    pub(super) fn asked<'a>(&'a self, operation: &'static str, table: &'a str, index: Option<&'a str>) -> Asked<'a> {
        Asked { operation, table, index, region: &self.region, endpoint: "", failures: 0 }
    }

    /// The number of the answer that described a table.
    pub(super) fn described(&self) -> Option<String> {
        lock(&self.described).clone()
    }

    /// Where the last request went.
    pub(super) fn endpoint(&self) -> String {
        lock(&self.endpoint).clone()
    }

    async fn describe(&self, table: &str) -> Result<Option<SdkTableDescription>, Error> {
        let mut attempts = Attempts::new(self.patience);
        let begin = Mutex::new(Instant::now());
        let asked = self.asked("DescribeTable", table, None);
        let send = || self.client.describe_table().table_name(table).send();
        let answer = self.ask(asked, &mut attempts, &begin, send).await?;
        *lock(&self.described) = answer.request_id().map(str::to_owned);
        Ok(answer.table)
    }
}

/// What a mutex guards; what a panicking thread left is whole here.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Remembers where requests go: the SDK has many ways to say so, and an error names the one that counted.
#[derive(Debug)]
struct Endpoint(Arc<Mutex<String>>);

impl Intercept for Endpoint {
    fn name(&self) -> &'static str {
        "Endpoint"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let uri = context.request().uri();
        let url = uri.split('?').next().unwrap_or(uri).trim_end_matches('/');
        let mut known = lock(&self.0);
        if *known != url {
            url.clone_into(&mut known);
        }
        Ok(())
    }
}

fn description(table: SdkTableDescription, asked: &str) -> Result<TableDescription, String> {
    let definitions = table.attribute_definitions.unwrap_or_default().into_iter();
    let types = definitions.map(|known| Ok((known.attribute_name, key_type(known.attribute_type.as_str())?)));
    let types: Vec<(String, KeyType)> = types.collect::<Result<_, String>>()?;
    let global = table.global_secondary_indexes.unwrap_or_default().into_iter();
    let local = table.local_secondary_indexes.unwrap_or_default().into_iter();
    let indexes = global.map(|index| global_index(index, &types));
    let indexes = indexes.chain(local.map(|index| local_index(index, &types))).collect::<Result<_, String>>()?;
    let mode = table.billing_mode_summary.and_then(|summary| summary.billing_mode);
    Ok(TableDescription {
        name: table.table_name.unwrap_or_else(|| asked.to_owned()),
        region: table.table_arn.as_deref().and_then(region_of),
        arn: table.table_arn,
        status: table.table_status.map_or_else(String::new, |status| status.as_str().to_owned()),
        keys: schema(table.key_schema, &types)?,
        indexes,
        items: count(table.item_count),
        bytes: count(table.table_size_bytes),
        on_demand: mode == Some(BillingMode::PayPerRequest),
        read_capacity: read_capacity(table.provisioned_throughput),
    })
}

fn global_index(
    index: GlobalSecondaryIndexDescription,
    types: &[(String, KeyType)],
) -> Result<IndexDescription, String> {
    Ok(IndexDescription {
        name: index.index_name.unwrap_or_default(),
        is_local: false,
        keys: schema(index.key_schema, types)?,
        projection: projection(index.projection),
        items: count(index.item_count),
        bytes: count(index.index_size_bytes),
        status: index.index_status.map_or_else(|| "ACTIVE".to_owned(), |status| status.as_str().to_owned()),
        is_backfilling: index.backfilling.unwrap_or_default(),
        read_capacity: read_capacity(index.provisioned_throughput),
    })
}

fn local_index(index: LocalSecondaryIndexDescription, types: &[(String, KeyType)]) -> Result<IndexDescription, String> {
    Ok(IndexDescription {
        name: index.index_name.unwrap_or_default(),
        is_local: true,
        keys: schema(index.key_schema, types)?,
        projection: projection(index.projection),
        items: count(index.item_count),
        bytes: count(index.index_size_bytes),
        status: "ACTIVE".to_owned(),
        is_backfilling: false,
        read_capacity: None,
    })
}

fn schema(elements: Option<Vec<KeySchemaElement>>, types: &[(String, KeyType)]) -> Result<KeySchema, String> {
    let elements = elements.unwrap_or_default().into_iter();
    KeySchema::new(elements.map(|element| (element.attribute_name, element.key_type == SdkKeyType::Hash)), types)
}

fn projection(projection: Option<Projection>) -> TableProjection {
    match projection {
        None => TableProjection::All,
        Some(projection) => TableProjection::new(
            projection.projection_type.as_ref().map_or("", |kind| kind.as_str()),
            projection.non_key_attributes.unwrap_or_default(),
        ),
    }
}

fn read_capacity(throughput: Option<ProvisionedThroughputDescription>) -> Option<u64> {
    capacity(throughput.and_then(|known| known.read_capacity_units).and_then(|units| u64::try_from(units).ok()))
}

fn count(number: Option<i64>) -> u64 {
    number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default()
}
