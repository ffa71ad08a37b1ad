//! The key table: which key does what on a screen. Dispatch, footer, help and mouse read the same rows.

use super::key::Key;

/// Something that a screen can be told to do. It is open data: a new screen names its actions in its own file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Action {
    /// The name in kebab case, such as `answer-sheet`.
    pub name: &'static str,
    /// Which one, counted from 0, where one name stands for several, such as the choices of a question.
    pub index: usize,
}

impl Action {
    /// Goes back one screen.
    pub const LEAVE: Self = Self::named("leave");
    /// Ends the program.
    pub const QUIT: Self = Self::named("quit");
    /// Moves the page up by a line. The mouse wheel does it on every screen.
    pub const SCROLL_UP: Self = Self::named("scroll-up");
    /// Moves the page down by a line. The mouse wheel does it on every screen.
    pub const SCROLL_DOWN: Self = Self::named("scroll-down");

    /// Makes an action that stands alone.
    pub const fn named(name: &'static str) -> Self {
        Self { name, index: 0 }
    }

    /// Makes one of several actions of a name.
    pub const fn indexed(name: &'static str, index: usize) -> Self {
        Self { name, index }
    }
}

/// Where a row of the key table is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindingPlace {
    /// In the footer and in help.
    Footer,
    /// In help only.
    Help,
    /// Nowhere: the screen shows it elsewhere, or it repeats what another row does.
    Unlisted,
}

/// A row of the key table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The keys that do it. The first one is shown.
    pub keys: Vec<Key>,
    /// What it does.
    pub action: Action,
    /// What it does, in a word or two. Neighboring rows with the same label are shown as one entry: `↑↓ choose`.
    pub label: &'static str,
    /// Where it is shown.
    pub place: BindingPlace,
    /// Why it cannot be done now, as a sentence. Such a row is not shown, and its key shows the reason.
    pub disabled_reason: Option<String>,
    /// How the key is written in its entry, where that differs from the name of the first key.
    shown: Option<&'static str>,
}

impl Binding {
    /// Makes a row of the footer.
    pub fn new(keys: &[Key], action: Action, label: &'static str) -> Self {
        Self { keys: keys.to_vec(), action, label, place: BindingPlace::Footer, disabled_reason: None, shown: None }
    }

    /// Makes a row that is shown nowhere.
    pub fn unlisted(keys: &[Key], action: Action) -> Self {
        Self { place: BindingPlace::Unlisted, ..Self::new(keys, action, "") }
    }

    /// Shows the row in help only.
    pub fn in_help(self) -> Self {
        Self { place: BindingPlace::Help, ..self }
    }

    /// Writes the key in this way.
    pub fn shown_as(self, shown: &'static str) -> Self {
        Self { shown: Some(shown), ..self }
    }

    /// Disables the row if there is a reason.
    pub fn disabled(self, reason: Option<String>) -> Self {
        Self { disabled_reason: reason, ..self }
    }

    /// Returns the key as its entry shows it.
    pub fn shown_key(&self) -> String {
        let first_key = || self.keys.first().map_or_else(String::new, ToString::to_string);
        self.shown.map_or_else(first_key, str::to_owned)
    }
}

/// Returns the rows for one step up and one step down in a list.
pub fn up_down_bindings(label: &'static str) -> [Binding; 2] {
    [Binding::new(&[Key::Up], Action::named("up"), label), Binding::new(&[Key::Down], Action::named("down"), label)]
}

/// Returns the rows that scroll a page of text.
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

/// Returns the unlisted rows that go to the first and to the last line of a list.
pub fn first_last_bindings() -> [Binding; 2] {
    [Binding::unlisted(&[Key::Home], Action::named("first")), Binding::unlisted(&[Key::End], Action::named("last"))]
}

/// Finds the row of a key: one that names it, else one that names the letter in lower case, else the row for any key.
pub fn find_binding(rows: &[Binding], key: Key) -> Option<&Binding> {
    let row_of = |key: Key| rows.iter().find(|row| row.keys.contains(&key));
    let in_lower_case = match key {
        Key::Char(c) => row_of(Key::Char(c.to_ascii_lowercase())),
        _ => None,
    };
    row_of(key).or(in_lower_case).or_else(|| row_of(Key::Any))
}

/// Returns the rows of the footer as entries. The rows of an entry have the same label.
pub fn footer_entries(rows: &[Binding]) -> Vec<Vec<&Binding>> {
    entries(rows.iter().filter(|row| row.place == BindingPlace::Footer))
}

/// Returns the rows of the help screen as entries. The rows of an entry have the same label.
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

/// Returns the keys of an entry as they are shown.
pub fn shown_keys(entry: &[&Binding]) -> String {
    entry.iter().map(|row| row.shown_key()).collect()
}
