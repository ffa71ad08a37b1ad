//! Escapes text for use in XML.

/// Escapes a text for XML content and attributes. Characters that are not drawn become spaces.
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

/// Returns the character to draw for this one: a space for control and hidden characters and for a line feed.
pub fn drawn_char(c: char) -> char {
    if crate::text::is_harmless(c) && c != '\n' { c } else { ' ' }
}
