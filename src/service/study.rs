//! Study: what a trainee should practice, and the settings and plans that decide it.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::{ActiveAttempt, ServiceError, Services};
use crate::attempt::Mode;
use crate::attempt::fact::Fact;
use crate::attempt::paper::Seed;
use crate::attempt::person::StudyChanged;
use crate::bank::Question;
use crate::bank::catalog::CatalogEntry;
use crate::bank::lazy::LazyBank;
use crate::clock::Day;
use crate::exam::draw;
use crate::exam::session::AttemptAction;
use crate::projections::notebook::NoteQuery;
use crate::projections::people::PersonRow;
use crate::service::starting::AttemptStart;
use crate::store::{Batch, Expectation};
use crate::study::deck::Deck;
use crate::study::practice::PracticeChoice;
use crate::study::record::StudyRecord;
use crate::study::today::TodaySession;

/// The study of trainees.
#[derive(Debug)]
pub struct Study<S> {
    pub(super) services: S,
}

impl<S: Deref<Target = Services>> Study<S> {
    /// Returns the study day of this session. It starts at 04:00.
    pub fn today(&self) -> Day {
        self.services.now().wall.study_day(self.services.zone())
    }

    /// Reads everything that a person's study is computed from, with two queries.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn record(&self, person: &PersonRow) -> Result<StudyRecord, ServiceError> {
        let progress = self.services.store.question_progress(person.id)?;
        let history = progress.into_iter().map(|row| ((row.bank, row.question, row.revision), row.reviews)).collect();
        let catalog = Arc::clone(&self.services.setting.catalog);
        let notes = self.services.notebook().list(&NoteQuery { trainee: Some(person.id), ..NoteQuery::default() })?;
        let bookmarks = notes.into_iter().filter(|notes| notes.is_bookmarked).map(|notes| notes.question).collect();
        let record = StudyRecord::new(person.id, person.person.study.clone(), history, self.today(), catalog);
        Ok(record.with_bookmarks(bookmarks))
    }
}

impl<S: DerefMut<Target = Services>> Study<S> {
    /// Starts today's session. `minutes`, if given, replaces what is left of the person's minutes a day. First, it ends
    /// any session of an earlier study day; the unanswered questions of that session stay due.
    ///
    /// # Errors
    /// [`ServiceError::ExamOpen`], [`ServiceError::NothingDue`], or an error of the store.
    pub fn begin_session(&mut self, person: &PersonRow, minutes: Option<u32>) -> Result<ActiveAttempt, ServiceError> {
        self.end_past_sessions(person)?;
        let record = self.record(person)?;
        let deck = record.deck();
        let session = record.session_of(&deck, minutes.unwrap_or_else(|| record.minutes_left()));
        if session.units.is_empty() {
            return Err(ServiceError::NothingDue);
        }
        let seed = self.services.random_seed();
        let units = self.question_units(&deck, &session);
        let drawn = draw::chosen_questions(&units, seed);
        let session_day = Some(record.today);
        let start = AttemptStart { session_day, ..AttemptStart::new(person.id, Mode::Practice, drawn) };
        self.services.attempts_mut().begin_practice_paper(start)
    }

    /// Starts a practice of at most `count` questions of the person's choice.
    ///
    /// # Errors
    /// [`ServiceError::ExamOpen`], [`ServiceError::NothingToPractice`], or an error of the store.
    pub fn begin_practice(
        &mut self,
        person: &PersonRow,
        choice: &PracticeChoice,
        count: usize,
        seed: Seed,
    ) -> Result<ActiveAttempt, ServiceError> {
        let record = self.record(person)?;
        let deck = record.deck();
        let wanted: std::collections::HashSet<_> = (0..deck.questions.len())
            .filter(|index| choice.accepts(&deck, *index))
            .map(|index| (deck.bank(index).id.clone(), deck.questions[index].question.id.clone()))
            .collect();
        let banks: Vec<_> = record.catalog.banks().filter(|bank| bank.value.summary().allows_practice).collect();
        let has_wanted = |bank: &&&CatalogEntry<LazyBank>| {
            wanted.iter().any(|(wanted_bank, _)| *wanted_bank == bank.value.summary().id)
        };
        // A bank is parsed only if it has a wanted question.
        let banks: Vec<_> = banks.iter().filter(has_wanted).copied().collect();
        let is_wanted =
            |bank: &crate::bank::Bank, question: &Question| wanted.contains(&(bank.id.clone(), question.id.clone()));
        let drawn = draw::practice(&banks, &is_wanted, count, seed);
        if drawn.paper.questions.is_empty() {
            return Err(ServiceError::NothingToPractice);
        }
        self.services.attempts_mut().begin_practice_paper(AttemptStart::new(person.id, Mode::Practice, drawn))
    }

    /// Ends the sessions of other study days that are still in progress. Their answers stay. A session that cannot be
    /// read, or that another program has just ended, is skipped: it must not keep the person from studying.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn end_past_sessions(&mut self, person: &PersonRow) -> Result<(), ServiceError> {
        let today = self.today();
        let open_attempts = self.services.attempts().open_attempts(person.id)?;
        // After the clock was set back, a session can be of a later day.
        let is_past = |session_day: Option<Day>| session_day.is_some_and(|day| day != today);
        for row in open_attempts.into_iter().filter(|row| is_past(row.session_day)) {
            self.services.attempts_mut().end_left_open(row.id, AttemptAction::Submit)?;
        }
        Ok(())
    }

    /// Stores changes of how the person studies, all or none. Returns the new row of the person.
    ///
    /// # Errors
    /// Errors of the store.
    pub fn change_settings(
        &mut self,
        person: &PersonRow,
        changes: impl IntoIterator<Item = StudyChanged>,
    ) -> Result<PersonRow, ServiceError> {
        let facts: Vec<_> = changes.into_iter().map(Fact::StudyChanged).collect();
        let facts = self.services.link_facts(person.id.into(), person.head, &facts);
        let batch = Batch { expectations: vec![Expectation::NotErased(person.id)], facts, ..Batch::default() };
        self.services.store.append(&batch)?;
        self.services.people().get(person.id)?.ok_or(ServiceError::Erased)
    }

    /// Returns the questions of a session with their banks.
    fn question_units(
        &self,
        deck: &Deck<'_>,
        session: &TodaySession,
    ) -> Vec<(&CatalogEntry<LazyBank>, Vec<Arc<Question>>)> {
        let catalog = self.services.catalog();
        let find = |unit: &Vec<usize>| {
            let bank = catalog.bank(&deck.bank(*unit.first()?).id).ok()?;
            let question = |index: &usize| {
                let id = &deck.questions[*index].question.id;
                bank.value.ready_questions().find(|question| question.id == *id).cloned()
            };
            Some((bank, unit.iter().filter_map(question).collect()))
        };
        session.units.iter().filter_map(find).collect()
    }
}
