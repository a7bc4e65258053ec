//! A connection that breaks at a chosen word: what is certain is said or done again, what isn't is said to be open.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// When the connection is cut, once, at a message to the server that holds a word.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// It never arrives.
    Before,
    /// It arrives, and its answer doesn't.
    After,
}

/// Stands between usher and the server. Gives its port and the switch that arms the cut.
async fn cutting(word: &'static str, cut: Cut) -> (u16, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, armed) = (listener.local_addr().unwrap().port(), Arc::new(AtomicBool::new(false)));
    let (address, switch) = (server().rsplit('@').next().unwrap().to_owned(), Arc::clone(&armed));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass(client, TcpStream::connect(address.clone()).await.unwrap(), word, cut, Arc::clone(&switch)));
        }
    });
    (port, armed)
}

async fn pass(mut client: TcpStream, mut server: TcpStream, word: &'static str, cut: Cut, armed: Arc<AtomicBool>) {
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(n @ 1..) = read else { return };
                let meets = up[..n].windows(word.len()).any(|bytes| bytes == word.as_bytes());
                let cuts = meets && armed.swap(false, Ordering::SeqCst);
                if cuts && matches!(cut, Cut::Before) {
                    return;
                }
                if server.write_all(&up[..n]).await.is_err() {
                    return;
                }
                if cuts {
                    // The server has answered, so it has done what it was asked.
                    let _ = server.read(&mut down).await;
                    return;
                }
            }
            read = server.read(&mut down) => {
                let Ok(n @ 1..) = read else { return };
                if client.write_all(&down[..n]).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_connection_that_breaks_repeats_nothing_and_says_what_is_not_known() {
    // The word, where it breaks, what the caller is told (`None`: nothing, it was done again), and how many events are there afterwards.
    let cases = [
        ("INSERT INTO event", Cut::Before, None, 1),
        ("INSERT INTO event", Cut::After, None, 1),
        ("COMMIT\0", Cut::Before, Some("STORE-046"), 0),
        ("COMMIT\0", Cut::After, Some("STORE-046"), 1),
    ];
    for (word, cut, told, kept) in cases {
        let schema = Schema::new();
        let (port, armed) = cutting(word, cut).await;
        let (user, _) = server().rsplit_once('@').map(|(user, address)| (user.to_owned(), address.to_owned())).unwrap();
        let through = format!("{user}@127.0.0.1:{port}/{}", schema.url.rsplit_once('/').unwrap().1);
        let store = open(&through);
        store.find(Find::on("x")).await.unwrap();
        armed.store(true, Ordering::SeqCst);
        let answer = store.commit(Batch::default().event("s", "k", "x").row(ShelfRow::new("a", "b", "c"))).await;
        assert!(!armed.load(Ordering::SeqCst), "{word} {cut:?}: the cut must be met");
        match told {
            None => assert_eq!(answer, Ok(vec![Seq(1)]), "{word} {cut:?}"),
            Some(told) => assert_eq!(code(answer).0, told, "{word} {cut:?}"),
        }
        // The same handle goes on, over a new connection.
        assert_eq!(store.load("s", Seq(0), 10).await.unwrap().len(), kept, "{word} {cut:?}");
        assert_eq!(store.find(Find::on("a")).await.unwrap().len(), kept, "{word} {cut:?}: whole or not at all");
    }
}
