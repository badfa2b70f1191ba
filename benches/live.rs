//! How much longer an audit of a live table takes than a scan that throws the items away: `cargo bench --bench live`.
//!
//! The table has 50,000 items of about 700 bytes. `dynkeys audit` runs as a process, from its start to its report; the
//! bare scan is the AWS SDK's alone, with as many segments and as many of them at a time; it is timed with DescribeTable
//! before it, by which segments are chosen and which the audit compares with the models, and without. They take turns. First before
//! a DynamoDB-compatible server on this machine, which competes for the processors; then before one that has every
//! answer ready, so that nothing but taking answers apart and checking is measured.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench without its input has nothing to measure")]

#[path = "../tests/support/dynamodb.rs"]
mod dynamodb;

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, Region, SharedCredentialsProvider};
use aws_smithy_http_client::{Builder, tls};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use dynamodb::{Fault, Proxy, Server, environment, shop};

const COUNT: usize = 50_000;
const SEGMENTS: u32 = 16;
const ROUNDS: usize = 9;

fn main() {
    // `cargo test --benches` runs this, too; then once is enough.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { ROUNDS } else { 1 };
    let server = Server::start(&[shop()]);
    server.put("shop", items());
    let ready = Proxy::start(&server, |request| request.scan.map(|_| Fault::Remember));
    println!("{COUNT} items, {SEGMENTS} segments, {rounds} rounds: medians in milliseconds");
    for (name, endpoint) in
        [("a server on this machine", server.url()), ("a server with every answer ready", ready.url())]
    {
        bare(&endpoint);
        audit(&endpoint);
        let (mut scans, mut bares, mut audits) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let (scan, bare) = bare(&endpoint);
            scans.push(scan);
            bares.push(bare);
            audits.push(audit(&endpoint));
        }
        let (scan, bare, audit) = (median(scans), median(bares), median(audits));
        println!(
            "{name}: bare scan {scan:.0}, with DescribeTable {bare:.0}, audit {audit:.0}: {:.3} and {:.3} times that",
            audit / scan,
            audit / bare
        );
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}

/// Users with nine orders each.
fn items() -> impl Iterator<Item = Value> {
    let text = |text: String| json!({ "S": text });
    (0..COUNT).map(move |at| {
        let (user, order) = (format!("u{:06}", at / 10), at % 10);
        let note = "Leave it with the neighbour, please; the bell does not ring. ".repeat(5);
        if order == 0 {
            return json!({
                "pk": text(format!("user#{user}")), "sk": text(format!("user#{user}")), "id": text(user.clone()),
                "email": text(format!("{user}@example.com")), "gsi1_pk": text(format!("email#{user}@example.com")),
                "gsi1_sk": text(format!("user#{user}")), "name": text(note),
            });
        }
        let (id, status, placed) =
            (format!("o{at:07}"), ["open", "paid", "sent"][at % 3], format!("2024-05-{:02}T10:00:00Z", 1 + at % 28));
        json!({
            "pk": text(format!("user#{user}")), "sk": text(format!("order#{id}")), "id": text(id.clone()),
            "user_id": text(user), "status": text(status.to_owned()), "placed_at": text(placed.clone()),
            "lsi1_sk": text(format!("placed#{placed}")), "gsi1_pk": text(format!("status#{status}")),
            "gsi1_sk": text(format!("order#{id}")), "name": text(note), "total": { "N": (at * 7).to_string() },
            "lines": { "L": [{ "M": { "sku": text(format!("s{at}")), "count": { "N": "2" } } }] },
        })
    })
}

/// An audit as a process.
fn audit(endpoint: &str) -> Duration {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dynkeys"));
    let segments = SEGMENTS.to_string();
    command
        .args(["audit", "fixtures/audit/live/models", "--table", "shop", "--endpoint-url", endpoint])
        .args(["--segments", &segments, "--format", "json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .envs(environment())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let begin = Instant::now();
    let output = command.output().unwrap();
    let time = begin.elapsed();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["coverage"]["items"], &report["summary"]["errors"]), (&json!(COUNT), &json!(0)));
    time
}

/// The SDK's scan, alone, and with DescribeTable before it.
fn bare(endpoint: &str) -> (Duration, Duration) {
    let begin = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (count, described) = runtime.block_on(async {
        let credentials = Credentials::new("AKIDEXAMPLE", "not-a-secret", None, None, "bench");
        let config = aws_config::SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .endpoint_url(endpoint)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(
                Builder::new()
                    .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
                    .build_https(),
            )
            .build();
        let client = Client::new(&config);
        let before = Instant::now();
        client.describe_table().table_name("shop").send().await.unwrap();
        let described = before.elapsed();
        let places = Arc::new(Semaphore::new(dynkeys::source::live::ScanPlan::CONCURRENCY));
        let mut tasks = tokio::task::JoinSet::new();
        for segment in 0..SEGMENTS {
            let (client, places) = (client.clone(), Arc::clone(&places));
            tasks.spawn(async move {
                let _place = places.acquire().await.unwrap();
                let (mut count, mut next) = (0, None);
                loop {
                    let page = client
                        .scan()
                        .table_name("shop")
                        .segment(segment.try_into().unwrap())
                        .total_segments(SEGMENTS.try_into().unwrap())
                        .return_consumed_capacity(aws_sdk_dynamodb::types::ReturnConsumedCapacity::Total)
                        .consistent_read(false)
                        .set_exclusive_start_key(next)
                        .send()
                        .await
                        .unwrap();
                    count += page.items().len();
                    next = page.last_evaluated_key;
                    if next.is_none() {
                        return count;
                    }
                }
            });
        }
        (tasks.join_all().await.into_iter().sum::<usize>(), described)
    });
    let time = begin.elapsed();
    assert_eq!(count, COUNT);
    (time - described, time)
}
