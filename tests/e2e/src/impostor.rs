use std::{
    io::Write,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// Somebody who listens where they should not.
pub struct Impostor {
    /// Where.
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

/// What an impostor does with a connection.
pub type Deed = fn(TcpStream);

impl Impostor {
    /// What a server is not, with a word for each.
    pub const DEEDS: [(&str, Deed); 3] = [
        ("a connection that is closed at once", |_| {}),
        ("rubbish", |mut stream| {
            let _written = stream.write_all(&[0x55; 4096]);
        }),
        ("plain HTTP", |mut stream| {
            let _written = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        }),
    ];

    /// Does the same with every connection.
    ///
    /// # Panics
    /// When the address is not free.
    pub fn at(address: SocketAddr, deed: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).expect("the address is free");
        let address = listener.local_addr().expect("bound");
        let (connections, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, stopped, deed) = (Arc::clone(&connections), Arc::clone(&stop), Arc::new(deed));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                count.fetch_add(1, Ordering::SeqCst);
                let deed = Arc::clone(&deed);
                thread::spawn(move || deed(stream));
            }
        });
        Self { address, connections, stop }
    }

    /// Whether somebody has connected.
    pub fn was_asked(&self) -> bool {
        self.connections.load(Ordering::SeqCst) > 0
    }
}

impl Drop for Impostor {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _woken = TcpStream::connect(self.address);
        // The listener goes with its thread; the next impostor wants the address.
        thread::sleep(Duration::from_millis(100));
    }
}
