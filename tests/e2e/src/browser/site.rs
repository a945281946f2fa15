use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

/// The content policy that the server sends with the app. Nothing from elsewhere, no text that becomes code or markup.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' blob: data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; \
    base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types default";

/// The folder with the built app: what `COUNTERSIGN_APP_DIR` names.
///
/// # Panics
/// When it is not there.
pub fn app_folder() -> PathBuf {
    let folder = env::var_os("COUNTERSIGN_APP_DIR").map(PathBuf::from).unwrap_or_default();
    assert!(
        folder.join("sw.js").is_file(),
        "the app is not built; run the tests with `cargo xtask test`, or `cargo xtask app` and set COUNTERSIGN_APP_DIR"
    );
    folder
}

/// The built app on a static host, at `http://localhost:PORT/app/`.
pub struct Site {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
}

impl Site {
    /// Serves the folder on a free port.
    ///
    /// # Panics
    /// When it cannot.
    pub fn serve(folder: &Path) -> Self {
        Self::serve_at(folder, 0)
    }

    /// Serves it on this port again.
    ///
    /// # Panics
    /// When the port is taken.
    pub fn serve_at(folder: &Path, port: u16) -> Self {
        Self::listen(folder, port, 0)
    }

    /// Serves it by a clock that is ahead of the device's by so many seconds.
    ///
    /// # Panics
    /// When it cannot.
    pub fn serve_ahead(folder: &Path, secs: i64) -> Self {
        Self::listen(folder, 0, secs)
    }

    fn listen(folder: &Path, port: u16, ahead_secs: i64) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let stop = Arc::new(AtomicBool::new(false));
        let site = Self { address, stop: Arc::clone(&stop) };
        let folder = folder.to_owned();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let folder = folder.clone();
                thread::spawn(move || answer(&stream, &folder, ahead_secs));
            }
        });
        site
    }

    /// The address of the app. By name, since passkeys want one.
    pub fn address(&self) -> String {
        format!("http://localhost:{}/app/", self.address.port())
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a connection.
        let _woken = TcpStream::connect(self.address);
    }
}

fn answer(stream: &TcpStream, folder: &Path, ahead_secs: i64) -> Option<()> {
    let mut reader = BufReader::new(stream.take(64 * 1024));
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.split(['?', '#']).next()?.to_owned();
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).ok()? <= 2 {
            break;
        }
    }
    let name = match path.as_str() {
        "/app/" => "index.html",
        path => path.strip_prefix("/app/").unwrap_or_default(),
    };
    let content = match path.as_str() {
        "/api/v1/places" => Some(br#"{"webdav":[],"drive":null,"icloud":false}"#.to_vec()),
        "/api/v1/time" => Some(format!("{{\"now_ms\":{}}}", now_ms() + 1000 * ahead_secs).into_bytes()),
        _ if name.is_empty() || name.contains("..") => None,
        _ => fs::read(folder.join(name)).ok(),
    };
    let status = if content.is_some() { "200 OK" } else { "404 Not Found" };
    let content = content.unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {}\r\ncontent-length: {}\r\ncontent-security-policy: {POLICY}\r\n\
         cache-control: no-cache\r\nx-content-type-options: nosniff\r\npermissions-policy: camera=(self)\r\n\
         connection: close\r\n\r\n",
        kind(name),
        content.len()
    );
    let mut stream = stream;
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(&content).ok()
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[expect(clippy::disallowed_methods, reason = "the server's clock")]
fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}
