//! What a scan reads, in which order, how fast, and where it stops.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use dynkeys::model::KeyType;
use dynkeys::source::live::{AttributeValue, Outcome, SegmentStart};
use dynkeys::source::{StartKey, TableProjection};
use serde_json::json;

use super::dynamodb::{Fault, Proxy, Server, shop};
use super::{Seen, connect, items, plan, scan};

#[test]
fn a_table_is_described() {
    let server = Server::start(&[shop()]);
    server.put("shop", items(30));
    let table = connect(&server.url()).describe("shop").unwrap();
    assert_eq!((table.name.as_str(), table.status.as_str(), table.items), ("shop", "ACTIVE", 30));
    assert!(table.on_demand && table.read_capacity.is_none() && table.bytes > 0);
    assert!(table.arn.unwrap().ends_with(":table/shop") && table.region.is_some());
    assert_eq!(table.keys.partition, [("pk".to_owned(), KeyType::S)]);
    assert_eq!(table.keys.sort, [("sk".to_owned(), KeyType::S)]);
    let [gsi, lsi] = table.indexes.as_slice() else { panic!("{:?}", table.indexes) };
    assert_eq!((gsi.name.as_str(), gsi.is_local, &gsi.projection), ("gsi1", false, &TableProjection::All));
    assert_eq!(gsi.keys.sort, [("gsi1_sk".to_owned(), KeyType::S)]);
    let included = TableProjection::Include(vec!["name".to_owned()]);
    assert_eq!((lsi.name.as_str(), lsi.is_local, &lsi.projection), ("lsi1", true, &included));
    assert_eq!(lsi.keys.partition, [("pk".to_owned(), KeyType::S)]);
    assert_eq!(lsi.keys.sort, [("lsi1_sk".to_owned(), KeyType::S)]);
}

#[test]
fn every_item_is_read_once_whatever_the_segments() {
    let server = Server::start(&[shop()]);
    server.put("shop", items(500));
    let proxy = Proxy::quiet(&server);
    let connection = connect(&proxy.url());
    for (segments, concurrency, limit) in [(1, 1, 500), (1, 8, 7), (7, 3, 20), (64, 16, 50)] {
        let (seen, pages, end) = scan(&connection, &plan(segments, concurrency, limit));
        seen.assert_once(500);
        assert_eq!((end.throttled, end.retried), (0, 0));
        assert_eq!(pages.iter().filter(|page| page.next.is_none()).count(), segments as usize);
        assert!(pages.iter().all(|page| page.read_units > 0.0 || page.items.is_empty()));
    }
    connection.describe("shop").unwrap();
    let requests = proxy.requests();
    assert!(requests.iter().all(|request| request.is_read()), "{requests:?}");
    let scans = requests.iter().filter(|request| request.scan.is_some());
    for request in scans {
        assert_eq!(request.body["ReturnConsumedCapacity"], "TOTAL");
        assert_ne!(request.body["ConsistentRead"], true);
    }
}

#[test]
fn indexes_are_read_too() {
    let server = Server::start(&[shop()]);
    server.put("shop", items(200));
    // Not in the index.
    server.put("shop", [json!({ "pk": { "S": "user#x" }, "sk": { "S": "user#x" } })]);
    for index in ["gsi1", "lsi1"] {
        let mut plan = plan(3, 3, 13);
        plan.index = Some(index.to_owned());
        scan(&connect(&server.url()), &plan).0.assert_once(200);
    }
}

#[test]
fn values_arrive_as_they_were_written() {
    let server = Server::start(&[shop()]);
    server.put("shop", items(1));
    let (_, pages, _) = scan(&connect(&server.url()), &plan(1, 1, 10));
    let wanted: HashMap<String, AttributeValue> = [
        ("pk", AttributeValue::S("user#0".to_owned())),
        ("sk", AttributeValue::S("order#00000".to_owned())),
        ("gsi1_pk", AttributeValue::S("status#0".to_owned())),
        ("gsi1_sk", AttributeValue::S("order#00000".to_owned())),
        ("lsi1_sk", AttributeValue::S("0".to_owned())),
        ("name", AttributeValue::S(String::new())),
        ("total", AttributeValue::N("0.5".to_owned())),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    assert_eq!(pages[0].items, [wanted]);
}

#[test]
fn an_interrupted_scan_goes_on_elsewhere() {
    const COUNT: usize = 600;
    let server = Server::start(&[shop()]);
    server.put("shop", items(COUNT));
    for stop_after in [1, 5, 17, 40] {
        let mut seen = Seen::default();
        let mut plan = plan(6, 3, 10);
        let mut runs = 0;
        loop {
            runs += 1;
            let mut places: HashMap<u32, Option<StartKey>> = HashMap::new();
            let mut pages = 0;
            plan.interrupted.store(false, Ordering::Relaxed);
            let flag = plan.interrupted.clone();
            let end = connect(&server.url()).scan(&plan, &mut |page| {
                seen.add(&page.items);
                places.insert(page.segment, page.next);
                pages += 1;
                flag.store(pages == stop_after, Ordering::Relaxed);
                ControlFlow::Continue(())
            });
            // What a checkpoint would hold: text.
            let left = plan.segments.iter().filter_map(|old| match places.get(&old.segment) {
                Some(None) => None,
                Some(Some(next)) => {
                    let text = serde_json::to_string(next).unwrap();
                    let start = Some(serde_json::from_str(&text).unwrap());
                    Some(SegmentStart { segment: old.segment, start })
                }
                None => Some(old.clone()),
            });
            plan.segments = left.collect();
            match end.unwrap().outcome {
                Outcome::Complete => break,
                Outcome::Interrupted => assert_eq!(pages, stop_after),
                Outcome::Stopped => panic!("nobody stopped it"),
            }
        }
        assert!(runs > 1);
        seen.assert_once(COUNT);
    }
}

#[test]
fn binary_and_number_keys_go_on_too() {
    let hash = json!({ "AttributeName": "b", "KeyType": "HASH" });
    let range = json!({ "AttributeName": "n", "KeyType": "RANGE" });
    let types = json!([
        { "AttributeName": "b", "AttributeType": "B" }, { "AttributeName": "n", "AttributeType": "N" },
    ]);
    let table = json!({
        "TableName": "shop", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [hash, range], "AttributeDefinitions": types,
    });
    let server = Server::start(&[table]);
    server.put(
        "shop",
        (0..60).map(|at: i32| json!({ "b": { "B": if at % 2 == 0 { "AP8=" } else { "/w==" } }, "n": { "N": at.to_string() }, "sk": { "S": at.to_string() } })),
    );
    scan(&connect(&server.url()), &plan(2, 2, 7)).0.assert_once(60);
}

#[test]
fn a_scan_stops_where_the_visitor_does() {
    let server = Server::start(&[shop()]);
    server.put("shop", items(300));
    let proxy = Proxy::quiet(&server);
    let mut pages = 0;
    let end = connect(&proxy.url()).scan(&plan(4, 2, 10), &mut |_| {
        pages += 1;
        if pages == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((end.unwrap().outcome, pages), (Outcome::Stopped, 3));
    // Only what was read ahead: at most two pages for each of the two segments.
    assert!(proxy.requests().len() <= 3 + 4 + 2, "{}", proxy.requests().len());
}

#[test]
fn an_interrupt_does_not_wait_for_an_answer() {
    let server = Server::start(&[shop()]);
    let proxy = Proxy::start(&server, |_| Some(Fault::Hang));
    let plan = plan(1, 1, 10);
    let flag = plan.interrupted.clone();
    let begin = Instant::now();
    let interrupt = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        flag.store(true, Ordering::Relaxed);
    });
    let connection = connect(&proxy.url());
    let end = connection.scan(&plan, &mut |_| ControlFlow::Continue(())).unwrap();
    drop(connection);
    interrupt.join().unwrap();
    assert_eq!(end.outcome, Outcome::Interrupted);
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
fn read_units_are_bounded() {
    let server = Server::start(&[shop()]);
    server.put("shop", items(400));
    let connection = connect(&server.url());
    let mut plan = plan(4, 4, 10);
    plan.max_read_units = Some(10.0);
    let begin = Instant::now();
    let (seen, pages, _) = scan(&connection, &plan);
    let seconds = begin.elapsed().as_secs_f64();
    seen.assert_once(400);
    let used: f64 = pages.iter().map(|page| page.read_units).sum();
    // The first second's units are there at the beginning, and a request in flight may take some ahead.
    assert!(used > 20.0 && used <= 10.0 * (seconds + 2.0), "{used} units in {seconds} s");
}

#[test]
fn fetching_goes_on_while_pages_are_looked_at() {
    let server = Server::start(&[shop()]);
    server.put("shop", items(100));
    let pause = Duration::from_millis(30);
    let proxy = Proxy::start(&server, move |_| Some(Fault::Delay(pause)));
    let begin = Instant::now();
    let mut pages = 0;
    let end = connect(&proxy.url()).scan(&plan(1, 1, 5), &mut |_| {
        pages += 1;
        std::thread::sleep(pause);
        ControlFlow::Continue(())
    });
    assert_eq!(end.unwrap().outcome, Outcome::Complete);
    // One after the other each page would take two pauses.
    assert!(begin.elapsed() < pause * (2 * pages - 4), "{pages} pages in {:?}", begin.elapsed());
}
