use super::place::{BackupPlace, Kept, PlaceError};
use crate::browser::{
    Refused,
    request::{self, Answer, Request},
};
use model::Secret;
use vault::{backup_box::BackupBox, container::SlotKey};
use zeroize::Zeroizing;

/// A box on the server that the app came from.
pub(super) struct ServerPlace {
    path: String,
    authorization: Secret,
}

impl ServerPlace {
    /// The box with this root.
    pub(super) fn of(root: &SlotKey) -> Self {
        let found = BackupBox::from_root(root);
        let access = found.access().expose_text().unwrap_or_default();
        Self {
            path: format!("/api/v1/backup/{}", found.id()),
            authorization: Secret::from_text(format!("Bearer {access}")),
        }
    }

    async fn send(
        &self,
        method: &str,
        more: Option<(&str, &str)>,
        body: Option<&[u8]>,
    ) -> Result<Answer, PlaceError> {
        let authorization = Zeroizing::new(self.authorization.expose_text().unwrap_or_default().to_owned());
        let mut headers = vec![("authorization", authorization.as_str())];
        if body.is_some() {
            headers.push(("content-type", "application/octet-stream"));
        }
        headers.extend(more);
        let request = Request { method, path: &self.path, headers: &headers, body };
        request::send(&request).await.map_err(|refused| match refused {
            Refused::TooSlow => PlaceError::TooSlow,
            _ => PlaceError::Unreachable,
        })
    }
}

impl BackupPlace for ServerPlace {
    async fn read(&self) -> Result<Vec<Kept>, PlaceError> {
        let answer = self.send("GET", None, None).await?;
        match answer.status {
            200 => Ok(vec![Kept { bytes: answer.body, damaged: false, etag: answer.etag }]),
            404 => Ok(Vec::new()),
            _ => Err(refusal(&answer)),
        }
    }

    async fn write(&self, bytes: &[u8], expected: Option<&str>) -> Result<Option<String>, PlaceError> {
        let condition = match expected {
            Some(etag) => ("if-match", etag),
            None => ("if-none-match", "*"),
        };
        let answer = self.send("PUT", Some(condition), Some(bytes)).await?;
        match answer.status {
            200 | 201 | 204 => Ok(answer.etag),
            // A box that was removed on the server is made anew.
            404 if expected.is_some() => Err(PlaceError::Changed),
            412 => Err(PlaceError::Changed),
            _ => Err(refusal(&answer)),
        }
    }
}

fn refusal(answer: &Answer) -> PlaceError {
    match answer.status {
        502 | 503 => PlaceError::Unreachable,
        408 | 504 => PlaceError::TooSlow,
        413 => PlaceError::TooLarge,
        429 => PlaceError::TooMany,
        507 => PlaceError::Full,
        // A static host has no such service.
        status @ (401 | 403 | 404 | 405 | 501) => PlaceError::NoBackups(format!("HTTP {status}")),
        status => PlaceError::Refused(format!("HTTP {status}")),
    }
}
