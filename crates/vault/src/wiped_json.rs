//! JSON with secrets in it, in memory that is wiped.

use serde::Serialize;
use std::io;
use zeroize::Zeroizing;

/// The value as JSON. It must hold no map whose keys are no texts.
pub(crate) fn write(value: &impl Serialize) -> Zeroizing<Vec<u8>> {
    // Counted first: a buffer that grows leaves copies of secrets behind.
    let mut count = Count(0);
    let counted = serde_json::to_writer(&mut count, value);
    let mut bytes = Zeroizing::new(Vec::with_capacity(count.0));
    let written = serde_json::to_writer(&mut *bytes, value);
    // Neither a map with keys that are no texts nor a writer that fails is in there.
    debug_assert!(counted.is_ok() && written.is_ok() && bytes.len() == count.0);
    bytes
}

struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
