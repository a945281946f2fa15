use std::{path::Path, process::Command};

/// A picture in shades of gray, a byte for each pixel.
pub struct Gray {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Row after row, from the top.
    pub pixels: Vec<u8>,
}

impl Gray {
    /// Reads a picture of any kind that ImageMagick knows.
    ///
    /// # Panics
    /// When it does not.
    pub fn read(file: &Path) -> Self {
        let output = Command::new("convert")
            .arg(file)
            .args(["-alpha", "off", "-depth", "8", "pgm:-"])
            .output()
            .expect("convert starts; `cargo xtask test --setup` installs it");
        assert!(output.status.success(), "convert: {}", String::from_utf8_lossy(&output.stderr));
        let mut fields = output.stdout.splitn(4, u8::is_ascii_whitespace);
        let mut next = || fields.next().expect("a field of the head");
        assert_eq!(next(), b"P5");
        let mut number = || String::from_utf8_lossy(next()).parse().expect("a number");
        let (width, height) = (number(), number());
        let rest = next();
        let pixels = rest.strip_prefix(b"255\n").expect("a byte for each pixel").to_vec();
        assert_eq!(pixels.len(), width * height);
        Self { width, height, pixels }
    }

    /// What the QR codes in it say, as a phone would read them.
    pub fn scan(&self) -> Vec<String> {
        qr::read(&self.pixels, self.width, self.height).iter().map(|text| text.to_string()).collect()
    }
}
