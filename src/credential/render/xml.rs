//! Escapes text for use in XML.

/// Returns a text as it may stand in XML.
pub fn escape(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => output.push_str("&amp;"),
            '<' => output.push_str("&lt;"),
            '>' => output.push_str("&gt;"),
            '"' => output.push_str("&quot;"),
            c if crate::text::is_harmless(c) && c != '\n' => output.push(c),
            _ => output.push(' '),
        }
    }
    output
}
