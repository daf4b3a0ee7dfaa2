//! What can go wrong, as a closed set: the variant decides the status code and the exit code, the text is the
//! sentence a person reads: what happened, why, and what to do.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// An error that a person is shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum AppError {
    /// The input is wrong: the sentence names what and where (400, exit 1).
    #[error("{0}")]
    Invalid(String),
    /// Nobody is signed in, or no longer (401, exit 1).
    #[error("You are not signed in, or your session has ended. Sign in and try again.")]
    SignIn,
    /// Somebody of this standing may not do it; the sentence says who may (403, exit 1).
    #[error("{0}")]
    Forbidden(String),
    /// There is nothing under that name or id (404, exit 1).
    #[error("{0}")]
    NotFound(String),
    /// Somebody else changed or holds it (409, exit 1).
    #[error("{0}")]
    Conflict(String),
    /// What was sent is larger than is taken; the sentence says how much is (413, exit 1).
    #[error("{0}")]
    TooLarge(String),
    /// Too many attempts; the sentence says when to come back (429, exit 1).
    #[error("{0}")]
    TooMany(String),
    /// The database is busy, full or away; nothing was saved (503, exit 1).
    #[error("{0}")]
    Unavailable(String),
    /// A fault of the program; the details are in the log, not on the page (500, exit 1).
    #[error("Something went wrong on our side. Nothing was saved; the log of the server has the details.")]
    Internal,
}

/// The result of anything that may fail before a person.
pub type Result<T, E = AppError> = std::result::Result<T, E>;

impl AppError {
    /// The HTTP status that goes with it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Invalid(_) => 400,
            Self::SignIn => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound(_) => 404,
            Self::Conflict(_) => 409,
            Self::TooLarge(_) => 413,
            Self::TooMany(_) => 429,
            Self::Unavailable(_) => 503,
            Self::Internal => 500,
        }
    }
}

/// What may go wrong on the way between the page and the server.
impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Unavailable(
                "The server cannot be reached. Check the connection, then reload the page.".to_owned(),
            ),
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Self::Invalid("The server did not understand this request. Reload the page and try again.".to_owned())
            }
            _ => Self::Internal,
        }
    }
}
