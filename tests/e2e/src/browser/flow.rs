//! What a person does in the authenticator again and again.

use super::Browser;
use serde_json::json;

impl Browser {
    /// From the welcome to the button that makes the vault, without a backup.
    pub async fn skip_the_backup(&self, password: &str) {
        self.press("Continue").await;
        self.sees("Activate cloud backup").await;
        self.press("Skip for now").await;
        self.check("I understand that lost tokens cannot be restored").await;
        self.fill("Password for this app", password).await;
        self.fill("Repeat the password", password).await;
        self.press("Continue").await;
    }

    /// From the welcome to the empty list, without a backup.
    pub async fn begin_without_backup(&self, password: &str) {
        self.skip_the_backup(password).await;
        self.sees("No tokens yet").await;
    }

    /// Puts a link into the address, as when it is followed, and adds its token.
    pub async fn follow(&self, uri: &str) {
        self.run(&format!("location.hash = 'enroll=' + encodeURIComponent({})", json!(uri))).await;
        self.sees("Add this token?").await;
        self.press("Add new token").await;
    }
}
