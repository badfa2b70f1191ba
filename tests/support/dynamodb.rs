//! A DynamoDB of one's own, in the test process, and a proxy before it that makes trouble.
//!
//! ```ignore
//! #[path = "support/dynamodb.rs"]
//! mod dynamodb;
//!
//! let server = dynamodb::Server::start(&[dynamodb::shop()]);         // `shop` is a table description as JSON
//! server.put("shop", (0..100).map(|at| json!({ "pk": { "S": format!("user#{at}") }, "sk": { "S": "a" } })));
//! let proxy = dynamodb::Proxy::start(&server, |request| (request.scan == Some(3)).then_some(Fault::Throttle));
//! run(&["audit", "--table", "shop", "--endpoint-url", &proxy.url()], &dynamodb::environment());
//! assert!(proxy.requests().iter().all(|request| request.is_read()));
//! ```
//!
//! Both listen on a free port of the loopback device and end when they are dropped. The server reads the rest of the
//! table for each page, so tables have at most some 20,000 items. It checks that a request is signed, not by whom.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use dynoxide::{Database, ImportOptions};
use serde_json::{Value, json};

/// What a process needs to talk to a [`Server`]: a region, and credentials that are none.
pub fn environment() -> [(&'static str, &'static str); 4] {
    [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "not-a-secret"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]
}

/// A table `shop` with `pk` and `sk`, the global index `gsi1` (`gsi1_pk`, `gsi1_sk`) and the local index `lsi1`
/// (`lsi1_sk`), all of text.
pub fn shop() -> Value {
    let text = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let hash = |name: &str| json!({ "AttributeName": name, "KeyType": "HASH" });
    let range = |name: &str| json!({ "AttributeName": name, "KeyType": "RANGE" });
    json!({
        "TableName": "shop",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [hash("pk"), range("sk")],
        "AttributeDefinitions": [text("pk"), text("sk"), text("gsi1_pk"), text("gsi1_sk"), text("lsi1_sk")],
        "GlobalSecondaryIndexes": [{
            "IndexName": "gsi1",
            "KeySchema": [hash("gsi1_pk"), range("gsi1_sk")],
            "Projection": { "ProjectionType": "ALL" },
        }],
        "LocalSecondaryIndexes": [{
            "IndexName": "lsi1",
            "KeySchema": [hash("pk"), range("lsi1_sk")],
            "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": ["name"] },
        }],
    })
}

/// A DynamoDB in memory.
pub struct Server {
    database: Database,
    port: u16,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts one with these tables, each the input of CreateTable.
    pub fn start(tables: &[Value]) -> Self {
        let database = Database::memory().unwrap();
        for table in tables {
            database.create_table(serde_json::from_value(table.clone()).unwrap()).unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let served = database.clone();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let serve = dynoxide::server::serve_with_shutdown(listener, served, async {
                    stopped.await.ok();
                });
                serve.await.unwrap();
            });
        });
        Self { database, port, stop: Some(stop), thread: Some(thread) }
    }

    /// Puts items, as DynamoDB JSON, into a table.
    pub fn put(&self, table: &str, items: impl IntoIterator<Item = Value>) {
        let items = items.into_iter().map(|item| serde_json::from_value(item).unwrap()).collect();
        self.database.import_items(table, items, ImportOptions::default()).unwrap();
    }

    /// Its endpoint.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// A request that came by.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its place among all requests, from 0.
    pub number: usize,
    /// Its place among the Scan requests, from 0; none of another operation.
    pub scan: Option<usize>,
    /// The operation, as X-Amz-Target names it: `DynamoDB_20120810.Scan`.
    pub target: String,
    /// What was asked.
    pub body: Value,
}

impl Request {
    /// True of the two operations that an audit needs, neither of which writes.
    pub fn is_read(&self) -> bool {
        matches!(self.target.as_str(), "DynamoDB_20120810.DescribeTable" | "DynamoDB_20120810.Scan")
    }
}

/// What the proxy does to a request instead of passing it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answers 400 with ProvisionedThroughputExceededException.
    Throttle,
    /// Answers 500 with InternalServerError.
    InternalError,
    /// Closes the connection without an answer.
    DropBefore,
    /// Closes the connection in the middle of the answer.
    DropMiddle,
    /// Gives the answer to an earlier Scan request, one that has long arrived.
    RepeatPage,
    /// Answers with the page whose key the request began with, again: the page before, of this segment.
    RepeatOwnPage,
    /// Answers 400 with an error of this name and message.
    Error(&'static str, &'static str),
    /// Waits before it passes the request on.
    Delay(Duration),
    /// Never answers.
    Hang,
    /// Gives the answer that the same request had before, where it had one: no fault, but a server that is fast.
    Remember,
}

impl Fault {
    /// The credentials are out of date.
    pub const EXPIRED: Self =
        Self::Error("ExpiredTokenException", "The security token included in the request is expired");
    /// Nobody knows the credentials.
    pub const UNRECOGNIZED: Self =
        Self::Error("UnrecognizedClientException", "The security token included in the request is invalid.");
    /// The credentials are not allowed to.
    pub const DENIED: Self = Self::Error(
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: dynamodb:Scan on resource: \
         arn:aws:dynamodb:eu-west-1:123456789012:table/shop because no identity-based policy allows the dynamodb:Scan \
         action",
    );
    /// There is no such table.
    pub const NOT_FOUND: Self = Self::Error("ResourceNotFoundException", "Requested resource not found");
}

/// How many requests may be on the way at a time.
const IN_FLIGHT: usize = 16;

type Script = Box<dyn FnMut(&Request) -> Option<Fault> + Send>;

struct State {
    script: Mutex<Script>,
    requests: Mutex<Vec<Request>>,
    /// The Scan requests that were passed on, with the heads and the bodies of their answers.
    pages: Mutex<Vec<(Value, [Vec<u8>; 2])>>,
    target: u16,
    is_closed: AtomicBool,
}

/// A proxy before a [`Server`]. It asks its script about every request, and remembers the requests.
pub struct Proxy {
    state: Arc<State>,
    port: u16,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts one. The script is asked about each request, in turn.
    pub fn start(server: &Server, script: impl FnMut(&Request) -> Option<Fault> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            script: Mutex::new(Box::new(script)),
            requests: Mutex::default(),
            pages: Mutex::default(),
            target: server.port,
            is_closed: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&state);
        let thread = thread::spawn(move || {
            for client in listener.incoming() {
                if accepting.is_closed.load(Ordering::Relaxed) {
                    return;
                }
                let state = Arc::clone(&accepting);
                // It ends with its connection, at the latest when the client's process does.
                thread::spawn(move || client.and_then(|client| serve(&state, client)));
            }
        });
        Self { state, port, thread: Some(thread) }
    }

    /// One that only passes on and remembers.
    pub fn quiet(server: &Server) -> Self {
        Self::start(server, |_| None)
    }

    /// Its endpoint.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.is_closed.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// A script that makes `count` faults of each of these kinds: the first two tries of each page have one, as
/// long as there are any.
pub fn each(kinds: &'static [Fault], count: usize) -> impl FnMut(&Request) -> Option<Fault> + Send + 'static {
    let mut made = 0;
    let mut tries: HashMap<String, usize> = HashMap::new();
    move |request| {
        request.scan?;
        let page = format!("{} {}", request.body["Segment"], request.body["ExclusiveStartKey"]);
        let tries = tries.entry(page).or_default();
        *tries += 1;
        if *tries > 2 || made == kinds.len() * count {
            return None;
        }
        made += 1;
        Some(kinds[made % kinds.len()])
    }
}

fn serve(state: &State, client: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut reader = BufReader::new(client.try_clone()?);
    let mut client = client;
    let upstream = TcpStream::connect(("127.0.0.1", state.target))?;
    upstream.set_nodelay(true)?;
    let mut upstream = BufReader::new(upstream);
    while let Some((head, body)) = read_message(&mut reader)? {
        let request = remember(state, &head, &body);
        let fault = (state.script.lock().unwrap())(&request);
        let begin = request.body.get("ExclusiveStartKey");
        let same_end = |(asked, [_, answer]): &&(Value, [Vec<u8>; 2])| {
            let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
            asked["Segment"] == request.body["Segment"] && answer.get("LastEvaluatedKey") == begin
        };
        match fault {
            Some(Fault::Throttle) => answer_error(
                &mut client,
                400,
                "ProvisionedThroughputExceededException",
                "The level of configured provisioned throughput for the table was exceeded.",
            )?,
            Some(Fault::InternalError) => {
                answer_error(&mut client, 500, "InternalServerError", "Internal server error")?;
            }
            Some(Fault::Error(code, message)) => answer_error(&mut client, 400, code, message)?,
            Some(Fault::DropBefore) => return client.shutdown(Shutdown::Both),
            Some(Fault::Hang) => thread::sleep(Duration::from_secs(3600)),
            Some(Fault::RepeatPage) => {
                let pages = state.pages.lock().unwrap();
                let old = pages.iter().nth_back(IN_FLIGHT).map(|(_, answer)| answer.clone());
                drop(pages);
                match old {
                    Some(answer) => client.write_all(&answer.concat())?,
                    None => pass_on(state, &request, &head, &body, &mut upstream, &mut client)?,
                }
            }
            Some(Fault::Remember) => {
                let pages = state.pages.lock().unwrap();
                let own = pages.iter().find(|(asked, _)| *asked == request.body).map(|(_, answer)| answer.concat());
                drop(pages);
                match own {
                    Some(answer) => client.write_all(&answer)?,
                    None => pass_on(state, &request, &head, &body, &mut upstream, &mut client)?,
                }
            }
            Some(Fault::RepeatOwnPage) => {
                let pages = state.pages.lock().unwrap();
                let own = begin.and_then(|_| pages.iter().rfind(same_end)).map(|(_, answer)| answer.clone());
                drop(pages);
                match own {
                    Some(answer) => client.write_all(&answer.concat())?,
                    None => pass_on(state, &request, &head, &body, &mut upstream, &mut client)?,
                }
            }
            Some(Fault::DropMiddle) => {
                // What did not arrive is no page that could come again.
                let answer = fetch(&head, &body, &mut upstream)?.concat();
                client.write_all(&answer[..answer.len() * 2 / 3])?;
                return client.shutdown(Shutdown::Both);
            }
            Some(Fault::Delay(time)) => {
                thread::sleep(time);
                pass_on(state, &request, &head, &body, &mut upstream, &mut client)?;
            }
            None => pass_on(state, &request, &head, &body, &mut upstream, &mut client)?,
        }
    }
    Ok(())
}

fn remember(state: &State, head: &str, body: &[u8]) -> Request {
    let target = header(head, "x-amz-target").unwrap_or_default().to_owned();
    let is_scan = target.ends_with(".Scan");
    let mut requests = state.requests.lock().unwrap();
    let scans = requests.iter().filter(|request| request.scan.is_some()).count();
    let body = serde_json::from_slice(body).unwrap_or_default();
    let request = Request { number: requests.len(), scan: is_scan.then_some(scans), target, body };
    requests.push(request.clone());
    request
}

/// The head and the body of the server's answer.
fn fetch(head: &str, body: &[u8], upstream: &mut BufReader<TcpStream>) -> io::Result<[Vec<u8>; 2]> {
    upstream.get_mut().write_all(&[head.as_bytes(), body].concat())?;
    let Some((head, body)) = read_message(upstream)? else { return Err(io::ErrorKind::UnexpectedEof.into()) };
    Ok([head.into_bytes(), body])
}

fn pass_on(
    state: &State,
    request: &Request,
    head: &str,
    body: &[u8],
    upstream: &mut BufReader<TcpStream>,
    client: &mut impl Write,
) -> io::Result<()> {
    let [head, body] = fetch(head, body, upstream)?;
    client.write_all(&[head.as_slice(), &body].concat())?;
    if request.scan.is_some() && head.starts_with(b"HTTP/1.1 200 ") {
        state.pages.lock().unwrap().push((request.body.clone(), [head, body]));
    }
    Ok(())
}

fn answer_error(client: &mut impl Write, status: u16, code: &str, message: &str) -> io::Result<()> {
    let body = json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": message });
    answer_with(client, status, body.to_string().as_bytes())
}

fn answer_with(client: &mut impl Write, status: u16, body: &[u8]) -> io::Result<()> {
    let reason = match status {
        200 => "OK",
        400 => "Bad Request",
        _ => "Internal Server Error",
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {length}\r\n\r\n"
    );
    client.write_all(&[head.as_bytes(), body].concat())
}

/// The head and the body of an HTTP message; none at the end of the connection.
pub fn read_message(reader: &mut impl BufRead) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(None);
        }
    }
    let length = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((head, body)))
}

/// A header of a message.
pub fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}
