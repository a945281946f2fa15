use super::{Export, uri};
use crate::{Token, Vault};
use model::Secret;
use zeroize::Zeroizing;

/// The words on a printed page, in the person's language. Plain text.
#[derive(Debug, Clone, Copy)]
pub struct PageTexts<'a> {
    /// The language, as HTML names it: `en`.
    pub language: &'a str,
    /// The heading.
    pub title: &'a str,
    /// What the page is, when it was made, where to keep it.
    pub introduction: &'a str,
    /// In front of the secret.
    pub key: &'a str,
    /// In front of the parameters.
    pub parameters: &'a str,
}

impl Default for PageTexts<'_> {
    /// English.
    fn default() -> Self {
        Self {
            language: "en",
            title: "One-time password tokens",
            introduction: "Whoever has this page can make your codes. Keep it where you keep your passport.",
            key: "Key",
            parameters: "Details",
        }
    }
}

const STYLE: &str = "body{font:11pt/1.4 sans-serif;color:#000;background:#fff;margin:2em}\
h1{font-size:16pt}article{display:flex;gap:1.5em;padding:1em 0;border-top:1px solid #999;break-inside:avoid}\
figure{margin:0;flex:0 0 40mm}svg{width:40mm;height:40mm}h2{font-size:12pt;margin:0}\
p{margin:.3em 0}code{font:11pt monospace;overflow-wrap:anywhere}";

/// A page to be printed, with every token as a QR code and in letters: HTML that needs nothing besides itself and lets
/// nothing in. Not encrypted.
///
/// `qr` draws a text as SVG, of which it is trusted that it is nothing else; where it gives none, the letters must do.
pub fn page(vault: &Vault, texts: PageTexts<'_>, mut qr: impl FnMut(&Secret) -> Option<String>) -> Export {
    let (entries, left_out) = super::entries(vault);
    let mut parts: Vec<Zeroizing<String>> = Vec::new();
    let mut put = |text: String| parts.push(Zeroizing::new(text));
    put(format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n<style>{STYLE}</style>\n\
         <h1>{}</h1>\n<p>{}</p>\n",
        escaped(texts.language),
        escaped(texts.title),
        escaped(texts.title),
        escaped(texts.introduction),
    ));
    for entry in &entries {
        let picture = qr(&uri::write(entry)).map(Zeroizing::new);
        let key = entry.token.seed().to_base32_groups();
        put(format!(
            "<article>\n<figure>{}</figure>\n<div>\n<h2>{}</h2>\n<p>{}: <code>{}</code></p>\n<p>{}: {}</p>\n",
            picture.as_deref().map_or("", String::as_str),
            escaped(&entry.name()),
            escaped(texts.key),
            key.expose_text().unwrap_or_default(),
            escaped(texts.parameters),
            escaped(&parameters(&entry.token)),
        ));
        if !entry.note.is_empty() {
            put(format!("<p>{}</p>\n", escaped(&entry.note)));
        }
        put("</div>\n</article>\n".to_owned());
    }
    put("</html>\n".to_owned());
    let mut text = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| text.extend_from_slice(part.as_bytes()));
    Export { text: Secret::new(text), count: entries.len(), left_out }
}

/// In the words of `otpauth://`, which any program's manual entry asks for.
fn parameters(token: &Token) -> String {
    match token {
        Token::Totp { algorithm, digits, period, .. } => {
            format!("TOTP, {algorithm}, {} × {} s", digits.count(), period.as_secs())
        }
        Token::Hotp { algorithm, digits, counter, .. } => {
            format!("HOTP, {algorithm}, {}, № {}", digits.count(), counter.value())
        }
        Token::Steam { .. } => "Steam".to_owned(),
        Token::Ocra { suite, counter, .. } if suite.uses_counter() => {
            format!("{suite}, № {}", counter.value())
        }
        Token::Ocra { suite, .. } => suite.to_string(),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
