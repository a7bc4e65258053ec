//! The wire against a server that misbehaves in every way that was seen in public (fault-kinds.md 1, 4, 5, 16).

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::Body as AxumBody;
use axum::extract::Request as AxumRequest;
use axum::response::Response;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::clock::tests::by_hand;
use crate::connector::Budget;
use crate::secrets::Secret;

const NOW: i64 = 1_795_683_600; // 2026-11-26T09:00:00Z

/// A server that answers with what `answer` makes of the request and of its number (from 1).
pub(crate) async fn serve(answer: impl Fn(&AxumRequest, u32) -> Response + Send + Sync + 'static) -> (Url, Arc<AtomicU32>) {
    let asked = Arc::new(AtomicU32::new(0));
    let (answer, count) = (Arc::new(answer), asked.clone());
    let app = Router::new().fallback(move |request: AxumRequest| {
        let n = count.fetch_add(1, Ordering::SeqCst) + 1;
        let response = answer(&request, n);
        async move { response }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v2", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (base.parse().unwrap(), asked)
}

pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: impl Into<AxumBody>) -> Response {
    let builder = headers.iter().fold(Response::builder().status(status), |b, (k, v)| b.header(*k, *v));
    builder.body(body.into()).unwrap()
}

struct Bearer;

impl Authorize for Bearer {
    fn authorize<'a>(&'a self, request: &'a mut Request, _: Time) -> BoxFuture<'a, Result<(), Fault>> {
        request.headers.insert("authorization", "Bearer s3cret-token".parse().unwrap());
        Box::pin(async { Ok(()) })
    }
}

fn wire(base: &Url, clock: Clock) -> Wire {
    let parts = WireParts {
        instance: "okta".into(),
        pins: Pins::to(base, false).unwrap(),
        auth: Box::new(Bearer),
        scrub: Scrub::of([&Secret::new("s3cret-token")]),
        clock,
        rate: RateHeaders::default(),
        backoff: Backoff::default(),
        seed: 7,
    };
    Wire::new(parts).unwrap()
}

/// Asks once; gives the answer or the fault, the tries and the waits.
async fn asked(
    budget: Budget,
    answer: impl Fn(&AxumRequest, u32) -> Response + Send + Sync + 'static,
) -> (Result<Answer, Fault>, u32, Vec<Duration>) {
    let (base, count) = serve(answer).await;
    let (clock, waits) = by_hand(Time::from_seconds(NOW));
    let got = wire(&base, clock).ask(&Request::get(below(&base, &["Users"], &[])), &mut budget.into(), &ByStatus).await;
    let waits = waits.lock().unwrap().clone();
    (got, count.load(Ordering::SeqCst), waits)
}

#[tokio::test]
async fn a_read_is_tried_again_where_the_app_is_not_well_and_only_there() {
    for (status, tries) in [(500, 4), (503, 4), (408, 4), (404, 1), (403, 1), (400, 1), (302, 1), (501, 1)] {
        let (got, count, waits) = asked(Budget::default(), move |_, _| reply(status, &[], "")).await;
        assert!(got.is_err());
        assert_eq!((count, waits.len() as u32), (tries, tries - 1), "{status}");
    }
    let (got, count, _) = asked(Budget::default(), |_, n| if n < 3 { reply(502, &[], "") } else { reply(200, &[], "{}") }).await;
    assert!(got.is_ok());
    assert_eq!(count, 3);
}

#[tokio::test]
async fn throttling_in_odd_clothes_is_waited_out_within_patience() {
    let cases = [("7", 7), ("0", 0), ("Thu, 26 Nov 2026 09:00:20 GMT", 20), ("Wed, 25 Nov 2026 09:00:00 GMT", 0), ("nonsense", 0)];
    for (value, seconds) in cases {
        let (got, count, waits) = asked(Budget::default(), move |_, n| {
            if n == 1 {
                reply(429, &[("retry-after", value), ("date", "Thu, 26 Nov 2026 09:00:00 GMT")], "")
            } else {
                reply(200, &[], "[]")
            }
        })
        .await;
        assert!(got.is_ok(), "{value}");
        assert_eq!(count, 2, "{value}");
        assert!(waits[0] >= Duration::from_secs(seconds).max(Duration::from_millis(250)), "{value}: {waits:?}");
    }
    let impatient = Budget { patience: Duration::from_secs(60), ..Budget::default() };
    let (got, count, waits) = asked(impatient, |_, _| reply(429, &[("retry-after", "3600")], "")).await;
    let fault = got.unwrap_err();
    assert_eq!((fault.class, fault.retry_after, count), (FaultClass::Throttled, Some(Duration::from_secs(3600)), 1));
    assert!(waits.is_empty());
    let (got, count, waits) = asked(impatient, |_, _| reply(429, &[("retry-after", "25")], "")).await;
    assert_eq!((got.unwrap_err().class, count, waits.len()), (FaultClass::Throttled, 3, 2), "patience is used up over the tries");
}

#[tokio::test]
async fn reads_leave_the_reserve_to_others() {
    let (base, _) = serve(|_, n| {
        let left = ["12", "10", "599"][n as usize - 1];
        reply(200, &[("x-rate-limit-limit", "100"), ("x-rate-limit-remaining", left), ("x-rate-limit-reset", "1795683630")], "[]")
    })
    .await;
    let (clock, waits) = by_hand(Time::from_seconds(NOW));
    let wire = wire(&base, clock);
    let mut allowance = Budget::default().into();
    for _ in 0..3 {
        wire.ask(&Request::get(base.clone()), &mut allowance, &ByStatus).await.unwrap();
    }
    assert_eq!(*waits.lock().unwrap(), [Duration::from_secs(30)], "before the third: 10 of 100 is the reserve");
    assert_eq!(allowance.patience, Duration::from_secs(270));
}

#[tokio::test]
async fn a_method_that_may_write_is_not_a_question() {
    let (base, count) = serve(|_, _| reply(200, &[], "{}")).await;
    let wire = wire(&base, by_hand(Time::default()).0);
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let fault = wire.ask(&Request::new(method, base.clone()), &mut Budget::default().into(), &ByStatus).await.unwrap_err();
        assert_eq!((fault.class, fault.message.code, fault.sent), (FaultClass::Unsupported, "WIRE-003", false));
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn only_named_hosts_are_called_and_no_redirect_is_followed() {
    let (base, count) = serve(|_, _| reply(302, &[("location", "/login?u=s3cret-token")], "")).await;
    let wire = wire(&base, by_hand(Time::default()).0);
    let other: Url = "http://127.0.0.2:1/v2".parse().unwrap();
    let fault = wire.ask(&Request::get(other), &mut Budget::default().into(), &ByStatus).await.unwrap_err();
    assert_eq!((fault.message.code, fault.sent), ("WIRE-002", false));
    let fault = wire.ask(&Request::get(base), &mut Budget::default().into(), &ByStatus).await.unwrap_err();
    assert_eq!((fault.class, fault.message.code, count.load(Ordering::SeqCst)), (FaultClass::Denied, "WIRE-008", 1));
}

#[tokio::test]
async fn no_secret_stays_in_a_message() {
    struct Echo;
    impl Classify for Echo {
        fn fault(&self, answer: &Answer, now: Time) -> Option<Fault> {
            Some(fault_of(answer, FaultClass::Denied, std::str::from_utf8(&answer.body).ok(), now))
        }
    }
    let (base, _) = serve(|r, _| reply(403, &[], r.headers()["authorization"].to_str().unwrap().to_owned())).await;
    let wire = wire(&base, by_hand(Time::default()).0);
    let fault = wire.ask(&Request::get(base), &mut Budget::default().into(), &Echo).await.unwrap_err();
    assert!(fault.to_string().contains("okta: GET 127.0.0.1"), "{fault}");
    assert!(fault.to_string().ends_with("status 403: Bearer …"), "{fault}");
}

/// A raw server: takes one connection, reads the request, writes these bytes and hangs up.
async fn raw(bytes: Vec<u8>) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut buffer = [0; 8192];
            let _ = socket.read(&mut buffer).await;
            let _ = socket.write_all(&bytes).await;
        }
    });
    format!("http://{address}/v2").parse().unwrap()
}

async fn fault_of_raw(bytes: Vec<u8>, budget: Budget) -> Fault {
    let base = raw(bytes).await;
    wire(&base, by_hand(Time::default()).0).ask(&Request::get(base), &mut budget.into(), &ByStatus).await.unwrap_err()
}

#[tokio::test]
async fn a_cut_answer_is_no_answer() {
    for bytes in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n[1,2",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n[1,2,",
    ] {
        let fault = fault_of_raw(bytes.to_vec(), Budget::default()).await;
        assert_eq!((fault.class, fault.sent), (FaultClass::Transient, true), "{:?}: {fault}", String::from_utf8_lossy(bytes));
    }
}

#[tokio::test]
async fn an_answer_has_a_largest_size_also_after_decompression() {
    let budget = Budget { bytes: 100_000, ..Budget::default() };
    let mut plain = b"HTTP/1.1 200 OK\r\ncontent-length: 200000\r\n\r\n".to_vec();
    plain.resize(plain.len() + 200_000, b' ');
    assert_eq!(fault_of_raw(plain, budget).await.message.code, "WIRE-018");
    let bomb = gzip_of_zeros(10 << 20);
    assert!(bomb.len() < budget.bytes, "it travels small");
    let mut bytes = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", bomb.len()).into_bytes();
    bytes.extend(bomb);
    assert_eq!(fault_of_raw(bytes, budget).await.message.code, "WIRE-018");
}

/// A gzip stream of `n` zero bytes, with fixed Huffman codes: one literal, then copies of 258 bytes at distance 1 (RFC 1951 §3.2.6).
fn gzip_of_zeros(n: usize) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut bits, mut held) = (0u64, 0u32);
    let mut put = |value: u64, width: u32, out: &mut Vec<u8>| {
        bits |= value << held;
        held += width;
        while held >= 8 {
            out.push(bits as u8);
            bits >>= 8;
            held -= 8;
        }
    };
    put(0b011, 3, &mut out); // last block, fixed codes
    put(0b0000_1100, 8, &mut out); // literal 0: 00110000, most significant bit first
    for _ in 0..n / 258 {
        put(0b1010_0011, 8, &mut out); // length 258: 11000101
        put(0, 5, &mut out); // distance 1
    }
    put(0, 7, &mut out); // end of block
    put(0, 7, &mut out); // fill the last byte
    out.extend([0; 8]); // checksum and size: never reached
    out
}

#[tokio::test]
async fn nobody_there_is_not_sent_and_silence_may_be() {
    let base: Url = "http://127.0.0.1:1/v2".parse().unwrap();
    let fault =
        wire(&base, by_hand(Time::default()).0).ask(&Request::get(base), &mut Budget::default().into(), &ByStatus).await.unwrap_err();
    assert_eq!((fault.class, fault.message.code, fault.sent), (FaultClass::Transient, "WIRE-017", false));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let quick = Budget { answer: Duration::from_millis(50), ..Budget::default() };
    let fault = wire(&base, by_hand(Time::default()).0).ask(&Request::get(base), &mut quick.into(), &ByStatus).await.unwrap_err();
    assert_eq!((fault.class, fault.message.code, fault.sent), (FaultClass::Transient, "WIRE-019", true));
}

#[test]
fn segments_and_queries_are_encoded_and_keep_their_order() {
    let base: Url = "https://h.example/scim/v2/?tenant=1".parse().unwrap();
    let url = below(&base, &["Users", "a/b c?"], &[("filter", "userName eq \"o'x\""), ("count", "2")]);
    assert_eq!(url.as_str(), "https://h.example/scim/v2/Users/a%2Fb%20c%3F?tenant=1&filter=userName%20eq%20%22o%27x%22&count=2");
    assert_eq!(below(&"https://h.example".parse().unwrap(), &["Users"], &[]).as_str(), "https://h.example/Users");
}
