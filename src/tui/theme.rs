//! Themes: the color and weight of every role that a text can have. Color is never the only signal: every state also
//! has a word or a symbol.
//!
//! A theme with colors paints its own background. Only then is the contrast between text and background known, whatever
//! the terminal is set to. A test computes it for every pair of colors on every screen.

use ratatui::style::{Color, Modifier, Style};

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRole {
    /// Ordinary text, and the background of the window.
    Text,
    /// Secondary text.
    Dim,
    /// Headings, questions and the selected line.
    Strong,
    /// Keys, the marker of the selected line, and progress bars.
    Accent,
    /// Correct, passed, reached.
    Good,
    /// Incorrect, failed, missed.
    Bad,
    /// What the reader must notice.
    Warn,
    /// Rules and the borders of panels.
    Border,
}

/// How many colors a terminal claims to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ColorDepth {
    /// The 16 named colors. Assumed if the terminal claims no more.
    #[default]
    Sixteen,
    /// At least the 256 indexed colors.
    Indexed,
}

/// The style of each role. Only `text` sets the background; the others set the foreground and the weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// The name that `--theme` takes.
    pub name: &'static str,
    /// See [`TextRole::Text`]. Its background fills the window.
    pub text: Style,
    /// See [`TextRole::Dim`].
    pub dim: Style,
    /// See [`TextRole::Strong`].
    pub strong: Style,
    /// See [`TextRole::Accent`].
    pub accent: Style,
    /// See [`TextRole::Good`].
    pub good: Style,
    /// See [`TextRole::Bad`].
    pub bad: Style,
    /// See [`TextRole::Warn`].
    pub warn: Style,
    /// See [`TextRole::Border`].
    pub border: Style,
}

impl Theme {
    // Indexed colors from 16 on have fixed values in nearly every terminal; the first 16 are its owner's choice.
    /// Light text on a dark background, in colors of the 256-color palette.
    pub const DARK: Self = Self {
        name: "dark",
        text: on(Color::Indexed(253), Color::Indexed(234)),
        dim: colored(Color::Indexed(248)),
        strong: bold(Color::Indexed(231)),
        accent: bold(Color::Indexed(80)),
        good: colored(Color::Indexed(114)),
        bad: colored(Color::Indexed(210)),
        warn: colored(Color::Indexed(222)),
        border: colored(Color::Indexed(245)),
    };

    /// Dark text on a light background, in colors of the 256-color palette.
    pub const LIGHT: Self = Self {
        name: "light",
        text: on(Color::Indexed(235), Color::Indexed(255)),
        dim: colored(Color::Indexed(240)),
        strong: bold(Color::Indexed(16)),
        accent: bold(Color::Indexed(25)),
        good: colored(Color::Indexed(22)),
        bad: colored(Color::Indexed(124)),
        warn: colored(Color::Indexed(94)),
        border: colored(Color::Indexed(241)),
    };

    /// Black and white with few bright colors, for low vision: every contrast is at least 7:1.
    pub const HIGH_CONTRAST: Self = Self {
        name: "high-contrast",
        text: on(Color::Indexed(231), Color::Indexed(16)),
        dim: colored(Color::Indexed(255)),
        strong: bold(Color::Indexed(231)),
        accent: bold(Color::Indexed(51)),
        good: colored(Color::Indexed(120)),
        bad: colored(Color::Indexed(217)),
        warn: colored(Color::Indexed(227)),
        border: colored(Color::Indexed(231)),
    };

    /// The 16 named colors, for terminals without a larger palette, such as the Linux console.
    pub const SIXTEEN: Self = Self {
        name: "16",
        text: on(Color::White, Color::Black),
        dim: colored(Color::Gray),
        strong: bold(Color::White),
        accent: bold(Color::LightCyan),
        good: colored(Color::LightGreen),
        bad: colored(Color::LightRed),
        warn: colored(Color::LightYellow),
        border: colored(Color::Gray),
    };

    /// No colors: weight alone, on the background of the terminal.
    pub const NONE: Self = Self {
        name: "none",
        text: Style::new(),
        dim: Style::new().add_modifier(Modifier::DIM),
        strong: Style::new().add_modifier(Modifier::BOLD),
        accent: Style::new().add_modifier(Modifier::BOLD),
        good: Style::new(),
        bad: Style::new(),
        warn: Style::new(),
        border: Style::new().add_modifier(Modifier::DIM),
    };

    /// All themes.
    pub const ALL: [Self; 5] = [Self::DARK, Self::LIGHT, Self::HIGH_CONTRAST, Self::SIXTEEN, Self::NONE];

    /// Chooses the theme with colors that fits a terminal.
    ///
    /// `colorfgbg` is the value of COLORFGBG, in which some terminals give their colors: `0;15` is black on white.
    /// Without it, the terminal counts as dark.
    pub fn for_terminal(color_depth: ColorDepth, colorfgbg: Option<&str>) -> Self {
        let background = colorfgbg.and_then(|colorfgbg| colorfgbg.rsplit(';').next()?.parse::<u8>().ok());
        match (color_depth, background) {
            (ColorDepth::Sixteen, _) => Self::SIXTEEN,
            // Of the 16 basic colors, 7 and 9 to 15 are light. Color 8 is dark gray.
            (ColorDepth::Indexed, Some(7 | 9..=15)) => Self::LIGHT,
            (ColorDepth::Indexed, _) => Self::DARK,
        }
    }

    /// Returns the style of a role.
    pub fn style(&self, role: TextRole) -> Style {
        match role {
            TextRole::Text => self.text,
            TextRole::Dim => self.dim,
            TextRole::Strong => self.strong,
            TextRole::Accent => self.accent,
            TextRole::Good => self.good,
            TextRole::Bad => self.bad,
            TextRole::Warn => self.warn,
            TextRole::Border => self.border,
        }
    }
}

const fn on(foreground: Color, background: Color) -> Style {
    Style::new().fg(foreground).bg(background)
}

const fn colored(color: Color) -> Style {
    Style::new().fg(color)
}

const fn bold(color: Color) -> Style {
    Style::new().fg(color).add_modifier(Modifier::BOLD)
}
