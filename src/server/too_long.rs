//! An address, or a head, that is longer than HTTP takes is refused by hyper before it reaches the router, with a bare
//! status. The person who sent it gets a page here.

use super::assets;
use super::router::plain_html;
use super::security::{self, HEADERS};
use crate::place::at;
use axum::http::StatusCode;
use std::fmt::Write;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What the connection of a client is told in place of hyper's bare refusals; nothing else of Doubles answers so.
#[derive(Clone, Debug)]
pub struct Refusals(Arc<[(StatusCode, Vec<u8>)]>);

/// A connection on which refusals are pages.
#[derive(Debug)]
pub struct Told<S> {
    stream: S,
    refusals: Refusals,
    /// What is still to be written in place of a refusal.
    left: Vec<u8>,
}

impl Refusals {
    /// The pages, made once.
    pub fn new() -> Self {
        let address = "This address is longer than 65,000 characters, so it never reached Doubles. Filter by fewer \
                       values: a page takes 200 of one kind at most.";
        let head = "The browser sent more than 400,000 characters before the question itself. Clear the cookies of this \
                    site, or shorten the address.";
        let pages = [
            (StatusCode::URI_TOO_LONG, "The address is too long", address),
            (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Too much was sent", head),
        ];
        Self(pages.into_iter().map(|(status, title, sentence)| (status, answer(status, title, sentence))).collect())
    }

    /// On a connection.
    pub fn told_on<S>(&self, stream: S) -> Told<S> {
        Told { stream, refusals: self.clone(), left: Vec::new() }
    }

    fn of(&self, written: &[u8]) -> Option<&[u8]> {
        let status = written.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
        self.0.iter().find(|(refusal, _)| refusal.as_str().as_bytes() == status).map(|(_, page)| page.as_slice())
    }
}

fn answer(status: StatusCode, title: &str, sentence: &str) -> Vec<u8> {
    let page = plain_html(&at(&assets::leptos_options().css_path()), title, sentence);
    let mut answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n", page.len());
    let own = [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("content-security-policy", security::POLICY_OF_PLAIN_PAGES),
    ];
    let shared = HEADERS;
    let shared = shared.iter().map(|(name, value)| (name.as_str(), *value));
    for (name, value) in own.into_iter().chain(shared) {
        // Writing to a String cannot fail.
        let _ = write!(answer, "{name}: {value}\r\n");
    }
    (answer + "\r\n" + &page).into_bytes()
}

impl<S: AsyncWrite + Unpin> Told<S> {
    fn poll_left(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.left.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.left))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.left.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Told<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Told<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_left(cx))?;
        // hyper writes the head of an answer from its beginning, and a refusal is nothing but a head.
        if let Some(page) = self.refusals.of(buf).map(<[u8]>::to_vec) {
            self.left = page;
            return Poll::Ready(Ok(buf.len()));
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_left(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_left(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match bufs.iter().find(|buf| !buf.is_empty()) {
            Some(first) if !self.left.is_empty() || self.refusals.of(first).is_some() => self.poll_write(cx, first),
            _ => Pin::new(&mut self.stream).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
