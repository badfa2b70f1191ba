//! Answers that are not whole, are not DynamoDB's, or do not come: none of them counts, and the scan says so.

use std::ops::ControlFlow;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dynkeys::source::live::{Patience, ScanPlan, Step};
use serde_json::{Value, json};

use super::common::{Run, command, finish, read, root};
use super::dynamodb::environment;
use super::stub::{Answer, Asked, COUNT, Stub, description, http, page};
use super::{Seen, connect_with};

/// Waits shortly, and not often.
fn quick() -> Patience {
    let wait = Duration::from_millis(2);
    Patience {
        retries: 3,
        stalled: Duration::from_millis(200),
        first_wait: wait,
        longest_wait: wait,
        ..Patience::default()
    }
}

/// What a scan saw, how often it was tried again, and why it failed.
fn scan(stub: &Stub, patience: Patience) -> (Seen, Result<u64, String>) {
    let mut seen = Seen::default();
    let end = connect_with(&stub.url(), patience).scan(&ScanPlan::new("t", 4), &mut |page| {
        seen.add(&page.items);
        ControlFlow::Continue(())
    });
    (seen, end.map(|end| end.retried).map_err(|failure| failure.error.to_string()))
}

/// The body of a right answer after a change.
fn changed(asked: &Asked, change: impl FnOnce(&mut Value)) -> Answer {
    let mut answer = asked.right();
    change(&mut answer);
    Answer::json(&answer)
}

/// An answer with more headers.
fn with(headers: &str, body: &[u8]) -> Answer {
    Answer::Message(http("200 OK", headers, body))
}

fn deep(levels: usize) -> Vec<u8> {
    let (open, close) = (r#"{"L":["#.repeat(levels), "]}".repeat(levels));
    format!(r#"{{"Items":[{{"pk":{{"S":"a"}},"sk":{{"S":"a"}},"x":{open}{close}}}],"Count":1}}"#).into_bytes()
}

fn right(asked: &Asked) -> Vec<u8> {
    asked.right().to_string().into_bytes()
}

type Fault = (&'static str, fn(&Asked) -> Answer, &'static str);

/// Answers to Scan with a name, and what is said where they do not end.
const FAULTS: &[Fault] = &[
    ("empty", |_| Answer::Body("200 OK", vec![]), "it is empty (status 200)"),
    ("object", |_| Answer::Body("200 OK", b"{}".to_vec()), "there is no `Count` (status 200); it says `{}`"),
    ("array", |_| Answer::Body("200 OK", b"[]".to_vec()), "it says `[]`"),
    ("no content", |_| Answer::Message(http("204 No Content", "", b"")), "it is empty (status 204)"),
    ("null items", |asked| changed(asked, |all| all["Items"] = Value::Null), "`Items` is not a list"),
    ("no items", |asked| changed(asked, |all| drop(all.as_object_mut().unwrap().remove("Items"))), "no `Items`"),
    ("no count", |asked| changed(asked, |all| drop(all.as_object_mut().unwrap().remove("Count"))), "no `Count`"),
    (
        "fewer items",
        |asked| changed(asked, |all| all["Items"].as_array_mut().unwrap().truncate(50)),
        "`Count` is 100, and there are 50 items",
    ),
    ("more items", |asked| changed(asked, |all| all["Count"] = 99.into()), "`Count` is 99, and there are 100 items"),
    ("an item that is null", |asked| changed(asked, |all| all["Items"][7] = Value::Null), "item 7 is not an object"),
    (
        "a value that is null",
        |asked| changed(asked, |all| all["Items"][7]["id"] = Value::Null),
        "an attribute has a value without a type",
    ),
    (
        "a type of tomorrow",
        |asked| changed(asked, |all| all["Items"][7]["id"] = json!({ "DATE": "2024" })),
        "the unknown type `DATE`",
    ),
    ("an empty key", |asked| changed(asked, |all| all["LastEvaluatedKey"] = json!({})), "`LastEvaluatedKey` is empty"),
    (
        "a key that is none",
        |asked| changed(asked, |all| all["LastEvaluatedKey"] = json!({ "pk": { "BOOL": true } })),
        "`LastEvaluatedKey` is not a key",
    ),
    ("cut", |asked| Answer::Body("200 OK", right(asked)[..200].to_vec()), "it is not whole JSON"),
    ("html", |_| Answer::Body("200 OK", b"<html>\x1b[31m502</html>".to_vec()), r"it says `<html>\u{1b}[31m502</html>`"),
    ("behind it", |asked| Answer::Body("200 OK", [&right(asked)[..], b"{}"].concat()), "it is not whole JSON"),
    ("another sum", |asked| with("x-amz-crc32: 1\r\n", &right(asked)), "its checksum (x-amz-crc32) is another one"),
    ("no sum", |asked| with("x-amz-crc32: x\r\n", &right(asked)), "its checksum (x-amz-crc32) is another one"),
    (
        "altered",
        |asked| {
            let sum = crc32fast::hash(&right(asked));
            let altered = asked.right().to_string().replace("good#", "gone#");
            with(&format!("x-amz-crc32: {sum}\r\n"), altered.as_bytes())
        },
        "its checksum (x-amz-crc32) is another one",
    ),
    ("packed", |asked| with("Content-Encoding: gzip\r\n", &right(asked)), "the answer is encoded as gzip"),
    ("deep", |_| Answer::Body("200 OK", deep(3_000)), "an attribute is nested more than 90 levels deep"),
    ("deepest", |_| Answer::Body("200 OK", deep(1_000_000)), "an attribute is nested more than 90 levels deep"),
    (
        "deep in an error",
        |_| {
            let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
            Answer::Body("500 Internal Server Error", format!(r#"{{"__type":"x","y":{deep}}}"#).into_bytes())
        },
        "recursion limit exceeded",
    ),
    (
        "long by its head",
        |_| Answer::Hang(b"HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n{".to_vec()),
        "the answer is longer than 32 MB",
    ),
    (
        "shorter than its head",
        |asked| {
            let message = http("200 OK", "", &right(asked));
            Answer::Raw(message[..message.len() - 10].to_vec())
        },
        "breaks off",
    ),
    (
        "stalled",
        |asked| {
            let message = http("200 OK", "", &right(asked));
            Answer::Hang(message[..message.len() - 10].to_vec())
        },
        "begins its answer to Scan and does not end it",
    ),
    ("not HTTP", |_| Answer::Raw(b"SSH-2.0-x\r\n".to_vec()), "what comes is not HTTP"),
    ("408", |_| Answer::Body("408 Request Timeout", vec![]), "(status 408)"),
    ("429", |_| Answer::Body("429 Too Many Requests", vec![]), "(status 429)"),
    ("502", |_| Answer::Body("502 Bad Gateway", b"<html>".to_vec()), "it says `<html>`"),
    ("500", |_| Answer::Body("500 Internal Server Error", vec![]), "(status 500)"),
    ("503", |_| Answer::Body("503 Service Unavailable", b"{}".to_vec()), "(status 503)"),
];

#[test]
fn what_is_not_an_answer_is_tried_again_and_nothing_is_lost() {
    for (name, fault, _) in FAULTS {
        let stub = Stub::faulty(1..3, fault);
        let (seen, end) = scan(&stub, quick());
        assert_eq!(end, Ok(2), "{name}");
        seen.assert_once(COUNT);
    }
}

#[test]
fn what_is_never_an_answer_fails_its_segment_and_says_why() {
    for (name, fault, told) in FAULTS {
        let stub = Stub::faulty(1..usize::MAX, fault);
        let (seen, end) = scan(&stub, quick());
        let reason = end.unwrap_err();
        // A segment that fails before the right answer of another one is read is tried less often: nothing has answered yet.
        let is_tried = ["(4 times in a row)", "(3 times in a row)"].iter().any(|tries| reason.ends_with(tries));
        assert!(reason.contains(told) && is_tried, "{name}: {reason}");
        let is_other = reason.contains("breaks off") || reason.contains("does not end it");
        assert!(is_other || reason.contains(" does not answer Scan as DynamoDB does: "), "{name}: {reason}");
        assert!(seen.0.len() <= 100 && !reason.contains("credentials") && !reason.contains('\x1b'), "{name}: {reason}");
    }
}

#[test]
fn what_refuses_the_request_and_is_not_dynamodb_is_not_tried_again() {
    for status in ["302 Found", "403 Forbidden", "404 Not Found", "407 Proxy Authentication Required"] {
        let stub = Stub::faulty(1..usize::MAX, move |_| Answer::Body(status, b"<html>who are you?</html>".to_vec()));
        let reason = scan(&stub, quick()).1.unwrap_err();
        let told = format!("(status {}); it says `<html>who are you?</html>`", &status[..3]);
        assert!(reason.ends_with(&told), "{reason}");
    }
}

#[test]
fn descriptions_are_looked_at_too() {
    for (body, told) in [
        ("", "it is empty"),
        ("{}", "there is no `Table`"),
        (r#"{"Table":null}"#, "`Table` is not an object"),
        (r#"{"Table":{"TableName":"t"}}"#, "`Table` has no `KeySchema`"),
        ("<html>", "the answer is not an object"),
        (r#"{"Table":{"KeySchema":[],"ItemCount":"many"}}"#, "the answer cannot be read"),
    ] {
        let fault = |until: usize| {
            Stub::start(move |asked| {
                let is_faulty = !asked.is_scan && asked.number < until;
                if is_faulty { Answer::Body("200 OK", body.as_bytes().to_vec()) } else { Answer::Right }
            })
        };
        assert_eq!(connect_with(&fault(2).url(), quick()).describe("t").unwrap().items, COUNT as u64, "{body}");
        let reason = connect_with(&fault(usize::MAX).url(), quick()).describe("t").unwrap_err().to_string();
        assert!(reason.contains("does not answer DescribeTable as DynamoDB does") && reason.contains(told), "{reason}");
    }
    let stub = Stub::start(|_| Answer::Raw(b"220 mail.example.com ESMTP\r\n".to_vec()));
    let reason = connect_with(&stub.url(), quick()).describe("t").unwrap_err().to_string();
    assert!(reason.contains("what comes is not HTTP"), "{reason}");
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let stub = Stub::faulty(1..usize::MAX, |_| {
        let mut body = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        for _ in 0..40 {
            body.extend_from_slice(b"100000\r\n");
            body.resize(body.len() + (1 << 20), b' ');
            body.extend_from_slice(b"\r\n");
        }
        Answer::Raw(body)
    });
    let reason = scan(&stub, Patience { retries: 0, ..quick() }).1.unwrap_err();
    assert!(reason.contains("the answer is longer than 32 MB"), "{reason}");
}

#[test]
fn a_server_that_hangs_is_waited_for_only_so_long() {
    let patience = Patience { unanswered: Duration::from_millis(500), retries: 100, ..quick() };
    let stub = Stub::faulty(1..usize::MAX, |_| Answer::Hang(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec()));
    let begin = Instant::now();
    let reason = scan(&stub, patience).1.unwrap_err();
    assert!(reason.contains("does not end it") && begin.elapsed() < Duration::from_secs(5), "{reason}");
}

fn empty_page(next: Value) -> Answer {
    Answer::json(&json!({ "Items": [], "Count": 0, "ScannedCount": 0, "LastEvaluatedKey": next }))
}

/// A key of a segment.
fn key_of(asked: &Asked, number: u64) -> Value {
    json!({ "pk": { "S": number.to_string() }, "sk": { "S": asked.body["Segment"].to_string() } })
}

/// Its number.
fn number_of(asked: &Asked) -> u64 {
    asked.body["ExclusiveStartKey"]["pk"]["S"].as_str().map_or(0, |text| text.parse().unwrap())
}

#[test]
fn pages_without_items_have_an_end() {
    let key = |asked: &Asked| json!({ "pk": { "S": asked.number.to_string() }, "sk": { "S": "x" } });
    let stub = Stub::faulty(0..usize::MAX, move |asked| empty_page(key(asked)));
    let reason = scan(&stub, quick()).1.unwrap_err();
    assert!(reason.contains("answers with 1000 pages of `t` in a row that hold no item"), "{reason}");
    // Keys that come back, one by one or in turn.
    for turns in [1, 2, 3] {
        let stub = Stub::faulty(0..usize::MAX, move |asked| {
            let at = number_of(asked);
            empty_page(key_of(asked, (at + 1) % turns))
        });
        let reason = scan(&stub, quick()).1.unwrap_err();
        assert!(reason.contains("a page of `t` that it has given before"), "{turns}: {reason}");
    }
    // Some in a row are in order.
    let stub = Stub::start(|asked| {
        let at = number_of(asked);
        if !asked.is_scan || at == 200 {
            return Answer::Right;
        }
        empty_page(key_of(asked, at + 1))
    });
    let (seen, end) = scan(&stub, quick());
    assert_eq!(end, Ok(0));
    seen.assert_once(COUNT);
}

#[test]
fn one_number_for_all_answers_is_no_repeated_page() {
    let stub = Stub::start(|asked| {
        let body = if asked.is_scan { json!({ "Items": [], "Count": 0 }) } else { description(0, 0) };
        Answer::Message(http("200 OK", "x-amzn-RequestId: SAME\r\n", body.to_string().as_bytes()))
    });
    let connection = connect_with(&stub.url(), quick());
    connection.describe("t").unwrap();
    let end = connection.scan(&ScanPlan::new("t", 4), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(end.retried, 0);
}

#[test]
fn a_visitor_hears_that_nothing_comes() {
    let stub = Stub::faulty(0..usize::MAX, |_| Answer::Hang(vec![]));
    let begin = Instant::now();
    let mut heard = None;
    let end = connect_with(&stub.url(), quick()).scan_with(&ScanPlan::new("t", 4), |items| items, &mut |step| {
        if let Step::Waiting(waiting) = step {
            heard = Some(waiting);
        }
        if heard.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    end.unwrap();
    let heard = heard.unwrap();
    assert!(heard.since >= Duration::from_secs(5) && begin.elapsed() < Duration::from_secs(15), "{heard:?}");
}

/// `dynkeys audit` of the stub's table.
fn audit(stub: &Stub, arguments: &[&str]) -> Command {
    let url = stub.url();
    let all = ["audit", "fixtures/audit/answers", "--table", "t", "--format", "json", "--endpoint-url", &url];
    let mut command = command(&root(), &[&all, arguments].concat());
    command.envs(environment());
    command
}

#[track_caller]
fn assert_complete(run: &Run, items: usize) {
    let coverage = &run.json()["coverage"];
    assert_eq!((run.status, &coverage["complete"]), (0, &json!(true)), "{}", run.stderr);
    assert_eq!(coverage["items"], items);
}

#[test]
fn an_audit_that_lacks_items_is_not_complete() {
    let cut = |asked: &Asked| changed(asked, |all| all["Items"].as_array_mut().unwrap().truncate(50));
    let arguments = ["--segments", "4", "--concurrency", "1"];
    assert_complete(&finish(audit(&Stub::faulty(1..2, cut), &arguments)), COUNT);
    // The eighth retry is after 23 seconds, so that this one begins late.
    let stub = Stub::faulty(2..usize::MAX, |_| Answer::Body("400 Bad Request", b"<html>no</html>".to_vec()));
    let run = finish(audit(&stub, &arguments));
    let coverage = &run.json()["coverage"];
    assert_eq!(
        (run.status, &coverage["complete"], &coverage["items"]),
        (2, &json!(false), &json!(200)),
        "{}",
        run.stderr
    );
    let told = coverage["reason"].as_str().unwrap();
    assert!(told.starts_with("the scan failed: http://127.0.0.1:") && told.contains("`<html>no</html>`"), "{told}");
    assert_eq!(coverage["segments"], json!({ "read": 2, "total": 4 }));
}

#[test]
fn as_many_requests_are_sent_at_once_as_are_asked_for() {
    for (flag, most) in [(Some("1"), 1), (Some("3"), 3), (Some("64"), 64), (None, 16)] {
        let (now, seen) = (AtomicUsize::new(0), Arc::new(Mutex::new(0)));
        let highest = Arc::clone(&seen);
        let stub = Stub::start(move |asked| {
            if asked.is_scan {
                let own = now.fetch_add(1, Ordering::SeqCst) + 1;
                let mut highest = highest.lock().unwrap();
                *highest = own.max(*highest);
                drop(highest);
                std::thread::sleep(Duration::from_millis(100));
                now.fetch_sub(1, Ordering::SeqCst);
            }
            Answer::Right
        });
        let mut arguments = vec!["--segments", "96"];
        flag.iter().for_each(|flag| arguments.extend(["--concurrency", flag]));
        if flag == Some("1") {
            arguments[1] = "5";
        }
        assert_eq!(finish(audit(&stub, &arguments)).status, 0);
        let seen = *seen.lock().unwrap();
        assert!(seen <= most && seen * 2 >= most, "{flag:?}: {seen}");
    }
    for wrong in ["0", "65", "x", "-1"] {
        let run = finish(audit(&Stub::start(|_| Answer::Right), &[&format!("--concurrency={wrong}")]));
        assert!(run.status == 2 && run.stderr.contains("--concurrency"), "{}", run.stderr);
    }
}

#[test]
fn a_share_of_a_table_that_was_not_counted_is_a_share() {
    for (items, bytes) in [(0, 0), (400, 0)] {
        let stub = Stub::start(move |asked| match asked.is_scan {
            true => Answer::json(&page(asked.body["Segment"].as_u64().unwrap())),
            false => Answer::json(&description(items, bytes)),
        });
        let run = finish(audit(&stub, &["--sample", "20%"]));
        let report = run.json();
        assert_eq!(report["coverage"]["segments"], json!({ "read": 30, "total": 150 }), "{}", run.stderr);
        assert!(run.stderr.contains("has not counted `t` yet"), "{}", run.stderr);
    }
    let run = finish(audit(&Stub::start(|_| Answer::Right), &["--sample", "20%"]));
    assert_complete(&run, 100);
    assert!(run.stderr.contains("is cut into 1 segment only: all of it is read"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_first_contact_says_whom_it_waits_for_and_can_be_interrupted() {
    let stub = Stub::start(|_| Answer::Hang(vec![]));
    let child = audit(&stub, &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(4));
    let begin = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let run = read(&child.wait_with_output().unwrap());
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    let waits = format!("note: waiting for {}; Ctrl-C ends it", stub.url());
    let ended = format!("interrupted while waiting for {}: nothing was read", stub.url());
    assert!(run.stderr.contains(&waits) && run.stderr.contains(&ended), "{}", run.stderr);
}
