//! Screens as pictures in every theme, and the contrast of every pair of colors in them.

use needlewise::cli::ThemeChoice;
use needlewise::cli::env::TerminalInfo;
use needlewise::cli::launch::colored_theme;
use needlewise::tui::theme::{ColorDepth, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};

/// The pictures that README and docs show: the screen of a snapshot, and the name of the file.
const DOCS: &[(&str, &str)] = &[
    ("shipped_home@80", "home"),
    ("shipped_question@80", "question"),
    ("shipped_sheet@80", "answer-sheet"),
    ("shipped_result@80", "result"),
    ("records_matrix@80", "records"),
    ("certificate@80", "certificate"),
];

/// The least contrast between text and its background, after WCAG 2.2 (1.4.3); 1.4.6 for the theme of high contrast.
const CONTRAST_MIN: f64 = 4.5;
const HIGH_CONTRAST_MIN: f64 = 7.0;

/// The first 16 colors of xterm.
const XTERM: [u32; 16] = [
    0x00_0000, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5, 0x7f_7f7f, 0xff_0000,
    0x00_ff00, 0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
];
/// The same of the Linux console, which has those of VGA.
const VGA: [u32; 16] = [
    0x00_0000, 0xaa_0000, 0x00_aa00, 0xaa_5500, 0x00_00aa, 0xaa_00aa, 0x00_aaaa, 0xaa_aaaa, 0x55_5555, 0xff_5555,
    0x55_ff55, 0xff_ff55, 0x55_55ff, 0xff_55ff, 0x55_ffff, 0xff_ffff,
];

/// Returns red, green and blue of a color; none for the terminal's own.
fn rgb(color: Color, first: &[u32; 16]) -> Option<u32> {
    let named = |index: usize| Some(first[index]);
    match color {
        Color::Reset => None,
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => named(8),
        Color::LightRed => named(9),
        Color::LightGreen => named(10),
        Color::LightYellow => named(11),
        Color::LightBlue => named(12),
        Color::LightMagenta => named(13),
        Color::LightCyan => named(14),
        Color::White => named(15),
        Color::Rgb(red, green, blue) => Some(u32::from_be_bytes([0, red, green, blue])),
        Color::Indexed(index @ ..16) => named(index.into()),
        // A cube of 6 levels a channel, then 24 grays: the table of xterm.
        Color::Indexed(index @ 16..232) => {
            let level = |part: u32| if part == 0 { 0 } else { 55 + 40 * part };
            let index = u32::from(index) - 16;
            Some(level(index / 36) << 16 | level(index / 6 % 6) << 8 | level(index % 6))
        }
        Color::Indexed(index) => Some((8 + 10 * (u32::from(index) - 232)) * 0x01_0101),
    }
}

/// Returns the contrast of two colors, 1 to 21, by the formula of WCAG 2.2 ("contrast ratio").
fn contrast(one: u32, other: u32) -> f64 {
    let luminance = |color: u32| {
        let channel = |shift: u32| {
            let value = f64::from(color >> shift & 0xff) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0)
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Checks what was drawn in a theme: every cell has enough contrast, and the theme's own background.
#[track_caller]
pub fn check_contrast(name: &str, buffer: &Buffer, theme: &Theme) {
    let least = if theme.name == "high-contrast" { HIGH_CONTRAST_MIN } else { CONTRAST_MIN };
    // The cell behind a wide character is covered by it.
    let is_covered = |index: usize| index > 0 && needlewise::text::width(buffer.content[index - 1].symbol()) > 1;
    for (_, cell) in buffer.content.iter().enumerate().filter(|(index, _)| !is_covered(*index)) {
        assert_eq!(cell.bg, theme.text.bg.unwrap_or_default(), "{name} in {}: {:?}", theme.name, cell.symbol());
        for first in [&XTERM, &VGA] {
            if let (Some(foreground), Some(background)) = (rgb(cell.fg, first), rgb(cell.bg, first)) {
                let ratio = contrast(foreground, background);
                let (fg, bg, symbol) = (cell.fg, cell.bg, cell.symbol());
                assert!(ratio >= least, "{name} in {}: {fg} on {bg} has {ratio:.2}: {symbol:?}", theme.name);
            }
        }
        let is_colored = cell.fg != Color::Reset || cell.bg != Color::Reset;
        assert!(!is_colored || theme.name != "none", "{name}: {cell:?} has a color");
    }
}

/// The size of a cell in a picture.
const CELL: (f64, f64) = (8.4, 18.0);

fn hex(color: Color, default: u32) -> String {
    format!("#{:06x}", rgb(color, &XTERM).unwrap_or(default))
}

fn cell_count(cell: &Cell) -> u16 {
    u16::try_from(needlewise::text::width(cell.symbol()).max(1)).expect("a cell or two")
}

/// Draws a run of cells that have one style and begin in a column. SVG drops spaces at both ends, so they are left out.
fn run_element(text: &str, column: u16, row: u16, style: Style) -> String {
    let spaces_before = u16::try_from(text.len() - text.trim_start().len()).expect("few");
    let start = column + spaces_before;
    let width = u16::try_from(needlewise::text::width(text.trim())).expect("a width");
    let weight = if style.add_modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let opacity = if style.add_modifier.contains(Modifier::DIM) { " opacity=\"0.7\"" } else { "" };
    let escaped = text.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
         fill=\"{}\"{weight}{opacity}>{escaped}</text>\n",
        f64::from(start) * CELL.0,
        f64::from(row) * CELL.1 + 13.5,
        f64::from(width) * CELL.0,
        hex(style.fg.unwrap_or_default(), 0),
    )
}

/// Draws a buffer as SVG.
pub fn svg(buffer: &Buffer) -> String {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let size = (f64::from(columns) * CELL.0, f64::from(rows) * CELL.1);
    let ground = hex(buffer[(0, 0)].bg, 0xff_ffff);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.1} {:.1}\" \
         font-family=\"'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{ground}\"/>\n",
        size.0, size.1
    );
    for y in 0..rows {
        let style = |x: u16| buffer[(x, y)].style();
        let is_blank = |x: u16| buffer[(x, y)].symbol() == " ";
        let mut x = 0;
        while x < columns {
            let (start, first) = (x, style(x));
            let mut text = String::new();
            // A run ends at two spaces, so that what follows starts in its own column whatever the font is.
            while x < columns && style(x) == first && !(is_blank(x) && (x + 1 == columns || is_blank(x + 1))) {
                text.push_str(buffer[(x, y)].symbol());
                x += cell_count(&buffer[(x, y)]);
            }
            if text.trim().is_empty() {
                x = (start + 1).max(x);
                continue;
            }
            svg += &run_element(&text, start, y, first);
        }
    }
    svg + "</svg>\n"
}

/// Writes the picture of a screen to the build's folder. Those that the documents show must be as they are in
/// `docs/screens`.
#[track_caller]
pub fn keep(name: &str, buffer: &Buffer, theme: &Theme) {
    let picture = svg(buffer);
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(format!("{name}-{}.svg", theme.name)), &picture).expect("a picture");
    let Some((_, file)) = DOCS.iter().find(|(shown, _)| *shown == name) else { return };
    if theme.name != "dark" {
        return;
    }
    let path = crate::source::root().join(format!("docs/screens/{file}.svg"));
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, &picture).expect("a picture");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(known, picture, "{} shows an older screen: run the tests with INSTA_UPDATE=always", path.display());
}

#[test]
fn the_contrast_of_known_colors_is_that_of_the_standard() {
    // Examples of the standard's own understanding document: black on white, and gray #767676 on white.
    assert!((contrast(0x00_0000, 0xff_ffff) - 21.0).abs() < 0.001);
    assert!((contrast(0x76_7676, 0xff_ffff) - 4.54).abs() < 0.005);
    assert_eq!(rgb(Color::Indexed(234), &XTERM), Some(0x1c_1c1c));
    assert_eq!(rgb(Color::Indexed(80), &XTERM), Some(0x5f_d7d7));
    assert_eq!(rgb(Color::Indexed(255), &XTERM), Some(0xee_eeee));
}

#[test]
fn the_theme_fits_what_the_terminal_reports() {
    // COLORFGBG is foreground;background: 7 and 9 to 15 are light backgrounds.
    assert_eq!(Theme::for_terminal(ColorDepth::Indexed, None), Theme::DARK);
    assert_eq!(Theme::for_terminal(ColorDepth::Indexed, Some("15;0")), Theme::DARK);
    assert_eq!(Theme::for_terminal(ColorDepth::Indexed, Some("0;15")), Theme::LIGHT);
    assert_eq!(Theme::for_terminal(ColorDepth::Indexed, Some("0;default;7")), Theme::LIGHT);
    assert_eq!(Theme::for_terminal(ColorDepth::Indexed, Some("nonsense")), Theme::DARK);
    assert_eq!(Theme::for_terminal(ColorDepth::Sixteen, Some("0;15")), Theme::SIXTEEN);
}

#[test]
fn the_theme_that_was_asked_for_wins_and_an_unknown_name_counts_as_none() {
    let terminal = |variables: &[(&str, &str)]| {
        TerminalInfo::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    };
    let rich = ("TERM", "xterm-256color");
    assert_eq!(colored_theme(None, &terminal(&[rich])), Theme::DARK);
    assert_eq!(colored_theme(None, &terminal(&[("TERM", "alacritty")])), Theme::DARK);
    assert_eq!(colored_theme(None, &terminal(&[("TERM", "xterm"), ("COLORTERM", "truecolor")])), Theme::DARK);
    assert_eq!(colored_theme(None, &terminal(&[("TERM", "linux")])), Theme::SIXTEEN);
    assert_eq!(colored_theme(None, &terminal(&[rich, ("NEEDLEWISE_THEME", "light")])), Theme::LIGHT);
    for unknown in ["", "solarized", "auto"] {
        assert_eq!(colored_theme(None, &terminal(&[rich, ("NEEDLEWISE_THEME", unknown)])), Theme::DARK, "{unknown:?}");
    }
    let dark = terminal(&[rich, ("NEEDLEWISE_THEME", "dark")]);
    assert_eq!(colored_theme(Some(ThemeChoice::HighContrast), &dark), Theme::HIGH_CONTRAST);
    assert_eq!(colored_theme(Some(ThemeChoice::Auto), &dark), Theme::DARK);
    assert!(terminal(&[("TERM", "dumb")]).no_color && terminal(&[("NO_COLOR", "1")]).no_color);
    assert!(!terminal(&[rich, ("NO_COLOR", "")]).no_color, "an empty NO_COLOR counts as unset");
}

#[test]
fn every_picture_of_the_documents_has_its_screen() {
    let root = crate::source::root();
    let shown: Vec<_> = std::fs::read_dir(root.join("docs/screens"))
        .expect("a folder")
        .map(|entry| entry.expect("a file").file_name())
        .collect();
    assert_eq!(shown.len(), DOCS.len(), "{shown:?}");
    for (screen, file) in DOCS {
        assert!(shown.iter().any(|name| *name == *format!("{file}.svg")), "{file}.svg is missing");
        let is_tested = ["screens", "clinic"]
            .iter()
            .any(|module| root.join(format!("tests/it/snapshots/it__{module}__{screen}.snap")).is_file());
        assert!(is_tested, "no test shows {screen} any more, so {file}.svg would stay as it is");
    }
}
