//! What must happen, as data, and the one place that makes it happen.

use std::path::PathBuf;
use std::sync::Arc;

use super::app::Perform;
use super::screen::Screen;
use super::screens;
use super::screens::home::HomeData;
use super::screens::person::PersonData;
use crate::attempt::fact::Person;
use crate::attempt::{Mode, Standing};
use crate::bank::exam::Exam;
use crate::certificate::Checked;
use crate::clock::{Countdown, Now};
use crate::ids::{AttemptId, BankId, CertificateId, TraineeId};
use crate::quiz::policy::Start;
use crate::quiz::review::{self, Extent};
use crate::quiz::session::{Action, Refusal};
use crate::quiz::{Session, Sheet};
use crate::records::roll::Roll;
use crate::records::{AttemptQuery, AttemptRow, CertificateRow, PersonRow};
use crate::sitting::certify::Held;
use crate::sitting::{Desk, Error, Sitting};
use crate::wording;

/// What a screen wants to happen.
pub enum Effect {
    /// Show a screen on top.
    Push(Box<dyn Screen>),
    /// Go back one screen.
    Back,
    /// End the program.
    Quit,
    /// Somebody sits down who is here already.
    SitDown(PersonRow),
    /// Somebody sits down who is new.
    Welcome(String),
    /// Show the first screen: home, or who is it?
    Home,
    /// Show the topics to practice.
    Topics,
    /// Show what an exam is before it starts.
    Brief(Arc<Exam>),
    /// Begin a practice of these banks; of all where none is named.
    Practice(Vec<BankId>),
    /// Begin an exam.
    Exam(Arc<Exam>),
    /// Begin a mock of an exam.
    Mock(Arc<Exam>),
    /// Go on with an attempt.
    Resume(AttemptId),
    /// Sit an attempt that was begun already.
    Sit(Box<Sitting>),
    /// Record what the trainee did.
    Record(Action),
    /// Go back to the quiz, at this question.
    Choose(usize),
    /// Show the result of the sitting.
    Result,
    /// Leave the result: home, or out of the program where it was opened at the sitting.
    Done,
    /// Show the certificates.
    Certificates,
    /// Show the records: who stands where.
    Records,
    /// Show one person of the records.
    Person(TraineeId),
    /// Verify the signatures behind what comes in sight.
    Prove(Vec<CertificateRow>),
    /// Look whether the file that is previewed has changed.
    Look,
}

/// What became of an effect.
pub enum Outcome {
    /// It is on disk; this is where the sitting stands now.
    Recorded(Box<Session>),
    /// It was not done, and this is why.
    Failed(String),
    /// The time of the sitting is over, and it has been ended.
    TimeUp,
    /// The screen on top went away.
    Shown,
    /// The screen on top went away, and this question was chosen on it.
    Go(usize),
    /// The signatures behind these certificates hold.
    Proven(Vec<CertificateId>),
    /// The file that is previewed was read again.
    Read(Box<screens::preview::Reading>),
}

/// What happens to the stack of screens.
pub enum Next {
    /// A screen comes on top.
    Push(Box<dyn Screen>),
    /// A screen takes the place of the one on top.
    Replace(Box<dyn Screen>),
    /// A screen takes the place of all.
    Root(Box<dyn Screen>),
    /// The screen on top goes, and the one below is told.
    Pop(Outcome),
    /// The program ends.
    Quit,
    /// The screen on top is told.
    Settle(Outcome),
}

/// How many questions a practice has.
const PRACTICE: usize = 10;

/// Performs effects: the only part of the interface that reaches the store.
pub struct Performer {
    desk: Desk,
    trainee: Option<PersonRow>,
    sitting: Option<Box<Sitting>>,
    has_home: bool,
}

impl Performer {
    /// Makes one at a desk, with somebody who sits down already or nobody yet.
    pub fn new(desk: Desk, trainee: Option<PersonRow>) -> Self {
        Self { desk, trainee, sitting: None, has_home: true }
    }

    fn try_perform(&mut self, effect: Effect) -> Result<Next, Error> {
        Ok(match effect {
            Effect::Push(screen) => Next::Push(screen),
            Effect::Back => Next::Pop(Outcome::Shown),
            Effect::Choose(item) => Next::Pop(Outcome::Go(item)),
            Effect::Quit => Next::Quit,
            Effect::SitDown(person) => {
                self.trainee = Some(person);
                Next::Root(self.home()?)
            }
            Effect::Welcome(name) => {
                let person = match self.desk.find(&name)? {
                    Some(known) => known,
                    None => self.desk.add(Person::named(name))?,
                };
                self.trainee = Some(person);
                Next::Root(self.home()?)
            }
            Effect::Home if self.trainee.is_none() => {
                Next::Root(Box::new(screens::welcome::Welcome::new(self.desk.store.people()?)))
            }
            Effect::Home => Next::Root(self.home()?),
            Effect::Topics => Next::Push(Box::new(screens::topics::Topics::new(self.home_data()?.topics))),
            Effect::Brief(exam) => Next::Push(self.briefing(exam)?),
            Effect::Practice(banks) => self.practice(&banks)?,
            Effect::Exam(exam) => {
                let trainee = self.trainee()?.id;
                let sitting = self.desk.begin_exam(trainee, &exam, false)?;
                Next::Replace(self.quiz(Box::new(sitting)))
            }
            Effect::Mock(exam) => {
                let trainee = self.trainee()?.id;
                let sitting = self.desk.begin_mock(trainee, &exam, false)?;
                Next::Replace(self.quiz(Box::new(sitting)))
            }
            Effect::Resume(attempt) => self.resume(attempt)?,
            Effect::Sit(sitting) => {
                self.has_home = false;
                Next::Root(self.quiz(sitting))
            }
            Effect::Record(action) => self.record(action)?,
            Effect::Result => self.result()?,
            Effect::Done if self.has_home => Next::Root(self.home()?),
            Effect::Done => Next::Quit,
            Effect::Certificates => self.certificates()?,
            Effect::Records => {
                let screen = screens::records::Records::new(self.desk.roll()?, self.desk.trust.today(self.now().wall));
                Next::Push(Box::new(screen))
            }
            Effect::Person(id) => Next::Push(Box::new(screens::person::PersonScreen::new(self.person(id)?))),
            Effect::Prove(rows) => {
                self.desk.prove(&rows.iter().collect::<Vec<_>>(), &|| {})?;
                Next::Settle(Outcome::Proven(rows.iter().map(|row| row.id).collect()))
            }
            // Only a preview looks at a file.
            Effect::Look => Next::Settle(Outcome::Shown),
        })
    }

    fn resume(&mut self, attempt: AttemptId) -> Result<Next, Error> {
        let sitting = self.desk.take_up(attempt, false)?;
        if sitting.invigilated && sitting.session.ended().is_none() {
            let how = "This exam is invigilated. Go on with `needlewise exam --resume`, and the invigilator.";
            return Err(Error::NotTaken(how.to_owned()));
        }
        Ok(Next::Push(self.quiz(Box::new(sitting))))
    }

    fn practice(&mut self, banks: &[BankId]) -> Result<Next, Error> {
        let chosen = |bank: &BankId| banks.is_empty() || banks.contains(bank);
        let banks: Vec<_> =
            self.desk.catalog.banks().filter(|bank| chosen(&bank.value.outline().id)).cloned().collect();
        let seed = self.desk.seed();
        let trainee = self.trainee()?.id;
        let sitting = self.desk.begin_practice(trainee, &banks, PRACTICE, seed, false)?;
        Ok(Next::Replace(self.quiz(Box::new(sitting))))
    }

    fn trainee(&self) -> Result<&PersonRow, Error> {
        self.trainee.as_ref().ok_or(Error::BadName("Nobody has sat down"))
    }

    fn quiz(&mut self, sitting: Box<Sitting>) -> Box<dyn Screen> {
        let read = self.now();
        let clock = sitting.time_left(read).map(|left| Countdown { read, left });
        let screen = screens::quiz::Quiz::new(sitting.session.clone(), clock);
        self.sitting = Some(sitting);
        Box::new(screen)
    }

    fn record(&mut self, action: Action) -> Result<Next, Error> {
        let Some(sitting) = self.sitting.as_mut() else { return Ok(Next::Pop(Outcome::Shown)) };
        match self.desk.record(sitting, action) {
            Ok(()) => Ok(Next::Settle(Outcome::Recorded(Box::new(sitting.session.clone())))),
            Err(Error::Refused(Refusal::TimeUp)) => {
                self.desk.record(sitting, Action::TimeOut)?;
                Ok(Next::Settle(Outcome::TimeUp))
            }
            // The tick may come a moment before the time is over.
            Err(Error::Refused(Refusal::TimeLeft)) => Ok(Next::Settle(Outcome::Shown)),
            Err(error) => Err(error),
        }
    }

    fn result(&mut self) -> Result<Next, Error> {
        let Some(mut sitting) = self.sitting.take() else { return Ok(Next::Pop(Outcome::Shown)) };
        let Some(ended) = sitting.session.ended().cloned() else { return Ok(Next::Pop(Outcome::Shown)) };
        let sheet = Arc::clone(sitting.session.sheet());
        let Some(exam) = sheet.exam.as_ref() else {
            return Ok(Next::Root(Box::new(screens::result::Practiced::new(sitting.session))));
        };
        let mock = sheet.mode == Mode::Mock;
        let ready = if mock { wording::ready_lines(&sitting.session, &ended.outcome) } else { Vec::new() };
        // The result is on disk; what befalls the certificate is told beside it.
        let certificate = (ended.outcome.standing == Standing::Passed && !mock && !sitting.invigilated)
            .then(|| self.desk.certify(&mut sitting).map(|made| made.path).map_err(|error| error.to_string()));
        let next = self.desk.may_start(sitting.trainee, exam)?;
        let extent = review::extent(sheet.mode, exam.review, next);
        let chosen = extent >= review::Extent::Chosen;
        let back = if chosen { wording::look_back(&sitting.session) } else { Vec::new() };
        let told = Told { sheet: Arc::clone(&sheet), outcome: ended.outcome, extent, next, certificate, ready, back };
        Ok(Next::Root(Box::new(screens::result::Examined::new(told))))
    }

    fn briefing(&self, exam: Arc<Exam>) -> Result<Box<dyn Screen>, Error> {
        let person = self.trainee()?;
        let start = self.desk.may_start(person.id, &exam)?;
        let (name, limit) = (person.person.name.clone(), self.desk.limit(person.id, &exam)?);
        let banks: Vec<_> =
            exam.sections.iter().filter_map(|section| self.desk.catalog.bank(&section.bank).ok()).cloned().collect();
        Ok(Box::new(screens::briefing::Briefing::new(exam, start, name, limit, &banks)))
    }

    /// Reads what the records show of a person, and verifies what their standing rests on.
    fn person(&self, id: TraineeId) -> Result<PersonData, Error> {
        let desk = &self.desk;
        let person = desk.person(id)?.ok_or(Error::BadName("This person is not here any more"))?;
        let held = desk.store.certificates(Some(id))?;
        let exams = desk.catalog.exams().map(|exam| (exam.value.id.clone(), exam.value.title.clone()));
        let mut roll = Roll::new(vec![person.clone()], held, exams, &desk.trust, self.now().wall);
        let cells = roll.rows.pop().map_or_else(Vec::new, |row| row.cells);
        desk.prove(&cells.iter().filter_map(|cell| cell.by.as_ref()).collect::<Vec<_>>(), &|| {})?;
        let standings = roll.exams.into_iter().map(|(_, title)| title).zip(cells).collect();
        let query = AttemptQuery { trainee: Some(id), ..AttemptQuery::default() };
        let attempt = |row: AttemptRow| Ok((desk.extent(&row)? > Extent::Verdict, row));
        let attempts = desk.store.attempts(&query)?.into_iter().map(attempt).collect::<Result<Vec<_>, Error>>()?;
        let mut timeline: Vec<_> = desk.timeline(id)?;
        timeline.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let certificates = self.checked(id)?;
        let attempts = attempts.into_iter().map(|(told, row)| (row, told)).collect();
        Ok(PersonData { person, standings, attempts, certificates, timeline })
    }

    /// Returns the certificates of a person with their verdicts.
    fn checked(&self, id: TraineeId) -> Result<Vec<(Held, Checked)>, Error> {
        let now = self.now().wall;
        let check = |held: Held| {
            let checked = held.checked(&self.desk.trust, now);
            (held, checked)
        };
        Ok(self.desk.held(Some(id))?.into_iter().map(check).collect())
    }

    fn certificates(&mut self) -> Result<Next, Error> {
        let held = self.checked(self.trainee()?.id)?;
        Ok(Next::Push(Box::new(screens::certificates::Certificates::new(held))))
    }

    fn home(&mut self) -> Result<Box<dyn Screen>, Error> {
        Ok(Box::new(screens::home::Home::new(self.home_data()?)))
    }

    fn home_data(&mut self) -> Result<HomeData, Error> {
        let person = self.trainee()?.clone();
        screens::home::load(&mut self.desk, &person)
    }
}

impl Perform for Performer {
    fn now(&self) -> Now {
        self.desk.clock.now()
    }

    fn perform(&mut self, effect: Effect) -> Next {
        self.try_perform(effect).unwrap_or_else(|error| Next::Settle(Outcome::Failed(error.to_string())))
    }
}

/// What is told of an exam once it has ended.
#[derive(Debug)]
pub struct Told {
    /// What was asked.
    pub sheet: Arc<Sheet>,
    /// What it came to.
    pub outcome: crate::attempt::Outcome,
    /// How much of that may be shown.
    pub extent: Extent,
    /// When the exam can be taken again.
    pub next: Start,
    /// Where the certificate is, or why there is none; for a pass.
    pub certificate: Option<Result<PathBuf, String>>,
    /// How ready the trainee is, after a mock.
    pub ready: Vec<String>,
    /// Every question, looked back on, where the exam allows that.
    pub back: Vec<wording::Looked>,
}
