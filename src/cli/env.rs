//! What a command may touch of the world: output, input, directories, clock, chance.

use std::io::{self, BufRead, Read, Write};
use std::path::PathBuf;

use rand::Rng;

use super::error::{self, Failure, shown};
use super::{Color, CommandResult, GlobalArgs};
use crate::attempt::fact::Person;
use crate::bank::catalog::{BankOrigin, Catalog};
use crate::clock::Clock;
use crate::credential::TrustList;
use crate::paths::Paths;
use crate::projections::people::PersonRow;
use crate::service::Service;
use crate::store::SqliteStore;
use crate::text;

/// The world as a command sees it.
pub struct Env<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Standard input; taken by whoever reads it.
    pub input: Option<Box<dyn BufRead + Send>>,
    /// Which of the three are terminals.
    pub terminal: TerminalInfo,
    /// Makes a clock.
    pub clock: &'a dyn Fn() -> Box<dyn Clock>,
    /// Makes a source of chance.
    pub chance: &'a dyn Fn() -> Box<dyn Rng>,
    /// What every command understands; defaults until the arguments are read.
    pub global: GlobalArgs,
}

/// Which streams are terminals, and what is known of the one they are.
#[derive(Debug, Clone, Default)]
pub struct TerminalInfo {
    /// Standard input.
    pub input: bool,
    /// Standard output.
    pub output: bool,
    /// Whether NO_COLOR is set, or TERM is `dumb`.
    pub no_color: bool,
    /// The value of COLORFGBG, by which some terminals tell their colors.
    pub colors: Option<String>,
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
            verbose: false,
        }
    }
}

impl Env<'_> {
    pub(super) fn take(&mut self, global: GlobalArgs) {
        self.global = global;
    }

    /// Runs a command, tells why it failed, and returns the exit code.
    pub(super) fn finish(&mut self, run: impl FnOnce(&mut Self) -> CommandResult) -> u8 {
        let code = run(self).unwrap_or_else(|failure| {
            self.complain(&failure.message);
            failure.code
        });
        match self.out.flush() {
            Err(error) if code == error::DONE => Failure::from(error).code,
            _ => code,
        }
    }

    /// Prints a line on standard output.
    ///
    /// # Errors
    /// That nobody reads it, or what the system says.
    pub fn say(&mut self, line: &str) -> CommandResult {
        writeln!(self.out, "{line}")?;
        Ok(error::DONE)
    }

    /// Prints a value as JSON.
    ///
    /// # Errors
    /// That nobody reads it, or what the system says.
    pub fn say_json(&mut self, value: &impl serde::Serialize) -> CommandResult {
        let text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
        self.say(&text)
    }

    /// Prints a line on standard error; if even that fails, there is nobody left to tell.
    pub fn complain(&mut self, line: &str) {
        if !line.is_empty() {
            let _ = writeln!(self.err, "{line}");
        }
    }

    /// Asks a question that is answered with yes or no; without a terminal the answer is no.
    ///
    /// # Errors
    /// What the system says of reading and writing.
    pub fn agrees(&mut self, question: &str) -> io::Result<bool> {
        if !self.terminal.input {
            return Ok(false);
        }
        write!(self.out, "{question}")?;
        self.out.flush()?;
        let mut answer = String::new();
        if let Some(input) = self.input.as_mut() {
            input.take(100).read_line(&mut answer)?;
        }
        Ok(answer.trim().eq_ignore_ascii_case("yes"))
    }

    /// Returns whether to use color on standard output.
    pub fn color(&self) -> bool {
        match self.global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => self.terminal.output && !self.terminal.no_color,
        }
    }

    /// Finds the directories.
    ///
    /// # Errors
    /// Where neither the system nor the command line names any.
    pub fn place(&self) -> Result<Paths, Failure> {
        Paths::find(self.global.data_dir.clone(), self.global.config_dir.clone()).ok_or_else(|| {
            Failure::usage("This user has no home directory. Name a place with --data-dir and --config-dir.")
        })
    }

    /// Returns the folders that banks are read from beside the built-in ones, the later before the earlier.
    ///
    /// # Errors
    /// Where `--banks` names no folder.
    pub fn bank_folders(&self) -> Result<Vec<(PathBuf, BankOrigin)>, Failure> {
        let own = (self.place()?.banks_dir(), BankOrigin::DataDirectory);
        let given = |folder: &PathBuf| match folder.is_dir() {
            true => Ok((folder.clone(), BankOrigin::BanksFolder(folder.clone()))),
            false => Err(Failure::usage(format!("--banks {}: there is no such folder.", shown(folder)))),
        };
        std::iter::once(Ok(own)).chain(self.global.banks.iter().map(given)).collect()
    }

    /// Reads the banks in use: built-in, the data directory's, and those of `--banks`.
    ///
    /// # Errors
    /// A folder or file that cannot be read. What is wrong inside a file is told on standard error.
    pub fn catalog(&self) -> Result<Catalog, Failure> {
        let mut catalog = Catalog::built_in();
        for (folder, origin) in self.bank_folders()? {
            let read = catalog.add_folder(&folder, &origin);
            read.map_err(|(path, error)| Failure::unreadable(&path, &error))?;
        }
        Ok(catalog)
    }

    /// Opens the store and all that goes with it.
    ///
    /// # Errors
    /// What is out of reach, and what to do about it.
    pub fn desk(&mut self) -> Result<Service, Failure> {
        let place = self.place()?;
        place.create_data_dir().map_err(|error| Failure {
            code: error::STORE,
            message: format!(
                "The data directory {} cannot be made: {error}. Check its permissions, or name another --data-dir.",
                shown(place.data_dir())
            ),
        })?;
        let catalog = self.catalog()?;
        if self.global.verbose {
            let line = format!("data {}, config {}", shown(place.data_dir()), shown(place.config_dir()));
            self.complain(&line);
            for bank in catalog.banks() {
                self.complain(&format!(
                    "bank {} {} from {}",
                    bank.value.id,
                    text::single_line(&bank.value.version),
                    bank.origin
                ));
            }
        }
        self.tell_problems(&catalog);
        let store = SqliteStore::open(&place.store_file())?;
        let trust = self.trust()?;
        Ok(Service {
            store: Box::new(store),
            clock: (self.clock)(),
            rng: (self.chance)(),
            catalog,
            paths: place,
            trust,
        })
    }

    /// Reads whom this machine trusts; nobody where no file says so.
    ///
    /// # Errors
    /// A file that cannot be read: nobody is told "untrusted" because of a slip of the pen.
    pub fn trust(&self) -> Result<TrustList, Failure> {
        let path = self.place()?.trust_file();
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(TrustList::default()),
            read => read.map_err(|error| Failure::disk(&path, "read", &error))?,
        };
        TrustList::from_json(&text).map_err(|why| Failure {
            code: error::STORE,
            message: format!("{} cannot be read: {why}. Mend it, or move it away and trust anew.", shown(&path)),
        })
    }

    /// Says on standard error which files were left out.
    fn tell_problems(&mut self, catalog: &Catalog) {
        let mut files: Vec<_> = catalog.problems().iter().map(|problem| problem.location.source.name()).collect();
        files.dedup();
        for file in files {
            self.complain(&format!("{file} has errors and is not used. See `needlewise bank check {file}`."));
        }
    }

    /// Finds the person a command is about: the one named, or the only one there is.
    ///
    /// # Errors
    /// Exit code 2 with the list, where it is not clear who is meant.
    pub fn trainee(&self, desk: &Service) -> Result<PersonRow, Failure> {
        let people = desk.store.people()?;
        if let Some(name) = &self.global.trainee {
            let unknown =
                || Failure::usage(format!("There is no \"{}\". {}", text::single_line(name), listed(&people)));
            return desk.find_person(name)?.ok_or_else(unknown);
        }
        match <[PersonRow; 1]>::try_from(people) {
            Ok([only]) => Ok(only),
            Err(people) => Err(Failure::usage(format!("Say who it is about with --trainee. {}", listed(&people)))),
        }
    }

    /// Finds the person who sits down, and adds a name that is new.
    ///
    /// # Errors
    /// Those of [`Env::trainee`], or what the store says.
    pub fn trainee_or_new(&self, desk: &mut Service) -> Result<PersonRow, Failure> {
        match &self.global.trainee {
            Some(name) if desk.find_person(name)?.is_none() && name.parse::<crate::ids::TraineeId>().is_err() => {
                Ok(desk.add_person(Person::from_name(name))?)
            }
            _ => self.trainee(desk),
        }
    }
}

fn listed(people: &[PersonRow]) -> String {
    if people.is_empty() {
        return "Nobody is here yet: `needlewise trainee add NAME`, or practice with --trainee NAME.".to_owned();
    }
    let names: Vec<_> =
        people.iter().take(20).map(|row| format!("  {}  {}", row.id, text::single_line(&row.person.name))).collect();
    let more = people.len().saturating_sub(20);
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    format!("These are here:\n{}{more}", names.join("\n"))
}
