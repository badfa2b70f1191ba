//! What is wrong, in words, with a way out.

use std::ops::ControlFlow;

use dynkeys::error::Error;

use super::dynamodb::{Fault, Proxy, Server, shop};
use super::{connect, items, plan};

/// The message and the help of an error.
fn told(error: Error) -> (String, String) {
    match error {
        Error::Usage { message, help: Some(help) } => (message, help),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_told(error: Error, messages: &[&str], helps: &[&str]) {
    let (message, help) = told(error);
    for part in messages {
        assert!(message.contains(part), "{message}\nhas no {part}");
    }
    for part in helps {
        assert!(help.contains(part), "{help}\nhas no {part}");
    }
    assert!(!message.contains("not-a-secret") && !help.contains("not-a-secret"));
}

/// The error of a description, where the proxy answers with a fault.
fn described(fault: Fault) -> Error {
    let server = Server::start(&[shop()]);
    let proxy = Proxy::start(&server, move |_| Some(fault));
    connect(&proxy.url()).describe("shop").unwrap_err()
}

/// The error of a scan whose third request meets a fault, and all that follow.
fn scanned(fault: Fault) -> Error {
    let server = Server::start(&[shop()]);
    server.put("shop", items(100));
    let proxy = Proxy::start(&server, move |request| request.scan.filter(|scan| *scan >= 2).map(|_| fault));
    let mut pages = 0;
    let end = connect(&proxy.url()).scan(&plan(1, 1, 10), &mut |_| {
        pages += 1;
        ControlFlow::Continue(())
    });
    let failure = end.unwrap_err();
    assert_eq!((pages, failure.segment), (2, Some(0)));
    failure.into()
}

#[test]
fn a_table_that_is_not_there() {
    let server = Server::start(&[shop()]);
    let error = connect(&server.url()).describe("store").unwrap_err();
    assert_told(
        error,
        &["there is no table `store` in eu-west-1", &server.url()],
        &["--region", "--profile", "aws dynamodb list-tables --region eu-west-1"],
    );
    assert_told(scanned(Fault::NOT_FOUND), &["there is no table `shop`"], &["--region"]);
}

#[test]
fn an_index_that_is_not_there() {
    let server = Server::start(&[shop()]);
    let mut plan = plan(1, 1, 10);
    plan.index = Some("gsi7".to_owned());
    let failure = connect(&server.url()).scan(&plan, &mut |_| ControlFlow::Continue(())).unwrap_err();
    assert_told(failure.error, &["there is no index `gsi7` of `shop`"], &["aws dynamodb describe-table"]);
}

#[test]
fn what_is_not_allowed() {
    for (error, operation) in [(described(Fault::DENIED), "DescribeTable"), (scanned(Fault::DENIED), "Scan")] {
        let call = format!("not allowed to call dynamodb:{operation} on table `shop`");
        assert_told(error, &[&call, "user/ann is not authorized", "table/shop"], &["dynkeys audit --print-iam-policy"]);
    }
}

#[test]
fn credentials_that_expired_or_are_not_known() {
    assert_told(scanned(Fault::EXPIRED), &["the credentials have expired"], &["aws sso login", "--checkpoint FILE"]);
    for fault in [
        Fault::UNRECOGNIZED,
        Fault::Error("InvalidSignatureException", "The signature does not match.\n\nx-amz-security-token:not-a-secret"),
    ] {
        assert_told(
            described(fault),
            &["DynamoDB does not accept the credentials"],
            &["aws sts get-caller-identity", "--profile", "AWS_PROFILE"],
        );
    }
    let late = Fault::Error("InvalidSignatureException", "Signature expired: 20240501T000000Z is now earlier than …");
    assert_told(described(late), &["the time of the request"], &["clock"]);
}

#[test]
fn an_endpoint_that_cannot_be_reached() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let begin = std::time::Instant::now();
    let error = connect(&url).describe("shop").unwrap_err();
    assert_told(
        error,
        &[&format!("cannot reach {url}: "), "refused"],
        &["check the network", "--region", "--endpoint-url"],
    );
    // An endpoint that has never answered is more likely misspelt than away.
    assert!(begin.elapsed().as_secs() < 5);
}

#[test]
fn other_answers_are_told_as_they_are() {
    assert_told(
        described(Fault::Error("ValidationException", "1 validation error detected")),
        &["DescribeTable of table `shop` failed: ValidationException: 1 validation error detected"],
        &[],
    );
}
