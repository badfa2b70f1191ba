//! A stub of DynamoDB that answers as a test says, down to the bytes: a table `t` of 4 segments with 100 items each.

use std::io::{self, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};

use super::dynamodb::{header, read_message};

/// The items of the table.
pub const COUNT: usize = 400;

/// A request that came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its place among the requests of its operation, from 0.
    pub number: usize,
    /// It is a Scan, else a DescribeTable.
    pub is_scan: bool,
    /// What was asked.
    pub body: Value,
}

impl Asked {
    /// The right answer to it.
    pub fn right(&self) -> Value {
        if self.is_scan { page(self.body["Segment"].as_u64().unwrap()) } else { description(COUNT, 40_000) }
    }
}

/// What is done to a request.
pub enum Answer {
    /// The right answer.
    Right,
    /// This status and this body.
    Body(&'static str, Vec<u8>),
    /// This HTTP message.
    Message(Vec<u8>),
    /// These bytes; afterwards the connection is closed.
    Raw(Vec<u8>),
    /// These bytes, and nothing more for an hour.
    Hang(Vec<u8>),
}

impl Answer {
    /// A document with status 200.
    pub fn json(document: &Value) -> Self {
        Self::Body("200 OK", document.to_string().into_bytes())
    }
}

/// The page of a segment.
pub fn page(segment: u64) -> Value {
    let item = |at: u64| {
        let id = format!("{segment}-{at:03}");
        json!({ "pk": { "S": format!("good#{id}") }, "sk": { "S": format!("good#{id}") }, "id": { "S": id } })
    };
    json!({ "Items": (0..100).map(item).collect::<Vec<_>>(), "Count": 100, "ScannedCount": 100 })
}

/// The description of the table.
pub fn description(items: usize, bytes: usize) -> Value {
    let text = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    json!({ "Table": {
        "TableName": "t", "TableStatus": "ACTIVE",
        "KeySchema": [
            { "AttributeName": "pk", "KeyType": "HASH" },
            { "AttributeName": "sk", "KeyType": "RANGE" },
        ],
        "AttributeDefinitions": [text("pk"), text("sk")],
        "ItemCount": items, "TableSizeBytes": bytes,
        "BillingModeSummary": { "BillingMode": "PAY_PER_REQUEST" },
    } })
}

/// An HTTP message with more headers, each with its line end.
pub fn http(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.0\r\n{headers}Content-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

type Script = Box<dyn Fn(&Asked) -> Answer + Send + Sync>;

struct State {
    script: Script,
    asked: Mutex<Vec<Asked>>,
    is_closed: AtomicBool,
}

/// The stub.
pub struct Stub {
    state: Arc<State>,
    port: u16,
    thread: Option<JoinHandle<()>>,
}

impl Stub {
    /// Starts one that asks its script about every request.
    pub fn start(script: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state =
            Arc::new(State { script: Box::new(script), asked: Mutex::default(), is_closed: AtomicBool::new(false) });
        let accepting = Arc::clone(&state);
        let thread = thread::spawn(move || {
            for client in listener.incoming() {
                if accepting.is_closed.load(Ordering::Relaxed) {
                    return;
                }
                let state = Arc::clone(&accepting);
                thread::spawn(move || client.and_then(|client| serve(&state, client)));
            }
        });
        Self { state, port, thread: Some(thread) }
    }

    /// One that answers the Scan requests of these places with a fault, and everything else rightly.
    pub fn faulty(places: std::ops::Range<usize>, fault: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self::start(
            move |asked| {
                if asked.is_scan && places.contains(&asked.number) { fault(asked) } else { Answer::Right }
            },
        )
    }

    /// Its endpoint.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.state.is_closed.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn serve(state: &State, mut client: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut reader = BufReader::new(client.try_clone()?);
    while let Some((head, body)) = read_message(&mut reader)? {
        let is_scan = header(&head, "x-amz-target").unwrap_or_default().ends_with(".Scan");
        let mut all = state.asked.lock().unwrap();
        let number = all.iter().filter(|asked| asked.is_scan == is_scan).count();
        let asked = Asked { number, is_scan, body: serde_json::from_slice(&body).unwrap_or_default() };
        all.push(asked.clone());
        drop(all);
        match (state.script)(&asked) {
            Answer::Right => {
                let body = asked.right().to_string().into_bytes();
                let headers = format!("x-amz-crc32: {}\r\n", crc32fast::hash(&body));
                client.write_all(&http("200 OK", &headers, &body))?;
            }
            Answer::Body(status, body) => client.write_all(&http(status, "", &body))?,
            Answer::Message(bytes) => client.write_all(&bytes)?,
            Answer::Raw(bytes) => return client.write_all(&bytes),
            Answer::Hang(bytes) => {
                client.write_all(&bytes)?;
                thread::sleep(Duration::from_secs(3600));
            }
        }
    }
    Ok(())
}
