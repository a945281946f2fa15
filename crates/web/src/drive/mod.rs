//! Google Drive as a place for the app's backups: `/api/v1/drive`.
//!
//! The person signs in at Google in a window of their own (OAuth 2.0, RFC 6749 §4.1, with PKCE, RFC 7636). What that
//! brings is exchanged here, since Google wants the client's secret for it, which only the server has. The server keeps
//! nothing of it: the app has the refresh token in its sealed vault, and sends it for each backup.
//!
//! Files are carried as the relay carries them, so that the app speaks to its own server only and its content policy
//! stays as it is. What the app sends decides neither host nor path: there are four requests, and an id.

mod files;
mod token;

use crate::{
    percent::encoded,
    relay::{Relay, Target},
    state::App,
};
use axum::{Router, routing::post};
use model::Secret;
use std::{fmt, sync::Arc};

/// Where every address begins.
pub(crate) const PATH: &str = "/api/v1/drive";
/// The folder that only this app sees, in the words of Google's list of scopes.
const SCOPE: &str = "https://www.googleapis.com/auth/drive.appdata";

/// The client that an administrator registered with Google, and where Google is.
pub struct Drive {
    /// The client's id: letters, digits, dots, dashes and underscores.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: Arc<Secret>,
    /// Where people sign in.
    pub accounts: Target,
    /// Where what that brings is exchanged.
    pub tokens: Target,
    /// Where the files are.
    pub api: Target,
    /// How they are reached.
    pub relay: Relay,
}

impl Drive {
    /// Where a person signs in. The app adds `redirect_uri`, `state` and `code_challenge`.
    pub(crate) fn sign_in_address(&self) -> String {
        format!(
            "{}o/oauth2/v2/auth?response_type=code&access_type=offline&prompt=consent&code_challenge_method=S256\
             &scope={}&client_id={}",
            self.accounts,
            encoded(SCOPE),
            self.client_id
        )
    }
}

impl fmt::Debug for Drive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drive").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/drive/token", post(token::exchange))
        .route("/api/v1/drive/files", post(files::create).get(files::list))
        .route("/api/v1/drive/files/{id}", axum::routing::get(files::read).delete(files::remove))
}
