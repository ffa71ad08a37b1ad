//! The home screen: what to do now, and how far the trainee is.
//!
//! ```text
//! ▸ Start today's session     Enter   Mastery              change in 7 days
//!     14 due · 6 new · about 12 min     Mechanism           ███████▌·· 74 %
//!   Practice by choice            p     Contraindications   ████······ 41 % +6
//!   Review my mistakes (9)        w
//!   Read the course               r
//!   Exams                         e   Foundations: exam on Dec 14 (15 days)
//!   Progress                      o     Chance to pass today: 12 %, likely 7 to 19 %
//!   Certificates                  c   Last 30 days ▁▁▂▂▃▃▅▅▆▆▇▇ 5 days in a row
//! ```

use ratatui::layout::Rect;

use crate::clock::Millis;
use crate::study::practice::{PracticeChoice, PracticeFilter};
use crate::study::readiness::ReadinessResult;
use crate::text;
use crate::tui::binding::{Action, Binding, first_last_bindings, page_bindings, up_down_bindings};
use crate::tui::canvas::Canvas;
use crate::tui::command::{Command, Dialog, Reply};
use crate::tui::key::Key;
use crate::tui::list;
use crate::tui::overlay::CLOSE_OVERLAY;
use crate::tui::page::{Scroll, TextPage, progress_bar};
use crate::tui::screens::{Effect, Route, Screen, ScreenContext};
use crate::tui::theme::TextRole;
use crate::view::home::HomeView;
use crate::view::study::{TopicView, readiness_text, sparkline};

/// Why study is closed during an exam.
const EXAM_OPEN: &str = "Practice is closed while your exam is in progress. Submit the exam first.";

/// An entry of the menu.
struct MenuEntry {
    label: String,
    /// A second line, which says what the entry holds.
    detail: Option<String>,
    /// The key that opens it, besides Enter.
    key: Option<char>,
    action: Action,
    /// Why it cannot be opened now. The entry stays in its place.
    disabled_reason: Option<String>,
}

impl MenuEntry {
    fn new(label: impl Into<String>, key: Option<char>, action: Action) -> Self {
        Self { label: label.into(), detail: None, key, action, disabled_reason: None }
    }
}

/// What the screen still asks for. It waits for the first frame, so that home appears at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PendingWork {
    /// [`Command::CompleteBusiness`].
    Business,
    /// [`Command::EstimateReadiness`], if there is a plan.
    Readiness,
    Nothing,
}

/// The home screen of a trainee.
#[derive(Debug)]
pub struct HomeScreen {
    data: HomeView,
    selected: usize,
    scroll: Scroll,
    pending_work: PendingWork,
    readiness: Option<ReadinessResult>,
}

impl HomeScreen {
    /// Returns the home screen with this data.
    pub fn new(data: HomeView) -> Self {
        let (selected, scroll) = (0, Scroll::default());
        Self { data, selected, scroll, pending_work: PendingWork::Business, readiness: None }
    }

    fn menu(&self) -> Vec<MenuEntry> {
        let mut menu = Vec::new();
        if let Some(open_exam) = &self.data.open_exam {
            let label = format!("Resume the exam: {}", open_exam.title);
            let detail = Some(open_exam.time_text());
            menu.push(MenuEntry { detail, ..MenuEntry::new(label, Some('g'), Action::named("resume-exam")) });
        }
        if let Some(open_mock) = self.data.open_mock.as_ref().filter(|_| self.data.open_exam.is_none()) {
            let detail = Some(format!("{}: {}", open_mock.title, open_mock.time_text()));
            menu.push(MenuEntry {
                detail,
                ..MenuEntry::new("Resume the mock exam", None, Action::named("resume-mock"))
            });
        }
        let closed = self.data.open_exam.as_ref().map(|_| EXAM_OPEN.to_owned());
        let study = |entry: MenuEntry| MenuEntry { disabled_reason: closed.clone().or(entry.disabled_reason), ..entry };
        menu.push(study(self.session_entry()));
        for (index, practice) in self.data.open_practices.iter().enumerate() {
            let label = format!("Resume practice: {}", practice.topic);
            let detail = Some(practice.position.clone());
            let action = Action::indexed("resume-practice", index);
            menu.push(study(MenuEntry { detail, ..MenuEntry::new(label, None, action) }));
        }
        menu.push(study(MenuEntry::new("Practice by choice", Some('p'), Action::named("practice"))));
        let mistakes = self.data.study.mistake_count;
        menu.push(study(MenuEntry {
            disabled_reason: (mistakes == 0).then(|| "There are no mistakes to review.".to_owned()),
            ..MenuEntry::new(format!("Review my mistakes ({mistakes})"), Some('w'), Action::named("mistakes"))
        }));
        menu.push(study(MenuEntry::new("Read the course", Some('r'), Action::named("course"))));
        menu.push(MenuEntry {
            disabled_reason: (!self.data.has_exams).then(|| "There is no exam. See `needlewise bank list`.".to_owned()),
            ..MenuEntry::new("Exams", Some('e'), Action::named("exams"))
        });
        menu.push(MenuEntry::new("Progress", Some('o'), Action::named("progress")));
        menu.push(study(MenuEntry::new("Search", Some('/'), Action::named("search"))));
        menu.push(MenuEntry::new("Certificates", Some('c'), Action::named("certificates")));
        menu
    }

    /// Returns the entry of today's session: start it, resume it, or what to do once it is done.
    fn session_entry(&self) -> MenuEntry {
        let study = &self.data.study;
        if self.data.open_session.is_some() {
            return MenuEntry::new("Resume today's session", Some('d'), Action::named("session"));
        }
        if study.session.units.is_empty() {
            let (label, detail) = if study.answered_today > 0 {
                ("Today's session is done", "Well done. Practice by choice if you want more.")
            } else {
                ("Nothing is due today", "Practice by choice, or allow more new questions a day in the settings.")
            };
            let reason = format!("{label}. Press p to practice by choice.");
            return MenuEntry {
                detail: Some(detail.to_owned()),
                disabled_reason: Some(reason),
                ..MenuEntry::new(label, Some('d'), Action::named("session"))
            };
        }
        let label = if study.answered_today > 0 { "Study more today" } else { "Start today's session" };
        MenuEntry { detail: Some(study.session_text()), ..MenuEntry::new(label, Some('d'), Action::named("session")) }
    }

    /// Runs the action of a menu entry.
    fn open_entry(&self, action: Action) -> Option<Effect> {
        match action.name {
            "resume-exam" => Some(Effect::Do(Command::Resume(self.data.open_exam.as_ref()?.attempt))),
            "resume-mock" => Some(Effect::Do(Command::Resume(self.data.open_mock.as_ref()?.attempt))),
            "session" => Some(Effect::Do(self.data.open_session.map_or(Command::StartSession, Command::Resume))),
            "resume-practice" => Some(Effect::Do(Command::Resume(self.data.open_practices.get(action.index)?.attempt))),
            "practice" => Some(Effect::Open(Route::PracticeChoice)),
            "mistakes" => {
                let choice = PracticeChoice { filters: vec![PracticeFilter::Wrong], ..PracticeChoice::default() };
                // A question of a case comes with its whole case, so the count is not limited.
                Some(Effect::Do(Command::StartPractice(Box::new(choice), usize::MAX)))
            }
            "course" => Some(Effect::Open(Route::Course)),
            "exams" => Some(Effect::Open(Route::Exams)),
            "progress" => Some(Effect::Open(Route::Progress)),
            "search" => Some(Effect::Open(Route::Search)),
            "certificates" => Some(Effect::Open(Route::Certificates)),
            "settings" => Some(Effect::Open(Route::Settings)),
            "switch-trainee" => Some(Effect::Do(Command::LeaveTrainee)),
            "discard" => Some(Effect::Ask(discard_dialog(self.selected_practice()?))),
            "discard-now" => {
                let practice = self.data.open_practices.get(action.index)?;
                Some(Effect::Do(Command::EndPractice(practice.attempt)))
            }
            "quit" => Some(Effect::Quit),
            _ => None,
        }
    }

    /// Returns the index of the practice in progress that is selected.
    fn selected_practice(&self) -> Option<usize> {
        let action = self.menu().get(self.selected)?.action;
        (action.name == "resume-practice").then_some(action.index)
    }

    fn draw_menu(&self, page: &mut TextPage) {
        for (index, entry) in self.menu().iter().enumerate() {
            let is_selected = index == self.selected;
            if is_selected {
                page.focus_next_line();
            }
            let key = match entry.key {
                _ if is_selected => "Enter".to_owned(),
                Some(key) => key.to_string(),
                None => String::new(),
            };
            let width = page.width();
            let label_width = width.saturating_sub(text::width(&key) + 4);
            let label = text::truncate(&text::single_line(&entry.label), label_width).into_owned();
            let gap = width.saturating_sub(text::width(&label) + text::width(&key) + 3);
            let role = match (is_selected, &entry.disabled_reason) {
                (true, _) => TextRole::Strong,
                (false, None) => TextRole::Text,
                (false, Some(_)) => TextRole::Dim,
            };
            page.set_line_action(Some(entry.action));
            page.push_line(&[
                (TextRole::Accent, list::pointer(index, self.selected)),
                (role, &label),
                (TextRole::Text, &" ".repeat(gap)),
                (TextRole::Dim, &key),
            ]);
            page.set_line_action(None);
            if let Some(detail) = &entry.detail {
                page.push_hanging_text("    ", TextRole::Text, TextRole::Dim, detail);
            }
        }
    }

    /// Draws the mastery of all topics, the plan and the last days.
    fn draw_study(&self, page: &mut TextPage) {
        page.begin_panel("Mastery (change in 7 days)");
        self.data.study.topics.iter().for_each(|topic| draw_topic(page, topic));
        page.end_panel();
        self.draw_plan(page);
        let study = &self.data.study;
        page.push_line(&[(TextRole::Text, "30 days "), (TextRole::Accent, &sparkline(&study.last_days))]);
        page.push_text(TextRole::Dim, &format!("Days in a row: {}", study.streak));
    }

    fn draw_plan(&self, page: &mut TextPage) {
        let Some(plan) = &self.data.study.plan else { return };
        let days = match plan.days_left {
            0 => "today".to_owned(),
            days => text::count_with_noun(days as usize, "day"),
        };
        page.push_text(TextRole::Strong, &format!("{}: exam on {} ({days})", plan.title, plan.day.format_for_people()));
        page.push_text(TextRole::Text, &format!("Pass mark: {} %", u8::from(plan.pass_mark)));
        match &self.readiness {
            Some(readiness) => {
                readiness_text(readiness).iter().for_each(|line| page.push_text(TextRole::Text, line));
            }
            None => page.push_text(TextRole::Dim, "Chance to pass today: calculating…"),
        }
        page.push_blank_line();
    }

    /// Draws one line each for the plan and the weakest topic.
    fn draw_short_study(&self, page: &mut TextPage) {
        self.draw_plan(page);
        let weakest = self.data.study.topics.iter().min_by(|a, b| a.mastery.share.total_cmp(&b.mastery.share));
        if let Some(topic) = weakest {
            let percent = topic.mastery.percent();
            page.push_text(TextRole::Text, &format!("Weakest topic: {}, {percent} % mastered", topic.title));
        }
        page.push_text(TextRole::Dim, &format!("Days in a row: {}", self.data.study.streak));
    }
}

/// Returns the dialog before a practice in progress is ended.
fn discard_dialog(index: usize) -> Dialog {
    Dialog {
        title: "End this practice?".to_owned(),
        text: "Your answers still count in your progress. Unanswered questions do not count as wrong.".to_owned(),
        bindings: vec![
            Binding::new(&[Key::Char('y')], Action::indexed("discard-now", index), "end it"),
            Binding::new(&[Key::Any], CLOSE_OVERLAY, "keep it"),
        ],
    }
}

/// Draws a topic in one line: its title, a bar, the mastery and its change.
fn draw_topic(page: &mut TextPage, topic: &TopicView) {
    let title_width = page.width().saturating_sub(20).clamp(8, 26);
    let title = text::truncate(&text::single_line(&topic.title), title_width).into_owned();
    let gap = " ".repeat(title_width.saturating_sub(text::width(&title)) + 1);
    let percent = topic.mastery.percent();
    let (filled, empty) = progress_bar(percent.into(), 100, 8);
    let change = match topic.change {
        0 => String::new(),
        change => format!(" {change:+}"),
    };
    page.push_line(&[
        (TextRole::Text, &title),
        (TextRole::Text, &gap),
        (TextRole::Accent, &filled),
        (TextRole::Dim, &empty),
        (TextRole::Text, &format!(" {percent:>3} %{change}")),
    ]);
}

impl Screen for HomeScreen {
    fn bindings(&self) -> Vec<Binding> {
        let menu = self.menu();
        let selected_reason = menu.get(self.selected).and_then(|entry| entry.disabled_reason.clone());
        let mut rows = up_down_bindings("choose").to_vec();
        rows.push(Binding::new(&[Key::Enter], Action::named("open"), "open").disabled(selected_reason));
        if self.selected_practice().is_some() {
            rows.push(Binding::new(&[Key::Char('x')], Action::named("discard"), "end practice"));
        }
        rows.push(Binding::new(&[Key::Char('t')], Action::named("switch-trainee"), "switch trainee"));
        rows.push(Binding::new(&[Key::Char(',')], Action::named("settings"), "settings"));
        rows.push(Binding::new(&[Key::Char('q'), Key::CtrlC], Action::QUIT, "quit"));
        // The menu shows these keys beside its entries, so the footer does not list them.
        rows.extend(menu.into_iter().filter_map(|entry| {
            Some(Binding::unlisted(&[Key::Char(entry.key?)], entry.action).disabled(entry.disabled_reason))
        }));
        rows.extend(first_last_bindings());
        rows.extend(page_bindings());
        rows
    }

    fn on_action(&mut self, action: Action, _: &ScreenContext) -> Option<Effect> {
        if self.scroll.handle_action(action, 5) {
            return None;
        }
        self.scroll.follow_focus();
        let menu = self.menu();
        if let Some(selected) = list::selected_after(action, self.selected, menu.len()) {
            self.selected = selected;
            return None;
        }
        if action.name == "open" {
            return menu.get(self.selected).and_then(|entry| self.open_entry(entry.action));
        }
        // A click on an entry that cannot be opened only selects it, and Enter then says why.
        let clicked = menu.iter().position(|entry| entry.action == action);
        self.selected = clicked.unwrap_or(self.selected);
        let is_disabled = clicked.is_some_and(|index| menu[index].disabled_reason.is_some());
        if is_disabled { None } else { self.open_entry(action) }
    }

    fn on_tick(&mut self, _: &ScreenContext) -> Option<Effect> {
        match self.pending_work {
            PendingWork::Business => {
                self.pending_work = PendingWork::Readiness;
                Some(Effect::Do(Command::CompleteBusiness))
            }
            PendingWork::Readiness => {
                self.pending_work = PendingWork::Nothing;
                let plan = self.data.study.plan.as_ref()?;
                Some(Effect::Do(Command::EstimateReadiness(plan.exam.clone())))
            }
            PendingWork::Nothing => None,
        }
    }

    fn next_wake(&self, _: &ScreenContext) -> Option<Millis> {
        (self.pending_work != PendingWork::Nothing).then_some(Millis(0))
    }

    fn on_reply(&mut self, reply: Reply, _: &ScreenContext) -> Option<Effect> {
        match reply {
            // The closed screen may have changed the progress or the attempts, so the data is loaded again.
            Reply::Closed => Some(Effect::Open(Route::Home)),
            Reply::Readiness(exam, readiness) => {
                let is_planned = self.data.study.plan.as_ref().is_some_and(|plan| plan.exam == exam);
                self.readiness = is_planned.then_some(readiness).or(self.readiness);
                None
            }
            _ => None,
        }
    }

    fn draw(&mut self, canvas: &mut Canvas<'_, '_>, area: Rect, context: &ScreenContext) {
        if area.width < 76 {
            let mut page = TextPage::new(context.theme, area);
            self.draw_menu(&mut page);
            page.push_blank_line();
            self.draw_short_study(&mut page);
            page.draw(canvas, area, &mut self.scroll);
            return;
        }
        let total_width = area.width.min(112);
        let x = area.x + (area.width - total_width) / 2;
        let menu_width = if total_width < 100 { 36 } else { 46 };
        let left = Rect { x, y: area.y + 1, width: menu_width, height: area.height.saturating_sub(1) };
        let right = Rect { x: x + menu_width, width: total_width - menu_width, ..left };
        let mut page = TextPage::new(context.theme, left);
        self.draw_menu(&mut page);
        page.draw(canvas, left, &mut self.scroll);
        let mut page = TextPage::new(context.theme, right);
        self.draw_study(&mut page);
        page.draw(canvas, right, &mut Scroll::default());
    }

    fn title(&self, _: &ScreenContext) -> (String, String) {
        ("needlewise".to_owned(), self.data.trainee_name.clone())
    }
}
