//! Text roles and their styles. Color is never the only signal: every state also has a word or a symbol.

use ratatui::style::{Color, Modifier, Style};

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRole {
    /// What is read.
    Text,
    /// What stands back.
    Dim,
    /// What is asked, and headings.
    Strong,
    /// Where the keys go.
    Accent,
    /// What is right or reached.
    Good,
    /// What is wrong or missed.
    Bad,
    /// What should be noticed.
    Warn,
}

/// The styles of all roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// For light text on a dark ground.
    Dark,
    /// For dark text on a light ground.
    Light,
    /// Without color.
    Plain,
}

impl Theme {
    /// Chooses the theme with colors for a terminal: the light one if its background is light (COLORFGBG, as `15;0`).
    pub fn for_background(colorfgbg: Option<&str>) -> Self {
        let background = colorfgbg.and_then(|colorfgbg| colorfgbg.rsplit(';').next()?.parse::<u8>().ok());
        match background {
            Some(7 | 9..=15) => Self::Light,
            _ => Self::Dark,
        }
    }

    /// Returns the style of a role. The terminal's own 16 colors are used, which its owner chose to be readable.
    pub fn style(self, role: TextRole) -> Style {
        let colored = |dark: Color, light: Color| match self {
            Self::Dark => Style::new().fg(dark),
            Self::Light => Style::new().fg(light),
            Self::Plain => Style::new(),
        };
        match role {
            TextRole::Text => Style::new(),
            TextRole::Dim => Style::new().add_modifier(Modifier::DIM),
            TextRole::Strong => Style::new().add_modifier(Modifier::BOLD),
            TextRole::Accent => colored(Color::Cyan, Color::Blue).add_modifier(Modifier::BOLD),
            TextRole::Good => colored(Color::Green, Color::Green),
            TextRole::Bad => colored(Color::LightRed, Color::Red),
            TextRole::Warn => colored(Color::Yellow, Color::Magenta),
        }
    }
}
