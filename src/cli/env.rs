//! The environment of a command: standard streams, terminal, clock, random numbers, folders and global arguments.
//! Commands print, ask for confirmation and open the service only through `Env`.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use rand::Rng;

use super::error::{self, Failure, display_path};
use super::{Color, CommandResult, GlobalArgs, issuer_file};
use crate::bank::catalog::{BankOrigin, Catalog};
use crate::clock::{Clock, Zone};
use crate::credential::{Issuer, TrustList, trust};
use crate::paths::{self, BoundedLine, Paths};
use crate::service::DamageNotes;
use crate::settings::BackupSettings;
use crate::tui::theme::ColorDepth;

mod store;
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
    /// The settings of backups, once a command opened the store. Then a backup can be due.
    pub backup_settings: Option<BackupSettings>,
    /// The damaged rows that the command met.
    pub damage: DamageNotes,
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

/// What to do about damage that a command met.
const DAMAGE_HINT: &str = "See all damage with `needlewise doctor`, and repair it with `needlewise doctor --repair`.";

/// How often a yes-or-no question is asked.
const CONFIRM_TRIES: usize = 3;

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
        let code = self.report_damaged_rows(code);
        // After a signal, the program must end at once.
        if code < error::EXIT_SIGNAL {
            self.back_up_if_due();
        }
        // Lost output must not look like success. A command that already failed keeps its own code.
        match self.out.flush() {
            Err(error) if code == error::EXIT_SUCCESS => Failure::from(error).code,
            _ => code,
        }
    }

    /// Reports the rows that did not match their facts, on standard error, and returns the exit code.
    fn report_damaged_rows(&mut self, code: u8) -> u8 {
        let damaged = self.damage.sentences();
        for sentence in &damaged {
            self.print_to_stderr(&format!("Damaged: {sentence}."));
        }
        if damaged.is_empty() {
            return code;
        }
        self.print_to_stderr(DAMAGE_HINT);
        code.max(error::EXIT_NEGATIVE)
    }

    /// Prints a line on standard output.
    ///
    /// # Errors
    /// The output is closed or cannot be written.
    pub fn print_line(&mut self, line: &str) -> CommandResult {
        writeln!(self.out, "{line}")?;
        Ok(error::EXIT_SUCCESS)
    }

    /// Refuses to replace an input of the same command, also one in a folder that is read, and what belongs to the program:
    /// the store, keys, the trust list, settings, banks, fonts and backups.
    ///
    /// # Errors
    /// The file is one of these.
    pub(super) fn protect_files(&self, output: &Path, inputs: &[PathBuf]) -> Result<(), Failure> {
        // A file that is not there yet replaces nothing.
        let Ok(target) = output.canonicalize() else { return Ok(()) };
        let is_inside = |path: &PathBuf| path.canonicalize().is_ok_and(|path| target.starts_with(path));
        let shown = display_path(output);
        if inputs.iter().any(is_inside) {
            return Err(Failure::usage(format!("{shown} is read by this command. Choose another file to write.")));
        }
        if self.paths()?.own_files().iter().any(is_inside) {
            return Err(Failure::usage(format!("{shown} belongs to needlewise itself. Choose another file to write.")));
        }
        Ok(())
    }

    /// Writes an output to a file that the user chose, and prints a message about it. `-` is standard output, and then the
    /// message goes to standard error.
    ///
    /// # Errors
    /// The file or the output cannot be written.
    pub(super) fn write_output(&mut self, path: &Path, bytes: &[u8], message: &str) -> CommandResult {
        if path == Path::new("-") {
            self.out.write_all(bytes)?;
            self.print_to_stderr(message);
            return Ok(error::EXIT_SUCCESS);
        }
        self.protect_files(path, &[])?;
        paths::write_output(path, bytes).map_err(|error| Failure::file_access(path, "written", &error))?;
        self.print_line(message)
    }

    /// Reports the damaged records that a list left out, on standard error. Returns the exit code of the list.
    pub(super) fn report_damaged(&mut self, damaged: &[String]) -> u8 {
        if damaged.is_empty() {
            return error::EXIT_SUCCESS;
        }
        for sentence in damaged {
            self.print_to_stderr(&format!("Damaged and left out: {sentence}"));
        }
        self.print_to_stderr(DAMAGE_HINT);
        error::EXIT_NEGATIVE
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

    /// Asks a yes-or-no question. Only "yes" confirms; other words are asked about again. Without a terminal, it asks
    /// nothing and the answer is no.
    ///
    /// # Errors
    /// The question cannot be written, or the reply cannot be read.
    pub fn confirm(&mut self, question: &str) -> io::Result<bool> {
        if !self.terminal.is_stdin_terminal {
            return Ok(false);
        }
        let mut question = question;
        for _ in 0..CONFIRM_TRIES {
            write!(self.out, "{question}")?;
            self.out.flush()?;
            let reply = match self.input.as_mut() {
                Some(input) => paths::read_line(input, REPLY_MAX_BYTES)?,
                None => None,
            };
            let Some(BoundedLine::Text(reply)) = reply else { return Ok(false) };
            match reply.trim().to_lowercase().as_str() {
                "yes" => return Ok(true),
                "no" | "n" | "" => return Ok(false),
                // A "y" can be meant for an earlier question, so it is asked again.
                _ => question = "Type yes or no: ",
            }
        }
        Ok(false)
    }

    /// Returns which option answers a question without a terminal. Empty on a terminal.
    pub(super) fn no_terminal_hint(&self, option: &str) -> String {
        if self.terminal.is_stdin_terminal { String::new() } else { format!(" Without a terminal, add {option}.") }
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
}
