use std::{
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

impl Impostor {
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
