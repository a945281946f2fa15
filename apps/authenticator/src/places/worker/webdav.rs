//! A file server (WebDAV, RFC 4918), through the relay of our server.

use super::{
    Failed, Files,
    request::{Answer, send},
};
use data_encoding::BASE64;
use vault::backup_files::names_in;
use web_sys::Url;

/// The folder that is made below the one that the person names.
const FOLDER: &str = "countersign/";
/// Asks for as little as can be; the names come with every answer.
const ASK: &[u8] = b"<?xml version=\"1.0\"?><propfind xmlns=\"DAV:\"><prop><resourcetype/></prop></propfind>";

pub(super) struct FileServer {
    folder: String,
    authorization: String,
}

impl FileServer {
    /// The server that `access` says: its address, a name and a password, in lines.
    pub(super) fn of(access: &str) -> Option<Self> {
        let mut lines = access.splitn(3, '\n');
        let (address, user, password) = (lines.next()?, lines.next()?, lines.next()?);
        let url = Url::new(address).ok().filter(|url| url.protocol() == "https:")?;
        let path = url.pathname();
        let slash = if path.ends_with('/') { "" } else { "/" };
        Some(Self {
            folder: format!("/api/v1/relay/webdav/{}{path}{slash}{FOLDER}", url.host()),
            authorization: format!("Basic {}", BASE64.encode(format!("{user}:{password}").as_bytes())),
        })
    }

    async fn send(
        &self,
        method: &str,
        name: &str,
        more: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Answer, Failed> {
        let mut headers = vec![("authorization", self.authorization.as_str())];
        headers.extend(more);
        send(method, &format!("{}{name}", self.folder), &headers, body).await
    }
}

impl Files for FileServer {
    async fn names(&self) -> Result<Vec<String>, Failed> {
        let headers = [("depth", "1"), ("content-type", "application/xml")];
        let answer = self.send("PROPFIND", "", &headers, Some(ASK)).await?;
        match (answer.status, answer.of_place) {
            (207, true) => Ok(names_in(&answer.text())),
            // The folder is made with the first backup.
            (404, true) => Ok(Vec::new()),
            _ => Err(answer.failure()),
        }
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Failed> {
        let answer = self.send("GET", name, &[], None).await?;
        match (answer.status, answer.of_place) {
            (200, true) => Ok(Some(answer.body)),
            (404, true) => Ok(None),
            _ => Err(answer.failure()),
        }
    }

    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Failed> {
        let headers = [("if-none-match", "*"), ("content-type", "application/octet-stream")];
        let mut answer = self.send("PUT", name, &headers, Some(bytes)).await?;
        // RFC 4918 §9.7.1: 409 where the folder is missing; some say 404.
        if answer.of_place && matches!(answer.status, 404 | 409) {
            let made = self.send("MKCOL", "", &[], None).await?;
            // 405: another device made it meanwhile.
            if !matches!(made.status, 201 | 405) {
                return Err(made.failure());
            }
            answer = self.send("PUT", name, &headers, Some(bytes)).await?;
        }
        match (answer.status, answer.of_place) {
            // 412: it is there, which its name says is the same.
            (200 | 201 | 204 | 412, true) => Ok(()),
            _ => Err(answer.failure()),
        }
    }

    async fn remove(&self, name: &str) -> Result<(), Failed> {
        let answer = self.send("DELETE", name, &[], None).await?;
        match (answer.status, answer.of_place) {
            (200 | 202 | 204 | 404, true) => Ok(()),
            _ => Err(answer.failure()),
        }
    }
}
