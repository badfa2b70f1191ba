//! Faults on the way: what passes is put up with, and no item is lost or seen twice.

use std::ops::ControlFlow;
use std::time::Duration;

use dynkeys::source::live::Patience;

use super::dynamodb::{Fault, Proxy, Server, each, shop};
use super::{Seen, connect, connect_with, items, plan, scan};

const COUNT: usize = 2_000;

fn filled() -> Server {
    let server = Server::start(&[shop()]);
    server.put("shop", items(COUNT));
    server
}

#[test]
fn fifty_faults_of_each_kind_lose_nothing_and_repeat_nothing() {
    const KINDS: [Fault; 6] = [
        Fault::Throttle,
        Fault::InternalError,
        Fault::DropBefore,
        Fault::DropMiddle,
        Fault::RepeatPage,
        Fault::RepeatOwnPage,
    ];
    let server = filled();
    for kind in &KINDS {
        let proxy = Proxy::start(&server, each(std::slice::from_ref(kind), 50));
        let (seen, _, end) = scan(&connect(&proxy.url()), &plan(8, 4, 10));
        seen.assert_once(COUNT);
        match kind {
            Fault::Throttle => assert_eq!((end.throttled, end.retried), (50, 0)),
            // The first pages have none before them.
            Fault::RepeatPage | Fault::RepeatOwnPage => assert!(end.retried >= 30, "{kind:?}: {end:?}"),
            _ => assert_eq!((end.throttled, end.retried), (0, 50), "{kind:?}"),
        }
    }
    let proxy = Proxy::start(&server, each(&KINDS, 50));
    let (seen, _, end) = scan(&connect(&proxy.url()), &plan(8, 4, 7));
    seen.assert_once(COUNT);
    assert!(end.throttled == 50 && end.retried >= 200, "{end:?}");
}

#[test]
fn other_names_of_throttling_are_known() {
    const KINDS: [Fault; 2] = [
        Fault::Error("ThrottlingException", "Rate exceeded"),
        Fault::Error("RequestLimitExceeded", "Too many requests"),
    ];
    let server = filled();
    let proxy = Proxy::start(&server, each(&KINDS, 10));
    let (seen, _, end) = scan(&connect(&proxy.url()), &plan(4, 4, 50));
    seen.assert_once(COUNT);
    assert_eq!((end.throttled, end.retried), (20, 0));
}

#[test]
fn one_segment_that_is_throttled_for_long_fails_nothing() {
    let server = filled();
    let mut left = 100;
    let proxy = Proxy::start(&server, move |request| {
        let is_hot = request.body["Segment"] == 1 && left > 0;
        left -= i32::from(is_hot);
        is_hot.then_some(Fault::Throttle)
    });
    let wait = Duration::from_millis(2);
    let patience = Patience { first_wait: wait, longest_wait: wait, ..Patience::default() };
    let (seen, _, end) = scan(&connect_with(&proxy.url(), patience), &plan(4, 4, 100));
    seen.assert_once(COUNT);
    assert_eq!(end.throttled, 100);
}

/// What a scan says that fails, and what was read before.
fn failure(proxy: &Proxy, patience: Patience) -> (String, Seen) {
    let mut seen = Seen::default();
    let end = connect_with(&proxy.url(), patience).scan(&plan(4, 2, 10), &mut |page| {
        seen.add(&page.items);
        ControlFlow::Continue(())
    });
    (end.unwrap_err().error.to_string(), seen)
}

const QUICK: Patience = Patience {
    throttled: Duration::from_millis(300),
    retries: 3,
    unanswered: Duration::from_secs(60),
    stalled: Duration::from_secs(10),
    first_wait: Duration::from_millis(1),
    longest_wait: Duration::from_millis(5),
};

#[test]
fn what_does_not_pass_fails_in_the_end() {
    let server = filled();
    for (fault, reason) in [
        (Fault::Throttle, "`shop` has only throttled for 0 seconds: ProvisionedThroughputExceededException"),
        (Fault::InternalError, "InternalServerError: Internal server error (4 times in a row)"),
        (Fault::DropBefore, "cannot reach http://127.0.0.1:"),
        (Fault::DropMiddle, "breaks off"),
        (Fault::RepeatOwnPage, "answers with a page of `shop` that it has given before (4 times in a row)"),
    ] {
        let proxy = Proxy::start(&server, move |request| request.scan.filter(|scan| *scan >= 20).map(|_| fault));
        let (message, seen) = failure(&proxy, QUICK);
        assert!(message.contains(reason), "{fault:?}: {message}");
        let most = seen.0.values().max().copied();
        assert!(most == Some(1) && seen.0.len() <= 200, "{fault:?}: {most:?}, {} items", seen.0.len());
    }
}

#[test]
fn a_slow_answer_is_no_fault() {
    let server = filled();
    let proxy = Proxy::start(&server, |request| {
        request.scan.filter(|scan| scan % 10 == 0).map(|_| Fault::Delay(Duration::from_millis(50)))
    });
    let (seen, _, end) = scan(&connect(&proxy.url()), &plan(4, 4, 50));
    seen.assert_once(COUNT);
    assert_eq!(end.retried, 0);
}
