//! The full-screen interface on a simulated screen: the real event loop and the real store, but no terminal.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc;

use needlewise::attempt::person::PersonAdded;
use needlewise::bank::catalog::{BankOrigin, Catalog};
use needlewise::clock::{Timestamp, Zone};
use needlewise::credential::TrustList;
use needlewise::issuing::decision::DecisionAuthority;
use needlewise::paths::Paths;
use needlewise::projections::people::PersonRow;
use needlewise::service::{InputSource, ServiceSetting, Services};
use needlewise::settings::Settings;
use needlewise::store::sqlite::SqliteOptions;
use needlewise::store::{COMMAND_PATIENCE, SqliteStore, Store, StoreError};
use needlewise::tui::app::{App, InterfaceEnd};
use needlewise::tui::event_loop;
use needlewise::tui::file_preview::PreviewExecutor;
use needlewise::tui::input::{Input, MouseInput, MouseInputKind};
use needlewise::tui::jobs::Jobs;
use needlewise::tui::key::Key;
use needlewise::tui::perform::ServiceExecutor;
use needlewise::tui::screens::Route;
use needlewise::tui::theme::Theme;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use ratatui::backend::TestBackend;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::picture;
use crate::world::{MONDAY, SetClock, masked};

/// Returns the options of a store in tests, with a fixed ID.
pub fn store_options() -> SqliteOptions {
    SqliteOptions {
        patience: COMMAND_PATIENCE,
        new_store_id: [7; 16],
        copy_folder: None,
        opened_at: Timestamp::from_millis(MONDAY),
        remains: Vec::new(),
    }
}

/// Opens the store at a path.
pub fn open_store(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, &store_options())
}

/// Opens the services over the store of a home, with a clock that the test sets.
pub fn service(home: &Path, time: &Rc<Cell<i64>>) -> Services {
    service_over(home, time, |store| Box::new(store))
}

/// Opens the services like [`service`], with a wrapper around the store.
pub fn service_over(home: &Path, time: &Rc<Cell<i64>>, wrap: impl FnOnce(SqliteStore) -> Box<dyn Store>) -> Services {
    let place = Paths::find(Some(home.join("data")), Some(home.join("config"))).expect("paths");
    place.create_data_dir().expect("a folder");
    let mut catalog = Catalog::built_in();
    catalog.add_folder(&place.banks_dir(), &BankOrigin::DataDirectory).expect("banks");
    let trust = std::fs::read_to_string(place.trust_file()).map(|text| TrustList::from_json(&text).expect("trust"));
    let trust = trust.unwrap_or_default();
    let store = wrap(open_store(&place.store_file()).expect("a store"));
    let (clock, rng) = (Box::new(SetClock(Rc::clone(time))), Box::new(ChaCha20Rng::seed_from_u64(7)));
    let (authority, input) = (DecisionAuthority::Anyone, InputSource::Typed);
    Services::new(
        store,
        clock,
        rng,
        ServiceSetting {
            catalog: catalog.into(),
            paths: place,
            trust: Ok(trust),
            authority,
            own_issuer: None,
            input,
            zone: Zone::UTC,
            settings: Settings::default(),
            damage: needlewise::service::DamageNotes::default(),
        },
    )
}

/// Adds a person by name.
pub fn add_person(service: &mut Services, name: &str) -> PersonRow {
    service.people_mut().add(PersonAdded::from_name(name)).expect("a person")
}

/// The keys from home to the first question of the first exam.
pub const START_EXAM: &str = "e enter enter y";
/// The keys from home to a practice of the ninth topic, which is the first one after the built-in banks.
pub const PRACTICE_SMALL: &str = "p down down down down down down down down space enter";

/// A simulated screen with an interface, its home and its clock.
pub struct Stage {
    pub home: tempfile::TempDir,
    pub time: Rc<Cell<i64>>,
    app: App,
    terminal: Terminal<TestBackend>,
    host: NoTerminal,
}

impl Stage {
    /// Shows the home screen of Amira Okafor. `prepare` fills the home directory first.
    pub fn with(columns: u16, rows: u16, prepare: impl FnOnce(&Path)) -> Self {
        Self::with_app(columns, rows, prepare, |service, person| {
            App::new(ServiceExecutor::new(service, Some(person)), Jobs::inline(), Theme::NONE, Route::Home)
        })
    }

    /// Shows the records of all people, `later` milliseconds after the start of the other stages. `prepare` fills the
    /// home directory first.
    pub fn records(columns: u16, rows: u16, later: i64, prepare: impl FnOnce(&Path)) -> Self {
        Self::with_app_at(columns, rows, MONDAY + later, prepare, |service, _| {
            App::new(ServiceExecutor::new(service, None), Jobs::inline(), Theme::NONE, Route::Records)
        })
    }

    /// Shows the interface that `make_app` returns for Amira Okafor. `prepare` fills the home directory first.
    pub fn with_app(
        columns: u16,
        rows: u16,
        prepare: impl FnOnce(&Path),
        make_app: impl FnOnce(Services, PersonRow) -> App,
    ) -> Self {
        Self::with_app_at(columns, rows, MONDAY, prepare, make_app)
    }

    fn with_app_at(
        columns: u16,
        rows: u16,
        moment: i64,
        prepare: impl FnOnce(&Path),
        make_app: impl FnOnce(Services, PersonRow) -> App,
    ) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        prepare(home.path());
        let time = Rc::new(Cell::new(moment));
        let mut service = service(home.path(), &time);
        let person = add_person(&mut service, "Amira Okafor");
        let app = make_app(service, person);
        Self::of(home, time, app, columns, rows)
    }

    /// Shows the welcome screen with people of these names, none of them selected yet.
    pub fn welcome(columns: u16, rows: u16, names: &[&str]) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let time = Rc::new(Cell::new(MONDAY));
        let mut service = service(home.path(), &time);
        for name in names {
            add_person(&mut service, name);
        }
        let app = App::new(ServiceExecutor::new(service, None), Jobs::inline(), Theme::NONE, Route::Home);
        Self::of(home, time, app, columns, rows)
    }

    /// Shows the preview of a bank file.
    pub fn previewing(columns: u16, rows: u16, file: &str, text: &str) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let path = home.path().join(file);
        std::fs::write(&path, text).expect("a file");
        let time = Rc::new(Cell::new(MONDAY));
        let clock = Box::new(SetClock(Rc::clone(&time)));
        let mut previewer = PreviewExecutor::new(&path, clock, Catalog::built_in().syllabus());
        let first = Route::Preview { file_name: file.to_owned(), content: Box::new(previewer.read()) };
        let app = App::new(previewer, Jobs::inline(), Theme::NONE, first);
        Self::of(home, time, app, columns, rows)
    }

    fn of(home: tempfile::TempDir, time: Rc<Cell<i64>>, app: App, columns: u16, rows: u16) -> Self {
        let viewport = Viewport::Fixed(event_loop::clamped_area(columns, rows));
        let backend = TestBackend::new(columns, rows);
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport }).expect("a terminal");
        Self { home, time, app, terminal, host: NoTerminal::default() }
    }

    /// Presses keys through the real loop. They are separated by spaces: names such as `enter`, or single characters.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        let inputs: Vec<_> = keys.split_whitespace().map(|key| Input::Key(named(key))).collect();
        self.feed(&inputs);
        self
    }

    /// Presses keys like [`Stage::press`], and returns the stage by value for use in an expression.
    pub fn press_and_take(mut self, keys: &str) -> Self {
        self.press(keys);
        self
    }

    /// Resizes the window.
    pub fn resized(mut self, columns: u16, rows: u16) -> Self {
        self.terminal.backend_mut().resize(columns, rows);
        self.feed(&[Input::Resize(columns, rows)]);
        self
    }

    /// Types each character of a text.
    pub fn type_text(&mut self, text: &str) -> &mut Self {
        let inputs: Vec<_> = text.chars().map(|c| Input::Key(Key::Char(c))).collect();
        self.feed(&inputs);
        self
    }

    /// Feeds inputs into the loop. Returns how the interface ended, if it has ended.
    pub fn feed(&mut self, inputs: &[Input]) -> Option<InterfaceEnd> {
        let (send, receive) = mpsc::channel();
        inputs.iter().for_each(|input| send.send(input.clone()).expect("a listener"));
        drop(send);
        event_loop::run(&mut self.terminal, &receive, &mut self.app, &mut self.host);
        self.app.end().cloned()
    }

    /// Clicks the first cell of a text that is shown.
    #[track_caller]
    pub fn click(&mut self, text: &str) -> &mut Self {
        let lines = self.lines();
        let found = lines.iter().enumerate().find_map(|(row, line)| Some((row, line.find(text)?)));
        let (row, start) = found.unwrap_or_else(|| panic!("{text} is not shown:\n{}", lines.join("\n")));
        let column = needlewise::text::width(&lines[row][..start]);
        let cell = |at: usize| u16::try_from(at).expect("a cell");
        self.mouse(MouseInputKind::Click, cell(column), cell(row))
    }

    /// Sends a mouse event at a cell.
    pub fn mouse(&mut self, kind: MouseInputKind, column: u16, row: u16) -> &mut Self {
        self.feed(&[Input::Mouse(MouseInput { kind, column, row })]);
        self
    }

    /// Returns the interface, for assertions about its bindings and timers.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Returns whether the program asked the terminal to report the mouse.
    pub fn is_mouse_captured(&self) -> bool {
        self.host.is_mouse_captured
    }

    /// Lets time pass and then ticks the interface.
    pub fn pass(&mut self, millis: i64) -> &mut Self {
        self.time.set(self.time.get() + millis);
        self.app.tick();
        self
    }

    /// Returns every line of the screen. A wide character fills two cells but appears once.
    pub fn lines(&mut self) -> Vec<String> {
        self.terminal.draw(|frame| self.app.draw(frame)).expect("a frame");
        let buffer = self.terminal.backend().buffer();
        let line = |y: u16| {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                if skip == 0 {
                    line.push_str(symbol);
                    skip = needlewise::text::width(symbol).saturating_sub(1);
                } else {
                    skip -= 1;
                }
            }
            line.trim_end().to_owned()
        };
        (0..buffer.area.height).map(line).collect()
    }

    /// Draws the screen in every theme: the contrast is checked, and the pictures are kept.
    #[track_caller]
    pub fn check_pictures(&mut self, name: &str) {
        for theme in Theme::ALL {
            self.app.set_theme(theme);
            self.terminal.draw(|frame| self.app.draw(frame)).expect("a frame");
            let buffer = self.terminal.backend().buffer();
            picture::check_contrast(name, buffer, &theme);
            picture::keep(name, buffer, &theme);
        }
        self.app.set_theme(Theme::NONE);
    }

    /// Returns the screen as text, with everything masked that differs between runs.
    pub fn text(&mut self) -> String {
        let text = self.lines().join("\n");
        let clean = masked(&text, self.home.path());
        if !clean.contains("<home>") {
            return clean;
        }
        // The length of the home's path decides how many lines it takes, and how many empty lines follow.
        let mut lines: Vec<_> = clean.lines().collect();
        lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
        lines.join("\n")
    }
}

/// A host without a terminal: suspending does nothing.
#[derive(Default)]
struct NoTerminal {
    is_mouse_captured: bool,
}

impl event_loop::TerminalHost for NoTerminal {
    fn suspend(&mut self) -> std::io::Result<ratatui::layout::Rect> {
        self.resume()
    }

    fn resume(&mut self) -> std::io::Result<ratatui::layout::Rect> {
        Ok(event_loop::clamped_area(80, 24))
    }

    fn capture_mouse(&mut self) -> std::io::Result<()> {
        self.is_mouse_captured = true;
        Ok(())
    }

    fn release_mouse(&mut self) -> std::io::Result<()> {
        self.is_mouse_captured = false;
        Ok(())
    }
}

fn named(key: &str) -> Key {
    match key {
        "enter" => Key::Enter,
        "esc" => Key::Esc,
        "up" => Key::Up,
        "down" => Key::Down,
        "left" => Key::Left,
        "right" => Key::Right,
        "pgup" => Key::PageUp,
        "pgdn" => Key::PageDown,
        "home" => Key::Home,
        "end" => Key::End,
        "tab" => Key::Tab,
        "space" => Key::Char(' '),
        "backspace" => Key::Backspace,
        "ctrl-c" => Key::CtrlC,
        "ctrl-u" => Key::CtrlU,
        alt if alt.len() == 5 && alt.starts_with("alt-") => Key::Alt(alt.chars().last().expect("a letter")),
        other => Key::Char(other.chars().next().expect("a key")),
    }
}

/// Compares a screen with the snapshot of its name and width, and checks its pictures in every theme.
macro_rules! assert_screen {
    ($name:expr, $columns:expr, $stage:expr) => {{
        let (name, mut stage) = (format!("{}@{}", $name, $columns), $stage);
        stage.check_pictures(&name);
        insta::assert_snapshot!(name, stage.text());
    }};
}
pub(crate) use assert_screen;
