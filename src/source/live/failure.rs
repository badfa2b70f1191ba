//! What went wrong with a request, and what to do about it.

use std::error::Error as StdError;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use super::checked::Fault;
use crate::error::Error;
use crate::text::{counted, printable};

/// What a failed request calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Too much was asked for: the same again, later.
    Throttled,
    /// It may have been chance: the same again, a few times.
    Transient,
    /// The same again would fail again.
    Final,
}

/// Sorts failures: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>
pub(super) fn trouble<E: ProvideErrorMetadata>(failure: &SdkError<E, HttpResponse>) -> Trouble {
    if let Some(fault) = fault(failure) {
        return if fault.is_final() { Trouble::Final } else { Trouble::Transient };
    }
    match failure {
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) => Trouble::Transient,
        SdkError::DispatchFailure(reason) if reason.is_io() || reason.is_timeout() || reason.as_other().is_some() => {
            Trouble::Transient
        }
        SdkError::ServiceError(answer) => match answer.err().code() {
            Some(
                "ProvisionedThroughputExceededException"
                | "ThrottlingException"
                | "Throttling"
                | "ThrottledException"
                | "RequestThrottled"
                | "RequestThrottledException"
                | "RequestLimitExceeded"
                | "TooManyRequestsException"
                | "SlowDown",
            ) => Trouble::Throttled,
            Some("InternalServerError" | "InternalFailure" | "ServiceUnavailable" | "RequestTimeout") => {
                Trouble::Transient
            }
            // An answer of success that the SDK cannot read is as good as a broken one.
            _ if is_passing(answer.raw().status().as_u16()) => Trouble::Transient,
            _ => Trouble::Final,
        },
        _ => Trouble::Final,
    }
}

fn is_passing(status: u16) -> bool {
    matches!(status, 200..=299 | 408 | 425 | 429 | 500..)
}

/// What is wrong with the answer, where one came that is none of DynamoDB's.
fn fault<E>(failure: &SdkError<E, HttpResponse>) -> Option<&Fault> {
    let SdkError::DispatchFailure(reason) = failure else { return None };
    reason.as_connector_error().and_then(|error| Fault::of(error))
}

/// True where no answer came at all, or none that DynamoDB could have given: who has never answered otherwise is
/// more likely somebody else.
pub(super) fn is_unanswered<E>(failure: &SdkError<E, HttpResponse>) -> bool {
    match fault(failure) {
        Some(Fault::Unlike { status, .. }) => *status < 300,
        Some(fault) => matches!(fault, Fault::NotHttp(_)),
        None => matches!(failure, SdkError::DispatchFailure(_) | SdkError::TimeoutError(_)),
    }
}

/// What was asked, for messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// The operation: DescribeTable, Scan.
    pub operation: &'static str,
    /// The table.
    pub table: &'a str,
    /// The index.
    pub index: Option<&'a str>,
    /// The region.
    pub region: &'a str,
    /// Where the request went.
    pub endpoint: &'a str,
    /// How often it was tried before.
    pub failures: u32,
}

/// What helps where a scan stopped on the way.
const GO_ON: &str = "and go on where it stopped with `--checkpoint FILE`";

impl<'a> Asked<'a> {
    /// The same, with where it was asked and how often it failed.
    pub(super) fn at(self, endpoint: &'a str, failures: u32) -> Self {
        Self { endpoint, failures, ..self }
    }

    /// The error of a request that is not tried again.
    pub(super) fn error<E>(&self, failure: &SdkError<E, HttpResponse>) -> Error
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let Self { operation, endpoint, .. } = *self;
        if let Some(fault) = fault(failure) {
            return self.faulty(fault);
        }
        let error = match failure {
            SdkError::ServiceError(answer) if answer.raw().status().is_success() => {
                self.unlike(&format!("the answer cannot be read: {}", cause(failure)))
            }
            SdkError::ServiceError(answer) => {
                let status = answer.raw().status().as_u16();
                let code = answer.err().code().map_or_else(|| format!("status {status}"), str::to_owned);
                self.answered(&code, first_line(answer.err().message().unwrap_or_default()))
            }
            SdkError::TimeoutError(_) => Error::usage(
                format!("{endpoint} did not answer {operation} in time"),
                format!("check the network, {GO_ON}"),
            ),
            SdkError::ResponseError(_) => Error::usage(
                format!("the answer of {endpoint} to {operation} breaks off: {}", cause(failure)),
                format!("check the network, {GO_ON}"),
            ),
            // No connection was tried where there was nothing to sign the request with.
            SdkError::DispatchFailure(reason) if reason.is_other() && reason.as_other().is_none() => {
                no_credentials(&causes(failure))
            }
            _ => Error::usage(
                format!("cannot reach {endpoint}: {}", cause(failure)),
                "check the network, the region (`--region`) and the endpoint (`--endpoint-url`)",
            ),
        };
        self.after_retries(error)
    }

    /// The error of an answer that came and cannot be used.
    fn faulty(&self, fault: &Fault) -> Error {
        let Self { operation, endpoint, .. } = *self;
        self.after_retries(match fault {
            Fault::BreaksOff(reason) => Error::usage(
                format!("the answer of {endpoint} to {operation} breaks off: {reason}"),
                format!("check the network, {GO_ON}"),
            ),
            Fault::Stalls(_) => Error::usage(
                format!("{endpoint} begins its answer to {operation} and does not end it: {fault}"),
                format!("check the network, {GO_ON}"),
            ),
            Fault::NotHttp(_) | Fault::Unlike { .. } => self.unlike(&fault.to_string()),
        })
    }

    fn unlike(&self, what: &str) -> Error {
        let Self { operation, endpoint, .. } = *self;
        Error::usage(
            format!("{endpoint} does not answer {operation} as DynamoDB does: {what}"),
            format!("check the endpoint (`--endpoint-url`) and what is between, as a proxy or a gateway, {GO_ON}"),
        )
    }

    /// The error of pages without items that do not end.
    pub(super) fn endless(&self, pages: u64) -> Error {
        Error::usage(
            format!("{} answers with {pages} pages of `{}` in a row that hold no item", self.endpoint, self.table),
            format!("check that the endpoint is DynamoDB, {GO_ON}: it goes on behind these pages"),
        )
    }

    /// The error of pages that came before.
    pub(super) fn repeated(&self) -> Error {
        self.after_retries(Error::usage(
            format!("{} answers with a page of `{}` that it has given before", self.endpoint, self.table),
            format!("nothing was counted twice; try again later, {GO_ON}"),
        ))
    }

    /// The error of a page that cannot be gone on from.
    pub(super) fn unreadable_key(&self) -> Error {
        Error::usage(
            format!("{} answers with a LastEvaluatedKey that is no key", self.endpoint),
            "check that the endpoint is DynamoDB",
        )
    }

    /// The error of throttling that does not end.
    pub(super) fn throttled(&self, seconds: u64, code: Option<&str>) -> Error {
        Error::usage(
            format!(
                "`{}` has only throttled for {}: {}",
                self.table,
                counted(seconds, "second"),
                code.unwrap_or("ThrottlingException")
            ),
            format!("read slower (`--max-read-units`), raise the table's read capacity, {GO_ON}"),
        )
    }

    fn after_retries(&self, error: Error) -> Error {
        match error {
            Error::Usage { message, help } if self.failures > 1 => {
                Error::Usage { message: format!("{message} ({} times in a row)", self.failures), help }
            }
            other => other,
        }
    }

    /// The error of an answer that is an error itself.
    fn answered(&self, code: &str, message: &str) -> Error {
        // What a server says of itself ends in reports, too.
        let (code, message) = (&*printable(code), &*printable(message));
        let Self { operation, table, region, endpoint, .. } = *self;
        let read = match self.index {
            Some(index) => format!("index `{index}` of `{table}`"),
            None => format!("table `{table}`"),
        };
        let said = if message.is_empty() { code.to_owned() } else { message.to_owned() };
        match code {
            "ResourceNotFoundException" => Error::usage(
                format!("there is no table `{table}` in {region} ({endpoint})"),
                format!(
                    "check the name, the region (`--region`) and the account (`--profile`): \
                     `aws dynamodb list-tables --region {region}`"
                ),
            ),
            "ValidationException" if message.contains("does not have the specified index") => Error::usage(
                format!("there is no {read}"),
                format!("`aws dynamodb describe-table --table-name {table} --region {region}` lists the indexes"),
            ),
            "AccessDeniedException" | "AccessDenied" => Error::usage(
                format!("not allowed to call dynamodb:{operation} on {read}: {said}"),
                "`dynkeys audit --print-iam-policy` prints the policy that is needed",
            ),
            "ExpiredTokenException" | "ExpiredToken" | "RequestExpired" => Error::usage(
                format!("the credentials have expired: {said}"),
                format!("renew them, for example with `aws sso login`, {GO_ON}"),
            ),
            "InvalidSignatureException" if message.contains("expired") || message.contains("not yet current") => {
                Error::usage(
                    "DynamoDB does not accept the time of the request",
                    "set this machine's clock: a signature is good for five minutes",
                )
            }
            "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "InvalidClientTokenId"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException" => Error::usage(
                format!("DynamoDB does not accept the credentials: {code}"),
                "`aws sts get-caller-identity` tells whose they are; set AWS_PROFILE, name another profile with \
                 `--profile`, or renew them with `aws sso login`",
            ),
            _ => Error::usage(
                if message.is_empty() {
                    format!("{operation} of {read} failed: {code}")
                } else {
                    format!("{operation} of {read} failed: {code}: {message}")
                },
                format!("try again, {GO_ON}"),
            ),
        }
    }
}

/// The error of a run that has nothing to sign requests with.
pub(super) fn no_credentials(cause: &str) -> Error {
    let message = if cause.is_empty() {
        "there are no AWS credentials".to_owned()
    } else {
        format!("there are no AWS credentials: {cause}")
    };
    Error::usage(
        message,
        "log in with `aws sso login`, set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a \
         profile with `--profile`",
    )
}

/// The innermost reason of an error.
fn cause(error: &dyn StdError) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    first_line(&inner.to_string()).to_owned()
}

/// The reasons of an error, from the outside in, without those that repeat another one.
pub(super) fn causes(error: &dyn StdError) -> String {
    let mut all: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(inner) = next {
        let text = first_line(&inner.to_string()).to_owned();
        if !all.iter().any(|known| known.contains(&text)) {
            all.push(text);
        }
        next = inner.source();
    }
    all.join(": ")
}

/// A signature error goes on with the headers that were signed, which are not for a log.
fn first_line(text: &str) -> &str {
    text.trim().lines().next().unwrap_or_default()
}
