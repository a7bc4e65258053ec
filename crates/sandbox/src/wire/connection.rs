//! TCP connections that a handler can cut: a lost answer is a closed connection, not an error page.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// No cut is ordered.
const OPEN: u64 = u64::MAX;

/// Orders a connection to break off. Held by the handler of a request on that connection.
#[derive(Debug, Clone)]
pub(crate) struct Cut(Arc<AtomicU64>);

impl Cut {
    /// From now on not one more byte leaves.
    pub(crate) fn now(&self) {
        self.0.store(0, Ordering::SeqCst);
    }

    /// The head of the next answer and so many bytes of its body leave, then nothing.
    pub(crate) fn after_body_bytes(&self, bytes: u64) {
        self.0.store(bytes + 1, Ordering::SeqCst);
    }
}

/// A stream that stops writing when its [`Cut`] says so.
#[derive(Debug)]
pub(crate) struct Line {
    stream: TcpStream,
    cut: Cut,
    /// Of the answer that is cut within its body: the last bytes of the head so far, to find its end.
    head: Option<[u8; 4]>,
}

impl Line {
    /// How many of these bytes may leave; `None`: no cut is ordered.
    fn allowed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut left = self.cut.0.load(Ordering::SeqCst);
        if left == OPEN {
            return None;
        }
        let mut allowed = 0;
        for byte in bytes {
            if left == 0 {
                break;
            }
            match &mut self.head {
                Some(tail) if *tail == *b"\r\n\r\n" => {
                    left -= 1;
                    if left == 0 {
                        break;
                    }
                }
                tail => {
                    let [_, b, c, d] = tail.unwrap_or_default();
                    *tail = Some([b, c, d, *byte]);
                }
            }
            allowed += 1;
        }
        self.cut.0.store(left, Ordering::SeqCst);
        Some(allowed)
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.allowed(buf) {
            None => Pin::new(&mut self.stream).poll_write(cx, buf),
            Some(0) if !buf.is_empty() => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            Some(allowed) => Pin::new(&mut self.stream).poll_write(cx, &buf[..allowed]),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Accepts [`Line`]s on loopback.
#[derive(Debug)]
pub(crate) struct Lines(pub(crate) TcpListener);

impl Listener for Lines {
    type Io = Line;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Line, Self::Addr) {
        let (stream, addr) = Listener::accept(&mut self.0).await;
        // Small answers should not wait for more to send; a failure here only costs time.
        let _ = stream.set_nodelay(true);
        (Line { stream, cut: Cut(Arc::new(AtomicU64::new(OPEN))), head: None }, addr)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Lines>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.io().cut.clone()
    }
}
