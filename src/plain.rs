//! Plain mode: the same sitting line by line, for screen readers, serial lines and scripts.
//!
//! Each part is one unwrapped line; every state is said in words. What the lines say is a contract (see the README).

use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::attempt::{Answer, Mode};
use crate::clock::Millis;
use crate::exam::session::{ActionRefusal, AttemptAction};
use crate::projections::people::PersonRow;
use crate::service::{self, ActiveAttempt, Service};
use crate::text::{self, single_line};
use crate::view;

mod input;
mod question;
mod result;

use input::TypedEntry;

/// Where lines come from and go to.
pub struct PlainConsole<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Standard input.
    pub input: Box<dyn BufRead + Send>,
    /// Whether a person types, so that the line they end shows.
    pub echoes: bool,
}

impl std::fmt::Debug for PlainConsole<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").field("echoes", &self.echoes).finish_non_exhaustive()
    }
}

/// How a sitting in plain mode came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainEnd {
    /// An exam was passed, or a practice finished.
    Done,
    /// An exam was not passed.
    NotPassed,
    /// The input ended first; every answer is kept.
    Suspended,
}

/// Why it could not go on.
#[derive(Debug)]
pub enum PlainError {
    /// Nobody reads the output, or it cannot be written.
    Output(io::Error),
    /// The sitting does not go on.
    Sitting(service::ServiceError),
}

impl From<io::Error> for PlainError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<service::ServiceError> for PlainError {
    fn from(error: service::ServiceError) -> Self {
        Self::Sitting(error)
    }
}

/// A sitting, line by line.
struct PlainSession<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    echoes: bool,
    desk: Service,
    sitting: ActiveAttempt,
    lines: Receiver<String>,
    at: usize,
    /// Of how many minutes left the trainee was last told.
    told: u64,
}

/// What came instead of the next question.
enum NextTurn {
    /// Go on at the question in [`Plain::at`]; behind the last one is the end prompt.
    Go,
    /// The sitting has ended.
    Ended,
    /// The input has ended.
    Suspended,
}

/// Sits an attempt in plain mode to its end, or to the end of the input.
///
/// # Errors
/// What the store says, or that nobody reads the output.
pub fn run(
    console: PlainConsole<'_>,
    desk: Service,
    trainee: &PersonRow,
    sitting: ActiveAttempt,
) -> Result<PlainEnd, PlainError> {
    let PlainConsole { out, err, input, echoes } = console;
    let at = sitting.session.resume_index();
    let mut plain = PlainSession { out, err, echoes, desk, sitting, lines: read_lines(input), at, told: u64::MAX };
    plain.begin(trainee)?;
    loop {
        let turn = if plain.sitting.session.finished().is_some() {
            NextTurn::Ended
        } else if plain.at < plain.sitting.session.question_count() {
            plain.question()?
        } else {
            plain.end_prompt()?
        };
        match turn {
            NextTurn::Go => {}
            NextTurn::Ended => return plain.end(),
            NextTurn::Suspended => return plain.suspend(),
        }
    }
}

/// Reads lines in a thread, so that time can run out while nothing is typed.
fn read_lines(mut input: Box<dyn BufRead + Send>) -> Receiver<String> {
    let (send, lines) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = Vec::new();
        // A line that is not UTF-8 is asked again, not taken for the end.
        while input.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
            line.clear();
            if send.send(text).is_err() {
                break;
            }
        }
    });
    lines
}

impl PlainSession<'_> {
    fn say(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{}", single_line(line))
    }

    /// Asks for a line; nothing at the end of the input, or when the time is over.
    fn prompt(&mut self, prompt: &str) -> Result<Result<String, NextTurn>, PlainError> {
        write!(self.out, "{prompt}")?;
        self.out.flush()?;
        let left = self.sitting.time_left(self.desk.clock.now());
        let line = match left {
            // A line that is typed already comes too late.
            Some(Millis(0)) => Err(RecvTimeoutError::Timeout),
            None => self.lines.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(left) => self.lines.recv_timeout(Duration::from_millis(left.0)),
        };
        if !self.echoes || line.is_err() {
            // What was piped in does not show; without this the next line would follow on the prompt's.
            writeln!(self.out)?;
        }
        match line {
            Ok(line) => Ok(Ok(line)),
            Err(RecvTimeoutError::Timeout) => self.time_out().map(Err),
            Err(RecvTimeoutError::Disconnected) => Ok(Err(NextTurn::Suspended)),
        }
    }

    fn time_out(&mut self) -> Result<NextTurn, PlainError> {
        self.say("The time is over.")?;
        match self.desk.record_action(&mut self.sitting, AttemptAction::TimeOut) {
            Ok(()) => Ok(NextTurn::Ended),
            // The wait may end a moment before the limit does.
            Err(service::ServiceError::ActionRefused(ActionRefusal::TimeRemaining)) => Ok(NextTurn::Go),
            Err(error) => Err(error.into()),
        }
    }

    fn begin(&mut self, trainee: &PersonRow) -> Result<(), PlainError> {
        let sheet = Arc::clone(self.sitting.session.loaded_paper());
        let questions = text::count_with_noun(sheet.questions.len(), "question");
        let limit = self.sitting.time_left(self.desk.clock.now());
        let time = limit.map_or(String::new(), |left| format!(", {} minutes left", left.0.div_ceil(60_000)));
        self.say(&format!("{}: {questions}{time}", sheet.title()))?;
        if sheet.mode == Mode::Exam {
            self.say(&format!("Name on the certificate: {}", trainee.person.name))?;
        }
        for note in view::paper_notes(&sheet) {
            self.say(&note)?;
        }
        Ok(self.say("Type help for the words that are understood.")?)
    }

    /// Says once that little time is left, and once that very little is.
    fn tell_time(&mut self) -> Result<(), PlainError> {
        let Some(left) = self.sitting.time_left(self.desk.clock.now()) else { return Ok(()) };
        let under = view::TIME_WARNING_MINUTES.into_iter().find(|minutes| left < Millis::from_minutes(*minutes));
        if let Some(minutes) = under.filter(|minutes| *minutes < self.told) {
            self.told = minutes;
            self.say(&format!("Under {minutes} minutes left."))?;
        }
        Ok(())
    }

    /// Asks one question and takes what is typed.
    fn question(&mut self) -> Result<NextTurn, PlainError> {
        self.tell_time()?;
        for line in question::lines(&self.sitting.session, self.at) {
            self.say(&line)?;
        }
        loop {
            let prompt = question::prompt(&self.sitting.session, self.at);
            let line = match self.prompt(&prompt)? {
                Ok(line) => line,
                Err(turn) => return Ok(turn),
            };
            let item = &self.sitting.session.loaded_paper().questions[self.at];
            let entry = match input::entry(&line, item, self.sitting.session.question_count()) {
                Ok(entry) => entry,
                Err(why) => {
                    self.say(&format!("Not understood: {why}"))?;
                    continue;
                }
            };
            if let Some(turn) = self.take(entry)? {
                return Ok(turn);
            }
        }
    }

    /// Does what was typed; nothing where the same question is to be prompted again.
    fn take(&mut self, entry: TypedEntry) -> Result<Option<NextTurn>, PlainError> {
        match entry {
            TypedEntry::Answer(answer) => self.answer(answer),
            TypedEntry::Flag => {
                if let Err(turn) = self.record(AttemptAction::ToggleFlag { item: self.at })? {
                    return Ok(Some(turn));
                }
                let flagged = self.sitting.session.is_flagged(self.at);
                self.say(if flagged { "Flagged." } else { "No longer flagged." })?;
                Ok(None)
            }
            TypedEntry::Skip => {
                self.at += 1;
                Ok(Some(NextTurn::Go))
            }
            TypedEntry::Back => {
                self.at = self.at.saturating_sub(1);
                Ok(Some(NextTurn::Go))
            }
            TypedEntry::Go(item) => {
                self.at = item;
                Ok(Some(NextTurn::Go))
            }
            TypedEntry::List => {
                self.list()?;
                Ok(None)
            }
            TypedEntry::Help => {
                for line in input::HELP {
                    self.say(line)?;
                }
                Ok(None)
            }
            TypedEntry::Submit => self.submit(),
        }
    }

    /// Records something; the turn where the time is over.
    fn record(&mut self, action: AttemptAction) -> Result<Result<(), NextTurn>, PlainError> {
        match self.desk.record_action(&mut self.sitting, action) {
            Ok(()) => Ok(Ok(())),
            Err(service::ServiceError::ActionRefused(ActionRefusal::TimeUp)) => self.time_out().map(Err),
            Err(error) => Err(error.into()),
        }
    }

    fn answer(&mut self, answer: Answer) -> Result<Option<NextTurn>, PlainError> {
        let action = AttemptAction::Answer { question_index: self.at, answer, certainty: None };
        match self.desk.record_action(&mut self.sitting, action) {
            Ok(()) => {}
            Err(service::ServiceError::ActionRefused(ActionRefusal::TimeUp)) => return self.time_out().map(Some),
            Err(service::ServiceError::ActionRefused(refusal)) => {
                self.say(&format!("Not understood: {refusal}"))?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        }
        if self.sitting.session.loaded_paper().mode == Mode::Practice {
            for line in question::explanation(&self.sitting.session, self.at) {
                self.say(&line)?;
            }
            if self.sitting.session.unanswered_indexes().is_empty() {
                return self.record(AttemptAction::Submit).map(|done| Some(done.err().unwrap_or(NextTurn::Ended)));
            }
        }
        self.at += 1;
        Ok(Some(NextTurn::Go))
    }

    fn list(&mut self) -> Result<(), PlainError> {
        for item in 0..self.sitting.session.question_count() {
            let state = if self.sitting.session.stored_answer(item).is_some() { "answered" } else { "open" };
            let flag = if self.sitting.session.is_flagged(item) { ", flagged" } else { "" };
            self.say(&format!("{}. {state}{flag}", item + 1))?;
        }
        Ok(())
    }

    /// Asks what to do once the last question is behind.
    fn end_prompt(&mut self) -> Result<NextTurn, PlainError> {
        loop {
            let line = match self.prompt("Type submit to finish, or a question's number: ")? {
                Ok(line) => line,
                Err(turn) => return Ok(turn),
            };
            match input::command(&line, self.sitting.session.question_count()) {
                Some(TypedEntry::Skip | TypedEntry::Flag) | None => {
                    self.say("Not understood: type submit, list, back, help, or a question's number")?;
                }
                Some(entry) => {
                    if let Some(turn) = self.take(entry)? {
                        return Ok(turn);
                    }
                }
            }
        }
    }

    /// Asks until the answer is yes or no.
    fn confirm(&mut self, prompt: &str) -> Result<Result<bool, NextTurn>, PlainError> {
        loop {
            let line = match self.prompt(prompt)? {
                Ok(line) => line,
                Err(turn) => return Ok(Err(turn)),
            };
            match line.trim().to_lowercase().as_str() {
                "yes" | "y" => return Ok(Ok(true)),
                "no" | "n" => return Ok(Ok(false)),
                _ => self.say("Not understood: type yes or no")?,
            }
        }
    }

    /// Ends the sitting, after asking where questions are open; nothing where the answer is no.
    fn submit(&mut self) -> Result<Option<NextTurn>, PlainError> {
        let open = self.sitting.session.unanswered_indexes().len();
        if open > 0 {
            match self.confirm(&format!("Submit with {open} unanswered? (yes/no): "))? {
                Ok(true) => {}
                Ok(false) => return Ok(Some(NextTurn::Go)),
                Err(turn) => return Ok(Some(turn)),
            }
        }
        self.record(AttemptAction::Submit).map(|done| Some(done.err().unwrap_or(NextTurn::Ended)))
    }
}
