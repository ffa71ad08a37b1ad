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
            c => output.push(drawn_char(c)),
        }
    }
    output
}

/// Returns the character that stands in a picture for this one: a space for what is not drawn, such as a line feed.
pub fn drawn_char(c: char) -> char {
    if crate::text::is_harmless(c) && c != '\n' { c } else { ' ' }
}
