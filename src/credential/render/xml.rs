//! Text within XML.

/// Returns a text as it may stand in XML.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c if crate::text::is_harmless(c) && c != '\n' => safe.push(c),
            _ => safe.push(' '),
        }
    }
    safe
}
