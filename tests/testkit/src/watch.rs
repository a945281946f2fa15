//! Programs that a test starts and that must not outlive it, however it ends.

use std::{
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

/// A shell that waits for the end of this process, and then ends a program and removes its folder.
pub(crate) struct Watch(Child, #[expect(dead_code, reason = "closed when this process ends")] ChildStdin);

impl Watch {
    pub(crate) fn over(child: &Child, folder: &Path) -> Self {
        let script = r#"read -r line; kill -KILL "$1" 2>/dev/null; rm -rf "$2""#;
        let mut watch = Command::new("sh")
            .args(["-c", script, "sh", &child.id().to_string()])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let line = watch.stdin.take().unwrap();
        Self(watch, line)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _killed = self.0.kill();
        let _status = self.0.wait();
    }
}
