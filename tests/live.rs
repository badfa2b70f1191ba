//! The live half of an audit against a DynamoDB in this process, with and without faults on the way.
#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/dynamodb.rs"]
mod dynamodb;
#[path = "support/stub.rs"]
mod stub;

mod common;

#[path = "live/answers.rs"]
mod answers;
#[path = "live/audit.rs"]
mod audit;
#[path = "live/errors.rs"]
mod errors;
#[path = "live/faults.rs"]
mod faults;
#[path = "live/findings.rs"]
mod findings;
#[path = "live/open.rs"]
mod open;
#[path = "live/scan.rs"]
mod scan;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use dynkeys::source::live::{Connection, LiveItem, Outcome, Page, Patience, ScanEnd, ScanPlan};
use serde_json::{Value, json};

/// A connection to an endpoint, without anything of this process's environment, that waits shortly.
fn connect(endpoint: &str) -> Connection {
    connect_with(endpoint, Patience { first_wait: Duration::from_millis(2), ..Patience::default() })
}

fn connect_with(endpoint: &str, patience: Patience) -> Connection {
    let credentials = Credentials::new("AKIDEXAMPLE", "not-a-secret", None, None, "test");
    let config = aws_config::SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    Connection::with_config(&config, patience).unwrap()
}

/// Users and their orders, `count` items, ten in a partition.
fn items(count: usize) -> impl Iterator<Item = Value> {
    (0..count).map(|at| {
        json!({
            "pk": { "S": format!("user#{}", at / 10) },
            "sk": { "S": format!("order#{at:05}") },
            "gsi1_pk": { "S": format!("status#{}", at % 3) },
            "gsi1_sk": { "S": format!("order#{at:05}") },
            "lsi1_sk": { "S": format!("{}", at % 7) },
            "name": { "S": "x".repeat(at % 50) },
            "total": { "N": format!("{at}.5") },
        })
    })
}

/// How often each item was seen, by its sort key.
#[derive(Debug, Default)]
struct Seen(BTreeMap<String, usize>);

impl Seen {
    fn add(&mut self, items: &[LiveItem]) {
        for item in items {
            *self.0.entry(item["sk"].as_s().unwrap().clone()).or_default() += 1;
        }
    }

    #[track_caller]
    fn assert_once(&self, count: usize) {
        let often: Vec<_> = self.0.iter().filter(|(_, times)| **times != 1).take(5).collect();
        assert!(often.is_empty(), "seen more than once: {often:?}");
        assert_eq!(self.0.len(), count, "items are missing");
    }
}

/// A plan with small pages.
fn plan(segments: u32, concurrency: usize, page_limit: i32) -> ScanPlan {
    ScanPlan { concurrency, page_limit: Some(page_limit), ..ScanPlan::new("shop", segments) }
}

/// Reads all of a plan.
#[track_caller]
fn scan(connection: &Connection, plan: &ScanPlan) -> (Seen, Vec<Page>, ScanEnd) {
    let (mut seen, mut pages) = (Seen::default(), Vec::new());
    let end = connection.scan(plan, &mut |page| {
        seen.add(&page.items);
        pages.push(page);
        ControlFlow::Continue(())
    });
    let end = end.unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!(end.outcome, Outcome::Complete);
    (seen, pages, end)
}
