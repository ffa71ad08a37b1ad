//! Lists: which entry is selected, and how an entry is drawn.

use crate::tui::binding::Action;
use crate::tui::page::TextPage;
use crate::tui::theme::TextRole;

/// Returns the mark before the entry at `index`.
pub fn pointer(index: usize, selected: usize) -> &'static str {
    if index == selected { "▸ " } else { "  " }
}

/// Returns the role of the text of the entry at `index`.
pub fn entry_role(index: usize, selected: usize) -> TextRole {
    if index == selected { TextRole::Strong } else { TextRole::Text }
}

/// Returns the index of the entry that is selected after an action, in a list of `count` entries. `None` if the action
/// selects no other entry.
pub fn selected_after(action: Action, selected: usize, count: usize) -> Option<usize> {
    let last = count.saturating_sub(1);
    match action.name {
        "up" => Some(selected.saturating_sub(1)),
        "down" => Some((selected + 1).min(last)),
        "first" => Some(0),
        "last" => Some(last),
        _ => None,
    }
}

/// Adds the entry at `index` to a page: the pointer and `mark`, then the title, and below it `detail`, if any. The page
/// keeps the selected entry visible. A click on the entry runs the action `action_name` with the index.
pub fn push_entry(
    page: &mut TextPage,
    (index, selected): (usize, usize),
    action_name: &'static str,
    (mark, title): (&str, &str),
    detail: Option<&str>,
) {
    if index == selected {
        page.focus_next_line();
    }
    page.set_line_action(Some(Action::indexed(action_name, index)));
    let marker = format!("{}{mark}", pointer(index, selected));
    page.push_hanging_text(&marker, TextRole::Accent, entry_role(index, selected), title);
    if let Some(detail) = detail {
        page.push_hanging_text("  ", TextRole::Text, TextRole::Dim, detail);
    }
    page.set_line_action(None);
}
