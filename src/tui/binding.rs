//! The key table: which key does what on a screen. Dispatch, footer, help and the mouse read the same rows.

use super::key::Key;

/// Something that a screen can do. Actions are names and not an enum, so a new screen adds its own in its own file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Action {
    /// The name in kebab case, such as `answer-sheet`.
    pub name: &'static str,
    /// Which action of this name, counted from 0, such as a choice of a question. It is 0 if there is only one.
    pub index: usize,
}

/// The action that opens the help page.
pub const HELP: Action = Action::named("help");
/// The action that lets the terminal report the mouse, or stops that.
pub const TOGGLE_MOUSE: Action = Action::named("toggle-mouse");

impl Action {
    /// Leaves the screen for the one below.
    pub const LEAVE: Self = Self::named("leave");
    /// Ends the program.
    pub const QUIT: Self = Self::named("quit");
    /// Scrolls up by one line. The mouse wheel sends it on every screen.
    pub const SCROLL_UP: Self = Self::named("scroll-up");
    /// Scrolls down by one line. The mouse wheel sends it on every screen.
    pub const SCROLL_DOWN: Self = Self::named("scroll-down");

    /// Returns the only action of a name.
    pub const fn named(name: &'static str) -> Self {
        Self { name, index: 0 }
    }

    /// Returns one of several actions of a name.
    pub const fn indexed(name: &'static str, index: usize) -> Self {
        Self { name, index }
    }
}

/// Where a row of the key table is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindingPlace {
    /// In the footer and in help.
    Footer,
    /// In help only.
    Help,
    /// Nowhere: the screen itself shows the key, or another row does the same.
    Unlisted,
}

/// A row of the key table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The keys of the row. Only the first one is shown.
    pub keys: Vec<Key>,
    pub action: Action,
    /// What the action does, in a word or two. Neighboring rows with the same label form one entry: `↑↓ choose`.
    pub label: &'static str,
    pub place: BindingPlace,
    /// Why the action is unavailable now, as a sentence. A disabled row is not listed; its key shows the reason.
    pub disabled_reason: Option<String>,
    /// How its entry writes the key, if not by the name of the first key.
    shown: Option<&'static str>,
}

impl Binding {
    /// Returns a row that the footer and help list.
    pub fn new(keys: &[Key], action: Action, label: &'static str) -> Self {
        Self { keys: keys.to_vec(), action, label, place: BindingPlace::Footer, disabled_reason: None, shown: None }
    }

    /// Returns a row that is not listed.
    pub fn unlisted(keys: &[Key], action: Action) -> Self {
        Self { place: BindingPlace::Unlisted, ..Self::new(keys, action, "") }
    }

    /// Returns the row, listed in help only.
    #[must_use]
    pub fn in_help(self) -> Self {
        Self { place: BindingPlace::Help, ..self }
    }

    /// Returns the row, with its key written as `shown` in its entry.
    #[must_use]
    pub fn shown_as(self, shown: &'static str) -> Self {
        Self { shown: Some(shown), ..self }
    }

    /// Returns the row, disabled if `reason` is given.
    #[must_use]
    pub fn disabled(self, reason: Option<String>) -> Self {
        Self { disabled_reason: reason, ..self }
    }

    /// Returns the key as its entry shows it.
    pub fn shown_key(&self) -> String {
        let first_key = || self.keys.first().map_or_else(String::new, ToString::to_string);
        self.shown.map_or_else(first_key, str::to_owned)
    }
}

/// Returns the rows that move up and down in a list.
pub fn up_down_bindings(label: &'static str) -> [Binding; 2] {
    [Binding::new(&[Key::Up], Action::named("up"), label), Binding::new(&[Key::Down], Action::named("down"), label)]
}

/// Returns the rows that scroll text by a line or by a page.
pub fn scroll_bindings() -> [Binding; 4] {
    let [page_up, page_down] = page_bindings();
    [
        Binding::new(&[Key::Up], Action::SCROLL_UP, "scroll"),
        Binding::new(&[Key::Down], Action::SCROLL_DOWN, "scroll"),
        page_up,
        page_down,
    ]
}

/// Returns the unlisted rows that scroll by a page.
pub fn page_bindings() -> [Binding; 2] {
    [
        Binding::unlisted(&[Key::PageUp], Action::named("page-up")),
        Binding::unlisted(&[Key::PageDown], Action::named("page-down")),
    ]
}

/// Returns the unlisted rows that jump to the first and to the last line of a list.
pub fn first_last_bindings() -> [Binding; 2] {
    [Binding::unlisted(&[Key::Home], Action::named("first")), Binding::unlisted(&[Key::End], Action::named("last"))]
}

/// Finds the row of a key: by the key itself, else by its lower-case letter, else the row for [`Key::Any`]. `None` if
/// no row fits.
pub fn find_binding(rows: &[Binding], key: Key) -> Option<&Binding> {
    let row_of = |key: Key| rows.iter().find(|row| row.keys.contains(&key));
    // With Caps Lock on, the letter keys must still work.
    let in_lower_case = match key {
        Key::Char(c) => row_of(Key::Char(c.to_ascii_lowercase())),
        _ => None,
    };
    row_of(key).or(in_lower_case).or_else(|| row_of(Key::Any))
}

/// Groups the rows of the footer into entries. The rows of an entry have the same label.
pub fn footer_entries(rows: &[Binding]) -> Vec<Vec<&Binding>> {
    entries(rows.iter().filter(|row| row.place == BindingPlace::Footer))
}

/// Groups the rows of the help screen into entries. The rows of an entry have the same label.
pub fn help_entries(rows: &[Binding]) -> Vec<Vec<&Binding>> {
    entries(rows.iter().filter(|row| row.place != BindingPlace::Unlisted))
}

fn entries<'a>(rows: impl Iterator<Item = &'a Binding>) -> Vec<Vec<&'a Binding>> {
    let mut entries: Vec<Vec<&Binding>> = Vec::new();
    for row in rows.filter(|row| row.disabled_reason.is_none()) {
        match entries.last_mut() {
            Some(entry) if entry[0].label == row.label => entry.push(row),
            _ => entries.push(vec![row]),
        }
    }
    entries
}

/// Returns the keys of an entry as the footer and help show them.
pub fn shown_keys(entry: &[&Binding]) -> String {
    entry.iter().map(|row| row.shown_key()).collect()
}

/// Returns the rows that work on every screen.
pub fn interface_bindings() -> Vec<Binding> {
    vec![
        Binding::new(&[Key::Char('?')], HELP, "help"),
        Binding::new(&[Key::Char('%')], TOGGLE_MOUSE, "mouse on/off").in_help(),
    ]
}
