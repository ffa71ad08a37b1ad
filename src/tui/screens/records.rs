//! Records: who stands where, as a list for one exam or as a matrix of all.
//!
//! ```text
//!   Find: ok▌        standing: any · assurance: any · by name
//!   Name                 Staff no.  foundations
//! ▸ Amira Okafor         17         current, unsupervised, until 2028-11-23
//!   Ben Okri             18         not done
//! ```
//!
//! Whatever comes in sight has its signature verified before it is shown as anything.

use std::collections::HashSet;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::clock::{Millis, Timestamp};
use crate::credential::Assurance;
use crate::ids::CertificateId;
use crate::projections::certificates::CertificateRow;
use crate::projections::matrix::{Matrix, MatrixOrder, MatrixQuery, MatrixRow};
use crate::projections::status::{CertificationStatus, MatrixCell};
use crate::text;
use crate::tui::effect::{Command, Effect, Reply, Route};
use crate::tui::key::{Binding, Key, key};
use crate::tui::page::{Scroll, TextPage};
use crate::tui::screen::{Screen, ScreenContext};
use crate::tui::theme::TextRole;

/// How many certificates are verified between two keys.
const AT_ONCE: usize = 16;
/// The columns that a name takes, and those of an exam's cell in the matrix.
const NAME: usize = 24;
/// See [`NAME`].
const CELL: usize = 25;

/// How people are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RecordsView {
    /// One exam, a line a person.
    List,
    /// All exams, two lines a person.
    Matrix,
}

/// The records.
pub struct RecordsScreen {
    roll: Matrix,
    query: MatrixQuery,
    /// The exam of the list, by its place.
    exam: usize,
    chosen: Vec<usize>,
    at: usize,
    view: RecordsView,
    searching: bool,
    proven: HashSet<CertificateId>,
    /// Whether verifying failed, so that it is not tried again by itself.
    stopped: bool,
    scroll: Scroll,
    /// How many people were in sight when last drawn.
    rows: usize,
    now: Timestamp,
}

impl RecordsScreen {
    /// Shows everybody.
    pub fn new(roll: Matrix, now: Timestamp) -> Self {
        let query = MatrixQuery::default();
        let chosen = roll.select_rows(&query, now);
        Self {
            roll,
            query,
            exam: 0,
            chosen,
            at: 0,
            view: RecordsView::List,
            searching: false,
            proven: HashSet::new(),
            stopped: false,
            scroll: Scroll::default(),
            rows: 20,
            now,
        }
    }

    fn select(&mut self) {
        self.query.exam = match self.view {
            RecordsView::List => self.roll.exams.get(self.exam).map(|(id, _)| id.clone()),
            RecordsView::Matrix => None,
        };
        self.chosen = self.roll.select_rows(&self.query, self.now);
        self.at = 0;
        self.scroll = Scroll::default();
    }

    fn move_to(&mut self, at: usize) {
        self.at = at.min(self.chosen.len().saturating_sub(1));
    }

    /// Returns what is in sight and not verified yet.
    fn unproven(&self) -> Vec<CertificateRow> {
        let first = self.at.saturating_sub(self.rows);
        let near = self.chosen.iter().skip(first).take(2 * self.rows + 1);
        let rests_on =
            near.flat_map(|row| &self.roll.rows[*row].cells).filter_map(|cell| cell.certificate_row.as_ref());
        rests_on.filter(|row| !self.proven.contains(&row.id)).take(AT_ONCE).cloned().collect()
    }

    fn search(&mut self, key: Key) -> Option<Effect> {
        match key {
            Key::CtrlC => return Some(Effect::Quit),
            Key::Enter | Key::Esc => self.searching = false,
            Key::Backspace => {
                self.query.search_text = text::without_last_grapheme(&self.query.search_text).to_owned();
                self.select();
            }
            Key::Char(c) => {
                self.query.search_text.push(c);
                self.select();
            }
            Key::Up => self.move_to(self.at.saturating_sub(1)),
            Key::Down => self.move_to(self.at + 1),
            _ => {}
        }
        None
    }

    /// Changes what is shown.
    fn choose(&mut self, letter: char) {
        match letter {
            '/' => self.searching = true,
            's' => self.query.status = after(&CertificationStatus::ALL, self.query.status),
            'a' => self.query.assurance = after(&Assurance::ALL[1..], self.query.assurance),
            'e' => {
                self.query.expiring_within_days =
                    if self.query.expiring_within_days.is_some() { None } else { Some(60) }
            }
            'o' => {
                self.query.order =
                    if self.query.order == MatrixOrder::Name { MatrixOrder::Expiry } else { MatrixOrder::Name }
            }
            'x' => self.exam = (self.exam + 1) % self.roll.exams.len().max(1),
            _ => return,
        }
        if letter != '/' {
            self.select();
        }
    }

    fn heads(&self, page: &mut TextPage) {
        let cursor = if self.searching { "▌" } else { "" };
        page.parts(&[
            (TextRole::Strong, "Find: "),
            (TextRole::Text, &self.query.search_text),
            (TextRole::Accent, cursor),
        ]);
        let standing = self.query.status.map_or("any", CertificationStatus::name);
        let assurance = self.query.assurance.map_or("any", Assurance::name);
        let expiring = if self.query.expiring_within_days.is_some() { " · ends within 60 days" } else { "" };
        let sort = if self.query.order == MatrixOrder::Name { "by name" } else { "who ends first" };
        page.text(TextRole::Dim, &format!("standing: {standing} · assurance: {assurance}{expiring} · {sort}"));
        page.gap();
    }

    fn list(&self, page: &mut TextPage, first: usize) {
        let exam = self.roll.exams.get(self.exam);
        let title = exam.map_or_else(|| "No exam".to_owned(), |(_, title)| text::single_line(title));
        page.parts(&[(TextRole::Strong, "  Name                    "), (TextRole::Strong, &title)]);
        for (at, row) in self.sight(first) {
            let cell = row.cells.get(self.exam);
            let (role, says) = cell.map_or((TextRole::Dim, String::new()), |cell| self.words(cell, ", "));
            self.person(page, at, row, |page, lead| {
                if page.width() >= 60 {
                    page.parts(&[lead[0], lead[1], (role, &says)]);
                } else {
                    page.parts(&lead);
                    page.parts(&[(TextRole::Text, "    "), (role, &says)]);
                }
            });
        }
    }

    fn matrix(&self, page: &mut TextPage, first: usize) {
        let fit = (page.width().saturating_sub(NAME + 2) / CELL).max(1);
        let exams: Vec<_> = self.roll.exams.iter().skip(self.exam).take(fit).collect();
        let titles: String = exams.iter().map(|(id, _)| padded(id.as_str(), CELL)).collect();
        page.parts(&[(TextRole::Strong, &padded("  Name", NAME + 2)), (TextRole::Strong, &titles)]);
        for (at, row) in self.sight(first) {
            let cells: Vec<_> = row.cells.iter().skip(self.exam).take(fit).map(|cell| self.words(cell, "\n")).collect();
            let line = |number: usize| -> Vec<(TextRole, String)> {
                let part = |says: &String| says.split('\n').nth(number).unwrap_or_default().to_owned();
                cells.iter().map(|(role, says)| (*role, padded(&part(says), CELL))).collect()
            };
            self.person(page, at, row, |page, lead| {
                let (above, below) = (line(0), line(1));
                let staff = row.person.person.staff_id.clone().unwrap_or_default();
                let staff = padded(&format!("  {}", text::single_line(&staff)), NAME + 2);
                let with = |start: Vec<(TextRole, String)>, cells: Vec<(TextRole, String)>| [start, cells].concat();
                for parts in [
                    with(lead.iter().map(|(role, part)| (*role, (*part).to_owned())).collect(), above),
                    with(vec![(TextRole::Dim, staff)], below),
                ] {
                    page.parts(&parts.iter().map(|(role, part)| (*role, part.as_str())).collect::<Vec<_>>());
                }
            });
        }
    }

    /// Begins a person's line with a mark and the name; `rest` draws it.
    fn person(
        &self,
        page: &mut TextPage,
        at: usize,
        row: &MatrixRow,
        rest: impl FnOnce(&mut TextPage, [(TextRole, &str); 2]),
    ) {
        let here = at == self.at;
        let name = padded(&text::single_line(&row.person.person.name), NAME);
        let role = if here { TextRole::Strong } else { TextRole::Text };
        rest(page, [(TextRole::Accent, if here { "▸ " } else { "  " }), (role, &name)]);
    }

    /// Returns who is in sight from the `first` on, each with the place among those chosen.
    fn sight(&self, first: usize) -> impl Iterator<Item = (usize, &MatrixRow)> {
        let rows = self.chosen.iter().enumerate().skip(first).take(self.rows);
        rows.map(|(at, row)| (at, &self.roll.rows[*row]))
    }

    /// Returns a cell in words, with the role of its color.
    fn words(&self, cell: &MatrixCell, gap: &str) -> (TextRole, String) {
        match (&cell.certificate_row, cell.rejected_verdict) {
            (Some(by), _) if !self.proven.contains(&by.id) => (TextRole::Dim, "being verified".to_owned()),
            (Some(by), _) => {
                let role = match cell.status {
                    CertificationStatus::Current => TextRole::Good,
                    CertificationStatus::Expiring60 | CertificationStatus::Expiring30 => TextRole::Warn,
                    CertificationStatus::Expired | CertificationStatus::Revoked | CertificationStatus::NotTaken => {
                        TextRole::Bad
                    }
                };
                let until = by.valid_until.day();
                (role, format!("{}{gap}{} {until}", cell.status, by.assurance.name()))
            }
            (None, Some(verdict)) => (TextRole::Dim, format!("{}{gap}one is {verdict}", cell.status)),
            (None, None) => (TextRole::Dim, cell.status.to_string()),
        }
    }
}

/// Returns the value after the one chosen, or none after the last.
fn after<T: Copy + PartialEq>(all: &[T], chosen: Option<T>) -> Option<T> {
    let next = chosen.and_then(|chosen| all.iter().position(|one| *one == chosen)).map_or(0, |at| at + 1);
    all.get(next).copied()
}

/// Returns a text cut or filled up to so many columns, with a space at its end.
fn padded(said: &str, columns: usize) -> String {
    let cut = text::truncate(said, columns.saturating_sub(1)).into_owned();
    let gap = columns.saturating_sub(text::width(&cut));
    format!("{cut}{}", " ".repeat(gap))
}

impl Screen for RecordsScreen {
    fn on(&mut self, key: Key, _: &ScreenContext) -> Option<Effect> {
        self.stopped = false;
        if self.searching {
            return self.search(key);
        }
        match key {
            Key::CtrlC => return Some(Effect::Quit),
            Key::Esc | Key::Char('q') => return Some(Effect::Close),
            Key::Up => self.move_to(self.at.saturating_sub(1)),
            Key::Down => self.move_to(self.at + 1),
            Key::PageUp => self.move_to(self.at.saturating_sub(self.rows)),
            Key::PageDown => self.move_to(self.at + self.rows),
            Key::Home => self.move_to(0),
            Key::End => self.move_to(usize::MAX),
            Key::Left => self.exam = self.exam.saturating_sub(1),
            Key::Right => self.exam = (self.exam + 1).min(self.roll.exams.len().saturating_sub(1)),
            Key::Tab => {
                self.view = if self.view == RecordsView::List { RecordsView::Matrix } else { RecordsView::List };
                self.select();
            }
            Key::Enter => {
                let row = self.chosen.get(self.at)?;
                return Some(Effect::Open(Route::Person(self.roll.rows[*row].person.id)));
            }
            Key::Char(c) => self.choose(c.to_ascii_lowercase()),
            Key::Backspace | Key::Alt(_) => {}
        }
        None
    }

    fn settled(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        if let Reply::Verified(ids) = reply {
            self.proven.extend(ids);
        }
        None
    }

    fn failed(&mut self) {
        self.stopped = true;
    }

    fn tick(&mut self, _: &ScreenContext) -> Option<Effect> {
        let rows = self.unproven();
        (!rows.is_empty() && !self.stopped).then_some(Effect::Do(Command::Verify(rows)))
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &ScreenContext) {
        let mut page = TextPage::new(cx.theme, area);
        self.heads(&mut page);
        let lines = if self.view == RecordsView::Matrix || page.width() < 60 { 2 } else { 1 };
        self.rows = (usize::from(area.height).saturating_sub(5) / lines).max(1);
        let low = (self.at + 1).saturating_sub(self.rows);
        self.scroll.offset = self.scroll.offset.clamp(low, self.at.max(low));
        match self.view {
            RecordsView::List => self.list(&mut page, self.scroll.offset),
            RecordsView::Matrix => self.matrix(&mut page, self.scroll.offset),
        }
        if self.chosen.is_empty() {
            page.text(TextRole::Text, "Nobody fits. Take certificates in with `needlewise certificate import`.");
        }
        page.draw(frame, area, &mut { Scroll::TOP });
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("Records".to_owned(), format!("{} of {}", self.chosen.len(), self.roll.rows.len()))
    }

    fn bindings(&self) -> Vec<Binding> {
        if self.searching {
            return vec![key("Enter", "done"), key("↑↓", "choose")];
        }
        let other = if self.view == RecordsView::List { "matrix" } else { "list" };
        vec![
            key("↑↓", "choose"),
            key("Enter", "person"),
            key("/", "find"),
            key("Tab", other),
            key("x", "exam"),
            key("s", "standing"),
            key("a", "assurance"),
            key("e", "ends soon"),
            key("o", "order"),
            key("Esc", "back"),
        ]
    }

    fn wake(&self, _: &ScreenContext) -> Option<Millis> {
        (!self.stopped && !self.unproven().is_empty()).then_some(Millis(0))
    }

    fn types(&self) -> bool {
        self.searching
    }
}
