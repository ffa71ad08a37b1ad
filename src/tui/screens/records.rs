//! The records screen: the certification status of all people, as a list for one exam or as a matrix of all exams.
//!
//! ```text
//! Find: ok▌
//! status: any · assurance: any · by name
//!
//!   Name                    Foundations of dry needling
//! ▸ Amira Okafor            Current, unsupervised 2028-11-23
//!   Ben Okri                Not taken
//! ```
//!
//! A status appears only after the signature of its certificate is verified. Signatures are verified in batches, and
//! only those near the visible rows.

use std::collections::HashSet;

use ratatui::layout::Rect;

use crate::clock::{Millis, Timestamp};
use crate::credential::Assurance;
use crate::ids::CertificateId;
use crate::projections::certificates::CertificateRow;
use crate::projections::matrix::{Matrix, MatrixOrder, MatrixQuery, MatrixRow};
use crate::projections::status::{CertificationStatus, MatrixCell};
use crate::text;
use crate::tui::binding::{Action, Binding, first_last_bindings, page_bindings, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::{Command, RecordsCommand, Reply};
use crate::tui::key::Key;
use crate::tui::list;
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::status::{status_details, status_text};

/// How many certificates are verified at a time. Keys are handled after each batch.
const VERIFY_BATCH_SIZE: usize = 16;
/// The width of a name, in columns.
const NAME_WIDTH: usize = 24;
/// The width of an exam's cell in the matrix, in columns.
const CELL_WIDTH: usize = 25;

/// How the screen shows the people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RecordsView {
    /// One exam, one line for each person.
    List,
    /// All exams, two lines for each person.
    Matrix,
}

/// The records of all people, filtered and sorted.
pub struct RecordsScreen {
    matrix: Matrix,
    query: MatrixQuery,
    /// The index of the exam in the list, or of the first exam in the matrix.
    exam_index: usize,
    matching_rows: Vec<usize>,
    selected: usize,
    view: RecordsView,
    is_searching: bool,
    verified: HashSet<CertificateId>,
    /// Whether a verification failed. It is then tried again only after a key, not in a loop.
    has_verification_failed: bool,
    scroll: Scroll,
    /// How many people the last frame showed.
    visible_rows: usize,
    now: Timestamp,
    /// What to say above the list, such as that a revocation list is old.
    warnings: Vec<String>,
}

impl RecordsScreen {
    /// Returns the screen of all people, sorted by name, below the `warnings`. The expiry filter counts from `now`.
    pub fn new(matrix: Matrix, now: Timestamp, warnings: Vec<String>) -> Self {
        let query = MatrixQuery::default();
        let matching_rows = matrix.select_rows(&query, now);
        Self {
            matrix,
            query,
            exam_index: 0,
            matching_rows,
            selected: 0,
            view: RecordsView::List,
            is_searching: false,
            verified: HashSet::new(),
            has_verification_failed: false,
            scroll: Scroll::default(),
            visible_rows: 20,
            now,
            warnings,
        }
    }

    fn apply_filter(&mut self) {
        self.query.exam = match self.view {
            RecordsView::List => self.matrix.exams.get(self.exam_index).map(|(exam_id, _)| exam_id.clone()),
            RecordsView::Matrix => None,
        };
        self.matching_rows = self.matrix.select_rows(&self.query, self.now);
        self.selected = 0;
        self.scroll = Scroll::default();
    }

    fn move_to(&mut self, index: usize) {
        self.selected = index.min(self.matching_rows.len().saturating_sub(1));
    }

    /// Returns the certificates near the visible rows that are not verified yet, at most one batch.
    fn certificates_to_verify(&self) -> Vec<CertificateRow> {
        // The selected row may be the first or the last visible one.
        let first = self.selected.saturating_sub(self.visible_rows);
        let nearby_rows = self.matching_rows.iter().skip(first).take(2 * self.visible_rows + 1);
        let certificates =
            nearby_rows.flat_map(|row| &self.matrix.rows[*row].cells).filter_map(|cell| cell.certificate_row.as_ref());
        certificates.filter(|row| !self.verified.contains(&row.id)).take(VERIFY_BATCH_SIZE).cloned().collect()
    }

    /// Changes the filter, the order or the view.
    fn change_query(&mut self, action: Action) {
        match action.name {
            "status" => self.query.status = cycle(&CertificationStatus::ALL, self.query.status),
            // Self-attested certificates come first in `ALL`. They never count in the records.
            "assurance" => self.query.assurance = cycle(&Assurance::ALL[1..], self.query.assurance),
            "expiring" => {
                // A pass can be renewed in its last 60 days, so these people can act now.
                self.query.expiring_within_days =
                    if self.query.expiring_within_days.is_some() { None } else { Some(60) }
            }
            "order" => {
                self.query.order =
                    if self.query.order == MatrixOrder::Name { MatrixOrder::Expiry } else { MatrixOrder::Name }
            }
            "exam" => self.exam_index = (self.exam_index + 1) % self.matrix.exams.len().max(1),
            "view" => {
                self.view = if self.view == RecordsView::List { RecordsView::Matrix } else { RecordsView::List };
            }
            "delete-character" => {
                self.query.search_text = text::without_last_grapheme(&self.query.search_text).to_owned();
            }
            _ => return,
        }
        self.apply_filter();
    }

    fn open_person(&self) -> Option<Effect> {
        let row = self.matching_rows.get(self.selected)?;
        Some(Effect::Open(Route::Person(self.matrix.rows[*row].person.id)))
    }

    fn draw_header(&self, page: &mut TextPage) {
        for warning in &self.warnings {
            page.push_text(TextRole::Warn, warning);
        }
        let cursor = if self.is_searching { "▌" } else { "" };
        page.push_line(&[
            (TextRole::Strong, "Find: "),
            (TextRole::Text, &self.query.search_text),
            (TextRole::Accent, cursor),
        ]);
        let status = self.query.status.map_or("any", CertificationStatus::label);
        let assurance = self.query.assurance.map_or("any", Assurance::name);
        let expiring =
            if self.query.expiring_within_days.is_some() { " · expires or expired within 60 days" } else { "" };
        let sort = if self.query.order == MatrixOrder::Name { "by name" } else { "soonest to expire" };
        page.push_text(TextRole::Dim, &format!("status: {status} · assurance: {assurance}{expiring} · {sort}"));
        page.push_blank_line();
    }

    fn draw_list(&self, page: &mut TextPage, first: usize) {
        let exam = self.matrix.exams.get(self.exam_index);
        let title = exam.map_or_else(|| "No exam".to_owned(), |(_, title)| text::single_line(title));
        page.push_line(&[(TextRole::Strong, "  Name                    "), (TextRole::Strong, &title)]);
        for (index, row) in self.visible_people(first) {
            let cell = row.cells.get(self.exam_index);
            let (role, cell_text) =
                cell.map_or((TextRole::Dim, String::new()), |cell| self.cell_text(cell, &row.person.person.name, ", "));
            self.draw_person(page, index, row, |page, prefix| {
                if page.width() >= 60 {
                    page.push_line(&[prefix[0], prefix[1], (role, &cell_text)]);
                } else {
                    page.push_line(&prefix);
                    page.push_line(&[(TextRole::Text, "    "), (role, &cell_text)]);
                }
            });
        }
    }

    fn draw_matrix(&self, page: &mut TextPage, first: usize) {
        let exam_count = (page.width().saturating_sub(NAME_WIDTH + 2) / CELL_WIDTH).max(1);
        let exams: Vec<_> = self.matrix.exams.iter().skip(self.exam_index).take(exam_count).collect();
        // Every cell has two lines, and so has every title.
        let titles: Vec<_> =
            exams.iter().map(|(_, title)| text::wrap(&text::single_line(title), CELL_WIDTH - 2)).collect();
        for (line_index, label) in ["  Name", ""].into_iter().enumerate() {
            let line = |title: &Vec<String>| pad(title.get(line_index).map_or("", String::as_str), CELL_WIDTH);
            let line: String = titles.iter().map(line).collect();
            page.push_line(&[(TextRole::Strong, &pad(label, NAME_WIDTH + 2)), (TextRole::Strong, &line)]);
        }
        for (index, row) in self.visible_people(first) {
            let cells: Vec<_> = row
                .cells
                .iter()
                .skip(self.exam_index)
                .take(exam_count)
                .map(|cell| self.cell_text(cell, &row.person.person.name, "\n"))
                .collect();
            let line_parts = |line_index: usize| -> Vec<(TextRole, String)> {
                let part = |cell_text: &String| cell_text.split('\n').nth(line_index).unwrap_or_default().to_owned();
                cells.iter().map(|(role, cell_text)| (*role, pad(&part(cell_text), CELL_WIDTH))).collect()
            };
            self.draw_person(page, index, row, |page, prefix| {
                let (above, below) = (line_parts(0), line_parts(1));
                let staff_id = row.person.person.staff_id.clone().unwrap_or_default();
                let staff_id = pad(&format!("  {}", text::single_line(&staff_id)), NAME_WIDTH + 2);
                let joined = |start: Vec<(TextRole, String)>, cells: Vec<(TextRole, String)>| [start, cells].concat();
                for parts in [
                    joined(prefix.iter().map(|(role, part)| (*role, (*part).to_owned())).collect(), above),
                    joined(vec![(TextRole::Dim, staff_id)], below),
                ] {
                    page.push_line(&parts.iter().map(|(role, part)| (*role, part.as_str())).collect::<Vec<_>>());
                }
            });
        }
    }

    /// Draws a person. `draw_rest` gets the marker and the name, which begin the line.
    fn draw_person(
        &self,
        page: &mut TextPage,
        index: usize,
        row: &MatrixRow,
        draw_rest: impl FnOnce(&mut TextPage, [(TextRole, &str); 2]),
    ) {
        let name = pad(&text::single_line(&row.person.person.name), NAME_WIDTH);
        let role = list::entry_role(index, self.selected);
        page.set_line_action(Some(Action::indexed("open-row", index)));
        draw_rest(page, [(TextRole::Accent, list::pointer(index, self.selected)), (role, &name)]);
        page.set_line_action(None);
    }

    /// Returns the visible people from the index `first` on, each with the index among the matching rows.
    fn visible_people(&self, first: usize) -> impl Iterator<Item = (usize, &MatrixRow)> {
        let rows = self.matching_rows.iter().enumerate().skip(first).take(self.visible_rows);
        rows.map(|(index, row)| (index, &self.matrix.rows[*row]))
    }

    /// Returns the words of a cell and their role.
    fn cell_text(&self, cell: &MatrixCell, name: &str, separator: &str) -> (TextRole, String) {
        let is_verified = |row: &CertificateRow| self.verified.contains(&row.id);
        // Without a verified signature, the row could be forged.
        if cell.certificate_row.as_ref().is_some_and(|row| !is_verified(row)) {
            return (TextRole::Dim, "being verified".to_owned());
        }
        let role = match cell.status {
            CertificationStatus::Current => TextRole::Good,
            CertificationStatus::Expiring60 | CertificationStatus::Expiring30 | CertificationStatus::Unknown => {
                TextRole::Warn
            }
            CertificationStatus::Expired | CertificationStatus::Revoked => TextRole::Bad,
            CertificationStatus::NotTaken => TextRole::Dim,
        };
        let (status, details) = (status_text(cell, self.now), status_details(cell, name));
        (role, if details.is_empty() { status } else { format!("{status}{separator}{details}") })
    }
}

/// Returns the option after the current one, or none after the last.
fn cycle<T: Copy + PartialEq>(options: &[T], current: Option<T>) -> Option<T> {
    let next =
        current.and_then(|current| options.iter().position(|option| *option == current)).map_or(0, |index| index + 1);
    options.get(next).copied()
}

/// Returns text cut or padded to `columns` columns. It ends with at least one space, so that columns do not touch.
fn pad(content: &str, columns: usize) -> String {
    let cut = text::truncate(content, columns.saturating_sub(1)).into_owned();
    let gap = columns.saturating_sub(text::width(&cut));
    format!("{cut}{}", " ".repeat(gap))
}

impl Screen for RecordsScreen {
    fn bindings(&self) -> Vec<Binding> {
        let quit = Binding::unlisted(&[Key::CtrlC], Action::QUIT);
        if self.is_searching {
            let mut rows = vec![Binding::new(&[Key::Enter, Key::Esc], Action::named("end-search"), "done")];
            rows.extend(up_down_bindings("choose"));
            rows.extend([Binding::unlisted(&[Key::Backspace], Action::named("delete-character")), quit]);
            return rows;
        }
        let other_view = if self.view == RecordsView::List { "matrix" } else { "list" };
        let row = |key: Key, name: &'static str, label| Binding::new(&[key], Action::named(name), label);
        let mut rows = up_down_bindings("choose").to_vec();
        rows.extend([
            row(Key::Enter, "open", "person"),
            row(Key::Char('/'), "search", "find"),
            row(Key::Tab, "view", other_view),
            row(Key::Char('x'), "exam", "exam"),
            row(Key::Char('s'), "status", "status"),
            row(Key::Char('a'), "assurance", "assurance"),
            row(Key::Char('e'), "expiring", "expiring"),
            row(Key::Char('o'), "order", "order"),
            Binding::new(&[Key::Esc, Key::Char('q')], Action::LEAVE, "back"),
            Binding::unlisted(&[Key::Left], Action::named("previous-exam")),
            Binding::unlisted(&[Key::Right], Action::named("next-exam")),
            quit,
        ]);
        rows.extend(page_bindings().into_iter().chain(first_last_bindings()));
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        self.has_verification_failed = false;
        match action.name {
            "leave" => return Some(Effect::Close),
            "quit" => return Some(Effect::Quit),
            "open" => return self.open_person(),
            "open-row" => {
                self.move_to(action.index);
                return self.open_person();
            }
            "search" => self.is_searching = true,
            "end-search" => self.is_searching = false,
            "up" | "scroll-up" => self.move_to(self.selected.saturating_sub(1)),
            "down" | "scroll-down" => self.move_to(self.selected + 1),
            "page-up" => self.move_to(self.selected.saturating_sub(self.visible_rows)),
            "page-down" => self.move_to(self.selected + self.visible_rows),
            "first" => self.move_to(0),
            "last" => self.move_to(usize::MAX),
            "previous-exam" => self.exam_index = self.exam_index.saturating_sub(1),
            "next-exam" => self.exam_index = (self.exam_index + 1).min(self.matrix.exams.len().saturating_sub(1)),
            _ => self.change_query(action),
        }
        None
    }

    fn on_text(&mut self, c: char) {
        self.has_verification_failed = false;
        self.query.search_text.push(c);
        self.apply_filter();
    }

    fn on_reply(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        match reply {
            Reply::Verified(certificate_ids) => self.verified.extend(certificate_ids),
            Reply::ClosedWithChanges => return Some(Effect::Replace(Route::Records)),
            _ => {}
        }
        None
    }

    fn on_failure(&mut self) {
        self.has_verification_failed = true;
    }

    fn on_tick(&mut self, _: &ScreenContext) -> Option<Effect> {
        let rows = self.certificates_to_verify();
        (!rows.is_empty() && !self.has_verification_failed)
            .then_some(Effect::Do(Command::Records(RecordsCommand::Verify(rows))))
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        let mut page = TextPage::new(context.theme, area);
        self.draw_header(&mut page);
        let lines_per_person = if self.view == RecordsView::Matrix || page.width() < 60 { 2 } else { 1 };
        self.visible_rows = (usize::from(area.height).saturating_sub(page.line_count() + 2) / lines_per_person).max(1);
        let min_offset = (self.selected + 1).saturating_sub(self.visible_rows);
        self.scroll.offset = self.scroll.offset.clamp(min_offset, self.selected.max(min_offset));
        match self.view {
            RecordsView::List => self.draw_list(&mut page, self.scroll.offset),
            RecordsView::Matrix => self.draw_matrix(&mut page, self.scroll.offset),
        }
        if self.matching_rows.is_empty() {
            let message = if self.matrix.rows.is_empty() {
                "No one is stored yet. Add people with `needlewise trainee add NAME`, or import certificates with \
                 `needlewise certificate import FILE`."
            } else {
                "No one matches these filters. Change the search or the filters."
            };
            page.push_text(TextRole::Text, message);
        }
        // The page contains only the visible people, which keeps a list of 100,000 fast. So it never scrolls.
        page.draw(canvas, area, &mut { Scroll::TOP });
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Records".to_owned(), format!("{} of {} people", self.matching_rows.len(), self.matrix.rows.len()))
    }

    fn next_wake(&self, _: &ScreenContext) -> Option<Millis> {
        (!self.has_verification_failed && !self.certificates_to_verify().is_empty()).then_some(Millis(0))
    }

    fn captures_text(&self) -> bool {
        self.is_searching
    }
}
