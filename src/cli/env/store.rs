//! Opens the store with everything that its services need.

use std::sync::Arc;

use super::Env;
use crate::bank::catalog::Catalog;
use crate::cli::error::{self, Failure, display_path};
use crate::credential::TrustList;
use crate::ids::IssuerId;
use crate::issuing::decision::DecisionAuthority;
use crate::paths::{Paths, io_reason, is_writable};
use crate::service::{InputSource, ServiceSetting, Services, backups};
use crate::settings::Settings;
use crate::store::sqlite::SqliteOptions;
use crate::store::{COMMAND_PATIENCE, MemoryStore, SqliteStore, Store};
use crate::text;

impl Env<'_> {
    /// Opens the store with everything that its services need. Creates the data folder and the store if necessary.
    ///
    /// # Errors
    /// A folder, the trust list or the store cannot be used. The message says what to do.
    pub fn open_service(&mut self) -> Result<Services, Failure> {
        let service = self.open_service_silently()?;
        self.report_losses(&service);
        Ok(service)
    }

    /// Opens the store for a command that only reads. It makes no folder and no store: a data folder without a store reads
    /// as empty, and a store that cannot be written is read all the same.
    ///
    /// # Errors
    /// Those of [`Env::open_service`].
    pub fn open_service_to_read(&mut self) -> Result<Services, Failure> {
        let service = self.open_service_to_read_silently()?;
        self.report_losses(&service);
        Ok(service)
    }

    /// Opens the store like [`Env::open_service_to_read`], but reports no losses.
    ///
    /// # Errors
    /// Those of [`Env::open_service`].
    pub(in crate::cli) fn open_service_to_read_silently(&mut self) -> Result<Services, Failure> {
        let paths = self.paths()?;
        let (path, options) = (paths.store_file(), self.store_options(&paths));
        if path.is_file() && !(is_writable(&path) && is_writable(paths.data_dir())) {
            let catalog = self.catalog()?;
            let store = SqliteStore::open_read_only(&path, &options);
            let store = store.map_err(|error| Failure::store_at(&path, &error))?;
            return Ok(self.service_over(Box::new(store), paths, catalog));
        }
        // If other files show that there was a store, opening it reports the loss.
        let is_unused = path.symlink_metadata().is_err() && !SqliteStore::has_traces(&path, &options);
        if is_unused && (paths.data_dir().is_dir() || paths.data_dir().symlink_metadata().is_err()) {
            self.print_to_stderr(&format!("There is no store in {} yet.", display_path(paths.data_dir())));
            let catalog = self.catalog()?;
            return Ok(self.service_over(Box::new(MemoryStore::new(options.new_store_id)), paths, catalog));
        }
        self.open_service_silently()
    }

    /// Reports the losses that are not settled on standard error.
    fn report_losses(&mut self, service: &Services) {
        for loss in service.health().losses() {
            self.print_to_stderr(&format!("Warning: {loss}"));
        }
    }

    /// Returns the list of trusted issuers, with the issuer on this computer if there is one.
    ///
    /// # Errors
    /// The list or the ledger cannot be read.
    pub(in crate::cli) fn trust_with_own_issuer(&mut self) -> Result<TrustList, Failure> {
        let paths = self.paths()?;
        if paths.issuer_key_file().exists() && paths.store_file().exists() {
            return Ok(self.open_service_to_read()?.trust()?.clone());
        }
        self.trust_list()
    }

    /// Warns on standard error of revocation lists that are old, or that will be soon.
    ///
    /// # Errors
    /// The trust list cannot be read.
    pub(in crate::cli) fn report_aging_lists(&mut self, service: &Services) -> Result<(), Failure> {
        for warning in service.trust()?.aging_lists(service.now().wall) {
            self.print_to_stderr(&format!("Warning: {warning}"));
        }
        Ok(())
    }

    /// Opens the store like [`Env::open_service`], but reports no losses.
    ///
    /// # Errors
    /// Those of [`Env::open_service`].
    pub(in crate::cli) fn open_service_silently(&mut self) -> Result<Services, Failure> {
        let paths = self.paths()?;
        paths.create_data_dir().map_err(|error| Failure {
            code: error::EXIT_STORE,
            message: format!(
                "The data folder {} cannot be created: {}. Check its permissions, or choose another --data-dir.",
                display_path(paths.data_dir()),
                if paths.data_dir().is_file() { "it is a file".to_owned() } else { io_reason(&error) }
            ),
        })?;
        // Before the store: a broken bank folder must not leave a new store behind.
        let catalog = self.catalog()?;
        let (path, options) = (paths.store_file(), self.store_options(&paths));
        let store = SqliteStore::open(&path, &options).map_err(|error| Failure::store_at(&path, &error))?;
        let service = self.service_over(Box::new(store), paths, catalog);
        self.backup_settings = Some(service.settings().backups.clone());
        Ok(service)
    }

    /// Returns the services over an open store.
    fn service_over(&mut self, store: Box<dyn Store>, paths: Paths, catalog: Catalog) -> Services {
        if self.global.verbose {
            self.report_folders(&paths, &catalog);
        }
        self.report_skipped_files(&catalog);
        // Practice and exams need no trust list, so a damaged one must not stop them.
        let trust = self.trust_list().map_err(|failure| failure.message);
        let (authority, own_issuer) = self.decision_authority(&paths);
        let (clock, rng) = ((self.make_clock)(), (self.make_rng)());
        // Piped answers are stored as such, so that an issuer can see that no one typed them.
        let input = if self.terminal.is_stdin_terminal { InputSource::Typed } else { InputSource::Piped };
        let (catalog, zone) = (Arc::new(catalog), self.zone.clone());
        let settings = self.settings(&paths);
        let damage = self.damage.clone();
        let setting = ServiceSetting { catalog, paths, trust, authority, own_issuer, input, zone, settings, damage };
        Services::new(store, clock, rng, setting)
    }

    /// Reports the folders and banks in use on standard error.
    fn report_folders(&mut self, paths: &Paths, catalog: &Catalog) {
        let folders = [paths.data_dir(), paths.config_dir()].map(display_path);
        self.print_to_stderr(&format!("Data folder {}, config folder {}", folders[0], folders[1]));
        for bank in catalog.banks() {
            let version = text::single_line(&bank.value.version);
            self.print_to_stderr(&format!("Bank {} {version} from {}", bank.value.id, bank.origin));
        }
    }

    /// Returns the options for opening the store.
    pub(in crate::cli) fn store_options(&self, paths: &Paths) -> SqliteOptions {
        let mut new_store_id = [0; 16];
        (self.make_rng)().fill_bytes(&mut new_store_id);
        SqliteOptions {
            patience: COMMAND_PATIENCE,
            new_store_id,
            // Copies of the store go outside the data folder, so that losing it does not lose them too.
            copy_folder: Some(paths.backups_dir()),
            opened_at: (self.make_clock)().now().wall,
            remains: vec![paths.certificates_dir(), paths.computer_key_file(), paths.backups_dir()],
        }
    }

    /// Reads the settings of this computer. A file that cannot be used is reported, and the defaults are used: a typing
    /// error there must not stop an exam.
    fn settings(&mut self, paths: &Paths) -> Settings {
        let file = paths.settings_file();
        Settings::read(&file).unwrap_or_else(|reason| {
            let file = display_path(&file);
            self.print_to_stderr(&format!("The settings in {file} are not used: {reason}. Correct the file."));
            Settings::default()
        })
    }

    /// Makes a backup if one is due, after a command that opened the store.
    pub(super) fn back_up_if_due(&mut self) {
        let (Some(settings), Ok(paths)) = (self.backup_settings.take(), self.paths()) else { return };
        let now = (self.make_clock)().now().wall;
        if let Err(error) = backups::back_up_if_due(&paths, &settings, now) {
            self.print_to_stderr(&format!("The automatic backup failed. {error}"));
        }
    }

    /// Returns whose decisions take effect, and the issuer on this computer. If there is one, only decisions that its
    /// keys signed take effect.
    fn decision_authority(&mut self, paths: &Paths) -> (DecisionAuthority, Option<(IssuerId, String)>) {
        // A broken symlink means an unreadable key, not a missing one. As `Anyone` it would let unsigned decisions
        // count.
        if paths.issuer_key_file().symlink_metadata().is_err() {
            return (DecisionAuthority::Anyone, None);
        }
        match self.issuer() {
            Ok(issuer) => (DecisionAuthority::Issuer(issuer.keys), Some((issuer.id, issuer.name))),
            // Practice still works, but no exam can begin until the key can be read.
            Err(failure) => {
                self.print_to_stderr(&failure.message);
                (DecisionAuthority::Unreadable, None)
            }
        }
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
