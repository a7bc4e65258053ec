//! Over real sockets: what leaves when a fault strikes.

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::fault::{Fault, Order, Phase};
use crate::scim::Scim;

async fn scim(faults: Faults) -> Running<Scim> {
    let scim = Scim::new(1, "t0ken", Clock::fixed(usher_domain::time::Time::from_seconds(1_795_000_000)));
    scim.add_user(&json!({"userName": "ana", "active": true, "displayName": "A".repeat(3000)})).unwrap();
    scim.start(faults).await.unwrap()
}

/// One request on a connection of its own; all bytes that come back.
async fn raw(host: &str, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer t0ken\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut out = Vec::new();
    // A reset after some bytes is what a torn answer may look like; what came before it counts.
    let _ = stream.read_to_end(&mut out).await;
    String::from_utf8(out).unwrap()
}

fn user_path(running: &Running<Scim>) -> String {
    format!("/v2/Users/{}", running.state().user("ana").unwrap()["id"].as_str().unwrap())
}

const OFF: &str = r#"{"Operations":[{"op":"replace","path":"active","value":false}]}"#;

#[tokio::test]
async fn a_lost_answer_is_a_closed_connection_after_the_effect() {
    let running = scim(Faults::new([Order::lost_answer("PATCH */Users/*")]).unwrap()).await;
    let path = user_path(&running);
    assert_eq!(raw(running.host(), "PATCH", &path, OFF).await, "", "not one byte of an answer");
    assert_eq!(running.state().inactive(), ["ana"], "and it happened");
    assert!(raw(running.host(), "PATCH", &path, OFF).await.starts_with("HTTP/1.1 200"));
    let log = running.log().matching("PATCH *");
    let seen: Vec<_> = log.iter().map(|e| (e.attempt, e.status, e.effect, e.fault)).collect();
    assert_eq!(seen, [(1, None, true, Some("drop")), (2, Some(200), true, None)]);
    assert_eq!(running.faults().unfired(), []);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_request_dropped_before_the_effect_did_nothing() {
    let running = scim(Faults::new([Order::first("PATCH *", Phase::BeforeEffect, Fault::Drop)]).unwrap()).await;
    assert_eq!(raw(running.host(), "PATCH", &user_path(&running), OFF).await, "");
    assert!(running.state().inactive().is_empty() && !running.log().entries()[0].effect);
}

#[tokio::test]
async fn a_torn_body_is_shorter_than_its_length_says() {
    let running = scim(Faults::new([Order::first("GET *", Phase::InBody, Fault::BodyTorn)]).unwrap()).await;
    let torn = raw(running.host(), "GET", &user_path(&running), "").await;
    let whole = raw(running.host(), "GET", &user_path(&running), "").await;
    let (head, body) = torn.split_once("\r\n\r\n").unwrap();
    let (_, full) = whole.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("content-length: {}", full.len())), "{head}");
    assert_eq!(body.len(), full.len() / 2);
    assert!(full.starts_with(body));
}

#[tokio::test]
async fn silence_ends_with_its_bound_or_with_the_server() {
    let order = |milliseconds| Order::first("GET *", Phase::BeforeEffect, Fault::Silence { milliseconds });
    let running = scim(Faults::new([order(1)]).unwrap()).await;
    assert_eq!(raw(running.host(), "GET", "/v2/Users", "").await, "");
    running.stop().await.unwrap();

    let running = scim(Faults::new([order(3_600_000)]).unwrap()).await;
    let host = running.host().to_owned();
    let waiting = tokio::spawn(async move { raw(&host, "GET", "/v2/Users", "").await });
    while running.log().entries().is_empty() {
        tokio::task::yield_now().await;
    }
    running.stop().await.unwrap();
    assert_eq!(waiting.await.unwrap(), "");
}

#[tokio::test]
async fn every_answer_says_that_it_is_simulated() {
    let running = scim(Faults::none()).await;
    let answer = raw(running.host(), "GET", "/v2/nothing", "").await;
    assert!(answer.contains("x-simulated: usher sandbox\r\n") && answer.contains("Simulated SCIM"), "{answer}");
    assert!(running.url.ends_with("/v2") && running.url.contains(running.host()));
    let host = running.host().to_owned();
    drop(running);
    while TcpStream::connect(&host).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
