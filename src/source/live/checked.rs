//! Looks at every answer whole before the SDK takes it apart. The SDK passes over what an answer lacks, takes its
//! nesting for granted and compares no checksum: what is not an answer of DynamoDB must not get that far.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use aws_sdk_dynamodb::config::http::{HttpRequest, HttpResponse};
use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_sdk_dynamodb::error::ConnectorError;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use tokio::time::timeout;

use crate::source::answer::{MOST_BYTES, description_answer, error_answer, scan_answer};
use crate::text::excerpt;

/// What is wrong with an answer that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is not HTTP.
    NotHttp(String),
    /// It ends before its end.
    BreaksOff(String),
    /// It stops, and the connection stays open.
    Stalls(Duration),
    /// It is not what DynamoDB answers.
    Unlike {
        /// Its HTTP status.
        status: u16,
        /// What is wrong.
        what: String,
        /// How it begins, safe to show; empty where that tells nothing.
        said: String,
    },
}

impl Fault {
    /// True where the same again is answered the same: what is asked is refused by something that is not DynamoDB.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Unlike { status, .. } => matches!(status, 300..=499) && !matches!(status, 408 | 425 | 429),
            _ => false,
        }
    }

    /// The fault that an error has as its reason.
    pub(super) fn of<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e Self> {
        let mut next = Some(error);
        while let Some(inner) = next {
            if let Some(fault) = inner.downcast_ref() {
                return Some(fault);
            }
            next = inner.source();
        }
        None
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHttp(reason) => write!(f, "what comes is not HTTP ({reason})"),
            Self::BreaksOff(reason) => write!(f, "the answer breaks off: {reason}"),
            Self::Stalls(time) => write!(f, "nothing of it came for {} seconds", time.as_secs()),
            Self::Unlike { status, what, said } => {
                write!(f, "{what} (status {status})")?;
                if said.is_empty() { Ok(()) } else { write!(f, "; it says `{said}`") }
            }
        }
    }
}

impl StdError for Fault {}

impl From<Fault> for ConnectorError {
    fn from(fault: Fault) -> Self {
        Self::other(fault.into(), None)
    }
}

/// A client whose answers are looked at.
#[derive(Debug)]
pub(super) struct CheckedClient {
    /// The client that sends.
    pub client: SharedHttpClient,
    /// An answer of which nothing comes for so long has stopped.
    pub stalled: Duration,
}

impl HttpClient for CheckedClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        SharedHttpConnector::new(CheckedConnector { connector, stalled: self.stalled })
    }
}

#[derive(Debug)]
struct CheckedConnector {
    connector: SharedHttpConnector,
    stalled: Duration,
}

impl HttpConnector for CheckedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let (answer, stalled) = (self.connector.call(request), self.stalled);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(not_http)?;
            Ok(read(answer, &target, stalled).await?)
        })
    }
}

/// Tells bytes that are not HTTP from a connection that failed: the SDK has no name for them.
fn not_http(error: ConnectorError) -> ConnectorError {
    let is_named = error.is_io() || error.is_timeout() || error.is_user() || error.as_other().is_some();
    if is_named { error } else { Fault::NotHttp(innermost(&error)).into() }
}

async fn read(mut answer: HttpResponse, target: &str, stalled: Duration) -> Result<HttpResponse, Fault> {
    let body = whole(&mut answer, stalled).await?;
    check(&answer, &body, target)?;
    *answer.body_mut() = SdkBody::from(body);
    Ok(answer)
}

/// The body of an answer, as long as it is not longer than any of DynamoDB's.
async fn whole(answer: &mut HttpResponse, stalled: Duration) -> Result<Vec<u8>, Fault> {
    let status = answer.status().as_u16();
    let too_long = |start: &[u8]| Fault::Unlike {
        status,
        what: format!("the answer is longer than {} MB", MOST_BYTES >> 20),
        said: said(start),
    };
    let declared = answer.headers().get("content-length").and_then(|length| length.parse::<u64>().ok());
    if declared.is_some_and(|length| length > MOST_BYTES as u64) {
        return Err(too_long(&[]));
    }
    let mut stream = ByteStream::new(std::mem::replace(answer.body_mut(), SdkBody::taken()));
    let mut body = Vec::new();
    loop {
        match timeout(stalled, stream.next()).await {
            Err(_) => return Err(Fault::Stalls(stalled)),
            Ok(None) => return Ok(body),
            Ok(Some(Err(reason))) => return Err(Fault::BreaksOff(innermost(&reason))),
            Ok(Some(Ok(more))) => {
                if body.len() + more.len() > MOST_BYTES {
                    return Err(too_long(&body));
                }
                if body.is_empty() {
                    // As long as it says, which is no longer than what is allowed.
                    body.reserve_exact(declared.map_or(0, |length| length as usize).max(more.len()));
                }
                body.extend_from_slice(&more);
            }
        }
    }
}

fn check(answer: &HttpResponse, body: &[u8], target: &str) -> Result<(), Fault> {
    let status = answer.status();
    let unlike = |what: String| Fault::Unlike { status: status.as_u16(), what, said: said(body) };
    // The sum is of the bytes as they came, compressed or not:
    // <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html>
    if let Some(sum) = answer.headers().get("x-amz-crc32")
        && sum.trim().parse() != Ok(crc32fast::hash(body))
    {
        return Err(unlike(
            "the answer is not the one that was sent: its checksum (x-amz-crc32) is another one".to_owned(),
        ));
    }
    // It was not asked for, and nothing would unpack it.
    if let Some(encoding) = answer.headers().get("content-encoding").filter(|encoding| *encoding != "identity") {
        return Err(unlike(format!("the answer is encoded as {}", excerpt(encoding))));
    }
    if !status.is_success() {
        let is_named = answer.headers().get("x-amzn-errortype").is_some();
        return error_answer(body, is_named).map_err(|what| unlike(format!("the answer is an error, but {what}")));
    }
    let wrong = match target.rsplit('.').next() {
        Some("Scan") => scan_answer(body).err(),
        _ => description_answer(body).err(),
    };
    wrong.map_or(Ok(()), |what| Err(unlike(format!("the answer is not one to this request: {what}"))))
}

/// How an answer begins, safe to show.
fn said(body: &[u8]) -> String {
    const ENOUGH: usize = 400;
    excerpt(String::from_utf8_lossy(&body[..body.len().min(ENOUGH)]).trim())
}

fn innermost(error: &dyn StdError) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    excerpt(inner.to_string().trim())
}
