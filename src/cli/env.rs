//! The environment of a command: standard streams, terminal, clock, random numbers, folders and global arguments.
//! Commands print, ask for confirmation and open the service only through `Env`.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;

use rand::Rng;

use super::error::{self, Failure, display_path};
use super::{Color, CommandResult, GlobalArgs, issuer_file};
use crate::bank::catalog::{BankOrigin, Catalog};
use crate::clock::{Clock, Zone};
use crate::credential::{Issuer, TrustList, trust};
use crate::issuing::decision::DecisionAuthority;
use crate::paths::io_reason;
use crate::paths::{self, BoundedLine, Paths};
use crate::service::{InputSource, ServiceSetting, Services, backups};
use crate::settings::Settings;
use crate::store::sqlite::SqliteOptions;
use crate::store::{COMMAND_PATIENCE, SqliteStore};
use crate::text;
use crate::tui::theme::ColorDepth;

mod trainees;

/// The longest accepted reply to a yes-or-no question, in bytes.
const REPLY_MAX_BYTES: usize = 100;

/// Everything that a command uses from outside: streams, terminal, clock, randomness and arguments.
pub struct Env<'a> {
    pub out: &'a mut dyn Write,
    /// `Send`, because a progress bar writes to it from several threads.
    pub err: &'a mut (dyn Write + Send),
    /// Standard input. `None` after a command took it.
    pub input: Option<Box<dyn BufRead + Send>>,
    pub terminal: TerminalInfo,
    pub make_clock: &'a dyn Fn() -> Box<dyn Clock>,
    /// The time zone in which times are shown.
    pub zone: Zone,
    /// Makes a random number generator.
    pub make_rng: &'a dyn Fn() -> Box<dyn Rng>,
    /// The global options. They have their defaults until the arguments are parsed.
    pub global: GlobalArgs,
    /// Whether a command opened the store. Then a backup can be due.
    pub has_opened_store: bool,
}

/// Which streams are terminals, and how the terminal shows color.
#[derive(Debug, Clone, Default)]
pub struct TerminalInfo {
    pub is_stdin_terminal: bool,
    pub is_stdout_terminal: bool,
    pub is_stderr_terminal: bool,
    /// Whether NO_COLOR is set, or TERM is `dumb`.
    pub no_color: bool,
    /// Whether TERM is `dumb`: the terminal cannot move its cursor.
    pub is_dumb: bool,
    /// The value of COLORFGBG. Some terminals set it to their foreground and background colors.
    pub colorfgbg: Option<String>,
    /// How many colors the terminal claims to show, by TERM and COLORTERM.
    pub color_depth: ColorDepth,
    /// The value of NEEDLEWISE_THEME.
    pub theme: Option<String>,
}

impl TerminalInfo {
    /// Returns what environment variables tell about the terminal, as if no stream were a terminal. `variable` returns
    /// the value of a variable, if it is set.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = value("TERM").unwrap_or_default();
        // Terminals with 256 colors whose name does not say so. Over SSH the name is often all that arrives.
        let rich_terminals = ["256color", "direct", "kitty", "alacritty", "foot", "ghostty", "wezterm"];
        let is_rich_name = rich_terminals.iter().any(|part| term.contains(part));
        let is_rich_color = value("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
        Self {
            no_color: value("NO_COLOR").is_some() || term == "dumb",
            is_dumb: term == "dumb",
            colorfgbg: value("COLORFGBG"),
            color_depth: if is_rich_name || is_rich_color { ColorDepth::Indexed } else { ColorDepth::Sixteen },
            theme: value("NEEDLEWISE_THEME"),
            ..Self::default()
        }
    }
}

impl Default for GlobalArgs {
    fn default() -> Self {
        Self {
            data_dir: None,
            config_dir: None,
            banks: Vec::new(),
            trainee: None,
            json: false,
            color: Color::Auto,
            theme: None,
            verbose: false,
        }
    }
}

impl Env<'_> {
    pub(super) fn set_global_args(&mut self, global: GlobalArgs) {
        self.global = global;
    }

    /// Runs a command, prints the reason if it fails, and returns the exit code.
    pub(super) fn run_command(&mut self, command: impl FnOnce(&mut Self) -> CommandResult) -> u8 {
        let code = command(self).unwrap_or_else(|failure| {
            self.print_to_stderr(&failure.message);
            failure.code
        });
        // After a signal, the program must end at once.
        if self.has_opened_store && code < error::EXIT_SIGNAL {
            self.back_up_if_due();
        }
        // Lost output must not look like success. A command that already failed keeps its own code.
        match self.out.flush() {
            Err(error) if code == error::EXIT_SUCCESS => Failure::from(error).code,
            _ => code,
        }
    }

    /// Prints a line on standard output.
    ///
    /// # Errors
    /// The output is closed or cannot be written.
    pub fn print_line(&mut self, line: &str) -> CommandResult {
        writeln!(self.out, "{line}")?;
        Ok(error::EXIT_SUCCESS)
    }

    /// Asks on standard output and reads a line of standard input. `None` is the end of the input, or a line that is too
    /// long.
    ///
    /// # Errors
    /// The output is closed, or the input cannot be read.
    pub fn ask(&mut self, question: &str) -> Result<Option<String>, Failure> {
        const LINE_MAX_BYTES: usize = 1024;
        write!(self.out, "{question}")?;
        self.out.flush()?;
        let line = match &mut self.input {
            Some(input) => paths::read_line(input, LINE_MAX_BYTES)?,
            None => None,
        };
        if !self.terminal.is_stdin_terminal || line.is_none() {
            // Piped input is not echoed, so without this the next output would follow on the line of the question.
            writeln!(self.out)?;
        }
        Ok(match line {
            Some(BoundedLine::Text(answer)) => Some(answer),
            Some(BoundedLine::TooLong) | None => None,
        })
    }

    /// Prints a value as JSON.
    ///
    /// # Errors
    /// The output is closed or cannot be written.
    pub fn print_json(&mut self, value: &impl serde::Serialize) -> CommandResult {
        let text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
        self.print_line(&text)
    }

    /// Prints a line on standard error, but nothing for an empty line. A failed write is ignored, since no other stream
    /// is left.
    pub fn print_to_stderr(&mut self, line: &str) {
        if !line.is_empty() {
            let _ = writeln!(self.err, "{line}");
        }
    }

    /// Asks a yes-or-no question. Only "yes" confirms. Without a terminal, it asks nothing and the answer is no.
    ///
    /// # Errors
    /// The question cannot be written, or the reply cannot be read.
    pub fn confirm(&mut self, question: &str) -> io::Result<bool> {
        if !self.terminal.is_stdin_terminal {
            return Ok(false);
        }
        write!(self.out, "{question}")?;
        self.out.flush()?;
        let reply = match self.input.as_mut() {
            Some(input) => paths::read_line(input, REPLY_MAX_BYTES)?,
            None => None,
        };
        Ok(matches!(reply, Some(BoundedLine::Text(reply)) if reply.trim().eq_ignore_ascii_case("yes")))
    }

    /// Returns whether to use color on standard output.
    pub fn is_color_enabled(&self) -> bool {
        match self.global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => self.terminal.is_stdout_terminal && !self.terminal.no_color,
        }
    }

    /// Returns the folders of this user, or those given with `--data-dir` and `--config-dir`.
    ///
    /// # Errors
    /// Neither the system nor the command line names any.
    pub fn paths(&self) -> Result<Paths, Failure> {
        Paths::find(self.global.data_dir.clone(), self.global.config_dir.clone()).ok_or_else(|| {
            Failure::usage("This user account has no home folder. Choose folders with --data-dir and --config-dir.")
        })
    }

    /// Returns the folders that contain banks, besides the built-in ones. A bank in a later folder replaces one with
    /// the same ID in an earlier folder.
    ///
    /// # Errors
    /// A path given with `--banks` is not a folder.
    pub fn bank_folders(&self) -> Result<Vec<(PathBuf, BankOrigin)>, Failure> {
        let data_folder = (self.paths()?.banks_dir(), BankOrigin::DataDirectory);
        let check_folder = |folder: &PathBuf| match folder.is_dir() {
            true => Ok((folder.clone(), BankOrigin::BanksFolder(folder.clone()))),
            false => Err(Failure::usage(format!(
                "There is no folder {}. Check the path given with --banks.",
                display_path(folder)
            ))),
        };
        std::iter::once(Ok(data_folder)).chain(self.global.banks.iter().map(check_folder)).collect()
    }

    /// Reads the banks in use: the built-in ones, those in the data folder, and those given with `--banks`.
    ///
    /// # Errors
    /// A folder or file cannot be read. Errors inside a file are not errors here: [`Catalog::problems`] lists them.
    pub fn catalog(&self) -> Result<Catalog, Failure> {
        let mut catalog = Catalog::built_in();
        for (folder, origin) in self.bank_folders()? {
            let added = catalog.add_folder(&folder, &origin);
            added.map_err(|(path, error)| Failure::unreadable(&path, &error))?;
        }
        Ok(catalog)
    }

    /// Opens the store with everything that its services need. Creates the data folder and the store if necessary.
    ///
    /// # Errors
    /// A folder, the trust list or the store cannot be used. The message says what to do.
    pub fn open_service(&mut self) -> Result<Services, Failure> {
        let service = self.open_service_silently()?;
        for loss in service.health().losses() {
            self.print_to_stderr(&format!("Warning: {loss}"));
        }
        Ok(service)
    }

    /// Opens the store like [`Env::open_service`], but reports no losses.
    ///
    /// # Errors
    /// Those of [`Env::open_service`].
    pub(super) fn open_service_silently(&mut self) -> Result<Services, Failure> {
        let paths = self.paths()?;
        paths.create_data_dir().map_err(|error| Failure {
            code: error::EXIT_STORE,
            message: format!(
                "The data folder {} cannot be created: {}. Check its permissions, or choose another --data-dir.",
                display_path(paths.data_dir()),
                io_reason(&error)
            ),
        })?;
        let catalog = self.catalog()?;
        if self.global.verbose {
            let line = format!(
                "Data folder {}, config folder {}",
                display_path(paths.data_dir()),
                display_path(paths.config_dir())
            );
            self.print_to_stderr(&line);
            for bank in catalog.banks() {
                self.print_to_stderr(&format!(
                    "Bank {} {} from {}",
                    bank.value.id,
                    text::single_line(&bank.value.version),
                    bank.origin
                ));
            }
        }
        self.report_skipped_files(&catalog);
        let trust = self.trust_list()?;
        let authority = self.decision_authority(&paths);
        let (clock, rng) = ((self.make_clock)(), (self.make_rng)());
        let options = self.store_options(&paths);
        let path = paths.store_file();
        let store = SqliteStore::open(&path, &options).map_err(|error| Failure::store_at(&path, &error))?;
        // Piped answers are stored as such, so that an issuer can see that no one typed them.
        let input = if self.terminal.is_stdin_terminal { InputSource::Typed } else { InputSource::Piped };
        let (catalog, zone) = (Arc::new(catalog), self.zone.clone());
        let settings = self.settings(&paths);
        let setting = ServiceSetting { catalog, paths, trust, authority, input, zone, settings };
        let service = Services::new(Box::new(store), clock, rng, setting);
        self.has_opened_store = true;
        Ok(service)
    }

    /// Returns the options for opening the store.
    pub(super) fn store_options(&self, paths: &Paths) -> SqliteOptions {
        let mut new_store_id = [0; 16];
        (self.make_rng)().fill_bytes(&mut new_store_id);
        SqliteOptions {
            patience: COMMAND_PATIENCE,
            new_store_id,
            // Copies of the store go outside the data folder, so that losing it does not lose them too.
            copy_folder: Some(paths.backups_dir()),
            opened_at: (self.make_clock)().now().wall,
            remains: vec![paths.certificates_dir(), paths.computer_key_file()],
        }
    }

    /// Reads the settings of this computer. A file that cannot be used is reported, and the defaults are used: a typing
    /// error there must not stop an exam.
    pub(super) fn settings(&mut self, paths: &Paths) -> Settings {
        let file = paths.settings_file();
        Settings::read(&file).unwrap_or_else(|reason| {
            let file = display_path(&file);
            self.print_to_stderr(&format!("The settings in {file} are not used: {reason}. Correct the file."));
            Settings::default()
        })
    }

    /// Makes a backup if one is due, after a command that opened the store.
    fn back_up_if_due(&mut self) {
        let Ok(paths) = self.paths() else { return };
        let settings = self.settings(&paths);
        let now = (self.make_clock)().now().wall;
        if let Err(error) = backups::back_up_if_due(&paths, &settings.backups, now) {
            self.print_to_stderr(&format!("The automatic backup failed. {error}"));
        }
    }

    /// Returns whose decisions take effect. If this computer has an issuer, only decisions that its keys signed do.
    fn decision_authority(&mut self, paths: &Paths) -> DecisionAuthority {
        // A broken symlink means an unreadable key, not a missing one. As `Anyone` it would let unsigned decisions
        // count.
        if paths.issuer_key_file().symlink_metadata().is_err() {
            return DecisionAuthority::Anyone;
        }
        match self.issuer() {
            Ok(issuer) => DecisionAuthority::Issuer(issuer.keys),
            // Practice still works, but no exam can begin until the key can be read.
            Err(failure) => {
                self.print_to_stderr(&failure.message);
                DecisionAuthority::Unreadable
            }
        }
    }

    /// Reads this computer's issuer.
    ///
    /// # Errors
    /// There is no issuer, or its file cannot be used.
    pub fn issuer(&self) -> Result<Issuer, Failure> {
        issuer_file::read(&self.paths()?)
    }

    /// Reads the list of trusted issuers. It is empty if there is no file.
    ///
    /// # Errors
    /// The file cannot be read. Falling back to an empty list would report every certificate as untrusted.
    pub fn trust_list(&self) -> Result<TrustList, Failure> {
        let path = self.paths()?.trust_file();
        let bytes = match paths::read_bounded(&path, trust::MAX_BYTES) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(TrustList::default()),
            result => result.map_err(|error| Failure::file_access(&path, "read", &error))?,
        };
        let to_failure = |reason: String| Failure {
            code: error::EXIT_STORE,
            message: format!(
                "The trust list {} cannot be read: {reason}. Fix it, or move it away and trust your issuers again.",
                display_path(&path)
            ),
        };
        let text = String::from_utf8(bytes).map_err(|_| to_failure("it is not UTF-8".to_owned()))?;
        TrustList::from_json(&text).map_err(to_failure)
    }

    /// Reports on standard error which bank and exam files have errors and are not used.
    fn report_skipped_files(&mut self, catalog: &Catalog) {
        let mut file_names: Vec<_> = catalog.problems().iter().map(|problem| problem.location.source.name()).collect();
        // The problems of one file follow each other, so the names need no sorting.
        file_names.dedup();
        for file in file_names {
            self.print_to_stderr(&format!("{file} has errors and is not used. Run `needlewise bank check {file}`."));
        }
    }
}
