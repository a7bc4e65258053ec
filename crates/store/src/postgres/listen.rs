//! Listens for work: one connection of its own, made when somebody first waits.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{StreamExt as _, stream};
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connect::Server;
use super::facts::WORK;
use crate::hint::Hint;

/// What listens, and whom it tells.
#[derive(Default)]
pub(super) struct Ears {
    pub(super) hint: Arc<Hint>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Ears {
    /// Begins to listen if nobody does: at first, and again after the connection was lost. Nothing comes of a failure: it is only a hint, and what
    /// keeps us from the server is told by the next question.
    pub(super) fn open(&self, server: &Server) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.as_ref().is_none_or(JoinHandle::is_finished) {
            let Ok(tls) = server.tls_if_any() else { return };
            *task = Some(tokio::spawn(listen(server.config.clone(), tls, Arc::clone(&self.hint))));
        }
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        if let Some(task) = self.task.get_mut().unwrap_or_else(PoisonError::into_inner) {
            task.abort();
        }
    }
}

async fn listen(config: tokio_postgres::Config, tls: Option<ClientConfig>, hint: Arc<Hint>) {
    match tls {
        Some(tls) => {
            if let Ok((client, connection)) = config.connect(MakeRustlsConnect::new(tls)).await {
                attend(client, connection, &hint).await;
            }
        }
        None => {
            if let Ok((client, connection)) = config.connect(NoTls).await {
                attend(client, connection, &hint).await;
            }
        }
    }
}

/// Until the connection is lost.
async fn attend<S: AsyncRead + AsyncWrite + Unpin, T: AsyncRead + AsyncWrite + Unpin>(
    client: Client,
    mut connection: Connection<S, T>,
    hint: &Hint,
) {
    let mut messages = stream::poll_fn(move |cx| connection.poll_message(cx));
    let begin = async {
        client.batch_execute(&format!("LISTEN {WORK}")).await.ok()?;
        // What came before this instant was told to nobody here.
        hint.give();
        Some(())
    };
    let hear = async {
        while let Some(Ok(message)) = messages.next().await {
            if matches!(message, AsyncMessage::Notification(_)) {
                hint.give();
            }
        }
        None::<()>
    };
    if let (Some(()), None) = futures_util::future::join(begin, hear).await {
        // Whoever waits looks, and listens anew.
        hint.give();
    }
}
