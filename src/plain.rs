//! Plain mode: runs an attempt line by line, for screen readers, serial terminals and scripts.
//!
//! Each part of a question is one line without wrapping, and every state is a word.
//! The text of the lines is a stable interface, documented in the README.

use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::attempt::Mode;
use crate::clock::Millis;
use crate::exam::session::AttemptAction;
use crate::paths::{self, BoundedLine};
use crate::projections::people::PersonRow;
use crate::service::{ActiveAttempt, ServiceError, Services};
use crate::text::{self, single_line};
use crate::view;

mod input;
mod question;
mod record;
mod result;

use input::TypedEntry;

/// The longest line that is understood, in bytes.
const LINE_MAX_BYTES: usize = 64 * 1024;

/// How many lines are read before they are asked for.
const LINES_AHEAD_MAX: usize = 16;

/// Where lines come from and go to.
pub struct PlainConsole<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Standard input.
    pub input: Box<dyn BufRead + Send>,
    /// Whether a person types, so that the line they end shows.
    pub is_input_echoed: bool,
}

impl std::fmt::Debug for PlainConsole<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlainConsole").field("echoes", &self.is_input_echoed).finish_non_exhaustive()
    }
}

/// How an attempt in plain mode came to its end.
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
    /// The attempt does not go on.
    Service(ServiceError),
}

impl From<io::Error> for PlainError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<ServiceError> for PlainError {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

/// An attempt, line by line.
struct PlainSession<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    is_input_echoed: bool,
    service: Services,
    active_attempt: ActiveAttempt,
    input_lines: Receiver<BoundedLine>,
    question_index: usize,
    /// Of how many minutes left the trainee was last told.
    last_warning_minutes: u64,
}

/// What came instead of the next question.
enum NextTurn {
    /// Go on at the question in [`PlainSession::question_index`]; behind the last one is the end prompt.
    Continue,
    /// The attempt has ended.
    AttemptEnded,
    /// The input has ended.
    InputEnded,
}

/// Sits an attempt in plain mode to its end, or to the end of the input.
///
/// # Errors
/// What the store says, or that nobody reads the output.
pub fn run(
    console: PlainConsole<'_>,
    service: Services,
    trainee: &PersonRow,
    active_attempt: ActiveAttempt,
) -> Result<PlainEnd, PlainError> {
    let PlainConsole { out, err, input, is_input_echoed } = console;
    let question_index = active_attempt.session.resume_index();
    let mut session = PlainSession {
        out,
        err,
        is_input_echoed,
        service,
        active_attempt,
        input_lines: read_lines(input),
        question_index,
        last_warning_minutes: u64::MAX,
    };
    session.print_introduction(trainee)?;
    loop {
        let turn = if session.active_attempt.session.finished().is_some() {
            NextTurn::AttemptEnded
        } else if session.question_index < session.active_attempt.session.question_count() {
            session.ask_question()?
        } else {
            session.ask_to_submit()?
        };
        match turn {
            NextTurn::Continue => {}
            NextTurn::AttemptEnded => return session.print_result(),
            NextTurn::InputEnded => return session.suspend(),
        }
    }
}

/// Reads lines in a thread, so that time can run out while nothing is typed.
fn read_lines(mut input: Box<dyn BufRead + Send>) -> Receiver<BoundedLine> {
    let (sender, receiver) = mpsc::sync_channel(LINES_AHEAD_MAX);
    std::thread::spawn(move || {
        // A line that is not UTF-8 is asked again, not taken for the end.
        while let Ok(Some(line)) = paths::read_line(&mut input, LINE_MAX_BYTES) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

impl PlainSession<'_> {
    fn print_line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{}", single_line(line))
    }

    /// Asks for a line, again after one that is too long; nothing at the end of the input, or when the time is over.
    fn prompt(&mut self, prompt: &str) -> Result<Result<String, NextTurn>, PlainError> {
        loop {
            write!(self.out, "{prompt}")?;
            self.out.flush()?;
            let remaining = self.active_attempt.time_left(self.service.now());
            let received_line = match remaining {
                // A line that is typed already comes too late.
                Some(Millis(0)) => Err(RecvTimeoutError::Timeout),
                None => self.input_lines.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(remaining) => self.input_lines.recv_timeout(Duration::from_millis(remaining.0)),
            };
            if !self.is_input_echoed || received_line.is_err() {
                // What was piped in does not show; without this the next line would follow on the prompt's.
                writeln!(self.out)?;
            }
            match received_line {
                Ok(BoundedLine::Text(line)) => return Ok(Ok(line)),
                Ok(BoundedLine::TooLong) => self.print_line("Not understood: the line is too long")?,
                Err(RecvTimeoutError::Timeout) => return self.record_time_out().map(Err),
                Err(RecvTimeoutError::Disconnected) => return Ok(Err(NextTurn::InputEnded)),
            }
        }
    }

    fn print_introduction(&mut self, trainee: &PersonRow) -> Result<(), PlainError> {
        let paper = Arc::clone(self.active_attempt.session.loaded_paper());
        let question_count = text::count_with_noun(paper.questions.len(), "question");
        let remaining = self.active_attempt.time_left(self.service.now());
        let time_note = remaining
            .map_or(String::new(), |remaining_time| format!(", {} minutes left", remaining_time.0.div_ceil(60_000)));
        self.print_line(&format!("{}: {question_count}{time_note}", paper.title()))?;
        if paper.mode == Mode::Exam {
            self.print_line(&format!("Name on the certificate: {}", trainee.person.name))?;
        }
        for note in view::paper_notes(&paper) {
            self.print_line(&note)?;
        }
        Ok(self.print_line("Type help for the words that are understood.")?)
    }

    /// Says once that little time is left, and once that very little is.
    fn warn_about_time(&mut self) -> Result<(), PlainError> {
        let Some(remaining) = self.active_attempt.time_left(self.service.now()) else { return Ok(()) };
        let warning_minutes =
            view::TIME_WARNING_MINUTES.into_iter().find(|minutes| remaining < Millis::from_minutes(*minutes));
        if let Some(minutes) = warning_minutes.filter(|minutes| *minutes < self.last_warning_minutes) {
            self.last_warning_minutes = minutes;
            self.print_line(&format!("Under {minutes} minutes left."))?;
        }
        Ok(())
    }

    /// Asks one question and takes what is typed.
    fn ask_question(&mut self) -> Result<NextTurn, PlainError> {
        self.warn_about_time()?;
        for line in question::lines(&self.active_attempt.session, self.question_index) {
            self.print_line(&line)?;
        }
        loop {
            let prompt = question::prompt(&self.active_attempt.session, self.question_index);
            let line = match self.prompt(&prompt)? {
                Ok(line) => line,
                Err(turn) => return Ok(turn),
            };
            let loaded_question = &self.active_attempt.session.loaded_paper().questions[self.question_index];
            let entry = match input::parse_entry(&line, loaded_question, self.active_attempt.session.question_count()) {
                Ok(entry) => entry,
                Err(reason) => {
                    self.print_line(&format!("Not understood: {reason}"))?;
                    continue;
                }
            };
            if let Some(turn) = self.apply_entry(entry)? {
                return Ok(turn);
            }
        }
    }

    /// Does what was typed; nothing where the same question is to be prompted again.
    fn apply_entry(&mut self, entry: TypedEntry) -> Result<Option<NextTurn>, PlainError> {
        match entry {
            TypedEntry::Answer(answer) => self.record_answer(answer),
            TypedEntry::Flag => {
                if let Err(turn) = self.record(AttemptAction::ToggleFlag { item: self.question_index })? {
                    return Ok(Some(turn));
                }
                let flagged = self.active_attempt.session.is_flagged(self.question_index);
                self.print_line(if flagged { "Flagged." } else { "No longer flagged." })?;
                Ok(None)
            }
            TypedEntry::Skip => {
                self.question_index += 1;
                Ok(Some(NextTurn::Continue))
            }
            TypedEntry::Back => {
                self.question_index = self.question_index.saturating_sub(1);
                Ok(Some(NextTurn::Continue))
            }
            TypedEntry::GoTo(index) => {
                self.question_index = index;
                Ok(Some(NextTurn::Continue))
            }
            TypedEntry::List => {
                self.print_question_list()?;
                Ok(None)
            }
            TypedEntry::Help => {
                for line in input::HELP {
                    self.print_line(line)?;
                }
                Ok(None)
            }
            TypedEntry::Submit => self.submit(),
        }
    }

    fn print_question_list(&mut self) -> Result<(), PlainError> {
        for index in 0..self.active_attempt.session.question_count() {
            let state = if self.active_attempt.session.stored_answer(index).is_some() { "answered" } else { "open" };
            let flag_note = if self.active_attempt.session.is_flagged(index) { ", flagged" } else { "" };
            self.print_line(&format!("{}. {state}{flag_note}", index + 1))?;
        }
        Ok(())
    }

    /// Asks what to do once the last question is behind.
    fn ask_to_submit(&mut self) -> Result<NextTurn, PlainError> {
        loop {
            let line = match self.prompt("Type submit to finish, or a question's number: ")? {
                Ok(line) => line,
                Err(turn) => return Ok(turn),
            };
            match input::parse_command(&line, self.active_attempt.session.question_count()) {
                Some(TypedEntry::Skip | TypedEntry::Flag) | None => {
                    self.print_line("Not understood: type submit, list, back, help, or a question's number")?;
                }
                Some(entry) => {
                    if let Some(turn) = self.apply_entry(entry)? {
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
                _ => self.print_line("Not understood: type yes or no")?,
            }
        }
    }

    /// Ends the attempt, after asking where questions are open; nothing where the answer is no.
    fn submit(&mut self) -> Result<Option<NextTurn>, PlainError> {
        let open_count = self.active_attempt.session.unanswered_indexes().len();
        if open_count > 0 {
            match self.confirm(&format!("Submit with {open_count} unanswered? (yes/no): "))? {
                Ok(true) => {}
                Ok(false) => return Ok(Some(NextTurn::Continue)),
                Err(turn) => return Ok(Some(turn)),
            }
        }
        self.record(AttemptAction::Submit).map(|recorded| Some(recorded.err().unwrap_or(NextTurn::AttemptEnded)))
    }
}
