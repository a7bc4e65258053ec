//! Several processes on one file, and processes that die. Each test is also the child that it spawns.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use usher_domain::diagnostic::Diagnostic;
use usher_domain::digest::Digest;
use usher_domain::journal::Seq;

use super::super::{Settings, Sqlite};
use super::settings;
use crate::batch::{Batch, ShelfRow};
use crate::error::StoreError;
use crate::snapshots::SnapPage;
use crate::store::Store;
use crate::system_clock;
use crate::testing::{account, meta, query};

const STORE: &str = "USHER_TEST_STORE";

/// Runs the test of this name as a child on this store.
fn child(test: &str, settings: &Settings) -> Child {
    let module = module_path!().split_once("::").unwrap().1;
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::{test}"), "--nocapture", "--test-threads=1"])
        .env(STORE, &settings.path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// In a child: the store to work on. The child ends when its parent does.
fn as_child() -> Option<Settings> {
    let path = PathBuf::from(std::env::var_os(STORE)?);
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    Some(Settings::new(path, system_clock()))
}

/// A line for the parent, at once and past what the test runner does with its output.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n{line}\n").as_bytes()).and_then(|()| out.flush()).unwrap();
}

#[cfg(target_os = "linux")]
const WRITERS: usize = 6;

/// Writes without end and says what was acknowledged: batches of six streams, pages of one snapshot, under a lease.
#[cfg(target_os = "linux")]
fn write_and_say(settings: Settings) -> ! {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(settings).unwrap());
    runtime.block_on(async {
        let lease = store.claim(Some("lane"), "child", 3_600_000).await.unwrap().unwrap();
        say(&format!("lease {}", lease.fence));
        for w in 0..WRITERS {
            let (store, lease) = (Arc::clone(&store), lease.clone());
            tokio::spawn(async move {
                let stream = format!("s{w}");
                let mut at = store.load(&stream, Seq(0), u32::MAX).await.unwrap().len() as u64;
                loop {
                    let body = format!("{w} {}", at + 1);
                    let row = ShelfRow::new("heads", stream.as_str(), (at + 1).to_string());
                    let batch = Batch::under(&lease).expect(&stream, Seq(at)).event(&stream, "k", body.as_str()).row(row).blob(body);
                    at = store.commit(batch).await.unwrap()[0].0;
                    say(&format!("event {w} {at}"));
                }
            });
        }
        let open = store.unsealed("okta").await.unwrap();
        let (id, mut pages) = match open {
            Some(open) => (open.id, open.pages),
            None => (store.snapshot_begin("okta", query()).await.unwrap(), 0),
        };
        loop {
            let rows = vec![account(&pages.to_string(), 1, "a"), account("always", 1, "a")];
            let page = SnapPage { rows, resume: Some(pages.to_string()), lease: Some(lease.clone()) };
            store.snapshot_page(id, page).await.unwrap();
            pages += 1;
            say(&format!("page {pages}"));
        }
    })
}

#[cfg(target_os = "linux")]
#[test]
fn what_was_acknowledged_survives_kill_9() {
    if let Some(settings) = as_child() {
        write_and_say(settings);
    }
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let (mut events, mut pages, mut fence) = ([0_u64; WRITERS], 0_u64, 0_u64);
    for lines in [1, 2, 5, 30, 100, 300] {
        let mut child = child("what_was_acknowledged_survives_kill_9", &settings);
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut note = |line: &str| {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["event", w, n] => events[w.parse::<usize>().unwrap()] = n.parse().unwrap(),
                ["page", n] => pages = n.parse().unwrap(),
                ["lease", n] => {
                    assert!(n.parse::<u64>().unwrap() > fence);
                    fence = n.parse().unwrap();
                }
                _ => return 0,
            }
            1
        };
        let mut acknowledged = 0;
        while acknowledged < lines {
            acknowledged += note(&said.next().expect("the child writes until it is killed"));
        }
        child.kill().unwrap();
        // Not waited for yet: even while it is a zombie its lease is nobody's.
        said.for_each(|line| _ = note(&line));
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            let store = Sqlite::open(settings.clone()).unwrap();
            for (w, acknowledged) in events.iter_mut().enumerate() {
                let stream = format!("s{w}");
                let kept = store.load(&stream, Seq(0), u32::MAX).await.unwrap();
                let head = kept.len() as u64;
                assert!(head >= *acknowledged, "{stream}: {acknowledged} were acknowledged, {head} are there");
                let row = store.get("heads", &stream).await.unwrap().map_or("0".into(), |row| String::from_utf8(row.body).unwrap());
                assert_eq!(row, head.to_string(), "a batch is whole");
                for event in kept {
                    assert_eq!(event.body, format!("{w} {}", event.seq.0).into_bytes());
                    assert!(store.blob(Digest::of(&event.body)).await.unwrap().is_some(), "a batch is whole");
                }
            }
            let open = store.unsealed("okta").await.unwrap();
            let kept = open.as_ref().map_or(0, |open| open.pages);
            assert!(kept >= pages, "{pages} pages were acknowledged, {kept} are there");
            assert_eq!(open.and_then(|open| open.resume), kept.checked_sub(1).map(|last| last.to_string()), "page and cursor go together");
            assert_eq!(store.latest("okta", false).await.unwrap(), None);
            assert_eq!(store.check().await.unwrap(), []);
            take_over(&store, &mut fence).await;
        });
        child.wait().unwrap();
    }
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
        let store = Sqlite::open(settings).unwrap();
        let open = store.unsealed("okta").await.unwrap().unwrap();
        let sealed = store.snapshot_seal(open.id, meta("okta", 1, vec![]), None).await.unwrap();
        assert_eq!(sealed.rows.values().sum::<u64>(), open.pages + 1);
        assert_eq!(store.check().await.unwrap(), []);
    });
}

/// The lease of a dead process is free at once, though its hour is not over. It is left as if by a process that died.
#[cfg(target_os = "linux")]
async fn take_over(store: &Sqlite, fence: &mut u64) {
    assert_eq!(store.held("lane").await.unwrap(), None);
    let lease = store.claim(Some("lane"), "parent", 60_000).await.unwrap().expect("its holder is dead");
    assert_eq!(lease.fence, *fence + 1);
    *fence = lease.fence;
    store.release(lease).await.unwrap();
}

#[test]
fn four_processes_make_one_store_and_append_to_one_stream() {
    const EACH: u64 = 25;
    if let Some(settings) = as_child() {
        let store = Sqlite::open(settings).unwrap();
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            let mut done = 0;
            while done < EACH {
                let size = store.load("log", Seq(0), u32::MAX).await.unwrap().len() as u64;
                let batch = Batch::default().expect("log", Seq(size)).event("log", "k", size.to_string());
                match store.commit(batch.row(ShelfRow::new("frontier", "log", (size + 1).to_string()))).await {
                    Ok(_) => done += 1,
                    Err(StoreError::Conflict { .. }) => {}
                    Err(other) => panic!("only conflicts are expected here: {other}"),
                }
            }
        });
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let children: Vec<_> = (0..4).map(|_| child("four_processes_make_one_store_and_append_to_one_stream", &settings)).collect();
    for child in children {
        // Its input stays open until it ends.
        let (mut child, mut output) = (child, String::new());
        child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
        assert!(child.wait().unwrap().success(), "{output}");
    }
    let store = Sqlite::open(settings).unwrap();
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
        let log = store.load("log", Seq(0), u32::MAX).await.unwrap();
        assert_eq!(log.len() as u64, 4 * EACH);
        assert!(log.iter().all(|entry| entry.body == (entry.seq.0 - 1).to_string().into_bytes()));
        assert_eq!(store.get("frontier", "log").await.unwrap().unwrap().body, b"100");
        assert_eq!(store.check().await.unwrap(), []);
    });
}

#[test]
fn whoever_keeps_the_store_busy_is_named() {
    if let Some(settings) = as_child() {
        let held = super::super::opening::connect(&settings).unwrap();
        held.execute_batch("BEGIN IMMEDIATE").unwrap();
        say("busy");
        loop {
            std::thread::park();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    settings.patience = Duration::from_millis(50);
    let store = Sqlite::open(settings.clone()).unwrap();
    let mut child = child("whoever_keeps_the_store_busy_is_named", &settings);
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(said.any(|line| line.ends_with("busy")));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let write = || runtime.block_on(store.commit(Batch::default().event("s", "k", "x")));
    let busy = Diagnostic::from(write().unwrap_err());
    assert_eq!(busy.code, "STORE-008");
    assert!(!cfg!(target_os = "linux") || busy.detail.contains(&format!("process {}", child.id())), "{}", busy.detail);
    assert!(!busy.to_string().contains("locked"), "never the engine's own words: {busy}");
    assert_eq!(runtime.block_on(store.load("s", Seq(0), 1)).unwrap(), [], "reading goes on");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(write().unwrap(), [Seq(1)], "who comes after it waits for itself");
}
